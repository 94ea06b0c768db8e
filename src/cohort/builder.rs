//! Building a cohort one person at a time, merging identical histories as they come.

use super::data::Cohort;
use super::grid::AgeGrid;
use super::history::CellCode;
use super::merging::Merging;
use super::names::Names;
use crate::error::{Error, Result};
use std::collections::HashMap;

/// The largest number of events one person may have in one age interval: a guard against unit errors
/// and overflow, not a statement about people.
pub const MAX_COUNT: u32 = 1_000_000;

/// One person's row of a cohort, as [`CohortBuilder::push`] takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonRow<'a> {
    /// Identifier, when persons are to be found back by it.
    pub id: Option<&'a str>,
    /// Events in each age interval; `None` where the interval was not observed.
    pub counts: &'a [Option<u32>],
    /// Fraction of each interval at liberty, in (0, 1] where observed; `None` means 1 throughout.
    pub exposure: Option<&'a [f64]>,
    /// Frequency or survey weight; 1 for a person who stands for themselves.
    pub weight: f64,
}

impl<'a> PersonRow<'a> {
    /// A row without identifier, with full time at risk and weight 1.
    pub fn new(counts: &'a [Option<u32>]) -> Self {
        PersonRow { id: None, counts, exposure: None, weight: 1.0 }
    }

    /// Whether the row suits a grid.
    ///
    /// # Errors
    /// As [`CohortBuilder::push`].
    pub(crate) fn check(&self, grid: AgeGrid) -> Result<()> {
        let t = grid.len();
        if self.counts.len() != t {
            return Err(Error::value(format!(
                "{} counts given, but the grid has {t} age intervals",
                self.counts.len()
            )));
        }
        if let Some(exposure) = self.exposure {
            if exposure.len() != t {
                return Err(Error::value(format!("{} times at risk given, but the grid has {t}", exposure.len())));
            }
            for (j, (&e, count)) in exposure.iter().zip(self.counts).enumerate() {
                if count.is_some() && !(e > 0.0 && e <= 1.0) {
                    return Err(Error::value(format!(
                        "the time at risk {e} at age {} is not above 0 and at most 1",
                        grid.label(j)
                    )));
                }
            }
        }
        if let Some((j, count)) =
            self.counts.iter().enumerate().find_map(|(j, c)| c.filter(|&c| c > MAX_COUNT).map(|c| (j, c)))
        {
            return Err(Error::value(format!(
                "a count of {count} at age {} is above the limit of {MAX_COUNT}",
                grid.label(j)
            )));
        }
        if !(self.weight > 0.0 && self.weight.is_finite()) {
            return Err(Error::value(format!("a weight of {} is not positive and finite", self.weight)));
        }
        Ok(())
    }
}

/// Collects persons into a [`Cohort`].
///
/// ```
/// use pleegprofiel::{AgeGrid, PersonRow, cohort::CohortBuilder};
/// let mut builder = CohortBuilder::new(AgeGrid::years(18, 20)?);
/// builder.push(PersonRow::new(&[Some(0), Some(2), None]))?;
/// builder.push(PersonRow::new(&[Some(0), Some(2), None]))?;
/// let cohort = builder.finish();
/// assert_eq!((cohort.persons(), cohort.distinct_histories(), cohort.observations()), (2, 1, 4));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug)]
pub struct CohortBuilder {
    grid: AgeGrid,
    merging: Merging,
    weights: Option<Vec<f64>>,
    ids: Option<Names>,
    code_of: Vec<HashMap<u32, u32>>,
    small_code: Vec<u32>,
    pattern_of: HashMap<Box<[u64]>, u32>,
    /// The pattern met last, and its ages.
    last_pattern: Option<u32>,
    last_observed: Vec<u64>,
    // scratch, so that a person costs no allocation
    cells: Vec<u32>,
    observed: Vec<u64>,
}

/// Counts below this find their code by index, larger ones by hash.
const SMALL: usize = 64;
const NO_CODE: u32 = u32::MAX;

impl CohortBuilder {
    /// An empty cohort on this grid.
    pub fn new(grid: AgeGrid) -> Self {
        let t = grid.len();
        let mut small_code = vec![NO_CODE; t * SMALL];
        // a 0 has no code; it only must not look like one that is still to be given
        small_code.iter_mut().step_by(SMALL).for_each(|code| *code = 0);
        CohortBuilder {
            grid,
            merging: Merging::new(t),
            weights: None,
            ids: None,
            code_of: vec![HashMap::new(); t],
            small_code,
            pattern_of: HashMap::new(),
            last_pattern: None,
            last_observed: Vec::new(),
            cells: vec![0; t],
            observed: vec![0; t.div_ceil(64)],
        }
    }

    /// Adds one person.
    ///
    /// # Errors
    /// When the row has another length than the grid, a count is above [`MAX_COUNT`], an observed
    /// interval has a time at risk outside (0, 1], or the weight is not positive and finite. The
    /// builder is unchanged then.
    pub fn push(&mut self, row: PersonRow<'_>) -> Result<()> {
        row.check(self.grid)?;
        self.push_checked(row.id, |j| row.counts[j], row.exposure, row.weight)
    }

