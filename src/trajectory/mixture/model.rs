//! A general model, fitted or given: its specification, its parameters, and what they say about people.

use super::cells::Cells;
use super::check;
use super::layout::{Layout, Part};
use super::panel::Panel;
use super::pass::{Engine, predictors_of};
use super::spec::ModelSpec;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::stored;
use ndarray::{Array1, Array2};
use serde::{Deserialize, Serialize};

/// Format name of a stored general model.
pub const GENERAL_FORMAT: &str = "pleegprofiel-general-model";

/// A general trajectory model with its parameters; JSON by serde, number for number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct GeneralModel {
    pub(crate) spec: ModelSpec,
    pub(crate) grid: AgeGrid,
    pub(crate) theta: Vec<f64>,
    /// Means of the covariates at which curves are drawn, outcome after outcome.
    pub(crate) typical: Vec<Vec<f64>>,
    /// Mean over persons of the membership covariates, constant first.
    pub(crate) typical_x: Vec<f64>,
    pub(crate) layout: Layout,
    pub(crate) profiles: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u32,
    spec: ModelSpec,
    grid: AgeGrid,
    parameters: Vec<f64>,
    typical: Vec<Vec<f64>>,
    typical_x: Vec<f64>,
    /// What was decided about the groups, which is no concern of this layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) profiles: Option<serde_json::Value>,
}

impl From<GeneralModel> for Stored {
    fn from(m: GeneralModel) -> Stored {
        Stored {
            format: GENERAL_FORMAT.into(),
            version: 1,
            spec: m.spec,
            grid: m.grid,
            parameters: m.theta,
            typical: m.typical,
            typical_x: m.typical_x,
            profiles: m.profiles,
        }
    }
}

impl TryFrom<Stored> for GeneralModel {
    type Error = Error;
    fn try_from(s: Stored) -> Result<Self> {
        let refuse = |m: String| Err(Error::new(ErrorKind::InvalidModel, format!("not a usable general model: {m}")));
        if s.format != GENERAL_FORMAT || s.version != 1 {
            return refuse(format!(
                "the format is `{:.40}` version {}, not `{GENERAL_FORMAT}` version 1",
                s.format, s.version
            ));
        }
        if s.spec.outcomes.is_empty() || s.spec.classes() == 0 || s.spec.classes() > super::MAX_CLASSES {
            return refuse("no outcomes, or a number of groups out of range".into());
        }
        for (o, outcome) in s.spec.outcomes.iter().enumerate() {
            check::stored_bases(outcome, s.spec.components(o), s.grid)?;
        }
        let layout = Layout::new(&s.spec);
        if s.parameters.len() != layout.len() || s.parameters.iter().any(|v| !v.is_finite()) {
            return refuse(format!("{} finite parameters wanted, {} given", layout.len(), s.parameters.len()));
        }
        let wide = s.typical.iter().zip(&s.spec.outcomes).all(|(t, o)| t.len() == o.varying.len());
        if s.typical.len() != s.spec.outcomes.len() || !wide || s.typical_x.len() != layout.terms {
            return refuse("the covariate means do not match the specification".into());
        }
        Ok(GeneralModel {
            spec: s.spec,
            grid: s.grid,
            theta: s.parameters,
            typical: s.typical,
            typical_x: s.typical_x,
            layout,
            profiles: s.profiles,
        })
    }
}

impl GeneralModel {
    pub(crate) fn new(spec: ModelSpec, panel: &Panel, theta: Vec<f64>) -> GeneralModel {
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
        GeneralModel { spec, grid: panel.grid, theta, typical, typical_x, layout, profiles: None }
    }

    /// A model without covariates at given parameters, in the layout's order.
    pub(crate) fn given(spec: ModelSpec, grid: AgeGrid, theta: Vec<f64>) -> GeneralModel {
        let layout = Layout::new(&spec);
        let typical = vec![Vec::new(); spec.outcomes.len()];
        GeneralModel { spec, grid, theta, typical, typical_x: vec![1.0], layout, profiles: None }
    }

    /// The same model with what was decided about its groups, which is stored with it.
    pub(crate) fn with_profiles(self, profiles: serde_json::Value) -> GeneralModel {
        GeneralModel { profiles: Some(profiles), ..self }
    }

    pub(crate) fn profiles(&self) -> Option<&serde_json::Value> {
        self.profiles.as_ref()
    }

    /// The model as JSON. Numbers are written so that reading gives the same bits.
    pub fn to_json(&self) -> String {
        // a model holds nothing that JSON cannot: finite numbers, strings, arrays
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a model from JSON.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the text is not JSON, of another format or version, has unknown
    /// fields, or parameters that do not match the specification.
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| {
            let told = stored::of_another_kind(text, GENERAL_FORMAT).unwrap_or_else(|| e.to_string());
            let told = told.strip_prefix("not a usable general model: ").unwrap_or(&told);
            Error::new(ErrorKind::InvalidModel, format!("not a usable general model: {told}"))
        })
    }

    /// The specification; groups in the order of the model.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        self.grid
    }

    /// Means of the covariates of membership over the people fitted, in the order of the specification.
    pub(crate) fn typical_covariates(&self) -> &[f64] {
        &self.typical_x[1..]
    }

    /// Free parameters, in the order of [`GeneralModel::parameter_names`].
    pub fn parameters(&self) -> &[f64] {
        &self.theta
    }

    /// What each free parameter is.
    pub fn parameter_names(&self) -> &[super::layout::Parameter] {
        &self.layout.parameters
    }

    /// Groups of outcome `outcome`.
    pub fn groups(&self, outcome: usize) -> usize {
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
            at(Some(group + 1)).or_else(|| at(None)).map(|i| self.theta[i].exp())
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

    /// Posterior probabilities of the classes, persons x classes, from whatever was observed of each person.
    ///
    /// # Errors
    /// When the panel has another grid, lacks a series or covariate of the model, or holds values that the
    /// family cannot produce.
    pub fn posteriors(&self, panel: &Panel) -> Result<Array2<f64>> {
        let (panel, spec) = check::with_dropout(panel, &self.spec)?;
        if panel.grid != self.grid {
            return Err(Error::options("the panel has another age grid than the model"));
        }
        check::usable(&panel, &spec)?;
        Ok(self.posteriors_of(&panel))
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
