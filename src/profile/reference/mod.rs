//! The reference model `brede-blik-2024-reconstruction`: four groups reconstructed from published margins, shipped
//! with the crate as data.
//!
//! Belongs here: the model, its card, what was published. Does not belong here: how it was found
//! (`synthetic::reconstruct`), which draws people and so stands above this layer.
//!
//! **No coefficients, rates by age or fit statistics of the report are public.** This model is one of many that agree
//! with what is. A user with register data fits their own.

pub(crate) mod card;
pub(crate) mod career_model;
pub(crate) mod factors;
pub(crate) mod model;
pub(crate) mod published;

pub use card::{AnswerMove, Assumption, CardFigure, Making, Move, REFERENCE_NAME, Recognition, ReferenceCard};
pub use career_model::{CareerModel, FIRST_INDEX_AGE, OffenceKind, ProfileCareer};
pub use factors::{Factor, FactorShares};
pub use model::ReferenceModel;
pub use published::{FigureSource, PUBLISHED, PublishedFigure};
