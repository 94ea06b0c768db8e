//! The gamma function less its leading terms, so that differences of its logarithms keep their digits.
//!
//! Stirling: `ln Gamma(z) = (z - 1/2) ln z - z + ln(2 pi)/2 + delta(z)`; digamma: `psi(z) = ln z - kappa(z)`;
//! trigamma: `z psi'(z) = 1 + rho(z)`. `delta`, `kappa` and `rho` vanish for large `z` (Abramowitz & Stegun
//! 6.1.41, 6.3.18, 6.4.12), so formulas written in them never subtract large numbers from each other
//! (Loader 2000, "Fast and accurate computation of binomial probabilities").

/// `ln(2 pi) / 2`.
pub(crate) const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// From here on the asymptotic series below are exact to double precision.
const SERIES_FROM: f64 = 16.0;

/// `B_2k / (2k)` for k = 1..=6: the series of `kappa` is `1/(2z) + sum_k BERNOULLI[k-1] / z^(2k)`.
pub(crate) const BERNOULLI: [f64; 6] =
    [1.0 / 12.0, -1.0 / 120.0, 1.0 / 252.0, -1.0 / 240.0, 1.0 / 132.0, -691.0 / 32_760.0];

/// `ln(1 + u) - u`, sign reversed: `u - ln(1 + u)` for `u > -1`, to full relative precision near zero.
/// `one_plus` is `1 + u`, which the caller often knows to more digits.
#[inline]
pub(crate) fn log_gap(u: f64, one_plus: f64) -> f64 {
    if u.abs() > 0.25 {
        return u - one_plus.ln();
    }
    log_gap_near(u)
}

/// [`log_gap`] for `u` within a quarter of zero, without a branch; beyond, some number.
#[inline(always)]
pub(crate) fn log_gap_near(u: f64) -> f64 {
    // With s = u / (2 + u): ln(1 + u) = 2 (s + s^3/3 + s^5/5 + ..) and u - 2s = u s.
    let s = u / (2.0 + u);
    let t = s * s;
    let mut p = 1.0 / 19.0;
    for d in [17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
        p = p * t + 1.0 / d;
    }
    s * (u - 2.0 * t * p)
}

/// Deviance term `x ln(x / m) - (x - m)` for `x >= 0`, `m > 0`; `difference` is `x - m`, which the caller
/// often knows to more digits.
#[inline]
pub(crate) fn deviance(x: f64, m: f64, difference: f64) -> f64 {
    if x == 0.0 {
        return m;
    }
    let u = difference / m;
    if u.abs() > 0.25 { x * (x / m).ln() - difference } else { m * (u * u - (1.0 + u) * log_gap(u, 1.0 + u)) }
}

/// `delta(z)`, the remainder of Stirling's formula, for `z > 0`.
#[inline]
pub(crate) fn stirling_remainder(z: f64) -> f64 {
    if z < SERIES_FROM {
        return libm::lgamma(z) - (z - 0.5) * z.ln() + z - HALF_LN_TWO_PI;
    }
    let i = 1.0 / z;
    let t = i * i;
    let series = 1.0 / 1260.0 + t * (-1.0 / 1680.0 + t * (1.0 / 1188.0 - t * (691.0 / 360_360.0)));
    i * (1.0 / 12.0 + t * (-1.0 / 360.0 + t * series))
}

/// `z kappa(z)` and `z rho(z)` for `z > 0`; both tend to 1/2 for large `z`.
#[inline]
pub(crate) fn digamma_terms(z: f64) -> (f64, f64) {
    if z >= SERIES_FROM {
        return series_terms(z);
    }
    // psi(z) = psi(z + n) - sum 1/(z + k), psi'(z) = psi'(z + n) + sum 1/(z + k)^2; times z and z^2, so that
    // the first term of each sum is 1 however small z is.
    let (mut first, mut second, mut shifted) = (1.0, 1.0, z + 1.0);
    while shifted < SERIES_FROM {
        let term = z / shifted;
        first += term;
        second += term * term;
        shifted += 1.0;
    }
    let (kappa, rho) = series_terms(shifted);
    let part = z / shifted;
    let z_psi = z * shifted.ln() - part * kappa - first;
    let z2_psi1 = second + part * part * (shifted + rho);
    (z * z.ln() - z_psi, z2_psi1 - z)
}

#[inline]
fn series_terms(z: f64) -> (f64, f64) {
    let i = 1.0 / z;
    let t = i * i;
    let (mut kappa, mut rho, mut power) = (0.5, 0.5, i);
    for (k, b) in BERNOULLI.iter().enumerate() {
        kappa += b * power;
        rho += b * power * (2 * k + 2) as f64;
        power *= t;
    }
    (kappa, rho)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digamma_and_trigamma_agree_with_published_values() {
        // psi(1) = -gamma, psi(1/2) = -gamma - 2 ln 2; psi'(1) = pi^2/6, psi'(1/2) = pi^2/2.
        let gamma = 0.577_215_664_901_532_9;
        let pi2 = std::f64::consts::PI.powi(2);
        for (z, psi, psi1) in [(1.0, -gamma, pi2 / 6.0), (0.5, -gamma - 4_f64.ln(), pi2 / 2.0)] {
            let (kappa, rho) = digamma_terms(z);
            assert!((f64::ln(z) - kappa / z - psi).abs() < 4e-15);
            assert!(((rho + z) / (z * z) - psi1).abs() < 4e-15);
        }
    }

    #[test]
    fn both_sides_of_the_switch_to_the_series_agree() {
        let below = SERIES_FROM * (1.0 - 1e-15);
        let (a, b) = (digamma_terms(below), digamma_terms(SERIES_FROM));
        assert!((a.0 - b.0).abs() < 2e-14 && (a.1 - b.1).abs() < 2e-14, "{a:?} {b:?}");
        assert!((stirling_remainder(below) - stirling_remainder(SERIES_FROM)).abs() < 4e-14);
    }

    #[test]
    fn small_arguments_keep_their_limits() {
        let (kappa, rho) = digamma_terms(1e-200);
        assert_eq!((kappa, rho), (1.0, 1.0));
    }

    #[test]
    fn the_logarithmic_gap_keeps_relative_precision() {
        assert!((log_gap(1e-9, 1.0 + 1e-9) / (0.5e-18 * (1.0 - 2e-9 / 3.0)) - 1.0).abs() < 1e-15);
        for u in [-0.25_f64, -0.1, 0.1, 0.25] {
            assert!((log_gap(u, 1.0 + u) - (u - u.ln_1p())).abs() < 1e-16 * 4.0);
        }
        assert!((deviance(3.0, 2.0, 1.0) - (3.0 * 1.5_f64.ln() - 1.0)).abs() < 1e-15);
        assert_eq!(deviance(0.0, 2.0, -2.0), 2.0);
    }
}
