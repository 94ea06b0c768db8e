//! The long form with one row per person and age: `id`, `age`, `count`, and `exposure` if wanted.

use super::cell::{Cell, time_at_risk, time_at_risk_problem, whole, whole_problem};
use super::header::{self, Others};
use super::ids::Ids;
use super::options::CsvOptions;
use super::source::CsvSource;
use super::table::Table;
use super::unreadable;
use crate::cohort::builder::{CohortBuilder, MAX_COUNT};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};

/// Ages beyond this are refused, in completed years.
pub(super) const MAX_AGE: u32 = 150;

/// Reads one row per person and age.
///
/// Columns, in any order and no others: `id`, `age` in completed years, `count`, and optionally
/// `exposure`, the fraction of that year at liberty. Rows may come in any order; persons keep the
/// order of their first row. An age that is not listed is **not observed** (nor is one with an empty
/// count): write a 0 where a person was observed without an event. The ages of the cohort are
/// [`CsvOptions::grid`], or else run from the lowest to the highest age listed.
///
/// ```
/// use pleegprofiel::{CsvOptions, CsvSource, read_person_ages};
/// let table = "id,age,count,exposure\na,18,0,1\nb,19,1,0.5\na,20,3,1\n";
/// let cohort = read_person_ages(CsvSource::new("long.csv", table.as_bytes()), &CsvOptions::new())?;
/// assert_eq!(cohort.counts(0), [Some(0), None, Some(3)]);
/// assert_eq!(cohort.exposure(1), [0.0, 0.5, 0.0]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_wide`](super::read_wide); and when the options contradict each other, name a weight
/// column, or have a grid that is not of whole years.
pub fn read_person_ages(table: CsvSource<'_>, options: &CsvOptions) -> Result<Cohort> {
    options.check()?;
    read(Table::open(table, options)?, options)
}

/// One row: a person at an age.
struct Entry {
    person: u32,
    age: u32,
    count: Option<u32>,
    row: u64,
    risk: f64,
}

pub(super) fn read(mut table: Table<'_>, options: &CsvOptions) -> Result<Cohort> {
    if options.weight_column.is_some() {
        return Err(Error::options("one row per person and age has no column of weights: use the wide form"));
    }
    let grid = options.grid.map(CsvOptions::yearly).transpose()?;
    let names = [options.id_column.as_str(), "age", "count", "exposure"];
    let Some([Some(id), Some(age), Some(count), exposure]) = header::named(&mut table, names, 3, Others::Refused)
    else {
        return Err(unreadable(table.issues));
    };

    let mut ids = Ids::new();
    let mut entries: Vec<Entry> = Vec::new();
    while table.next()? {
        if !table.complete() {
            continue;
        }
        let person = ids.take(&mut table, id, options);
        let age = read_age(&mut table, age, "age", grid);
        let Table { record, issues, row, .. } = &mut table;
        let field = &record[count];
        let count = match whole(field, MAX_COUNT) {
            Cell::Value(count) => Some(count),
            Cell::Empty => None,
            Cell::Bad => {
                issues.add(Some(*row), Some("count"), || whole_problem(field, "a count", MAX_COUNT));
                None
            }
        };
        let risk = match exposure {
            None => 1.0,
            Some(at) => time_at_risk(&record[at], count.is_some()).unwrap_or_else(|| {
                issues.add(Some(*row), Some("exposure"), || time_at_risk_problem(&record[at]));
                1.0
            }),
        };
        if let (Some((person, _)), Some(age)) = (person, age) {
            entries.push(Entry { person: person as u32, age, count, row: *row, risk });
        }
    }
    if entries.is_empty() && table.issues.is_empty() {
        table.issues.add(Some(table.row), None, || "a header, but no persons".into());
    }
    entries.sort_unstable_by_key(|entry| (entry.person, entry.age, entry.row));
    check_entries(&mut table, &entries, &ids);
    if !table.issues.is_empty() {
        return Err(unreadable(table.issues));
    }
    assemble(&entries, &ids, grid, exposure.is_some())
}

/// Reads an age in completed years, which must lie on the grid if there is one.
pub(super) fn read_age(table: &mut Table<'_>, at: usize, name: &str, grid: Option<AgeGrid>) -> Option<u32> {
    let Table { record, issues, row, .. } = table;
    let field = record.get(at).unwrap_or_default();
    match whole(field, MAX_AGE) {
        Cell::Value(age) => match grid {
            Some(grid) if grid.interval_of_months(age * 12).is_none() => {
                issues.add(Some(*row), Some(name), || {
                    format!("{age} is outside the ages {} to {}", grid.label(0), grid.label(grid.len() - 1))
                });
                None
            }
            _ => Some(age),
        },
        Cell::Empty => {
            issues.add(Some(*row), Some(name), || "no age".into());
            None
        }
        Cell::Bad => {
            issues.add(Some(*row), Some(name), || whole_problem(field, "an age in completed years", MAX_AGE));
            None
        }
    }
}

/// Each age at most once per person, and at least one observed age.
fn check_entries(table: &mut Table<'_>, entries: &[Entry], ids: &Ids) {
    let mut doubles: Vec<(u64, u64, u32)> = entries
        .chunk_by(|a, b| (a.person, a.age) == (b.person, b.age))
        .flat_map(|same| same[1..].iter().map(|entry| (entry.row, same[0].row, entry.age)))
        .collect();
    doubles.sort_unstable();
    for (row, first, age) in doubles {
        table.issues.add(Some(row), Some("age"), || format!("{age} is listed in row {first} for this person already"));
    }
    // With bad rows left out, a person without a good one would be reported for what they do not lack.
    if table.issues.is_empty() {
        for person in entries.chunk_by(|a, b| a.person == b.person) {
            if person.iter().all(|entry| entry.count.is_none()) {
                let row = ids.row(person[0].person as usize);
                table.issues.add(Some(row), None, || "no age is observed: leave this person out".into());
            }
        }
    }
}

fn assemble(entries: &[Entry], ids: &Ids, grid: Option<AgeGrid>, exposure: bool) -> Result<Cohort> {
    let (low, high) = entries.iter().fold((MAX_AGE, 0), |(low, high), entry| (low.min(entry.age), high.max(entry.age)));
    let grid = grid.map_or_else(|| AgeGrid::years(low, high), Ok)?;
    let first = grid.start_months() / 12;
    let mut builder = CohortBuilder::new(grid);
    let mut cells = vec![None; grid.len()];
    let mut risk = vec![0.0; grid.len()];
    for person in entries.chunk_by(|a, b| a.person == b.person) {
        cells.fill(None);
        for entry in person {
            let j = (entry.age - first) as usize;
            (cells[j], risk[j]) = (entry.count, entry.risk);
        }
        let id = ids.get(person[0].person as usize);
        builder.push_checked(Some(id), |j| cells[j], exposure.then_some(risk.as_slice()), 1.0)?;
    }
    Ok(builder.finish())
}
