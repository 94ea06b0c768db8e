//! The people a record with a dated index offence is judged against: drawn from the career model, with their index offence
//! where the record has it, observed at the same ages and for as long at liberty.
//!
//! They are drawn once, at liberty throughout and at the higher of the rates before and after the index offence, every
//! other offence with a uniform number. For one record those are kept whose number lies below the record's part: a
//! Poisson count thinned so is Poisson (Kingman 1993, *Poisson Processes*, section 5.1), and index offence and custody
//! change its mean alone. Who stops, and where in its interval the index offence lies, are read off a number of the person.

use super::law::{Law, PROFILES, STATES};
use super::seen::Seen;
use super::sight::Sight;
use crate::numeric::logspace::{log_add_exp, log_sum_exp};
use crate::numeric::streams::stream;
use crate::numeric::vexp;
use crate::profile::classify::ranked::ends;
use crate::profile::classify::reference::{Separation, likeliest};
use crate::profile::classify::standing::Standing;
use crate::profile::classify::typicality::PValue;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};

/// Differences of logarithms below this are none: sums are added up in another order.
const TIE: f64 = 1e-9;

/// A person at liberty throughout, before the index offence is put anywhere.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peer {
    /// Stops when this is below the probability to.
    pub(super) stops: f64,
    /// The place of the index offence within its interval, as a part of what is probable.
    pub(super) place: f64,
    /// Where the years of this person end; they begin where those of the one before end.
    end: usize,
}

/// An interval in which a person has offences. Each has a mark, and is kept where that lies below the expected number of
/// it: a part of the interval, times what the rate is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Year {
    pub(super) interval: u16,
    /// How many are kept of an interval not seen, and of a whole one before and after the index offence.
    pub(super) kept: [u16; 3],
    /// Where their marks end.
    pub(super) end: u32,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct OfProfile {
    people: Vec<Peer>,
    years: Vec<Year>,
    marks: Vec<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peers([OfProfile; PROFILES]);

/// A record among them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    /// `ln` of the odds of each profile.
    pub(super) ln_odds: [f64; PROFILES],
    /// The likeliest profile, and `ln P(record)` in it.
    pub(super) nearest: (usize, f64),
    /// `ln P(record)` over all.
    pub(super) total: f64,
    /// The posterior that is clear.
    pub(super) clear: f64,
}

/// What is worked out of the states of one person.
pub(super) struct Of {
    pub(super) posterior: [f64; PROFILES],
    pub(super) ln_odds: [f64; PROFILES],
    /// `ln P(record)` in each profile, and over all.
    pub(super) ln_p: [f64; PROFILES],
    pub(super) total: f64,
}

impl Of {
    /// From sums over the states; `shares` are the logarithms of what the profiles weigh before the record.
    #[inline]
    pub(super) fn states(sums: &[f64; STATES], shares: &[f64; PROFILES]) -> Of {
        let (top, part) = parts(sums);
        let all: f64 = part.iter().sum();
        let rest = |k: usize| -> f64 { (0..PROFILES).filter(|&l| l != k).map(|l| part[l]).sum() };
        let ln = part.map(f64::ln);
        let whole = log_sum_exp(shares);
        Of {
            posterior: part.map(|p| p / all),
            ln_odds: std::array::from_fn(|k| ln[k] - rest(k).ln()),
            ln_p: std::array::from_fn(|k| top + ln[k] - shares[k]),
            total: top + all.ln() - whole,
        }
    }
}

/// The highest of the sums, and over its exponential what each profile has.
#[inline]
fn parts(sums: &[f64; STATES]) -> (f64, [f64; PROFILES]) {
    let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (top, std::array::from_fn(|k| (sums[k] - top).exp() + (sums[k + PROFILES] - top).exp()))
}

/// The same by the vector exponential: the people drawn are many, and compared to nine digits.
#[inline(always)]
fn nearly_parts(sums: &[f64; STATES]) -> (f64, [f64; PROFILES]) {
    let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    // a loop, as what a closure of an array's map calls is not compiled for the processor at hand
    let (mut of_state, mut part) = ([0.0; STATES], [0.0; PROFILES]);
    (0..STATES).for_each(|s| of_state[s] = vexp::exp(sums[s] - top));
    (0..PROFILES).for_each(|k| part[k] = of_state[k] + of_state[k + PROFILES]);
    (top, part)
}

