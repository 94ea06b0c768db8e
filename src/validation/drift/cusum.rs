//! Risk-adjusted CUSUM: more or fewer outcomes than the risks say, one person after the other.

use crate::error::{Error, Result};

/// The sum `C_t = max(0, C_{t-1} + y ln R - ln(1 - p + R p))`: evidence, since it was last at 0, for odds `R` times those
/// of the risks. `R` above 1 watches for more outcomes than predicted, below 1 for fewer.
///
/// # References
/// Steiner, Cook, Farewell & Treasure (2000), Biostatistics 1, 441-452.
///
/// ```
/// use pleegprofiel::validation::Cusum;
/// let mut chart = Cusum::new(2.0)?;
/// let up = chart.push(0.5, true);
/// assert!((up - (2.0_f64 / 1.5).ln()).abs() < 1e-15);
/// assert_eq!(chart.push(0.5, false), 0.0);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cusum {
    odds_ratio: f64,
    value: f64,
}

impl Cusum {
    /// A chart that watches for odds `odds_ratio` times those of the risks.
    ///
    /// # Errors
    /// When the ratio is not above 0 and finite, or 1: then there is nothing to see.
    pub fn new(odds_ratio: f64) -> Result<Cusum> {
        if !(odds_ratio > 0.0 && odds_ratio.is_finite()) || odds_ratio == 1.0 {
            return Err(Error::value(format!("an odds ratio of {odds_ratio} is not above 0, finite and other than 1")));
        }
        Ok(Cusum { odds_ratio, value: 0.0 })
    }

    /// What one person adds.
    pub(crate) fn step(odds_ratio: f64, p: f64, y: bool) -> f64 {
        (if y { odds_ratio.ln() } else { 0.0 }) - ((odds_ratio - 1.0) * p).ln_1p()
    }

    /// The sum after one more person.
    pub fn push(&mut self, p: f64, y: bool) -> f64 {
        self.value = (self.value + Self::step(self.odds_ratio, p, y)).max(0.0);
        self.value
    }

    /// The sum as it stands.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Begins again at 0, as after an alarm.
    pub fn reset(&mut self) {
        self.value = 0.0;
    }
}
