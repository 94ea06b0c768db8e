//! What a caller says of a table: names, delimiter, ages, codes, dates, limits.

use super::ages::{AgeUnit, Ages};
use super::dates::{DateFormat, Incomplete};
use super::years::{AgeInYear, CalendarYears};
use crate::career::articles::ArticleTable;
use crate::career::category::CategorySet;
use crate::career::date::CalendarDate;
use crate::cohort::grid::{AgeGrid, MAX_INTERVALS};
use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What separates the whole part of a number from its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalMark {
    /// `0.5`; said by the caller, `1.000` is one, not a thousand.
    Point,
    /// `0,5`
    Comma,
}

/// What an age means that a table of persons by age does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// Nobody looked: it is not observed.
    NotObserved,
    /// There was no event: the count is 0, for everyone, over all ages of the cohort.
    Zero,
}

/// Options of the readers of tables; [`TableOptions::new`] is the documented form of the command line.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_wide_with};
/// let table = "nr;leeftijd_12;leeftijd_13;gewicht\n1;0;2;1.5\n";
/// let options =
///     TableOptions::new().delimiter(b';').id_column("nr").age_prefix("leeftijd_").weight_column("gewicht");
/// let cohort = read_wide_with(TableSource::new("tabel.csv", table.as_bytes()), None, &options)?;
/// assert_eq!((cohort.events(), cohort.weight(0)), (2, 1.5));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct TableOptions {
    pub(in crate::cohort) delimiter: u8,
    pub(super) id_column: String,
    pub(super) age_prefix: String,
    pub(super) age_column: String,
    pub(super) count_column: String,
    pub(super) weight_column: Option<String>,
    pub(super) ages: Ages,
    pub(super) grid: Option<AgeGrid>,
    pub(super) max_persons: usize,
    pub(super) ignored: Ignored,
    pub(super) ignore_others: bool,
    pub(super) missing: Vec<String>,
    pub(super) decimal: Option<DecimalMark>,
    pub(super) dates: Option<DateFormat>,
    pub(super) unlisted: Option<Unlisted>,
    pub(super) leave_out_unobserved: bool,
    pub(super) incomplete: Option<Incomplete>,
    pub(super) register_end: Option<CalendarDate>,
    pub(super) prior_record: bool,
    pub(super) categories: CategorySet,
    pub(super) categorical: Vec<String>,
    pub(super) ignore_labels: bool,
    pub(super) calendar_years: Option<CalendarYears>,
    pub(super) articles: Option<ArticleTable>,
}

/// Columns to leave out, and whether any table has had them.
#[derive(Debug, Clone, Default)]
pub(super) struct Ignored(Arc<[(String, AtomicBool)]>);

impl PartialEq for Ignored {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().map(|(name, _)| name).eq(other.0.iter().map(|(name, _)| name))
    }
}

impl TableOptions {
    /// Commas, `id`, `age_12`, yearly ages, no weights, no limit but that of a cohort.
    pub fn new() -> Self {
        TableOptions {
            delimiter: b',',
            id_column: "id".into(),
            age_prefix: "age_".into(),
            age_column: "age".into(),
            count_column: "count".into(),
            weight_column: None,
            ages: Ages::default(),
            grid: None,
            max_persons: u32::MAX as usize - 1,
            ignored: Ignored::default(),
            ignore_others: false,
            missing: Vec::new(),
            decimal: None,
            dates: None,
            unlisted: None,
            leave_out_unobserved: false,
            incomplete: None,
            register_end: None,
            prior_record: false,
            categories: CategorySet::built_in(),
            categorical: Vec::new(),
            ignore_labels: false,
            calendar_years: None,
            articles: None,
        }
    }

    /// The byte between two values of a text: comma (default), semicolon, tab or vertical bar. A header in which the
    /// column of identifiers is found with another of these only is split by that one.
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Name of the column of identifiers; `id` by default.
    pub fn id_column(mut self, name: impl Into<String>) -> Self {
        self.id_column = name.into();
        self
    }

