//! What a reader of a fit has to be told: reasons not to trust it, boundaries where a number is "as far as the data go".
//!
//! Does not belong here: how it is found, in plain counts (`plain_findings`) and in general (`mixture::findings`).

use crate::cohort::warning::CohortWarning;
use crate::error::{Error, ErrorKind, ISSUES_SHOWN, Result};
use crate::numeric::json::number;
use crate::trajectory::data::group_number::GroupNumber;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A fact about a fit that its reader has to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Finding {
    /// The best climb did not reach a maximum.
    NotConverged {
        /// Largest absolute element of the gradient there.
        #[serde(with = "number")]
        gradient_norm: f64,
    },
    /// The information matrix has a direction in which the likelihood still curves upwards.
    NotAMaximum {
        /// Its eigenvalue, relative to the complete-data information.
        #[serde(with = "number")]
        curvature: f64,
    },
    /// A group has less than one person's weight: the data do not support so many groups.
    EmptyGroup {
        /// Group number.
        group: GroupNumber,
        /// Sum of its posterior weights.
        weight: f64,
    },
    /// Two groups have the same curves: the data do not support so many groups.
    SameGroups {
        /// Group numbers.
        groups: [GroupNumber; 2],
    },
    /// The best optimum was reached by a single start: another one may have been missed.
    ReachedOnce {
        /// Number of starts made.
        starts: usize,
    },
    /// A zero part ran to 0 or 1: where it did, it says "as far as possible".
    ZeroPartSeparated {
        /// Group number.
        group: GroupNumber,
        /// Stretches of ages (start of the first and of the last interval, years) where it is below 1e-5 or
        /// above 1 - 1e-5.
        ages: Vec<[f64; 2]>,
    },
    /// `tau` is 0: the zero part of this group is one half at every age, whatever the rate.
    TauAtZero {
        /// Group number.
        group: GroupNumber,
    },
    /// `tau` is infinite: the rate is one a year and the zero part a polynomial of its own. The family zip has that with a
    /// rate that is free too.
    TauUnbounded {
        /// Group number.
        group: GroupNumber,
        /// How far it came.
        tau: f64,
    },
    /// A rate ran to 0: nobody likely in this group has an event at these ages.
    RateAtZero {
        /// Group number.
        group: GroupNumber,
        /// Stretches of ages (start of the first and of the last interval, years) with a rate below 1e-6 a year.
        ages: Vec<[f64; 2]>,
    },
    /// A rate ran off: the curve of this group expects far more events at these ages than were seen of it, behind a zero
    /// part next to certainty, or with a dispersion under which hardly anybody has as many. It is no rate of anyone.
    RateRunsOff {
        /// Group number.
        group: GroupNumber,
        /// Stretches of ages (start of the first and of the last interval, years) at which it expects more than ten
        /// times the events that were seen, and ten more.
        ages: Vec<[f64; 2]>,
    },
    /// The likelihood is flat in some direction: these groups' parameters cannot all be told from the data.
    FlatLikelihood {
        /// Numbers of the groups whose parameters take part.
        groups: Vec<GroupNumber>,
    },
    /// The dispersion of a negative binomial group is 0: its counts are Poisson.
    DispersionAtZero {
        /// Group number.
        group: GroupNumber,
    },
    /// The factor of a negative multinomial group has no variance: its counts are Poisson.
    FactorAtZero {
        /// Group number.
        group: GroupNumber,
    },
    /// The variance of the factor of a negative multinomial group runs off: nearly everybody's factor is 0, and the
    /// group's level is no level of anyone.
    FactorUnbounded {
        /// Group number.
        group: GroupNumber,
        /// How far it came.
        variance: f64,
    },
    /// The totals of a group's people spread wider than the model allows: they differ in what no curve shows. Intervals
    /// by the information are too narrow then, and posteriors surer than the record allows.
    TotalsSpread {
        /// Group number.
        group: GroupNumber,
        /// Mean squared difference from what is expected over the variance that the model gives, 1 where it is right.
        ratio: f64,
        /// Standard errors above 1.
        z: f64,
    },
    /// The events of a group's people come in spells: fewer of them start than the model expects, which takes every age
    /// as independent of the one before.
    Spells {
        /// Group number.
        group: GroupNumber,
        /// Starts of spells found over those expected.
        ratio: f64,
        /// Standard errors from 1, below 0.
        z: f64,
    },
    /// Parameters without a standard error: at a boundary, or not determined by the data.
    Undetermined {
        /// What they are, in words.
        parameters: Vec<String>,
    },
    /// Fewer than ten persons are most likely of this group.
    SmallGroup {
        /// Group number.
        group: GroupNumber,
        /// Persons.
        members: u64,
    },
    /// Average posterior probability under 0.7 (Nagin 2005).
    LowAvepp {
        /// Group number.
        group: GroupNumber,
        /// AvePP.
        avepp: f64,
    },
    /// Odds of correct classification under 5 (Nagin 2005).
    LowOcc {
        /// Group number.
        group: GroupNumber,
        /// OCC.
        occ: f64,
    },
    /// Cells with an event though the person was hardly at liberty; they pull rates up.
    LowExposure {
        /// Number of such cells.
        cells: u64,
        /// Fraction of the interval at liberty below which a cell is counted here.
        below: f64,
    },
    /// What is to be known of one outcome among several; a group in it is a group of that outcome.
    OfOutcome {
        /// Name of the outcome.
        outcome: String,
        /// What it is.
        of: Box<Finding>,
    },
    /// Something to know about the data themselves: what looks as if it meant something else, and what was left out.
    Data(CohortWarning),
}

