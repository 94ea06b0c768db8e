//! How sure a source is: shared by every layer that quotes one.

use super::language::Language;
use serde::{Deserialize, Serialize};

/// How a source is known to this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceStatus {
    /// Read in the source itself.
    Read,
    /// Read in the source itself, in a text that may have changed since.
    OlderText,
    /// Known from reports of the source only.
    SecondHand,
    /// The text has not been read: check it before anything is built on it.
    NotRead,
}

impl SourceStatus {
    /// What a reader has to be told; nothing when the source was read.
    pub fn remark(self, language: Language) -> Option<&'static str> {
        let (nl, en) = match self {
            SourceStatus::Read => return None,
            SourceStatus::OlderText => {
                ("oudere tekst, na te gaan in de geldende", "older text, to be checked in the one in force")
            }
            SourceStatus::SecondHand => {
                ("niet geverifieerd: uit de tweede hand", "not verified: known second-hand only")
            }
            SourceStatus::NotRead => {
                ("niet geverifieerd: de tekst is niet gelezen", "not verified: the text has not been read")
            }
        };
        Some(language.pick(nl, en))
    }
}
