//! A model, fitted or given: its specification, its parameters, and what they say about people.
//!
//! Does not belong here: its form in a file (`stored`), the rates of its groups (`rates`).

pub(crate) mod between;
pub(crate) mod candidate;
pub(crate) mod counts;
pub(crate) mod draw;
pub(crate) mod group;
pub(crate) mod observed;
pub(crate) mod order;
pub(crate) mod outcome;
pub(crate) mod rates;
pub(crate) mod stored;

use crate::cohort::builder::{CohortBuilder, PersonRow};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
#[cfg(doc)]
use crate::error::ErrorKind;
use crate::error::{Error, Result};
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::{Engine, predictors_of};
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::data::{self, Data};
use crate::trajectory::family::Family;
use crate::trajectory::model::candidate::FormCandidate;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::model::group::Group;
use crate::trajectory::spec::layout::{Layout, Part};
use crate::trajectory::spec::{Spec, check};
use crate::trajectory::tables::pass::Evaluator;
use ndarray::{Array1, Array2};
use std::borrow::Cow;

/// A trajectory model: what was specified, its parameters, and what they say of people. JSON by serde, number for number.
///
/// A model of counts with polynomial curves can be made of given [`Group`]s, and shows them; of any model the
/// [`Spec`], the parameters and the curves of each outcome can be asked.
#[derive(Debug, Clone)]
pub struct Model {
    pub(crate) spec: Spec,
    pub(crate) grid: AgeGrid,
    pub(crate) theta: Vec<f64>,
    /// Means of the covariates at which curves are drawn, outcome after outcome.
    pub(crate) typical: Vec<Vec<f64>>,
    /// Mean over persons of the membership covariates, constant first.
    pub(crate) typical_x: Vec<f64>,
    pub(crate) layout: Layout,
    /// The same as groups of polynomials, where that is what was fitted or given: their shares and coefficients are what
    /// is stored.
    pub(crate) counts: Option<Box<CountModel>>,
    pub(crate) chosen_from: Vec<FormCandidate>,
    pub(crate) profiles: Option<serde_json::Value>,
}

/// What is stored decides: of a model of counts its groups, not how they were sought.
impl PartialEq for Model {
    fn eq(&self, other: &Model) -> bool {
        let same = match (&self.counts, &other.counts) {
            (Some(counts), Some(others)) => counts == others,
            (None, None) => {
                (&self.spec, self.grid, &self.theta, &self.typical, &self.typical_x)
                    == (&other.spec, other.grid, &other.theta, &other.typical, &other.typical_x)
            }
            _ => false,
        };
        same && self.chosen_from == other.chosen_from && self.profiles == other.profiles
    }
}

impl Model {
    /// A model from given groups, for instance published estimates.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, Model, trajectory::Group};
    /// let group = |share, level: f64| Group::poisson(share, [level]);
    /// let grid = AgeGrid::years(12, 39)?;
    /// let model = Model::new(Family::Poisson, grid, vec![group(0.7, -3.0), group(0.3, 0.0)])?;
    /// assert!((model.rate(1, 0) - 1.0).abs() < 1e-15); // events per year
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when there are no groups or more than 32, shares are not positive or
    /// do not sum to 1 within 1e-6, a coefficient is not finite, a polynomial has no terms or a degree above
    /// 5, or zero parts do not match the family.
    pub fn new(family: Family, grid: AgeGrid, groups: Vec<Group>) -> Result<Model> {
        Ok(Model::of_counts(CountModel::new(family, grid, groups)?, false))
    }

    /// A model fitted to a panel.
    pub(crate) fn fitted(spec: Spec, panel: &Panel, theta: Vec<f64>) -> Model {
        let layout = Layout::new(&spec);
        let typical = spec
            .outcomes
            .iter()
            .map(|o| {
                let seen = panel.series.iter().find(|s| s.name == o.series);
                let mean = |name: &String| {
                    let (mut n, mut sum) = (0.0, 0.0);
                    if let (Some(s), Some((_, v))) = (seen, panel.varying.iter().find(|(n, _)| n == name)) {
                        for (_, x) in s.values.iter().zip(v).filter(|(y, _)| !y.is_nan()) {
                            n += 1.0;
                            sum += x;
                        }
                    }
                    if n > 0.0 { sum / n } else { 0.0 }
                };
                o.varying.iter().map(mean).collect()
            })
            .collect();
        let mut typical_x = vec![1.0];
        for name in &spec.membership {
            let values = panel.covariates.iter().find(|(n, _)| n == name).map(|(_, v)| v);
            typical_x.push(values.map_or(0.0, |v| v.iter().sum::<f64>() / v.len().max(1) as f64));
        }
        Model {
            spec,
            grid: panel.grid,
            theta,
            typical,
            typical_x,
            layout,
            counts: None,
            chosen_from: Vec::new(),
            profiles: None,
        }
    }

    /// A model without covariates at given parameters, in the layout's order.
    pub(crate) fn given(spec: Spec, grid: AgeGrid, theta: Vec<f64>) -> Model {
        let layout = Layout::new(&spec);
        let typical = vec![Vec::new(); spec.outcomes.len()];
        let (counts, chosen_from, profiles) = (None, Vec::new(), None);
        Model { spec, grid, theta, typical, typical_x: vec![1.0], layout, counts, chosen_from, profiles }
    }

