//! What registers leave open in dated tables, and by which rule of the caller's it is read: incomplete dates, windows
//! without an end, categories of the user's own.

use super::dates::{DateFormat, Incomplete, Stated};
use super::field::{Field, Reading};
use super::header::{self, Others};
use super::options::TableOptions;
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use super::words::shown;
use crate::career::category::{Category, CategoryLabel, CategorySet, MAX_CATEGORIES};
use crate::career::date::CalendarDate;
use crate::cohort::warning::CohortWarning;
use crate::error::Result;
use std::collections::HashMap;

/// Categories that a table of own ones may have: beside the built-in ones, a set holds as many.
const MAX_OWN: usize = MAX_CATEGORIES - 10;

/// What a cell of dates comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    Is(CalendarDate),
    /// The end of the register, as the window has none of its own.
    RegisterEnd(CalendarDate),
    /// The row is left out by the rule for incomplete dates.
    LeftOut,
    /// No date, which stands among the issues.
    Bad,
}

impl Day {
    pub(super) fn date(self) -> Option<CalendarDate> {
        match self {
            Day::Is(date) | Day::RegisterEnd(date) => Some(date),
            Day::LeftOut | Day::Bad => None,
        }
    }
}

/// How often rules were needed in one table.
#[derive(Debug, Default)]
pub(super) struct Tally {
    incomplete: u64,
    pub(super) left_out: u64,
    open: u64,
    pub(super) prior: u64,
}

impl Tally {
    pub(super) fn warnings(&self, file: &str, rule: Option<Incomplete>) -> Vec<CohortWarning> {
        let mut all = Vec::new();
        let file = || file.to_owned();
        if let Some(rule) = rule.filter(|_| self.incomplete + self.left_out > 0) {
            all.push(CohortWarning::IncompleteDates {
                file: file(),
                rule: rule.key().to_owned(),
                dates: self.incomplete,
                left_out: self.left_out,
            });
        }
        if self.open > 0 {
            all.push(CohortWarning::OpenEnds { file: file(), windows: self.open });
        }
        if self.prior > 0 {
            all.push(CohortWarning::PriorRecord { file: file(), offences: self.prior });
        }
        all
    }
}

/// Whether all births of a table, which are read as day numbers, are numbers that years are.
#[derive(Debug, Default)]
pub(super) struct DayNumbers {
    /// Row of the first number that a year may be, and it.
    year: Option<(u64, u32)>,
    /// Whether any is no year.
    other: bool,
}

impl DayNumbers {
    /// Looks at the birth in the current row.
    pub(super) fn look(&mut self, table: &Table<'_>, column: usize, options: &TableOptions) {
        let field = table.field(column);
        if self.other || field.is_empty() || !options.dates.as_ref().is_some_and(DateFormat::is_number) {
            return;
        }
        let text = field.text();
        let text = String::from_utf8_lossy(text.trim_ascii());
        match text.strip_suffix(".0").unwrap_or(&text).parse() {
            Ok(year @ 1850..=2100) => self.year = self.year.or(Some((table.row, year))),
            _ => self.other = true,
        }
    }

    /// Once all rows were read: everybody born within the same nine months is less likely than years taken for days.
    pub(super) fn refuse_years(self, table: &mut Table<'_>, column: &str) {
        let Some((row, year)) = self.year.filter(|_| !self.other) else { return };
        table.issues.add(Some(row), Some(column), || {
            format!(
                "{year} is a year, or the number of a day, and so is every birth here: without --date-format it is read as a \
                 year; births by day number are written as dates where all of them lie so"
            )
        });
    }
}

