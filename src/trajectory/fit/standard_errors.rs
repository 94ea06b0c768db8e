//! Standard errors of a general fit: from the exact observed information, and robust ones (sandwich).
//!
//! At a boundary, or where the information is singular, no number is given: the parameter is named instead
//! ([`crate::trajectory::Finding::Undetermined`]), and everything that does not depend on it keeps its standard error,
//! computed with that parameter held where it is.
//!
//! All intervals are asymptotic in the number of people *of the group*, not of the cohort. Measured
//! (`tests/inference/coverage.rs`): with 500 persons in three groups of 100 and more, 95 % intervals of shares and curve
//! points cover 94.0 to 96.6 % (1,000 cohorts each: Poisson, ZIP with time at risk, negative binomial). With a
//! group of six in 300 persons (negative binomial) those of its curve cover about 89 % by the information and 76 %
//! by the sandwich, which needs many people to estimate a variance from; those of its share 89 %.
//! [`crate::trajectory::Finding::SmallGroup`] says so at fewer than ten; below thirty or so use a bootstrap, or tell the
//! estimate without an interval. Nor do they hold for what was chosen by looking:
//! number of groups and degrees are taken as given.

use crate::error::Result;
use crate::numeric::linalg::Square;
use crate::numeric::p_values::Z_975;
use crate::trajectory::cells::pass::{Engine, Pass};
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use crate::trajectory::fit::{Fit, shares};
use crate::trajectory::model::Model;
use crate::trajectory::spec::layout::{Parameter, Part};
use ndarray::{Array1, Array2, ArrayView1};
use serde::Serialize;

/// Eigenvalues of the scaled information below this are flat for all that arithmetic can tell.
const FLAT: f64 = 1e-9;
/// Below minus this it curves upwards: not a maximum.
pub(crate) const UPWARD: f64 = 1e-6;
/// A standard error beyond this on a log or logit scale says that the data do not determine the parameter:
/// its interval would span a factor of e^80.
const HOPELESS: f64 = 20.0;
/// A gradient this small beside the value does not carry an undetermined parameter into it.
const IRRELEVANT: f64 = 1e-4;

/// Which covariance a standard error comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errors {
    /// Inverse of the exact observed information (Louis 1982): right when the model is.
    Information,
    /// Sandwich (Huber 1967; White 1982): also when the model is not, and with survey weights.
    Sandwich,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Inference {
    pub(crate) determined: Vec<bool>,
    /// Zero in rows of undetermined parameters.
    pub(crate) covariance: Square,
    /// None when only the information was worked out.
    pub(crate) sandwich: Option<Square>,
    /// Lowest eigenvalue of the scaled information.
    pub(crate) curvature: f64,
    /// Share of each class among the people fitted, with its gradient; empty when membership has no covariates.
    pub(crate) population: Vec<(f64, Vec<f64>)>,
}

/// One parameter's estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// What it is.
    pub parameter: Parameter,
    /// Its value.
    pub value: f64,
    /// Standard error; none where the data do not determine the parameter.
    pub se: Option<f64>,
}

/// A value on its natural scale with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Interval {
    /// Estimate.
    pub value: f64,
    /// Standard error on the natural scale (delta method).
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub high: Option<f64>,
}

/// Scale on which an interval is symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Identity,
    Log,
    Logit,
}

impl Inference {
    /// Everything, with the sandwich, at the top of a general fit.
    pub(crate) fn new(model: &Model, engine: &Engine<'_>, pass: &Pass, info: &Square, outer: &Square) -> Inference {
        let units: Vec<f64> = engine.cells.outcomes.iter().map(|o| o.scale).collect();
        let mut inference = Inference::with_units(model, info, outer, &units);
        inference.sandwich = Some(inference.robust(engine, &engine.scores(&model.theta, pass)));
        inference.population = shares::in_population(model, engine);
        inference
    }

