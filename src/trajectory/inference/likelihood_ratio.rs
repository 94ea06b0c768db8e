//! Likelihood-ratio test of one specification nested in another, with the same number of groups.

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::p_values::chi_square_upper;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::inference::align::assignment;
use crate::trajectory::spec::basis::Basis;
use crate::trajectory::spec::outcome::OutcomeSpec;
use crate::trajectory::spec::{Grouping, Spec};
use serde::Serialize;

/// A likelihood-ratio test.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LikelihoodRatioTest {
    /// `2 (logL of the larger - logL of the smaller)`.
    pub statistic: f64,
    /// Difference in the numbers of parameters.
    pub df: usize,
    /// `P(chi-square >= statistic)`.
    pub p: f64,
    /// Log-likelihoods of the smaller and the larger model.
    pub log_likelihood: [f64; 2],
    /// Parameters that the larger model does not determine, in number: where this is not 0 the degrees of
    /// freedom are too many and `p` is too large.
    pub undetermined: usize,
}

/// A larger model may fall short of the smaller by so much, by rounding and stopping.
const ROUNDING: f64 = 1e-6;

impl Fit {
    /// Likelihood-ratio test of this fit against a larger one of the same people.
    ///
    /// Nested are, group by group: polynomials of lower in those of higher degree, a constant in any basis,
    /// fewer covariates, what groups share in what each has of its own, and ZIP(tau) in ZIP with a zero part as
    /// the curve.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] when the models are not nested or not of the same people, when they
    /// have different numbers of groups or the smaller family lies at a boundary of the larger (Poisson in
    /// negative binomial, a family in its zero-inflated one): the statistic has no chi-square distribution
    /// there, see [`Fit::group_test`] and [`Fit::one_population`]. Kind [`ErrorKind::Untrusted`] when a
    /// fit has not converged or the larger one has the lower likelihood, so was not found.
    ///
    /// # References
    /// Wilks (1938), Annals of Mathematical Statistics 9, 60-62; boundaries: Self & Liang (1987), Journal of the
    /// American Statistical Association 82, 605-610.
    pub fn likelihood_ratio(&self, larger: &Fit) -> Result<LikelihoodRatioTest> {
        let refuse = |m: String| Err(Error::options(m));
        let (a, b) = (&self.model.spec, &larger.model.spec);
        if (self.persons, self.observations) != (larger.persons, larger.observations)
            || self.model.grid != larger.model.grid
        {
            return refuse(format!(
                "the fits are not of the same people: {} persons with {} observed cells, and {} with {}",
                self.persons, self.observations, larger.persons, larger.observations
            ));
        }
        if a.grouping != b.grouping {
            return refuse(format!(
                "the models have {} and {} groups: with one group less the shares lie at a boundary and the curves of \
                 the group that is not there are not identified, so the statistic is not chi-square; use the bootstrap test",
                a.classes(),
                b.classes()
            ));
        }
        nested(a, b)?;
        if self.parameters >= larger.parameters {
            return refuse(format!(
                "the smaller model has {} parameters, the larger {}: nothing to test",
                self.parameters, larger.parameters
            ));
        }
        let untrusted = |m: String| Err(Error::new(ErrorKind::Untrusted, m));
        if !self.converged || !larger.converged {
            let which = if self.converged { "larger" } else { "smaller" };
            return untrusted(format!("the {which} fit has not converged"));
        }
        let gain = larger.log_likelihood - self.log_likelihood;
        if gain < -ROUNDING * self.log_likelihood.abs().max(1.0) {
            return untrusted(format!(
                "the larger model has a log-likelihood {:.4} below that of the smaller: its maximum was not found",
                -gain
            ));
        }
        let (statistic, df) = (2.0 * gain.max(0.0), larger.parameters - self.parameters);
        Ok(LikelihoodRatioTest {
            statistic,
            df,
            p: chi_square_upper(statistic, df),
            log_likelihood: [self.log_likelihood, larger.log_likelihood],
            undetermined: larger.undetermined().len(),
        })
    }
}

