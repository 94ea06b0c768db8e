//! Seeds from the engine of plain counts: its search is fast and thorough, so richer count models start from
//! its answer, and plain ones only finish here.

use crate::error::Result;
use crate::numeric::linalg::Square;
use crate::trajectory::answer::by_tables;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use crate::trajectory::fit::record::{Seeding, StartRecord};
use crate::trajectory::progress::{Progress, Ticker};
use crate::trajectory::spec::basis::{Basis, MAX_DEGREE};
use crate::trajectory::spec::layout::{Layout, Part};
use crate::trajectory::spec::outcome::OutcomeSpec;
use crate::trajectory::spec::{Grouping, MAX_GROUPS, Spec};
use crate::trajectory::tables::count_spec::CountSpec;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Where to start from beside the starts of one's own.
#[derive(Debug, Default)]
pub(crate) struct Seeds {
    /// Starting parameters.
    pub(crate) theta: Vec<Vec<f64>>,
    /// Starts and optima of the search for this very model, which then needs no other.
    pub(crate) searched: Option<(Vec<StartRecord>, Vec<f64>)>,
    /// The search for a simpler one.
    pub(crate) seeding: Option<Seeding>,
}

/// Seeds, where the engine of tables has any.
pub(crate) fn seeds(panel: &Panel, spec: &Spec, layout: &Layout, ticker: &Ticker<'_>) -> Result<Seeds> {
    let Grouping::Single(groups) = spec.grouping else {
        return Ok(Seeds::default());
    };
    // several outcomes: the others have no seed here, and a start without them is none
    let [outcome] = &spec.outcomes[..] else { return Ok(Seeds::default()) };
    let zero_bases = outcome.zero.as_ref().unwrap_or(&outcome.curves);
    let (degrees, zero) = (degrees(&outcome.curves), degrees(zero_bases));
    // the engine of tables orders groups, and a degree goes with its group: with degrees that differ, which is which is lost
    let even = |d: &[Basis]| d.iter().all(|x| *x == d[0]);
    if !even(&outcome.curves) || !even(zero_bases) {
        return Ok(Seeds::default());
    }
    if groups > MAX_GROUPS || groups > panel.rows() {
        return Ok(Seeds::default());
    }
    let base = match outcome.family {
        Family::Poisson | Family::NegBin => Family::Poisson,
        Family::NegMultinomial => Family::NegMultinomial,
        Family::Zip | Family::Zinb => Family::Zip,
        Family::ZipTau => Family::ZipTau,
        _ => return Ok(Seeds::default()),
    };
    let Some(series) = panel.series.iter().position(|s| s.name == outcome.series) else {
        return Ok(Seeds::default());
    };
    // nobody without a single observation may be merged away: the builder refuses nothing the check let pass
    let cohort = panel.to_cohort(series)?;
    let mut options =
        CountSpec::new(base).groups(groups).degrees(degrees).starts(spec.effort.starts).seed(spec.effort.seed);
    options = options.neighbours(spec.effort.neighbours);
    if base == Family::Zip {
        options = options.zero_degrees(zero);
    }
    if base.has_factor() {
        options = options.common_dispersion(outcome.common_dispersion);
    }
    // degrees that the observed ages cannot bear are the general check's to refuse
    let pieces = AtomicUsize::new(0);
    let told = |part: Progress| {
        pieces.store(part.done, Ordering::Relaxed);
        ticker.within(part)
    };
    let Ok(fit) = by_tables::fit_counts(&options, &cohort, &told) else {
        return Ok(Seeds::default());
    };
    ticker.passed(pieces.into_inner());
    // one group's coefficients, written in the basis of the model
    let rewritten: Vec<(Vec<f64>, Vec<f64>)> = fit
        .model()
        .groups()
        .iter()
        .map(|g| (written_in(&outcome.curves[0], &g.coefficients), written_in(&zero_bases[0], &g.zero_coefficients)))
        .collect();
    let theta = |dispersion: f64| -> Vec<f64> {
        let groups = fit.model().groups();
        let of = |p: &crate::trajectory::spec::layout::Parameter| {
            let group = p.group.map(|g| &groups[g.index()]);
            match p.part {
                Part::Membership if p.index == 0 => group.map_or(0.0, |g| (g.share / groups[0].share).ln()),
                _ if p.outcome != Some(0) => 0.0,
                Part::Curve => p.group.and_then(|g| rewritten[g.index()].0.get(p.index)).copied().unwrap_or(0.0),
                Part::Zero => {
                    let of = |g: usize| rewritten[g].1.get(p.index).copied().unwrap_or(0.0);
                    match p.group {
                        Some(g) => of(g.index()),
                        None => groups.iter().enumerate().map(|(g, group)| group.share * of(g)).sum(),
                    }
                }
                Part::LogTau => group.and_then(|g| g.tau).map_or(0.0, |tau| tau.max(1e-12).ln()),
                // a common one stands in every group
                Part::LogDispersion => {
                    group.or(groups.first()).and_then(|g| g.dispersion).map_or(dispersion, |d| d.max(1e-300).ln())
                }
                _ => 0.0,
            }
        };
        layout.parameters.iter().map(of).collect()
    };
    let plain = spec.membership.is_empty() && is_plain(outcome);
    let seeds = match outcome.family {
        family if plain || base == family => vec![theta(0.0)],
        _ => vec![theta(-1.0), theta(0.7)],
    };
    if plain {
        return Ok(Seeds { theta: seeds, searched: Some((fit.starts, fit.optima)), seeding: None });
    }
    Ok(Seeds { theta: seeds, searched: None, seeding: Some(Seeding { family: base, starts: fit.starts }) })
}

fn is_plain(outcome: &OutcomeSpec) -> bool {
    matches!(outcome.family, Family::Poisson | Family::Zip | Family::ZipTau | Family::NegMultinomial)
        && outcome.varying.is_empty()
        && !(outcome.shared_zero && outcome.family == Family::Zip)
        && outcome.curves.iter().chain(outcome.zero.iter().flatten()).all(|b| matches!(b, Basis::Polynomial { .. }))
}

/// Degrees of polynomials that come near the bases: exact for polynomials.
fn degrees(bases: &[Basis]) -> Vec<usize> {
    let degree = |b: &Basis| match b {
        Basis::Polynomial { degree } => *degree,
        _ => b.terms().saturating_sub(1).min(NEAR),
    };
    bases.iter().map(|b| degree(b).min(MAX_DEGREE)).collect()
}

/// Degree of the polynomial that stands in for a spline when starting: a rise, a fall and a tail.
const NEAR: usize = 3;

/// The polynomial with these coefficients in another basis, by least squares over the scaled ages.
fn written_in(basis: &Basis, polynomial: &[f64]) -> Vec<f64> {
    if matches!(basis, Basis::Polynomial { .. }) || polynomial.is_empty() {
        return polynomial.to_vec();
    }
    let n = basis.terms();
    let (mut gram, mut right) = (Square::zeros(n), vec![0.0; n]);
    for step in 0..=50 {
        let u = -1.0 + 0.04 * f64::from(step);
        let (row, value) = (basis.row(u), polynomial.iter().rev().fold(0.0, |sum, c| sum * u + c));
        for i in 0..n {
            right[i] += row[i] * value;
            (0..n).for_each(|j| gram.add(i, j, row[i] * row[j]));
        }
    }
    gram.cholesky().map_or_else(|| vec![0.0; n], |factor| factor.solve(&right))
}
