//! Numbers with a meaning: [`Age`], [`Rate`], [`Probability`], [`Exposure`]; and what choices from a list are made of:
//! keys, with names in two languages.
//!
//! Each number has a private field and a checked constructor that names the unit; NaN is refused at the door.

mod keyed;
pub(crate) mod language;
pub(crate) mod source_status;

pub(crate) use keyed::{keyed, read_back};

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! unit {
    ($name:ident, $ctor:ident, $what:literal, $range:literal, |$v:ident| $ok:expr, $unit:literal, $(#[$meta:meta])*) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(try_from = "f64", into = "f64")]
        pub struct $name(f64);

        impl $name {
            #[doc = concat!("Checked constructor, in ", $unit, ".\n\n# Errors\nWhen the value is not ", $range, " (NaN included).")]
            pub fn $ctor($v: f64) -> Result<Self> {
                if $ok { Ok($name($v)) } else { Err(Error::value(format!(concat!($what, " of {} is not ", $range), $v))) }
            }

            #[doc = concat!("The value, in ", $unit, ".")]
            pub fn get(self) -> f64 {
                self.0
            }
        }

        impl TryFrom<f64> for $name {
            type Error = Error;
            fn try_from(value: f64) -> Result<Self> {
                $name::$ctor(value)
            }
        }

        impl From<$name> for f64 {
            fn from(value: $name) -> f64 {
                value.0
            }
        }

        impl approx::AbsDiffEq for $name {
            type Epsilon = f64;
            fn default_epsilon() -> f64 {
                f64::EPSILON
            }
            fn abs_diff_eq(&self, other: &Self, epsilon: f64) -> bool {
                f64::abs_diff_eq(&self.0, &other.0, epsilon)
            }
        }

        impl approx::RelativeEq for $name {
            fn default_max_relative() -> f64 {
                f64::EPSILON
            }
            fn relative_eq(&self, other: &Self, epsilon: f64, max_relative: f64) -> bool {
                f64::relative_eq(&self.0, &other.0, epsilon, max_relative)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

unit!(Age, years, "an age", "between 0 and 150 years", |v| (0.0..=150.0).contains(&v), "years",
    /// Age in years since birth.
    ///
    /// ```
    /// use pleegprofiel::Age;
    /// assert_eq!(Age::years(17.5)?.get(), 17.5);
    /// assert!(Age::years(f64::NAN).is_err());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
);
unit!(Rate, per_year, "a rate", "0 or more, and finite", |v| v >= 0.0 && v.is_finite(), "events per year at liberty",
    /// Events per year at liberty (the field's lambda).
    ///
    /// ```
    /// use pleegprofiel::Rate;
    /// assert_eq!(Rate::per_year(1.4)?.get(), 1.4);
    /// assert!(Rate::per_year(-1.0).is_err());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
);
unit!(Probability, new, "a probability", "between 0 and 1", |v| (0.0..=1.0).contains(&v), "[0, 1]",
    /// A probability, 0 and 1 included.
    ///
    /// ```
    /// use pleegprofiel::Probability;
    /// assert_eq!(Probability::new(0.2)?.get(), 0.2);
    /// assert!(Probability::new(1.2).is_err());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
);
unit!(Exposure, fraction, "a time at risk", "above 0 and at most 1", |v| v > 0.0 && v <= 1.0, "fraction of the age interval at liberty",
    /// Fraction of an age interval that a person spent at liberty, above 0 and at most 1.
    ///
    /// An interval without any time at liberty is not observed; it has no `Exposure`.
    ///
    /// ```
    /// use pleegprofiel::Exposure;
    /// assert_eq!(Exposure::fraction(0.25)?.get(), 0.25);
    /// assert!(Exposure::fraction(0.0).is_err());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_their_range_are_refused_with_value_and_limit() {
        let text = Probability::new(1.2).unwrap_err().to_string();
        assert_eq!(text, "a probability of 1.2 is not between 0 and 1");
        for bad in [f64::NAN, f64::INFINITY, -0.1] {
            assert!(Age::years(bad).is_err() && Rate::per_year(bad).is_err());
            assert!(Probability::new(bad).is_err() && Exposure::fraction(bad).is_err());
        }
    }

    #[test]
    fn a_unit_reads_back_from_json_through_its_check() {
        let p: Probability = serde_json::from_str("0.25").unwrap();
        assert_eq!(serde_json::to_string(&p).unwrap(), "0.25");
        assert!(serde_json::from_str::<Probability>("1.5").is_err());
        approx::assert_relative_eq!(p, Probability::new(0.25).unwrap());
    }
}
