//! The wide form by calendar year: a column of birth, then one column per year, which a rule of the caller's turns into
//! ages.
//!
//! A calendar year holds parts of two years of age. Which of them its count belongs to is not in the table, so the caller
//! states it: the age on a day of the year.

use super::beside::{Beside, Exposure};
use super::dates::{Incomplete, Stated};
use super::field::Reading;
use super::header::{self, WideColumns};
use super::ids::Ids;
use super::labelled::Labelled;
use super::options::TableOptions;
use super::register::DayNumbers;
use super::rows::Table;
use super::unreadable;
use super::wide::{read_counts, read_weight};
use super::words::{NOT_OBSERVED, shown};
use crate::career::date::CalendarDate;
use crate::cohort::builder::CohortBuilder;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, Issues, Result};
use crate::units::read_back;
use std::fmt;

/// Which age the count of a calendar year belongs to: that on a day of the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeInYear {
    /// The age on 1 January.
    Start,
    /// The age on 1 July.
    Middle,
    /// The age on 31 December: the one reached in the year.
    End,
}

impl AgeInYear {
    /// Every rule.
    pub const ALL: [AgeInYear; 3] = [AgeInYear::Start, AgeInYear::Middle, AgeInYear::End];

    /// The key in options and results.
    pub fn key(self) -> &'static str {
        match self {
            AgeInYear::Start => "start",
            AgeInYear::Middle => "middle",
            AgeInYear::End => "end",
        }
    }

    fn day(self, year: i16) -> Result<CalendarDate> {
        match self {
            AgeInYear::Start => CalendarDate::new(year, 1, 1),
            AgeInYear::Middle => CalendarDate::new(year, 7, 1),
            AgeInYear::End => CalendarDate::new(year, 12, 31),
        }
    }

    /// Completed years on the day of this year; below 0 before birth.
    fn age(self, birth: CalendarDate, year: i16) -> Result<i32> {
        let day = self.day(year)?;
        let passed = (birth.month(), birth.day()) <= (day.month(), day.day());
        Ok(i32::from(year) - i32::from(birth.year()) - i32::from(!passed))
    }
}

read_back! { AgeInYear, "a day of the year"; }

impl fmt::Display for AgeInYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// How columns of calendar years are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CalendarYears {
    pub(super) prefix: String,
    pub(super) birth: String,
    pub(super) rule: AgeInYear,
}

/// The header of such a table.
struct Columns {
    /// With one interval a year, from an age of 0 for the first.
    wide: WideColumns,
    birth: usize,
    first: i16,
}

/// What one person has, before the ages of the cohort are known.
struct Person {
    person: usize,
    /// Age in the first year of the table.
    age: i32,
    weight: f64,
}

pub(super) fn read(
    mut counts: Table<'_>,
    mut exposure: Option<Table<'_>>,
    form: &CalendarYears,
    options: &TableOptions,
) -> Result<Cohort> {
    let columns = columns(&mut counts, form, options, true);
    // times at risk by age, in the long form, meet the counts when these are of ages
    let by_age = exposure.as_ref().is_some_and(|table| Exposure::is_long(table, options));
    if by_age {
        let long = exposure.as_mut().map(|table| Exposure::of(table, options));
        let Some(columns) = columns else { return Err(unreadable(with(counts.issues, exposure))) };
        return read_rows(counts, &columns, None, exposure.zip(long), form, options);
    }
    let risk = exposure.as_mut().map(|table| self::columns(table, form, options, false));
    let Some(columns) = columns else { return Err(unreadable(with(counts.issues, exposure))) };
    let beside = match (exposure, risk) {
        (Some(table), Some(Some(risk))) => {
            let own = Exposure::Wide(risk.wide);
            match Beside::open(table, Some(own), (&columns.wide, &counts.name), options)? {
                (None, issues) => return Err(unreadable(issues)),
                (beside, _) => beside,
            }
        }
        (Some(table), _) => return Err(unreadable(table.issues)),
        (None, _) => None,
    };
    read_rows(counts, &columns, beside, None, form, options)
}

fn with(mut issues: Issues, other: Option<Table<'_>>) -> Issues {
    issues.append(other.map(|table| table.issues).unwrap_or_default());
    issues
}

