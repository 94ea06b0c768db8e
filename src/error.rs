//! The one error type of the crate: opaque, with a kind, a message and, for data, every problem found.
//!
//! Belongs here: [`Error`], [`ErrorKind`], [`Issue`] and the bounded collector of issues.
//! Does not belong here: what is wrong in a particular kind of input; the reader that finds it words it.

use std::fmt;
use std::sync::Arc;

/// How many issues an [`Error`] spells out; the rest is counted.
pub(crate) const ISSUES_SHOWN: usize = 20;

/// How many issues of one kind an [`Error`] keeps: more places of the same fault help less than other faults.
pub(crate) const PLACES_SHOWN: usize = 5;

/// Of so many problems the kind is looked at; of more it would take time that none of them is worth.
const LOOKED_AT: u64 = 10_000;

/// What went wrong, coarsely: enough to decide what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A single value is outside its range (an age of -3, a probability of 1.2).
    InvalidValue,
    /// Input data do not make sense; [`Error::issues`] lists where.
    InvalidInput,
    /// Options contradict each other or the data.
    InvalidOptions,
    /// A fit ended without an answer that can be trusted.
    Untrusted,
    /// A stored model is of an unknown format or damaged.
    InvalidModel,
    /// A person who may not or cannot be classified; the message begins with the key of the reason.
    Refused,
    /// A file could not be read or written.
    Io,
    /// The caller asked to stop.
    Cancelled,
}

/// One problem in input data: where it is and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issue {
    /// File as the caller named it; empty for data that came from memory.
    pub file: Option<String>,
    /// Which file of it, when the caller named a folder; the row is then one of that file.
    pub part: Option<String>,
    /// Row, 1-based, the header counted as row 1 in files; 1-based person in matrices.
    pub row: Option<u64>,
    /// Column name, as in the header.
    pub column: Option<String>,
    /// What is wrong, with the value and the limit; never a person identifier.
    pub message: String,
    /// How many problems of this kind the input has in all, itself counted: those whose message differs in values and
    /// numbers alone. At most five of them are among the issues of an error.
    pub alike: u64,
}

impl Issue {
    /// Where it is.
    fn place(&self) -> String {
        let file = match (&self.file, &self.part) {
            (Some(folder), Some(part)) => Some(format!("{}/{part}", folder.trim_end_matches('/'))),
            (file, part) => file.clone().or_else(|| part.clone()),
        };
        let row = self.row.map(|row| format!("row {row}"));
        let column = self.column.as_ref().map(|column| format!("column {column}"));
        file.into_iter().chain(row).chain(column).collect::<Vec<_>>().join(", ")
    }

    fn is_like(&self, other: &Issue) -> bool {
        self.alike == other.alike && self.file == other.file && kind(&self.message) == kind(&other.message)
    }
}

/// What is left of a message without the values and numbers in it: problems with the same are of one kind.
fn kind(message: &str) -> String {
    let mut kind = String::with_capacity(message.len());
    let (mut quoted, mut number) = (false, false);
    for c in message.chars() {
        let digit = c.is_ascii_digit() || number && matches!(c, '.' | '-');
        if c == '"' {
            quoted = !quoted;
        }
        if !quoted && (!digit || !number) {
            kind.push(if digit { '#' } else { c });
        }
        number = digit && !quoted;
    }
    kind
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        write!(f, "{place}{}{}", if place.is_empty() { "" } else { ": " }, self.message)
    }
}

/// The error of every fallible function of this crate. Two are equal when they say the same.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    /// Why, as a key, where a program has to tell reasons apart.
    code: Option<&'static str>,
    message: String,
    issues: Vec<Issue>,
    issue_count: u64,
    cause: Option<Arc<std::io::Error>>,
}

impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        let said = |error: &Error| (error.kind, error.code, error.issue_count);
        said(self) == said(other) && self.message == other.message && self.issues == other.issues
    }
}

