//! The long form with one row per person and age: `id`, `age`, `count`, and `exposure` if wanted.

use super::beside::{Beside, Exposure};
use super::field::Reading;
use super::header::{self, Others, WideColumns};
use super::ids::Ids;
use super::labelled::Labelled;
use super::options::{TableOptions, Unlisted};
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use super::wide::read_weight;
use super::words::{Cell, NO_TIME, NOT_OBSERVED, count_without_time, shown};
use crate::cohort::builder::CohortBuilder;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, Issues, Result};

/// Reads one row per person and age.
///
/// Columns, in any order: `id`, `age` (by default in completed years, see [`TableOptions::ages_in`] and
/// [`TableOptions::width_months`]), `count`, optionally `exposure`, the fraction of that interval at liberty, and the
/// column of weights if there is one; others must be left out by name. Rows may come in any order; persons keep the
/// order of their first row. An age that is not listed is **not observed** (nor is one with an empty
/// count), unless [`TableOptions::unlisted`] says that it is 0. The ages of the cohort are
/// [`TableOptions::grid`], or else run from the lowest to the highest age listed.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_person_ages};
/// let table = "id,age,count,exposure\na,18,0,1\nb,19,1,0.5\na,20,3,1\n";
/// let cohort = read_person_ages(TableSource::new("long.csv", table.as_bytes()), &TableOptions::new())?;
/// assert_eq!(cohort.counts(0), [Some(0), None, Some(3)]);
/// assert_eq!(cohort.exposure(1), [0.0, 0.5, 0.0]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_wide`](super::read_wide); and when the options contradict each other.
pub fn read_person_ages(table: TableSource<'_>, options: &TableOptions) -> Result<Cohort> {
    read_person_ages_of(table, None, options)
}

/// Reads one row per person and age, of the people of another table, which must have everyone of the first: with
/// [`Unlisted::Zero`], those without a row had no event at any age.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, Unlisted, read_person_ages_of};
/// let table = TableSource::new("long.csv", "id,age,count\na,18,2\na,20,3\n".as_bytes());
/// let people = TableSource::new("people.csv", "id,born\na,1990\nb,1991\n".as_bytes());
/// let cohort = read_person_ages_of(table, Some(people), &TableOptions::new().unlisted(Unlisted::Zero))?;
/// assert_eq!(cohort.counts(0), [Some(2), Some(0), Some(3)]);
/// assert_eq!(cohort.counts(1), [Some(0); 3]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_person_ages`]; when someone is not in the table of people or stands there twice; when people are given
/// whose ages without a row are not said to be 0.
pub fn read_person_ages_of(
    table: TableSource<'_>,
    people: Option<TableSource<'_>>,
    options: &TableOptions,
) -> Result<Cohort> {
    options.check()?;
    let people = people.map(|people| Table::open(people, options)).transpose()?;
    read(Table::open(table, options)?, people, None, options)
}

/// One row: a person at an age in months.
struct Entry {
    person: u32,
    age: u32,
    count: Option<u32>,
    row: u64,
    risk: f64,
}

