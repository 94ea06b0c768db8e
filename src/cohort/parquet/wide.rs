//! The wide form in Parquet: one row per person, one column per age, and a second table for time at risk.

use super::source::{Cell, Holds, ParquetSource, Table};
use crate::cohort::builder::{CohortBuilder, MAX_COUNT};
use crate::cohort::csv::CsvOptions;
use crate::cohort::csv::cell::{decimal_problem, time_at_risk_problem, whole_problem};
use crate::cohort::csv::header::{WideColumns, column_names, wide_columns};
use crate::cohort::csv::ids::{Ids, checked};
use crate::cohort::csv::unreadable;
use crate::cohort::csv::wide::MAX_WEIGHT;
use crate::cohort::data::Cohort;
use crate::error::{Issues, Result};
use std::path::Path;

/// Reads wide counts, and time at risk when given, from Parquet files.
///
/// The [module](crate::cohort::parquet) lists the rules of the tables. Of the options, the delimiter and the grid of
/// long forms have no meaning here.
///
/// # Errors
/// Of kind [`Io`](crate::ErrorKind::Io) when a file cannot be opened; of kind
/// [`InvalidInput`](crate::ErrorKind::InvalidInput), with every problem by file, row and column, when a file is
/// no Parquet file, is damaged, or does not hold a cohort; when the options contradict each other.
pub fn read_cohort_parquet(counts: impl AsRef<Path>, exposure: Option<&Path>, options: &CsvOptions) -> Result<Cohort> {
    let counts = ParquetSource::open(counts)?;
    let exposure = exposure.map(ParquetSource::open).transpose()?;
    read_cohort_parquet_with(counts, exposure, options)
}

/// Reads wide counts, and time at risk when given, from open Parquet files or bytes.
///
/// ```
/// use pleegprofiel::{CsvOptions, ParquetSource, SyntheticCohort, read_cohort_parquet_with, reference_model};
/// let people = SyntheticCohort::new(reference_model().career_model(), 1)?;
/// let mut tables: [Vec<u8>; 7] = Default::default();
/// people.write_parquet(0..10, &mut tables)?;
/// let [_, _, _, _, counts, exposure, _] = tables;
/// let counts = ParquetSource::new("counts.parquet", counts);
/// let exposure = ParquetSource::new("exposure.parquet", exposure);
/// let cohort = read_cohort_parquet_with(counts, Some(exposure), &CsvOptions::new())?;
/// assert_eq!((cohort.persons(), cohort.id(9)), (10, Some("9")));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_cohort_parquet`].
pub fn read_cohort_parquet_with(
    counts: ParquetSource,
    exposure: Option<ParquetSource>,
    options: &CsvOptions,
) -> Result<Cohort> {
    options.check()?;
    let mut counts = Wide::open(counts, options, true);
    let mut exposure = exposure.map(|source| Wide::open(source, options, false));
    if let (Some(columns), Some(Wide { table, columns: Some(risk), .. })) = (&counts.columns, &mut exposure)
        && columns.grid != risk.grid
    {
        let ages = |c: &WideColumns| format!("ages {} to {}", c.grid.label(0), c.grid.label(c.grid.len() - 1));
        table.stop(None, || format!("{}, but {} has {}", ages(risk), counts.table.name, ages(columns)));
    }
    let cohort = read_rows(&mut counts, exposure.as_mut(), options)?;
    let mut issues = counts.table.issues;
    issues.append(exposure.map_or(Issues::default(), |exposure| exposure.table.issues));
    match cohort {
        Some(cohort) if issues.is_empty() => Ok(cohort),
        _ => Err(unreadable(issues)),
    }
}

/// A wide table: its rows, and what its columns are when they serve.
struct Wide {
    table: Table,
    columns: Option<WideColumns>,
    names: Vec<String>,
}

impl Wide {
    fn open(source: ParquetSource, options: &CsvOptions, counts: bool) -> Wide {
        let mut table = Table::open(source);
        let columns = if table.stopped { None } else { usable_columns(&mut table, options, counts) };
        table.stopped |= columns.is_none();
        let names = columns.as_ref().map_or(Vec::new(), |columns| column_names(&options.age_prefix, columns.grid));
        Wide { table, columns, names }
    }

