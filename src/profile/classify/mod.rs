//! One person beside the four profiles: which profile the record resembles, how sure that is, what it is based on, and
//! what cannot be said.
//!
//! Belongs here: [`classifier::Classifier`] and its answer. Does not belong here: naming groups (`naming`), and
//! whatever is made of an answer afterwards.
//!
//! # Reading order
//! `record` (who may be classified) - `cells` and `kept` (the model as tables; a factor that a
//! person keeps) - `draw` and `reference` (the people a record is
//! judged against) - `pool` and `alike` (the same for records with gaps and time in custody, each with its own) -
//! `standing`, `own_class`, `prediction`, `typicality`, `resolution` (the questions to them) - `explanation`, `forecast` -
//! `classifier` and `classification` (all of it together). `calibration` and `career` are other ways in. `at_index` answers by
//! a model of whole careers, conditional on the index offence. `file_fit` holds a file as a whole against a model
//! (`file_of_groups`, `at_index::file`).
//!
//! # Who a record is judged against
//! Only people with an offence in their record can be classified. So every figure about a record is a figure among
//! people *with a record by that age*, observed at the same ages and for as long at liberty, drawn from the model with
//! a stated seed: the same input gives the same bits. That they come from the model means that calibration, coverage
//! and typicality hold as far as the model does; with people whose profile is known the prediction sets can be
//! calibrated on the world instead ([`classifier::Classifier::calibrated_on`]).

mod alike;
pub(crate) mod at_index;
pub(crate) mod calibration;
pub(crate) mod career;
mod cells;
pub(crate) mod classification;
pub(crate) mod classifier;
pub(crate) mod covariates;
mod draw;
pub(crate) mod explanation;
pub(crate) mod file_fit;
mod file_of_groups;
pub(crate) mod forecast;
mod kept;
pub(crate) mod limitation;
pub(crate) mod options;
mod own_class;
mod pool;
pub(crate) mod prediction;
mod ranked;
pub(crate) mod record;
mod reference;
pub(crate) mod resolution;
mod standing;
#[cfg(test)]
mod tests;
pub(crate) mod typicality;
mod whole;
#[cfg(feature = "parquet")]
pub(crate) mod write_parquet;

pub use at_index::age::IndexAge;
pub use at_index::classifier::CareerClassifier;
pub use classification::{Classification, ModelUsed, Placed, ProfileProbability, WhatIf};
pub use covariates::CovariateClassifier;
pub use explanation::{AgeContribution, Explanation, PathStep, Term};
pub use file_fit::{AgeCount, FEWEST_ROWS, FileFit};
pub use forecast::{Forecast, ForecastAge, Predicted};
pub use limitation::Limitation;
pub use options::{ClassifyOptions, FEWEST_PEOPLE};
pub use prediction::{CalibrationSource, PredictionSet, ProfileEvidence};
pub use record::Refusal;
pub use resolution::{GroupResolution, Resolution};
pub use typicality::{PValue, Typicality};
#[cfg(feature = "parquet")]
pub use write_parquet::ClassificationWriter;
