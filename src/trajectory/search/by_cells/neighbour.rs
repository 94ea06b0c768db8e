//! Better optima next door: zero-inflated models have several for one and the same group, which mild starts
//! miss (on TO1 with time at risk a one-group ZINB stops 46 log-likelihood units short without this).

use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::fit::record::SAME;
use crate::trajectory::progress::Ticker;
use crate::trajectory::search::by_cells::climb::{self, Point};
use crate::trajectory::search::by_tables::start::through_nodes;
use crate::trajectory::spec::Spec;
use crate::trajectory::spec::basis::Basis;
use crate::trajectory::spec::layout::Part;
use rand::Rng;

/// Zero parts tried for each group in a round, and rounds at most.
const TRIES: usize = 8;
const ROUNDS: usize = 4;
/// Logits of the tried zero parts reach this far: certainty either way, without leaving it no way back.
const REACH: f64 = 8.0;
/// Streams of these tries, far from those of the starts.
const STREAM: u64 = 1 << 40;

/// The best point found from `best` by giving one group another zero part; every try is climbed, since the best
/// ones start out behind.
pub(crate) fn improve(engine: &Engine<'_>, spec: &Spec, mut best: Point, ticker: &Ticker<'_>) -> Point {
    let places: Vec<(usize, Option<GroupNumber>)> = spec
        .outcomes
        .iter()
        .enumerate()
        .filter(|(_, outcome)| outcome.family.has_zero_curve())
        .flat_map(|(o, outcome)| {
            let groups = if outcome.shared_zero { 0..1 } else { 0..spec.components(o) };
            groups.map(move |m| (o, (!outcome.shared_zero).then(|| GroupNumber::of_index(m))))
        })
        .collect();
    if places.is_empty() {
        return best;
    }
    for round in 0..ROUNDS {
        ticker.expect(places.len() * TRIES);
        let tries: Vec<Point> = (0..places.len() * TRIES).keep_in_parallel(|i| {
            if !ticker.tick() {
                return None;
            }
            let (outcome, group) = places[i / TRIES];
            let mut rng = stream(spec.effort.seed, STREAM + (round * places.len() * TRIES + i) as u64);
            let theta = with_zero_part(engine, &best.theta, spec, outcome, group, &mut rng);
            let point = climb::em(engine, Point::at(engine, theta), 40, 1e-2);
            Some(climb::top(engine, point, 60, 1e-3))
        });
        let found = tries
            .into_iter()
            .filter(|p| p.log_likelihood().is_finite())
            .max_by(|a, b| a.log_likelihood().total_cmp(&b.log_likelihood()));
        match found {
            Some(point) if point.log_likelihood() > best.log_likelihood() + SAME => best = point,
            _ => break,
        }
    }
    best
}

fn with_zero_part(
    engine: &Engine<'_>,
    theta: &[f64],
    spec: &Spec,
    outcome: usize,
    group: Option<GroupNumber>,
    rng: &mut impl Rng,
) -> Vec<f64> {
    let mut theta = theta.to_vec();
    let bases = spec.outcomes[outcome].zero.as_ref().unwrap_or(&spec.outcomes[outcome].curves);
    let basis = if bases.len() == 1 { &bases[0] } else { &bases[group.map_or(0, GroupNumber::index)] };
    let mut draw = || rng.gen_range(-REACH..REACH);
    let coefficients: Vec<f64> = match basis {
        Basis::Polynomial { degree, .. } => through_nodes(degree + 1, |_| draw()),
        // coefficients of splines are about the values there
        _ => (0..basis.terms()).map(|_| draw()).collect(),
    };
    for (p, value) in engine.layout.parameters.iter().zip(&mut theta) {
        if p.outcome == Some(outcome) && p.part == Part::Zero && p.group == group {
            *value = coefficients[p.index];
        }
    }
    theta
}
