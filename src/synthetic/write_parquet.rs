//! Synthetic cohorts as Parquet tables: those of `write`, row for row, with typed columns.
//!
//! Belongs here: the tables and the types of their columns. Does not belong here: how columns are stored
//! (`cohort::parquet`), which files they go to.
//!
//! Columns are called as in [`write`](super::write). Persons are whole numbers of 64 bits, dates are dates, ages,
//! cases and counts whole numbers of 32 bits, severity and time at liberty decimals, keys text, `stops` and risk
//! factors yes or no. What is empty in CSV is null.

use super::person::SyntheticPerson;
use super::population::{SyntheticCohort, check};
use super::write::TABLES;
use crate::career::custody::Moment;
use crate::career::date::CalendarDate;
use crate::career::offence::When;
use crate::cohort::careers::CareerOptions;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::parquet::columns::{Column, Field, Kind, TableWriter};
use crate::error::Result;
use crate::profile::reference::factors::Factor;
use rayon::prelude::*;
use std::io::Write;
use std::ops::Range;

/// Persons in a row group: tens of megabytes of memory for all seven tables, and row groups large enough to be read
/// in long strides. A multiple of what is drawn at a time.
const GROUP: u64 = 1 << 15;

impl SyntheticCohort {
    /// Writes persons as the seven [`TABLES`] in Parquet, compressed with Snappy, and returns how many offences there
    /// were.
    ///
    /// The same numbers give the same bytes on any number of threads. No more than one row group (32,768 persons) is
    /// in memory at a time.
    ///
    /// ```
    /// use pleegprofiel::{synthetic::SyntheticCohort, reference_model};
    /// let cohort = SyntheticCohort::new(reference_model().career_model(), 1)?;
    /// let mut tables: [Vec<u8>; 7] = Default::default();
    /// let offences = cohort.write_parquet(0..10, &mut tables)?;
    /// assert!(offences >= 10); // everyone has a trafficking offence
    /// assert!(tables.iter().all(|table| table.starts_with(b"PAR1") && table.ends_with(b"PAR1")));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`SyntheticCohort::write_tables`].
    pub fn write_parquet<W: Write + Send>(&self, numbers: Range<u64>, to: &mut [W; 7]) -> Result<u64> {
        // all of them before anything is written
        check(&numbers)?;
        let grid = self.model().grid()?;
        let fields = fields(grid);
        let mut writers = Vec::with_capacity(to.len());
        for ((name, fields), file) in TABLES.into_iter().zip(&fields).zip(to) {
            writers.push(TableWriter::new(name, fields, file)?);
        }
        let mut offences = 0;
        let mut from = numbers.start;
        while from < numbers.end {
            let until = numbers.end.min(from.saturating_add(GROUP));
            let make = |people: Vec<SyntheticPerson>| Rows::of(grid, &fields, &people);
            self.in_order(from..until, make, |mut rows| {
                offences += rows.offences;
                writers.iter_mut().zip(&mut rows.tables).for_each(|(writer, rows)| writer.take(rows));
                Ok(())
            })?;
            writers.par_iter_mut().try_for_each(TableWriter::write_row_group)?;
            from = until;
        }
        writers.into_iter().try_for_each(TableWriter::finish)?;
        Ok(offences)
    }
}

/// Columns of each table.
fn fields(grid: AgeGrid) -> [Vec<Field>; 7] {
    let id = || Field::new("id", Kind::Number);
    let ages = |kind: Kind| {
        let age = |j: usize| Field::optional(format!("age_{}", grid.label(j)), kind);
        std::iter::once(id()).chain((0..grid.len()).map(age)).collect()
    };
    let date = |name: &str| Field::optional(name, Kind::Date);
    let factors = Factor::ALL.iter().map(|factor| Field::new(factor.key(), Kind::Flag));
    [
        vec![id(), date("birth"), date("from"), date("to"), Field::new("end", Kind::Text)],
        vec![
            id(),
            Field::new("age", Kind::Small),
            Field::new("offence", Kind::Text),
            date("committed"),
            Field::optional("case", Kind::Number),
            Field::optional("severity", Kind::Decimal),
        ],
        vec![id(), date("from"), date("to")],
        vec![id(), Field::new("from_age", Kind::Small), Field::new("to_age", Kind::Small)],
        ages(Kind::Small),
        ages(Kind::Decimal),
        [id(), Field::new("profile", Kind::Text), Field::new("sex", Kind::Text), Field::new("stops", Kind::Flag)]
            .into_iter()
            .chain(factors)
            .collect(),
    ]
}

