//! The cohort itself and what can be asked of it.

use super::builder::{CohortBuilder, MAX_COUNT};
use super::grid::AgeGrid;
use super::history::Histories;
use super::names::Names;
use super::suspicion;
use super::warning::CohortWarning;
use crate::error::{Error, Issues, Result};
use ndarray::ArrayView2;

/// Below this fraction of an interval at liberty, a count makes a rate that says more about the
/// exposure figure than about the person; such cells are counted and reported (not changed).
/// The Toronto data have 38 of them (data/toronto README).
pub const LOW_EXPOSURE: f64 = 0.05;

/// Persons x age intervals: counts of events, what was observed, time at risk, and weights.
///
/// Stored sparsely with identical histories merged. Fitting never changes a cohort. Two cohorts are equal when they hold
/// the same of the same people, whatever there was to tell of the tables they came from ([`Cohort::warnings`]).
#[derive(Debug, Clone)]
pub struct Cohort {
    grid: AgeGrid,
    pub(crate) histories: Histories,
    person_history: Vec<u32>,
    weights: Option<Vec<f64>>,
    ids: Option<Names>,
    observations: u64,
    events: u64,
    low_exposure_cells: u64,
    warnings: Vec<CohortWarning>,
}

impl PartialEq for Cohort {
    fn eq(&self, other: &Cohort) -> bool {
        // the other fields follow from these
        self.grid == other.grid
            && self.histories == other.histories
            && self.person_history == other.person_history
            && self.weights == other.weights
            && self.ids == other.ids
    }
}

impl Cohort {
    pub(crate) fn assemble(
        grid: AgeGrid,
        mut histories: Histories,
        mut person_history: Vec<u32>,
        weights: Option<Vec<f64>>,
        mut ids: Option<Names>,
    ) -> Cohort {
        // with individual time at risk a pass goes by age, not by non-zero cell, and order gains nothing
        if histories.exposure.is_none() {
            let (ordered, number) = histories.ordered();
            histories = ordered;
            person_history.iter_mut().for_each(|h| *h = number[*h as usize]);
        }
        histories.cells.shrink_to_fit();
        histories.offsets.shrink_to_fit();
        person_history.shrink_to_fit();
        ids.iter_mut().for_each(Names::shrink_to_fit);
        let seen: Vec<u64> =
            (0..histories.patterns()).map(|p| histories.observed_in(p).iter().filter(|&&o| o).count() as u64).collect();
        let (mut observations, mut events, mut low) = (0, 0, 0);
        let mut of_code = vec![0_u64; histories.codes.len()];
        for h in 0..histories.len() {
            let persons = u64::from(histories.persons[h]);
            observations += persons * seen[histories.pattern[h] as usize];
            let exposure = histories.exposure_of(h);
            for &code in histories.cells_of(h) {
                let cell = histories.codes[code as usize];
                events += persons * u64::from(cell.count);
                of_code[code as usize] += persons;
                low += if exposure.is_some_and(|e| e[cell.interval as usize] < LOW_EXPOSURE) { persons } else { 0 };
            }
        }
        let mut cohort = Cohort {
            grid,
            histories,
            person_history,
            weights,
            ids,
            observations,
            events,
            low_exposure_cells: low,
            warnings: Vec::new(),
        };
        cohort.warnings = suspicion::of(&cohort, &of_code);
        cohort
    }

    /// A cohort from a matrix of counts, persons x age intervals, all observed and at liberty throughout.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, ndarray::array};
    /// let cohort = Cohort::from_counts(AgeGrid::years(18, 20)?, array![[0_u32, 1, 0], [3, 0, 0]].view())?;
    /// assert_eq!((cohort.persons(), cohort.events()), (2, 4));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the matrix has another width than the grid, no rows, or a count above [`MAX_COUNT`].
    pub fn from_counts(grid: AgeGrid, counts: ArrayView2<'_, u32>) -> Result<Cohort> {
        Cohort::from_matrices(grid, counts, None)
    }

