//! Codes for missing values, as the caller names them, and which cells hold one, whatever the type of the cell.

use super::dates::{self, Stated};
use super::field::{DAY, Field};
use super::options::TableOptions;
use super::words::{Cell, signed};
use crate::career::date::CalendarDate;

/// What the caller's codes are as words, numbers and days.
pub(super) struct Codes {
    words: Vec<String>,
    numbers: Vec<f64>,
    /// From the one to the other day since 1 January 1970, which are the same for a day.
    days: Vec<(i64, i64)>,
}

impl Codes {
    pub(super) fn of(options: &TableOptions) -> Codes {
        let days = options.missing.iter().filter_map(|code| days_of(code, options));
        Codes { words: options.missing.clone(), numbers: numbers(options).collect(), days: days.collect() }
    }

    /// Whether any is a number.
    pub(super) fn have_numbers(&self) -> bool {
        !self.numbers.is_empty()
    }

    /// Whether a cell is one of them; `pointed` is the text of one with a point before its decimals.
    pub(super) fn have<'t>(
        &self,
        field: Field<'t>,
        pointed: impl FnOnce(&'t [u8]) -> std::borrow::Cow<'t, [u8]>,
    ) -> bool {
        if self.words.is_empty() {
            return false;
        }
        match field {
            Field::Empty => false,
            Field::Text(text) => {
                let text = text.trim_ascii();
                self.words.iter().any(|code| code.as_bytes() == text)
                    || self.have_numbers()
                        && matches!(signed(&pointed(text)), Cell::Value(v) if self.numbers.contains(&v))
            }
            Field::Whole(number) => self.numbers.contains(&(number as f64)),
            Field::Huge(number) => self.numbers.contains(&(number as f64)),
            Field::Decimal(number) if number.is_nan() => self.are_called("nan"),
            Field::Single(number) if number.is_nan() => self.are_called("nan"),
            Field::Decimal(number) => self.numbers.contains(&number),
            // a code of 99.9 is stored as another number of 32 bits than of 64
            Field::Single(number) => self.numbers.iter().any(|&code| code as f32 == number),
            Field::Flag(flag) => self.are_called(if flag { "true" } else { "false" }),
            Field::Day(day) => self.days.contains(&(day, day)),
            Field::Days(first, last) => self.days.contains(&(first, last)),
            Field::Instant(micros) | Field::Moment(micros) => {
                let day = micros.div_euclid(DAY);
                micros.rem_euclid(DAY) == 0 && self.days.contains(&(day, day))
            }
        }
    }

    /// Whether one of them is this day, however the cell writes it.
    pub(super) fn have_day(&self, stated: Stated) -> bool {
        !self.days.is_empty() && span(stated).is_some_and(|days| self.days.contains(&days))
    }

    fn are_called(&self, name: &str) -> bool {
        self.words.iter().any(|code| code.eq_ignore_ascii_case(name))
    }
}

fn numbers(options: &TableOptions) -> impl Iterator<Item = f64> {
    options.missing.iter().filter_map(|code| number(code))
}

fn number(code: &str) -> Option<f64> {
    match signed(code.as_bytes()) {
        Cell::Value(number) => Some(number),
        _ => None,
    }
}

/// Whether an identifier is a code for a missing one. Whole numbers from 0 on are not: where 9 stands for a count that is
/// not known, the ninth person is somebody.
pub(super) fn are_no_identifier(field: Field<'_>, options: &TableOptions) -> bool {
    if options.missing.is_empty() {
        return false;
    }
    let text = field.text();
    let text = String::from_utf8_lossy(text.trim_ascii());
    let own = number(&text);
    let is_person = |code: &str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    options
        .missing
        .iter()
        .filter(|code| !is_person(code))
        .any(|code| *code == *text || number(code).is_some_and(|code| code < 0.0 && own == Some(code)))
}

/// The days that a code names, by the caller's format or like `2010-12-31`.
fn days_of(code: &str, options: &TableOptions) -> Option<(i64, i64)> {
    match dates::read(code.as_bytes(), options.dates.as_ref()).ok()? {
        Stated::Open => {
            let day = if code.contains("9999") { dates::END_OF_9999 } else { dates::END_OF_2999 };
            Some((day, day))
        }
        stated => span(stated),
    }
}

fn span(stated: Stated) -> Option<(i64, i64)> {
    let epoch = CalendarDate::new(1970, 1, 1).ok()?;
    match stated {
        Stated::Day(day) => Some((epoch.days_until(day), epoch.days_until(day))),
        Stated::Between(first, last) => Some((epoch.days_until(first), epoch.days_until(last))),
        Stated::Open | Stated::Empty => None,
    }
}
