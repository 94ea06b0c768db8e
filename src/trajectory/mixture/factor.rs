//! A factor of one's own: what ties the cells of a person together even within a group.
//!
//! Given the factor `b`, gamma with mean 1 and variance `alpha`, cells are Poisson with means `b mu_t`. With `Y` the
//! person's total and `M = sum of mu_t`, the joint distribution of the cells is negative multinomial (Hausman, Hall &
//! Griliches 1984): independent Poisson cells with means `mu_t`, times a term of the whole history,
//!
//! `T = sum_(j<Y) ln(1 + alpha j) + M - (1/alpha + Y) ln(1 + alpha M)`.
//!
//! So passes add `T` to the sum over cells, and everything else needs the expected factor given the history,
//! `(1 + alpha Y) / (1 + alpha M)`, by which a cell's mean is multiplied in its score. `M` and its slopes hang on what
//! was observed only, so they are worked out once for all histories that were observed alike.
//!
//! Does not belong here: densities of single cells (`kernel`), and what is made of gradient and curvature (`climb`).

use super::cells::OutcomeCells;
use super::layout::Block;
use super::pass::{Engine, PIECE, Pass, Predictors};
use super::quadratic::Quadratic;
use crate::numeric::gamma::log_gap;
use crate::trajectory::kernel::{log_mean, log_scale, rising};
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;

/// What a factor needs of the histories of one outcome.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Totals {
    /// Distinct totals, and which of them each history has.
    values: Vec<f64>,
    value_of: Vec<u32>,
    /// What was observed, rows and time at risk: its number by history, and a history that has it.
    pattern: Vec<u32>,
    example: Vec<u32>,
    /// Histories, those observed alike next to each other.
    order: Vec<u32>,
}

impl Totals {
    pub(crate) fn new(cells: &OutcomeCells) -> Totals {
        let histories = cells.starts.len() - 1;
        let (mut value_number, mut pattern_number) = (HashMap::new(), HashMap::new());
        let mut out = Totals {
            values: Vec::new(),
            value_of: Vec::with_capacity(histories),
            pattern: Vec::with_capacity(histories),
            example: Vec::new(),
            order: (0..histories as u32).collect(),
        };
        for h in 0..histories {
            let total: f64 = cells.of(h).iter().map(|&c| cells.cells[c as usize].y).sum();
            let next = out.values.len() as u32;
            out.value_of.push(*value_number.entry(total.to_bits()).or_insert_with(|| {
                out.values.push(total);
                next
            }));
            let seen = |&c: &u32| (cells.row_of[c as usize], cells.cells[c as usize].exposure.to_bits());
            let key: Vec<(u32, u64)> = cells.of(h).iter().map(seen).collect();
            let next = out.example.len() as u32;
            out.pattern.push(*pattern_number.entry(key).or_insert_with(|| {
                out.example.push(h as u32);
                next
            }));
        }
        out.order.sort_by_key(|&h| out.pattern[h as usize]);
        out
    }
}

/// What of `T` hangs on the expected total.
#[derive(Debug, Clone, Copy)]
struct Expected {
    /// `M`.
    mean: f64,
    /// `ln(1 + alpha M)`.
    log: f64,
    /// `M - ln(1 + alpha M) / alpha`.
    gap: f64,
    /// `1 / (1 + alpha M)`.
    s: f64,
    /// `alpha M s`.
    v: f64,
    /// `ln(1 + alpha M) / alpha - M s`.
    bend: f64,
}

impl Expected {
    fn new(mean: f64, alpha: f64) -> Expected {
        let x = alpha * mean;
        let (log, s) = (x.ln_1p(), 1.0 / (1.0 + x));
        let v = x * s;
        let bend = if v > 0.2 { log - v } else { log_gap(-v, s) };
        Expected { mean, log, gap: log_gap(x, 1.0 + x) / alpha, s, v, bend: bend / alpha }
    }
}

/// What a history adds in one group beside its cells, with what its derivatives need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    /// Expected factor given the history.
    pub(crate) factor: f64,
    /// Derivative in `ln alpha`, and minus the second.
    pub(super) alpha: f64,
    bend: f64,
    /// Minus the second derivative in `M`, and in `M` and `ln alpha`.
    pull: f64,
    drift: f64,
}

