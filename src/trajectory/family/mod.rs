//! The count families and their cell likelihoods, as functions of the linear predictors.
//!
//! Notation of the zero-inflated Poisson (Lambert 1992; Nielsen et al. 2014): `eta = ln(rate)`,
//! `lambda = exposure * rate`, `zeta = logit(q)` with `q` the probability of a structural zero.
//! Poisson is the case `zeta = -inf`, so one set of formulas serves all three families.

pub(crate) mod kernel;

use crate::numeric::logspace::{expit, log_add_exp, softplus};
use crate::units::read_back;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Distribution of the count in one age interval, given the group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Family {
    /// Poisson: `lambda = exposure * exp(eta)`, `eta` a polynomial in age.
    Poisson,
    /// Zero-inflated Poisson; the logit of the zero part is a polynomial in age of its own degree.
    Zip,
    /// ZIP(tau): the logit of the zero part is `-tau * eta` with `tau >= 0`, one `tau` a group
    /// (Lambert 1992; without the exposure in `eta`, as in crimCV).
    ZipTau,
    /// Negative binomial (NB2): mean `lambda = exposure * exp(eta)`, variance `lambda + alpha lambda^2`, one
    /// dispersion `alpha` a group or one for all.
    #[serde(rename = "negbin")]
    NegBin,
    /// Zero-inflated negative binomial.
    Zinb,
    /// Negative multinomial: Poisson times a factor that a person keeps throughout, gamma with mean 1, its variance
    /// `alpha` one a group or one for all (Hausman, Hall & Griliches 1984). Lasting differences between the people of a
    /// group; the negative binomial's are drawn anew at every age.
    ///
    /// By what their manuals list, no trajectory package has it: crimCV 1.0.0 has ZIP and ZIP(tau), trajeR 1.0 censored
    /// normal, logit, Poisson, ZIP, beta and non-linear least squares, lcmm Gaussian effects behind continuous and ordinal
    /// outcomes, flexmix 2.3-20 with countreg Gaussian, binomial, Poisson, gamma, zero-inflated binomial and Poisson, and negative
    /// binomial (every count by itself), Stata's traj (Jones & Nagin 2013) normal, censored normal, Poisson, ZIP and
    /// logit, and PROC TRAJ of SAS CNORM, ZIP, LOGIT and BETA with random effects for CNORM only.
    #[serde(rename = "negmult", alias = "negative-multinomial")]
    NegMultinomial,
    /// Participation: the logit of the probability of a 1 is a polynomial in age. Takes no time at risk.
    Bernoulli,
    /// Censored normal (Tobin 1958; Nagin 1999), for scales with a floor and a ceiling.
    #[serde(rename = "cnorm")]
    CensoredNormal,
    /// Beta, for fractions strictly between 0 and 1; the logit of the mean is a polynomial in age.
    Beta,
}

impl Family {
    /// Every family.
    pub const ALL: [Family; 9] = [
        Family::Poisson,
        Family::Zip,
        Family::ZipTau,
        Family::NegBin,
        Family::Zinb,
        Family::NegMultinomial,
        Family::Bernoulli,
        Family::CensoredNormal,
        Family::Beta,
    ];

    /// Whether values are counts of events in time at risk.
    pub fn counts_events(self) -> bool {
        self.is_plain()
    }

    /// Whether the engine of plain counts fits it.
    pub(crate) fn is_plain(self) -> bool {
        use Family::{NegBin, NegMultinomial, Poisson, Zinb, Zip, ZipTau};
        matches!(self, Poisson | Zip | ZipTau | NegBin | Zinb | NegMultinomial)
    }

    /// Whether each person has a factor of their own, which ties their counts together even within a group.
    pub fn has_factor(self) -> bool {
        self == Family::NegMultinomial
    }

    /// Whether counts spread more than Poisson counts within a group, by a parameter `alpha`.
    pub fn has_dispersion(self) -> bool {
        matches!(self, Family::NegBin | Family::Zinb | Family::NegMultinomial)
    }

    /// Whether the zero part has a curve of its own.
    pub fn has_zero_curve(self) -> bool {
        matches!(self, Family::Zip | Family::Zinb)
    }

    /// Whether values have a floor and a ceiling beyond which they are not seen.
    pub fn is_censored(self) -> bool {
        self == Family::CensoredNormal
    }

    /// Key used in files and on the command line: `poisson`, `zip`, `zip-tau`, `negbin`, `negmult`, ..
    pub fn key(self) -> &'static str {
        match self {
            Family::Poisson => "poisson",
            Family::Zip => "zip",
            Family::ZipTau => "zip-tau",
            Family::NegBin => "negbin",
            Family::Zinb => "zinb",
            Family::NegMultinomial => "negmult",
            Family::Bernoulli => "bernoulli",
            Family::CensoredNormal => "cnorm",
            Family::Beta => "beta",
        }
    }
}

read_back! { Family, "a family"; }

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// `ln tau` of a `tau` without bound. There `eta` is 0 and `zeta = -tau * eta` a polynomial of its own, and `tau` decides
/// nothing any more: no derivative in it counts. `exp(-30)` of a predictor is below what a sum over a cohort can tell.
pub(crate) const TAU_UNBOUNDED: f64 = 30.0;

/// Whether a `tau` is one without bound. Stored as a number and not as its logarithm, it comes back a rounding off.
#[inline]
pub(crate) fn tau_is_unbounded(log_tau: f64) -> bool {
    log_tau > TAU_UNBOUNDED - 1e-6
}

