//! Shares by period (missing answers, overrides, outcomes) against a share of before, with a stated rate of false
//! alarms.

use crate::error::{Error, Result};
use crate::numeric::beta;

/// A share watched period by period: it alarms when a period's count is more or less than chance explains.
///
/// A period of `n` people alarms when the exact binomial tail of its count, given the share of before, is below
/// `level / 2` on either side; `level` is the chance of a false alarm a period, so one in `1 / level` periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareWatch {
    share: f64,
    level: f64,
}

/// What a period shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareSeen {
    /// The count by the people of the period.
    pub share: f64,
    /// Chance of a count as far out on its side, given the share of before; twice the tail.
    pub p: f64,
    /// Whether it alarms.
    pub alarm: bool,
}

impl ShareWatch {
    /// A watch on a share.
    ///
    /// # Errors
    /// When the share is not between 0 and 1 or the level not above 0 and below 1.
    pub fn new(share: f64, level: f64) -> Result<ShareWatch> {
        if !((0.0..=1.0).contains(&share) && level > 0.0 && level < 1.0) {
            return Err(Error::value(format!("a share of {share} at a level of {level}: both are between 0 and 1")));
        }
        Ok(ShareWatch { share, level })
    }

    /// Judges one period of `people`, of whom `count` are counted.
    ///
    /// # Errors
    /// When the count is more than the people, or there are none.
    pub fn judge(&self, count: u64, people: u64) -> Result<ShareSeen> {
        if people == 0 || count > people {
            return Err(Error::value(format!("{count} of {people} people is no share")));
        }
        let (k, n) = (count as f64, people as f64);
        // P(X >= k) = I_q(k, n - k + 1)
        let upper = if count == 0 { 1.0 } else { beta::regularized(k, n - k + 1.0, self.share) };
        let lower = if count == people { 1.0 } else { 1.0 - beta::regularized(k + 1.0, n - k, self.share) };
        let p = (2.0 * upper.min(lower)).min(1.0);
        Ok(ShareSeen { share: k / n, p, alarm: p < self.level })
    }
}
