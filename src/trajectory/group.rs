//! Making a group of a given model.

#[cfg(doc)]
use super::family::Family;
use super::model::Group;

impl Group {
    /// A group with this share and these coefficients of the log rate, and nothing beside them.
    ///
    /// ```
    /// use pleegprofiel::Group;
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
