//! A panel made ready for passes: distinct cells, distinct histories, and who has which.
//!
//! Two cells with the same design row, value and time at risk have the same density in every group, so each
//! is evaluated once. Without time at risk and covariates that is a table of ages x values; with them
//! every cell may be one of its own, and the same code then evaluates cell by cell.

pub(crate) mod factor;
pub(crate) mod pass;
pub(crate) mod quadratic;

use crate::trajectory::cells::factor::Totals;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::kernel::{Kernel, Observation};
use crate::trajectory::spec::Spec;
use crate::trajectory::spec::layout::Layout;
use std::collections::HashMap;

/// One outcome's distinct cells and the histories' lists of them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OutcomeCells {
    /// Design, row after row.
    pub(crate) design: Vec<f64>,
    pub(crate) columns: usize,
    /// Age interval of each design row.
    pub(crate) interval: Vec<u32>,
    /// Distinct cells, ordered by design row, and where each row's cells start.
    pub(crate) cells: Vec<Observation>,
    pub(crate) row_starts: Vec<usize>,
    pub(crate) row_of: Vec<u32>,
    /// Cells of each history.
    pub(crate) starts: Vec<usize>,
    pub(crate) list: Vec<u32>,
    /// Histories of each cell: the same lists the other way round, so that sums over histories have one order.
    pub(crate) history_starts: Vec<usize>,
    pub(crate) histories: Vec<u32>,
    /// What a large step of the first predictor is: 1 on log and logit scales, the values' spread for means.
    pub(crate) scale: f64,
    /// What a factor of one's own needs; none for other families.
    pub(crate) totals: Option<Totals>,
}

impl OutcomeCells {
    pub(crate) fn rows(&self) -> usize {
        self.interval.len()
    }

    pub(crate) fn row(&self, r: usize) -> &[f64] {
        &self.design[r * self.columns..(r + 1) * self.columns]
    }

    pub(crate) fn of(&self, history: usize) -> &[u32] {
        &self.list[self.starts[history]..self.starts[history + 1]]
    }
}

/// All outcomes of all histories.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cells {
    pub(crate) outcomes: Vec<OutcomeCells>,
    pub(crate) weight: Vec<f64>,
    /// Sum of the squared weights of the persons with each history: what a sandwich sums over persons.
    pub(crate) weight_squared: Vec<f64>,
    /// Persons with each history, and the history of each panel row.
    pub(crate) persons: Vec<u32>,
    pub(crate) history_of: Vec<u32>,
    /// Distinct rows of membership covariates (a constant first), and the row of each history.
    pub(crate) x: Vec<f64>,
    pub(crate) terms: usize,
    pub(crate) x_of: Vec<u32>,
}

impl Cells {
    pub(crate) fn len(&self) -> usize {
        self.weight.len()
    }

    pub(crate) fn x_rows(&self) -> usize {
        self.x.len() / self.terms
    }

    pub(crate) fn x_row(&self, r: usize) -> &[f64] {
        &self.x[r * self.terms..(r + 1) * self.terms]
    }

    pub(crate) fn total_weight(&self) -> f64 {
        self.weight.iter().sum()
    }

    /// Lays out a panel that has passed its check (`check::check`).
    pub(crate) fn new(panel: &Panel, spec: &Spec, layout: &Layout) -> Cells {
        let rows = panel.rows();
        let mut raw: Vec<Raw> =
            spec.outcomes.iter().enumerate().map(|(o, _)| Raw::new(panel, spec, layout, o)).collect();
        let covariates: Vec<&Vec<f64>> = spec
            .membership
            .iter()
            .filter_map(|name| panel.covariates.iter().find(|(n, _)| n == name).map(|(_, v)| v))
            .collect();
        let mut x_number: HashMap<Vec<u64>, u32> = HashMap::new();
        let (mut x, mut x_of_row) = (Vec::new(), Vec::with_capacity(rows));
        for i in 0..rows {
            let key: Vec<u64> = covariates.iter().map(|v| v[i].to_bits()).collect();
            let next = x_number.len() as u32;
            x_of_row.push(*x_number.entry(key).or_insert_with(|| {
                x.push(1.0);
                x.extend(covariates.iter().map(|v| v[i]));
                next
            }));
        }
        // histories with the same cells and covariates are one
        let mut number: HashMap<Vec<u32>, u32> = HashMap::new();
        let (mut weight, mut weight_squared) = (Vec::new(), Vec::new());
        let (mut persons, mut history_of, mut x_of) = (Vec::new(), Vec::new(), Vec::new());
        let mut starts: Vec<Vec<usize>> = vec![vec![0]; raw.len()];
        let mut lists: Vec<Vec<u32>> = vec![Vec::new(); raw.len()];
        for i in 0..rows {
            let mut key = vec![x_of_row[i]];
            for raw in &raw {
                key.push(u32::MAX);
                key.extend(raw.of(i));
            }
            let next = weight.len() as u32;
            let h = *number.entry(key).or_insert(next);
            if h == next {
                weight.push(0.0);
                weight_squared.push(0.0);
                persons.push(0);
                x_of.push(x_of_row[i]);
                for ((raw, starts), list) in raw.iter().zip(&mut starts).zip(&mut lists) {
                    list.extend_from_slice(raw.of(i));
                    starts.push(list.len());
                }
            }
            weight[h as usize] += panel.weight(i);
            weight_squared[h as usize] += panel.weight_squared(i);
            persons[h as usize] += panel.multiplicity.as_ref().map_or(1, |m| m[i]);
            history_of.push(h);
        }
        drop(number);
        let mut outcomes: Vec<OutcomeCells> =
            raw.drain(..).zip(starts).zip(lists).map(|((raw, starts), list)| raw.finish(starts, list)).collect();
        for (cells, _) in outcomes.iter_mut().zip(&layout.blocks).filter(|(_, block)| block.factor) {
            cells.totals = Some(Totals::new(cells));
        }
        Cells { outcomes, weight, weight_squared, persons, history_of, x, terms: layout.terms, x_of }
    }
}

