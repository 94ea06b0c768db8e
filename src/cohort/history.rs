//! Sparse storage of a cohort's histories: identical ones once, with a weight, and only non-zero cells.
//!
//! This is what makes the trajectory engine fast: without individual time at risk the likelihood of a
//! history is a base per observation pattern plus one look-up per non-zero cell.

use crate::numeric::parallel::Parallel;

/// Histories brought together by one thread at a time.
const PIECE: usize = 1 << 15;

/// An (age interval, count) pair that occurs in the cohort; cells refer to it by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellCode {
    pub(crate) interval: u16,
    pub(crate) count: u32,
}

/// All distinct histories of a cohort, in any order; see [`Histories::ordered`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Histories {
    /// Number of age intervals.
    pub(crate) intervals: usize,
    /// Distinct (interval, count > 0) pairs, in order of first appearance.
    pub(crate) codes: Vec<CellCode>,
    /// Code of every non-zero cell, history after history, by age within a history.
    pub(crate) cells: Vec<u32>,
    /// Where history `h` starts in `cells`; one more entry than histories.
    pub(crate) offsets: Vec<usize>,
    /// Observation pattern of each history.
    pub(crate) pattern: Vec<u32>,
    /// Sum of the person weights of each history.
    pub(crate) weight: Vec<f64>,
    /// Number of persons with this history.
    pub(crate) persons: Vec<u32>,
    /// Observed or not, pattern after pattern, `intervals` entries each.
    pub(crate) observed: Vec<bool>,
    /// Fraction of each interval at liberty, history after history, 0 where not observed; `None` when
    /// every observed cell was at liberty for the whole interval.
    pub(crate) exposure: Option<Vec<f64>>,
}

impl Histories {
    pub(crate) fn new(intervals: usize) -> Self {
        Histories {
            intervals,
            codes: Vec::new(),
            cells: Vec::new(),
            offsets: vec![0],
            pattern: Vec::new(),
            weight: Vec::new(),
            persons: Vec::new(),
            observed: Vec::new(),
            exposure: None,
        }
    }

    /// Adds a history of nobody yet; one of its own time at risk when all have that.
    pub(super) fn add(&mut self, pattern: u32, cells: &[u32], exposure: Option<&[f64]>) {
        self.cells.extend_from_slice(cells);
        self.offsets.push(self.cells.len());
        self.pattern.push(pattern);
        self.weight.push(0.0);
        self.persons.push(0);
        if let Some(all) = &mut self.exposure {
            all.extend_from_slice(exposure.unwrap_or_default());
        }
    }

    /// Number of distinct histories.
    pub(crate) fn len(&self) -> usize {
        self.pattern.len()
    }

    /// Number of distinct observation patterns.
    pub(crate) fn patterns(&self) -> usize {
        self.observed.len() / self.intervals
    }

    /// Which intervals pattern `p` observes.
    pub(crate) fn observed_in(&self, p: usize) -> &[bool] {
        &self.observed[p * self.intervals..(p + 1) * self.intervals]
    }

    /// Codes of the non-zero cells of history `h`.
    pub(crate) fn cells_of(&self, h: usize) -> &[u32] {
        &self.cells[self.offsets[h]..self.offsets[h + 1]]
    }

    /// Events of history `h` in all.
    pub(crate) fn events_of(&self, h: usize) -> u64 {
        self.cells_of(h).iter().map(|&code| u64::from(self.codes[code as usize].count)).sum()
    }

    /// Time at risk of history `h` by interval, when it varies between persons.
    pub(crate) fn exposure_of(&self, h: usize) -> Option<&[f64]> {
        self.exposure.as_ref().map(|e| &e[h * self.intervals..(h + 1) * self.intervals])
    }

    /// Total weight of all persons.
    pub(crate) fn total_weight(&self) -> f64 {
        self.weight.iter().sum()
    }

