//! What of people followed up is told: by which times, of which fates, and into which groups of risk.
//!
//! Until a time people had the event, had a competing one, were lost, or are known to be free of either. How many had the
//! event is told by times between which enough had it, with enough who are known not to have had it by the last. The others
//! are told apart at some of these times: by who had a competing event, and at some of those by who was lost; or, where
//! nobody is told by competing events, by who had one or was lost. So whatever follows is a sum of those who had the event,
//! had a competing one, or were lost between two times, and of all the others.

use super::super::follow_up::{EventStatus, FollowUp};
use super::cuts::{self, Ranked, band};
use super::{Set, enough, leave_few, set};

/// What may be told at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ToldAt {
    /// Who had the event by then.
    pub(crate) events: bool,
    /// Who had a competing one.
    pub(crate) competing: bool,
    /// Who was followed so long.
    pub(crate) followed: bool,
    /// Who was lost before.
    pub(crate) lost: bool,
}

impl ToldAt {
    const ALL: ToldAt = ToldAt { events: true, competing: true, followed: true, lost: true };
}

/// What may be told of people followed up.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Times {
    /// By time; everything without it.
    at: Option<Vec<(f64, ToldAt)>>,
    /// Whether anything may be.
    pub(crate) anything: bool,
    /// Whether who had the event until the end.
    pub(crate) events: bool,
    /// Whether who had a competing one until the end.
    pub(crate) competing: bool,
}

/// Who of some had the event by a time.
fn had(people: &FollowUp, time: f64, of: impl Fn(usize) -> bool) -> Set {
    set(people.len(), |i| people.status()[i] == EventStatus::Event && people.times()[i] <= time && of(i))
}

/// People by a time.
#[derive(Debug, Clone, Copy, Default)]
struct By {
    events: u64,
    competing: u64,
    lost: u64,
    free: u64,
    /// Those whose follow-up ended at the time itself in the event, and in a competing one.
    then: [u64; 2],
    beyond: u64,
}

impl By {
    fn of(people: &FollowUp, horizon: f64) -> By {
        let mut by = By::default();
        for (&time, status) in people.times().iter().zip(people.status()) {
            by.beyond += u64::from(time > horizon);
            match status {
                EventStatus::Event if time == horizon => by.then[0] += 1,
                EventStatus::Competing if time == horizon => by.then[1] += 1,
                _ => {}
            }
            match status {
                EventStatus::Event if time <= horizon => by.events += 1,
                EventStatus::Competing if time <= horizon => by.competing += 1,
                _ if time >= horizon => by.free += 1,
                _ => by.lost += 1,
            }
        }
        by
    }

    /// Whether those whose follow-up ended at the time itself are nobody or enough, and so are those who had the event
    /// earlier, but since so many had had it; never where only competing events ended it then.
    fn is_apart_at(&self, before: u64) -> bool {
        let apart = |n: u64| n == 0 || enough(n);
        let [events, competing] = self.then;
        apart(events) && apart(competing) && (events > 0 || competing == 0) && apart(self.events - before - events)
    }
}

impl Times {
    /// Everything.
    pub(crate) fn all() -> Times {
        Times { at: None, anything: true, events: true, competing: true }
    }

