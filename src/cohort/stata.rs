//! Stata files (.dta, versions 102 to 119) as rows of cells.
//!
//! Belongs here: what Stata's types and formats are to a table of people. Does not belong here: what columns mean.
//!
//! Missing values (`.` and `.a` to `.z`) are empty cells, whatever their letter. A variable with a daily format (`%td`)
//! holds dates, one with a format in milliseconds (`%tc`) date-times. Labels of values are not read.

use crate::cohort::table::Field;
use crate::error::Issues;
use dta::stata::dta::dta_error::Result as Read;
use dta::stata::dta::dta_reader::DtaReader;
use dta::stata::dta::record_reader::RecordReader;
use dta::stata::dta::value::Value;
use dta::stata::dta::variable_type::VariableType;
use std::fmt::Display;
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Days from 1 January 1960, where Stata counts from, to 1 January 1970.
const EPOCH: i64 = 3653;

/// The rows of a file.
pub(in crate::cohort) struct StataRows {
    reader: RecordReader<BufReader<File>>,
    columns: Vec<Column>,
    /// Rows that the file says it has.
    expected: u64,
    wanted: Vec<usize>,
    current: Vec<Stored>,
}

struct Column {
    name: String,
    holds: Holds,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Number,
    Day,
    Milliseconds,
    Text,
    LongText,
}

#[derive(Debug, Clone)]
enum Stored {
    Empty,
    Number(f64),
    Text(String),
}

impl StataRows {
    pub(in crate::cohort) fn open(file: File) -> Result<StataRows, String> {
        let read = || -> Read<_> {
            let schema = DtaReader::new().from_file(file).read_header()?;
            let expected = schema.header().observation_count();
            let mut characteristics = schema.read_schema()?;
            characteristics.skip_to_end()?;
            Ok((expected, characteristics.into_record_reader()?))
        };
        let (expected, reader) = guarded(read)?;
        let column = |variable: &dta::stata::dta::variable::Variable| {
            let format = variable.format().trim_start_matches('%').trim_start_matches('-');
            let holds = match variable.variable_type() {
                VariableType::LongString => Holds::LongText,
                VariableType::FixedString(_) => Holds::Text,
                _ if format.starts_with("td") || format.starts_with('d') => Holds::Day,
                _ if format.starts_with("tc") => Holds::Milliseconds,
                _ => Holds::Number,
            };
            Column { name: variable.name().to_owned(), holds }
        };
        let columns: Vec<Column> = reader.schema().variables().iter().map(column).collect();
        let wanted = (0..columns.len()).collect();
        let current = vec![Stored::Empty; columns.len()];
        Ok(StataRows { reader, columns, expected, wanted, current })
    }

    pub(in crate::cohort) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Reads these columns only; the problem of one that cannot be read.
    pub(in crate::cohort) fn needs(&mut self, columns: &[usize]) -> Result<(), (usize, String)> {
        if let Some(&long) = columns.iter().find(|&&at| self.columns[at].holds == Holds::LongText) {
            return Err((long, "holds long texts (strL); in Stata: recast str244".into()));
        }
        self.wanted = columns.to_vec();
        Ok(())
    }

    /// Goes to the next row; `false` at the end, or when reading was stopped.
    pub(in crate::cohort) fn next(&mut self, issues: &mut Issues, row: &mut u64, stopped: &mut bool) -> bool {
        let StataRows { reader, wanted, current, .. } = self;
        let read = || -> Read<bool> {
            let Some(record) = reader.read_lazy_record()? else { return Ok(false) };
            for &at in wanted.iter() {
                current[at] = stored(record.value(at)?);
            }
            Ok(true)
        };
        let problem = match guarded(read) {
            Ok(true) => {
                *row += 1;
                return true;
            }
            Ok(false) if *row == self.expected => return false,
            Ok(false) => format!("the file ends after {row} of {} rows", self.expected),
            Err(problem) => format!("from row {} on {problem}", *row + 1),
        };
        *stopped = true;
        issues.add(None, None, || problem);
        false
    }

    /// A cell of the current row.
    #[inline]
    pub(in crate::cohort) fn field(&self, column: usize) -> Field<'_> {
        match (&self.current[column], self.columns[column].holds) {
            (Stored::Empty, _) => Field::Empty,
            (Stored::Text(text), _) => Field::Text(text.as_bytes()),
            (Stored::Number(days), Holds::Day) if days.fract() == 0.0 => Field::Day(*days as i64 - EPOCH),
            (Stored::Number(time), Holds::Milliseconds) if time.fract() == 0.0 => {
                Field::Instant((*time as i64).saturating_mul(1000).saturating_sub(EPOCH * 86_400_000_000))
            }
            (Stored::Number(number), _) => Field::Decimal(*number),
        }
    }
}

fn stored(value: Value<'_>) -> Stored {
    let number = |number: Option<f64>| number.map_or(Stored::Empty, Stored::Number);
    match value {
        Value::Byte(v) => number(v.present().map(f64::from)),
        Value::Int(v) => number(v.present().map(f64::from)),
        Value::Long(v) => number(v.present().map(f64::from)),
        Value::Float(v) => number(v.present().map(f64::from)),
        Value::Double(v) => number(v.present()),
        Value::String(text) => Stored::Text(text.into_owned()),
        Value::LongStringRef(_) => Stored::Empty,
    }
}

/// Reads, with an error in words; a decoder's panic is one as well.
fn guarded<T, E: Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(cause)) => Err(format!("this cannot be read as a Stata file: {cause}")),
        Err(_) => Err("this cannot be read as a Stata file: it is damaged".into()),
    }
}
