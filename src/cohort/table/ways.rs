//! Identifiers of one person that are written in two ways: what programs add to them or take away.

/// In what such identifiers differ.
pub(in crate::cohort) const WAYS: [&str; 5] =
    ["leading zeros", "a .0 at its end", "capital letters", "blanks", "leading zeros, a .0, blanks or capital letters"];

/// In which of [`WAYS`] two identifiers differ that are the same but for the way they are written.
pub(in crate::cohort) fn way(id: &str, other: &str) -> usize {
    let same = |by: fn(&str) -> &str| by(id) == by(other);
    if same(without_zeros) {
        0
    } else if same(without_decimals) {
        1
    } else if id.eq_ignore_ascii_case(other) {
        2
    } else if without_blanks(id) == without_blanks(other) {
        3
    } else {
        4
    }
}

/// Whether [`bare`] leaves an identifier as it is.
pub(in crate::cohort) fn is_bare(id: &str) -> bool {
    let plain =
        id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_'));
    plain && !id.starts_with('0')
}

/// An identifier without what programs add or take away: leading zeros, `.0`, blanks, capital letters.
pub(in crate::cohort) fn bare(id: &str) -> String {
    without_zeros(without_decimals(&without_blanks(id))).to_ascii_lowercase()
}

fn without_zeros(id: &str) -> &str {
    id.trim_start_matches('0')
}

fn without_decimals(id: &str) -> &str {
    id.strip_suffix(".0").unwrap_or(id)
}

fn without_blanks(id: &str) -> String {
    id.chars().filter(|c| !c.is_whitespace()).collect()
}