    /// What stands before the age in the name of a wide column; `age_` by default, nothing when they are called `12`.
    pub fn age_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.age_prefix = prefix.into();
        self
    }

    /// Names of the columns of ages and counts in a table of one row per person and age; `age` and `count` by default.
    pub fn long_columns(mut self, age: impl Into<String>, count: impl Into<String>) -> Self {
        self.age_column = age.into();
        self.count_column = count.into();
        self
    }

    /// Name of the column of weights, in the wide form and in a file of persons; by default there is none.
    pub fn weight_column(mut self, name: impl Into<String>) -> Self {
        self.weight_column = Some(name.into());
        self
    }

    /// Width of an age interval in months; 12 by default, and 1 when ages are in months. Column names hold the age
    /// at the start of the interval: `age_12`, `age_12.5`, `age_13` for half years.
    pub fn width_months(mut self, months: u32) -> Self {
        self.ages.step = Some(months);
        self
    }

    /// What ages are written in: years by default, which then may not pass 110.
    pub fn ages_in(mut self, unit: AgeUnit) -> Self {
        self.ages.unit = Some(unit);
        self
    }

    /// The ages of the cohort, for the long forms. Without it, they run from the lowest to the highest
    /// age (of a window, or listed); with it, an age outside is an error.
    pub fn grid(mut self, grid: AgeGrid) -> Self {
        self.grid = Some(grid);
        self
    }

    /// The wide columns are calendar years, called by this prefix and the year (`y2005`); `birth` is the column of birth,
    /// a date or a year, and the rule says which age a year is. Ages outside [`TableOptions::grid`] are left out then, and
    /// counted.
    ///
    /// ```
    /// use pleegprofiel::cohort::table::{AgeInYear, TableOptions, TableSource, read_cohort};
    /// let table = TableSource::new("t.csv", "id,born,y2005,y2006\na,1990,0,2\nb,1991,1,0\n".as_bytes());
    /// let options = TableOptions::new().calendar_years("y", "born", AgeInYear::End);
    /// let cohort = read_cohort(table, None, &options)?;
    /// assert_eq!(cohort.counts(0), [None, Some(0), Some(2)]);
    /// assert_eq!(cohort.counts(1), [Some(1), Some(0), None]);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn calendar_years(mut self, prefix: impl Into<String>, birth: impl Into<String>, rule: AgeInYear) -> Self {
        self.calendar_years = Some(CalendarYears { prefix: prefix.into(), birth: birth.into(), rule });
        self
    }

    /// Refuse tables of more persons than this; by default only the limit of a cohort holds.
    pub fn max_persons(mut self, persons: usize) -> Self {
        self.max_persons = persons.min(u32::MAX as usize - 1);
        self
    }

    /// Columns to leave out, by name; the cohort says that they were.
    pub fn ignore(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut all: Vec<String> = self.ignored.0.iter().map(|(name, _)| name.clone()).collect();
        all.extend(names.into_iter().map(Into::into));
        self.ignored = Ignored(all.into_iter().map(|name| (name, AtomicBool::new(false))).collect());
        self
    }

    /// Leaves out every column that is not asked for; the cohort says which. A misspelt one is missed, too.
    pub fn ignore_others(mut self, ignore: bool) -> Self {
        self.ignore_others = ignore;
        self
    }

    /// Values that stand for a missing one, as they are written: `999`, `NA`, `.`. A number stands for itself however
    /// it is written (`999.0`) or stored.
    pub fn missing(mut self, codes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.missing.extend(codes.into_iter().map(|code| code.into().trim().to_owned()));
        self
    }

    /// What stands before the decimals of a number in a text; a point by default.
    pub fn decimal(mut self, mark: DecimalMark) -> Self {
        self.decimal = Some(mark);
        self
    }

    /// How dates are written; those like `2010-12-31` are read in any case.
    pub fn date_format(mut self, format: DateFormat) -> Self {
        self.dates = Some(format);
        self
    }

    /// What ages mean that a table of persons by age does not list; by default they are not observed, and a table
    /// without a single 0 is told of.
    pub fn unlisted(mut self, unlisted: Unlisted) -> Self {
        self.unlisted = Some(unlisted);
        self
    }

    /// Leaves out people without a single observed age, and says how many; by default each is an error.
    pub fn leave_out_unobserved(mut self, leave_out: bool) -> Self {
        self.leave_out_unobserved = leave_out;
        self
    }

    /// How a date without day or month becomes a date; by default it is an error.
    pub fn incomplete_dates(mut self, rule: Incomplete) -> Self {
        self.incomplete = Some(rule);
        self
    }

    /// First day after the register: the end of windows that have none (empty, or `9999-12-31`). By default such a
    /// window is an error.
    pub fn register_end(mut self, end: CalendarDate) -> Self {
        self.register_end = Some(end);
        self
    }

    /// Keeps offences before the window of a person as prior record beside the career; by default they are an error.
    pub fn prior_record(mut self, keep: bool) -> Self {
        self.prior_record = keep;
        self
    }

    /// The categories that offences may have; the built-in ones by default.
    pub fn categories(mut self, set: CategorySet) -> Self {
        self.categories = set;
        self
    }

    /// Offences have an `article` of law (and, if wanted, `paragraph` and `law`) in place of a category, which this table
    /// gives them by the day they were committed on.
    pub fn articles(mut self, table: ArticleTable) -> Self {
        self.articles = Some(table);
        self
    }

    /// Covariates that are categories, whatever stands in their cells; a column whose values have labels (Stata) is one
    /// in any case.
    pub fn categorical(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.categorical.extend(names.into_iter().map(Into::into));
        self
    }

    /// Takes the numbers of covariates whose values have labels as numbers.
    pub fn ignore_labels(mut self, ignore: bool) -> Self {
        self.ignore_labels = ignore;
        self
    }

    /// Columns to leave out by name that none of the tables read by these options, or by a clone of them, has had.
    ///
    /// ```
    /// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_cohort};
    /// let options = TableOptions::new().ignore(["sex", "nope"]);
    /// let table = TableSource::new("t.csv", "id,sex,age_12,age_13\na,m,0,2\n".as_bytes());
    /// read_cohort(table, None, &options)?;
    /// assert_eq!(options.ignored_in_vain(), ["nope"]);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn ignored_in_vain(&self) -> Vec<&str> {
        let unused = self.ignored.0.iter().filter(|(_, used)| !used.load(Ordering::Relaxed));
        unused.map(|(name, _)| name.as_str()).collect()
    }

    /// Whether a comma stands before the decimals of a number.
    pub(in crate::cohort) fn has_decimal_commas(&self) -> bool {
        self.decimal == Some(DecimalMark::Comma)
    }

    /// Whether a column is left out by name; that there is one is remembered.
    pub(super) fn ignores(&self, name: &str) -> bool {
        let found = self.ignored.0.iter().find(|(ignored, _)| ignored == name);
        found.inspect(|(_, used)| used.store(true, Ordering::Relaxed)).is_some()
    }

    /// The columns that the caller does not leave out by name.
    pub(super) fn kept<'h>(&self, header: &'h [String]) -> impl Iterator<Item = &'h String> {
        header.iter().filter(|name| !self.ignored.0.iter().any(|(ignored, _)| ignored == *name))
    }

    /// Whether the caller uses this column as weights, or leaves it out by name.
    pub(super) fn says_of_weight(&self, name: &str) -> bool {
        self.weight_column.as_deref() == Some(name) || self.ignores(name)
    }

    pub(in crate::cohort) fn check(&self) -> Result<()> {
        if !matches!(self.delimiter, b',' | b';' | b'\t' | b'|') {
            return Err(Error::options(format!(
                "the delimiter {:?} is not a comma, semicolon, tab or vertical bar",
                char::from(self.delimiter)
            )));
        }
        let empty = self.id_column.is_empty() || self.age_column.is_empty() || self.count_column.is_empty();
        if empty || self.weight_column.as_deref() == Some("") {
            return Err(Error::options("column names may not be empty"));
        }
        if self.weight_column.as_ref() == Some(&self.id_column) {
            return Err(Error::options("identifiers and weights cannot stand in the same column"));
        }
        let asked = [Some(&self.id_column), self.weight_column.as_ref()];
        if let Some((name, _)) = self.ignored.0.iter().find(|(name, _)| asked.contains(&Some(name))) {
            return Err(Error::options(format!("the column {name:?} cannot be asked for and left out as well")));
        }
        if self.missing.iter().any(String::is_empty) {
            return Err(Error::options("an empty cell is a missing value anyway: a code for one may not be empty"));
        }
        let other_ages = self.ages.unit == Some(AgeUnit::Months) || self.ages.step.is_some_and(|step| step != 12);
        if self.calendar_years.is_some() && (other_ages || self.unlisted.is_some()) {
            return Err(Error::options(
                "calendar years become ages in whole years, and none is unlisted: months, other widths and unlisted ages \
                 go with ages",
            ));
        }
        let width = self.ages.step();
        if width == 0 || width as usize > MAX_INTERVALS {
            return Err(Error::options(format!(
                "an age interval of {width} months is not between 1 and {MAX_INTERVALS} months wide"
            )));
        }
        Ok(())
    }

    /// The grid of a form in completed years.
    pub(super) fn yearly(grid: AgeGrid) -> Result<AgeGrid> {
        if grid.width_months() != 12 || !grid.start_months().is_multiple_of(12) {
            return Err(Error::options(format!(
                "ages in completed years need a grid of whole years, not one of {} months from month {}",
                grid.width_months(),
                grid.start_months()
            )));
        }
        Ok(grid)
    }
}

impl Default for TableOptions {
    fn default() -> Self {
        TableOptions::new()
    }
}