    /// What may be told by times in order of preference.
    pub(crate) fn told(people: &FollowUp, wanted: &[f64]) -> Times {
        let end = By::of(people, f64::INFINITY);
        let anything = enough(end.events) && enough(end.competing + end.lost);
        let mut times = wanted.to_vec();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let by: Vec<By> = times.iter().map(|&time| By::of(people, time)).collect();
        let mut told = vec![ToldAt::default(); times.len()];
        for time in wanted.iter().filter(|_| anything) {
            let k = times.partition_point(|t| t < time);
            let before = (0..k).rev().find(|&j| told[j].events).map_or(0, |j| by[j].events);
            let after = (k + 1..times.len()).find(|&j| told[j].events);
            told[k].events = enough(by[k].events - before)
                && after.is_none_or(|j| enough(by[j].events - by[k].events))
                && enough(by[k].competing + by[k].free);
        }
        let until = by.iter().zip(&told).rev().find(|(_, told)| told.events).map(|(by, _)| *by);
        let until = until.unwrap_or(By { beyond: end.events, ..By::default() });
        let events = anything && (until.beyond == 0 || enough(end.events - until.events));
        // of the others, each as soon as may be
        let others = people.len() as u64 - if events { end.events } else { until.events };
        let [mut competing, mut lost, mut before, mut beyond] = [0, 0, 0, end.competing];
        for (by, told) in by.iter().zip(&mut told).filter(|(_, told)| told.events) {
            told.competing = enough(by.competing - competing) && enough(others - by.competing);
            if told.competing {
                (competing, beyond) = (by.competing, by.beyond);
            }
        }
        let by_competing = told.iter().any(|told| told.competing);
        for (by, told) in by.iter().zip(&mut told).filter(|(_, told)| told.events) {
            let now = if by_competing { by.lost } else { by.competing + by.lost };
            told.followed = told.competing == by_competing
                && enough(now - lost)
                && enough(others - competing - now)
                && by.is_apart_at(before);
            told.lost = told.followed && by_competing;
            lost = if told.followed { now } else { lost };
            before = by.events;
        }
        let competing = events
            && (by_competing || lost == 0)
            && (beyond == 0 && by_competing || enough(end.competing - competing))
            && enough(end.lost - lost);
        Times { at: Some(times.into_iter().zip(told).collect()), anything, events, competing }
    }

    /// What may be told by one of the times.
    pub(crate) fn at(&self, time: f64) -> ToldAt {
        let Some(all) = &self.at else { return ToldAt::ALL };
        all.iter().find(|(t, _)| *t == time).map_or(ToldAt::default(), |(_, told)| *told)
    }

    /// Of risks by their horizons, the ones at which people may be parted of those wanted: everything without it.
    pub(crate) fn parted<'a>(
        &self,
        people: &FollowUp,
        risks: &'a [(f64, Vec<f64>)],
        wanted: &[Vec<f64>],
    ) -> Option<Vec<Vec<f64>>> {
        self.at.as_ref()?;
        // people who had the event between any two of the horizons, and those who are known not to have had it by the last
        let mut horizons: Vec<f64> = risks.iter().map(|(h, _)| *h).filter(|h| self.at(*h).events).collect();
        horizons.sort_by(f64::total_cmp);
        horizons.dedup();
        let (times, status) = (people.times(), people.status());
        let last = horizons.last().copied().unwrap_or(0.0);
        let kind = |i: usize| match status[i] {
            EventStatus::Event if times[i] <= last => horizons.partition_point(|h| *h < times[i]),
            EventStatus::Competing if times[i] <= last => horizons.len(),
            _ if times[i] >= last => horizons.len(),
            _ => horizons.len() + 1,
        };
        let order = |((h, risk), wanted): (&'a (f64, Vec<f64>), &Vec<f64>)| {
            let wanted = if self.at(*h).events { wanted.clone() } else { Vec::new() };
            (Ranked::new(risk, horizons.len() + 1, kind), wanted)
        };
        let orders: Vec<_> = risks.iter().zip(wanted).map(order).collect();
        let told = cuts::told(&orders);
        // who had the event by one time may be a part of those of a group by another
        let at = self.at.iter().flatten().filter(|(_, told)| told.events);
        let mut sets: Vec<Set> = at.map(|(h, _)| had(people, *h, |_| true)).collect();
        for ((h, risk), from) in risks.iter().zip(&told).filter(|(_, from)| !from.is_empty()) {
            sets.extend((0..=from.len()).map(|k| had(people, *h, |i| band(from, risk[i]) == k)));
        }
        let few = leave_few(&sets);
        Some(told.into_iter().map(|from| if few { Vec::new() } else { from }).collect())
    }
}
