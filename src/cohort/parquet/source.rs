//! A Parquet file as rows of cells, a few thousand at a time.
//!
//! Belongs here: which stored types are whole numbers, decimals or text, and what is said of a file that cannot be
//! read. Does not belong here: what columns mean.

use crate::error::{Error, Issues, Result};
use ::bytes::Bytes;
use ::parquet::basic::{ConvertedType, LogicalType, Type as Stored};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::{ParquetError, Result as Read};
use ::parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;
use std::fmt;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Rows decoded at a time: a few megabytes of a wide table, whatever the size of its row groups.
const BATCH: usize = 4096;

/// A Parquet table to read: an open file, or bytes, and the name that messages call it by.
pub struct ParquetSource {
    pub(super) name: String,
    reader: Read<Box<dyn FileReader>>,
}

impl ParquetSource {
    /// A table from bytes in memory; `name` stands in every message about it.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        ParquetSource { name: name.into(), reader: boxed(Bytes::from(bytes.into())) }
    }

    /// A table from a file.
    ///
    /// # Errors
    /// Of kind [`Io`](crate::ErrorKind::Io) when the file cannot be opened or is a directory.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let name = path.as_ref().display().to_string();
        let failed = |cause: std::io::Error| Error::io(&name, "read", &cause);
        let file = File::open(&path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(ParquetSource { reader: boxed(file), name })
    }
}

fn boxed<R: ChunkReader + 'static>(bytes: R) -> Read<Box<dyn FileReader>> {
    guarded(|| Ok(Box::new(SerializedFileReader::new(bytes)?) as Box<dyn FileReader>))
}

/// Reads, with an error where the parquet crate panics: its page decoders do so on some damaged pages (of 13,000 to
/// 24,000 single bytes changed in small files of three writers, on one in 500). What was read from is not used again.
fn guarded<T>(read: impl FnOnce() -> Read<T>) -> Read<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(ParquetError::General("a page is damaged".into())))
}

impl fmt::Debug for ParquetSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What stands in a row of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Whole(i128),
    Decimal(f64),
    Text(Box<[u8]>),
}

/// What a stored type is to a table of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Whole { signed: bool },
    Decimal,
    Text,
}

impl Holds {
    fn of(column: &ColumnDescriptor) -> Option<Holds> {
        let flat = column.max_rep_level() == 0 && column.max_def_level() <= 1 && column.path().parts().len() == 1;
        let signed = match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Integer(int)), _) => int.is_signed,
            (
                None,
                ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
            ) => false,
            (
                None,
                ConvertedType::NONE
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64,
            ) => true,
            (Some(LogicalType::String), _) | (None, ConvertedType::UTF8) => {
                return (flat && column.physical_type() == Stored::BYTE_ARRAY).then_some(Holds::Text);
            }
            _ => return None,
        };
        match column.physical_type() {
            _ if !flat => None,
            Stored::INT32 | Stored::INT64 => Some(Holds::Whole { signed }),
            Stored::FLOAT | Stored::DOUBLE => Some(Holds::Decimal),
            // what writers that know no text leave
            Stored::BYTE_ARRAY => Some(Holds::Text),
            _ => None,
        }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Holds::Whole { .. } => "whole numbers",
            Holds::Decimal => "decimal numbers",
            Holds::Text => "text",
        }
    }
}

/// A table being read: its columns, the current row, and the problems found so far.
pub(super) struct Table {
    pub(super) name: String,
    /// Names of the columns; empty when the file cannot be read.
    pub(super) header: Vec<String>,
    /// What each column holds; `None` for what no table of people holds.
    pub(super) holds: Vec<Option<Holds>>,
    pub(super) issues: Issues,
    /// Number of the current row, from 1.
    pub(super) row: u64,
    /// Reading ended early, for a reason that stands among the issues.
    pub(super) stopped: bool,
    reader: Option<Box<dyn FileReader>>,
    /// Row groups begun.
    groups: usize,
    /// Columns of the row group that is being read, and the rows it still has.
    open: Vec<ColumnReader>,
    left: usize,
    /// Decoded rows, by column.
    cells: Vec<Vec<Cell>>,
    at: usize,
    decoded: usize,
}

