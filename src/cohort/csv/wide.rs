//! The wide form: one row per person, one column per age, and a second table of the same shape for
//! time at risk, read side by side.

use super::cell::{Cell, decimal, decimal_problem, time_at_risk, time_at_risk_problem, whole, whole_problem};
use super::header::{self, WideColumns};
use super::ids::{Ids, checked};
use super::options::CsvOptions;
use super::source::CsvSource;
use super::table::Table;
use super::unreadable;
use crate::cohort::builder::{CohortBuilder, MAX_COUNT};
use crate::cohort::data::Cohort;
use crate::error::{Issues, Result};
use std::path::Path;

/// The largest weight of one person: a guard against sums that overflow.
pub(in crate::cohort) const MAX_WEIGHT: f64 = 1e12;

/// Reads wide counts, and time at risk when given, from files in the documented form.
///
/// The [module](crate::cohort::csv) lists the rules of the tables.
///
/// # Errors
/// Of kind [`Io`](crate::ErrorKind::Io) when a file cannot be read; of kind
/// [`InvalidInput`](crate::ErrorKind::InvalidInput), with every problem by file, row and column, when
/// it does not hold a cohort.
pub fn read_wide(counts: impl AsRef<Path>, exposure: Option<&Path>) -> Result<Cohort> {
    let counts = CsvSource::open(counts)?;
    let exposure = exposure.map(CsvSource::open).transpose()?;
    read_wide_with(counts, exposure, &CsvOptions::new())
}

/// Reads wide counts, and time at risk when given, from any source.
///
/// ```
/// use pleegprofiel::{CsvOptions, CsvSource, read_wide_with};
/// let counts = CsvSource::new("counts.csv", "id,age_18,age_19,age_20\na,0,2,\nb,1,0,0\n".as_bytes());
/// let exposure = CsvSource::new("exposure.csv", "id,age_18,age_19,age_20\na,1,0.5,\nb,1,1,1\n".as_bytes());
/// let cohort = read_wide_with(counts, Some(exposure), &CsvOptions::new())?;
/// assert_eq!((cohort.persons(), cohort.observations(), cohort.events()), (2, 5, 3));
/// assert_eq!(cohort.exposure(0), [1.0, 0.5, 0.0]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_wide`]; and when the options contradict each other.
pub fn read_wide_with(counts: CsvSource<'_>, exposure: Option<CsvSource<'_>>, options: &CsvOptions) -> Result<Cohort> {
    options.check()?;
    let counts = Table::open(counts, options)?;
    let exposure = exposure.map(|source| Table::open(source, options)).transpose()?;
    read(counts, exposure, options)
}

pub(super) fn read(mut counts: Table<'_>, mut exposure: Option<Table<'_>>, options: &CsvOptions) -> Result<Cohort> {
    let columns = header::wide(&mut counts, options, true);
    let risk = match &mut exposure {
        None => None,
        Some(table) => header::wide(table, options, false),
    };
    if let (Some(table), Some(columns), Some(risk)) = (&mut exposure, &columns, &risk)
        && columns.grid != risk.grid
    {
        let ages = |c: &WideColumns| format!("ages {} to {}", c.grid.label(0), c.grid.label(c.grid.len() - 1));
        table
            .issues
            .add(Some(table.row), None, || format!("{}, but {} has {}", ages(risk), counts.name, ages(columns)));
    }
    let (beside, refused) = match (exposure, risk) {
        (Some(table), Some(columns)) if table.issues.is_empty() => {
            (Some(Beside::new(table, columns, options)), Issues::default())
        }
        (Some(table), _) => (None, table.issues),
        (None, _) => (None, Issues::default()),
    };
    match columns {
        // Counts are checked to the end even when the times at risk are no use.
        Some(columns) => read_rows(counts, &columns, beside, refused, options),
        None => {
            let mut issues = counts.issues;
            issues.append(beside.map_or(refused, |beside| beside.table.issues));
            Err(unreadable(issues))
        }
    }
}

fn read_rows(
    mut counts: Table<'_>,
    columns: &WideColumns,
    mut exposure: Option<Beside<'_>>,
    refused: Issues,
    options: &CsvOptions,
) -> Result<Cohort> {
    let names = header::column_names(&options.age_prefix, columns.grid);
    let mut builder = CohortBuilder::new(columns.grid);
    let mut ids = Ids::new();
    let mut cells = vec![None; columns.grid.len()];
    let mut rows = false;
    while counts.next()? {
        rows = true;
        let mut good = counts.complete();
        let person = ids.take_new(&mut counts, 0, options);
        let mut weight = 1.0;
        if good {
            good = read_counts(&mut counts, columns, &names, &mut cells);
            weight = columns.weight.map_or(1.0, |at| read_weight(&mut counts, at));
        }
        if let Some(exposure) = &mut exposure {
            exposure.read_row(&counts, &ids, good.then_some(&cells), &names)?;
        }
        // After the first problem there will be no cohort: what follows is checked, not stored.
        if counts.issues.is_empty() && exposure.as_ref().is_none_or(|e| e.table.issues.is_empty()) {
            let id = person.map(|person| ids.get(person));
            builder.push_checked(id, |j| cells[j], exposure.as_ref().map(|e| e.risk.as_slice()), weight)?;
        }
    }
    if !rows && !counts.stopped && counts.issues.is_empty() {
        counts.issues.add(Some(counts.row), None, || "a header, but no persons".into());
    }
    let mut issues = counts.issues;
    if let Some(mut exposure) = exposure {
        if rows {
            exposure.finish(counts.stopped, &counts.name)?;
        }
        issues.append(exposure.table.issues);
    }
    issues.append(refused);
    if issues.is_empty() { Ok(builder.finish()) } else { Err(unreadable(issues)) }
}

