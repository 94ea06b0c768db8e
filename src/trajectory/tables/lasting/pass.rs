//! The pass. Histories lie in stretches observed alike, or each has time at risk of its own; what was expected of a
//! stretch is worked out once, and its sums are added to those by age when it ends.
#![allow(clippy::needless_range_loop)] // one history, or one power of age, of many arrays at once

use crate::numeric::linalg::Square;
use crate::trajectory::family::kernel::{log_mean, log_scale};
use crate::trajectory::tables::dispersed::SlopeSums;
use crate::trajectory::tables::lanes::{self, Lanes, LogSum, lanes};
use crate::trajectory::tables::lasting::term::Expected;
use crate::trajectory::tables::lasting::totals::Totals;
use crate::trajectory::tables::pass::{Each, Evaluator, add_lanes, by_age, unpack};
use crate::trajectory::tables::shape::{Curve, MAX_TERMS, Params, Shape};
use crate::trajectory::tables::sums::{AgeSums, EStep};
use std::ops::Range;

pub(crate) struct LastingPass<'a, const NB: usize> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) shape: &'a Shape,
    pub(super) totals: &'a Totals,
    start: Lanes<NB>,
    pub(super) alpha: Lanes<NB>,
    inverse: Lanes<NB>,
    /// Coefficients of a curve, at most.
    pub(super) terms: usize,
    /// Expected count of a whole interval times each power of age, age after age.
    rates: Vec<Moments<NB>>,
    /// `y ln(expected count of a whole interval)` of each code.
    of_code: Vec<Lanes<NB>>,
    pub(super) rising: Vec<[Lanes<NB>; 3]>,
}

/// Histories taken together: as many chains of arithmetic go on side by side.
pub(super) const BLOCK: usize = 8;

/// A value for each power of age; the last stays 0, so that they can be gone through two by two from the second on.
pub(super) type Moments<const NB: usize> = [Lanes<NB>; MAX_TERMS + 1];

/// Sums that do not go by age, lower triangle: curve, then `ln alpha`.
type Within<const NB: usize> = [[Lanes<NB>; MAX_TERMS]; MAX_TERMS + 1];

struct Part<const NB: usize> {
    log_sum: LogSum,
    mass: Lanes<NB>,
    /// Posterior weight by code.
    by_code: Vec<Lanes<NB>>,
    /// Time at risk, and that times the expected factor, age after age.
    by_age: Vec<[Lanes<NB>; 2]>,
    /// First derivative in `ln alpha`, minus the second, and what it is made of without signs.
    alpha: [Lanes<NB>; 3],
    within: Within<NB>,
}

/// Sums over a stretch, not yet added to those by age: all else of a term is linear in them.
#[derive(Clone, Copy)]
struct Held<const NB: usize> {
    /// Posterior weight, and that times the total.
    mass: Lanes<NB>,
    total: Lanes<NB>,
    /// Derivatives of what total and variance decide, weighted.
    rising: [Lanes<NB>; 2],
}

impl<const NB: usize> Held<NB> {
    const NONE: Held<NB> = {
        let none = [[0.0; 4]; NB];
        Held { mass: none, total: none, rising: [none; 2] }
    };

    #[inline(always)]
    fn add(&mut self, p: &Lanes<NB>, y: f64, [_, first, second]: &[Lanes<NB>; 3]) {
        for b in 0..NB {
            for l in 0..4 {
                let p = p[b][l];
                self.mass[b][l] += p;
                self.total[b][l] += p * y;
                self.rising[0][b][l] += p * first[b][l];
                self.rising[1][b][l] += p * second[b][l];
            }
        }
    }
}

/// The histories of a block: time at risk row by row, and what was expected.
pub(super) struct Block<const NB: usize> {
    exposure: Vec<f64>,
    /// From the first age with any to the last, of each row.
    span: [(usize, usize); BLOCK],
    /// The row of each history: those of one stretch share one.
    row: [usize; BLOCK],
    /// What was expected, of each row.
    expected: [Expected<NB>; BLOCK],
    /// The stretch met last: its pattern, or none where time at risk is everybody's own.
    pattern: Option<u32>,
}