impl Table {
    pub(super) fn open(source: ParquetSource) -> Table {
        let mut issues = Issues::of_file(source.name.clone());
        let reader = match source.reader {
            Ok(reader) => Some(reader),
            Err(cause) => {
                issues.add(None, None, || unreadable(&cause));
                None
            }
        };
        let (mut header, mut holds) = (Vec::new(), Vec::new());
        for column in reader.iter().flat_map(|reader| reader.metadata().file_metadata().schema_descr().columns()) {
            header.push(column.path().string());
            holds.push(Holds::of(column));
        }
        Table {
            cells: vec![Vec::new(); header.len()],
            name: source.name,
            stopped: reader.is_none(),
            header,
            holds,
            issues,
            row: 0,
            reader,
            groups: 0,
            open: Vec::new(),
            left: 0,
            at: 0,
            decoded: 0,
        }
    }

    /// Goes to the next row; `false` at the end, or when reading was stopped.
    pub(super) fn next(&mut self) -> bool {
        if self.stopped {
            return false;
        }
        self.at += 1;
        if self.at >= self.decoded {
            match guarded(|| self.decode()) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(cause) => {
                    self.stopped = true;
                    let next = self.row + 1;
                    self.issues.add(None, None, || format!("from row {next} on {}", unreadable(&cause)));
                    return false;
                }
            }
        }
        self.row += 1;
        true
    }

    /// The current row of a column.
    pub(super) fn cell(&self, column: usize) -> &Cell {
        &self.cells[column][self.at]
    }

    /// Ends the reading of this table with a problem.
    pub(super) fn stop(&mut self, row: Option<u64>, message: impl FnOnce() -> String) {
        self.stopped = true;
        self.issues.add(row, None, message);
    }

    fn decode(&mut self) -> Read<bool> {
        let Some(reader) = &self.reader else { return Ok(false) };
        while self.left == 0 {
            if self.groups >= reader.num_row_groups() {
                return Ok(false);
            }
            let group = reader.get_row_group(self.groups)?;
            self.groups += 1;
            self.open.clear();
            for i in 0..self.header.len() {
                self.open.push(group.get_column_reader(i)?);
            }
            self.left = usize::try_from(group.metadata().num_rows())
                .map_err(|_| ParquetError::General("a row group of a negative number of rows".into()))?;
        }
        let rows = self.left.min(BATCH);
        for ((column, holds), cells) in self.open.iter_mut().zip(&self.holds).zip(&mut self.cells) {
            cells.clear();
            let Some(holds) = *holds else { continue };
            decode_column(column, holds, rows, cells)?;
        }
        self.left -= rows;
        (self.at, self.decoded) = (0, rows);
        Ok(true)
    }
}

fn decode_column(column: &mut ColumnReader, holds: Holds, rows: usize, to: &mut Vec<Cell>) -> Read<()> {
    let unsigned = holds == Holds::Whole { signed: false };
    let whole32 = |v: i32| Cell::Whole(if unsigned { i128::from(v.cast_unsigned()) } else { i128::from(v) });
    let whole64 = |v: i64| Cell::Whole(if unsigned { i128::from(v.cast_unsigned()) } else { i128::from(v) });
    match column {
        ColumnReader::Int32ColumnReader(column) => cells(column, rows, to, whole32),
        ColumnReader::Int64ColumnReader(column) => cells(column, rows, to, whole64),
        ColumnReader::FloatColumnReader(column) => cells(column, rows, to, |v| Cell::Decimal(f64::from(v))),
        ColumnReader::DoubleColumnReader(column) => cells(column, rows, to, Cell::Decimal),
        ColumnReader::ByteArrayColumnReader(column) => cells(column, rows, to, |v| Cell::Text(v.data().into())),
        _ => Err(ParquetError::General("a column of another type than its schema says".into())),
    }
}

/// Reads this many rows of a column, or fails.
fn cells<T: DataType>(
    column: &mut ColumnReaderImpl<T>,
    rows: usize,
    to: &mut Vec<Cell>,
    cell: impl Fn(T::T) -> Cell,
) -> Read<()> {
    let (mut values, mut levels) = (Vec::new(), Vec::new());
    let (read, present, _) = column.read_records(rows, Some(&mut levels), None, &mut values)?;
    if read < rows {
        return Err(ParquetError::General(format!("a column ends {} rows before its row group", rows - read)));
    }
    let mut values = values.into_iter();
    if levels.is_empty() {
        to.extend(values.map(cell));
    } else {
        // a level of 1 says that there is a value
        to.extend(levels.iter().map(
            |&level| {
                if level == 1 { values.next().map_or(Cell::Empty, &cell) } else { Cell::Empty }
            },
        ));
    }
    if to.len() != rows || present > rows {
        return Err(ParquetError::General("a column whose values do not fit its rows".into()));
    }
    Ok(())
}

fn unreadable(cause: &ParquetError) -> String {
    format!("this cannot be read as Parquet: {cause}")
}