/// Reads a date; `end` says whether it may be open.
pub(super) fn day(
    table: &mut Table<'_>,
    (column, name): (usize, &str),
    end: bool,
    reading: &Reading<'_>,
    options: &TableOptions,
    tally: &mut Tally,
) -> Day {
    let Table { rows, issues, row, .. } = table;
    let field = rows.field(column);
    let text = |field: Field<'_>| shown(field.text().trim_ascii());
    let problem = match reading.date(field) {
        Ok(Stated::Day(day)) => return Day::Is(day),
        Ok(stated @ Stated::Between(..)) => match options.incomplete {
            Some(Incomplete::LeaveOut) => return Day::LeftOut,
            Some(rule) => match stated.by(rule) {
                Some(day) => {
                    tally.incomplete += 1;
                    return Day::Is(day);
                }
                None => format!("{} is no day by the rule {rule}", text(field)),
            },
            None => format!(
                "{} lacks its day or month: how such dates are read is for the caller to say (--incomplete-dates \
                 middle, earliest, latest or leave-out)",
                text(field)
            ),
        },
        Ok(stated @ (Stated::Open | Stated::Empty)) if end => match options.register_end {
            Some(day) => {
                tally.open += 1;
                return Day::RegisterEnd(day);
            }
            None => {
                let what = if stated == Stated::Empty { "no end".to_owned() } else { text(field) };
                format!(
                    "{what}: a window that is still open ends with the register, whose end must be given (--register-end)"
                )
            }
        },
        // an unknown date is as incomplete as a date can be
        Ok(Stated::Empty) if options.incomplete == Some(Incomplete::LeaveOut) => return Day::LeftOut,
        Ok(Stated::Open) => format!("{} is the end of time, not a day", text(field)),
        Ok(Stated::Empty) => "no date; --incomplete-dates leave-out leaves out such rows".to_owned(),
        Err(problem) => problem,
    };
    issues.add(Some(*row), Some(name), || problem);
    Day::Bad
}

/// Reads the category of an offence, which must be in the set.
pub(super) fn category(
    table: &mut Table<'_>,
    column: usize,
    set: &CategorySet,
    reading: &Reading<'_>,
) -> Option<Category> {
    let Table { rows, issues, row, .. } = table;
    let field = rows.called(column, reading);
    let text = field.text();
    let found = std::str::from_utf8(text.trim_ascii()).ok().and_then(|text| set.named(text)).cloned();
    if found.is_none() {
        issues.add(Some(*row), Some("offence"), || {
            let known: Vec<&str> = set.labels().iter().take(20).map(|label| label.category.key()).collect();
            let more = if set.labels().len() > 20 { ", .." } else { "" };
            format!(
                "{} is not a category; there are {}{more}; others come from a file (--categories)",
                shown(text.trim_ascii()),
                known.join(", ")
            )
        });
    }
    found
}

/// Reads categories of offences from a table `key`, `dutch`, `english`; further columns are ignored.
///
/// The built-in categories are added to those of the table unless it has them itself: an instrument or profile may need
/// trafficking by its key.
///
/// ```
/// use pleegprofiel::{career::Category, cohort::table::{TableOptions, TableSource, read_categories}};
/// let table = "key,dutch,english\ntheft,diefstal,theft\n";
/// let set = read_categories(TableSource::new("categories.csv", table.as_bytes()), &TableOptions::new())?;
/// assert!(set.contains(&Category::new("theft")?) && set.contains(&Category::HUMAN_TRAFFICKING));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Lists missing columns and keys that are no kebab-case by row; as [`CategorySet::new`].
pub fn read_categories(source: TableSource<'_>, options: &TableOptions) -> Result<CategorySet> {
    options.check()?;
    let mut table = Table::open(source, options)?;
    let (mut labels, mut rows) = (Vec::new(), HashMap::new());
    if let Some([Some(key), Some(dutch), Some(english)]) =
        header::named(&mut table, ["key", "dutch", "english"], 3, Others::IgnoredBut(&[]), options)
    {
        while table.next()? {
            if !table.complete() {
                continue;
            }
            let text = |at: usize| String::from_utf8_lossy(&table.field(at).text()).trim().to_owned();
            let row = table.row;
            let (key, dutch, english) = (text(key), text(dutch), text(english));
            for (column, label) in [("dutch", &dutch), ("english", &english)] {
                if label.is_empty() {
                    table
                        .issues
                        .add(Some(row), Some(column), || "no label: every category has one in both languages".into());
                }
            }
            match Category::new(&key) {
                Ok(category) => match rows.insert(key, row) {
                    Some(first) => {
                        let first = table.place(first);
                        table.issues.add(Some(row), Some("key"), || format!("same key as {first}"));
                    }
                    None => labels.push(CategoryLabel { category, dutch, english }),
                },
                Err(error) => table.issues.add(Some(row), Some("key"), || error.to_string()),
            }
        }
        table.no_rows_of(labels.len());
    }
    if !table.issues.is_empty() {
        return Err(unreadable(table.issues));
    }
    if labels.len() > MAX_OWN {
        table.issues.add(None, None, || format!("{} categories: there may be {MAX_OWN}", labels.len()));
        return Err(unreadable(table.issues));
    }
    let own: Vec<Category> = labels.iter().map(|label| label.category.clone()).collect();
    labels.extend(CategorySet::built_in().labels().iter().filter(|label| !own.contains(&label.category)).cloned());
    CategorySet::new(labels)
}