impl Eq for Error {}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, code: None, message: message.into(), issues: Vec::new(), issue_count: 0, cause: None }
    }

    /// With a key for the reason, which also begins the message.
    pub(crate) fn coded(kind: ErrorKind, code: &'static str, why: impl fmt::Display) -> Self {
        Error { code: Some(code), ..Error::new(kind, format!("{code}: {why}")) }
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidValue, message)
    }

    pub(crate) fn options(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidOptions, message)
    }

    /// A file that could not be opened, read or written; `name` is the file as the caller named it.
    pub(crate) fn io(name: &str, verb: &str, cause: std::io::Error) -> Self {
        let message = format!("{name} cannot be {verb}: {cause}");
        Error { cause: Some(Arc::new(cause)), ..Error::new(ErrorKind::Io, message) }
    }

    /// Why, as a key that does not change with the wording; so far for [`ErrorKind::Refused`] only, where
    /// [`Refusal::of`](crate::profile::classify::Refusal::of) gives the reason behind it.
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// What went wrong, coarsely.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The first twenty problems found in input data, in the order of the input, at most five of
    /// a kind.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// How many problems were found in all (at least `issues().len()`).
    pub fn issue_count(&self) -> u64 {
        self.issue_count
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut told = 0;
        for (i, issue) in self.issues.iter().enumerate() {
            if issue.alike <= PLACES_SHOWN as u64 {
                told += 1;
                write!(f, "\n  {issue}")?;
            } else if !self.issues[..i].iter().any(|before| before.is_like(issue)) {
                // one line for all of a kind
                told += issue.alike;
                let others = self.issues[i + 1..].iter().filter(|other| other.is_like(issue));
                let mut places: Vec<String> = Vec::new();
                let own = Issue { file: None, ..issue.clone() }.place();
                for other in others {
                    let place = Issue { file: None, ..other.clone() }.place();
                    // several columns of one header have one place
                    if !place.is_empty() && place != own && !places.contains(&place) {
                        places.push(place);
                    }
                }
                let places = places.into_iter().take(2).collect::<Vec<_>>().join("; ");
                let such = if places.is_empty() { String::new() } else { format!(", such as {places}") };
                write!(f, "\n  {issue} (and {} more like it{such})", issue.alike - 1)?;
            }
        }
        let more = self.issue_count.saturating_sub(told);
        if more > 0 {
            write!(f, "\n  ... and {more} more")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    /// What the system said of a file.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// Result with the crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Collects every problem of one input, keeping the first twenty in full, so that a file of
/// ten million bad cells costs no more memory than one of twenty.
///
/// Public for whoever brings people from elsewhere (a frame of another language, a message) and reports what is wrong
/// with them as the readers of this crate do.
///
/// ```
/// use pleegprofiel::{ErrorKind, Issues};
/// let mut issues = Issues::in_memory();
/// issues.add(Some(3), Some("age_12"), || "-1 is negative: a count is 0 or more".into());
/// let error = issues.into_result("the frame cannot be read").unwrap_err();
/// assert_eq!((error.kind(), error.issue_count()), (ErrorKind::InvalidInput, 1));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Issues {
    file: Option<String>,
    /// When the file is a folder: its files, with the rows before each.
    parts: Vec<(u64, String)>,
    kept: Vec<Issue>,
    /// Kinds of problems and how many there were of each.
    kinds: Vec<(String, u64)>,
    count: u64,
}

impl Issues {
    #[cfg(feature = "csv")]
    pub(crate) fn of_file(file: impl Into<String>) -> Self {
        Issues { file: Some(file.into()), ..Issues::default() }
    }

    /// None yet, of data that did not come from a file.
    pub fn in_memory() -> Self {
        Issues::default()
    }

    /// Records a problem at a row from 1 and a column, where it has them; the message, which holds no identifier of a
    /// person, is only built when it may be shown.
    pub fn add(&mut self, row: Option<u64>, column: Option<&str>, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.count > LOOKED_AT {
            return;
        }
        self.keep(row, column, message());
    }

    /// Not generic, unlike the question whether a message is wanted at all: it stands at some hundreds of places.
    #[inline(never)]
    fn keep(&mut self, row: Option<u64>, column: Option<&str>, message: String) {
        let kind = kind(&message);
        let of_kind = match self.kinds.iter().position(|(known, _)| *known == kind) {
            Some(known) => {
                self.kinds[known].1 += 1;
                self.kinds[known].1
            }
            None if self.kinds.len() < ISSUES_SHOWN => {
                self.kinds.push((kind, 1));
                1
            }
            None => return,
        };
        if self.kept.len() == ISSUES_SHOWN && of_kind == 1 {
            self.make_room();
        }
        if self.kept.len() < ISSUES_SHOWN && of_kind <= PLACES_SHOWN as u64 {
            let column = column.map(str::to_owned);
            let (part, row) = match row.and_then(|row| self.part(row)) {
                Some((part, within)) => (Some(part.to_owned()), Some(within)),
                None => (None, row),
            };
            self.kept.push(Issue { file: self.file.clone(), part, row, column, message, alike: of_kind });
        }
    }

    pub(crate) fn messages(&mut self) -> impl Iterator<Item = &mut String> {
        self.kept.iter_mut().map(|issue| &mut issue.message)
    }

    /// Says that rows are those of several files, each with the rows before it.
    #[cfg(feature = "parquet")]
    pub(crate) fn of_parts(&mut self, parts: Vec<(u64, String)>) {
        self.parts = parts;
    }

    /// The file of a folder that a row stands in, and its number there.
    pub(crate) fn part(&self, row: u64) -> Option<(&str, u64)> {
        let at = self.parts.partition_point(|(before, _)| *before < row).checked_sub(1)?;
        let (before, name) = &self.parts[at];
        Some((name, row - before))
    }

    /// A row as a reader looks for it: in a folder by file.
    #[cfg(feature = "csv")]
    pub(crate) fn located(&self, row: u64) -> (Option<String>, u64) {
        self.part(row).map_or((None, row), |(part, within)| (Some(part.to_owned()), within))
    }

    /// A row as a reader looks for it, and the file it stands in.
    #[cfg(feature = "csv")]
    pub(crate) fn place_of(&self, row: u64) -> (u64, String) {
        let file = self.file.as_deref().unwrap_or_default();
        match self.part(row) {
            Some((part, within)) => (within, format!("{}/{part}", file.trim_end_matches('/'))),
            None => (row, file.to_owned()),
        }
    }

    /// Where rows stand, without the problems.
    #[cfg(feature = "csv")]
    pub(crate) fn places(&self) -> Issues {
        Issues { file: self.file.clone(), parts: self.parts.clone(), ..Issues::default() }
    }

    /// Gives up the last place of a kind that has others, for a kind that has none.
    fn make_room(&mut self) {
        if let Some(last) = self.kept.iter().rposition(|issue| issue.alike > 1) {
            self.kept.remove(last);
        }
    }

    /// Every kept issue with the number of its kind in all; while issues are collected it is its number within.
    fn counted(self) -> Vec<Issue> {
        let Issues { file, mut kept, kinds, .. } = self;
        for issue in kept.iter_mut().filter(|issue| issue.file == file) {
            let own = kind(&issue.message);
            issue.alike = kinds.iter().find(|(kind, _)| *kind == own).map_or(issue.alike, |&(_, count)| count);
        }
        kept
    }

    /// Adds the problems of a second input behind these.
    #[cfg(feature = "csv")]
    pub(crate) fn append(&mut self, other: Issues) {
        self.count += other.count;
        let mut all = std::mem::take(self);
        let (file, parts, count) = (all.file.clone(), std::mem::take(&mut all.parts), all.count);
        all.count = 0;
        let mut kept = all.counted();
        kept.extend(other.counted());
        // places of a kind that has others go before a kind that has none
        while kept.len() > ISSUES_SHOWN {
            let spare = (0..kept.len()).rev().find(|&i| kept[..i].iter().any(|before| before.is_like(&kept[i])));
            kept.remove(spare.unwrap_or(kept.len() - 1));
        }
        *self = Issues { file, parts, kept, kinds: Vec::new(), count };
    }

    /// How many problems were found so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// `Ok` when nothing was found, otherwise one error that lists it all.
    ///
    /// # Errors
    /// Of kind [`ErrorKind::InvalidInput`], headed by `what`, when there is any problem.
    pub fn into_result(self, what: &str) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let message = format!("{what}: {} problem{}", self.count, if self.count == 1 { "" } else { "s" });
        let issue_count = self.count;
        Err(Error { issues: self.counted(), issue_count, ..Error::new(ErrorKind::InvalidInput, message) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(issues: Issues) -> (Error, String) {
        let error = issues.into_result("counts.csv cannot be read").unwrap_err();
        let text = error.to_string();
        (error, text)
    }

    #[test]
    fn an_error_spells_out_twenty_issues_and_counts_the_rest() {
        let mut issues = Issues { file: Some("counts.csv".into()), ..Issues::default() };
        for row in 0..25_u8 {
            let word = char::from(b'a' + row);
            issues.add(Some(u64::from(row) + 2), Some("age_12"), || format!("{word} is not a count"));
        }
        let (error, text) = text(issues);
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!((error.issues().len(), error.issue_count()), (20, 25));
        assert!(text.starts_with("counts.csv cannot be read: 25 problems\n"));
        assert!(text.contains("counts.csv, row 3, column age_12: b is not a count"));
        assert!(text.ends_with("... and 5 more"));
    }

    #[test]
    fn problems_of_one_kind_are_one_line_with_the_first_places_and_a_count() {
        let mut issues = Issues { file: Some("counts.csv".into()), ..Issues::default() };
        for row in 0..540 {
            issues.add(Some(row + 2), Some("age_12"), || format!("\"{row}.5\" is not below {row}"));
        }
        issues.add(Some(9), Some("id"), || "same id as row 3".into());
        let (error, text) = text(issues);
        assert_eq!((error.issues().len(), error.issue_count(), error.issues()[0].alike), (6, 541, 540));
        assert_eq!(
            text,
            "counts.csv cannot be read: 541 problems\n  \
             counts.csv, row 2, column age_12: \"0.5\" is not below 0 (and 539 more like it, such as row 3, column age_12; \
             row 4, column age_12)\n  counts.csv, row 9, column id: same id as row 3"
        );
    }

    #[cfg(feature = "csv")]
    #[test]
    fn a_kind_that_comes_late_is_told_as_well_and_two_inputs_keep_theirs_apart() {
        let mut issues = Issues { file: Some("a".into()), ..Issues::default() };
        for kind in 0..5_u8 {
            (0..10).for_each(|_| issues.add(None, None, || format!("kind {}", char::from(b'a' + kind))));
        }
        assert_eq!(issues.kept.len(), ISSUES_SHOWN);
        let mut other = Issues { file: Some("b".into()), ..Issues::default() };
        other.add(None, None, || "kind a".into());
        let mut first = Issues { file: Some("c".into()), ..Issues::default() };
        first.add(None, None, || "kind a".into());
        first.add(None, None, || "kind a".into());
        first.append(issues);
        let (error, text) = text(first);
        assert_eq!((error.issue_count(), error.issues()[0].alike, error.issues()[2].alike), (52, 2, 10));
        assert!(text.contains("a: kind e (and 9 more like it)"), "{text}");
    }

    #[test]
    fn endless_problems_cost_no_endless_memory() {
        let mut issues = Issues::default();
        (0..100_000).for_each(|i| issues.add(Some(i), None, || format!("{i:x}")));
        assert!(issues.kinds.len() <= ISSUES_SHOWN && issues.kept.len() <= ISSUES_SHOWN);
        assert_eq!(issues.into_result("x").unwrap_err().issue_count(), 100_000);
    }
}
