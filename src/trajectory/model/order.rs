//! One canonical order of groups: by the level of their curve, lowest first.

use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::model::Model;
use crate::trajectory::spec::basis::Basis;
use crate::trajectory::spec::layout::{Layout, Part};
use crate::trajectory::spec::outcome::OutcomeSpec;
use crate::trajectory::spec::{Grouping, Spec};

/// The specification and parameters with groups by level of the first outcome (in a dual model, of each
/// outcome), then by age of the peak.
pub(crate) fn canonical(model: &Model, layout: &Layout) -> (Spec, Vec<f64>) {
    let spec = &model.spec;
    let by_outcome: Vec<Vec<usize>> = match spec.grouping {
        Grouping::Single(_) => vec![by_level(model, 0); spec.outcomes.len()],
        Grouping::Dual(..) => (0..spec.outcomes.len()).map(|o| by_level(model, o)).collect(),
    };
    permuted(model, layout, &by_outcome)
}

/// The specification and parameters with groups in a given order: group `m` of outcome `o` was group
/// `by_outcome[o][m]`. With one grouping all outcomes have the same order.
pub(crate) fn permuted(model: &Model, layout: &Layout, by_outcome: &[Vec<usize>]) -> (Spec, Vec<f64>) {
    let spec = &model.spec;
    // class c of the new model was class `was[c]` of the old
    let was: Vec<usize> = (0..spec.classes())
        .map(|c| match spec.grouping {
            Grouping::Single(_) => by_outcome[0][c],
            Grouping::Dual(_, b) => by_outcome[0][c / b] * b + by_outcome[1][c % b],
        })
        .collect();
    let outcomes = spec.outcomes.iter().zip(by_outcome).map(|(o, order)| reordered(o, order)).collect();
    let spec = Spec { outcomes, ..spec.clone() };
    let new = Layout::new(&spec);
    let logit = |class: usize, j: usize| if class == 0 { 0.0 } else { model.theta[(class - 1) * layout.terms + j] };
    let theta = new
        .parameters
        .iter()
        .map(|p| match p.part {
            Part::Membership => {
                let class = p.group.map_or(0, GroupNumber::index);
                logit(was[class], p.index) - logit(was[0], p.index)
            }
            _ => {
                let group = p.group.map(|g| p.outcome.map_or(g, |o| GroupNumber::of_index(by_outcome[o][g.index()])));
                // both layouts hold the same parameters
                layout.find(p.part, p.outcome, group, p.index).map_or(0.0, |i| model.theta[i])
            }
        })
        .collect();
    (spec, theta)
}

fn by_level(model: &Model, outcome: usize) -> Vec<usize> {
    let key = |m: usize| {
        let curve = model.curve(outcome, m);
        let peak = crate::numeric::logspace::most_likely(curve.iter().copied());
        (curve.sum(), peak)
    };
    let keys: Vec<(f64, usize)> = (0..model.group_count(outcome)).map(key).collect();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by(|&a, &b| keys[a].0.total_cmp(&keys[b].0).then(keys[a].1.cmp(&keys[b].1)));
    order
}

fn reordered(outcome: &OutcomeSpec, order: &[usize]) -> OutcomeSpec {
    let pick = |bases: &Vec<Basis>| -> Vec<Basis> {
        if bases.len() == 1 { bases.clone() } else { order.iter().map(|&k| bases[k].clone()).collect() }
    };
    OutcomeSpec { curves: pick(&outcome.curves), zero: outcome.zero.as_ref().map(pick), ..outcome.clone() }
}
