//! Custody: the time in which a person was not at risk of offending in the open.
//!
//! Belongs here: [`Custody`] and the [`Moment`] it begins and ends with.
//! Does not belong here: what custody does to time at risk (`timeline`) and its checks (`builder`).

use super::date::CalendarDate;
use crate::units::Age;
use serde::{Deserialize, Serialize};

/// A point in a career: the start of a day, or an exact age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// The start of a day of the calendar.
    Date(CalendarDate),
    /// An exact age.
    Age(Age),
}

impl From<CalendarDate> for Moment {
    fn from(date: CalendarDate) -> Moment {
        Moment::Date(date)
    }
}

impl From<Age> for Moment {
    fn from(age: Age) -> Moment {
        Moment::Age(age)
    }
}

/// One uninterrupted stay in custody, from `from` (included) to `to` (excluded).
///
/// Days of leave count as custody unless the data cut the stay in two. A day on which custody begins is a
/// day in custody, a day of release is a day at liberty.
///
/// ```
/// use pleegprofiel::career::{CalendarDate, Custody, Moment};
/// let stay = Custody::dates(CalendarDate::new(2010, 3, 1)?, CalendarDate::new(2010, 9, 1)?);
/// assert_eq!(stay.to, Moment::Date(CalendarDate::new(2010, 9, 1)?));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custody {
    /// First moment in custody.
    pub from: Moment,
    /// First moment at liberty again.
    pub to: Moment,
}

impl Custody {
    /// Custody from one date up to, not including, another.
    pub fn dates(from: CalendarDate, to: CalendarDate) -> Custody {
        Custody { from: from.into(), to: to.into() }
    }

    /// Custody from one exact age up to, not including, another.
    pub fn ages(from: Age, to: Age) -> Custody {
        Custody { from: from.into(), to: to.into() }
    }
}
