//! What there is to find in a fit of plain counts, from the sums of a pass at its top.
//!
//! Does not belong here: what a finding is and says (`finding`).

use crate::cohort::data::LOW_EXPOSURE;
use crate::trajectory::answer::by_tables::Looked;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::ran_off::ran_off;
use crate::trajectory::fit::standard_errors::{DISPERSION_ZERO, FACTOR_BEYOND};
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::search::by_tables::ladder::Top;
use crate::trajectory::tables::shape::Shape;
use crate::trajectory::tables::shared::Free;
use crate::trajectory::tables::sums::AgeSums;

/// Eigenvalues of the information relative to the complete-data information: below the first the
/// likelihood is flat for all that arithmetic can tell, below minus the second it curves upwards.
const FLAT: f64 = 1e-9;
const UPWARD: f64 = 1e-6;

pub(crate) fn findings(
    model: &CountModel,
    shape: &Shape,
    looked: &Looked,
    converged: bool,
    reached_by: usize,
    starts: usize,
) -> Vec<Finding> {
    let mut all = Vec::new();
    let top = &looked.top;
    let gradient_norm = top.steepest();
    if !converged || !top.log_likelihood.is_finite() {
        all.push(Finding::NotConverged { gradient_norm });
    }
    curvature(shape, top, &mut all);
    degenerate(model, &top.mass, &mut all);
    if reached_by <= 1 && model.groups().len() > 1 {
        all.push(Finding::ReachedOnce { starts });
    }
    boundaries(model, &mut all);
    runs_off(model, &top.sums, &mut all);
    of_members(looked.adequacy.groups.iter().map(|g| (g.members, g.avepp, g.occ)), &mut all);
    if looked.low_exposure_cells > 0 {
        all.push(Finding::LowExposure { cells: looked.low_exposure_cells, below: LOW_EXPOSURE });
    }
    all.extend(looked.warnings.iter().cloned().map(Finding::Data));
    all
}

/// What members, average posterior and odds of correct classification of each group say, of either engine's fits.
pub(crate) fn of_members(groups: impl Iterator<Item = (u64, Option<f64>, Option<f64>)>, all: &mut Vec<Finding>) {
    for (k, (members, avepp, occ)) in groups.enumerate() {
        let group = GroupNumber::of_index(k);
        if members < 10 {
            all.push(Finding::SmallGroup { group, members });
        }
        if let Some(avepp) = avepp.filter(|&a| a < 0.7) {
            all.push(Finding::LowAvepp { group, avepp });
        }
        if let Some(occ) = occ.filter(|&o| o < 5.0) {
            all.push(Finding::LowOcc { group, occ });
        }
    }
}

/// Groups that are no groups: empty, or the same as another.
pub(crate) fn degenerate(model: &CountModel, mass: &[f64], all: &mut Vec<Finding>) {
    // a cohort may weigh less than one person per group; then half of an equal share is the limit
    let least = 1.0_f64.min(0.5 * mass.iter().sum::<f64>() / mass.len() as f64);
    for (k, &weight) in mass.iter().enumerate() {
        if weight < least {
            all.push(Finding::EmptyGroup { group: GroupNumber::of_index(k), weight });
        }
    }
    // by what can be seen of them: where the rate is 0, any zero part gives the same counts
    let curves: Vec<(Vec<f64>, Vec<f64>)> =
        (0..model.groups().len()).map(|k| (model.rates(k), model.beside_rates(k))).collect();
    for a in 0..curves.len() {
        for b in a + 1..curves.len() {
            let alike = |x: &[f64], y: &[f64]| x.iter().zip(y).all(|(x, y)| (x - y).abs() <= 1e-3 * (x + y) + 1e-9);
            if alike(&curves[a].0, &curves[b].0) && alike(&curves[a].1, &curves[b].1) {
                all.push(Finding::SameGroups { groups: [a, b].map(GroupNumber::of_index) });
            }
        }
    }
}

