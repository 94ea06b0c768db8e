//! Whether a file fits the career model: its records beside people drawn for them.
//!
//! When the index offence is dated, people are drawn with theirs where the record has it. When it is not, it may lie
//! anywhere that the career model has it: with a register followed as the model's is (from the first and up to the last
//! date of an index offence to the day it closes, deaths and departures apart); or, when nearly every record ends in a year
//! with an offence, in that year: a file made when advices were.

use super::age::{IndexAge, intervals};
use super::classifier::CareerClassifier;
use super::law::{Law, PROFILES, STATES};
use super::people::poisson;
use super::sight::{Cell, Place, Sight};
use crate::cohort::builder::PersonRow;
use crate::cohort::data::Cohort;
use crate::error::Result;
use crate::numeric::logspace::log_sum_exp;
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::profile::classify::file_fit::{Beside, DRAWN, FEWEST_ROWS, FileFit, May, Scored, compare, looked_at};
use crate::profile::classify::record::{self, Seen};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Streams of the people drawn here follow those of the peers.
const STREAMS: u64 = 1 << 40;

/// Records end in the year of the index offence when at least this part of them end in a year with an offence. Of careers
/// followed for some years a fifth do.
const END_WITH_ONE: f64 = 0.9;

/// Steps of the search for the factor: each lowers what is left of the way manifold.
const STEPS: usize = 30;

/// What is known of where index offences lie when nobody dated them.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Followed {
    /// The interval is given.
    Dated,
    /// As long as the career model's register.
    AsRegister,
    /// Up to the end of the year of the index offence.
    ToIndex,
}

impl CareerClassifier {
    /// Compares the people of a cohort on the model's ages with the model; `None` when fewer than
    /// [`FEWEST_ROWS`] of them can be classified.
    /// At most 500 are looked at, evenly spaced. The same input gives the same bits.
    ///
    /// # Errors
    /// When the cohort is on other ages that do not meet the model's.
    ///
    /// # Panics
    /// When `index` is neither empty nor of the whole cohort.
    pub fn file_fit(&self, cohort: &Cohort, index: &[IndexAge]) -> Result<Option<FileFit>> {
        let mut rows = Vec::new();
        for i in 0..cohort.persons() {
            let (counts, exposure) = (cohort.counts(i), cohort.exposure(i));
            let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
            let known = if index.is_empty() { IndexAge::Unknown } else { index[i] };
            let (counts, exposure) = if cohort.grid() == self.law.grid {
                (counts, exposure)
            } else {
                match record::on_model(self.law.grid, cohort.grid(), &row) {
                    Ok((counts, exposure, _)) => (counts, exposure),
                    Err(error) if error.kind() == crate::error::ErrorKind::Refused => continue,
                    Err(error) => return Err(error),
                }
            };
            let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
            let Ok(seen) = Seen::of(self.law.grid, &row) else { continue };
            let Ok(at) = intervals(&self.law, &row, known) else { continue };
            let at_risk = record::at_risk(&row, seen.last);
            rows.push((counts, at_risk, known, at));
        }
        if rows.len() < FEWEST_ROWS {
            return Ok(None);
        }
        let chosen: Vec<usize> = looked_at(rows.len()).collect();
        let of = |followed: Followed| {
            let people: Vec<Person<'_>> = chosen.as_slice().map_in_parallel(|&i| {
                let (counts, at_risk, known, at) = &rows[i];
                let followed = if *known == IndexAge::Unknown { followed } else { Followed::Dated };
                Person::new(&self.law, counts, at_risk, *known, at, followed)
            });
            let factor = factor(&people);
            let seed = self.options().seed;
            let beside: Vec<Beside> =
                (0..people.len()).map_in_parallel(|i| people[i].beside(&mut stream(seed, STREAMS + i as u64)));
            compare(&beside, 1, |t| self.law.grid.start_age(t), factor)
        };
        let ends = |row: &&(Vec<Option<u32>>, Vec<f64>, IndexAge, Vec<usize>)| row.3.last() == Some(&(row.1.len() - 1));
        let to_index = rows.iter().filter(ends).count() as f64 >= END_WITH_ONE * rows.len() as f64;
        Ok(Some(of(if to_index { Followed::ToIndex } else { Followed::AsRegister })))
    }
}

/// A person of the file with every place where the index offence may lie.
struct Person<'a> {
    law: &'a Law,
    /// The index offence included.
    counts: Vec<u32>,
    sights: Vec<Sight>,
    /// `ln` of the weight of each place, beside what its sight has, and of all of them.
    ln_place: Vec<f64>,
    ln_weight: f64,
    /// Expected offences beside the index offence of each place, by state.
    means: Vec<[f64; STATES]>,
    /// Expected offences of each interval, were it before the index offence and were it after, and their logarithms.
    cells: Vec<[Part; 2]>,
}

