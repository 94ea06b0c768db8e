//! One outcome of a fit: how its groups were found among the people fitted, and what was observed of them.
//!
//! Does not belong here: what the model says of its groups alone (`outcome`).

use super::fit::{ClassFit, ModelFit};
use super::outcome::ModelOutcome;
use super::panel::{Panel, Series};
use crate::error::{Error, Result};
use crate::numeric::logspace::expit;
use crate::trajectory::adequacy::most_likely;
use crate::trajectory::observed::ObservedRates;
use crate::trajectory::plain_findings::ran_off;
use ndarray::Array2;

/// One outcome of a [`ModelFit`], with its groups: those of the model, or in a dual model those of this outcome alone.
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, ModelSpec, OutcomeSpec, Panel, ndarray::Array2};
/// // half steal much; of those half are often violent too, of the others a quarter
/// let often = |high: bool, i: usize, t: usize| Some(if high { 5.0 } else { 0.0 } + ((i + t) % 3) as f64);
/// let theft = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 2 == 1, i, t));
/// let violence = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 4 == 1 || i % 8 == 0, i, t));
/// let panel = Panel::new(AgeGrid::years(12, 17)?).series("theft", theft.view())?.series("violence", violence.view())?;
/// let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(0);
/// let fit = ModelSpec::dual(2, 2).outcome(of("theft")).outcome(of("violence")).starts(8).fit(&panel)?;
/// assert!(fit.only_outcome().unwrap_err().to_string().contains("`theft`, `violence`"));
/// let violence = fit.of_outcome("violence")?;
/// assert!((violence.shares()[1] - 0.375).abs() < 1e-3);
/// assert_eq!(violence.groups_among(&panel)?[1].members, 90);
/// assert!((violence.observed_rates(&panel)?.rate(1, 0).unwrap() - 6.0).abs() < 0.1);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOutcome<'a> {
    fit: &'a ModelFit,
    of: ModelOutcome<'a>,
}

/// How much there is of an outcome.
#[cfg(feature = "report")]
pub(crate) struct Counted {
    pub(crate) events: u64,
    pub(crate) cells: u64,
    pub(crate) has_exposure: bool,
}

impl ModelFit {
    /// The outcome of this name.
    ///
    /// # Errors
    /// As [`GeneralModel::of_outcome`](super::model::GeneralModel::of_outcome).
    pub fn of_outcome(&self, name: &str) -> Result<FitOutcome<'_>> {
        Ok(FitOutcome { fit: self, of: self.model.of_outcome(name)? })
    }

    /// The outcome of a fit that has one.
    ///
    /// # Errors
    /// As [`GeneralModel::only_outcome`](super::model::GeneralModel::only_outcome).
    pub fn only_outcome(&self) -> Result<FitOutcome<'_>> {
        Ok(FitOutcome { fit: self, of: self.model.only_outcome()? })
    }
}

