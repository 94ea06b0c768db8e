//! What the professional judges: their own estimate, agreement with or departure from each instrument, needs, harm, the
//! two questions, and what is advised or why nothing can be.
//!
//! Belongs here: these values and their checks against the draft they are about. Does not belong here: the order in which
//! a draft becomes an advice (`state`).

use super::dossier::known::Known;
use super::draft::Draft;
use super::draft::InstrumentResult;
use super::needs::{AtRisk, Harm, Level, Need, NeedState, Setting};
use super::statement::Ground;
use crate::career::date::CalendarDate;
use crate::risk::instrument::Instrument;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Problems;
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
}

fn says(text: &str) -> bool {
    !text.trim().is_empty()
}

impl Judgement {
    pub(crate) fn check(&self, draft: &Draft, problems: &mut Problems) {
        if self.draft != draft.hash() {
            problems.add(
                "$.draft",
                format_args!("{:?} is another draft; this one is {:?}", shortened(&self.draft), draft.hash()),
            );
        }
        if !self.estimates.iter().any(|e| e.question == "reoffending") {
            problems
                .add("$.estimates", "no estimate of the question \"reoffending\"; the professional's own is needed");
        }
        for (i, e) in self.estimates.iter().enumerate() {
            if !says(&e.reason) || !says(&e.question) {
                problems.add(
                    format_args!("$.estimates[{i}]"),
                    "an estimate has a question and a reason that say something",
                );
            }
        }
        self.check_instruments(draft, problems);
        self.check_reasons(draft, problems);
        for (i, need) in self.needs.iter().enumerate() {
            if need.severity.is_some() && need.state != NeedState::Identified {
                problems.add(
                    format_args!("$.needs[{i}].severity"),
                    format_args!("given with the state {:?}; only a need that is identified has one", need.state.key()),
                );
            }
            if self.needs[..i].iter().any(|other| other.scale == need.scale) {
                problems.add(format_args!("$.needs[{i}].scale"), "it stands twice");
            }
        }
        for (i, harm) in self.serious_harm.iter().enumerate() {
            if harm.group == AtRisk::Prisoners && harm.setting == Setting::Community {
                problems.add(format_args!("$.serious_harm[{i}].group"), "prisoners are at risk in custody only");
            }
            if self.serious_harm[..i].iter().any(|other| (other.group, other.setting) == (harm.group, harm.setting)) {
                problems.add(format_args!("$.serious_harm[{i}]"), "this group in this setting stands twice");
            }
        }
        match &self.outcome {
            Outcome::Advice(text) if !says(text) => {
                problems.add("$.outcome.advice", "it says nothing; what is needed to prevent reoffending is accepted")
            }
            Outcome::NoAdvice(reasons) if reasons.is_empty() => {
                problems.add("$.outcome.no-advice", "no reason is given")
            }
            Outcome::NoAdvice(reasons) => {
                for (i, _) in reasons.iter().enumerate().filter(|(_, one)| !says(&one.explanation)) {
                    problems.add(format_args!("$.outcome.no-advice[{i}].explanation"), "it says nothing");
                }
            }
            Outcome::Advice(_) => {}
        }
    }

    /// A reason to give no advice may be the professional's alone, but not the opposite of what the dossier answers.
    fn check_reasons(&self, draft: &Draft, problems: &mut Problems) {
        let Outcome::NoAdvice(reasons) = &self.outcome else { return };
        for (i, one) in reasons.iter().enumerate() {
            let key = match one.reason {
                NoAdvice::Obstruction => "no-advice/obstruction",
                NoAdvice::Rejection => "no-advice/rejection",
                NoAdvice::NoTie => "no-advice/no-tie",
                NoAdvice::NotObtainable => continue,
            };
            let grounds = draft.statements().filter(|statement| statement.key == key).flat_map(|one| &one.grounds);
            for ground in grounds {
                if let Ground::Answer { path, value } = ground
                    && value == Known::Absent.key()
                {
                    problems.add(
                        format_args!("$.outcome.no-advice[{i}].reason"),
                        format_args!(
                            "{:?} is the opposite of {path} in the dossier, {value:?}; another reason is accepted, or a draft \
                             of a dossier that says otherwise",
                            one.reason.key()
                        ),
                    );
                }
            }
        }
    }

