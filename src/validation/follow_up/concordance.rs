//! Concordance: of two people of whom it is known who had the event first, did that one have the higher score?
//!
//! Pairs: one has the event at `t`, the other is followed beyond `t`, or censored at `t` (events come first). Equal
//! scores count half, events at the same time are left out. People with a competing event count as censored then.

use super::risk_table::{RiskTable, Row};
use super::{EventStatus, FollowUp};
use crate::error::{Error, Result};
use crate::validation::undefined::{Defined, Undefined};

/// Harrell's concordance.
#[derive(Debug, Clone, PartialEq)]
pub struct Concordance {
    /// Part of comparable pairs in order; 1/2 is chance.
    pub value: f64,
    /// Standard error by the infinitesimal jackknife.
    pub se: f64,
    /// Pairs in order.
    pub concordant: f64,
    /// Pairs in the wrong order.
    pub discordant: f64,
    /// Pairs of equal score.
    pub tied_score: f64,
    /// Pairs of events at one time with different scores, which are left out.
    pub tied_time: f64,
}

/// Sums over scores by rank, so that those below, equal and above are had in a logarithm of steps.
struct Ranks {
    place: Vec<usize>,
    tree: Vec<f64>,
    at: Vec<f64>,
    total: f64,
}

impl Ranks {
    fn of(scores: &[f64]) -> Ranks {
        let mut distinct = scores.to_vec();
        distinct.sort_by(f64::total_cmp);
        distinct.dedup();
        let place = scores.iter().map(|s| distinct.partition_point(|d| d < s)).collect();
        Ranks { place, tree: vec![0.0; distinct.len() + 1], at: vec![0.0; distinct.len()], total: 0.0 }
    }

    fn clear(&mut self) {
        self.tree.fill(0.0);
        self.at.fill(0.0);
        self.total = 0.0;
    }

    fn add(&mut self, person: usize) {
        let mut i = self.place[person] + 1;
        self.at[i - 1] += 1.0;
        self.total += 1.0;
        while i < self.tree.len() {
            self.tree[i] += 1.0;
            i += i & i.wrapping_neg();
        }
    }

    /// How many have a lower, the same and a higher score.
    fn around(&self, person: usize) -> [f64; 3] {
        let mut i = self.place[person];
        let same = self.at[i];
        let mut below = 0.0;
        while i > 0 {
            below += self.tree[i];
            i -= i & i.wrapping_neg();
        }
        [below, same, self.total - below - same]
    }
}

/// People by time, those with the event first.
struct Sweep {
    /// At each distinct time, people with the event and others.
    times: Vec<(f64, Vec<usize>, Vec<usize>)>,
}

impl Sweep {
    fn of(people: &FollowUp, table: &RiskTable) -> Sweep {
        let mut times: Vec<(f64, Vec<usize>, Vec<usize>)> =
            table.rows.iter().map(|r| (r.time, Vec::new(), Vec::new())).collect();
        for (i, &row) in table.row_of.iter().enumerate() {
            let event = people.status()[i] == EventStatus::Event;
            if event { times[row].1.push(i) } else { times[row].2.push(i) }
        }
        Sweep { times }
    }

    /// For each event, latest first, what is around its score among people known to be later.
    fn later(&self, ranks: &mut Ranks, mut f: impl FnMut(usize, usize, [f64; 3])) {
        ranks.clear();
        for (row, (_, events, others)) in self.times.iter().enumerate().rev() {
            others.iter().for_each(|&j| ranks.add(j));
            events.iter().for_each(|&i| f(row, i, ranks.around(i)));
            events.iter().for_each(|&i| ranks.add(i));
        }
    }

    /// For each person, what is around the score among events known to be earlier.
    fn earlier(&self, ranks: &mut Ranks, mut f: impl FnMut(usize, [f64; 3])) {
        ranks.clear();
        for (_, events, others) in &self.times {
            events.iter().for_each(|&j| f(j, ranks.around(j)));
            events.iter().for_each(|&i| ranks.add(i));
            others.iter().for_each(|&j| f(j, ranks.around(j)));
        }
    }

