//! The wide form: one row per person, one column per age, and a second table of the same shape for time at risk, its
//! rows found by identifier.

use super::beside::{Beside, Exposure};
use super::field::Reading;
use super::header::{self, WideColumns};
use super::ids::Ids;
use super::labelled::Labelled;
use super::options::TableOptions;
use super::rows::{NO_COUNT, Table};
use super::source::TableSource;
use super::unreadable;
use super::words::{Cell, NOT_OBSERVED};
use crate::cohort::builder::CohortBuilder;
use crate::cohort::data::Cohort;
use crate::cohort::names::Names;
use crate::cohort::warning::CohortWarning;
use crate::error::{Issues, Result};
use std::path::Path;

/// The largest weight of one person: a guard against sums that overflow.
const MAX_WEIGHT: f64 = 1e12;

/// Reads wide counts, and time at risk when given, from files in the documented form.
///
/// The [module](crate::cohort::table) lists the rules of the tables.
///
/// # Errors
/// Of kind [`Io`](crate::ErrorKind::Io) when a file cannot be read; of kind
/// [`InvalidInput`](crate::ErrorKind::InvalidInput), with every problem by file, row and column, when
/// it does not hold a cohort.
pub fn read_wide(counts: impl AsRef<Path>, exposure: Option<&Path>) -> Result<Cohort> {
    let counts = TableSource::open(counts)?;
    let exposure = exposure.map(TableSource::open).transpose()?;
    read_wide_with(counts, exposure, &TableOptions::new())
}

/// Reads wide counts, and time at risk when given, from any source.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_wide_with};
/// let counts = TableSource::new("counts.csv", "id,age_18,age_19,age_20\na,0,2,\nb,1,0,0\n".as_bytes());
/// let exposure = TableSource::new("exposure.csv", "id,age_18,age_19,age_20\nb,1,1,1\na,1,0.5,\n".as_bytes());
/// let cohort = read_wide_with(counts, Some(exposure), &TableOptions::new())?;
/// assert_eq!((cohort.persons(), cohort.observations(), cohort.events()), (2, 5, 3));
/// assert_eq!(cohort.exposure(0), [1.0, 0.5, 0.0]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_wide`]; and when the options contradict each other.
pub fn read_wide_with(
    counts: TableSource<'_>,
    exposure: Option<TableSource<'_>>,
    options: &TableOptions,
) -> Result<Cohort> {
    options.check()?;
    let counts = Table::open(counts, options)?;
    let exposure = exposure.map(|source| Table::open(source, options)).transpose()?;
    read(counts, exposure, options)
}

/// Counts and times at risk whose headers are understood.
pub(super) struct Opened<'a, 'o> {
    pub(super) counts: Table<'a>,
    pub(super) columns: WideColumns,
    pub(super) beside: Option<Beside<'a, 'o>>,
    /// What is wrong with times at risk that cannot be read.
    pub(super) refused: Issues,
}

/// Understands the headers; problems of the times at risk alone are for later, as counts are checked to the end even when
/// these are no use.
pub(super) fn opened<'a, 'o>(
    mut counts: Table<'a>,
    mut exposure: Option<Table<'a>>,
    options: &'o TableOptions,
) -> Result<Opened<'a, 'o>> {
    let columns = header::wide(&mut counts, options, true);
    let form = exposure.as_mut().map(|table| Exposure::of(table, options));
    let (beside, refused) = match (exposure, form, &columns) {
        (None, ..) => (None, Issues::default()),
        (Some(table), form, Some(columns)) => Beside::open(table, form.flatten(), (columns, &counts.name), options)?,
        (Some(table), ..) => (None, table.issues),
    };
    match columns {
        Some(columns) => Ok(Opened { counts, columns, beside, refused }),
        None => {
            let mut issues = counts.issues;
            issues.append(beside.map_or(refused, Beside::into_issues));
            Err(unreadable(issues))
        }
    }
}

pub(super) fn read(counts: Table<'_>, exposure: Option<Table<'_>>, options: &TableOptions) -> Result<Cohort> {
    let Opened { counts, columns, beside, refused } = opened(counts, exposure, options)?;
    read_rows(counts, &columns, beside, refused, options)
}

