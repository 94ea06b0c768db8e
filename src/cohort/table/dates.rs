//! Dates as registers write them: by a stated format, complete or not, and never by guessing day and month.

use super::date_words;
use super::words::shown;
use crate::career::date::CalendarDate;
use crate::error::{Error, Result};
use crate::units::read_back;
use std::fmt;
use std::str::FromStr;

/// How a table writes its dates.
///
/// ```
/// use pleegprofiel::cohort::table::DateFormat;
/// assert!("d-m-yyyy".parse::<DateFormat>().is_ok());
/// assert!("d-m".parse::<DateFormat>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat(Format);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Format {
    Parts(Vec<Part>),
    /// Days since 1 January 1970 of day 0, and how many units are a day.
    Number {
        epoch: i64,
        per_day: i64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month { two: bool },
    MonthName,
    Day { two: bool },
    Mark(u8),
}

/// Day numbers of other programs: name, days from 1 January 1970 to its day 0, units in a day.
const NUMBERS: [(&str, i64, i64); 5] = [
    // 1900 was no leap year, but Excel counts 29 February 1900: right from 1 March 1900 on
    ("excel", -25_569, 1),
    ("excel1904", -24_107, 1),
    ("stata", -3653, 1),
    ("sas", -3653, 1),
    ("spss", -141_428, 86_400),
];

impl FromStr for DateFormat {
    type Err = Error;

    /// `d-m-yyyy`, `dd/mm/yyyy`, `yyyymmdd`, `ddmmmyyyy`, .. (`d` and `m` are one or two digits, `dd` and `mm` two, `mmm`
    /// the first three letters of a month in English or Dutch), or day numbers: `excel`, `excel1904`, `stata`, `sas`,
    /// `spss`.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        if let Some(&(_, epoch, per_day)) = NUMBERS.iter().find(|number| number.0 == lower) {
            return Ok(DateFormat(Format::Number { epoch, per_day }));
        }
        let mut parts = Vec::new();
        let mut rest = lower.as_bytes();
        while let Some(&byte) = rest.first() {
            let run = rest.iter().take_while(|&&other| other == byte).count();
            parts.push(match (byte, run) {
                (b'y', 4) => Part::Year,
                (b'm', 1 | 2) => Part::Month { two: run == 2 },
                (b'm', 3) => Part::MonthName,
                (b'd', 1 | 2) => Part::Day { two: run == 2 },
                (b'-' | b'/' | b'.' | b' ', 1) => Part::Mark(byte),
                _ => return Err(not_a_format(text)),
            });
            rest = &rest[run..];
        }
        let count = |is: fn(&Part) -> bool| parts.iter().filter(|part| is(part)).count();
        let each = [
            count(|p| matches!(p, Part::Year)),
            count(|p| matches!(p, Part::Month { .. } | Part::MonthName)),
            count(|p| matches!(p, Part::Day { .. })),
        ];
        // without a mark between them, numbers of one or two digits have no end
        let open = parts.windows(2).any(|pair| {
            matches!(pair[0], Part::Month { two: false } | Part::Day { two: false })
                && !matches!(pair[1], Part::Mark(_) | Part::MonthName)
        });
        if each != [1, 1, 1] || open {
            return Err(not_a_format(text));
        }
        Ok(DateFormat(Format::Parts(parts)))
    }
}

fn not_a_format(text: &str) -> Error {
    Error::options(format!(
        "{} is not a format of dates: use yyyy, one of mmm, mm and m, and dd or d, once each, such as d-m-yyyy or yyyymmdd, or one of \
         excel, excel1904, stata, sas, spss",
        shown(text.as_bytes())
    ))
}

/// How a date without day or month becomes a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// The first day that it may be.
    Earliest,
    /// The middle: the 15th (or 16th) of the month, 1 or 2 July of the year.
    Middle,
    /// The last day that it may be.
    Latest,
    /// The row is left out.
    LeaveOut,
}

impl Incomplete {
    /// Every rule.
    pub const ALL: [Incomplete; 4] =
        [Incomplete::Earliest, Incomplete::Middle, Incomplete::Latest, Incomplete::LeaveOut];

    /// The key in options and results.
    pub fn key(self) -> &'static str {
        match self {
            Incomplete::Earliest => "earliest",
            Incomplete::Middle => "middle",
            Incomplete::Latest => "latest",
            Incomplete::LeaveOut => "leave-out",
        }
    }
}

