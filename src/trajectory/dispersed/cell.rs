//! One cell: its log-probability without `-ln y!`, and derivatives in `eta`, `zeta` and `ln alpha`.
//!
//! The formulas are those of `kernel::negbin`; what only the count and the dispersion decide is taken from a table.

use crate::numeric::vexp;
use crate::trajectory::kernel::inflated;
use crate::trajectory::shape::Curve;

/// Value and derivatives of one cell.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) value: f64,
    pub(crate) first: [f64; 3],
    pub(crate) second: [f64; 6],
    pub(crate) complete: [f64; 3],
}

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
pub(super) const MOST: f64 = 1e100;

/// A cell with count `y`, `rising` as [`crate::trajectory::kernel::rising`] gives it, at a mean of `lambda`.
#[inline]
pub(crate) fn cell(y: f64, rising: &[f64; 3], lambda: f64, log_lambda: f64, zeta: f64, d: &Dispersion) -> Cell {
    let lambda = lambda.min(MOST);
    let x = d.alpha * lambda;
    let s = 1.0 / (1.0 + x);
    let ln = vexp::ln_1p(x, s);
    let v = x * s;
    let bend = d.r * (ln - v);
    // the term of a count of 0 is 0 whatever the mean
    let events = if y > 0.0 { y * (log_lambda - ln) } else { 0.0 };
    let count = rising[0] + events - d.r * ln;
    let e = (y - lambda) * s;
    let a = rising[1] - y * v + bend;
    let ee = -s * (lambda * s + y * v);
    let ea = -e * v;
    let aa = rising[2] - y * v * s + lambda * v * s - bend;
    let certain = y > 0.0 || zeta == f64::NEG_INFINITY;
    let (both, [not_r, spread]) = inflated(certain, count, [e, a, ee, ea, aa], zeta);
    Cell {
        value: both.value,
        first: both.first,
        second: both.second,
        complete: [not_r * lambda * s, spread, not_r * a * a],
    }
}
