//! A factor of one's own: what ties the cells of a person together even within a group.
//!
//! Given the factor `b`, gamma with mean 1 and variance `alpha`, cells are Poisson with means `b mu_t`. With `Y` the
//! person's total and `M = sum of mu_t`, the joint distribution of the cells is negative multinomial (Hausman, Hall &
//! Griliches 1984). Beside `sum of y_t ln mu_t - ln y_t!`, which is of cells, its logarithm has a term of the history:
//!
//! `T = sum_(j<Y) ln(1 + alpha j) - (1/alpha + Y) ln(1 + alpha M)`.
//!
//! Everything else needs the expected factor given the history, `(1 + alpha Y) / (1 + alpha M)`, by which a cell's mean
//! is multiplied in its score. `M` and its slopes hang on what was observed only, so they are worked out once for all
//! histories that were observed alike; of the cells of each history those with an event are left.
//!
//! Does not belong here: densities of single cells (`kernel`), and what is made of gradient and curvature (`climb`).

use crate::numeric::gamma::log_gap;
use crate::numeric::parallel::Parallel;
use crate::trajectory::cells::OutcomeCells;
use crate::trajectory::cells::pass::{Engine, PIECE, Pass, Predictors};
use crate::trajectory::cells::quadratic::Quadratic;
use crate::trajectory::family::kernel::{log_mean, log_scale, rising};
use crate::trajectory::spec::layout::Block;
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
    /// What was observed alike of each cell: numbers of patterns.
    pattern_starts: Vec<usize>,
    patterns: Vec<u32>,
    /// Cells with an event of each history.
    event_starts: Vec<usize>,
    events: Vec<u32>,
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
            pattern_starts: vec![0; cells.cells.len() + 1],
            patterns: Vec::new(),
            event_starts: vec![0],
            events: Vec::new(),
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
            out.events.extend(cells.of(h).iter().filter(|&&c| cells.cells[c as usize].y > 0.0));
            out.event_starts.push(out.events.len());
        }
        out.order.sort_by_key(|&h| out.pattern[h as usize]);
        let mut by_cell: Vec<(u32, u32)> = Vec::new();
        for (pattern, &h) in out.example.iter().enumerate() {
            by_cell.extend(cells.of(h as usize).iter().map(|&c| (c, pattern as u32)));
        }
        by_cell.sort_unstable();
        by_cell.iter().for_each(|&(c, _)| out.pattern_starts[c as usize + 1] += 1);
        (0..cells.cells.len()).for_each(|c| out.pattern_starts[c + 1] += out.pattern_starts[c]);
        out.patterns = by_cell.into_iter().map(|(_, pattern)| pattern).collect();
        out
    }

    /// The cells of a history in which something happened.
    pub(crate) fn events_of(&self, h: usize) -> &[u32] {
        &self.events[self.event_starts[h]..self.event_starts[h + 1]]
    }

    fn patterns_of(&self, c: usize) -> &[u32] {
        &self.patterns[self.pattern_starts[c]..self.pattern_starts[c + 1]]
    }
}

/// What of `T` hangs on the expected total.
#[derive(Debug, Clone, Copy)]
struct Expected {
    /// `M`.
    mean: f64,
    /// `ln(1 + alpha M)`.
    log: f64,
    /// `ln(1 + alpha M) / alpha`.
    log_over: f64,
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
        Expected { mean, log, log_over: log / alpha, s, v, bend: bend / alpha }
    }
}

/// What a history adds in one group beside its cells, with what its derivatives need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    /// Expected factor given the history.
    pub(crate) factor: f64,
    /// Derivative in `ln alpha`, and minus the second.
    pub(crate) alpha: f64,
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
    /// Row after row, group after group, a unit of time at risk.
    rates: Vec<f64>,
    /// Pattern after pattern, group after group.
    expected: Vec<Expected>,
    /// Distinct total after distinct total, group after group.
    rising: Vec<[f64; 3]>,
}

