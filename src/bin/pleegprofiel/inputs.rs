//! Files that are read, and which of them they were: none of them is written over.

use pleegprofiel::Result;
use pleegprofiel::cohort::table::TableSource;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

static READ: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Opens a table.
pub(crate) fn table(path: impl AsRef<Path>) -> Result<TableSource<'static>> {
    remember(path.as_ref());
    TableSource::open(path)
}

/// Keeps in mind that this file is read.
pub(crate) fn remember(path: &Path) {
    if let Ok(file) = fs::canonicalize(path) {
        READ.lock().unwrap_or_else(PoisonError::into_inner).push(file);
    }
}

/// Whether this file was read, or lies in a folder that was.
pub(crate) fn were_read(path: &Path) -> bool {
    let Ok(file) = fs::canonicalize(path) else { return false };
    READ.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|read| file.starts_with(read))
}
