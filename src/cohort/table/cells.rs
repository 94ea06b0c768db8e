//! Chosen columns of any table as plain texts, for those who have rules of their own: tables of predictions, of outcomes.
//!
//! Belongs here: files, delimiters, missing codes, decimal marks, dates and labels, which are read as in every other
//! table and come out in one way of writing. Does not belong here: what the columns mean.

use super::field::{Field, Reading};
use super::options::{DecimalMark, TableOptions};
use super::rows::Table;
use super::source::{FileKind, Input, TableSource};
use super::words::{Cell, shown};
use crate::cohort::csv::guard::delimiter_of;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, Issues, Result};
use std::borrow::Cow;
use std::fmt;
use std::io::{Cursor, Read};

/// What a column of a [`CellTable`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Numbers, which come out in digits with a point.
    Number,
    /// Texts, as they stand; the label of a value that has one.
    Text,
    /// Days, which come out as `2010-12-31`; what is none stays as it is.
    Day,
}

/// A table whose cells are handed out as texts.
pub enum Cells<'a> {
    /// A text in which nothing has to be read in another way than it stands.
    Plain {
        /// It, from its header on.
        text: Box<dyn Read + 'a>,
        /// What stands between two values.
        delimiter: u8,
    },
    /// Any other table.
    Table(Box<CellTable<'a>>),
}

impl<'a> Cells<'a> {
    /// Opens a table. A text without codes for missing values, decimal commas or dates to read comes back as it is, since
    /// there is nothing to do to it.
    ///
    /// # Errors
    /// When it cannot be read, or is a file of another kind than this build reads.
    pub fn open(source: TableSource<'a>, options: &'a TableOptions) -> Result<Cells<'a>> {
        options.check()?;
        let TableSource { name, input } = source;
        // built without other kinds of files, there is one arm
        #[allow(clippy::infallible_destructuring_match)]
        let mut text = match input {
            Input::Text(text) => text,
            #[cfg(any(feature = "parquet", feature = "stata"))]
            input => return Ok(Cells::Table(Box::new(CellTable::of(TableSource { name, input }, options)?))),
        };
        let mut head = Vec::with_capacity(HEAD);
        text.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|cause| Error::io(&name, "read", cause))?;
        let mark = if head.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let start = &head[mark..];
        let excel = start.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"sep="));
        let old_lines = start.contains(&b'\r') && !start.contains(&b'\n');
        let said = options.missing.is_empty() && options.decimal != Some(DecimalMark::Comma) && options.dates.is_none();
        let other = FileKind::of(start).is_some() || start.contains(&0);
        let plain = said && !excel && !old_lines && !other && !start.is_empty();
        let delimiter = delimiter_of(start, options.delimiter, options.has_decimal_commas());
        let mut whole = Cursor::new(head);
        if plain {
            whole.set_position(mark as u64);
            return Ok(Cells::Plain { text: Box::new(whole.chain(text)), delimiter });
        }
        Ok(Cells::Table(Box::new(CellTable::of(TableSource::new(name, whole.chain(text)), options)?)))
    }
}

fn unreadable(issues: Issues) -> Error {
    const UNREADABLE: &str = "the table cannot be read";
    issues.into_result(UNREADABLE).err().unwrap_or_else(|| Error::value(UNREADABLE))
}

/// Bytes that are looked at to see what a text is.
const HEAD: usize = 4096;

impl fmt::Debug for Cells<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cells::Plain { delimiter, .. } => {
                f.debug_struct("Plain").field("delimiter", delimiter).finish_non_exhaustive()
            }
            Cells::Table(table) => table.fmt(f),
        }
    }
}

impl fmt::Debug for CellTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // the current row is somebody's
        f.debug_struct("CellTable").field("name", &self.table.name).finish_non_exhaustive()
    }
}

