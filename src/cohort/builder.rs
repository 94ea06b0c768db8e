//! Building a cohort one person at a time, merging identical histories as they come.

use super::data::Cohort;
use super::grid::AgeGrid;
use super::history::{CellCode, Histories};
use super::names::Names;
use crate::error::{Error, Result};
use hashbrown::HashTable;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

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
    histories: Histories,
    person_history: Vec<u32>,
    weights: Option<Vec<f64>>,
    ids: Option<Names>,
    code_of: Vec<HashMap<u32, u32>>,
    small_code: Vec<u32>,
    pattern_of: HashMap<Box<[bool]>, u32>,
    last_pattern: Option<u32>,
    /// Every history with its hash: kept, so that neither a miss nor growing goes back to the histories,
    /// which would cost a cache miss each.
    merged: HashTable<(u32, u32)>,
    keys: [u64; 2],
    // scratch, so that a person costs no allocation
    cells: Vec<u32>,
    observed: Vec<bool>,
}

/// Counts below this find their code by index, larger ones by hash.
const SMALL: usize = 64;
const NO_CODE: u32 = u32::MAX;

impl CohortBuilder {
    /// An empty cohort on this grid.
    pub fn new(grid: AgeGrid) -> Self {
        let t = grid.len();
        let hasher = RandomState::new();
        let mut small_code = vec![NO_CODE; t * SMALL];
        // a 0 has no code; it only must not look like one that is still to be given
        small_code.iter_mut().step_by(SMALL).for_each(|code| *code = 0);
        CohortBuilder {
            grid,
            histories: Histories::new(t),
            person_history: Vec::new(),
            weights: None,
            ids: None,
            code_of: vec![HashMap::new(); t],
            small_code,
            pattern_of: HashMap::new(),
            last_pattern: None,
            merged: HashTable::new(),
            keys: [hasher.hash_one(0), hasher.hash_one(1)],
            cells: vec![0; t],
            observed: vec![true; t],
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
        if self.person_history.len() + persons as usize > u32::MAX as usize {
            return Err(Error::value("a cohort holds at most 4,294,967,294 persons"));
        }
        self.push_checked(row.id, |j| row.counts[j], row.exposure, row.weight)?;
        // push_checked has just added one
        let history = self.person_history[self.person_history.len() - 1];
        let h = history as usize;
        for _ in 1..persons {
            // summed as one by one, so that a weight of 0.1 gives the same bits
            self.histories.weight[h] += row.weight;
            self.remember(history, row.id, row.weight);
        }
        self.histories.persons[h] += persons - 1;
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
        if self.person_history.len() >= u32::MAX as usize {
            return Err(Error::value("a cohort holds at most 4,294,967,294 persons"));
        }
        let mut cells = std::mem::take(&mut self.cells);
        let mut observed = std::mem::take(&mut self.observed);
        let mut positive = 0;
        for (j, seen) in observed.iter_mut().enumerate() {
            let count = count(j);
            *seen = count.is_some();
            let count = count.unwrap_or(0);
            let mut code = self.small_code.get(j * SMALL + count as usize).copied().unwrap_or(NO_CODE);
            if count as usize >= SMALL || code == NO_CODE {
                code = self.code(j, count);
            }
            // whether a count is above 0 cannot be guessed, so nothing is made to hang on it
            cells[positive] = code;
            positive += usize::from(count > 0);
        }
        let pattern = self.pattern(&observed);
        let exposure = exposure.filter(|e| e.iter().zip(&observed).any(|(&e, &seen)| seen && e != 1.0));
        if exposure.is_some() {
            self.individual_exposure();
        }
        let history = self.merge(pattern, &cells[..positive], &observed, exposure);
        let h = history as usize;
        self.histories.weight[h] += weight;
        self.histories.persons[h] += 1;
        self.cells = cells;
        self.observed = observed;
        self.remember(history, id, weight);
        Ok(())
    }

    fn remember(&mut self, history: u32, id: Option<&str>, weight: f64) {
        let before = self.person_history.len();
        self.person_history.push(history);
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
        let codes = &mut self.histories.codes;
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

    fn pattern(&mut self, observed: &[bool]) -> u32 {
        if let Some(last) = self.last_pattern
            && self.histories.observed_in(last as usize) == observed
        {
            return last;
        }
        let p = match self.pattern_of.get(observed) {
            Some(&p) => p,
            None => {
                let p = self.pattern_of.len() as u32;
                self.pattern_of.insert(observed.into(), p);
                self.histories.observed.extend_from_slice(observed);
                p
            }
        };
        self.last_pattern = Some(p);
        p
    }

    /// From here on every history stores its time at risk; earlier ones were at liberty throughout.
    fn individual_exposure(&mut self) {
        if self.histories.exposure.is_some() {
            return;
        }
        let mut exposure = Vec::with_capacity((self.histories.len() + 1) * self.grid.len());
        for h in 0..self.histories.len() {
            let seen = self.histories.observed_in(self.histories.pattern[h] as usize);
            exposure.extend(seen.iter().map(|&seen| f64::from(u8::from(seen))));
        }
        self.histories.exposure = Some(exposure);
        self.merged.clear();
        for h in 0..self.histories.len() {
            let hash = hash_stored(self.keys, &self.histories, h);
            self.merged.insert_unique(spread(hash), (h as u32, hash), |&(_, hash)| spread(hash));
        }
    }

    fn merge(&mut self, pattern: u32, cells: &[u32], observed: &[bool], exposure: Option<&[f64]>) -> u32 {
        let store = &mut self.histories;
        let at = |j: usize| -> f64 { if !observed[j] { 0.0 } else { exposure.map_or(1.0, |e| e[j]) } };
        let keep_exposure = store.exposure.is_some();
        let hash = hash_of(self.keys, pattern, cells, if keep_exposure { observed.len() } else { 0 }, at);
        let found = self.merged.find(spread(hash), |&(h, other)| {
            let h = h as usize;
            other == hash
                && store.pattern[h] == pattern
                && store.cells_of(h) == cells
                && store.exposure_of(h).is_none_or(|e| e.iter().enumerate().all(|(j, &e)| e == at(j)))
        });
        if let Some(&(h, _)) = found {
            return h;
        }
        let h = store.len() as u32;
        store.cells.extend_from_slice(cells);
        store.offsets.push(store.cells.len());
        store.pattern.push(pattern);
        store.weight.push(0.0);
        store.persons.push(0);
        if let Some(all) = &mut store.exposure {
            all.extend((0..observed.len()).map(at));
        }
        self.merged.insert_unique(spread(hash), (h, hash), |&(_, hash)| spread(hash));
        h
    }

    /// Number of persons so far.
    pub fn len(&self) -> usize {
        self.person_history.len()
    }

    /// Whether no person has been added yet.
    pub fn is_empty(&self) -> bool {
        self.person_history.is_empty()
    }

    /// The cohort of all persons added.
    pub fn finish(self) -> Cohort {
        Cohort::assemble(self.grid, self.histories, self.person_history, self.weights, self.ids)
    }

    /// The cohort of all persons added, who have these identifiers and were added without any.
    #[cfg(feature = "csv")]
    pub(crate) fn finish_named(self, names: Names) -> Cohort {
        debug_assert!(self.ids.is_none() && names.len() == self.len());
        CohortBuilder { ids: Some(names), ..self }.finish()
    }
}

/// Hash of a history: words folded in two by two, each product of 128 bits folded onto itself (as wyhash
/// does). The keys differ from run to run, so that nobody can prepare a table of collisions.
#[inline(always)]
fn hash_of(keys: [u64; 2], pattern: u32, cells: &[u32], exposure: usize, at: impl Fn(usize) -> f64) -> u32 {
    let fold = |state: u64, a: u64, b: u64| {
        let product = u128::from(state ^ a) * u128::from(keys[1] ^ b);
        product as u64 ^ (product >> 64) as u64
    };
    let pair = |a: u32, b: u32| u64::from(a) | u64::from(b) << 32;
    let (fours, rest) = cells.as_chunks::<4>();
    let mut state = fold(keys[0], u64::from(pattern), cells.len() as u64);
    for &[a, b, c, d] in fours {
        state = fold(state, pair(a, b), pair(c, d));
    }
    if !rest.is_empty() {
        let code = |i: usize| rest.get(i).copied().unwrap_or(NO_CODE);
        state = fold(state, pair(code(0), code(1)), pair(code(2), NO_CODE));
    }
    for j in (0..exposure).step_by(2) {
        let second = if j + 1 < exposure { at(j + 1).to_bits() } else { 0 };
        state = fold(state, at(j).to_bits(), second);
    }
    (state >> 32) as u32
}

fn hash_stored(keys: [u64; 2], store: &Histories, h: usize) -> u32 {
    let exposure = store.exposure_of(h);
    let length = exposure.map_or(0, <[f64]>::len);
    hash_of(keys, store.pattern[h], store.cells_of(h), length, |j| exposure.map_or(1.0, |e| e[j]))
}

/// The table takes its slot from the low bits of a hash and its tag from the high ones.
fn spread(hash: u32) -> u64 {
    // Odd, so no two hashes fall together; 2^64 divided by the golden ratio.
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
