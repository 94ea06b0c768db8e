//! One offence: when, what kind, how severe, in which case.
//!
//! Belongs here: [`Offence`] and the values it is made of.
//! Does not belong here: checks against the rest of the career (`builder`).

use super::category::Category;
use super::date::CalendarDate;
use crate::error::{Error, Result};
use crate::units::Age;
use serde::{Deserialize, Serialize};

/// When an offence was committed.
///
/// A career uses one of the three throughout.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum When {
    /// On a day of the calendar.
    Date(CalendarDate),
    /// At an exact age.
    Age(Age),
    /// At some time between this birthday and the next, as registers without dates have it.
    CompletedAge(u8),
}

/// Severity of an offence on a scale of the user's own, above 0 and finite.
///
/// The crate attaches no unit: a maximum sentence in months and a seriousness score both serve, as long as
/// one collection of careers uses one scale.
///
/// ```
/// use pleegprofiel::career::Severity;
/// assert_eq!(Severity::new(24.0)?.get(), 24.0);
/// assert!(Severity::new(0.0).is_err());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Severity(f64);

impl Severity {
    /// Checked constructor, in the unit of the user's scale.
    ///
    /// # Errors
    /// When the value is not above 0 and finite (NaN included).
    pub fn new(value: f64) -> Result<Severity> {
        if value > 0.0 && value.is_finite() {
            Ok(Severity(value))
        } else {
            Err(Error::value(format!("a severity of {value} is not above 0 and finite")))
        }
    }

    /// The value, in the unit of the user's scale.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Severity {
    type Error = Error;
    fn try_from(value: f64) -> Result<Severity> {
        Severity::new(value)
    }
}

impl From<Severity> for f64 {
    fn from(severity: Severity) -> f64 {
        severity.0
    }
}

/// One offence of a career.
///
/// ```
/// use pleegprofiel::career::{CalendarDate, Category, Offence, Severity};
/// let offence = Offence::on(CalendarDate::new(2012, 5, 3)?, Category::PROPERTY)
///     .with_severity(Severity::new(48.0)?)
///     .in_case(2);
/// assert_eq!((offence.severity.map(Severity::get), offence.case), (Some(48.0), Some(2)));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offence {
    /// When it was committed.
    pub when: When,
    /// Its kind.
    pub category: Category,
    /// How severe it is, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The case it was part of, when known: any number that tells this person's cases apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<u32>,
}

impl Offence {
    fn new(when: When, category: Category) -> Offence {
        Offence { when, category, severity: None, case: None }
    }

    /// An offence committed on a day of the calendar.
    pub fn on(date: CalendarDate, category: Category) -> Offence {
        Offence::new(When::Date(date), category)
    }

    /// An offence committed at an exact age.
    pub fn at_age(age: Age, category: Category) -> Offence {
        Offence::new(When::Age(age), category)
    }

    /// An offence committed at an age of so many completed years, the exact age unknown.
    pub fn at_completed_age(years: u8, category: Category) -> Offence {
        Offence::new(When::CompletedAge(years), category)
    }

    /// The same offence with a severity.
    pub fn with_severity(self, severity: Severity) -> Offence {
        Offence { severity: Some(severity), ..self }
    }

    /// The same offence as part of a case.
    pub fn in_case(self, case: u32) -> Offence {
        Offence { case: Some(case), ..self }
    }
}

/// Whether offences committed in custody are counted.
///
/// An offence is committed in custody when it lies strictly inside a custody interval. The first day is
/// not inside: people are arrested on the day of the offence, which was then committed at liberty.
/// An offence at a completed age is in custody only when that whole year of age is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OffencesInCustody {
    /// They are offences like any other, although the time in custody is no time at risk. The default:
    /// leaving data out takes an explicit word.
    #[default]
    Count,
    /// They are left out, and the result says how many.
    LeaveOut,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_positive_and_finite() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Severity::new(bad).is_err());
        }
        assert!(serde_json::from_str::<Severity>("-2").is_err());
    }

    #[test]
    fn an_offence_reads_back_from_json() {
        for (offence, text) in [
            (
                Offence::on(CalendarDate::new(2001, 2, 3).unwrap(), Category::DRUGS).in_case(1),
                r#"{"when":{"date":"2001-02-03"},"category":"drugs","case":1}"#,
            ),
            (
                Offence::at_completed_age(17, Category::OTHER).with_severity(Severity::new(2.5).unwrap()),
                r#"{"when":{"completed_age":17},"category":"other","severity":2.5}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&offence).unwrap(), text);
            assert_eq!(serde_json::from_str::<Offence>(text).unwrap(), offence);
        }
    }
}
