//! Simple cohorts: people drawn from a trajectory model of any family, observed throughout and at liberty.
//!
//! Belongs here: cohorts without careers, for tests and power studies. Does not belong here: cohorts with gaps, time
//! at risk or covariates, for which `Model::simulate_like` takes a panel to be like.

use crate::cohort::builder::{CohortBuilder, PersonRow};
use crate::cohort::data::Cohort;
use crate::error::{Error, Result};
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use crate::trajectory::model::Model;
use ndarray::Array2;

/// People drawn, with the group that each is truly of.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn<D> {
    /// The people: a [`Cohort`] or a [`Panel`].
    pub data: D,
    /// Group of each (from 0), in their order; in a dual model the pair of groups.
    pub truth: Vec<usize>,
}

impl Model {
    /// Draws people of a model of counts, observed throughout and at liberty. Person `i` comes from stream `i` of the seed.
    ///
    /// For [`Family::Bernoulli`] a count is 1 where anything happened in the interval.
    ///
    /// ```
    /// use pleegprofiel::reference_model;
    /// let drawn = reference_model().model().simulate(1000, 1)?;
    /// assert_eq!((drawn.data.persons(), drawn.truth.len()), (1000, 1000));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When nobody is asked for, or the model is not of counts alone ([`Model::simulate_people`] draws people of any).
    pub fn simulate(&self, persons: usize, seed: u64) -> Result<Drawn<Cohort>> {
        if self.outcome_names().len() != 1 || !(self.family().counts_events() || self.family() == Family::Bernoulli) {
            return Err(Error::options("the model is not of one series of counts: simulate_people draws people of it"));
        }
        let Drawn { data, truth } = self.simulate_people(persons, seed)?;
        // counts of events: whole numbers up to a limit that a cohort holds
        let counts = data.series[0].values.mapv(|y| (!y.is_nan()).then_some(y as u32));
        let mut cohort = CohortBuilder::new(self.grid());
        for row in counts.rows() {
            cohort.push(PersonRow::new(&row.to_vec()))?;
        }
        Ok(Drawn { data: cohort.finish(), truth })
    }

    /// Draws people observed at every age from a model of any family without covariates. Person `i` comes from stream `i` of
    /// the seed.
    ///
    /// # Errors
    /// When nobody is asked for, or the model has covariates: [`Model::simulate_like`] takes people with theirs.
    pub fn simulate_people(&self, persons: usize, seed: u64) -> Result<Drawn<Panel>> {
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
        self.simulate_like(&like, seed)
    }

    /// Draws as many people as `like` has rows, with its covariates, weights, time at risk and pattern of
    /// observation; with dropout in the model, leaving is drawn too.
    ///
    /// Person `i` has a random stream of their own: the same whatever the number of threads.
    ///
    /// # Errors
    /// When `like` has another grid or lacks a series or covariate of the model.
    pub fn simulate_like(&self, like: &Panel, seed: u64) -> Result<Drawn<Panel>> {
        let (data, truth) = self.drawn_like(like, seed)?;
        Ok(Drawn { data, truth })
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
