//! One pass over the histories at given parameters: log-likelihood, posterior probabilities, and the
//! posterior weight of every distinct cell in every group. Sums are cut in fixed pieces and added in order.

use crate::numeric::parallel::{Parallel, change_pieces};
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::factor::Factors;
use crate::trajectory::family::kernel::{MAX_PREDICTORS, log_mean};
use crate::trajectory::spec::layout::{Block, Layout};

/// Cells, and histories, of one piece of work.
pub(crate) const PIECE: usize = 2048;

/// A panel and a layout: everything that stays the same from pass to pass.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Engine<'a> {
    pub(crate) cells: &'a Cells,
    pub(crate) layout: &'a Layout,
}

/// The result of a pass.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pass {
    pub(crate) log_likelihood: f64,
    /// Log-likelihood of each history, unweighted.
    pub(crate) by_history: Vec<f64>,
    /// Posterior probabilities, history after history, class after class.
    pub(crate) posterior: Vec<f64>,
    /// Posterior weight by outcome: cell after cell, group after group.
    pub(crate) weight: Vec<Vec<f64>>,
}

/// Linear predictors of one outcome: design row after row, group after group.
pub(crate) type Predictors = Vec<[f64; MAX_PREDICTORS]>;

impl Engine<'_> {
    pub(crate) fn predictors(&self, o: usize, theta: &[f64]) -> Predictors {
        let (cells, block) = (&self.cells.outcomes[o], &self.layout.blocks[o]);
        let mut out = Vec::with_capacity(cells.rows() * block.components.len());
        for r in 0..cells.rows() {
            let row = cells.row(r);
            out.extend((0..block.components.len()).map(|m| predictors_of(block, m, row, theta)));
        }
        out
    }

    /// `ln` of the class probabilities of each distinct row of membership covariates.
    pub(crate) fn log_prior(&self, theta: &[f64]) -> Vec<f64> {
        let (classes, terms) = (self.layout.classes, self.layout.terms);
        let mut out = Vec::with_capacity(self.cells.x_rows() * classes);
        for r in 0..self.cells.x_rows() {
            let from = out.len();
            out.push(0.0);
            for c in 1..classes {
                let logit = theta[(c - 1) * terms..c * terms].iter().zip(self.cells.x_row(r)).map(|(b, x)| b * x);
                out.push(logit.sum::<f64>());
            }
            let total = crate::numeric::logspace::log_sum_exp(&out[from..]);
            out[from..].iter_mut().for_each(|v| *v -= total);
        }
        out
    }

    pub(crate) fn pass(&self, theta: &[f64]) -> Pass {
        let mut pass = self.posteriors(theta);
        pass.weight = self.cell_weights(&pass.posterior);
        pass
    }

    /// A pass without the weights of cells.
    pub(crate) fn posteriors(&self, theta: &[f64]) -> Pass {
        let predictors: Vec<Predictors> = (0..self.layout.blocks.len()).map(|o| self.predictors(o, theta)).collect();
        let density: Vec<Vec<f64>> = predictors.iter().enumerate().map(|(o, p)| self.density(o, p)).collect();
        let factors = self.factors(theta, &predictors);
        let prior = self.log_prior(theta);
        let classes = self.layout.classes;
        let n = self.cells.len();
        let mut posterior = vec![0.0; n * classes];
        let mut by_history = vec![0.0; n];
        let pieces: Vec<(&mut [f64], &mut [f64])> =
            posterior.chunks_mut(PIECE * classes).zip(by_history.chunks_mut(PIECE)).collect();
        let parts: Vec<f64> =
            pieces.into_iter().enumerate().collect::<Vec<_>>().map_in_parallel(|(piece, (posterior, by_history))| {
                let mut sums = vec![0.0; self.layout.blocks.iter().map(|b| b.components.len()).max().unwrap_or(0)];
                let mut total = 0.0;
                for (i, (p, ll)) in posterior.chunks_exact_mut(classes).zip(by_history.iter_mut()).enumerate() {
                    let h = piece * PIECE + i;
                    let x = self.cells.x_of[h] as usize;
                    p.copy_from_slice(&prior[x * classes..(x + 1) * classes]);
                    let outcomes = self.layout.blocks.iter().zip(&self.cells.outcomes).zip(&density).zip(&factors);
                    for (((block, cells), density), factors) in outcomes {
                        let groups = block.components.len();
                        let sums = &mut sums[..groups];
                        sums.fill(0.0);
                        // where people have a factor, cells without an event add nothing
                        for &c in cells.totals.as_ref().map_or_else(|| cells.of(h), |t| t.events_of(h)) {
                            let of_cell = &density[c as usize * groups..(c as usize + 1) * groups];
                            sums.iter_mut().zip(of_cell).for_each(|(s, d)| *s += d);
                        }
                        if let Some(factors) = factors {
                            sums.iter_mut().enumerate().for_each(|(m, s)| *s += factors.value(h, m));
                        }
                        p.iter_mut().zip(&block.of_class).for_each(|(p, &m)| *p += sums[m]);
                    }
                    *ll = normalise(p);
                    total += self.cells.weight[h] * *ll;
                }
                total
            });
        Pass { log_likelihood: parts.iter().sum(), by_history, posterior, weight: Vec::new() }
    }

    /// The factors of each outcome that has them.
    pub(crate) fn factors(&self, theta: &[f64], predictors: &[Predictors]) -> Vec<Option<Factors<'_>>> {
        let outcomes = self.layout.blocks.iter().zip(&self.cells.outcomes).zip(predictors);
        outcomes.map(|((block, cells), predictors)| Factors::new(cells, block, theta, predictors)).collect()
    }

    /// Log densities of one outcome: cell after cell, group after group.
    fn density(&self, o: usize, predictors: &Predictors) -> Vec<f64> {
        let (cells, block) = (&self.cells.outcomes[o], &self.layout.blocks[o]);
        let groups = block.components.len();
        let mut out = vec![0.0; cells.cells.len() * groups];
        change_pieces(&mut out, PIECE * groups, |piece, out| {
            for (i, of_cell) in out.chunks_exact_mut(groups).enumerate() {
                let c = piece * PIECE + i;
                let at = cells.row_of[c] as usize * groups;
                for (m, value) in of_cell.iter_mut().enumerate() {
                    if block.factor {
                        *value = cells.cells[c].y * log_mean(predictors[at + m][0]) + cells.cells[c].constant;
                        continue;
                    }
                    *value = block.kernel.value(&cells.cells[c], &predictors[at + m]);
                }
            }
        });
        out
    }

    /// Posterior weight of every cell in every group, from posteriors by class.
    pub(crate) fn cell_weights(&self, posterior: &[f64]) -> Vec<Vec<f64>> {
        let classes = self.layout.classes;
        self.layout
            .blocks
            .iter()
            .zip(&self.cells.outcomes)
            .map(|(block, cells)| {
                let groups = block.components.len();
                let mut out = vec![0.0; cells.cells.len() * groups];
                change_pieces(&mut out, PIECE * groups, |piece, out| {
                    for (i, to) in out.chunks_exact_mut(groups).enumerate() {
                        let c = piece * PIECE + i;
                        if block.factor && cells.cells[c].y == 0.0 {
                            continue;
                        }
                        for &h in &cells.histories[cells.history_starts[c]..cells.history_starts[c + 1]] {
                            let h = h as usize;
                            let w = self.cells.weight[h];
                            let p = &posterior[h * classes..(h + 1) * classes];
                            p.iter().zip(&block.of_class).for_each(|(p, &m)| to[m] += w * p);
                        }
                    }
                });
                out
            })
            .collect()
    }

    /// Posterior mass of each class, history after history in order.
    pub(crate) fn mass(&self, posterior: &[f64]) -> Vec<f64> {
        let mut mass = vec![0.0; self.layout.classes];
        for (p, w) in posterior.chunks_exact(self.layout.classes).zip(&self.cells.weight) {
            mass.iter_mut().zip(p).for_each(|(m, p)| *m += w * p);
        }
        mass
    }
}

pub(crate) fn predictors_of(block: &Block, m: usize, row: &[f64], theta: &[f64]) -> [f64; MAX_PREDICTORS] {
    let mut out = [0.0; MAX_PREDICTORS];
    for (to, predictor) in out.iter_mut().zip(&block.components[m]) {
        *to = predictor.columns.iter().zip(&predictor.parameters).map(|(&c, &p)| row[c] * theta[p]).sum();
    }
    out
}

/// Turns joint log-probabilities into posterior probabilities; returns the logarithm of their sum.
fn normalise(p: &mut [f64]) -> f64 {
    let max = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        // impossible under every class: no posterior, and the likelihood says so
        let even = 1.0 / p.len() as f64;
        p.fill(even);
        return max;
    }
    let mut sum = 0.0;
    for v in p.iter_mut() {
        *v = (*v - max).exp();
        sum += *v;
    }
    p.iter_mut().for_each(|v| *v /= sum);
    max + sum.ln()
}
