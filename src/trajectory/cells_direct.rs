//! Scores and curvature of a history's cells when time at risk is individual, in loops over the ages of one
//! group. The pass has already found how likely each zero is structural, so no cell needs an exponential.

use super::family::{Derivatives, Family};
use super::shape::{Curve, Shape};
use super::wide::{WIDTH, dot, filled_up, filled_up_each, vectors, vectors_mut};
use crate::numeric::logspace::expit;
use pulp::Simd;

/// Working space and sums of one chunk.
pub(crate) struct DirectCells<'a> {
    shape: &'a Shape,
    curves: &'a [Curve],
    /// Ages of one group in the arrays below: the intervals filled up to whole vectors.
    stride: usize,
    lambda: Vec<f64>,
    /// `q` and `1 - q`, group after group, age after age.
    structural: Vec<f64>,
    random: Vec<f64>,
    /// The zero part's predictor, which the score of tau needs.
    predictor: Vec<f64>,
    /// Power `j` of the scaled age at every age, power after power.
    columns: Vec<f64>,
    exposure: Vec<f64>,
    counts: Vec<f64>,
    seen: Vec<f64>,
    eta: Vec<f64>,
    zeta: Vec<f64>,
    /// Weighted sums of the cells' derivatives, group after group, age after age.
    sum_zeta: Vec<f64>,
    sum_eta_eta: Vec<f64>,
    sum_eta_zeta: Vec<f64>,
    sum_zeta_zeta: Vec<f64>,
}

impl<'a> DirectCells<'a> {
    pub(crate) fn new(shape: &'a Shape, curves: &'a [Curve]) -> Self {
        let intervals = shape.intervals;
        let n = intervals.next_multiple_of(WIDTH);
        let of = |value: fn(&Curve) -> &[f64]| -> Vec<f64> { curves.iter().flat_map(value).copied().collect() };
        let (q, not_q): (Vec<f64>, Vec<f64>) = of(|c| &c.zeta).iter().map(|&z| expit(z)).unzip();
        let terms = shape.rate_terms.iter().chain(&shape.zero_terms).copied().max().unwrap_or(1);
        let by_age = vec![0.0; n * shape.groups()];
        DirectCells {
            shape,
            curves,
            stride: n,
            lambda: filled_up_each(&of(|c| &c.lambda), intervals),
            structural: filled_up_each(&q, intervals),
            random: filled_up_each(&not_q, intervals),
            predictor: filled_up_each(&of(|c| &c.zeta), intervals),
            columns: (0..terms).flat_map(|j| filled_up(shape.powers.iter().map(|p| p[j]), 0.0)).collect(),
            exposure: vec![0.0; n],
            counts: vec![0.0; n],
            seen: vec![0.0; n],
            eta: vec![0.0; n],
            zeta: vec![0.0; n],
            sum_zeta: by_age.clone(),
            sum_eta_eta: by_age.clone(),
            sum_eta_zeta: by_age.clone(),
            sum_zeta_zeta: by_age,
        }
    }

    /// Turns to a history: its non-zero cells and its time at risk.
    pub(crate) fn history(&mut self, cells: impl Iterator<Item = (usize, u32)>, exposure: &[f64]) {
        self.exposure[..exposure.len()].copy_from_slice(exposure);
        self.counts.fill(0.0);
        cells.for_each(|(t, count)| self.counts[t] = f64::from(count));
        self.seen.iter_mut().zip(exposure).for_each(|(seen, &e)| *seen = if e > 0.0 { 1.0 } else { 0.0 });
    }

