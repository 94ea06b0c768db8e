//! Starting points: k-means partitions, random persons as centres, and random curves with anything from
//! mild to extreme zero parts. Optima of zero-inflated models are missed when all starts are mild: on the
//! Toronto data the best ZIP solutions are reached from zero parts near 0 or 1 (reference/trajectory).

use crate::cohort::history::Histories;
use crate::trajectory::family::Family;
use crate::trajectory::fit::record::StartKind;
use crate::trajectory::tables::mstep;
use crate::trajectory::tables::pass::Evaluator;
use crate::trajectory::tables::shape::{Params, Shape};
use crate::trajectory::tables::sums::AgeSums;
use linfa::prelude::*;
use linfa_clustering::KMeans;
use ndarray::Array2;
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// k-means sees at most this many histories: it has no weights and takes a second at 100,000.
const K_MEANS_HISTORIES: usize = 1_000;

pub(crate) fn kind_of(start: usize) -> StartKind {
    match start % 8 {
        0 => StartKind::KMeans,
        2 | 4 => StartKind::Persons,
        1 | 5 => StartKind::Curves,
        _ => StartKind::ExtremeCurves,
    }
}

/// The starting point of one kind; deterministic given the generator.
pub(crate) fn start(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    pooled: &Pooled,
    kind: StartKind,
    rng: &mut ChaCha8Rng,
) -> Params {
    if shape.dispersed() {
        return with_dispersion(evaluator, shape, pooled, kind, rng);
    }
    let histories = evaluator.histories;
    let groups = shape.groups();
    if histories.len() == 0 {
        return random_curves(shape, pooled, 2.0, rng);
    }
    match kind {
        StartKind::KMeans if groups > 1 && histories.len() > groups => {
            let assignment = k_means(histories, groups, rng);
            from_assignment(evaluator, shape, pooled, &assignment, rng)
        }
        StartKind::Persons if groups > 1 && histories.len() > groups => {
            let assignment = nearest_persons(histories, groups, rng);
            from_assignment(evaluator, shape, pooled, &assignment, rng)
        }
        StartKind::ExtremeCurves => {
            let reach = *[6.0, 14.0].choose(rng).unwrap_or(&6.0);
            random_curves(shape, pooled, reach, rng)
        }
        _ => random_curves(shape, pooled, 2.0, rng),
    }
}

/// Dispersions that starts begin at: little, as much as the mean at one event, more.
const DISPERSIONS: [f64; 3] = [0.1, 0.5, 1.5];

/// The start of a model without dispersion, and a dispersion: the same in all groups, whose first steps part them.
fn with_dispersion(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    pooled: &Pooled,
    kind: StartKind,
    rng: &mut ChaCha8Rng,
) -> Params {
    let mut params = start(evaluator, &shape.without_dispersion(), pooled, kind, rng);
    let dispersion = f64::ln(*DISPERSIONS.choose(rng).unwrap_or(&0.5));
    params.blocks.iter_mut().for_each(|block| block.push(dispersion));
    params
}

/// Rate of the whole cohort by age, on the log scale, kept within reason where nobody offended.
#[derive(Debug, Clone)]
pub(crate) struct Pooled {
    log_rate: Vec<f64>,
}

impl Pooled {
    pub(crate) fn new(evaluator: &Evaluator<'_>, shape: &Shape) -> Pooled {
        let sums = assigned_sums(evaluator, shape, 1, |_| 0);
        let (time, events) = sums.iter().fold((0.0, 0.0), |(a, b), s| {
            let (time, events) = s.time_and_events();
            (a + time, b + events)
        });
        let mean = if time > 0.0 { events / time } else { 0.0 };
        let log_rate = sums
            .iter()
            .map(|s| {
                let (time, events) = s.time_and_events();
                // half an event and its expected time keep an empty age finite
                let rate = (events + 0.5 * mean.max(1e-6)) / (time + 0.5).max(1e-9);
                rate.clamp(1e-6, 1e6).ln() - shape.log_width
            })
            .collect();
        Pooled { log_rate }
    }
}

fn random_curves(shape: &Shape, pooled: &Pooled, reach: f64, rng: &mut ChaCha8Rng) -> Params {
    let groups = shape.groups();
    let mut params = Params { log_share: vec![-(groups as f64).ln(); groups], blocks: Vec::with_capacity(groups) };
    for k in 0..groups {
        params.blocks.push(random_block(shape, pooled, k, reach, rng));
    }
    params
}

