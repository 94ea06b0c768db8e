//! Holding a log against its own chain, line by line, in memory that does not grow with it.

use super::BEGINNING;
use super::entry::{Chain, LINE_BEGUN};
use crate::error::{Error, Result};
use crate::risk::instrument::written::sha256::sha256;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::fmt;
use std::io::{BufRead, Read};

/// Longest line that is read, in bytes.
pub const LONGEST_LINE: usize = 16 << 20;

/// Faults that are kept; more are counted.
const KEPT: usize = 20;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// It is no line of a record, or longer than [`LONGEST_LINE`].
    NotALine,
    /// Its hash is not that of its entry.
    Changed,
    /// Lines before it are gone.
    Missing {
        /// Number of the first.
        from: u64,
        /// Number of the last.
        to: u64,
    },
    /// It stands behind lines that came later, or twice.
    Moved {
        /// Its own number.
        number: u64,
        /// The number that belongs here.
        expected: u64,
    },
    /// Its number follows, but it was bound to another line than the one before it.
    Unbound,
    /// Behind the last line end stands what is neither a line nor the beginning of the next.
    NotBegun,
    /// The log does not end in the line that the caller knows of.
    OtherEnd,
}

/// A fault and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.kind {
            FaultKind::NotALine => write!(f, "it is no line of a record"),
            FaultKind::Changed => write!(f, "it was changed: its hash is not that of its entry"),
            FaultKind::Missing { from, to } if from == to => write!(f, "entry {from} before it is gone"),
            FaultKind::Missing { from, to } => write!(f, "entries {from} to {to} before it are gone"),
            FaultKind::Moved { number, expected } => {
                write!(f, "entry {number} stands where {expected} belongs: it was moved, or stands twice")
            }
            FaultKind::Unbound => {
                write!(f, "it is bound to another line than the one before it: that one was replaced")
            }
            FaultKind::NotBegun => {
                write!(f, "it is neither a line of a record nor the beginning of the one that belongs here")
            }
            FaultKind::OtherEnd => write!(f, "the log does not end in the line that is known to be its last"),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Whole lines, one that lacks only its line end among them.
    pub lines: u64,
    /// The first faults.
    pub faults: Vec<Fault>,
    /// How many there are in all.
    pub fault_count: u64,
    /// Bytes of a last line that is not whole: a run was cut off while writing it. They are the beginning of the line
    /// that follows the whole ones (its number and the hash of the line before stand in it), and JSON that ends early.
    pub cut_off: u64,
    /// Bytes of all whole lines.
    pub whole_bytes: u64,
    /// Whether the last whole line lacks its line end; [`Chain::line`] adds it before the next.
    pub unended: bool,
    chain: Chain,
}

impl Verified {
    /// Whether every whole line is as it was written, in its place.
    pub fn is_whole(&self) -> bool {
        self.fault_count == 0
    }

    /// The chain to go on from; `None` when there are faults.
    pub fn chain(&self) -> Option<Chain> {
        self.is_whole().then(|| self.chain.clone())
    }

    /// Hash of the last whole line, to be kept elsewhere.
    pub fn head(&self) -> &str {
        self.chain.head()
    }
}

/// Takes a log line by line.
#[derive(Debug, Clone, PartialEq)]
pub struct LogCheck {
    chain: Chain,
    line: u64,
    faults: Vec<Fault>,
    fault_count: u64,
    expected: Option<String>,
    /// Whether the last line was in order, so that the next has to be bound to it.
    bound: bool,
}

#[derive(Deserialize)]
struct Numbered {
    seq: u64,
    previous: String,
}

impl Default for LogCheck {
    fn default() -> Self {
        LogCheck::new()
    }
}

impl LogCheck {
    /// At the beginning of a log.
    pub fn new() -> LogCheck {
        LogCheck { chain: Chain::new(), line: 0, faults: Vec::new(), fault_count: 0, expected: None, bound: true }
    }

    /// States the hash of the last line, known from elsewhere: then lines taken from the end are found as well.
    pub fn expect_head(mut self, hash: impl Into<String>) -> LogCheck {
        self.expected = Some(hash.into());
        self
    }

    fn fault(&mut self, kind: FaultKind) {
        self.fault_count += 1;
        if self.faults.len() < KEPT {
            self.faults.push(Fault { line: self.line, kind });
        }
    }

