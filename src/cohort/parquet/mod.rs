//! Parquet tables: cohorts in the wide form read from them, and typed columns written to them.
//!
//! Belongs here: what of Parquet serves as a table, and the words for what does not. Does not belong here: the rules
//! of names, identifiers and values, which are those of [`csv`](crate::cohort::csv) to the letter.
//!
//! # Rules
//!
//! - The first column is `id`, of text or whole numbers; then come `age_12`, `age_13`, .. without gaps. Columns are
//!   flat: no lists, no groups.
//! - Counts are of an integer type and a null is an age that was not observed. Decimal columns are refused, also when
//!   every number in them is whole: that is what is left of counts when a missing one became NaN on the way.
//! - Times at risk are decimal or whole numbers in a second table of the same shape, rows in the same order.
//! - Row numbers in messages count rows from 1; a Parquet file has no header row.
//! - Not compressed, or compressed with Snappy. Other codecs are refused by name.
//!
//! A damaged file is an error. On some damaged pages the parquet crate panics; that is caught and becomes an error too,
//! after Rust's panic hook was called (by default it prints a line), and not in programs built with `panic = "abort"`.
//!
//! Tables are read some thousands of rows at a time, whatever the size of their row groups.

pub(crate) mod columns;
mod source;
mod wide;

pub use source::ParquetSource;
pub use wide::{read_cohort_parquet, read_cohort_parquet_with};
