//! One case: whether its events make sense together, and what has become of each defendant.
//!
//! Does not belong here: what is counted of defendants (`tally`).

use super::event::{ChainEvent, Demand, Disposal, Exploitation, Outcome, Phase, Sanction, Sanctions, VerdictOutcome};
use super::options::MonitorOptions;
use crate::career::date::CalendarDate;
use crate::error::Issues;

/// More events of one person in one case are a column that holds something else than cases.
const MOST_EVENTS: usize = 1000;

/// What has become of one defendant in one case.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Defendant {
    pub(crate) person: u64,
    /// First day of each phase.
    pub(crate) reached: [Option<CalendarDate>; Phase::ALL.len()],
    pub(crate) disposal: Option<Disposal>,
    /// Of the offences of the index kind, or of the case where the verdict names no kind.
    pub(crate) verdict: Option<VerdictOutcome>,
    /// Of every offence judged.
    pub(crate) judged: Vec<VerdictOutcome>,
    pub(crate) demanded: Sanctions,
    pub(crate) demand: Option<Demand>,
    pub(crate) sanctions: Sanctions,
    /// Days unconditional in all; `None` without such a sanction, or where one of them has no days.
    pub(crate) days: Option<u32>,
    /// Completed years at the first offence of the index kind (of any, where none has a kind).
    pub(crate) age: Option<u32>,
    pub(crate) female: Option<bool>,
    pub(crate) form: Option<Form>,
    /// Value of the further column; `Some(None)` for more than one.
    pub(crate) further: Option<Option<u16>>,
}

/// Form of exploitation of all that one defendant is brought up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    One(Exploitation),
    Several,
}

impl Defendant {
    pub(crate) fn on(&self, phase: Phase) -> Option<CalendarDate> {
        self.reached[phase as usize]
    }

    /// Found guilty of an offence of the index kind.
    pub(crate) fn convicted(&self) -> bool {
        self.verdict == Some(VerdictOutcome::Convicted)
    }
}

/// What a case comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Case {
    pub(crate) defendants: Vec<Defendant>,
    /// Kinds of offence that anybody in it is brought up for, by place, each once.
    pub(crate) kinds: Vec<u16>,
}