    /// Adds the history's curvature in group `k` with weight `w`, and writes its score in the block to `score`.
    #[inline(always)]
    fn group<S: Simd>(&mut self, simd: S, k: usize, w: f64, random_zero: &[f64], score: &mut [f64]) {
        let n = self.stride;
        let of = k * n..(k + 1) * n;
        let plus = |a, b| simd.add_f64s(a, b);
        let less = |a, b| simd.sub_f64s(a, b);
        let times = |a, b| simd.mul_f64s(a, b);
        let (w, one) = (simd.splat_f64s(w), simd.splat_f64s(1.0));
        let lambda = vectors(simd, &self.lambda[of.clone()]);
        let m = lambda.len();
        let q = &vectors(simd, &self.structural[of.clone()])[..m];
        let not_q = &vectors(simd, &self.random[of.clone()])[..m];
        let random_zero = &vectors(simd, &random_zero[of.clone()])[..m];
        let exposure = &vectors(simd, &self.exposure)[..m];
        let counts = &vectors(simd, &self.counts)[..m];
        let seen = &vectors(simd, &self.seen)[..m];
        let eta = &mut vectors_mut(simd, &mut self.eta)[..m];
        let zeta = &mut vectors_mut(simd, &mut self.zeta)[..m];
        let sum_z = &mut vectors_mut(simd, &mut self.sum_zeta[of.clone()])[..m];
        let sum_ee = &mut vectors_mut(simd, &mut self.sum_eta_eta[of.clone()])[..m];
        let sum_ez = &mut vectors_mut(simd, &mut self.sum_eta_zeta[of.clone()])[..m];
        let sum_zz = &mut vectors_mut(simd, &mut self.sum_zeta_zeta[of])[..m];
        for t in 0..m {
            // one formula for all cells: a positive cell is certain not to be a structural zero (r = 0)
            let expected = times(exposure[t], lambda[t]);
            let not_r = random_zero[t];
            let r = less(one, not_r);
            eta[t] = less(counts[t], times(expected, not_r));
            zeta[t] = times(seen[t], less(r, q[t]));
            let here = times(w, expected);
            sum_z[t] = plus(sum_z[t], times(w, zeta[t]));
            sum_ee[t] = less(sum_ee[t], times(times(here, not_r), less(one, times(expected, r))));
            sum_ez[t] = plus(sum_ez[t], times(times(here, r), not_r));
            sum_zz[t] = plus(sum_zz[t], times(times(w, seen[t]), less(times(r, not_r), times(q[t], not_q[t]))));
        }
        let (eta, zeta) = (&mut self.eta, &self.zeta);
        let (rate, zero) = score.split_at_mut(self.shape.rate_terms[k]);
        let column = |j: usize| &self.columns[j * n..(j + 1) * n];
        if self.shape.family == Family::ZipTau {
            let curve = &self.curves[k];
            zero[0] = dot(zeta, &self.predictor[k * n..(k + 1) * n]);
            eta.iter_mut().zip(zeta.iter()).for_each(|(e, z)| *e -= curve.tau * z);
        } else {
            zero.iter_mut().enumerate().for_each(|(j, s)| *s = dot(zeta, column(j)));
        }
        rate.iter_mut().enumerate().for_each(|(j, s)| *s = dot(eta, column(j)));
    }

    /// The sums so far for group `k` at age `t`.
    pub(crate) fn sums(&self, k: usize, t: usize) -> Derivatives {
        let at = k * self.stride + t;
        Derivatives {
            eta: 0.0,
            zeta: self.sum_zeta[at],
            eta_eta: self.sum_eta_eta[at],
            eta_zeta: self.sum_eta_zeta[at],
            zeta_zeta: self.sum_zeta_zeta[at],
        }
    }
}

/// One history in one group, dispatched to the processor's vector code.
pub(crate) struct GroupOf<'p, 'a> {
    pub(crate) cells: &'p mut DirectCells<'a>,
    pub(crate) k: usize,
    pub(crate) w: f64,
    pub(crate) random_zero: &'p [f64],
    pub(crate) score: &'p mut [f64],
}

impl pulp::WithSimd for GroupOf<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.cells.group(simd, self.k, self.w, self.random_zero, self.score);
    }
}
