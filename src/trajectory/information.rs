//! Exact observed information of the mixture likelihood.
//!
//! With `s_k` the score of group `k` for one history and `p_k` its posterior probability, the Hessian is
//! `sum over histories of [sum_k p_k (H_k + s_k s_k') - s s']`, `s = sum_k p_k s_k` (Louis 1982).
//! The `H_k` part needs only the sums of a pass; the rest is the missing information, to which only
//! histories that are not clearly of one group contribute.

use super::cells_direct::{DirectCells, GroupOf};
use super::dispersed::{AtRisk, CellTables};
use super::estep::EStep;
use super::family::{Derivatives, Family, positive_cell, zero_cell};
use super::missing::Missing;
use super::pass::Evaluator;
use super::shape::{Curve, MAX_TERMS, Params, Shape};
use super::wide::filled_up;
use crate::numeric::linalg::Square;
use std::ops::Range;

/// Posterior probabilities below this do not change the information at working precision.
pub(crate) const EXACT: f64 = 1e-15;
/// On the way up, histories this sure of their group are taken as certain: most are, and the step only
/// needs the curvature roughly.
pub(crate) const ROUGH: f64 = 1e-3;

/// Information at a point: observed, and complete-data (positive semi-definite, block-diagonal).
#[derive(Debug, Clone)]
pub(crate) struct Information {
    pub(crate) observed: Square,
    pub(crate) complete: Square,
}

pub(crate) fn information(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    params: &Params,
    curves: &[Curve],
    e: &EStep,
    negligible: f64,
) -> Information {
    let n = shape.parameters();
    let share: Vec<f64> = params.log_share.iter().map(|s| s.exp()).collect();
    let (mut observed, mut complete) = (Square::zeros(n), Square::zeros(n));
    for a in 1..shape.groups() {
        for b in 1..shape.groups() {
            let diagonal = if a == b { share[a] } else { 0.0 };
            let v = evaluator.total_weight * (diagonal - share[a] * share[b]);
            observed.add(a - 1, b - 1, v);
            complete.add(a - 1, b - 1, v);
        }
    }
    let direct = evaluator.histories.exposure.is_some() && !shape.dispersed();
    for (k, curve) in curves.iter().enumerate() {
        let block = e.block(shape, k, curve);
        let at = shape.offset(k);
        for i in 0..shape.block(k) {
            for j in 0..shape.block(k) {
                complete.add(at + i, at + j, block.complete.at(i, j));
                if !direct {
                    observed.add(at + i, at + j, block.observed.at(i, j));
                }
            }
        }
    }
    let scores = Scores::new(evaluator, shape, params, curves, negligible);
    let parts = match shape.dispersed() {
        true => evaluator.dispersed_chunks(|range| scores.missing(range)),
        false => evaluator.chunks(|range| scores.missing(range)),
    };
    for part in parts {
        observed.add_all(&part);
    }
    Information { observed, complete }
}

struct Scores<'a> {
    evaluator: &'a Evaluator<'a>,
    shape: &'a Shape,
    params: &'a Params,
    curves: &'a [Curve],
    /// Jacobians group after group, age after age, so that no history computes them again.
    jacobian: Vec<Jacobian>,
    /// Where the score of each group starts.
    offsets: Vec<usize>,
    length: usize,
    negligible: f64,
    /// Table path: score of nothing at all ages before `t`, and what a code adds to it.
    prefix: Vec<f64>,
    delta: Vec<f64>,
}

type Jacobian = ([f64; super::shape::MAX_BLOCK], [f64; super::shape::MAX_BLOCK]);

impl<'a> Scores<'a> {
    fn new(
        evaluator: &'a Evaluator<'a>,
        shape: &'a Shape,
        params: &'a Params,
        curves: &'a [Curve],
        negligible: f64,
    ) -> Self {
        let offsets: Vec<usize> = (0..=shape.groups()).map(|k| shape.offset(k) - (shape.groups() - 1)).collect();
        let length = offsets[shape.groups()];
        let jacobian = (0..shape.groups())
            .flat_map(|k| (0..shape.intervals).map(move |t| (k, t)))
            .map(|(k, t)| shape.jacobian(k, t, &curves[k]))
            .collect();
        let mut scores = Scores {
            evaluator,
            shape,
            params,
            curves,
            jacobian,
            offsets,
            length,
            negligible,
            prefix: Vec::new(),
            delta: Vec::new(),
        };
        match (evaluator.histories.exposure.is_none(), shape.dispersed()) {
            (true, false) => scores.tables(),
            (true, true) => scores.dispersed_tables(),
            _ => {}
        }
        scores
    }