    /// Without the sandwich: from the information of a model of counts. `complete` only sets the scale.
    pub(crate) fn from_information(model: &Model, info: &Square, complete: &Square) -> Inference {
        Inference::with_units(model, info, complete, &vec![1.0; model.spec.outcomes.len()])
    }

    fn with_units(model: &Model, info: &Square, outer: &Square, unit: &[f64]) -> Inference {
        let n = model.layout.len();
        let scale: Vec<f64> = (0..n).map(|i| outer.at(i, i).max(1e-12).sqrt()).collect();
        let mut determined: Vec<bool> = (0..n).map(|i| !at_boundary(model, i)).collect();
        let all = scaled(info, &scale, &(0..n).collect::<Vec<_>>()).eigen();
        let curvature = all.first().map_or(0.0, |e| e.0);
        // directions without information lose their parameters, the heaviest first, until none is left
        loop {
            let free: Vec<usize> = (0..n).filter(|&i| determined[i]).collect();
            let part = (free.len() < n).then(|| scaled(info, &scale, &free).eigen());
            let Some((value, vector)) = part.as_ref().unwrap_or(&all).first() else { break };
            if *value >= FLAT {
                break;
            }
            let heaviest = (0..free.len()).max_by(|&a, &b| vector[a].abs().total_cmp(&vector[b].abs()));
            heaviest.into_iter().for_each(|i| determined[free[i]] = false);
        }
        let mut covariance = inverse(info, &determined);
        // what is determined by arithmetic only is not determined
        let units = |i: usize| match model.layout.parameters[i] {
            Parameter { part: Part::Curve, outcome: Some(o), .. } => unit[o],
            _ => 1.0,
        };
        let hopeless: Vec<usize> =
            (0..n).filter(|&i| determined[i] && covariance.at(i, i).sqrt() > HOPELESS * units(i)).collect();
        if !hopeless.is_empty() {
            hopeless.iter().for_each(|&i| determined[i] = false);
            covariance = inverse(info, &determined);
        }
        Inference { determined, covariance, sandwich: None, curvature, population: Vec::new() }
    }

    /// From the scores of all histories.
    pub(crate) fn robust(&self, engine: &Engine<'_>, scores: &[f64]) -> Square {
        let n = engine.layout.len();
        let mut meat = Square::zeros(n);
        for (s, w) in scores.chunks_exact(n.max(1)).zip(&engine.cells.weight_squared) {
            for i in 0..n {
                let v = w * s[i];
                meat.row_mut(i)[..=i].iter_mut().zip(s).for_each(|(to, s)| *to += v * s);
            }
        }
        meat.mirror();
        product(&product(&self.covariance, &meat), &self.covariance)
    }

    /// None when the sandwich was not worked out ([`crate::Fit::robust`]).
    pub(crate) fn of(&self, errors: Errors) -> Option<&Square> {
        match errors {
            Errors::Information => Some(&self.covariance),
            Errors::Sandwich => self.sandwich.as_ref(),
        }
    }

    /// Standard error of a function with this gradient; none when it rests on an undetermined parameter.
    pub(crate) fn se(&self, errors: Errors, gradient: &[f64], value: f64) -> Option<f64> {
        let weighty = |g: f64| g.abs() > IRRELEVANT * value.abs().max(1e-300);
        if gradient.iter().zip(&self.determined).any(|(&g, &d)| !d && weighty(g)) {
            return None;
        }
        let v = self.of(errors)?;
        let n = gradient.len();
        let sum: f64 = (0..n).map(|i| gradient[i] * (0..n).map(|j| v.at(i, j) * gradient[j]).sum::<f64>()).sum();
        (sum >= 0.0).then(|| sum.sqrt())
    }
}

fn scaled(info: &Square, scale: &[f64], keep: &[usize]) -> Square {
    let mut out = Square::zeros(keep.len());
    for (a, &i) in keep.iter().enumerate() {
        for (b, &j) in keep.iter().enumerate() {
            out.set(a, b, info.at(i, j) / (scale[i] * scale[j]));
        }
    }
    out
}

