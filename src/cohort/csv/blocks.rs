//! The rows of a text, a block of lines at a time, taken apart on several threads.
//!
//! Belongs here: texts in which every line is a row, and a quote opens or closes a whole field. Does not belong here:
//! anything else (quotes within a field, fields over several lines), which goes back to the guard and from there to the
//! parser (`records`), from the block on in which it stands.

use super::guard::Guard;
use super::records::MAX_RECORD_BYTES;
use crate::cohort::builder::MAX_COUNT;
use crate::cohort::table::rows::{NO_COUNT, NOT_PLAIN};
use crate::cohort::table::{Cell, whole};
use crate::numeric::parallel::Parallel;
use std::io::Read;

/// Bytes of the first block, and of every other.
const FIRST: usize = 1 << 16;
const BLOCK: usize = 1 << 21;

/// Bytes that a thread takes apart at a time.
const PIECE: usize = 1 << 16;

/// Where a text stands after a step.
pub(super) enum Step {
    /// On a row, which begins in this line.
    Row(u64),
    End,
    /// Before something that only the parser understands; so many lines went before.
    ForParser(u64),
}

/// The block that is being read, and what follows it as far as it is there.
pub(super) struct Blocks {
    delimiter: u8,
    size: usize,
    bytes: Vec<u8>,
    /// End of the block in the bytes: behind a line end, or the end of the text.
    end: usize,
    pieces: Vec<Piece>,
    piece: usize,
    /// The current row of the piece, counted from 1.
    row: usize,
    /// Lines before the piece, and of the block in all.
    lines_before: u64,
    /// Columns of counts.
    counts: Vec<usize>,
    ended: bool,
}

/// Some lines of a block.
struct Piece {
    start: usize,
    lines: u64,
    rows: Vec<Row>,
    /// Ends of all fields, row after row, from the start of the piece.
    ends: Vec<u32>,
    /// Counts, row after row, in the columns that hold them.
    counts: Vec<u32>,
    /// Whether any of them is not plain.
    odd: bool,
}

/// A row of a piece: its line, where it starts, and the first of its ends of fields.
struct Row {
    line: u32,
    start: u32,
    first: u32,
}

impl Blocks {
    pub(super) fn new(delimiter: u8) -> Blocks {
        Blocks {
            delimiter,
            size: FIRST,
            bytes: Vec::new(),
            end: 0,
            pieces: Vec::new(),
            piece: 0,
            row: 0,
            lines_before: 0,
            counts: Vec::new(),
            ended: false,
        }
    }

    /// Goes to the next row that is not blank.
    #[inline]
    pub(super) fn next(&mut self, guard: &mut Guard<'_>) -> Step {
        loop {
            if let Some(piece) = self.pieces.get(self.piece) {
                if let Some(row) = piece.rows.get(self.row) {
                    self.row += 1;
                    return Step::Row(self.lines_before + u64::from(row.line) + 1);
                }
                self.lines_before += piece.lines;
                (self.piece, self.row) = (self.piece + 1, 0);
                continue;
            }
            if !self.fill(guard) {
                return Step::ForParser(self.lines_before);
            }
            if self.pieces.is_empty() {
                return Step::End;
            }
        }
    }

    /// Reads the next block, none at the end; `false` when it is for the parser, which finds it with the guard again.
    fn fill(&mut self, guard: &mut Guard<'_>) -> bool {
        self.bytes.drain(..self.end);
        (self.end, self.piece, self.row) = (0, 0, 0);
        self.pieces.clear();
        let mut failed = None;
        let mut there = self.bytes.len();
        self.bytes.resize(there.max(self.size), 0);
        while there < self.bytes.len() && !self.ended && failed.is_none() {
            match guard.read(&mut self.bytes[there..]) {
                Ok(0) => self.ended = true,
                Ok(read) => there += read,
                Err(cause) => failed = Some(cause),
            }
        }
        self.bytes.truncate(there);
        self.size = BLOCK;
        let last_line = self.bytes.iter().rposition(|&byte| byte == b'\n').map(|at| at + 1);
        self.end = if self.ended { there } else { last_line.unwrap_or(0) };
        if failed.is_none() && (self.end > 0 || self.ended) && self.take_apart() {
            return true;
        }
        guard.put_back(std::mem::take(&mut self.bytes), failed);
        self.end = 0;
        false
    }

