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
use crate::trajectory::cells::pass::{Engine, Pass};
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::{Fit, shares};
use crate::trajectory::model::Model;
use crate::trajectory::spec::layout::{Parameter, Part};
use ndarray::Array1;
use serde::Serialize;

/// Eigenvalues of the scaled information below this are flat for all that arithmetic can tell.
const FLAT: f64 = 1e-9;
/// Below minus this it curves upwards: not a maximum.
pub(crate) const UPWARD: f64 = 1e-6;
/// A standard error beyond this on a log or logit scale says that the data do not determine the parameter:
/// its interval would span a factor of e^80.
const HOPELESS: f64 = 20.0;
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
    /// None when only the information was worked out ([`Fit::robust`]).
    pub(crate) sandwich: Option<Square>,
    /// Lowest eigenvalue of the scaled information.
    pub(crate) curvature: f64,
    /// Share of each class among the people fitted, with its gradient; empty when membership has no covariates.
    pub(crate) population: Vec<(f64, Vec<f64>)>,
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
            let groups: Vec<usize> = p.group.map_or((0..model.group_count(o)).collect(), |g| vec![g.index()]);
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

    /// Free parameters as an array, for contrasts.
    pub fn parameters_array(&self) -> Array1<f64> {
        Array1::from(self.model.theta.clone())
    }
}
