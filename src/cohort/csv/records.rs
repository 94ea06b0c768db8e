//! A CSV file as a stream of records, with the line each starts on.
//!
//! Belongs here: everything about records as such (header line, blank lines, length, number of fields).
//! Does not belong here: what columns mean.

use super::blocks::{Blocks, Step};
use super::guard::{Guard, Refusal};
use super::quotes::swallows_rows;
use crate::cohort::table::rows::Table;
use crate::cohort::table::{TableOptions, shown};
use crate::error::{Error, Issues, Result};
use ::csv::{ByteRecord, Reader, ReaderBuilder, Terminator};
use std::io::Read;

/// The longest record that is read: far above any table of ages, and a bound on memory.
pub(super) const MAX_RECORD_BYTES: usize = 1 << 20;

/// What the parser reads at a time.
const BUFFER_BYTES: usize = 1 << 16;

/// Delimiters and what they are called.
const DELIMITERS: [(u8, &str); 4] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs"), (b'|', "vertical bars")];

/// The records of a file; none by default.
#[derive(Default)]
pub(in crate::cohort) struct Records<'a> {
    text: Text<'a>,
    delimiter: u8,
    /// Lines before the one that is counted as the first.
    lines_before: u64,
    /// Of the header, once it was read.
    columns: usize,
}