    /// Adds so many persons with one and the same row: the cohort that as many calls of [`CohortBuilder::push`] give, bit
    /// for bit, in the time of one. For people counted by history elsewhere; their fits count persons, as a weight that is
    /// a frequency would not.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, PersonRow, cohort::CohortBuilder};
    /// let mut builder = CohortBuilder::new(AgeGrid::years(18, 19)?);
    /// builder.push_persons(PersonRow::new(&[Some(0), Some(2)]), 3)?;
    /// let cohort = builder.finish();
    /// assert_eq!((cohort.persons(), cohort.distinct_histories(), cohort.events()), (3, 1, 6));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CohortBuilder::push`]; and when there are none of them, or more in all than a cohort holds.
    pub fn push_persons(&mut self, row: PersonRow<'_>, persons: u32) -> Result<()> {
        row.check(self.grid)?;
        if persons == 0 {
            return Err(Error::value("0 persons with a history; a history is of at least 1"));
        }
        if self.len() + persons as usize > u32::MAX as usize {
            return Err(Error::value("a cohort holds at most 4,294,967,294 persons"));
        }
        self.push_checked(row.id, |j| row.counts[j], row.exposure, row.weight)?;
        let before = self.len();
        (0..persons as usize - 1).for_each(|i| self.remember(before + i, row.id, row.weight));
        self.merging.again(persons - 1, row.weight);
        Ok(())
    }

    /// Adds a person whose values have been checked by the caller.
    pub(crate) fn push_checked(
        &mut self,
        id: Option<&str>,
        count: impl Fn(usize) -> Option<u32>,
        exposure: Option<&[f64]>,
        weight: f64,
    ) -> Result<()> {
        if self.len() >= u32::MAX as usize {
            return Err(Error::value("a cohort holds at most 4,294,967,294 persons"));
        }
        let mut cells = std::mem::take(&mut self.cells);
        let mut positive = 0;
        let mut part = false;
        self.observed.fill(0);
        for j in 0..cells.len() {
            let count = count(j);
            self.observed[j / 64] |= u64::from(count.is_some()) << (j % 64);
            part |= count.is_some() && exposure.is_some_and(|e| e[j] != 1.0);
            let count = count.unwrap_or(0);
            let mut code = self.small_code.get(j * SMALL + count as usize).copied().unwrap_or(NO_CODE);
            if count as usize >= SMALL || code == NO_CODE {
                code = self.code(j, count);
            }
            // whether a count is above 0 cannot be guessed, so nothing is made to hang on it
            cells[positive] = code;
            positive += usize::from(count > 0);
        }
        let pattern = self.pattern();
        self.remember(self.len(), id, weight);
        self.merging.push(pattern, &cells[..positive], exposure.filter(|_| part), weight);
        self.cells = cells;
        Ok(())
    }

    /// Keeps what is a person's own; so many were there before.
    fn remember(&mut self, before: usize, id: Option<&str>, weight: f64) {
        if weight != 1.0 && self.weights.is_none() {
            self.weights = Some(vec![1.0; before]);
        }
        if let Some(weights) = &mut self.weights {
            weights.push(weight);
        }
        if id.is_some() && self.ids.is_none() {
            self.ids = Some(Names::empty(before));
        }
        if let Some(ids) = &mut self.ids {
            ids.push(id.unwrap_or(""));
        }
    }

    /// The code of a count above 0, a new one if need be.
    #[cold]
    fn code(&mut self, interval: usize, count: u32) -> u32 {
        let codes = &mut self.merging.histories.codes;
        let mut fresh = || {
            codes.push(CellCode { interval: interval as u16, count });
            codes.len() as u32 - 1
        };
        if (count as usize) < SMALL {
            let slot = &mut self.small_code[interval * SMALL + count as usize];
            if *slot == NO_CODE {
                *slot = fresh();
            }
            *slot
        } else {
            *self.code_of[interval].entry(count).or_insert_with(fresh)
        }
    }

    /// The number of the pattern of the ages observed.
    fn pattern(&mut self) -> u32 {
        if let Some(last) = self.last_pattern
            && self.last_observed == self.observed
        {
            return last;
        }
        let p = match self.pattern_of.get(&self.observed[..]) {
            Some(&p) => p,
            None => {
                let p = self.pattern_of.len() as u32;
                self.pattern_of.insert(self.observed[..].into(), p);
                let seen = (0..self.grid.len()).map(|j| self.observed[j / 64] >> (j % 64) & 1 == 1);
                self.merging.histories.observed.extend(seen);
                p
            }
        };
        self.last_pattern = Some(p);
        self.last_observed.clone_from(&self.observed);
        p
    }

    /// Number of persons so far.
    pub fn len(&self) -> usize {
        self.merging.persons()
    }

    /// Whether no person has been added yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cohort of all persons added.
    pub fn finish(self) -> Cohort {
        let (histories, person_history) = self.merging.finish();
        Cohort::assemble(self.grid, histories, person_history, self.weights, self.ids)
    }

    /// The cohort of all persons added, who have these identifiers and were added without any.
    #[cfg(feature = "csv")]
    pub(crate) fn finish_named(self, names: Names) -> Cohort {
        debug_assert!(self.ids.is_none() && names.len() == self.len());
        CohortBuilder { ids: Some(names), ..self }.finish()
    }
}
