//! Columns of a table of predictions, read in one pass; every problem told with its row and column.

use super::cells::hinted;
use super::csv_lines::{Lines, Taken};
use super::csv_rows::{Kept, Places};
use super::fairness::attribute::{AttributeBuilder, ProtectedAttribute};
use super::follow_up::EventStatus;
use super::predictions::check_probabilities;
use crate::error::{Error, Issues, Result};
use std::io::Read;

/// What a column of numbers may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// From 0 to 1.
    Probability,
    /// 0 or 1.
    Outcome,
    /// 0 or more: from the index date.
    Time,
    /// Any number.
    Score,
    /// 0 or more.
    Weight,
    /// A whole number of 0 or more.
    Count,
}

impl ColumnKind {
    pub(super) fn wrong(self, v: f64) -> Option<&'static str> {
        let fine = match self {
            // probabilities are judged together: all of them per cents is another mistake than one of them
            ColumnKind::Probability | ColumnKind::Score => v.is_finite(),
            ColumnKind::Outcome => v == 0.0 || v == 1.0,
            ColumnKind::Time | ColumnKind::Weight => v >= 0.0 && v.is_finite(),
            ColumnKind::Count => v >= 0.0 && v.fract() == 0.0 && v.is_finite(),
        };
        (!fine).then_some(match self {
            ColumnKind::Probability => "a probability between 0 and 1",
            ColumnKind::Score => "a number",
            ColumnKind::Outcome => "an outcome: 0 (did not happen) or 1 (happened)",
            ColumnKind::Time => "a time from the index date: 0 or more",
            ColumnKind::Weight => "a weight: 0 or more",
            ColumnKind::Count => "a count: a whole number of 0 or more",
        })
    }
}

/// Which columns are wanted.
#[derive(Debug, Clone, Default)]
pub struct ColumnRequest {
    /// Columns of numbers.
    pub numbers: Vec<(String, ColumnKind)>,
    /// Column of how follow-up ended: `0` or `censored`, `1` or `event`, `2` or `competing`.
    pub status: Option<String>,
    /// Columns of protected characteristics.
    pub groups: Vec<String>,
    /// Columns of text, as it stands.
    pub texts: Vec<String>,
    /// Leave out rows in which a number wanted is empty or `NA` (they are counted) instead of refusing them.
    pub drop_missing: bool,
    /// What stands between two values.
    pub delimiter: Option<u8>,
}

/// What was read.
#[derive(Debug, Clone)]
pub struct ColumnTable {
    /// Numbers, by the order of the request.
    pub numbers: Vec<Vec<f64>>,
    /// How follow-up ended, when asked for.
    pub status: Vec<EventStatus>,
    /// Characteristics, by the order of the request.
    pub groups: Vec<ProtectedAttribute>,
    /// Text, by the order of the request.
    pub texts: Vec<Vec<String>>,
    /// Rows read.
    pub rows: u64,
    /// Rows left out, as a number was missing.
    pub missing: u64,
}

/// Reads the columns of a CSV table with a header; `name` is the file as the caller names it.
///
/// Lines without quotes are taken apart on several threads; what comes of them does not depend on how many.
///
/// # Errors
/// When a column is not there, a row has more or fewer fields than the header, or any value is not what its column may
/// hold: all such are told, with row and column.
pub fn read_columns(source: impl Read, name: &str, request: &ColumnRequest) -> Result<ColumnTable> {
    let delimiter = request.delimiter.unwrap_or(b',');
    let mut lines = Lines::open(source, delimiter).map_err(|e| unreadable(name, &e.to_string(), None))?;
    let header = lines.header().map_err(|e| unreadable(name, &e.to_string(), Some(1)))?;
    let places = places(&header, name, Some(1), request)?;
    let mut issues = Issues::of_file(name);
    let mut kept = Kept::new(request);
    loop {
        // a block with anything wrong in it is gone through again, for what is to be said of it
        match lines.take(&places, request).map_err(|e| unreadable(name, &e.to_string(), None))? {
            Taken::Parts(parts) => parts.into_iter().try_for_each(|part| kept.append(part))?,
            Taken::ForParser(rest) => {
                let mut reader =
                    csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(rest);
                let mut record = csv::ByteRecord::new();
                let broken = |e: csv::Error, row: u64| unreadable(name, &e.to_string(), Some(row));
                while reader.read_byte_record(&mut record).map_err(|e| broken(e, kept.rows + 2))? {
                    if record.len() != header.len() {
                        let (found, wanted) = (record.len(), header.len());
                        return Err(unreadable(
                            name,
                            &format!("{found} fields, {wanted} in the header"),
                            Some(kept.rows + 2),
                        ));
                    }
                    kept.push(
                        &places,
                        request,
                        |at| record.get(at).unwrap_or_default(),
                        |row, column, message| {
                            issues.add(Some(row), column, || hinted(message));
                        },
                    )?;
                }
                break;
            }
            Taken::End => break,
        }
    }
    // rows kept of a table, for messages: the place of row i when none was left out
    finish(kept, issues, name, request, |i, left_out_before| {
        let before = left_out_before.partition_point(|(kept, _)| *kept <= i);
        i as u64 + 2 + before.checked_sub(1).map_or(0, |b| left_out_before[b].1)
    })
}

fn unreadable(name: &str, cause: &str, row: Option<u64>) -> Error {
    let mut issues = Issues::of_file(name);
    issues.add(row, None, || format!("is not a row of this table: {cause}"));
    issues.into_result("the table cannot be read").err().unwrap_or_else(|| Error::options(cause.to_owned()))
}

/// Where the columns are.
pub(super) fn places(header: &[String], name: &str, row: Option<u64>, request: &ColumnRequest) -> Result<Places> {
    let mut issues = Issues::of_file(name);
    let mut place = |wanted: &str| {
        let found = header.iter().position(|h| h.trim() == wanted);
        if found.is_none() {
            let there = header.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
            issues.add(row, Some(wanted), || format!("is not there; the table has {there}"));
        }
        found.unwrap_or(0)
    };
    let places = Places::new(
        request.numbers.iter().map(|(n, _)| place(n)).collect(),
        request.status.as_deref().map(&mut place),
        request.groups.iter().map(|n| place(n)).collect(),
        request.texts.iter().map(|n| place(n)).collect(),
        header.len(),
    );
    issues.into_result("the table cannot be used")?;
    Ok(places)
}

/// What was kept as a table; `row_of` is the row of the file that a row kept stands in, given those left out before.
pub(super) fn finish(
    kept: Kept,
    mut issues: Issues,
    name: &str,
    request: &ColumnRequest,
    row_of: impl Fn(usize, &[(usize, u64)]) -> u64,
) -> Result<ColumnTable> {
    let Kept { numbers, ended, groups, texts, rows, missing, left_out_before } = kept;
    if rows == missing {
        issues
            .add(None, None, || format!("has no row to stand on ({rows} rows, {missing} of them with missing values)"));
    }
    for ((column, kind), values) in request.numbers.iter().zip(&numbers) {
        if *kind == ColumnKind::Probability {
            check_probabilities(values, |i, message| {
                if values[i].is_finite() {
                    issues.add(Some(row_of(i, &left_out_before)), Some(column), || message);
                }
            });
        }
    }
    issues.into_result(&format!("{name} cannot be validated"))?;
    let groups = groups.into_iter().map(AttributeBuilder::finish).collect::<Result<Vec<_>>>()?;
    Ok(ColumnTable { numbers, status: ended, groups, texts, rows, missing })
}
