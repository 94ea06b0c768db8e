//! One outcome of a fit: how its groups were found among the people fitted, and what was observed of them.
//!
//! Does not belong here: what the model says of its groups alone (`outcome`).

use crate::error::{Error, Result};
use crate::numeric::logspace::{expit, most_likely};
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::ran_off::ran_off;
use crate::trajectory::fit::{Fit, GroupFit};
use crate::trajectory::model::observed::ObservedRates;
use crate::trajectory::model::outcome::ModelOutcome;
use ndarray::Array2;

/// One outcome of a [`Fit`], with its groups: those of the model, or in a dual model those of this outcome alone.
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
/// // half steal much; of those half are often violent too, of the others a quarter
/// let often = |high: bool, i: usize, t: usize| Some(if high { 5.0 } else { 0.0 } + ((i + t) % 3) as f64);
/// let theft = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 2 == 1, i, t));
/// let violence = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 4 == 1 || i % 8 == 0, i, t));
/// let panel = Panel::new(AgeGrid::years(12, 17)?).series("theft", theft.view())?.series("violence", violence.view())?;
/// let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(0);
/// let fit = Spec::dual(2, 2).outcome(of("theft")).outcome(of("violence")).starts(8).fit(&panel)?;
/// assert!(fit.only_outcome().unwrap_err().to_string().contains("`theft`, `violence`"));
/// let violence = fit.of_outcome("violence")?;
/// assert!((violence.shares()[1] - 0.375).abs() < 1e-3);
/// assert_eq!(violence.groups_among(&panel)?[1].members, 90);
/// assert!((violence.observed_rates(&panel)?.rate(1, 0).unwrap() - 6.0).abs() < 0.1);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitOutcome<'a> {
    fit: &'a Fit,
    of: ModelOutcome<'a>,
}

/// How much there is of an outcome.
#[cfg(feature = "report")]
pub(crate) struct Counted {
    pub(crate) events: u64,
    pub(crate) cells: u64,
    pub(crate) has_exposure: bool,
}

impl Fit {
    /// The outcome of this name.
    ///
    /// # Errors
    /// As [`Model::of_outcome`](crate::Model::of_outcome).
    pub fn of_outcome(&self, name: &str) -> Result<FitOutcome<'_>> {
        Ok(FitOutcome { fit: self, of: self.model.of_outcome(name)? })
    }

    /// The outcome of a fit that has one.
    ///
    /// # Errors
    /// As [`Model::only_outcome`](crate::Model::only_outcome).
    pub fn only_outcome(&self) -> Result<FitOutcome<'_>> {
        Ok(FitOutcome { fit: self, of: self.model.only_outcome()? })
    }
}

impl<'a> FitOutcome<'a> {
    /// The fit it is an outcome of.
    pub fn fit(&self) -> &'a Fit {
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

    /// As [`ModelOutcome::posteriors`], of the fitted model.
    ///
    /// # Errors
    /// As there.
    pub fn posteriors(&self, panel: &Panel) -> Result<Array2<f64>> {
        self.of.posteriors(panel)
    }

    /// Share and adequacy of each of its groups among the people fitted.
    ///
    /// # Errors
    /// When the panel is not the one that was fitted: another number of people, or as [`FitOutcome::posteriors`].
    pub fn groups_among(&self, panel: &Panel) -> Result<Vec<GroupFit>> {
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
        let of = |(k, share): (usize, f64)| GroupFit::of(share, members[k], weight[k], sure[k], total);
        Ok(self.shares().into_iter().enumerate().map(of).collect())
    }

    /// As [`ModelOutcome::observed_rates`], of the fitted model.
    ///
    /// # Errors
    /// As there.
    pub fn observed_rates(&self, panel: &Panel) -> Result<ObservedRates> {
        self.of.observed_rates(panel)
    }

    /// Whether the rate of a group runs off at an interval, see [`crate::trajectory::Finding::RateRunsOff`].
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
        let Some(series) = self.of.series(panel) else { return counted };
        counted.has_exposure = series.exposure.is_some();
        for ((i, _), &value) in series.values.indexed_iter().filter(|(_, v)| !v.is_nan()) {
            let persons = panel.multiplicity.as_ref().map_or(1, |m| u64::from(m[i]));
            counted.cells += persons;
            // counts are whole numbers
            counted.events += persons * value as u64;
        }
        counted
    }

    pub(crate) fn check(&self, panel: &Panel) -> Result<()> {
        let (fitted, given) = (self.fit.persons, panel.persons());
        if fitted != given {
            return Err(Error::options(format!("the fit is of {fitted} persons, the panel has {given}")));
        }
        Ok(())
    }
}
