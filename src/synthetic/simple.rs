//! Simple cohorts: people drawn from a trajectory model of any family, observed throughout and at liberty.
//!
//! Belongs here: cohorts without careers, for tests and power studies. Does not belong here: cohorts with gaps, time
//! at risk or covariates, for which `GeneralModel::simulate` takes a panel to be like.

use crate::cohort::data::Cohort;
use crate::error::{Error, Result};
use crate::trajectory::family::Family;
use crate::trajectory::mixture::model::GeneralModel;
use crate::trajectory::mixture::panel::Panel;
use crate::trajectory::model::TrajectoryModel;
use ndarray::Array2;

impl TrajectoryModel {
    /// Draws people with their true group (from 0). Person `i` comes from stream `i` of the seed.
    ///
    /// For [`Family::Bernoulli`] a count is 1 where anything happened in the interval.
    ///
    /// ```
    /// use pleegprofiel::reference_model;
    /// let reference = reference_model();
    /// let (cohort, truth) = reference.model().simulate(1000, 1)?;
    /// assert_eq!((cohort.persons(), truth.len()), (1000, 1000));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When nobody is asked for.
    pub fn simulate(&self, persons: usize, seed: u64) -> Result<(Cohort, Vec<usize>)> {
        let (panel, truth) = self.to_general().simulate_people(persons, seed)?;
        // counts of events: whole numbers up to a limit that a cohort holds
        let counts = panel.series[0].values.mapv(|y| y as u32);
        Ok((Cohort::from_counts(self.grid(), counts.view())?, truth))
    }
}

impl GeneralModel {
    /// Draws people observed at every age, with their true class (from 0), from a model of any family without
    /// covariates. Person `i` comes from stream `i` of the seed.
    ///
    /// # Errors
    /// When nobody is asked for, or the model has covariates: [`GeneralModel::simulate`] takes people with theirs.
    pub fn simulate_people(&self, persons: usize, seed: u64) -> Result<(Panel, Vec<usize>)> {
        if persons == 0 {
            return Err(Error::options("0 persons to draw, at least 1 is needed"));
        }
        let varying = self.spec.outcomes.iter().any(|outcome| !outcome.varying.is_empty());
        if varying || !self.spec.membership.is_empty() {
            return Err(Error::options("the model has covariates, and people drawn anew have none"));
        }
        let watched = self.spec.outcomes.len() - usize::from(self.spec.dropout.is_some());
        let mut like = Panel::new(self.grid);
        for outcome in &self.spec.outcomes[..watched] {
            // any number stands for "observed"; fractions may not be 0 or 1
            let seen = if outcome.family() == Family::Beta { 0.5 } else { 0.0 };
            like = like.series(outcome.series(), Array2::from_elem((persons, self.grid.len()), Some(seen)).view())?;
        }
        self.simulate(&like, seed)
    }
}

impl Panel {
    /// The values of a series, persons x age intervals, `None` where not observed; nothing when there is no such series.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Panel, ndarray::array};
    /// let values = array![[Some(0.5), None], [Some(1.5), Some(2.0)]];
    /// let panel = Panel::new(AgeGrid::years(15, 16)?).series("score", values.view())?;
    /// assert_eq!(panel.values("score"), Some(values));
    /// assert_eq!(panel.values("other"), None);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn values(&self, series: &str) -> Option<Array2<Option<f64>>> {
        let found = self.series.iter().find(|s| s.name == series)?;
        Some(found.values.mapv(|v| (!v.is_nan()).then_some(v)))
    }
}
