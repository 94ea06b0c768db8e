//! Scores of a history's cells when time at risk is individual, in loops over the ages of one
//! group. The pass has already found how likely each zero is structural, so no cell needs an exponential.

use crate::numeric::logspace::expit;
use crate::trajectory::family::Family;
use crate::trajectory::tables::shape::{Curve, Shape};
use crate::trajectory::tables::wide::{WIDTH, dot, filled_up, filled_up_each};

/// Working space and sums of one chunk.
pub(crate) struct DirectCells<'a> {
    shape: &'a Shape,
    curves: &'a [Curve],
    /// Ages of one group in the arrays below: the intervals filled up to whole vectors.
    stride: usize,
    lambda: Vec<f64>,
    /// Probability of a structural zero, group after group, age after age.
    structural: Vec<f64>,
    /// The zero part's predictor, which the score of tau needs.
    predictor: Vec<f64>,
    /// Power `j` of the scaled age at every age, power after power.
    columns: Vec<f64>,
    exposure: Vec<f64>,
    counts: Vec<f64>,
    seen: Vec<f64>,
    eta: Vec<f64>,
    zeta: Vec<f64>,
}

impl<'a> DirectCells<'a> {
    pub(crate) fn new(shape: &'a Shape, curves: &'a [Curve]) -> Self {
        let intervals = shape.intervals;
        let n = intervals.next_multiple_of(WIDTH);
        let of = |value: fn(&Curve) -> &[f64]| -> Vec<f64> { curves.iter().flat_map(value).copied().collect() };
        let q: Vec<f64> = of(|c| &c.zeta).iter().map(|&z| expit(z).0).collect();
        let terms = shape.rate_terms.iter().chain(&shape.zero_terms).copied().max().unwrap_or(1);
        DirectCells {
            shape,
            curves,
            stride: n,
            lambda: filled_up_each(&of(|c| &c.lambda), intervals),
            structural: filled_up_each(&q, intervals),
            predictor: filled_up_each(&of(|c| &c.zeta), intervals),
            columns: (0..terms).flat_map(|j| filled_up(shape.powers.iter().map(|p| p[j]), 0.0)).collect(),
            exposure: vec![0.0; n],
            counts: vec![0.0; n],
            seen: vec![0.0; n],
            eta: vec![0.0; n],
            zeta: vec![0.0; n],
        }
    }

    /// Turns to a history: its non-zero cells and its time at risk.
    pub(crate) fn history(&mut self, cells: impl Iterator<Item = (usize, u32)>, exposure: &[f64]) {
        self.exposure[..exposure.len()].copy_from_slice(exposure);
        self.counts.fill(0.0);
        cells.for_each(|(t, count)| self.counts[t] = f64::from(count));
        self.seen.iter_mut().zip(exposure).for_each(|(seen, &e)| *seen = if e > 0.0 { 1.0 } else { 0.0 });
    }

    /// Writes the history's score in the block of group `k` to `score`.
    #[inline(always)]
    fn group(&mut self, k: usize, random_zero: &[f64], score: &mut [f64]) {
        let n = self.stride;
        let of = k * n..(k + 1) * n;
        let (lambda, q) = (&self.lambda[of.clone()][..n], &self.structural[of.clone()][..n]);
        let (exposure, counts, seen) = (&self.exposure[..n], &self.counts[..n], &self.seen[..n]);
        let random_zero = &random_zero[of][..n];
        let (eta, zeta) = (&mut self.eta[..n], &mut self.zeta[..n]);
        for t in 0..n {
            // one formula for all cells: a positive cell is certain not to be a structural zero (r = 0)
            eta[t] = counts[t] - exposure[t] * lambda[t] * random_zero[t];
            zeta[t] = seen[t] * (1.0 - random_zero[t] - q[t]);
        }
        let (eta, zeta) = (&mut self.eta, &self.zeta);
        let (rate, zero) = score.split_at_mut(self.shape.rate_terms[k]);
        let column = |j: usize| &self.columns[j * n..(j + 1) * n];
        if self.shape.family == Family::ZipTau {
            let curve = &self.curves[k];
            let bounded = !curve.tau_is_unbounded();
            zero[0] = if bounded { dot(zeta, &self.predictor[k * n..(k + 1) * n]) } else { 0.0 };
            eta.iter_mut().zip(zeta.iter()).for_each(|(e, z)| *e -= curve.tau * z);
        } else {
            zero.iter_mut().enumerate().for_each(|(j, s)| *s = dot(zeta, column(j)));
        }
        rate.iter_mut().enumerate().for_each(|(j, s)| *s = dot(eta, column(j)));
    }
}

/// One history in one group, dispatched to the processor's vector code.
pub(crate) struct GroupOf<'p, 'a> {
    pub(crate) cells: &'p mut DirectCells<'a>,
    pub(crate) k: usize,
    pub(crate) random_zero: &'p [f64],
    pub(crate) score: &'p mut [f64],
}

impl pulp::NullaryFnOnce for GroupOf<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.cells.group(self.k, self.random_zero, self.score);
    }
}
