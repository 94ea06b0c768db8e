//! One person's follow-up: time at liberty from the index offence to the first new offence or the end.
//!
//! Does not belong here: what is made of many of them (`figures`).

use super::options::RecidivismOptions;
use crate::career::category::Category;
use crate::career::custody::Moment;
use crate::career::offence::{Offence, OffencesInCustody, Severity};
use crate::career::person::{Career, TimeBasis};
use crate::survival::EventStatus;
use serde::{Deserialize, Serialize};

/// Which new offences count as reoffending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reoffence {
    /// Any.
    Any,
    /// Of at least this severity, on the data's own scale. An offence without a severity is unknown, and an error.
    Serious(Severity),
    /// Of the category of the index offence: specific recidivism.
    SameKind,
    /// Of one of these categories.
    Categories(Vec<Category>),
}

/// Years of age at liberty, with what happened in them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FollowUp {
    /// When the person came under observation; 0 is the start.
    pub(crate) entry: f64,
    /// From the index offence to the first new offence that counts, or to the end of the window.
    pub(crate) years: f64,
    /// How it ended: in such an offence, in something after which there can be none, or unfinished.
    pub(crate) end: EventStatus,
    /// From the index offence to the end of the window.
    pub(crate) all_years: f64,
    /// Whether that time ended in something after which there can be no new offence.
    pub(crate) gone: bool,
    /// New offences that count in all of that time.
    pub(crate) offences: u64,
    /// When each new case began: the first offence of it that counts.
    pub(crate) cases: Vec<f64>,
}

/// Why a career has no follow-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoFollowUp {
    /// No offence of the index category.
    NoIndex,
    /// Ages in completed years: the order within a year is not known.
    CompletedAges,
    /// A new offence, by number from 0, has no severity.
    NoSeverity(usize),
    /// The follow-up starts before observation or after its end, or by age where the career has dates.
    StartOutside,
    /// Came under observation after the end of it or, followed by a first new offence, after that.
    EntryAfterEnd,
}

/// Whether an offence belongs to the event that starts the follow-up. The unit is the case: a further count of the
/// index case is no return to crime, whenever it was committed. Where either offence has no case, what happened at the
/// same moment belongs together. An offence at or before the index offence is never after it.
fn of_index_case(index: (&Offence, f64), other: (&Offence, f64)) -> bool {
    let same_case = index.0.case.zip(other.0.case).is_some_and(|(index, other)| index == other);
    same_case || other.1 <= index.1
}

pub(crate) fn follow_up(career: &Career, options: &RecidivismOptions) -> Result<FollowUp, NoFollowUp> {
    if career.basis() == TimeBasis::CompletedAges {
        return Err(NoFollowUp::CompletedAges);
    }
    let (index, offences) = (&options.index, career.offences());
    let first = offences.iter().position(|o| o.category == *index).ok_or(NoFollowUp::NoIndex)?;
    let from = career.positions()[first].0;
    followed(career, options, from, |i| {
        of_index_case((&offences[first], from), (&offences[i], career.positions()[i].0))
    })
}

/// The follow-up from a moment that is no offence: disposal, release, the end of supervision, the start of an
/// intervention. What was committed by then, and any further count of a case of it, is no return to crime. Who came under
/// observation later than that is at risk from then on.
pub(crate) fn follow_up_from(
    career: &Career,
    (start, entry): (Moment, Option<Moment>),
    options: &RecidivismOptions,
) -> Result<FollowUp, NoFollowUp> {
    if career.basis() == TimeBasis::CompletedAges {
        return Err(NoFollowUp::CompletedAges);
    }
    let (window, positions) = (career.timeline.window, career.positions());
    let from = career.timeline.clock.moment(start).filter(|from| (window.0..window.1).contains(from));
    let from = from.ok_or(NoFollowUp::StartOutside)?;
    let earlier: Vec<u32> =
        career.offences().iter().zip(positions).filter(|(_, at)| at.0 <= from).filter_map(|(o, _)| o.case).collect();
    let mut found = followed(career, options, from, |i| {
        positions[i].0 <= from || career.offences()[i].case.is_some_and(|case| earlier.contains(&case))
    })?;
    if let Some(entry) = entry {
        let at = career.timeline.clock.moment(entry).ok_or(NoFollowUp::StartOutside)?;
        found.entry = career.timeline.liberty_years((from, at.max(from)));
        if found.entry > 0.0 && found.entry >= found.years {
            return Err(NoFollowUp::EntryAfterEnd);
        }
    }
    Ok(found)
}

/// Time at liberty from a position to the first offence that counts and is none of an earlier case.
fn followed(
    career: &Career,
    options: &RecidivismOptions,
    from: f64,
    earlier_case: impl Fn(usize) -> bool,
) -> Result<FollowUp, NoFollowUp> {
    let years = |to: f64| career.timeline.liberty_years((from, to));
    let (mut new, mut event) = (0, None);
    let (mut cases, mut known, mut moment) = (Vec::new(), Vec::new(), None);
    for (i, offence) in career.offences().iter().enumerate() {
        let at = career.positions()[i].0;
        let custody = options.in_custody == OffencesInCustody::LeaveOut && career.is_in_custody(i);
        if custody || earlier_case(i) {
            continue;
        }
        let counts = match &options.reoffence {
            Reoffence::Any => true,
            Reoffence::SameKind => offence.category == options.index,
            Reoffence::Categories(categories) => categories.contains(&offence.category),
            Reoffence::Serious(least) => offence.severity.ok_or(NoFollowUp::NoSeverity(i))? >= *least,
        };
        if counts {
            new += 1;
            event = event.or(Some(at));
            // without a case, what was committed at one moment is one
            let again = offence.case.map_or(moment == Some(at), |case| known.contains(&case));
            known.extend(offence.case);
            moment = Some(at);
            if !again {
                cases.push(years(at));
            }
        }
    }
    let all_years = years(career.timeline.window.1);
    let gone = options.competing.contains(&career.window().end);
    let end = match event {
        Some(_) => EventStatus::Event,
        None if gone => EventStatus::Competing,
        None => EventStatus::Censored,
    };
    let years = event.map_or(all_years, years);
    Ok(FollowUp { entry: 0.0, years, end, all_years, gone, offences: new, cases })
}
