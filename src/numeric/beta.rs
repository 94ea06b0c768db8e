//! The regularized incomplete beta function and its inverse: tails of the binomial distribution.
//!
//! The continued fraction is evaluated by Lentz's method as modified by Thompson & Barnett (1986); it converges
//! quickly for `x` below the mean, and the upper side is had by reflection.

use crate::numeric::gamma::{HALF_LN_TWO_PI, stirling_remainder};

/// Enough for every shape up to 1e8 on the quick side of the mean.
const MOST_TERMS: usize = 100_000;
const TINY: f64 = 1e-300;

/// `I_x(a, b)` for `a, b > 0` and `x` in `[0, 1]`.
pub(crate) fn regularized(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    if x > (a + 1.0) / (a + b + 2.0) { 1.0 - lower(b, a, 1.0 - x) } else { lower(a, b, x) }
}

/// The value of `x` at which `I_x(a, b)` is `p`: bisection, then Newton steps kept inside the bracket.
pub(crate) fn quantile(p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    let mut x = a / (a + b);
    for step in 0..200 {
        let error = regularized(a, b, x) - p;
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = ((a - 1.0) * x.ln() + (b - 1.0) * (-x).ln_1p() - ln_beta(a, b)).exp();
        let newton = x - error / density;
        let next = if step > 3 && newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-16 * next.max(1e-30) || high - low <= f64::EPSILON * high {
            return next;
        }
        x = next;
    }
    x
}

fn lower(a: f64, b: f64, x: f64) -> f64 {
    let front = (a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b)).exp() / a;
    let mut d = 1.0 - (a + b) * x / (a + 1.0);
    d = 1.0 / if d.abs() < TINY { TINY } else { d };
    let (mut c, mut value) = (1.0, d);
    for m in 1..MOST_TERMS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        for term in [even, odd] {
            d = 1.0 + term * d;
            c = 1.0 + term / c;
            d = 1.0 / if d.abs() < TINY { TINY } else { d };
            c = if c.abs() < TINY { TINY } else { c };
            value *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    front * value
}

/// `ln B(a, b)`, by remainders of Stirling's formula so that large shapes keep their digits.
fn ln_beta(a: f64, b: f64) -> f64 {
    let s = a + b;
    HALF_LN_TWO_PI + stirling_remainder(a) + stirling_remainder(b) - stirling_remainder(s)
        + (a - 0.5) * (a / s).ln()
        + b * (b / s).ln()
        - 0.5 * b.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_incomplete_beta_function_agrees_with_closed_forms() {
        for x in [0.01, 0.3, 0.5, 0.9, 0.999] {
            // I_x(a, 1) = x^a, I_x(1, b) = 1 - (1 - x)^b
            assert!((regularized(3.0, 1.0, x) / f64::powi(x, 3) - 1.0).abs() < 1e-13);
            assert!((regularized(1.0, 4.0, x) / (1.0 - f64::powi(1.0 - x, 4)) - 1.0).abs() < 1e-13);
            // symmetry
            assert!((regularized(2.5, 7.0, x) + regularized(7.0, 2.5, 1.0 - x) - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn the_quantile_undoes_the_distribution_for_small_and_large_shapes() {
        for (a, b) in [(1.0, 1.0), (3.0, 1.0), (86.0, 198.0), (1.0, 9e6), (5e6, 4e6)] {
            for p in [0.001, 0.025, 0.5, 0.975] {
                let back = regularized(a, b, quantile(p, a, b));
                assert!((back - p).abs() < 1e-9, "{a} {b} {p}: {back}");
            }
        }
        assert!((quantile(0.025, 3.0, 1.0) - 0.025_f64.cbrt()).abs() < 1e-15);
    }
}
