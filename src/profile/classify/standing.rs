//! Where one record lies among people who were observed as it was.
//!
//! People known in order (`reference`) are looked up; those of the pool (`alike`) are counted for the one record, which
//! needs no order. Log-probabilities and posteriors that differ by no more than [`TIE`] are the same: one record is
//! added up in the order of ages, the people of the pool offence by offence, and what is equal need not be so in its
//! last digits.

use super::alike::{Alike, Sums};
use super::cells::WIDE;
use super::own_class::{OwnClass, held};
use super::pool::BLOCK;
use super::ranked::{Ranked, ends};
use super::reference::{Classes, Reference, Separation};
use super::typicality::PValue;

/// Difference of log-probabilities, and part of a probability, below which two are the same.
const TIE: f64 = 1e-9;

/// One number a group or class and person of a block.
type Table = Vec<[f64; BLOCK]>;

/// A record that is to be placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// `ln P(record)` under the mixture.
    pub(super) total: f64,
    /// The nearest group.
    pub(super) group: usize,
    /// `ln P(record)` in it.
    pub(super) nearest: f64,
    /// Posterior of each class.
    pub(super) by_class: &'a [f64],
    /// The posterior that is clear.
    pub(super) clear: f64,
    /// The coverage of a set.
    pub(super) coverage: f64,
}

/// Where it lies.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    pub(super) nearest: PValue,
    pub(super) mixture: PValue,
    pub(super) own_class: Vec<OwnClass>,
    pub(super) separation: Separation,
}

impl Standing {
    /// Among people whose order is known.
    pub(super) fn among(people: &Reference, asked: &Asked<'_>) -> Standing {
        let among = |(people, posterior): (&Ranked, &f64)| people.own_class(*posterior, asked.coverage);
        Standing {
            nearest: PValue::of(&people.nearest[asked.group], asked.nearest),
            mixture: PValue::of(&people.mixture, asked.total),
            own_class: people.own_class.iter().zip(asked.by_class).map(among).collect(),
            separation: people.separation.clone(),
        }
    }

    /// Among people of the pool who were observed alike. What only a full answer needs (the mixture, classes, and of
    /// the separation all but which groups are told apart) is left at nothing when it is `short`.
    pub(super) fn in_pool(alike: &Alike<'_>, classes: &Classes, asked: &Asked<'_>, short: bool) -> Standing {
        pulp::Arch::new().dispatch(Counting { alike, classes, asked, short })
    }
}

// dispatched work has to be inlined into the function that is compiled for the processor at hand
struct Counting<'c, 'a> {
    alike: &'c Alike<'a>,
    classes: &'c Classes,
    asked: &'c Asked<'c>,
    short: bool,
}

impl pulp::NullaryFnOnce for Counting<'_, '_> {
    type Output = Standing;
    #[inline(always)]
    fn call(self) -> Standing {
        self.count()
    }
}

/// People of one kind: their number, and how many of them lie below the record and at most as high.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    people: u64,
    below: u64,
    upto: u64,
}

/// The same in weights, with the number of people beside it.
#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    people: u64,
    weight: f64,
    below: f64,
    upto: f64,
}

impl Weighed {
    fn add(&mut self, part: Part, weight: f64) {
        self.people += part.people;
        self.weight += weight * part.people as f64;
        self.below += weight * part.below as f64;
        self.upto += weight * part.upto as f64;
    }

    fn ends(self) -> (f64, f64) {
        ends(self.below, self.upto, self.weight, self.people as usize)
    }
}

/// A block of people, group by group.
struct Block {
    size: usize,
    /// `ln P(record)` by group.
    ln_p: Table,
    /// The largest of them with the share added, and whose it is: the first of equals.
    top: [f64; BLOCK],
    best: [u64; BLOCK],
    /// By group the probability of share and record, over `exp(scale)`, and the sum of all.
    part: Table,
    all: [f64; BLOCK],
    scale: [f64; BLOCK],
}

/// Records less probable than the exponential of this (hundreds of offences) are scaled, so that no part underflows.
const SCALED_BELOW: f64 = -600.0;

