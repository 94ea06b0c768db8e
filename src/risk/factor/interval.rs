//! How sure a published share is, given how many people it was counted among.

use crate::units::Probability;
use serde::{Deserialize, Serialize};

/// 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// A share with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShareInterval {
    /// Lower end.
    pub low: Probability,
    /// Upper end.
    pub high: Probability,
}

impl ShareInterval {
    /// Wilson's score interval for a share among so many people.
    ///
    /// # References
    /// Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, Journal of the
    /// American Statistical Association 22, 209-212.
    pub(crate) fn wilson(share: f64, people: u32) -> ShareInterval {
        let n = f64::from(people);
        let scale = 1.0 + Z * Z / n;
        let middle = (share + Z * Z / (2.0 * n)) / scale;
        let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        let end =
            |v: f64| Probability::new(v.clamp(0.0, 1.0)).expect("clamped to 0..1, and no share or size here is NaN");
        ShareInterval { low: end(middle - half), high: end(middle + half) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_that_of_the_closed_form() {
        // 89 % of 630: lower and upper root of (p - x)^2 = z^2 x (1 - x) / n, solved by hand in 20 digits
        let found = ShareInterval::wilson(0.89, 630);
        for x in [found.low.get(), found.high.get()] {
            let residual = (0.89 - x).powi(2) - Z * Z * x * (1.0 - x) / 630.0;
            assert!(residual.abs() < 1e-15, "{residual}");
        }
        assert!(found.low.get() < 0.89 && found.high.get() > 0.89);
    }

    #[test]
    fn fewer_people_make_it_wider() {
        let width = |n| ShareInterval::wilson(0.3, n).high.get() - ShareInterval::wilson(0.3, n).low.get();
        assert!(width(50) > width(630));
    }
}