    /// A cohort from counts and time at risk, both persons x age intervals. The time at risk is the
    /// fraction of the interval at liberty, in [0, 1]; 0 means that the interval was not observed.
    ///
    /// # Errors
    /// Lists every cell with a count above [`MAX_COUNT`], a time at risk that is NaN or outside [0, 1],
    /// or a count above 0 where the time at risk is 0; and matrices of the wrong shape.
    pub fn from_matrices(
        grid: AgeGrid,
        counts: ArrayView2<'_, u32>,
        exposure: Option<ArrayView2<'_, f64>>,
    ) -> Result<Cohort> {
        let mut issues = Issues::in_memory();
        if counts.ncols() != grid.len() {
            issues.add(None, None, || {
                format!("counts have {} columns, the grid {} intervals", counts.ncols(), grid.len())
            });
        }
        if counts.nrows() == 0 {
            issues.add(None, None, || "counts have no rows".into());
        }
        if let Some(e) = exposure
            && e.dim() != counts.dim()
        {
            issues.add(None, None, || {
                format!(
                    "counts are {} x {}, the time at risk {} x {}",
                    counts.nrows(),
                    counts.ncols(),
                    e.nrows(),
                    e.ncols()
                )
            });
        }
        issues.into_result("the matrices do not make a cohort")?;

        // looked at as a whole first: going by cell is only needed to say what is wrong where
        let good = counts.iter().all(|&count| count <= MAX_COUNT)
            && exposure.is_none_or(|e| {
                e.iter().zip(counts).all(|(e, &count)| (0.0..=1.0).contains(e) && (*e > 0.0 || count == 0))
            });
        if !good {
            matrix_issues(grid, counts, exposure).into_result("the matrices do not make a cohort")?;
        }

        let mut builder = CohortBuilder::new(grid);
        let (mut y_row, mut e_row) = (vec![0; grid.len()], vec![0.0; grid.len()]);
        for (i, row) in counts.rows().into_iter().enumerate() {
            y_row.iter_mut().zip(row).for_each(|(to, &from)| *to = from);
            match exposure {
                None => builder.push_checked(None, |j| Some(y_row[j]), None, 1.0)?,
                Some(e) => {
                    e_row.iter_mut().zip(e.row(i)).for_each(|(to, &from)| *to = from);
                    builder.push_checked(None, |j| (e_row[j] > 0.0).then(|| y_row[j]), Some(&e_row), 1.0)?;
                }
            }
        }
        Ok(builder.finish())
    }

    /// Some of the people, in their order, as a cohort of their own, with identifiers and weights.
    ///
    /// # Errors
    /// When the range is empty or reaches beyond the last person.
    pub fn chunk(&self, people: std::ops::Range<usize>) -> Result<Cohort> {
        if people.is_empty() || people.end > self.persons() {
            let all = self.persons();
            return Err(Error::options(format!("people {} to {} of a cohort of {all}", people.start, people.end)));
        }
        self.some(people)
    }

    /// These people, all of whom are there, as a cohort of their own.
    pub(crate) fn some(&self, people: impl IntoIterator<Item = usize>) -> Result<Cohort> {
        let mut builder = CohortBuilder::new(self.grid);
        for person in people {
            let (counts, exposure) = (self.counts(person), self.exposure(person));
            let exposure = self.has_exposure().then_some(exposure.as_slice());
            builder.push_checked(self.id(person), |j| counts[j], exposure, self.weight(person))?;
        }
        Ok(builder.finish())
    }

    /// The age axis.
    pub fn grid(&self) -> AgeGrid {
        self.grid
    }

    /// Number of persons.
    pub fn persons(&self) -> usize {
        self.person_history.len()
    }

    /// Number of observed cells (person x age interval).
    pub fn observations(&self) -> u64 {
        self.observations
    }

    /// Number of events in all observed cells.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Number of different histories: persons with the same one are stored once.
    pub fn distinct_histories(&self) -> usize {
        self.histories.len()
    }

    /// Sum of the person weights; the number of persons when none was weighted.
    pub fn total_weight(&self) -> f64 {
        self.histories.total_weight()
    }

    /// Number of age intervals at which anyone was observed.
    pub(crate) fn observed_ages(&self) -> usize {
        let h = &self.histories;
        (0..h.intervals).filter(|&t| (0..h.patterns()).any(|p| h.observed_in(p)[t])).count()
    }

    /// Cells with an event but less than [`LOW_EXPOSURE`] of the interval at liberty.
    pub fn low_exposure_cells(&self) -> u64 {
        self.low_exposure_cells
    }

