//! Sums and probabilities in log space, without overflow or cancellation.

/// `ln(sum(exp(x)))`; minus infinity for nothing, or for nothing but minus infinity.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) fn log_sum_exp(x: &[f64]) -> f64 {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + x.iter().map(|&v| (v - max).exp()).sum::<f64>().ln()
}

/// `ln(exp(a) + exp(b))`.
#[inline]
pub(crate) fn log_add_exp(a: f64, b: f64) -> f64 {
    let (high, low) = if a >= b { (a, b) } else { (b, a) };
    if low == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}

/// `ln(1 + exp(x))`.
#[inline]
pub(crate) fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// `p = 1 / (1 + exp(-x))` and `1 - p`, both to full relative precision.
#[inline]
pub(crate) fn expit(x: f64) -> (f64, f64) {
    let e = (-x.abs()).exp();
    let (small, large) = (e / (1.0 + e), 1.0 / (1.0 + e));
    if x > 0.0 { (large, small) } else { (small, large) }
}

/// [`expit`] and [`softplus`] of the same.
#[inline]
pub(crate) fn expit_and_softplus(x: f64) -> (f64, f64, f64) {
    let e = (-x.abs()).exp();
    let (small, large, more) = (e / (1.0 + e), 1.0 / (1.0 + e), e.ln_1p());
    if x > 0.0 { (large, small, x + more) } else { (small, large, more) }
}

/// Place of the highest of some numbers; the first of equals.
pub(crate) fn most_likely(p: impl Iterator<Item = f64>) -> usize {
    let mut best = (f64::NEG_INFINITY, 0);
    for (k, p) in p.enumerate() {
        if p > best.0 {
            best = (p, k);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_sum_exp_of_nothing_or_of_impossible_terms_is_minus_infinity() {
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 3]), f64::NEG_INFINITY);
        assert_eq!(log_add_exp(f64::NEG_INFINITY, f64::NEG_INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn log_sum_exp_does_not_overflow() {
        assert!((log_sum_exp(&[1000.0, 1000.0]) - (1000.0 + 2_f64.ln())).abs() < 1e-12);
        assert_eq!(log_add_exp(-2000.0, 3.0), 3.0);
    }

    #[test]
    fn expit_keeps_both_tails() {
        let (p, q) = expit(-40.0);
        assert!((p - 4.248354255291589e-18).abs() < 1e-32); // exp(-40)/(1+exp(-40)), 40 digits by mpmath
        assert_eq!(q, 1.0);
        assert_eq!(expit(f64::NEG_INFINITY), (0.0, 1.0));
        assert_eq!(expit(f64::INFINITY), (1.0, 0.0));
        assert_eq!(softplus(f64::NEG_INFINITY), 0.0);
        assert_eq!(softplus(800.0), 800.0);
        for x in [f64::NEG_INFINITY, -800.0, -3.5, 0.0, 0.7, 40.0, 800.0] {
            let (p, q) = expit(x);
            assert_eq!(expit_and_softplus(x), (p, q, softplus(x)));
        }
    }
}
