//! A cohort: persons x ages, with what was observed, the time at risk and weights.

pub mod builder;
pub mod careers;
pub mod chunked;
#[cfg(feature = "csv")]
pub mod csv;
pub mod data;
pub mod grid;
pub(crate) mod history;
mod names;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod recidivism;
#[cfg(feature = "stata")]
pub(crate) mod stata;
mod suspicion;
#[cfg(feature = "csv")]
pub mod table;
pub mod warning;