impl Peers {
    /// So many people of every profile.
    pub(super) fn new(law: &Law, people: usize, seed: u64) -> Peers {
        Peers(std::array::from_fn(|k| {
            let mut rng = stream(seed, k as u64);
            let most = law.after[k].max(1.0);
            let mut of = OfProfile::default();
            for _ in 0..people {
                let (stops, place) = (rng.r#gen(), rng.r#gen());
                for interval in 0..law.grid.len() {
                    let begin = of.marks.len();
                    let number = poisson(most * law.mean(k, interval, false), &mut rng);
                    of.marks.extend((0..number).map(|_| most * rng.r#gen::<f64>()));
                    let marks = &of.marks[begin..];
                    let kept = |limit: f64| marks.iter().filter(|mark| **mark < limit).count() as u16;
                    if !marks.is_empty() {
                        let kept = [0, kept(1.0), kept(law.after[k])];
                        of.years.push(Year { interval: interval as u16, kept, end: of.marks.len() as u32 });
                    }
                }
                of.people.push(Peer { stops, place, end: of.years.len() });
            }
            of
        }))
    }

    /// Where a record lies among people seen so.
    pub(super) fn standing(&self, law: &Law, sight: &Sight, asked: &Asked) -> Standing {
        pulp::Arch::new().dispatch(Among { peers: self, law, sight, asked })
    }
}

// dispatched work has to be inlined into the function that is compiled for the processor at hand
struct Among<'a> {
    peers: &'a Peers,
    law: &'a Law,
    sight: &'a Sight,
    asked: &'a Asked,
}

impl pulp::NullaryFnOnce for Among<'_> {
    type Output = Standing;
    #[inline(always)]
    fn call(self) -> Standing {
        self.standing()
    }
}

impl Among<'_> {
    #[inline(always)]
    fn standing(&self) -> Standing {
        let Among { peers, law, sight, asked } = *self;
        let mut seen = Seen::new(law, sight);
        let shares = seen.shares;
        let whole = log_sum_exp(&shares);
        let weights = shares.map(|share| (share - whole).exp());
        let (mut near, mut all) = (Weighed::default(), Weighed::default());
        let mut own = Vec::with_capacity(PROFILES);
        let mut separation = Separation::nobody(PROFILES);
        for (k, of) in peers.0.iter().enumerate() {
            let n = of.people.len();
            let (weight, each) = (weights[k] / n as f64, 1.0 / n as f64);
            let odds = (asked.ln_odds[k] + TIE).exp();
            // a tie is told by tossing a coin
            let told = [0.0, 0.25 / n as f64, 0.5 / n as f64];
            let (mut upto, mut apart) = (0u64, [0.0; PROFILES]);
            let (mut year, mut mark) = (0, 0);
            for person in &of.people {
                let years = &of.years[year..person.end];
                let sums = seen.sums(law, k, person, years, (&of.marks, mark));
                mark = years.last().map_or(mark, |last| last.end as usize);
                year = person.end;
                let (top, part) = nearly_parts(&sums);
                let sum: f64 = part.iter().sum();
                let best = likeliest(&part);
                let rest: f64 = (0..PROFILES).filter(|&l| l != k).map(|l| part[l]).sum();
                upto += u64::from(part[k] / rest <= odds);
                all.add(weight, Logarithm { base: top - whole, of: sum, most: LN_STATES }, asked.total);
                if best == asked.nearest.0 {
                    let value = Logarithm { base: top - shares[best], of: part[best], most: LN_STATES };
                    near.add(weight, value, asked.nearest.1);
                }
                separation.own_posterior[k] += part[k] / sum * each;
                separation.clear[k] += if part[k] >= asked.clear * sum { each } else { 0.0 };
                separation.accuracy += if best == k { weight } else { 0.0 };
                let mine = part[k] / weights[k];
                for other in 0..PROFILES {
                    let theirs = part[other] / weights[other];
                    let lead = mine - theirs;
                    apart[other] += told[usize::from(lead > TIE * mine) + usize::from(lead >= -TIE * mine)];
                }
            }
            let all_upto = Weighed { values: n, weight: n as f64, below: 0.0, upto: upto as f64 };
            own.push((all_upto.ends().1, n));
            separation.apart[k] = apart.to_vec();
            separation.people += n;
            separation.shares[k] = weights[k];
        }
        separation.both_ways();
        Standing {
            nearest: PValue::between(near.ends()),
            mixture: PValue::between(all.ends()),
            own_class: own,
            separation,
        }
    }
}

