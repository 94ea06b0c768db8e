//! Totals of histories, and what total and variance decide without anybody's rate.

use crate::cohort::history::Histories;
use crate::numeric::vexp;
use crate::trajectory::family::kernel::rising;
use crate::trajectory::tables::lanes::{Lanes, lanes};

/// Events of each history in all.
#[derive(Debug)]
pub(crate) struct Totals {
    /// Distinct totals, least first, and which of them each history has.
    values: Vec<u64>,
    of: Vec<u32>,
    /// From the first age with time at risk to the last, of each history, where it is everybody's own.
    spans: Vec<(u16, u16)>,
}

/// From the first age with any time at risk to the last.
pub(super) fn span(exposure: &[f64]) -> (usize, usize) {
    let last = exposure.iter().rposition(|e| *e > 0.0).map_or(0, |t| t + 1);
    (exposure.iter().position(|e| *e > 0.0).unwrap_or(0), last)
}

/// Up to this total sums over events are added term by term, once for all totals below.
const TERM_BY_TERM: u64 = 512;

impl Totals {
    pub(crate) fn new(histories: &Histories) -> Totals {
        let all: Vec<u64> = (0..histories.len()).map(|h| histories.events_of(h)).collect();
        let mut values = all.clone();
        values.sort_unstable();
        values.dedup();
        let of = all.iter().map(|total| values.partition_point(|v| v < total) as u32).collect();
        // an age grid has fewer ages than u16 holds
        let span_of = |exposure: &[f64]| {
            let (from, to) = span(exposure);
            (from as u16, to as u16)
        };
        let spans = (0..histories.len()).filter_map(|h| histories.exposure_of(h).map(span_of)).collect();
        Totals { values, of, spans }
    }

    /// Ages of history `h` with time at risk of its own.
    #[inline(always)]
    pub(super) fn span_of(&self, h: usize) -> (usize, usize) {
        let (from, to) = self.spans[h];
        (usize::from(from), usize::from(to))
    }

    /// The number of a history's total among the distinct ones.
    #[inline(always)]
    pub(super) fn number(&self, h: usize) -> usize {
        self.of[h] as usize
    }

    #[inline(always)]
    pub(super) fn value(&self, h: usize) -> f64 {
        self.values[self.number(h)] as f64
    }

    /// `sum_(j<Y) ln(1 + alpha j)` with its first and second derivative in `ln alpha`, for every distinct total `Y`.
    pub(super) fn rising<const NB: usize>(&self, ln_alpha: &[f64], alpha: &Lanes<NB>) -> Vec<[Lanes<NB>; 3]> {
        let mut sums = [[[0.0; 4]; NB]; 3];
        let mut next = 1;
        let mut all = Vec::with_capacity(self.values.len());
        for &total in &self.values {
            if total > TERM_BY_TERM {
                let of_group: Vec<[f64; 3]> = ln_alpha.iter().map(|&a| rising(total as f64, a)).collect();
                let of = |what: usize| lanes(|b, l| of_group.get(4 * b + l).map_or(0.0, |r| r[what]));
                all.push([of(0), of(1), of(2)]);
                continue;
            }
            while next < total {
                let j = next as f64;
                for b in 0..NB {
                    for l in 0..4 {
                        let x = alpha[b][l] * j;
                        let s = 1.0 / (1.0 + x);
                        let v = x * s;
                        sums[0][b][l] += vexp::ln_1p(x, s);
                        sums[1][b][l] += v;
                        sums[2][b][l] += v * s;
                    }
                }
                next += 1;
            }
            all.push(sums);
        }
        all
    }
}
