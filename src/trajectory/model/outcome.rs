//! One outcome of a general model: the curves and shares of its groups, and what the model is for people with the same
//! covariates.
//!
//! Belongs here: asking a model by outcome, and by covariates of membership. Does not belong here: the same of a fit and
//! of the people it was fitted to (`fit_outcome`), what the groups are called (`profile`).

use crate::cohort::grid::AgeGrid;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::data::panel::{Panel, Series};
use crate::trajectory::family::Family;
use crate::trajectory::model::Model;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::model::observed::ObservedRates;
use crate::trajectory::spec::Grouping;
use crate::trajectory::spec::basis::Basis;
use ndarray::Array2;

/// One outcome of a [`Model`], with its groups: those of the model, or in a dual model those of this outcome alone.
///
/// Groups are numbered from 0, as everywhere that a number is an index.
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
/// // half steal much, and three in four of those are women; of the others one in four
/// let counts = Array2::from_shape_fn((240, 6), |(i, t)| Some(if i % 2 == 1 { 5.0 } else { 0.0 } + ((i + t) % 3) as f64));
/// let female: Vec<f64> = (0..240).map(|i| f64::from(u8::from((i % 8 < 6) == (i % 2 == 1)))).collect();
/// let panel = Panel::new(AgeGrid::years(12, 17)?).series("theft", counts.view())?.covariate("female", &female)?;
/// let spec = Spec::new(2).outcome(OutcomeSpec::new("theft", Family::Poisson).degree(0)).membership(["female"]);
/// let fit = spec.starts(4).fit(&panel)?;
/// let theft = fit.model().of_outcome("theft")?;
/// let (women, men) = (theft.shares_for(&[("female", 1.0)])?, theft.shares_for(&[("female", 0.0)])?);
/// assert!((women[1] - 0.75).abs() < 1e-3 && (men[1] - 0.25).abs() < 1e-3);
/// // the same curves, with the shares of women
/// let model = theft.for_people_with(&[("female", 1.0)])?;
/// assert_eq!(model.groups()[1].share, women[1]);
/// assert!((model.rate(1, 0) - theft.rates(1)[0]).abs() < 1e-12);
/// assert!(theft.shares_for(&[]).unwrap_err().to_string().contains("`female`"));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelOutcome<'a> {
    model: &'a Model,
    outcome: usize,
}

impl Model {
    /// Names of the outcomes, in order. The hazard of leaving of a model with dropout is none.
    pub fn outcome_names(&self) -> Vec<&str> {
        let watched = self.spec.outcomes.len() - usize::from(self.has_dropout());
        self.spec.outcomes[..watched].iter().map(|o| o.series()).collect()
    }

    /// Whether leaving by group is part of the model.
    pub(crate) fn has_dropout(&self) -> bool {
        // a specification that came out of a fit has the hazard among its outcomes
        self.spec.dropout.is_some() && self.spec.outcomes.len() > 1
    }

    /// The outcome of this name.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] when there is none; the message lists those there are.
    pub fn of_outcome(&self, name: &str) -> Result<ModelOutcome<'_>> {
        let names = self.outcome_names();
        let outcome = names.iter().position(|n| *n == name);
        let outcome = outcome.ok_or_else(|| {
            Error::options(format!("`{name}` is no outcome of the model; it has {}", quoted(names.iter().copied())))
        })?;
        Ok(ModelOutcome { model: self, outcome })
    }

    /// The outcome of a model that has one.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] when it has several: then it has to be said which, and the message lists them.
    pub fn only_outcome(&self) -> Result<ModelOutcome<'_>> {
        match self.outcome_names()[..] {
            [_] => Ok(ModelOutcome { model: self, outcome: 0 }),
            ref several => Err(Error::options(format!(
                "the model has the outcomes {}: say which of them is meant",
                quoted(several.iter().copied())
            ))),
        }
    }

    /// The model of counts that this is for people with these values of its membership covariates:
    /// [`ModelOutcome::for_people_with`] of its only outcome.
    ///
    /// # Errors
    /// As [`Model::only_outcome`] and [`ModelOutcome::for_people_with`].
    pub fn for_people_with(&self, covariates: &[(&str, f64)]) -> Result<Model> {
        self.only_outcome()?.for_people_with(covariates)
    }
}