/// Random rate and zero curves of group `k`, drawn at as many ages as the polynomial has terms.
pub(crate) fn random_block(shape: &Shape, pooled: &Pooled, k: usize, reach: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let level = rng.gen_range(-2.5..2.0);
    let mut block = through_nodes(shape.rate_terms[k], |u| {
        let t = ((u + 1.0) / 2.0 * (shape.intervals - 1) as f64).round() as usize;
        (pooled.log_rate[t] + level + rng.gen_range(-1.5..1.5)).clamp(-9.0, 9.0)
    });
    block.extend(random_zero(shape, k, reach, rng));
    block
}

fn random_zero(shape: &Shape, k: usize, reach: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    match shape.family {
        Family::Zip | Family::Zinb => through_nodes(shape.zero_terms[k], |_| rng.gen_range(-reach..reach)),
        Family::ZipTau => vec![rng.gen_range(-3.0..1.0)],
        _ => Vec::new(),
    }
}

/// Coefficients of the polynomial of `terms` terms that takes the given values at equally spaced nodes
/// on [-1, 1].
pub(crate) fn through_nodes(terms: usize, mut value: impl FnMut(f64) -> f64) -> Vec<f64> {
    let node = |i: usize| if terms == 1 { 0.0 } else { 2.0 * i as f64 / (terms - 1) as f64 - 1.0 };
    let nodes: Vec<(f64, f64)> = (0..terms).map(|i| (node(i), value(node(i)))).collect();
    interpolation(&nodes, terms)
}

/// The polynomial of `terms` coefficients through given points, at most as many (Lagrange).
pub(crate) fn interpolation(nodes: &[(f64, f64)], terms: usize) -> Vec<f64> {
    let mut total = vec![0.0; terms];
    for (i, &(x, y)) in nodes.iter().enumerate() {
        let mut scale = y;
        let mut poly = vec![1.0];
        for (_, &(other, _)) in nodes.iter().enumerate().filter(|(j, _)| *j != i) {
            let mut next = vec![0.0; poly.len() + 1];
            for (d, c) in poly.iter().enumerate() {
                next[d + 1] += c;
                next[d] -= other * c;
            }
            scale /= x - other;
            poly = next;
        }
        total.iter_mut().zip(&poly).for_each(|(t, p)| *t += scale * p);
    }
    total
}

/// Sums over ages when every history belongs to one group; group after group.
pub(crate) fn assigned_sums(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    groups: usize,
    group_of: impl Fn(usize) -> usize,
) -> Vec<AgeSums> {
    let histories = evaluator.histories;
    let intervals = shape.intervals;
    let mut cells = vec![[0.0_f64; 4]; groups * intervals]; // observed, positive, events, time
    for h in 0..histories.len() {
        let (k, w) = (group_of(h), histories.weight[h]);
        let seen = histories.observed_in(histories.pattern[h] as usize);
        let exposure = histories.exposure_of(h);
        for t in (0..intervals).filter(|&t| seen[t]) {
            let cell = &mut cells[k * intervals + t];
            cell[0] += w;
            cell[3] += w * exposure.map_or(1.0, |e| e[t]);
        }
        for &code in histories.cells_of(h) {
            let code = histories.codes[code as usize];
            let cell = &mut cells[k * intervals + code.interval as usize];
            cell[1] += w;
            cell[2] += w * f64::from(code.count);
        }
    }
    let direct = histories.exposure.is_some();
    let inflated = !matches!(shape.family, Family::Poisson | Family::NegBin);
    cells
        .iter()
        .map(|&[seen, positive, events, time]| {
            let zero = (seen - positive).max(0.0);
            if direct {
                // nothing is known of structural zeros yet: take half of the zeros
                let structural = if inflated { 0.5 * zero } else { 0.0 };
                let exposure = if seen > 0.0 { time * (1.0 - structural / seen) } else { 0.0 };
                AgeSums::AtRisk { cells: seen, positive, structural, exposure, events }
            } else {
                AgeSums::Whole { zero, positive, events }
            }
        })
        .collect()
}

