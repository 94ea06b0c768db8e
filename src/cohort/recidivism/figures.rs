//! The figures of a cohort's recidivism: what they are, and how they come from people's follow-up.
//!
//! Does not belong here: one person's follow-up (`follow_up`), collecting careers (`builder`), the estimators
//! (`survival`), what is hidden (`small_cells`).

use super::follow_up::FollowUp;
use super::options::RecidivismOptions;
use crate::error::{Error, Result};
use crate::numeric::p_values::Z_975;
use crate::survival::EventStatus;
use crate::survival::aalen_johansen::AalenJohansen;
use crate::survival::event_share::{EventShare, KaplanMeier};
use crate::survival::mean_count::{MeanCount, Recurring};
use serde::Serialize;

/// A share of people, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
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

/// A mean number, with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MeanOf {
    /// The mean.
    pub mean: f64,
    /// Its standard error, cases of one person being not independent; `None` where small cells are hidden.
    pub se: Option<f64>,
    /// Lower end of the interval, on the log scale; `None` where there is none.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// New cases by one time after the index offence. A case counts at its first offence that counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NewCases {
    /// Mean number a person ([`MeanCount`]: whoever died stays in the denominator and has no more).
    pub per_person: MeanOf,
    /// Mean number among those who reoffended by then: `per_person` over the share that reoffended; `None` when nobody
    /// did. The two are estimates of their own (Ghosh-Lin and Aalen-Johansen: who has reoffended goes on being counted in
    /// the former), so where few have a second case the ratio may fall below 1; it and its interval are then held at 1,
    /// the least there can be.
    pub per_reoffender: Option<MeanOf>,
    /// New cases by then; `None` where small cells are hidden.
    pub cases: Option<u64>,
    /// Persons with two or more by then; `None` where small cells are hidden.
    pub again: Option<u64>,
    /// The most that one person had by then; `None` where small cells are hidden.
    pub most: Option<u64>,
}

/// What has become of people by one time after the index offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShareFigures {
    /// The share that reoffended (Aalen-Johansen: whoever died first is in the denominator).
    #[serde(flatten)]
    pub reoffended: ShareOf,
    /// The share for whom a competing event came first; `None` where it is of too few people to be shown.
    pub competing: Option<ShareOf>,
    /// One minus Kaplan-Meier, in which a competing event is censoring: the share that would have reoffended if nobody
    /// died and those who did had been like the others. Never below the share that did. `None` like `competing`.
    pub kaplan_meier: Option<ShareOf>,
    /// New cases; `None` where they are of too few people to be shown.
    pub new_cases: Option<NewCases>,
    /// Persons followed to this time without any event; `None` where small cells are hidden.
    pub at_risk: Option<u64>,
    /// Persons who reoffended by then; `None` where small cells are hidden.
    pub events: Option<u64>,
    /// Persons for whom a competing event came first by then; `None` where small cells are hidden.
    pub competing_events: Option<u64>,
}

