//! Starting points of general models: a pooled one-group fit, then people parted by how alike they are to
//! random persons, by their level, or at random.
//!
//! Works on values, not on likelihoods, so that it serves every family.

use crate::numeric::linalg::Square;
use crate::numeric::logspace::softplus;
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::family::kernel::Kernel;
use crate::trajectory::fit::record::StartKind;
use crate::trajectory::search::by_cells::climb::{self, Point};
use crate::trajectory::spec::layout::{Layout, Part};
use crate::trajectory::spec::outcome::OutcomeSpec;
use crate::trajectory::spec::{Grouping, Spec};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// One group's parameters from everyone: the common origin of all starts.
pub(crate) struct Pooled {
    /// For each outcome, for each predictor of a kernel, coefficients by part and index.
    values: Vec<Vec<(Part, usize, f64)>>,
    /// Values of each history, standardised by outcome and age; NaN where not observed.
    features: Vec<Vec<f64>>,
    intervals: usize,
}

impl Pooled {
    pub(crate) fn new(cells: &Cells, layout: &Layout, spec: &Spec, intervals: usize) -> Pooled {
        let single = Spec { grouping: Grouping::Single(1), membership: Vec::new(), ..spec.clone() };
        // the group-by-group bases of a model with several become the first group's
        let single = Spec { outcomes: single.outcomes.into_iter().map(OutcomeSpec::first_group).collect(), ..single };
        let one = Layout::new(&single);
        let all = Cells { x: vec![1.0], terms: 1, x_of: vec![0; cells.len()], ..cells.clone() };
        let _ = layout;
        let values = match same_columns(layout, &one) {
            true => pooled_values(&all, &one),
            // the design of a model with a basis for each group is wider than that of one group
            false => flat_values(cells, layout),
        };
        let features = (0..cells.outcomes.len()).map(|o| features(cells, layout, o, intervals)).collect();
        Pooled { values, features, intervals }
    }

    /// The pooled parameters laid out for `layout`, every group the same.
    pub(crate) fn theta(&self, layout: &Layout) -> Vec<f64> {
        let value = |o: usize, part: Part, index: usize| {
            self.values[o].iter().find(|(p, i, _)| *p == part && *i == index).map_or(0.0, |v| v.2)
        };
        layout.parameters.iter().map(|p| p.outcome.map_or(0.0, |o| value(o, p.part, p.index))).collect()
    }
}

fn same_columns(a: &Layout, b: &Layout) -> bool {
    a.blocks.iter().zip(&b.blocks).all(|(a, b)| a.bases == b.bases && a.columns == b.columns)
}

fn pooled_values(cells: &Cells, one: &Layout) -> Vec<Vec<(Part, usize, f64)>> {
    let engine = Engine { cells, layout: one };
    let flat = flat_values(cells, one);
    let theta: Vec<f64> = one
        .parameters
        .iter()
        .map(|p| {
            p.outcome.map_or(0.0, |o| flat[o].iter().find(|v| (v.0, v.1) == (p.part, p.index)).map_or(0.0, |v| v.2))
        })
        .collect();
    let point = climb::em(&engine, Point::at(&engine, theta), 25, 1e-3);
    (0..one.blocks.len())
        .map(|o| {
            let of = one.parameters.iter().zip(&point.theta).filter(|(p, _)| p.outcome == Some(o));
            of.map(|(p, &v)| (p.part, p.index, v)).collect()
        })
        .collect()
}

/// Constant predictors that fit the overall level and spread.
fn flat_values(cells: &Cells, layout: &Layout) -> Vec<Vec<(Part, usize, f64)>> {
    layout
        .blocks
        .iter()
        .enumerate()
        .map(|(o, block)| {
            let data = &cells.outcomes[o];
            let (mut n, mut time, mut sum, mut squares) = (0.0, 0.0, 0.0, 0.0);
            for h in 0..cells.len() {
                for &c in data.of(h) {
                    let cell = &data.cells[c as usize];
                    let w = cells.weight[h];
                    n += w;
                    time += w * cell.exposure;
                    sum += w * cell.y;
                    squares += w * cell.y * cell.y;
                }
            }
            let mean = sum / f64::max(n, 1e-300);
            let variance = (squares / f64::max(n, 1e-300) - mean * mean).max(1e-6);
            let bounded = mean.clamp(1e-3, 1.0 - 1e-3);
            let rate = (sum / f64::max(time, 1e-300)).max(1e-4).ln();
            let (level, rest): (f64, Vec<(Part, f64)>) = match block.marginal() {
                Kernel::Poisson => (rate, vec![]),
                Kernel::Zip => (rate + softplus(-0.5), vec![(Part::Zero, -0.5)]),
                Kernel::ZipTau => (rate, vec![(Part::LogTau, -1.0)]),
                Kernel::NegBin => (rate, vec![(Part::LogDispersion, 0.0)]),
                Kernel::Zinb => (rate + softplus(-1.5), vec![(Part::Zero, -1.5), (Part::LogDispersion, -0.5)]),
                Kernel::Bernoulli => ((bounded / (1.0 - bounded)).ln(), vec![]),
                Kernel::CensoredNormal { .. } => (mean, vec![(Part::LogSigma, 0.5 * variance.ln())]),
                Kernel::Beta => {
                    let precision = (bounded * (1.0 - bounded) / variance - 1.0).clamp(0.5, 1e4);
                    ((bounded / (1.0 - bounded)).ln(), vec![(Part::LogPrecision, precision.ln())])
                }
            };
            let mut out = Vec::new();
            for p in layout.parameters.iter().filter(|p| p.outcome == Some(o)) {
                let constant = match p.part {
                    Part::Curve => level,
                    part => rest.iter().find(|r| r.0 == part).map_or(0.0, |r| r.1),
                };
                let coefficient = match p.part {
                    Part::Curve | Part::Zero => constant * constant_coefficient(layout, o, p.part, p.group, p.index),
                    _ => constant,
                };
                if !out.iter().any(|&(part, index, _)| (part, index) == (p.part, p.index)) {
                    out.push((p.part, p.index, coefficient));
                }
            }
            out
        })
        .collect()
}