pub(super) fn read(
    mut table: Table<'_>,
    people: Option<Table<'_>>,
    mut beside: Option<Table<'_>>,
    options: &TableOptions,
) -> Result<Cohort> {
    if people.is_some() && options.unlisted != Some(Unlisted::Zero) {
        return Err(Error::options(
            "a table of people says who is counted; that their ages without a row have a count of 0 must be said as \
             well (--unlisted zero)",
        ));
    }
    let weight_name = options.weight_column.as_deref().unwrap_or("");
    let (age_name, count_name) = (options.age_column.as_str(), options.count_column.as_str());
    let names = [options.id_column.as_str(), age_name, count_name, "exposure", weight_name];
    let found = match options.weight_column {
        Some(_) => header::named(&mut table, names, 3, Others::Refused, options),
        None => header::named(&mut table, [names[0], names[1], names[2], names[3]], 3, Others::Refused, options)
            .map(|[id, age, count, exposure]| [id, age, count, exposure, None]),
    };
    let Some([Some(id), Some(age), Some(count), exposure, weight]) = found else {
        return Err(unreadable(table.issues));
    };
    if options.weight_column.is_some() && weight.is_none() {
        let row = table.header_row;
        table.issues.add(row, None, || format!("no column {weight_name:?}"));
        return Err(unreadable(table.issues));
    }
    table.check_declared_weight(options);
    let form = beside.as_mut().map(|table| Exposure::of(table, options));
    if let (Some(_), Some(other)) = (exposure, &mut beside) {
        let row = other.header_row;
        other.issues.add(row, None, || format!("{} has times at risk of its own, in a column exposure", table.name));
    }
    let reading = Reading::new(options);
    let mut ids = Ids::new();
    let everyone = people.as_ref().map(|people| people.issues.places());
    let places = table.issues.places();
    let people_name = people.as_ref().map_or_else(String::new, |people| people.name.clone());
    let mut issues_of_people = Default::default();
    if let Some(mut people) = people {
        read_people(&mut people, &mut ids, options)?;
        issues_of_people = people.issues;
    }
    let mut weights: Vec<f64> = vec![UNWEIGHTED; ids.len()];
    let mut entries: Vec<Entry> = Vec::new();
    let mut labelled = Labelled::of(&table, &[count]);
    let mut no_time = 0;
    let mut zeros = 0;
    while table.next()? {
        if !table.complete() {
            continue;
        }
        let person = match &everyone {
            None => ids.take(&mut table, id, options),
            Some(_) => ids.known(&mut table, id, options, &people_name).map(|person| (person, false)),
        };
        let age = read_age(&mut table, age, age_name, &reading, options);
        let weight = weight.map_or(1.0, |at| read_weight(&mut table, at, &reading));
        let Table { rows, issues, row, .. } = &mut table;
        let field = rows.field(count);
        let mut count = match reading.count(field) {
            Cell::Value(count) => Some(count),
            Cell::Empty => None,
            Cell::Bad => {
                issues.add(Some(*row), Some(count_name), || reading.count_problem(field));
                None
            }
        };
        zeros += u64::from(count == Some(0));
        let risk = match exposure.map(|at| (rows.field(at), reading.time_at_risk(rows.field(at)))) {
            None => 1.0,
            Some((_, Cell::Value(0.0))) if count == Some(0) => {
                count = None;
                no_time += 1;
                0.0
            }
            Some((_, Cell::Value(value))) if value > 0.0 || count.is_none() => value,
            Some((_, Cell::Empty)) if count.is_none() => 0.0,
            Some((field, bad)) => {
                issues.add(Some(*row), Some("exposure"), || match (bad, count) {
                    (Cell::Value(_), Some(count)) => count_without_time(count),
                    (Cell::Empty, _) => NO_TIME.into(),
                    _ => reading.time_at_risk_problem(field),
                });
                1.0
            }
        };
        if let Some((person, _)) = person {
            keep_weight(&mut weights, person, weight, issues, *row, weight_name);
            if let Some(age) = age {
                entries.push(Entry { person: person as u32, age, count, row: *row, risk });
            }
        }
        labelled.look(&table, &[count]);
    }
    if entries.is_empty() {
        table.no_rows();
    }
    entries.sort_unstable_by_key(|entry| (entry.person, entry.age, entry.row));
    let filled = options.unlisted == Some(Unlisted::Zero);
    check_entries(&mut table, &entries, &ids, filled, options);
    let grid = grid_of(&mut table, &entries, options);
    weights.resize(ids.len(), UNWEIGHTED);
    let unweighted = weights.iter().filter(|weight| weight.is_nan()).count();
    if weight.is_some() && unweighted > 0 && table.issues.is_empty() {
        table.issues.add(None, Some(weight_name), || format!("{unweighted} people without a row have no weight"));
    }
    weights.iter_mut().filter(|weight| weight.is_nan()).for_each(|weight| *weight = 1.0);
    let mut warnings = table.finish(&reading);
    warnings.extend(labelled.warning());
    warnings.extend(ids.alike(everyone.as_ref().unwrap_or(&places)));
    let table_name = table.name;
    let mut issues = table.issues;
    issues.append(issues_of_people);
    let (Some(grid), true) = (grid, issues.is_empty()) else {
        issues.append(beside.map(|table| table.issues).unwrap_or_default());
        return Err(unreadable(issues));
    };
    let columns = WideColumns::of_grid(grid, options);
    let mut beside = match beside {
        None => None,
        Some(other) => match Beside::open(other, form.flatten(), (&columns, &table_name), options)? {
            (None, issues) => return Err(unreadable(issues)),
            (beside, _) => beside,
        },
    };
    if no_time > 0 {
        warnings.push(CohortWarning::NoTimeAtRisk { cells: no_time });
    }
    let people = Assembly {
        ids: &ids,
        weights: &weights,
        filled,
        own_risk: exposure.is_some(),
        places: everyone.as_ref().unwrap_or(&places),
    };
    let Assembled { builder, unlisted, kept } = people.assemble(&entries, grid, beside.as_mut())?;
    if let Some(mut beside) = beside {
        beside.finish(false, &ids, &table_name)?;
        warnings.extend(beside.warnings());
        if !beside.is_good() {
            return Err(unreadable(beside.into_issues()));
        }
    }
    if builder.is_empty() {
        issues.add(None, None, || "nobody was observed at any age".into());
        return Err(unreadable(issues));
    }
    if kept.len() < ids.len() {
        warnings.push(CohortWarning::NeverObserved { persons: (ids.len() - kept.len()) as u64 });
    }
    if filled && unlisted > 0 {
        warnings.push(CohortWarning::UnlistedAsZero { cells: unlisted });
    }
    let cells = entries.len() as u64;
    if options.unlisted.is_none() && lacks_zeros(cells, zeros, unlisted) {
        warnings.insert(0, CohortWarning::NoZero { cells, zeros, unlisted });
    }
    Ok(builder.finish().with_warnings(warnings, |person| issues.located(ids.row(kept[person]))))
}

