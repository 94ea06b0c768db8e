//! What the professional judges: their own estimate, agreement with or departure from each instrument, needs, harm, the
//! two questions, and what is advised or why nothing can be.
//!
//! Belongs here: these values, and their checks against the draft they are about and against each other (`check`). Does
//! not belong here: the order in which a draft becomes an advice (`state`).

mod check;

use super::dossier::known::Known;
use super::needs::{Harm, Level, Need};
use crate::career::date::CalendarDate;
use crate::risk::instrument::written::sha256::sha256;
use crate::units::keyed;
use serde::{Deserialize, Serialize};

keyed! {
    /// In which direction a professional departs from an instrument.
    Direction {
        /// Higher.
        Higher = ("higher", "hoger", "higher"),
        /// Lower.
        Lower = ("lower", "lager", "lower"),
    }
}
keyed! {
    /// A reason why no advice can be given.
    NoAdvice {
        /// Obstructs the inquiry.
        Obstruction = ("obstruction", "belemmert het onderzoek", "obstructs the inquiry"),
        /// Rejects every intervention.
        Rejection = ("rejection-of-every-intervention", "wijst elke interventie af", "rejects every intervention"),
        /// No tie with a European country.
        NoTie = ("no-tie-with-a-european-country", "geen band met een Europees land", "no tie with a European country"),
        /// The information needed cannot be got.
        NotObtainable = ("information-not-obtainable", "de nodige informatie is niet te krijgen", "the information needed cannot be got"),
    }
}
keyed! {
    /// Why there is no reaction of the person.
    NoReaction {
        /// Refuses to react.
        Refused = ("refused", "weigert te reageren", "refuses to react"),
        /// Does not react.
        Silent = ("silent", "reageert niet", "does not react"),
        /// Was not reached.
        NotReached = ("not-reached", "niet bereikt", "was not reached"),
    }
}

/// The professional's own estimate on one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Estimate {
    /// The question; `reoffending` has to be among them.
    pub question: String,
    /// The estimate.
    pub level: Level,
    /// Why.
    pub reason: String,
}

/// What the professional does with an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Stance {
    /// Agrees with it.
    Agrees,
    /// Departs from it.
    Departs {
        /// Up or down.
        direction: Direction,
        /// Why; never empty.
        reason: String,
        /// The level put in the place of the instrument's own.
        overridden_level: String,
    },
    /// Does not use it.
    NotUsed {
        /// Why; never empty.
        reason: String,
    },
}

/// A stance on one instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentJudgement {
    /// The instrument.
    pub instrument: String,
    /// What the professional does with it.
    pub stance: Stance,
}

/// A reason why no advice can be given, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explained {
    /// The reason.
    pub reason: NoAdvice,
    /// In the professional's words.
    pub explanation: String,
}

/// What is advised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// What is needed to prevent reoffending, in the professional's words.
    Advice(String),
    /// No advice can be given.
    NoAdvice(Vec<Explained>),
}

/// A judgement of one draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// Hash of the draft that it is about.
    pub draft: String,
    /// Own estimates.
    pub estimates: Vec<Estimate>,
    /// A stance on every instrument of the draft.
    pub instruments: Vec<InstrumentJudgement>,
    /// Whether more information is needed to see which risks can be influenced.
    pub information_needed: Known,
    /// Whether it can be got.
    pub information_obtainable: Known,
    /// Needs that were judged; the other scales stay unanswered.
    pub needs: Vec<Need>,
    /// Serious harm that was judged.
    pub serious_harm: Vec<Harm>,
    /// What is advised, or why nothing can be.
    pub outcome: Outcome,
}

/// What the person said when the draft was shown, or why nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Reaction {
    /// The person's words.
    Said {
        /// When the draft was shown.
        on: CalendarDate,
        /// What they said.
        text: String,
    },
    /// There is none.
    None {
        /// When the draft was shown, or it was tried.
        on: CalendarDate,
        /// Why.
        why: NoReaction,
        /// In the professional's words.
        explanation: String,
    },
}

/// A level approved by whoever signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// The instrument.
    pub instrument: String,
    /// Its own level or the one put in its place.
    pub level: String,
}

/// The final advice that another one of the same draft takes the place of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaces {
    /// Its hash ([`Advice::hash`](super::Advice::hash)), as it stands in the record.
    pub advice: String,
    /// Why it is replaced; never empty.
    pub reason: String,
}

impl Replaces {
    /// Whether a text is that advice, as [`Advice::to_json`](super::Advice::to_json) wrote it.
    pub fn is_of(&self, json: &str) -> bool {
        sha256(json.trim_end().as_bytes()) == self.advice
    }
}

/// Who makes an advice final, and when; both given by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who.
    pub by: String,
    /// When.
    pub on: CalendarDate,
    /// Levels approved; others stay without.
    #[serde(default)]
    pub approved: Vec<Approved>,
    /// The final advice of the same draft that this one replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Replaces>,
}