read_back! { Incomplete, "a rule for incomplete dates"; }

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// What a cell says of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stated {
    Day(CalendarDate),
    /// Somewhere from the one to the other day, both included.
    Between(CalendarDate, CalendarDate),
    /// 31 December 9999 or 2999: still running.
    Open,
    /// Nothing, or `0000-00-00`.
    Empty,
}

impl Stated {
    /// A whole day as `2010-12-31`.
    pub(super) fn iso(self) -> Option<String> {
        match self {
            Stated::Day(day) => Some(day.to_string()),
            _ => None,
        }
    }

    /// The day by a rule; `None` when there is none.
    pub(super) fn by(self, rule: Incomplete) -> Option<CalendarDate> {
        match (self, rule) {
            (Stated::Day(day), _) => Some(day),
            (Stated::Between(first, _), Incomplete::Earliest) => Some(first),
            (Stated::Between(_, last), Incomplete::Latest) => Some(last),
            (Stated::Between(first, last), Incomplete::Middle) => first.plus_days(first.days_until(last) / 2).ok(),
            _ => None,
        }
    }
}

/// The beginnings of the months in English and Dutch.
const MONTHS: [(&str, u8); 15] = [
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("mrt", 3),
    ("apr", 4),
    ("may", 5),
    ("mei", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("okt", 10),
    ("nov", 11),
    ("dec", 12),
];

/// Reads a date in a format, or as `2010-12-31`; `Err` says why it is none.
pub(super) fn read(text: &[u8], format: Option<&DateFormat>) -> std::result::Result<Stated, String> {
    let text = without_zero_decimals(text.trim_ascii());
    if text.is_empty() {
        return Ok(Stated::Empty);
    }
    let iso = [Part::Year, Part::Mark(b'-'), Part::Month { two: true }, Part::Mark(b'-'), Part::Day { two: true }];
    let parts = match format {
        Some(DateFormat(Format::Number { epoch, per_day })) if !text.contains(&b'-') || text[0] == b'-' => {
            return numbered(text, *epoch, *per_day);
        }
        Some(DateFormat(Format::Parts(parts))) => parts.as_slice(),
        _ => &iso,
    };
    let (day, time) = without_time(text);
    let not = || match format {
        None => date_words::no_iso_date(text),
        Some(_) => format!("{} is not a date in the format given, nor like 2010-12-31", shown(text)),
    };
    // one format for several files: what begins with the year and has hyphens is a date without being told
    let found = [parts, &iso].into_iter().find_map(|parts| matched(day, parts).or_else(|| shortened(day, parts)));
    let Some((year, month, on)) = found else { return Err(not()) };
    if !time {
        return Err(format!("{} has a time of day: dates are whole days, or date-times at midnight", shown(text)));
    }
    match (year, month, on) {
        (9999 | 2999, 12, 31) => return Ok(Stated::Open),
        (0, 0, 0) => return Ok(Stated::Empty),
        _ => {}
    }
    stated(year, month, on).ok_or_else(|| {
        let problem = CalendarDate::new(year, month, on).err().map_or_else(String::new, |e| format!(": {e}"));
        format!("{} is not a day{problem}", shown(text))
    })
}

impl DateFormat {
    /// Whether dates are numbers of days.
    pub(super) fn is_number(&self) -> bool {
        matches!(self.0, Format::Number { .. })
    }

    /// Whether this text is a day in this format, which is none of day numbers.
    pub(super) fn reads(&self, day: &[u8]) -> bool {
        match &self.0 {
            Format::Parts(parts) => matched(day, parts).is_some_and(|(y, m, d)| stated(y, m, d).is_some()),
            Format::Number { .. } => false,
        }
    }
}

/// A day from its parts; 0 stands for a month or day that is not known.
fn stated(year: i16, month: u8, day: u8) -> Option<Stated> {
    let last_of = |month: u8| (28..=31).rev().find_map(|day| CalendarDate::new(year, month, day).ok());
    match (month, day) {
        (0, 0) => Some(Stated::Between(CalendarDate::new(year, 1, 1).ok()?, CalendarDate::new(year, 12, 31).ok()?)),
        (_, 0) => Some(Stated::Between(CalendarDate::new(year, month, 1).ok()?, last_of(month)?)),
        _ => CalendarDate::new(year, month, day).ok().map(Stated::Day),
    }
}

/// 31 December 2999 and 9999, as days since 1 January 1970.
pub(super) const END_OF_2999: i64 = 376_199;
pub(super) const END_OF_9999: i64 = 2_932_896;

/// A date given as days since 1 January 1970.
pub(super) fn of_day_number(days: i64) -> std::result::Result<Stated, String> {
    if matches!(days, END_OF_2999 | END_OF_9999) {
        return Ok(Stated::Open);
    }
    let epoch = CalendarDate::new(1970, 1, 1).map_err(|e| e.to_string())?;
    epoch.plus_days(days).map(Stated::Day).map_err(|_| "a day outside the years 1600 to 2399".into())
}

/// A day somewhere between two, both included, given as days since 1 January 1970.
pub(super) fn of_days(first: i64, last: i64) -> std::result::Result<Stated, String> {
    match (of_day_number(first)?, of_day_number(last)?) {
        (Stated::Day(first), Stated::Day(last)) if first < last => Ok(Stated::Between(first, last)),
        (first, _) => Ok(first),
    }
}

fn numbered(text: &[u8], epoch: i64, per_day: i64) -> std::result::Result<Stated, String> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
    let Some(number) = number.filter(|number| number.is_finite() && number.abs() < 1e15) else {
        return Err(format!("{} is not a day number", shown(text)));
    };
    let days = number / per_day as f64;
    if days.fract() != 0.0 {
        return Err(format!("{} has a time of day: dates are whole days, or date-times at midnight", shown(text)));
    }
    of_day_number(days as i64 + epoch).map_err(|problem| format!("{}: {problem}", shown(text)))
}

