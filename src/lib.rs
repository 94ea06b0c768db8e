//! Criminal careers as time series.

pub mod cohort;
pub mod error;
pub mod units;

pub use cohort::builder::{CohortBuilder, MAX_COUNT, PersonRow};
#[cfg(feature = "csv")]
pub use cohort::csv::{
    CsvOptions, CsvSource, Observed, read_cohort, read_offences, read_person_ages, read_wide, read_wide_with,
    write_wide, write_wide_exposure,
};
pub use cohort::data::{Cohort, LOW_EXPOSURE};
pub use cohort::grid::AgeGrid;
pub use error::{Error, ErrorKind, Issue, Result};
pub use ndarray;
pub use units::{Age, Exposure, Probability, Rate};
