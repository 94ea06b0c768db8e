//! One person's follow-up: time at liberty from the index offence to the first new offence or the end.
//!
//! Does not belong here: what is made of many of them (`figures`).

use crate::career::category::Category;
use crate::career::offence::{OffencesInCustody, Severity};
use crate::career::person::{Career, TimeBasis};
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct FollowUp {
    /// From the index offence to the first new offence that counts, or to the end of the window.
    pub(crate) years: f64,
    /// Whether it ended in such an offence.
    pub(crate) reoffended: bool,
    /// From the index offence to the end of the window.
    pub(crate) all_years: f64,
    /// New offences that count in all of that time.
    pub(crate) offences: u64,
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
}

pub(crate) fn follow_up(
    career: &Career,
    index: &Category,
    reoffence: &Reoffence,
    rule: OffencesInCustody,
) -> Result<FollowUp, NoFollowUp> {
    if career.basis() == TimeBasis::CompletedAges {
        return Err(NoFollowUp::CompletedAges);
    }
    let offences = career.offences();
    let first = offences.iter().position(|o| o.category == *index).ok_or(NoFollowUp::NoIndex)?;
    let from = career.positions()[first].0;
    let years = |to: f64| career.timeline.liberty_years((from, to));
    let (mut new, mut event) = (0, None);
    for (i, offence) in offences.iter().enumerate().skip(first + 1) {
        let at = career.positions()[i].0;
        // What happened at the same moment is part of the index event, not a return to crime.
        if at <= from || (rule == OffencesInCustody::LeaveOut && career.is_in_custody(i)) {
            continue;
        }
        let counts = match reoffence {
            Reoffence::Any => true,
            Reoffence::SameKind => offence.category == *index,
            Reoffence::Categories(categories) => categories.contains(&offence.category),
            Reoffence::Serious(least) => offence.severity.ok_or(NoFollowUp::NoSeverity(i))? >= *least,
        };
        if counts {
            new += 1;
            event = event.or(Some(at));
        }
    }
    let all_years = years(career.timeline.window.1);
    Ok(FollowUp { years: event.map_or(all_years, years), reoffended: event.is_some(), all_years, offences: new })
}