/// Year, month and day of a text of just these parts.
fn matched(text: &[u8], parts: &[Part]) -> Option<(i16, u8, u8)> {
    let (mut year, mut month, mut day) = (0, 0, 0);
    let mut rest = text;
    for part in parts {
        let (least, most) = match part {
            Part::Year => (4, 4),
            Part::Month { two } | Part::Day { two } => (if *two { 2 } else { 1 }, 2),
            Part::MonthName => {
                let (name, after) = rest.split_at_checked(3)?;
                month = MONTHS.iter().find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(name))?.1;
                rest = after;
                continue;
            }
            Part::Mark(mark) => {
                rest = rest.strip_prefix(&[*mark])?;
                continue;
            }
        };
        let digits = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if digits < least {
            return None;
        }
        let number: i16 = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
        rest = &rest[digits..];
        match part {
            Part::Year => year = number,
            Part::Month { .. } => month = number as u8,
            _ => day = number as u8,
        }
    }
    rest.is_empty().then_some((year, month, day))
}

/// A year alone, or without its day when the format begins with year and month.
fn shortened(text: &[u8], parts: &[Part]) -> Option<(i16, u8, u8)> {
    let year_alone = matched(text, &[Part::Year]);
    let month_at = parts.iter().position(|part| matches!(part, Part::Month { .. }));
    let in_front = match (parts.first(), month_at) {
        (Some(Part::Year), Some(at @ (1 | 2))) => matched(text, &parts[..=at]),
        _ => None,
    };
    year_alone.or(in_front)
}

/// `1980.0` as `1980`, as programs write whole numbers of a column that has empty cells.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    match text.strip_suffix(b".0").or(text.strip_suffix(b",0")) {
        Some(whole) if whole.len() >= 4 && whole.iter().all(u8::is_ascii_digit) => whole,
        _ => text,
    }
}

