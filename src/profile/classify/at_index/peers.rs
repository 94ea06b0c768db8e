//! The people a record with a dated index offence is judged against: drawn from the career model, with their index offence
//! where the record has it, observed at the same ages and for as long at liberty.
//!
//! They are drawn once, at liberty throughout and at the higher of the rates before and after the index offence, every
//! other offence with a uniform number. For one record those are kept whose number lies below the record's part: a
//! Poisson count thinned so is Poisson (Kingman 1993, *Poisson Processes*, section 5.1), and index offence and custody
//! change its mean alone. Who stops, and where in its interval the index offence lies, are read off a number of the person.

use super::law::{Law, PROFILES, STATES};
use super::sight::{Cell, Others, Sight};
use crate::numeric::logspace::{log_add_exp, log_sum_exp};
use crate::numeric::streams::stream;
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
struct Peer {
    /// Stops when this is below the probability to.
    stops: f64,
    /// The place of the index offence within its interval, as a part of what is probable.
    place: f64,
    /// Where the offences of this person end; they begin where those of the one before end.
    end: usize,
}

/// An offence that is kept where `mark` lies below the expected number of it: a part of the interval, times what the rate
/// is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Offence {
    interval: usize,
    mark: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peers {
    people: [Vec<Peer>; PROFILES],
    offences: [Vec<Offence>; PROFILES],
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
        let mut peers = Peers { people: Default::default(), offences: Default::default() };
        for k in 0..PROFILES {
            let mut rng = stream(seed, k as u64);
            let most = law.after[k].max(1.0);
            for _ in 0..people {
                let (stops, place) = (rng.r#gen(), rng.r#gen());
                for interval in 0..law.grid.len() {
                    for _ in 0..poisson(most * law.mean(k, interval, false), &mut rng) {
                        let mark = most * rng.r#gen::<f64>();
                        peers.offences[k].push(Offence { interval, mark });
                    }
                }
                peers.people[k].push(Peer { stops, place, end: peers.offences[k].len() });
            }
        }
        peers
    }

    /// Where a record lies among people seen so.
    pub(super) fn standing(&self, law: &Law, sight: &Sight, asked: &Asked) -> Standing {
        let mut seen = Seen::new(law, sight);
        let shares = seen.shares;
        let whole = log_sum_exp(&shares);
        let weights = shares.map(|share| (share - whole).exp());
        let (mut near, mut all) = (Weighed::default(), Weighed::default());
        let mut own = Vec::with_capacity(PROFILES);
        let mut separation = Separation::nobody(PROFILES);
        for k in 0..PROFILES {
            let n = self.people[k].len();
            let weight = weights[k] / n as f64;
            let mut class = Weighed::default();
            let mut begin = 0;
            for person in &self.people[k] {
                let sums = seen.sums(law, k, person, &self.offences[k][begin..person.end]);
                begin = person.end;
                let (top, part) = parts(&sums);
                let sum: f64 = part.iter().sum();
                let best = likeliest(&part);
                let rest: f64 = (0..PROFILES).filter(|&l| l != k).map(|l| part[l]).sum();
                class.add(1.0, (part[k] / rest).ln(), asked.ln_odds[k]);
                all.add(weight, top + sum.ln() - whole, asked.total);
                if best == asked.nearest.0 {
                    near.add(weight, top + part[best].ln() - shares[best], asked.nearest.1);
                }
                separation.own_posterior[k] += part[k] / sum / n as f64;
                separation.clear[k] += f64::from(u8::from(part[k] >= asked.clear * sum)) / n as f64;
                separation.accuracy += if best == k { weight } else { 0.0 };
                let mine = part[k] / weights[k];
                for (other, apart) in separation.apart[k].iter_mut().enumerate() {
                    let theirs = part[other] / weights[other];
                    let tie = (mine - theirs).abs() <= TIE * mine;
                    let told = if tie { 0.5 } else { f64::from(u8::from(mine > theirs)) };
                    *apart += 0.5 * told / n as f64;
                }
            }
            own.push((class.ends().1, n));
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

/// Weights of values below one and at most as high.
#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    values: usize,
    weight: f64,
    below: f64,
    upto: f64,
}

impl Weighed {
    fn add(&mut self, weight: f64, value: f64, asked: f64) {
        self.values += 1;
        self.weight += weight;
        self.below += if value < asked - TIE { weight } else { 0.0 };
        self.upto += if value <= asked + TIE { weight } else { 0.0 };
    }

    fn ends(self) -> (f64, f64) {
        ends(self.below, self.upto, self.weight, self.values)
    }
}

/// What a record's sight makes of everyone.
struct Seen<'a> {
    sight: &'a Sight,
    /// Sums of people without any other offence.
    none: [f64; STATES],
    /// `ln` of the expected number in each interval seen outside that of the index offence.
    ln_mean: Vec<[f64; STATES]>,
    /// `ln` of what each profile weighs.
    shares: [f64; PROFILES],
    /// Up to here lies the place of the index offence, by profile.
    places: Vec<[f64; PROFILES]>,
    ln_count: [f64; 16],
    /// `ln` of how much more probable other offences in the interval of the index offence are than none, for the first
    /// counts before and after it; worked out when first asked for.
    within: [Option<[f64; STATES]>; WITHIN * WITHIN],
    /// Probability of a profile to stop.
    stops: [f64; PROFILES],
}

/// Counts in the interval of the index offence that are looked up.
const WITHIN: usize = 8;

impl<'a> Seen<'a> {
    fn new(law: &Law, sight: &'a Sight) -> Seen<'a> {
        let mut none = sight.ln_weight;
        for t in 0..sight.cells.len() {
            let p = sight.ln_p(law, t, (0, 0));
            (0..STATES).for_each(|s| none[s] += p[s]);
        }
        let ln_mean = sight.cells.iter().enumerate().map(|(t, cell)| match cell {
            Cell::Before(e) => std::array::from_fn(|s| (e * law.mean(s, t, false)).ln()),
            Cell::After(e) => std::array::from_fn(|s| (e * law.mean(s, t, true)).ln()),
            Cell::Unseen | Cell::Within(_) => [0.0; STATES],
        });
        let shares = sight.shares();
        let (mut sum, mut places) = ([0.0; PROFILES], Vec::new());
        if let Cell::Within(within) = &sight.cells[sight.index] {
            for place in &within.places {
                (0..PROFILES).for_each(|k| sum[k] += place.2[k]);
                places.push(sum);
            }
        }
        Seen {
            sight,
            none,
            ln_mean: ln_mean.collect(),
            shares,
            places,
            ln_count: std::array::from_fn(|y| (y.max(1) as f64).ln()),
            within: [None; WITHIN * WITHIN],
            stops: std::array::from_fn(|k| law.ln_stops[k + PROFILES].exp()),
        }
    }

    /// Sums over the states of one person of profile `k`.
    fn sums(&mut self, law: &Law, k: usize, person: &Peer, offences: &[Offence]) -> [f64; STATES] {
        let after = if person.stops < self.stops[k] { 0.0 } else { law.after[k] };
        let mut sums = self.none;
        let mut within: Others = (0, 0);
        let (mut last, mut count) = (usize::MAX, 0);
        for offence in offences {
            let t = offence.interval;
            let Some(cell) = self.sight.cells.get(t) else { break };
            match cell {
                Cell::Unseen => {}
                Cell::Before(_) | Cell::After(_) => {
                    let part = match cell {
                        Cell::Before(e) => *e,
                        Cell::After(e) => e * after,
                        _ => 0.0,
                    };
                    if offence.mark < part {
                        count = if last == t { count + 1 } else { 1 };
                        last = t;
                        let ln = self.ln_count.get(count).copied().unwrap_or_else(|| (count as f64).ln());
                        (0..STATES).for_each(|s| sums[s] += self.ln_mean[t][s] - ln);
                    }
                }
                Cell::Within(cell) => {
                    let at = self.places.partition_point(|sum| sum[k] <= person.place).min(cell.places.len() - 1);
                    let (e1, e2, _) = cell.places[at];
                    if cell.parted {
                        within.0 += u32::from(offence.mark < e1);
                        within.1 += u32::from(offence.mark >= e1 && offence.mark < e1 + after * e2);
                    } else {
                        within.0 += u32::from(offence.mark < e1 + after * e2);
                    }
                }
            }
        }
        if within != (0, 0) {
            let more = self.more(law, within);
            (0..STATES).for_each(|s| sums[s] += more[s]);
        }
        sums
    }

    fn more(&mut self, law: &Law, within: Others) -> [f64; STATES] {
        let at = (within.0 as usize, within.1 as usize);
        let kept = at.0 < WITHIN && at.1 < WITHIN;
        if let (true, Some(found)) = (kept, self.within[at.0 % WITHIN * WITHIN + at.1 % WITHIN]) {
            return found;
        }
        let Cell::Within(cell) = &self.sight.cells[self.sight.index] else { return [0.0; STATES] };
        let (some, none) = (cell.ln_p(law, self.sight.index, within), cell.ln_p(law, self.sight.index, (0, 0)));
        let more = std::array::from_fn(|s| some[s] - none[s]);
        if kept {
            self.within[at.0 * WITHIN + at.1] = Some(more);
        }
        more
    }
}

impl Sight {
    /// `ln` of what each profile weighs before the record is seen.
    pub(super) fn shares(&self) -> [f64; PROFILES] {
        std::array::from_fn(|k| log_add_exp(self.ln_weight[k], self.ln_weight[k + PROFILES]))
    }
}