/// Coefficient `index` of the function that is 1 everywhere, in the basis of a group's curve.
fn constant_coefficient(layout: &Layout, o: usize, part: Part, group: Option<GroupNumber>, index: usize) -> f64 {
    let block = &layout.blocks[o];
    let m = group.map_or(0, GroupNumber::index);
    let which = usize::from(part == Part::Zero);
    let columns = &block.components[m][which].columns;
    let Some((basis, _)) = block.bases.iter().find(|(b, at)| columns.first() == Some(at) && b.terms() <= columns.len())
    else {
        return 0.0;
    };
    let n = basis.terms();
    if index >= n {
        return 0.0;
    }
    let (mut gram, mut right) = (Square::zeros(n), vec![0.0; n]);
    for step in 0..=50 {
        let row = basis.row(-1.0 + 0.04 * f64::from(step));
        for i in 0..n {
            right[i] += row[i];
            (0..n).for_each(|j| gram.add(i, j, row[i] * row[j]));
        }
    }
    gram.cholesky().map_or(0.0, |f| f.solve(&right)[index])
}

/// Values by history and age, counts and fractions brought to a scale where differences mean alike.
fn features(cells: &Cells, layout: &Layout, o: usize, intervals: usize) -> Vec<f64> {
    let (data, kernel) = (&cells.outcomes[o], layout.blocks[o].kernel);
    let mut out = vec![f64::NAN; cells.len() * intervals];
    for h in 0..cells.len() {
        for &c in data.of(h) {
            let cell = &data.cells[c as usize];
            let value = match kernel {
                Kernel::CensoredNormal { .. } => cell.y / data.scale,
                Kernel::Bernoulli | Kernel::Beta => cell.y,
                _ => (cell.y / cell.exposure.max(0.05)).ln_1p(),
            };
            out[h * intervals + data.interval[data.row_of[c as usize] as usize] as usize] = value;
        }
    }
    out
}

/// The kind of start number `start`.
pub(crate) fn kind_of(start: usize) -> StartKind {
    match start % 4 {
        0 => StartKind::KMeans,
        1 | 2 => StartKind::Persons,
        _ => StartKind::Levels,
    }
}

/// A starting point: people parted, then the parameters that fit the parts.
pub(crate) fn start(engine: &Engine<'_>, spec: &Spec, pooled: &Pooled, kind: StartKind, rng: &mut ChaCha8Rng) -> Point {
    let (n, classes) = (engine.cells.len(), engine.layout.classes);
    let mut posterior = vec![1.0; n * classes];
    let groupings: Vec<Vec<usize>> = match spec.grouping {
        Grouping::Single(k) => vec![parted(pooled, &(0..pooled.features.len()).collect::<Vec<_>>(), k, kind, rng)],
        Grouping::Dual(a, b) => vec![parted(pooled, &[0], a, kind, rng), parted(pooled, &[1], b, kind, rng)],
    };
    let sure = 0.9;
    for (which, assigned) in groupings.iter().enumerate() {
        let groups = spec.components(which);
        for h in 0..n {
            for c in 0..classes {
                let own = spec.component_of(which, c) == assigned[h];
                let p = if own { sure } else { (1.0 - sure) / (groups.max(2) - 1) as f64 };
                posterior[h * classes + c] *= if groups == 1 { 1.0 } else { p };
            }
        }
    }
    let mut theta = pooled.theta(engine.layout);
    // zero parts have tops far apart, even with one group; half of the starts begin somewhere else
    let inflated = engine.layout.parameters.iter().any(|p| p.part == Part::Zero);
    if inflated && kind != StartKind::KMeans && rng.gen_bool(0.5) {
        for (value, _) in theta.iter_mut().zip(&engine.layout.parameters).filter(|(_, p)| p.part == Part::Zero) {
            *value += ZERO_PART_SPREAD * rng.sample::<f64, _>(StandardNormal);
        }
    }
    from_posterior(engine, theta, posterior)
}