    fn tied_time(&self, ranks: &Ranks) -> f64 {
        let mut tied = 0.0;
        for (_, events, _) in &self.times {
            let mut places: Vec<usize> = events.iter().map(|&i| ranks.place[i]).collect();
            places.sort_unstable();
            let n = places.len() as f64;
            let same: f64 = places.chunk_by(|a, b| a == b).map(|g| (g.len() * (g.len() - 1)) as f64 / 2.0).sum();
            tied += n * (n - 1.0).max(0.0) / 2.0 - same;
        }
        tied
    }
}

fn check(people: &FollowUp, scores: &[f64]) -> Result<()> {
    if scores.len() != people.len() {
        return Err(Error::options(format!("{} scores for {} people", scores.len(), people.len())));
    }
    match scores.iter().position(|s| s.is_nan()) {
        Some(i) => Err(Error::value(format!("score {} is not a number", i + 1))),
        None => Ok(()),
    }
}

/// Harrell's concordance of a score (higher = riskier) with the time to the event.
///
/// # Errors
/// When the scores are of another number of people or one is NaN.
///
/// # References
/// Harrell, Califf, Pryor, Lee & Rosati (1982), JAMA 247, 2543-2546.
pub fn harrell(people: &FollowUp, scores: &[f64]) -> Result<Defined<Concordance>> {
    check(people, scores)?;
    let table = RiskTable::of(people);
    let (sweep, mut ranks) = (Sweep::of(people, &table), Ranks::of(scores));
    // of each person: pairs won (half for equal scores) and pairs in all
    let mut own = vec![(0.0, 0.0); people.len()];
    let mut counts = [0.0; 3];
    sweep.later(&mut ranks, |_, i, around| {
        counts.iter_mut().zip(around).for_each(|(c, a)| *c += a);
        own[i] = (around[0] + 0.5 * around[1], around.iter().sum());
    });
    sweep.earlier(&mut ranks, |j, around| {
        own[j].0 += around[2] + 0.5 * around[1];
        own[j].1 += around.iter().sum::<f64>();
    });
    let [concordant, tied_score, discordant] = counts;
    let pairs = concordant + discordant + tied_score;
    if pairs <= 0.0 {
        return Ok(Err(Undefined::new("there is no pair of whom it is known who came first")));
    }
    let value = (concordant + 0.5 * tied_score) / pairs;
    let squares: f64 = own.iter().map(|(won, all)| ((won - value * all) / pairs).powi(2)).sum();
    let tied_time = sweep.tied_time(&ranks);
    Ok(Ok(Concordance { value, se: squares.sqrt(), concordant, discordant, tied_score, tied_time }))
}

/// Harrell's concordance of events up to and including a horizon.
///
/// # Errors
/// As [`harrell`], and when the horizon lies beyond follow-up.
pub fn harrell_by(people: &FollowUp, scores: &[f64], horizon: f64) -> Result<Defined<f64>> {
    weighted(people, scores, horizon, |_| 1.0)
}

/// Uno's concordance of events up to and including a horizon: each weighs `1 / G(t-)^2`, `G` the Kaplan-Meier curve of
/// censoring with events first, so that the figure does not depend on how people were censored.
///
/// # Errors
/// As [`harrell_by`].
///
/// # References
/// Uno, Cai, Pencina, D'Agostino & Wei (2011), Statistics in Medicine 30, 1105-1117.
pub fn uno(people: &FollowUp, scores: &[f64], horizon: f64) -> Result<Defined<f64>> {
    let table = RiskTable::of(people);
    let g = table.uncensored(|r: &Row| r.events);
    weighted(people, scores, horizon, |row| {
        let before = row.checked_sub(1).map_or(1.0, |i| g[i]);
        1.0 / (before * before)
    })
}

fn weighted(people: &FollowUp, scores: &[f64], horizon: f64, weight: impl Fn(usize) -> f64) -> Result<Defined<f64>> {
    check(people, scores)?;
    people.check_horizon(horizon)?;
    let table = RiskTable::of(people);
    let (sweep, mut ranks) = (Sweep::of(people, &table), Ranks::of(scores));
    let (mut won, mut all) = (0.0, 0.0);
    sweep.later(&mut ranks, |row, _, around| {
        if table.rows[row].time <= horizon && around.iter().sum::<f64>() > 0.0 {
            let w = weight(row);
            won += w * (around[0] + 0.5 * around[1]);
            all += w * around.iter().sum::<f64>();
        }
    });
    let none = || Undefined::new("there is no pair of whom it is known who came first by the horizon");
    Ok(if all > 0.0 { Ok(won / all) } else { Err(none()) })
}
