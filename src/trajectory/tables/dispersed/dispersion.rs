//! The dispersion of one group's counts.

use crate::trajectory::tables::shape::Curve;

/// Dispersion of a group; its logarithm kept where arithmetic still tells the group from a Poisson one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dispersion {
    pub(crate) alpha: f64,
    /// `1 / alpha`.
    pub(crate) r: f64,
    pub(crate) log_alpha: f64,
}

impl Dispersion {
    pub(crate) fn of(curve: &Curve) -> Dispersion {
        let log_alpha = curve.log_alpha.clamp(-80.0, 80.0);
        Dispersion { alpha: log_alpha.exp(), r: (-log_alpha).exp(), log_alpha }
    }
}

/// Means above this are no means of people; the cap keeps every product finite.
pub(crate) const MOST: f64 = 1e100;