fn boundaries(model: &CountModel, all: &mut Vec<Finding>) {
    let stretches = |hit: &dyn Fn(usize) -> bool| model.grid().stretches(hit);
    for (k, group) in model.groups().iter().enumerate() {
        let curve = model.curve(k);
        if model.family().has_zero_curve()
            && let Some(ages) = stretches(&|t| curve.zeta[t].abs() > 1e5_f64.ln())
        {
            all.push(Finding::ZeroPartSeparated { group: GroupNumber::of_index(k), ages });
        }
        let factor = model.family().has_factor();
        if group.dispersion.is_some_and(|alpha| alpha < DISPERSION_ZERO) {
            let group = GroupNumber::of_index(k);
            all.push(if factor { Finding::FactorAtZero { group } } else { Finding::DispersionAtZero { group } });
        }
        if let Some(variance) = group.dispersion.filter(|&alpha| factor && alpha > FACTOR_BEYOND) {
            all.push(Finding::FactorUnbounded { group: GroupNumber::of_index(k), variance });
        }
        if group.tau.is_some_and(|tau| tau < 1e-6) {
            all.push(Finding::TauAtZero { group: GroupNumber::of_index(k) });
        }
        if let Some(tau) = group.tau.filter(|&tau| tau > 1e3) {
            all.push(Finding::TauUnbounded { group: GroupNumber::of_index(k), tau });
        }
        if let Some(ages) = stretches(&|t| curve.rate(t) < 1e-6) {
            all.push(Finding::RateAtZero { group: GroupNumber::of_index(k), ages });
        }
    }
}

/// Groups whose rate ran off, from the sums of a pass at the model.
pub(crate) fn runs_off(model: &CountModel, sums: &[AgeSums], all: &mut Vec<Finding>) {
    let (grid, width) = (model.grid(), model.grid().width_years());
    for k in 0..model.groups().len() {
        let curve = model.curve(k);
        let hit = |t: usize| {
            let (observed, events) = sums[k * grid.len() + t].observed_and_events();
            let zero = crate::numeric::logspace::expit(curve.zeta[t]).0;
            ran_off(curve.rate(t) * width * observed, events, zero, model.family())
        };
        if let Some(ages) = grid.stretches(&hit) {
            all.push(Finding::RateRunsOff { group: GroupNumber::of_index(k), ages });
        }
    }
}

/// Looks at the information in the metric of the complete-data information, where a well-determined
/// direction has an eigenvalue between 0 and 1, whatever the parameterisation (Louis 1982).
///
/// That is of the free parameters: with a dispersion that groups share, it may well rise where they part.
fn curvature(shape: &Shape, top: &Top, all: &mut Vec<Finding>) {
    let free = Free::new(shape);
    let (n, complete) = (free.count(), free.matrix(&top.information.complete));
    let scale: Vec<f64> = (0..n).map(|i| complete.at(i, i).max(1e-12).sqrt()).collect();
    let mut scaled = free.matrix(&top.information.observed);
    for i in 0..n {
        for j in 0..n {
            scaled.set(i, j, scaled.at(i, j) / (scale[i] * scale[j]));
        }
    }
    let pairs = scaled.eigen();
    if let Some((lowest, _)) = pairs.first()
        && *lowest < -UPWARD
    {
        all.push(Finding::NotAMaximum { curvature: *lowest });
    }
    let mut groups: Vec<GroupNumber> = Vec::new();
    for (_, vector) in pairs.iter().filter(|(value, _)| *value < FLAT) {
        let vector = free.written_out(vector);
        for k in 0..shape.groups() {
            let at = shape.offset(k);
            let load: f64 = vector[at..at + shape.block(k)].iter().map(|v| v * v).sum();
            if load > 0.1 && !groups.contains(&GroupNumber::of_index(k)) {
                groups.push(GroupNumber::of_index(k));
            }
        }
    }
    if !groups.is_empty() {
        groups.sort_unstable();
        all.push(Finding::FlatLikelihood { groups });
    }
}
