//! What is wrong with a judgement, a reaction or a signature: against the draft, and against itself.

use super::{Direction, Estimate, Judgement, NoAdvice, Outcome, Reaction, Signature, Stance};
use crate::advice::dossier::known::Known;
use crate::advice::draft::{Draft, InstrumentResult};
use crate::advice::needs::{AtRisk, NeedState, Setting};
use crate::advice::statement::Ground;
use crate::career::date::CalendarDate;
use crate::risk::instrument::Instrument;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Problems;

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
            if let Some(first) = self.estimates[..i].iter().position(|other| other.asks_the_same(e)) {
                problems.add(
                    format_args!("$.estimates[{i}].question"),
                    format_args!(
                        "{:?} was estimated in $.estimates[{first}] already, {:?}; one estimate a question is accepted",
                        shortened(&e.question),
                        self.estimates[first].level.key()
                    ),
                );
            }
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
                for (i, one) in reasons.iter().enumerate() {
                    if !says(&one.explanation) {
                        problems.add(format_args!("$.outcome.no-advice[{i}].explanation"), "it says nothing");
                    }
                    if reasons[..i].iter().any(|other| other.reason == one.reason) {
                        problems.add(
                            format_args!("$.outcome.no-advice[{i}].reason"),
                            format_args!("{:?} stands twice", one.reason.key()),
                        );
                    }
                }
            }
            Outcome::Advice(_) => {}
        }
    }

    /// A reason to give no advice may be the professional's alone, but not the opposite of what the dossier answers, nor of
    /// the two questions as this judgement answers them.
    fn check_reasons(&self, draft: &Draft, problems: &mut Problems) {
        let Outcome::NoAdvice(reasons) = &self.outcome else { return };
        for (i, one) in reasons.iter().enumerate() {
            let key = match one.reason {
                NoAdvice::Obstruction => "no-advice/obstruction",
                NoAdvice::Rejection => "no-advice/rejection",
                NoAdvice::NoTie => "no-advice/no-tie",
                NoAdvice::NotObtainable => {
                    let stated = [
                        ("needed", self.information_needed, Known::Absent),
                        ("obtainable", self.information_obtainable, Known::Present),
                    ];
                    for (question, answer, _) in stated.into_iter().filter(|(_, answer, opposite)| answer == opposite) {
                        problems.add(
                            format_args!("$.outcome.no-advice[{i}].reason"),
                            format_args!(
                                "{:?} contradicts $.information.{question}, {:?}; another reason or another answer is accepted",
                                one.reason.key(),
                                answer.key()
                            ),
                        );
                    }
                    continue;
                }
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

impl Estimate {
    /// Whether two estimates are of one question, however it is written.
    fn asks_the_same(&self, other: &Estimate) -> bool {
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        plain(&self.question) == plain(&other.question)
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
        for (i, one) in self.approved.iter().enumerate() {
            if let Some(first) = self.approved[..i].iter().position(|other| other.instrument == one.instrument) {
                problems.add(
                    format_args!("$.final.approved[{i}].instrument"),
                    format_args!(
                        "a level of {:?} is approved in $.final.approved[{first}] already, {:?}; one an instrument is accepted",
                        shortened(&one.instrument),
                        shortened(&self.approved[first].level)
                    ),
                );
            }
        }
        if let Some(replaces) = &self.replaces {
            let hash = &replaces.advice;
            if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
                problems.add(
                    "$.final.replaces.advice",
                    format_args!("{:?} is not the hash of an advice, as it stands in the record", shortened(hash)),
                );
            }
            if !says(&replaces.reason) {
                problems.add("$.final.replaces.reason", "an advice is replaced for a reason that says something");
            }
        }
        if let Some(judgement) = judgement {
            self.check_approved(draft, judgement, problems);
        }
    }

    /// A level is approved of an instrument that is used: its own, or the one put in its place.
    fn check_approved(&self, draft: &Draft, judgement: &Judgement, problems: &mut Problems) {
        for (i, one) in self.approved.iter().enumerate() {
            let Some(result) = draft.body.instruments.iter().find(|r| r.assessment.instrument == one.instrument) else {
                let known: Vec<&str> =
                    draft.body.instruments.iter().map(|r| r.assessment.instrument.as_str()).collect();
                problems.add(
                    format_args!("$.final.approved[{i}].instrument"),
                    format_args!(
                        "{:?} is not an instrument of the draft: {}",
                        shortened(&one.instrument),
                        known.join(", ")
                    ),
                );
                continue;
            };
            let stance = judgement.instruments.iter().find(|j| j.instrument == one.instrument).map(|j| &j.stance);
            if let Some(Stance::NotUsed { .. }) = stance {
                problems.add(
                    format_args!("$.final.approved[{i}].level"),
                    format_args!(
                        "{:?} of an instrument that the judgement does not use; no level of it is accepted, or another stance",
                        shortened(&one.level)
                    ),
                );
                continue;
            }
            let own = result.level.as_deref();
            let put = match stance {
                Some(Stance::Departs { overridden_level, .. }) => Some(overridden_level.as_str()),
                _ => None,
            };
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
