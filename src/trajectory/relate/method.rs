//! The choices a caller makes, and the findings and Wald tests that every result is made of.

use crate::numeric::linalg::Square;
use crate::numeric::p_values::{Z_975, chi_square_upper, normal_two_sided};
use crate::trajectory::data::group_number::GroupNumber;
use serde::Serialize;
use std::fmt;

/// How persons are assigned to groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assignment {
    /// Everyone to the most likely group; the first of equals.
    Modal,
    /// Everyone to every group, in proportion to the posterior probabilities.
    Proportional,
}

/// How groups are related to something else. See the [module](crate::trajectory::relate) for which to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RelateMethod {
    /// As if everyone were known to be of their most likely group. Attenuates.
    Hard,
    /// Weighted by posterior probability, uncorrected. Attenuates.
    Proportional,
    /// Weights that undo classification error on average (Bolck, Croon & Hagenaars 2004; Vermunt 2010).
    Bch(Assignment),
    /// Maximum likelihood with the classification errors held fixed (Vermunt 2010).
    MaximumLikelihood(Assignment),
}

impl RelateMethod {
    /// Whether differences between groups are expected to come out too small.
    pub fn attenuates(self) -> bool {
        matches!(self, RelateMethod::Hard | RelateMethod::Proportional)
    }
}

impl fmt::Display for RelateMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RelateMethod::Hard => "hard assignment (attenuated)",
            RelateMethod::Proportional => "weighted by posterior probability (attenuated)",
            RelateMethod::Bch(Assignment::Modal) => "BCH, modal assignment",
            RelateMethod::Bch(Assignment::Proportional) => "BCH, proportional assignment",
            RelateMethod::MaximumLikelihood(Assignment::Modal) => "three-step maximum likelihood, modal assignment",
            RelateMethod::MaximumLikelihood(Assignment::Proportional) => {
                "three-step maximum likelihood, proportional assignment"
            }
        })
    }
}

/// Where standard errors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StandardErrors {
    /// Of a mean, `s / sqrt(n)` with `s^2` over `n - 1`.
    Mean,
    /// The inverse of the observed information.
    ObservedInformation,
    /// Sandwich, clustered on the person (White 1980); holds with weights and shared persons.
    Sandwich,
}

/// What a reader of a result has to know.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RelateFinding {
    /// The method does not correct for classification error: differences are expected to be too small.
    Attenuated,
    /// Standard errors take the fit, and so the classification errors, as known: they are too small for what
    /// was estimated, little for differences and effects, clearly for constants (see the
    /// [module](crate::trajectory::relate)).
    StepOneTakenAsKnown,
    /// Some persons count negatively for a group, as the correction needs.
    NegativeWeights {
        /// Persons with a negative weight in some group.
        persons: usize,
        /// The lowest weight.
        smallest: f64,
    },
    /// The corrected variance of the outcome within a group is negative: too little is known of that group.
    NegativeVariance {
        /// Group number.
        group: GroupNumber,
        /// The corrected variance.
        variance: f64,
    },
    /// A corrected mean is not possible for an outcome of this kind.
    ImpossibleMean {
        /// Group number.
        group: GroupNumber,
        /// The mean, as estimated.
        mean: f64,
    },
    /// The proportion ran to 0 or 1: "as far as the data go", without a standard error.
    MeanAtBoundary {
        /// Group number.
        group: GroupNumber,
        /// 0 or 1.
        mean: f64,
    },
    /// The mean by maximum likelihood lies outside the 95 % interval of BCH: the outcome is not normal within
    /// groups, and the likelihood has made its own groups of it. Believe BCH.
    DisagreesWithBch {
        /// Group number.
        group: GroupNumber,
        /// Mean by maximum likelihood.
        likelihood: f64,
        /// Mean by BCH.
        bch: f64,
    },
    /// Everyone who counts for this group has the same outcome, or it is one person: no standard error.
    NoSpread {
        /// Group number.
        group: GroupNumber,
    },
    /// Persons without a known outcome were left out, which is right when being unknown has nothing to do
    /// with outcome or group.
    MissingOutcome {
        /// How many.
        persons: usize,
    },
}

impl fmt::Display for RelateFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RelateFinding::Attenuated => f.write_str(
                "classification error is not corrected for: differences between groups are expected to be too small",
            ),
            RelateFinding::StepOneTakenAsKnown => f.write_str(
                "standard errors take the fit as known: intervals are somewhat short, those of constants clearly",
            ),
            RelateFinding::NegativeWeights { persons, smallest } => {
                write!(f, "{persons} persons count negatively for some group (lowest weight {smallest:.3})")
            }
            RelateFinding::NegativeVariance { group, variance } => {
                write!(f, "group {group}: the corrected variance is {variance}, which no outcome can have")
            }
            RelateFinding::ImpossibleMean { group, mean } => {
                write!(f, "group {group}: the corrected mean is {mean}, which this outcome cannot have")
            }
            RelateFinding::MeanAtBoundary { group, mean } => {
                write!(f, "group {group}: the proportion ran to {mean} and has no standard error")
            }
            RelateFinding::DisagreesWithBch { group, likelihood, bch } => write!(
                f,
                "group {group}: the mean is {likelihood:.4} by likelihood and {bch:.4} by BCH; the outcome is not \
                 normal within groups, believe BCH"
            ),
            RelateFinding::NoSpread { group } => {
                write!(f, "group {group}: the outcome does not vary, so its mean has no standard error")
            }
            RelateFinding::MissingOutcome { persons } => {
                write!(f, "{persons} persons without a known outcome were left out")
            }
        }
    }
}

/// A Wald test of several differences or coefficients at once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OverallTest {
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: usize,
    /// Probability of a statistic at least as large if all were 0.
    pub p: f64,
}

/// An estimate with its standard error and what follows from it; nothing follows when there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WaldEstimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error, above 0.
    pub standard_error: Option<f64>,
    /// 95 % interval, `value -+ 1.96 standard errors`.
    pub interval: Option<[f64; 2]>,
    /// `value / standard_error`.
    pub z: Option<f64>,
    /// Two-sided p-value of `z`.
    pub p: Option<f64>,
}

impl WaldEstimate {
    pub(crate) fn new(value: f64, variance: Option<f64>) -> WaldEstimate {
        let standard_error = variance.filter(|v| *v > 0.0 && v.is_finite()).map(f64::sqrt);
        let z = standard_error.map(|s| value / s);
        WaldEstimate {
            value,
            standard_error,
            interval: standard_error.map(|s| [value - Z_975 * s, value + Z_975 * s]),
            z,
            p: z.map(normal_two_sided),
        }
    }
}

/// The test that all `values` are 0; `None` when their covariance has no inverse.
pub(crate) fn wald(values: &[f64], covariance: &Square) -> Option<OverallTest> {
    if values.is_empty() {
        return None;
    }
    let solved = covariance.cholesky()?.solve(values);
    let chi_square: f64 = values.iter().zip(&solved).map(|(a, b)| a * b).sum();
    let degrees_of_freedom = values.len();
    Some(OverallTest { chi_square, degrees_of_freedom, p: chi_square_upper(chi_square, degrees_of_freedom) })
}