/// Factors of one outcome at given parameters.
pub(crate) struct Factors<'a> {
    totals: &'a Totals,
    groups: usize,
    alpha: Vec<f64>,
    /// Pattern after pattern, group after group.
    expected: Vec<Expected>,
    /// Distinct total after distinct total, group after group.
    rising: Vec<[f64; 3]>,
}

impl Factors<'_> {
    /// None when the outcome has no factor.
    pub(super) fn new<'a>(
        cells: &'a OutcomeCells,
        block: &Block,
        theta: &[f64],
        predictors: &Predictors,
    ) -> Option<Factors<'a>> {
        let totals = cells.totals.as_ref()?;
        let groups = block.components.len();
        let ln_alpha: Vec<f64> = (0..groups).map(|m| log_scale(theta[block.variance_of(m)])).collect();
        let alpha: Vec<f64> = ln_alpha.iter().map(|a| a.exp()).collect();
        let rates: Vec<f64> = predictors.iter().map(|p| log_mean(p[0]).exp()).collect();
        let of_pattern = |&h: &u32| {
            let mut means = vec![0.0; groups];
            for &c in cells.of(h as usize) {
                let (at, exposure) = (cells.row_of[c as usize] as usize * groups, cells.cells[c as usize].exposure);
                means.iter_mut().zip(&rates[at..at + groups]).for_each(|(m, rate)| *m += exposure * rate);
            }
            means.into_iter().zip(&alpha).map(|(mean, &alpha)| Expected::new(mean, alpha)).collect::<Vec<_>>()
        };
        let expected = totals.example.par_iter().with_min_len(PIECE).flat_map_iter(of_pattern).collect();
        let rising = totals.values.iter().flat_map(|&y| ln_alpha.iter().map(move |&a| rising(y, a))).collect();
        Some(Factors { totals, groups, alpha, expected, rising })
    }

    /// `T` of history `h` in group `m`.
    #[inline]
    pub(super) fn value(&self, h: usize, m: usize) -> f64 {
        let e = &self.expected[self.totals.pattern[h] as usize * self.groups + m];
        let total = self.totals.value_of[h] as usize;
        self.rising[total * self.groups + m][0] + e.gap - self.totals.values[total] * e.log
    }

    #[inline]
    pub(crate) fn term(&self, h: usize, m: usize) -> Term {
        let e = &self.expected[self.totals.pattern[h] as usize * self.groups + m];
        let total = self.totals.value_of[h] as usize;
        let (y, alpha) = (self.totals.values[total], self.alpha[m]);
        let [_, first, second] = self.rising[total * self.groups + m];
        let factor = (1.0 + alpha * y) * e.s;
        Term {
            factor,
            alpha: first - y * e.v + e.bend,
            bend: e.bend + e.v * e.s * (y - e.mean) - second,
            pull: -alpha * factor * e.s,
            drift: alpha * (y - e.mean) * e.s * e.s,
        }
    }
}

/// Sums over the histories that were observed alike, by group.
#[derive(Clone, Copy, Default)]
struct Sums {
    pull: f64,
    drift: f64,
    alpha: f64,
    bend: f64,
    outer: f64,
}