    /// The identifier of the current row; otherwise what is wrong with it.
    fn id(&self) -> std::result::Result<String, &'static str> {
        match self.table.cell(0) {
            Cell::Whole(number) => Ok(number.to_string()),
            Cell::Text(text) => checked(text).map(str::to_owned),
            Cell::Empty | Cell::Decimal(_) => Err("no identifier"),
        }
    }
}

/// The columns of a wide table when both their names and their types serve.
fn usable_columns(table: &mut Table, options: &CsvOptions, counts: bool) -> Option<WideColumns> {
    let Table { issues, header, holds, .. } = table;
    let columns = wide_columns(issues, None, header, options, counts)?;
    let before = issues.count();
    let mut ask = |at: usize, serves: fn(Holds) -> bool, wanted: &str| {
        if !holds[at].is_some_and(serves) {
            let has = holds[at].map_or("neither numbers nor text", Holds::text);
            issues.add(None, Some(&header[at]), || format!("holds {has}, not {wanted}"));
        }
    };
    let number = |holds: Holds| holds != Holds::Text;
    ask(0, |holds| holds != Holds::Decimal, "text or whole numbers");
    for &at in &columns.ages {
        if counts {
            let whole = |holds| matches!(holds, Holds::Whole { .. });
            ask(at, whole, "whole numbers: store counts as integers, a missing one as null");
        } else {
            ask(at, number, "numbers");
        }
    }
    if let Some(at) = columns.weight {
        ask(at, number, "numbers");
    }
    (issues.count() == before).then_some(columns)
}

/// Reads both tables side by side to their ends; a cohort when nothing was wrong.
fn read_rows(counts: &mut Wide, mut exposure: Option<&mut Wide>, options: &CsvOptions) -> Result<Option<Cohort>> {
    let Some(grid) = counts.columns.as_ref().map(|columns| columns.grid) else { return Ok(None) };
    let mut builder = CohortBuilder::new(grid);
    let mut ids = Ids::new();
    let mut cells = vec![None; grid.len()];
    let mut risk = vec![0.0; grid.len()];
    while counts.table.next() {
        let id = counts.id();
        let row = counts.table.row;
        match &id {
            Err(problem) => counts.table.issues.add(Some(row), Some(&options.id_column), || (*problem).to_owned()),
            Ok(id) => {
                let (person, new) = ids.number(id, row);
                if person >= options.max_persons {
                    counts.table.stop(Some(row), || format!("more than {} persons", options.max_persons));
                    break;
                }
                if !new {
                    let first = ids.row(person);
                    counts.table.issues.add(Some(row), Some(&options.id_column), || format!("same id as row {first}"));
                }
            }
        }
        let good = read_counts(counts, &mut cells);
        let weight = read_weight(counts);
        if let Some(exposure) = exposure.as_deref_mut() {
            read_exposure(exposure, counts, id.as_deref().ok(), &ids, options, good.then_some(&cells), &mut risk);
        }
        // After the first problem there will be no cohort: what follows is checked, not stored.
        if counts.table.issues.is_empty() && exposure.as_ref().is_none_or(|e| e.table.issues.is_empty()) {
            builder.push_checked(
                id.as_deref().ok(),
                |j| cells[j],
                exposure.as_ref().map(|_| risk.as_slice()),
                weight,
            )?;
        }
    }
    let table = &mut counts.table;
    if table.row == 0 && table.issues.is_empty() {
        table.issues.add(None, None, || "no persons".into());
    }
    if let Some(exposure) = exposure
        && !table.stopped
        && exposure.table.next()
    {
        let row = exposure.table.row;
        exposure.table.issues.add(Some(row), None, || format!("{} has no row for this one", table.name));
    }
    Ok(Some(builder.finish()))
}

