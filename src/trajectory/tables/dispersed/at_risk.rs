//! The pass when time at risk is individual: every cell is evaluated, in loops over the ages of one group that
//! compilers turn into vector code.

#![allow(clippy::needless_range_loop)] // one age of many arrays at once, which compilers turn into vector code

use crate::numeric::logspace::{expit, log_add_exp, softplus};
use crate::numeric::vexp;
use crate::trajectory::family::kernel::rising;
use crate::trajectory::tables::dispersed::SlopeSums;
use crate::trajectory::tables::dispersed::dispersion::{Dispersion, MOST};
use crate::trajectory::tables::lanes::LogSum;
use crate::trajectory::tables::pass::{Each, Evaluator};
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::sums::{AgeSums, EStep};
use crate::trajectory::tables::wide::{WIDTH, filled_up, log_product, sum, vectors, vectors_mut};
use pulp::Simd;
use std::ops::Range;

/// Everything of one group that a pass needs.
struct Group<'a> {
    curve: &'a Curve,
    dispersion: Dispersion,
    lambda: Vec<f64>,
    structural: Vec<f64>,
    random: Vec<f64>,
    /// `-ln(1 - q)`.
    softplus: Vec<f64>,
}

pub(crate) struct AtRisk<'a> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) shape: &'a Shape,
    log_share: &'a [f64],
    groups: Vec<Group<'a>>,
    inflated: bool,
    /// Ages, up to the next whole number of [`WIDTH`].
    blocks: usize,
    /// Code after code, group after group: what count and dispersion decide.
    rising: Vec<[f64; 3]>,
}

/// Working space for one history; arrays of groups x ages lie group after group.
pub(super) struct Scratch {
    pub(super) p: Vec<f64>,
    exposure: Vec<f64>,
    zero: Vec<f64>,
    seen: Vec<f64>,
    counts: Vec<f64>,
    rises: [Vec<f64>; 2],
    /// Mean, `1 / (1 + alpha lambda)`, `ln(1 + alpha lambda)`, probability that a zero is not structural.
    lambda: Vec<f64>,
    inverse: Vec<f64>,
    ln: Vec<f64>,
    not_structural: Vec<f64>,
    factor: Vec<f64>,
    /// First derivatives of the group at hand, by age.
    pub(super) eta: Vec<f64>,
    pub(super) zeta: Vec<f64>,
    pub(super) alpha: Vec<f64>,
}

/// Sums that a chunk adds to: each group after group, age after age.
struct Part {
    log_sum: LogSum,
    mass: Vec<f64>,
    sums: [Vec<f64>; TERMS],
    events: Vec<f64>,
}

/// Three first derivatives, six second, three of the complete data, and time.
const TERMS: usize = 13;