impl<'a, const NB: usize> LastingPass<'a, NB> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, shape: &'a Shape, params: &Params, curves: &[Curve]) -> Self {
        let histories = evaluator.histories;
        let log_rate = |k: usize, t: usize| log_mean(curves[k].eta[t] + shape.log_width);
        let rates = (0..shape.intervals)
            .map(|t| {
                let rate: Vec<f64> = (0..shape.groups()).map(|k| log_rate(k, t).exp()).collect();
                let mut moments = [[[0.0; 4]; NB]; MAX_TERMS + 1];
                for (j, to) in moments[..MAX_TERMS].iter_mut().enumerate() {
                    *to = lanes(|b, l| rate.get(4 * b + l).map_or(0.0, |rate| rate * shape.powers[t][j]));
                }
                moments
            })
            .collect();
        let code_in = |t: usize, count: f64, k: usize| if k < curves.len() { count * log_rate(k, t) } else { 0.0 };
        let codes = histories.codes.iter().map(|c| (c.interval as usize, f64::from(c.count)));
        let of_code = codes.map(|(t, count)| lanes(|b, l| code_in(t, count, 4 * b + l))).collect();
        let mut start = [[lanes::UNUSED; 4]; NB];
        lanes::spread(&params.log_share, lanes::UNUSED).enumerate().for_each(|(b, v)| start[b] = v);
        let ln_alpha: Vec<f64> = curves.iter().map(|c| log_scale(c.log_alpha)).collect();
        let of_group = |b: usize, l: usize| ln_alpha.get(4 * b + l).map_or(1.0, |a| a.exp());
        let alpha = lanes(of_group);
        let totals = evaluator.totals();
        LastingPass {
            evaluator,
            shape,
            totals,
            start,
            alpha,
            inverse: lanes(|b, l| 1.0 / alpha[b][l]),
            terms: shape.rate_terms.iter().copied().max().unwrap_or(0),
            rates,
            of_code,
            rising: totals.rising(&ln_alpha, &alpha),
        }
    }

    pub(super) fn block(&self) -> Block<NB> {
        Block {
            exposure: vec![0.0; BLOCK * self.shape.intervals],
            span: [(0, 0); BLOCK],
            row: [0; BLOCK],
            expected: [Expected::NONE; BLOCK],
            pattern: None,
        }
    }

    /// Time at risk of history `i` of a block from the first age with any to the last, and that first age.
    #[inline(always)]
    pub(super) fn exposure<'b>(&self, block: &'b Block<NB>, i: usize) -> (&'b [f64], usize) {
        self.of_row(block, block.row[i])
    }

    /// What was expected of history `i` of a block.
    #[inline(always)]
    pub(super) fn expected<'b>(&self, block: &'b Block<NB>, i: usize) -> &'b Expected<NB> {
        &block.expected[block.row[i]]
    }

    #[inline(always)]
    fn of_row<'b>(&self, block: &'b Block<NB>, row: usize) -> (&'b [f64], usize) {
        let (from, to) = block.span[row];
        (&block.exposure[row * self.shape.intervals + from..row * self.shape.intervals + to], from)
    }

    /// `sum of exposure x rate`.
    #[inline(always)]
    fn mean(&self, (exposure, from): (&[f64], usize)) -> Lanes<NB> {
        let mut mean = [[0.0; 4]; NB];
        for (e, rates) in exposure.iter().zip(&self.rates[from..]) {
            for b in 0..NB {
                for l in 0..4 {
                    mean[b][l] += e * rates[0][b][l];
                }
            }
        }
        mean
    }

    /// `sum of exposure x rate x u^j`, of which the first is known.
    #[inline(always)]
    pub(super) fn moments(&self, mean: &Lanes<NB>, (exposure, from): (&[f64], usize)) -> Moments<NB> {
        let none = [[0.0; 4]; NB];
        let mut moments = [none; MAX_TERMS + 1];
        moments[0] = *mean;
        for j in (1..self.terms).step_by(2) {
            let (mut one, mut next) = (none, none);
            for (e, rates) in exposure.iter().zip(&self.rates[from..]) {
                for b in 0..NB {
                    for l in 0..4 {
                        one[b][l] += e * rates[j][b][l];
                        next[b][l] += e * rates[j + 1][b][l];
                    }
                }
            }
            (moments[j], moments[j + 1]) = (one, next);
        }
        moments
    }

    /// Joint log-probabilities of the histories in `range`, at most [`BLOCK`], and what was expected of them.
    #[inline(always)]
    pub(super) fn joint(&self, range: Range<usize>, block: &mut Block<NB>) -> [Lanes<NB>; BLOCK] {
        let histories = self.evaluator.histories;
        let mut joint = [self.start; BLOCK];
        // the stretch met last goes on in the row that it has
        let mut row = block.row[BLOCK - 1];
        for i in 0..BLOCK {
            let h = range.start + i;
            if h >= range.end {
                block.row[i] = row;
                continue;
            }
            let pattern = histories.pattern[h];
            let own = histories.exposure_of(h);
            if own.is_some() || block.pattern != Some(pattern) {
                block.pattern = own.is_none().then_some(pattern);
                // a row that no history before it in this block has; the last block's is no longer needed then
                row = if i == 0 { 0 } else { (row + 1) % BLOCK };
                let n = self.shape.intervals;
                let to = &mut block.exposure[row * n..(row + 1) * n];
                match own {
                    Some(own) => to.copy_from_slice(own),
                    None => {
                        let seen = histories.observed_in(pattern as usize);
                        to.iter_mut().zip(seen).for_each(|(to, seen)| *to = if *seen { 1.0 } else { 0.0 });
                    }
                }
                let last = to.iter().rposition(|e| *e > 0.0).map_or(0, |t| t + 1);
                block.span[row] = (to.iter().position(|e| *e > 0.0).unwrap_or(0), last);
                let mean = self.mean(self.of_row(block, row));
                block.expected[row] = Expected::new(&mean, &self.alpha, &self.inverse);
            }
            block.row[i] = row;
            let mut sum = self.start;
            for &code in histories.cells_of(h) {
                lanes::add(&mut sum, &self.of_code[code as usize]);
            }
            block.expected[row].add_value(self.totals.value(h), &self.rising[self.totals.number(h)][0], &mut sum);
            joint[i] = sum;
        }
        joint
    }

    pub(crate) fn run(&self) -> EStep {
        let mut parts = self.evaluator.chunks(|range| lanes::dispatch(PartOf { pass: self, range })).into_iter();
        let mut sum = parts.next().unwrap_or_else(|| self.empty_part());
        let mut log_likelihood = sum.log_sum.total();
        for part in parts {
            log_likelihood += part.log_sum.total();
            add_lanes(&mut sum.mass, &part.mass);
            add_lanes(sum.by_code.as_flattened_mut(), part.by_code.as_flattened());
            add_lanes(sum.alpha.as_flattened_mut(), part.alpha.as_flattened());
            add_lanes(sum.by_age.as_flattened_mut().as_flattened_mut(), part.by_age.as_flattened().as_flattened());
            let within = sum.within.as_flattened_mut().as_flattened_mut();
            add_lanes(within, part.within.as_flattened().as_flattened());
        }
        self.reduce(log_likelihood, &sum)
    }

    fn reduce(&self, log_likelihood: f64, sum: &Part<NB>) -> EStep {
        let (shape, groups) = (self.shape, self.shape.groups());
        let codes = &self.evaluator.histories.codes;
        let (_, events) = by_age(codes, shape.intervals, groups, sum.by_code.as_flattened(), NB);
        let sums = lanes::by_group(groups, shape.intervals, |k, t| {
            let (b, l) = (k / 4, k % 4);
            let [time, factor] = sum.by_age[t].map(|lanes| lanes[b][l]);
            let mean = factor * self.rates[t][0][b][l];
            let events = events[k * shape.intervals + t];
            // the variance has no age: its sums stand at the first
            let [first, bend, unsigned] = sum.alpha.map(|alpha| if t == 0 { alpha[b][l] } else { 0.0 });
            AgeSums::Slopes(SlopeSums {
                first: [events - mean, 0.0, first],
                second: [-mean, 0.0, 0.0, 0.0, 0.0, -bend],
                complete: [mean, 0.0, unsigned],
                time,
                events,
            })
        });
        let within = |k: usize| {
            let (terms, n) = (shape.rate_terms[k], shape.block(k));
            let mut within = Square::zeros(n);
            for i in 0..n {
                let row = if i < terms { i } else { MAX_TERMS };
                (0..terms.min(i + 1)).for_each(|j| within.set(i, j, sum.within[row][j][k / 4][k % 4]));
            }
            within.mirror();
            within
        };
        EStep {
            log_likelihood,
            mass: unpack(&sum.mass, groups),
            sums,
            curvature: None,
            within: (0..groups).map(within).collect(),
        }
    }

    fn empty_part(&self) -> Part<NB> {
        Part {
            log_sum: LogSum::new(),
            mass: [[0.0; 4]; NB],
            by_code: vec![[[0.0; 4]; NB]; self.of_code.len()],
            by_age: vec![[[[0.0; 4]; NB]; 2]; self.shape.intervals],
            alpha: [[[0.0; 4]; NB]; 3],
            within: [[[[0.0; 4]; NB]; MAX_TERMS]; MAX_TERMS + 1],
        }
    }

    #[inline(always)]
    fn part(&self, range: Range<usize>) -> Part<NB> {
        let histories = self.evaluator.histories;
        let mut part = self.empty_part();
        let mut block = self.block();
        // the stretch at hand: its sums, what was expected, time at risk
        let (mut held, mut stretch) = (Held::NONE, None);
        let (mut expected, mut seen, mut from) = (Expected::NONE, Vec::new(), 0);
        for first in range.clone().step_by(BLOCK) {
            let these = first..(first + BLOCK).min(range.end);
            let mut p = self.joint(these.clone(), &mut block);
            let weight = &histories.weight[these.clone()];
            let (max, sum) = lanes::normalise_block(&mut p, weight);
            for (i, h) in these.enumerate() {
                part.log_sum.add(weight[i], max[i], sum[i]);
                let (y, rising) = (self.totals.value(h), &self.rising[self.totals.number(h)]);
                for &code in histories.cells_of(h) {
                    lanes::add(&mut part.by_code[code as usize], &p[i]);
                }
                if histories.exposure.is_some() {
                    let mut own = Held::NONE;
                    own.add(&p[i], y, rising);
                    self.release(&mut part, &own, self.expected(&block, i), self.exposure(&block, i));
                    continue;
                }
                if stretch != Some(histories.pattern[h]) {
                    self.release(&mut part, &held, &expected, (&seen, from));
                    (held, stretch) = (Held::NONE, Some(histories.pattern[h]));
                    let exposure = self.exposure(&block, i);
                    (expected, seen, from) = (*self.expected(&block, i), exposure.0.to_vec(), exposure.1);
                }
                held.add(&p[i], y, rising);
            }
        }
        self.release(&mut part, &held, &expected, (&seen, from));
        part
    }

    /// Adds the sums of a stretch to those by age.
    #[inline(always)]
    fn release(&self, part: &mut Part<NB>, held: &Held<NB>, expected: &Expected<NB>, exposure: (&[f64], usize)) {
        lanes::add(&mut part.mass, &held.mass);
        let term = expected.summed(&held.mass, &held.total, &held.rising, &self.alpha);
        lanes::add(&mut part.alpha[0], &term.alpha);
        lanes::add(&mut part.alpha[1], &term.bend);
        lanes::add(&mut part.alpha[2], &expected.unsigned(&held.mass, &held.rising));
        for (e, to) in exposure.0.iter().zip(&mut part.by_age[exposure.1..]) {
            // read, add, write back: see `lanes::add`
            let [mut time, mut factor] = *to;
            for b in 0..NB {
                for l in 0..4 {
                    time[b][l] += e * held.mass[b][l];
                    factor[b][l] += e * term.factor[b][l];
                }
            }
            *to = [time, factor];
        }
        let moments = self.moments(&expected.mean, exposure);
        for i in 0..self.terms {
            let mut pulled = term.pull;
            times(&mut pulled, &moments[i]);
            for j in 0..=i {
                let mut product = moments[j];
                times(&mut product, &pulled);
                lanes::add(&mut part.within[i][j], &product);
            }
            let mut drift = term.drift;
            times(&mut drift, &moments[i]);
            lanes::add(&mut part.within[MAX_TERMS][i], &drift);
        }
    }

    pub(crate) fn posteriors(&self, range: Range<usize>, each: Each<'_>) {
        let mut block = self.block();
        for first in range.clone().step_by(BLOCK) {
            let these = first..(first + BLOCK).min(range.end);
            let p = lanes::dispatch(PosteriorsOf { pass: self, range: these.clone(), block: &mut block });
            for (i, h) in these.enumerate() {
                each(h, &p[i].as_flattened()[..self.shape.groups()], &[]);
            }
        }
    }
}

