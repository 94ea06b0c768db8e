//! Where shuffle files lie, and that they go: they hold histories, so personal data.
//!
//! Every executor has a directory of its own, readable by its user alone, and a lock beside it for as long as it lives.
//! It removes the directory when it ends. An executor that was killed cannot; the next one that starts in the same place
//! removes what has a lock that nobody holds.

use crate::failure::{Failure, Result};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const PREFIX: &str = "pleegprofiel-executor-";
const LOCK: &str = ".lock";

/// A directory that is removed when this is dropped.
#[derive(Debug)]
pub struct WorkDir {
    path: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl WorkDir {
    /// Makes a directory inside another, and removes those left there by executors that were killed.
    ///
    /// # Errors
    /// Kind [`Failure::Output`] when the other directory is not there or cannot be written to.
    pub fn inside(parent: &Path) -> Result<WorkDir> {
        let failed =
            |cause: io::Error| Failure::Output(format!("{} cannot hold shuffle files: {cause}", parent.display()));
        remove_abandoned(parent).map_err(failed)?;
        // a name that nobody else makes: the lock is created or it is not
        let lock = tempfile::Builder::new().prefix(PREFIX).suffix(LOCK).tempfile_in(parent).map_err(failed)?;
        let (file, lock_path) = lock.keep().map_err(|error| failed(error.error))?;
        file.try_lock().map_err(|error| failed(error.into()))?;
        let path = lock_path.with_extension("");
        let mut builder = fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(failed)?;
        Ok(WorkDir { path, lock_path, _lock: file })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for WorkDir {
    fn drop(&mut self) {
        // a task that has just ended may still be putting a file down
        for _ in 0..5 {
            let gone = fs::remove_dir_all(&self.path);
            if gone.is_ok() || gone.is_err_and(|cause| cause.kind() == io::ErrorKind::NotFound) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        let _ = fs::remove_file(&self.lock_path);
    }
}

/// Removes directories whose lock nobody holds.
fn remove_abandoned(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let lock_path = entry?.path();
        let name = lock_path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.starts_with(PREFIX) || !name.ends_with(LOCK) {
            continue;
        }
        // another user's, or gone meanwhile
        let Ok(file) = File::options().read(true).write(true).open(&lock_path) else { continue };
        match file.try_lock() {
            Ok(()) if old_enough(&file) => {
                let _ = fs::remove_dir_all(lock_path.with_extension(""));
                let _ = fs::remove_file(&lock_path);
            }
            Ok(()) | Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(cause)) => return Err(cause),
        }
    }
    Ok(())
}

/// Between making a lock and locking it lies a moment in which it looks abandoned.
fn old_enough(lock: &File) -> bool {
    let age = lock.metadata().and_then(|about| about.modified()).ok().and_then(|made| made.elapsed().ok());
    age.is_some_and(|age| age > std::time::Duration::from_secs(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_goes_with_its_owner_and_an_abandoned_one_with_the_next() {
        let parent = tempfile::tempdir().expect("a folder");
        let own = WorkDir::inside(parent.path()).expect("a directory");
        fs::write(own.path().join("shuffle"), "x").expect("a file");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(own.path()).expect("it").permissions());
        assert_eq!(mode & 0o777, 0o700);

        // what a killed executor leaves: a directory, and a lock that nobody holds
        let left = parent.path().join("pleegprofiel-executor-left");
        fs::create_dir(&left).expect("a directory");
        fs::write(left.join("shuffle"), "x").expect("a file");
        let lock = File::create(left.with_extension("lock")).expect("a lock");
        let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
        lock.set_modified(hour_ago).expect("a time");
        let next = WorkDir::inside(parent.path()).expect("a directory");
        assert!(!left.exists() && own.path().exists());
        drop((own, next));
        assert_eq!(fs::read_dir(parent.path()).expect("it").count(), 0);
    }
}
