//! Stata files (.dta, versions 102 to 119) as rows of cells.
//!
//! Belongs here: what Stata's types and formats are to a table of people. Does not belong here: what columns mean.
//!
//! Missing values (`.` and `.a` to `.z`) are empty cells, whatever their letter. A variable with a daily format (`%td`)
//! holds dates, one with a format in milliseconds (`%tc`) date-times. Labels of values stand beside the values, and so does
//! the variable of weights that `svyset` left in the file.

mod lengths;

use self::lengths::Lengths;
use crate::cohort::table::{Field, ReadSeek};
use crate::error::Issues;
use dta::stata::dta::characteristic::CharacteristicTarget;
use dta::stata::dta::dta_error::{DtaError, Result as Read, Section};
use dta::stata::dta::dta_reader::DtaReader;
use dta::stata::dta::record_reader::RecordReader;
use dta::stata::dta::value::Value;
use dta::stata::dta::value_label::ValueLabelEntry;
use dta::stata::dta::value_label_table::ValueLabelTable;
use dta::stata::dta::variable_type::VariableType;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;
use std::io::{self, BufReader};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Days from 1 January 1960, where Stata counts from, to 1 January 1970.
const EPOCH: i64 = 3653;

/// An open file that is looked at from two sides: the dta crate reads it, and what it is about to read is checked.
#[derive(Clone)]
struct Shared(Rc<RefCell<BufReader<Box<dyn ReadSeek>>>>);

impl io::Read for Shared {
    #[inline]
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().read(to)
    }

    #[inline]
    fn read_exact(&mut self, to: &mut [u8]) -> io::Result<()> {
        self.0.borrow_mut().read_exact(to)
    }
}

impl io::Seek for Shared {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.0.borrow_mut().seek(to)
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        self.0.borrow_mut().stream_position()
    }
}

/// The rows of a file.
pub(in crate::cohort) struct StataRows {
    reader: RecordReader<Shared>,
    columns: Vec<Column>,
    /// Rows that the file says it has.
    expected: u64,
    wanted: Vec<usize>,
    current: Vec<Stored>,
    weight: Option<String>,
}

struct Column {
    name: String,
    holds: Holds,
    /// What values are called, in a variable that says so.
    labels: Option<HashMap<i32, Box<str>>>,
}

/// Where `svyset` writes the variable of weights, among the characteristics of the data.
const SURVEY_WEIGHT: &str = "_svy_wvar";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Number,
    Day,
    Milliseconds,
    /// Months, quarters or half years since 1960, so many a year.
    Parts(u32),
    /// Weeks since 1960, of which a year has 52, the last one longer.
    Weeks,
    /// Milliseconds with leap seconds, or days of a business calendar.
    OtherTime,
    Text,
    LongText,
}

#[derive(Debug, Clone)]
enum Stored {
    Empty,
    Number(f64),
    /// Of 32 bits, as `generate` makes them.
    Single(f32),
    Text(String),
}

impl StataRows {
    pub(in crate::cohort) fn open(file: Box<dyn ReadSeek>) -> Result<StataRows, String> {
        let read = || -> Read<_> {
            let mut shared = Shared(Rc::new(RefCell::new(BufReader::new(file))));
            let unfit = |section| move |source| DtaError::Io { section, source };
            let schema = DtaReader::new().from_reader(shared.clone()).read_header()?;
            let expected = schema.header().observation_count();
            let variables = Lengths::of(&mut shared, schema.header()).and_then(|lengths| lengths.check_variables());
            variables.map_err(unfit(Section::Schema))?;
            let mut characteristics = schema.read_schema()?;
            let about = Lengths::of(&mut shared, characteristics.header());
            about.and_then(|mut lengths| lengths.check_characteristics()).map_err(unfit(Section::Characteristics))?;
            let mut weight = None;
            while let Some(about) = characteristics.read_characteristic()? {
                if *about.target() == CharacteristicTarget::Dataset && about.name() == SURVEY_WEIGHT {
                    weight =
                        Some(about.value().trim_end_matches('\0').trim().to_owned()).filter(|name| !name.is_empty());
                }
            }
            let records = characteristics.into_record_reader()?;
            if !records.schema().variables().iter().any(|variable| !variable.value_label_name().is_empty()) {
                return Ok((expected, weight, ValueLabelTable::new(), records));
            }
            // labels stand behind the rows
            let (mut labels, mut behind) = (ValueLabelTable::new(), records.seek_value_labels()?);
            let sets = Lengths::of(&mut shared, behind.header()).and_then(|mut lengths| lengths.check_labels());
            sets.map_err(unfit(Section::ValueLabels))?;
            behind.read_remaining_into(&mut labels)?;
            Ok((expected, weight, labels, behind.seek_records()?))
        };
        let (expected, weight, labels, reader) = guarded(read)?;
        let column = |variable: &dta::stata::dta::variable::Variable| {
            let format = variable.format().trim_start_matches('%').trim_start_matches('-');
            let holds = match variable.variable_type() {
                VariableType::LongString => Holds::LongText,
                VariableType::FixedString(_) => Holds::Text,
                _ if format.starts_with("td") || format.starts_with('d') => Holds::Day,
                _ if format.starts_with("tc") => Holds::Milliseconds,
                _ if format.starts_with("tm") => Holds::Parts(12),
                _ if format.starts_with("tq") => Holds::Parts(4),
                _ if format.starts_with("th") => Holds::Parts(2),
                _ if format.starts_with("tw") => Holds::Weeks,
                // a year (%ty) is the number of it
                _ if format.starts_with("tC") || format.starts_with("tb") => Holds::OtherTime,
                _ => Holds::Number,
            };
            let of = |entry: &ValueLabelEntry| (entry.value(), entry.label().trim().into());
            let labels = labels.get(variable.value_label_name()).filter(|_| holds == Holds::Number);
            let labels = labels.map(|set| set.entries().iter().map(of).collect());
            Column { name: variable.name().to_owned(), holds, labels }
        };
        let columns: Vec<Column> = reader.schema().variables().iter().map(column).collect();
        let wanted = (0..columns.len()).collect();
        let current = vec![Stored::Empty; columns.len()];
        Ok(StataRows { reader, columns, expected, wanted, current, weight })
    }

