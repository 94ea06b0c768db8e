//! Which people are in which chunk: the rows of all files in a row, cut every so many.
//!
//! A chunk hangs on the files alone, not on partitions, executors or retries, so its number stands for the same people in
//! every pass; the sums of a pass are added in the order of these numbers. The order is that in which the library streams
//! the same folder, so the sums are those of its chunks.

use crate::failure::{Failure, Result};
use crate::files::Files;
use pleegprofiel::AgeGrid;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What every run of chunks has in common; an argument of the calls that read them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    pub(crate) grid: AgeGrid,
    /// Rows of every chunk but the last.
    pub(crate) people_in_chunk: u64,
    pub(crate) counts: Table,
    /// Times at risk, row by row beside the counts.
    pub(crate) times: Option<Table>,
}

/// What is read of the files of one table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// Columns by age, in order of age.
    pub(crate) ages: Vec<Column>,
    /// The column of identifiers, where there is one.
    pub(crate) id: Option<Column>,
}

/// A column and the type that it has in every file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data_type: String,
}

/// Chunks that follow each other: what one call reads, and what is read again when it is lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Run {
    /// Number of its first chunk.
    pub(crate) first: u64,
    pub(crate) counts: Vec<Slice>,
    pub(crate) times: Vec<Slice>,
}

/// Rows of one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slice {
    pub(crate) file: String,
    /// What the whole file has, to be known by.
    pub(crate) bytes: u64,
    pub(crate) of: u64,
    /// The first row, and how many.
    pub(crate) from: u64,
    pub(crate) rows: u64,
}

/// Runs are no longer than this unless there would be too many: a lost one is soon worked out again, and one that is
/// stopped soon ends.
const LONGEST_RUN: u64 = 16;
/// Nor are there more of them: each has a branch in the plan of every task, so what the scheduler has to do grows with
/// their square, and 947 of them kept it busy for longer than the people did.
const MOST_RUNS: u64 = 256;

/// The chunks of two tables, and how they are shared out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chunks {
    pub(crate) shape: Shape,
    pub(crate) runs: Vec<Run>,
    /// Number of chunks.
    pub(crate) number: u64,
}

impl Chunks {
    /// Cuts tables into chunks, and these into at least so many runs where there are as many chunks.
    ///
    /// # Errors
    /// Kind [`Failure::Usage`] when the tables cannot be read side by side, and when the path of a file is no text.
    pub(crate) fn of(files: &Files, times: Option<&Files>, people_in_chunk: u64, at_least: usize) -> Result<Chunks> {
        if let Some(times) = times
            && times.rows() != files.rows()
        {
            return Err(Failure::Usage(format!(
                "{} rows of counts and {} of times at risk: they are not in one order",
                files.rows(),
                times.rows()
            )));
        }
        let shape = Shape::of(files, times, people_in_chunk)?;
        let number = files.rows().div_ceil(people_in_chunk);
        let length = run_length(number, at_least as u64);
        let run = |r: u64| {
            let rows = r * length * people_in_chunk..((r + 1) * length * people_in_chunk).min(files.rows());
            Run::of(r * length, files, times, rows)
        };
        let runs = (0..number.div_ceil(length)).map(run).collect::<Result<Vec<_>>>()?;
        Ok(Chunks { shape, runs, number })
    }
}

impl Shape {
    pub(crate) fn of(files: &Files, times: Option<&Files>, people_in_chunk: u64) -> Result<Shape> {
        let beside = |times: &Files| Table::of(times, true);
        let (counts, times) = (Table::of(files, times.is_some())?, times.map(beside).transpose()?);
        Ok(Shape { grid: files.columns().grid, people_in_chunk, counts, times })
    }
}

impl Run {
    /// These rows of all.
    pub(crate) fn of(first: u64, files: &Files, times: Option<&Files>, rows: Range<u64>) -> Result<Run> {
        let times = times.map(|times| slices(times, rows.clone())).transpose()?;
        Ok(Run { first, counts: slices(files, rows)?, times: times.unwrap_or_default() })
    }
}

/// Chunks in a run: a power of two, as sums of so many neighbours come back as one.
fn run_length(chunks: u64, at_least: u64) -> u64 {
    let wanted = (chunks / at_least.max(1)).clamp(1, LONGEST_RUN).max(chunks.div_ceil(MOST_RUNS));
    let below = 1 << wanted.ilog2();
    if chunks.div_ceil(below) > MOST_RUNS { 2 * below } else { below }
}

impl Table {
    fn of(files: &Files, with_id: bool) -> Result<Table> {
        let columns = files.columns();
        let ages = columns.ages.iter().map(|name| column(files, name)).collect::<Result<Vec<_>>>()?;
        let id = columns.id.as_ref().map(|name| column(files, name)).transpose()?;
        if with_id && id.is_none() {
            return Err(Failure::Usage("times at risk are found by identifier: both tables need one".into()));
        }
        Ok(Table { ages, id })
    }

    /// All columns, identifiers last.
    pub(crate) fn columns(&self, with_id: bool) -> impl Iterator<Item = &Column> {
        self.ages.iter().chain(self.id.iter().filter(move |_| with_id))
    }
}

fn column(files: &Files, name: &str) -> Result<Column> {
    let schema = files.read_schema();
    let field = schema.field_with_name(name).map_err(|cause| Failure::Usage(cause.to_string()))?;
    Ok(Column { name: name.to_owned(), data_type: field.data_type().to_string() })
}

/// The parts of files that hold these rows of all.
fn slices(files: &Files, rows: Range<u64>) -> Result<Vec<Slice>> {
    let mut before = 0;
    let mut all = Vec::new();
    for (path, of, bytes) in files.each() {
        let (from, to) = (rows.start.clamp(before, before + of) - before, rows.end.clamp(before, before + of) - before);
        before += of;
        if from < to {
            let absolute = std::path::absolute(path).ok();
            let file = absolute.as_deref().and_then(|path| path.to_str());
            let no_text = || Failure::Usage(format!("the path {} is no text", path.display()));
            all.push(Slice { file: file.ok_or_else(no_text)?.to_owned(), bytes, of, from, rows: to - from });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_as_many_as_asked_for_and_neither_long_nor_many() {
        for (chunks, at_least, length) in
            [(1, 1, 1), (1, 8, 1), (7, 2, 2), (8, 2, 4), (8, 1, 8), (1000, 8, 16), (15_259, 8, 64), (100_000, 8, 512)]
        {
            assert_eq!(run_length(chunks, at_least), length, "{chunks} chunks");
            let runs = u64::div_ceil(chunks, length);
            assert!(runs >= at_least.min(chunks) && runs <= MOST_RUNS, "{chunks}: {runs}");
        }
        for chunks in 1..5000_u64 {
            assert!(chunks.div_ceil(run_length(chunks, 16)) <= MOST_RUNS);
            assert!(chunks.div_ceil(run_length(chunks, 16)) >= chunks.min(16));
        }
    }
}
