//! The wide form as a stream of chunks: tables of more people than memory holds.

use super::beside::{Beside, Exposure};
use super::field::Reading;
use super::forms::{self, Form};
use super::header::WideColumns;
use super::ids::identifier;
use super::labelled::Labelled;
use super::options::TableOptions;
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use super::wide::{Opened, opened, read_counts, read_weight};
use super::words::NOT_OBSERVED;
use crate::cohort::builder::CohortBuilder;
use crate::cohort::chunked::{CHUNK_PEOPLE, Doubts, PeopleInChunks, Repeats};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, ErrorKind, Issues, Result};
use std::path::Path;

/// What was read of a table in chunks, beside the people.
struct Told {
    warnings: Vec<CohortWarning>,
    /// Which file of a folder each row stands in.
    places: Issues,
}

/// Reads a table of one row per person and one column per age, and times at risk in the same order when given, into
/// chunks on disk: in memory that does not grow with the people. `folder` takes them and what is needed to find
/// identifiers that stand twice, in files without a name.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_in_chunks};
/// let counts = TableSource::new("counts.csv", "id,age_18,age_19\na,0,2\nb,1,0\n".as_bytes());
/// let people = read_in_chunks(counts, None, &TableOptions::new(), &std::env::temp_dir(), 1)?;
/// assert_eq!((people.persons(), people.events()), (2, 3));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`read_wide`](super::read_wide); for tables of another form, and times at risk in another order than the counts,
/// which have to be read as a whole.
pub fn read_in_chunks(
    counts: TableSource<'_>,
    exposure: Option<TableSource<'_>>,
    options: &TableOptions,
    folder: impl AsRef<Path>,
    seed: u64,
) -> Result<PeopleInChunks> {
    let mut people = PeopleInChunks::on_disk(&folder, seed)?;
    let keep = &mut |chunk: Cohort, rows: &[u64]| people.push_rows(&chunk, Some(rows));
    let told = read(counts, exposure, options, folder.as_ref(), keep)?;
    people.told(told.warnings, |row| told.places.located(row));
    Ok(people)
}

/// Reads a table as [`read_in_chunks`], and hands every chunk of [`CHUNK_PEOPLE`] people on, identifiers included. Chunks
/// are handed on while the table is still being read, so whatever is made of them counts only when this returns without
/// an error.
///
/// # Errors
/// As [`read_in_chunks`], and whatever `each` fails with, which ends the reading.
pub fn for_each_chunk<E: From<Error>>(
    counts: TableSource<'_>,
    exposure: Option<TableSource<'_>>,
    options: &TableOptions,
    folder: impl AsRef<Path>,
    each: &mut dyn FnMut(Cohort) -> std::result::Result<(), E>,
) -> std::result::Result<Vec<CohortWarning>, E> {
    let mut doubts = Doubts::default();
    let mut failed = None;
    let told = read(counts, exposure, options, folder.as_ref(), &mut |chunk, rows| {
        doubts.look(&chunk, Some(rows));
        each(chunk).map_err(|failure| {
            failed = Some(failure);
            Error::new(ErrorKind::Cancelled, "the reading was stopped")
        })
    });
    match failed {
        Some(failure) => Err(failure),
        None => {
            let told = told?;
            let mut warnings = doubts.located(|row| told.places.located(row));
            warnings.extend(told.warnings);
            Ok(warnings)
        }
    }
}

type Keep<'k> = &'k mut dyn FnMut(Cohort, &[u64]) -> Result<()>;

fn read(
    counts: TableSource<'_>,
    exposure: Option<TableSource<'_>>,
    options: &TableOptions,
    folder: &Path,
    keep: Keep<'_>,
) -> Result<Told> {
    options.check()?;
    if options.calendar_years.is_some() {
        return Err(Error::options(
            "calendar years are not read in chunks: only one row per person, one column per age",
        ));
    }
    let mut counts = Table::open(counts, options)?;
    let form = forms::of(&counts.header, options);
    if let (false, Err(problem)) = (counts.stopped, &form) {
        let row = counts.header_row;
        counts.issues.add(row, None, || problem.clone());
        return Err(unreadable(counts.issues));
    }
    if !counts.stopped && form != Ok(Form::Wide) {
        return Err(Error::options(
            "rows of one person may lie apart in this form, so it is not read in chunks: only one row per person, one \
             column per age",
        ));
    }
    counts.refuse_of_wide(options);
    if !counts.issues.is_empty() && !counts.stopped {
        return Err(unreadable(counts.issues));
    }
    let exposure = exposure.map(|source| Table::open(source, options)).transpose()?;
    if exposure.as_ref().is_some_and(|table| Exposure::is_long(table, options)) {
        return Err(Error::options(
            "times at risk of one row per person and age are not read in chunks: only a table of the shape of the counts",
        ));
    }
    let Opened { counts, columns, beside, refused } = opened(counts, exposure, options)?;
    read_rows(counts, &columns, beside, refused, options, folder, keep)
}