    /// Finds the rows of the block; `false` when it holds other quotes than around a field, or a line that is too long.
    fn take_apart(&mut self) -> bool {
        let Blocks { bytes, end, delimiter, counts, .. } = self;
        let block = &bytes[..*end];
        let mut parts = Vec::with_capacity(block.len() / PIECE + 1);
        let mut start = 0;
        while start < block.len() {
            let least = (start + PIECE).min(block.len());
            let rest = block[least..].iter().position(|&byte| byte == b'\n');
            let end = if block[least - 1] == b'\n' { least } else { rest.map_or(block.len(), |at| least + at + 1) };
            parts.push((start, &block[start..end]));
            start = end;
        }
        let pieces = parts.map_in_parallel(|(start, text)| Piece::of(start, text, *delimiter, counts));
        match pieces.into_iter().collect::<Option<Vec<Piece>>>() {
            Some(pieces) => {
                self.pieces = pieces;
                true
            }
            None => false,
        }
    }

    /// Says that these columns hold counts, which [`Blocks::plain_counts`] hands out by row from then on.
    pub(super) fn counts_in(&mut self, columns: &[usize]) {
        self.counts = columns.to_vec();
        // the same rows as before, with their counts
        let same = self.take_apart();
        debug_assert!(same, "a block that was taken apart once");
    }

    /// The counts of the current row, when all of them are plainly counts.
    #[inline]
    pub(super) fn plain_counts(&self) -> Option<&[u32]> {
        let (piece, width) = (self.pieces.get(self.piece)?, self.counts.len());
        let row =
            piece.counts.get((self.row.checked_sub(1)?) * width..self.row * width).filter(|row| !row.is_empty())?;
        (!piece.odd || row.iter().all(|&count| count != NOT_PLAIN)).then_some(row)
    }

    /// Ends of the fields of the current row, from the start of its piece, and where it starts.
    #[inline]
    fn current(&self) -> Option<(&Piece, &[u32], u32)> {
        let piece = self.pieces.get(self.piece)?;
        let row = piece.rows.get(self.row.checked_sub(1)?)?;
        let next = piece.rows.get(self.row).map_or(piece.ends.len(), |next| next.first as usize);
        Some((piece, &piece.ends[row.first as usize..next], row.start))
    }

    pub(super) fn fields(&self) -> usize {
        self.current().map_or(0, |(_, ends, _)| ends.len())
    }

    /// A field of the current row; nothing when the row is too short.
    #[inline]
    pub(super) fn field(&self, column: usize) -> &[u8] {
        let Some((piece, ends, start)) = self.current() else { return b"" };
        let Some(&end) = ends.get(column) else { return b"" };
        let start = if column == 0 { start } else { ends[column - 1] + 1 };
        unquoted(&self.bytes[piece.start + start as usize..piece.start + end as usize])
    }
}

/// A field without the quotes around it.
#[inline]
fn unquoted(field: &[u8]) -> &[u8] {
    match field {
        [b'"', inside @ .., b'"'] => inside,
        field => field,
    }
}

/// Where a field that a quote opens here ends, behind its closing quote; `None` unless it is a whole field of this line
/// without a quote within.
fn quoted_field(text: &[u8], at: usize, begins: bool, delimiter: u8) -> Option<usize> {
    let inside = text.get(at + 1..).filter(|_| begins)?;
    let length = inside.iter().position(|&byte| matches!(byte, b'"' | b'\n'))?;
    let after = at + 1 + length + 1;
    let ends = match text.get(after) {
        None | Some(b'\n') => true,
        Some(b'\r') => matches!(text.get(after + 1), None | Some(b'\n')),
        Some(&byte) => byte == delimiter,
    };
    (inside[length] == b'"' && ends).then_some(after)
}