    /// The same histories in an order that suits passes, with the new number of each: by observation pattern,
    /// then by number of non-zero cells, then as before. What a pass does for one history is then nearly
    /// always what it did for the one before, which is what processors are good at guessing.
    pub(crate) fn ordered(self) -> (Histories, Vec<u32>) {
        let cells = |h: usize| self.offsets[h + 1] - self.offsets[h];
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order = stable_by(&order, self.intervals + 1, |h| cells(h as usize));
        order = stable_by(&order, self.patterns(), |h| self.pattern[h as usize] as usize);
        let members: Vec<(usize, f64)> = order.iter().map(|&h| (h as usize, self.weight[h as usize])).collect();
        let mut number = vec![0; order.len()];
        order.iter().enumerate().for_each(|(new, &old)| number[old as usize] = new as u32);
        (self.part(&members), number)
    }

    /// The part of the cohort made of these histories, each with the given weight; codes and patterns
    /// keep their numbers, so tables computed for the whole serve the part.
    pub(crate) fn part(&self, members: &[(usize, f64)]) -> Histories {
        let mut part = Histories {
            codes: self.codes.clone(),
            observed: self.observed.clone(),
            exposure: self.exposure.as_ref().map(|_| Vec::new()),
            ..Histories::new(self.intervals)
        };
        part.offsets.reserve(members.len());
        let ends = members.iter().scan(0, |end, &(h, _)| {
            *end += self.offsets[h + 1] - self.offsets[h];
            Some(*end)
        });
        part.offsets.extend(ends);
        part.weight.extend(members.iter().map(|(_, weight)| weight));
        part.cells = vec![0; part.offsets[members.len()]];
        part.pattern = vec![0; members.len()];
        part.persons = vec![0; members.len()];
        if let Some(exposure) = &mut part.exposure {
            exposure.resize(members.len() * self.intervals, 0.0);
        }
        // what stands anywhere is brought together by several threads, each of which waits for memory
        let mut pieces = Vec::new();
        let mut cells = &mut part.cells[..];
        let mut exposure = part.exposure.as_deref_mut().unwrap_or_default();
        let heads = part.pattern.chunks_mut(PIECE).zip(part.persons.chunks_mut(PIECE));
        for ((some, head), ends) in members.chunks(PIECE).zip(heads).zip((0..).step_by(PIECE)) {
            let (from, to) = (part.offsets[ends], part.offsets[ends + some.len()]);
            let (own, rest) = std::mem::take(&mut cells).split_at_mut(to - from);
            cells = rest;
            let width = if exposure.is_empty() { 0 } else { some.len() * self.intervals };
            let (time, rest) = std::mem::take(&mut exposure).split_at_mut(width);
            exposure = rest;
            pieces.push((some, head, own, time));
        }
        pieces.map_in_parallel(|(some, (pattern, persons), mut cells, mut exposure)| {
            for ((&(h, _), pattern), persons) in some.iter().zip(pattern).zip(persons) {
                (*pattern, *persons) = (self.pattern[h], self.persons[h]);
                let from = self.cells_of(h);
                let (own, rest) = std::mem::take(&mut cells).split_at_mut(from.len());
                own.copy_from_slice(from);
                cells = rest;
                if let Some(from) = self.exposure_of(h) {
                    let (own, rest) = std::mem::take(&mut exposure).split_at_mut(from.len());
                    own.copy_from_slice(from);
                    exposure = rest;
                }
            }
        });
        part
    }
}

/// Items in order of a small key; equals stay in order (counting sort).
fn stable_by(items: &[u32], keys: usize, key: impl Fn(u32) -> usize) -> Vec<u32> {
    let mut next = vec![0; keys + 1];
    items.iter().for_each(|&i| next[key(i) + 1] += 1);
    (0..keys).for_each(|k| next[k + 1] += next[k]);
    let mut sorted = vec![0; items.len()];
    for &i in items {
        let at = &mut next[key(i)];
        sorted[*at] = i;
        *at += 1;
    }
    sorted
}
