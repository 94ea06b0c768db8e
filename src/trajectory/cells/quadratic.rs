//! Gradient and curvature: of the complete data, from the weights of cells, and of the observed data, by
//! taking the missing information off (Louis 1982).

use crate::numeric::linalg::Square;
use crate::numeric::parallel::{Parallel, change_pieces};
use crate::trajectory::cells::factor::{Factors, Table};
use crate::trajectory::cells::pass::{Engine, PIECE, Pass};
use crate::trajectory::family::kernel::{MAX_PREDICTORS, log_mean};
use crate::trajectory::spec::layout::Layout;
use std::ops::Range;

/// Place of `(r, s)`, `s <= r`, in a packed lower triangle of three.
const PAIR: [[usize; MAX_PREDICTORS]; MAX_PREDICTORS] = [[0, 1, 3], [1, 2, 4], [3, 4, 5]];
const PAIRS: usize = 6;

/// The complete-data log-likelihood at the weights of a pass, to second order. Its gradient is that of the
/// observed likelihood too (Fisher's identity).
#[derive(Debug, Clone)]
pub(crate) struct Quadratic {
    pub(crate) gradient: Vec<f64>,
    /// Minus the second derivative; not always positive definite away from the top.
    pub(crate) observed: Square,
    /// Sum of squared cell scores: positive semi-definite, of the same scale.
    pub(crate) outer: Square,
}

impl Quadratic {
    pub(crate) fn zeros(n: usize) -> Quadratic {
        Quadratic { gradient: vec![0.0; n], observed: Square::zeros(n), outer: Square::zeros(n) }
    }
}

#[derive(Clone, Copy, Default)]
struct RowSums {
    first: [f64; MAX_PREDICTORS],
    second: [f64; PAIRS],
    outer: [f64; PAIRS],
}