impl Engine<'_> {
    /// Posterior weight times expected factor, of every history in every group of outcome `o`.
    fn factor_weights(&self, o: usize, pass: &Pass, factors: &Factors<'_>) -> Vec<f64> {
        let (block, classes) = (&self.layout.blocks[o], self.layout.classes);
        let groups = block.components.len();
        let mut out = vec![0.0; self.cells.len() * groups];
        out.par_chunks_mut(PIECE * groups).enumerate().for_each(|(piece, out)| {
            for (i, to) in out.chunks_exact_mut(groups).enumerate() {
                let h = piece * PIECE + i;
                let p = &pass.posterior[h * classes..(h + 1) * classes];
                p.iter().zip(&block.of_class).for_each(|(p, &m)| to[m] += self.cells.weight[h] * p);
                to.iter_mut().enumerate().for_each(|(m, w)| *w *= factors.term(h, m).factor);
            }
        });
        out
    }

    /// Posterior weight times expected factor of every cell in every group: what its mean counts for.
    pub(super) fn mean_weights(&self, o: usize, pass: &Pass, factors: &Factors<'_>) -> Vec<f64> {
        let (cells, groups) = (&self.cells.outcomes[o], self.layout.blocks[o].components.len());
        let by_history = self.factor_weights(o, pass, factors);
        let mut out = vec![0.0; cells.cells.len() * groups];
        out.par_chunks_mut(PIECE * groups).enumerate().for_each(|(piece, out)| {
            for (i, to) in out.chunks_exact_mut(groups).enumerate() {
                let c = piece * PIECE + i;
                for &h in &cells.histories[cells.history_starts[c]..cells.history_starts[c + 1]] {
                    let of = &by_history[h as usize * groups..(h as usize + 1) * groups];
                    to.iter_mut().zip(of).for_each(|(to, w)| *to += w);
                }
            }
        });
        out
    }

    /// What the factors of outcome `o` add to the complete-data quadratic beside the means of cells.
    pub(super) fn factor_quadratic(
        &self,
        o: usize,
        pass: &Pass,
        predictors: &Predictors,
        factors: &Factors<'_>,
        q: &mut Quadratic,
    ) {
        let order = &factors.totals.order;
        let pieces: Vec<Range<usize>> =
            (0..order.len()).step_by(PIECE).map(|from| from..(from + PIECE).min(order.len())).collect();
        let parts: Vec<Quadratic> = pieces
            .into_par_iter()
            .map(|range| {
                let mut part = Quadratic::zeros(self.layout.len());
                let alike = |a: &u32, b: &u32| factors.totals.pattern[*a as usize] == factors.totals.pattern[*b as usize];
                order[range].chunk_by(alike).for_each(|run| self.run_quadratic(o, run, pass, predictors, factors, &mut part));
                part
            })
            .collect();
        for part in parts {
            q.gradient.iter_mut().zip(&part.gradient).for_each(|(to, from)| *to += from);
            q.observed.add_all(&part.observed);
            q.outer.add_all(&part.outer);
        }
    }

    /// The same of histories that were observed alike.
    fn run_quadratic(
        &self,
        o: usize,
        run: &[u32],
        pass: &Pass,
        predictors: &Predictors,
        factors: &Factors<'_>,
        q: &mut Quadratic,
    ) {
        let (cells, block, classes) = (&self.cells.outcomes[o], &self.layout.blocks[o], self.layout.classes);
        for (m, component) in block.components.iter().enumerate() {
            let mut sums = Sums::default();
            for &h in run {
                let h = h as usize;
                let p = &pass.posterior[h * classes..(h + 1) * classes];
                let mine = p.iter().zip(&block.of_class).filter(|(_, of)| **of == m).map(|(p, _)| p).sum::<f64>();
                let (w, term) = (self.cells.weight[h] * mine, factors.term(h, m));
                sums.pull += w * term.pull;
                sums.drift += w * term.drift;
                sums.alpha += w * term.alpha;
                sums.bend += w * term.bend;
                sums.outer += w * term.alpha * term.alpha;
            }
            let curve = &component[0];
            let mut slopes = vec![0.0; curve.columns.len()];
            for &c in cells.of(run[0] as usize) {
                let row = cells.row_of[c as usize] as usize;
                let rate = log_mean(predictors[row * block.components.len() + m][0]).exp();
                let (mean, design) = (cells.cells[c as usize].exposure * rate, cells.row(row));
                slopes.iter_mut().zip(&curve.columns).for_each(|(s, &column)| *s += mean * design[column]);
            }
            let at = block.variance_of(m);
            q.gradient[at] += sums.alpha;
            q.observed.add(at, at, sums.bend);
            q.outer.add(at, at, sums.outer);
            for (&i, x) in curve.parameters.iter().zip(&slopes) {
                q.observed.add(i.max(at), i.min(at), sums.drift * x);
                for (&j, y) in curve.parameters.iter().zip(&slopes).filter(|(j, _)| **j <= i) {
                    q.observed.add(i, j, sums.pull * x * y);
                }
            }
        }
    }
}
