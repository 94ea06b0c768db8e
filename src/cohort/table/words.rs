//! Single values: whole numbers and fractions from bytes, and the words for values that are neither.

use super::thousands::parts_a_thousand;

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::cohort) enum Cell<T> {
    Empty,
    Value(T),
    /// Not a value; the `.._problem` functions say why.
    Bad,
}

/// A whole number from 0 to `limit`, which must be 99 or more.
#[inline]
pub(in crate::cohort) fn whole(field: &[u8], limit: u32) -> Cell<u32> {
    match *field {
        [digit @ b'0'..=b'9'] => Cell::Value(u32::from(digit - b'0')),
        [ten @ b'0'..=b'9', one @ b'0'..=b'9'] => Cell::Value(u32::from(ten - b'0') * 10 + u32::from(one - b'0')),
        [] => Cell::Empty,
        _ => whole_slow(field, limit),
    }
}

fn whole_slow(field: &[u8], limit: u32) -> Cell<u32> {
    let field = field.trim_ascii();
    if field.is_empty() {
        return Cell::Empty;
    }
    let mut value = 0_u32;
    for &byte in field {
        if !byte.is_ascii_digit() {
            return Cell::Bad;
        }
        value = value.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
    }
    if value > limit { Cell::Bad } else { Cell::Value(value) }
}

/// A decimal number of 0 or more; infinite when it is too large for a double.
#[inline]
pub(super) fn decimal(field: &[u8]) -> Cell<f64> {
    if field == b"1" {
        return Cell::Value(1.0);
    }
    let field = field.trim_ascii();
    if field.is_empty() {
        return Cell::Empty;
    }
    // The standard parser would also take signs, "inf" and "nan".
    let plain = matches!(field[0], b'0'..=b'9' | b'.')
        && field.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    match std::str::from_utf8(field) {
        Ok(text) if plain => text.parse().map_or(Cell::Bad, Cell::Value),
        _ => Cell::Bad,
    }
}

/// A decimal number with or without a minus sign.
pub(super) fn signed(field: &[u8]) -> Cell<f64> {
    match field.trim_ascii().strip_prefix(b"-") {
        Some(rest) => match decimal(rest) {
            Cell::Value(v) => Cell::Value(-v),
            _ => Cell::Bad,
        },
        None => decimal(field),
    }
}

/// Why a field is no time at risk.
#[cold]
pub(super) fn time_at_risk_problem(field: &[u8], pointed: &[u8]) -> String {
    decimal_problem(
        field,
        pointed,
        "a time at risk: the fraction of the age interval at liberty, above 0 and at most 1",
        "an age that was not observed has an empty cell",
    )
}

/// What is said of a count above 0 without time at risk.
pub(super) fn count_without_time(count: u32) -> String {
    format!(
        "a time at risk of 0 where {count} {} counted: a rate per year at liberty cannot explain that; an age without \
         any time at liberty is not observed, so leave its count empty",
        if count == 1 { "is" } else { "are" }
    )
}

/// What is said of a person without a single observed age.
pub(super) const NOT_OBSERVED: &str =
    "no age is observed: leave this person out (--leave-out-unobserved leaves out all such people)";

/// What is said of a count without a word on its time at risk.
pub(super) const NO_TIME: &str = "no time at risk where a count is given";

/// Why a field is not a whole number up to `limit`; `what` is "a count" or "an age".
#[cold]
pub(super) fn whole_problem(field: &[u8], what: &str, limit: u32) -> String {
    let field = field.trim_ascii();
    let text = shown(field);
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if digits(field) {
        return format!("{text} is above the limit of {limit}");
    }
    if let [sign @ (b'-' | b'+'), number @ ..] = field
        && matches!(decimal(number), Cell::Value(_))
    {
        return if *sign == b'+' {
            format!("{text} has a sign: {what} is written in digits only")
        } else {
            format!(
                "{text} is negative: {what} is 0 or more; a missing value is an empty cell, or a code named by --missing {}",
                plain(field)
            )
        };
    }
    if is_missing_word(field) {
        return format!(
            "{text} is not a number: a missing value is an empty cell, or a code named by --missing {}",
            plain(field)
        );
    }
    if let Cell::Value(_) = decimal(field) {
        if let Some(number) = field.strip_suffix(b".000")
            && digits(number)
            && number.len() < SHOWN
        {
            let number = plain(number);
            return format!("{text} is {number} or {number}000: --decimal point says that it is {number}");
        }
        if field.iter().any(|byte| matches!(byte, b'e' | b'E')) {
            return format!("{text} has an exponent: {what} is written in digits only");
        }
        if parts_a_thousand(field) {
            let whole: Vec<u8> = field.iter().copied().filter(|&byte| byte != b'.').collect();
            return format!("{text} is not a whole number; where points part thousands, write {}", plain(&whole));
        }
        return format!("{text} is not a whole number");
    }
    with_comma(field).unwrap_or_else(|| format!("{text} is not a number"))
}

fn with_points(field: &[u8]) -> Vec<u8> {
    field.iter().map(|&byte| if byte == b',' { b'.' } else { byte }).collect()
}

/// Why a field is not a number within `range`; `pointed` is its text with a point before its decimals, and `missing` says
/// what becomes of a missing one.
#[cold]
pub(super) fn decimal_problem(field: &[u8], pointed: &[u8], range: &str, missing: &str) -> String {
    let (field, pointed) = (field.trim_ascii(), pointed.trim_ascii());
    let text = shown(field);
    if let Cell::Value(_) = decimal(pointed.strip_prefix(b"-").unwrap_or(pointed)) {
        return format!("{text} is not {range}");
    }
    if is_missing_word(field) {
        return format!("{text} is not a number: {missing}");
    }
    if field != pointed && field.contains(&b'.') {
        return format!(
            "{text} is not a number: commas stand before decimals (--decimal comma), and no number has a point"
        );
    }
    with_comma(field).unwrap_or_else(|| format!("{text} is not a number"))
}

