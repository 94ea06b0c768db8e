#![doc = include_str!("lib.md")]

pub mod advice;
pub mod career;
pub mod cohort;
mod error;
pub mod monitor;
pub(crate) mod numeric;
pub mod papers;
pub mod profile;
#[cfg(feature = "report")]
pub mod report;
pub mod risk;
pub mod survival;
pub mod synthetic;
pub mod trajectory;
pub(crate) mod units;
pub mod validation;

pub use career::person::Career;
pub use cohort::builder::PersonRow;
pub use cohort::data::Cohort;
pub use cohort::grid::AgeGrid;
pub use error::{Error, ErrorKind, Issue, Issues, Result};
pub use ndarray;
pub use profile::classify::classifier::Classifier;
pub use profile::definitions::Definitions;
pub use profile::kind::Profile;
pub use profile::language::Language;
pub use profile::model::{name_fit, name_model};
pub use profile::reference::model::reference_model;
pub use trajectory::data::panel::Panel;
pub use trajectory::family::Family;
pub use trajectory::fit::Fit;
pub use trajectory::forms::FormOptions;
pub use trajectory::model::Model;
pub use trajectory::spec::Spec;
pub use trajectory::spec::outcome::OutcomeSpec;
pub use units::{Age, Exposure, Probability, Rate};

// what a newcomer copies has to run
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
#[cfg(doctest)]
#[doc = include_str!("../docs/guide.md")]
struct Guide;
