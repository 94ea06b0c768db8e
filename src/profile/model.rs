//! Naming the groups of a fitted model.
//!
//! Does not belong here: the naming itself (`naming`), which knows curves only.

use super::curve::{GroupCurve, MAX_RATE};
use super::definitions::Definitions;
use super::naming::{Naming, name_groups};
use crate::cohort::data::Cohort;
use crate::error::Result;
use crate::trajectory::finding::Finding;
use crate::trajectory::fit::Fit;
use crate::trajectory::model::TrajectoryModel;

/// Names the groups of a model by their shares and expected rates: [`name_groups`] of its curves.
///
/// # Errors
/// As [`name_groups`]; and when a rate is beyond [`MAX_RATE`], as that of a curve
/// that ran off is.
///
/// ```
/// use pleegprofiel::{AgeGrid, Definitions, Family, Group, Profile, TrajectoryModel, name_model};
/// let group = |share, c: [f64; 3]| Group::poisson(share, c);
/// let groups = vec![group(0.7, [-3.5, 0.0, -0.5]), group(0.3, [-1.5, -3.0, -3.0])];
/// let model = TrajectoryModel::new(Family::Poisson, AgeGrid::years(12, 39)?, groups)?;
/// let naming = name_model(&model, &Definitions::default())?;
/// assert_eq!(naming.profile_of(0), Some(Profile::Incidental));
/// assert_eq!(naming.profile_of(1), Some(Profile::EarlyPeak));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
pub fn name_model(model: &TrajectoryModel, definitions: &Definitions) -> Result<Naming> {
    name_curves(model, definitions, |k| model.rates(k))
}

/// Person-years at risk that an age needs in a group, for what the curve says there to be more than a guess: with
/// one, a rate of one a year is as often seen as not.
pub(crate) const SEEN: f64 = 1.0;

/// Names the groups of a fit by their rates at ages where members were observed.
///
/// A curve fitted to people who are hardly at risk at some age may say anything there. At ages with less than a year of
/// the group's time at risk in all, the rate of the nearest age with more stands in for it; where its rate runs off
/// ([`Finding::RateRunsOff`]), the observed one does.
///
/// # Errors
/// As [`name_model`]; and when the cohort is not the one that was fitted.
pub fn name_fit(fit: &Fit, cohort: &Cohort, definitions: &Definitions) -> Result<Naming> {
    name_on(fit.model(), &fit.findings, cohort, definitions)
}

/// As [`name_fit`], of a model of a cohort with these findings.
pub(crate) fn name_on(
    model: &TrajectoryModel,
    findings: &[Finding],
    cohort: &Cohort,
    definitions: &Definitions,
) -> Result<Naming> {
    let observed = model.observed_rates(cohort)?;
    let (years, grid) = (observed.years(), model.grid());
    name_curves(model, definitions, |k| {
        let mut rates = model.rates(k);
        for finding in findings {
            let Finding::RateRunsOff { group, ages } = finding else { continue };
            let off = |j: usize| ages.iter().any(|[first, last]| (*first..=*last).contains(&grid.start_age(j)));
            for j in (0..rates.len()).filter(|&j| *group == k + 1 && off(j)) {
                rates[j] = observed.rate(k, j).unwrap_or(0.0);
            }
        }
        let seen: Vec<usize> = (0..rates.len()).filter(|&j| years[(k, j)] >= SEEN).collect();
        let nearest = |j: usize| seen.iter().copied().min_by_key(|&s| s.abs_diff(j));
        (0..rates.len()).map(|j| nearest(j).map_or(rates[j].min(MAX_RATE), |s| rates[s])).collect()
    })
}

fn name_curves(
    model: &TrajectoryModel,
    definitions: &Definitions,
    rates: impl Fn(usize) -> Vec<f64>,
) -> Result<Naming> {
    let grid = model.grid();
    let ages: Vec<f64> = (0..grid.len()).map(|j| grid.mid_age(j)).collect();
    let curves = model
        .groups()
        .iter()
        .enumerate()
        .map(|(k, group)| GroupCurve::new(group.share, ages.clone(), rates(k), grid.width_years()))
        .collect::<Result<Vec<_>>>()?;
    name_groups(&curves, definitions)
}