pub(super) fn poisson(mean: f64, rng: &mut ChaCha8Rng) -> u64 {
    // a mean of nothing has no distribution there
    Poisson::new(mean).map_or(0, |poisson| poisson.sample(rng) as u64)
}

/// `base + ln(of)`, where `ln(of)` lies between 0 and `most`.
#[derive(Debug, Clone, Copy)]
struct Logarithm {
    base: f64,
    of: f64,
    most: f64,
}

/// `ln` of [`STATES`], rounded up: the parts of all states are at most 1, and one of them is.
const LN_STATES: f64 = 2.08;

/// Weights of values below one and at most as high.
#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    values: usize,
    weight: f64,
    below: f64,
    upto: f64,
}

impl Weighed {
    /// Adds a value; its logarithm is worked out only where it decides.
    #[inline(always)]
    fn add(&mut self, weight: f64, value: Logarithm, asked: f64) {
        self.values += 1;
        self.weight += weight;
        let Logarithm { base, of, most } = value;
        let decides = base <= asked + TIE && base + most >= asked - TIE;
        let value = if decides { base + of.ln() } else { base };
        self.below += if value < asked - TIE { weight } else { 0.0 };
        self.upto += if value <= asked + TIE { weight } else { 0.0 };
    }

    fn ends(self) -> (f64, f64) {
        ends(self.below, self.upto, self.weight, self.values)
    }
}

