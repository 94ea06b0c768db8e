//! Parquet tables: rows of cells for the readers of tables, and typed columns written to them.
//!
//! Belongs here: what of Parquet serves as a table, and the words for what does not. Does not belong here: the rules
//! of names, identifiers and values, which are those of [`table`](crate::cohort::table) whatever the file.
//!
//! # Rules
//!
//! - Columns are flat: no lists, no groups. Only the columns that are asked for are read.
//! - Whole numbers, decimal numbers, decimals of fixed point, text (also as dictionaries), dates and date-times; a null
//!   is a missing value. A number that is not one (NaN) is refused unless it is named as a code for a missing value.
//! - Row numbers in messages count rows from 1; a Parquet file has no header row. A folder is one table, its files in
//!   the order of their names.
//! - Not compressed, or compressed with Snappy, gzip, LZ4, Brotli or zstd.
//!
//! A damaged file is an error. On some damaged pages the parquet crate panics; that is caught and becomes an error too,
//! after Rust's panic hook was called (by default it prints a line), and not in programs built with `panic = "abort"`.
//!
//! Tables are read some thousands of rows at a time, whatever the size of their row groups, columns beside each other, and
//! the next while those at hand are merged into a cohort.

mod batches;
mod column;
pub(crate) mod columns;
mod footer;
mod pages;
pub(in crate::cohort) mod rows;
mod source;
mod zstd;

pub use source::ParquetSource;

use crate::cohort::data::Cohort;
use crate::cohort::table::{TableOptions, read_cohort};
use crate::error::Result;
use std::path::Path;

/// Reads a table of counts, and time at risk when given, from Parquet files, in whichever form its columns show.
///
/// As [`read_cohort`] does of any kind of file; of the options, the delimiter has no meaning here.
///
/// # Errors
/// Of kind [`Io`](crate::ErrorKind::Io) when a file cannot be opened; of kind
/// [`InvalidInput`](crate::ErrorKind::InvalidInput), with every problem by file, row and column, when a file is
/// no Parquet file, is damaged, or does not hold a cohort; when the options contradict each other.
pub fn read_cohort_parquet(
    counts: impl AsRef<Path>,
    exposure: Option<&Path>,
    options: &TableOptions,
) -> Result<Cohort> {
    let counts = ParquetSource::open(counts)?;
    let exposure = exposure.map(ParquetSource::open).transpose()?;
    read_cohort_parquet_with(counts, exposure, options)
}

/// Reads a table of counts, and time at risk when given, from open Parquet files or bytes.
///
/// ```
/// use pleegprofiel::{cohort::table::{ParquetSource, TableOptions, read_cohort_parquet_with}, synthetic::SyntheticCohort, reference_model};
/// let people = SyntheticCohort::new(reference_model().career_model(), 1)?;
/// let mut tables: [Vec<u8>; 7] = Default::default();
/// people.write_parquet(0..10, &mut tables)?;
/// let [_, _, _, _, counts, exposure, _] = tables;
/// let counts = ParquetSource::new("counts.parquet", counts);
/// let exposure = ParquetSource::new("exposure.parquet", exposure);
/// let cohort = read_cohort_parquet_with(counts, Some(exposure), &TableOptions::new())?;
/// assert_eq!((cohort.persons(), cohort.id(9)), (10, Some("9")));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_cohort_parquet`].
pub fn read_cohort_parquet_with(
    counts: ParquetSource,
    exposure: Option<ParquetSource>,
    options: &TableOptions,
) -> Result<Cohort> {
    read_cohort(counts.into(), exposure.map(Into::into), options)
}