impl Counting<'_, '_> {
    #[inline(always)]
    fn count(&self) -> Standing {
        let (alike, asked, groups) = (self.alike, self.asked, self.alike.shares.len());
        let mut sums: Sums = vec![[[0.0; WIDE]; BLOCK]; groups.div_ceil(WIDE)];
        let table = || vec![[0.0; BLOCK]; groups];
        let none = [0.0; BLOCK];
        let mut block =
            Block { size: 0, ln_p: table(), top: none, best: [0; BLOCK], part: table(), all: none, scale: none };
        let (mut nearest, mut mixture) = (Weighed::default(), Weighed::default());
        let mut own_class = vec![(Weighed::default(), Vec::new()); self.classes.count];
        let mut separation = Separation::nobody(groups);
        for k in (0..groups).filter(|k| alike.people[*k] > 0) {
            let n = alike.people[k];
            let weight = alike.shares[k] / n as f64;
            let runs = alike.runs(k);
            let (mut near, mut all, mut own) = (Part::default(), Part::default(), Part::default());
            let (mut apart, mut clear, mut best, mut posterior) = (vec![0; groups], 0, 0, [0.0; 8]);
            for at in 0..n.div_ceil(BLOCK) {
                block.size = alike.sums(k, at, &runs, &mut sums).min(BLOCK);
                block.turn(&sums);
                block.tops(alike);
                block.near(asked, &mut near);
                block.apart(k, alike, &mut apart);
                if !self.short {
                    block.parts(alike);
                    block.mixture(asked, &mut all);
                    block.own(self.classes, k, asked, &mut own, (weight, &mut own_class[self.classes.of_group[k]].1));
                    best += block.right(k);
                    clear += block.posterior(k, asked.clear, &mut posterior);
                }
            }
            nearest.add(near, weight);
            mixture.add(all, weight);
            own_class[self.classes.of_group[k]].0.add(own, weight);
            separation.people += n;
            separation.accuracy += best as f64 * weight;
            separation.clear[k] = clear as f64 / n as f64;
            separation.own_posterior[k] = posterior.iter().sum::<f64>() / n as f64;
            for (part, told) in separation.apart[k].iter_mut().zip(apart) {
                *part = 0.5 * told as f64 / n as f64;
            }
        }
        let of_class = |(class, odds): (Weighed, Vec<(f64, f64)>)| OwnClass {
            p: class.ends().1,
            people: class.people as usize,
            holds: held(&odds, asked.coverage, TIE),
        };
        separation.shares.clone_from(&alike.shares);
        separation.both_ways();
        Standing {
            nearest: PValue::between(nearest.ends()),
            mixture: PValue::between(mixture.ends()),
            own_class: own_class.into_iter().map(of_class).collect(),
            separation,
        }
    }
}

impl Block {
    /// From four groups abreast to one after the other.
    #[inline(always)]
    fn turn(&mut self, sums: &Sums) {
        for (k, ln_p) in self.ln_p.iter_mut().enumerate() {
            for (to, from) in ln_p.iter_mut().zip(&sums[k / WIDE]) {
                *to = from[k % WIDE];
            }
        }
    }

    #[inline(always)]
    fn tops(&mut self, alike: &Alike<'_>) {
        (self.top, self.best) = ([f64::NEG_INFINITY; BLOCK], [0; BLOCK]);
        for (g, ln_p) in self.ln_p.iter().enumerate() {
            let prior = alike.ln_share(g);
            for (ln_p, (top, best)) in ln_p.iter().zip(self.top.iter_mut().zip(&mut self.best)) {
                let joint = ln_p + prior;
                let higher = joint > *top;
                *top = if higher { joint } else { *top };
                *best = if higher { g as u64 } else { *best };
            }
        }
    }

    #[inline(always)]
    fn parts(&mut self, alike: &Alike<'_>) {
        self.all = [0.0; BLOCK];
        for (scale, top) in self.scale.iter_mut().zip(&self.top) {
            *scale = if *top < SCALED_BELOW { *top } else { 0.0 };
        }
        for (g, (part, ln_p)) in self.part.iter_mut().zip(&self.ln_p).enumerate() {
            let prior = alike.ln_share(g);
            for i in 0..BLOCK {
                part[i] = nearly_exp(ln_p[i] + prior - self.scale[i]);
                self.all[i] += part[i];
            }
        }
    }

    #[inline(always)]
    fn near(&self, asked: &Asked<'_>, near: &mut Part) {
        let (group, ln_p) = (asked.group as u64, &self.ln_p[asked.group]);
        let (low, high) = (asked.nearest - TIE, asked.nearest + TIE);
        for (ln_p, best) in ln_p[..self.size.min(BLOCK)].iter().zip(&self.best) {
            let is = u64::from(*best == group);
            near.people += is;
            near.below += is & u64::from(*ln_p < low);
            near.upto += is & u64::from(*ln_p <= high);
        }
    }

