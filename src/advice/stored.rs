//! What lies between a draft and an advice, on file: each document holds the one before it whole, and a hash over both.
//! Neither is an advice, and neither reads as one.

use super::draft::Draft;
use super::judgement::{Judgement, Reaction};
use super::state::{Judged, Shown};
use crate::error::{Error, ErrorKind, Result};
use crate::risk::instrument::written::sha256::sha256;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// `format` of judged drafts.
pub const JUDGED_FORMAT: &str = "pleegprofiel-judged";
/// `format` of judged drafts that were shown.
pub const SHOWN_FORMAT: &str = "pleegprofiel-shown";

/// How one kind of document is written: its state, and the keys of what it adds and of what it adds that to.
struct Form {
    format: &'static str,
    state: &'static str,
    adds: &'static str,
    to: &'static str,
}

const JUDGED: Form = Form { format: JUDGED_FORMAT, state: "judged", adds: "judgement", to: "draft" };
const SHOWN: Form = Form { format: SHOWN_FORMAT, state: "shown", adds: "reaction", to: "judged" };

impl Form {
    fn write(&self, hash: &str, adds: &impl Serialize, to: &str) -> String {
        let Form { format, state, adds: key, to: before } = self;
        let adds = text(adds);
        format!(
            "{{\"format\":\"{format}\",\"format_version\":1,\"state\":\"{state}\",\"hash\":\"{hash}\",\"{key}\":{adds},\"{before}\":{to}}}"
        )
    }

    /// Hash, what it adds, and the text of what it adds that to.
    fn read<'a, T: DeserializeOwned>(&self, text: &'a str) -> Result<(String, T, &'a str)> {
        let refuse = |why: String| self.refuse(&why);
        let all: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(|e| refuse(e.to_string()))?;
        let known = ["format", "format_version", "state", "hash", self.adds, self.to];
        let unknown: Vec<&str> = all.keys().map(String::as_str).filter(|key| !known.contains(key)).collect();
        let missing: Vec<&str> = known.iter().copied().filter(|key| !all.contains_key(*key)).collect();
        if !unknown.is_empty() || !missing.is_empty() {
            let known = known.join(", ");
            let (unknown, missing) = (unknown.join(", "), missing.join(", "));
            return Err(refuse(format!("its keys are {known}; missing are [{missing}], and unknown are [{unknown}]")));
        }
        let head = ["format", "format_version", "state"].map(|key| all[key].get().to_owned());
        if head != [format!("\"{}\"", self.format), "1".to_owned(), format!("\"{}\"", self.state)] {
            return Err(refuse(format!(
                "$.format, $.format_version and $.state are not {}, 1 and {}",
                self.format, self.state
            )));
        }
        let part = |key: &str, e: serde_json::Error| refuse(format!("$.{key}: {e}"));
        let hash = serde_json::from_str(all["hash"].get()).map_err(|e| part("hash", e))?;
        let adds = serde_json::from_str(all[self.adds].get()).map_err(|e| part(self.adds, e))?;
        Ok((hash, adds, all[self.to].get()))
    }

    fn refuse(&self, why: &str) -> Error {
        Error::new(ErrorKind::InvalidInput, format!("not a {} draft that can be used: {why}", self.state))
    }

    fn unchanged(&self, stated: &str, hash: &str) -> Result<()> {
        match stated == hash {
            true => Ok(()),
            false => Err(self.refuse("$.hash: it was changed since it was made; make it anew from the step before")),
        }
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists of them can be written")
}

impl Judged {
    /// SHA-256 over the draft's hash and the judgement.
    pub fn hash(&self) -> String {
        sha256(format!("{}{}", self.draft().hash(), text(self.judgement())).as_bytes())
    }

    /// One JSON object on one line.
    pub fn to_json(&self) -> String {
        JUDGED.write(&self.hash(), self.judgement(), &self.draft().to_json())
    }

    /// Reads a judged draft back.
    ///
    /// # Errors
    /// Kind [`InvalidInput`](ErrorKind::InvalidInput) when the text is none, or was changed since it was made.
    pub fn from_json(json: &str) -> Result<Judged> {
        let (hash, judgement, draft) = JUDGED.read::<Judgement>(json)?;
        let judged = Draft::from_json(draft)?.judge(judgement)?;
        JUDGED.unchanged(&hash, &judged.hash())?;
        Ok(judged)
    }
}

impl Shown {
    /// SHA-256 over the judged draft's hash and the reaction.
    pub fn hash(&self) -> String {
        sha256(format!("{}{}", self.judged().hash(), text(self.reaction())).as_bytes())
    }

    /// One JSON object on one line; it is no advice.
    pub fn to_json(&self) -> String {
        SHOWN.write(&self.hash(), self.reaction(), &self.judged().to_json())
    }

    /// Reads it back.
    ///
    /// # Errors
    /// As [`Judged::from_json`].
    pub fn from_json(json: &str) -> Result<Shown> {
        let (hash, reaction, judged) = SHOWN.read::<Reaction>(json)?;
        let shown = Judged::from_json(judged)?.show(reaction)?;
        SHOWN.unchanged(&hash, &shown.hash())?;
        Ok(shown)
    }
}
