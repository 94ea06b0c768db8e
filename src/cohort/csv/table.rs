//! One table as a stream of records, with the line each starts on and the problems found so far.
//!
//! Belongs here: everything about records as such (header line, blank lines, length, number of fields).
//! Does not belong here: what columns mean.

use super::cell::shown;
use super::options::CsvOptions;
use super::source::{CsvSource, Guard, Refusal};
use crate::error::{Error, Issues, Result};
use ::csv::{ByteRecord, Reader, ReaderBuilder, Terminator};

/// The longest record that is read: far above any table of ages, and a bound on memory.
pub(super) const MAX_RECORD_BYTES: usize = 1 << 20;

/// What the parser reads at a time.
const BUFFER_BYTES: usize = 1 << 16;

pub(super) struct Table<'a> {
    pub(super) name: String,
    /// Column names, trimmed; empty when the table has no usable header.
    pub(super) header: Vec<String>,
    /// The current record.
    pub(super) record: ByteRecord,
    /// Line on which the current record starts.
    pub(super) row: u64,
    pub(super) issues: Issues,
    /// Reading ended early, for a reason that stands among the issues.
    pub(super) stopped: bool,
    reader: Reader<Guard<'a>>,
}

impl<'a> Table<'a> {
    /// Opens a table and reads its header. Problems land in `issues`; the error is for input that cannot be read.
    pub(super) fn open(source: CsvSource<'a>, options: &CsvOptions) -> Result<Table<'a>> {
        let CsvSource { name, input } = source;
        let guard = Guard::new(input).map_err(|cause| Error::io(&name, "read", &cause))?;
        let not_text = guard.not_text();
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(options.delimiter)
            // Ending records at LF alone keeps the parser's line count exact; the CR before it is trimmed here.
            .terminator(Terminator::Any(b'\n'))
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(guard);
        let mut table = Table {
            issues: Issues::of_file(name.clone()),
            name,
            header: Vec::new(),
            record: ByteRecord::with_capacity(256, 64),
            row: 0,
            stopped: false,
            reader,
        };
        match not_text {
            Some(what) => table.stop(None, || what.to_owned()),
            None => table.read_header(options.delimiter)?,
        }
        Ok(table)
    }

    fn read_header(&mut self, delimiter: u8) -> Result<()> {
        if !self.next()? {
            if !self.stopped {
                self.stop(None, || "the file is empty".into());
            }
            return Ok(());
        }
        let row = Some(self.row);
        let mut header = Vec::with_capacity(self.record.len());
        for field in &self.record {
            match std::str::from_utf8(field) {
                Ok(text) => header.push(text.trim().to_owned()),
                Err(_) => {
                    self.stop(row, || "the header is not UTF-8 text: save the file as UTF-8".into());
                    return Ok(());
                }
            }
        }
        if let [only] = header.as_slice() {
            for (other, what) in [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs"), (b'|', "vertical bars")] {
                if other != delimiter && only.contains(char::from(other)) {
                    self.stop(row, || {
                        format!(
                            "the columns are separated by {what}, not by {}: set the delimiter, or save the file anew",
                            shown(&[delimiter])
                        )
                    });
                    return Ok(());
                }
            }
        }
        self.header = header;
        Ok(())
    }

    /// Ends the reading of this table with a problem.
    pub(super) fn stop(&mut self, row: Option<u64>, message: impl FnOnce() -> String) {
        self.stopped = true;
        self.issues.add(row, None, message);
    }

    /// Reads the next record that is not blank; `false` at the end, or when reading was stopped.
    pub(super) fn next(&mut self) -> Result<bool> {
        while !self.stopped {
            let (start, line) = (self.reader.position().byte(), self.reader.position().line());
            self.reader.get_mut().allow(start + (MAX_RECORD_BYTES + BUFFER_BYTES) as u64);
            match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) => return self.refused(line, &error).map(|()| false),
            }
            let inside = self.record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
            let closing = u64::from(!self.reader.get_ref().ended);
            self.row = self.reader.position().line() - inside - closing;
            if self.record.as_slice().len() > MAX_RECORD_BYTES {
                self.too_long(self.row);
                return Ok(false);
            }
            if self.record.len() == 1 && self.record.as_slice().trim_ascii().is_empty() {
                continue;
            }
            if inside > 0 && self.record.as_slice().contains(&b'"') {
                self.issues.add(Some(self.row), None, || {
                    format!("the row runs over {} lines and holds a quote: is a quote left open?", inside + 1)
                });
                continue;
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn refused(&mut self, line: u64, error: &::csv::Error) -> Result<()> {
        match (self.reader.get_ref().refusal, error.kind()) {
            (Some(Refusal::RecordTooLong), _) => self.too_long(line),
            (Some(Refusal::ZeroByte(place)), _) => self.stop(None, || {
                format!("byte {place} is zero: this is UTF-16 or not text at all; a table is UTF-8 text")
            }),
            (None, ::csv::ErrorKind::Io(cause)) => return Err(Error::io(&self.name, "read", cause)),
            // Flexible byte records know no other failure; should one come, it is told as it is.
            (None, _) => self.stop(Some(line), || error.to_string()),
        }
        Ok(())
    }

    fn too_long(&mut self, row: u64) {
        self.stop(Some(row), || {
            format!("a row of more than {MAX_RECORD_BYTES} bytes: is a quote left open, or is this not a table?")
        });
    }

    /// Whether the record has as many fields as the header; if not, says so.
    pub(super) fn complete(&mut self) -> bool {
        let (fields, columns) = (self.record.len(), self.header.len());
        if fields != columns {
            self.issues.add(Some(self.row), None, || {
                format!("{fields} field{}, but the header has {columns}", if fields == 1 { "" } else { "s" })
            });
        }
        fields == columns
    }

    /// A field of the current record; nothing when the record is too short.
    pub(super) fn field(&self, column: usize) -> &[u8] {
        self.record.get(column).unwrap_or_default()
    }
}
