//! Cohorts from CSV tables and back, with every problem of a table reported at once.
//!
//! Belongs here: the three table forms, their rules and the words for what breaks them.
//! Does not belong here: what makes dated records a career (that is `career`'s own check), and other file
//! formats.
//!
//! # Forms
//!
//! | form | columns | read by |
//! | --- | --- | --- |
//! | wide | `id`, then `age_12`, `age_13`, .. without gaps; a second file of the same shape for time at risk | [`read_wide`] |
//! | wide, of values | the same with decimal numbers, for models of scores and fractions | [`read_values`] |
//! | one row per person and age | `id`, `age`, `count`, and `exposure` if wanted | [`read_person_ages`] |
//! | one row per offence | `id`, `age`, `offence`, further columns ignored; who was observed when comes separately | [`read_offences`] |
//! | dated | people (`id`, `birth`, `from`, `to`), offences (`id`, `committed`, `offence`), custody (`id`, `from`, `to`) | [`read_careers`], into careers |
//!
//! # Rules of every form
//!
//! - Text is UTF-8 (with or without byte order mark), lines end in LF or CRLF, the first line is the
//!   header, blank lines are skipped, white space around a value is dropped.
//! - An empty count is an age that was not observed; it is neither 0 nor a spelled-out `NA`. In the
//!   long forms an age that is not listed, or lies outside the person's window, is not observed.
//! - A person without a single observed age carries no information and is an error, not a silent loss.
//! - A count is written in digits only, at most [`MAX_COUNT`](crate::MAX_COUNT): `2.0`, `1e3` and `+2`
//!   are refused, since each usually means that a column holds something else than counts.
//! - The time at risk is a fraction of the age interval. It is above 0 and at most 1 where a count is
//!   given, and may be empty or in [0, 1] where none is.
//! - Rows have as many fields as the header. A row may run over several lines inside quotes, but not
//!   when the quoted text holds a quote as well: that is what a quote left open looks like, and it
//!   would swallow the rows behind it.
//! - Row numbers in messages are line numbers: that of the line on which the row starts.
//! - Identifiers are private: no message holds one.
//!
//! Tables are read as a stream. Memory is what the cohort needs, plus the identifiers once more while
//! reading (to find doubles); the long forms hold 8 to 24 bytes per row, as rows of a person may be apart.

mod careers;
pub(super) mod cell;
pub(super) mod header;
pub(super) mod ids;
mod offences;
mod options;
mod person_ages;
mod persons;
mod source;
mod table;
mod values;
pub(super) mod wide;
mod write;

pub use careers::{NamedCareer, read_careers, read_groups};
pub use offences::{Observed, read_offences};
pub use options::CsvOptions;
pub use person_ages::read_person_ages;
pub use persons::{PersonTable, read_person_table};
pub use source::CsvSource;
pub use values::{ValueTable, read_values};
pub use wide::{read_wide, read_wide_with};
pub use write::{write_wide, write_wide_exposure};

use crate::cohort::data::Cohort;
use crate::error::{Error, Issues, Result};
use table::Table;

/// What every list of problems is headed by.
const UNREADABLE: &str = "the cohort cannot be read";

/// Reads a table in whichever of the three forms its header shows.
///
/// A table with an `offence` column needs [`CsvOptions::grid`], over which everyone then counts as
/// observed; [`read_offences`] takes a window per person instead. A separate `exposure` table goes with
/// the wide form only.
///
/// ```
/// use pleegprofiel::{CsvOptions, CsvSource, read_cohort};
/// let wide = CsvSource::new("wide.csv", "id,age_18,age_19\na,0,2\n".as_bytes());
/// let long = CsvSource::new("long.csv", "id,age,count\na,18,0\na,19,2\n".as_bytes());
/// let options = CsvOptions::new();
/// assert_eq!(read_cohort(wide, None, &options)?, read_cohort(long, None, &options)?);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As the reader of the form does; and when an exposure table comes with a long form, or offences
/// without a grid.
pub fn read_cohort(counts: CsvSource<'_>, exposure: Option<CsvSource<'_>>, options: &CsvOptions) -> Result<Cohort> {
    options.check()?;
    let mut counts = Table::open(counts, options)?;
    let has = |name: &str| counts.header.iter().any(|column| column == name);
    let (by_age, by_offence) = (has("age") && has("count"), has("offence") || has("date"));
    if !by_age && !by_offence {
        let exposure = exposure.map(|source| Table::open(source, options)).transpose()?;
        return wide::read(counts, exposure, options);
    }
    if exposure.is_some() {
        return Err(Error::options(
            "a separate file of time at risk goes with wide counts; one row per person and age has it in a column exposure",
        ));
    }
    if by_age {
        return person_ages::read(counts, options);
    }
    match options.grid {
        Some(grid) => offences::read(counts, Observed::Throughout(grid), options),
        None => {
            counts.issues.add(Some(counts.row), None, || {
                "one row per offence does not say who was observed at which ages: give the ages, or a file of persons".into()
            });
            Err(unreadable(counts.issues))
        }
    }
}

/// The error that lists these problems; `issues` must not be empty.
pub(super) fn unreadable(issues: Issues) -> Error {
    issues.into_result(UNREADABLE).err().unwrap_or_else(|| Error::value(UNREADABLE))
}
