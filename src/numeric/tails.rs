//! The normal distribution function in log space, with its inverse Mills ratio, exact in both tails.

use crate::numeric::gamma::HALF_LN_TWO_PI;

/// Below this the continued fraction takes over from `erfc`.
const FRACTION_BELOW: f64 = -5.0;

/// `ln Phi(z)` with what its derivatives need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LogPhi {
    /// `ln Phi(z)`.
    pub(crate) value: f64,
    /// Inverse Mills ratio `m = phi(z) / Phi(z)`, the first derivative.
    pub(crate) mills: f64,
    /// `z + m`, positive; the second derivative is `-m (z + m)`.
    pub(crate) excess: f64,
}

/// Standard normal density.
#[inline]
pub(crate) fn density(z: f64) -> f64 {
    (-0.5 * z * z - HALF_LN_TWO_PI).exp()
}

/// `Phi(z)`.
#[inline]
pub(crate) fn distribution(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// `Phi(b) - Phi(a)` for `a <= b`, without cancellation in the upper tail.
#[inline]
pub(crate) fn interval(a: f64, b: f64) -> f64 {
    if a > 0.0 { distribution(-a) - distribution(-b) } else { distribution(b) - distribution(a) }
}

/// `ln Phi(z)` and its inverse Mills ratio.
#[inline]
pub(crate) fn log_phi(z: f64) -> LogPhi {
    if z < FRACTION_BELOW {
        // phi(t) / (1 - Phi(t)) = t + 1/(t + 2/(t + 3/(t + ..))), t = -z (Laplace; Abramowitz & Stegun 26.2.14).
        // 60 levels are exact to double precision from t = 5 on; far out a few are enough.
        let t = -z;
        let levels = if t < 12.0 { 60 } else { 20 };
        let mut below = t;
        for k in (2..=levels).rev() {
            below = t + f64::from(k) / below;
        }
        let excess = 1.0 / below;
        let mills = t + excess;
        return LogPhi { value: -0.5 * t * t - HALF_LN_TWO_PI - mills.ln(), mills, excess };
    }
    let upper = distribution(-z);
    let lower = distribution(z);
    let value = if z > 0.0 { (-upper).ln_1p() } else { lower.ln() };
    let mills = density(z) / lower;
    LogPhi { value, mills, excess: z + mills }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_the_switch_to_the_fraction_agree() {
        let (a, b) = (log_phi(FRACTION_BELOW), log_phi(FRACTION_BELOW * (1.0 + 1e-15)));
        assert!((a.value / b.value - 1.0).abs() < 1e-14);
        assert!((a.mills / b.mills - 1.0).abs() < 1e-14);
        assert!((a.excess / b.excess - 1.0).abs() < 1e-13);
        let (a, b) = (log_phi(-12.0), log_phi(-12.0 + 1e-14));
        assert!((a.mills / b.mills - 1.0).abs() < 1e-14 && (a.excess / b.excess - 1.0).abs() < 1e-13);
    }

    #[test]
    fn far_tails_are_finite() {
        // z^2/2 + ln(2 pi)/2 + ln|z| + 1/z^2 at z = -1e4
        assert!((log_phi(-1e4).value + 50_000_010.129_278_92).abs() < 1e-6);
        assert_eq!(log_phi(1e4).value, 0.0);
        assert_eq!(log_phi(f64::INFINITY).mills, 0.0);
        assert!((log_phi(-1e4).mills * log_phi(-1e4).excess - 1.0).abs() < 1.1e-8);
    }
}
