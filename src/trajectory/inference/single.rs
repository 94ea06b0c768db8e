//! One history by itself: its score, its information, its log-likelihood, what is expected of it.

use crate::numeric::linalg::Square;
use crate::trajectory::cells::factor::Totals;
use crate::trajectory::cells::pass::{Engine, Predictors, predictors_of};
use crate::trajectory::cells::{Cells, OutcomeCells};
use crate::trajectory::spec::layout::Layout;

/// The cells of history `h` alone, with weight 1.
pub(crate) fn only(cells: &Cells, h: usize) -> Cells {
    let outcomes = cells
        .outcomes
        .iter()
        .map(|o| {
            let list = o.of(h);
            let n = list.len();
            let mut one = OutcomeCells {
                design: Vec::with_capacity(n * o.columns),
                columns: o.columns,
                interval: Vec::with_capacity(n),
                cells: Vec::with_capacity(n),
                row_starts: (0..=n).collect(),
                row_of: (0..n as u32).collect(),
                starts: vec![0, n],
                list: (0..n as u32).collect(),
                history_starts: (0..=n).collect(),
                histories: vec![0; n],
                scale: o.scale,
                totals: None,
            };
            for &c in list {
                let row = o.row_of[c as usize] as usize;
                one.design.extend_from_slice(o.row(row));
                one.interval.push(o.interval[row]);
                one.cells.push(o.cells[c as usize]);
            }
            one.totals = o.totals.as_ref().map(|_| Totals::new(&one));
            one
        })
        .collect();
    Cells {
        outcomes,
        weight: vec![1.0],
        weight_squared: vec![1.0],
        persons: vec![1],
        history_of: vec![0],
        x: cells.x_row(cells.x_of[h] as usize).to_vec(),
        terms: cells.terms,
        x_of: vec![0],
    }
}

/// Score and observed information (minus the second derivative) of one history's log-likelihood.
pub(crate) fn score_and_information(one: &Cells, layout: &Layout, theta: &[f64]) -> (Vec<f64>, Square) {
    let engine = Engine { cells: one, layout };
    let pass = engine.pass(theta);
    let q = engine.quadratic(theta, &pass);
    let information = engine.information(theta, &pass, &q.observed);
    (q.gradient, information)
}

/// Log-likelihood of one history, and sums over its observed cells, by outcome: number, absolute and squared
/// difference from what its posterior expects.
pub(crate) fn judged(one: &Cells, layout: &Layout, theta: &[f64]) -> (f64, Vec<[f64; 3]>) {
    let engine = Engine { cells: one, layout };
    let pass = engine.posteriors(theta);
    let predictors: Vec<Predictors> = (0..layout.blocks.len()).map(|o| engine.predictors(o, theta)).collect();
    let errors = layout
        .blocks
        .iter()
        .zip(&one.outcomes)
        .zip(engine.factors(theta, &predictors))
        .map(|((block, data), factors)| {
            // a person's own level is part of what is expected of them
            let level: Vec<f64> = (0..block.components.len())
                .map(|m| factors.as_ref().map_or(1.0, |factors| factors.term(0, m).factor))
                .collect();
            let mut share = vec![0.0; block.components.len()];
            pass.posterior.iter().zip(&block.of_class).for_each(|(p, &m)| share[m] += p);
            let mut sums = [0.0; 3];
            for (c, cell) in data.cells.iter().enumerate() {
                let row = data.row(data.row_of[c] as usize);
                let time = if block.kernel.has_exposure() { cell.exposure } else { 1.0 };
                let mean = |m: usize| block.kernel.mean(&predictors_of(block, m, row, theta)).0 * level[m] * time;
                let expected: f64 = share.iter().enumerate().map(|(m, w)| w * mean(m)).sum();
                let difference = cell.y - expected;
                sums[0] += 1.0;
                sums[1] += difference.abs();
                sums[2] += difference * difference;
            }
            sums
        })
        .collect();
    (pass.by_history[0], errors)
}