/// Reads the counts of the current row; whether all are good and at least one age is observed.
fn read_counts(counts: &mut Wide, cells: &mut [Option<u32>]) -> bool {
    let Wide { table, columns, names } = counts;
    let before = table.issues.count();
    for ((&at, name), cell) in columns.iter().flat_map(|c| &c.ages).zip(names.iter()).zip(cells.iter_mut()) {
        *cell = match *table.cell(at) {
            Cell::Whole(count) if (0..=i128::from(MAX_COUNT)).contains(&count) => Some(count as u32),
            Cell::Whole(count) => {
                let problem = || whole_problem(count.to_string().as_bytes(), "a count", MAX_COUNT);
                table.issues.add(Some(table.row), Some(name), problem);
                None
            }
            // the types of columns were asked before
            Cell::Empty | Cell::Decimal(_) | Cell::Text(_) => None,
        };
    }
    if cells.iter().all(Option::is_none) && table.issues.count() == before {
        table.issues.add(Some(table.row), None, || "no age is observed: leave this person out".into());
    }
    table.issues.count() == before
}

/// The weight of the current row, 1 without such a column or when it is bad, which stands among the issues then.
fn read_weight(counts: &mut Wide) -> f64 {
    let Wide { table, columns, .. } = counts;
    let Some(at) = columns.as_ref().and_then(|columns| columns.weight) else { return 1.0 };
    let weight = match table.cell(at) {
        Cell::Whole(weight) => *weight as f64,
        Cell::Decimal(weight) => *weight,
        Cell::Empty | Cell::Text(_) => {
            table.issues.add(Some(table.row), Some(&table.header[at]), || "no weight".into());
            return 1.0;
        }
    };
    if weight > 0.0 && weight <= MAX_WEIGHT {
        return weight;
    }
    table.issues.add(Some(table.row), Some(&table.header[at]), || {
        decimal_problem(weight.to_string().as_bytes(), &format!("a weight: above 0 and at most {MAX_WEIGHT}"))
    });
    1.0
}

/// Reads the row of times at risk that belongs to the current row of counts; `cells` are its counts when they are
/// good.
fn read_exposure(
    exposure: &mut Wide,
    counts: &Wide,
    expected: Option<&str>,
    ids: &Ids,
    options: &CsvOptions,
    cells: Option<&Vec<Option<u32>>>,
    risk: &mut [f64],
) {
    if exposure.table.stopped {
        return;
    }
    let (row, name) = (counts.table.row, &counts.table.name);
    if !exposure.table.next() {
        if !exposure.table.stopped {
            exposure.table.stop(None, || {
                format!("ends before row {row} of {name}: no time at risk for the persons from there on")
            });
        }
        return;
    }
    let problem = match (exposure.id(), expected) {
        (Err(problem), _) => Some(problem.to_owned()),
        // What is wrong with the identifier of the counts is said there.
        (Ok(_), None) => return,
        (Ok(id), Some(expected)) if id == expected => None,
        (Ok(id), Some(_)) => Some(match ids.find(&id) {
            Some(person) => format!(
                "same id as row {} of {name}, but row {row} is due: rows must be in the same order",
                ids.row(person)
            ),
            None => format!("not the id of row {row} of {name}: rows must be in the same order"),
        }),
    };
    let Wide { table, columns, names } = exposure;
    let here = Some(table.row);
    let same = problem.is_none();
    if let Some(problem) = problem {
        table.issues.add(here, Some(&options.id_column), || problem);
    }
    for (j, (&at, name)) in columns.iter().flat_map(|c| &c.ages).zip(names.iter()).enumerate() {
        let counted = same && cells.is_some_and(|cells| cells[j].is_some());
        let value = match table.cell(at) {
            Cell::Whole(value) => Some(*value as f64),
            Cell::Decimal(value) => Some(*value),
            Cell::Empty | Cell::Text(_) => None,
        };
        risk[j] = match value {
            Some(value) if value > 0.0 && value <= 1.0 => value,
            Some(0.0) | None if !counted => 0.0,
            _ => {
                let text = value.map_or(String::new(), |value| value.to_string());
                table.issues.add(here, Some(name), || time_at_risk_problem(text.as_bytes()));
                0.0
            }
        };
    }
}
