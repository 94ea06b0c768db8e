//! What the columns of a frame are: the library's own rules for the header of a wide table, asked by a table of one row.
//!
//! That row counts, for each column, its place: what comes back tells which column belongs to which age.

use crate::errors;
use pleegprofiel::{AgeGrid, Error, Issues, cohort::table::{TableOptions, TableSource, read_wide_with}};
use pyo3::prelude::*;

/// How the columns of a frame are called.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// The column of identifiers; there need be none of this name.
    pub(crate) id: String,
    /// The column of weights, if any.
    pub(crate) weight: Option<String>,
    /// What stands before the age in the name of a column.
    pub(crate) prefix: String,
    /// Months of an age interval.
    pub(crate) step: u32,
    /// Columns to leave out.
    pub(crate) ignore: Vec<String>,
}

/// Where the columns of a frame stand.
pub(crate) struct Columns {
    pub(crate) grid: AgeGrid,
    /// By age interval.
    pub(crate) ages: Vec<usize>,
    pub(crate) id: Option<usize>,
    pub(crate) weight: Option<usize>,
}

/// Options of the command line, and what says the same here.
const WORDS: [(&str, &str); 9] = [
    (" (--leave-out-unobserved leaves out all such people)", ""),
    ("--age-prefix ", "age_prefix="),
    ("--age-prefix", "age_prefix"),
    ("--age-step ", "age_step="),
    ("--age-step", "age_step"),
    ("--ignore ", "ignore="),
    ("--ignore", "ignore"),
    ("--weights ", "weight="),
    ("--id ", "id="),
];

/// Finds the columns of a frame; `is_empty` tells whether one holds nothing.
pub(crate) fn columns(
    py: Python<'_>,
    names: &[String],
    is_empty: impl Fn(usize) -> bool,
    called: &Names,
    what: &str,
) -> PyResult<Columns> {
    let cannot = format!("the {what} cannot be read");
    let mut issues = Issues::in_memory();
    for (at, name) in names.iter().enumerate().filter(|(_, name)| name.chars().any(char::is_control)) {
        issues.add(None, None, || format!("the name of column {} ({name:?}) holds a control character", at + 1));
    }
    errors::found(py, issues, &cannot)?;
    let at = |wanted: &str| {
        let alike = |name: &&String| name.eq_ignore_ascii_case(wanted);
        names.iter().position(|name| name == wanted).or_else(|| {
            (names.iter().filter(alike).count() == 1).then(|| names.iter().position(|name| alike(&name))).flatten()
        })
    };
    let id = at(&called.id);
    let weight = called.weight.as_deref().and_then(at);
    let (mut header, mut row) = (Vec::new(), Vec::new());
    if id.is_none() {
        header.push(quoted(&called.id));
        row.push("1".to_owned());
    }
    let lower = called.prefix.to_lowercase();
    for (at, name) in names.iter().enumerate() {
        header.push(quoted(name.trim()));
        let is_age = name.to_lowercase().starts_with(&lower);
        // an empty column that is none of an age says nothing
        let counts = Some(at) == weight || is_age || !is_empty(at);
        row.push(if Some(at) == id || counts { (at + 1).to_string() } else { String::new() });
    }
    let mut options = TableOptions::new()
        .id_column(&called.id)
        .age_prefix(&called.prefix)
        .width_months(called.step)
        .ignore(called.ignore.clone());
    if let Some(weight) = &called.weight {
        options = options.weight_column(weight);
    }
    let text = format!("{}\n{}\n", header.join(","), row.join(","));
    let cohort = read_wide_with(TableSource::from_bytes("frame", text.into_bytes()), None, &options)
        .map_err(|error| translated(py, &error, &cannot))?;
    let ages = cohort.counts(0).into_iter().map(|place| place.unwrap_or(1) as usize - 1).collect();
    Ok(Columns { grid: cohort.grid(), ages, id, weight })
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The same problems of a frame, which has no file and no row of names, in the words of this package.
fn translated(py: Python<'_>, error: &Error, cannot: &str) -> PyErr {
    let mut issues = Issues::in_memory();
    for issue in error.issues() {
        issues.add(None, issue.column.as_deref(), || in_words(&issue.message));
    }
    match issues.is_empty() {
        true => errors::exception(py, error),
        false => errors::found(py, issues, cannot).err().unwrap_or_else(|| errors::exception(py, error)),
    }
}

/// A message of the library with the names of options as they are here.
pub(crate) fn in_words(message: &str) -> String {
    WORDS.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to))
}
