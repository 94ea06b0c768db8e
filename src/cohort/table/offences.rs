//! The long form with one row per offence, beside which it must be said who was observed when: rows of
//! offences alone cannot tell an age without offences from one that nobody looked at.

use super::field::Reading;
use super::header::{self, Others};
use super::ids::{Ids, identifier};
use super::options::TableOptions;
use super::person_ages::read_year;
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use super::wide::read_weight;
use crate::cohort::builder::{CohortBuilder, MAX_COUNT};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::warning::CohortWarning;
use crate::error::{Issues, Result};

/// At which ages the persons of a table of offences were observed.
#[derive(Debug)]
pub enum Observed<'a> {
    /// Everyone over the whole grid, which must be of whole years. Only persons with an offence are
    /// known then: a cohort of offenders.
    Throughout(AgeGrid),
    /// Each person from one age to another, in a table `id,from_age,to_age`, in completed years, both
    /// included: `12,17` is from the twelfth birthday to the eve of the eighteenth. Persons without
    /// offences are known from this table only. It may hold a column of weights.
    Persons(TableSource<'a>),
}

/// Reads one row per offence: columns `id`, `age` in completed years, `offence`; further columns are ignored.
///
/// Offences are counted whatever their category. Persons keep the order of their first row, in the
/// table of persons if there is one. An offence outside the ages observed is an error. With
/// [`Observed::Persons`] the ages of the cohort are [`TableOptions::grid`](super::options::TableOptions::grid), or else run from the lowest
/// to the highest age of the table of persons.
///
/// ```
/// use pleegprofiel::cohort::table::{Observed, TableOptions, TableSource, read_offences};
/// let offences = TableSource::new("offences.csv", "id,age,offence\nb,19,theft\nb,19,assault\n".as_bytes());
/// let persons = TableSource::new("persons.csv", "id,from_age,to_age\na,18,19\nb,18,20\n".as_bytes());
/// let cohort = read_offences(offences, Observed::Persons(persons), &TableOptions::new())?;
/// assert_eq!(cohort.counts(0), [Some(0), Some(0), None]);
/// assert_eq!(cohort.counts(1), [Some(0), Some(2), Some(0)]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_wide`](super::read_wide); and when the options contradict each other or a grid is not of
/// whole years.
pub fn read_offences(offences: TableSource<'_>, observed: Observed<'_>, options: &TableOptions) -> Result<Cohort> {
    options.check()?;
    read(Table::open(offences, options)?, observed, options)
}

/// The ages at which one person was observed, both included, and their weight.
#[derive(Clone, Copy)]
struct Window {
    from: u32,
    to: u32,
    weight: f64,
}

/// Who was observed, before the offences are read.
struct Persons {
    ids: Ids,
    windows: Vec<Window>,
    /// Name of the table they came from, if there was one.
    table: Option<String>,
    /// Where their rows stand.
    places: Issues,
    warnings: Vec<CohortWarning>,
}

pub(super) fn read(mut offences: Table<'_>, observed: Observed<'_>, options: &TableOptions) -> Result<Cohort> {
    let mut issues = Issues::in_memory();
    let places = offences.issues.places();
    let mut persons = Persons { ids: Ids::new(), windows: Vec::new(), table: None, places, warnings: Vec::new() };
    let mut grid = options.grid.map(TableOptions::yearly).transpose()?;
    match observed {
        Observed::Throughout(throughout) => grid = Some(TableOptions::yearly(throughout)?),
        Observed::Persons(source) => {
            let table = Table::open(source, options)?;
            persons.table = Some(table.name.clone());
            persons.places = table.issues.places();
            issues = read_persons(table, &mut persons, grid, options)?;
            if grid.is_none() && issues.is_empty() {
                let from = persons.windows.iter().map(|window| window.from).min().unwrap_or(0);
                let to = persons.windows.iter().map(|window| window.to).max().unwrap_or(0);
                grid = Some(AgeGrid::years(from, to)?);
            }
        }
    }
    let usable = issues.is_empty();
    let cells = read_rows(&mut offences, &mut persons, grid, usable, options)?;
    issues.append(offences.issues);
    match grid {
        Some(grid) if issues.is_empty() => assemble(cells, persons, grid, &offences.name),
        _ => Err(unreadable(issues)),
    }
}

/// Reads the table of persons; the problems found.
fn read_persons(
    mut table: Table<'_>,
    persons: &mut Persons,
    grid: Option<AgeGrid>,
    options: &TableOptions,
) -> Result<Issues> {
    let id = options.id_column.as_str();
    let found = match options.weight_column.as_deref() {
        Some(weight) => header::named(&mut table, [id, "from_age", "to_age", weight], 4, Others::Refused, options),
        None => header::named(&mut table, [id, "from_age", "to_age"], 3, Others::Refused, options)
            .map(|[id, from, to]| [id, from, to, None]),
    };
    let Some([Some(id), Some(from), Some(to), weight]) = found else { return Ok(table.issues) };
    let reading = Reading::new(options);
    while table.next()? {
        if !table.complete() {
            continue;
        }
        let person = persons.ids.take_new(&mut table, id, options);
        let from = read_year(&mut table, from, "from_age", grid, &reading);
        let to = read_year(&mut table, to, "to_age", grid, &reading);
        let weight = weight.map_or(1.0, |at| read_weight(&mut table, at, &reading));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            table.issues.add(Some(table.row), Some("to_age"), || format!("{to} is below from_age, {from}"));
        }
        if person.is_some() {
            // Windows are used only when the whole table is good.
            persons.windows.push(Window { from: from.unwrap_or(0), to: to.unwrap_or(0), weight });
        }
    }
    table.no_rows_of(persons.windows.len());
    persons.warnings.extend(table.finish(&reading));
    Ok(table.issues)
}