/// Reoffending by one time after the index offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
pub struct GroupRecidivism {
    /// The group; `None` for everyone.
    pub group: Option<String>,
    /// Number of persons with a follow-up; `None` when too few to be shown, or withheld because others are.
    pub persons: Option<u64>,
    /// What has become of them, by years at liberty.
    pub shares: Vec<ShareByYear>,
    /// Frequency; `None` when of too few people to be shown.
    pub frequency: Option<FrequencyAfter>,
    /// Where people come under observation later: the fewest at risk at an event before most were.
    #[serde(skip)]
    pub(crate) fewest: Option<u64>,
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
/// tell them, are shown at those of the years between which ten persons of every unit had one; numbers of new cases at
/// those between which ten persons of every unit had a second. As few people who died or
/// were lost to follow-up leave a trace in the last digits, numbers of events and people at risk, standard errors and
/// sums of time are withheld, shares and, outwards, the ends of intervals are rounded to about one and a half persons
/// (the share that reoffended, of 300 people and more, to 0.4), and frequencies to two digits or, of few, to two persons;
/// mean numbers of cases likewise, and no finer than what the person with most adds to them. Where people come under
/// observation later than the start, steps are those of the fewest that were at risk. It holds for one set of figures: another choice of years or groups of the same people can be subtracted from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
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
    people: &[&FollowUp],
    options: &RecidivismOptions,
) -> Result<GroupRecidivism> {
    let named = |error: Error| match &group {
        Some(name) => Error::value(format!("group {name}: {error}")),
        None => error,
    };
    let found = AalenJohansen::entered(people.iter().map(|p| (p.entry, p.years, p.end))).map_err(named)?;
    let event = |p: &FollowUp| p.end == EventStatus::Event;
    let km = KaplanMeier::entered(people.iter().map(|p| (p.entry, p.years, event(p)))).map_err(named)?;
    let recurring =
        |p: &&FollowUp| Recurring { entry: p.entry, until: p.all_years, gone: p.gone, events: p.cases.clone() };
    let counted = MeanCount::new(people.iter().map(recurring).collect()).map_err(named)?;
    let share = |&years: &u32| {
        let at = f64::from(years);
        let (event, competing, km) = (found.event(at), found.competing(at), km.at(at));
        let figures = ShareFigures {
            reoffended: event.into(),
            competing: Some(competing.into()),
            kaplan_meier: Some(km.into()),
            new_cases: Some(new_cases(people, &counted, &found, at)),
            at_risk: Some(event.at_risk),
            events: Some(event.events),
            competing_events: Some(competing.events),
        };
        Ok(ShareByYear { years, figures: Some(figures), followed: event.at_risk > 0 })
    };
    Ok(GroupRecidivism {
        group,
        persons: Some(people.len() as u64),
        shares: options.years.iter().map(share).collect::<Result<_>>()?,
        frequency: Some(frequency(people)),
        fewest: found.fewest_at_risk(),
    })
}

/// Mean numbers by a time. The standard error of the ratio is that of its derivatives in each person's weight.
fn new_cases(people: &[&FollowUp], counted: &MeanCount, found: &AalenJohansen, at: f64) -> NewCases {
    let of_mean = counted.influences(at);
    let (mean, share) = (counted.at_with(at, &of_mean), found.event(at).share);
    let per_reoffender = (share > 0.0).then(|| {
        let ratio = mean.mean / share;
        let of_share = found.influences(at, EventStatus::Event);
        let squares = of_mean.iter().zip(of_share).map(|(m, s)| ((m - ratio * s) / share).powi(2));
        at_least_one(on_log_scale(ratio, squares.sum::<f64>().sqrt()))
    });
    let by = |p: &&&FollowUp| p.cases.iter().filter(|case| **case <= at).count() as u64;
    NewCases {
        per_person: on_log_scale(mean.mean, mean.se),
        per_reoffender,
        cases: Some(mean.events),
        again: Some(people.iter().filter(|p| by(p) > 1).count() as u64),
        most: people.iter().map(|p| by(&p)).max(),
    }
}

/// Who reoffended has a case.
pub(super) fn at_least_one(of: MeanOf) -> MeanOf {
    let bound = |end: Option<f64>| end.map(|end| end.max(1.0));
    MeanOf { mean: of.mean.max(1.0), low: bound(of.low), high: bound(of.high), ..of }
}

fn on_log_scale(mean: f64, se: f64) -> MeanOf {
    let end = |sign: f64| (mean > 0.0).then(|| mean * (sign * Z_975 * se / mean).exp());
    MeanOf { mean, se: Some(se), low: end(-1.0), high: end(1.0) }
}

