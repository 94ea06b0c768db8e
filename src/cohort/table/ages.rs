//! Ages as tables write them: one rule for the names of wide columns and for the column of the long form.

use super::words::{Cell, decimal};
use crate::cohort::grid::AgeGrid;

/// Ages beyond this are refused.
pub(super) const MAX_AGE: u32 = 150;

/// Ages in years beyond this, or all from this on, are asked about until the caller says that they are years: of children
/// they are ages in months.
const PLAUSIBLE_AGE: u32 = 110;
const PLAUSIBLE_START: u32 = 80;

/// What the ages of a table are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeUnit {
    /// `12`, `12.5`
    Years,
    /// `150`
    Months,
}

/// How ages are written and how wide their intervals are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ages {
    pub(super) unit: Option<AgeUnit>,
    pub(super) step: Option<u32>,
}

impl Ages {
    /// Width of an interval, in months.
    pub(super) fn step(self) -> u32 {
        self.step.unwrap_or(if self.unit == Some(AgeUnit::Months) { 1 } else { 12 })
    }

    /// Whole months of an age: four decimals of a year suffice to tell months apart.
    pub(super) fn months(self, text: &[u8]) -> Option<u32> {
        let Cell::Value(age) = decimal(text) else { return None };
        (text.len() <= 8).then_some(())?;
        self.months_of(age)
    }

    /// Whole months of an age given as a number.
    pub(super) fn months_of(self, age: f64) -> Option<u32> {
        let months = if self.unit == Some(AgeUnit::Months) { age } else { age * 12.0 };
        let whole = months.round();
        // 1/12 rounded to four decimals is off by 0.0004 months
        let close = if self.unit == Some(AgeUnit::Months) { months == whole } else { (months - whole).abs() < 1e-3 };
        (close && (0.0..=f64::from(12 * MAX_AGE)).contains(&whole)).then_some(whole as u32)
    }

    /// An age in words of the table: in its own unit.
    pub(super) fn written(self, months: u32) -> String {
        match self.unit {
            Some(AgeUnit::Months) => months.to_string(),
            _ => format!("{}", (f64::from(months) / 12.0 * 1e4).round() / 1e4),
        }
    }

    /// What an age is in these tables, for messages.
    pub(super) fn what(self) -> String {
        match self.unit {
            Some(AgeUnit::Months) => format!("an age between 0 and {} months", 12 * MAX_AGE),
            _ => format!("an age between 0 and {MAX_AGE} years"),
        }
    }

    /// Asks whether ages are months when they are too high for years and the caller has not said which they are.
    pub(super) fn doubtful(self, lowest: u32, highest: u32) -> Option<String> {
        let odd = highest > 12 * PLAUSIBLE_AGE || lowest >= 12 * PLAUSIBLE_START;
        (self.unit.is_none() && odd).then(|| {
            format!(
                "ages {} to {} in years? If they are months, say so (--ages-in months); if they are years, say that \
                 (--ages-in years)",
                self.written(lowest),
                self.written(highest)
            )
        })
    }

    /// What is said of a number beyond all ages in years that may be one in months.
    pub(super) fn in_months(self, text: &[u8]) -> Option<&'static str> {
        let months = Ages { unit: Some(AgeUnit::Months), ..self };
        (self.unit.is_none() && self.months(text).is_none() && months.months(text).is_some())
            .then_some("if ages are in months, say so (--ages-in months)")
    }

    /// Why an age does not lie on a grid of equal steps from another one.
    pub(super) fn off_step(self, apart: u32, from: &str) -> String {
        let step = self.step();
        let width = match self.step {
            Some(_) => String::new(),
            None => format!("; intervals of another width are named by --age-step, such as --age-step {apart}"),
        };
        format!("{apart} months after {from}, which is not a step of {step} months{width}")
    }

    /// Ages in months that all lie more than a month apart, by the largest number of months that divides every distance, are
    /// hardly counts of single months; nobody said that they are. Both readings are told.
    pub(super) fn wider_than_assumed(self, lowest: u32, ages: impl Iterator<Item = u32>) -> Option<String> {
        if self.unit != Some(AgeUnit::Months) || self.step.is_some() {
            return None;
        }
        let divisor = |a: u32, b: u32| {
            let (mut a, mut b) = (a, b);
            while b > 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        let apart = ages.fold(0, |apart, age| divisor(apart, age - lowest));
        (apart > 1).then(|| {
            format!(
                "ages stand in steps of {apart} months: if each row is the count of {apart} months, say --age-step {apart}, if \
                 of one month, --age-step 1"
            )
        })
    }

    /// The grid from the lowest to the highest age, whose distance must be whole steps.
    pub(super) fn grid(self, lowest: u32, highest: u32) -> crate::error::Result<AgeGrid> {
        AgeGrid::months(lowest, self.step(), ((highest - lowest) / self.step() + 1) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_back_for_every_month_in_both_units() {
        for unit in [None, Some(AgeUnit::Years), Some(AgeUnit::Months)] {
            let ages = Ages { unit, step: None };
            for months in 0..=1800 {
                assert_eq!(ages.months(ages.written(months).as_bytes()), Some(months));
            }
        }
    }

    #[test]
    fn ages_that_hardly_anybody_reaches_are_asked_about_until_the_caller_says_what_they_are() {
        let plain = Ages::default();
        let doubt = |from: u32, to: u32| plain.doubtful(12 * from, 12 * to).is_some();
        assert!(doubt(96, 105) && doubt(120, 149) && doubt(12, 111));
        assert!(!doubt(12, 24) && !doubt(60, 99) && !doubt(10, 110));
        assert!(Ages { unit: Some(AgeUnit::Years), step: None }.doubtful(12 * 96, 12 * 105).is_none());
        assert!(plain.in_months(b"151").is_some() && plain.in_months(b"150").is_none());
        assert!(plain.in_months(b"1801").is_none() && plain.in_months(b"160.5").is_none());
    }

    #[test]
    fn a_text_that_is_no_age_in_months_is_not_guessed_at() {
        for text in ["", "x", "-1", "12.3", "12.08", "151", "1e1000", "12_5", "nan", "12.00000000000000001"] {
            assert_eq!(Ages::default().months(text.as_bytes()), None, "{text}");
        }
        let months = Ages { unit: Some(AgeUnit::Months), step: None };
        assert_eq!((months.months(b"12.5"), months.months(b"1801"), months.months(b"150")), (None, None, Some(150)));
    }
}
