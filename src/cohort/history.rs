//! Sparse storage of a cohort's histories: identical ones once, with a weight, and only non-zero cells.
//!
//! This is what makes the trajectory engine fast: without individual time at risk the likelihood of a
//! history is a base per observation pattern plus one look-up per non-zero cell.

/// An (age interval, count) pair that occurs in the cohort; cells refer to it by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellCode {
    pub(crate) interval: u16,
    pub(crate) count: u32,
}

/// All distinct histories of a cohort.
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

    /// Time at risk of history `h` by interval, when it varies between persons.
    pub(crate) fn exposure_of(&self, h: usize) -> Option<&[f64]> {
        self.exposure.as_ref().map(|e| &e[h * self.intervals..(h + 1) * self.intervals])
    }

    /// Total weight of all persons.
    pub(crate) fn total_weight(&self) -> f64 {
        self.weight.iter().sum()
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
        for &(h, weight) in members {
            part.cells.extend_from_slice(self.cells_of(h));
            part.offsets.push(part.cells.len());
            part.pattern.push(self.pattern[h]);
            part.weight.push(weight);
            part.persons.push(self.persons[h]);
            if let (Some(to), Some(from)) = (part.exposure.as_mut(), self.exposure_of(h)) {
                to.extend_from_slice(from);
            }
        }
        part
    }
}
