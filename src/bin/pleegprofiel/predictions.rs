//! Tables of predictions and outcomes: any file that holds people, read by the rules of all tables.

use crate::args_table::quietly;
use crate::failure::Failure;
use crate::screen;
use pleegprofiel::{
    Error,
    cohort::table::{CellKind, Cells, TableOptions},
    validation::{ColumnCells, ColumnRequest, ColumnTable, read_columns},
};
use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::path::Path;

pub(crate) fn read(path: &Path, options: &TableOptions, request: &ColumnRequest) -> Result<ColumnTable, Failure> {
    read_with_days(path, options, request, None)
}

/// Reads columns, one of which may hold days. A plain text goes to the reader for many rows as it is.
pub(crate) fn read_with_days(
    path: &Path,
    options: &TableOptions,
    request: &ColumnRequest,
    days: Option<&str>,
) -> Result<ColumnTable, Failure> {
    let name = path.display().to_string();
    let labelled = Cell::new(false);
    let read = || -> Result<_, Error> {
        let mut table = match Cells::open(crate::inputs::table(path)?, options)? {
            Cells::Plain { text, delimiter } => {
                let request = ColumnRequest { delimiter: Some(delimiter), ..request.clone() };
                return Ok((read_columns(text, &name, &request)?, Vec::new()));
            }
            Cells::Table(table) => table,
        };
        let mut columns = ColumnCells::new(&name, table.header(), table.header_row(), request.clone())?;
        let days = days.and_then(|days| table.header().iter().position(|column| column == days));
        let kind = |at: usize| if Some(at) == days { CellKind::Day } else { CellKind::Text };
        let numbers = columns.numbers().iter().map(|&at| (at, CellKind::Number));
        table.wants(numbers.chain(columns.texts().map(|at| (at, kind(at)))).collect())?;
        while let Some(row) = table.next_row()? {
            columns.push(row, |at| table.cell(at))?;
        }
        labelled.set(table.is_labelled());
        let notes = table.finish()?;
        Ok((columns.finish()?, notes))
    };
    let (table, notes) = quietly(read).inspect_err(|_| {
        if labelled.get() {
            screen::note(&"values with labels are what they are called; --ignore-labels takes them as the numbers that they are stored as");
        }
    })?;
    notes.iter().for_each(|note| screen::note(note));
    Ok(table)
}

/// Names of the columns of a table.
pub(crate) fn header_of(path: &Path, options: &TableOptions) -> Result<Vec<String>, Failure> {
    let name = path.display().to_string();
    quietly(|| match Cells::open(crate::inputs::table(path)?, options)? {
        Cells::Table(table) => Ok(Ok(table.header().to_vec())),
        Cells::Plain { text, delimiter } => {
            let mut line = String::new();
            let read = BufReader::new(text).read_line(&mut line);
            let names = line.trim().split(char::from(delimiter)).map(|name| name.trim().to_owned()).collect();
            Ok(read.map(|_| names).map_err(|cause| Failure::Output(format!("{name} cannot be read: {cause}"))))
        }
    })?
}
