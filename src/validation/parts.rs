//! People in order cut into equal parts.

use std::ops::Range;

/// Equal parts of rising values, those of one value together: fewer when values are tied, or a part would have fewer than
/// `least` (or than all, when these are fewer).
pub(crate) fn equal_parts(rising: &[f64], parts: usize, least: usize) -> Vec<Range<usize>> {
    let n = rising.len();
    let mut cut = Vec::new();
    let mut from = 0;
    for part in 1..=parts {
        let mut to = n * part / parts;
        while to > from && to < n && rising[to] == rising[to - 1] {
            to += 1;
        }
        if n - to < least {
            to = n;
        }
        if to > from && to >= from + least.min(n) {
            cut.push(from..to);
            from = to;
        }
    }
    cut
}