fn from_assignment(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    pooled: &Pooled,
    assignment: &[usize],
    rng: &mut ChaCha8Rng,
) -> Params {
    let groups = shape.groups();
    let sums = assigned_sums(evaluator, shape, groups, |h| assignment[h]);
    let mut mass = vec![0.0; groups];
    assignment.iter().enumerate().for_each(|(h, &k)| mass[k] += evaluator.histories.weight[h]);
    let floor = 0.01 * evaluator.total_weight / groups as f64;
    let mut params = Params { log_share: vec![0.0; groups], blocks: Vec::with_capacity(groups) };
    params.set_shares(&mass.iter().map(|m| m.max(floor)).collect::<Vec<_>>());
    for k in 0..groups {
        let mut block = random_block(shape, pooled, k, 2.0, rng);
        let own = &sums[k * shape.intervals..(k + 1) * shape.intervals];
        mstep::climb(shape, k, own, &mut block, 10);
        params.blocks.push(block);
    }
    params
}

/// `ln(1 + y / e)` by age; the history's own mean where nothing was observed.
fn features(histories: &Histories, h: usize) -> Vec<f64> {
    let seen = histories.observed_in(histories.pattern[h] as usize);
    let mut x = vec![0.0; histories.intervals];
    for &code in histories.cells_of(h) {
        let cell = histories.codes[code as usize];
        let t = cell.interval as usize;
        // a tenth of a year at least: a tiny exposure would make an outlier of anyone
        let e = histories.exposure_of(h).map_or(1.0, |e| e[t].max(0.1));
        x[t] = (f64::from(cell.count) / e).ln_1p();
    }
    let observed = seen.iter().filter(|&&s| s).count().max(1) as f64;
    let mean = x.iter().sum::<f64>() / observed;
    x.iter_mut().zip(seen).filter(|(_, seen)| !**seen).for_each(|(x, _)| *x = mean);
    // smoothed over neighbouring ages: what matters is when, not the exact birthday
    (0..x.len())
        .map(|t| {
            let window = &x[t.saturating_sub(2)..(t + 3).min(x.len())];
            window.iter().sum::<f64>() / window.len() as f64
        })
        .collect()
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn nearest(centres: &[Vec<f64>], x: &[f64]) -> usize {
    let mut best = (f64::INFINITY, 0);
    for (k, centre) in centres.iter().enumerate() {
        let d = squared_distance(centre, x);
        if d < best.0 {
            best = (d, k);
        }
    }
    best.1
}

fn k_means(histories: &Histories, groups: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let n = histories.len();
    let mut sample: Vec<usize> = (0..n).collect();
    if n > K_MEANS_HISTORIES {
        sample = rand::seq::index::sample(rng, n, K_MEANS_HISTORIES).into_vec();
        sample.sort_unstable();
    }
    let mut data = Array2::zeros((sample.len(), histories.intervals));
    for (row, &h) in sample.iter().enumerate() {
        data.row_mut(row).iter_mut().zip(features(histories, h)).for_each(|(to, from)| *to = from);
    }
    let model = KMeans::params_with_rng(groups, rng.clone())
        .n_runs(1)
        .max_n_iterations(30)
        .tolerance(1e-3)
        .fit(&DatasetBase::from(data));
    rng.gen_range(0.0..1.0); // move on: the clone above did not advance this generator
    match model {
        Ok(model) => {
            let centres: Vec<Vec<f64>> = model.centroids().rows().into_iter().map(|r| r.to_vec()).collect();
            (0..n).map(|h| nearest(&centres, &features(histories, h))).collect()
        }
        // k-means can fail on duplicates; any partition will do for a start
        Err(_) => nearest_persons(histories, groups, rng),
    }
}

/// Random persons as centres, later ones drawn by squared distance to the earlier (k-means++).
fn nearest_persons(histories: &Histories, groups: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let n = histories.len();
    let all: Vec<Vec<f64>> = (0..n).map(|h| features(histories, h)).collect();
    let mut centres = vec![all[rng.gen_range(0..n)].clone()];
    let mut distance: Vec<f64> = all.iter().map(|x| squared_distance(x, &centres[0])).collect();
    while centres.len() < groups {
        let total: f64 = distance.iter().sum();
        let mut left = rng.gen_range(0.0..1.0) * total;
        let next = distance.iter().position(|d| {
            left -= d;
            left < 0.0
        });
        let centre = all[next.unwrap_or_else(|| rng.gen_range(0..n))].clone();
        for (d, x) in distance.iter_mut().zip(&all) {
            *d = d.min(squared_distance(x, &centre));
        }
        centres.push(centre);
    }
    all.iter().map(|x| nearest(&centres, x)).collect()
}