impl Factors<'_> {
    /// None when the outcome has no factor.
    pub(crate) fn new<'a>(
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
        let expected = pieces(totals.example.len())
            .map_in_parallel(|range| totals.example[range].iter().flat_map(of_pattern).collect::<Vec<_>>())
            .into_iter()
            .flatten()
            .collect();
        let rising = totals.values.iter().flat_map(|&y| ln_alpha.iter().map(move |&a| rising(y, a))).collect();
        Some(Factors { totals, groups, alpha, rates, expected, rising })
    }

    /// `T` of history `h` in group `m`.
    #[inline]
    pub(crate) fn value(&self, h: usize, m: usize) -> f64 {
        let e = &self.expected[self.totals.pattern[h] as usize * self.groups + m];
        let total = self.totals.value_of[h] as usize;
        self.rising[total * self.groups + m][0] - e.log_over - self.totals.values[total] * e.log
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

/// Sums over the histories that were observed alike, in one group.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    factor: f64,
    pull: f64,
    drift: f64,
    alpha: f64,
    bend: f64,
    outer: f64,
}

impl Sums {
    fn add(&mut self, w: f64, term: &Term) {
        self.factor += w * term.factor;
        self.pull += w * term.pull;
        self.drift += w * term.drift;
        self.alpha += w * term.alpha;
        self.bend += w * term.bend;
        self.outer += w * term.alpha * term.alpha;
    }

    fn join(&mut self, other: &Sums) {
        self.factor += other.factor;
        self.pull += other.pull;
        self.drift += other.drift;
        self.alpha += other.alpha;
        self.bend += other.bend;
        self.outer += other.outer;
    }
}

