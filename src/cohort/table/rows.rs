//! One table as a stream of rows, whatever its file, with the problems found so far and what was left out.
//!
//! Belongs here: what every kind of file has in common. Does not belong here: how a kind of file is decoded, and what
//! columns mean.

use super::field::{Field, Reading};
use super::options::TableOptions;
use super::source::{Input, TableSource};
use crate::cohort::csv::records::Records;
#[cfg(feature = "parquet")]
use crate::cohort::parquet::rows::ParquetRows;
#[cfg(feature = "stata")]
use crate::cohort::stata::StataRows;
use crate::cohort::warning::CohortWarning;
use crate::error::{Issues, Result};
use std::collections::HashSet;

pub(in crate::cohort) struct Table<'a> {
    pub(in crate::cohort) name: String,
    /// Column names, trimmed; empty when the table has no usable header.
    pub(in crate::cohort) header: Vec<String>,
    /// Row of the header, in files that have one.
    pub(in crate::cohort) header_row: Option<u64>,
    /// Where the current row stands: its first line in a text, its number from 1 otherwise.
    pub(in crate::cohort) row: u64,
    pub(in crate::cohort) issues: Issues,
    /// Reading ended early, for a reason that stands among the issues.
    pub(in crate::cohort) stopped: bool,
    left_out: Vec<String>,
    nameless: Vec<Nameless>,
    empty_rows: u64,
    pub(super) rows: Rows<'a>,
}

/// Stands for an empty cell among counts.
pub(in crate::cohort) const NO_COUNT: u32 = u32::MAX;

/// Stands for a cell that is not plainly a count: the rules of values judge it.
pub(in crate::cohort) const NOT_PLAIN: u32 = u32::MAX - 1;

/// The rows of a kind of file.
pub(super) enum Rows<'a> {
    Csv(Box<Records<'a>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<ParquetRows>),
    #[cfg(feature = "stata")]
    Stata(Box<StataRows>),
}

impl<'a> Rows<'a> {
    /// The records of a text.
    fn text(&self) -> Option<&Records<'a>> {
        match self {
            Rows::Csv(records) => Some(records),
            #[cfg(any(feature = "parquet", feature = "stata"))]
            _ => None,
        }
    }

    /// Reads these columns only; one that cannot be read, and why.
    fn needs(&mut self, wanted: Vec<usize>) -> Option<(usize, String)> {
        match self {
            // a text is read to the end of its lines anyway
            Rows::Csv(_) => {
                drop(wanted);
                None
            }
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.needs(&wanted).err(),
            #[cfg(feature = "stata")]
            Rows::Stata(rows) => rows.needs(&wanted).err(),
        }
    }

    /// Says which columns hold counts, for what hands them out by row ([`Rows::plain_counts`]).
    pub(super) fn counts_in(&mut self, columns: &[usize]) {
        match self {
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.counts_in(columns),
            Rows::Csv(records) => records.counts_in(columns),
            #[cfg(feature = "stata")]
            Rows::Stata(_) => {}
        }
    }

    /// The counts of the current row in the columns that were said to hold them, [`NO_COUNT`] where a cell is empty;
    /// `None` when they are to be read cell by cell.
    #[inline]
    pub(super) fn plain_counts(&self) -> Option<&[u32]> {
        match self {
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.plain_counts(),
            Rows::Csv(records) => records.plain_counts(),
            #[cfg(feature = "stata")]
            Rows::Stata(_) => None,
        }
    }

    /// What the value of a cell of the current row is called, in a file that labels values.
    pub(super) fn label(&self, column: usize) -> Option<&str> {
        match self {
            #[cfg(feature = "stata")]
            Rows::Stata(rows) => rows.label(column),
            _ => {
                let _ = column;
                None
            }
        }
    }

    /// A cell of the current row as it is called: `1` with the label `017` is 017. For whatever is no count: identifiers,
    /// ages, outcomes and other numbers stand behind labels where a program numbered texts.
    pub(super) fn named(&self, column: usize) -> Field<'_> {
        self.label(column).map_or_else(|| self.field(column), |label| Field::Text(label.as_bytes()))
    }

    /// A cell of the current row as it is called, empty when it holds a code for a missing value by its number or its name.
    pub(super) fn called(&self, column: usize, reading: &Reading<'_>) -> Field<'_> {
        match self.label(column) {
            Some(_) if reading.is_missing(self.field(column)) => Field::Empty,
            _ => reading.there(self.named(column)),
        }
    }

    /// A cell of the current row.
    #[inline]
    pub(super) fn field(&self, column: usize) -> Field<'_> {
        match self {
            Rows::Csv(records) => Field::Text(records.field(column)),
            #[cfg(feature = "parquet")]
            Rows::Parquet(rows) => rows.field(column),
            #[cfg(feature = "stata")]
            Rows::Stata(rows) => rows.field(column),
        }
    }
}