/// How the text is taken apart.
#[derive(Default)]
enum Text<'a> {
    #[default]
    Nothing,
    /// Many lines at a time, as long as quotes are around whole fields.
    Blocks(Box<Blocks>, Box<Guard<'a>>),
    Parser(Box<Reader<Guard<'a>>>, ByteRecord),
}

impl<'a> Records<'a> {
    /// Opens the file of a table and reads its header.
    pub(in crate::cohort) fn open(
        input: Box<dyn Read + 'a>,
        table: &mut Table<'a>,
        options: &TableOptions,
    ) -> Result<()> {
        let mut guard = Guard::new(input).map_err(|cause| Error::io(&table.name, "read", cause))?;
        if let Some(what) = guard.not_text() {
            table.stop(None, || what);
            return Ok(());
        }
        // the first line that Excel writes and reads
        let separator = guard.take_separator();
        let lines_before = u64::from(separator.is_some());
        let commas = options.has_decimal_commas();
        let delimiter = match separator {
            Some(separator) => guard.delimiter_of(separator, false),
            None => guard.delimiter_of(options.delimiter, commas),
        };
        let mut records = Records {
            text: Text::Blocks(Box::new(Blocks::new(delimiter)), Box::new(guard)),
            delimiter,
            lines_before,
            columns: 0,
        };
        records.read_header(table, delimiter)?;
        table.records(records);
        Ok(())
    }

    fn read_header(&mut self, table: &mut Table<'a>, delimiter: u8) -> Result<()> {
        let Table { name, issues, row, stopped, .. } = table;
        if !self.next(name, issues, row, stopped)? {
            if !table.stopped {
                table.stop(None, || "the file is empty".into());
            }
            return Ok(());
        }
        let row = Some(table.row);
        let mut header = Vec::with_capacity(self.fields());
        for at in 0..self.fields() {
            match std::str::from_utf8(self.field(at)) {
                Ok(text) => header.push(text.trim().to_owned()),
                Err(_) => {
                    table.stop(row, || "the header is not UTF-8 text: save the file as UTF-8".into());
                    return Ok(());
                }
            }
        }
        if let [only] = header.as_slice() {
            for (other, what) in DELIMITERS {
                if other != delimiter && only.contains(char::from(other)) {
                    let named = if other == b'\t' { "tab".to_owned() } else { format!("'{}'", char::from(other)) };
                    table.stop(row, || {
                        format!(
                            "the columns are separated by {what}, not by {}: set the delimiter (--delimiter {named}), or \
                             save the file anew",
                            shown(&[delimiter])
                        )
                    });
                    return Ok(());
                }
            }
        }
        // age_12,5;age_13,0
        let others = DELIMITERS.iter().filter(|(other, _)| *other != b',' && delimiter == b',');
        let parts = header.split_last().map_or(&[][..], |(_, parts)| parts);
        for (other, what) in others {
            if !parts.is_empty() && parts.iter().all(|part| part.contains(char::from(*other))) {
                table.stop(row, || {
                    format!("the columns are separated by {what}, with commas in their names: if these are decimal commas, say --decimal comma")
                });
                return Ok(());
            }
        }
        self.columns = header.len();
        table.header_row = row;
        table.header = header;
        Ok(())
    }

    /// Reads the next record that is not blank; `false` at the end, or when reading was stopped.
    pub(in crate::cohort) fn next(
        &mut self,
        name: &str,
        issues: &mut Issues,
        row: &mut u64,
        stopped: &mut bool,
    ) -> Result<bool> {
        if let Text::Blocks(blocks, guard) = &mut self.text {
            if *stopped {
                return Ok(false);
            }
            match blocks.next(guard) {
                Step::Row(line) => {
                    *row = line + self.lines_before;
                    return Ok(true);
                }
                Step::End => return Ok(false),
                Step::ForParser(lines) => {
                    self.lines_before += lines;
                    self.parse();
                }
            }
        }
        let Records { text: Text::Parser(reader, record), lines_before, delimiter, columns } = self else {
            return Ok(false);
        };
        while !*stopped {
            let (start, line) = (reader.position().byte(), reader.position().line() + *lines_before);
            reader.get_mut().allow(start + (MAX_RECORD_BYTES + BUFFER_BYTES) as u64);
            match reader.read_byte_record(record) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) => {
                    *stopped = true;
                    let refusal = reader.get_ref().refusal;
                    return refused(name, issues, line, refusal, error).map(|()| false);
                }
            }
            let inside = record.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
            let closing = u64::from(!reader.get_ref().ended);
            *row = reader.position().line() + *lines_before - inside - closing;
            if record.as_slice().len() > MAX_RECORD_BYTES {
                *stopped = true;
                too_long(issues, *row);
                return Ok(false);
            }
            if record.len() == 1 && record.as_slice().trim_ascii().is_empty() {
                continue;
            }
            if inside > 0 && record.as_slice().contains(&b'"') {
                issues.add(Some(*row), None, || {
                    format!("the row runs over {} lines and holds a quote: is a quote left open?", inside + 1)
                });
                continue;
            }
            let end = reader.position().byte();
            if reader.get_mut().take_odd_quotes(end) {
                issues.add(Some(*row), None, || {
                    "a quoted field runs over several lines and has text behind its end, or no end: is a quote left open?"
                        .into()
                });
                continue;
            }
            if inside > 0 && swallows_rows(record, *columns, *delimiter) {
                issues.add(Some(*row), None, || {
                    format!(
                        "a quoted field holds {} lines, each of which looks like a row: is a quote left open?",
                        inside + 1
                    )
                });
                continue;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// From here on the parser takes the text apart.
    fn parse(&mut self) {
        if let Text::Blocks(_, mut guard) = std::mem::take(&mut self.text) {
            guard.watch_quotes(self.delimiter);
            let reader = ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(self.delimiter)
                // Ending records at LF alone keeps the parser's line count exact; the CR before it is trimmed here.
                .terminator(Terminator::Any(b'\n'))
                .buffer_capacity(BUFFER_BYTES)
                .from_reader(*guard);
            self.text = Text::Parser(Box::new(reader), ByteRecord::with_capacity(256, 64));
        }
    }

    /// Says which columns hold counts; see [`Blocks::counts_in`].
    pub(in crate::cohort) fn counts_in(&mut self, columns: &[usize]) {
        if let Text::Blocks(blocks, _) = &mut self.text {
            blocks.counts_in(columns);
        }
    }

    /// The counts of the current record in these columns, when all of them are plainly counts.
    #[inline]
    pub(in crate::cohort) fn plain_counts(&self) -> Option<&[u32]> {
        match &self.text {
            Text::Blocks(blocks, _) => blocks.plain_counts(),
            _ => None,
        }
    }

    /// Fields of the current record.
    pub(in crate::cohort) fn fields(&self) -> usize {
        match &self.text {
            Text::Nothing => 0,
            Text::Blocks(blocks, _) => blocks.fields(),
            Text::Parser(_, record) => record.len(),
        }
    }

    /// Whether all fields from this one on are empty.
    pub(in crate::cohort) fn is_empty_from(&self, column: usize) -> bool {
        (column..self.fields()).all(|at| self.field(at).trim_ascii().is_empty())
    }

    /// Whether the current record holds nothing but delimiters.
    pub(in crate::cohort) fn is_empty_row(&self) -> bool {
        self.is_empty_from(0) && self.fields() > 1
    }

    /// A field of the current record; nothing when the record is too short.
    #[inline]
    pub(in crate::cohort) fn field(&self, column: usize) -> &[u8] {
        match &self.text {
            Text::Nothing => b"",
            Text::Blocks(blocks, _) => blocks.field(column),
            Text::Parser(_, record) => record.get(column).unwrap_or_default(),
        }
    }
}

fn refused(name: &str, issues: &mut Issues, line: u64, refusal: Option<Refusal>, error: ::csv::Error) -> Result<()> {
    let words = error.to_string();
    match (refusal, error.into_kind()) {
        (Some(Refusal::RecordTooLong), _) => too_long(issues, line),
        (Some(Refusal::ZeroByte(place)), _) => issues.add(None, None, || {
            format!("byte {place} is zero: this is UTF-16 or not text at all; a table is UTF-8 text")
        }),
        (None, ::csv::ErrorKind::Io(cause)) => return Err(Error::io(name, "read", cause)),
        // Flexible byte records know no other failure; should one come, it is told as it is.
        (None, _) => issues.add(Some(line), None, || words),
    }
    Ok(())
}

fn too_long(issues: &mut Issues, row: u64) {
    issues.add(Some(row), None, || {
        format!("a row of more than {MAX_RECORD_BYTES} bytes: is a quote left open, or is this not a table?")
    });
}