impl Engine<'_> {
    pub(crate) fn quadratic(&self, theta: &[f64], pass: &Pass) -> Quadratic {
        let mut q = Quadratic::zeros(self.layout.len());
        self.membership_quadratic(theta, pass, &mut q);
        for o in 0..self.layout.blocks.len() {
            self.outcome_quadratic(o, theta, pass, &mut q);
        }
        q.observed.mirror();
        q.outer.mirror();
        q
    }

    fn membership_quadratic(&self, theta: &[f64], pass: &Pass, q: &mut Quadratic) {
        let (classes, terms) = (self.layout.classes, self.layout.terms);
        if classes == 1 {
            return;
        }
        let prior = self.log_prior(theta);
        let mut mass = vec![0.0; self.cells.x_rows() * classes];
        let mut weight = vec![0.0; self.cells.x_rows()];
        for (h, p) in pass.posterior.chunks_exact(classes).enumerate() {
            let (x, w) = (self.cells.x_of[h] as usize, self.cells.weight[h]);
            weight[x] += w;
            mass[x * classes..(x + 1) * classes].iter_mut().zip(p).for_each(|(m, p)| *m += w * p);
        }
        for (r, &w) in weight.iter().enumerate() {
            let x = self.cells.x_row(r);
            let pi: Vec<f64> = prior[r * classes..(r + 1) * classes].iter().map(|l| l.exp()).collect();
            for a in 1..classes {
                let residual = mass[r * classes + a] - w * pi[a];
                for (i, xi) in x.iter().enumerate() {
                    let at = (a - 1) * terms + i;
                    q.gradient[at] += residual * xi;
                    for b in 1..=a {
                        let v = w * (if a == b { pi[a] } else { 0.0 } - pi[a] * pi[b]) * xi;
                        for (j, xj) in x.iter().enumerate() {
                            let to = (b - 1) * terms + j;
                            if to <= at {
                                q.observed.add(at, to, v * xj);
                                q.outer.add(at, to, v * xj);
                            }
                        }
                    }
                }
            }
        }
    }

    #[allow(clippy::needless_range_loop)] // pairs (r, t) as in the formulas
    fn outcome_quadratic(&self, o: usize, theta: &[f64], pass: &Pass, q: &mut Quadratic) {
        let (cells, block, weight) = (&self.cells.outcomes[o], &self.layout.blocks[o], &pass.weight[o]);
        let groups = block.components.len();
        let predictors = self.predictors(o, theta);
        let factors = Factors::new(cells, block, theta, &predictors);
        let of_factors = factors.as_ref().map(|factors| (factors, factors.sums(self, o, pass)));
        let pieces: Vec<Range<usize>> =
            (0..cells.cells.len()).step_by(PIECE).map(|from| from..(from + PIECE).min(cells.cells.len())).collect();
        // each piece touches the rows from its first cell's to its last cell's
        let parts: Vec<(usize, Vec<RowSums>)> = pieces.map_in_parallel(|range| {
            let first = cells.row_of[range.start] as usize;
            let last = cells.row_of[range.end - 1] as usize;
            let mut sums = vec![RowSums::default(); (last - first + 1) * groups];
            for c in range {
                let row = cells.row_of[c] as usize;
                for m in 0..groups {
                    let w = weight[c * groups + m];
                    let to = &mut sums[(row - first) * groups + m];
                    if let Some((factors, by_pattern)) = &of_factors {
                        let rate = log_mean(predictors[row * groups + m][0]).exp();
                        let mean = factors.mean_weight(by_pattern, c, m) * cells.cells[c].exposure * rate;
                        to.first[0] += w * cells.cells[c].y - mean;
                        to.second[0] -= mean;
                        to.outer[0] += mean;
                        continue;
                    }
                    if w == 0.0 {
                        continue;
                    }
                    let s = block.kernel.slopes(&cells.cells[c], &predictors[row * groups + m]);
                    for r in 0..MAX_PREDICTORS {
                        to.first[r] += w * s.first[r];
                        for t in 0..=r {
                            to.second[PAIR[r][t]] += w * s.second[PAIR[r][t]];
                            to.outer[PAIR[r][t]] += w * s.first[r] * s.first[t];
                        }
                    }
                }
            }
            (first, sums)
        });
        let mut by_row = vec![RowSums::default(); cells.rows() * groups];
        for (first, sums) in parts {
            for (to, from) in by_row[first * groups..].iter_mut().zip(&sums) {
                to.first.iter_mut().zip(&from.first).for_each(|(a, b)| *a += b);
                to.second.iter_mut().zip(&from.second).for_each(|(a, b)| *a += b);
                to.outer.iter_mut().zip(&from.outer).for_each(|(a, b)| *a += b);
            }
        }
        for r in 0..cells.rows() {
            let row = cells.row(r);
            for (m, component) in block.components.iter().enumerate() {
                let sums = &by_row[r * groups + m];
                for (a, pa) in component.iter().enumerate() {
                    for (&ca, &ia) in pa.columns.iter().zip(&pa.parameters) {
                        q.gradient[ia] += sums.first[a] * row[ca];
                        for (b, pb) in component.iter().enumerate() {
                            let (second, outer) = (sums.second[PAIR[a][b]], sums.outer[PAIR[a][b]]);
                            for (&cb, &ib) in pb.columns.iter().zip(&pb.parameters) {
                                if ib <= ia {
                                    let x = row[ca] * row[cb];
                                    q.observed.add(ia, ib, -second * x);
                                    q.outer.add(ia, ib, outer * x);
                                }
                            }
                        }
                    }
                }
            }
        }
        if let Some((factors, by_pattern)) = &of_factors {
            factors.add_to(self, o, by_pattern, q);
        }
    }

    /// Exact observed information: complete minus missing.
    pub(crate) fn information(&self, theta: &[f64], pass: &Pass, complete: &Square) -> Square {
        let mut info = complete.clone();
        let scores = Scores::new(self, theta);
        let n = self.cells.len();
        let pieces: Vec<Range<usize>> = (0..n).step_by(PIECE).map(|from| from..(from + PIECE).min(n)).collect();
        let parts: Vec<Square> = pieces.map_in_parallel(|range| scores.missing(range, pass));
        parts.iter().for_each(|part| info.add_all(part));
        info
    }

    /// Score of every history, unweighted: history after history, parameter after parameter.
    pub(crate) fn scores(&self, theta: &[f64], pass: &Pass) -> Vec<f64> {
        let scores = Scores::new(self, theta);
        let (n, p) = (self.cells.len(), self.layout.len());
        let mut out = vec![0.0; n * p];
        if p == 0 {
            return out;
        }
        change_pieces(&mut out, PIECE * p, |piece, out| {
            let mut by_class = vec![0.0; self.layout.classes * p];
            for (i, to) in out.chunks_exact_mut(p).enumerate() {
                let h = piece * PIECE + i;
                let posterior = &pass.posterior[h * self.layout.classes..(h + 1) * self.layout.classes];
                scores.of(h, posterior, &mut by_class);
                scores.mean(h, posterior, &by_class, to);
            }
        });
        out
    }
}

/// Posterior probabilities below this do not change the information at working precision.
const NEGLIGIBLE: f64 = 1e-15;

/// Scores of histories by class.
pub(crate) struct Scores<'a> {
    engine: &'a Engine<'a>,
    predictors: Vec<crate::trajectory::cells::pass::Predictors>,
    factors: Vec<Option<(Factors<'a>, Option<Table>)>>,
    prior: Vec<f64>,
    own: Vec<Vec<usize>>,
}

impl<'a> Scores<'a> {
    pub(crate) fn new(engine: &'a Engine<'a>, theta: &[f64]) -> Self {
        let layout: &Layout = engine.layout;
        let predictors: Vec<_> = (0..layout.blocks.len()).map(|o| engine.predictors(o, theta)).collect();
        let factors = engine.factors(theta, &predictors).into_iter().enumerate().map(|(o, factors)| {
            let factors = factors?;
            let table = factors.table(&engine.cells.outcomes[o], &layout.blocks[o]);
            Some((factors, table))
        });
        Scores {
            engine,
            factors: factors.collect(),
            predictors,
            prior: engine.log_prior(theta),
            own: (0..layout.classes).map(|c| layout.of_class(c)).collect(),
        }
    }