fn read_rows(
    mut counts: Table<'_>,
    columns: &WideColumns,
    mut exposure: Option<Beside<'_, '_>>,
    refused: Issues,
    options: &TableOptions,
) -> Result<Cohort> {
    let reading = Reading::new(options);
    let mut builder = CohortBuilder::new(columns.grid);
    let mut ids = Ids::new();
    let mut cells = vec![None; columns.grid.len()];
    let (mut rows, mut lost) = (false, false);
    let mut labelled = Labelled::of(&counts, &columns.ages);
    if reading.plain_counts() {
        counts.rows.counts_in(&columns.ages);
    }
    // when everyone is kept, their identifiers go into the cohort at once, as they are
    let named_at_once = !options.leave_out_unobserved;
    // rows of the people kept, when these are not everyone
    let (mut rows_of, mut unobserved) = (Vec::new(), 0);
    while counts.next()? {
        rows = true;
        let mut good = counts.complete();
        lost |= !good;
        let person = ids.take_new(&mut counts, columns.id, options);
        lost |= person.is_none();
        let mut weight = 1.0;
        if good {
            good = read_counts(&mut counts, columns, &reading, &mut cells);
            labelled.look(&counts, &cells);
            weight = columns.weight.map_or(1.0, |at| read_weight(&mut counts, at, &reading));
        }
        if let (Some(exposure), Some(person)) = (&mut exposure, person) {
            exposure.join((counts.row, &counts.issues), ids.get(person), good.then_some(cells.as_mut_slice()))?;
        }
        if good && cells.iter().all(Option::is_none) {
            if options.leave_out_unobserved {
                unobserved += 1;
                continue;
            }
            counts.issues.add(Some(counts.row), None, || NOT_OBSERVED.into());
        }
        // After the first problem there will be no cohort: what follows is checked, not stored.
        if counts.issues.is_empty() && exposure.as_ref().is_none_or(Beside::is_good) {
            let id = person.filter(|_| !named_at_once).map(|person| ids.get(person));
            builder.push_checked(id, |j| cells[j], exposure.as_ref().map(Beside::risk), weight)?;
            rows_of.extend(options.leave_out_unobserved.then_some(counts.row));
        }
    }
    if !rows {
        counts.no_rows();
    }
    let mut warnings = counts.finish(&reading);
    warnings.extend(labelled.warning());
    warnings.extend(ids.alike(&counts.issues));
    let mut issues = counts.issues;
    if let Some(mut exposure) = exposure {
        if rows {
            exposure.finish(lost || counts.stopped, &ids, &counts.name)?;
        }
        warnings.extend(exposure.warnings());
        issues.append(exposure.into_issues());
    }
    issues.append(refused);
    if issues.is_empty() && builder.is_empty() {
        issues.add(None, None, || "nobody was observed at any age".into());
    }
    if !issues.is_empty() {
        return Err(unreadable(issues));
    }
    if unobserved > 0 {
        warnings.push(CohortWarning::NeverObserved { persons: unobserved });
    }
    let names = if named_at_once { ids.take_names() } else { Names::default() };
    let row = |person: usize| issues.located(rows_of.get(person).copied().unwrap_or_else(|| ids.row(person)));
    let cohort = if named_at_once { builder.finish_named(names) } else { builder.finish() };
    Ok(cohort.with_warnings(warnings, row))
}

/// Reads the counts of the current row; whether all are good.
pub(super) fn read_counts(
    table: &mut Table<'_>,
    columns: &WideColumns,
    reading: &Reading<'_>,
    cells: &mut [Option<u32>],
) -> bool {
    let Table { rows, issues, row, .. } = table;
    if let Some(plain) = rows.plain_counts() {
        let counts = plain.iter().map(|&count| (count != NO_COUNT).then_some(count));
        cells.iter_mut().zip(counts).for_each(|(cell, count)| *cell = count);
        return true;
    }
    let before = issues.count();
    for (j, (&at, cell)) in columns.ages.iter().zip(cells.iter_mut()).enumerate() {
        let field = rows.field(at);
        *cell = match reading.count(field) {
            Cell::Value(count) => Some(count),
            Cell::Empty => None,
            Cell::Bad => {
                issues.add(Some(*row), Some(&columns.names[j]), || reading.count_problem(field));
                None
            }
        };
    }
    issues.count() == before
}

/// Reads a weight, which must be there; 1 when it is bad, which stands among the issues then.
pub(super) fn read_weight(table: &mut Table<'_>, at: usize, reading: &Reading<'_>) -> f64 {
    reading.look(at, table);
    let Table { rows, issues, row, header, .. } = table;
    let field = rows.field(at);
    match reading.decimal(field) {
        Cell::Value(weight) if weight > 0.0 && weight <= MAX_WEIGHT => return weight,
        Cell::Empty => issues.add(Some(*row), Some(&header[at]), || "no weight".into()),
        _ => issues.add(Some(*row), Some(&header[at]), || {
            let range = format!("a weight: above 0 and at most {MAX_WEIGHT}");
            reading.number_problem(field, &range, "everyone needs a weight")
        }),
    }
    1.0
}
