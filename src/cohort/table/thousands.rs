//! Numbers whose points may part thousands: `1.250` beside `980` is twelve hundred and fifty, or one and a quarter.
//!
//! Belongs here: when a column leaves that open, whatever its numbers are for. Does not belong here: counts, of which each
//! is judged by itself (`words`).

use super::field::{Field, Reading};
use super::rows::Table;
use super::words::shown;
use std::cell::RefCell;

/// How the numbers of some columns are written, as far as they were looked at.
#[derive(Default)]
pub(super) struct Written(RefCell<Vec<(usize, Seen)>>);

#[derive(Default)]
struct Seen {
    /// A number that is written as none is where points part thousands.
    decimals: bool,
    /// Whether one that may have such a point ends in 0, which a writer that drops zeros would not have left.
    zero_at_end: bool,
    /// The highest without a point.
    whole: Option<u32>,
    /// Row, column and text of the first that may have such a point.
    first: Option<(u64, usize, String)>,
}

/// From here on a whole number has as many digits as stand behind a point that parts thousands.
const THREE_DIGITS: u32 = 100;

impl Seen {
    fn look(&mut self, text: &[u8], place: impl FnOnce() -> (u64, usize)) {
        let text = text.strip_prefix(b"-").unwrap_or(text);
        let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        match text.iter().position(|&byte| byte == b'.') {
            None if digits(text) && text.len() <= 3 => {
                let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
                self.whole = self.whole.max(number);
            }
            // a thousand without a point
            None => self.decimals |= digits(text),
            Some(_) if parts_a_thousand(text) => {
                self.zero_at_end |= text.ends_with(b"0");
                self.first.get_or_insert_with(|| {
                    let (row, column) = place();
                    (row, column, String::from_utf8_lossy(text).into_owned())
                });
            }
            Some(at) => self.decimals |= digits(&text[at + 1..]),
        }
    }

    fn is_doubtful(&self) -> bool {
        let whole = self.whole.filter(|_| !self.decimals && self.first.is_some());
        whole.is_some_and(|highest| self.zero_at_end || highest >= THREE_DIGITS)
    }
}

/// Whether a point may part thousands here: one to three digits, of which the first is no 0, and three behind it.
pub(super) fn parts_a_thousand(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|&byte| byte == b'.') else { return false };
    let (before, behind) = (&text[..at], &text[at + 1..]);
    (1..=3).contains(&at)
        && before[0] != b'0'
        && behind.len() == 3
        && before.iter().chain(behind).all(u8::is_ascii_digit)
}

impl Reading<'_> {
    /// Looks how the number in a column of the current row is written.
    pub(super) fn look(&self, column: usize, table: &Table<'_>) {
        self.look_among(column, column, table);
    }

    /// The same, where columns belong together, by the first of them.
    pub(super) fn look_among(&self, columns: usize, column: usize, table: &Table<'_>) {
        let Field::Text(text) = table.field(column) else { return };
        let text = text.trim_ascii();
        if text.is_empty() || self.says_what_a_point_is() || self.is_code(Field::Text(text)) {
            return;
        }
        let mut all = self.written().0.borrow_mut();
        let at = all.iter().position(|(own, _)| *own == columns).unwrap_or_else(|| {
            all.push((columns, Seen::default()));
            all.len() - 1
        });
        if !all[at].1.decimals {
            all[at].1.look(text, || (table.row, column));
        }
    }

    /// Once all rows were read: refuses columns whose points may part thousands.
    pub(super) fn refuse_thousands(&self, table: &mut Table<'_>) {
        for (_, seen) in self.written().0.borrow_mut().drain(..).filter(|(_, seen)| seen.is_doubtful()) {
            let Some((row, column, text)) = seen.first else { continue };
            let name = table.header.get(column).cloned();
            let whole = text.replace('.', "");
            table.issues.add(Some(row), name.as_deref(), || {
                format!(
                    "{} beside whole numbers is {} or {whole}: --decimal point says that points stand before decimals; where \
                     they part thousands, write the numbers without them",
                    shown(text.as_bytes()),
                    text.parse::<f64>().unwrap_or_default(),
                )
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubtful(numbers: &[&str]) -> bool {
        let mut seen = Seen::default();
        numbers.iter().for_each(|text| seen.look(text.as_bytes(), || (2, 0)));
        seen.is_doubtful()
    }

    #[test]
    fn points_are_doubted_where_they_may_part_thousands_and_nowhere_else() {
        for numbers in [&["1.250", "980", "1.100"][..], &["1.250", "7"], &["12.345", "-980"], &["980", "999.999"]] {
            assert!(doubtful(numbers), "{numbers:?}");
        }
        let decimals = [
            &["0.125", "1.250", "980"][..],
            &["12.345", "7.5", "100"],
            &["1.250", "1.100", "2.500"],
            &["1.125", "2", "1.375"],
            &["1.250", "1250", "7"],
            &["1.250", "980", "1.2500"],
            &["980", "7"],
        ];
        for numbers in decimals {
            assert!(!doubtful(numbers), "{numbers:?}");
        }
    }
}
