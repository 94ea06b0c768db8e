//! Careers from dated tables: who was observed when, the offences, and stays in custody.
//!
//! Belongs here: the three tables and their columns. Does not belong here: the checks of a career, which the
//! career's own builder makes.

use super::header::{self, Others};
use super::ids::{Ids, checked};
use super::options::CsvOptions;
use super::source::CsvSource;
use super::table::Table;
use super::unreadable;
use crate::career::builder::CareerBuilder;
use crate::career::category::Category;
use crate::career::custody::Custody;
use crate::career::date::CalendarDate;
use crate::career::offence::{Offence, Severity};
use crate::career::person::Career;
use crate::career::window::{Window, WindowEnd};
use crate::error::{Error, Issues, Result};

/// A career with the identifier of its person.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedCareer {
    /// The identifier, as in the table.
    pub id: String,
    /// The career.
    pub career: Career,
}

/// Reads careers from a table of people (`id, birth, from, to`, and `end` if wanted: the window is from the day `from`
/// up to, not including, the day `to`), one of offences (`id, committed, offence`, and `severity` and `case` if
/// wanted; further columns are ignored) and one of stays in custody (`id, from, to`). Dates are `YYYY-MM-DD`; offences
/// are of the built-in categories. People keep their order; everyone in the other tables must be among them.
///
/// ```
/// use pleegprofiel::{CsvOptions, CsvSource, read_careers};
/// let people = CsvSource::new("people.csv", "id,birth,from,to\na,1990-01-01,2002-01-01,2020-01-01\n".as_bytes());
/// let offences = CsvSource::new("offences.csv", "id,committed,offence\na,2010-05-04,human-trafficking\n".as_bytes());
/// let careers = read_careers(people, offences, None, &CsvOptions::new())?;
/// assert_eq!((careers.len(), careers[0].career.offences().len()), (1, 1));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Lists every problem of all three tables, with file, row and column: missing columns, values that are no dates,
/// categories or numbers, people given twice or not at all; and, at the row of the person, records that do not make a
/// career.
pub fn read_careers(
    people: CsvSource<'_>,
    offences: CsvSource<'_>,
    custody: Option<CsvSource<'_>>,
    options: &CsvOptions,
) -> Result<Vec<NamedCareer>> {
    options.check()?;
    let mut known = People { ids: Ids::new(), builders: Vec::new(), lost: false };
    let mut people = Table::open(people, options)?;
    known.read(&mut people, options)?;
    let mut offences = Table::open(offences, options)?;
    known.read_offences(&mut offences, options)?;
    let mut custody = custody.map(|source| Table::open(source, options)).transpose()?;
    if let Some(table) = &mut custody {
        known.read_custody(table, options)?;
    }
    let mut made = Vec::with_capacity(known.builders.len());
    let good = people.issues.is_empty();
    for (person, builder) in known.builders.into_iter().enumerate() {
        match builder.build() {
            Ok(career) => made.push(NamedCareer { id: known.ids.get(person).to_owned(), career }),
            // a window that could not be read is told already
            Err(error) if good => people.issues.add(Some(known.ids.row(person)), None, || summary(&error)),
            Err(_) => {}
        }
    }
    let mut issues: Issues = people.issues;
    issues.append(offences.issues);
    custody.into_iter().for_each(|table| issues.append(table.issues));
    if issues.is_empty() { Ok(made) } else { Err(unreadable(issues)) }
}

/// Reads one column of a table with an `id` column: the group of each person, by identifier.
///
/// # Errors
/// When a column is missing, a person stands twice, or a value is empty.
pub fn read_groups(source: CsvSource<'_>, column: &str, options: &CsvOptions) -> Result<Vec<(String, String)>> {
    options.check()?;
    let mut table = Table::open(source, options)?;
    let mut ids = Ids::new();
    let mut groups = Vec::new();
    if let Some([Some(id), Some(value)]) =
        header::named(&mut table, [options.id_column.as_str(), column], 2, Others::IgnoredBut(&[]))
    {
        while table.next()? {
            if !table.complete() {
                continue;
            }
            let person = ids.take_new(&mut table, id, options);
            let text = String::from_utf8_lossy(table.field(value)).trim().to_owned();
            if text.is_empty() {
                table.issues.add(Some(table.row), Some(column), || "no group".into());
            }
            if let Some(person) = person {
                groups.push((ids.get(person).to_owned(), text));
            }
        }
    }
    if table.issues.is_empty() { Ok(groups) } else { Err(unreadable(table.issues)) }
}

fn summary(error: &Error) -> String {
    let first = error.issues().first().map_or_else(|| error.to_string(), ToString::to_string);
    match error.issue_count() {
        0 | 1 => format!("the records of this person do not make a career: {first}"),
        n => format!("the records of this person do not make a career: {first} (and {} more)", n - 1),
    }
}

struct People {
    ids: Ids,
    builders: Vec<CareerBuilder>,
    /// Whether identifiers may have been missed: then nobody can be said not to be in the table.
    lost: bool,
}