    /// What looks as if it meant something else than counts, and what a reader of tables left out or took by a rule of
    /// the caller's.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, ndarray::array};
    /// let counts = array![[0_u32, 1, 999], [3, 0, 0]];
    /// let cohort = Cohort::from_counts(AgeGrid::years(18, 20)?, counts.view())?;
    /// assert!(cohort.warnings()[0].is_doubt());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn warnings(&self) -> &[CohortWarning] {
        &self.warnings
    }

    /// Adds what a reader has to tell, and the rows that persons (counted from 0) were read from, with the file of a folder.
    #[cfg(feature = "csv")]
    pub(crate) fn with_warnings(
        mut self,
        more: Vec<CohortWarning>,
        row: impl Fn(usize) -> (Option<String>, u64),
    ) -> Cohort {
        for warning in &mut self.warnings {
            if let Some(place) = warning.place_mut() {
                let (part, row) = row(place.person - 1);
                (place.part, place.row) = (part, Some(row));
            }
        }
        self.warnings.extend(more);
        self
    }

    /// Whether time at risk differs between persons.
    pub fn has_exposure(&self) -> bool {
        self.histories.exposure.is_some()
    }

    /// The identifier of a person, when the cohort was built with identifiers.
    pub fn id(&self, person: usize) -> Option<&str> {
        self.ids.as_ref().and_then(|ids| ids.get(person))
    }

    /// Weight of a person; 1 when none was given.
    ///
    /// # Panics
    /// When `person` is not below [`Cohort::persons`].
    pub fn weight(&self, person: usize) -> f64 {
        assert!(person < self.persons(), "person {person} of {}", self.persons());
        self.weights.as_ref().map_or(1.0, |w| w[person])
    }

    /// Number of the history of a person.
    pub(crate) fn history_of(&self, person: usize) -> usize {
        self.person_history[person] as usize
    }

    /// Events of a person by age interval; `None` where the interval was not observed.
    ///
    /// # Panics
    /// When `person` is not below [`Cohort::persons`].
    pub fn counts(&self, person: usize) -> Vec<Option<u32>> {
        let h = self.history_of(person);
        let mut counts: Vec<Option<u32>> = self
            .histories
            .observed_in(self.histories.pattern[h] as usize)
            .iter()
            .map(|&seen| seen.then_some(0))
            .collect();
        for &code in self.histories.cells_of(h) {
            let cell = self.histories.codes[code as usize];
            counts[cell.interval as usize] = Some(cell.count);
        }
        counts
    }

    /// Fraction of each age interval that a person spent at liberty; 0 where not observed.
    ///
    /// # Panics
    /// When `person` is not below [`Cohort::persons`].
    pub fn exposure(&self, person: usize) -> Vec<f64> {
        let h = self.history_of(person);
        match self.histories.exposure_of(h) {
            Some(e) => e.to_vec(),
            None => {
                let seen = self.histories.observed_in(self.histories.pattern[h] as usize);
                seen.iter().map(|&seen| f64::from(u8::from(seen))).collect()
            }
        }
    }
}