/// Of one interval, by state.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    mean: [f64; STATES],
    ln_mean: [f64; STATES],
}

impl Part {
    fn new(law: &Law, t: usize, at_risk: f64, after: bool) -> Part {
        let mean = std::array::from_fn(|s| at_risk * law.mean(s, t, after));
        Part { mean, ln_mean: mean.map(f64::ln) }
    }

    /// `ln` of the probability of a count, but for what all states share.
    fn add(&self, count: u32, sums: &mut [f64; STATES]) {
        let y = f64::from(count);
        for (sum, (mean, ln_mean)) in sums.iter_mut().zip(self.mean.iter().zip(&self.ln_mean)) {
            *sum -= mean;
            // nobody who stopped has one, whatever the logarithm of nothing
            if count > 0 {
                *sum += y * ln_mean;
            }
        }
    }
}

impl<'a> Person<'a> {
    fn new(
        law: &'a Law,
        counts: &[Option<u32>],
        at_risk: &[f64],
        known: IndexAge,
        at: &[usize],
        followed: Followed,
    ) -> Person<'a> {
        let last = at_risk.len() - 1;
        let counts: Vec<u32> = counts[..=last].iter().map(|c| c.unwrap_or(0)).collect();
        let place = if let IndexAge::At { age } = known { Place::At(age) } else { Place::Somewhere };
        let seen = |t: &usize| at_risk[*t] > 0.0;
        let places: Vec<usize> = match followed {
            Followed::Dated => at.to_vec(),
            Followed::AsRegister => (law.first..=last).filter(seen).collect(),
            Followed::ToIndex => (law.first.max(last)..=last).filter(seen).collect(),
        };
        // who ends before any index offence may lie is taken where it may
        let places = if places.is_empty() { at.to_vec() } else { places };
        let ln_followed = |t: &usize| if followed == Followed::AsRegister { law.ln_followed(*t, last) } else { 0.0 };
        let ln_place: Vec<f64> = places.iter().map(ln_followed).collect();
        let sights: Vec<Sight> = places.iter().map(|t| Sight::new(law, at_risk, *t, place)).collect();
        let weights: Vec<f64> =
            sights.iter().zip(&ln_place).map(|(sight, ln)| ln + log_sum_exp(&sight.shares())).collect();
        let means = sights
            .iter()
            .map(|sight| {
                let mut sum = [0.0; STATES];
                for t in 0..=last {
                    let mean = sight.mean(law, t);
                    (0..STATES).for_each(|s| sum[s] += mean[s]);
                }
                sum
            })
            .collect();
        let part = |(t, e): (usize, &f64)| [false, true].map(|after| Part::new(law, t, *e, after));
        let cells = at_risk.iter().enumerate().map(part).collect();
        let ln_weight = log_sum_exp(&weights);
        Person { law, counts, sights, ln_place, ln_weight, means, cells }
    }

    /// Scores counts that hold the index offence, with all rates multiplied; `None` when they cannot.
    fn score(&self, counts: &[u32], factor: f64) -> Option<Scored> {
        let ln_factor = factor.ln();
        let others = f64::from(counts.iter().sum::<u32>()) - 1.0;
        // up to each interval before the index offence, and from each on after it
        let mut before = vec![[0.0; STATES]; counts.len() + 1];
        let mut after = before.clone();
        for (t, (count, cell)) in counts.iter().zip(&self.cells).enumerate() {
            let mut sums = before[t];
            if cell[0].mean[0] > 0.0 {
                cell[0].add(*count, &mut sums);
            }
            before[t + 1] = sums;
        }
        for (t, (count, cell)) in counts.iter().zip(&self.cells).enumerate().rev() {
            let mut sums = after[t + 1];
            if cell[0].mean[0] > 0.0 {
                cell[1].add(*count, &mut sums);
            }
            after[t] = sums;
        }
        let ln_counts: f64 = counts.iter().filter(|c| **c > 1).map(|c| libm::lgamma(f64::from(*c) + 1.0)).sum();
        let mut may = Vec::with_capacity(STATES * self.sights.len());
        for ((sight, ln_place), means) in self.sights.iter().zip(&self.ln_place).zip(&self.means) {
            let t = sight.index;
            let Some(rest) = counts[t].checked_sub(1) else { continue };
            let within = sight.ln_p(self.law, t, (rest, 0));
            // what was taken off for all intervals is not due for this one
            let shared = libm::lgamma(f64::from(counts[t]) + 1.0) - ln_counts;
            for s in 0..STATES {
                let sum = sight.ln_weight[s] + ln_place + before[t][s] + within[s] + after[t + 1][s] + shared;
                // a Poisson probability at another mean
                let ln_p = sum + others * ln_factor - (factor - 1.0) * means[s];
                may.push(May { ln_p, mean: factor * means[s] + 1.0, variance: factor * means[s] });
            }
        }
        let possible = may.iter().any(|m| m.ln_p > f64::NEG_INFINITY);
        possible.then(|| Scored::of(counts.to_vec(), &may, self.ln_weight))
    }

    fn beside(&self, rng: &mut ChaCha8Rng) -> Beside {
        let weights: Vec<f64> =
            self.sights.iter().zip(&self.ln_place).flat_map(|(sight, ln)| sight.ln_weight.map(|w| w + ln)).collect();
        let top = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        let upto: Vec<f64> = weights
            .iter()
            .map(|w| {
                sum += (w - top).exp();
                sum
            })
            .collect();
        let mut one = || {
            let u = rng.r#gen::<f64>() * sum;
            let at = upto.partition_point(|s| *s <= u).min(upto.len() - 1);
            let (sight, state) = (&self.sights[at / STATES], at % STATES);
            let counts = sight.draw(self.law, state, rng);
            // what is drawn can be scored: its own place is one of those looked at
            self.score(&counts, 1.0).unwrap_or(Scored { counts, ln_p: 0.0, rate: 0.0, spread: 0.0 })
        };
        let drawn = (0..DRAWN).map(|_| one()).collect();
        let nothing = Scored { counts: self.counts.clone(), ln_p: f64::NEG_INFINITY, rate: 0.0, spread: 0.0 };
        Beside { found: self.score(&self.counts, 1.0).unwrap_or(nothing), drawn }
    }
}