impl People {
    fn read(&mut self, table: &mut Table<'_>, options: &CsvOptions) -> Result<()> {
        let names = [options.id_column.as_str(), "birth", "from", "to", "end"];
        let Some([Some(id), Some(birth), Some(from), Some(to), end]) =
            header::named(table, names, 4, Others::IgnoredBut(&[]))
        else {
            self.lost = true;
            return Ok(());
        };
        while table.next()? {
            if !table.complete() {
                self.lost = true;
                continue;
            }
            let person = self.ids.take_new(table, id, options);
            let (birth, from, to) = (date(table, birth, "birth"), date(table, from, "from"), date(table, to, "to"));
            let end = end.map_or(Some(WindowEnd::Unknown), |at| window_end(table, at));
            if person.is_some() {
                // a placeholder keeps persons and builders side by side; it is used only when the whole table is good
                let window = from.zip(to).zip(end).map(|((from, to), end)| Window::dates(from, to, end));
                let builder = birth.map_or_else(Career::by_age, Career::dated);
                self.builders.push(window.map_or(builder.clone(), |window| builder.window(window)));
            }
        }
        self.lost |= table.stopped;
        if self.builders.is_empty() && table.issues.is_empty() {
            table.issues.add(Some(table.row), None, || "a header, but no persons".into());
        }
        Ok(())
    }

    fn read_offences(&mut self, table: &mut Table<'_>, options: &CsvOptions) -> Result<()> {
        let names = [options.id_column.as_str(), "committed", "offence", "severity", "case"];
        let Some([Some(id), Some(committed), Some(offence), severity, case]) =
            header::named(table, names, 3, Others::IgnoredBut(&[]))
        else {
            return Ok(());
        };
        while table.next()? {
            if !table.complete() {
                continue;
            }
            let person = self.find(table, id, options);
            let on = date(table, committed, "committed");
            let kind = value(table, offence, "offence", |text| Category::new(text).map_err(|e| e.to_string()));
            let severity = optional(table, severity, "severity", |text| {
                let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
                Severity::new(number).map_err(|e| e.to_string())
            });
            let case =
                optional(table, case, "case", |text| text.parse::<u32>().map_err(|_| "not a whole number".into()));
            if let (Some(person), Some(on), Some(kind)) = (person, on, kind) {
                let mut offence = Offence::on(on, kind);
                offence.severity = severity;
                offence.case = case;
                self.change(person, |builder| builder.offence(offence));
            }
        }
        Ok(())
    }

    fn read_custody(&mut self, table: &mut Table<'_>, options: &CsvOptions) -> Result<()> {
        let names = [options.id_column.as_str(), "from", "to"];
        let Some([Some(id), Some(from), Some(to)]) = header::named(table, names, 3, Others::Refused) else {
            return Ok(());
        };
        while table.next()? {
            if !table.complete() {
                continue;
            }
            let person = self.find(table, id, options);
            let (from, to) = (date(table, from, "from"), date(table, to, "to"));
            if let (Some(person), Some(from), Some(to)) = (person, from, to) {
                self.change(person, |builder| builder.stay(Custody::dates(from, to)));
            }
        }
        Ok(())
    }

    fn change(&mut self, person: usize, change: impl FnOnce(CareerBuilder) -> CareerBuilder) {
        let builder = std::mem::replace(&mut self.builders[person], Career::by_age());
        self.builders[person] = change(builder);
    }

    fn find(&self, table: &mut Table<'_>, column: usize, options: &CsvOptions) -> Option<usize> {
        let problem = match checked(table.record.get(column).unwrap_or_default()) {
            Err(problem) => problem,
            Ok(id) => match self.ids.find(id) {
                Some(person) => return Some(person),
                None if self.lost => return None,
                None => "this id is not in the table of people",
            },
        };
        table.issues.add(Some(table.row), Some(&options.id_column), || problem.to_owned());
        None
    }
}

fn value<T>(
    table: &mut Table<'_>,
    column: usize,
    name: &str,
    read: impl Fn(&str) -> std::result::Result<T, String>,
) -> Option<T> {
    let text = String::from_utf8_lossy(table.field(column)).trim().to_owned();
    match read(&text) {
        Ok(value) => Some(value),
        Err(problem) => {
            // long enough for any value, short enough for a message
            let shown: String = text.chars().take(40).collect();
            table.issues.add(Some(table.row), Some(name), || format!("{shown:?}: {problem}"));
            None
        }
    }
}

fn optional<T>(
    table: &mut Table<'_>,
    column: Option<usize>,
    name: &str,
    read: impl Fn(&str) -> std::result::Result<T, String>,
) -> Option<T> {
    let column = column.filter(|&at| !table.field(at).trim_ascii().is_empty())?;
    value(table, column, name, read)
}

fn date(table: &mut Table<'_>, column: usize, name: &str) -> Option<CalendarDate> {
    value(table, column, name, |text| text.parse().map_err(|_| "not a date like 2010-12-31".to_owned()))
}

fn window_end(table: &mut Table<'_>, column: usize) -> Option<WindowEnd> {
    value(table, column, "end", |text| {
        let known = WindowEnd::ALL.into_iter().find(|end| end.key() == text);
        known.ok_or_else(|| format!("use one of {}", WindowEnd::ALL.map(WindowEnd::key).join(", ")))
    })
}
