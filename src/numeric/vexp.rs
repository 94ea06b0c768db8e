//! A branch-free exponential and logarithm that the compiler turns into vector code.
//!
//! Written without fused multiply-add, so that every processor gives the same bits.

/// `exp(x)` for `x <= 709`; exactly 0 below -708. Relative error under 4e-16 (tested against `libm`).
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    let (rest, scale) = parts(x);
    if x < -708.0 { 0.0 } else { (1.0 + rest) * scale }
}

/// `exp(x)` as [`exp`], and `exp(x) - 1` with a relative error under 1e-15 near 0 too.
#[inline(always)]
pub(crate) fn exp_and_less_one(x: f64) -> (f64, f64) {
    let (rest, scale) = parts(x);
    if x < -708.0 { (0.0, -1.0) } else { ((1.0 + rest) * scale, rest * scale + (scale - 1.0)) }
}

/// `exp(x) = (1 + rest) scale`, `scale` a power of two and `rest` within [`sqrt(1/2) - 1`, `sqrt(2) - 1`].
#[inline(always)]
fn parts(x: f64) -> (f64, f64) {
    // Cody & Waite reduction: x = n ln 2 + r, |r| <= ln(2)/2, with ln 2 in two pieces.
    const LOG2_E: f64 = std::f64::consts::LOG2_E;
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // Adding 1.5 * 2^52 rounds to the nearest integer and leaves it in the low bits.
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    let clamped = if x < -708.0 { -708.0 } else { x };
    let shifted = clamped * LOG2_E + SHIFT;
    let n = shifted - SHIFT;
    let r = (clamped - n * LN2_HIGH) - n * LN2_LOW;
    // Taylor to degree 13: the remainder at ln(2)/2 is 4e-18.
    let mut p = 1.0 / 6_227_020_800.0;
    p = p * r + 1.0 / 479_001_600.0;
    p = p * r + 1.0 / 39_916_800.0;
    p = p * r + 1.0 / 3_628_800.0;
    p = p * r + 1.0 / 362_880.0;
    p = p * r + 1.0 / 40_320.0;
    p = p * r + 1.0 / 5_040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    (r + r * r * p, f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52)))
}

/// `ln(1 + x)` for `0 <= x < 1e300`, with `inverse = 1 / (1 + x)`. Relative error under 5e-16 (tested against `libm`). What
/// is no number stays none.
#[inline(always)]
pub(crate) fn ln_1p(x: f64, inverse: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const ONE: u64 = 0x3FF0_0000_0000_0000;
    const ROOT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const MANTISSA: u64 = (1 << 52) - 1;
    let u = 1.0 + x;
    // what the sum lost: ln(1 + x) = ln(u) + ln(1 + lost / u)
    let lost = (x - (u - 1.0)) * inverse;
    // u = m 2^k with m in [sqrt(1/2), sqrt(2)); 2^52 + n holds the whole number n in its low bits
    // the bits of what is no number may lie at the end of all
    let shifted = u.to_bits().wrapping_add(ONE - ROOT_HALF);
    let k = f64::from_bits((shifted >> 52) | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1023.0);
    let m = f64::from_bits((shifted & MANTISSA) + ROOT_HALF);
    // ln(m) = 2 artanh(s), |s| <= 0.1716: the series to s^21 leaves 1e-18
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let mut p = 1.0 / 21.0;
    p = p * z + 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    let twice = 2.0 * s;
    k * LN2_HIGH + (twice + (twice * z * p + (k * LN2_LOW + lost)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_libm_to_four_in_ten_to_the_sixteen() {
        let mut worst = 0.0_f64;
        for i in 0..400_000 {
            let x = -708.0 + f64::from(i) * 1417.0 / 400_000.0;
            let reference = libm::exp(x);
            worst = worst.max(((exp(x) - reference) / reference).abs());
        }
        assert!(worst < 4e-16, "{worst:e}");
        assert_eq!((exp(0.0), exp(-709.0), exp(-1e300)), (1.0, 0.0, 0.0));
    }

    #[test]
    fn what_is_no_number_stays_none() {
        for nan in [f64::NAN, -f64::NAN, f64::from_bits(u64::MAX)] {
            assert!(ln_1p(nan, nan).is_nan() && exp(nan).is_nan());
        }
    }

    #[test]
    fn exp_less_one_agrees_with_libm_near_nothing_too() {
        let mut worst = 0.0_f64;
        for i in 0..400_000 {
            let size = libm::exp(-80.0 + f64::from(i) * 86.0 / 400_000.0);
            for x in [size, -size] {
                let (e, less_one) = exp_and_less_one(x);
                assert_eq!(e, exp(x));
                worst = worst.max(((less_one - libm::expm1(x)) / libm::expm1(x)).abs());
            }
        }
        assert!(worst < 1e-15, "{worst:e}");
        assert_eq!(exp_and_less_one(-1e300), (0.0, -1.0));
    }

    #[test]
    fn ln_1p_agrees_with_libm_to_five_in_ten_to_the_sixteen() {
        let mut worst = 0.0_f64;
        for i in 0..400_000 {
            let x = libm::exp(-80.0 + f64::from(i) * 160.0 / 400_000.0);
            let reference = libm::log1p(x);
            worst = worst.max(((ln_1p(x, 1.0 / (1.0 + x)) - reference) / reference).abs());
        }
        assert!(worst < 5e-16, "{worst:e}");
        assert_eq!(ln_1p(0.0, 1.0), 0.0);
    }
}