/// A text without a time of day, and whether that time is midnight (or there is none).
pub(super) fn without_time(text: &[u8]) -> (&[u8], bool) {
    // a format may have spaces, and a month a T, of its own
    let colon = text.iter().position(|&byte| byte == b':').unwrap_or(0);
    let Some(at) = text[..colon].iter().rposition(|&byte| byte == b'T' || byte == b' ') else { return (text, true) };
    let (day, time) = (text[..at].trim_ascii(), text[at + 1..].trim_ascii());
    if matches!(time, b"12:00 AM" | b"12:00:00 AM") {
        return (day, true);
    }
    // midnight where it was written, whatever the zone
    let time = time.strip_suffix(b"Z").unwrap_or(time);
    let zone = time.iter().rposition(|byte| matches!(byte, b'+' | b'-')).unwrap_or(time.len());
    (day, time[..zone].iter().all(|byte| matches!(byte, b'0' | b':' | b'.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, format: Option<&str>) -> std::result::Result<Stated, String> {
        let format = format.map(|f| f.parse().unwrap());
        read(text.as_bytes(), format.as_ref())
    }

    fn is(year: i16, month: u8, on: u8) -> std::result::Result<Stated, String> {
        Ok(Stated::Day(CalendarDate::new(year, month, on).unwrap()))
    }

    #[test]
    fn a_stated_format_is_read_and_a_date_time_at_midnight_is_its_date() {
        assert_eq!(day("2001-06-01", None), is(2001, 6, 1));
        assert_eq!(day("2001-06-01T00:00:00.000Z", None), is(2001, 6, 1));
        assert_eq!(day("1-6-2001", Some("d-m-yyyy")), is(2001, 6, 1));
        assert_eq!(day("01/06/2001", Some("mm/dd/yyyy")), is(2001, 1, 6));
        assert_eq!(day("20010601", Some("yyyymmdd")), is(2001, 6, 1));
        assert_eq!(day("01jun2001", Some("ddmmmyyyy")), is(2001, 6, 1));
        assert_eq!(day("1-OKT-2001", Some("d-mmm-yyyy")), is(2001, 10, 1));
        assert_eq!(day("1 oct 2001 00:00", Some("d mmm yyyy")), is(2001, 10, 1));
        assert_eq!(day("6/1/2001 12:00:00 AM", Some("m/d/yyyy")), is(2001, 6, 1));
        assert_eq!(day("2001-06-01T00:00:00+02:00", None), is(2001, 6, 1));
        assert_eq!(day("1-6-2001 00:00:00", Some("d-m-yyyy")), is(2001, 6, 1));
        assert!(day("2001-06-01 13:00:00", None).unwrap_err().contains("time of day"));
        assert!(day("1-6-2001", Some("dd-mm-yyyy")).is_err());
        // another file of the same cohort may have them the other way, where no mistake is possible
        assert_eq!(day("2001-06-01", Some("d-m-yyyy")), is(2001, 6, 1));
        assert_eq!(day("2001-06-01", Some("excel")), is(2001, 6, 1));
        assert_eq!(day("2001-01-06", Some("yyyy-dd-mm")), is(2001, 6, 1));
    }

    #[test]
    fn day_numbers_of_other_programs_are_theirs() {
        // 1 January 2000: 36526 in Excel, 35064 with its dates from 1904, 14610 in Stata and SAS,
        // 13166064000 seconds since 14 October 1582 in SPSS
        for (text, format) in
            [("36526", "excel"), ("35064", "excel1904"), ("14610", "stata"), ("14610", "sas"), ("13166064000", "spss")]
        {
            assert_eq!(day(text, Some(format)), is(2000, 1, 1), "{format}");
        }
        assert!(day("36526.5", Some("excel")).is_err());
    }

    #[test]
    fn an_incomplete_date_is_an_interval_and_a_rule_makes_it_a_day() {
        let year = day("1980-00-00", None).unwrap();
        assert_eq!(day("1980", None).unwrap(), year);
        let by = |stated: Stated| Incomplete::ALL.map(|rule| stated.by(rule).map(|day| day.to_string()));
        assert_eq!(by(year), [Some("1980-01-01".into()), Some("1980-07-01".into()), Some("1980-12-31".into()), None]);
        let month = day("1981-02-00", None).unwrap();
        assert_eq!(day("1981-02", None).unwrap(), month);
        assert_eq!(by(month), [Some("1981-02-01".into()), Some("1981-02-14".into()), Some("1981-02-28".into()), None]);
        assert_eq!((day("9999-12-31", None), day("2999-12-31", None)), (Ok(Stated::Open), Ok(Stated::Open)));
        assert_eq!((of_day_number(376_199), of_day_number(2_932_896)), (Ok(Stated::Open), Ok(Stated::Open)));
        assert_eq!(day("0000-00-00", None), Ok(Stated::Empty));
        assert!(day("1980-13-00", None).is_err() && day("1981-02-29", None).is_err());
    }

    #[test]
    fn where_two_readings_are_possible_both_are_named() {
        let both = day("1-6-2001", None).unwrap_err();
        assert!(both.contains("--date-format d-m-yyyy or m-d-yyyy"), "{both}");
        let one = day("31-12-2001", None).unwrap_err();
        assert!(one.contains("--date-format d-m-yyyy would read it"), "{one}");
        let digits = day("20000101", None).unwrap_err();
        assert!(digits.contains("yyyymmdd"), "{digits}");
        let named = day("01jun2001", None).unwrap_err();
        assert!(named.contains("--date-format dmmmyyyy would read it"), "{named}");
        assert!(day("soon", None).unwrap_err().contains("--date-format"));
    }
}
