//! Observed against expected by group of risk at a horizon, with censoring and competing events.

use super::{EventStatus, FollowUp};
use crate::error::{Error, Result};
use crate::validation::fairness::rate::Rate;
use crate::validation::parts::equal_parts;
use crate::validation::small_cells::SMALL_GROUP;
use crate::validation::undefined::{Defined, Undefined};
use std::ops::Range;

/// People of one range of risk, at a horizon.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HorizonGroup {
    /// Number of people.
    pub people: usize,
    /// Mean risk.
    pub expected: f64,
    /// Part with the event by the horizon (Aalen-Johansen within the group); none where nobody of it was followed so
    /// long.
    pub observed: Defined<f64>,
    /// Wilson's 95 % interval at the number of people that a share of this standard error would have without censoring.
    pub interval: Defined<[f64; 2]>,
}

/// Tenths of the people in order of risk, people of one risk together; fewer when values are tied or people few, so that
/// each has at least ten unless all are fewer.
///
/// # Errors
/// When the risks are of another number of people, or the horizon lies beyond follow-up.
pub fn horizon_groups(people: &FollowUp, risks: &[f64], horizon: f64) -> Result<Vec<HorizonGroup>> {
    if risks.len() != people.len() {
        return Err(Error::options(format!("{} risks for {} people", risks.len(), people.len())));
    }
    people.check_horizon(horizon)?;
    let (order, rising) = in_order(risks);
    tenths(&rising).into_iter().map(|part| group(people, risks, &order[part], horizon)).collect()
}

/// People in order of risk, and the risks.
fn in_order(risks: &[f64]) -> (Vec<usize>, Vec<f64>) {
    let mut order: Vec<usize> = (0..risks.len()).collect();
    order.sort_by(|&a, &b| risks[a].total_cmp(&risks[b]));
    let rising = order.iter().map(|&i| risks[i]).collect();
    (order, rising)
}

fn tenths(rising: &[f64]) -> Vec<Range<usize>> {
    equal_parts(rising, 10, SMALL_GROUP)
}

/// The risk from which on each of the tenths goes, the first apart.
#[cfg(feature = "report")]
pub(crate) fn ends_of_tenths(risks: &[f64]) -> Vec<f64> {
    let (_, rising) = in_order(risks);
    tenths(&rising).into_iter().skip(1).map(|part| rising[part.start]).collect()
}

/// Groups of people below the first of some rising risks, from each up to the next, and from the last up.
#[cfg(feature = "report")]
pub(crate) fn horizon_groups_from(
    people: &FollowUp,
    risks: &[f64],
    horizon: f64,
    from: &[f64],
) -> Result<Vec<HorizonGroup>> {
    let (order, rising) = in_order(risks);
    let ends = from.iter().map(|place| rising.partition_point(|risk| risk < place)).chain([rising.len()]);
    let mut start = 0;
    let parts: Vec<Range<usize>> = ends.map(|end| std::mem::replace(&mut start, end)..end).collect();
    let some = parts.into_iter().filter(|part| !part.is_empty());
    some.map(|part| group(people, risks, &order[part], horizon)).collect()
}

fn group(people: &FollowUp, risks: &[f64], who: &[usize], horizon: f64) -> Result<HorizonGroup> {
    let part = FollowUp::new(
        who.iter().map(|&i| people.times()[i]).collect(),
        who.iter().map(|&i| people.status()[i]).collect(),
    )?;
    // where the last of a group had an event of either kind nobody is left to whom anything could happen
    let longest = part.longest();
    let ended = |i: &usize| people.times()[*i] < longest || people.status()[*i] != EventStatus::Censored;
    let until = if horizon > longest && who.iter().all(ended) { longest } else { horizon };
    let at = part.incidence_at(until).map_err(|e| Undefined::new(e.to_string()));
    let interval = at.clone().and_then(|at| {
        let share = at.incidence;
        let variance = at.se_jackknife * at.se_jackknife;
        let size = if variance > 0.0 { share * (1.0 - share) / variance } else { who.len() as f64 };
        Ok(Rate::of_counts(share * size, size)?.wilson())
    });
    Ok(HorizonGroup {
        people: who.len(),
        expected: who.iter().map(|&i| risks[i]).sum::<f64>() / who.len() as f64,
        observed: at.map(|at| at.incidence),
        interval,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::EventStatus;

    #[test]
    fn with_complete_follow_up_a_group_is_its_plain_share_with_wilsons_interval() {
        let risks: Vec<f64> = (0..200).map(|i| f64::from(i / 20) / 10.0 + 0.05).collect();
        let status = (0..200).map(|i| if i % 20 < i / 20 { EventStatus::Event } else { EventStatus::Censored });
        let status: Vec<EventStatus> = status.collect();
        let times = status.iter().map(|s| if *s == EventStatus::Event { 1.0 } else { 3.0 }).collect();
        let people = FollowUp::new(times, status).unwrap();
        let groups = horizon_groups(&people, &risks, 2.0).unwrap();
        assert_eq!(groups.len(), 10);
        for (k, g) in groups.iter().enumerate() {
            let share = Rate::of_counts(k as f64, 20.0).unwrap();
            assert_eq!(g.people, 20);
            assert!((g.expected - (k as f64 / 10.0 + 0.05)).abs() < 1e-12);
            assert!((g.observed.clone().unwrap() - share.value()).abs() < 1e-12);
            let (found, plain) = (g.interval.clone().unwrap(), share.wilson());
            // the jackknife's variance of an uncensored share is p (1 - p) / n
            assert!((0..2).all(|e| (found[e] - plain[e]).abs() < 1e-9), "{k}: {found:?} {plain:?}");
        }
    }

    #[test]
    fn no_group_is_small_and_a_group_that_ended_whole_is_known_beyond_its_end() {
        let risks: Vec<f64> = (0..45).map(|i| f64::from(i) / 45.0).collect();
        let status = (0..45).map(|i| if i < 23 { EventStatus::Censored } else { EventStatus::Event }).collect();
        let times = (0..45).map(|i| if i < 23 { 9.0 } else { 2.0 + f64::from(i % 3) }).collect();
        let people = FollowUp::new(times, status).unwrap();
        let groups = horizon_groups(&people, &risks, 8.0).unwrap();
        assert!(groups.iter().all(|g| g.people >= 10), "{groups:?}");
        assert_eq!(groups.iter().map(|g| g.people).sum::<usize>(), 45);
        assert_eq!(groups[groups.len() - 1].observed, Ok(1.0), "everybody had the event by 4");
    }

    #[test]
    fn people_of_one_risk_stay_together_and_a_group_lost_early_has_no_share() {
        let mut times = vec![5.0; 50];
        times.extend(vec![1.0; 50]);
        let people = FollowUp::new(times, vec![EventStatus::Censored; 100]).unwrap();
        let risks: Vec<f64> = (0..100).map(|i| if i < 50 { 0.1 } else { 0.8 }).collect();
        let groups = horizon_groups(&people, &risks, 4.0).unwrap();
        assert_eq!(groups.iter().map(|g| g.people).collect::<Vec<_>>(), [50, 50]);
        assert_eq!(groups[0].observed, Ok(0.0));
        assert!(groups[1].observed.is_err());
    }
}
