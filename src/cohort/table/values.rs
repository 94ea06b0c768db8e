//! The wide form with values that are no counts: scale scores, fractions.

use super::field::Reading;
use super::header;
use super::ids::Ids;
use super::options::TableOptions;
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use super::wide::read_weight;
use super::words::Cell;
use crate::cohort::grid::AgeGrid;
use crate::cohort::suspicion;
use crate::cohort::warning::{CellPlace, CohortWarning};
use crate::error::Result;
use ndarray::Array2;

/// Values by person and age interval, as read from a table.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ValueTable {
    /// The age grid of the columns.
    pub grid: AgeGrid,
    /// Identifiers, row after row.
    pub ids: Vec<Box<str>>,
    /// Persons x age intervals; `None` where the cell is empty.
    pub values: Array2<Option<f64>>,
    /// Row of the file that each person came from, the header counted as row 1: for complaints about values that
    /// only a model can make.
    pub rows: Vec<u64>,
    /// Weights of the persons; empty when no column of them was named ([`TableOptions::weight_column`]).
    pub weights: Vec<f64>,
    /// What was left out or taken as missing, and values that look like codes for missing ones.
    pub warnings: Vec<CohortWarning>,
}

/// What becomes of a missing value, for messages.
const MISSING: &str = "a missing value is an empty cell, or a code named by --missing";

/// Reads a wide table of decimal numbers, negative ones too: `id`, then one column per age. Empty cells are
/// ages that were not observed. Whether a family can produce the values is for the model to say.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_values};
/// let table = read_values(TableSource::new("scores.csv", "id,age_11,age_12\na,36,\nb,-1.5,0\n".as_bytes()), &TableOptions::new())?;
/// assert_eq!((table.values[(0, 1)], table.values[(1, 0)]), (None, Some(-1.5)));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`crate::cohort::table::read_wide`], with every problem by row and column.
pub fn read_values(source: TableSource<'_>, options: &TableOptions) -> Result<ValueTable> {
    options.check()?;
    let mut table = Table::open(source, options)?;
    let Some(columns) = header::wide(&mut table, options, true) else {
        return Err(unreadable(table.issues));
    };
    let reading = Reading::new(options);
    let mut ids = Ids::new();
    let mut unobserved = 0;
    let (mut kept, mut values, mut rows, mut weights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    while table.next()? {
        let complete = table.complete();
        let person = ids.take_new(&mut table, columns.id, options);
        if !complete {
            continue;
        }
        let weight = columns.weight.map(|at| read_weight(&mut table, at, &reading));
        columns.ages.iter().for_each(|&at| reading.look_among(columns.ages[0], at, &table));
        let Table { rows: cells, issues, row, .. } = &mut table;
        let mut observed = false;
        for (j, &at) in columns.ages.iter().enumerate() {
            let field = cells.field(at);
            let value = reading.number(field);
            observed |= !matches!(value, Cell::Empty);
            values.push(match value {
                Cell::Value(v) if v.is_finite() => Some(v),
                Cell::Empty => None,
                _ => {
                    issues.add(Some(*row), Some(&columns.names[j]), || {
                        reading.number_problem(field, "a finite number", MISSING)
                    });
                    None
                }
            });
        }
        if !observed && options.leave_out_unobserved {
            values.truncate(values.len() - columns.ages.len());
            unobserved += 1;
            continue;
        }
        if !observed {
            issues.add(Some(*row), None, || super::words::NOT_OBSERVED.into());
        }
        if let Some(person) = person {
            kept.push(ids.get(person).into());
            rows.push(table.row);
            weights.extend(weight);
        }
        if !table.issues.is_empty() {
            // there will be no table: what follows is checked, not stored
            values.clear();
            kept.clear();
            rows.clear();
            weights.clear();
        }
    }
    if kept.is_empty() {
        table.no_rows();
    }
    let mut warnings = table.finish(&reading);
    warnings.extend(ids.alike(&table.issues));
    if unobserved > 0 {
        warnings.push(CohortWarning::NeverObserved { persons: unobserved });
    }
    if !table.issues.is_empty() {
        return Err(unreadable(table.issues));
    }
    // every row pushed one value a column
    let values = Array2::from_shape_vec((kept.len(), columns.grid.len()), values).unwrap_or_default();
    warnings.extend(suspicion::of_values(&values, &rows, columns.grid));
    if let Some((persons, first)) = suspicion::called_totals(kept.iter().map(AsRef::as_ref)) {
        let place = CellPlace { person: first + 1, row: rows.get(first).copied(), part: None, age: None };
        warnings.push(CohortWarning::CalledTotal { persons, place });
    }
    Ok(ValueTable { grid: columns.grid, ids: kept, values, rows, weights, warnings })
}
