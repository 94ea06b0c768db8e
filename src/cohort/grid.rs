//! The age axis of a cohort: consecutive intervals of equal width, in whole months.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The largest number of age intervals a grid may have: 150 years of months.
pub const MAX_INTERVALS: usize = 1800;

/// Consecutive age intervals of equal width: interval `j` covers the ages from
/// `start + j * width` (included) to `start + (j + 1) * width` (excluded).
///
/// Months, not fractions of a year, so that interval borders are calendar dates without rounding.
///
/// ```
/// use pleegprofiel::AgeGrid;
/// let grid = AgeGrid::years(8, 38)?;
/// assert_eq!((grid.len(), grid.width_years()), (31, 1.0));
/// assert_eq!((grid.label(0), grid.to_string()), ("8".into(), "ages 8 to 38".into()));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawGrid")]
pub struct AgeGrid {
    start_months: u32,
    width_months: u32,
    intervals: usize,
}

#[derive(Deserialize)]
struct RawGrid {
    start_months: u32,
    width_months: u32,
    intervals: usize,
}

impl TryFrom<RawGrid> for AgeGrid {
    type Error = Error;
    fn try_from(raw: RawGrid) -> Result<Self> {
        AgeGrid::months(raw.start_months, raw.width_months, raw.intervals)
    }
}

impl AgeGrid {
    /// Stretches of ages (start of the first and of the last interval) where something holds; none when nowhere.
    pub(crate) fn stretches(self, hit: &dyn Fn(usize) -> bool) -> Option<Vec<[f64; 2]>> {
        let mut all: Vec<[f64; 2]> = Vec::new();
        for t in (0..self.len()).filter(|&t| hit(t)) {
            match all.last_mut() {
                Some(last) if t > 0 && last[1] == self.start_age(t - 1) => last[1] = self.start_age(t),
                _ => all.push([self.start_age(t); 2]),
            }
        }
        (!all.is_empty()).then_some(all)
    }

    /// Yearly intervals from age `first` up to and including age `last`, in completed years.
    ///
    /// # Errors
    /// When `last` is below `first` or the grid passes 150 years.
    pub fn years(first: u32, last: u32) -> Result<Self> {
        if last < first {
            return Err(Error::value(format!("the last age {last} is below the first age {first}")));
        }
        if last > 150 {
            return Err(Error::value(format!("the last age {last} is above 150 years")));
        }
        AgeGrid::months(first * 12, 12, (last - first + 1) as usize)
    }

    /// `intervals` intervals of `width_months` each, the first starting at `start_months`.
    ///
    /// # Errors
    /// When the width or the number of intervals is 0, or the grid passes 150 years.
    pub fn months(start_months: u32, width_months: u32, intervals: usize) -> Result<Self> {
        if width_months == 0 || intervals == 0 {
            return Err(Error::value("an age grid needs at least one interval of at least one month"));
        }
        let end = intervals.checked_mul(width_months as usize).and_then(|m| m.checked_add(start_months as usize));
        match end {
            Some(end) if end <= MAX_INTERVALS + 12 => Ok(AgeGrid { start_months, width_months, intervals }),
            _ => Err(Error::value(format!(
                "an age grid of {intervals} intervals of {width_months} months from month {start_months} passes 150 years"
            ))),
        }
    }

    /// Number of age intervals.
    #[allow(clippy::len_without_is_empty)] // a grid is never empty
    pub fn len(&self) -> usize {
        self.intervals
    }

    /// Width of an interval, in years.
    pub fn width_years(&self) -> f64 {
        f64::from(self.width_months) / 12.0
    }

    /// Width of an interval, in whole months.
    pub fn width_months(&self) -> u32 {
        self.width_months
    }

    /// Age at the start of the grid, in months.
    pub fn start_months(&self) -> u32 {
        self.start_months
    }

    /// Age at the start of interval `j`, in years (`j == len()` gives the end of the grid).
    pub fn start_age(&self, j: usize) -> f64 {
        (f64::from(self.start_months) + j as f64 * f64::from(self.width_months)) / 12.0
    }

    /// Age in the middle of interval `j`, in years.
    pub fn mid_age(&self, j: usize) -> f64 {
        self.start_age(j) + 0.5 * self.width_years()
    }

    /// Position of interval `j` on the scale from -1 (first interval) to 1 (last); 0 when there is only one.
    pub fn scaled(&self, j: usize) -> f64 {
        if self.intervals == 1 {
            return 0.0;
        }
        2.0 * j as f64 / (self.intervals - 1) as f64 - 1.0
    }

    /// The same scale at an exact age in years: that of the middle of an interval is the interval's.
    pub(crate) fn scaled_age(&self, age: f64) -> f64 {
        let (first, last) = (self.mid_age(0), self.mid_age(self.intervals - 1));
        if self.intervals == 1 { 0.0 } else { 2.0 * (age - first) / (last - first) - 1.0 }
    }

    /// The interval that holds an age of so many completed months; `None` outside the grid.
    pub fn interval_of_months(&self, months: u32) -> Option<usize> {
        let j = (months.checked_sub(self.start_months)? / self.width_months) as usize;
        (j < self.intervals).then_some(j)
    }

    /// Name of interval `j`: its starting age in years, `12` or `12.5`.
    pub fn label(&self, j: usize) -> String {
        format!("{}", (self.start_age(j) * 1e4).round() / 1e4)
    }
}

impl fmt::Display for AgeGrid {
    /// `ages 12 to 39`, or with the width of the intervals where it is not a year.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.label(0), self.label(self.intervals - 1));
        match self.width_months {
            12 => write!(f, "ages {first} to {last}"),
            months => write!(f, "ages {first} to {last} by {months} months"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_closed_below_and_open_above() {
        let grid = AgeGrid::years(12, 14).unwrap();
        assert_eq!(grid.interval_of_months(12 * 12 - 1), None);
        assert_eq!(grid.interval_of_months(12 * 12), Some(0));
        assert_eq!(grid.interval_of_months(13 * 12 - 1), Some(0));
        assert_eq!(grid.interval_of_months(13 * 12), Some(1));
        assert_eq!(grid.interval_of_months(15 * 12), None);
    }

    #[test]
    fn a_grid_is_scaled_to_minus_one_to_one() {
        let grid = AgeGrid::years(8, 38).unwrap();
        assert_eq!((grid.scaled(0), grid.scaled(15), grid.scaled(30)), (-1.0, 0.0, 1.0));
        assert_eq!(AgeGrid::years(18, 18).unwrap().scaled(0), 0.0);
    }

    #[test]
    fn an_impossible_grid_is_refused() {
        assert!(AgeGrid::years(20, 19).is_err());
        assert!(AgeGrid::years(0, u32::MAX).is_err());
        assert!(AgeGrid::months(0, 0, 4).is_err());
        assert!(AgeGrid::months(0, u32::MAX, usize::MAX).is_err());
    }
}
