//! The figures of a cohort's recidivism: what they are, and how they come from people's follow-up.
//!
//! Does not belong here: one person's follow-up (`follow_up`), collecting careers (`builder`), the estimators
//! (`survival`), what is hidden (`small_cells`).

use super::follow_up::FollowUp;
use super::options::RecidivismOptions;
use crate::error::Result;
use crate::numeric::p_values::Z_975;
use crate::survival::EventStatus;
use crate::survival::aalen_johansen::AalenJohansen;
use crate::survival::event_share::{EventShare, KaplanMeier};
use serde::Serialize;

/// A share of people, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShareOf {
    /// The share.
    pub share: f64,
    /// Its standard error; `None` when nobody is left, and where small cells are hidden.
    pub se: Option<f64>,
    /// Lower end of the interval, on the scale `ln(-ln(1 - share))`; `None` where there is none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

impl From<EventShare> for ShareOf {
    fn from(at: EventShare) -> ShareOf {
        ShareOf { share: at.share, se: at.se, low: at.low, high: at.high }
    }
}

/// What has become of people by one time after the index offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShareFigures {
    /// The share that reoffended (Aalen-Johansen: whoever died first is in the denominator).
    #[serde(flatten)]
    pub reoffended: ShareOf,
    /// The share for whom a competing event came first; `None` where it is of too few people to be shown.
    pub competing: Option<ShareOf>,
    /// One minus Kaplan-Meier, in which a competing event is censoring: the share that would have reoffended if nobody
    /// died and those who did had been like the others. Never below the share that did. `None` like `competing`.
    pub kaplan_meier: Option<ShareOf>,
    /// Persons followed to this time without any event; `None` where small cells are hidden.
    pub at_risk: Option<u64>,
    /// Persons who reoffended by then; `None` where small cells are hidden.
    pub events: Option<u64>,
    /// Persons for whom a competing event came first by then; `None` where small cells are hidden.
    pub competing_events: Option<u64>,
}

/// Reoffending by one time after the index offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShareByYear {
    /// Years at liberty since the index offence.
    pub years: u32,
    /// The figures; `None` when they are of too few people to be shown.
    pub figures: Option<ShareFigures>,
    /// Whether anyone was followed so long without an event (where small cells are hidden: at least ten persons). If
    /// not, the share is that of the longest time seen.
    pub followed: bool,
}

/// New offences per year at liberty after the index offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FrequencyAfter {
    /// New offences that count; `None` where small cells are hidden.
    pub offences: Option<u64>,
    /// Years at liberty from the index offence to the end of observation; `None` where small cells are hidden.
    pub years: Option<f64>,
    /// Offences over years; `None` without time at liberty.
    pub rate: Option<f64>,
    /// Standard error, people being independent and offences of one person not; `None` where small cells are hidden.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval, on the log scale.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// The figures of everyone, or of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupRecidivism {
    /// The group; `None` for everyone.
    pub group: Option<String>,
    /// Number of persons with a follow-up; `None` when too few to be shown, or withheld because others are.
    pub persons: Option<u64>,
    /// What has become of them, by years at liberty.
    pub shares: Vec<ShareByYear>,
    /// Frequency; `None` when of too few people to be shown.
    pub frequency: Option<FrequencyAfter>,
}

/// The recidivism of a cohort.
///
/// It describes people with alike histories; it is no forecast of anyone's. Intervals are of 95 %.
///
/// # Small cells
/// Unless [`RecidivismOptions::show_small_cells`] says otherwise, no number of fewer than ten persons can be worked out
/// from these figures, by one rule. A *unit* is everyone, a group that is shown, or all whose group is not shown taken
/// together. Years and groups are shown such that in **every** unit at least ten persons reoffended up to the first
/// year shown and between any two, ten had not reoffended by the last, and ten are still followed at each: whatever is
/// subtracted from whatever else gives sums of such cells. Years and groups that would break this are left out for
/// everyone, of all choices the one that leaves most figures. Competing events, and the Kaplan-Meier share that would
/// tell them, are shown at those of the years between which ten persons of every unit had one. As few people who died or
/// were lost to follow-up leave a trace in the last digits, numbers of events and people at risk, standard errors and
/// sums of time are withheld, shares and, outwards, the ends of intervals are rounded to about one and a half persons
/// (the share that reoffended, of 300 people and more, to 0.4), and frequencies to two digits or, of few, to two persons. It holds for
/// one set of figures: another choice of years or groups of the same people can be subtracted from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recidivism {
    /// What was asked.
    pub options: RecidivismOptions,
    /// Careers without an offence of the index category, left out; `None` when they are fewer than ten and small cells
    /// are hidden.
    pub without_index: Option<u64>,
    /// Everyone first, then the groups in order of name.
    pub groups: Vec<GroupRecidivism>,
}

pub(super) fn of_group(
    group: Option<String>,
    people: &[FollowUp],
    options: &RecidivismOptions,
) -> Result<GroupRecidivism> {
    let found = AalenJohansen::new(people.iter().map(|p| (p.years, p.end)))?;
    let km = KaplanMeier::new(people.iter().map(|p| (p.years, p.end == EventStatus::Event)))?;
    let share = |&years: &u32| {
        let at = f64::from(years);
        let (event, competing, km) = (found.event(at), found.competing(at), km.at(at));
        let figures = ShareFigures {
            reoffended: event.into(),
            competing: Some(competing.into()),
            kaplan_meier: Some(km.into()),
            at_risk: Some(event.at_risk),
            events: Some(event.events),
            competing_events: Some(competing.events),
        };
        ShareByYear { years, figures: Some(figures), followed: event.at_risk > 0 }
    };
    Ok(GroupRecidivism {
        group,
        persons: Some(people.len() as u64),
        shares: options.years.iter().map(share).collect(),
        frequency: Some(frequency(people)),
    })
}

/// A ratio of sums over persons, its variance by linearisation (Cochran 1977, section 6.4).
fn frequency(people: &[FollowUp]) -> FrequencyAfter {
    let n = people.len() as f64;
    let offences: u64 = people.iter().map(|p| p.offences).sum();
    let years: f64 = people.iter().map(|p| p.all_years).sum();
    let rate = (years > 0.0).then(|| offences as f64 / years);
    let se = rate.filter(|_| people.len() > 1).map(|rate| {
        let squares: f64 = people.iter().map(|p| (p.offences as f64 - rate * p.all_years).powi(2)).sum();
        (squares * n / (n - 1.0)).sqrt() / years
    });
    let end = |sign: f64| {
        let (rate, se) = (rate.filter(|rate| *rate > 0.0)?, se?);
        Some(rate * (sign * Z_975 * se / rate).exp())
    };
    FrequencyAfter { offences: Some(offences), years: Some(years), rate, se, low: end(-1.0), high: end(1.0) }
}
