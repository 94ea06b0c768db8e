//! What a fit says of its own precision, by one of its two covariances.
//!
//! A fit has the information always and the sandwich when it was worked out. Whoever asks for what is not there is told so
//! here, once; past this door a standard error that is none means one thing: the data do not determine it.
//!
//! Does not belong here: the covariances themselves (`standard_errors`), shares (`shares`), tests (`inference::wald`).

use crate::error::{Error, Result};
use crate::numeric::linalg::Square;
use crate::numeric::p_values::Z_975;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::standard_errors::Errors;
use crate::trajectory::spec::layout::{Parameter, Part};
use ndarray::{Array2, ArrayView1};
use serde::Serialize;

/// A gradient this small beside the value does not carry an undetermined parameter into it.
const IRRELEVANT: f64 = 1e-4;

/// One parameter's estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// What it is.
    pub parameter: Parameter,
    /// Its value.
    pub value: f64,
    /// Standard error; none where the data do not determine the parameter.
    pub se: Option<f64>,
}

/// A value on its natural scale with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Interval {
    /// Estimate.
    pub value: f64,
    /// Standard error on the natural scale (delta method).
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
}

/// Scale on which an interval is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Identity,
    Log,
    Logit,
}

/// Standard errors, intervals and tests of a fit by one of its covariances: [`Fit::by`], [`Fit::as_advised`].
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, PersonRow, Spec, cohort::CohortBuilder, trajectory::Errors};
/// let mut builder = CohortBuilder::new(AgeGrid::years(12, 15)?);
/// for i in 0..60 {
///     builder.push(PersonRow::new(&[0, 1, 2, 3].map(|t| Some((i * (t + 1)) % 3))))?;
/// }
/// let cohort = builder.finish();
/// let fit = Spec::counts(Family::Poisson).groups(1).degree(1).fit(&cohort)?;
/// let by_information = fit.by(Errors::Information)?.estimates();
/// // a fit of plain counts has no sandwich until it is asked for
/// assert!(fit.by(Errors::Sandwich).unwrap_err().to_string().contains("Fit::robust"));
/// let by_sandwich = fit.robust(&cohort)?.by(Errors::Sandwich)?.estimates();
/// assert_eq!(by_information[1].value, by_sandwich[1].value);
/// assert!(by_information[1].se != by_sandwich[1].se);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Precision<'a> {
    pub(crate) fit: &'a Fit,
    covariance: &'a Square,
    errors: Errors,
}

impl Fit {
    /// Standard errors, intervals and tests by this covariance.
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when it is the sandwich, and that was not worked out:
    /// [`Fit::robust`] and [`Fit::checked`] do.
    pub fn by(&self, errors: Errors) -> Result<Precision<'_>> {
        if errors == Errors::Information {
            return Ok(self.by_information());
        }
        let none = || Error::options("the sandwich covariance was not worked out for this fit: see Fit::robust");
        let covariance = self.inference.sandwich.as_ref().ok_or_else(none)?;
        Ok(Precision { fit: self, covariance, errors })
    }

    /// By the covariance to tell of: the sandwich when a finding says that people differ more than the model allows, or
    /// offend in spells, and the sandwich was worked out, otherwise the information, which needs fewer people.
    pub fn as_advised(&self) -> Precision<'_> {
        let wrong = |f: &Finding| matches!(f.what(), Finding::TotalsSpread { .. } | Finding::Spells { .. });
        let robust = self.by(Errors::Sandwich).ok().filter(|_| self.findings.iter().any(wrong));
        robust.unwrap_or(self.by_information())
    }

    /// By the information, which every fit has: [`Fit::by`] that cannot fail.
    pub fn by_information(&self) -> Precision<'_> {
        Precision { fit: self, covariance: &self.inference.covariance, errors: Errors::Information }
    }
}