/// Inverse over the determined parameters, zero elsewhere.
fn inverse(info: &Square, determined: &[bool]) -> Square {
    let free: Vec<usize> = (0..determined.len()).filter(|&i| determined[i]).collect();
    let mut out = Square::zeros(determined.len());
    let unit = vec![1.0; determined.len()];
    let Some(factor) = scaled(info, &unit, &free).cholesky() else {
        return out;
    };
    for (b, &j) in free.iter().enumerate() {
        let mut e = vec![0.0; free.len()];
        e[b] = 1.0;
        for (&i, v) in free.iter().zip(factor.solve(&e)) {
            out.set(i, j, v);
        }
    }
    out
}

fn product(a: &Square, b: &Square) -> Square {
    let n = a.n();
    let mut out = Square::zeros(n);
    for i in 0..n {
        for k in 0..n {
            let v = a.at(i, k);
            if v != 0.0 {
                (0..n).for_each(|j| out.add(i, j, v * b.at(k, j)));
            }
        }
    }
    out
}

/// Whether a parameter has run to an end of its range: dispersion or `tau` to 0, `tau` to infinity, a zero
/// part to 0 or 1.
fn at_boundary(model: &Model, i: usize) -> bool {
    let p = &model.layout.parameters[i];
    let value = model.theta[i];
    match (p.part, p.outcome) {
        (Part::LogDispersion, Some(o)) => {
            let unbounded = model.layout.blocks[o].factor && value > FACTOR_BEYOND.ln();
            value < DISPERSION_ZERO.ln() || unbounded
        }
        (Part::LogTau, _) => !(1e-6_f64.ln()..=1e3_f64.ln()).contains(&value),
        (Part::Zero, Some(o)) => {
            let groups: Vec<usize> = p.group.map_or((0..model.group_count(o)).collect(), |g| vec![g - 1]);
            // certain at some ages only, the others still tell the coefficients
            groups
                .iter()
                .any(|&m| (0..model.grid.len()).all(|t| model.predictors_at(o, m, t).0[1].abs() > SEPARATED.ln()))
        }
        _ => false,
    }
}

/// A dispersion below this is none: the group is Poisson.
pub(crate) const DISPERSION_ZERO: f64 = 1e-5;
/// A factor with a larger variance is 0 for all but one in thousands.
pub(crate) const FACTOR_BEYOND: f64 = 1e3;
/// Odds of a structural zero above this, or below its inverse, are certainty.
pub(crate) const SEPARATED: f64 = 1e5;

impl Fit {
    /// Estimates with standard errors, in the order of [`Model::parameter_names`]. Those by a sandwich that was not
    /// worked out are none, see [`Fit::covariance`].
    pub fn estimates(&self, errors: Errors) -> Vec<Estimate> {
        let of = |i: usize| Estimate {
            parameter: self.model.layout.parameters[i].clone(),
            value: self.model.theta[i],
            se: self.inference.of(errors).filter(|_| self.inference.determined[i]).map(|v| v.at(i, i).max(0.0).sqrt()),
        };
        (0..self.model.layout.len()).map(of).collect()
    }

    /// Covariance of the parameters; rows and columns of undetermined ones are 0
    /// (see [`Fit::undetermined`]). None when the sandwich was not worked out ([`crate::Fit::robust`]).
    pub fn covariance(&self, errors: Errors) -> Option<Array2<f64>> {
        self.inference.of(errors).map(|v| Array2::from_shape_fn((v.n(), v.n()), |(i, j)| v.at(i, j)))
    }

    /// Parameters that have no standard error: at a boundary, or not determined by the data.
    pub fn undetermined(&self) -> Vec<&Parameter> {
        let all = self.model.layout.parameters.iter().zip(&self.inference.determined);
        all.filter(|(_, d)| !**d).map(|(p, _)| p).collect()
    }