    /// Takes the next whole line, without its line end; gives its entry when the line is as it was written.
    pub fn line<'a>(&mut self, line: &'a str) -> Option<&'a str> {
        self.line += 1;
        let parts =
            split(line).and_then(|(entry, hash)| Some((entry, hash, serde_json::from_str::<Numbered>(entry).ok()?)));
        let Some((entry, hash, Numbered { seq, previous })) = parts else {
            self.fault(FaultKind::NotALine);
            self.chain.next += 1;
            self.bound = false;
            return None;
        };
        let expected = self.chain.next;
        let changed = sha256(entry.as_bytes()) != hash;
        if changed {
            self.fault(FaultKind::Changed);
        }
        if seq > expected {
            self.fault(FaultKind::Missing { from: expected, to: seq - 1 });
        } else if seq < expected {
            self.fault(FaultKind::Moved { number: seq, expected });
        } else if !changed && self.bound && previous != self.chain.previous {
            self.fault(FaultKind::Unbound);
        }
        self.chain.next = self.chain.next.max(seq.saturating_add(1));
        self.chain.previous = hash.to_owned();
        self.bound = !changed && seq == expected;
        (!changed).then_some(entry)
    }

    /// At the end of the log, of so many bytes in whole lines and in one that is not.
    fn finish(mut self, whole_bytes: u64, cut_off: u64) -> Verified {
        if self.expected.as_ref().is_some_and(|expected| *expected != self.chain.previous) {
            self.fault(FaultKind::OtherEnd);
        }
        let LogCheck { chain, line, faults, fault_count, .. } = self;
        Verified { lines: line, faults, fault_count, cut_off, whole_bytes, unended: chain.unended, chain }
    }

    /// Takes what stands behind the last line end. JSON that is whole is a line, as any other; JSON that ends early is one
    /// that was cut off, if it begins as the next line has to.
    fn rest(mut self, rest: &[u8], whole: u64, mut each: impl FnMut(&str)) -> Verified {
        let length = rest.len() as u64;
        match serde_json::from_slice::<IgnoredAny>(rest) {
            _ if rest.is_empty() => self.finish(whole, 0),
            Ok(_) => {
                if let Some(entry) = self.line(std::str::from_utf8(rest).unwrap_or("")) {
                    each(entry);
                }
                self.chain.unended = true;
                self.finish(whole + length, 0)
            }
            Err(why) if (why.is_eof() || in_a_number(rest)) && self.is_begun(rest) => self.finish(whole, length),
            Err(_) => {
                self.line += 1;
                self.fault(FaultKind::NotBegun);
                self.finish(whole, 0)
            }
        }
    }

    /// Whether bytes are the beginning of the line that belongs here: its number and the hash of the line before, as far as
    /// they reach, and behind a whole entry as much of its hash as is there.
    fn is_begun(&self, rest: &[u8]) -> bool {
        let head = format!("{LINE_BEGUN}{}", self.chain.entry_begun());
        let (known, more) = rest.split_at(rest.len().min(head.len()));
        if !head.as_bytes().starts_with(known) || more.first().is_some_and(|next| !b",}".contains(next)) {
            return false;
        }
        let Some(at) = rest.windows(HASH_KEY.len()).rposition(|part| part == HASH_KEY.as_bytes()) else { return true };
        let (entry, hash) = (&rest[LINE_BEGUN.len().min(at)..at], &rest[at + HASH_KEY.len()..]);
        let hash = hash.strip_suffix(b"\"").unwrap_or(hash);
        // the key may stand within the entry, which is not whole then
        serde_json::from_slice::<IgnoredAny>(entry).is_err() || sha256(entry).as_bytes().starts_with(hash)
    }

    /// Reads a whole log, handing every entry that is as it was written to `each`.
    ///
    /// # Errors
    /// Kind [`Io`](crate::ErrorKind::Io) when it cannot be read.
    pub fn read(mut self, mut log: impl BufRead, mut each: impl FnMut(&str)) -> Result<Verified> {
        let (mut line, mut whole) = (Vec::new(), 0u64);
        loop {
            line.clear();
            let broken = |cause: std::io::Error| Error::io("the log", "read", cause);
            let read = (&mut log).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut line).map_err(broken)? as u64;
            if line.last() != Some(&b'\n') && read <= LONGEST_LINE as u64 {
                return Ok(self.rest(&line, whole, each));
            }
            let mut length = read;
            while line.last() != Some(&b'\n') {
                // the rest of a line that is too long, piece by piece
                line.clear();
                let more = (&mut log).take(LONGEST_LINE as u64).read_until(b'\n', &mut line).map_err(broken)? as u64;
                length += more;
                if more == 0 {
                    self.line += 1;
                    self.fault(FaultKind::NotALine);
                    return Ok(self.finish(whole, 0));
                }
            }
            whole += length;
            let text = if length == read { std::str::from_utf8(&line[..line.len() - 1]).unwrap_or("") } else { "" };
            if let Some(entry) = self.line(text) {
                each(entry);
            }
        }
    }
}

/// Whether JSON ends early within a number, such as `-` or `1.`: one digit more, and it ends early elsewhere.
fn in_a_number(rest: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(&[rest, b"0"].concat()).is_err_and(|why| why.is_eof())
}

/// What stands between an entry and its hash.
const HASH_KEY: &str = ",\"hash\":\"";

/// Entry and hash of a line.
fn split(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix(LINE_BEGUN)?.strip_suffix("\"}")?;
    let at = rest.len().checked_sub(BEGINNING.len())?;
    let hash = rest.get(at..)?;
    let entry = rest.get(..at)?.strip_suffix(HASH_KEY)?;
    hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)).then_some((entry, hash))
}

/// Holds a log against its chain.
///
/// # Errors
/// As [`LogCheck::read`]; faults in the log are no error but what it is for.
pub fn verify(log: impl BufRead) -> Result<Verified> {
    LogCheck::new().read(log, |_| {})
}
