//! What a model expects of its groups: rates by age, and the probability that nothing can happen.
//!
//! They are those of the first outcome, which most models have alone; [`Model::of_outcome`] tells them of another.

use crate::numeric::logspace::{expit, most_likely};
use crate::trajectory::model::Model;
use crate::trajectory::model::outcome::ModelOutcome;

impl Model {
    /// Expected events per year at liberty of group `k` (from 0) in age interval `j`, zero part included; for
    /// [`Family::Bernoulli`](crate::Family::Bernoulli) the probability of any event in the interval.
    ///
    /// # Panics
    /// When `k` or `j` is out of range.
    pub fn rate(&self, k: usize, j: usize) -> f64 {
        match &self.counts {
            Some(counts) => counts.rate(k, j),
            None => self.first().rates(k)[j],
        }
    }

    /// The rates of group `k` (from 0) in every age interval, per year at liberty.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub fn rates(&self, k: usize) -> Vec<f64> {
        match &self.counts {
            Some(counts) => counts.rates(k),
            None => self.first().rates(k),
        }
    }

    /// Age at the start of the interval in which group `k` (from 0) has its highest rate, in years; of equals the first.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub fn peak_age(&self, k: usize) -> f64 {
        self.grid.start_age(most_likely(self.rates(k).into_iter()))
    }

    /// Probability of a structural zero in group `k` (from 0) in every age interval; 0 for a family without.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub fn zero_probabilities(&self, k: usize) -> Vec<f64> {
        if let Some(counts) = &self.counts {
            return counts.zero_probabilities(k);
        }
        let zero = |t: usize| self.first().zero_part(&self.predictors_at(0, k, t).0);
        (0..self.grid.len()).map(|t| zero(t).map_or(0.0, |zeta| expit(zeta).0)).collect()
    }

    /// Expected events per year at liberty of group `k` (from 0) at an exact age in years, its curve evaluated between the
    /// middles of the age intervals: smooth, to be drawn, and equal to [`Model::rate`] in the middle of an interval.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub fn rate_at_age(&self, k: usize, age: f64) -> f64 {
        match &self.counts {
            Some(counts) => counts.rate_at_age(k, age),
            None => self.first().rate_at_age(k, age),
        }
    }

    fn first(&self) -> ModelOutcome<'_> {
        ModelOutcome::number_of(self, 0)
    }
}