/// Understands the events of one case, those of one defendant side by side.
pub(crate) fn understand(events: &[ChainEvent], options: &MonitorOptions, issues: &mut Issues) -> Case {
    let mut kinds: Vec<u16> = events.iter().filter_map(|event| event.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let index = options.kind_of(&options.index);
    let defendants = events.chunk_by(|a, b| a.person == b.person).map(|own| one(own, index, options, issues)).collect();
    Case { defendants, kinds }
}

fn one(events: &[ChainEvent], index: Option<u16>, options: &MonitorOptions, issues: &mut Issues) -> Defendant {
    check(events, options, issues);
    let mut reached = [None; Phase::ALL.len()];
    for event in events {
        let first: &mut Option<CalendarDate> = &mut reached[event.phase as usize];
        *first = Some(first.map_or(event.date, |known| known.min(event.date)));
    }
    let sanctions = |phase: Phase| {
        events.iter().filter(|event| event.phase == phase).fold(Sanctions::default(), |set, event| {
            match event.outcome {
                Outcome::Sanction(kind) => set.with(kind),
                _ => set,
            }
        })
    };
    let birth = events.iter().find_map(|event| event.birth);
    let of_index = |event: &&ChainEvent| event.kind.is_none() || event.kind == index;
    let committed = events.iter().filter(of_index).filter_map(|event| event.committed).min();
    let age = birth.zip(committed).and_then(|(birth, on)| Some(birth.completed_months(on).ok()? / 12));
    let mut unconditional = events
        .iter()
        .filter(|event| event.phase == Phase::Sanction && event.outcome == Outcome::Sanction(Sanction::Unconditional))
        .peekable();
    let days = unconditional.peek().is_some().then(|| unconditional.map(|event| event.days).sum::<Option<u32>>());
    let mut values = events.iter().filter_map(|event| event.further);
    let further = values.next().map(|first| values.all(|other| other == first).then_some(first));
    let mut forms = events.iter().filter_map(|event| event.form);
    let form =
        forms.next().map(|first| if forms.all(|other| other == first) { Form::One(first) } else { Form::Several });
    Defendant {
        person: events[0].person,
        reached,
        disposal: events.iter().filter_map(disposal_of).min(),
        verdict: verdict_of(events, index),
        judged: events.iter().filter_map(outcome_of).collect(),
        demanded: sanctions(Phase::Demand),
        demand: events.iter().find_map(|event| match event.outcome {
            Outcome::Demanded(demand) => Some(demand),
            _ => None,
        }),
        sanctions: sanctions(Phase::Sanction),
        days: days.flatten(),
        age,
        female: events.iter().find_map(|event| event.female),
        form,
        further,
    }
}

fn disposal_of(event: &ChainEvent) -> Option<Disposal> {
    match event.outcome {
        Outcome::Disposal(outcome) => Some(outcome),
        _ => None,
    }
}

fn outcome_of(event: &ChainEvent) -> Option<VerdictOutcome> {
    match event.outcome {
        Outcome::Verdict(outcome) => Some(outcome),
        _ => None,
    }
}

/// Of the offences of the index kind, where any kind is named; a conviction of one of them outweighs what became of the
/// others.
fn verdict_of(events: &[ChainEvent], index: Option<u16>) -> Option<VerdictOutcome> {
    let verdicts = || events.iter().filter_map(|event| Some((event.kind, outcome_of(event)?)));
    let of_index = verdicts().filter(|(kind, _)| kind.is_none() || *kind == index).map(|(_, outcome)| outcome);
    let order = |outcome: &VerdictOutcome| match outcome {
        VerdictOutcome::Convicted => 0,
        VerdictOutcome::Discharged => 1,
        VerdictOutcome::Acquitted => 2,
        VerdictOutcome::Other => 3,
    };
    // judged, but of nothing of the index kind
    of_index.min_by_key(order).or(verdicts().next().map(|_| VerdictOutcome::Other))
}

/// What cannot be, each with its row.
fn check(events: &[ChainEvent], options: &MonitorOptions, issues: &mut Issues) {
    let row = |event: &ChainEvent| Some(u64::from(event.row));
    if events.len() > MOST_EVENTS {
        issues.add(row(&events[MOST_EVENTS]), Some("case"), || {
            format!(
                "{} events of one person in one case, more than {MOST_EVENTS}: does the column hold cases?",
                events.len()
            )
        });
        return;
    }
    let birth = events.iter().find(|event| event.birth.is_some());
    let sex = events.iter().find(|event| event.female.is_some());
    for event in events {
        if let Some((first, birth)) = birth.and_then(|first| Some((first, first.birth?))) {
            if event.birth.is_some_and(|own| own != birth) {
                issues.add(row(event), Some("birth"), || {
                    format!("{} but {birth} in row {} of the same person", shown(event.birth), first.row)
                });
            }
            for (on, column) in [(Some(event.date), "date"), (event.committed, "committed")] {
                if let Some(on) = on.filter(|on| *on < birth) {
                    issues.add(row(event), Some(column), || format!("{on} lies before birth, {birth}"));
                }
            }
        }
        if let Some(first) = sex.filter(|first| event.female.is_some() && event.female != first.female) {
            issues.add(row(event), Some("sex"), || format!("another than in row {} of the same person", first.row));
        }
        if let Some(on) = event.committed.filter(|on| *on > event.date) {
            let date = event.date;
            issues.add(row(event), Some("committed"), || format!("{on} lies after the event itself, {date}"));
        }
        if let Some(end) = options.register_end.filter(|end| event.date >= *end) {
            let date = event.date;
            issues.add(row(event), Some("date"), || format!("{date} lies after the register, which ends before {end}"));
        }
    }
    check_order(events, issues);
    check_outcomes(events, issues);
}

fn shown(date: Option<CalendarDate>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}

/// A phase is not before the first of any that it follows.
fn check_order(events: &[ChainEvent], issues: &mut Issues) {
    // supervision is ordered by the verdict, as sanctions are
    let rank = |phase: Phase| (phase as u8).min(Phase::Sanction as u8);
    for event in events {
        let first_of = |phase: &Phase| {
            let own = events.iter().filter(|other| other.phase == *phase && same_offence(other, event));
            own.min_by_key(|other| (other.date, other.row))
        };
        let before = Phase::ALL.iter().filter(|phase| rank(**phase) < rank(event.phase));
        if let Some(other) = before.filter_map(first_of).find(|other| other.date > event.date) {
            issues.add(Some(u64::from(event.row)), Some("date"), || {
                format!(
                    "{} of {} lies before {} of {} (row {}), which it follows",
                    event.date,
                    event.phase.key(),
                    other.date,
                    other.phase.key(),
                    other.row
                )
            });
        }
    }
}

/// Of one offence, or one of them of the case as a whole.
fn same_offence(a: &ChainEvent, b: &ChainEvent) -> bool {
    a.offence.is_none() || b.offence.is_none() || a.offence == b.offence
}

/// One outcome an offence and phase; sanctions of a verdict that can bear them.
fn check_outcomes(events: &[ChainEvent], issues: &mut Issues) {
    let row = |event: &ChainEvent| Some(u64::from(event.row));
    for (i, event) in events.iter().enumerate() {
        if !matches!(event.phase, Phase::Disposal | Phase::Verdict) {
            continue;
        }
        let earlier = events[..i].iter().find(|other| other.phase == event.phase && same_offence(other, event));
        if let Some(other) = earlier {
            let what = match (event.offence, other.offence) {
                (Some(number), Some(_)) => format!("offence {number}"),
                _ => "the case as a whole".to_owned(),
            };
            issues.add(row(event), Some("outcome"), || {
                format!(
                    "a second outcome of {what} in the phase {} (the first in row {})",
                    event.phase.key(),
                    other.row
                )
            });
        }
    }
    let verdicts = || events.iter().filter_map(outcome_of);
    let (judged, acquitted) = (verdicts().next().is_some(), verdicts().all(|o| o == VerdictOutcome::Acquitted));
    for event in events.iter().filter(|event| matches!(event.phase, Phase::Sanction | Phase::Supervision)) {
        let what = event.phase.key();
        if !judged {
            issues
                .add(row(event), Some("phase"), || format!("{what} without a verdict of this defendant in this case"));
        } else if acquitted {
            issues.add(row(event), Some("phase"), || {
                format!("{what}, but every verdict of this defendant is an acquittal")
            });
        }
        if event.offence.is_some() {
            issues.add(row(event), Some("offence"), || {
                format!("{what} names an offence: a sentence is of the judgement as a whole, leave it empty")
            });
        }
    }
}