/// The rows of some persons.
struct Rows {
    tables: [Vec<Column>; 7],
    offences: u64,
    /// The day that dates are counted from.
    epoch: CalendarDate,
}

/// Why a `tables` row pattern cannot fail.
const COLUMNS: &str = "as many columns as `fields` names";

impl Rows {
    fn of(grid: AgeGrid, fields: &[Vec<Field>; 7], people: &[SyntheticPerson]) -> Result<Rows> {
        let columns = |fields: &Vec<Field>| fields.iter().map(Column::new).collect();
        let mut rows =
            Rows { tables: fields.each_ref().map(columns), offences: 0, epoch: CalendarDate::new(1970, 1, 1)? };
        let careers = people.iter().map(|person| ("", &person.career));
        let cohort = Cohort::from_careers(grid, careers, &CareerOptions::default())?.cohort;
        for (i, person) in people.iter().enumerate() {
            rows.person(person);
            let [_, _, _, _, counts, exposure, _] = &mut rows.tables;
            // below 2^40
            counts[0].number(person.number as i64);
            exposure[0].number(person.number as i64);
            for (j, (count, risk)) in cohort.counts(i).into_iter().zip(cohort.exposure(i)).enumerate() {
                match count {
                    Some(count) => {
                        // at most MAX_COUNT
                        counts[j + 1].small(count as i32);
                        exposure[j + 1].decimal(risk);
                    }
                    None => {
                        counts[j + 1].none();
                        exposure[j + 1].none();
                    }
                }
            }
        }
        Ok(rows)
    }

    fn person(&mut self, person: &SyntheticPerson) {
        let [people, offences, custody, persons, _, _, truth] = &mut self.tables;
        let (id, career, epoch) = (person.number as i64, &person.career, self.epoch);
        let window = career.window();
        let [number, birth, from, to, end] = people.as_mut_slice() else { unreachable!("{COLUMNS}") };
        number.number(id);
        day(birth, epoch, career.birth().map(Moment::Date));
        day(from, epoch, Some(window.from));
        day(to, epoch, Some(window.to));
        end.text(window.end.key());

        let [number, age, kind, committed, case, severity] = offences.as_mut_slice() else { unreachable!("{COLUMNS}") };
        for (i, offence) in career.offences().iter().enumerate() {
            number.number(id);
            // an age is at most 150
            age.small(career.age_at(i).get() as i32);
            kind.text(offence.category.key());
            let on = if let When::Date(on) = offence.when { Some(Moment::Date(on)) } else { None };
            day(committed, epoch, on);
            match offence.case {
                Some(value) => case.number(i64::from(value)),
                None => case.none(),
            }
            match offence.severity {
                Some(value) => severity.decimal(value.get()),
                None => severity.none(),
            }
        }
        self.offences += career.offences().len() as u64;

        let [number, from, to] = custody.as_mut_slice() else { unreachable!("{COLUMNS}") };
        for stay in career.custody() {
            number.number(id);
            day(from, epoch, Some(stay.from));
            day(to, epoch, Some(stay.to));
        }

        let [number, from, to] = persons.as_mut_slice() else { unreachable!("{COLUMNS}") };
        number.number(id);
        let ages = person.observed_ages();
        // ages are at most 150
        from.small(ages.0 as i32);
        to.small(ages.1 as i32);

        let [number, profile, sex, stops, factors @ ..] = truth.as_mut_slice() else { unreachable!("{COLUMNS}") };
        number.number(id);
        profile.text(person.profile.key());
        sex.text(person.sex.key());
        stops.flag(person.stops);
        for (column, factor) in factors.iter_mut().zip(Factor::ALL) {
            column.flag(person.factors.contains(&factor));
        }
    }
}

/// A date as days since the epoch, or none.
fn day(column: &mut Column, epoch: CalendarDate, moment: Option<Moment>) {
    match moment {
        // within the years 1600 to 2399
        Some(Moment::Date(on)) => column.small(epoch.days_until(on) as i32),
        Some(Moment::Age(_)) | None => column.none(),
    }
}
