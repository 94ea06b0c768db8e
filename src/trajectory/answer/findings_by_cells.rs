//! What a reader of a general fit has to be told.

use crate::cohort::data::LOW_EXPOSURE;
use crate::cohort::grid::AgeGrid;
use crate::trajectory::answer::findings_by_tables::of_members;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::standard_errors::{DISPERSION_ZERO, FACTOR_BEYOND, SEPARATED, UPWARD};
use crate::trajectory::fit::words::of_outcome;
use crate::trajectory::spec::layout::Part;

pub(crate) fn findings(fit: &Fit, mass: &[f64], once: bool, panel: &Panel) -> Vec<Finding> {
    let mut all = Vec::new();
    if !fit.converged || !fit.log_likelihood.is_finite() {
        all.push(Finding::NotConverged { gradient_norm: fit.gradient_norm });
    }
    if fit.inference.curvature < -UPWARD {
        all.push(Finding::NotAMaximum { curvature: fit.inference.curvature });
    }
    degenerate(fit, mass, &mut all);
    if once {
        all.push(Finding::ReachedOnce { starts: fit.starts.len() });
    }
    boundaries(fit, &mut all);
    let names = fit.undetermined_names();
    if !names.is_empty() {
        all.push(Finding::Undetermined { parameters: names });
    }
    of_members(fit.groups.iter().map(|g| (g.members, g.avepp, g.occ)), &mut all);
    low_exposure(fit, panel, &mut all);
    all
}

/// Events of people who were hardly at liberty.
fn low_exposure(fit: &Fit, panel: &Panel, all: &mut Vec<Finding>) {
    for (o, outcome) in fit.model.spec.outcomes.iter().enumerate() {
        let series = panel.series.iter().find(|s| s.name == outcome.series);
        let Some((series, exposure)) = series.and_then(|s| Some((s, s.exposure.as_ref()?))) else { continue };
        let low = series.values.indexed_iter().filter(|(at, y)| **y > 0.0 && exposure[*at] < LOW_EXPOSURE);
        let cells: u64 = low.map(|((i, _), _)| panel.multiplicity.as_ref().map_or(1, |m| u64::from(m[i]))).sum();
        if cells > 0 {
            all.push(of_outcome(&fit.model, o, Finding::LowExposure { cells, below: LOW_EXPOSURE }));
        }
    }
}

fn degenerate(fit: &Fit, mass: &[f64], all: &mut Vec<Finding>) {
    let total: f64 = mass.iter().sum();
    let least = 1.0_f64.min(0.5 * total / mass.len() as f64);
    for (c, &weight) in mass.iter().enumerate() {
        if weight < least {
            all.push(Finding::EmptyGroup { group: GroupNumber::of_index(c), weight });
        }
    }
    let model = &fit.model;
    let alike = |x: f64, y: f64| (x - y).abs() <= 1e-3 * (x.abs() + y.abs()) + 1e-9;
    let same_in = |o: usize, a: usize, b: usize| {
        let (x, y) = (model.curve(o, a), model.curve(o, b));
        let spread = match (model.spread(o, a), model.spread(o, b)) {
            (Some(a), Some(b)) => alike(a, b),
            _ => true,
        };
        let zero = |m: usize| -> Vec<f64> {
            let of = |t| model.predictors_at(o, m, t).0;
            (0..model.grid.len()).map(|t| model.layout.blocks[o].marginal().zero_probability(&of(t), 1.0)).collect()
        };
        let counts = model.spec.outcomes[o].family.counts_events();
        spread
            && x.iter().zip(&y).all(|(x, y)| alike(*x, *y))
            && (!counts || zero(a).iter().zip(zero(b)).all(|(x, y)| alike(*x, y)))
    };
    let layout = &model.layout;
    for a in 0..layout.classes {
        for b in a + 1..layout.classes {
            let same = (0..layout.blocks.len()).all(|o| {
                let (a, b) = (layout.blocks[o].of_class[a], layout.blocks[o].of_class[b]);
                a == b || same_in(o, a, b)
            });
            if same {
                all.push(Finding::SameGroups { groups: [a, b].map(GroupNumber::of_index) });
            }
        }
    }
}

fn boundaries(fit: &Fit, all: &mut Vec<Finding>) {
    let model = &fit.model;
    let grid: AgeGrid = model.grid;
    let told = &mut Vec::new();
    for (o, outcome) in model.spec.outcomes.iter().enumerate() {
        for m in 0..model.group_count(o) {
            let group = GroupNumber::of_index(m);
            let zeta = |t: usize| model.predictors_at(o, m, t).0[1];
            let undetermined = fit
                .undetermined()
                .iter()
                .any(|p| p.part == Part::Zero && p.outcome == Some(o) && p.group.is_none_or(|g| g == group));
            if outcome.family.has_zero_curve()
                && undetermined
                && let Some(ages) = grid.stretches(&|t| zeta(t).abs() > SEPARATED.ln())
            {
                told.push(Finding::ZeroPartSeparated { group, ages });
            }
            match outcome.family {
                Family::ZipTau => match model.spread(o, m) {
                    Some(tau) if tau < 1e-6 => told.push(Finding::TauAtZero { group }),
                    Some(tau) if tau > 1e3 => told.push(Finding::TauUnbounded { group, tau }),
                    _ => {}
                },
                Family::NegMultinomial => match model.spread(o, m) {
                    Some(variance) if variance < DISPERSION_ZERO => told.push(Finding::FactorAtZero { group }),
                    Some(variance) if variance > FACTOR_BEYOND => {
                        told.push(Finding::FactorUnbounded { group, variance });
                    }
                    _ => {}
                },
                Family::NegBin | Family::Zinb if model.spread(o, m).is_some_and(|a| a < DISPERSION_ZERO) => {
                    told.push(Finding::DispersionAtZero { group });
                }
                _ => {}
            }
            if outcome.family.counts_events() {
                let curve = model.curve(o, m);
                if let Some(ages) = grid.stretches(&|t| curve[t] < 1e-6) {
                    told.push(Finding::RateAtZero { group, ages });
                }
            }
        }
        all.extend(told.drain(..).map(|finding| of_outcome(model, o, finding)));
    }
}