fn columns(table: &mut Table<'_>, form: &CalendarYears, options: &TableOptions, people: bool) -> Option<Columns> {
    let (row, before) = (table.header_row, table.issues.count());
    let header = std::mem::take(&mut table.header);
    let birth = header::find(&header, &form.birth);
    let mut years: Vec<(i16, usize)> = Vec::new();
    for (position, name) in header.iter().enumerate() {
        if let Some(year) = year(name, &form.prefix).filter(|_| Some(position) != birth) {
            years.push((year, position));
        }
    }
    years.sort_unstable();
    let names: Vec<String> = years.iter().map(|&(_, at)| header[at].clone()).collect();
    table.header = header;
    let weight = options.weight_column.as_deref().filter(|_| people).unwrap_or("");
    // times at risk may stand without births
    let mut asked: Vec<&str> = Some(form.birth.as_str()).filter(|_| people || birth.is_some()).into_iter().collect();
    asked.extend(Some(weight).filter(|weight| !weight.is_empty()));
    let [id, found_birth, found_weight] = header::beside_columns(table, &asked, &names, options);
    if years.is_empty() {
        let prefix = shown(form.prefix.as_bytes());
        table.issues.add(row, None, || format!("no columns of calendar years, which begin with {prefix}"));
    }
    for (at, pair) in years.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        if b.0 == a.0 {
            let [first, second] = [a.1 + 1, b.1 + 1];
            table.issues.add(row, Some(&names[at + 1]), || {
                format!("the year {} stands twice: column {first} and column {second}", a.0)
            });
        } else if b.0 > a.0 + 1 {
            table.issues.add(row, None, || {
                format!("the years {} to {} are missing between {} and {}", a.0 + 1, b.0 - 1, a.0, b.0)
            });
        }
    }
    if people {
        table.check_declared_weight(options);
    }
    if table.issues.count() != before {
        return None;
    }
    let (id, birth) = (id?, if people { found_birth? } else { found_birth.unwrap_or(usize::MAX) });
    let last = years.len() as u32 - 1;
    let grid = AgeGrid::years(0, last).ok()?;
    let ages: Vec<usize> = years.iter().map(|&(_, at)| at).collect();
    table.needs(ages.iter().copied().chain([id]).chain(found_birth).chain(found_weight));
    Some(Columns { wide: WideColumns { grid, id, ages, names, weight: found_weight }, birth, first: years[0].0 })
}

/// The year in the name of a column.
fn year(name: &str, prefix: &str) -> Option<i16> {
    let start = name.get(..prefix.len())?;
    let digits = &name[prefix.len()..];
    let plain = start.eq_ignore_ascii_case(prefix) && digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|year| plain && (1800..=2200).contains(year))
}

