//! What stands in a cell, whatever the file, and how the caller's rules read it.
//!
//! Belongs here: the one place where a cell becomes a count, a number, a date or an identifier. Does not belong here:
//! what the columns of a form mean.

use super::codes::Codes;
use super::dates::{self, Stated};
use super::options::{DecimalMark, TableOptions};
use super::thousands::Written;
use super::words::{Cell, decimal, decimal_problem, shown, signed, time_at_risk_problem, whole, whole_problem};
use crate::cohort::builder::MAX_COUNT;
use crate::cohort::warning::CohortWarning;
use std::borrow::Cow;

/// A cell as its file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(not(all(feature = "parquet", feature = "stata")), allow(dead_code))] // a text has nothing but text
pub(in crate::cohort) enum Field<'a> {
    /// Not there, or missing by what the file itself declares.
    Empty,
    /// As it stands in a text.
    Text(&'a [u8]),
    Whole(i64),
    /// A whole number beyond those.
    Huge(i128),
    Decimal(f64),
    /// A number of 32 bits, which holds each whole number up to 2^24 only.
    Single(f32),
    /// True or false, as the file has it by type.
    Flag(bool),
    /// Days since 1 January 1970.
    Day(i64),
    /// Microseconds since then.
    Instant(i64),
    /// The same on a clock in UTC, which may not be the one that the day was told by.
    Moment(i64),
    /// A month, quarter or the like: from the one to the other day since then.
    Days(i64, i64),
}

impl<'a> Field<'a> {
    /// The cell as text.
    pub(in crate::cohort) fn text(self) -> Cow<'a, [u8]> {
        match self {
            Field::Empty => Cow::Borrowed(b""),
            Field::Text(text) => Cow::Borrowed(text),
            Field::Whole(number) => Cow::Owned(number.to_string().into_bytes()),
            Field::Huge(number) => Cow::Owned(number.to_string().into_bytes()),
            Field::Decimal(number) => Cow::Owned(number.to_string().into_bytes()),
            Field::Single(number) => Cow::Owned(number.to_string().into_bytes()),
            Field::Flag(flag) => Cow::Borrowed(if flag { b"true" } else { b"false" }),
            Field::Day(days) => Cow::Owned(day_text(days).into_bytes()),
            Field::Days(first, last) => Cow::Owned(format!("{} to {}", day_text(first), day_text(last)).into_bytes()),
            Field::Instant(micros) | Field::Moment(micros) => Cow::Owned(match micros.rem_euclid(DAY) {
                0 => day_text(micros.div_euclid(DAY)).into_bytes(),
                rest => format!("{} and {} s", day_text(micros.div_euclid(DAY)), rest as f64 / 1e6).into_bytes(),
            }),
        }
    }

    /// A number with decimals, whatever its bits.
    pub(super) fn float(self) -> Option<f64> {
        match self {
            Field::Decimal(number) => Some(number),
            Field::Single(number) => Some(f64::from(number)),
            _ => None,
        }
    }

    /// Whether this may be another whole number than the one that was meant: one of 32 bits stands for several.
    pub(in crate::cohort) fn is_rounded(self) -> bool {
        matches!(self, Field::Single(number) if number.abs() >= SINGLE_WHOLE)
    }

    pub(super) fn is_empty(self) -> bool {
        match self {
            Field::Empty => true,
            Field::Text(text) => text.trim_ascii().is_empty(),
            _ => false,
        }
    }
}

/// 2^24: from here on whole numbers of 32-bit floats are rounded.
const SINGLE_WHOLE: f32 = 16_777_216.0;

/// What is said of a whole number that a float of 32 bits may have rounded.
pub(super) const ROUNDED: &str = "is stored as a 32-bit float (Stata's float), which rounds whole numbers from 16777216 on: store it as long, \
                                  double or text where it is made";

/// Microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

fn day_text(days: i64) -> String {
    match dates::of_day_number(days) {
        Ok(Stated::Day(day)) => day.to_string(),
        _ => format!("day {days} from 1970-01-01"),
    }
}