/// First and second derivatives of a log-probability in `eta` and `zeta`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Derivatives {
    pub(crate) eta: f64,
    pub(crate) zeta: f64,
    pub(crate) eta_eta: f64,
    pub(crate) eta_zeta: f64,
    pub(crate) zeta_zeta: f64,
}

impl Derivatives {
    pub(crate) fn add(&mut self, weight: f64, other: &Derivatives) {
        self.eta += weight * other.eta;
        self.zeta += weight * other.zeta;
        self.eta_eta += weight * other.eta_eta;
        self.eta_zeta += weight * other.eta_zeta;
        self.zeta_zeta += weight * other.zeta_zeta;
    }
}

/// `ln P(y = 0)`.
#[inline]
pub(crate) fn zero_value(lambda: f64, zeta: f64) -> f64 {
    log_add_exp(zeta, -lambda) - softplus(zeta)
}

/// Derivatives of `ln P(y = 0)`. `r` is the probability that a zero is structural.
#[inline]
pub(crate) fn zero_cell(lambda: f64, zeta: f64) -> Derivatives {
    zero_cell_of(lambda, expit(zeta), expit(zeta + lambda))
}

/// [`zero_cell`], given the probabilities of a structural zero and of none, before and after a zero was seen.
#[inline]
pub(crate) fn zero_cell_of(lambda: f64, (q, not_q): (f64, f64), (r, not_r): (f64, f64)) -> Derivatives {
    Derivatives {
        eta: -lambda * not_r,
        zeta: if r > 0.5 { not_q - not_r } else { r - q },
        eta_eta: -lambda * not_r * (1.0 - lambda * r),
        eta_zeta: lambda * r * not_r,
        zeta_zeta: r * not_r - q * not_q,
    }
}

/// `ln P(y)` for `y > 0` without the constant `y ln(exposure) - ln y!`.
#[inline]
pub(crate) fn positive_value(count: f64, lambda: f64, eta: f64, zeta: f64) -> f64 {
    count * eta - lambda - softplus(zeta)
}

/// Derivatives of `ln P(y)` for `y > 0`.
#[inline]
pub(crate) fn positive_cell(count: f64, lambda: f64, zeta: f64) -> Derivatives {
    positive_cell_of(count, lambda, expit(zeta))
}

/// [`positive_cell`], given the probabilities of a structural zero and of none.
#[inline]
pub(crate) fn positive_cell_of(count: f64, lambda: f64, (q, not_q): (f64, f64)) -> Derivatives {
    Derivatives { eta: count - lambda, zeta: -q, eta_eta: -lambda, eta_zeta: 0.0, zeta_zeta: -q * not_q }
}

/// `ln y!`.
pub(crate) fn ln_factorial(count: u32) -> f64 {
    libm::lgamma(f64::from(count) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(count: f64, exposure: f64, eta: f64, zeta: f64) -> f64 {
        let lambda = exposure * eta.exp();
        if count == 0.0 { zero_value(lambda, zeta) } else { positive_value(count, lambda, eta, zeta) }
    }

    fn cell(count: f64, exposure: f64, eta: f64, zeta: f64) -> Derivatives {
        let lambda = exposure * eta.exp();
        if count == 0.0 { zero_cell(lambda, zeta) } else { positive_cell(count, lambda, zeta) }
    }

    #[test]
    fn derivatives_of_a_cell_equal_finite_differences() {
        let h = 1e-5;
        for count in [0.0, 1.0, 7.0] {
            for exposure in [1.0, 0.3, 0.01] {
                for eta in [-4.0, -0.5, 1.5] {
                    for zeta in [-6.0, -0.7, 0.0, 2.0] {
                        let at = |de: f64, dz: f64| cell(count, exposure, eta + de, zeta + dz);
                        let value = |de: f64, dz: f64| value(count, exposure, eta + de, zeta + dz);
                        let d = at(0.0, 0.0);
                        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-8 * (1.0 + b.abs()), "{a} {b}");
                        close((value(h, 0.0) - value(-h, 0.0)) / (2.0 * h), d.eta);
                        close((value(0.0, h) - value(0.0, -h)) / (2.0 * h), d.zeta);
                        close((at(h, 0.0).eta - at(-h, 0.0).eta) / (2.0 * h), d.eta_eta);
                        close((at(0.0, h).eta - at(0.0, -h).eta) / (2.0 * h), d.eta_zeta);
                        close((at(0.0, h).zeta - at(0.0, -h).zeta) / (2.0 * h), d.zeta_zeta);
                    }
                }
            }
        }
    }

    #[test]
    fn probabilities_of_all_counts_sum_to_one() {
        for (eta, zeta, exposure) in [(0.5, -1.0, 1.0), (1.2, 0.8, 0.4), (-2.0, f64::NEG_INFINITY, 1.0)] {
            let total: f64 = (0..60)
                .map(|y| {
                    let constant = f64::from(y) * f64::ln(exposure) - ln_factorial(y);
                    (value(f64::from(y), exposure, eta, zeta) + constant).exp()
                })
                .sum();
            assert!((total - 1.0).abs() < 1e-14, "{total}");
        }
    }

    #[test]
    fn a_poisson_zero_is_exactly_minus_lambda() {
        let d = zero_cell(3.5, f64::NEG_INFINITY);
        assert_eq!(zero_value(3.5, f64::NEG_INFINITY), -3.5);
        assert_eq!((d.eta, d.zeta, d.eta_eta, d.eta_zeta, d.zeta_zeta), (-3.5, 0.0, -3.5, 0.0, 0.0));
    }
}
