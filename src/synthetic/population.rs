//! Any number of synthetic persons, one after the other or many at once, in bounded memory.
//!
//! Does not belong here: one person (`person`), files (`write`).

use super::life::{Drawing, Life};
use super::person::SyntheticPerson;
use crate::error::{Error, Result};
use crate::numeric::parallel::Parallel;
use crate::profile::reference::career_model::CareerModel;
use std::ops::Range;

/// Persons drawn by one thread at a time: enough to keep it busy, little enough to hold.
const CHUNK: u64 = 512;

/// Chunks held at once, whatever the number of threads: the same pieces in the same order everywhere.
const HELD: usize = 16;

/// The largest number of a person. Identifiers stay whole numbers that every tool reads.
pub const MAX_PERSONS: u64 = 1 << 40;

/// People drawn from a model of careers.
///
/// Person `i` comes from random stream `i` of the seed, so it is the same whether drawn alone or among a
/// million, and on any number of threads.
///
/// ```
/// use pleegprofiel::{career::Category, synthetic::SyntheticCohort, reference_model};
/// let cohort = SyntheticCohort::new(reference_model().career_model(), 1)?;
/// let tenth = cohort.person(10)?;
/// assert_eq!(cohort.people(0..20)?.nth(10), Some(tenth.clone()));
/// assert!(tenth.career.index_offence(&Category::HUMAN_TRAFFICKING).is_some());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SyntheticCohort {
    drawing: Drawing,
}

impl SyntheticCohort {
    /// A population of a career model; the seed decides everyone in it.
    ///
    /// # Errors
    /// As [`CareerModel::check`].
    pub fn new(model: &CareerModel, seed: u64) -> Result<SyntheticCohort> {
        Ok(SyntheticCohort { drawing: Drawing::new(model, seed)? })
    }

    /// The model.
    pub fn model(&self) -> &CareerModel {
        &self.drawing.model
    }

    /// One person.
    ///
    /// # Errors
    /// When the number is not below [`MAX_PERSONS`].
    pub fn person(&self, number: u64) -> Result<SyntheticPerson> {
        check(&(number..number.saturating_add(1)))?;
        self.drawing.person(number, &mut Life::default())
    }

    /// Persons one after the other, drawn as they are asked for.
    ///
    /// # Errors
    /// When a number is not below [`MAX_PERSONS`].
    pub fn people(&self, numbers: Range<u64>) -> Result<impl Iterator<Item = SyntheticPerson> + '_> {
        check(&numbers)?;
        let mut life = Life::default();
        // a checked model makes careers that pass every check, or the promise of `check` is broken
        let drawn = move |number| {
            self.drawing.person(number, &mut life).expect("a checked career model draws careers that pass their checks")
        };
        Ok(numbers.map(drawn))
    }

    /// Persons drawn on all threads of the current rayon pool and handed over in order, some hundreds at a time.
    /// At no time are more than a few thousand held.
    ///
    /// # Errors
    /// When a number is not below [`MAX_PERSONS`]; or the first error that `take` returns.
    pub fn for_each_chunk(
        &self,
        numbers: Range<u64>,
        mut take: impl FnMut(&[SyntheticPerson]) -> Result<()>,
    ) -> Result<()> {
        self.in_order(numbers, Ok, |people: Vec<SyntheticPerson>| take(&people))
    }

    /// Draws in parallel, turns each chunk into something on the thread that drew it, and takes them in order.
    pub(crate) fn in_order<T: Send>(
        &self,
        numbers: Range<u64>,
        make: impl Fn(Vec<SyntheticPerson>) -> Result<T> + Sync,
        take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        check(&numbers)?;
        let drawn = |chunk: Range<u64>| {
            let mut life = Life::default();
            make(chunk.map(|number| self.drawing.person(number, &mut life)).collect::<Result<_>>()?)
        };
        chunks_in_order(numbers, drawn, take)
    }
}

/// Chunks of numbers worked on in parallel and taken in order.
pub(crate) fn chunks_in_order<T: Send>(
    numbers: Range<u64>,
    make: impl Fn(Range<u64>) -> Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let mut from = numbers.start;
    while from < numbers.end {
        let starts: Vec<u64> = (from..numbers.end).step_by(CHUNK as usize).take(HELD).collect();
        let made: Vec<Result<T>> =
            starts.as_slice().map_in_parallel(|&start| make(start..(start + CHUNK).min(numbers.end)));
        made.into_iter().try_for_each(|made| take(made?))?;
        from = starts.last().map_or(numbers.end, |start| (start + CHUNK).min(numbers.end));
    }
    Ok(())
}

/// Whether all of these are numbers of persons.
pub(super) fn check(numbers: &Range<u64>) -> Result<()> {
    if numbers.end > MAX_PERSONS {
        return Err(Error::options(format!("person {} is not below {MAX_PERSONS}", numbers.end.saturating_sub(1))));
    }
    Ok(())
}