/// How the cells of a table are read.
pub(in crate::cohort) struct Reading<'a> {
    options: &'a TableOptions,
    codes: Codes,
    written: Written,
    /// Cells that held such a code.
    missing: std::cell::Cell<u64>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(options: &'a TableOptions) -> Self {
        Reading { options, codes: Codes::of(options), written: Written::default(), missing: std::cell::Cell::new(0) }
    }

    /// Whether the cell holds a code for a missing value, which then is counted.
    pub(super) fn is_missing(&self, field: Field<'_>) -> bool {
        let found = self.is_code(field);
        self.missing.set(self.missing.get() + u64::from(found));
        found
    }

    /// Whether the cell holds a code for a missing value.
    pub(super) fn is_code(&self, field: Field<'_>) -> bool {
        self.codes.have(field, |text| self.pointed(text))
    }

    /// A cell, empty when it holds a code for a missing value, which then is counted.
    pub(super) fn there<'f>(&self, field: Field<'f>) -> Field<'f> {
        if self.is_missing(field) { Field::Empty } else { field }
    }

    /// Whether the caller said what stands before decimals.
    pub(super) fn says_what_a_point_is(&self) -> bool {
        self.options.decimal.is_some()
    }

    pub(super) fn written(&self) -> &Written {
        &self.written
    }

    /// What was taken as missing, to be told.
    pub(super) fn warnings(&self) -> Option<CohortWarning> {
        let cells = self.missing.get();
        (cells > 0).then_some(CohortWarning::MissingCodes { cells })
    }

    /// A text with the point for the caller's decimal mark.
    fn pointed<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        if self.options.decimal != Some(DecimalMark::Comma) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(
            text.iter()
                .map(|&byte| match byte {
                    b',' => b'.',
                    // a point would be a thousands separator: no number here has one
                    b'.' => b'?',
                    other => other,
                })
                .collect(),
        )
    }

    /// Whether whole numbers from 0 to [`MAX_COUNT`] are counts whatever the options, and empty cells none: no code for
    /// a missing value is a number.
    pub(super) fn plain_counts(&self) -> bool {
        !self.codes.have_numbers()
    }

    /// A count: a whole number, also one written or stored with decimals that are all 0.
    #[inline]
    pub(super) fn count(&self, field: Field<'_>) -> Cell<u32> {
        match field {
            Field::Text(text) => match whole(text, MAX_COUNT) {
                Cell::Value(count) if !self.codes.have_numbers() => Cell::Value(count),
                Cell::Empty => Cell::Empty,
                _ => self.count_slow(field),
            },
            Field::Whole(count) if !self.codes.have_numbers() && (0..=i64::from(MAX_COUNT)).contains(&count) => {
                Cell::Value(count as u32)
            }
            Field::Empty => Cell::Empty,
            _ => self.count_slow(field),
        }
    }

    #[inline(never)]
    fn count_slow(&self, field: Field<'_>) -> Cell<u32> {
        let limit = f64::from(MAX_COUNT);
        if self.is_missing(field) {
            return Cell::Empty;
        }
        match field {
            Field::Text(text) => match whole(text, MAX_COUNT) {
                Cell::Bad if is_minus_zero(&self.pointed(text)) => Cell::Value(0),
                Cell::Bad => whole(&self.without_zero_decimals(text), MAX_COUNT),
                cell => cell,
            },
            Field::Whole(n) if (0..=i64::from(MAX_COUNT)).contains(&n) => Cell::Value(n as u32),
            Field::Decimal(_) | Field::Single(_) => match field.float() {
                Some(v) if v.fract() == 0.0 && (0.0..=limit).contains(&v) => Cell::Value(v as u32),
                _ => Cell::Bad,
            },
            Field::Empty => Cell::Empty,
            _ => Cell::Bad,
        }
    }

    /// `3.0` as `3`; what may be a thousand (`1.000`) stays as it is, unless the caller said what a point is.
    fn without_zero_decimals<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let text = text.trim_ascii();
        let pointed = self.pointed(text);
        let Some(point) = pointed.iter().position(|&byte| byte == b'.') else { return Cow::Borrowed(text) };
        let (digits, decimals) = (&text[..point], &text[point + 1..]);
        let zeros = !decimals.is_empty() && decimals.iter().all(|&byte| byte == b'0');
        let thousand = self.options.decimal.is_none() && decimals.len() == 3 && digits != b"0";
        if zeros && !thousand && !digits.is_empty() { Cow::Borrowed(digits) } else { Cow::Borrowed(text) }
    }

    /// Why [`Reading::count`] refuses a cell.
    #[cold]
    pub(super) fn count_problem(&self, field: Field<'_>) -> String {
        match field {
            Field::Day(_) | Field::Instant(_) | Field::Moment(_) | Field::Days(..) => {
                format!("{} is a date, not a count", shown(&field.text()))
            }
            _ => whole_problem(&field.text(), "a count", MAX_COUNT),
        }
    }

    /// A number of 0 or more.
    pub(super) fn decimal(&self, field: Field<'_>) -> Cell<f64> {
        match self.number(field) {
            _ if matches!(field, Field::Flag(_)) => Cell::Bad,
            Cell::Value(v) if v < 0.0 || v.is_sign_negative() && v != 0.0 => Cell::Bad,
            cell => cell,
        }
    }

    /// A number.
    #[inline]
    pub(super) fn number(&self, field: Field<'_>) -> Cell<f64> {
        match field {
            Field::Empty => return Cell::Empty,
            Field::Text(b"") => return Cell::Empty,
            Field::Text(b"1") if self.options.missing.is_empty() => return Cell::Value(1.0),
            _ => {}
        }
        if self.is_missing(field) {
            return Cell::Empty;
        }
        match field {
            Field::Text(text) => signed(&self.pointed(text)),
            Field::Whole(n) => Cell::Value(n as f64),
            Field::Huge(n) => Cell::Value(n as f64),
            Field::Decimal(v) if !v.is_nan() => Cell::Value(v),
            Field::Single(v) if !v.is_nan() => Cell::Value(f64::from(v)),
            Field::Flag(flag) => Cell::Value(f64::from(u8::from(flag))),
            _ => Cell::Bad,
        }
    }

    /// Why a cell is not a number within `range`; `missing` is what the way out for a missing value is.
    #[cold]
    pub(super) fn number_problem(&self, field: Field<'_>, range: &str, missing: &str) -> String {
        match field {
            Field::Day(_) | Field::Instant(_) | Field::Moment(_) | Field::Days(..) => {
                format!("{} is a date, not {range}", shown(&field.text()))
            }
            _ => decimal_problem(&field.text(), &self.pointed(&field.text()), range, missing),
        }
    }

    /// A time at risk from 0 to 1.
    #[inline]
    pub(super) fn time_at_risk(&self, field: Field<'_>) -> Cell<f64> {
        match self.decimal(field) {
            Cell::Value(v) if v > 1.0 => Cell::Bad,
            cell => cell,
        }
    }

    /// Why [`Reading::time_at_risk`] refuses a cell.
    #[cold]
    pub(super) fn time_at_risk_problem(&self, field: Field<'_>) -> String {
        time_at_risk_problem(&field.text(), &self.pointed(&field.text()))
    }

    /// An age, in months.
    pub(super) fn age(&self, field: Field<'_>) -> Cell<u32> {
        let months = match field {
            field if field.is_empty() || self.is_missing(field) => return Cell::Empty,
            Field::Text(text) => self.options.ages.months(&self.pointed(text.trim_ascii())),
            Field::Whole(n) if (0..=1800).contains(&n) => self.options.ages.months_of(n as f64),
            _ => field.float().and_then(|age| self.options.ages.months_of(age)),
        };
        months.map_or(Cell::Bad, Cell::Value)
    }

    /// Why [`Reading::age`] refuses a cell.
    #[cold]
    pub(super) fn age_problem(&self, field: Field<'_>) -> String {
        let range = self.options.ages.what();
        match decimal(&field.text()) {
            Cell::Value(_) => match self.options.ages.in_months(&field.text()) {
                Some(hint) => format!("{} is not {range}: {hint}", shown(&field.text())),
                None => format!("{} is not {range}, in whole months", shown(&field.text())),
            },
            _ => self.number_problem(field, &range, "a row without an age is left out of the table"),
        }
    }

    /// What a cell says of a day; the error says why it says nothing of one.
    pub(super) fn date(&self, field: Field<'_>) -> Result<Stated, String> {
        if field.is_empty() || self.is_missing(field) {
            return Ok(Stated::Empty);
        }
        if field.is_rounded() {
            return Err(format!("a date {ROUNDED}"));
        }
        let stated = match field {
            Field::Day(days) => dates::of_day_number(days),
            Field::Days(first, last) => dates::of_days(first, last),
            Field::Instant(micros) | Field::Moment(micros) if micros.rem_euclid(DAY) == 0 => {
                dates::of_day_number(micros.div_euclid(DAY))
            }
            Field::Moment(_) => Err(format!(
                "{} is a moment in UTC (a date-time with a time zone) and not midnight there: which day it was hangs on the \
                 zone; write the column as dates, such as with .dt.tz_localize(None) in pandas or CAST(.. AS DATE) in SQL",
                shown(&field.text())
            )),
            Field::Instant(_) => Err(format!(
                "{} has a time of day: dates are whole days, or date-times at midnight",
                shown(&field.text())
            )),
            _ if field.float().is_some_and(f64::is_nan) => {
                Err("\"NaN\" is no date: a missing one is an empty cell, or a code named by --missing NaN".into())
            }
            _ => dates::read(&field.text(), self.options.dates.as_ref()),
        }?;
        // a day is a code however the cell writes it
        if self.codes.have_day(stated) {
            self.missing.set(self.missing.get() + 1);
            return Ok(Stated::Empty);
        }
        Ok(stated)
    }

    /// A whole number from 0 on, such as that of a case, also one written or stored with decimals that are all 0.
    pub(super) fn number_of_case(&self, field: Field<'_>) -> Result<Option<u32>, String> {
        if field.is_empty() || self.is_missing(field) {
            return Ok(None);
        }
        if field.is_rounded() {
            return Err(format!("a number that {ROUNDED}"));
        }
        let text = field.text();
        let text = text.trim_ascii();
        let digits = match text.iter().position(|&byte| byte == b'.') {
            Some(point) if text[point + 1..].iter().all(|&byte| byte == b'0') => &text[..point],
            _ => text,
        };
        let plain = digits.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(digits).ok()?.parse().ok());
        plain.flatten().map(Some).ok_or_else(|| format!("{} is not a whole number", shown(text)))
    }
}

