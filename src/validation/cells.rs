//! Columns of a table that somebody else takes apart, row by row: the same rules and words as for a text.

use super::csv_rows::{Kept, Places};
use super::csv_table::{ColumnRequest, ColumnTable, finish, places};
use crate::error::{Issues, Result};
use std::fmt;

/// A table of predictions while its rows are handed over.
pub struct ColumnCells {
    name: String,
    request: ColumnRequest,
    places: Places,
    kept: Kept,
    /// Row of each row kept, for what is judged when all are there.
    rows: Vec<u64>,
    issues: Issues,
}

impl fmt::Debug for ColumnCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColumnCells").field("name", &self.name).field("rows", &self.kept.rows).finish_non_exhaustive()
    }
}

impl ColumnCells {
    /// A table of these columns, whose header stands in row `header_row` if it has one; `name` is the file as the caller
    /// names it.
    ///
    /// # Errors
    /// When a column that is wanted is not there.
    pub fn new(name: &str, header: &[String], header_row: Option<u64>, request: ColumnRequest) -> Result<ColumnCells> {
        let places = places(header, name, header_row, &request)?;
        let kept = Kept::new(&request);
        Ok(ColumnCells {
            name: name.to_owned(),
            request,
            places,
            kept,
            rows: Vec::new(),
            issues: Issues::of_file(name),
        })
    }

    /// Places of the columns of numbers.
    pub fn numbers(&self) -> &[usize] {
        &self.places.numbers
    }

    /// Places of all other columns that are wanted.
    pub fn texts(&self) -> impl Iterator<Item = usize> + '_ {
        self.places.status.iter().chain(&self.places.groups).chain(&self.places.texts).copied()
    }

    /// Takes the cells of a row; whatever a column may not hold is told by [`ColumnCells::finish`].
    ///
    /// # Errors
    /// When a protected characteristic has too many values.
    pub fn push<'r>(&mut self, row: u64, cell: impl Fn(usize) -> &'r [u8]) -> Result<()> {
        let ColumnCells { request, places, kept, issues, .. } = self;
        let missing = kept.missing;
        kept.push(places, request, cell, |_, column, message| issues.add(Some(row), column, || hinted(message)))?;
        if kept.missing == missing {
            self.rows.push(row);
        }
        Ok(())
    }

    /// The columns.
    ///
    /// # Errors
    /// As [`read_columns`](super::read_columns).
    pub fn finish(self) -> Result<ColumnTable> {
        let ColumnCells { name, request, kept, rows, issues, .. } = self;
        let row_of = rows.clone();
        finish(kept, issues, &name, &request, rows, |i, _| row_of.get(i).copied().unwrap_or_default())
    }
}

/// What is said of a value, with the option that would read it.
pub(super) fn hinted(message: String) -> String {
    let value = message.split(" is not ").next().unwrap_or_default();
    let pointed = value.replacen(',', ".", 1);
    match pointed.parse::<f64>() {
        Ok(number) if pointed != value && number.is_finite() => {
            format!("{message}; --decimal comma reads it as {pointed}")
        }
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::{ColumnKind, read_columns};

    #[test]
    fn cells_handed_over_are_judged_as_those_of_a_text_and_named_by_their_own_rows() {
        let request = ColumnRequest {
            numbers: vec![("y".into(), ColumnKind::Outcome), ("p".into(), ColumnKind::Probability)],
            groups: vec!["sex".into()],
            drop_missing: true,
            ..ColumnRequest::default()
        };
        let header: Vec<String> = ["p", "sex", "y"].map(str::to_owned).to_vec();
        let read = |rows: &[[&str; 3]]| {
            let mut table = ColumnCells::new("t", &header, None, request.clone()).unwrap();
            for (i, row) in rows.iter().enumerate() {
                table.push(10 * (i as u64 + 1), |at| row[at].as_bytes()).unwrap();
            }
            table.finish()
        };
        let rows = [["0.25", "v", "1"], ["", "m", "0"], ["0.5", "m", "0"]];
        let text = read_columns("p,sex,y\n0.25,v,1\n,m,0\n0.5,m,0\n".as_bytes(), "t", &request).unwrap();
        let found = read(&rows).unwrap();
        assert_eq!((found.numbers, found.rows, found.missing), (text.numbers, 3, 1));
        assert_eq!(found.groups, text.groups);
        let error = read(&[["0.25", "v", "1"], ["NA", "v", "1"], ["1.5", "v", "2"]]).unwrap_err();
        let places: Vec<_> = error.issues().iter().map(|issue| (issue.row, issue.column.as_deref())).collect();
        assert_eq!(places, [(Some(30), Some("y")), (Some(30), Some("p"))], "{error}");
    }
}
