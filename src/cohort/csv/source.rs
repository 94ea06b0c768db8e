//! Where the bytes of a table come from, and the guard that stands between them and the parser.
//!
//! The guard refuses what is not text before it turns into thousands of bad cells, and bounds how much
//! the parser may take in for one record.

use crate::error::{Error, Result};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A CSV table to read: its bytes and the name that messages call it by.
pub struct CsvSource<'a> {
    pub(super) name: String,
    pub(super) input: Box<dyn Read + 'a>,
}

impl<'a> CsvSource<'a> {
    /// A table from any reader. Reading is buffered; `name` stands in every message about it.
    pub fn new(name: impl Into<String>, input: impl Read + 'a) -> Self {
        CsvSource { name: name.into(), input: Box::new(input) }
    }
}

impl CsvSource<'static> {
    /// A table from a file.
    ///
    /// # Errors
    /// Of kind [`Io`](crate::ErrorKind::Io) when the file cannot be opened or is a directory.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let name = path.as_ref().display().to_string();
        let failed = |cause: io::Error| Error::io(&name, "read", &cause);
        let file = File::open(&path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(io::ErrorKind::IsADirectory.into()));
        }
        Ok(CsvSource::new(name, file))
    }
}

impl fmt::Debug for CsvSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Bytes read ahead to see what kind of file this is.
const HEAD: usize = 4096;

/// Why the guard let nothing more through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A zero byte, at this 1-based place in the file.
    ZeroByte(u64),
    /// More bytes than one record may have.
    RecordTooLong,
}

/// Hands bytes on to the parser, within bounds.
pub(super) struct Guard<'a> {
    input: Box<dyn Read + 'a>,
    head: Vec<u8>,
    head_at: usize,
    /// Length of a byte order mark that was dropped.
    dropped: u64,
    delivered: u64,
    allowed: u64,
    /// The input has ended. When this is so right after a record, the record was ended by it: a record
    /// that a line end closes is handed out without asking for more.
    pub(super) ended: bool,
    pub(super) refusal: Option<Refusal>,
}

impl<'a> Guard<'a> {
    /// Reads the head of the input and drops a UTF-8 byte order mark.
    pub(super) fn new(mut input: Box<dyn Read + 'a>) -> io::Result<Self> {
        let mut head = Vec::with_capacity(HEAD);
        input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let dropped = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Ok(Guard {
            input,
            head,
            head_at: dropped,
            dropped: dropped as u64,
            delivered: 0,
            allowed: u64::MAX,
            ended: false,
            refusal: None,
        })
    }

    /// What this is instead of CSV text, as far as its first bytes tell.
    pub(super) fn not_text(&self) -> Option<&'static str> {
        const KNOWN: [(&[u8], &str); 8] = [
            (b"\xFF\xFE", "this is UTF-16 text: save it as UTF-8"),
            (b"\xFE\xFF", "this is UTF-16 text: save it as UTF-8"),
            (b"PK\x03\x04", "this is a zip archive or a spreadsheet: save the sheet as CSV"),
            (b"\xD0\xCF\x11\xE0", "this is a spreadsheet: save the sheet as CSV"),
            (b"\x1F\x8B", "this is compressed with gzip: unpack it first"),
            (b"\x28\xB5\x2F\xFD", "this is compressed with zstd: unpack it first"),
            (b"PAR1", "this is a Parquet file, not CSV"),
            (b"%PDF", "this is a PDF document, not CSV"),
        ];
        let text = &self.head[self.head_at..];
        KNOWN.iter().find(|(magic, _)| text.starts_with(magic)).map(|&(_, what)| what).or_else(|| {
            (text.contains(&b'\r') && !text.contains(&b'\n'))
                .then_some("lines end in a bare carriage return: save the file with LF or CRLF line ends")
        })
    }

    /// Lets bytes through up to this offset, counted from the start of the text.
    pub(super) fn allow(&mut self, offset: u64) {
        self.allowed = offset;
    }
}

impl Read for Guard<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.delivered >= self.allowed {
            self.refusal = Some(Refusal::RecordTooLong);
            return Err(io::Error::other("record too long"));
        }
        let n = if self.head_at < self.head.len() {
            let n = (&self.head[self.head_at..]).read(to)?;
            self.head_at += n;
            n
        } else {
            loop {
                match self.input.read(to) {
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    other => break other?,
                }
            }
        };
        if let Some(place) = to[..n].iter().position(|&byte| byte == 0) {
            self.refusal = Some(Refusal::ZeroByte(self.dropped + self.delivered + place as u64 + 1));
            return Err(io::Error::other("zero byte"));
        }
        self.ended |= n == 0;
        self.delivered += n as u64;
        Ok(n)
    }
}
