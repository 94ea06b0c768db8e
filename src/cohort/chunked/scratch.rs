//! A file for the time being, which nobody else can find and which is gone with the process, however that ends.

use crate::error::{Error, Result};
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::Path;

/// Opens a file of its own in a folder; its name is taken away at once where the system allows that.
pub(super) fn scratch_in(folder: &Path) -> Result<File> {
    open(folder).map_err(|cause| Error::io(&folder.display().to_string(), "used for people in chunks", cause))
}

fn open(folder: &Path) -> io::Result<File> {
    for attempt in 0..100_u32 {
        let name = format!(".pleegprofiel-{:016x}.people", RandomState::new().hash_one(attempt));
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // deleted when its last handle is closed
        #[cfg(windows)]
        std::os::windows::fs::OpenOptionsExt::custom_flags(&mut options, 0x0400_0000);
        match options.open(&path) {
            Ok(file) => {
                #[cfg(unix)]
                std::fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            Err(cause) => return Err(cause),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
