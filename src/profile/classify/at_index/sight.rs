//! A record as it was seen, with the index offence in one interval: the probability of its counts in every state.
//!
//! # Formulas
//! Write `l` for the rate of a profile at an age, `a` for what it is multiplied by after the index offence, `f` for the
//! density of the age at that offence and `s` for the probability to stop there. Given the profile, and whether a person
//! stops, other offences are a Poisson process in time at liberty, of rate `l` before the index offence and `a l`, or 0,
//! after it. Custody depends on offences alone. So the probability of a record is `share f s`, or `share f (1 - s)`,
//! times Poisson probabilities with means `l e` and `a l e`, `e` being years at liberty, up to a factor that is the same
//! for all profiles; the posterior of a profile is the sum over both, made to add up to 1.
//!
//! In the interval of the index offence, `e1` of the time at liberty lies before it and `e2` after: other offences have mean
//! `l (e1 + a e2)`, or `l e1`. When only the year is known that is averaged over where the offence may lie: anywhere in the
//! time at liberty, by `f`; or, when some of the year was not at liberty, at its end, with custody from there on past the
//! next birthday. With custody after a part `c` of trafficking offences, of exponential length with mean `m`, and `1 - e`
//! of the year not at liberty, the two weigh as the integral of `f` over `e` years, over `m`, to `f` at `e`: time not at
//! liberty in that year is taken to follow the index offence.

use super::law::{Law, NODES, PROFILES, STATES, stops};
use crate::numeric::logspace::log_sum_exp;

/// Counts of one interval up to which probabilities are looked up.
const TABLE: usize = 24;

/// Below this a probability has lost digits to underflow.
const SMALLEST: f64 = 1e-280;

/// How an interval lies to the index offence; time at risk is a part of the interval.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Unseen,
    Before(f64),
    After(f64),
    /// The interval of the index offence, which is not counted here.
    Within(Box<Within>),
}

/// Time at risk before and after an index offence, with a weight for each profile, by place.
pub(super) type Places = Vec<(f64, f64, [f64; PROFILES])>;

/// Where the index offence may lie in its interval.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Within {
    /// Weights are 1 in all, for each profile.
    pub(super) places: Places,
    /// Whether it is known which of the offences came before: then there is one place.
    pub(super) parted: bool,
    /// `ln` of the probability of 0, 1, .. others, by state.
    table: Vec<[f64; STATES]>,
}

/// Other offences of an interval: before the index offence, or all of one in which that is not known, and after it.
pub(super) type Others = (u32, u32);

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sight {
    /// The interval of the index offence.
    pub(super) index: usize,
    /// Up to the last observed interval.
    pub(super) cells: Vec<Cell>,
    /// `ln` of share, density of the index offence and stopping, by state.
    pub(super) ln_weight: [f64; STATES],
}

/// What is known of the place of the index offence within its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// Nothing.
    Somewhere,
    /// The exact age, but not which offences of the interval came before.
    At(f64),
    /// The exact age; time at risk before and after, and which offences came before.
    Parted { age: f64, before: f64, after: f64 },
}

impl Sight {
    /// `at_risk` is the part of each interval at liberty up to the last observed one, 0 where none was.
    pub(super) fn new(law: &Law, at_risk: &[f64], index: usize, place: Place) -> Sight {
        let e = at_risk[index];
        let (places, ln_index, parted) = match place {
            Place::Somewhere => {
                let (places, ln_index) = somewhere(law, index, e);
                (places, ln_index, false)
            }
            Place::At(age) => {
                let before = ((age - law.grid.start_age(index)) / law.width()).min(e);
                let ln_index = std::array::from_fn(|k| law.ln_index_at(k, age));
                (vec![(before, e - before, [1.0; PROFILES])], ln_index, false)
            }
            Place::Parted { age, before, after } => {
                let ln_index = std::array::from_fn(|k| law.ln_index_at(k, age));
                (vec![(before, after, [1.0; PROFILES])], ln_index, true)
            }
        };
        let cells = at_risk
            .iter()
            .enumerate()
            .map(|(t, &e)| match t.cmp(&index) {
                std::cmp::Ordering::Equal => Cell::Within(Box::new(Within::new(law, index, places.clone(), parted))),
                _ if e == 0.0 => Cell::Unseen,
                std::cmp::Ordering::Less => Cell::Before(e),
                std::cmp::Ordering::Greater => Cell::After(e),
            })
            .collect();
        let ln_weight = std::array::from_fn(|s| law.ln_share[s % PROFILES] + ln_index[s % PROFILES] + law.ln_stops[s]);
        Sight { index, cells, ln_weight }
    }

    /// `ln` of the probability of an interval's counts, by state.
    pub(super) fn ln_p(&self, law: &Law, t: usize, others: Others) -> [f64; STATES] {
        match &self.cells[t] {
            Cell::Unseen => [0.0; STATES],
            Cell::Before(e) => std::array::from_fn(|s| ln_poisson(others.0, e * law.mean(s, t, false))),
            Cell::After(e) => std::array::from_fn(|s| ln_poisson(others.0, e * law.mean(s, t, true))),
            Cell::Within(within) => within.ln_p(law, t, others),
        }
    }
}