/// Whether a table that lists so many cells, `zeros` of them with a count of 0, looks as if its zeros were left out: there
/// is none, or hardly any while many cells are not listed.
fn lacks_zeros(cells: u64, zeros: u64, unlisted: u64) -> bool {
    const HARDLY: u64 = 20;
    const MANY: u64 = 5;
    zeros == 0 || HARDLY * zeros <= cells && MANY * unlisted >= cells + unlisted
}

/// Everyone of a table of people, each once; its other columns are ignored.
fn read_people(people: &mut Table<'_>, ids: &mut Ids, options: &TableOptions) -> Result<()> {
    let found = header::named(people, [options.id_column.as_str()], 1, Others::IgnoredBut(&[]), options);
    let Some([Some(id)]) = found else { return Ok(()) };
    while people.next()? {
        ids.take_new(people, id, options);
    }
    people.no_rows_of(ids.len());
    Ok(())
}

/// Stands for the weight of someone of whom no row was read yet.
const UNWEIGHTED: f64 = f64::NAN;

/// A person has one weight, in all rows.
fn keep_weight(
    weights: &mut Vec<f64>,
    person: usize,
    weight: f64,
    issues: &mut crate::error::Issues,
    row: u64,
    name: &str,
) {
    weights.resize(weights.len().max(person + 1), UNWEIGHTED);
    let own = &mut weights[person];
    if own.is_nan() {
        *own = weight;
    } else if *own != weight {
        issues.add(Some(row), Some(name), || "another weight than in the first row of this person".into());
    }
}