impl Piece {
    /// Takes whole lines apart; `None` when one holds another quote than around a field, or is too long.
    fn of(start: usize, text: &[u8], delimiter: u8, counts_in: &[usize]) -> Option<Piece> {
        let quotes = text.contains(&b'"');
        let mut piece = Piece { start, lines: 0, rows: Vec::new(), ends: Vec::new(), counts: Vec::new(), odd: false };
        let mut at = 0;
        while at < text.len() {
            let (line, from, first) = (piece.lines as u32, at, piece.ends.len());
            while at < text.len() && text[at] != b'\n' {
                if text[at] == delimiter {
                    piece.ends.push(at as u32);
                } else if quotes && text[at] == b'"' {
                    let begins = at == from || text[at - 1] == delimiter;
                    at = quoted_field(text, at, begins, delimiter)?;
                    continue;
                }
                at += 1;
            }
            let end = if at > from && text[at - 1] == b'\r' { at - 1 } else { at };
            at += 1;
            piece.lines += 1;
            if end - from > MAX_RECORD_BYTES {
                return None;
            }
            if piece.ends.len() == first && unquoted(&text[from..end]).trim_ascii().is_empty() {
                continue;
            }
            piece.ends.push(end as u32);
            piece.rows.push(Row { line, start: from as u32, first: first as u32 });
            let ends = &piece.ends[first..];
            piece.counts.extend(counts_in.iter().map(|&column| match ends.get(column) {
                None => NOT_PLAIN,
                Some(&end) => {
                    let start = if column == 0 { from } else { ends[column - 1] as usize + 1 };
                    match whole(unquoted(&text[start..end as usize]), MAX_COUNT) {
                        Cell::Value(count) => count,
                        Cell::Empty => NO_COUNT,
                        Cell::Bad => NOT_PLAIN,
                    }
                }
            }));
        }
        piece.odd = piece.counts.contains(&NOT_PLAIN);
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(text: &str) -> (Vec<(u64, Vec<String>)>, Option<u64>) {
        let mut guard = Guard::new(Box::new(text.as_bytes())).unwrap();
        let mut blocks = Blocks::new(b',');
        let mut rows = Vec::new();
        loop {
            match blocks.next(&mut guard) {
                Step::Row(line) => {
                    let fields = (0..blocks.fields()).map(|i| String::from_utf8_lossy(blocks.field(i)).into_owned());
                    rows.push((line, fields.collect()));
                }
                Step::End => return (rows, None),
                Step::ForParser(lines) => return (rows, Some(lines)),
            }
        }
    }

    #[test]
    fn lines_are_rows_and_blank_ones_are_only_counted() {
        let row = |line, fields: &[&str]| (line, fields.iter().map(|f| f.to_string()).collect::<Vec<_>>());
        let expected = vec![row(1, &["a", "b"]), row(3, &["1", ""]), row(5, &["", "2", ""]), row(6, &["3"])];
        assert_eq!(rows_of("a,b\r\n\n1,\n \r\n,2,\n3"), (expected, None));
        assert_eq!(rows_of(""), (vec![], None));
    }

    #[test]
    fn rows_of_many_blocks_come_in_order_and_a_quote_within_a_field_sends_the_rest_to_the_parser() {
        let plain: String = (0..400_000).map(|i| format!("{i},{}\n", i % 7)).collect();
        let (rows, end) = rows_of(&plain);
        assert_eq!((rows.len(), end), (400_000, None));
        let wrong = rows.iter().enumerate().find(|(i, (line, row))| *line != *i as u64 + 1 || row[0] != i.to_string());
        assert_eq!(wrong, None);
        let (rows, end) = rows_of(&(plain + "q\"q,1\n"));
        assert!(rows.len() < 400_000 && end == Some(rows.len() as u64));
    }

    #[test]
    fn quotes_around_whole_fields_are_taken_off_and_others_are_for_the_parser() {
        let row = |line, fields: &[&str]| (line, fields.iter().map(|f| f.to_string()).collect::<Vec<_>>());
        let text = "\"id\",\"a,b\"\r\n\"1\",\"\"\n\"\"\n,\" \"\n2,\"3\"";
        let expected = vec![row(1, &["id", "a,b"]), row(2, &["1", ""]), row(4, &["", " "]), row(5, &["2", "3"])];
        assert_eq!(rows_of(text), (expected, None));
        for odd in ["a\"b\n", "\"a\"b\n", "\"a\"\"b\"\n", "\"a\nb\"\n", " \"a\"\n", "\"a", "\"a\" ,b\n", "\"\"\"\"\n"] {
            assert_eq!(rows_of(odd), (vec![], Some(0)), "{odd:?}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_for_the_parser() {
        let long = format!("a,b\n{}\n", "x".repeat(MAX_RECORD_BYTES + 1));
        assert_eq!(rows_of(&long).1, Some(1));
        assert_eq!(rows_of(&"x".repeat(3 << 20)).1, Some(0));
    }
}