/// `-0` or `-0.0`, as programs write what they rounded.
fn is_minus_zero(text: &[u8]) -> bool {
    matches!(signed(text), Cell::Value(number) if number == 0.0)
        && text.trim_ascii().iter().all(|byte| matches!(byte, b'-' | b'0' | b'.'))
        && text.trim_ascii().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str, options: &TableOptions) -> Cell<u32> {
        Reading::new(options).count(Field::Text(text.as_bytes()))
    }

    #[test]
    fn a_whole_number_with_decimals_is_a_count_and_what_may_be_a_thousand_is_none() {
        let plain = TableOptions::new();
        for (text, value) in [("3.0", 3), ("3.000000", 3), ("0.000", 0), (" 12.00 ", 12)] {
            assert_eq!(count(text, &plain), Cell::Value(value), "{text}");
        }
        for text in ["1.000", "3.5", "3.", ".0", "3,0", "1e0", "-3.0"] {
            assert_eq!(count(text, &plain), Cell::Bad, "{text}");
        }
        assert_eq!(count("1.000", &plain.clone().decimal(DecimalMark::Point)), Cell::Value(1));
        let comma = plain.decimal(DecimalMark::Comma);
        assert_eq!((count("3,0", &comma), count("3.0", &comma)), (Cell::Value(3), Cell::Bad));
    }

    #[test]
    fn a_code_is_missing_however_it_is_written_and_a_count_beside_it_is_a_count() {
        let options = TableOptions::new().missing(["999", "NA", ".", "-9"]);
        for text in ["999", "999.0", " NA", ".", "-9", "-9.0", ""] {
            assert_eq!(count(text, &options), Cell::Empty, "{text}");
        }
        assert_eq!((count("99", &options), count("na", &options)), (Cell::Value(99), Cell::Bad));
        let reading = Reading::new(&options);
        assert_eq!(
            (reading.count(Field::Whole(999)), reading.count(Field::Decimal(3.0))),
            (Cell::Empty, Cell::Value(3))
        );
        assert_eq!(reading.warnings(), Some(CohortWarning::MissingCodes { cells: 1 }));
    }

    #[test]
    fn not_a_number_is_no_missing_value_unless_the_caller_says_so() {
        let reading = |options: &TableOptions| Reading::new(options).count(Field::Decimal(f64::NAN));
        assert_eq!(reading(&TableOptions::new()), Cell::Bad);
        assert_eq!(reading(&TableOptions::new().missing(["NaN"])), Cell::Empty);
    }
}