/// A table that is read by the rules of all tables, row by row.
pub struct CellTable<'a> {
    table: Table<'a>,
    reading: Reading<'a>,
    wanted: Vec<(usize, CellKind)>,
    /// Cells of the current row, by column of the table; those not wanted are empty.
    current: Vec<Vec<u8>>,
}

impl<'a> CellTable<'a> {
    fn of(source: TableSource<'a>, options: &'a TableOptions) -> Result<CellTable<'a>> {
        let table = Table::open(source, options)?;
        if table.stopped {
            return Err(unreadable(table.issues));
        }
        let current = vec![Vec::new(); table.header.len()];
        Ok(CellTable { table, reading: Reading::new(options), wanted: Vec::new(), current })
    }

    /// Whether any column that is wanted has values with labels.
    pub fn is_labelled(&self) -> bool {
        self.wanted.iter().any(|(at, kind)| *kind == CellKind::Number && self.table.is_labelled(*at))
    }

    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        &self.table.header
    }

    /// Row of the header, in files that have one.
    pub fn header_row(&self) -> Option<u64> {
        self.table.header_row
    }

    /// Says which columns are going to be read, by their place, and as what.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn wants(&mut self, columns: Vec<(usize, CellKind)>) -> Result<()> {
        self.table.needs(columns.iter().map(|(at, _)| *at));
        self.wanted = columns;
        match self.table.stopped {
            true => Err(unreadable(std::mem::take(&mut self.table.issues))),
            false => Ok(()),
        }
    }

    /// Goes to the next row that has as many fields as the header; its number, or `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read on.
    pub fn next_row(&mut self) -> Result<Option<u64>> {
        loop {
            if !self.table.next()? {
                return Ok(None);
            }
            if self.table.complete() {
                break;
            }
        }
        let CellTable { table, reading, wanted, current } = self;
        for (at, kind) in wanted.iter() {
            let field = table.field(*at);
            let cell = &mut current[*at];
            cell.clear();
            match kind {
                CellKind::Number => {
                    reading.look(*at, table);
                    number(reading, table.rows.called(*at, reading), cell);
                }
                CellKind::Text => cell.extend_from_slice(&table.rows.called(*at, reading).text()),
                CellKind::Day => match reading.date(field).map(super::dates::Stated::iso) {
                    Ok(Some(day)) => cell.extend_from_slice(day.as_bytes()),
                    _ => cell.extend_from_slice(&text(reading, field)),
                },
            }
        }
        Ok(Some(table.row))
    }

    /// A cell of the current row, in a column that was said to be wanted.
    pub fn cell(&self, column: usize) -> &[u8] {
        self.current.get(column).map_or(&[], Vec::as_slice)
    }

    /// Once all rows were read: what was left out or taken as missing.
    ///
    /// # Errors
    /// Lists every row that could not be read.
    pub fn finish(mut self) -> Result<Vec<CohortWarning>> {
        let warnings = self.table.finish(&self.reading);
        if self.table.issues.is_empty() { Ok(warnings) } else { Err(unreadable(self.table.issues)) }
    }
}

/// A text without a code for a missing value.
fn text<'f>(reading: &Reading<'_>, field: Field<'f>) -> Cow<'f, [u8]> {
    // which the day was counted as already
    if reading.is_code(field) { Cow::Borrowed(b"") } else { field.text() }
}

/// A number with a point; what is none is quoted, so that nobody takes it for one.
fn number(reading: &Reading<'_>, field: Field<'_>, cell: &mut Vec<u8>) {
    match reading.number(field) {
        Cell::Value(value) => cell.extend_from_slice(value.to_string().as_bytes()),
        Cell::Empty => {}
        Cell::Bad => match field {
            Field::Text(text) if text.trim_ascii() == b"NA" => cell.extend_from_slice(b"NA"),
            Field::Text(text) if text.iter().all(|&byte| byte.is_ascii_alphabetic() || byte == b' ') => {
                cell.extend_from_slice(text);
            }
            _ => cell.extend_from_slice(shown(&field.text()).as_bytes()),
        },
    }
}