/// A column without a name, or one that the form does not know, and what it has held so far.
struct Nameless {
    position: usize,
    held: Held,
    /// What is said of a column that the form does not know once it holds anything.
    refusal: Option<String>,
}

#[derive(Debug, PartialEq)]
enum Held {
    Nothing,
    /// Numbers that run on, the last of which was this.
    Running(i64),
    /// In the first column: whole numbers, none twice. What is left of row numbers when rows were sorted or left out.
    Numbers(HashSet<i64>),
    /// Something else, in this row.
    Values(u64),
}

impl<'a> Table<'a> {
    /// Opens a table and reads its header. Problems land in `issues`; the error is for input that cannot be read.
    pub(in crate::cohort) fn open(source: TableSource<'a>, options: &TableOptions) -> Result<Table<'a>> {
        let TableSource { name, input } = source;
        let mut table = Table {
            issues: Issues::of_file(name.clone()),
            name,
            header: Vec::new(),
            header_row: None,
            row: 0,
            stopped: false,
            left_out: Vec::new(),
            nameless: Vec::new(),
            empty_rows: 0,
            rows: Rows::Csv(Box::default()),
        };
        match input {
            Input::Text(input) => Records::open(input, &mut table, options)?,
            #[cfg(feature = "parquet")]
            Input::Parquet(files) => match ParquetRows::open(files) {
                Ok(rows) => {
                    table.header = rows.names();
                    table.issues.of_parts(rows.parts());
                    table.rows = Rows::Parquet(Box::new(rows));
                }
                Err(problem) => table.stop(None, || problem),
            },
            #[cfg(feature = "stata")]
            Input::Stata(file) => match StataRows::open(file) {
                Ok(mut rows) => {
                    if options.ignore_labels {
                        rows.ignore_labels();
                    }
                    table.header = rows.names();
                    table.rows = Rows::Stata(Box::new(rows));
                }
                Err(problem) => table.stop(None, || problem),
            },
        }
        Ok(table)
    }

    pub(in crate::cohort) fn records(&mut self, records: Records<'a>) {
        self.rows = Rows::Csv(Box::new(records));
    }

    /// Says which columns are going to be read: those of others may then be passed over.
    pub(super) fn needs(&mut self, columns: impl IntoIterator<Item = usize>) {
        let columns: Vec<usize> = columns.into_iter().collect();
        loop {
            let watched = self.nameless.iter().map(|column| column.position);
            let Some((column, problem)) = self.rows.needs(columns.iter().copied().chain(watched).collect()) else {
                return;
            };
            let unknown = self.nameless.iter().position(|other| other.position == column && other.refusal.is_some());
            if let Some(unknown) = unknown.filter(|_| !columns.contains(&column)) {
                let refusal = self.nameless.remove(unknown).refusal.unwrap_or(problem);
                self.issues.add(self.header_row, None, || refusal);
                continue;
            }
            let name = self.header.get(column).cloned();
            self.stopped = true;
            self.issues.add(None, name.as_deref(), || problem);
            return;
        }
    }

    /// Notes that a column is left out.
    pub(super) fn leave_out(&mut self, what: String) {
        self.left_out.push(what);
    }

    /// Leaves out a column without a name, as long as it is empty or holds the numbers of the rows.
    pub(super) fn watch(&mut self, position: usize) {
        self.nameless.push(Nameless { position, held: Held::Nothing, refusal: None });
    }

    /// Leaves out a column that the form does not know as long as it is empty; with something in it, or when rows are not
    /// going to be read, it is refused by this message.
    pub(super) fn unless_empty(&mut self, position: usize, readable: bool, refusal: impl FnOnce() -> String) {
        if readable {
            self.nameless.push(Nameless { position, held: Held::Nothing, refusal: Some(refusal()) });
        } else {
            self.issues.add(self.header_row, None, refusal);
        }
    }

    /// Reads the next row that is not empty; `false` at the end, or when reading was stopped.
    pub(super) fn next(&mut self) -> Result<bool> {
        loop {
            if self.stopped {
                return Ok(false);
            }
            let Table { rows, issues, row, .. } = self;
            let read = match rows {
                Rows::Csv(records) => records.next(&self.name, issues, row, &mut self.stopped)?,
                #[cfg(feature = "parquet")]
                Rows::Parquet(rows) => rows.next(issues, row, &mut self.stopped),
                #[cfg(feature = "stata")]
                Rows::Stata(rows) => rows.next(issues, row, &mut self.stopped),
            };
            if !read {
                return Ok(false);
            }
            if self.rows.text().is_some_and(Records::is_empty_row) {
                self.empty_rows += 1;
                continue;
            }
            if !self.nameless.is_empty() {
                self.look_at_nameless();
            }
            return Ok(true);
        }
    }

    fn look_at_nameless(&mut self) {
        let (rows, issues, header_row) = (&self.rows, &mut self.issues, self.header_row);
        self.nameless.retain_mut(|column| {
            let filled = column.refusal.is_some() && !rows.field(column.position).is_empty();
            if let Some(refusal) = column.refusal.take_if(|_| filled) {
                issues.add(header_row, None, || refusal);
            }
            !filled
        });
        for column in self.nameless.iter_mut().filter(|column| column.refusal.is_none()) {
            let text = self.rows.field(column.position).text();
            let number = std::str::from_utf8(text.trim_ascii()).ok().and_then(|text| text.parse::<i64>().ok());
            let first = column.position == 0;
            let held = std::mem::replace(&mut column.held, Held::Nothing);
            column.held = match (held, number) {
                (Held::Nothing, None) if text.trim_ascii().is_empty() => Held::Nothing,
                (Held::Nothing, Some(number)) if first => Held::Numbers(HashSet::from([number])),
                (Held::Nothing, Some(number @ (0 | 1))) => Held::Running(number),
                (Held::Running(last), Some(next)) if next == last + 1 => Held::Running(next),
                (Held::Numbers(mut seen), Some(number)) => {
                    if seen.insert(number) {
                        Held::Numbers(seen)
                    } else {
                        Held::Values(self.row)
                    }
                }
                (held @ Held::Values(_), _) => held,
                _ => Held::Values(self.row),
            };
        }
    }

    /// Whether the row has as many fields as the header (more, when these are empty); if not, says so.
    pub(super) fn complete(&mut self) -> bool {
        let Some(records) = self.rows.text() else { return true };
        let (fields, columns) = (records.fields(), self.header.len());
        let complete = fields == columns || fields > columns && records.is_empty_from(columns);
        if !complete {
            self.issues.add(Some(self.row), None, || {
                format!("{fields} field{}, but the header has {columns}", if fields == 1 { "" } else { "s" })
            });
        }
        complete
    }

    /// A cell of the current row.
    pub(super) fn field(&self, column: usize) -> Field<'_> {
        self.rows.field(column)
    }