/// The factor on all rates at which the people are likeliest: by what is expected in it of the posterior (EM), which no
/// step takes to a lower likelihood.
fn factor(people: &[Person<'_>]) -> f64 {
    let mut factor = 1.0_f64;
    for _ in 0..STEPS {
        let sums: Vec<(f64, f64)> = people.keep_in_parallel(|p| {
            let scored = p.score(&p.counts, factor)?;
            let found = f64::from(scored.counts.iter().sum::<u32>()) - 1.0;
            Some((found, found - scored.rate))
        });
        let (found, expected) = sums.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
        if expected <= 0.0 || found <= 0.0 {
            return factor;
        }
        let next = factor * found / expected;
        let done = (next / factor - 1.0).abs() < 1e-4;
        factor = next;
        if done {
            break;
        }
    }
    factor
}

impl Sight {
    /// Offences expected in an interval beside the index offence, by state; within its interval, on average over places.
    fn mean(&self, law: &Law, t: usize) -> [f64; STATES] {
        std::array::from_fn(|s| match &self.cells[t] {
            Cell::Unseen => 0.0,
            Cell::Before(e) => e * law.mean(s, t, false),
            Cell::After(e) => e * law.mean(s, t, true),
            Cell::Within(within) => within
                .places
                .iter()
                .map(|(e1, e2, w)| w[s % PROFILES] * (e1 * law.mean(s, t, false) + e2 * law.mean(s, t, true)))
                .sum(),
        })
    }

    /// The counts of someone in a state, index offence included.
    fn draw(&self, law: &Law, state: usize, rng: &mut ChaCha8Rng) -> Vec<u32> {
        let mut counts = Vec::with_capacity(self.cells.len());
        for (t, cell) in self.cells.iter().enumerate() {
            let mean = match cell {
                Cell::Unseen => 0.0,
                Cell::Before(e) => e * law.mean(state, t, false),
                Cell::After(e) => e * law.mean(state, t, true),
                Cell::Within(within) => {
                    let mut left: f64 = rng.r#gen();
                    let weight = |place: &(f64, f64, [f64; PROFILES])| place.2[state % PROFILES];
                    let place = within.places.iter().find(|place| {
                        left -= weight(place);
                        left < 0.0
                    });
                    let (e1, e2, _) = place.unwrap_or(&within.places[within.places.len() - 1]);
                    e1 * law.mean(state, t, false) + e2 * law.mean(state, t, true)
                }
            };
            counts.push(poisson(mean, rng) as u32 + u32::from(t == self.index));
        }
        counts
    }
}
