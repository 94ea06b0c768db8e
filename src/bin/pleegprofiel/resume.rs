//! Results so far in a file: read before the work, written while it goes on.

use crate::failure::Failure;
use crate::outputs;
use crate::score::MARK;
use pleegprofiel::{Error, ErrorKind};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;

/// Where results so far are kept, if anywhere.
pub(crate) struct Resume<'a> {
    path: Option<&'a Path>,
    failed: Mutex<Option<Failure>>,
}

impl<'a> Resume<'a> {
    pub(crate) fn new(path: Option<&'a Path>) -> Self {
        Resume { path, failed: Mutex::new(None) }
    }

    /// Results of before; a file that is not there yet is where they will be stored.
    pub(crate) fn read<T: Default>(&self, from_json: impl Fn(&str) -> Result<T, Error>) -> Result<T, Failure> {
        let Some(path) = self.path else { return Ok(T::default()) };
        let cannot = |why: String| Failure::Usage(format!("{} cannot be gone on with: {why}", path.display()));
        outputs::check_file(path)?;
        match fs::read_to_string(path) {
            Ok(text) => from_json(text.strip_prefix(MARK).unwrap_or(&text)).map_err(|error| cannot(error.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(T::default()),
            Err(error) => Err(cannot(error.to_string())),
        }
    }

    /// Stores results so far; false when that failed.
    pub(crate) fn keep(&self, json: impl FnOnce() -> String) -> bool {
        if let Some(path) = self.path
            && let Err(failure) = outputs::write_file(path, format!("{}\n", json()).as_bytes())
            && let Ok(mut first) = self.failed.lock()
        {
            first.get_or_insert(failure);
            return false;
        }
        true
    }

    /// What the work came to: a file that could not be written is why it was stopped, and the library, which knows of no
    /// file, gets the name of the one it complains about.
    pub(crate) fn outcome<T>(self, worked: Result<T, Error>) -> Result<T, Failure> {
        if let Ok(Some(failure)) = self.failed.into_inner() {
            return Err(failure);
        }
        worked.map_err(|error| match self.path {
            Some(path)
                if error.kind() == ErrorKind::InvalidOptions && error.to_string().starts_with("the results so far") =>
            {
                Failure::Usage(format!("{}: {error}", path.display()))
            }
            _ => Failure::from(error),
        })
    }
}