    /// A row in words, with the file of a folder that it stands in.
    pub(super) fn place(&self, row: u64) -> String {
        match self.issues.part(row) {
            Some((part, within)) => format!("row {within} of {part}"),
            None => format!("row {row}"),
        }
    }

    /// Whether values of a column have labels.
    pub(super) fn is_labelled(&self, column: usize) -> bool {
        match &self.rows {
            #[cfg(feature = "stata")]
            Rows::Stata(rows) => rows.is_labelled(column),
            _ => {
                let _ = column;
                false
            }
        }
    }

    /// Refuses weights that the file declares and the caller neither uses nor leaves out by name.
    pub(super) fn check_declared_weight(&mut self, options: &TableOptions) {
        let declared: Option<&str> = match &self.rows {
            #[cfg(feature = "stata")]
            Rows::Stata(rows) => rows.declared_weight(),
            _ => None,
        };
        let Some(name) = declared.filter(|&name| !options.says_of_weight(name)) else { return };
        let problem = format!(
            "the file declares {} as its survey weights (svyset): use them (--weights {name}), or leave them out by name \
             (--ignore {name})",
            super::words::shown(name.as_bytes()),
        );
        self.issues.add(None, None, || problem);
    }

    /// Refuses what the caller said that means nothing for a table of one row per person and one column per age.
    pub(super) fn refuse_of_wide(&mut self, options: &TableOptions) {
        if self.stopped || !super::header::has_ages(&self.header, options) {
            return;
        }
        let row = self.header_row;
        if options.unlisted.is_some() {
            self.issues.add(row, None, || {
                "a column per age: what ages without a row are (--unlisted) goes with one row per person and age".into()
            });
        }
        if options.grid.is_some() {
            self.issues.add(row, None, || {
                "a column per age, and these are the ages: others to read (--ages) go with one row per person and age, with \
                 calendar years and with offences; columns are left out by --ignore"
                    .into()
            });
        }
    }