impl Within {
    fn new(law: &Law, index: usize, places: Places, parted: bool) -> Within {
        let mut within = Within { places, parted, table: Vec::new() };
        if !parted {
            within.table = within.first_counts(law, index);
        }
        within
    }

    #[inline]
    pub(super) fn ln_p(&self, law: &Law, t: usize, (first, second): Others) -> [f64; STATES] {
        if !self.parted {
            return match self.table.get(first as usize) {
                Some(found) => *found,
                None => self.sum(law, t, first),
            };
        }
        let (before, after, _) = self.places[0];
        std::array::from_fn(|s| {
            ln_poisson(first, before * law.mean(s, t, false)) + ln_poisson(second, after * law.mean(s, t, true))
        })
    }

    /// The same as `sum` for the first counts, each from the one before. Where nothing would be left of a probability the
    /// logarithm is worked out by itself.
    fn first_counts(&self, law: &Law, t: usize) -> Vec<[f64; STATES]> {
        let mut table = vec![[0.0; STATES]; TABLE];
        for (before, after, weights) in &self.places {
            for s in 0..STATES {
                let mean = before * law.mean(s, t, false) + after * law.mean(s, t, true);
                let mut p = weights[s % PROFILES] * (-mean).exp();
                for (y, row) in table.iter_mut().enumerate() {
                    row[s] += p;
                    p *= mean / (y + 1) as f64;
                }
            }
        }
        for (y, row) in table.iter_mut().enumerate() {
            let exact = if row.iter().any(|p| *p < SMALLEST) { self.sum(law, t, y as u32) } else { [0.0; STATES] };
            for s in 0..STATES {
                row[s] = if row[s] < SMALLEST { exact[s] } else { row[s].ln() };
            }
        }
        table
    }

    fn sum(&self, law: &Law, t: usize, others: u32) -> [f64; STATES] {
        std::array::from_fn(|s| {
            let at = |(before, after, weights): &(f64, f64, [f64; PROFILES])| {
                let mean = before * law.mean(s, t, false) + after * law.mean(s, t, true);
                weights[s % PROFILES].ln() + ln_poisson(others, mean)
            };
            log_sum_exp(&self.places.iter().map(at).collect::<Vec<f64>>())
        })
    }
}

/// Where an index offence may lie in interval `t` of which a part `e` was at liberty, and `ln` of the probability that it
/// lies there, up to what is the same for all profiles.
fn somewhere(law: &Law, t: usize, e: f64) -> (Places, [f64; PROFILES]) {
    let (start, width) = (law.grid.start_age(t), law.width());
    let density =
        |part: f64| -> [f64; PROFILES] { std::array::from_fn(|k| law.ln_index_at(k, start + part * width).exp()) };
    // years from anywhere in the time at liberty, against the density of one place
    let spread = if e < 1.0 { 1.0 / law.custody.1 } else { 1.0 };
    let mut places: Places =
        NODES.iter().map(|(x, w)| (x * e, e - x * e, density(x * e).map(|f| f * w * e * width * spread))).collect();
    if e < 1.0 && law.custody.0 > 0.0 {
        places.push((e, 0.0, density(e)));
    }
    let all: [f64; PROFILES] = std::array::from_fn(|k| places.iter().map(|place| place.2[k]).sum());
    for place in &mut places {
        place.2 = std::array::from_fn(|k| if all[k] > 0.0 { place.2[k] / all[k] } else { 0.0 });
    }
    (places, all.map(f64::ln))
}

/// `ln` of the Poisson probability of a count.
pub(super) fn ln_poisson(count: u32, mean: f64) -> f64 {
    let y = f64::from(count);
    match count {
        0 => -mean,
        _ => y * mean.ln() - mean - libm::lgamma(y + 1.0),
    }
}

/// The probability of every profile from sums over states, into `profiles`; returns `ln` of the sum.
pub(super) fn normalise<'a>(sums: impl Iterator<Item = &'a [f64; STATES]> + Clone, profiles: &mut [f64]) -> f64 {
    let top = sums.clone().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    profiles.fill(0.0);
    for states in sums {
        for (s, sum) in states.iter().enumerate() {
            profiles[s % PROFILES] += (sum - top).exp();
        }
    }
    let total: f64 = profiles.iter().sum();
    profiles.iter_mut().for_each(|p| *p /= total);
    top + total.ln()
}

/// `ln` of the sum over the states of one profile.
pub(super) fn of_profile<'a>(sums: impl Iterator<Item = &'a [f64; STATES]>, k: usize) -> f64 {
    log_sum_exp(&sums.flat_map(|states| [states[k], states[k + PROFILES]]).collect::<Vec<f64>>())
}

/// The states after which forecasts go on: all but those who stop.
pub(super) fn goes_on(state: usize) -> bool {
    !stops(state)
}
