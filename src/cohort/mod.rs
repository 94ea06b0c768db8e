//! A cohort: persons x ages, with what was observed, the time at risk and weights.

pub mod builder;
<<<<<<< HEAD
pub mod careers;
=======
#[cfg(feature = "csv")]
pub mod csv;
>>>>>>> csv
pub mod data;
pub mod grid;
pub(crate) mod history;
