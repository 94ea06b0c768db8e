//! Cohorts from tables, with every problem of a table reported at once: one reading layer under all kinds of files.
//!
//! Belongs here: the forms of tables, their rules and the words for what breaks them. Does not belong here: what makes
//! dated records a career (that is `career`'s own check), and how a kind of file is decoded (`csv`, `parquet`).
//!
//! # Forms
//!
//! | form | columns | read by |
//! | --- | --- | --- |
//! | wide | `id`, then `age_12`, `age_13`, .. without gaps; a second file of the same shape, or of the next, for time at risk | [`read_wide`] |
//! | by calendar year | `id`, a column of birth, then `y2005`, `y2006`, .. ([`TableOptions::calendar_years`]) | [`read_cohort`] |
//! | wide, of values | the same with decimal numbers, for models of scores and fractions | [`read_values`] |
//! | one row per person and age | `id`, `age`, `count`, and `exposure` if wanted, in it or in a table of its own | [`read_person_ages`] |
//! | one row per offence | `id`, `age`, `offence`, further columns ignored; who was observed when comes separately | [`read_offences`] |
//! | dated | people (`id`, `birth`, `from`, `to`), offences (`id`, `committed`, `offence`, or `article` by a table of articles), custody (`id`, `from`, `to`) | [`read_careers`], into careers |
//!
//! # Rules of every form
//!
//! - A file is of the kind that its first bytes show. Text is UTF-8 (with or without byte order mark), lines end in LF
//!   or CRLF, the first line is the header (behind Excel's `sep=;` if that is there), white space around a value is
//!   dropped. Wholly empty rows are skipped.
//! - Columns are found by name, wherever they stand; a name that differs in case alone serves when it is the only one.
//!   A column that a form does not know is refused unless it is left out by name, or empty. Columns without a name are
//!   left out when they are empty or number the rows. Whatever is left out is among [`Cohort::warnings`]. Where a caller
//!   names the columns (groups, covariates, who is counted), others are passed over.
//! - An empty count is an age that was not observed; it is not 0. `NA`, `.`, 999 and the like are missing only when
//!   [`TableOptions::missing`] says so, and then in every cell, whatever its type; an identifier or an age that is a code is
//!   refused as an empty one is (but whole numbers from 0 on are identifiers). In the long forms an age that is not listed is not observed, unless
//!   [`TableOptions::unlisted`] says that it is 0.
//! - A person without a single observed age carries no information and is an error, not a silent loss.
//! - A count is a whole number, at most [`MAX_COUNT`](crate::cohort::MAX_COUNT), in digits; `2.0` is 2. `1e3`, `+2` and
//!   `2.5` are refused, since each usually means that a column holds something else than counts; so is `1.000`,
//!   which may be a thousand, until [`TableOptions::decimal`] says what a point is.
//! - The time at risk is a fraction of the age interval, above 0 and at most 1. An interval with a count of 0 and a time
//!   at risk of 0 is not observed; one with a count above 0 is an error. Rows are found by identifier.
//! - Dates are `2010-12-31`, or of the format that the caller states; day and month are never guessed. A date-time at
//!   midnight is a date.
//! - Rows have as many fields as the header; more, when these are empty. A row may run over several lines inside quotes, but not
//!   when the quoted text holds a quote as well, has text behind its closing quote, or holds lines that each look like a
//!   row: that is what a quote left open looks like, and it would swallow the rows behind it.
//! - Row numbers in messages are line numbers in a text, that of the line on which the row starts; in other files the
//!   first row is row 1.
//! - Identifiers are text, and private: no message holds one. Floats that may stand for several whole numbers are refused as
//!   identifiers, cases and days. Identifiers of one table that differ by leading zeros, `.0`, blanks or case alone are
//!   among [`Cohort::warnings`].
//! - Points that may part thousands (`1.250` beside `980`) are refused until [`TableOptions::decimal`] says what they are.
//! - A table that shows two forms is refused until the columns of one are left out by name.
//!
//! Tables are read as a stream; [`read_in_chunks`] keeps it one, for more people than memory holds. Memory is what the cohort needs, plus the identifiers once more while
//! reading (to find doubles); the long forms hold 24 to 40 bytes per row, as rows of a person may be apart; times at
//! risk in another order than the counts are held until it is their turn.

mod ages;
mod articles;
mod beside;
mod careers;
mod cells;
mod codes;
mod covariate;
mod date_words;
mod dates;
mod field;
mod forms;
mod header;
mod header_words;
mod ids;
mod in_chunks;
mod labelled;
pub(crate) mod named;
mod offences;
mod options;
mod person_ages;
mod persons;
mod register;
pub(in crate::cohort) mod rows;
mod source;
mod starts;
mod stays;
mod thousands;
mod values;
pub(in crate::cohort) mod ways;
mod wide;
mod words;
mod years;

#[cfg(feature = "csv")]
pub use crate::cohort::csv::{write_wide, write_wide_exposure};
#[cfg(feature = "parquet")]
pub use crate::cohort::parquet::{ParquetSource, read_cohort_parquet, read_cohort_parquet_with};

