//! The draft: everything that stands in a dossier put into sentences with their grounds. It is no advice, and says so;
//! only a professional can make one of it (`state`).
//!
//! Belongs here: assembling. Does not belong here: any number that another layer does not already give, any choice among
//! conditions or interventions, any level of need or harm.

mod assemble;
mod context;
mod dutch;
mod frames;
mod instruments;
mod offending;
mod profile;

pub use assemble::Assembler;
pub use instruments::InstrumentResult;
pub use profile::{NotGiven, ProfileResult};

use super::dossier::Printed;
use super::dossier::asked::Asked;
use super::dossier::known::Known;
use super::intervention::Intervention;
use super::law::frame::FrameState;
use super::needs::{Harm, Need};
use super::statement::{Part, Section, Statement};
use crate::error::{Error, ErrorKind, Result};
use crate::profile::language::Language;
use crate::risk::factor::{Context, Factor};
use crate::risk::instrument::written::sha256::sha256;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `format` of drafts.
pub const DRAFT_FORMAT: &str = "pleegprofiel-draft";
/// Highest `format_version` that this crate reads.
pub const DRAFT_VERSION: u32 = 1;

/// A factor of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactorState {
    /// Which.
    pub factor: Factor,
    /// Whether it is there.
    pub presence: Known,
}

/// A part of the criminal social context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextState {
    /// Family, partner or friends.
    pub context: Context,
    /// Whether there are offences in it.
    pub presence: Known,
}

/// What a draft says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Version of this crate.
    pub engine: String,
    /// Language of the sentences.
    pub language: Language,
    /// SHA-256 of the dossier.
    pub dossier: String,
    /// Identifiers that may be printed, and no other.
    pub identifiers: Vec<Printed>,
    /// What was asked.
    pub asked: Asked,
    /// The sentences, by part.
    pub sections: Vec<Section>,
    /// The answer beside the four profiles.
    pub profile: ProfileResult,
    /// Instruments, in the order asked for; never averaged.
    pub instruments: Vec<InstrumentResult>,
    /// Factors.
    pub factors: Vec<FactorState>,
    /// Criminal social context.
    pub social_context: Vec<ContextState>,
    /// Needs, unanswered.
    pub needs: Vec<Need>,
    /// Serious harm, open.
    pub serious_harm: Vec<Harm>,
    /// Frames and whether they can apply.
    pub frames: Vec<FrameState>,
    /// The caller's interventions.
    pub interventions: Vec<Intervention>,
    /// Answers that no instrument asked for reads.
    pub unread: Vec<String>,
}

/// A draft, with the hash by which a judgement refers to it.
///
/// It has no method that makes an advice: that takes a judgement, a reaction and a signature, in this order.
///
/// ```compile_fail
/// use pleegprofiel::advice::Draft;
/// fn publish(draft: Draft) -> String {
///     draft.advice_html() // only a final advice has it
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub(crate) body: Body,
    /// The body as it is hashed.
    text: String,
    hash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<'a> {
    format: String,
    format_version: u32,
    state: String,
    hash: String,
    #[serde(borrow)]
    body: &'a RawValue,
}

impl Draft {
    pub(crate) fn new(body: Body) -> Draft {
        // most take 30 to 45 thousand bytes; what is given back at 64 thousand makes the allocator tidy up
        let mut text = Vec::with_capacity(48_000);
        serde_json::to_writer(&mut text, &body).expect("texts, numbers and lists of them can be written");
        let text = String::from_utf8(text).expect("JSON is UTF-8");
        let hash = sha256(text.as_bytes());
        Draft { body, text, hash }
    }

    /// What it says.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// SHA-256 of what it says; a judgement names it.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The sentences of a part.
    pub fn part(&self, part: Part) -> &[Statement] {
        self.body.sections.iter().find(|section| section.part == part).map_or(&[], |section| &section.statements)
    }

    /// Every sentence.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.body.sections.iter().flat_map(|section| &section.statements)
    }

    /// One JSON object on one line.
    pub fn to_json(&self) -> String {
        [&self.head(), self.text.as_str(), "}"].concat()
    }

    /// The same of a draft that is not needed any more, without a copy of its text.
    pub fn into_json(self) -> String {
        let head = self.head();
        let mut text = self.text;
        text.reserve(head.len() + 1);
        text.insert_str(0, &head);
        text.push('}');
        text
    }

    /// What stands before the body.
    fn head(&self) -> String {
        format!(
            "{{\"format\":\"{DRAFT_FORMAT}\",\"format_version\":{DRAFT_VERSION},\"state\":\"draft\",\"hash\":\"{}\",\"body\":",
            self.hash
        )
    }

    /// Reads a draft back.
    ///
    /// # Errors
    /// Kind [`InvalidInput`](ErrorKind::InvalidInput) when the text is no draft, or was changed since it was made.
    pub fn from_json(text: &str) -> Result<Draft> {
        let refuse = |why: String| Error::new(ErrorKind::InvalidInput, format!("not a draft that can be used: {why}"));
        let stored: Stored<'_> = serde_json::from_str(text).map_err(|e| refuse(e.to_string()))?;
        if stored.format != DRAFT_FORMAT
            || stored.state != "draft"
            || !(1..=DRAFT_VERSION).contains(&stored.format_version)
        {
            return Err(refuse(format!(
                "$.format, $.format_version and $.state are not {DRAFT_FORMAT}, {DRAFT_VERSION} and draft"
            )));
        }
        let body: Body = serde_json::from_str(stored.body.get()).map_err(|e| refuse(format!("$.body: {e}")))?;
        let draft = Draft::new(body);
        if draft.hash != stored.hash {
            return Err(refuse(
                "$.hash: it was changed since it was made; make the draft anew from its dossier".to_owned(),
            ));
        }
        Ok(draft)
    }
}