/// One outcome on the way.
struct Raw {
    design: Vec<f64>,
    columns: usize,
    interval: Vec<u32>,
    cells: Vec<Observation>,
    row_of: Vec<u32>,
    starts: Vec<usize>,
    list: Vec<u32>,
    scale: f64,
}

impl Raw {
    fn new(panel: &Panel, spec: &Spec, layout: &Layout, o: usize) -> Raw {
        let (outcome, block) = (&spec.outcomes[o], &layout.blocks[o]);
        let grid = panel.grid;
        // the check has seen that the names exist
        let series = panel.series.iter().find(|s| s.name == outcome.series);
        let varying: Vec<_> =
            outcome.varying.iter().filter_map(|n| panel.varying.iter().find(|(m, _)| m == n).map(|(_, v)| v)).collect();
        let width = if outcome.family.counts_events() { grid.width_years() } else { 1.0 };
        let by_age: Vec<Vec<f64>> = (0..grid.len())
            .map(|t| {
                let mut row = vec![1.0];
                for (basis, _) in &block.bases {
                    row.extend(basis.row(grid.scaled(t)));
                }
                row
            })
            .collect();
        let mut out = Raw {
            design: Vec::new(),
            columns: block.columns,
            interval: Vec::new(),
            cells: Vec::new(),
            row_of: Vec::new(),
            starts: vec![0],
            list: Vec::new(),
            scale: 1.0,
        };
        let mut row_number: HashMap<(usize, Vec<u64>), u32> = HashMap::new();
        let mut cell_number: HashMap<(u32, u64, u64), u32> = HashMap::new();
        for i in 0..panel.rows() {
            for t in 0..grid.len() {
                let Some(series) = series else { continue };
                let y = series.values[(i, t)];
                if y.is_nan() {
                    continue;
                }
                let e = width * series.exposure.as_ref().map_or(1.0, |e| e[(i, t)]);
                let next_row = row_number.len() as u32;
                let key = (t, varying.iter().map(|v| v[(i, t)].to_bits()).collect());
                let row = *row_number.entry(key).or_insert_with(|| {
                    out.design.extend_from_slice(&by_age[t]);
                    out.design.extend(varying.iter().map(|v| v[(i, t)]));
                    out.interval.push(t as u32);
                    next_row
                });
                let next = out.cells.len() as u32;
                // 0 and -0 are one value
                let cell = *cell_number.entry((row, (y + 0.0).to_bits(), e.to_bits())).or_insert_with(|| {
                    out.cells.push(block.kernel.observation(y, e));
                    out.row_of.push(row);
                    next
                });
                out.list.push(cell);
            }
            out.starts.push(out.list.len());
        }
        if matches!(block.kernel, Kernel::CensoredNormal { .. }) {
            let n = out.list.len().max(1) as f64;
            let of = |f: &dyn Fn(f64) -> f64| out.list.iter().map(|&c| f(out.cells[c as usize].y)).sum::<f64>() / n;
            let mean = of(&|y| y);
            out.scale = of(&|y| (y - mean) * (y - mean)).sqrt().max(f64::MIN_POSITIVE);
        }
        out
    }

    fn of(&self, i: usize) -> &[u32] {
        &self.list[self.starts[i]..self.starts[i + 1]]
    }

    /// Orders cells by design row and turns the lists round.
    fn finish(self, starts: Vec<usize>, mut list: Vec<u32>) -> OutcomeCells {
        let mut order: Vec<u32> = (0..self.cells.len() as u32).collect();
        order.sort_by_key(|&c| self.row_of[c as usize]);
        let mut place = vec![0_u32; order.len()];
        order.iter().enumerate().for_each(|(to, &from)| place[from as usize] = to as u32);
        list.iter_mut().for_each(|c| *c = place[*c as usize]);
        let cells: Vec<Observation> = order.iter().map(|&c| self.cells[c as usize]).collect();
        let row_of: Vec<u32> = order.iter().map(|&c| self.row_of[c as usize]).collect();
        let row_starts = counted(row_of.iter().copied(), self.interval.len());
        let history_starts = counted(list.iter().copied(), cells.len());
        let mut at = history_starts.clone();
        let mut histories = vec![0_u32; list.len()];
        for h in 0..starts.len() - 1 {
            for &c in &list[starts[h]..starts[h + 1]] {
                histories[at[c as usize]] = h as u32;
                at[c as usize] += 1;
            }
        }
        OutcomeCells {
            design: self.design,
            columns: self.columns,
            interval: self.interval,
            cells,
            row_starts,
            row_of,
            starts,
            list,
            history_starts,
            histories,
            scale: self.scale,
            totals: None,
        }
    }
}

/// Where the items of each of `n` kinds start, when laid kind after kind.
fn counted(kinds: impl Iterator<Item = u32>, n: usize) -> Vec<usize> {
    let mut starts = vec![0_usize; n + 1];
    kinds.for_each(|k| starts[k as usize + 1] += 1);
    (0..n).for_each(|k| starts[k + 1] += starts[k]);
    starts
}