impl Factors<'_> {
    /// Sums by pattern and group at the posteriors of a pass.
    pub(crate) fn sums(&self, engine: &Engine<'_>, o: usize, pass: &Pass) -> Vec<Sums> {
        let (block, classes) = (&engine.layout.blocks[o], engine.layout.classes);
        let (order, pattern) = (&self.totals.order, &self.totals.pattern);
        let parts: Vec<Vec<(usize, Sums)>> = pieces(order.len()).map_in_parallel(|range| {
            let mut part: Vec<(usize, Sums)> = Vec::new();
            let mut mine = vec![0.0; self.groups];
            for &h in &order[range] {
                let (h, at) = (h as usize, pattern[h as usize] as usize * self.groups);
                if part.len() < self.groups || part[part.len() - self.groups].0 != at {
                    part.extend((at..at + self.groups).map(|at| (at, Sums::default())));
                }
                mine.fill(0.0);
                let p = &pass.posterior[h * classes..(h + 1) * classes];
                p.iter().zip(&block.of_class).for_each(|(p, &m)| mine[m] += p);
                let last = part.len() - self.groups;
                for (m, (_, sums)) in part[last..].iter_mut().enumerate() {
                    sums.add(engine.cells.weight[h] * mine[m], &self.term(h, m));
                }
            }
            part
        });
        let mut all = vec![Sums::default(); self.totals.example.len() * self.groups];
        parts.iter().flatten().for_each(|(at, sums)| all[*at].join(sums));
        all
    }

    /// Posterior weight times expected factor in each group of everybody observed as the example with cell `c` was.
    pub(crate) fn mean_weight(&self, sums: &[Sums], c: usize, m: usize) -> f64 {
        self.totals.patterns_of(c).iter().map(|&p| sums[p as usize * self.groups + m].factor).sum()
    }

    /// Slopes of the expected total in the curve's coefficients, history `h` being observed so.
    pub(crate) fn slopes(&self, cells: &OutcomeCells, block: &Block, h: usize, m: usize, to: &mut [f64]) {
        to.fill(0.0);
        let curve = &block.components[m][0];
        for &c in cells.of(h) {
            let row = cells.row_of[c as usize] as usize;
            let (mean, design) = (cells.cells[c as usize].exposure * self.rates[row * self.groups + m], cells.row(row));
            to.iter_mut().zip(&curve.columns).for_each(|(s, &column)| *s += mean * design[column]);
        }
    }

    /// What the factors of outcome `o` add to the complete-data quadratic beside the means of cells.
    pub(crate) fn add_to(&self, engine: &Engine<'_>, o: usize, sums: &[Sums], q: &mut Quadratic) {
        let (cells, block) = (&engine.cells.outcomes[o], &engine.layout.blocks[o]);
        let parts: Vec<Quadratic> = pieces(self.totals.example.len()).map_in_parallel(|range| {
            let mut part = Quadratic::zeros(engine.layout.len());
            let mut slopes = Vec::new();
            for pattern in range {
                for m in 0..self.groups {
                    let sums = &sums[pattern * self.groups + m];
                    let curve = &block.components[m][0];
                    slopes.resize(curve.columns.len(), 0.0);
                    self.slopes(cells, block, self.totals.example[pattern] as usize, m, &mut slopes);
                    let at = block.variance_of(m);
                    part.gradient[at] += sums.alpha;
                    part.observed.add(at, at, sums.bend);
                    part.outer.add(at, at, sums.outer);
                    for (&i, x) in curve.parameters.iter().zip(&slopes) {
                        part.observed.add(i.max(at), i.min(at), sums.drift * x);
                        for (&j, y) in curve.parameters.iter().zip(&slopes).filter(|(j, _)| **j <= i) {
                            part.observed.add(i, j, sums.pull * x * y);
                        }
                    }
                }
            }
            part
        });
        for part in parts {
            q.gradient.iter_mut().zip(&part.gradient).for_each(|(to, from)| *to += from);
            q.observed.add_all(&part.observed);
            q.outer.add_all(&part.outer);
        }
    }

    /// Slopes of the expected total by pattern and group, when so many share one that a table pays.
    pub(crate) fn table(&self, cells: &OutcomeCells, block: &Block) -> Option<Table> {
        let terms = block.components.iter().map(|c| c[0].columns.len()).max().unwrap_or(0);
        if 4 * self.totals.example.len() > self.totals.pattern.len() {
            return None;
        }
        let mut values = vec![0.0; self.totals.example.len() * self.groups * terms];
        for (at, to) in values.chunks_exact_mut(terms).enumerate() {
            let (pattern, m) = (at / self.groups, at % self.groups);
            let n = block.components[m][0].columns.len();
            self.slopes(cells, block, self.totals.example[pattern] as usize, m, &mut to[..n]);
        }
        Some(Table { terms, values })
    }

    /// Adds the score of history `h` in group `m` to `score`, by parameter.
    pub(crate) fn score(
        &self,
        cells: &OutcomeCells,
        block: &Block,
        table: Option<&Table>,
        (h, m): (usize, usize),
        score: &mut [f64],
    ) {
        let (curve, term) = (&block.components[m][0], self.term(h, m));
        score[block.variance_of(m)] += term.alpha;
        for &c in self.totals.events_of(h) {
            let (y, design) = (cells.cells[c as usize].y, cells.row(cells.row_of[c as usize] as usize));
            curve.columns.iter().zip(&curve.parameters).for_each(|(&column, &i)| score[i] += y * design[column]);
        }
        let n = curve.columns.len();
        let mut own = Vec::new();
        let slopes = match table {
            Some(table) => {
                let at = (self.totals.pattern[h] as usize * self.groups + m) * table.terms;
                &table.values[at..at + n]
            }
            None => {
                own.resize(n, 0.0);
                self.slopes(cells, block, h, m, &mut own);
                &own[..]
            }
        };
        curve.parameters.iter().zip(slopes).for_each(|(&i, slope)| score[i] -= term.factor * slope);
    }
}

/// Slopes of expected totals: pattern after pattern, group after group.
pub(crate) struct Table {
    terms: usize,
    values: Vec<f64>,
}

fn pieces(n: usize) -> Vec<Range<usize>> {
    (0..n).step_by(PIECE).map(|from| from..(from + PIECE).min(n)).collect()
}
