//! The pass. Histories lie in stretches observed alike, or each has time at risk of its own; what was expected of a
//! stretch is worked out once, and its sums are added to those by age when it ends.
#![allow(clippy::needless_range_loop)] // one history, or one power of age, of many arrays at once

use crate::numeric::linalg::Square;
use crate::trajectory::family::kernel::{log_mean, log_scale};
use crate::trajectory::tables::dispersed::SlopeSums;
use crate::trajectory::tables::lanes::{self, Lanes, LogSum, lanes};
use crate::trajectory::tables::lasting::block::{BLOCK, Block, Moments};
use crate::trajectory::tables::lasting::term::Expected;
use crate::trajectory::tables::lasting::totals::Totals;
use crate::trajectory::tables::pass::{Each, Evaluator, add_lanes, by_age, unpack};
use crate::trajectory::tables::shape::{Curve, MAX_TERMS, Params, Shape};
use crate::trajectory::tables::sums::{AgeSums, EStep};
use crate::trajectory::tables::wide::{vectors, vectors_mut};
use pulp::Simd;
use std::ops::Range;

pub(crate) struct LastingPass<'a, const NB: usize> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) shape: &'a Shape,
    pub(super) totals: &'a Totals,
    pub(super) start: Lanes<NB>,
    pub(super) alpha: Lanes<NB>,
    pub(super) inverse: Lanes<NB>,
    /// Coefficients of a curve, at most.
    pub(super) terms: usize,
    /// Expected count of a whole interval times each power of age, age after age.
    pub(super) rates: Vec<Moments<NB>>,
    /// `y ln(expected count of a whole interval)` of each code.
    pub(super) of_code: Vec<Lanes<NB>>,
    pub(super) rising: Vec<[Lanes<NB>; 3]>,
}

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

    /// Adds histories, each with its posterior weight, its total and what total and variance decide.
    #[inline(always)]
    fn add<'r, S: Simd>(
        &mut self,
        simd: S,
        p: &[Lanes<NB>],
        histories: impl Iterator<Item = (f64, &'r [Lanes<NB>; 3])> + Clone,
    ) {
        let sum = |to, p, by| simd.add_f64s(to, simd.mul_f64s(p, by));
        let [first, second] = &mut self.rising;
        for v in 0..vectors(simd, self.mass.as_flattened()).len() {
            let of = |lanes: &Lanes<NB>| vectors(simd, lanes.as_flattened())[v];
            let mut own = [of(&self.mass), of(&self.total), of(first), of(second)];
            for (p, (y, rising)) in p.iter().zip(histories.clone()) {
                let p = of(p);
                own[0] = simd.add_f64s(own[0], p);
                own[1] = sum(own[1], p, simd.splat_f64s(y));
                own[2] = sum(own[2], p, of(&rising[1]));
                own[3] = sum(own[3], p, of(&rising[2]));
            }
            let to = [&mut self.mass, &mut self.total, &mut *first, &mut *second];
            for (to, own) in to.into_iter().zip(own) {
                vectors_mut(simd, to.as_flattened_mut())[v] = own;
            }
        }
    }
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
    fn part<S: Simd>(&self, simd: S, range: Range<usize>) -> Part<NB> {
        let histories = self.evaluator.histories;
        let mut part = self.empty_part();
        let mut block = self.block();
        // the stretch at hand: its sums, what was expected, time at risk
        let (mut held, mut stretch) = (Held::NONE, None);
        let (mut expected, mut seen, mut from) = (Expected::NONE, Vec::new(), 0);
        for first in range.clone().step_by(BLOCK) {
            let these = first..(first + BLOCK).min(range.end);
            let mut p = self.joint(simd, these.clone(), &mut block);
            let weight = &histories.weight[these.clone()];
            let (max, sum) = lanes::normalise_block(&mut p, weight);
            for (i, h) in these.clone().enumerate() {
                part.log_sum.add(weight[i], max[i], sum[i]);
                for &code in histories.cells_of(h) {
                    lanes::add(&mut part.by_code[code as usize], &p[i]);
                }
            }
            let of = |h: usize| (self.totals.value(h), &self.rising[self.totals.number(h)]);
            if histories.exposure.is_some() {
                for (i, h) in these.enumerate() {
                    let mut own = Held::NONE;
                    own.add(simd, &p[i..=i], std::iter::once(of(h)));
                    self.release(simd, &mut part, &own, self.expected(&block, i), self.exposure(&block, i));
                }
                continue;
            }
            let mut begin = 0;
            while begin < these.len() {
                let pattern = histories.pattern[first + begin];
                let alike = histories.pattern[first + begin..these.end].iter().take_while(|p| **p == pattern).count();
                if stretch != Some(pattern) {
                    self.release(simd, &mut part, &held, &expected, (&seen, from));
                    (held, stretch) = (Held::NONE, Some(pattern));
                    let exposure = self.exposure(&block, begin);
                    (expected, seen, from) = (*self.expected(&block, begin), exposure.0.to_vec(), exposure.1);
                }
                let some = begin..begin + alike;
                held.add(simd, &p[some.clone()], some.map(|i| of(first + i)));
                begin += alike;
            }
        }
        self.release(simd, &mut part, &held, &expected, (&seen, from));
        part
    }

    /// Adds the sums of a stretch to those by age.
    #[inline(always)]
    fn release<S: Simd>(
        &self,
        simd: S,
        part: &mut Part<NB>,
        held: &Held<NB>,
        expected: &Expected<NB>,
        exposure: (&[f64], usize),
    ) {
        lanes::add(&mut part.mass, &held.mass);
        let term = expected.summed(&held.mass, &held.total, &held.rising, &self.alpha);
        lanes::add(&mut part.alpha[0], &term.alpha);
        lanes::add(&mut part.alpha[1], &term.bend);
        lanes::add(&mut part.alpha[2], &expected.unsigned(&held.mass, &held.rising));
        // left to the compiler this becomes code for four ages side by side, most of which moves lanes about
        for v in 0..vectors(simd, held.mass.as_flattened()).len() {
            let of = |lanes: &Lanes<NB>| vectors(simd, lanes.as_flattened())[v];
            let by = [of(&held.mass), of(&term.factor)];
            for (e, to) in exposure.0.iter().zip(&mut part.by_age[exposure.1..]) {
                let e = simd.splat_f64s(*e);
                for (to, by) in to.iter_mut().zip(by) {
                    let to = &mut vectors_mut(simd, to.as_flattened_mut())[v];
                    *to = simd.add_f64s(*to, simd.mul_f64s(e, by));
                }
            }
        }
        let moments = self.moments(simd, &expected.mean, exposure);
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

impl<const NB: usize> pulp::WithSimd for PartOf<'_, '_, NB> {
    type Output = Part<NB>;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Part<NB> {
        self.pass.part(simd, self.range)
    }
}

pub(super) struct PosteriorsOf<'p, 'a, const NB: usize> {
    pub(super) pass: &'p LastingPass<'a, NB>,
    pub(super) range: Range<usize>,
    pub(super) block: &'p mut Block<NB>,
}

impl<const NB: usize> pulp::WithSimd for PosteriorsOf<'_, '_, NB> {
    type Output = [Lanes<NB>; BLOCK];
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let mut p = self.pass.joint(simd, self.range, self.block);
        lanes::normalise_block(&mut p, &[]);
        p
    }
}