    /// The same model with the record of what its form and number of groups were chosen from, which is stored with it.
    pub fn with_record(self, chosen_from: Vec<FormCandidate>) -> Model {
        Model { chosen_from, ..self }
    }

    /// What the form and the number of groups were chosen from; empty when they were given.
    pub fn chosen_from(&self) -> &[FormCandidate] {
        &self.chosen_from
    }

    /// The same model with what was decided about its groups, which is stored with it.
    pub(crate) fn with_profiles(self, profiles: serde_json::Value) -> Model {
        Model { profiles: Some(profiles), ..self }
    }

    pub(crate) fn profiles(&self) -> Option<&serde_json::Value> {
        self.profiles.as_ref()
    }

    /// The specification; groups in the order of the model.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The family of the first outcome.
    pub fn family(&self) -> Family {
        self.spec.outcomes[0].family
    }

    /// The groups of a model of counts with polynomial curves, in the model's order. Of any other there are none here: its
    /// [`Model::parameters`] and curves tell them.
    pub fn groups(&self) -> &[Group] {
        self.counts.as_ref().map_or(&[], |counts| counts.groups())
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        self.grid
    }

    /// Means of the covariates of membership over the people fitted, in the order of the specification.
    pub(crate) fn typical_covariates(&self) -> &[f64] {
        &self.typical_x[1..]
    }

    /// Free parameters, in the order of [`Model::parameter_names`].
    pub fn parameters(&self) -> &[f64] {
        &self.theta
    }

    /// What each free parameter is.
    pub fn parameter_names(&self) -> &[crate::trajectory::spec::layout::Parameter] {
        &self.layout.parameters
    }

    /// Number of groups of outcome `outcome`.
    ///
    /// # Panics
    /// When there is no such outcome.
    pub fn group_count(&self, outcome: usize) -> usize {
        self.layout.blocks[outcome].components.len()
    }

    /// Expected value by age interval in one group of one outcome, at the mean of the covariates that change
    /// with age: events per year at risk for counts, a probability for `bernoulli`, a mean otherwise (of the
    /// observed, so censored, variable for `cnorm`).
    ///
    /// # Panics
    /// When there is no such outcome or group.
    pub fn curve(&self, outcome: usize, group: usize) -> Array1<f64> {
        (0..self.grid.len()).map(|t| self.mean_at(outcome, group, t).0).collect()
    }

    /// Predictors of one group at one interval.
    pub(crate) fn predictors_at(&self, outcome: usize, group: usize, t: usize) -> ([f64; 3], Vec<f64>) {
        self.predictors_at_scaled(outcome, group, self.grid.scaled(t))
    }

    /// The same at any scaled age.
    pub(crate) fn predictors_at_scaled(&self, outcome: usize, group: usize, u: f64) -> ([f64; 3], Vec<f64>) {
        let block = &self.layout.blocks[outcome];
        let mut row = vec![1.0];
        for (basis, _) in &block.bases {
            row.extend(basis.row(u));
        }
        row.extend(&self.typical[outcome]);
        (predictors_of(block, group, &row, &self.theta), row)
    }

    /// Expected value, with its gradient in the parameters.
    pub(crate) fn mean_at(&self, outcome: usize, group: usize, t: usize) -> (f64, Vec<f64>) {
        let (predictors, row) = self.predictors_at(outcome, group, t);
        let block = &self.layout.blocks[outcome];
        let (mean, slopes) = block.kernel.mean(&predictors);
        let mut gradient = vec![0.0; self.layout.len()];
        for (q, s) in block.components[group].iter().zip(slopes) {
            for (&column, &p) in q.columns.iter().zip(&q.parameters) {
                gradient[p] += s * row[column];
            }
        }
        (mean, gradient)
    }

    /// Dispersion, standard deviation, precision or `tau` of a group, whichever its family has.
    pub fn spread(&self, outcome: usize, group: usize) -> Option<f64> {
        let named = |part| {
            let at = |g| self.layout.find(part, Some(outcome), g, 0);
            at(Some(GroupNumber::of_index(group))).or_else(|| at(None)).map(|i| self.theta[i].exp())
        };
        [Part::LogDispersion, Part::LogSigma, Part::LogPrecision, Part::LogTau].into_iter().find_map(named)
    }

    /// Class probabilities of people with these covariates (constant first).
    pub(crate) fn prior(&self, x: &[f64]) -> Vec<f64> {
        let terms = self.layout.terms;
        let mut logit = vec![0.0];
        for c in 1..self.layout.classes {
            logit.push(self.theta[(c - 1) * terms..c * terms].iter().zip(x).map(|(b, x)| b * x).sum());
        }
        let total = crate::numeric::logspace::log_sum_exp(&logit);
        logit.iter().map(|l| (l - total).exp()).collect()
    }