/// Reads the offences, each as a person and an age; `usable` says whether the persons are known for certain.
fn read_rows(
    table: &mut Table<'_>,
    persons: &mut Persons,
    grid: Option<AgeGrid>,
    usable: bool,
    options: &TableOptions,
) -> Result<Vec<(u32, u32)>> {
    let refused = [
        ("count", "one row is one offence here; counts are read as one row per person and age"),
        ("exposure", "time at risk is read from one row per person and age, or beside the wide form"),
    ];
    let age_name = options.age_column.as_str();
    let names = [options.id_column.as_str(), age_name, "offence"];
    let Some([Some(id), Some(age), Some(offence)]) =
        header::named(table, names, 3, Others::IgnoredBut(&refused), options)
    else {
        return Ok(Vec::new());
    };
    let reading = Reading::new(options);
    let mut cells = Vec::new();
    while table.next()? {
        if !table.complete() {
            continue;
        }
        let person = match persons.table.is_some() {
            true => find_person(table, persons, id, usable, options),
            false => persons.ids.take(table, id, options).map(|(person, _)| person),
        };
        // A window says more than the grid, so with one the grid is left to it.
        let age = read_year(table, age, age_name, grid.filter(|_| persons.table.is_none()), &reading);
        let row = Some(table.row);
        if reading.there(table.field(offence)).is_empty() {
            table.issues.add(row, Some("offence"), || {
                "no offence: a person without offences stands in the table of persons only".into()
            });
        }
        let (Some(person), Some(age)) = (person, age) else { continue };
        if let Some(&Window { from, to, .. }) = persons.windows.get(person).filter(|_| usable)
            && !(from..=to).contains(&age)
        {
            let (name, first) = (persons.table.as_deref().unwrap_or_default(), persons.ids.row(person));
            table.issues.add(row, Some("age"), || {
                format!(
                    "{age} is outside the ages {from} to {to} at which this person was observed ({name}, row {first})"
                )
            });
        }
        if table.issues.is_empty() {
            cells.push((person as u32, age));
        }
    }
    if persons.table.is_none() {
        table.no_rows_of(persons.ids.len());
    }
    persons.warnings.extend(table.finish(&reading));
    persons.warnings.extend(persons.ids.alike(&persons.places));
    Ok(cells)
}

/// The person of an offence, who must stand in the table of persons.
fn find_person(
    table: &mut Table<'_>,
    persons: &Persons,
    column: usize,
    usable: bool,
    options: &TableOptions,
) -> Option<usize> {
    if usable {
        return persons.ids.known(table, column, options, persons.table.as_deref().unwrap_or_default());
    }
    // A table of persons with problems may lack some for that reason alone.
    match identifier(table.rows.named(column), options) {
        Ok(id) => persons.ids.find(&id),
        Err(problem) => {
            let row = table.row;
            table.issues.add(Some(row), Some(&options.id_column), || problem.to_owned());
            None
        }
    }
}

fn assemble(mut offences: Vec<(u32, u32)>, mut persons: Persons, grid: AgeGrid, name: &str) -> Result<Cohort> {
    offences.sort_unstable();
    let first = grid.start_months() / 12;
    let last = first + grid.len() as u32 - 1;
    let mut builder = CohortBuilder::new(grid);
    let mut issues = Issues::of_file(name);
    let mut cells = vec![None; grid.len()];
    let mut rest = offences.as_slice();
    for person in 0..persons.ids.len() {
        let window = persons.windows.get(person).copied().unwrap_or(Window { from: first, to: last, weight: 1.0 });
        for (age, cell) in (first..).zip(&mut cells) {
            *cell = (window.from..=window.to).contains(&age).then_some(0);
        }
        let (own, others) = rest.split_at(rest.partition_point(|&(of, _)| of as usize == person));
        rest = others;
        for same in own.chunk_by(|a, b| a == b) {
            if same.len() > MAX_COUNT as usize {
                issues.add(None, None, || {
                    format!(
                        "{} offences of one person at age {} are above the limit of {MAX_COUNT}",
                        same.len(),
                        same[0].1
                    )
                });
            }
            cells[(same[0].1 - first) as usize] = Some(same.len().min(MAX_COUNT as usize) as u32);
        }
        builder.push_checked(Some(persons.ids.get(person)), |j| cells[j], None, window.weight)?;
    }
    if !issues.is_empty() {
        return Err(unreadable(issues));
    }
    let warnings = std::mem::take(&mut persons.warnings);
    Ok(builder.finish().with_warnings(warnings, |person| persons.places.located(persons.ids.row(person))))
}
