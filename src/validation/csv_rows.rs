//! What is kept of the rows of a table of predictions.

use super::csv_table::{ColumnKind, ColumnRequest};
use super::fairness::attribute::AttributeBuilder;
use super::follow_up::EventStatus;
use crate::error::Result;

/// Where the columns wanted are, counted from 0.
pub(super) struct Places {
    pub(super) numbers: Vec<usize>,
    pub(super) status: Option<usize>,
    pub(super) groups: Vec<usize>,
    pub(super) texts: Vec<usize>,
    /// Columns of the table.
    pub(super) width: usize,
    /// For each column of the table its place among the numbers wanted, when nothing but numbers is wanted and no column
    /// twice.
    pub(super) only_numbers: Option<Vec<Option<usize>>>,
}

impl Places {
    pub(super) fn new(
        numbers: Vec<usize>,
        status: Option<usize>,
        groups: Vec<usize>,
        texts: Vec<usize>,
        width: usize,
    ) -> Places {
        let mut slots = vec![None; width];
        for (slot, &at) in numbers.iter().enumerate() {
            // a column that is not there has a place of 0, and is told of next
            if let Some(of) = slots.get_mut(at) {
                *of = Some(slot);
            }
        }
        let once = slots.iter().flatten().count() == numbers.len();
        let only_numbers = (once && status.is_none() && groups.is_empty() && texts.is_empty()).then_some(slots);
        Places { numbers, status, groups, texts, width, only_numbers }
    }
}

/// Rows read so far, of the whole table or of a part of it.
pub(super) struct Kept {
    pub(super) numbers: Vec<Vec<f64>>,
    pub(super) ended: Vec<EventStatus>,
    pub(super) groups: Vec<AttributeBuilder>,
    pub(super) texts: Vec<Vec<String>>,
    /// Rows, those left out included.
    pub(super) rows: u64,
    /// Rows left out, as a value was missing.
    pub(super) missing: u64,
    /// For each row left out, how many were kept before it, and how many left out with it.
    pub(super) left_out_before: Vec<(usize, u64)>,
}

fn is_missing(cell: &str) -> bool {
    cell.is_empty() || cell == "NA"
}

fn status_of(cell: &str) -> Option<EventStatus> {
    match cell {
        "0" | "censored" => Some(EventStatus::Censored),
        "1" | "event" => Some(EventStatus::Event),
        "2" | "competing" => Some(EventStatus::Competing),
        _ => None,
    }
}

fn text(cell: &[u8]) -> &str {
    std::str::from_utf8(cell).unwrap_or("\u{fffd}").trim()
}

/// Powers of ten that are doubles exactly, as far as short decimals need them.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Digits with at most one point, fifteen in all, at the beginning of some bytes, and how many bytes they take. They are a
/// whole number over a power of ten, both exact: their quotient is the nearest double, as from the parser.
#[inline]
pub(super) fn short_decimal(bytes: &[u8]) -> Option<(f64, usize)> {
    let (mut whole, mut length) = (0u64, 0);
    let mut point = None;
    for &byte in &bytes[..bytes.len().min(TENS.len() + 1)] {
        match byte {
            b'0'..=b'9' => whole = 10 * whole + u64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(length),
            _ => break,
        }
        length += 1;
    }
    let (digits, decimals) = match point {
        Some(at) => (length - 1, length - 1 - at),
        None => (length, 0),
    };
    ((1..TENS.len()).contains(&digits) && point != Some(0)).then(|| (whole as f64 / TENS[decimals], length))
}

/// A number; NaN for anything else.
fn number(cell: &[u8]) -> f64 {
    match short_decimal(cell) {
        Some((value, length)) if length == cell.len() => value,
        _ => text(cell).parse().unwrap_or(f64::NAN),
    }
}

impl Kept {
    pub(super) fn new(request: &ColumnRequest) -> Kept {
        Kept {
            numbers: vec![Vec::new(); request.numbers.len()],
            ended: Vec::new(),
            groups: request.groups.iter().map(|n| AttributeBuilder::new(n)).collect(),
            texts: vec![Vec::new(); request.texts.len()],
            rows: 0,
            missing: 0,
            left_out_before: Vec::new(),
        }
    }

    /// Of a table of which only numbers are wanted.
    pub(super) fn of_numbers(numbers: Vec<Vec<f64>>, request: &ColumnRequest) -> Kept {
        let rows = numbers.first().map_or(0, Vec::len) as u64;
        Kept { numbers, rows, ..Kept::new(request) }
    }

