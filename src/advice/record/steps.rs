//! What a record says of every draft: whether it was assessed in it, and which final advice there is of it. A step stands
//! in the record of the assessment that it follows, and a draft has one final advice.
//!
//! Belongs here: whether an entry can follow those before it. Does not belong here: whether lines are as they were
//! written (`verify`), which is asked first.

use crate::error::{Error, Result};
use crate::risk::instrument::written::sha256::sha256;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::fmt;

/// Faults that are kept; more are counted.
const KEPT: usize = 20;

/// Why an entry cannot follow those before it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepFaultKind {
    /// The draft that it is about was not assessed in this record.
    NotAssessed,
    /// There is a final advice of the draft, and it is not said to replace that.
    Decided {
        /// Its hash.
        advice: String,
        /// The number of its entry.
        entry: u64,
    },
    /// It is said to replace an advice that is not the final one of the draft.
    ReplacesOther {
        /// Hash of the advice that it is said to replace.
        advice: String,
    },
}

impl fmt::Display for StepFaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StepFaultKind::NotAssessed => write!(f, "the draft that it is about was not assessed in this record"),
            StepFaultKind::Decided { advice, entry } => {
                write!(
                    f,
                    "entry {entry} is a final advice of the same draft, {advice}, and this one does not replace it"
                )
            }
            StepFaultKind::ReplacesOther { advice } => {
                write!(f, "it replaces {advice}, which is not the final advice of the draft")
            }
        }
    }
}

/// A fault and the entry that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFault {
    /// Number of the entry, which is that of its line, from 1.
    pub entry: u64,
    /// What is wrong.
    pub kind: StepFaultKind,
}

impl fmt::Display for StepFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.entry, self.kind)
    }
}

/// How an entry follows those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Follows {
    /// It can be added.
    Yes,
    /// The same final advice is in the record already, in the entry of this number.
    IsThere(u64),
}

/// The final advice of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decided {
    entry: u64,
    advice: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Of {
    assessed: bool,
    decided: Option<Box<Decided>>,
}

/// What entries say that have to do with steps; of others nothing.
#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    seq: u64,
    kind: String,
    draft: String,
    #[serde(default)]
    advice: String,
    replaces: Option<Replaced>,
}

#[derive(Deserialize)]
struct Replaced {
    advice: String,
}

/// Takes the entries of a record, as [`LogCheck::read`](super::LogCheck::read) hands them on, and says what can follow.
///
/// Entries of other kinds than this crate's own may stand among them.
///
/// ```
/// use pleegprofiel::advice::record::{Chain, Follows, LogCheck, Steps};
/// use serde_json::json;
/// let mut chain = Chain::new();
/// let log = chain.line(&json!({"kind": "assessment", "draft": "7d"}));
/// let mut steps = Steps::new();
/// LogCheck::new().read(log.as_bytes(), |entry| steps.entry(entry))?;
/// assert_eq!(steps.next(&json!({"kind": "decision", "draft": "7d", "advice": "a1"}))?, Follows::Yes);
/// assert!(steps.next(&json!({"kind": "decision", "draft": "8e", "advice": "a1"})).is_err());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// By the beginning of the hash of what the draft is called by.
    drafts: HashMap<u128, Of>,
    faults: Vec<StepFault>,
    fault_count: u64,
}

/// A short name for a hash, or for whatever stands in its place.
pub(in crate::advice) fn short(hash: &str) -> u128 {
    let hex = sha256(hash.as_bytes());
    hex.get(..32).and_then(|hex| u128::from_str_radix(hex, 16).ok()).unwrap_or_default()
}

impl Steps {
    /// At the beginning of a record.
    pub fn new() -> Steps {
        Steps::default()
    }

    /// Takes the next entry.
    pub fn entry(&mut self, text: &str) {
        let Ok(entry) = serde_json::from_str::<Entry>(text) else { return };
        if let Err(kind) = self.follows(&entry) {
            self.fault_count += 1;
            if self.faults.len() < KEPT {
                self.faults.push(StepFault { entry: entry.seq, kind });
            }
        }
        match entry.kind.as_str() {
            "assessment" => self.drafts.entry(short(&entry.draft)).or_default().assessed = true,
            "decision" => {
                let decided = Decided { entry: entry.seq, advice: entry.advice };
                self.drafts.entry(short(&entry.draft)).or_default().decided = Some(Box::new(decided));
            }
            _ => {}
        }
    }

    /// Whether an entry can follow, before it is added.
    ///
    /// # Errors
    /// When the draft that a step is about was not assessed in this record; when there is a final advice of it and the
    /// entry does not replace that, or replaces another.
    pub fn next(&self, entry: &Value) -> Result<Follows> {
        match Entry::deserialize(entry) {
            Ok(entry) => self.follows(&entry).map_err(|kind| Error::value(kind.to_string())),
            Err(_) => Ok(Follows::Yes),
        }
    }

    fn follows(&self, entry: &Entry) -> std::result::Result<Follows, StepFaultKind> {
        let step = matches!(entry.kind.as_str(), "judged" | "shown" | "decision");
        let of = if step { self.drafts.get(&short(&entry.draft)) } else { return Ok(Follows::Yes) };
        let Some(of) = of.filter(|of| of.assessed) else { return Err(StepFaultKind::NotAssessed) };
        if entry.kind != "decision" {
            return Ok(Follows::Yes);
        }
        match (&of.decided, &entry.replaces) {
            (Some(there), _) if there.advice == entry.advice => Ok(Follows::IsThere(there.entry)),
            (None, None) => Ok(Follows::Yes),
            (Some(there), Some(replaced)) if there.advice == replaced.advice => Ok(Follows::Yes),
            (_, Some(replaced)) => Err(StepFaultKind::ReplacesOther { advice: replaced.advice.clone() }),
            (Some(there), None) => Err(StepFaultKind::Decided { advice: there.advice.clone(), entry: there.entry }),
        }
    }

    /// The first entries that do not follow those before them.
    pub fn faults(&self) -> &[StepFault] {
        &self.faults
    }

    /// How many there are in all.
    pub fn fault_count(&self) -> u64 {
        self.fault_count
    }
}
