//! From tables and records to careers, cohorts and observed figures: what is read, and what is refused.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

#[cfg(feature = "csv")]
mod articles;
#[cfg(feature = "csv")]
mod bad_input;
#[cfg(feature = "csv")]
mod bad_long_form;
#[cfg(feature = "csv")]
mod calendar_years;
mod careers;
#[cfg(feature = "csv")]
mod careers_tables;
#[cfg(feature = "parquet")]
mod codes;
#[cfg(feature = "csv")]
mod csv_properties;
#[cfg(feature = "parquet")]
mod files;
#[cfg(feature = "csv")]
mod forms;
#[cfg(all(feature = "parquet", feature = "stata"))]
mod fuzz_corpus;
#[cfg(feature = "csv")]
mod in_chunks;
#[cfg(all(feature = "parquet", feature = "stata"))]
mod labels;
mod late_entry;
#[cfg(feature = "csv")]
mod meanings;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parts;
#[cfg(feature = "csv")]
mod quotes;
#[cfg(feature = "csv")]
mod read_toronto;
mod recidivism;
#[cfg(feature = "csv")]
mod recidivism_cases;
#[cfg(feature = "csv")]
mod recidivism_hidden;
#[cfg(feature = "csv")]
mod written_twice;
