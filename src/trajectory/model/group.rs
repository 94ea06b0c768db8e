//! One group of a model of counts: its share and its polynomials.

#[cfg(doc)]
use crate::trajectory::family::Family;
use serde::{Deserialize, Serialize};

/// One latent group: its share and its curves.
///
/// Coefficients are of powers 0, 1, 2, .. of the scaled age `u`, which runs from -1 in the first age
/// interval of the grid to 1 in the last: `ln(rate) = b0 + b1 u + b2 u^2 + ..`, the rate in events per
/// year at liberty. To bring polynomials of another age scale here, see [`rescale`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Share of the population, in (0, 1].
    pub share: f64,
    /// Coefficients of the log rate.
    pub coefficients: Vec<f64>,
    /// Coefficients of the logit of the structural-zero probability; empty unless [`Family::Zip`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zero_coefficients: Vec<f64>,
    /// `tau` of [`Family::ZipTau`], 0 or more; `None` for other families.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tau: Option<f64>,
    /// Dispersion `alpha` of [`Family::NegBin`] and [`Family::Zinb`] (variance `lambda + alpha lambda^2`), or variance
    /// of the factor of [`Family::NegMultinomial`]; `None` for other families.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispersion: Option<f64>,
}

impl Group {
    /// A group with this share and these coefficients of the log rate, and nothing beside them.
    ///
    /// ```
    /// use pleegprofiel::trajectory::Group;
    /// let group = Group::poisson(0.3, [-1.5, -3.0, -3.0]).with_dispersion(0.4);
    /// assert_eq!((group.coefficients.len(), group.tau, group.dispersion), (3, None, Some(0.4)));
    /// ```
    pub fn poisson(share: f64, coefficients: impl Into<Vec<f64>>) -> Group {
        let (coefficients, zero_coefficients) = (coefficients.into(), Vec::new());
        Group { share, coefficients, zero_coefficients, tau: None, dispersion: None }
    }

    /// With these coefficients of the logit of a structural zero: [`Family::Zip`] and [`Family::Zinb`].
    #[must_use]
    pub fn with_zero_curve(self, zero_coefficients: impl Into<Vec<f64>>) -> Group {
        Group { zero_coefficients: zero_coefficients.into(), ..self }
    }

    /// With a zero part that follows the rate: [`Family::ZipTau`].
    #[must_use]
    pub fn with_tau(self, tau: f64) -> Group {
        Group { tau: Some(tau), ..self }
    }

    /// With a dispersion: [`Family::NegBin`], [`Family::Zinb`] and [`Family::NegMultinomial`].
    #[must_use]
    pub fn with_dispersion(self, dispersion: f64) -> Group {
        Group { dispersion: Some(dispersion), ..self }
    }
}

/// Coefficients of a polynomial in `x`, rewritten for `u` where `x = offset + factor * u`.
///
/// A cubic in `t = (age - first) / (last - first)`, as crimCV, trajeR and flexmix users write it, comes to
/// the crate's scale with `t = 0.5 + 0.5 u`; one in raw age with `age = mid + half_range * u`.
///
/// ```
/// // 1 + 2 t at t = 0.5 + 0.5 u is 2 + u
/// assert_eq!(pleegprofiel::trajectory::rescale(&[1.0, 2.0], 0.5, 0.5), vec![2.0, 1.0]);
/// ```
pub fn rescale(coefficients: &[f64], offset: f64, factor: f64) -> Vec<f64> {
    // Horner's rule on polynomials: p <- p * (offset + factor u) + c
    let mut p = vec![0.0; coefficients.len()];
    for &c in coefficients.iter().rev() {
        for i in (0..p.len()).rev() {
            p[i] = p[i] * offset + if i > 0 { p[i - 1] * factor } else { 0.0 };
        }
        if let Some(first) = p.first_mut() {
            *first += c;
        }
    }
    p
}
