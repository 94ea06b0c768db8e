//! What groups of given sizes can show: the smallest difference of two shares that is detected often enough.

use crate::error::{Error, Result};
use crate::numeric::p_values::Z_975;

/// Two-sided level of the tests that sizes are for.
pub const DETECTABLE_LEVEL: f64 = 0.05;

/// How often a difference that is there must be found.
pub const DETECTABLE_POWER: f64 = 0.8;

/// The 80 % quantile of the standard normal distribution.
const Z_80: f64 = 0.841_621_233_572_914_3;

/// How many persons each of two equal groups needs, for a share `p0` in the one and `p1` in the other to be told apart
/// (two-sided 5 %, power 80 %): `n = (z_a sqrt(2 p q) + z_b sqrt(p0 q0 + p1 q1))^2 / (p0 - p1)^2` with `p` their mean.
///
/// ```
/// use pleegprofiel::monitor::effect::persons_per_group;
/// // specific recidivism of 9 % in five years, halved
/// assert_eq!(persons_per_group(0.09, 0.045)?, 487);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// When a share is not between 0 and 1 or both are the same.
///
/// # References
/// Fleiss, Levin & Paik (2003), Statistical Methods for Rates and Proportions, equation 4.14.
pub fn persons_per_group(p0: f64, p1: f64) -> Result<u64> {
    check(p0)?;
    check(p1)?;
    if p0 == p1 {
        return Err(Error::value(format!("two shares of {p0}: no number of persons tells them apart")));
    }
    let mean = 0.5 * (p0 + p1);
    let root = Z_975 * (2.0 * mean * (1.0 - mean)).sqrt() + Z_80 * (p0 * (1.0 - p0) + p1 * (1.0 - p1)).sqrt();
    Ok((root / (p0 - p1)).powi(2).ceil() as u64)
}

/// The largest share below `p0` that a group of `treated` persons can be told apart by from one of `controls` with the
/// share `p0` (two-sided 5 %, power 80 %); `None` when not even a share of 0 can. Sizes may be effective sizes of weighted
/// groups.
///
/// ```
/// use pleegprofiel::monitor::effect::detectable_share;
/// // a hundred persons a group show nothing but the near end of specific recidivism
/// assert!((detectable_share(0.09, 100.0, 100.0)?.expect("some can") - 0.006).abs() < 5e-4);
/// assert_eq!(detectable_share(0.09, 25.0, 25.0)?, None);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// When the share is not between 0 and 1 or a size is not above 0.
pub fn detectable_share(p0: f64, treated: f64, controls: f64) -> Result<Option<f64>> {
    check(p0)?;
    if !(treated > 0.0 && controls > 0.0) {
        return Err(Error::value(format!("groups of {treated} and {controls} persons: both must hold someone")));
    }
    let enough = |p1: f64| {
        let mean = (treated * p1 + controls * p0) / (treated + controls);
        let under_none = (mean * (1.0 - mean) * (1.0 / treated + 1.0 / controls)).sqrt();
        let under_this = (p1 * (1.0 - p1) / treated + p0 * (1.0 - p0) / controls).sqrt();
        p0 - p1 >= Z_975 * under_none + Z_80 * under_this
    };
    if !enough(0.0) {
        return Ok(None);
    }
    let (mut low, mut high) = (0.0, p0);
    // halved until two numbers stand beside each other
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Ok(Some(low));
        }
        if enough(middle) { low = middle } else { high = middle }
    }
}

fn check(share: f64) -> Result<()> {
    if share > 0.0 && share < 1.0 {
        Ok(())
    } else {
        Err(Error::value(format!("a share of {share} is not between 0 and 1")))
    }
}