impl Sight {
    /// `ln` of what each profile weighs before the record is seen.
    pub(super) fn shares(&self) -> [f64; PROFILES] {
        std::array::from_fn(|k| log_add_exp(self.ln_weight[k], self.ln_weight[k + PROFILES]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sight::{Cell, Place};
    use super::*;
    use crate::profile::reference::reference_model;

    /// Counts of one person seen so, interval by interval, offence by offence.
    fn counts(law: &Law, sight: &Sight, k: usize, person: &Peer, marks: &[Vec<f64>]) -> Vec<(u32, u32)> {
        let goes_on = person.stops >= law.ln_stops[k + PROFILES].exp();
        let after = if goes_on { law.after[k] } else { 0.0 };
        let below = |t: usize, limit: f64| marks[t].iter().filter(|mark| **mark < limit).count() as u32;
        let one = |(t, cell): (usize, &Cell)| match cell {
            Cell::Unseen => (0, 0),
            Cell::Before(e) => (below(t, *e), 0),
            Cell::After(e) => (below(t, e * after), 0),
            Cell::Within(within) => {
                let mut sum = 0.0;
                let passed = |place: &&(f64, f64, [f64; PROFILES])| {
                    sum += place.2[k];
                    sum > person.place
                };
                let (e1, e2, _) = *within.places.iter().find(passed).unwrap_or(&within.places[within.places.len() - 1]);
                let (first, all) = (below(t, e1), below(t, e1 + after * e2));
                if within.parted { (first, all - first) } else { (all, 0) }
            }
        };
        sight.cells.iter().enumerate().map(one).collect()
    }

    /// Everyone's sums by the probabilities of their counts, and where the record lies among them by logarithms.
    fn plainly(peers: &Peers, law: &Law, sight: &Sight, asked: &Asked) -> Standing {
        let (shares, whole) = (sight.shares(), log_sum_exp(&sight.shares()));
        let (mut near, mut all) = ([0.0; 4], [0.0; 4]);
        let add = |to: &mut [f64; 4], weight: f64, value: f64, asked: f64| {
            to[0] += if value < asked - TIE { weight } else { 0.0 };
            to[1] += if value <= asked + TIE { weight } else { 0.0 };
            to[2] += weight;
            to[3] += 1.0;
        };
        let (mut own, mut separation) = (Vec::new(), Separation::nobody(PROFILES));
        for (k, of) in peers.0.iter().enumerate() {
            let n = of.people.len() as f64;
            let share = (shares[k] - whole).exp();
            let (mut class, mut year, mut mark) = ([0.0; 4], 0, 0);
            for person in &of.people {
                let mut marks = vec![Vec::new(); law.grid.len()];
                for one in &of.years[year..person.end] {
                    marks[usize::from(one.interval)] = of.marks[mark..one.end as usize].to_vec();
                    mark = one.end as usize;
                }
                year = person.end;
                let mut sums = sight.ln_weight;
                for (t, others) in counts(law, sight, k, person, &marks).into_iter().enumerate() {
                    let p = sight.ln_p(law, t, others);
                    (0..STATES).for_each(|s| sums[s] += p[s]);
                }
                let of = Of::states(&sums, &shares);
                let best = likeliest(&of.posterior);
                add(&mut class, 1.0, of.ln_odds[k], asked.ln_odds[k]);
                add(&mut all, share / n, of.total, asked.total);
                if best == asked.nearest.0 {
                    add(&mut near, share / n, of.ln_p[best], asked.nearest.1);
                }
                separation.own_posterior[k] += of.posterior[k] / n;
                separation.clear[k] += f64::from(u8::from(of.posterior[k] >= asked.clear)) / n;
                separation.accuracy += if best == k { share / n } else { 0.0 };
                for other in 0..PROFILES {
                    let lead = of.ln_p[k] - of.ln_p[other];
                    let told = if lead.abs() <= TIE { 0.5 } else { f64::from(u8::from(lead > 0.0)) };
                    separation.apart[k][other] += 0.5 * told / n;
                }
            }
            own.push((ends(class[0], class[1], class[2], class[3] as usize).1, of.people.len()));
            separation.people += of.people.len();
            separation.shares[k] = share;
        }
        separation.both_ways();
        let p = |x: [f64; 4]| PValue::between(ends(x[0], x[1], x[2], x[3] as usize));
        Standing { nearest: p(near), mixture: p(all), own_class: own, separation }
    }

    #[test]
    fn people_counted_when_drawn_stand_where_they_stand_offence_by_offence() {
        let law = Law::new(reference_model().career_model()).unwrap();
        let peers = Peers::new(&law, 60, 3);
        let mut rng = stream(20, 0);
        for case in 0..300 {
            let last = rng.gen_range(law.first..law.grid.len());
            let index = rng.gen_range(law.first..=last);
            let mut at_risk: Vec<f64> =
                (0..=last).map(|_| [1.0, 1.0, 1.0, 0.0, rng.r#gen()][rng.gen_range(0..5)]).collect();
            at_risk[index] = if rng.r#gen() { 1.0 } else { rng.gen_range(0.1..1.0) };
            let age = law.grid.start_age(index) + law.width() * rng.gen_range(0.05..0.95);
            let before = at_risk[index] * rng.r#gen::<f64>();
            let place = match case % 3 {
                0 => Place::Somewhere,
                1 => Place::At(age),
                _ => Place::Parted { age, before, after: at_risk[index] - before },
            };
            let sight = Sight::new(&law, &at_risk, index, place);
            // a record of nobody in particular: every interval with an offence or none
            let mut sums = sight.ln_weight;
            for t in 0..=last {
                let p = sight.ln_p(&law, t, (u32::from(rng.r#gen::<f64>() < 0.3 * f64::from(case % 4)), 0));
                (0..STATES).for_each(|s| sums[s] += p[s]);
            }
            let of = Of::states(&sums, &sight.shares());
            let group = likeliest(&of.posterior);
            let asked = Asked { ln_odds: of.ln_odds, nearest: (group, of.ln_p[group]), total: of.total, clear: 0.8 };
            let (found, plain) = (peers.standing(&law, &sight, &asked), plainly(&peers, &law, &sight, &asked));
            assert_eq!(
                (&found.nearest, &found.mixture, &found.own_class),
                (&plain.nearest, &plain.mixture, &plain.own_class),
                "{case}"
            );
            let numbers = |s: &Separation| -> Vec<f64> {
                let all = s.shares.iter().chain(&s.own_posterior).chain(&s.clear).chain(s.apart.iter().flatten());
                all.copied().chain([s.accuracy]).collect()
            };
            for (a, b) in numbers(&found.separation).into_iter().zip(numbers(&plain.separation)) {
                // sums of 240 terms in another order
                assert!((a - b).abs() < 1e-12, "{case}: {a} {b}");
            }
        }
    }
}
