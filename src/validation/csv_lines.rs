//! Lines without quotes, a block at a time, taken apart on several threads.
//!
//! Belongs here: texts in which every line is a row and every delimiter ends a field. Does not belong here: anything
//! else, which goes to the parser of the `csv` crate, from the block on in which it stands.

use super::csv_rows::{Kept, Places, short_decimal};
use super::csv_table::ColumnRequest;
use crate::numeric::parallel::Parallel;
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
        let parts = pieces.map_in_parallel(|piece| part(piece, self.delimiter, places, request));
        match parts.into_iter().collect::<Option<Vec<Kept>>>().filter(|_| end > 0) {
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
    let as_numbers = request.outcomes.is_none();
    let plain = places.only_numbers.as_ref().filter(|slots| !slots.is_empty() && as_numbers);
    if let Some(numbers) = plain.and_then(|slots| plain_numbers(lines, delimiter, slots, request)) {
        return Some(Kept::of_numbers(numbers, request));
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

/// Columns of numbers, each value a short decimal that its column may hold; `None` at anything else. Bytes are looked at
/// once.
fn plain_numbers(
    lines: &[u8],
    delimiter: u8,
    slots: &[Option<usize>],
    request: &ColumnRequest,
) -> Option<Vec<Vec<f64>>> {
    let least = 2 * slots.len();
    let mut numbers: Vec<Vec<f64>> = request.numbers.iter().map(|_| Vec::with_capacity(lines.len() / least)).collect();
    let mut rest = lines;
    while let Some(&first) = rest.first() {
        if first == b'\n' {
            rest = &rest[1..];
            continue;
        }
        for (at, slot) in slots.iter().enumerate() {
            match slot {
                Some(slot) => {
                    let (value, length) = short_decimal(rest)?;
                    if request.numbers[*slot].1.wrong(value).is_some() {
                        return None;
                    }
                    numbers[*slot].push(value);
                    rest = &rest[length..];
                }
                None => {
                    let length = rest.iter().position(|byte| [delimiter, b'\n', b'\r'].contains(byte));
                    rest = &rest[length.unwrap_or(rest.len())..];
                }
            }
            let last = at + 1 == slots.len();
            rest = match (rest, last) {
                ([], true) => rest,
                ([b'\n', after @ ..] | [b'\r', b'\n', after @ ..], true) => after,
                ([byte, after @ ..], false) if *byte == delimiter => after,
                _ => return None,
            };
        }
    }
    Some(numbers)
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
    #[test]
    fn a_table_of_numbers_alone_is_read_as_the_parser_reads_it() {
        let request = ColumnRequest { groups: Vec::new(), texts: Vec::new(), ..request() };
        let header = "p,note,y\n";
        // each is another reason to leave the quick way, or none
        for odd in [
            "0.25,,1",
            "0.25,x,1\r",
            "1e-3,x,0",
            ".5,x,1",
            "0.1234567890123456789,x,0",
            " 0.5 ,x,1",
            "NA,x,1",
            "\n\n0.5,x,1",
        ] {
            let mut rows: String = (0..70_000).map(|i| format!("0.{:06},note,{}\n", i % 1_000_000, i % 2)).collect();
            rows += odd;
            let table = |text: String| read_columns(text.as_bytes(), "t.csv", &request).unwrap();
            let plain = table(format!("{header}0.5,a,1\n{rows}"));
            let quoted = table(format!("{header}0.5,\"a\",1\n{rows}"));
            assert_eq!(plain.numbers, quoted.numbers, "{odd}");
            assert_eq!((plain.rows, plain.missing), (quoted.rows, quoted.missing), "{odd}");
            assert_eq!(plain.rows, 70_002, "{odd}");
        }
        for odd in ["0.5,x,2", "0.5,x", "1.5,x,1", "0..5,x,1", "0.5x,x,1", "0.5,x,1,1"] {
            let refused = |quote: &str| {
                let text = format!("{header}0.5,{quote}a{quote},1\n{odd}\n0.25,x,0\n");
                read_columns(text.as_bytes(), "t.csv", &request).unwrap_err().to_string()
            };
            assert_eq!(refused(""), refused("\""), "{odd}");
            assert!(refused("").contains("row 3"), "{odd}: {}", refused(""));
        }
    }
}