    fn kept(&self) -> usize {
        (self.rows - self.missing) as usize
    }

    /// Adds a row; `tell` hears of each value that is not what its column may hold, with the row in the table when this
    /// is all of it.
    pub(super) fn push<'r>(
        &mut self,
        places: &Places,
        request: &ColumnRequest,
        cell: impl Fn(usize) -> &'r [u8],
        mut tell: impl FnMut(u64, Option<&str>, String),
    ) -> Result<()> {
        let kept = self.kept();
        self.rows += 1;
        let row = self.rows + 1;
        let mut absent = false;
        for ((values, &at), (_, kind)) in self.numbers.iter_mut().zip(&places.numbers).zip(&request.numbers) {
            let value = match &request.outcomes {
                Some(words) if *kind == ColumnKind::Outcome => words.number(text(cell(at))),
                _ => number(cell(at)),
            };
            absent |= value.is_nan() && is_missing(text(cell(at)));
            values.push(value);
        }
        let status = places.status.map(|at| status_of(text(cell(at))));
        absent |= status == Some(None) && places.status.is_some_and(|at| is_missing(text(cell(at))));
        if absent && request.drop_missing {
            self.numbers.iter_mut().for_each(|values| values.truncate(kept));
            self.missing += 1;
            self.left_out_before.push((kept, self.missing));
            return Ok(());
        }
        for ((values, &at), (column, kind)) in self.numbers.iter().zip(&places.numbers).zip(&request.numbers) {
            if let Some(wanted) = values.last().and_then(|value| kind.wrong(*value)) {
                let found = text(cell(at));
                let message = match is_missing(found) {
                    true => format!("is missing; {wanted} is needed, or --drop-missing leaves such rows out"),
                    false => request.refusal(found, wanted, *kind),
                };
                tell(row, Some(column), message);
            }
        }
        match status {
            Some(Some(status)) => self.ended.push(status),
            Some(None) => {
                let found = places.status.map_or("", |at| text(cell(at)));
                let message = match is_missing(found) {
                    true => {
                        "is missing; how follow-up ended is needed, or --drop-missing leaves such rows out".to_owned()
                    }
                    false => request.refusal(
                        found,
                        "0 (censored), 1 (event) or 2 (competing event), nor one of these words",
                        ColumnKind::Mark,
                    ),
                };
                tell(row, request.status.as_deref(), message);
            }
            None => {}
        }
        for (texts, &at) in self.texts.iter_mut().zip(&places.texts) {
            texts.push(text(cell(at)).to_owned());
        }
        for (group, &at) in self.groups.iter_mut().zip(&places.groups) {
            group.push(text(cell(at)))?;
        }
        Ok(())
    }

    /// Puts the rows that follow behind these.
    pub(super) fn append(&mut self, next: Kept) -> Result<()> {
        let kept = self.kept();
        for (values, more) in self.numbers.iter_mut().zip(next.numbers) {
            values.extend(more);
        }
        self.ended.extend(next.ended);
        for (texts, more) in self.texts.iter_mut().zip(next.texts) {
            texts.extend(more);
        }
        for (group, more) in self.groups.iter_mut().zip(next.groups) {
            group.append(more)?;
        }
        let missing = self.missing;
        self.left_out_before
            .extend(next.left_out_before.into_iter().map(|(before, with)| (before + kept, with + missing)));
        self.rows += next.rows;
        self.missing += next.missing;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_decimal_is_the_double_that_the_parser_gives() {
        let mut state = 1u64;
        for _ in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = (state >> 33) % 1_000_000_000;
            let text = format!("0.{digits:0width$}", width = 9 + (state >> 60) as usize % 6);
            assert_eq!(number(text.as_bytes()).to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
        }
        for text in
            ["0", "1", "12.", "007", "999999999999999", "9999999999999999", "0.1", "1e-3", "-0.5", "+1", " 0.5 "]
        {
            let parsed: f64 = text.trim().parse().unwrap();
            assert_eq!(number(text.as_bytes()).to_bits(), parsed.to_bits(), "{text}");
        }
        for text in ["", "NA", ".", "0.1.2", "0,5", "1_0", "0x1", "5%"] {
            assert!(number(text.as_bytes()).is_nan(), "{text}");
        }
    }
}