fn read_rows(
    mut counts: Table<'_>,
    columns: &Columns,
    mut exposure: Option<Beside<'_, '_>>,
    by_age: Option<(Table<'_>, Option<Exposure>)>,
    form: &CalendarYears,
    options: &TableOptions,
) -> Result<Cohort> {
    let reading = Reading::new(options);
    let years = columns.wide.ages.len();
    let (mut ids, mut people) = (Ids::new(), Vec::new());
    let (mut all, mut risks): (Vec<Option<u32>>, Vec<f64>) = (Vec::new(), Vec::new());
    let (mut cells, mut lost, mut rows) = (vec![None; years], false, false);
    let (mut placed, mut before_birth, mut incomplete, mut left_out, mut unobserved) = (0, 0, 0, 0, 0);
    let (mut labelled, mut births) = (Labelled::of(&counts, &columns.wide.ages), DayNumbers::default());
    if reading.plain_counts() {
        counts.rows.counts_in(&columns.wide.ages);
    }
    while counts.next()? {
        rows = true;
        let complete = counts.complete();
        let person = ids.take_new(&mut counts, columns.wide.id, options);
        lost |= !complete || person.is_none();
        if !complete {
            continue;
        }
        let good = read_counts(&mut counts, &columns.wide, &reading, &mut cells);
        labelled.look(&counts, &cells);
        let weight = columns.wide.weight.map_or(1.0, |at| read_weight(&mut counts, at, &reading));
        births.look(&counts, columns.birth, options);
        let born = birth(&mut counts, columns, &reading, form, options, &mut incomplete);
        if let (Some(exposure), Some(person)) = (&mut exposure, person) {
            exposure.join((counts.row, &counts.issues), ids.get(person), good.then_some(cells.as_mut_slice()))?;
        }
        let Some(born) = born else {
            left_out += u64::from(options.incomplete == Some(Incomplete::LeaveOut));
            continue;
        };
        let age = form.rule.age(born, columns.first)?;
        // nobody was there to be observed
        for (cell, name) in cells.iter_mut().zip(&columns.wide.names).take((-age).max(0) as usize) {
            match cell.take() {
                Some(0) => before_birth += 1,
                Some(count) => {
                    let row = counts.row;
                    counts.issues.add(Some(row), Some(name), || format!("{count} counted before birth ({born})"));
                }
                None => {}
            }
        }
        if good && cells.iter().all(Option::is_none) {
            if options.leave_out_unobserved {
                unobserved += 1;
                continue;
            }
            counts.issues.add(Some(counts.row), None, || NOT_OBSERVED.into());
        }
        if let (true, Some(person)) = (counts.issues.is_empty(), person) {
            placed += cells.iter().flatten().count() as u64;
            people.push(Person { person, age, weight });
            all.extend_from_slice(&cells);
            risks.extend(exposure.iter().flat_map(|exposure| exposure.risk()));
        }
    }
    if !rows {
        counts.no_rows();
    }
    births.refuse_years(&mut counts, &form.birth);
    let mut warnings = counts.finish(&reading);
    warnings.extend(labelled.warning());
    warnings.extend(ids.alike(&counts.issues));
    if people.is_empty() && left_out > 0 && counts.issues.is_empty() {
        counts.nobody_left(left_out, "--incomplete-dates leave-out");
    }
    let mut issues = counts.issues;
    let by_year = exposure.is_some();
    if let Some(mut exposure) = exposure {
        if rows {
            exposure.finish(lost || counts.stopped, &ids, &counts.name)?;
        }
        warnings.extend(exposure.warnings());
        issues.append(exposure.into_issues());
    }
    if issues.is_empty() && people.is_empty() {
        issues.add(None, None, || "nobody was observed at any age".into());
    }
    if !issues.is_empty() {
        return Err(unreadable(issues));
    }
    let grid = match options.grid {
        Some(grid) => TableOptions::yearly(grid)?,
        None => grid_of(&people, &all, years)?,
    };
    let mut beside = None;
    if let Some((table, form)) = by_age {
        beside = match Beside::open(table, form, (&WideColumns::of_grid(grid, options), &counts.name), options)? {
            (None, issues) => return Err(unreadable(issues)),
            (beside, _) => beside,
        };
    }
    let with_risk = by_year || beside.is_some();
    let mut outside = 0;
    let mut builder = CohortBuilder::new(grid);
    let (mut ages, mut risk) = (vec![None; grid.len()], vec![0.0; grid.len()]);
    let mut kept = Vec::with_capacity(people.len());
    for (i, one) in people.iter().enumerate() {
        ages.fill(None);
        risk.fill(0.0);
        for (k, &cell) in all[i * years..(i + 1) * years].iter().enumerate().filter(|(_, cell)| cell.is_some()) {
            let months = u32::try_from(one.age + k as i32).ok().map(|age| 12 * age);
            match months.and_then(|months| grid.interval_of_months(months)) {
                None => outside += 1,
                Some(j) => {
                    ages[j] = cell;
                    risk[j] = if by_year { risks[i * years + k] } else { 1.0 };
                }
            }
        }
        if let Some(beside) = &mut beside {
            beside.join((ids.row(one.person), &issues), ids.get(one.person), Some(&mut ages))?;
            risk.copy_from_slice(beside.risk());
        }
        if ages.iter().all(Option::is_none) {
            unobserved += 1;
            continue;
        }
        kept.push(one.person);
        let exposure = with_risk.then_some(risk.as_slice());
        builder.push_checked(Some(ids.get(one.person)), |j| ages[j], exposure, one.weight)?;
    }
    if let Some(mut beside) = beside {
        // those left out were not asked for
        beside.finish(left_out + unobserved > 0, &ids, &counts.name)?;
        warnings.extend(beside.warnings());
        if !beside.is_good() {
            return Err(unreadable(beside.into_issues()));
        }
    }
    if builder.is_empty() {
        return Err(Error::options("nobody was observed at the ages asked for"));
    }
    let file = counts.name;
    let rule = form.rule.key().to_owned();
    warnings.push(CohortWarning::CalendarYears {
        file: file.clone(),
        rule,
        cells: placed - outside,
        outside,
        before_birth,
    });
    if let Some(rule) = options.incomplete.filter(|_| incomplete + left_out > 0) {
        warnings.push(CohortWarning::IncompleteDates {
            file,
            rule: rule.key().to_owned(),
            dates: incomplete,
            left_out,
        });
    }
    if unobserved > 0 {
        warnings.push(CohortWarning::NeverObserved { persons: unobserved });
    }
    Ok(builder.finish().with_warnings(warnings, |person| issues.located(ids.row(kept[person]))))
}

/// The day of birth, or one that comes to the same ages; `None` when there is none, which stands among the issues unless
/// such rows are to be left out.
fn birth(
    table: &mut Table<'_>,
    columns: &Columns,
    reading: &Reading<'_>,
    form: &CalendarYears,
    options: &TableOptions,
    incomplete: &mut u64,
) -> Option<CalendarDate> {
    let Table { rows, issues, row, .. } = table;
    let field = rows.field(columns.birth);
    let text = || shown(field.text().trim_ascii());
    let problem = match reading.date(field) {
        Ok(Stated::Day(day)) => return Some(day),
        Ok(stated @ Stated::Between(first, last)) => {
            let ages = [first, last].map(|day| form.rule.age(day, columns.first));
            match (ages, options.incomplete) {
                // whatever the day, the ages are the same
                ([Ok(a), Ok(b)], _) if a == b => return Some(first),
                (_, Some(Incomplete::LeaveOut)) => return None,
                (_, Some(rule)) => {
                    *incomplete += 1;
                    return stated.by(rule);
                }
                ([Ok(a), Ok(b)], None) => format!(
                    "{} leaves open whether the age by the rule {} is {b} or {a} in {}: --age-in-year end needs the year \
                     alone; --incomplete-dates middle, earliest, latest or leave-out says how such births are read",
                    text(),
                    form.rule,
                    columns.first
                ),
                _ => format!("{} is no year of birth", text()),
            }
        }
        Ok(Stated::Empty) if options.incomplete == Some(Incomplete::LeaveOut) => return None,
        Ok(Stated::Empty) => "no birth; --incomplete-dates leave-out leaves out such rows".to_owned(),
        Ok(Stated::Open) => format!("{} is the end of time, not a birth", text()),
        Err(problem) => problem,
    };
    issues.add(Some(*row), Some(&form.birth), || problem);
    None
}

/// From the lowest to the highest age at which anyone was observed.
fn grid_of(people: &[Person], all: &[Option<u32>], years: usize) -> Result<AgeGrid> {
    let ages = people.iter().zip(all.chunks_exact(years)).flat_map(|(one, cells)| {
        cells.iter().enumerate().filter(|(_, cell)| cell.is_some()).map(|(k, _)| one.age + k as i32)
    });
    let (low, high) = ages.fold((i32::MAX, i32::MIN), |(low, high), age| (low.min(age), high.max(age)));
    AgeGrid::years(low.max(0) as u32, high.max(0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_in_a_year_is_that_on_a_day_of_it() {
        let born = CalendarDate::new(1990, 7, 2).unwrap();
        let ages = |year| AgeInYear::ALL.map(|rule| rule.age(born, year).unwrap());
        assert_eq!(ages(2005), [14, 14, 15]);
        assert_eq!(ages(1990), [-1, -1, 0]);
        let born = CalendarDate::new(1990, 1, 1).unwrap();
        assert_eq!(AgeInYear::ALL.map(|rule| rule.age(born, 2005).unwrap()), [15, 15, 15]);
    }
}