#[inline(always)]
fn times<const NB: usize>(to: &mut Lanes<NB>, by: &Lanes<NB>) {
    for b in 0..NB {
        for l in 0..4 {
            to[b][l] *= by[b][l];
        }
    }
}

// Dispatched work has to be inlined into the function that is compiled for the processor at hand; a closure
// is not, and would run as plain scalar code. It is plain arithmetic either way: the bits are the same.

struct PartOf<'p, 'a, const NB: usize> {
    pass: &'p LastingPass<'a, NB>,
    range: Range<usize>,
}

impl<const NB: usize> pulp::NullaryFnOnce for PartOf<'_, '_, NB> {
    type Output = Part<NB>;
    #[inline(always)]
    fn call(self) -> Part<NB> {
        self.pass.part(self.range)
    }
}

pub(super) struct PosteriorsOf<'p, 'a, const NB: usize> {
    pub(super) pass: &'p LastingPass<'a, NB>,
    pub(super) range: Range<usize>,
    pub(super) block: &'p mut Block<NB>,
}

impl<const NB: usize> pulp::NullaryFnOnce for PosteriorsOf<'_, '_, NB> {
    type Output = [Lanes<NB>; BLOCK];
    #[inline(always)]
    fn call(self) -> Self::Output {
        let mut p = self.pass.joint(self.range, self.block);
        lanes::normalise_block(&mut p, &[]);
        p
    }
}
