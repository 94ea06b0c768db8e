//! Calendar dates without a clock or time zone, and the arithmetic of age.
//!
//! Belongs here: [`CalendarDate`] and the rules for completed months and years.
//! Does not belong here: reading dates in other notations than ISO; a reader of files knows its own.

use crate::error::{Error, Result};
use crate::units::Age;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// First and last year of a [`CalendarDate`]: two cycles of the Gregorian calendar. Wide enough for everyone
/// in a register, narrow enough to refuse the years `0001` and `9999` that files use for "unknown" and
/// "still running".
pub(crate) const YEARS: std::ops::RangeInclusive<i16> = 1600..=2399;

const EPOCH: Date = date(1600, 1, 1);

/// A day of the Gregorian calendar, in the years 1600 to 2399.
///
/// Written and stored as `YYYY-MM-DD`.
///
/// # Age
/// One rule serves every border of age: *a month (or year) of age is complete when its last day has
/// passed*. So a person reaches an age of `n` months at the start of the day of the month that equals
/// the day of birth; where that month has no such day, at the start of the first day of the next month.
/// Someone born on 29 February completes a year at the end of 28 February and is a year older from
/// 1 March in common years, from 29 February in leap years. The rule is this crate's choice; it keeps every
/// interval of age non-empty and no border earlier than the day it stands for.
///
/// ```
/// use pleegprofiel::career::CalendarDate;
/// let birth: CalendarDate = "2004-02-29".parse()?;
/// assert_eq!(birth.completed_months(CalendarDate::new(2022, 2, 28)?)?, 17 * 12 + 11);
/// assert_eq!(birth.completed_months(CalendarDate::new(2022, 3, 1)?)?, 18 * 12);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CalendarDate(Date);

impl CalendarDate {
    /// A date from year, month (1 to 12) and day of the month (from 1).
    ///
    /// # Errors
    /// When the year is outside 1600 to 2399 or the calendar has no such day.
    pub fn new(year: i16, month: u8, day: u8) -> Result<Self> {
        if !YEARS.contains(&year) {
            return Err(Error::value(format!("the year {year} is not between {} and {}", YEARS.start(), YEARS.end())));
        }
        // A number that does not fit i8 is no month or day either; 0 stands for it.
        let small = |v: u8| i8::try_from(v).unwrap_or(0);
        Date::new(year, small(month), small(day))
            .map(CalendarDate)
            .map_err(|_| Error::value(format!("{year:04}-{month:02}-{day:02} is not a day of the calendar")))
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.0.month().unsigned_abs()
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.0.day().unsigned_abs()
    }