    fn check_instruments(&self, draft: &Draft, problems: &mut Problems) {
        let results = &draft.body.instruments;
        for result in results {
            let id = &result.assessment.instrument;
            if !self.instruments.iter().any(|one| one.instrument == *id) {
                problems.add("$.instruments", format_args!("nothing is said of {id}; agreement, a departure with direction and reason, or \"not-used\" with a reason is accepted"));
            }
        }
        for (i, one) in self.instruments.iter().enumerate() {
            let path = format!("$.instruments[{i}]");
            let Some(result) = results.iter().find(|r| r.assessment.instrument == one.instrument) else {
                problems.add(&path, format_args!("{:?} is not an instrument of the draft", one.instrument));
                continue;
            };
            if self.instruments[..i].iter().any(|other| other.instrument == one.instrument) {
                problems.add(&path, format_args!("{:?} stands twice", one.instrument));
            }
            match &one.stance {
                Stance::Departs { reason, overridden_level, direction } => {
                    if let Some(problem) = level_problem(result, overridden_level, *direction) {
                        problems.add(format_args!("{path}.stance.departs.overridden_level"), problem);
                    }
                    if !says(reason) {
                        problems.add(
                            format_args!("{path}.stance.departs.reason"),
                            "a departure needs a reason that says something",
                        );
                    }
                    if !says(overridden_level) || result.level.as_deref() == Some(overridden_level) {
                        problems.add(
                            format_args!("{path}.stance.departs.overridden_level"),
                            format_args!("{overridden_level:?} is no other level than the instrument's own"),
                        );
                    }
                }
                Stance::NotUsed { reason } if !says(reason) => {
                    problems.add(
                        format_args!("{path}.stance.not-used.reason"),
                        "not using an instrument needs a reason that says something",
                    );
                }
                Stance::Agrees if !result.assessment.scored && result.assessment.ranges.is_empty() => {
                    problems.add(
                        format_args!("{path}.stance"),
                        format_args!(
                            "agreement with {:?}, which has no result; \"not-used\" with a reason is accepted",
                            one.instrument
                        ),
                    );
                }
                Stance::NotUsed { .. } | Stance::Agrees => {}
            }
        }
    }
}

/// What is wrong with another level, by the bands of a bundled instrument.
fn level_problem(result: &InstrumentResult, level: &str, direction: Direction) -> Option<String> {
    let instrument = Instrument::bundled(&result.assessment.instrument).ok()?;
    let bands = instrument.band_names();
    if bands.is_empty() || !says(level) {
        return None;
    }
    let place = |name: &str| bands.iter().position(|band| band == name);
    let Some(to) = place(level) else {
        return Some(format!("{level:?} is no level of the instrument; {} are accepted", bands.join(", ")));
    };
    let from = result.level.as_deref().and_then(place)?;
    let way = if to > from { Direction::Higher } else { Direction::Lower };
    (to != from && way != direction)
        .then(|| format!("{level:?} is {} than {:?}, and the direction says otherwise", way.key(), bands[from]))
}

impl Reaction {
    /// When the draft was shown.
    pub fn on(&self) -> CalendarDate {
        match self {
            Reaction::Said { on, .. } | Reaction::None { on, .. } => *on,
        }
    }

    pub(crate) fn check(&self, draft: &Draft, problems: &mut Problems) {
        let (text, key) = match self {
            Reaction::Said { text, .. } => (text, "said.text"),
            Reaction::None { explanation, .. } => (explanation, "none.explanation"),
        };
        if !says(text) {
            problems.add(format_args!("$.reaction.{key}"), "it says nothing");
        }
        let on = draft.body.asked.on;
        if self.on() < on {
            problems.add("$.reaction", format_args!("shown on {}, before the day of the assessment, {on}", self.on()));
        }
    }
}

impl Signature {
    /// Against what is known of the steps before; of one that cannot be read nothing is said.
    pub(crate) fn check(
        &self,
        draft: &Draft,
        judgement: Option<&Judgement>,
        reaction: Option<&Reaction>,
        problems: &mut Problems,
    ) {
        if !says(&self.by) {
            problems.add("$.final.by", "it says nothing; who makes the advice final is accepted");
        }
        if let Some(shown) = reaction.map(Reaction::on).filter(|shown| self.on < *shown) {
            problems.add("$.final.on", format_args!("{} lies before the draft was shown, {shown}", self.on));
        }
        let Some(judgement) = judgement else { return };
        for (i, one) in self.approved.iter().enumerate() {
            let own = draft
                .body
                .instruments
                .iter()
                .find(|r| r.assessment.instrument == one.instrument)
                .and_then(|r| r.level.as_deref());
            let put =
                judgement.instruments.iter().find(|j| j.instrument == one.instrument).and_then(|j| match &j.stance {
                    Stance::Departs { overridden_level, .. } => Some(overridden_level.as_str()),
                    _ => None,
                });
            if own != Some(&one.level) && put != Some(&one.level) {
                let known: Vec<&str> = own.into_iter().chain(put).collect();
                problems.add(
                    format_args!("$.final.approved[{i}].level"),
                    format_args!(
                        "{:?} is neither the instrument's level nor the one put in its place: {}",
                        one.level,
                        known.join(", ")
                    ),
                );
            }
        }
    }
}