    /// Log-likelihood of people under this model, with every constant (`-ln y!`).
    ///
    /// # Errors
    /// As [`Model::posteriors`].
    pub fn log_likelihood<'a>(&self, people: impl Into<Data<'a>>) -> Result<f64> {
        self.log_likelihood_in(people.into())
    }

    fn log_likelihood_in(&self, people: Data<'_>) -> Result<f64> {
        self.check_grid(people)?;
        if let (Some(counts), Data::Cohort(cohort)) = (self.by_tables(), people) {
            let (shape, params) = (counts.shape(), counts.params());
            return Ok(Evaluator::new(&cohort.histories).pass(shape, params, &params.curves(shape)).log_likelihood);
        }
        Ok(self.log_likelihood_of(&*self.usable(&people.histories(self.family()))?))
    }

    /// Posterior probabilities of the groups (in a dual model of the pairs of groups), persons x groups, from whatever was
    /// observed of each person; rows sum to 1.
    ///
    /// # Errors
    /// When the people are on another age grid, lack a series or covariate of the model, or hold values that the family
    /// cannot produce.
    pub fn posteriors<'a>(&self, people: impl Into<Data<'a>>) -> Result<Array2<f64>> {
        self.posteriors_in(people.into())
    }

    fn posteriors_in(&self, people: Data<'_>) -> Result<Array2<f64>> {
        match people {
            Data::Cohort(cohort) => {
                self.check_grid(cohort.into())?;
                let distinct = self.distinct_posteriors(cohort)?;
                let mut all = Array2::zeros((cohort.persons(), distinct.ncols()));
                for (i, mut row) in all.rows_mut().into_iter().enumerate() {
                    row.assign(&distinct.row(cohort.history_of(i)));
                }
                Ok(all)
            }
            Data::Panel(panel) => {
                self.check_grid(panel.into())?;
                Ok(self.posteriors_of(&*self.usable(panel)?))
            }
        }
    }

    /// Posterior probabilities of one person, of whom the counts are known.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, Model, PersonRow, trajectory::Group};
    /// let group = |share, level: f64| Group::poisson(share, [level]);
    /// let model = Model::new(Family::Poisson, AgeGrid::years(18, 19)?, vec![group(0.7, -3.0), group(0.3, 0.0)])?;
    /// // nothing observed: the posterior is the shares
    /// let p = model.posterior(PersonRow::new(&[None, None]))?;
    /// assert!((p[0] - 0.7).abs() < 1e-15 && (p[1] - 0.3).abs() < 1e-15);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CohortBuilder::push`]; when the model is not of counts alone, as [`Model::posteriors`].
    pub fn posterior(&self, person: PersonRow<'_>) -> Result<Vec<f64>> {
        let mut builder = CohortBuilder::new(self.grid);
        builder.push(person)?;
        Ok(self.distinct_posteriors(&builder.finish())?.row(0).to_vec())
    }

    /// Posteriors of the distinct histories of a cohort on the model's grid.
    pub(crate) fn distinct_posteriors(&self, cohort: &Cohort) -> Result<Array2<f64>> {
        match self.by_tables() {
            Some(counts) => Ok(counts.posteriors_by(&Evaluator::new(&cohort.histories))),
            None => Ok(self.posteriors_of(&*self.usable(&data::distinct(self.family(), cohort))?)),
        }
    }

    /// The model as the engine of tables evaluates it; none where that knows it not.
    pub(crate) fn by_tables(&self) -> Option<&CountModel> {
        self.counts.as_deref().filter(|counts| counts.family().is_plain())
    }

    /// The panel, with the dropout series where the model has one, when people on it can be placed in the model.
    pub(crate) fn usable<'p>(&self, panel: &'p Panel) -> Result<Cow<'p, Panel>> {
        let (panel, spec) = check::with_dropout(panel, &self.spec)?;
        check::usable(&panel, &spec)?;
        Ok(panel)
    }

    pub(crate) fn check_grid(&self, people: Data<'_>) -> Result<()> {
        if people.grid() == self.grid {
            return Ok(());
        }
        let what = match people {
            Data::Cohort(_) => "cohort",
            Data::Panel(_) => "panel",
        };
        let show = |g: AgeGrid| format!("{} intervals of {} months from age {}", g.len(), g.width_months(), g.label(0));
        Err(Error::options(format!("the {what} has {}, the model {}", show(people.grid()), show(self.grid))))
    }

    /// Posteriors of a panel known to fit the model.
    pub(crate) fn posteriors_of(&self, panel: &Panel) -> Array2<f64> {
        let cells = Cells::new(panel, &self.spec, &self.layout);
        let pass = Engine { cells: &cells, layout: &self.layout }.posteriors(&self.theta);
        let classes = self.layout.classes;
        let at = |i: usize, c: usize| pass.posterior[cells.history_of[i] as usize * classes + c];
        Array2::from_shape_fn((panel.rows(), classes), |(i, c)| at(i, c))
    }

    /// Log-likelihood of a panel known to fit the model.
    pub(crate) fn log_likelihood_of(&self, panel: &Panel) -> f64 {
        let cells = Cells::new(panel, &self.spec, &self.layout);
        Engine { cells: &cells, layout: &self.layout }.posteriors(&self.theta).log_likelihood
    }
}
