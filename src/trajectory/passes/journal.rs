//! Passes that are finished, to go on from.

use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::passes::request::PassRequest;
use crate::trajectory::passes::sums::PassSums;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Format name of a journal of passes.
pub const JOURNAL_FORMAT: &str = "pleegprofiel-passes";
/// Format version of a journal of passes.
pub const JOURNAL_VERSION: u32 = 1;

/// The finished passes of a fit, as lines of text: one that says whose they are, then one a pass. A fit that asks for them
/// again gets them from here, and so goes on, with the same bits, where it was stopped.
///
/// A line that was cut off in the writing is left out. Journals hold sums over people only.
#[derive(Debug, Clone, PartialEq)]
pub struct PassJournal {
    of: String,
    finished: HashMap<u64, PassSums>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    version: u32,
    /// What tells these people and options from others.
    of: String,
}

impl PassJournal {
    /// An empty journal; `of` says in words of the caller's whose passes these are, such as a hash of the files.
    pub fn new(of: impl Into<String>) -> PassJournal {
        PassJournal { of: of.into(), finished: HashMap::new() }
    }

    /// The first line of this journal, without a line end.
    pub fn head(&self) -> String {
        let head = Head { format: JOURNAL_FORMAT.into(), version: JOURNAL_VERSION, of: self.of.clone() };
        serde_json::to_string(&head).unwrap_or_default()
    }

    /// Takes up the lines of a stored journal.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the text is no journal, of another version or of other people; when a line
    /// before the last is damaged.
    pub fn read(&mut self, text: &str) -> Result<()> {
        let unusable =
            |why: String| Error::new(ErrorKind::InvalidModel, format!("not a usable journal of passes: {why}"));
        let mut lines = text.lines();
        let head: Head = lines
            .next()
            .and_then(|line| serde_json::from_str(line).ok())
            .ok_or_else(|| unusable("its first line does not say what it is".into()))?;
        if head.format != JOURNAL_FORMAT || head.version != JOURNAL_VERSION {
            return Err(unusable(format!("it is `{:.40}` version {}", head.format, head.version)));
        }
        if head.of != self.of {
            return Err(unusable("it is of other people, or of another fit of them".into()));
        }
        let mut lines = lines.enumerate().peekable();
        while let Some((i, line)) = lines.next() {
            match serde_json::from_str::<PassSums>(line) {
                Ok(sums) => {
                    self.finished.insert(sums.fingerprint(), sums);
                }
                Err(_) if lines.peek().is_none() && !text.ends_with('\n') => {}
                Err(cause) => return Err(unusable(format!("line {} is damaged: {cause}", i + 2))),
            }
        }
        Ok(())
    }

    /// The sums that answer this request, when it was finished before.
    pub fn finished(&self, request: &PassRequest) -> Option<&PassSums> {
        self.finished.get(&request.fingerprint())
    }

    /// Number of finished passes.
    pub fn len(&self) -> usize {
        self.finished.len()
    }

    /// Whether no pass is finished.
    pub fn is_empty(&self) -> bool {
        self.finished.is_empty()
    }

    /// Takes up a finished pass; the line to store of it, without a line end.
    pub fn add(&mut self, sums: &PassSums) -> String {
        self.finished.insert(sums.fingerprint(), sums.clone());
        serde_json::to_string(sums).unwrap_or_default()
    }
}
