//! A file that is there whole or not at all.
//!
//! It is written beside its place under a name that begins with a dot and ends in `.part`, and gets its own name when it
//! is complete and on the disk. After a failure nothing is left; what a killed process leaves is written over by the next
//! one for the same file, and never has the name of an answer.

use crate::failure::{Failure, Result};
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file on its way to its name.
#[derive(Debug)]
pub struct Whole {
    path: PathBuf,
    part: PathBuf,
    file: File,
    done: bool,
}

impl Whole {
    /// Opens the file under its other name: before long work, so that it is not done for nothing.
    ///
    /// # Errors
    /// Kind [`Failure::Output`] when the file cannot be written, or another process is writing it.
    pub fn create(path: &Path) -> Result<Whole> {
        let failed = |cause: io::Error| failed(path, &cause);
        let name =
            path.file_name().filter(|_| !path.is_dir()).ok_or_else(|| failed(io::ErrorKind::IsADirectory.into()))?;
        let mut part = std::ffi::OsString::from(".");
        part.push(name);
        part.push(".part");
        let part = path.with_file_name(part);
        let file = File::options().write(true).create(true).truncate(false).open(&part).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::Output(format!("{} is being written by another process", path.display())));
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let whole = Whole { path: path.to_owned(), part, file, done: false };
        whole.file.set_len(0).map_err(|cause| self::failed(path, &cause))?;
        Ok(whole)
    }

    /// Where to write.
    pub fn file(&self) -> Result<File> {
        self.file.try_clone().map_err(|cause| failed(&self.path, &cause))
    }

    /// Writes all of it.
    pub fn write(&mut self, contents: &[u8]) -> Result<()> {
        self.file.write_all(contents).map_err(|cause| failed(&self.path, &cause))
    }

    /// Gives the file its name.
    pub fn publish(mut self) -> Result<()> {
        let placed = self.file.sync_all().and_then(|()| fs::rename(&self.part, &self.path));
        placed.map_err(|cause| failed(&self.path, &cause))?;
        self.done = true;
        Ok(())
    }

    /// Why something could not be written.
    pub fn failed(&self, cause: &dyn std::fmt::Display) -> Failure {
        Failure::Output(format!("{} cannot be written: {cause}", self.path.display()))
    }
}

impl Drop for Whole {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.part);
        }
    }
}

fn failed(path: &Path, cause: &io::Error) -> Failure {
    Failure::Output(format!("{} cannot be written: {cause}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_whole_or_as_it_was_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.json");
        let mut first = Whole::create(&path).expect("a file");
        first.write(b"one").expect("written");
        assert_eq!(names(folder.path()), [".model.json.part"]);
        let other = Whole::create(&path).expect_err("it is being written");
        assert!(other.to_string().contains("by another process"), "{other}");
        first.publish().expect("placed");
        assert_eq!(
            (names(folder.path()), fs::read(&path).expect("it")),
            (vec!["model.json".to_owned()], b"one".to_vec())
        );
        // one that fails leaves the one before
        let mut second = Whole::create(&path).expect("a file");
        second.write(b"tw").expect("written");
        drop(second);
        assert_eq!(
            (names(folder.path()), fs::read(&path).expect("it")),
            (vec!["model.json".to_owned()], b"one".to_vec())
        );
        // what a killed one left is written over
        fs::write(folder.path().join(".model.json.part"), "left over from long ago").expect("written");
        let mut third = Whole::create(&path).expect("a file");
        third.write(b"three").expect("written");
        third.publish().expect("placed");
        assert_eq!(fs::read(&path).expect("it"), b"three");
        assert!(Whole::create(folder.path()).is_err() && Whole::create(&folder.path().join("no/where")).is_err());
    }
}
