//! Group-based trajectory models of counts: the engine, fitting, and what a fit is worth.
//!
//! Belongs here: everything about models with latent groups. Does not belong here: what groups are called
//! (`profile`), pictures of them (`report`).

pub(crate) mod answer;
pub(crate) mod cells;
pub(crate) mod data;
pub(crate) mod family;
pub(crate) mod fit;
pub mod forms;
pub mod grolts;
pub mod inference;
pub mod linfa;
pub(crate) mod model;
pub(crate) mod one_curve;
pub mod passes;
pub(crate) mod progress;
pub mod relate;
pub(crate) mod search;
pub mod selection;
pub(crate) mod spec;
pub(crate) mod tables;

pub use data::Data;
pub use data::group_number::GroupNumber;
pub use data::panel::COUNTS;
pub use fit::GroupFit;
pub use fit::finding::Finding;
pub use fit::outcome::FitOutcome;
pub use fit::precision::{Estimate, Interval, Precision};
pub use fit::record::{Seeding, StartKind, StartRecord, StartStop};
pub use fit::spells::SpellStarts;
pub use fit::spread::TotalsSpread;
pub use fit::standard_errors::Errors;
pub use fit::stored::{FIT_FORMAT, FIT_VERSION};
pub use model::group::{Group, rescale};
pub use model::observed::ObservedRates;
pub use model::outcome::ModelOutcome;
pub use model::stored::{GENERAL_FORMAT, MODEL_FORMAT, MODEL_VERSION};
pub use one_curve::OneCurve;
pub use progress::Progress;
pub use spec::basis::{Basis, MAX_DEGREE, MAX_KNOTS};
pub use spec::layout::{Parameter, Part};
pub use spec::outcome::Dropout;
pub use spec::{DEFAULT_STARTS, MAX_GROUPS};
