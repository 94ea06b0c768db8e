//! Careers from dated tables: who was observed when, the offences, and stays in custody.
//!
//! Belongs here: the three tables and their columns. Does not belong here: the checks of a career, which the
//! career's own builder makes.

use super::articles::ArticleColumns;
use super::field::{Field, Reading};
use super::header::{self, Others};
use super::ids::{Ids, identifier};
use super::options::TableOptions;
use super::register::{Day, DayNumbers, Tally, category, day};
use super::rows::Table;
use super::source::TableSource;
use super::stays;
use super::unreadable;
use super::words::{Cell, shown};
use crate::career::builder::CareerBuilder;
use crate::career::date::CalendarDate;
use crate::career::offence::{Offence, Severity};
use crate::career::person::Career;
use crate::career::window::{Window, WindowEnd};
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, Issues, Result};

/// A career with the identifier of its person.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NamedCareer {
    /// The identifier, as in the table.
    pub id: String,
    /// The career.
    pub career: Career,
    /// Offences before the window, which are no part of the career; see [`TableOptions::prior_record`].
    pub prior: Vec<Offence>,
    /// Row of the person in the table of people.
    pub row: u64,
}

/// Careers, and what to know about how they were read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CareerTable {
    /// The careers, in the order of the table of people.
    pub careers: Vec<NamedCareer>,
    /// Dates read by a rule of the caller's, windows closed with the register, prior records, what was left out.
    pub warnings: Vec<CohortWarning>,
}

/// Reads careers from a table of people (`id, birth, from, to`, and `end` if wanted: the window is from the day `from`
/// up to, not including, the day `to`), one of offences (`id, committed, offence`, and `severity` and `case` if
/// wanted; an `age` beside them is passed over) and one of stays in custody (`id, from, to`). Dates are `YYYY-MM-DD` or as
/// [`TableOptions::date_format`] says; offences are of [`TableOptions::categories`], or have an `article` of law instead
/// ([`TableOptions::articles`]). People keep their order; everyone
/// in the other tables must be among them.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_careers};
/// let people = TableSource::new("people.csv", "id,birth,from,to\na,1990-01-01,2002-01-01,2020-01-01\n".as_bytes());
/// let offences = TableSource::new("offences.csv", "id,committed,offence\na,2010-05-04,human-trafficking\n".as_bytes());
/// let careers = read_careers(people, offences, None, &TableOptions::new())?;
/// assert_eq!((careers.len(), careers[0].career.offences().len()), (1, 1));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Lists every problem of all three tables, with file, row and column: missing columns, values that are no dates,
/// categories or numbers, offences outside the window, people given twice or not at all; and, at the row of the person,
/// records that do not make a career.
pub fn read_careers(
    people: TableSource<'_>,
    offences: TableSource<'_>,
    custody: Option<TableSource<'_>>,
    options: &TableOptions,
) -> Result<Vec<NamedCareer>> {
    Ok(read_career_table(people, offences, custody, options)?.careers)
}

/// Reads careers as [`read_careers`], with what was read by a rule and what was left out.
///
/// # Errors
/// As [`read_careers`].
pub fn read_career_table(
    people: TableSource<'_>,
    offences: TableSource<'_>,
    custody: Option<TableSource<'_>>,
    options: &TableOptions,
) -> Result<CareerTable> {
    options.check()?;
    let mut people = Table::open(people, options)?;
    let mut known = People::of(&people);
    known.read(&mut people, options)?;
    known.warnings.extend(known.ids.alike(&people.issues));
    let mut offences = Table::open(offences, options)?;
    known.read_offences(&mut offences, options)?;
    let mut custody = custody.map(|source| Table::open(source, options)).transpose()?;
    if let Some(table) = &mut custody {
        stays::read(&mut known, table, options)?;
    }
    let mut careers = Vec::with_capacity(known.people.len());
    let good = people.issues.is_empty();
    for (person, one) in known.people.into_iter().enumerate() {
        let Some(One { builder, prior, .. }) = one else { continue };
        match builder.build_with(&options.categories) {
            Ok(career) => {
                let row = known.ids.row(person);
                careers.push(NamedCareer { id: known.ids.get(person).to_owned(), career, prior, row });
            }
            // a window that could not be read is told already
            Err(error) if good => people.issues.add(Some(known.ids.row(person)), None, || summary(&error)),
            Err(_) => {}
        }
    }
    if careers.is_empty() && good {
        people.nobody_left(known.left_out, "--incomplete-dates leave-out");
    }
    let mut issues: Issues = people.issues;
    issues.append(offences.issues);
    custody.into_iter().for_each(|table| issues.append(table.issues));
    if issues.is_empty() { Ok(CareerTable { careers, warnings: known.warnings }) } else { Err(unreadable(issues)) }
}