    /// The same, in words.
    pub(crate) fn undetermined_names(&self) -> Vec<String> {
        self.undetermined().into_iter().map(|p| crate::trajectory::fit::words::name(self, p)).collect()
    }

    /// The fit with the sandwich covariance, worked out on the people it was fitted to.
    pub(crate) fn robust_on(&self, panel: &Panel) -> Result<Fit> {
        self.on_some(panel, |engine, _, scores| {
            let mut fit = self.clone();
            fit.inference.sandwich = Some(self.inference.robust(engine, scores));
            fit
        })
    }

    /// Standard error of any smooth function of the parameters, from its gradient (delta method); none when
    /// it rests on an undetermined parameter.
    pub fn delta(&self, errors: Errors, gradient: ArrayView1<'_, f64>, value: f64) -> Option<f64> {
        let gradient: Vec<f64> = gradient.to_vec();
        (gradient.len() == self.model.layout.len()).then(|| self.inference.se(errors, &gradient, value)).flatten()
    }

    /// A group's curve with its 95 % band, by age interval: pointwise, symmetric on the log scale for counts,
    /// the logit scale for `bernoulli` and `beta`, the scale of the values for `cnorm`.
    ///
    /// # Panics
    /// When there is no such outcome or group.
    pub fn curve(&self, errors: Errors, outcome: usize, group: usize) -> Vec<Interval> {
        let scale = match self.model.spec.outcomes[outcome].family {
            Family::Bernoulli | Family::Beta => Scale::Logit,
            Family::CensoredNormal => Scale::Identity,
            _ => Scale::Log,
        };
        (0..self.model.grid.len())
            .map(|t| {
                let (value, gradient) = self.model.mean_at(outcome, group, t);
                interval(value, self.inference.se(errors, &gradient, value), scale)
            })
            .collect()
    }

    /// Dispersion `alpha`, standard deviation, precision or `tau` of a group, on its natural scale, with an
    /// interval symmetric on the log scale; none when the family has no such parameter.
    ///
    /// # Panics
    /// When there is no such outcome or group.
    pub fn spread(&self, errors: Errors, outcome: usize, group: usize) -> Option<Interval> {
        let layout = &self.model.layout;
        let part =
            [Part::LogDispersion, Part::LogSigma, Part::LogPrecision, Part::LogTau].into_iter().find_map(|part| {
                let at = |g| layout.find(part, Some(outcome), g, 0);
                at(Some(group + 1)).or_else(|| at(None))
            })?;
        let value = self.model.theta[part].exp();
        let mut gradient = vec![0.0; layout.len()];
        gradient[part] = value;
        Some(interval(value, self.inference.se(errors, &gradient, value), Scale::Log))
    }

    /// Free parameters as an array, for contrasts.
    pub fn parameters_array(&self) -> Array1<f64> {
        Array1::from(self.model.theta.clone())
    }
}

pub(crate) fn interval(value: f64, se: Option<f64>, scale: Scale) -> Interval {
    let ends = se.map(|se| match scale {
        Scale::Identity => (value - Z_975 * se, value + Z_975 * se),
        Scale::Log => {
            let half = (Z_975 * se / value).min(700.0);
            (value * (-half).exp(), value * half.exp())
        }
        Scale::Logit => {
            let spread = value * (1.0 - value);
            let half = if spread > 0.0 { Z_975 * se / spread } else { 0.0 };
            let logit = (value / (1.0 - value)).ln();
            let at = |x: f64| crate::numeric::logspace::expit(x).0;
            if spread > 0.0 { (at(logit - half), at(logit + half)) } else { (value, value) }
        }
    });
    let finite = |x: f64| Some(x).filter(|x| x.is_finite());
    Interval { value, se, low: ends.and_then(|e| finite(e.0)), high: ends.and_then(|e| finite(e.1)) }
}
