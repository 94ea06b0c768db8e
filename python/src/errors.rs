//! What went wrong, as exceptions of the package: each kind of the library's error is a class of its own.
//!
//! The classes are written in Python (`pleegprofiel/errors.py`), where they can be read and pickled.

use pleegprofiel::{Error, ErrorKind, Issues};
use pyo3::prelude::*;
use pyo3::types::PyList;

/// Name of the class for a kind of error.
fn class_of(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::InvalidValue => "InvalidValue",
        ErrorKind::InvalidInput => "InvalidInput",
        ErrorKind::InvalidOptions => "InvalidOptions",
        ErrorKind::Untrusted => "Untrusted",
        ErrorKind::InvalidModel => "InvalidModel",
        ErrorKind::Refused => "Refused",
        ErrorKind::Io => "FileError",
        ErrorKind::Cancelled => "Cancelled",
        _ => "PleegprofielError",
    }
}

/// The library's error as an exception, with every issue that it lists.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    exception_of(py, error.kind(), error)
}

/// The same as an exception of another kind.
pub(crate) fn exception_of(py: Python<'_>, kind: ErrorKind, error: &Error) -> PyErr {
    made(py, kind, error).unwrap_or_else(|failed| failed)
}

fn made(py: Python<'_>, kind: ErrorKind, error: &Error) -> PyResult<PyErr> {
    let module = py.import("pleegprofiel.errors")?;
    let issue = module.getattr("Issue")?;
    let issues = PyList::empty(py);
    for one in error.issues() {
        let file = match (&one.file, &one.part) {
            (Some(folder), Some(part)) => Some(format!("{folder}/{part}")),
            (file, part) => file.clone().or_else(|| part.clone()),
        };
        issues.append(issue.call1((one.message.as_str(), one.row, one.column.as_deref(), file, one.alike))?)?;
    }
    let class = module.getattr(class_of(kind))?;
    let exception = class.call1((error.to_string(), issues, error.issue_count()))?;
    Ok(PyErr::from_value(exception))
}

/// An exception of a class of the package, without issues.
fn plain(py: Python<'_>, class: &str, message: &str) -> PyErr {
    let made = || py.import("pleegprofiel.errors")?.getattr(class)?.call1((message,));
    made().map_or_else(|failed| failed, PyErr::from_value)
}

/// Options that contradict each other or the data.
pub(crate) fn options(py: Python<'_>, message: impl AsRef<str>) -> PyErr {
    plain(py, "InvalidOptions", message.as_ref())
}

/// What is missing from something that was read back.
pub(crate) fn detached(py: Python<'_>, message: impl AsRef<str>) -> PyErr {
    plain(py, "Detached", message.as_ref())
}

/// A fit that cannot be trusted.
pub(crate) fn untrusted(py: Python<'_>, message: impl AsRef<str>) -> PyErr {
    plain(py, "Untrusted", message.as_ref())
}

/// A case that may not be judged.
pub(crate) fn refused(py: Python<'_>, message: impl AsRef<str>) -> PyErr {
    plain(py, "Refused", message.as_ref())
}

/// Work that was stopped.
pub(crate) fn cancelled(py: Python<'_>, message: impl AsRef<str>) -> PyErr {
    plain(py, "Cancelled", message.as_ref())
}

/// A file that cannot be read.
pub(crate) fn file(py: Python<'_>, message: impl AsRef<str>) -> PyErr {
    plain(py, "FileError", message.as_ref())
}

/// A stored form that cannot be read.
pub(crate) fn stored(py: Python<'_>, message: impl AsRef<str>) -> PyErr {
    plain(py, "InvalidModel", message.as_ref())
}

/// One problem of the data as a whole.
pub(crate) fn input(py: Python<'_>, what: &str, message: impl FnOnce() -> String) -> PyErr {
    let mut issues = Issues::in_memory();
    issues.add(None, None, message);
    found(py, issues, what).err().unwrap_or_else(|| options(py, what))
}

/// An exception that lists what was found, if anything was.
pub(crate) fn found(py: Python<'_>, issues: Issues, what: &str) -> PyResult<()> {
    issues.into_result(what).or_raise(py)
}

/// Results of the library as results of Python.
pub(crate) trait OrRaise<T> {
    /// The value, or the error as an exception.
    fn or_raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T> OrRaise<T> for Result<T, Error> {
    fn or_raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| exception(py, &error))
    }
}
