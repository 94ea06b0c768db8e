//! A cohort: persons x ages, with what was observed, the time at risk and weights.

pub mod builder;
pub mod careers;
#[cfg(feature = "csv")]
pub mod csv;
pub mod data;
pub mod grid;
pub(crate) mod history;
pub mod recidivism;