impl<'a> AtRisk<'a> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, shape: &'a Shape, params: &'a Params, curves: &'a [Curve]) -> Self {
        let groups: Vec<Group<'a>> = curves
            .iter()
            .map(|curve| {
                let both: Vec<(f64, f64)> = curve.zeta.iter().map(|&z| expit(z)).collect();
                Group {
                    curve,
                    dispersion: Dispersion::of(curve),
                    lambda: filled_up(curve.lambda.iter().map(|l| l.min(MOST)), 0.0),
                    structural: filled_up(both.iter().map(|b| b.0), 0.0),
                    random: filled_up(both.iter().map(|b| b.1), 1.0),
                    softplus: curve.zeta.iter().map(|&z| softplus(z)).collect(),
                }
            })
            .collect();
        let blocks = shape.intervals.div_ceil(WIDTH);
        let mut rises = Vec::with_capacity(evaluator.histories.codes.len() * groups.len());
        for code in &evaluator.histories.codes {
            let mut rise = [0.0; 3];
            for (k, group) in groups.iter().enumerate() {
                if k == 0 || !shape.common_dispersion {
                    rise = rising(f64::from(code.count), group.dispersion.log_alpha);
                }
                rises.push(rise);
            }
        }
        let inflated = shape.family.has_zero_curve();
        AtRisk { evaluator, shape, log_share: &params.log_share, groups, inflated, blocks, rising: rises }
    }

    pub(super) fn scratch(&self) -> Scratch {
        let (k, n) = (self.groups.len(), self.blocks * WIDTH);
        let (by_age, by_both) = (vec![0.0; n], vec![0.0; k * n]);
        Scratch {
            p: vec![0.0; k],
            exposure: by_age.clone(),
            zero: by_age.clone(),
            seen: by_age.clone(),
            counts: by_age.clone(),
            rises: [by_age.clone(), by_age.clone()],
            lambda: by_both.clone(),
            inverse: by_both.clone(),
            ln: by_both.clone(),
            not_structural: vec![1.0; k * n],
            factor: vec![1.0; n],
            eta: by_age.clone(),
            zeta: by_age.clone(),
            alpha: by_age,
        }
    }

    /// Posterior probabilities of history `h` into `scratch.p`; the maximum of the joint log-probabilities and the
    /// sum of their exponentials over it.
    #[inline(always)]
    pub(super) fn posterior(&self, h: usize, scratch: &mut Scratch) -> (f64, f64) {
        let histories = self.evaluator.histories;
        let n = self.blocks * WIDTH;
        // these passes are only made on cohorts with time at risk
        let own = histories.exposure_of(h).unwrap_or(&[]);
        scratch.exposure[..own.len()].copy_from_slice(own);
        let exposure = &scratch.exposure[..n];
        let (seen, zero) = (&mut scratch.seen[..n], &mut scratch.zero[..n]);
        for t in 0..n {
            seen[t] = if exposure[t] > 0.0 { 1.0 } else { 0.0 };
            zero[t] = seen[t];
        }
        scratch.counts.fill(0.0);
        for &code in histories.cells_of(h) {
            let cell = histories.codes[code as usize];
            scratch.zero[cell.interval as usize] = 0.0;
            scratch.counts[cell.interval as usize] = f64::from(cell.count);
        }
        let groups = self.groups.len();
        for (k, group) in self.groups.iter().enumerate() {
            let of = k * n..(k + 1) * n;
            let (alpha, r) = (group.dispersion.alpha, group.dispersion.r);
            let rates = &group.lambda[..n];
            let (lambda, inverse) = (&mut scratch.lambda[of.clone()][..n], &mut scratch.inverse[of.clone()][..n]);
            let ln = &mut scratch.ln[of.clone()][..n];
            for t in 0..n {
                let mean = exposure[t] * rates[t];
                let x = alpha * mean;
                let s = 1.0 / (1.0 + x);
                lambda[t] = mean;
                inverse[t] = s;
                ln[t] = vexp::ln_1p(x, s);
            }
            let mut value = self.log_share[k];
            if self.inflated {
                let (q, not_q) = (&group.structural[..n], &group.random[..n]);
                let (factor, not_structural) = (&mut scratch.factor[..n], &mut scratch.not_structural[of][..n]);
                let zero = &scratch.zero[..n];
                for t in 0..n {
                    let random = not_q[t] * vexp::exp(-r * ln[t]);
                    let both = q[t] + random;
                    // a blend rather than a branch: cells that are no zeros have the factor 1
                    factor[t] = zero[t] * both + (1.0 - zero[t]);
                    not_structural[t] = if zero[t] == 0.0 { 1.0 } else { random / both };
                }
                value += log_product(factor, |t| {
                    let count = -r * ln[t];
                    not_structural[t] = expit(group.curve.zeta[t] - count).1;
                    log_add_exp(group.curve.zeta[t], count) - group.softplus[t]
                });
                for &code in histories.cells_of(h) {
                    let t = histories.codes[code as usize].interval as usize;
                    value -= group.softplus[t] + r * ln[t];
                }
            } else {
                value -= r * sum(ln);
            }
            for &code in histories.cells_of(h) {
                let cell = histories.codes[code as usize];
                let t = cell.interval as usize;
                let log_mean = group.curve.eta[t] + self.shape.log_width;
                value += self.rising[code as usize * groups + k][0] + f64::from(cell.count) * (log_mean - ln[t]);
            }
            scratch.p[k] = value;
        }
        let max = scratch.p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for x in &mut scratch.p {
            *x = vexp::exp(*x - max);
            sum += *x;
        }
        scratch.p.iter_mut().for_each(|x| *x /= sum);
        (max, sum)
    }

    /// First derivatives of the cells of history `h` in group `k`, into `scratch`; the posterior was worked out.
    #[inline(always)]
    pub(super) fn first(&self, h: usize, k: usize, scratch: &mut Scratch) {
        let n = self.blocks * WIDTH;
        self.rises(h, k, scratch);
        let group = &self.groups[k];
        let (alpha_of, r) = (group.dispersion.alpha, group.dispersion.r);
        let of = k * n..(k + 1) * n;
        let (lambda, inverse, ln) =
            (&scratch.lambda[of.clone()], &scratch.inverse[of.clone()], &scratch.ln[of.clone()]);
        let (not_r, q) = (&scratch.not_structural[of], &group.structural[..n]);
        let (counts, seen, rise) = (&scratch.counts[..n], &scratch.seen[..n], &scratch.rises[0][..n]);
        let (eta, zeta, alpha) = (&mut scratch.eta[..n], &mut scratch.zeta[..n], &mut scratch.alpha[..n]);
        for t in 0..n {
            let v = alpha_of * lambda[t] * inverse[t];
            eta[t] = not_r[t] * (counts[t] - lambda[t]) * inverse[t];
            zeta[t] = seen[t] * (1.0 - not_r[t] - q[t]);
            alpha[t] = not_r[t] * (rise[t] - counts[t] * v + r * (ln[t] - v));
        }
    }

    /// What count and dispersion decide of history `h` in group `k`, by age.
    #[inline(always)]
    fn rises(&self, h: usize, k: usize, scratch: &mut Scratch) {
        let histories = self.evaluator.histories;
        let [first, second] = &mut scratch.rises;
        first.fill(0.0);
        second.fill(0.0);
        for &code in histories.cells_of(h) {
            let t = histories.codes[code as usize].interval as usize;
            let rise = &self.rising[code as usize * self.groups.len() + k];
            (first[t], second[t]) = (rise[1], rise[2]);
        }
    }

    pub(crate) fn run(&self) -> EStep {
        let parts = self.evaluator.at_risk_chunks(|range| pulp::Arch::new().dispatch(PartOf { pass: self, range }));
        let mut parts = parts.into_iter();
        let mut sum = parts.next().unwrap_or_else(|| self.empty_part());
        let mut log_likelihood = sum.log_sum.total();
        for part in parts {
            log_likelihood += part.log_sum.total();
            sum.mass.iter_mut().zip(&part.mass).for_each(|(to, v)| *to += v);
            let sums = sum.sums.iter_mut().chain([&mut sum.events]);
            for (to, from) in sums.zip(part.sums.iter().chain([&part.events])) {
                to.iter_mut().zip(from).for_each(|(to, v)| *to += v);
            }
        }
        let n = self.shape.intervals;
        let sums = (0..self.groups.len() * n)
            .map(|at| {
                let s = |i: usize| sum.sums[i][at / n * self.blocks * WIDTH + at % n];
                AgeSums::Slopes(SlopeSums {
                    first: [s(0), s(1), s(2)],
                    second: [s(3), s(4), s(5), s(6), s(7), s(8)],
                    complete: [s(9), s(10), s(11)],
                    time: s(12),
                    events: sum.events[at / n * self.blocks * WIDTH + at % n],
                })
            })
            .collect();
        EStep { log_likelihood, mass: sum.mass, sums, curvature: None, within: Vec::new() }
    }

    fn empty_part(&self) -> Part {
        let n = self.groups.len() * self.blocks * WIDTH;
        Part {
            log_sum: LogSum::new(),
            mass: vec![0.0; self.groups.len()],
            sums: std::array::from_fn(|_| vec![0.0; n]),
            events: vec![0.0; n],
        }
    }

    #[inline(always)]
    fn part<S: Simd>(&self, simd: S, range: Range<usize>) -> Part {
        let (histories, n) = (self.evaluator.histories, self.blocks * WIDTH);
        let mut part = self.empty_part();
        let mut scratch = self.scratch();
        for h in range {
            let (max, sum) = self.posterior(h, &mut scratch);
            let weight = histories.weight[h];
            part.log_sum.add(weight, max, sum);
            for k in 0..self.groups.len() {
                let w = weight * scratch.p[k];
                part.mass[k] += w;
                if scratch.p[k] > self.evaluator.negligible {
                    self.rises(h, k, &mut scratch);
                    self.add(simd, k, w, &scratch, &mut part.sums);
                    for &code in histories.cells_of(h) {
                        let cell = histories.codes[code as usize];
                        part.events[k * n + cell.interval as usize] += w * f64::from(cell.count);
                    }
                }
            }
        }
        part
    }

    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, k: usize, w: f64, scratch: &Scratch, sums: &mut [Vec<f64>; TERMS]) {
        let n = self.blocks * WIDTH;
        let of = k * n..(k + 1) * n;
        let group = &self.groups[k];
        let plus = |a, b| simd.add_f64s(a, b);
        let less = |a, b| simd.sub_f64s(a, b);
        let times = |a, b| simd.mul_f64s(a, b);
        let all = |x: f64| simd.splat_f64s(x);
        let (alpha, r, w, one) = (all(group.dispersion.alpha), all(group.dispersion.r), all(w), all(1.0));
        let lambda = vectors(simd, &scratch.lambda[of.clone()]);
        let m = lambda.len();
        let inverse = &vectors(simd, &scratch.inverse[of.clone()])[..m];
        let ln = &vectors(simd, &scratch.ln[of.clone()])[..m];
        let not_r = &vectors(simd, &scratch.not_structural[of.clone()])[..m];
        let q = &vectors(simd, &group.structural)[..m];
        let not_q = &vectors(simd, &group.random)[..m];
        let exposure = &vectors(simd, &scratch.exposure)[..m];
        let counts = &vectors(simd, &scratch.counts)[..m];
        let seen = &vectors(simd, &scratch.seen)[..m];
        let rise_1 = &vectors(simd, &scratch.rises[0])[..m];
        let rise_2 = &vectors(simd, &scratch.rises[1])[..m];
        let [f0, f1, f2, s0, s1, s2, s3, s4, s5, c0, c1, c2, time] =
            sums.each_mut().map(|s| &mut vectors_mut(simd, &mut s[of.clone()])[..m]);
        for t in 0..m {
            let (y, l, s) = (counts[t], lambda[t], inverse[t]);
            let (v, ls) = (times(times(alpha, l), s), times(l, s));
            let yv = times(y, v);
            let bend = times(r, less(ln[t], v));
            let e = times(less(y, l), s);
            let a = plus(less(rise_1[t], yv), bend);
            let ee = simd.neg_f64s(times(s, plus(ls, yv)));
            let aa = less(plus(less(rise_2[t], times(yv, s)), times(ls, v)), bend);
            let (random, wn) = (not_r[t], times(w, not_r[t]));
            let fixed = less(one, random);
            let (fixed_e, fixed_a, here) = (times(fixed, e), times(fixed, a), times(w, seen[t]));
            let spread = times(q[t], not_q[t]);
            f0[t] = plus(f0[t], times(wn, e));
            f1[t] = plus(f1[t], times(here, less(fixed, q[t])));
            f2[t] = plus(f2[t], times(wn, a));
            s0[t] = plus(s0[t], times(wn, plus(ee, times(fixed_e, e))));
            s1[t] = less(s1[t], times(wn, fixed_e));
            s2[t] = plus(s2[t], times(here, less(times(fixed, random), spread)));
            s3[t] = plus(s3[t], times(wn, less(times(fixed_e, a), times(e, v))));
            s4[t] = less(s4[t], times(wn, fixed_a));
            s5[t] = plus(s5[t], times(wn, plus(aa, times(fixed_a, a))));
            c0[t] = plus(c0[t], times(wn, ls));
            c1[t] = plus(c1[t], times(here, spread));
            c2[t] = plus(c2[t], times(wn, times(a, a)));
            time[t] = plus(time[t], times(w, exposure[t]));
        }
    }

    pub(crate) fn posteriors(&self, range: Range<usize>, each: Each<'_>) {
        let mut scratch = self.scratch();
        let arch = pulp::Arch::new();
        for h in range {
            arch.dispatch(PosteriorOf { pass: self, h, scratch: &mut scratch });
            each(h, &scratch.p, &[]);
        }
    }
}

// Dispatched work has to be inlined into the function that is compiled for the processor at hand; a closure
// is not, and would run as plain scalar code. It is plain arithmetic either way: the bits are the same.

struct PartOf<'p, 'a> {
    pass: &'p AtRisk<'a>,
    range: Range<usize>,
}

impl pulp::WithSimd for PartOf<'_, '_> {
    type Output = Part;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Part {
        self.pass.part(simd, self.range)
    }
}

struct PosteriorOf<'p, 'a> {
    pass: &'p AtRisk<'a>,
    h: usize,
    scratch: &'p mut Scratch,
}

impl pulp::NullaryFnOnce for PosteriorOf<'_, '_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn call(self) -> (f64, f64) {
        self.pass.posterior(self.h, self.scratch)
    }
}
