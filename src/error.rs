//! The one error type of the crate: opaque, with a kind, a message and, for data, every problem found.
//!
//! Belongs here: [`Error`], [`ErrorKind`], [`Issue`] and the bounded collector of issues.
//! Does not belong here: what is wrong in a particular kind of input; the reader that finds it words it.

use std::fmt;

/// How many issues an [`Error`] spells out; the rest is counted.
pub const ISSUES_SHOWN: usize = 20;

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
pub struct Issue {
    /// File as the caller named it; empty for data that came from memory.
    pub file: Option<String>,
    /// Row, 1-based, the header counted as row 1 in files; 1-based person in matrices.
    pub row: Option<u64>,
    /// Column name, as in the header.
    pub column: Option<String>,
    /// What is wrong, with the value and the limit; never a person identifier.
    pub message: String,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = false;
        if let Some(file) = &self.file {
            write!(f, "{file}")?;
            place = true;
        }
        if let Some(row) = self.row {
            write!(f, "{}row {row}", if place { ", " } else { "" })?;
            place = true;
        }
        if let Some(column) = &self.column {
            write!(f, "{}column {column}", if place { ", " } else { "" })?;
            place = true;
        }
        write!(f, "{}{}", if place { ": " } else { "" }, self.message)
    }
}

/// The error of every fallible function of this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    issues: Vec<Issue>,
    issue_count: u64,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Error { kind, message: message.into(), issues: Vec::new(), issue_count: 0 }
    }

    pub(crate) fn value(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidValue, message)
    }

    pub(crate) fn options(message: impl Into<String>) -> Self {
        Error::new(ErrorKind::InvalidOptions, message)
    }

    /// A file that could not be opened, read or written; `name` is the file as the caller named it.
    #[cfg(feature = "csv")]
    pub(crate) fn io(name: &str, verb: &str, cause: &std::io::Error) -> Self {
        Error::new(ErrorKind::Io, format!("{name} cannot be {verb}: {cause}"))
    }

    /// What went wrong, coarsely.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The first [`ISSUES_SHOWN`] problems found in input data, in the order of the input.
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
        for issue in &self.issues {
            write!(f, "\n  {issue}")?;
        }
        let more = self.issue_count - self.issues.len() as u64;
        if more > 0 {
            write!(f, "\n  ... and {more} more")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Result with the crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Collects every problem of one input, keeping the first [`ISSUES_SHOWN`] in full, so that a file of
/// ten million bad cells costs no more memory than one of twenty.
#[derive(Debug, Clone, Default)]
pub(crate) struct Issues {
    file: Option<String>,
    kept: Vec<Issue>,
    count: u64,
}

impl Issues {
    #[cfg(feature = "csv")]
    pub(crate) fn of_file(file: impl Into<String>) -> Self {
        Issues { file: Some(file.into()), ..Issues::default() }
    }

    pub(crate) fn in_memory() -> Self {
        Issues::default()
    }

    /// Records a problem; the message is only built when it will be shown.
    pub(crate) fn add(&mut self, row: Option<u64>, column: Option<&str>, message: impl FnOnce() -> String) {
        self.count += 1;
        if self.kept.len() < ISSUES_SHOWN {
            self.kept.push(Issue {
                file: self.file.clone(),
                row,
                column: column.map(str::to_owned),
                message: message(),
            });
        }
    }

    /// Adds the problems of a second input behind these.
    #[cfg(feature = "csv")]
    pub(crate) fn append(&mut self, other: Issues) {
        self.count += other.count;
        self.kept.extend(other.kept);
        self.kept.truncate(ISSUES_SHOWN);
    }

    /// How many problems were found so far.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// `Ok` when nothing was found, otherwise one error that lists it all.
    pub(crate) fn into_result(self, what: &str) -> Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        let message = format!("{what}: {} problem{}", self.count, if self.count == 1 { "" } else { "s" });
        Err(Error { kind: ErrorKind::InvalidInput, message, issues: self.kept, issue_count: self.count })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_spells_out_twenty_issues_and_counts_the_rest() {
        let mut issues = Issues { file: Some("counts.csv".into()), ..Issues::default() };
        for row in 0..25 {
            issues.add(Some(row + 2), Some("age_12"), || format!("-{row} is not a count"));
        }
        let error = issues.into_result("counts.csv cannot be read").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.issues().len(), 20);
        assert_eq!(error.issue_count(), 25);
        let text = error.to_string();
        assert!(text.starts_with("counts.csv cannot be read: 25 problems\n"));
        assert!(text.contains("counts.csv, row 3, column age_12: -1 is not a count"));
        assert!(text.ends_with("... and 5 more"));
    }
}