impl<'a> ModelOutcome<'a> {
    /// The model it is an outcome of.
    pub fn model(&self) -> &'a Model {
        self.model
    }

    pub(crate) fn number_of(model: &'a Model, outcome: usize) -> ModelOutcome<'a> {
        ModelOutcome { model, outcome }
    }

    pub(crate) fn number(&self) -> usize {
        self.outcome
    }

    /// Its name.
    pub fn name(&self) -> &'a str {
        self.model.spec.outcomes[self.outcome].series()
    }

    /// Its family.
    pub fn family(&self) -> Family {
        self.model.spec.outcomes[self.outcome].family()
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        self.model.grid
    }

    /// Number of its groups.
    pub fn groups(&self) -> usize {
        self.model.group_count(self.outcome)
    }

    /// Expected events of group `group` (from 0) by age interval, per year at liberty, zero part included, at the mean of
    /// the covariates that change with age; for a family that does not count events as [`Model::curve`].
    ///
    /// # Panics
    /// When there is no such group.
    pub fn rates(&self, group: usize) -> Vec<f64> {
        let curve = self.model.curve(self.outcome, group);
        // a zero part that ran to certainty leaves nothing to expect, wherever the rate ran meanwhile
        let never = |t: usize| {
            let predictors = self.model.predictors_at(self.outcome, group, t).0;
            self.zero_part(&predictors).is_some_and(crate::trajectory::tables::shape::never_at_risk)
        };
        (0..curve.len()).map(|t| if never(t) { 0.0 } else { curve[t] }).collect()
    }

    /// The rate of group `group` (from 0) at an exact age in years, as [`ModelOutcome::rates`]: a smooth curve to draw.
    ///
    /// # Panics
    /// When there is no such group.
    pub fn rate_at_age(&self, group: usize, age: f64) -> f64 {
        let predictors = self.model.predictors_at_scaled(self.outcome, group, self.model.grid.scaled_age(age)).0;
        self.model.layout.blocks[self.outcome].kernel.mean(&predictors).0
    }

    /// Posterior probabilities of its groups, persons x groups, from whatever was observed of each person, all outcomes
    /// and covariates of the model; rows sum to 1.
    ///
    /// # Errors
    /// As [`Model::posteriors`](crate::Model::posteriors).
    pub fn posteriors(&self, panel: &Panel) -> Result<Array2<f64>> {
        let classes = self.model.posteriors(panel)?;
        let rows = classes.rows().into_iter().map(|row| self.of_classes(&row.to_vec()));
        let flat: Vec<f64> = rows.flatten().collect();
        // one row of `groups` values for each row of the panel
        Ok(Array2::from_shape_vec((classes.nrows(), self.groups()), flat).unwrap_or_default())
    }

    /// Events and years at liberty of each of its groups, everyone counted in each with the posterior probability of
    /// membership and their own weight.
    ///
    /// # Errors
    /// As [`ModelOutcome::posteriors`].
    pub fn observed_rates(&self, panel: &Panel) -> Result<ObservedRates> {
        let posteriors = self.posteriors(panel)?;
        let (groups, grid) = (self.groups(), panel.grid());
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

    /// Its values in a panel, which has them where the model can be used on it.
    pub(crate) fn series<'p>(&self, panel: &'p Panel) -> Option<&'p Series> {
        panel.series.iter().find(|s| s.name == self.name())
    }

    /// Logit of a structural zero, of a family that has them.
    pub(crate) fn zero_part(&self, predictors: &[f64; 3]) -> Option<f64> {
        match self.family() {
            Family::Zip | Family::Zinb => Some(predictors[1]),
            Family::ZipTau => Some(-predictors[1].exp() * predictors[0]),
            _ => None,
        }
    }

    /// Shares of its groups at the mean of the membership covariates; they sum to 1.
    ///
    /// That is not the mean of everyone's shares, which a fit has ([`crate::trajectory::GroupFit::share`]).
    pub fn shares(&self) -> Vec<f64> {
        self.of_classes(&self.model.prior(&self.model.typical_x))
    }

    /// Shares of its groups among people with these values of the membership covariates; they sum to 1.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] when a covariate of the model is missing, stands twice, is not a finite number,
    /// or is not one of the model; the message says which the model has.
    pub fn shares_for(&self, covariates: &[(&str, f64)]) -> Result<Vec<f64>> {
        Ok(self.shares_at(&self.values_of(covariates)?))
    }

    /// As [`ModelOutcome::shares_for`], of values in the order of the model's covariates.
    pub(crate) fn shares_at(&self, values: &[f64]) -> Vec<f64> {
        let x: Vec<f64> = std::iter::once(1.0).chain(values.iter().copied()).collect();
        self.of_classes(&self.model.prior(&x))
    }

    /// From one number a class to one a group of this outcome: the same, but in a dual model, where a group is several
    /// classes.
    pub(crate) fn of_classes(&self, classes: &[f64]) -> Vec<f64> {
        if let Grouping::Single(_) = self.model.spec.grouping {
            return classes.to_vec();
        }
        let mut groups = vec![0.0; self.groups()];
        for (class, value) in classes.iter().enumerate() {
            groups[self.model.spec.component_of(self.outcome, class)] += value;
        }
        groups
    }

    /// The values of the model's covariates, in its order.
    pub(crate) fn values_of(&self, covariates: &[(&str, f64)]) -> Result<Vec<f64>> {
        let names = &self.model.spec.membership;
        let has = || match names.is_empty() {
            true => "the model has no covariates of membership".to_owned(),
            false => format!("the model has the covariates of membership {}", quoted(names.iter().map(String::as_str))),
        };
        for (at, (name, value)) in covariates.iter().enumerate() {
            if !names.iter().any(|n| n == name) {
                return Err(Error::options(format!("{}; `{name}` is not one", has())));
            }
            if covariates[..at].iter().any(|(n, _)| n == name) {
                return Err(Error::options(format!("the covariate `{name}` is given twice")));
            }
            if !value.is_finite() {
                return Err(Error::options(format!("the covariate `{name}` is {value}, not a finite number")));
            }
        }
        let of = |name: &String| covariates.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
        let missing: Vec<&str> = names.iter().filter(|n| of(n).is_none()).map(String::as_str).collect();
        if !missing.is_empty() {
            let missing = quoted(missing.into_iter());
            return Err(Error::options(format!("{}: {missing} of this person not given", has())));
        }
        Ok(names.iter().filter_map(of).collect())
    }

    /// The model of counts that this outcome is for people with these values of the membership covariates, all of the
    /// model's and no other: their shares, and the curves as they are. Of a model without covariates, for everybody, with
    /// none given.
    ///
    /// It answers by the counts of this outcome alone; what else was observed of somebody is then as if it had not been.
    ///
    /// # Errors
    /// As [`ModelOutcome::shares_for`]; and kind [`ErrorKind::InvalidOptions`] when a table of curves cannot say it: curves
    /// hang on covariates that change with age, are splines, or the model has dropout by group, so that when somebody left
    /// tells of the group too. Kind [`ErrorKind::InvalidModel`] when the family does not count or note events.
    pub fn for_people_with(&self, covariates: &[(&str, f64)]) -> Result<Model> {
        self.for_people_at(&self.values_of(covariates)?)
    }

    /// As [`ModelOutcome::for_people_with`], of values in the order of the model's covariates.
    pub(crate) fn for_people_at(&self, values: &[f64]) -> Result<Model> {
        Ok(Model::of_counts(self.counts_for(values)?, false))
    }

    pub(crate) fn counts_for(&self, values: &[f64]) -> Result<CountModel> {
        self.by_counts_alone()?;
        let family = self.family();
        if !family.counts_events() && family != Family::Bernoulli {
            return Err(Error::new(ErrorKind::InvalidModel, format!("the family {family} is not for counts")));
        }
        CountModel::of_outcome(self.model, self.outcome, &self.shares_at(values))
    }

    /// Refuses where counts of this outcome do not place anyone in its groups.
    pub(crate) fn by_counts_alone(&self) -> Result<()> {
        let spec = &self.model.spec;
        let outcome = &spec.outcomes[self.outcome];
        let why = if self.model.has_dropout() {
            "it has dropout by group: when somebody left tells of the group too, which counts alone do not show"
                .to_owned()
        } else if !outcome.varying.is_empty() {
            let names = quoted(outcome.varying.iter().map(String::as_str));
            format!("its curves hang on covariates that change with age ({names}), which differ from person to person")
        } else if let Some(basis) = outcome
            .curves
            .iter()
            .chain(outcome.zero.iter().flatten())
            .find(|basis| !matches!(basis, Basis::Polynomial { .. }))
        {
            let what = if matches!(basis, Basis::BSpline { .. }) { "B-splines" } else { "natural splines" };
            format!("its curves are {what}, and a model of counts has polynomials")
        } else {
            return Ok(());
        };
        Err(Error::options(format!(
            "counts of `{}` alone do not place people in this model: {why}; the posteriors of the general model, of a panel with \
             all that was observed, do",
            outcome.series
        )))
    }
}

/// Names as they stand in messages.
pub(crate) fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
