//! Exact observed information of the mixture likelihood.
//!
//! With `s_k` the score of group `k` for one history and `p_k` its posterior probability, the Hessian is
//! `sum over histories of [sum_k p_k (H_k + s_k s_k') - s s']`, `s = sum_k p_k s_k` (Louis 1982).
//! The `H_k` part needs only the sums of a pass; the rest is the missing information, to which only
//! histories that are not clearly of one group contribute.

use crate::numeric::linalg::Square;
use crate::trajectory::family::{Derivatives, Family};
use crate::trajectory::tables::cells_at_risk::{DirectCells, GroupOf};
use crate::trajectory::tables::dispersed::AtRisk;
use crate::trajectory::tables::lasting::LastingPass;
use crate::trajectory::tables::missing_information::Missing;
use crate::trajectory::tables::missing_information_table::TableScores;
use crate::trajectory::tables::occurring::Occurring;
use crate::trajectory::tables::pass::{Evaluator, Passes, with_lanes};
use crate::trajectory::tables::pass_table::TablePass;
use crate::trajectory::tables::shape::{Curve, MAX_TERMS, Params, Shape};
use crate::trajectory::tables::sums::{BlockQuadratic, EStep};
use crate::trajectory::tables::wide::filled_up;
use std::ops::Range;

/// Calls an expression with the blocks of four lanes that the longest score of a group takes as a constant.
macro_rules! in_lanes {
    ($shape:expr, $q:ident => $body:expr) => {{
        let longest = (0..$shape.groups()).map(|k| $shape.block(k)).max().unwrap_or(0);
        match longest.div_ceil(4) {
            0 | 1 => {
                const $q: usize = 1;
                $body
            }
            2 => {
                const $q: usize = 2;
                $body
            }
            3 => {
                const $q: usize = 3;
                $body
            }
            _ => {
                const $q: usize = 4;
                $body
            }
        }
    }};
}

/// Posterior probabilities below this do not change the information at working precision.
pub(crate) const EXACT: f64 = 1e-15;
/// For the last steps: the gradient is exact, and where it is zero does not hang on the curvature that led there.
pub(crate) const FINE: f64 = 1e-6;
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
    passes: &dyn Passes,
    shape: &Shape,
    params: &Params,
    curves: &[Curve],
    e: &EStep,
    negligible: f64,
) -> Information {
    let missing = missing(passes, shape, params, curves, negligible);
    information_less(passes, shape, params, curves, e, &e.blocks(shape, curves), &missing)
}

/// Minus the missing information.
pub(crate) fn missing(
    passes: &dyn Passes,
    shape: &Shape,
    params: &Params,
    curves: &[Curve],
    negligible: f64,
) -> Square {
    let mut missing = Square::zeros(shape.parameters());
    passes.add_missing(shape, params, curves, negligible, &mut missing);
    missing
}