/// Standard deviation of the zero parts that starts are spread over, on the logit scale: from 2 % to 98 %.
const ZERO_PART_SPREAD: f64 = 2.0;

/// Parameters that fit given posteriors, starting from `theta`; then the pass at them.
pub(crate) fn from_posterior(engine: &Engine<'_>, mut theta: Vec<f64>, posterior: Vec<f64>) -> Point {
    let mass = engine.mass(&posterior);
    for c in 1..engine.layout.classes {
        theta[(c - 1) * engine.layout.terms] = (mass[c].max(1e-3) / mass[0].max(1e-3)).ln();
    }
    let weight = engine.cell_weights(&posterior);
    let mut fixed =
        crate::trajectory::cells::pass::Pass { log_likelihood: 0.0, by_history: Vec::new(), posterior, weight };
    for _ in 0..4 {
        let mut q = engine.quadratic(&theta, &fixed);
        // the shares stand already
        q.gradient[..engine.layout.membership()].fill(0.0);
        let delta = climb::ascent(&q.observed, &q.outer, &q.gradient);
        let factor = climb::limit(engine, &delta);
        theta.iter_mut().zip(&delta).for_each(|(t, d)| *t += factor * d);
    }
    fixed.by_history.clear();
    Point::at(engine, theta)
}

/// Parts histories into `groups` by the outcomes in `which`.
fn parted(pooled: &Pooled, which: &[usize], groups: usize, kind: StartKind, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let n = pooled.features[which[0]].len() / pooled.intervals;
    if groups == 1 || n == 0 {
        return vec![0; n];
    }
    let row = |o: usize, h: usize| &pooled.features[o][h * pooled.intervals..(h + 1) * pooled.intervals];
    if kind == StartKind::Levels {
        let level: Vec<f64> = (0..n)
            .map(|h| {
                let seen: Vec<f64> =
                    which.iter().flat_map(|&o| row(o, h).iter().copied().filter(|v| !v.is_nan())).collect();
                let mean = seen.iter().sum::<f64>() / seen.len().max(1) as f64;
                mean + 0.2 * rng.r#gen::<f64>()
            })
            .collect();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| level[a].total_cmp(&level[b]));
        // random cuts: equal parts are seldom where groups part
        let mut cuts: Vec<usize> = (1..groups).map(|_| rng.gen_range(0..n)).collect();
        cuts.sort_unstable();
        let mut assigned = vec![0; n];
        for (rank, &h) in order.iter().enumerate() {
            assigned[h] = cuts.iter().filter(|&&cut| rank >= cut).count();
        }
        return assigned;
    }
    let mut persons: Vec<usize> = (0..n).collect();
    persons.shuffle(rng);
    let mut centres: Vec<Vec<f64>> =
        (0..groups).map(|g| which.iter().flat_map(|&o| row(o, persons[g % n]).iter().copied()).collect()).collect();
    let rounds = if kind == StartKind::KMeans { 6 } else { 1 };
    let mut assigned = vec![0; n];
    for round in 0..rounds {
        for (h, assigned) in assigned.iter_mut().enumerate() {
            let values: Vec<f64> = which.iter().flat_map(|&o| row(o, h).iter().copied()).collect();
            *assigned = nearest(&values, &centres);
        }
        if round + 1 < rounds {
            for (g, centre) in centres.iter_mut().enumerate() {
                let mut sums = vec![(0.0, 0.0); centre.len()];
                for h in (0..n).filter(|&h| assigned[h] == g) {
                    let values = which.iter().flat_map(|&o| row(o, h).iter().copied());
                    for (s, v) in sums.iter_mut().zip(values).filter(|(_, v)| !v.is_nan()) {
                        *s = (s.0 + v, s.1 + 1.0);
                    }
                }
                for (c, (sum, count)) in centre.iter_mut().zip(sums).filter(|(_, s)| s.1 > 0.0) {
                    *c = sum / count;
                }
            }
        }
    }
    assigned
}

/// The centre at the smallest mean squared distance over what both have observed.
fn nearest(values: &[f64], centres: &[Vec<f64>]) -> usize {
    let mut best = (f64::INFINITY, 0);
    for (g, centre) in centres.iter().enumerate() {
        let (mut sum, mut count) = (0.0, 0.0);
        for (v, c) in values.iter().zip(centre).filter(|(v, c)| !v.is_nan() && !c.is_nan()) {
            sum += (v - c) * (v - c);
            count += 1.0;
        }
        let distance = if count > 0.0 { sum / count } else { f64::MAX };
        if distance < best.0 {
            best = (distance, g);
        }
    }
    best.1
}