/// Everything that keeps these matrices from making a cohort.
fn matrix_issues(grid: AgeGrid, counts: ArrayView2<'_, u32>, exposure: Option<ArrayView2<'_, f64>>) -> Issues {
    let mut issues = Issues::in_memory();
    for (i, row) in counts.rows().into_iter().enumerate() {
        for (j, &count) in row.iter().enumerate() {
            let e = exposure.map_or(1.0, |e| e[[i, j]]);
            let problem = if count > MAX_COUNT {
                format!("a count of {count} is above the limit of {MAX_COUNT}")
            } else if !(0.0..=1.0).contains(&e) {
                format!("the time at risk {e} is not between 0 and 1")
            } else if e == 0.0 && count > 0 {
                format!("a count of {count} without time at risk")
            } else {
                continue;
            };
            issues.add(Some(i as u64 + 1), Some(&grid.label(j)), || problem);
        }
    }
    issues
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::builder::PersonRow;
    use ndarray::array;

    #[test]
    fn persons_with_the_same_history_share_one_and_keep_their_order() {
        let counts = array![[0_u32, 2, 0], [1, 0, 0], [0, 2, 0], [0, 0, 0]];
        let cohort = Cohort::from_counts(AgeGrid::years(18, 20).unwrap(), counts.view()).unwrap();
        assert_eq!((cohort.persons(), cohort.distinct_histories(), cohort.observations()), (4, 3, 12));
        for i in 0..4 {
            let row: Vec<Option<u32>> = counts.row(i).iter().map(|&c| Some(c)).collect();
            assert_eq!(cohort.counts(i), row);
        }
    }

    #[test]
    fn time_at_risk_that_comes_late_keeps_earlier_persons_at_full_liberty() {
        let grid = AgeGrid::years(18, 19).unwrap();
        let mut builder = CohortBuilder::new(grid);
        let counts = [Some(0), Some(1)];
        builder.push(PersonRow { id: Some("a"), ..PersonRow::new(&counts) }).unwrap();
        builder.push(PersonRow { exposure: Some(&[1.0, 0.5]), ..PersonRow::new(&counts) }).unwrap();
        builder.push(PersonRow { exposure: Some(&[1.0, 1.0]), weight: 2.0, ..PersonRow::new(&counts) }).unwrap();
        builder.push(PersonRow { exposure: Some(&[1.0, 0.01]), ..PersonRow::new(&counts) }).unwrap();
        let cohort = builder.finish();
        assert_eq!(cohort.distinct_histories(), 3);
        assert_eq!((cohort.exposure(0), cohort.exposure(1)), (vec![1.0, 1.0], vec![1.0, 0.5]));
        assert_eq!((cohort.weight(0), cohort.weight(2), cohort.total_weight()), (1.0, 2.0, 5.0));
        assert_eq!((cohort.id(0), cohort.id(1)), (Some("a"), Some("")));
        assert_eq!(cohort.low_exposure_cells(), 1);
    }

    #[test]
    fn persons_counted_by_history_are_those_added_one_by_one() {
        let grid = AgeGrid::years(18, 19).unwrap();
        let (mut counted, mut one_by_one) = (CohortBuilder::new(grid), CohortBuilder::new(grid));
        type Row<'a> = (&'a [Option<u32>], Option<&'a [f64]>, f64, u32);
        let rows: [Row<'_>; 4] = [
            (&[Some(0), Some(1)], None, 1.0, 5),
            (&[Some(0), None], None, 0.1, 3),
            (&[Some(0), Some(1)], Some(&[1.0, 0.25]), 1.0, 1),
            (&[Some(0), Some(1)], None, 0.1, 7),
        ];
        for (counts, exposure, weight, persons) in rows {
            let row = PersonRow { exposure, weight, ..PersonRow::new(counts) };
            counted.push_persons(row, persons).unwrap();
            (0..persons).for_each(|_| one_by_one.push(row).unwrap());
        }
        let none = counted.push_persons(PersonRow::new(&[Some(0), None]), 0);
        assert!(none.unwrap_err().to_string().contains("0 persons with a history"));
        let too_many = counted.push_persons(PersonRow::new(&[Some(0), None]), u32::MAX);
        assert!(too_many.unwrap_err().to_string().contains("at most 4,294,967,294 persons"));
        let (counted, one_by_one) = (counted.finish(), one_by_one.finish());
        assert_eq!(counted, one_by_one);
        assert_eq!(counted.total_weight().to_bits(), one_by_one.total_weight().to_bits());
        assert_eq!((counted.persons(), counted.observations()), (16, one_by_one.observations()));
    }

    #[test]
    fn every_bad_cell_of_a_matrix_is_listed() {
        let grid = AgeGrid::years(18, 19).unwrap();
        let exposure = array![[0.0, f64::NAN], [1.2, 1.0]];
        let error =
            Cohort::from_matrices(grid, array![[1_u32, 0], [0, u32::MAX]].view(), Some(exposure.view())).unwrap_err();
        assert_eq!(error.issue_count(), 4);
        assert!(error.to_string().contains("row 1, column 18: a count of 1 without time at risk"), "{error}");
        assert!(Cohort::from_counts(grid, array![[1_u32]].view()).is_err());
        assert!(Cohort::from_counts(grid, ndarray::Array2::<u32>::zeros((0, 2)).view()).is_err());
    }

    #[test]
    fn counts_that_differ_only_beyond_the_small_table_are_kept_apart() {
        let counts = array![[63_u32, 64], [64, 63], [1_000_000, 64]];
        let cohort = Cohort::from_counts(AgeGrid::years(18, 19).unwrap(), counts.view()).unwrap();
        assert_eq!(cohort.counts(2), vec![Some(1_000_000), Some(64)]);
        assert_eq!(cohort.distinct_histories(), 3);
    }
}