pub use ages::AgeUnit;
pub use articles::read_articles;
pub use careers::{CareerTable, NamedCareer, read_career_table, read_careers, read_groups};
pub use cells::{CellKind, CellTable, Cells};
pub use dates::{DateFormat, Incomplete};
#[cfg(any(feature = "parquet", feature = "stata"))]
pub(in crate::cohort) use field::Field;
pub use in_chunks::{for_each_chunk, read_in_chunks};
pub use offences::{Observed, read_offences};
pub use options::{DecimalMark, TableOptions, Unlisted};
pub use person_ages::{read_person_ages, read_person_ages_of};
pub use persons::{PersonTable, read_person_table};
pub use register::read_categories;
pub(in crate::cohort) use source::FileKind;
#[cfg(feature = "stata")]
pub(in crate::cohort) use source::ReadSeek;
pub use source::TableSource;
pub use starts::{FollowedFrom, read_criteria, read_starts};
pub use values::{ValueTable, read_values};
pub use wide::{read_wide, read_wide_with};
pub(in crate::cohort) use words::{Cell, shown, whole};
pub use years::AgeInYear;

use crate::cohort::data::Cohort;
use crate::error::{Error, Issues, Result};
use forms::Form;
use rows::Table;

/// What every list of problems is headed by.
const UNREADABLE: &str = "the cohort cannot be read";

/// Reads a table in whichever of the three forms its header shows.
///
/// A table with an `offence` column needs [`TableOptions::grid`], over which everyone then counts as
/// observed; [`read_offences`] takes a window per person instead. A separate `exposure` table, wide or one row
/// per person and age, goes with counts by age.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_cohort};
/// let wide = TableSource::new("wide.csv", "id,age_18,age_19\na,0,2\n".as_bytes());
/// let long = TableSource::new("long.csv", "id,age,count\na,18,0\na,19,2\n".as_bytes());
/// let options = TableOptions::new();
/// assert_eq!(read_cohort(wide, None, &options)?, read_cohort(long, None, &options)?);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As the reader of the form does; and when an exposure table comes with one row per offence, or offences
/// come without a grid.
pub fn read_cohort(
    counts: TableSource<'_>,
    exposure: Option<TableSource<'_>>,
    options: &TableOptions,
) -> Result<Cohort> {
    read_cohort_of(counts, exposure, None, options)
}

/// Reads a table as [`read_cohort`], of the people of another table when it has one row per person and age, see
/// [`read_person_ages_of`], or per offence, see [`Observed::Persons`].
///
/// # Errors
/// As [`read_cohort`]; and when people are given with another form.
pub fn read_cohort_of(
    counts: TableSource<'_>,
    exposure: Option<TableSource<'_>>,
    people: Option<TableSource<'_>>,
    options: &TableOptions,
) -> Result<Cohort> {
    options.check()?;
    let mut counts = Table::open(counts, options)?;
    if let Some(form) = &options.calendar_years {
        if people.is_some() {
            return Err(Error::options(
                "a table of people goes with one row per person and age, not with calendar years",
            ));
        }
        let exposure = exposure.map(|source| Table::open(source, options)).transpose()?;
        return years::read(counts, exposure, form, options);
    }
    let form = match forms::of(&counts.header, options) {
        Ok(form) => form,
        Err(problem) => {
            let row = counts.header_row;
            counts.issues.add(row, None, || problem);
            return Err(unreadable(counts.issues));
        }
    };
    if people.is_some() && form == Form::Wide {
        return Err(Error::options(
            "a table of people goes with one row per person and age, or per offence: the wide form has a row for everyone",
        ));
    }
    if form == Form::Wide {
        counts.refuse_of_wide(options);
        if !counts.issues.is_empty() && !counts.stopped {
            return Err(unreadable(counts.issues));
        }
        let exposure = exposure.map(|source| Table::open(source, options)).transpose()?;
        return wide::read(counts, exposure, options);
    }
    if form == Form::PersonAges {
        let people = people.map(|people| Table::open(people, options)).transpose()?;
        let exposure = exposure.map(|source| Table::open(source, options)).transpose()?;
        return person_ages::read(counts, people, exposure, options);
    }
    if exposure.is_some() {
        return Err(Error::options(
            "a separate file of time at risk goes with counts by age: one row per offence has no ages without one",
        ));
    }
    match (options.grid, people) {
        (_, Some(people)) => offences::read(counts, Observed::Persons(people), options),
        (Some(grid), None) => offences::read(counts, Observed::Throughout(grid), options),
        (None, None) => {
            let row = counts.header_row;
            counts.issues.add(row, None, || {
                "one row per offence does not say who was observed at which ages: give the ages at which everybody in the \
                 table was (--ages 12-24), or a file of everyone (--people, with the columns id, from_age and to_age)"
                    .into()
            });
            Err(unreadable(counts.issues))
        }
    }
}

/// The error that lists these problems; `issues` must not be empty.
pub(super) fn unreadable(issues: Issues) -> Error {
    issues.into_result(UNREADABLE).err().unwrap_or_else(|| Error::value(UNREADABLE))
}
