//! What is said of a text that is no date: which formats would read it, or why none does.

use super::dates::{DateFormat, without_time};
use super::words::shown;

/// Why a text is no date like `2010-12-31`, and which formats would read it.
pub(super) fn no_iso_date(text: &[u8]) -> String {
    let (day, _) = without_time(text);
    let reads = |format: &str| format.parse::<DateFormat>().is_ok_and(|format| format.reads(day));
    let mut ways = Vec::new();
    for mark in ["-", "/", "."] {
        for order in [["d", "m", "yyyy"], ["m", "d", "yyyy"], ["yyyy", "m", "d"]] {
            let format = order.join(mark);
            if reads(&format) {
                ways.push(format);
            }
        }
    }
    ways.extend(
        ["yyyymmdd", "ddmmyyyy", "dmmmyyyy", "d-mmm-yyyy", "d mmm yyyy", "mmm d yyyy"]
            .into_iter()
            .filter(|format| reads(format))
            .map(str::to_owned),
    );
    let digits = !day.is_empty() && day.iter().all(u8::is_ascii_digit);
    let text = shown(text);
    match ways.as_slice() {
        [] if digits && day.len() == 5 => {
            format!(
                "{text} is not a date like 2010-12-31: if it is a day number, say whose (--date-format excel, stata, sas)"
            )
        }
        [] => format!("{text} is not a date like 2010-12-31: {}", not_read(day)),
        [one] => format!("{text} is not a date like 2010-12-31: --date-format {one} would read it"),
        [first, rest @ ..] => format!(
            "{text} is not a date like 2010-12-31, and which number is the day only the caller knows: --date-format {first} or {}",
            rest.join(" or ")
        ),
    }
}

/// Why no format reads a text.
fn not_read(day: &[u8]) -> &'static str {
    let runs: Vec<&[u8]> = day.split(|byte| !byte.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let letters = day.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let week = day.iter().position(|byte| matches!(byte, b'W' | b'w')).is_some_and(|at| {
        letters == 1
            && day[at + 1..].first().is_some_and(u8::is_ascii_digit)
            && runs.first().is_some_and(|y| y.len() == 4)
    });
    let two_digits = match runs.as_slice() {
        [one] => letters == 0 && one.len() == day.len() && matches!(one.len(), 5 | 6),
        [a, b] => letters >= 3 && a.len() <= 2 && b.len() <= 2,
        [a, b, c] => [a, b, c].into_iter().all(|run| run.len() <= 2),
        _ => false,
    };
    if week {
        return "weeks are not read: write the day";
    }
    if two_digits {
        return "years of two digits are not read, as they leave the century open: write them with four";
    }
    if letters > 3 {
        return "names of months are read by their first three letters (--date-format d-mmm-yyyy, d mmm yyyy), in English and \
                Dutch: write them so, or as numbers";
    }
    "it has no form that --date-format could name (yyyy, one of mmm, mm and m, dd or d)"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_format_reads_is_said() {
        let said = |text: &str| no_iso_date(text.as_bytes());
        for text in ["1-6-01", "01/06/99", "990601", "1-jun-99", "1.6.01"] {
            assert!(said(text).contains("years of two digits are not read"), "{text}: {}", said(text));
        }
        for text in ["2001-W05", "2001W05-3"] {
            assert!(said(text).contains("weeks are not read"), "{text}: {}", said(text));
        }
        for text in ["1 January 2001", "1-januari-2001", "June 1, 2001"] {
            assert!(said(text).contains("first three letters"), "{text}: {}", said(text));
        }
        assert!(said("x").contains("it has no form that --date-format could name"), "{}", said("x"));
        assert!(said("1-6-2001").contains("--date-format d-m-yyyy or m-d-yyyy"), "{}", said("1-6-2001"));
    }
}
