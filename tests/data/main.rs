//! From tables and records to careers, cohorts and observed figures: what is read, and what is refused.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

#[cfg(feature = "csv")]
mod bad_input;
#[cfg(feature = "csv")]
mod bad_long_form;
mod careers;
#[cfg(feature = "csv")]
mod csv_properties;
#[cfg(feature = "parquet")]
mod files;
mod late_entry;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "csv")]
mod read_toronto;
mod recidivism;
#[cfg(feature = "csv")]
mod recidivism_cases;
#[cfg(feature = "csv")]
mod recidivism_hidden;
