//! The choices of a classification that are not already thresholds of the profiles
//! ([`Definitions`](crate::Definitions) has those: the posterior that is clear, the years that are enough).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Fewest simulated people that a calibration can be made of.
pub const FEWEST_PEOPLE: usize = 200;

/// How people are classified. Every number is our choice, with its reason; all are kept in the classifier.
///
/// ```
/// use pleegprofiel::profile::classify::ClassifyOptions;
/// let options = ClassifyOptions { coverage: 0.95, ..ClassifyOptions::default() };
/// assert!(options.check().is_ok());
/// assert!(ClassifyOptions { coverage: 1.0, ..options }.check().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClassifyOptions {
    /// How often a prediction set holds the person's own profile, for each profile apart: 0.9.
    pub coverage: f64,
    /// Seed of the simulated people: 1. The same seed gives the same answers, bit for bit.
    pub seed: u64,
    /// Simulated people that a record is judged against: 4000, so that a p-value near 0.05 is known to 0.007
    /// (two standard errors).
    pub people: usize,
    /// A record is unlike any group when its typicality is below this: 0.01. Of people drawn from the model
    /// itself about one in a hundred is then called so by mistake.
    pub unlike: f64,
    /// A profile is given only from the age at which the best possible reading of two records, one of this group
    /// and one of another, tells which is which in at least this part of pairs: 0.75, half way from tossing a coin to certainty.
    pub tell_apart: f64,
    /// Years of age that a forecast looks ahead, as far as the model goes: 5.
    pub forecast_years: f64,
    /// Probability of the intervals of a forecast: 0.8, so that one in ten lies on either side.
    pub forecast_level: f64,
}

impl Default for ClassifyOptions {
    fn default() -> Self {
        ClassifyOptions {
            coverage: 0.9,
            seed: 1,
            people: 4000,
            unlike: 0.01,
            tell_apart: 0.75,
            forecast_years: 5.0,
            forecast_level: 0.8,
        }
    }
}

impl ClassifyOptions {
    /// Whether the choices make sense.
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when the coverage or the level of a forecast is
    /// not above 0.5 and below 1, there are fewer than [`FEWEST_PEOPLE`] people or more than a million, `unlike`
    /// is not at least 0 and below 0.5, `tell_apart` is not at least 0.5 (tossing a coin) and below 1, or the years
    /// are not between 0 and 150.
    pub fn check(&self) -> Result<()> {
        for (name, value) in [("coverage", self.coverage), ("forecast_level", self.forecast_level)] {
            if !(value > 0.5 && value < 1.0) {
                return Err(Error::options(format!("`{name}` of {value} is not above 0.5 and below 1")));
            }
        }
        if !(FEWEST_PEOPLE..=1_000_000).contains(&self.people) {
            let people = self.people;
            return Err(Error::options(format!("{people} simulated people, not {FEWEST_PEOPLE} to 1000000")));
        }
        if !(0.0..0.5).contains(&self.unlike) {
            return Err(Error::options(format!("`unlike` of {} is not at least 0 and below 0.5", self.unlike)));
        }
        if !(0.5..1.0).contains(&self.tell_apart) {
            return Err(Error::options(format!("`tell_apart` of {} is not at least 0.5 and below 1", self.tell_apart)));
        }
        if !(0.0..=150.0).contains(&self.forecast_years) {
            return Err(Error::options(format!("`forecast_years` of {} is not 0 to 150", self.forecast_years)));
        }
        Ok(())
    }
}
