//! Zero parts that have run off: next to certain at some ages, next to nothing at the others. What is left of such a zero
//! part is the choice of those ages, from which no climb leads to another choice. So other choices are tried: the ages
//! begin or end one age earlier or later, or lie at one age somewhere else.
//!
//! A choice of one group is often better only with another choice of a second group. So the best few optima are looked
//! around, and those that are found among them, until there are no new ones (a table with gaps: all of 28 seeds end at one
//! optimum, to which a group leads whose other choice costs 0.4 at first).

use crate::numeric::parallel::Parallel;
use crate::trajectory::fit::record::{SAME, StartRecord};
use crate::trajectory::search::by_tables::limit::{FAR, ON_ITS_WAY};
use crate::trajectory::search::by_tables::neighbour::{Around, HIGH, ROOTS};
use crate::trajectory::search::by_tables::newton::{Climb, Point};
use crate::trajectory::search::by_tables::start::interpolation;
use crate::trajectory::tables::shape::{Params, Shape};

/// Rounds of looking around.
const ROUNDS: usize = 6;
/// Of each group so many zero parts at one age are followed.
const WINDOWS: usize = 4;

/// Improves the list of optima by other ages for zero parts that have run off.
pub(super) fn improve(around: &Around<'_>, best: &mut Vec<Climb>, records: &mut Vec<StartRecord>) {
    // counts with a dispersion are looked around by fewer trials, each of which costs several times as much
    if around.shape.dispersed() {
        return;
    }
    let (mut shifted, mut moved) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let is_new = |of: &[f64], c: &Climb| !of.iter().any(|l| (l - c.pass.log_likelihood).abs() < SAME);
        let Some(top) = best.first().cloned() else { break };
        let mut trials: Vec<Params> = Vec::new();
        for root in best.iter().take(ROOTS).filter(|c| is_new(&shifted, c)) {
            (0..around.shape.groups()).for_each(|k| trials.extend(shifts(around.shape, root, k)));
        }
        shifted.extend(best.iter().take(ROOTS).map(|c| c.pass.log_likelihood));
        if is_new(&moved, &top) {
            (0..around.shape.groups()).for_each(|k| trials.extend(elsewhere(around, &top, k)));
            moved.push(top.pass.log_likelihood);
        }
        if trials.is_empty() {
            break;
        }
        let points = around.begun(trials);
        around.climb(points, top.pass.log_likelihood, best, records);
    }
}

/// Whether group `k` of an optimum has a zero part that has run off at all ages but fewer than it has terms.
fn has_run_off(shape: &Shape, root: &Climb, k: usize) -> bool {
    root.curves[k].zeta.iter().filter(|z| z.abs() < ON_ITS_WAY).count() < shape.zero_terms[k]
}

/// Scaled age of interval `t`.
fn age(shape: &Shape, t: usize) -> f64 {
    shape.powers[t].get(1).copied().unwrap_or(0.0)
}

fn with_zero_part(shape: &Shape, root: &Climb, k: usize, zero: &[f64]) -> Params {
    let mut params = root.params.clone();
    let from = shape.rate_terms[k];
    params.blocks[k][from..from + zero.len()].copy_from_slice(zero);
    params
}

/// The zero part of group `k` with the same ages, no further out than a climb can take it from there; and with ages that
/// begin or end one earlier or later.
fn shifts(shape: &Shape, root: &Climb, k: usize) -> Vec<Params> {
    let (zeta, nb, nz) = (&root.curves[k].zeta, shape.rate_terms[k], shape.zero_terms[k]);
    if !has_run_off(shape, root, k) || shape.intervals < 2 {
        return Vec::new();
    }
    let zero = &root.params.blocks[k][nb..nb + nz];
    let value = |c: &[f64], u: f64| c.iter().rev().fold(0.0, |sum, c| sum * u + c);
    let step = age(shape, 1) - age(shape, 0);
    // all ages but one at least HIGH from even chances, one of them just that
    let taken_back = |mut zero: Vec<f64>| {
        let mut sizes: Vec<f64> = (0..shape.intervals).map(|t| value(&zero, age(shape, t)).abs()).collect();
        sizes.sort_by(f64::total_cmp);
        let factor = if sizes[1] > HIGH { HIGH / sizes[1] } else { 1.0 };
        zero.iter_mut().for_each(|c| *c *= factor);
        with_zero_part(shape, root, k, &zero)
    };
    let changes: Vec<usize> = (1..shape.intervals).filter(|&t| (zeta[t] > 0.0) != (zeta[t - 1] > 0.0)).collect();
    let mut all = Vec::new();
    if !changes.is_empty() {
        all.push(taken_back(zero.to_vec()));
    }
    for t in changes {
        let (mut low, mut high) = (age(shape, t - 1), age(shape, t));
        for _ in 0..60 {
            let mid = 0.5 * (low + high);
            if (value(zero, mid) > 0.0) == (zeta[t - 1] > 0.0) { low = mid } else { high = mid }
        }
        // the polynomial without that root (Horner), and with it half way between the next two ages
        let mut rest = vec![0.0; nz];
        for j in (0..nz - 1).rev() {
            rest[j] = zero[j + 1] + low * rest.get(j + 1).copied().unwrap_or(0.0);
        }
        for root_at in [age(shape, t - 1) - 0.5 * step, age(shape, t) + 0.5 * step] {
            let there = |j: usize| if j == 0 { 0.0 } else { rest[j - 1] } - root_at * rest[j];
            all.push(taken_back((0..nz).map(there).collect()));
        }
    }
    all
}

/// A zero part that is certain at one age and nothing at the others, for the ages that cost least: so far out that the
/// choice stands while everybody else finds a place.
fn elsewhere(around: &Around<'_>, root: &Climb, k: usize) -> Vec<Params> {
    let shape = around.shape;
    if !has_run_off(shape, root, k) || shape.zero_terms[k] < 3 || shape.intervals < 3 {
        return Vec::new();
    }
    let step = age(shape, 1) - age(shape, 0);
    let window = |t: usize| {
        let u = age(shape, t);
        let nodes = [(u - step, -FAR), (u, FAR), (u + step, -FAR)];
        with_zero_part(shape, root, k, &interpolation(&nodes, shape.zero_terms[k]))
    };
    let mut tried: Vec<Point> = (0..shape.intervals).map_in_parallel(|t| Point::at(around.evaluator, shape, window(t)));
    tried.sort_by(|a, b| b.log_likelihood().total_cmp(&a.log_likelihood()));
    tried.into_iter().take(WINDOWS).map(|point| point.params).collect()
}