    /// Days from this date to `other`; negative when `other` is earlier.
    ///
    /// ```
    /// use pleegprofiel::career::CalendarDate;
    /// let (a, b) = (CalendarDate::new(2000, 2, 28)?, CalendarDate::new(2000, 3, 1)?);
    /// assert_eq!((a.days_until(b), b.days_until(a)), (2, -2));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn days_until(self, other: CalendarDate) -> i64 {
        day_number(other.0) - day_number(self.0)
    }

    /// The date so many days later (earlier, when negative).
    ///
    /// # Errors
    /// When that is outside 1600 to 2399.
    pub fn plus_days(self, days: i64) -> Result<CalendarDate> {
        let far = || Error::value(format!("{self} plus {days} days is not between the years 1600 and 2399"));
        // Longer than all of YEARS; keeps the span within what the calendar can hold.
        if days.unsigned_abs() > 400_000 {
            return Err(far());
        }
        let moved = self.0.checked_add(jiff::Span::new().days(days)).map_err(|_| far())?;
        if YEARS.contains(&moved.year()) { Ok(CalendarDate(moved)) } else { Err(far()) }
    }

    /// The day on which someone born on this date reaches an age of so many months.
    ///
    /// ```
    /// use pleegprofiel::career::CalendarDate;
    /// let birth = CalendarDate::new(2001, 1, 31)?;
    /// assert_eq!(birth.plus_months(1)?.to_string(), "2001-03-01"); // February has no 31st
    /// assert_eq!(birth.plus_months(12)?.to_string(), "2002-01-31");
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When that is outside 1600 to 2399.
    pub fn plus_months(self, months: u32) -> Result<CalendarDate> {
        self.border(months)
            .filter(|d| YEARS.contains(&d.year()))
            .map(CalendarDate)
            .ok_or_else(|| Error::value(format!("{self} plus {months} months is not between the years 1600 and 2399")))
    }

    /// Completed months of age, on the day `on`, of someone born on this date.
    ///
    /// # Errors
    /// When `on` is before this date.
    pub fn completed_months(self, on: CalendarDate) -> Result<u32> {
        if on < self {
            return Err(Error::value(format!("the date is {} days before birth", on.days_until(self))));
        }
        let months = (i32::from(on.0.year()) - i32::from(self.0.year())) * 12 + i32::from(on.0.month())
            - i32::from(self.0.month());
        let months = months.unsigned_abs();
        let reached = self.border(months).is_some_and(|border| border <= on.0);
        Ok(if reached { months } else { months.saturating_sub(1) })
    }

    /// Exact age, on the day `on`, of someone born on this date: completed years, and of the running
    /// year the days passed divided by the days it has (365 or 366).
    ///
    /// ```
    /// use pleegprofiel::career::CalendarDate;
    /// let birth = CalendarDate::new(1990, 7, 1)?;
    /// assert_eq!(birth.age_on(CalendarDate::new(2008, 7, 1)?)?.get(), 18.0);
    /// assert_eq!(birth.age_on(CalendarDate::new(2008, 9, 12)?)?.get(), 18.0 + 73.0 / 365.0);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `on` is before this date or the age passes 150 years.
    pub fn age_on(self, on: CalendarDate) -> Result<Age> {
        let years = self.completed_months(on)? / 12;
        let (Some(from), Some(to)) = (self.border(12 * years), self.border(12 * years + 12)) else {
            return Err(Error::value(format!("an age of {years} years is not between 0 and 150 years")));
        };
        let passed = (day_number(on.0) - day_number(from)) as f64;
        Age::years(f64::from(years) + passed / (day_number(to) - day_number(from)) as f64)
    }

    /// Days since a fixed day; only differences mean something.
    pub(crate) fn number(self) -> i64 {
        day_number(self.0)
    }

    /// [`CalendarDate::number`] of the day an age of so many months is reached, also beyond 1600 to 2399;
    /// `None` only past the year 9999.
    pub(crate) fn border_number(self, months: u32) -> Option<i64> {
        self.border(months).map(day_number)
    }

    fn border(self, months: u32) -> Option<Date> {
        let month = i64::from(self.0.month()) - 1 + i64::from(months);
        let year = i16::try_from(i64::from(self.0.year()) + month / 12).ok()?;
        let first = Date::new(year, (month % 12 + 1) as i8, 1).ok()?;
        if self.0.day() <= first.days_in_month() {
            Date::new(year, first.month(), self.0.day()).ok()
        } else {
            first.last_of_month().tomorrow().ok()
        }
    }
}

fn day_number(date: Date) -> i64 {
    // Whole days by construction, so the division is exact.
    date.duration_since(EPOCH).as_hours() / 24
}

impl TryFrom<Date> for CalendarDate {
    type Error = Error;

    /// From a date of the crate jiff (0.2), which converts from those of other crates.
    fn try_from(day: Date) -> Result<Self> {
        if YEARS.contains(&day.year()) {
            return Ok(CalendarDate(day));
        }
        Err(Error::value(format!("the year {} is not between {} and {}", day.year(), YEARS.start(), YEARS.end())))
    }
}

impl From<CalendarDate> for Date {
    fn from(day: CalendarDate) -> Date {
        day.0
    }
}

impl fmt::Display for CalendarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CalendarDate {
    type Err = Error;

