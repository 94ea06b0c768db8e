//! The people a record with a dated index offence is judged against: drawn from the career model (`people`), with their
//! index offence where the record has it, observed at the same ages and for as long at liberty.

use super::law::{Law, PROFILES, STATES};
use super::people::{self, Block, Rows};
use super::seen::{Records, Seen};
use super::sight::Sight;
use super::tally::{Question, Tally, Weighed, total};
use crate::numeric::logspace::{log_add_exp, log_sum_exp};
use crate::profile::classify::own_class::{OwnClass, held};
use crate::profile::classify::reference::Separation;
use crate::profile::classify::standing::Standing;
use crate::profile::classify::typicality::PValue;

/// Differences of logarithms below this are none: sums are added up in another order.
pub(super) const TIE: f64 = 1e-9;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peers {
    rows: Rows,
    of_profile: [Vec<Block>; PROFILES],
}

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
    /// The coverage of a set.
    pub(super) coverage: f64,
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

impl Peers {
    /// So many people of every profile.
    pub(super) fn new(law: &Law, people: usize, seed: u64) -> Peers {
        let rows = Rows::new(law);
        let of_profile = std::array::from_fn(|k| people::draw(law, &rows, k, people, seed));
        Peers { rows, of_profile }
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
        let mut seen = Seen::new(law, &peers.rows, sight);
        let shares = seen.shares;
        let whole = log_sum_exp(&shares);
        let weights = shares.map(|share| (share - whole).exp());
        let mut records = Records::new();
        let (mut near, mut all) = (Weighed::default(), Weighed::default());
        let mut own = Vec::with_capacity(PROFILES);
        let mut separation = Separation::nobody(PROFILES);
        for (k, blocks) in peers.of_profile.iter().enumerate() {
            let question = Question::new(k, asked, &shares, whole, &weights);
            let mut tally = Tally::new();
            for block in blocks {
                seen.block(k, block, &mut records);
                tally.add(&question, &seen, &records, block.people);
            }
            let people = tally.people;
            let weight = weights[k] / people;
            near.add(weight, total(&tally.near), total(&tally.near_below), total(&tally.near_upto));
            all.add(weight, people, total(&tally.below), total(&tally.upto));
            let of_class = Weighed { values: people, weight: people, below: 0.0, upto: total(&tally.own_upto) };
            own.push(OwnClass {
                p: of_class.ends().1,
                people: people as usize,
                holds: held(&tally.own_odds, asked.coverage, TIE),
            });
            separation.own_posterior[k] = total(&tally.own_posterior) / people;
            separation.clear[k] = total(&tally.clear) / people;
            separation.accuracy += weight * total(&tally.right);
            // a tie is told by tossing a coin; half of the pairs are those with the other profile
            separation.apart[k] = tally.told.iter().map(|told| 0.25 * total(told) / people).collect();
            separation.people += people as usize;
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
    use crate::numeric::streams::stream;
    use crate::profile::classify::ranked::ends;
    use crate::profile::classify::reference::likeliest;
    use crate::profile::reference::model::reference_model;
    use rand::Rng;

    /// Counts of one person seen so, interval by interval, offence by offence.
    fn counts(law: &Law, sight: &Sight, k: usize, block: &Block, person: usize, marks: &[Vec<f64>]) -> Vec<(u32, u32)> {
        let after = if block.goes_on[person] { law.after[k] } else { 0.0 };
        let below = |t: usize, limit: f64| marks[t].iter().filter(|mark| **mark < limit).count() as u32;
        let one = |(t, cell): (usize, &Cell)| match cell {
            Cell::Unseen => (0, 0),
            Cell::Before(e) => (below(t, *e), 0),
            Cell::After(e) => (below(t, e * after), 0),
            Cell::Within(within) => {
                let mut sum = 0.0;
                let passed = |place: &&(f64, f64, [f64; PROFILES])| {
                    sum += place.2[k];
                    sum > block.place[person]
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
        for (k, blocks) in peers.of_profile.iter().enumerate() {
            let n = blocks.iter().map(|block| block.people).sum::<usize>() as f64;
            let share = (shares[k] - whole).exp();
            let mut class = [0.0; 4];
            let mut odds = Vec::new();
            for (block, person) in blocks.iter().flat_map(|block| (0..block.people).map(move |person| (block, person)))
            {
                let of = |t: usize| -> Vec<f64> {
                    let own = block.years(t).filter(|(year, _)| usize::from(year.person) == person);
                    own.flat_map(|(_, marks)| marks.to_vec()).collect()
                };
                let marks: Vec<Vec<f64>> = (0..law.grid.len()).map(of).collect();
                let mut sums = sight.ln_weight;
                for (t, others) in counts(law, sight, k, block, person, &marks).into_iter().enumerate() {
                    let p = sight.ln_p(law, t, others);
                    (0..STATES).for_each(|s| sums[s] += p[s]);
                }
                let of = Of::states(&sums, &shares);
                let best = likeliest(&of.posterior);
                add(&mut class, 1.0, of.ln_odds[k], asked.ln_odds[k]);
                odds.push(of.ln_odds[k]);
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
            let p = |part: [f64; 4]| ends(part[0], part[1], part[2], part[3] as usize).1;
            let kept = |ln_odds: &f64| {
                let mut part = [0.0; 4];
                odds.iter().for_each(|other| add(&mut part, 1.0, *other, *ln_odds));
                p(part) > 1.0 - asked.coverage
            };
            let holds = odds.iter().filter(|ln_odds| kept(ln_odds)).count() as f64 / n;
            own.push(OwnClass { p: p(class), people: n as usize, holds });
            separation.people += n as usize;
            separation.shares[k] = share;
        }
        separation.both_ways();
        let p = |x: [f64; 4]| PValue::between(ends(x[0], x[1], x[2], x[3] as usize));
        Standing { nearest: p(near), mixture: p(all), own_class: own, separation }
    }

    #[test]
    fn people_counted_when_drawn_stand_where_they_stand_offence_by_offence() {
        let law = Law::new(reference_model().career_model()).unwrap();
        // a block and a part of one
        let peers = Peers::new(&law, 150, 3);
        let mut rng = stream(20, 0);
        for case in 0..200 {
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
            let asked = Asked {
                ln_odds: of.ln_odds,
                nearest: (group, of.ln_p[group]),
                total: of.total,
                clear: 0.8,
                coverage: 0.9,
            };
            let (found, plain) = (peers.standing(&law, &sight, &asked), plainly(&peers, &law, &sight, &asked));
            let numbers = |standing: &Standing| -> Vec<f64> {
                let (s, near, all) = (&standing.separation, standing.nearest, standing.mixture);
                let by_profile =
                    s.shares.iter().chain(&s.own_posterior).chain(&s.clear).chain(s.apart.iter().flatten());
                let own = standing.own_class.iter().flat_map(|of| [of.p + of.people as f64, of.holds]);
                let ends = [s.accuracy, near.low, near.high, all.low, all.high];
                by_profile.copied().chain(own).chain(ends).collect()
            };
            for (a, b) in numbers(&found).into_iter().zip(numbers(&plain)) {
                // sums of 600 terms in another order
                assert!((a - b).abs() < 1e-12, "{case}: {a} {b}");
            }
        }
    }
}
