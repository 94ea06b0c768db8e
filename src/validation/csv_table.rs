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
    /// 0 or 1, or what [`ColumnRequest::outcomes`] names.
    Outcome,
    /// 0 (no) or 1 (yes).
    Mark,
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
            ColumnKind::Outcome | ColumnKind::Mark => v == 0.0 || v == 1.0,
            ColumnKind::Time | ColumnKind::Weight => v >= 0.0 && v.is_finite(),
            ColumnKind::Count => v >= 0.0 && v.fract() == 0.0 && v.is_finite(),
        };
        (!fine).then_some(match self {
            ColumnKind::Probability => "a probability between 0 and 1",
            ColumnKind::Score => "a number",
            ColumnKind::Outcome => "an outcome: 0 (did not happen) or 1 (happened)",
            ColumnKind::Mark => "a mark: 0 (no) or 1 (yes)",
            ColumnKind::Time => "a time from the index date: 0 or more",
            ColumnKind::Weight => "a weight: 0 or more",
            ColumnKind::Count => "a count: a whole number of 0 or more",
        })
    }
}

/// What stands for an outcome that happened and for one that did not, where that is not 1 and 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutcomeWords {
    /// Values of outcomes that happened.
    pub happened: Vec<String>,
    /// Values of outcomes that did not.
    pub not: Vec<String>,
}

impl OutcomeWords {
    /// 1 or 0, or a number that is none.
    pub(super) fn number(&self, cell: &str) -> f64 {
        let number = cell.parse::<f64>().ok();
        let is = |word: &String| word == cell || number.is_some() && word.parse().ok() == number;
        match (self.happened.iter().any(is), self.not.iter().any(is)) {
            (true, false) => 1.0,
            (false, true) => 0.0,
            _ => f64::NAN,
        }
    }

    fn known(&self) -> String {
        format!("{} (happened) or {} (did not)", self.happened.join(", "), self.not.join(", "))
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
    /// What outcomes are called; 1 and 0 without it.
    pub outcomes: Option<OutcomeWords>,
}

impl ColumnRequest {
    /// What is said of a value that a column may not hold, and what would be accepted.
    pub(super) fn refusal(&self, found: &str, wanted: &str, kind: ColumnKind) -> String {
        let shown: String = found.chars().take(40).collect();
        let number = found.parse::<f64>().is_ok_and(f64::is_finite);
        // what files use for unknown; a word may be one as well
        let missing = match kind {
            ColumnKind::Outcome | ColumnKind::Mark => true,
            _ => found.starts_with('-') || !number,
        };
        let mut message = match (kind, &self.outcomes) {
            (ColumnKind::Outcome, Some(words)) => format!("{shown} is not {}", words.known()),
            (ColumnKind::Outcome, None) => {
                format!(
                    "{shown} is not {wanted}; outcomes written otherwise are named by --happened and --not-happened"
                )
            }
            _ => format!("{shown} is not {wanted}"),
        };
        if missing && !shown.is_empty() && !shown.contains([',', '"']) {
            message +=
                &format!("; if it stands for a missing value, --missing {shown} --drop-missing leaves its rows out");
        }
        message
    }
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
    /// Which rows these are, counted from 0 without the header.
    pub left_out: Vec<u64>,
    /// Row of the file of each row kept; empty when it is a text in which every line is one.
    places: Vec<u64>,
}

impl ColumnTable {
    /// The row of the file, the header counted as row 1 in a text, that a row kept stands in.
    pub fn row_of(&self, kept: usize) -> u64 {
        if let Some(row) = self.places.get(kept) {
            return *row;
        }
        // behind as many rows left out as lie before it: those that fewer than `kept` rows kept stand before
        let (mut from, mut to) = (0, self.left_out.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if self.left_out[middle] <= (kept + middle) as u64 { from = middle + 1 } else { to = middle }
        }
        (kept + from) as u64 + 2
    }
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
    finish(kept, issues, name, request, Vec::new(), |i, left_out_before| {
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
    places: Vec<u64>,
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
                    let code = values[i] < 0.0 || values[i] > 100.0;
                    let hint = match code {
                        true => format!(
                            "{message}; if it stands for a missing value, --missing {} --drop-missing leaves its rows out",
                            values[i]
                        ),
                        false => message,
                    };
                    issues.add(Some(row_of(i, &left_out_before)), Some(column), || hint);
                }
            });
        }
    }
    issues.into_result(&format!("{name} cannot be validated"))?;
    let groups = groups.into_iter().map(AttributeBuilder::finish).collect::<Result<Vec<_>>>()?;
    let left_out = left_out_before.iter().map(|&(kept, nth)| kept as u64 + nth - 1).collect();
    Ok(ColumnTable { numbers, status: ended, groups, texts, rows, missing, left_out, places })
}
