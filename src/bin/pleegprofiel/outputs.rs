//! Files that appear all together or not at all.
//!
//! Each is first written to a temporary file beside its place; only when all of them are complete are they
//! renamed. When a rename fails, the ones before it are taken back.

use crate::failure::Failure;
use crate::inputs::were_read;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::{NamedTempFile, TempPath};

/// Files in one directory, on their way to it.
#[derive(Debug)]
pub(crate) struct Outputs {
    directory: PathBuf,
    /// Directories that were made for it, outermost first.
    made: Vec<PathBuf>,
    files: Vec<(PathBuf, NamedTempFile)>,
    done: bool,
}

/// Whether files could be written into a directory that may not exist yet; leaves nothing behind. Asked before
/// long work, so that it is not done for nothing.
pub(crate) fn check_directory(directory: &Path) -> Result<(), Failure> {
    let mut existing = directory;
    // an empty path is the current directory
    while !existing.as_os_str().is_empty() && !existing.exists() {
        existing = existing.parent().unwrap_or(Path::new(""));
    }
    let existing = if existing.as_os_str().is_empty() { Path::new(".") } else { existing };
    let tried = if existing.is_dir() {
        tempfile::tempfile_in(existing).map(|_| ())
    } else {
        Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is not a directory", existing.display())))
    };
    tried.map_err(|cause| failed(directory, &cause))
}

/// Whether a file could be put at a path: its directory is there, and it is not a directory itself.
pub(crate) fn check_file(path: &Path) -> Result<(), Failure> {
    let place = place_of(path).map_err(|cause| failed(path, &cause))?;
    let directory = directory_of(&place);
    if !directory.is_dir() {
        return Err(failed(
            path,
            &io::Error::new(io::ErrorKind::NotFound, format!("there is no directory {}", directory.display())),
        ));
    }
    tempfile::tempfile_in(directory).map(|_| ()).map_err(|cause| failed(path, &cause))
}

/// Writes one file, or leaves it as it was.
pub(crate) fn write_file(path: &Path, contents: &[u8]) -> Result<(), Failure> {
    let name = path.file_name().ok_or_else(|| failed(path, &io::ErrorKind::InvalidInput.into()))?;
    let mut outputs = Outputs::open(directory_of(path))?;
    outputs.add(name, |out| out.write_all(contents))?;
    outputs.publish()
}

/// Writes one file as it comes, or leaves it as it was: it has its name only when all of it is written.
pub(crate) fn write_with(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let name = path.file_name().ok_or_else(|| failed(path, &io::ErrorKind::InvalidInput.into()))?;
    let mut outputs = Outputs::open(directory_of(path))?;
    outputs.add_many(&[name.to_string_lossy().into_owned()], |[to]| write(to))?;
    outputs.publish()
}