/// The chunk that is being filled.
struct Filling {
    grid: AgeGrid,
    builder: CohortBuilder,
    rows: Vec<u64>,
}

impl Filling {
    fn hand_on(&mut self, keep: Keep<'_>) -> Result<()> {
        let full = std::mem::replace(&mut self.builder, CohortBuilder::new(self.grid));
        if !full.is_empty() {
            keep(full.finish(), &self.rows)?;
        }
        self.rows.clear();
        Ok(())
    }
}

fn read_rows(
    mut counts: Table<'_>,
    columns: &WideColumns,
    mut exposure: Option<Beside<'_, '_>>,
    refused: Issues,
    options: &TableOptions,
    folder: &Path,
    keep: Keep<'_>,
) -> Result<Told> {
    let reading = Reading::new(options);
    let mut repeats = Repeats::new(folder)?;
    let mut filling = Filling { grid: columns.grid, builder: CohortBuilder::new(columns.grid), rows: Vec::new() };
    let mut cells = vec![None; columns.grid.len()];
    let mut labelled = Labelled::of(&counts, &columns.ages);
    if reading.plain_counts() {
        counts.rows.counts_in(&columns.ages);
    }
    let (mut rows, mut lost, mut kept, mut unobserved) = (false, false, false, 0);
    while counts.next()? {
        rows = true;
        let mut good = counts.complete();
        lost |= !good;
        let id = match identifier(counts.rows.named(columns.id), options) {
            Ok(id) => Some(id.into_owned()),
            Err(problem) => {
                counts.issues.add(Some(counts.row), Some(&options.id_column), || problem.to_owned());
                lost = true;
                None
            }
        };
        let mut weight = 1.0;
        if good {
            good = read_counts(&mut counts, columns, &reading, &mut cells);
            labelled.look(&counts, &cells);
            weight = columns.weight.map_or(1.0, |at| read_weight(&mut counts, at, &reading));
        }
        if let Some(id) = &id {
            repeats.see(id, counts.row)?;
            if let Some(exposure) = &mut exposure {
                exposure.join_in_step((counts.row, &counts.issues), id, good.then_some(cells.as_mut_slice()))?;
            }
        }
        if good && cells.iter().all(Option::is_none) {
            if options.leave_out_unobserved {
                unobserved += 1;
                continue;
            }
            counts.issues.add(Some(counts.row), None, || NOT_OBSERVED.into());
        }
        // after the first problem nothing will come of it: what follows is checked, not kept
        if counts.issues.is_empty() && exposure.as_ref().is_none_or(Beside::is_good) {
            kept = true;
            filling.builder.push_checked(id.as_deref(), |j| cells[j], exposure.as_ref().map(Beside::risk), weight)?;
            filling.rows.push(counts.row);
            if filling.rows.len() == CHUNK_PEOPLE {
                filling.hand_on(keep)?;
            }
        }
    }
    let places = counts.issues.places();
    repeats.find(|row, first| {
        let first = counts.place(first);
        counts.issues.add(Some(row), Some(&options.id_column), || format!("same id as {first}"));
    })?;
    if !rows {
        counts.no_rows();
    }
    let mut warnings = counts.finish(&reading);
    warnings.extend(labelled.warning());
    let mut issues = counts.issues;
    if let Some(mut exposure) = exposure {
        if rows && !lost && !counts.stopped {
            exposure.ended_in_step()?;
        }
        warnings.extend(exposure.warnings());
        issues.append(exposure.into_issues());
    }
    issues.append(refused);
    if issues.is_empty() && !kept {
        issues.add(None, None, || "nobody was observed at any age".into());
    }
    if !issues.is_empty() {
        return Err(unreadable(issues));
    }
    filling.hand_on(keep)?;
    if unobserved > 0 {
        warnings.push(CohortWarning::NeverObserved { persons: unobserved });
    }
    Ok(Told { warnings, places })
}