    /// Reads `YYYY-MM-DD` and nothing else: no other order, no time of day.
    fn from_str(text: &str) -> Result<Self> {
        let digits = |range: std::ops::Range<usize>| -> Option<u16> {
            let part = text.get(range)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
        };
        let parts = (text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-"))
            .then(|| Some((digits(0..4)?, digits(5..7)?, digits(8..10)?)))
            .flatten();
        match parts {
            // Four and two digits fit i16 and u8.
            Some((year, month, day)) => CalendarDate::new(year as i16, month as u8, day as u8),
            None => {
                // Input may be anything, of any length; a message is for reading.
                let shown: String = text.chars().take(20).collect();
                Err(Error::value(format!("{shown:?} is not a date written as YYYY-MM-DD")))
            }
        }
    }
}

impl TryFrom<String> for CalendarDate {
    type Error = Error;
    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<CalendarDate> for String {
    fn from(date: CalendarDate) -> String {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CalendarDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused_with_value_and_limit() {
        let text = |e: Error| e.to_string();
        assert_eq!(text(CalendarDate::new(2001, 2, 29).unwrap_err()), "2001-02-29 is not a day of the calendar");
        assert_eq!(text(CalendarDate::new(9999, 12, 31).unwrap_err()), "the year 9999 is not between 1600 and 2399");
        assert!(CalendarDate::new(2001, 0, 1).is_err() && CalendarDate::new(2001, 1, 200).is_err());
        assert!(CalendarDate::new(2001, 255, 1).is_err());
    }

    #[test]
    fn only_the_iso_form_is_read() {
        for bad in
            ["", "2001-2-3", "20010203", "2001/02/03", "2001-02-03T00:00", "+200-02-03", "2001-+2-03", "é001-02-0"]
        {
            assert!(bad.parse::<CalendarDate>().is_err(), "{bad}");
        }
        assert_eq!(day("0001-01-01".replace("0001", "1999").as_str()).year(), 1999);
        let long = "9".repeat(1_000_000);
        assert!(long.parse::<CalendarDate>().unwrap_err().to_string().len() < 100);
    }

    #[test]
    fn a_date_goes_to_jiff_and_back() {
        let there = Date::from(day("2004-02-29"));
        assert_eq!((there, CalendarDate::try_from(there)), (date(2004, 2, 29), Ok(day("2004-02-29"))));
        let text = CalendarDate::try_from(date(9999, 12, 31)).unwrap_err().to_string();
        assert_eq!(text, "the year 9999 is not between 1600 and 2399");
    }

    #[test]
    fn a_date_reads_back_from_json_through_its_check() {
        assert_eq!(serde_json::to_string(&day("2000-02-29")).unwrap(), "\"2000-02-29\"");
        assert_eq!(serde_json::from_str::<CalendarDate>("\"2000-02-29\"").unwrap(), day("2000-02-29"));
        assert!(serde_json::from_str::<CalendarDate>("\"2001-02-29\"").is_err());
    }

    #[test]
    fn a_month_of_age_is_complete_when_its_last_day_has_passed() {
        let birth = day("2000-01-31");
        for (on, months) in [
            ("2000-01-31", 0),
            ("2000-02-29", 0),
            ("2000-03-01", 1),
            ("2000-03-30", 1),
            ("2000-03-31", 2),
            ("2000-04-30", 2),
            ("2000-05-01", 3),
        ] {
            assert_eq!(birth.completed_months(day(on)).unwrap(), months, "{on}");
        }
        assert!(birth.completed_months(day("2000-01-30")).is_err());
    }

    #[test]
    fn a_leapling_grows_older_on_29_february_or_1_march() {
        let birth = day("2000-02-29");
        assert_eq!(birth.plus_months(12).unwrap(), day("2001-03-01"));
        assert_eq!(birth.plus_months(48).unwrap(), day("2004-02-29"));
        assert_eq!(birth.age_on(day("2001-02-28")).unwrap().get(), 365.0 / 366.0);
        assert_eq!(birth.age_on(day("2001-03-01")).unwrap().get(), 1.0);
        // 1900 and 2100 are no leap years.
        assert_eq!(birth.plus_months(1200).unwrap(), day("2100-03-01"));
    }

    #[test]
    fn every_border_is_the_first_day_with_that_many_completed_months() {
        for birth in ["2000-02-29", "1999-12-31", "2003-01-30", "1990-06-15", "1999-08-31"].map(day) {
            for months in 1..600 {
                let border = birth.plus_months(months).unwrap();
                assert_eq!(birth.completed_months(border).unwrap(), months);
                assert_eq!(birth.completed_months(border.plus_days(-1).unwrap()).unwrap(), months - 1);
            }
        }
    }

    #[test]
    fn dates_beyond_the_calendar_are_an_error_not_a_panic() {
        assert!(day("2399-12-31").plus_days(1).is_err());
        assert!(day("1600-01-01").plus_days(-1).is_err());
        assert!(day("2000-01-01").plus_days(i64::MIN).is_err());
        assert!(day("2000-01-01").plus_months(u32::MAX).is_err());
        assert!(day("1700-01-01").age_on(day("2000-01-01")).is_err());
        assert_eq!(day("2000-01-01").plus_days(366).unwrap(), day("2001-01-01"));
    }
}