/// Reads the counts of the current row; whether all are good and at least one age is observed.
fn read_counts(table: &mut Table<'_>, columns: &WideColumns, names: &[String], cells: &mut [Option<u32>]) -> bool {
    let Table { record, issues, row, .. } = table;
    let before = issues.count();
    let mut observed = false;
    for (j, (&at, cell)) in columns.ages.iter().zip(cells.iter_mut()).enumerate() {
        let field = &record[at];
        *cell = match whole(field, MAX_COUNT) {
            Cell::Value(count) => Some(count),
            Cell::Empty => None,
            Cell::Bad => {
                issues.add(Some(*row), Some(&names[j]), || whole_problem(field, "a count", MAX_COUNT));
                None
            }
        };
        observed |= cell.is_some();
    }
    if !observed && issues.count() == before {
        issues.add(Some(*row), None, || "no age is observed: leave this person out".into());
    }
    issues.count() == before
}

/// Reads a weight, which must be there; 1 when it is bad, which stands among the issues then.
pub(super) fn read_weight(table: &mut Table<'_>, at: usize) -> f64 {
    let Table { record, issues, row, header, .. } = table;
    let field = record.get(at).unwrap_or_default();
    match decimal(field) {
        Cell::Value(weight) if weight > 0.0 && weight <= MAX_WEIGHT => return weight,
        Cell::Empty => issues.add(Some(*row), Some(&header[at]), || "no weight".into()),
        _ => issues.add(Some(*row), Some(&header[at]), || {
            decimal_problem(field, &format!("a weight: above 0 and at most {MAX_WEIGHT}"))
        }),
    }
    1.0
}

/// The table of times at risk, read in step with the counts.
struct Beside<'a> {
    table: Table<'a>,
    columns: WideColumns,
    id_column: String,
    risk: Vec<f64>,
    /// The table ended before the counts did.
    ended: bool,
}

impl<'a> Beside<'a> {
    fn new(table: Table<'a>, columns: WideColumns, options: &CsvOptions) -> Self {
        let risk = vec![0.0; columns.grid.len()];
        Beside { table, columns, id_column: options.id_column.clone(), risk, ended: false }
    }

    /// Reads the row that belongs to the current row of counts; `cells` are its counts when they are good.
    fn read_row(
        &mut self,
        counts: &Table<'_>,
        ids: &Ids,
        cells: Option<&Vec<Option<u32>>>,
        names: &[String],
    ) -> Result<()> {
        if self.ended {
            return Ok(());
        }
        if !self.table.next()? {
            self.ended = true;
            if !self.table.stopped {
                self.table.issues.add(None, None, || {
                    format!(
                        "ends before row {} of {}: no time at risk for the persons from there on",
                        counts.row, counts.name
                    )
                });
            }
            return Ok(());
        }
        if !self.table.complete() {
            return Ok(());
        }
        let same = self.check_id(counts, ids);
        self.read_risk(cells.filter(|_| same).map(Vec::as_slice), names);
        Ok(())
    }

    fn check_id(&mut self, counts: &Table<'_>, ids: &Ids) -> bool {
        let Table { record, issues, row, .. } = &mut self.table;
        let problem = match (checked(&record[0]), checked(counts.field(0))) {
            (Err(problem), _) => problem.to_owned(),
            // What is wrong with the identifier of the counts is said there.
            (Ok(_), Err(_)) => return false,
            (Ok(id), Ok(expected)) if id == expected => return true,
            (Ok(id), Ok(_)) => match ids.find(id) {
                Some(person) => format!(
                    "same id as row {} of {}, but row {} is due: rows must be in the same order",
                    ids.row(person),
                    counts.name,
                    counts.row
                ),
                None => format!("not the id of row {} of {}: rows must be in the same order", counts.row, counts.name),
            },
        };
        issues.add(Some(*row), Some(&self.id_column), || problem);
        false
    }

    /// Reads the times at risk of the current row and holds them against the counts, when these are known.
    fn read_risk(&mut self, counts: Option<&[Option<u32>]>, names: &[String]) {
        let Table { record, issues, row, .. } = &mut self.table;
        for (j, (&at, risk)) in self.columns.ages.iter().zip(&mut self.risk).enumerate() {
            let field = &record[at];
            match time_at_risk(field, counts.is_some_and(|counts| counts[j].is_some())) {
                Some(value) => *risk = value,
                None => issues.add(Some(*row), Some(&names[j]), || time_at_risk_problem(field)),
            }
        }
    }

    /// Once the counts have ended, this table must have ended too; unless reading the counts was stopped.
    fn finish(&mut self, counts_stopped: bool, counts_name: &str) -> Result<()> {
        if !self.ended && !counts_stopped && self.table.next()? {
            let row = self.table.row;
            self.table.issues.add(Some(row), None, || format!("{counts_name} has no row for this one"));
        }
        Ok(())
    }
}
