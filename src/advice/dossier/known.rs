//! An answer of yes or no, or its absence: not asked and not known are different things, and neither is no.

use crate::advice::statement::Says;
use crate::profile::language::Language;
use crate::risk::instrument::written::shortened::shortened;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whether something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// Nobody asked; never the same as absent.
    #[default]
    NotAsked,
    /// It was asked and is not known; never the same as absent.
    Unknown,
    /// It was asked and is not so.
    Absent,
    /// It is so.
    Present,
}

impl Known {
    /// The key in files.
    pub fn key(self) -> &'static str {
        match self {
            Known::NotAsked => "not-asked",
            Known::Unknown => "unknown",
            Known::Absent => "absent",
            Known::Present => "present",
        }
    }

    /// In words.
    pub fn label(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            Known::NotAsked => ("niet gevraagd", "not asked"),
            Known::Unknown => ("onbekend", "unknown"),
            Known::Absent => ("afwezig", "absent"),
            Known::Present => ("aanwezig", "present"),
        };
        language.pick(nl, en)
    }

    /// How much it says.
    pub(crate) fn says(self) -> Says {
        match self {
            Known::NotAsked => Says::NotAsked,
            Known::Unknown => Says::Unknown,
            Known::Absent | Known::Present => Says::Stated,
        }
    }

    /// Reads a key: absent is not asked, `null` and `"unknown"` are unknown.
    pub(crate) fn read(map: &Map<String, Value>, key: &str) -> Result<Known, String> {
        Ok(match map.get(key) {
            None => Known::NotAsked,
            Some(Value::Null) => Known::Unknown,
            Some(Value::Bool(yes)) => {
                if *yes {
                    Known::Present
                } else {
                    Known::Absent
                }
            }
            Some(Value::String(text)) => match text.as_str() {
                "unknown" => Known::Unknown,
                "present" => Known::Present,
                "absent" => Known::Absent,
                "not-asked" => Known::NotAsked,
                other => {
                    return Err(accepted(&format!("{:?}", shortened(other))));
                }
            },
            Some(other) => {
                return Err(accepted(&shortened(&other.to_string())));
            }
        })
    }
}

fn accepted(found: &str) -> String {
    format!("{found} is not one of \"present\", \"absent\", \"unknown\", \"not-asked\", true, false, null")
}
