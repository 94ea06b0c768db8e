//! Sentences of a draft, each with what it rests on.
//!
//! Belongs here: a sentence, its grounds and how much it says. Does not belong here: what is said (`draft`).

use crate::profile::language::Language;
use crate::units::source_status::SourceStatus;
use serde::{Deserialize, Serialize};

/// How much a sentence says, from least to most. Taking an answer away never moves it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// That nobody asked.
    NotAsked,
    /// That it is not known.
    Unknown,
    /// What it may be, between limits.
    Range,
    /// What is the case, or that something cannot be.
    Stated,
}

/// What a sentence rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ground {
    /// A figure computed from the dossier.
    Figure {
        /// What it is.
        name: String,
        /// Its value, as it is printed; the parts of the draft beside the sentences have it in full precision.
        value: String,
    },
    /// An answer in the dossier, or its absence.
    Answer {
        /// Where it stands in the dossier.
        path: String,
        /// What is answered; `not-asked` when nothing is.
        value: String,
    },
    /// A published source.
    Source {
        /// Which, with its place.
        text: String,
        /// How it is known.
        status: SourceStatus,
    },
    /// An instrument.
    Instrument {
        /// Short name.
        id: String,
        /// Version.
        version: String,
        /// SHA-256 of its file.
        content_hash: String,
    },
    /// The model of careers.
    Model {
        /// Its name.
        name: String,
        /// SHA-256 of its data.
        hash: String,
    },
    /// A rule of this crate.
    Rule {
        /// In words.
        text: String,
    },
}

impl Ground {
    pub(crate) fn figure(name: &str, value: impl ToString) -> Ground {
        Ground::Figure { name: name.to_owned(), value: value.to_string() }
    }

    pub(crate) fn answer(path: impl Into<String>, value: impl ToString) -> Ground {
        Ground::Answer { path: path.into(), value: value.to_string() }
    }

    pub(crate) fn source(text: &str, status: SourceStatus) -> Ground {
        Ground::Source { text: text.to_owned(), status }
    }

    pub(crate) fn rule(text: &str) -> Ground {
        Ground::Rule { text: text.to_owned() }
    }

    /// In words, for print.
    pub fn text(&self, language: Language) -> String {
        match self {
            Ground::Figure { name, value } => {
                // a bound has its own sign
                let is = if value.starts_with(['<', '>']) { "" } else { "= " };
                format!("{}: {name} {is}{value}", language.pick("cijfer", "figure"))
            }
            Ground::Answer { path, value } => format!("{}: {path} = {value}", language.pick("antwoord", "answer")),
            Ground::Source { text, status } => {
                let remark = status.remark(language).map_or_else(String::new, |remark| format!(" ({remark})"));
                format!("{}: {text}{remark}", language.pick("bron", "source"))
            }
            Ground::Instrument { id, version, content_hash } => format!(
                "{}: {id} {version}, sha256 {}",
                language.pick("instrument", "instrument"),
                content_hash.get(..16).unwrap_or(content_hash)
            ),
            Ground::Model { name, hash } => {
                format!("{}: {name}, sha256 {}", language.pick("model", "model"), hash.get(..16).unwrap_or(hash))
            }
            Ground::Rule { text } => format!("{}: {text}", language.pick("regel", "rule")),
        }
    }
}

/// One sentence of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What it is about, the same in every language and for every person: `factor/work`, `frame/gvm`.
    pub key: String,
    /// The sentence.
    pub text: String,
    /// How much it says.
    pub says: Says,
    /// What it rests on; never empty.
    pub grounds: Vec<Ground>,
}

impl Statement {
    pub(crate) fn new(key: impl Into<String>, says: Says, text: impl Into<String>, ground: Ground) -> Statement {
        Statement { key: key.into(), text: text.into(), says, grounds: vec![ground] }
    }

    pub(crate) fn on(mut self, ground: Ground) -> Statement {
        self.grounds.push(ground);
        self
    }
}

/// A part of a draft. The order is this crate's; no order of the probation service is public, so headings can be
/// replaced ([`Headings`](super::Headings)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What the person says of the offence and of their situation.
    Account,
    /// Measures of the career.
    Offending,
    /// Beside the four profiles.
    Profile,
    /// Risk instruments.
    Instruments,
    /// Risk and protective factors.
    Factors,
    /// Family, partner, friends.
    SocialContext,
    /// Needs, for the professional to fill.
    Needs,
    /// Serious harm, for the professional to fill.
    SeriousHarm,
    /// The two questions of the letter's first recommendation.
    Information,
    /// Why no advice could be given.
    NoAdvice,
    /// Frames and their conditions.
    Frames,
    /// Interventions.
    Interventions,
}

impl Part {
    /// All of them, in order.
    pub const ALL: [Part; 12] = [
        Part::Account,
        Part::Offending,
        Part::Profile,
        Part::Instruments,
        Part::Factors,
        Part::SocialContext,
        Part::Needs,
        Part::SeriousHarm,
        Part::Information,
        Part::NoAdvice,
        Part::Frames,
        Part::Interventions,
    ];

    /// The key in files of headings.
    pub fn key(self) -> &'static str {
        match self {
            Part::Account => "account",
            Part::Offending => "offending",
            Part::Profile => "profile",
            Part::Instruments => "instruments",
            Part::Factors => "factors",
            Part::SocialContext => "social-context",
            Part::Needs => "needs",
            Part::SeriousHarm => "serious-harm",
            Part::Information => "information",
            Part::NoAdvice => "no-advice",
            Part::Frames => "frames",
            Part::Interventions => "interventions",
        }
    }

    /// The heading, unless another is given.
    pub fn heading(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            Part::Account => ("Wat de betrokkene zegt", "What the person says"),
            Part::Offending => ("Delictverloop", "Offending"),
            Part::Profile => ("Naast de vier pleegprofielen", "Beside the four offending profiles"),
            Part::Instruments => ("Risicotaxatie-instrumenten", "Risk instruments"),
            Part::Factors => ("Risico- en beschermende factoren", "Risk and protective factors"),
            Part::SocialContext => ("Criminele sociale omgeving", "Criminal social context"),
            Part::Needs => ("Behoeften", "Needs"),
            Part::SeriousHarm => ("Ernstige schade", "Serious harm"),
            Part::Information => ("Is er informatie nodig, en te krijgen", "Is information needed, and can it be got"),
            Part::NoAdvice => ("Redenen waarom geen advies mogelijk is", "Reasons why no advice can be given"),
            Part::Frames => ("Kaders en voorwaarden die bestaan", "Frames and conditions that exist"),
            Part::Interventions => ("Interventies", "Interventions"),
        };
        language.pick(nl, en)
    }
}

/// A part of a draft with its sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Which.
    pub part: Part,
    /// Its sentences, in order.
    pub statements: Vec<Statement>,
}
