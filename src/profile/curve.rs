//! What the naming needs of a fitted group: its share and its rate by age.
//!
//! Does not belong here: how the curve was fitted, or anything measured on it (`descriptors`).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The largest rate a curve may have, in offences per year at liberty: one every half minute. A curve
/// above it is a fit that ran away, not a career.
pub const MAX_RATE: f64 = 1e6;

/// Consecutive intervals may be off by this part of their width: ages such as 12.05 are not exact.
const SPACING: f64 = 1e-6;

/// Share and rate by age of one group of a cohort.
///
/// ```
/// use pleegprofiel::profile::GroupCurve;
/// let ages: Vec<f64> = (12..40).map(|age| f64::from(age) + 0.5).collect();
/// let group = GroupCurve::new(0.25, ages, vec![0.1; 28], 1.0)?;
/// assert_eq!((group.first_age(), group.last_age()), (12.0, 40.0));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawCurve")]
pub struct GroupCurve {
    share: f64,
    ages: Vec<f64>,
    rates: Vec<f64>,
    width: f64,
}

#[derive(Deserialize)]
struct RawCurve {
    share: f64,
    ages: Vec<f64>,
    rates: Vec<f64>,
    width: f64,
}

impl TryFrom<RawCurve> for GroupCurve {
    type Error = Error;
    fn try_from(raw: RawCurve) -> Result<Self> {
        GroupCurve::new(raw.share, raw.ages, raw.rates, raw.width)
    }
}

impl GroupCurve {
    /// A group with `share` of the cohort (above 0, at most 1), whose expected number of offences per year
    /// at liberty is `rates[j]` in the age interval of `width` years around `ages[j]` (its middle, in years).
    ///
    /// # Errors
    /// When there is no age, or there are not as many rates as ages; when the share is not above 0 and at
    /// most 1, an age is not between 0 and 150 years, the width is not above 0, or a rate is not between 0
    /// and [`MAX_RATE`] (NaN included); when the intervals are not consecutive.
    pub fn new(share: f64, ages: Vec<f64>, rates: Vec<f64>, width: f64) -> Result<Self> {
        if ages.is_empty() || ages.len() != rates.len() {
            return Err(Error::value(format!(
                "a group's curve needs one rate for each age, and at least one; it has {} ages and {} rates",
                ages.len(),
                rates.len()
            )));
        }
        if !(share > 0.0 && share <= 1.0) {
            return Err(Error::value(format!("a group's share of {share} is not above 0 and at most 1")));
        }
        if !(width > 0.0 && width <= 150.0) {
            return Err(Error::value(format!("an age interval of {width} years is not above 0 and at most 150")));
        }
        if let Some(age) = ages.iter().find(|age| !(0.0..=150.0).contains(*age)) {
            return Err(Error::value(format!("an age of {age} is not between 0 and 150 years")));
        }
        if let Some((rate, age)) = rates.iter().zip(&ages).find(|(rate, _)| !(0.0..=MAX_RATE).contains(*rate)) {
            return Err(Error::value(format!(
                "a rate of {rate} offences per year at age {age} is not between 0 and {MAX_RATE}"
            )));
        }
        let apart = ages.windows(2).find(|pair| ((pair[1] - pair[0]) / width - 1.0).abs() > SPACING);
        if let Some(pair) = apart {
            return Err(Error::value(format!(
                "the ages {} and {} are not the middles of consecutive intervals of {width} years",
                pair[0], pair[1]
            )));
        }
        Ok(GroupCurve { share, ages, rates, width })
    }

    /// Share of the cohort, above 0 and at most 1.
    pub fn share(&self) -> f64 {
        self.share
    }

    /// Middle of each age interval, in years.
    pub fn ages(&self) -> &[f64] {
        &self.ages
    }

    /// Expected offences per year at liberty in each interval.
    pub fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// Width of an interval, in years.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// Age at the start of the first interval, in years.
    pub fn first_age(&self) -> f64 {
        self.ages[0] - 0.5 * self.width
    }

    /// Age at the end of the last interval, in years.
    pub fn last_age(&self) -> f64 {
        self.ages[self.ages.len() - 1] + 0.5 * self.width
    }

    /// Whether two curves are given at the same ages.
    pub(crate) fn same_ages(&self, other: &GroupCurve) -> bool {
        self.width == other.width && self.ages == other.ages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_that_makes_no_sense_is_refused_with_value_and_limit() {
        let ages = || vec![12.5, 13.5];
        let says = |result: Result<GroupCurve>, text: &str| {
            let message = result.unwrap_err().to_string();
            assert!(message.contains(text), "{message}");
        };
        says(GroupCurve::new(0.5, ages(), vec![1.0], 1.0), "2 ages and 1 rates");
        says(GroupCurve::new(0.5, vec![], vec![], 1.0), "0 ages and 0 rates");
        for share in [0.0, -0.1, 1.1, f64::NAN] {
            says(GroupCurve::new(share, ages(), vec![1.0; 2], 1.0), "not above 0 and at most 1");
        }
        says(GroupCurve::new(0.5, ages(), vec![1.0, f64::NAN], 1.0), "a rate of NaN offences per year at age 13.5");
        says(GroupCurve::new(0.5, ages(), vec![1.0, 2e6], 1.0), "not between 0 and 1000000");
        says(GroupCurve::new(0.5, ages(), vec![1.0; 2], 0.5), "not the middles of consecutive intervals of 0.5 years");
        says(GroupCurve::new(0.5, vec![13.5, 12.5], vec![1.0; 2], 1.0), "consecutive");
        says(GroupCurve::new(0.5, vec![f64::NAN, 12.5], vec![1.0; 2], 1.0), "an age of NaN");
        says(GroupCurve::new(0.5, ages(), vec![1.0; 2], 0.0), "an age interval of 0 years");
    }

    #[test]
    fn a_curve_reads_back_from_json_through_its_checks() {
        let curve = GroupCurve::new(0.5, vec![12.5, 13.5], vec![1.0, 0.1], 1.0).unwrap();
        let text = serde_json::to_string(&curve).unwrap();
        assert_eq!(serde_json::from_str::<GroupCurve>(&text).unwrap(), curve);
        assert!(serde_json::from_str::<GroupCurve>(&text.replace("0.5,", "1.5,")).is_err());
    }
}
