//! Columns of a table of predictions, read in one pass; every problem told with its row and column.

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
    fn wrong(self, v: f64) -> Option<&'static str> {
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

fn is_missing(cell: &str) -> bool {
    cell.is_empty() || cell == "NA"
}

fn status_of(cell: &str) -> Option<EventStatus> {
    match cell {
        "0" | "censored" => Some(EventStatus::Censored),
        "1" | "event" => Some(EventStatus::Event),
        "2" | "competing" => Some(EventStatus::Competing),
        _ => None,
    }
}

/// Reads the columns of a CSV table with a header; `name` is the file as the caller names it.
///
/// # Errors
/// When a column is not there, or any value is not what its column may hold: all such are told, with row and column.
pub fn read_columns(source: impl Read, name: &str, request: &ColumnRequest) -> Result<ColumnTable> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(request.delimiter.unwrap_or(b','))
        .buffer_capacity(1 << 18)
        .from_reader(source);
    let broken = |e: csv::Error| {
        let mut issues = Issues::of_file(name);
        issues.add(e.position().map(csv::Position::line), None, || "is not a row of this table".to_owned());
        issues.into_result("the table cannot be read").err().unwrap_or_else(|| Error::options(e.to_string()))
    };
    let header = reader.headers().map_err(broken)?.clone();
    let mut issues = Issues::of_file(name);
    let mut place = |wanted: &str| {
        let found = header.iter().position(|h| h.trim() == wanted);
        if found.is_none() {
            let there = header.iter().take(30).collect::<Vec<_>>().join(", ");
            issues.add(Some(1), Some(wanted), || format!("is not there; the table has {there}"));
        }
        found.unwrap_or(0)
    };
    let numbers: Vec<usize> = request.numbers.iter().map(|(n, _)| place(n)).collect();
    let status = request.status.as_deref().map(&mut place);
    let groups: Vec<usize> = request.groups.iter().map(|n| place(n)).collect();
    let text_places: Vec<usize> = request.texts.iter().map(|n| place(n)).collect();
    if !issues.is_empty() {
        issues.into_result("the table cannot be used")?;
    }
    let mut issues = Issues::of_file(name);
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); numbers.len()];
    let mut ended = Vec::new();
    let mut builders: Vec<AttributeBuilder> = request.groups.iter().map(|n| AttributeBuilder::new(n)).collect();
    let mut texts: Vec<Vec<String>> = vec![Vec::new(); text_places.len()];
    let (mut rows, mut missing) = (0u64, 0u64);
    // rows kept of a table, for messages: the place of row i when none was left out
    let mut left_out_before: Vec<(usize, u64)> = Vec::new();
    let mut record = csv::ByteRecord::new();
    let mut values = vec![0.0; numbers.len()];
    while reader.read_byte_record(&mut record).map_err(broken)? {
        rows += 1;
        let row = rows + 1;
        let cell = |at: usize| std::str::from_utf8(record.get(at).unwrap_or_default()).unwrap_or("\u{fffd}").trim();
        let absent = numbers.iter().chain(&status).any(|&at| is_missing(cell(at)));
        if absent && request.drop_missing {
            missing += 1;
            left_out_before.push((columns.first().map_or(ended.len(), Vec::len), missing));
            continue;
        }
        for ((value, &at), (column, kind)) in values.iter_mut().zip(&numbers).zip(&request.numbers) {
            let text = cell(at);
            *value = text.parse().unwrap_or(f64::NAN);
            if let Some(wanted) = kind.wrong(*value) {
                issues.add(Some(row), Some(column), || match is_missing(text) {
                    true => format!("is missing; {wanted} is needed, or ask for such rows to be left out"),
                    false => format!("{text} is not {wanted}"),
                });
            }
        }
        if let Some(at) = status {
            match status_of(cell(at)) {
                Some(s) => ended.push(s),
                None => issues.add(Some(row), request.status.as_deref(), || {
                    format!(
                        "{} is not 0 (censored), 1 (event) or 2 (competing event), nor one of these words",
                        cell(at)
                    )
                }),
            }
        }
        for (column, value) in columns.iter_mut().zip(&values) {
            column.push(*value);
        }
        for (text, &at) in texts.iter_mut().zip(&text_places) {
            text.push(cell(at).to_owned());
        }
        for (builder, &at) in builders.iter_mut().zip(&groups) {
            builder.push(cell(at))?;
        }
    }
    if rows == missing {
        issues
            .add(None, None, || format!("has no row to stand on ({rows} rows, {missing} of them with missing values)"));
    }
    let row_of = |i: usize| {
        let before = left_out_before.partition_point(|(kept, _)| *kept <= i);
        i as u64 + 2 + before.checked_sub(1).map_or(0, |b| left_out_before[b].1)
    };
    for ((column, kind), values) in request.numbers.iter().zip(&columns) {
        if *kind == ColumnKind::Probability {
            check_probabilities(values, |i, message| {
                if values[i].is_finite() {
                    issues.add(Some(row_of(i)), Some(column), || message);
                }
            });
        }
    }
    issues.into_result(&format!("{name} cannot be validated"))?;
    let groups = builders.into_iter().map(AttributeBuilder::finish).collect::<Result<Vec<_>>>()?;
    Ok(ColumnTable { numbers: columns, status: ended, groups, texts, rows, missing })
}
