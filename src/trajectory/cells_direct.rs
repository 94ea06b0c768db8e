//! Scores and curvature of a history's cells when time at risk is individual, in loops over the ages of one
//! group. The pass has already found how likely each zero is structural, so no cell needs an exponential.

use super::family::{Derivatives, Family};
use super::shape::{Curve, Shape};
use crate::numeric::logspace::expit;

/// Working space and sums of one chunk.
pub(crate) struct DirectCells<'a> {
    shape: &'a Shape,
    curves: &'a [Curve],
    /// `q` and `1 - q`, group after group, age after age.
    structural: Vec<f64>,
    random: Vec<f64>,
    /// Power `j` of the scaled age at every age, power after power.
    columns: Vec<f64>,
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
        let n = shape.intervals;
        let both: Vec<(f64, f64)> = curves.iter().flat_map(|c| c.zeta.iter().map(|&z| expit(z))).collect();
        let terms = shape.rate_terms.iter().chain(&shape.zero_terms).copied().max().unwrap_or(1);
        let by_age = vec![0.0; n * shape.groups()];
        DirectCells {
            shape,
            curves,
            structural: both.iter().map(|b| b.0).collect(),
            random: both.iter().map(|b| b.1).collect(),
            columns: (0..terms).flat_map(|j| shape.powers.iter().map(move |p| p[j])).collect(),
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
        self.counts.fill(0.0);
        cells.for_each(|(t, count)| self.counts[t] = f64::from(count));
        self.seen.iter_mut().zip(exposure).for_each(|(seen, &e)| *seen = if e > 0.0 { 1.0 } else { 0.0 });
    }

    /// Adds the history's curvature in group `k` with weight `w`, and writes its score in the block to `score`.
    #[inline(always)]
    pub(crate) fn group(&mut self, k: usize, w: f64, exposure: &[f64], random_zero: &[f64], score: &mut [f64]) {
        let n = self.shape.intervals;
        let of = k * n..(k + 1) * n;
        let (lambda, q, not_q) = (&self.curves[k].lambda[..n], &self.structural[of.clone()], &self.random[of.clone()]);
        let (exposure, counts, seen) = (&exposure[..n], &self.counts[..n], &self.seen[..n]);
        let random_zero = &random_zero[of.clone()];
        let (eta, zeta) = (&mut self.eta[..n], &mut self.zeta[..n]);
        let (sum_z, sum_ee) = (&mut self.sum_zeta[of.clone()], &mut self.sum_eta_eta[of.clone()]);
        let (sum_ez, sum_zz) = (&mut self.sum_eta_zeta[of.clone()], &mut self.sum_zeta_zeta[of]);
        for t in 0..n {
            // one formula for all cells: a positive cell is certain not to be a structural zero (r = 0)
            let expected = exposure[t] * lambda[t];
            let not_r = random_zero[t];
            let r = 1.0 - not_r;
            eta[t] = counts[t] - expected * not_r;
            zeta[t] = seen[t] * (r - q[t]);
            sum_z[t] += w * zeta[t];
            sum_ee[t] -= w * expected * not_r * (1.0 - expected * r);
            sum_ez[t] += w * expected * r * not_r;
            sum_zz[t] += w * seen[t] * (r * not_r - q[t] * not_q[t]);
        }
        let (rate, zero) = score.split_at_mut(self.shape.rate_terms[k]);
        let column = |j: usize| &self.columns[j * n..(j + 1) * n];
        if self.shape.family == Family::ZipTau {
            let curve = &self.curves[k];
            zero[0] = dot(zeta, &curve.zeta);
            eta.iter_mut().zip(zeta.iter()).for_each(|(e, z)| *e -= curve.tau * z);
        } else {
            zero.iter_mut().enumerate().for_each(|(j, s)| *s = dot(zeta, column(j)));
        }
        rate.iter_mut().enumerate().for_each(|(j, s)| *s = dot(eta, column(j)));
    }

    /// The sums so far for group `k` at age `t`.
    pub(crate) fn sums(&self, k: usize, t: usize) -> Derivatives {
        let at = k * self.shape.intervals + t;
        Derivatives {
            eta: 0.0,
            zeta: self.sum_zeta[at],
            eta_eta: self.sum_eta_eta[at],
            eta_zeta: self.sum_eta_zeta[at],
            zeta_zeta: self.sum_zeta_zeta[at],
        }
    }
}

/// Dot product in four running sums: a fixed order that vector code can keep.
#[inline(always)]
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a4.zip(b4) {
        for l in 0..4 {
            sums[l] += a[l] * b[l];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// One history in one group, dispatched to the processor's vector code.
pub(crate) struct GroupOf<'p, 'a> {
    pub(crate) cells: &'p mut DirectCells<'a>,
    pub(crate) k: usize,
    pub(crate) w: f64,
    pub(crate) exposure: &'p [f64],
    pub(crate) random_zero: &'p [f64],
    pub(crate) score: &'p mut [f64],
}

impl pulp::NullaryFnOnce for GroupOf<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.cells.group(self.k, self.w, self.exposure, self.random_zero, self.score);
    }
}
