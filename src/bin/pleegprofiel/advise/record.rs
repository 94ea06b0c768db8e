//! A record on disk: held against its chain before anything is added, locked while it is open.

use crate::failure::Failure;
use pleegprofiel::advice::record::{Chain, verify};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A record that lines can be added to.
pub(crate) struct Record {
    path: PathBuf,
    file: File,
    chain: Chain,
    /// Bytes of a line that a run before left half-way; they go when the first line is added, which says how many.
    cut_off: u64,
    whole: u64,
    /// Whether this run made the file.
    made: bool,
}

impl Record {
    pub(crate) fn open(path: &Path) -> Result<Record, Failure> {
        let failed = |cause: std::io::Error| Failure::Output(format!("{} cannot be written: {cause}", path.display()));
        let made = !path.exists();
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let found = verify(BufReader::with_capacity(1 << 20, &file))?;
        let Some(chain) = found.chain() else {
            let first = found.faults.first().map(ToString::to_string).unwrap_or_default();
            return Err(Failure::Untrusted(format!(
                "{} does not verify, so nothing is added to it: {first}",
                path.display()
            )));
        };
        file.seek(SeekFrom::Start(found.whole_bytes)).map_err(failed)?;
        Ok(Record { path: path.to_owned(), file, chain, cut_off: found.cut_off, whole: found.whole_bytes, made })
    }

    /// Adds a line and waits until it is on disk.
    pub(crate) fn add(&mut self, entry: Value) -> Result<(), Failure> {
        self.add_all(vec![entry])
    }

    /// Adds lines and waits until they are on disk.
    pub(crate) fn add_all(&mut self, entries: Vec<Value>) -> Result<(), Failure> {
        let mut text = String::new();
        for mut entry in entries {
            if let (bytes @ 1.., Some(fields)) = (std::mem::take(&mut self.cut_off), entry.as_object_mut()) {
                fields.insert("cut_off_bytes_before".to_owned(), json!(bytes));
            }
            text += &self.chain.line(&entry);
        }
        let written = self
            .file
            .set_len(self.whole)
            .and_then(|()| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.sync_data());
        written.map_err(|cause| Failure::Output(format!("{} cannot be written: {cause}", self.path.display())))?;
        self.whole += text.len() as u64;
        self.made = false;
        Ok(())
    }

    pub(crate) fn lines(&self) -> u64 {
        self.chain.lines()
    }

    pub(crate) fn head(&self) -> &str {
        self.chain.head()
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if self.made {
            // nothing was added: leave nothing behind
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