    pub(in crate::cohort) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Reads these columns only; the problem of one that cannot be read.
    pub(in crate::cohort) fn needs(&mut self, columns: &[usize]) -> Result<(), (usize, String)> {
        if let Some(&long) = columns.iter().find(|&&at| self.columns[at].holds == Holds::LongText) {
            return Err((long, "holds long texts (strL); in Stata: recast str244".into()));
        }
        if let Some(&other) = columns.iter().find(|&&at| self.columns[at].holds == Holds::OtherTime) {
            let way = "counts time with leap seconds (%tC) or by a business calendar (%tb); in Stata: generate double DAY = \
                       dofC(TIME) (or dofb), format DAY %td";
            return Err((other, way.into()));
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

    /// Takes values as they are stored, whatever they are called.
    pub(in crate::cohort) fn ignore_labels(&mut self) {
        self.columns.iter_mut().for_each(|column| column.labels = None);
    }

    /// Whether values of a column have labels.
    pub(in crate::cohort) fn is_labelled(&self, column: usize) -> bool {
        self.columns[column].labels.as_ref().is_some_and(|labels| !labels.is_empty())
    }

    /// What the value of a cell of the current row is called.
    pub(in crate::cohort) fn label(&self, column: usize) -> Option<&str> {
        let labels = self.columns[column].labels.as_ref()?;
        let number = match self.current[column] {
            Stored::Number(number) => number,
            Stored::Single(number) => f64::from(number),
            Stored::Empty | Stored::Text(_) => return None,
        };
        let whole = number.fract() == 0.0 && f64::from(number as i32) == number;
        labels.get(&(number as i32)).filter(|label| whole && !label.is_empty()).map(|label| &**label)
    }

    /// The variable that the file declares as that of its weights.
    pub(in crate::cohort) fn declared_weight(&self) -> Option<&str> {
        self.weight.as_deref()
    }

    /// A cell of the current row.
    #[inline]
    pub(in crate::cohort) fn field(&self, column: usize) -> Field<'_> {
        let holds = self.columns[column].holds;
        let number = match &self.current[column] {
            Stored::Empty => return Field::Empty,
            Stored::Text(text) => return Field::Text(text.as_bytes()),
            Stored::Number(number) => *number,
            Stored::Single(number) if holds == Holds::Number || Field::Single(*number).is_rounded() => {
                return Field::Single(*number);
            }
            Stored::Single(number) => f64::from(*number),
        };
        match holds {
            Holds::Day if number.fract() == 0.0 => Field::Day((number as i64).saturating_sub(EPOCH)),
            Holds::Milliseconds if number.fract() == 0.0 => {
                Field::Instant((number as i64).saturating_mul(1000).saturating_sub(EPOCH * 86_400_000_000))
            }
            Holds::Parts(a_year) => part_of_year(number, a_year),
            Holds::Weeks => weeks(number),
            _ => Field::Decimal(number),
        }
    }
}

/// The days of a month, quarter or half year, given as so many of them since January 1960.
fn part_of_year(number: f64, a_year: u32) -> Field<'static> {
    // the years of calendar dates
    let length = 12 / i64::from(a_year);
    if number.fract() != 0.0 || number.abs() > 10_000.0 {
        return Field::Decimal(number);
    }
    let month = number as i64 * length;
    Field::Days(month_start(month), month_start(month + length) - 1)
}

/// The days of a week of Stata: the first begins on 1 January, the 52nd ends with the year.
fn weeks(number: f64) -> Field<'static> {
    if number.fract() != 0.0 || number.abs() > 30_000.0 {
        return Field::Decimal(number);
    }
    let (year, week) = ((number as i64).div_euclid(52), (number as i64).rem_euclid(52));
    let first = month_start(12 * year) + 7 * week;
    Field::Days(first, if week == 51 { month_start(12 * (year + 1)) - 1 } else { first + 6 })
}

/// Days from 1 January 1970 to the first of a month, given as months since January 1960.
fn month_start(months: i64) -> i64 {
    // days from civil (Hinnant): years begin in March, so that the leap day ends them
    let (year, month) = (1960 + months.div_euclid(12), months.rem_euclid(12) + 1);
    let (year, shifted) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day = (153 * shifted + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719_468
}

fn stored(value: Value<'_>) -> Stored {
    let number = |number: Option<f64>| number.map_or(Stored::Empty, Stored::Number);
    match value {
        Value::Byte(v) => number(v.present().map(f64::from)),
        Value::Int(v) => number(v.present().map(f64::from)),
        Value::Long(v) => number(v.present().map(f64::from)),
        Value::Float(v) => v.present().map_or(Stored::Empty, Stored::Single),
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