/// Where the file of this name goes: behind a link, to what it leads to. Only a file is replaced: no device or pipe, nothing
/// that may not be written, and nothing that this command read.
fn place_of(path: &Path) -> io::Result<PathBuf> {
    let place = if path.is_symlink() { fs::canonicalize(path)? } else { path.to_owned() };
    let Ok(there) = fs::metadata(&place) else { return Ok(place) };
    let refused = |kind: io::ErrorKind, why: &str| Err(io::Error::new(kind, why));
    if there.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else if !there.is_file() {
        refused(io::ErrorKind::InvalidInput, "it is a device or a pipe, and only a file is replaced")
    } else if there.permissions().readonly() {
        refused(io::ErrorKind::PermissionDenied, "it is there, and read-only")
    } else if were_read(&place) {
        refused(io::ErrorKind::AlreadyExists, "it is what this command reads: give the output another name")
    } else {
        Ok(place)
    }
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn failed(path: &Path, cause: &io::Error) -> Failure {
    Failure::Output(format!("{} cannot be written: {cause}", path.display()))
}

impl Outputs {
    /// Opens the directory, making it when it is not there.
    pub(crate) fn open(directory: &Path) -> Result<Outputs, Failure> {
        let missing: Vec<&Path> =
            directory.ancestors().take_while(|a| !a.as_os_str().is_empty() && !a.exists()).collect();
        let mut outputs = Outputs { directory: directory.to_owned(), made: Vec::new(), files: Vec::new(), done: false };
        for new in missing.into_iter().rev() {
            fs::create_dir(new).map_err(|cause| failed(directory, &cause))?;
            outputs.made.push(new.to_owned());
        }
        Ok(outputs)
    }

    /// Writes one of the files.
    pub(crate) fn add(
        &mut self,
        name: impl AsRef<Path>,
        write: impl FnOnce(&mut BufWriter<&mut File>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let path = self.directory.join(name);
        let written = (|| {
            let place = place_of(&path)?;
            let mut file = temporary_in(directory_of(&place))?;
            let mut buffer = BufWriter::new(file.as_file_mut());
            write(&mut buffer)?;
            buffer.flush()?;
            drop(buffer);
            // on disk before it gets its name: a file of that name is then always whole
            file.as_file().sync_all()?;
            Ok((place, file))
        })();
        self.files.push(written.map_err(|cause| failed(&path, &cause))?);
        Ok(())
    }

    /// Writes files side by side.
    pub(crate) fn add_many<const N: usize>(
        &mut self,
        names: &[String; N],
        write: impl FnOnce(&mut [BufWriter<File>; N]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut files = Vec::with_capacity(N);
        let mut writers = Vec::with_capacity(N);
        for name in names {
            let path = self.directory.join(name);
            let opened = place_of(&path).and_then(|place| {
                let file = temporary_in(directory_of(&place))?;
                Ok((file.as_file().try_clone()?, place, file))
            });
            let (writer, place, file) = opened.map_err(|cause| failed(&path, &cause))?;
            writers.push(BufWriter::with_capacity(1 << 20, writer));
            files.push((place, file));
        }
        let Ok(mut writers) = <[BufWriter<File>; N]>::try_from(writers) else {
            unreachable!("one writer was made for each of the N names")
        };
        write(&mut writers)?;
        for (writer, (path, file)) in writers.into_iter().zip(files) {
            let written = writer.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
            written.map_err(|cause| failed(&path, &cause))?;
            self.files.push((path, file));
        }
        Ok(())
    }

    /// Puts all files in their places.
    pub(crate) fn publish(mut self) -> Result<(), Failure> {
        let mut placed: Vec<(PathBuf, Option<TempPath>)> = Vec::new();
        for (path, file) in std::mem::take(&mut self.files) {
            let step = keep(&path, directory_of(&path)).and_then(|old| named(file, &path).map(|()| old));
            match step {
                Ok(old) => placed.push((path, old)),
                Err(cause) => {
                    for (path, old) in placed.into_iter().rev() {
                        // as far as it goes; the first failure is the one to tell
                        let _ = match old {
                            Some(old) => old.persist(&path).map_err(|e| e.error),
                            None => fs::remove_file(&path),
                        };
                    }
                    return Err(failed(&path, &cause));
                }
            }
        }
        self.done = true;
        Ok(())
    }
}

impl Drop for Outputs {
    fn drop(&mut self) {
        if !self.done {
            self.files.clear();
            for made in self.made.iter().rev() {
                // stays when something else was put into it meanwhile
                let _ = fs::remove_dir(made);
            }
        }
    }
}

/// A second name for the file that is about to be replaced, gone when dropped.
fn keep(path: &Path, directory: &Path) -> io::Result<Option<TempPath>> {
    if !path.exists() {
        return Ok(None);
    }
    let name = temporary_in(directory)?.into_temp_path();
    // a link needs a free name; where files cannot be linked a copy will do
    fs::remove_file(&name)?;
    if fs::hard_link(path, &name).is_err() {
        fs::copy(path, &name)?;
    }
    Ok(Some(name))
}

/// The rights that a new file usually has, as seen when the first was made.
static USUAL: OnceLock<fs::Permissions> = OnceLock::new();

/// A file without its name yet, which only its owner can read: should the work be killed, that is what stays of it.
fn temporary_in(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pleegprofiel-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
        let file = builder.tempfile_in(directory)?;
        let usual = file.as_file().metadata()?.permissions();
        USUAL.get_or_init(|| usual);
        file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
        Ok(file)
    }
    #[cfg(not(unix))]
    builder.tempfile_in(directory)
}

/// Gives a whole file its name, and the rights of the one that it replaces, or else those that a new file usually has.
fn named(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let replaced = fs::metadata(path).ok().map(|there| there.permissions());
    if let Some(rights) = replaced.or_else(|| USUAL.get().cloned()) {
        file.as_file().set_permissions(rights)?;
    }
    file.persist(path).map(|_| ()).map_err(|error| error.error)
}
