//! Lines without quotes, a block at a time, taken apart on several threads.
//!
//! Belongs here: texts in which every line is a row and every delimiter ends a field. Does not belong here: anything
//! else, which goes to the parser of the `csv` crate, from the block on in which it stands.

use super::csv_rows::{Kept, Places};
use super::csv_table::ColumnRequest;
use rayon::prelude::*;
use std::io::{self, Cursor, Read};

/// Bytes that are read at a time.
const BLOCK: usize = 1 << 22;
/// Bytes that a thread takes apart at a time.
const PIECE: usize = 1 << 17;

/// What a block gave.
pub(super) enum Taken<'a, R> {
    /// Rows, part after part.
    Parts(Vec<Kept>),
    /// The rest of the text, which needs the parser or holds something to complain of.
    ForParser(io::Chain<Cursor<Vec<u8>>, &'a mut R>),
    End,
}

/// A text being read.
pub(super) struct Lines<R> {
    source: R,
    delimiter: u8,
    /// Bytes read and not yet taken.
    bytes: Vec<u8>,
    ended: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn open(source: R, delimiter: u8) -> io::Result<Lines<R>> {
        let mut lines = Lines { source, delimiter, bytes: Vec::new(), ended: false };
        lines.fill()?;
        Ok(lines)
    }

    /// Reads on until a block is there or the text has ended.
    fn fill(&mut self) -> io::Result<()> {
        let mut there = self.bytes.len();
        self.bytes.resize(there.max(BLOCK), 0);
        while there < self.bytes.len() && !self.ended {
            match self.source.read(&mut self.bytes[there..]) {
                Ok(0) => self.ended = true,
                Ok(read) => there += read,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.bytes.truncate(there);
        Ok(())
    }

    /// Names of the columns, from the first row.
    pub(super) fn header(&mut self) -> Result<Vec<String>, csv::Error> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(self.delimiter)
            .has_headers(false)
            .buffer_capacity(1 << 16)
            .from_reader(self.bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record)?;
        let end = reader.position().byte() as usize;
        self.bytes.drain(..end.min(self.bytes.len()));
        Ok(record.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect())
    }

    /// Takes the whole lines that are there apart.
    pub(super) fn take(&mut self, places: &Places, request: &ColumnRequest) -> io::Result<Taken<'_, R>> {
        self.fill()?;
        if self.bytes.is_empty() {
            return Ok(Taken::End);
        }
        let last = self.bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let end = if self.ended { self.bytes.len() } else { last };
        let block = &self.bytes[..end];
        let mut pieces = Vec::with_capacity(end / PIECE + 1);
        let mut start = 0;
        while start < end {
            let least = (start + PIECE).min(end);
            let rest = block[least - 1..].iter().position(|&byte| byte == b'\n');
            let stop = rest.map_or(end, |at| least + at);
            pieces.push(&block[start..stop]);
            start = stop;
        }
        let parts = pieces.into_par_iter().map(|piece| part(piece, self.delimiter, places, request));
        match parts.collect::<Option<Vec<Kept>>>().filter(|_| end > 0) {
            Some(parts) => {
                self.bytes.drain(..end);
                Ok(Taken::Parts(parts))
            }
            None => Ok(Taken::ForParser(Cursor::new(std::mem::take(&mut self.bytes)).chain(&mut self.source))),
        }
    }
}

/// The rows of some whole lines; `None` when the parser has to look at them, or there is anything to complain of.
fn part(lines: &[u8], delimiter: u8, places: &Places, request: &ColumnRequest) -> Option<Kept> {
    if lines.contains(&b'"') {
        return None;
    }
    let mut kept = Kept::new(request);
    let mut ends = Vec::with_capacity(places.width);
    let mut fine = true;
    for line in lines.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        ends.clear();
        for (at, &byte) in line.iter().enumerate() {
            if byte == delimiter {
                ends.push(at);
            } else if byte == b'\r' {
                return None;
            }
        }
        ends.push(line.len());
        if ends.len() != places.width {
            return None;
        }
        let cell = |at: usize| {
            let start = if at == 0 { 0 } else { ends[at - 1] + 1 };
            &line[start..ends[at]]
        };
        kept.push(places, request, cell, |_, _, _| fine = false).ok()?;
        if !fine {
            return None;
        }
    }
    Some(kept)
}

#[cfg(test)]
mod tests {
    use crate::validation::{ColumnKind, ColumnRequest, read_columns};

    fn request() -> ColumnRequest {
        ColumnRequest {
            numbers: vec![("y".into(), ColumnKind::Outcome), ("p".into(), ColumnKind::Probability)],
            groups: vec!["sex".into()],
            texts: vec!["note".into()],
            drop_missing: true,
            ..ColumnRequest::default()
        }
    }

    /// More rows than one block holds, some without a value, and the same with a quote in the first row.
    fn tables(wrong: bool) -> (String, String) {
        let mut rows = String::new();
        for i in 0..200_000u32 {
            let p = if i % 1000 == 7 { "NA".to_owned() } else { format!("0.{:05}", i % 99_991) };
            let y = if wrong && i % 60_000 == 59_999 { "2".to_owned() } else { (i % 2).to_string() };
            rows += &format!("{y},{p},{},note {i}\r\n", ["v", "m", ""][i as usize % 3]);
        }
        let header = "y,p,sex,note\n";
        (format!("{header}0,0.5,v,first\n{rows}"), format!("{header}\"0\",0.5,v,first\n{rows}"))
    }

    #[test]
    fn lines_are_read_as_the_parser_reads_them_on_any_number_of_threads() {
        let (plain, quoted) = tables(false);
        let read = |text: &str, threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| read_columns(text.as_bytes(), "t.csv", &request()).unwrap())
        };
        let whole = read(&quoted, 1);
        assert_eq!((whole.rows, whole.missing), (200_001, 200));
        for threads in [1, 2, 5] {
            let table = read(&plain, threads);
            assert_eq!(table.numbers, whole.numbers);
            assert_eq!(table.texts, whole.texts);
            assert_eq!(table.groups, whole.groups);
            assert_eq!((table.rows, table.missing), (whole.rows, whole.missing));
        }
    }

    #[test]
    fn what_is_wrong_far_down_is_told_with_its_row() {
        let (plain, quoted) = tables(true);
        let refused = |text: &str| read_columns(text.as_bytes(), "t.csv", &request()).unwrap_err();
        let rows: Vec<Option<u64>> = refused(&plain).issues().iter().map(|issue| issue.row).collect();
        assert_eq!(rows, [Some(60_002), Some(120_002), Some(180_002)]);
        assert_eq!(refused(&plain), refused(&quoted));
        let short = plain.replacen("note 150000", "note,150000", 1);
        let error = refused(&short).to_string();
        assert!(error.contains("row 150003") && error.contains("5 fields"), "{error}");
    }
}