    fn add_cell(&self, to: &mut [f64], k: usize, t: usize, factor: f64, d: &Derivatives) {
        let (de, dz) = &self.jacobian[k * self.shape.intervals + t];
        let to = &mut to[self.offsets[k]..self.offsets[k + 1]];
        for ((to, de), dz) in to.iter_mut().zip(de).zip(dz) {
            *to += factor * (de * d.eta + dz * d.zeta);
        }
    }

    fn tables(&mut self) {
        let (length, intervals, codes) = (self.length, self.shape.intervals, &self.evaluator.histories.codes);
        let mut prefix = vec![0.0; (intervals + 1) * length];
        let mut delta = vec![0.0; codes.len() * length];
        for (k, curve) in self.curves.iter().enumerate() {
            for t in 0..intervals {
                let (before, after) = prefix.split_at_mut((t + 1) * length);
                let (from, to) = (self.offsets[k], self.offsets[k + 1]);
                after[from..to].copy_from_slice(&before[t * length + from..t * length + to]);
                self.add_cell(&mut after[..length], k, t, 1.0, &zero_cell(curve.lambda[t], curve.zeta[t]));
            }
            for (c, code) in codes.iter().enumerate() {
                let t = code.interval as usize;
                let to = &mut delta[c * length..(c + 1) * length];
                let count = f64::from(code.count);
                self.add_cell(to, k, t, 1.0, &positive_cell(count, curve.lambda[t], curve.zeta[t]));
                self.add_cell(to, k, t, -1.0, &zero_cell(curve.lambda[t], curve.zeta[t]));
            }
        }
        (self.prefix, self.delta) = (prefix, delta);
    }

    /// As [`Scores::tables`], for counts with a dispersion.
    fn dispersed_tables(&mut self) {
        let (length, intervals, codes) = (self.length, self.shape.intervals, &self.evaluator.histories.codes);
        let cells = CellTables::new(self.evaluator.histories, self.shape, self.curves);
        let mut prefix = vec![0.0; (intervals + 1) * length];
        let mut delta = vec![0.0; codes.len() * length];
        let (powers, shape) = (&self.shape.powers, self.shape);
        for k in 0..shape.groups() {
            let (nb, nz) = (shape.rate_terms[k], shape.zero_terms[k]);
            let (from, to) = (self.offsets[k], self.offsets[k + 1]);
            let add = |to: &mut [f64], t: usize, d: [f64; 3]| {
                (0..nb).for_each(|j| to[j] += d[0] * powers[t][j]);
                (0..nz).for_each(|j| to[nb + j] += d[1] * powers[t][j]);
                to[nb + nz] += d[2];
            };
            for t in 0..intervals {
                let (before, after) = prefix.split_at_mut((t + 1) * length);
                after[from..to].copy_from_slice(&before[t * length + from..t * length + to]);
                add(&mut after[from..to], t, cells.zero(t, k).first);
            }
            for (c, code) in codes.iter().enumerate() {
                let t = code.interval as usize;
                let (positive, zero) = (&cells.positive(c, k).first, &cells.zero(t, k).first);
                let change = std::array::from_fn(|i| positive[i] - zero[i]);
                add(&mut delta[c * length..(c + 1) * length][from..to], t, change);
            }
        }
        (self.prefix, self.delta) = (prefix, delta);
    }

    /// Scores of history `h` by table, all groups.
    #[inline(always)]
    fn by_table(&self, h: usize, s: &mut [f64]) {
        let histories = self.evaluator.histories;
        s.fill(0.0);
        for &(from, to) in self.evaluator.runs.of(histories.pattern[h]) {
            let before = &self.prefix[from as usize * self.length..][..self.length];
            let after = &self.prefix[to as usize * self.length..][..self.length];
            s.iter_mut().zip(after.iter().zip(before)).for_each(|(s, (a, b))| *s += a - b);
        }
        for &code in histories.cells_of(h) {
            let delta = &self.delta[code as usize * self.length..][..self.length];
            s.iter_mut().zip(delta).for_each(|(s, d)| *s += d);
        }
    }

