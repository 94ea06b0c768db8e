//! Better optima next door. Given who belongs to a group, the group's own zero-inflated regression has
//! several optima, and finding them costs nothing that grows with the cohort. Putting another one in place
//! and climbing on leads to optima that random starts reach once in dozens of tries.

use super::em;
use super::estep::AgeSums;
use super::family::Family;
use super::fit::Ticker;
use super::mstep;
use super::newton::{self, Climb, Point};
use super::pass::Evaluator;
use super::search::{self, StartRecord, StartStop};
use super::shape::{Params, Shape};
use super::start::{Pooled, StartKind, random_block, through_nodes};
use crate::numeric::streams::stream;
use rayon::prelude::*;

/// How many of the best optima are looked around in the first round; later rounds follow a new best only.
const ROOTS: usize = 3;
/// Random starts of one group's regression.
const TRIES: usize = 24;
/// Optima of one group's regression further below the current one than this are not followed.
const BELOW: f64 = 60.0;
/// Alternatives followed for each group.
const FOLLOWED: usize = 3;
/// Random curves tried in each group's place.
const RANDOM: usize = 8;
/// How far the curves are bent, on the log and the logit scale.
const BENDS: [f64; 3] = [-8.0, 10.0, 20.0];
/// EM steps before a climb.
const EM_STEPS: usize = 10;
/// Rounds of looking around.
const ROUNDS: usize = 6;

/// Improves the list of optima (best first) by following each group's alternatives.
pub(crate) fn improve(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    pooled: &Pooled,
    seed: u64,
    best: &mut Vec<Climb>,
    records: &mut Vec<StartRecord>,
    ticker: &Ticker<'_>,
) {
    // only a zero part of its own gives a group several optima; ZIP(tau) reaches its best from most starts
    if shape.family != Family::Zip {
        return;
    }
    let mut looked: Vec<f64> = Vec::new();
    for round in 0..ROUNDS {
        let roots: Vec<Climb> = best
            .iter()
            .take(if round == 0 { ROOTS } else { 1 })
            .filter(|c| !looked.iter().any(|l| (l - c.pass.log_likelihood).abs() < search::SAME))
            .cloned()
            .collect();
        if roots.is_empty() {
            break;
        }
        let top = best.first().map_or(f64::NEG_INFINITY, |c| c.pass.log_likelihood);
        looked.extend(roots.iter().map(|c| c.pass.log_likelihood));
        let trials: Vec<Params> = roots
            .par_iter()
            .enumerate()
            .flat_map_iter(|(r, root)| {
                (0..shape.groups())
                    .flat_map(move |k| alternatives(shape, pooled, root, k, seed ^ ((round * ROOTS + r) as u64) << 32))
            })
            .collect();
        // none is cut by its likelihood so far: the best optima start out behind (seen on Toronto, ZIP, k = 4)
        ticker.expect(2 * trials.len());
        let points: Vec<Point> = trials
            .into_par_iter()
            .filter(|_| ticker.tick())
            .map(|params| em::run(evaluator, shape, Point::at(evaluator, shape, params), EM_STEPS, 1e-3).0)
            .collect();
        let climbs: Vec<Climb> = points
            .into_par_iter()
            .filter(|_| ticker.tick())
            .map(|point| newton::climb_unless_behind(evaluator, shape, point, 60, 1e-3, top))
            .collect();
        for climb in &climbs {
            records.push(StartRecord {
                seed,
                number: records.len(),
                kind: StartKind::Neighbour,
                steps: climb.steps,
                log_likelihood: climb.pass.log_likelihood,
                stop: match (climb.behind, climb.converged) {
                    (true, _) => StartStop::Screened,
                    (_, true) => StartStop::Converged,
                    _ => StartStop::StepLimit,
                },
            });
        }
        best.extend(climbs.into_iter().filter(|c| !c.behind));
        *best = search::distinct(std::mem::take(best));
    }
}

/// Parameters with group `k`'s block replaced by other optima of its own regression.
fn alternatives(shape: &Shape, pooled: &Pooled, root: &Climb, k: usize, seed: u64) -> Vec<Params> {
    let sums: Vec<AgeSums> = root.pass.of_group(k, shape.intervals).iter().map(AgeSums::as_whole).collect();
    let mut rng = stream(seed, k as u64);
    let mut own = root.params.blocks[k].clone();
    mstep::climb(shape, k, &sums, &mut own, 30);
    let value = |block: &[f64]| {
        let curve = super::shape::curve_of(shape, k, block);
        super::estep::block_value(&sums, &curve)
    };
    let here = value(&own);
    let mut found: Vec<(f64, Vec<f64>)> = Vec::new();
    for try_number in 0..TRIES {
        let reach = [3.0, 8.0, 14.0][try_number % 3];
        let mut block = random_block(shape, pooled, k, reach, &mut rng);
        mstep::climb(shape, k, &sums, &mut block, 60);
        let v = value(&block);
        if v > here - BELOW && (v - here).abs() > 1e-3 && !found.iter().any(|(w, _)| (v - w).abs() < 1e-3) {
            found.push((v, block));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    // any block in the group's place: its members then move too, which its own regression cannot see
    let random = (0..RANDOM).map(|i| random_block(shape, pooled, k, [6.0, 14.0][i % 2], &mut rng));
    let mut blocks: Vec<Vec<f64>> = found.into_iter().take(FOLLOWED).map(|(_, block)| block).chain(random).collect();
    blocks.extend(bent(shape, k, &root.params.blocks[k]));
    blocks
        .into_iter()
        .map(|block| {
            let mut params = root.params.clone();
            params.blocks[k] = block;
            params
        })
        .collect()
}

/// Group `k`'s curves bent at their first or last age: rate and zero part both far up (events there become
/// next to impossible, so members who have them leave), or both far down (no zero part, hardly a rate).
fn bent(shape: &Shape, k: usize, block: &[f64]) -> Vec<Vec<f64>> {
    let (nb, nz) = (shape.rate_terms[k], shape.zero_terms[k]);
    let mut all = Vec::new();
    for end in [-1.0, 1.0] {
        for by in BENDS {
            let bend = |terms: usize| through_nodes(terms, |u| if u == end { by } else { 0.0 });
            let change: Vec<f64> = bend(nb).into_iter().chain(bend(nz)).collect();
            all.push(block.iter().zip(&change).map(|(b, c)| b + c).collect());
        }
    }
    all
}