/// The information, given the blocks of the groups and (minus) what of it is missing.
pub(crate) fn information_less(
    passes: &dyn Passes,
    shape: &Shape,
    params: &Params,
    curves: &[Curve],
    e: &EStep,
    blocks: &[BlockQuadratic],
    missing: &Square,
) -> Information {
    let n = shape.parameters();
    let share: Vec<f64> = params.log_share.iter().map(|s| s.exp()).collect();
    let (mut observed, mut complete) = (Square::zeros(n), Square::zeros(n));
    for a in 1..shape.groups() {
        for b in 1..shape.groups() {
            let diagonal = if a == b { share[a] } else { 0.0 };
            let v = passes.total_weight() * (diagonal - share[a] * share[b]);
            observed.add(a - 1, b - 1, v);
            complete.add(a - 1, b - 1, v);
        }
    }
    // sums of individual time at risk hold the curvature of the complete data; that of the cells stands beside them
    let direct = e.curvature.is_some();
    for (k, block) in blocks.iter().enumerate() {
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
    if let Some(cells) = &e.curvature {
        curvature(&mut observed, shape, curves, cells);
    }
    observed.add_all(missing);
    Information { observed, complete }
}

/// Adds minus the missing information, which only the people themselves give.
pub(crate) fn add_missing(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    params: &Params,
    curves: &[Curve],
    negligible: f64,
    to: &mut Square,
) {
    let offsets: Vec<usize> = (0..=shape.groups()).map(|k| shape.offset(k) - (shape.groups() - 1)).collect();
    let scores = Scores { evaluator, shape, params, curves, offsets, negligible };
    let parts = match &evaluator.occurring {
        _ if shape.family.has_factor() => with_lanes!(shape.groups(), NB => scores.lasting::<NB>()),
        Some(occurring) => with_lanes!(shape.groups(), NB => scores.by_table::<NB>(occurring)),
        None if shape.dispersed() => {
            evaluator.at_risk_chunks(|range| in_lanes!(shape, Q => scores.at_risk::<Q>(range)))
        }
        None => evaluator.chunks(|range| in_lanes!(shape, Q => scores.direct::<Q>(range))),
    };
    parts.iter().for_each(|part| to.add_all(part));
}

/// Observed curvature of the cells, group after group, age after age.
fn curvature(out: &mut Square, shape: &Shape, curves: &[Curve], cells: &[Derivatives]) {
    for (k, curve) in curves.iter().enumerate() {
        let (n, at) = (shape.block(k), shape.offset(k));
        for (t, d) in cells[k * shape.intervals..][..shape.intervals].iter().enumerate() {
            let (de, dz) = shape.jacobian(k, t, curve);
            for i in 0..n {
                let e = de[i] * d.eta_eta + dz[i] * d.eta_zeta;
                let z = de[i] * d.eta_zeta + dz[i] * d.zeta_zeta;
                for j in 0..n {
                    out.add(at + i, at + j, -(e * de[j] + z * dz[j]));
                }
            }
            if shape.family == Family::ZipTau && !curve.tau_is_unbounded() {
                // the zero part's predictor is a product of two parameters
                for (j, dz) in dz[..n].iter().enumerate() {
                    out.add(at + n - 1, at + j, -d.zeta * dz);
                    if j + 1 < n {
                        out.add(at + j, at + n - 1, -d.zeta * dz);
                    }
                }
            }
        }
    }
}

struct Scores<'a> {
    evaluator: &'a Evaluator<'a>,
    shape: &'a Shape,
    params: &'a Params,
    curves: &'a [Curve],
    /// Where the score of each group starts.
    offsets: Vec<usize>,
    negligible: f64,
}

impl Scores<'_> {
    fn by_table<const NB: usize>(&self, occurring: &Occurring<'_>) -> Vec<Square> {
        let pass = TablePass::<NB>::new(self.evaluator, occurring, self.shape, self.params, self.curves);
        let scores = TableScores::new(pass);
        self.evaluator
            .chunks(|range| in_lanes!(self.shape, Q => scores.missing::<Q>(range, &self.offsets, self.negligible)))
    }

    fn lasting<const NB: usize>(&self) -> Vec<Square> {
        let pass = LastingPass::<NB>::new(self.evaluator, self.shape, self.params, self.curves);
        self.evaluator
            .chunks(|range| in_lanes!(self.shape, Q => pass.missing::<Q>(range, &self.offsets, self.negligible)))
    }

    fn at_risk<const Q: usize>(&self, range: Range<usize>) -> Square {
        let pass = AtRisk::new(self.evaluator, self.shape, self.params, self.curves);
        pass.missing::<Q>(range, &self.columns(), &self.offsets, self.negligible)
    }

    /// Powers of the scaled age at every age, power after power, each filled up to whole vectors.
    fn columns(&self) -> Vec<f64> {
        (0..MAX_TERMS).flat_map(|j| filled_up(self.shape.powers.iter().map(|p| p[j]), 0.0)).collect()
    }

    fn direct<const Q: usize>(&self, range: Range<usize>) -> Square {
        let histories = self.evaluator.histories;
        let mut out = Square::zeros(self.shape.parameters());
        let mut s = vec![0.0; self.offsets[self.shape.groups()]];
        let mut cells = DirectCells::new(self.shape, self.curves);
        let mut missing = Missing::<Q>::new(&self.offsets, self.negligible);
        let arch = pulp::Arch::new();
        self.evaluator.posteriors(self.shape, self.params, self.curves, range, &mut |h, p, random_zero| {
            if p.iter().filter(|&&p| p > self.negligible).count() < 2 {
                return;
            }
            let code = |&c: &u32| histories.codes[c as usize];
            let positive = histories.cells_of(h).iter().map(code).map(|c| (c.interval as usize, c.count));
            cells.history(positive, histories.exposure_of(h).unwrap_or(&[]));
            for (k, _) in p.iter().enumerate().filter(|(_, p)| **p > self.negligible) {
                let score = &mut s[self.offsets[k]..self.offsets[k + 1]];
                arch.dispatch(GroupOf { cells: &mut cells, k, random_zero, score });
            }
            missing.push(&mut out, histories.weight[h], p, &s);
        });
        missing.flush(&mut out);
        out.mirror();
        out
    }
}
