//! What was observed of each group, to lay beside its fitted curve: events and time at risk by age, every
//! person counted in each group with the posterior probability of membership.
//!
//! Does not belong here: the fitted curves (`model`), and how the two are drawn (`report`).

use crate::cohort::data::Cohort;
use crate::error::Result;
use crate::trajectory::data::Data;
use crate::trajectory::model::Model;
use ndarray::Array2;

/// Posterior-weighted events and years at liberty, groups x age intervals.
///
/// Posterior weights, not each person in the most likely group alone: hard assignment sharpens the
/// differences between groups that are seen afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct ObservedRates {
    events: Array2<f64>,
    years: Array2<f64>,
}

impl ObservedRates {
    pub(crate) fn new(events: Array2<f64>, years: Array2<f64>) -> ObservedRates {
        ObservedRates { events, years }
    }

    /// Events, groups x age intervals.
    pub fn events(&self) -> &Array2<f64> {
        &self.events
    }

    /// Years at liberty, groups x age intervals.
    pub fn years(&self) -> &Array2<f64> {
        &self.years
    }

    /// Events per year at liberty of group `k` in age interval `j`; `None` where nobody of the group was
    /// at liberty under observation.
    ///
    /// # Panics
    /// When `k` or `j` is out of range.
    pub fn rate(&self, k: usize, j: usize) -> Option<f64> {
        let (events, years) = (self.events[[k, j]], self.years[[k, j]]);
        // weights this small are what is left of a posterior that rounds to nothing
        (years > 1e-9).then(|| events / years)
    }
}

impl Model {
    /// Events and years at liberty of each group in a cohort, weighted by the posterior probabilities of
    /// membership (and the persons' own weights).
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, Family, Model, ndarray::array, trajectory::Group};
    /// let group = Group::poisson(1.0, [0.0]);
    /// let grid = AgeGrid::years(18, 19)?;
    /// let model = Model::new(Family::Poisson, grid, vec![group])?;
    /// let cohort = Cohort::from_matrices(grid, array![[1_u32, 0], [2, 0]].view(), Some(array![[1.0, 0.0], [0.5, 0.0]].view()))?;
    /// let observed = model.observed_rates(&cohort)?;
    /// assert_eq!((observed.rate(0, 0), observed.rate(0, 1)), (Some(2.0), None)); // 3 events in 1.5 years
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the cohort is on another age grid.
    pub fn observed_rates<'a>(&self, people: impl Into<Data<'a>>) -> Result<ObservedRates> {
        let people = people.into();
        self.check_grid(people)?;
        match people {
            Data::Cohort(cohort) => self.observed_in(cohort),
            Data::Panel(panel) => self.only_outcome()?.observed_rates(panel),
        }
    }

    fn observed_in(&self, cohort: &Cohort) -> Result<ObservedRates> {
        let posteriors = self.distinct_posteriors(cohort)?;
        let histories = &cohort.histories;
        let (groups, intervals) = (posteriors.ncols(), histories.intervals);
        let mut events = Array2::zeros((groups, intervals));
        let mut years = Array2::zeros((groups, intervals));
        let width = self.grid().width_years();
        for h in 0..histories.len() {
            let seen = histories.observed_in(histories.pattern[h] as usize);
            let exposure = histories.exposure_of(h);
            for k in 0..groups {
                let weight = histories.weight[h] * posteriors[[h, k]];
                for j in (0..intervals).filter(|&j| seen[j]) {
                    years[[k, j]] += weight * width * exposure.map_or(1.0, |e| e[j]);
                }
                for &code in histories.cells_of(h) {
                    let cell = histories.codes[code as usize];
                    events[[k, cell.interval as usize]] += weight * f64::from(cell.count);
                }
            }
        }
        Ok(ObservedRates { events, years })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::builder::{CohortBuilder, PersonRow};
    use crate::cohort::grid::AgeGrid;
    use crate::trajectory::family::Family;
    use crate::trajectory::model::group::Group;
    use approx::assert_relative_eq;

    fn model(family: Family, grid: AgeGrid) -> Model {
        let zero = |c: &[f64]| if family == Family::Zip { c.to_vec() } else { Vec::new() };
        let tau = |t| (family == Family::ZipTau).then_some(t);
        let group = |share, c: &[f64], z: &[f64], t| Group {
            share,
            coefficients: c.to_vec(),
            zero_coefficients: zero(z),
            tau: tau(t),
            dispersion: None,
        };
        let groups = vec![group(0.6, &[-1.0, 0.4], &[0.3, -0.2], 0.5), group(0.4, &[0.8, -0.3, -0.5], &[-1.0], 1.5)];
        Model::new(family, grid, groups).unwrap()
    }

    #[test]
    fn events_and_years_of_all_groups_add_up_to_those_of_the_cohort() {
        let grid = AgeGrid::months(216, 6, 3).unwrap();
        let mut builder = CohortBuilder::new(grid);
        let exposure = [0.5, 1.0, 0.0];
        builder.push(PersonRow { weight: 2.0, ..PersonRow::new(&[Some(3), Some(0), Some(1)]) }).unwrap();
        builder.push(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&[Some(1), Some(4), None]) }).unwrap();
        let cohort = builder.finish();
        let observed = model(Family::Zip, grid).observed_rates(&cohort).unwrap();
        let events: Vec<f64> = observed.events().columns().into_iter().map(|c| c.sum()).collect();
        let years: Vec<f64> = observed.years().columns().into_iter().map(|c| c.sum()).collect();
        for (sum, expected) in events.iter().chain(&years).zip([7.0, 4.0, 2.0, 1.25, 1.5, 1.0]) {
            assert_relative_eq!(*sum, expected, max_relative = 1e-12);
        }
    }

    #[test]
    fn the_smooth_curve_passes_through_the_rate_of_every_interval() {
        for family in [Family::Poisson, Family::Zip, Family::ZipTau] {
            for grid in [AgeGrid::years(12, 30).unwrap(), AgeGrid::years(18, 18).unwrap()] {
                let model = model(family, grid);
                for (k, j) in (0..2).flat_map(|k| (0..grid.len()).map(move |j| (k, j))) {
                    let smooth = model.rate_at_age(k, grid.mid_age(j));
                    assert_relative_eq!(smooth, model.rate(k, j), max_relative = 1e-12);
                }
            }
        }
    }
}
