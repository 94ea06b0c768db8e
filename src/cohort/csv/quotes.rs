//! Quotes that open in one row and close in another: the rows between would be one field.
//!
//! Belongs here: what tells such a field from a remark over several lines. Does not belong here: how a text is taken apart.

use ::csv::ByteRecord;
use std::collections::VecDeque;

/// Watches a text go by, by the rules of the parser that takes it apart.
pub(super) struct Quotes {
    delimiter: u8,
    state: State,
    /// Offsets of what stands where no text can: behind the closing quote of a field over several lines.
    odd: VecDeque<u64>,
}

#[derive(Clone, Copy)]
enum State {
    /// Where a field begins.
    Start,
    Plain,
    /// Within quotes, and whether there was a line break.
    Quoted(bool),
    /// Behind the closing quote of such a field, or what may be the first of two.
    Closed(bool),
    /// Behind it, and blanks.
    Behind(bool),
}

impl Quotes {
    pub(super) fn new(delimiter: u8) -> Quotes {
        Quotes { delimiter, state: State::Start, odd: VecDeque::new() }
    }

    /// Sees bytes that begin at this offset.
    pub(super) fn see(&mut self, bytes: &[u8], offset: u64) {
        for (at, &byte) in (offset..).zip(bytes) {
            let ends = byte == self.delimiter || byte == b'\n';
            self.state = match self.state {
                State::Quoted(broken) if byte == b'"' => State::Closed(broken),
                State::Quoted(broken) => State::Quoted(broken || byte == b'\n'),
                _ if ends => State::Start,
                State::Start if byte == b'"' => State::Quoted(false),
                State::Closed(broken) if byte == b'"' => State::Quoted(broken),
                State::Closed(broken) | State::Behind(broken) if byte.is_ascii_whitespace() => State::Behind(broken),
                State::Closed(true) | State::Behind(true) => {
                    self.odd.push_back(at);
                    State::Plain
                }
                _ => State::Plain,
            };
        }
    }

    /// Sees the end of the text; a field over several lines may not be open there.
    pub(super) fn end(&mut self, offset: u64) {
        if let State::Quoted(true) = self.state {
            self.odd.push_back(offset.saturating_sub(1));
            self.state = State::Start;
        }
    }

    /// Whether anything odd stands before this offset, which is not told again.
    pub(super) fn take_odd(&mut self, offset: u64) -> bool {
        let before = self.odd.len();
        while self.odd.front().is_some_and(|&at| at < offset) {
            self.odd.pop_front();
        }
        self.odd.len() < before
    }
}

/// What a cell is at first sight.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Empty,
    Number,
    Code,
    Word,
}

impl Kind {
    fn of(cell: &[u8]) -> Kind {
        let (letters, digits) =
            (cell.iter().any(|&byte| byte.is_ascii_alphabetic() || byte >= 0x80), cell.iter().any(u8::is_ascii_digit));
        match (letters, digits) {
            _ if cell.trim_ascii().is_empty() => Kind::Empty,
            (true, true) => Kind::Code,
            (true, false) => Kind::Word,
            _ => Kind::Number,
        }
    }

    fn is_like(self, other: Kind, first: bool) -> bool {
        let numbers = (self == Kind::Number) == (other == Kind::Number);
        self == Kind::Empty || other == Kind::Empty || if first { self == other } else { numbers }
    }
}

/// Whether each line of a record over several lines looks like a row of a table of so many columns: as many cells, and
/// numbers where the other lines have them, but in the column of the quote. A remark has other lines.
pub(super) fn swallows_rows(record: &ByteRecord, columns: usize, delimiter: u8) -> bool {
    let Some(quoted) = record.iter().position(|field| field.contains(&b'\n')) else { return false };
    let text = record.iter().collect::<Vec<_>>().join(&delimiter);
    let lines = text.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let lines: Vec<Vec<Kind>> =
        lines.map(|line| line.split(|&byte| byte == delimiter).map(Kind::of).collect()).collect();
    let [first, others @ ..] = &lines[..] else { return false };
    let alike = |line: &Vec<Kind>| {
        let cells = first.iter().zip(line).enumerate();
        line.len() == columns && cells.into_iter().all(|(at, (a, b))| at == quoted || a.is_like(*b, at == 0))
    };
    !others.is_empty() && columns > 1 && first.len() == columns && others.iter().all(alike)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_behind_the_closing_quote_of_a_field_over_lines_is_odd_and_blanks_are_not() {
        let odd = |text: &str| {
            let mut quotes = Quotes::new(b',');
            // however the bytes come
            text.as_bytes().iter().zip(0..).for_each(|(byte, at)| quotes.see(&[*byte], at));
            quotes.end(text.len() as u64);
            quotes.take_odd(text.len() as u64)
        };
        for text in ["1,\"a\nb\"c,2\n", "\"a\nb\" c\n", "1,\"a\n", "\"a\n\"\"\"b"] {
            assert!(odd(text), "{text:?}");
        }
        for text in ["1,\"a\nb\",2\n", "\"a\n\"\"b\" \r\n", "\"a\"b\n", "a\"\nb\"c\n", "\"a", "\"a\nb\""] {
            assert!(!odd(text), "{text:?}");
        }
    }

    #[test]
    fn rows_within_quotes_are_told_from_remarks_over_several_lines() {
        let swallows = |fields: &[&str], columns| swallows_rows(&ByteRecord::from(fields.to_vec()), columns, b',');
        assert!(swallows(&["1", "see file,0,1,0\n2,x,3,0,0\n4,old", "5", "5", "5"], 5));
        assert!(swallows(&["1", "see file,0,1,0\r\n2,x", "3", "", "0"], 5));
        assert!(swallows(&["a1", "x\nb2,y\nc3,z"], 2));
        assert!(!swallows(&["1", "first line\nsecond line", "0", "1", "0"], 5));
        assert!(!swallows(&["1", "one, two, three, four\nfive", "0", "1", "0"], 5));
        assert!(!swallows(&["1", "one, two, three, four\nfive, six", "0", "1", "0"], 5));
        assert!(!swallows(&["a1", "x\ny"], 2));
    }
}
