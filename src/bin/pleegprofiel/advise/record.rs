//! A record on disk: held against its chain before anything is added, locked while it is open.

use crate::failure::Failure;
use crate::screen;
use pleegprofiel::advice::record::{Chain, FaultKind, Follows, LogCheck, Steps, Verified};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A record that lines can be added to.
pub(crate) struct Record {
    path: PathBuf,
    file: File,
    chain: Chain,
    steps: Steps,
    /// Bytes of a line that a run before left half-way; they go when the first line is added, which says how many.
    cut_off: u64,
    /// Whether the last line lacks its line end, which comes before the next.
    unended: bool,
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
        let (mut steps, mut intact) = (Steps::new(), 0);
        let found = LogCheck::new().read(BufReader::with_capacity(1 << 20, &file), |entry| {
            intact += 1;
            steps.entry(entry);
        })?;
        let Some(chain) = found.chain() else {
            let is = if is_none(&found, intact) { "is no record" } else { "does not verify" };
            let first = found.faults.first().map(ToString::to_string).unwrap_or_default();
            return Err(Failure::Untrusted(format!("{} {is}, so nothing is added to it: {first}", path.display())));
        };
        file.seek(SeekFrom::Start(found.whole_bytes)).map_err(failed)?;
        let (cut_off, unended, whole) = (found.cut_off, found.unended, found.whole_bytes);
        Ok(Record { path: path.to_owned(), file, chain, steps, cut_off, unended, whole, made })
    }

    /// Whether a step can be added: the number of the line that says the same already, if there is one.
    pub(crate) fn there(&self, entry: &Value) -> Result<Option<u64>, Failure> {
        let path = self.path.display();
        match self.steps.next(entry) {
            Ok(Follows::IsThere(line)) => Ok(Some(line)),
            Ok(_) => Ok(None),
            Err(why) => Err(Failure::Usage(format!(
                "{path}: {why}. A step goes into the record of its draft's assessment, which --record names; a final advice \
                 that takes the place of another says so in its judgement: \"replaces\": {{\"advice\": HASH, \"reason\": ..}} \
                 in \"final\""
            ))),
        }
    }

    /// Adds a line and waits until it is on disk.
    pub(crate) fn add(&mut self, entry: Value) -> Result<(), Failure> {
        self.add_all(vec![entry])
    }

    /// Adds lines and waits until they are on disk.
    pub(crate) fn add_all(&mut self, entries: Vec<Value>) -> Result<(), Failure> {
        let (mut text, mut cut_off) = (String::new(), self.cut_off);
        for mut entry in entries {
            if let (bytes @ 1.., Some(fields)) = (std::mem::take(&mut cut_off), entry.as_object_mut()) {
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
        self.tell();
        Ok(())
    }

    /// Says once what stood behind the last line end when this run went on.
    fn tell(&mut self) {
        let path = self.path.display();
        match std::mem::take(&mut self.cut_off) {
            0 => {}
            bytes => screen::warn(&format!(
                "{path} ended in {bytes} bytes of a line that a run before did not finish; they are gone, and the line in \
                 their place says so"
            )),
        }
        if std::mem::take(&mut self.unended) {
            screen::warn(&format!("the last line of {path} had no line end; it is kept, and has one now"));
        }
    }

    /// How many lines it has, in words.
    pub(crate) fn length(&self) -> String {
        let lines = self.chain.lines();
        format!("{lines} line{}", if lines == 1 { "" } else { "s" })
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

/// Whether a file is no record at all: no line of it is as one is written, and what stands there is none.
pub(super) fn is_none(found: &Verified, intact: u64) -> bool {
    let first = found.faults.first().map(|fault| &fault.kind);
    intact == 0 && matches!(first, Some(FaultKind::NotALine | FaultKind::NotBegun))
}