impl<'a> FitOutcome<'a> {
    /// The fit it is an outcome of.
    pub fn fit(&self) -> &'a ModelFit {
        self.fit
    }

    /// What the model says of it.
    pub fn of_model(&self) -> ModelOutcome<'a> {
        self.of
    }

    /// Shares of its groups: the mean over everyone fitted, whatever their covariates.
    pub fn shares(&self) -> Vec<f64> {
        let classes: Vec<f64> = self.fit.groups.iter().map(|g| g.share).collect();
        self.of.of_classes(&classes)
    }

    /// Posterior probabilities of its groups, persons x groups, from whatever was observed of each person, all outcomes
    /// and covariates of the model; rows sum to 1.
    ///
    /// # Errors
    /// As [`GeneralModel::posteriors`](super::model::GeneralModel::posteriors).
    pub fn posteriors(&self, panel: &Panel) -> Result<Array2<f64>> {
        let classes = self.fit.posteriors(panel)?;
        let rows = classes.rows().into_iter().map(|row| self.of.of_classes(&row.to_vec()));
        let flat: Vec<f64> = rows.flatten().collect();
        // one row of `groups` values for each row of the panel
        Ok(Array2::from_shape_vec((classes.nrows(), self.of.groups()), flat).unwrap_or_default())
    }

    /// Share and adequacy of each of its groups among the people fitted.
    ///
    /// # Errors
    /// When the panel is not the one that was fitted: another number of people, or as [`FitOutcome::posteriors`].
    pub fn groups_among(&self, panel: &Panel) -> Result<Vec<ClassFit>> {
        self.check(panel)?;
        if self.of.groups() == self.fit.groups.len() {
            return Ok(self.fit.groups.clone());
        }
        let posteriors = self.posteriors(panel)?;
        let groups = self.of.groups();
        let (mut members, mut weight, mut sure) = (vec![0_u64; groups], vec![0.0; groups], vec![0.0; groups]);
        for (i, row) in posteriors.rows().into_iter().enumerate() {
            let (k, w) = (most_likely(row.iter().copied()), panel.weight(i));
            members[k] += u64::from(panel.multiplicity.as_ref().map_or(1, |m| m[i]));
            weight[k] += w;
            sure[k] += w * row[k];
        }
        let total: f64 = weight.iter().sum();
        let of = |(k, share): (usize, f64)| ClassFit::of(share, members[k], weight[k], sure[k], total);
        Ok(self.shares().into_iter().enumerate().map(of).collect())
    }

    /// Events and years at liberty of each of its groups, everyone counted in each with the posterior probability of
    /// membership and their own weight.
    ///
    /// # Errors
    /// As [`FitOutcome::posteriors`].
    pub fn observed_rates(&self, panel: &Panel) -> Result<ObservedRates> {
        let posteriors = self.posteriors(panel)?;
        let (groups, grid) = (self.of.groups(), panel.grid());
        let mut events = Array2::zeros((groups, grid.len()));
        let mut years = Array2::zeros((groups, grid.len()));
        let Some(series) = self.series(panel) else { return Ok(ObservedRates::new(events, years)) };
        for ((i, t), &value) in series.values.indexed_iter().filter(|(_, v)| !v.is_nan()) {
            let at_risk = grid.width_years() * series.exposure.as_ref().map_or(1.0, |e| e[(i, t)]);
            for k in 0..groups {
                let weight = panel.weight(i) * posteriors[(i, k)];
                events[(k, t)] += weight * value;
                years[(k, t)] += weight * at_risk;
            }
        }
        Ok(ObservedRates::new(events, years))
    }

    /// Whether the rate of a group runs off at an interval, see [`crate::Finding::RateRunsOff`].
    pub(crate) fn runs_off(&self, group: usize, t: usize, observed: &ObservedRates) -> bool {
        let predictors = self.of.model().predictors_at(self.of.number(), group, t).0;
        let zero = self.of.zero_part(&predictors).map_or(0.0, |zeta| expit(zeta).0);
        let expected = self.of.rates(group)[t] * observed.years()[(group, t)];
        ran_off(expected, observed.events()[(group, t)], zero, self.of.family())
    }

    /// What there is of it in a panel.
    #[cfg(feature = "report")]
    pub(crate) fn counted(&self, panel: &Panel) -> Counted {
        let mut counted = Counted { events: 0, cells: 0, has_exposure: false };
        let Some(series) = self.series(panel) else { return counted };
        counted.has_exposure = series.exposure.is_some();
        for ((i, _), &value) in series.values.indexed_iter().filter(|(_, v)| !v.is_nan()) {
            let persons = panel.multiplicity.as_ref().map_or(1, |m| u64::from(m[i]));
            counted.cells += persons;
            // counts are whole numbers
            counted.events += persons * value as u64;
        }
        counted
    }

    /// Its values in a panel, which has them where the model can be used on it.
    pub(crate) fn series<'p>(&self, panel: &'p Panel) -> Option<&'p Series> {
        panel.series.iter().find(|s| s.name == self.of.name())
    }

    pub(crate) fn check(&self, panel: &Panel) -> Result<()> {
        let (fitted, given) = (self.fit.persons, panel.persons());
        if fitted != given {
            return Err(Error::options(format!("the fit is of {fitted} persons, the panel has {given}")));
        }
        Ok(())
    }
}
