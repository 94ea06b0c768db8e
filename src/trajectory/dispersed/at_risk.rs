//! The pass when time at risk is individual: every cell is evaluated, in loops over the ages of one group that
//! compilers turn into vector code.

#![allow(clippy::needless_range_loop)] // one age of many arrays at once, which compilers turn into vector code

use super::SlopeSums;
use super::cell::{Dispersion, MOST};
use crate::numeric::logspace::{expit, log_add_exp, softplus};
use crate::numeric::vexp;
use crate::trajectory::cells_direct::dot;
use crate::trajectory::estep::{AgeSums, EStep};
use crate::trajectory::kernel::rising;
use crate::trajectory::lanes::LogSum;
use crate::trajectory::pass::{Each, Evaluator};
use crate::trajectory::shape::{Curve, Params, Shape};
use std::ops::Range;

/// Below this a factor is taken in log space, so that no product of a few can underflow.
const SMALL_FACTOR: f64 = 1e-30;
/// Factors multiplied up before the logarithm is taken: 1e-30^8 is still a number.
const FACTORS: usize = 8;
/// A posterior probability that adds nothing to a sum at working precision.
const NOTHING: f64 = 1e-17;

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
    /// Code after code, group after group: what count and dispersion decide.
    rising: Vec<[f64; 3]>,
}

/// Working space for one history; arrays of groups x ages lie group after group.
pub(super) struct Scratch {
    pub(super) p: Vec<f64>,
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
}

/// Three first derivatives, six second, three of the complete data, time and events.
const TERMS: usize = 14;

