//! Criminal careers as time series.

pub mod cohort;
pub mod error;
pub(crate) mod numeric;
pub mod trajectory;
pub mod units;

pub use cohort::builder::{CohortBuilder, MAX_COUNT, PersonRow};
pub use cohort::data::{Cohort, LOW_EXPOSURE};
pub use cohort::grid::AgeGrid;
pub use error::{Error, ErrorKind, Issue, Result};
pub use ndarray;
pub use units::{Age, Exposure, Probability, Rate};