/// Reads an age, in months.
pub(super) fn read_age(
    table: &mut Table<'_>,
    at: usize,
    name: &str,
    reading: &Reading<'_>,
    options: &TableOptions,
) -> Option<u32> {
    let Table { rows, issues, row, .. } = table;
    let field = rows.named(at);
    if !field.is_empty() && (reading.is_code(field) || reading.is_code(rows.field(at))) {
        issues.add(Some(*row), Some(name), || {
            format!(
                "no age: {} is named as a code for a missing value (--missing); if it is an age here, leave missing counts \
                 empty, or write them by a word",
                shown(field.text().trim_ascii())
            )
        });
        return None;
    }
    match reading.age(field) {
        Cell::Value(age) => match options.grid {
            Some(grid) if grid.interval_of_months(age).is_none() => {
                issues.add(Some(*row), Some(name), || {
                    let written = options.ages.written(age);
                    format!("{written} is outside the ages {} to {}", grid.label(0), grid.label(grid.len() - 1))
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
            issues.add(Some(*row), Some(name), || reading.age_problem(field));
            None
        }
    }
}

/// Reads an age in completed years, which must lie on the grid if there is one.
pub(super) fn read_year(
    table: &mut Table<'_>,
    at: usize,
    name: &str,
    grid: Option<AgeGrid>,
    reading: &Reading<'_>,
) -> Option<u32> {
    let plain = TableOptions { grid, ..TableOptions::new() };
    let months = read_age(table, at, name, reading, &plain)?;
    if months.is_multiple_of(12) {
        return Some(months / 12);
    }
    let row = table.row;
    table
        .issues
        .add(Some(row), Some(name), || format!("{} is not an age in completed years", plain.ages.written(months)));
    None
}

/// Each age at most once per person, and at least one observed age.
fn check_entries(table: &mut Table<'_>, entries: &[Entry], ids: &Ids, filled: bool, options: &TableOptions) {
    let mut doubles: Vec<(u64, u64, u32)> = entries
        .chunk_by(|a, b| (a.person, a.age) == (b.person, b.age))
        .flat_map(|same| same[1..].iter().map(|entry| (entry.row, same[0].row, entry.age)))
        .collect();
    doubles.sort_unstable();
    for (row, first, age) in doubles {
        let first = table.place(first);
        table.issues.add(Some(row), Some(&options.age_column), || {
            format!("{} is listed in {first} for this person already", options.ages.written(age))
        });
    }
    // With bad rows left out, a person without a good one would be reported for what they do not lack.
    if table.issues.is_empty() && !filled && !options.leave_out_unobserved {
        for person in entries.chunk_by(|a, b| a.person == b.person) {
            if person.iter().all(|entry| entry.count.is_none()) {
                let row = ids.row(person[0].person as usize);
                table.issues.add(Some(row), None, || NOT_OBSERVED.into());
            }
        }
    }
}

/// The grid that the caller gave, or that of all ages listed; `None` when these are not equal steps apart.
fn grid_of(table: &mut Table<'_>, entries: &[Entry], options: &TableOptions) -> Option<AgeGrid> {
    let low = entries.iter().map(|entry| entry.age).min()?;
    let high = entries.iter().map(|entry| entry.age).max()?;
    let before = table.issues.count();
    let row = table.header_row;
    let (start, step) = options.grid.map_or((low, options.ages.step()), |g| (g.start_months(), g.width_months()));
    // in the order of the file
    let off = entries.iter().filter(|entry| !(entry.age - start.min(entry.age)).is_multiple_of(step));
    let mut off: Vec<(u64, u32)> = off.map(|entry| (entry.row, entry.age)).collect();
    off.sort_unstable();
    for (row, age) in off {
        table.issues.add(Some(row), Some(&options.age_column), || {
            let apart = (age - start) % step;
            options.ages.off_step(apart, &options.ages.written(age - apart))
        });
    }
    let wider = options.ages.wider_than_assumed(low, entries.iter().map(|entry| entry.age));
    let doubts = [options.ages.doubtful(low, high), wider];
    for doubt in doubts.into_iter().flatten().filter(|_| options.grid.is_none()) {
        table.issues.add(row, Some(&options.age_column), || doubt);
    }
    let grid = options.grid.map_or_else(|| options.ages.grid(low, high), Ok);
    match grid {
        Ok(grid) => (table.issues.count() == before).then_some(grid),
        Err(error) => {
            table.issues.add(row, Some(&options.age_column), || error.to_string());
            None
        }
    }
}

/// A cohort on its way, how many cells no row lists, and who is in it.
struct Assembled {
    builder: CohortBuilder,
    unlisted: u64,
    kept: Vec<usize>,
}

/// What is known of the people besides their rows.
struct Assembly<'a> {
    ids: &'a Ids,
    weights: &'a [f64],
    /// Ages without a row have a count of 0.
    filled: bool,
    /// The rows have times at risk of their own.
    own_risk: bool,
    /// Where the rows stand.
    places: &'a Issues,
}

impl Assembly<'_> {
    fn assemble(&self, entries: &[Entry], grid: AgeGrid, mut beside: Option<&mut Beside<'_, '_>>) -> Result<Assembled> {
        let mut builder = CohortBuilder::new(grid);
        let mut cells = vec![None; grid.len()];
        let mut risk = vec![0.0; grid.len()];
        let mut unlisted = 0;
        let mut kept = Vec::with_capacity(self.ids.len());
        let mut rest = entries;
        for (person, &weight) in self.weights.iter().enumerate() {
            let (own, others) = rest.split_at(rest.partition_point(|entry| entry.person as usize == person));
            rest = others;
            cells.fill(self.filled.then_some(0));
            risk.fill(1.0);
            unlisted += (grid.len() - own.len()) as u64;
            for entry in own {
                let j = ((entry.age - grid.start_months()) / grid.width_months()) as usize;
                (cells[j], risk[j]) = (entry.count, entry.risk);
            }
            if let Some(beside) = &mut beside {
                beside.join((self.ids.row(person), self.places), self.ids.get(person), Some(&mut cells))?;
                risk.copy_from_slice(beside.risk());
            }
            if cells.iter().all(Option::is_none) {
                continue;
            }
            kept.push(person);
            let exposure = (self.own_risk || beside.is_some()).then_some(risk.as_slice());
            builder.push_checked(Some(self.ids.get(person)), |j| cells[j], exposure, weight)?;
        }
        Ok(Assembled { builder, unlisted, kept })
    }
}