/// Reads one column of a table with an `id` column: the group of each person, by identifier.
///
/// # Errors
/// When a column is missing, a person stands twice, or a value is empty.
pub fn read_groups(source: TableSource<'_>, column: &str, options: &TableOptions) -> Result<Vec<(String, String)>> {
    options.check()?;
    let mut table = Table::open(source, options)?;
    let (mut ids, reading) = (Ids::new(), Reading::new(options));
    let mut groups = Vec::new();
    if let Some([Some(id), Some(value)]) =
        header::named(&mut table, [options.id_column.as_str(), column], 2, Others::IgnoredBut(&[]), options)
    {
        while table.next()? {
            if !table.complete() {
                continue;
            }
            let person = ids.take_new(&mut table, id, options);
            let text = String::from_utf8_lossy(&table.rows.called(value, &reading).text()).trim().to_owned();
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

/// A person while the tables are read.
pub(super) struct One {
    pub(super) builder: CareerBuilder,
    birth: Option<CalendarDate>,
    /// From the one day up to, not including, the other.
    window: Option<(CalendarDate, CalendarDate)>,
    prior: Vec<Offence>,
}

impl One {
    pub(super) fn birth(&self) -> Option<CalendarDate> {
        self.birth
    }
}

pub(super) struct People {
    name: String,
    places: Issues,
    ids: Ids,
    /// By person; `None` for those left out for an incomplete date.
    pub(super) people: Vec<Option<One>>,
    /// Whether identifiers may have been missed: then nobody can be said not to be in the table.
    lost: bool,
    /// People left out for an incomplete date.
    left_out: u64,
    pub(super) warnings: Vec<CohortWarning>,
}

impl People {
    fn of(table: &Table<'_>) -> People {
        let (name, places) = (table.name.clone(), table.issues.places());
        People { name, places, ids: Ids::new(), people: Vec::new(), lost: false, left_out: 0, warnings: Vec::new() }
    }

    fn read(&mut self, table: &mut Table<'_>, options: &TableOptions) -> Result<()> {
        let names = [options.id_column.as_str(), "birth", "from", "to", "end"];
        let Some([Some(id), Some(birth), Some(from), Some(to), end]) =
            header::named(table, names, 4, Others::Refused, options)
        else {
            self.lost = true;
            return Ok(());
        };
        let (reading, mut tally) = (Reading::new(options), Tally::default());
        let mut births = DayNumbers::default();
        while table.next()? {
            if !table.complete() {
                self.lost = true;
                continue;
            }
            // someone who stands here twice is no one lost
            self.lost |= identifier(table.rows.named(id), options).is_err();
            let person = self.ids.take_new(table, id, options);
            let mut read =
                |table: &mut Table<'_>, at, name, end| day(table, (at, name), end, &reading, options, &mut tally);
            births.look(table, birth, options);
            let birth = read(table, birth, "birth", false);
            let from = read(table, from, "from", false);
            let to = read(table, to, "to", true);
            let end = match (to, end.and_then(|at| optional(table, Some(at), "end", &reading, window_end))) {
                (Day::RegisterEnd(_), None | Some(WindowEnd::Unknown)) => WindowEnd::EndOfRegister,
                (_, end) => end.unwrap_or(WindowEnd::Unknown),
            };
            if person.is_none() {
                continue;
            }
            if [birth, from, to].contains(&Day::LeftOut) {
                tally.left_out += 1;
                self.people.push(None);
                continue;
            }
            // a placeholder keeps persons and builders side by side; it is used only when the whole table is good
            let (birth, window) = (birth.date(), from.date().zip(to.date()));
            let builder = birth.map_or_else(Career::by_age, Career::dated);
            let builder = match window {
                Some((from, to)) => builder.window(Window::dates(from, to, end)),
                None => builder,
            };
            self.people.push(Some(One { builder, birth, window, prior: Vec::new() }));
        }
        births.refuse_years(table, "birth");
        self.lost |= table.stopped;
        table.no_rows_of(self.people.len());
        self.left_out = tally.left_out;
        self.warnings.extend(table.finish(&reading));
        self.warnings.extend(tally.warnings(&table.name, options.incomplete));
        Ok(())
    }

    fn read_offences(&mut self, table: &mut Table<'_>, options: &TableOptions) -> Result<()> {
        let what = if options.articles.is_some() { "article" } else { "offence" };
        let names = [options.id_column.as_str(), "committed", what, "severity", "case", "paragraph", "law"];
        let Some([Some(id), Some(committed), Some(offence), severity, case, paragraph, law]) =
            header::named(table, names, 3, Others::RefusedBut(&["age"]), options)
        else {
            return Ok(());
        };
        let by_article = options.articles.as_ref().map(|articles| {
            (articles, ArticleColumns { article: offence, paragraph, law }, vec![0_u64; articles.rows().len()])
        });
        let mut by_article = by_article;
        let (reading, mut tally) = (Reading::new(options), Tally::default());
        while table.next()? {
            if !table.complete() {
                continue;
            }
            let person = self.find(table, id, options);
            let on = day(table, (committed, "committed"), false, &reading, options, &mut tally);
            let kind = match &mut by_article {
                None => category(table, offence, &options.categories, &reading),
                Some((articles, columns, used)) => {
                    let stated = reading.date(table.field(committed)).ok();
                    let found = columns.category(table, articles, on.date(), stated, &reading, options);
                    found.map(|(category, row)| {
                        used[row] += 1;
                        category
                    })
                }
            };
            if let Some(at) = severity {
                reading.look(at, table);
            }
            let severity = optional(table, severity, "severity", &reading, |field| severity_of(field, &reading));
            let case = optional(table, case, "case", &reading, |field| reading.number_of_case(field));
            let Some(person) = person else { continue };
            if on == Day::LeftOut || self.people[person].is_none() {
                tally.left_out += 1;
                continue;
            }
            if let (Some(on), Some(kind)) = (on.date(), kind) {
                let mut offence = Offence::on(on, kind);
                offence.severity = severity;
                offence.case = case;
                self.place(table, person, on, offence, options, &mut tally);
            }
        }
        self.warnings.extend(table.finish(&reading));
        self.warnings.extend(tally.warnings(&table.name, options.incomplete));
        if let Some((articles, _, used)) = by_article {
            let mut sources: Vec<String> = Vec::new();
            for (row, _) in articles.rows().iter().zip(&used).filter(|(_, used)| **used > 0) {
                if !sources.contains(&row.source) {
                    sources.push(row.source.clone());
                }
            }
            let (file, offences) = (table.name.clone(), used.iter().sum());
            self.warnings.push(CohortWarning::Articles { file, offences, sources });
        }
        Ok(())
    }

    /// Puts an offence into the career, or the prior record, of its person; where it fits neither, says so.
    fn place(
        &mut self,
        table: &mut Table<'_>,
        person: usize,
        on: CalendarDate,
        offence: Offence,
        options: &TableOptions,
        tally: &mut Tally,
    ) {
        let Some(one) = &mut self.people[person] else { return };
        let born = one.birth.is_none_or(|birth| birth <= on);
        let outside = one.window.map(|(from, to)| (on < from, on >= to));
        let problem = match outside {
            _ if !born => format!("{on} lies before birth"),
            Some((true, _)) if options.prior_record => {
                tally.prior += 1;
                one.prior.push(offence);
                return;
            }
            Some((true, _)) => {
                format!("{on} lies before the window begins: --prior-record keeps such offences beside the career")
            }
            Some((_, true)) => format!("{on} lies when the window has ended"),
            _ => {
                let builder = std::mem::replace(&mut one.builder, Career::by_age());
                one.builder = builder.offence(offence);
                return;
            }
        };
        let (row, (first, file)) = (table.row, self.places.place_of(self.ids.row(person)));
        table.issues.add(Some(row), Some("committed"), || format!("{problem} (window in {file}, row {first})"));
    }

    pub(super) fn find(&self, table: &mut Table<'_>, column: usize, options: &TableOptions) -> Option<usize> {
        match identifier(table.rows.named(column), options) {
            Ok(id) if self.lost => self.ids.find(&id),
            _ => self.ids.known(table, column, options, &self.name),
        }
    }
}

/// What stands in a column that may be empty; one that cannot be read is told.
fn optional<T>(
    table: &mut Table<'_>,
    column: Option<usize>,
    name: &str,
    reading: &Reading<'_>,
    read: impl Fn(Field<'_>) -> std::result::Result<Option<T>, String>,
) -> Option<T> {
    let Table { rows, issues, row, .. } = table;
    let field = rows.called(column?, reading);
    if field.is_empty() {
        return None;
    }
    read(field).unwrap_or_else(|problem| {
        issues.add(Some(*row), Some(name), || problem);
        None
    })
}

fn severity_of(field: Field<'_>, reading: &Reading<'_>) -> std::result::Result<Option<Severity>, String> {
    match reading.number(field) {
        Cell::Value(number) => {
            Severity::new(number).map(Some).map_err(|error| format!("{}: {error}", shown(&field.text())))
        }
        Cell::Empty => Ok(None),
        Cell::Bad => Err(reading.number_problem(field, "a severity", "one that is not known is an empty cell")),
    }
}

fn window_end(field: Field<'_>) -> std::result::Result<Option<WindowEnd>, String> {
    let text = field.text();
    let text = text.trim_ascii();
    let known = WindowEnd::ALL.into_iter().find(|end| end.key().as_bytes() == text);
    let use_one = || format!("{}: use one of {}", shown(text), WindowEnd::ALL.map(WindowEnd::key).join(", "));
    known.map(Some).ok_or_else(use_one)
}