impl Finding {
    /// The finding itself, of whichever outcome it is.
    pub fn what(&self) -> &Finding {
        match self {
            Finding::OfOutcome { of, .. } => of.what(),
            other => other,
        }
    }

    /// Whether a fit with this finding should not be used.
    pub fn is_fatal(&self) -> bool {
        matches!(
            self.what(),
            Finding::NotConverged { .. }
                | Finding::NotAMaximum { .. }
                | Finding::EmptyGroup { .. }
                | Finding::SameGroups { .. }
        )
    }
}

/// Refuses when a finding is fatal: the first [`ISSUES_SHOWN`] reasons, and how many more. Thirty groups of the same
/// people are alike in hundreds of pairs.
pub(crate) fn trusted(findings: &[Finding]) -> Result<()> {
    let fatal: Vec<String> = findings.iter().filter(|f| f.is_fatal()).map(ToString::to_string).collect();
    if fatal.is_empty() {
        return Ok(());
    }
    let shown = fatal[..fatal.len().min(ISSUES_SHOWN)].join("; ");
    let more = match fatal.len() - fatal.len().min(ISSUES_SHOWN) {
        0 => String::new(),
        more => format!("; ... and {more} more"),
    };
    Err(Error::new(ErrorKind::Untrusted, format!("this fit cannot be trusted: {shown}{more}")))
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ages = |stretches: &[[f64; 2]]| {
            let one = |[first, last]: &[f64; 2]| {
                if first == last { format!("{first}") } else { format!("{first} to {last}") }
            };
            let list: Vec<String> = stretches.iter().map(one).collect();
            let many = stretches.len() > 1 || stretches.iter().any(|[first, last]| first != last);
            format!("age{} {}", if many { "s" } else { "" }, list.join(" and "))
        };
        match self {
            Finding::NotConverged { gradient_norm } => {
                write!(f, "no start climbed to a maximum (largest gradient element {gradient_norm:.1e})")
            }
            Finding::NotAMaximum { curvature } => {
                write!(f, "the answer is not a maximum (relative curvature {curvature:.1e})")
            }
            Finding::EmptyGroup { group, weight } => {
                write!(f, "group {group} holds {weight:.2} persons: the data do not support so many groups")
            }
            Finding::SameGroups { groups: [a, b] } => {
                write!(f, "groups {a} and {b} have the same curves: the data do not support so many groups")
            }
            Finding::ReachedOnce { starts } => {
                write!(f, "the best optimum was reached once in {starts} climbs; try more starts")
            }
            Finding::ZeroPartSeparated { group, ages: a } => {
                write!(f, "the zero part of group {group} runs to 0 or 1 at {}", ages(a))
            }
            Finding::TauAtZero { group } => {
                write!(f, "tau of group {group} is 0: half of its zeros are structural at every age")
            }
            Finding::TauUnbounded { group, .. } => {
                write!(f, "tau of group {group} runs to infinity, and its rate to one a year: try the family zip")
            }
            Finding::RateAtZero { group, ages: a } => {
                write!(f, "the rate of group {group} runs to 0 at {}", ages(a))
            }
            Finding::RateRunsOff { group, ages: a } => {
                write!(f, "the rate of group {group} runs off at {}: it is no rate of anyone", ages(a))
            }
            Finding::FlatLikelihood { groups } => {
                let list: Vec<String> = groups.iter().map(ToString::to_string).collect();
                write!(f, "the likelihood is flat in a direction that involves group {}", list.join(", "))
            }
            Finding::DispersionAtZero { group } => {
                write!(f, "the dispersion of group {group} is 0: its counts are Poisson")
            }
            Finding::FactorAtZero { group } => {
                write!(
                    f,
                    "the people of group {group} have no factor of their own (its variance is 0): its counts are Poisson"
                )
            }
            Finding::FactorUnbounded { group, variance } => {
                write!(
                    f,
                    "the variance of the factor of group {group} runs off (it is {variance:.0}): nearly all of its people have no rate to speak of, and its level says nothing"
                )
            }
            Finding::TotalsSpread { group, ratio, z } => {
                write!(
                    f,
                    "the totals of the people of group {group} spread {ratio:.1} times as much as the model allows ({z:.1} standard errors): they differ among themselves, posteriors are too sure, and intervals hold by the sandwich only"
                )
            }
            Finding::Spells { group, ratio, z } => {
                let z = z.abs();
                write!(
                    f,
                    "the events of the people of group {group} come in spells: {ratio:.2} times as many start as the model expects ({z:.1} standard errors), so posteriors are too sure and intervals hold by the sandwich only"
                )
            }
            Finding::Undetermined { parameters } => {
                write!(f, "no standard error can be given for: {}", parameters.join("; "))
            }
            Finding::SmallGroup { group, members } => {
                let members = if *members == 0 { "no persons".into() } else { "fewer than 10 persons".to_owned() };
                write!(f, "{members} are most likely of group {group}")
            }
            Finding::LowAvepp { group, avepp } => {
                write!(f, "the average posterior probability of group {group} is {avepp:.2}, below 0.7")
            }
            Finding::LowOcc { group, occ } => {
                write!(f, "the odds of correct classification of group {group} are {occ:.1}, below 5")
            }
            Finding::Data(warning) => warning.fmt(f),
            Finding::OfOutcome { outcome, of } => write!(f, "{outcome}: {of}"),
            Finding::LowExposure { cells, below } => {
                let s = if *cells == 1 { "" } else { "s" };
                write!(
                    f,
                    "{cells} cell{s} with an event although less than {below} of the interval was spent at liberty: such cells weigh heavily"
                )
            }
        }
    }
}
