//! Seeds from the engine of plain counts: its search is fast and thorough, so richer count models start from
//! its answer, and plain ones only finish here.

use super::layout::{Layout, Part};
use super::panel::Panel;
use super::spec::{Grouping, ModelSpec, OutcomeSpec};
use crate::error::Result;
use crate::trajectory::basis::Basis;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Ticker;
use crate::trajectory::options::FitOptions;
use crate::trajectory::pass::MAX_GROUPS;
use crate::trajectory::shape::MAX_DEGREE;

/// Starting parameters, and whether they need no search beside them: the model is one of plain counts.
pub(crate) fn seeds(
    panel: &Panel,
    spec: &ModelSpec,
    layout: &Layout,
    ticker: &Ticker<'_>,
) -> Result<(Vec<Vec<f64>>, bool)> {
    let Grouping::Single(groups) = spec.grouping else {
        return Ok((Vec::new(), false));
    };
    let outcome = &spec.outcomes[0];
    let (Some(degrees), Some(zero)) =
        (degrees(&outcome.curves), degrees(outcome.zero.as_ref().unwrap_or(&outcome.curves)))
    else {
        return Ok((Vec::new(), false));
    };
    // the plain engine orders groups, and a degree goes with its group: with degrees that differ, which is which is lost
    let even = |d: &[usize]| d.iter().all(|x| *x == d[0]);
    if !even(&degrees) || !even(&zero) {
        return Ok((Vec::new(), false));
    }
    if groups > MAX_GROUPS || groups > panel.rows() {
        return Ok((Vec::new(), false));
    }
    let base = match outcome.family {
        Family::Poisson | Family::NegBin => Family::Poisson,
        Family::Zip | Family::Zinb => Family::Zip,
        Family::ZipTau => Family::ZipTau,
        _ => return Ok((Vec::new(), false)),
    };
    let Some(series) = panel.series.iter().position(|s| s.name == outcome.series) else {
        return Ok((Vec::new(), false));
    };
    // nobody without a single observation may be merged away: the builder refuses nothing the check let pass
    let cohort = panel.to_cohort(series)?;
    let mut options = FitOptions::new(base).groups(groups).degrees(degrees).starts(spec.starts).seed(spec.seed);
    if base == Family::Zip {
        options = options.zero_degrees(zero);
    }
    // degrees that the observed ages cannot bear are the general check's to refuse
    let Ok(fit) = options.fit_with_progress(&cohort, &|_| !ticker.stopped()) else {
        return Ok((Vec::new(), false));
    };
    let theta = |dispersion: f64| -> Vec<f64> {
        let groups = fit.model().groups();
        let of = |p: &super::layout::Parameter| {
            let group = p.group.map(|g| &groups[g - 1]);
            match p.part {
                Part::Membership if p.index == 0 => group.map_or(0.0, |g| (g.share / groups[0].share).ln()),
                _ if p.outcome != Some(0) => 0.0,
                Part::Curve => group.and_then(|g| g.coefficients.get(p.index)).copied().unwrap_or(0.0),
                Part::Zero => match group {
                    Some(g) => g.zero_coefficients.get(p.index).copied().unwrap_or(0.0),
                    None => {
                        groups.iter().map(|g| g.share * g.zero_coefficients.get(p.index).copied().unwrap_or(0.0)).sum()
                    }
                },
                Part::LogTau => group.and_then(|g| g.tau).map_or(0.0, |tau| tau.max(1e-12).ln()),
                Part::LogDispersion => dispersion,
                _ => 0.0,
            }
        };
        layout.parameters.iter().map(of).collect()
    };
    let plain = spec.outcomes.len() == 1 && spec.membership.is_empty() && is_plain(outcome);
    let seeds = if plain || base == outcome.family { vec![theta(0.0)] } else { vec![theta(-1.0), theta(0.7)] };
    // several outcomes: the others have no seed here, and a start without them is none
    if spec.outcomes.len() > 1 { Ok((Vec::new(), false)) } else { Ok((seeds, plain)) }
}

fn is_plain(outcome: &OutcomeSpec) -> bool {
    matches!(outcome.family, Family::Poisson | Family::Zip | Family::ZipTau)
        && outcome.varying.is_empty()
        && !(outcome.shared_zero && outcome.family == Family::Zip)
}

fn degrees(bases: &[Basis]) -> Option<Vec<usize>> {
    let degree = |b: &Basis| match b {
        Basis::Polynomial { degree } if *degree <= MAX_DEGREE => Some(*degree),
        _ => None,
    };
    bases.iter().map(degree).collect()
}