    /// Scores of history `h` in every class, up to a vector that all classes share (the membership mean).
    fn of(&self, h: usize, posterior: &[f64], by_class: &mut [f64]) {
        let Engine { cells, layout } = *self.engine;
        let p = layout.len();
        by_class.fill(0.0);
        let x = cells.x_row(cells.x_of[h] as usize);
        for c in 1..layout.classes {
            let at = c * p + (c - 1) * layout.terms;
            by_class[at..at + layout.terms].copy_from_slice(x);
        }
        let outcomes = layout.blocks.iter().zip(&cells.outcomes).zip(&self.predictors).zip(&self.factors);
        for (((block, data), predictors), factors) in outcomes {
            let groups = block.components.len();
            for (m, component) in block.components.iter().enumerate() {
                let mut classes = (0..layout.classes).filter(|&c| block.of_class[c] == m && posterior[c] > NEGLIGIBLE);
                let Some(first) = classes.next() else { continue };
                let others: Vec<usize> = classes.collect();
                // the first class with this group is filled in, the others copy what was added
                let before: Vec<f64> =
                    component.iter().flat_map(|q| q.parameters.iter().map(|&i| by_class[first * p + i])).collect();
                if let Some((factors, table)) = factors {
                    factors.score(data, block, table.as_ref(), (h, m), &mut by_class[first * p..(first + 1) * p]);
                }
                // the score of a history with a factor is whole
                for &cell in if factors.is_some() { &[] } else { data.of(h) } {
                    let row = data.row_of[cell as usize] as usize;
                    let slopes = block.kernel.slopes(&data.cells[cell as usize], &predictors[row * groups + m]);
                    let design = data.row(row);
                    for (r, q) in component.iter().enumerate() {
                        let s = slopes.first[r];
                        for (&column, &i) in q.columns.iter().zip(&q.parameters) {
                            by_class[first * p + i] += s * design[column];
                        }
                    }
                }
                let parameters = component.iter().flat_map(|q| q.parameters.iter());
                for (&i, before) in parameters.zip(before) {
                    let added = by_class[first * p + i] - before;
                    others.iter().for_each(|&c| by_class[c * p + i] += added);
                }
            }
        }
    }

    /// The history's score: the posterior mean over classes, membership mean taken off.
    fn mean(&self, h: usize, posterior: &[f64], by_class: &[f64], to: &mut [f64]) {
        let Engine { cells, layout } = *self.engine;
        to.fill(0.0);
        for (c, &w) in posterior.iter().enumerate() {
            let of_class = &by_class[c * layout.len()..(c + 1) * layout.len()];
            self.own[c].iter().for_each(|&i| to[i] += w * of_class[i]);
        }
        let x = cells.x_of[h] as usize;
        for c in 1..layout.classes {
            let pi = self.prior[x * layout.classes + c].exp();
            for (j, xj) in cells.x_row(x).iter().enumerate() {
                to[(c - 1) * layout.terms + j] -= pi * xj;
            }
        }
    }

    /// Minus the missing information of some histories: `-sum w [sum_c p_c s_c s_c' - s s']`, full matrix.
    fn missing(&self, range: Range<usize>, pass: &Pass) -> Square {
        let Engine { cells, layout } = *self.engine;
        let (classes, p) = (layout.classes, layout.len());
        let mut out = Square::zeros(p);
        let (mut by_class, mut mean) = (vec![0.0; classes * p], vec![0.0; p]);
        for h in range {
            let posterior = &pass.posterior[h * classes..(h + 1) * classes];
            if posterior.iter().filter(|&&v| v > NEGLIGIBLE).count() < 2 {
                continue;
            }
            self.of(h, posterior, &mut by_class);
            mean.fill(0.0);
            for (c, &w) in posterior.iter().enumerate().filter(|(_, w)| **w > NEGLIGIBLE) {
                self.own[c].iter().for_each(|&i| mean[i] += w * by_class[c * p + i]);
            }
            let weight = cells.weight[h];
            for (c, &w) in posterior.iter().enumerate().filter(|(_, w)| **w > NEGLIGIBLE) {
                let s = &by_class[c * p..(c + 1) * p];
                for (a, &i) in self.own[c].iter().enumerate() {
                    let v = weight * w * s[i];
                    if v != 0.0 {
                        let row = out.row_mut(i);
                        self.own[c][..=a].iter().for_each(|&j| row[j] -= v * s[j]);
                    }
                }
            }
            for i in 0..p {
                let v = weight * mean[i];
                if v != 0.0 {
                    out.row_mut(i)[..=i].iter_mut().zip(&mean[..=i]).for_each(|(to, m)| *to += v * m);
                }
            }
        }
        out.mirror();
        out
    }
}