/// A ratio of sums over persons, its variance by linearisation (Cochran 1977, section 6.4).
fn frequency(people: &[&FollowUp]) -> FrequencyAfter {
    let n = people.len() as f64;
    let offences: u64 = people.iter().map(|p| p.offences).sum();
    // at risk from entry on
    let years: f64 = people.iter().map(|p| p.all_years - p.entry).sum();
    let rate = (years > 0.0).then(|| offences as f64 / years);
    let se = rate.filter(|_| people.len() > 1).map(|rate| {
        let squares: f64 = people.iter().map(|p| (p.offences as f64 - rate * (p.all_years - p.entry)).powi(2)).sum();
        (squares * n / (n - 1.0)).sqrt() / years
    });
    let end = |sign: f64| {
        let (rate, se) = (rate.filter(|rate| *rate > 0.0)?, se?);
        Some(rate * (sign * Z_975 * se / rate).exp())
    };
    FrequencyAfter { offences: Some(offences), years: Some(years), rate, se, low: end(-1.0), high: end(1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(entry: f64, all_years: f64, gone: bool, cases: &[f64]) -> FollowUp {
        let first = cases.first().copied();
        let end = match (first, gone) {
            (Some(_), _) => EventStatus::Event,
            (None, true) => EventStatus::Competing,
            (None, false) => EventStatus::Censored,
        };
        let years = first.unwrap_or(all_years);
        FollowUp { entry, years, end, all_years, gone, offences: cases.len() as u64, cases: cases.to_vec() }
    }

    /// Mean numbers a person and a reoffender by 5 years, of people taken so many times each.
    fn means(people: &[FollowUp], times: &[usize]) -> NewCases {
        let all: Vec<&FollowUp> = people.iter().zip(times).flat_map(|(p, &n)| std::iter::repeat_n(p, n)).collect();
        let recurring =
            |p: &&FollowUp| Recurring { entry: p.entry, until: p.all_years, gone: p.gone, events: p.cases.clone() };
        let counted = MeanCount::new(all.iter().map(recurring).collect()).unwrap();
        let found = AalenJohansen::entered(all.iter().map(|p| (p.entry, p.years, p.end))).unwrap();
        new_cases(&all, &counted, &found, 5.0)
    }

    #[test]
    fn the_standard_errors_are_those_of_weighing_each_person_a_little_more_and_a_little_less() {
        // ties, deaths, losses, late entry, and people with several cases
        let people = [
            person(0.0, 6.0, false, &[1.0, 2.0, 5.0]),
            person(0.0, 6.0, true, &[2.0]),
            person(0.0, 3.0, true, &[]),
            person(0.0, 4.0, false, &[]),
            person(0.5, 7.0, false, &[4.0, 4.5]),
            person(1.0, 2.5, true, &[2.5]),
            person(0.0, 4.0, true, &[3.0, 4.0]),
            person(0.0, 6.0, false, &[]),
        ];
        let many = 400usize;
        let of = |i: usize, more: isize| {
            let mut times = vec![many; people.len()];
            times[i] = times[i].saturating_add_signed(more);
            means(&people, &times)
        };
        let ratio = |found: &NewCases| found.per_reoffender.unwrap().mean;
        let (mut person, mut reoffender) = (0.0, 0.0);
        for i in 0..people.len() {
            let (up, down) = (of(i, 1), of(i, -1));
            let slope = |a: f64, b: f64| ((a - b) * many as f64 / 2.0).powi(2);
            person += slope(up.per_person.mean, down.per_person.mean);
            reoffender += slope(ratio(&up), ratio(&down));
        }
        let found = means(&people, &vec![1; people.len()]);
        let close = |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-5 * b, "{a:?} {b}");
        close(found.per_person.se, person.sqrt());
        close(found.per_reoffender.unwrap().se, reoffender.sqrt());
    }

    #[test]
    fn there_are_never_fewer_cases_a_reoffender_than_one() {
        // one case each; who has reoffended is still seen when others are lost, and counts in the mean, not in the share
        let people = [
            person(0.0, 6.0, false, &[1.0]),
            person(0.0, 6.0, false, &[4.0]),
            person(0.0, 6.0, true, &[]),
            person(0.0, 1.8, false, &[]),
            person(0.0, 1.8, false, &[]),
            person(0.0, 6.0, false, &[]),
        ];
        let found = means(&people, &[1; 6]);
        let all: Vec<&FollowUp> = people.iter().collect();
        let share = AalenJohansen::entered(all.iter().map(|p| (p.entry, p.years, p.end))).unwrap().event(5.0).share;
        assert!(found.per_person.mean < share - 1e-3, "{} {share}: nothing to hold", found.per_person.mean);
        let ratio = found.per_reoffender.unwrap();
        assert_eq!((ratio.mean, ratio.low), (1.0, Some(1.0)));
        assert!(ratio.high.unwrap() >= 1.0);
    }
}
