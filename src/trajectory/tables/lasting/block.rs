//! Histories of a pass taken together: their time at risk, what was expected of them, and their log-probabilities in every
//! group.
#![allow(clippy::needless_range_loop)] // one history, or one power of age, of many arrays at once

use crate::trajectory::tables::lanes::{self, Lanes};
use crate::trajectory::tables::lasting::pass::LastingPass;
use crate::trajectory::tables::lasting::term::Expected;
use crate::trajectory::tables::lasting::totals::span;
use crate::trajectory::tables::shape::MAX_TERMS;
use crate::trajectory::tables::wide::{vectors, vectors_mut};
use pulp::Simd;
use std::ops::Range;

/// Histories taken together: as many chains of arithmetic go on side by side.
pub(super) const BLOCK: usize = 8;

/// Of those, what was expected of so many is summed side by side.
const TOGETHER: usize = 4;

/// A value for each power of age; the last stays 0, so that they can be gone through three by three from the second on.
pub(super) type Moments<const NB: usize> = [Lanes<NB>; MAX_TERMS + 1];

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

impl<const NB: usize> LastingPass<'_, NB> {
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

    /// What was expected of some rows of a block, [`TOGETHER`] side by side.
    #[inline(always)]
    fn expect<S: Simd>(&self, simd: S, block: &mut Block<NB>, rows: &[usize]) {
        let n = self.shape.intervals;
        for some in rows.chunks(TOGETHER) {
            let row = |i: usize| some[i.min(some.len() - 1)];
            let from = some.iter().map(|&row| block.span[row].0).min().unwrap_or(0);
            let to = some.iter().map(|&row| block.span[row].1).max().unwrap_or(0);
            let exposure: [&[f64]; TOGETHER] =
                std::array::from_fn(|i| &block.exposure[row(i) * n..(row(i) + 1) * n][from..to.max(from)]);
            let mut means = [[[0.0; 4]; NB]; TOGETHER];
            for v in 0..vectors(simd, means[0].as_flattened()).len() {
                let mut sums = [simd.splat_f64s(0.0); TOGETHER];
                for (t, rates) in self.rates[from..].iter().take(exposure[0].len()).enumerate() {
                    let rate = vectors(simd, rates[0].as_flattened())[v];
                    for (sum, e) in sums.iter_mut().zip(exposure) {
                        *sum = simd.add_f64s(*sum, simd.mul_f64s(simd.splat_f64s(e[t]), rate));
                    }
                }
                for (mean, sum) in means.iter_mut().zip(sums) {
                    vectors_mut(simd, mean.as_flattened_mut())[v] = sum;
                }
            }
            for (&row, mean) in some.iter().zip(&means) {
                block.expected[row] = Expected::new(mean, &self.alpha, &self.inverse);
            }
        }
    }

    /// `sum of exposure x rate x u^j`, of which the first is known.
    #[inline(always)]
    pub(super) fn moments<S: Simd>(&self, simd: S, mean: &Lanes<NB>, (exposure, from): (&[f64], usize)) -> Moments<NB> {
        let mut moments = [[[0.0; 4]; NB]; MAX_TERMS + 1];
        moments[0] = *mean;
        for j in (1..self.terms).step_by(3) {
            for v in 0..vectors(simd, mean.as_flattened()).len() {
                let mut sums = [simd.splat_f64s(0.0); 3];
                for (e, rates) in exposure.iter().zip(&self.rates[from..]) {
                    let e = simd.splat_f64s(*e);
                    for (sum, rate) in sums.iter_mut().zip(&rates[j..j + 3]) {
                        *sum = simd.add_f64s(*sum, simd.mul_f64s(e, vectors(simd, rate.as_flattened())[v]));
                    }
                }
                for (to, sum) in moments[j..j + 3].iter_mut().zip(sums) {
                    vectors_mut(simd, to.as_flattened_mut())[v] = sum;
                }
            }
        }
        moments
    }

    /// Joint log-probabilities of the histories in `range`, at most [`BLOCK`], and what was expected of them.
    #[inline(always)]
    pub(super) fn joint<S: Simd>(&self, simd: S, range: Range<usize>, block: &mut Block<NB>) -> [Lanes<NB>; BLOCK] {
        let histories = self.evaluator.histories;
        let mut joint = [self.start; BLOCK];
        // the stretch met last goes on in the row that it has
        let mut row = block.row[BLOCK - 1];
        let (mut new, mut rows) = ([0; BLOCK], 0);
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
                block.span[row] = match own {
                    Some(own) => {
                        to.copy_from_slice(own);
                        self.totals.span_of(h)
                    }
                    None => {
                        let seen = histories.observed_in(pattern as usize);
                        to.iter_mut().zip(seen).for_each(|(to, seen)| *to = if *seen { 1.0 } else { 0.0 });
                        span(to)
                    }
                };
                new[rows] = row;
                rows += 1;
            }
            block.row[i] = row;
        }
        self.expect(simd, block, &new[..rows]);
        for (i, h) in range.enumerate() {
            let mut sum = self.start;
            for &code in histories.cells_of(h) {
                lanes::add(&mut sum, &self.of_code[code as usize]);
            }
            self.expected(block, i).add_value(self.totals.value(h), &self.rising[self.totals.number(h)][0], &mut sum);
            joint[i] = sum;
        }
        joint
    }
}