impl<'a> AtRisk<'a> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, shape: &'a Shape, params: &'a Params, curves: &'a [Curve]) -> Self {
        let groups: Vec<Group<'a>> = curves
            .iter()
            .map(|curve| {
                let both: Vec<(f64, f64)> = curve.zeta.iter().map(|&z| expit(z)).collect();
                Group {
                    curve,
                    dispersion: Dispersion::of(curve),
                    lambda: curve.lambda.iter().map(|l| l.min(MOST)).collect(),
                    structural: both.iter().map(|b| b.0).collect(),
                    random: both.iter().map(|b| b.1).collect(),
                    softplus: curve.zeta.iter().map(|&z| softplus(z)).collect(),
                }
            })
            .collect();
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
        AtRisk { evaluator, shape, log_share: &params.log_share, groups, inflated, rising: rises }
    }

    pub(super) fn scratch(&self) -> Scratch {
        let (k, n) = (self.groups.len(), self.shape.intervals);
        let (by_age, by_both) = (vec![0.0; n], vec![0.0; k * n]);
        Scratch {
            p: vec![0.0; k],
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
        let n = self.shape.intervals;
        // these passes are only made on cohorts with time at risk
        let exposure = &histories.exposure_of(h).unwrap_or(&[])[..n];
        for t in 0..n {
            let seen = if exposure[t] > 0.0 { 1.0 } else { 0.0 };
            scratch.seen[t] = seen;
            scratch.zero[t] = seen;
            scratch.counts[t] = 0.0;
        }
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
                value += products(factor, |t| {
                    let count = -r * ln[t];
                    not_structural[t] = expit(group.curve.zeta[t] - count).1;
                    log_add_exp(group.curve.zeta[t], count) - group.softplus[t]
                });
                for &code in histories.cells_of(h) {
                    let t = histories.codes[code as usize].interval as usize;
                    value -= group.softplus[t] + r * ln[t];
                }
            } else {
                value -= r * dot(ln, &scratch.seen);
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
        let n = self.shape.intervals;
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
        let parts = self.evaluator.dispersed_chunks(|range| pulp::Arch::new().dispatch(PartOf { pass: self, range }));
        let mut parts = parts.into_iter();
        let mut sum = parts.next().unwrap_or_else(|| self.empty_part());
        let mut log_likelihood = sum.log_sum.total();
        for part in parts {
            log_likelihood += part.log_sum.total();
            sum.mass.iter_mut().zip(&part.mass).for_each(|(to, v)| *to += v);
            for (to, from) in sum.sums.iter_mut().zip(&part.sums) {
                to.iter_mut().zip(from).for_each(|(to, v)| *to += v);
            }
        }
        let sums = (0..self.groups.len() * self.shape.intervals)
            .map(|at| {
                let s = |i: usize| sum.sums[i][at];
                AgeSums::Slopes(SlopeSums {
                    first: [s(0), s(1), s(2)],
                    second: [s(3), s(4), s(5), s(6), s(7), s(8)],
                    complete: [s(9), s(10), s(11)],
                    time: s(12),
                    events: s(13),
                })
            })
            .collect();
        EStep { log_likelihood, mass: sum.mass, sums }
    }

    fn empty_part(&self) -> Part {
        let n = self.groups.len() * self.shape.intervals;
        Part { log_sum: LogSum::new(), mass: vec![0.0; self.groups.len()], sums: std::array::from_fn(|_| vec![0.0; n]) }
    }

    #[inline(always)]
    fn part(&self, range: Range<usize>) -> Part {
        let mut part = self.empty_part();
        let mut scratch = self.scratch();
        for h in range {
            let (max, sum) = self.posterior(h, &mut scratch);
            let weight = self.evaluator.histories.weight[h];
            part.log_sum.add(weight, max, sum);
            for k in 0..self.groups.len() {
                let w = weight * scratch.p[k];
                part.mass[k] += w;
                if scratch.p[k] > NOTHING {
                    self.rises(h, k, &mut scratch);
                    self.add(h, k, w, &scratch, &mut part.sums);
                }
            }
        }
        part
    }

    #[inline(always)]
    fn add(&self, h: usize, k: usize, w: f64, scratch: &Scratch, sums: &mut [Vec<f64>; TERMS]) {
        let n = self.shape.intervals;
        let of = k * n..(k + 1) * n;
        let group = &self.groups[k];
        let (alpha, r) = (group.dispersion.alpha, group.dispersion.r);
        let exposure = &self.evaluator.histories.exposure_of(h).unwrap_or(&[])[..n];
        let (lambda, inverse) = (&scratch.lambda[of.clone()][..n], &scratch.inverse[of.clone()][..n]);
        let (ln, not_r) = (&scratch.ln[of.clone()][..n], &scratch.not_structural[of.clone()][..n]);
        let (q, not_q) = (&group.structural[..n], &group.random[..n]);
        let (counts, seen) = (&scratch.counts[..n], &scratch.seen[..n]);
        let (rise_1, rise_2) = (&scratch.rises[0][..n], &scratch.rises[1][..n]);
        let [f0, f1, f2, s0, s1, s2, s3, s4, s5, c0, c1, c2, time, events] = sums;
        let (f0, f1, f2) = (&mut f0[of.clone()][..n], &mut f1[of.clone()][..n], &mut f2[of.clone()][..n]);
        let (s0, s1, s2) = (&mut s0[of.clone()][..n], &mut s1[of.clone()][..n], &mut s2[of.clone()][..n]);
        let (s3, s4, s5) = (&mut s3[of.clone()][..n], &mut s4[of.clone()][..n], &mut s5[of.clone()][..n]);
        let (c0, c1, c2) = (&mut c0[of.clone()][..n], &mut c1[of.clone()][..n], &mut c2[of.clone()][..n]);
        let (time, events) = (&mut time[of.clone()][..n], &mut events[of][..n]);
        for t in 0..n {
            let (y, s) = (counts[t], inverse[t]);
            let v = alpha * lambda[t] * s;
            let bend = r * (ln[t] - v);
            let e = (y - lambda[t]) * s;
            let a = rise_1[t] - y * v + bend;
            let ee = -s * (lambda[t] * s + y * v);
            let aa = rise_2[t] - y * v * s + lambda[t] * v * s - bend;
            let (random, wn) = (not_r[t], w * not_r[t]);
            let fixed = 1.0 - random;
            f0[t] += wn * e;
            f1[t] += w * seen[t] * (fixed - q[t]);
            f2[t] += wn * a;
            s0[t] += wn * (ee + fixed * e * e);
            s1[t] -= wn * fixed * e;
            s2[t] += w * seen[t] * (fixed * random - q[t] * not_q[t]);
            s3[t] += wn * (fixed * e * a - e * v);
            s4[t] -= wn * fixed * a;
            s5[t] += wn * (aa + fixed * a * a);
            c0[t] += wn * lambda[t] * s;
            c1[t] += w * seen[t] * q[t] * not_q[t];
            c2[t] += wn * a * a;
            time[t] += w * exposure[t];
            events[t] += w * y;
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

/// Sum of the logarithms of factors of at most 1; `small` gives the logarithm where one is next to nothing.
#[inline(always)]
fn products(factors: &[f64], mut small: impl FnMut(usize) -> f64) -> f64 {
    let (mut value, mut from) = (0.0, 0);
    for chunk in factors.chunks(FACTORS) {
        let mut product = 1.0;
        for (i, &factor) in chunk.iter().enumerate() {
            if factor < SMALL_FACTOR {
                value += small(from + i);
            } else {
                product *= factor;
            }
        }
        value += f64::ln(product);
        from += chunk.len();
    }
    value
}

// Dispatched work has to be inlined into the function that is compiled for the processor at hand; a closure
// is not, and would run as plain scalar code. It is plain arithmetic either way: the bits are the same.

struct PartOf<'p, 'a> {
    pass: &'p AtRisk<'a>,
    range: Range<usize>,
}

impl pulp::NullaryFnOnce for PartOf<'_, '_> {
    type Output = Part;
    #[inline(always)]
    fn call(self) -> Part {
        self.pass.part(self.range)
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