/// What is said of a number with a comma, which stands before decimals or parts thousands.
fn with_comma(field: &[u8]) -> Option<String> {
    let text = shown(field);
    let pointed = with_points(field);
    if field.len() >= SHOWN || !field.contains(&b',') {
        return None;
    }
    let whole: Vec<u8> = field.iter().copied().filter(|&byte| byte != b',').collect();
    let several = pointed.split(|&byte| byte == b'.').skip(1).all(|part| part.len() == 3);
    match decimal(&pointed) {
        Cell::Value(number) if parts_a_thousand(&pointed) => Some(format!(
            "{text} is {number} or {}: --decimal comma says that it is {number}; where commas part thousands, write the \
             numbers without them",
            plain(&whole)
        )),
        Cell::Value(_) => Some(format!("{text} is not a number: --decimal comma reads it as {}", plain(&pointed))),
        _ if several && whole.iter().all(u8::is_ascii_digit) => {
            Some(format!("{text} is not a number: where commas part thousands, write {}", plain(&whole)))
        }
        _ => None,
    }
}

/// A value short enough to be shown as it is.
fn plain(field: &[u8]) -> String {
    let text = shown(field);
    text.trim_matches('"').to_owned()
}

fn is_missing_word(field: &[u8]) -> bool {
    const WORDS: [&str; 13] =
        ["na", "n/a", "#n/a", "#null!", "<na>", "nan", "null", "none", "nil", "missing", "-", ".", "?"];
    // Stata's .a to .z
    let extended = matches!(field, [b'.', letter] if letter.is_ascii_lowercase());
    extended || WORDS.iter().any(|word| field.eq_ignore_ascii_case(word.as_bytes()))
}

/// How many characters of a value a message shows.
const SHOWN: usize = 40;

/// A value for a message: quoted, control characters escaped, cut after [`SHOWN`] characters.
#[cold]
pub(in crate::cohort) fn shown(field: &[u8]) -> String {
    // A character has at most 4 bytes; decoding more than can be shown would cost without use.
    let text = String::from_utf8_lossy(&field[..field.len().min(4 * (SHOWN + 1))]);
    let mut out = String::from("\"");
    for (i, c) in text.chars().enumerate() {
        if i == SHOWN {
            out.push_str("...");
            break;
        }
        match c {
            '"' | '\'' | '\\' => out.push(c),
            _ => out.extend(c.escape_debug()),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_digits_with_white_space_around_at_most() {
        for (text, value) in [("0", 0), ("7", 7), ("42", 42), ("007", 7), (" 3\r", 3), ("1000", 1000)] {
            assert_eq!(whole(text.as_bytes(), 1000), Cell::Value(value), "{text}");
        }
        for text in ["", " ", "\t", "\r"] {
            assert_eq!(whole(text.as_bytes(), 1000), Cell::Empty, "{text:?}");
        }
        for text in ["1001", "99999999999999999999999", "-1", "+1", "1.0", "1e2", "x", "1 2", "\u{663}"] {
            assert_eq!(whole(text.as_bytes(), 1000), Cell::Bad, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_count_is_said_with_the_way_out() {
        for (text, problem) in [
            (
                "-1",
                "\"-1\" is negative: a count is 0 or more; a missing value is an empty cell, or a code named by --missing -1",
            ),
            ("+2", "\"+2\" has a sign: a count is written in digits only"),
            ("1.5", "\"1.5\" is not a whole number"),
            ("1.000", "\"1.000\" is 1 or 1000: --decimal point says that it is 1"),
            ("1e9", "\"1e9\" has an exponent: a count is written in digits only"),
            ("1001", "\"1001\" is above the limit of 1000"),
            ("99999999999999999999999", "\"99999999999999999999999\" is above the limit of 1000"),
            ("NaN", "\"NaN\" is not a number: a missing value is an empty cell, or a code named by --missing NaN"),
            ("inf", "\"inf\" is not a number"),
            ("a\nb", "\"a\\nb\" is not a number"),
        ] {
            assert_eq!(whole_problem(text.as_bytes(), "a count", 1000), problem);
        }
    }

    #[test]
    fn decimals_have_neither_sign_nor_words() {
        assert_eq!(decimal(b"1.6e-16"), Cell::Value(1.6e-16));
        assert_eq!(decimal(b" .5 "), Cell::Value(0.5));
        assert_eq!(decimal(b"1e999"), Cell::Value(f64::INFINITY));
        for text in ["-1", "+1", "inf", "nan", "0,5", ".", "e5", "1e", "0x1"] {
            assert_eq!(decimal(text.as_bytes()), Cell::Bad, "{text}");
        }
        assert_eq!(
            decimal_problem(b"0,5", b"0,5", "in [0, 1]", ""),
            "\"0,5\" is not a number: --decimal comma reads it as 0.5"
        );
        assert_eq!(decimal_problem(b"-0.5", b"-0.5", "in [0, 1]", ""), "\"-0.5\" is not in [0, 1]");
    }

    #[test]
    fn a_long_value_is_cut_and_control_characters_are_escaped() {
        let long = "\u{7}".to_owned() + &"y".repeat(1_000_000);
        let text = shown(long.as_bytes());
        assert_eq!(text, format!("\"\\u{{7}}{}...\"", "y".repeat(39)));
        assert_eq!(shown(b"\xFF\xFE"), "\"\u{FFFD}\u{FFFD}\"");
        assert_eq!(shown("\u{202E}x".as_bytes()), "\"\\u{202e}x\"");
    }
}