    /// How many have this group as their likeliest.
    #[inline(always)]
    fn right(&self, k: usize) -> u64 {
        self.best[..self.size.min(BLOCK)].iter().map(|best| u64::from(*best == k as u64)).sum()
    }

    /// Twice the number of people who are told from each other group; a tie is told by tossing a coin.
    #[inline(always)]
    fn apart(&self, k: usize, alike: &Alike<'_>, apart: &mut [u64]) {
        let (mine, size) = (&self.ln_p[k], self.size.min(BLOCK));
        for (g, apart) in apart.iter_mut().enumerate() {
            let (theirs, ahead) = (&self.ln_p[g], alike.ln_any[g] - alike.ln_any[k]);
            for i in 0..size {
                let lead = mine[i] - theirs[i] + ahead;
                *apart += u64::from(lead > 0.0) + u64::from(lead >= 0.0);
            }
        }
    }

    #[inline(always)]
    fn mixture(&self, asked: &Asked<'_>, all: &mut Part) {
        let size = self.size.min(BLOCK);
        all.people += size as u64;
        if asked.total > SCALED_BELOW + 10.0 {
            let (low, high) = ((asked.total - TIE).exp(), (asked.total + TIE).exp());
            for i in 0..size {
                let p = if self.scale[i] == 0.0 { self.all[i] } else { 0.0 };
                all.below += u64::from(p < low);
                all.upto += u64::from(p <= high);
            }
        } else {
            for i in 0..size {
                let ln_p = self.all[i].ln() + self.scale[i];
                all.below += u64::from(ln_p < asked.total - TIE);
                all.upto += u64::from(ln_p <= asked.total + TIE);
            }
        }
    }

    /// How many have a posterior of their own class that is at most as high: by odds, which keep their digits where the
    /// posterior is all but 1. Their odds go to the others of the class, with what each weighs.
    #[inline(always)]
    fn own(
        &self,
        classes: &Classes,
        k: usize,
        asked: &Asked<'_>,
        own: &mut Part,
        (weight, odds): (f64, &mut Vec<(f64, f64)>),
    ) {
        let (class, size) = (classes.of_group[k], self.size.min(BLOCK));
        let (mut mine, mut rest) = ([0.0; BLOCK], [0.0; BLOCK]);
        for (part, c) in self.part.iter().zip(&classes.of_group) {
            let to = if *c == class { &mut mine } else { &mut rest };
            for i in 0..BLOCK {
                to[i] += part[i];
            }
        }
        own.people += size as u64;
        odds.extend((0..size).map(|i| (mine[i] / rest[i], weight)));
        let others = asked.by_class.iter().enumerate().filter(|(c, _)| *c != class);
        let (x, y): (f64, f64) = (asked.by_class[class], others.map(|(_, p)| p).sum());
        if y < f64::EPSILON {
            own.upto += size as u64; // none is higher than 1
            return;
        }
        let limit = x * (1.0 + TIE);
        for i in 0..size {
            own.upto += u64::from(mine[i] * y <= limit * rest[i]);
        }
    }

    /// Adds up the posterior of a group; returns how many people are clear.
    #[inline(always)]
    fn posterior(&self, k: usize, clear: f64, posterior: &mut [f64; 8]) -> u64 {
        let (mut number, size) = (0, self.size.min(BLOCK));
        let (part, all) = (&self.part[k][..size], &self.all[..size]);
        for (part, all) in part.chunks(8).zip(all.chunks(8)) {
            for (sum, (part, all)) in posterior.iter_mut().zip(part.iter().zip(all)) {
                let p = part / all;
                *sum += p;
                number += u64::from(p >= clear);
            }
        }
        number
    }
}

/// `exp(x)` of `x <= 0` to eleven digits, a hundredth of what makes a [`TIE`], in half the steps of the one to sixteen;
/// 0 below -708. No fused multiply-add: every processor gives the same bits.
#[inline(always)]
fn nearly_exp(x: f64) -> f64 {
    // x = n ln 2 + 8 r with |r| <= ln(2)/16, where a Taylor polynomial of degree 5 is off by 9e-12 / 8
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52 rounds to whole numbers and leaves them in the low bits
    let clamped = if x < -708.0 { -708.0 } else { x };
    let shifted = clamped * std::f64::consts::LOG2_E + SHIFT;
    let r = (clamped - (shifted - SHIFT) * std::f64::consts::LN_2) * 0.125;
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0)))));
    let (p2, scale) = (p * p, f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52)));
    let p4 = p2 * p2;
    if x < -708.0 { 0.0 } else { p4 * p4 * scale }
}