fn nested(a: &Spec, b: &Spec) -> Result<()> {
    let refuse = |m: String| Err(Error::options(m));
    if a.outcomes.len() != b.outcomes.len() || a.outcomes.iter().zip(&b.outcomes).any(|(x, y)| x.series != y.series) {
        return refuse("the models are not of the same outcomes in the same order".into());
    }
    if let Some(name) = a.membership.iter().find(|n| !b.membership.contains(n)) {
        return refuse(format!("membership covariate `{name}` is in the smaller model only: not nested"));
    }
    for (x, y) in a.outcomes.iter().zip(&b.outcomes) {
        outcome_nested(x, y)?;
    }
    // groups may stand in another order: some assignment must nest all of them
    let series = a.outcomes.first().map_or("", |o| o.series.as_str());
    let groupings: Vec<std::ops::Range<usize>> = match a.grouping {
        Grouping::Single(_) => std::iter::once(0..a.outcomes.len()).collect(),
        Grouping::Dual(..) => vec![0..1, 1..2],
    };
    let fits = groupings.into_iter().all(|outcomes| {
        let k = a.components(outcomes.start);
        let inside = |m: usize, n: usize| outcomes.clone().all(|o| group_nested(&a.outcomes[o], m, &b.outcomes[o], n));
        let gain: Vec<Vec<f64>> = (0..k).map(|m| (0..k).map(|n| f64::from(u8::from(inside(m, n)))).collect()).collect();
        assignment(&gain).iter().enumerate().all(|(m, &n)| gain[m][n] > 0.5)
    });
    match fits {
        true => Ok(()),
        false => refuse(format!(
            "the curves of `{series}` are not nested: a basis of the smaller model is not in the larger's"
        )),
    }
}

fn outcome_nested(x: &OutcomeSpec, y: &OutcomeSpec) -> Result<()> {
    let refuse = |m: String| Err(Error::options(format!("`{}`: {m}", x.series)));
    if x.family != y.family {
        let boundary = matches!(
            (x.family, y.family),
            (Family::Poisson, Family::NegBin | Family::Zip | Family::Zinb)
                | (Family::NegBin | Family::Zip, Family::Zinb)
        );
        if boundary {
            let (small, large) = (x.family, y.family);
            return refuse(format!(
                "the family {small} is {large} at its boundary, where the statistic is not chi-square; compare by BIC or bootstrap"
            ));
        }
        let zero_as_curve = y.zero.as_ref().is_none_or(|z| z == &y.curves) && !y.shared_zero && y.varying.is_empty();
        if (x.family, y.family) != (Family::ZipTau, Family::Zip) || !zero_as_curve {
            return refuse(format!("the family {} is not nested in {}", x.family, y.family));
        }
    }
    if (x.floor, x.ceiling) != (y.floor, y.ceiling) {
        return refuse("floor and ceiling differ".into());
    }
    let more_shared = [
        (x.shared_zero, y.shared_zero, "zero part"),
        (x.common_dispersion, y.common_dispersion, "dispersion"),
        (x.common_effects, y.common_effects, "effect of covariates"),
    ];
    if let Some((_, _, what)) = more_shared.iter().find(|(small, large, _)| *large && !small) {
        return refuse(format!("the larger model shares its {what} between groups, the smaller does not: not nested"));
    }
    match x.varying.iter().find(|n| !y.varying.contains(n)) {
        Some(name) => refuse(format!("covariate `{name}` is in the smaller model only: not nested")),
        None => Ok(()),
    }
}

/// Whether group `m` of one outcome is group `n` of the other with something left out.
fn group_nested(x: &OutcomeSpec, m: usize, y: &OutcomeSpec, n: usize) -> bool {
    let at = |bases: &[Basis], g: usize| bases.get(if bases.len() == 1 { 0 } else { g }).cloned();
    let degree = |b: &Option<Basis>| match b {
        Some(Basis::Polynomial { degree }) => Some(*degree),
        _ => None,
    };
    // a constant is in every basis, as all of them hold one
    let inside = |a: Option<Basis>, b: Option<Basis>| match (degree(&a), degree(&b)) {
        (Some(small), Some(large)) => small <= large,
        (Some(0), None) => b.is_some(),
        _ => a == b,
    };
    let zero = |o: &OutcomeSpec, g: usize| match o.family.has_zero_curve() {
        true => at(o.zero.as_ref().unwrap_or(&o.curves), g),
        false => None,
    };
    inside(at(&x.curves, m), at(&y.curves, n)) && (x.family == Family::ZipTau || inside(zero(x, m), zero(y, n)))
}
