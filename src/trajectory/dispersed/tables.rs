//! Cells by (age, count) when nobody's time at risk differs: each is worked out once a pass.

use super::SlopeSums;
use super::cell::{Cell, Dispersion, cell};
use crate::cohort::history::Histories;
use crate::trajectory::kernel::rising;
use crate::trajectory::shape::{Curve, Shape};

/// Cells of every group: nothing at each age, and each code.
pub(crate) struct CellTables {
    groups: usize,
    /// Age after age, group after group.
    zero: Vec<Cell>,
    /// Code after code, group after group.
    positive: Vec<Cell>,
}

impl CellTables {
    pub(crate) fn new(histories: &Histories, shape: &Shape, curves: &[Curve]) -> CellTables {
        let dispersions: Vec<Dispersion> = curves.iter().map(Dispersion::of).collect();
        let at = |t: usize, y: f64, rising: &[f64; 3], k: usize| {
            let curve = &curves[k];
            cell(y, rising, curve.lambda[t], curve.eta[t] + shape.log_width, curve.zeta[t], &dispersions[k])
        };
        let groups = curves.len();
        let zero = (0..shape.intervals).flat_map(|t| (0..groups).map(move |k| (t, k)));
        let zero = zero.map(|(t, k)| at(t, 0.0, &[0.0; 3], k)).collect();
        let mut positive = Vec::with_capacity(histories.codes.len() * groups);
        for code in &histories.codes {
            let y = f64::from(code.count);
            let mut rise = [0.0; 3];
            for (k, d) in dispersions.iter().enumerate() {
                if k == 0 || !shape.common_dispersion {
                    rise = rising(y, d.log_alpha);
                }
                positive.push(at(code.interval as usize, y, &rise, k));
            }
        }
        CellTables { groups, zero, positive }
    }

    #[inline(always)]
    pub(crate) fn zero(&self, t: usize, k: usize) -> &Cell {
        &self.zero[t * self.groups + k]
    }

    #[inline(always)]
    pub(crate) fn positive(&self, code: usize, k: usize) -> &Cell {
        &self.positive[code * self.groups + k]
    }

    /// Sums of group `k` by age, from the weight of zeros by age and of codes.
    pub(crate) fn sums(
        &self,
        histories: &Histories,
        k: usize,
        zeros: impl Fn(usize) -> f64,
        of_code: impl Fn(usize) -> f64,
    ) -> Vec<SlopeSums> {
        let mut sums = vec![SlopeSums::default(); histories.intervals];
        for (t, sums) in sums.iter_mut().enumerate() {
            let w = zeros(t);
            sums.add(w, self.zero(t, k));
            sums.time += w;
        }
        for (c, code) in histories.codes.iter().enumerate() {
            let (w, sums) = (of_code(c), &mut sums[code.interval as usize]);
            sums.add(w, self.positive(c, k));
            sums.time += w;
            sums.events += w * f64::from(code.count);
        }
        sums
    }
}
