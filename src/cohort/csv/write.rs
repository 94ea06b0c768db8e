//! Cohorts written as the wide form, such that reading them back gives the same cohort.

use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use std::fmt::Write as _;
use std::io::Write;

/// Writes counts in the wide form: `id`, a column per age, and a last column `weight` when any person
/// has a weight other than 1 (read it with [`TableOptions::weight_column`](crate::cohort::table::TableOptions::weight_column)).
///
/// Identifiers are those of the cohort, or the numbers 1, 2, .. when it has none. An interval that was
/// not observed is an empty cell.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, cohort::table::write_wide, ndarray::array};
/// let cohort = Cohort::from_counts(AgeGrid::years(18, 19)?, array![[0_u32, 2], [1, 0]].view())?;
/// let mut table = Vec::new();
/// write_wide(&cohort, &mut table)?;
/// assert_eq!(table, b"id,age_18,age_19\n1,0,2\n2,1,0\n");
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Of kind [`Io`](ErrorKind::Io) when writing fails; of kind [`InvalidInput`](ErrorKind::InvalidInput)
/// when some persons have an identifier and others do not.
pub fn write_wide(cohort: &Cohort, to: impl Write) -> Result<()> {
    let weighted = (0..cohort.persons()).any(|person| cohort.weight(person) != 1.0);
    write_rows(cohort, to, weighted, |person, cells| {
        for (cell, count) in cells.iter_mut().zip(cohort.counts(person)) {
            if let Some(count) = count {
                push(cell, &count);
            }
        }
    })
}

/// Writes time at risk in the wide form, beside [`write_wide`]: the fraction of each interval at
/// liberty, in as many digits as bring back the same number, empty where not observed.
///
/// # Errors
/// As [`write_wide`].
pub fn write_wide_exposure(cohort: &Cohort, to: impl Write) -> Result<()> {
    write_rows(cohort, to, false, |person, cells| {
        for (cell, risk) in cells.iter_mut().zip(cohort.exposure(person)) {
            if risk > 0.0 {
                push(cell, &risk);
            }
        }
    })
}

fn write_rows(cohort: &Cohort, to: impl Write, weighted: bool, fill: impl Fn(usize, &mut [String])) -> Result<()> {
    let failed = |cause: ::csv::Error| Error::new(ErrorKind::Io, format!("the table cannot be written: {cause}"));
    let mut writer = ::csv::Writer::from_writer(to);
    let grid = cohort.grid();
    let ages: Vec<String> = (0..grid.len()).map(|j| format!("age_{}", grid.label(j))).collect();
    let header = ["id"].into_iter().chain(ages.iter().map(String::as_str)).chain(weighted.then_some("weight"));
    writer.write_record(header).map_err(failed)?;
    let mut row = vec![String::new(); 1 + ages.len() + usize::from(weighted)];
    for person in 0..cohort.persons() {
        row.iter_mut().for_each(String::clear);
        match cohort.id(person) {
            None => push(&mut row[0], &(person + 1)),
            Some("") => {
                return Err(Error::new(
                    ErrorKind::InvalidInput,
                    format!("person {} has no identifier, but others do", person + 1),
                ));
            }
            Some(id) => row[0].push_str(id),
        }
        fill(person, &mut row[1..=ages.len()]);
        if weighted {
            push(&mut row[1 + ages.len()], &cohort.weight(person));
        }
        writer.write_record(&row).map_err(failed)?;
    }
    writer.flush().map_err(|cause| Error::io("the table", "written", cause))
}

fn push(cell: &mut String, value: &impl std::fmt::Display) {
    write!(cell, "{value}").expect("a String takes all that is written to it");
}