impl Precision<'_> {
    /// Which covariance this is by.
    pub fn errors(&self) -> Errors {
        self.errors
    }

    /// Estimates with standard errors, in the order of [`Model::parameter_names`](crate::Model::parameter_names).
    pub fn estimates(&self) -> Vec<Estimate> {
        let (model, determined) = (&self.fit.model, &self.fit.inference.determined);
        let of = |i: usize| Estimate {
            parameter: model.layout.parameters[i].clone(),
            value: model.theta[i],
            se: determined[i].then(|| self.covariance.at(i, i).max(0.0).sqrt()),
        };
        (0..model.layout.len()).map(of).collect()
    }

    /// Covariance of the parameters; rows and columns of undetermined ones are 0 (see [`Fit::undetermined`]).
    pub fn covariance(&self) -> Array2<f64> {
        let n = self.covariance.n();
        Array2::from_shape_fn((n, n), |(i, j)| self.covariance.at(i, j))
    }

    pub(crate) fn matrix(&self) -> &Square {
        self.covariance
    }

    /// Standard error of any smooth function of the parameters, from its gradient (delta method); none when
    /// it rests on an undetermined parameter.
    pub fn delta(&self, gradient: ArrayView1<'_, f64>, value: f64) -> Option<f64> {
        let gradient: Vec<f64> = gradient.to_vec();
        (gradient.len() == self.fit.model.layout.len()).then(|| self.se(&gradient, value)).flatten()
    }

    /// A group's curve with its 95 % band, by age interval: pointwise, symmetric on the log scale for counts,
    /// the logit scale for `bernoulli` and `beta`, the scale of the values for `cnorm`.
    ///
    /// # Panics
    /// When there is no such outcome or group.
    pub fn curve(&self, outcome: usize, group: usize) -> Vec<Interval> {
        let scale = match self.fit.model.spec.outcomes[outcome].family {
            Family::Bernoulli | Family::Beta => Scale::Logit,
            Family::CensoredNormal => Scale::Identity,
            _ => Scale::Log,
        };
        (0..self.fit.model.grid.len())
            .map(|t| {
                let (value, gradient) = self.fit.model.mean_at(outcome, group, t);
                interval(value, self.se(&gradient, value), scale)
            })
            .collect()
    }

    /// Dispersion `alpha`, standard deviation, precision or `tau` of a group, on its natural scale, with an
    /// interval symmetric on the log scale; none when the family has no such parameter.
    ///
    /// # Panics
    /// When there is no such outcome or group.
    pub fn spread(&self, outcome: usize, group: usize) -> Option<Interval> {
        let layout = &self.fit.model.layout;
        let part =
            [Part::LogDispersion, Part::LogSigma, Part::LogPrecision, Part::LogTau].into_iter().find_map(|part| {
                let at = |g| layout.find(part, Some(outcome), g, 0);
                at(Some(GroupNumber::of_index(group))).or_else(|| at(None))
            })?;
        let value = self.fit.model.theta[part].exp();
        let mut gradient = vec![0.0; layout.len()];
        gradient[part] = value;
        Some(interval(value, self.se(&gradient, value), Scale::Log))
    }

    /// Standard error of a function with this gradient; none when it rests on an undetermined parameter.
    pub(crate) fn se(&self, gradient: &[f64], value: f64) -> Option<f64> {
        let weighty = |g: f64| g.abs() > IRRELEVANT * value.abs().max(1e-300);
        if gradient.iter().zip(&self.fit.inference.determined).any(|(&g, &d)| !d && weighty(g)) {
            return None;
        }
        let (v, n) = (self.covariance, gradient.len());
        let sum: f64 = (0..n).map(|i| gradient[i] * (0..n).map(|j| v.at(i, j) * gradient[j]).sum::<f64>()).sum();
        (sum >= 0.0).then(|| sum.sqrt())
    }
}

pub(crate) fn interval(value: f64, se: Option<f64>, scale: Scale) -> Interval {
    let ends = se.map(|se| match scale {
        Scale::Identity => (value - Z_975 * se, value + Z_975 * se),
        Scale::Log => {
            let half = (Z_975 * se / value).min(700.0);
            (value * (-half).exp(), value * half.exp())
        }
        Scale::Logit => {
            let spread = value * (1.0 - value);
            let half = if spread > 0.0 { Z_975 * se / spread } else { 0.0 };
            let logit = (value / (1.0 - value)).ln();
            let at = |x: f64| crate::numeric::logspace::expit(x).0;
            if spread > 0.0 { (at(logit - half), at(logit + half)) } else { (value, value) }
        }
    });
    let finite = |x: f64| Some(x).filter(|x| x.is_finite());
    Interval { value, se, low: ends.and_then(|e| finite(e.0)), high: ends.and_then(|e| finite(e.1)) }
}