    /// Powers of the scaled age at every age, power after power, each filled up to whole vectors.
    fn columns(&self) -> Vec<f64> {
        (0..MAX_TERMS).flat_map(|j| filled_up(self.shape.powers.iter().map(|p| p[j]), 0.0)).collect()
    }

    /// Missing information of a chunk, with the observed cell curvature when there are no tables.
    fn missing(&self, range: Range<usize>) -> Square {
        let longest = (0..self.shape.groups()).map(|k| self.shape.block(k)).max().unwrap_or(0);
        match longest.div_ceil(4) {
            0 | 1 => self.missing_in_lanes::<1>(range),
            2 => self.missing_in_lanes::<2>(range),
            3 => self.missing_in_lanes::<3>(range),
            _ => self.missing_in_lanes::<4>(range),
        }
    }

    fn missing_in_lanes<const Q: usize>(&self, range: Range<usize>) -> Square {
        let histories = self.evaluator.histories;
        let direct = histories.exposure.is_some();
        if direct && self.shape.dispersed() {
            let pass = AtRisk::new(self.evaluator, self.shape, self.params, self.curves);
            return pass.missing::<Q>(range, &self.columns(), &self.offsets, self.negligible);
        }
        let mut out = Square::zeros(self.shape.parameters());
        let mut s = vec![0.0; self.length];
        let mut cells = DirectCells::new(self.shape, self.curves);
        let mut missing = Missing::<Q>::new(&self.offsets, self.negligible);
        let arch = pulp::Arch::new();
        self.evaluator.posteriors(self.shape, self.params, self.curves, range, &mut |h, p, random_zero| {
            let w = histories.weight[h];
            let uncertain = p.iter().filter(|&&p| p > self.negligible).count() > 1;
            if let Some(exposure) = histories.exposure_of(h) {
                let code = |&c: &u32| histories.codes[c as usize];
                let positive = histories.cells_of(h).iter().map(code).map(|c| (c.interval as usize, c.count));
                cells.history(positive, exposure);
                for (k, &p) in p.iter().enumerate().filter(|(_, p)| **p > self.negligible) {
                    let score = &mut s[self.offsets[k]..self.offsets[k + 1]];
                    arch.dispatch(GroupOf { cells: &mut cells, k, w: w * p, random_zero, score });
                }
            } else if uncertain {
                arch.dispatch(ByTable { scores: self, h, s: &mut s });
            }
            if uncertain {
                missing.push(&mut out, w, p, &s);
            }
        });
        missing.flush(&mut out);
        if direct {
            self.curvature(&mut out, &cells);
        }
        out.mirror();
        out
    }

    /// Observed curvature of the cells, for the direct path (tables have it from the sums of a pass).
    fn curvature(&self, out: &mut Square, cells: &DirectCells<'_>) {
        for k in 0..self.shape.groups() {
            let n = self.shape.block(k);
            let at = self.shape.offset(k);
            for t in 0..self.shape.intervals {
                let d = cells.sums(k, t);
                let (de, dz) = &self.jacobian[k * self.shape.intervals + t];
                for i in 0..n {
                    let e = de[i] * d.eta_eta + dz[i] * d.eta_zeta;
                    let z = de[i] * d.eta_zeta + dz[i] * d.zeta_zeta;
                    for j in 0..=i {
                        out.add(at + i, at + j, -(e * de[j] + z * dz[j]));
                    }
                }
                if self.shape.family == Family::ZipTau {
                    for (j, dz) in dz[..n].iter().enumerate() {
                        out.add(at + n - 1, at + j, -d.zeta * dz);
                    }
                }
            }
        }
    }
}

/// Scores of one history by table, compiled for the processor at hand.
struct ByTable<'s, 'a> {
    scores: &'s Scores<'a>,
    h: usize,
    s: &'s mut [f64],
}

impl pulp::NullaryFnOnce for ByTable<'_, '_> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.scores.by_table(self.h, self.s);
    }
}