    /// Ends the reading of this table with a problem.
    pub(in crate::cohort) fn stop(&mut self, row: Option<u64>, message: impl FnOnce() -> String) {
        self.stopped = true;
        self.issues.add(row, None, message);
    }

    /// Once all rows were read: whether what has no name could be left out, and all that was.
    pub(super) fn finish(&mut self, reading: &Reading<'_>) -> Vec<CohortWarning> {
        reading.refuse_thousands(self);
        for column in &self.nameless {
            let at = column.position + 1;
            if column.refusal.is_some() {
                let name = self.header.get(column.position).map_or("", String::as_str);
                self.left_out.push(format!("the column {}, which is empty", super::words::shown(name.as_bytes())));
                continue;
            }
            match column.held {
                Held::Nothing => self.left_out.push(format!("column {at}, which has no name and is empty")),
                Held::Running(_) | Held::Numbers(_) => {
                    self.left_out.push(format!("column {at}, which numbers the rows"))
                }
                Held::Values(row) => self.issues.add(self.header_row, None, || {
                    format!("column {at} has no name, but holds values (first in row {row}): name it, or take it out")
                }),
            }
        }
        let (file, columns) = (self.name.clone(), std::mem::take(&mut self.left_out));
        let mut all = Vec::new();
        if !columns.is_empty() {
            all.push(CohortWarning::ColumnsLeftOut { file: file.clone(), columns });
        }
        if self.empty_rows > 0 {
            all.push(CohortWarning::EmptyRows { file, rows: self.empty_rows });
        }
        all.extend(reading.warnings());
        all
    }

    /// Says that the table has no rows when so many people came of it.
    pub(super) fn no_rows_of(&mut self, people: usize) {
        if people == 0 {
            self.no_rows();
        }
    }

    /// Says that everybody was left out by an option, or that there was nobody.
    pub(super) fn nobody_left(&mut self, left_out: u64, option: &str) {
        if left_out == 0 {
            return self.no_rows();
        }
        let rows = if left_out == 1 { "the only row is".to_owned() } else { format!("all {left_out} rows are") };
        self.issues.add(None, None, || format!("nobody is left: {rows} left out by {option}"));
    }

    /// Says that the table has no rows, unless something is wrong with it anyway.
    pub(super) fn no_rows(&mut self) {
        if self.issues.is_empty() && !self.stopped {
            let text = if self.header_row.is_some() { "a header, but no persons" } else { "no persons" };
            self.issues.add(self.header_row, None, || text.into());
        }
    }
}
