//! Finding parameters of a career model that reproduce published figures: deterministic, from a seed.
//!
//! Belongs here: the objective and the search. Does not belong here: the measuring rules of each figure
//! (`margins`) and the assumptions the search starts from (`assumptions`).

use super::margins::Margins;
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::linalg::Square;
use crate::profile::reference::career_model::CareerModel;
use crate::profile::reference::published::PUBLISHED;
use serde::{Deserialize, Serialize};

/// How the search is done; every value that moves the answer stands here.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationOptions {
    /// Seed of the simulated population: the same people at every step, so that the objective is a function.
    pub seed: u64,
    /// Persons simulated at each step.
    pub persons: u64,
    /// Steps of the search at most.
    pub steps: usize,
}

impl Default for CalibrationOptions {
    fn default() -> Self {
        CalibrationOptions { seed: 20_240_228, persons: 40_000, steps: 25 }
    }
}

/// The answer of a calibration and how it was reached.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// How it was done.
    pub options: CalibrationOptions,
    /// The objective at the start and after each step that was taken.
    pub objective: Vec<f64>,
    /// Each parameter that was sought: name, value at the start, value found.
    pub parameters: Vec<(String, f64, f64)>,
    /// The model found.
    pub model: CareerModel,
}

/// A parameter that is sought.
struct Free {
    name: &'static str,
    /// The number in the model.
    of: fn(&mut CareerModel) -> &mut f64,
    low: f64,
    high: f64,
    /// Unit of the search: differences are taken over a quarter of it, and moving by it costs as much as a miss
    /// of a fifth of a figure's scale.
    unit: f64,
}

/// A miss of a fifth of a scale per unit of movement: enough to decide what the figures leave open, and to keep the
/// shapes that the words describe.
const PULL: f64 = 0.2;

/// Differences are taken over this part of a unit: wide enough to see through the steps that a finite number of
/// people makes.
const DIFFERENCE: f64 = 0.25;

const fn free(name: &'static str, of: fn(&mut CareerModel) -> &mut f64, low: f64, high: f64, unit: f64) -> Free {
    Free { name, of, low, high, unit }
}

const FREE: [Free; 17] = [
    free("incidental.peak_rate", |m| &mut m.profiles[0].peak_rate, 0.005, 1.0, 0.03),
    free("incidental.index_mean", |m| &mut m.profiles[0].index_mean, 20.0, 40.0, 2.0),
    free("incidental.after", |m| &mut m.profiles[0].after, 0.2, 3.0, 0.3),
    free("early-peak.peak_rate", |m| &mut m.profiles[1].peak_rate, 0.1, 5.0, 0.15),
    free("early-peak.index_mean", |m| &mut m.profiles[1].index_mean, 16.0, 30.0, 1.0),
    free("early-peak.after", |m| &mut m.profiles[1].after, 0.1, 3.0, 0.3),
    free("late-peak.peak_rate", |m| &mut m.profiles[2].peak_rate, 0.1, 5.0, 0.2),
    free("late-peak.rise_years", |m| &mut m.profiles[2].rise_years, 4.0, 7.5, 1.0),
    free("late-peak.index_mean", |m| &mut m.profiles[2].index_mean, 19.0, 33.0, 0.5),
    free("late-peak.after", |m| &mut m.profiles[2].after, 0.3, 1.0, 0.2),
    free("continuous.peak_rate", |m| &mut m.profiles[3].peak_rate, 0.5, 8.0, 0.25),
    free("continuous.index_mean", |m| &mut m.profiles[3].index_mean, 17.0, 33.0, 0.5),
    free("continuous.after", |m| &mut m.profiles[3].after, 0.55, 1.0, 0.2),
    free("trafficking_again", |m| &mut m.trafficking_again, 0.001, 0.5, 0.01),
    free("property", |m| &mut m.kinds[0].weights[0], 0.01, 5.0, 0.1),
    free("violence", |m| &mut m.kinds[1].weights[0], 0.01, 5.0, 0.1),
    free("drugs", |m| &mut m.kinds[2].weights[0], 0.01, 5.0, 0.05),
];

/// The first three kinds have one weight in every profile: what is known of kinds is known of the group as a whole.
fn tie(model: &mut CareerModel) {
    for kind in model.kinds.iter_mut().take(3) {
        kind.weights = [kind.weights[0]; 4];
    }
}

/// Finds the parameters of a model, starting from it.
///
/// The objective is the sum over published figures of `((simulated - published) / scale)^2`, each against the
/// middle of what was published with the scale of [`PUBLISHED`], plus `(0.2 (x - x0) / unit)^2` for every
/// parameter, which decides what the figures leave open. It is brought down by Levenberg-Marquardt steps on
/// differences, always on the same simulated people; a parameter stays within its limits. The same options give the
/// same bits, on any number of threads.
///
/// # Errors
/// As [`CareerModel::check`]; and when a model lacks the three kinds of offence that the search weighs.
pub fn calibrate(start: &CareerModel, options: CalibrationOptions) -> Result<Calibration> {
    start.check()?;
    if start.kinds.len() < 4 {
        return Err(Error::options(format!("{} kinds of offence, the search needs at least 4", start.kinds.len())));
    }
    let search = Search { start, options };
    let initial: Vec<f64> = FREE.iter().map(|free| *(free.of)(&mut start.clone())).collect();
    let mut x = initial.clone();
    let mut r = search.residuals(&x)?;
    let mut objective = vec![sum_of_squares(&r)];
    let mut damping = 0.01;
    for _ in 0..options.steps {
        let columns = search.slopes(&x, &r)?;
        let Some((next, residuals)) = search.step(&x, &r, &columns, &mut damping)? else { break };
        let (before, now) = (sum_of_squares(&r), sum_of_squares(&residuals));
        (x, r) = (next, residuals);
        objective.push(now);
        // a thousandth is below what the finite number of people can tell
        if before - now < 1e-3 * before {
            break;
        }
    }
    let parameters = FREE.iter().zip(&initial).zip(&x).map(|((f, &a), &b)| (f.name.to_owned(), a, b)).collect();
    Ok(Calibration { options, objective, parameters, model: search.model(&x) })
}

struct Search<'a> {
    start: &'a CareerModel,
    options: CalibrationOptions,
}

impl Search<'_> {
    fn model(&self, x: &[f64]) -> CareerModel {
        let mut model = self.start.clone();
        for (free, &value) in FREE.iter().zip(x) {
            *(free.of)(&mut model) = value;
        }
        tie(&mut model);
        model
    }

    fn residuals(&self, x: &[f64]) -> Result<Vec<f64>> {
        let margins = Margins::of(&self.model(x), self.options.persons, self.options.seed)?;
        let mut residuals = Vec::with_capacity(PUBLISHED.len() + FREE.len());
        for figure in PUBLISHED.iter().filter(|figure| figure.scale > 0.0) {
            let simulated = margins.get(figure.key).ok_or_else(|| {
                Error::new(ErrorKind::InvalidModel, format!("the figure {} is not simulated", figure.key))
            })?;
            residuals.push((simulated.value - 0.5 * (figure.low + figure.high)) / figure.scale);
        }
        for (free, &value) in FREE.iter().zip(x) {
            residuals.push(PULL * (value - *(free.of)(&mut self.start.clone())) / free.unit);
        }
        Ok(residuals)
    }

    /// Derivatives of the residuals by each parameter, in its units.
    fn slopes(&self, x: &[f64], r: &[f64]) -> Result<Vec<Vec<f64>>> {
        FREE.iter()
            .enumerate()
            .map(|(i, free)| {
                let mut moved = x.to_vec();
                let up = x[i] + DIFFERENCE * free.unit;
                moved[i] = if up <= free.high { up } else { x[i] - DIFFERENCE * free.unit };
                let units = (moved[i] - x[i]) / free.unit;
                Ok(self.residuals(&moved)?.iter().zip(r).map(|(a, b)| (a - b) / units).collect())
            })
            .collect()
    }

    /// The next point that lowers the objective, with its residuals; `None` when no step does.
    fn step(
        &self,
        x: &[f64],
        r: &[f64],
        columns: &[Vec<f64>],
        damping: &mut f64,
    ) -> Result<Option<(Vec<f64>, Vec<f64>)>> {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let gradient: Vec<f64> = columns.iter().map(|column| -dot(column, r)).collect();
        for _ in 0..8 {
            let mut normal = Square::zeros(FREE.len());
            for (i, a) in columns.iter().enumerate() {
                for (j, b) in columns.iter().enumerate() {
                    normal.set(i, j, dot(a, b));
                }
                normal.add(i, i, *damping * dot(a, a) + 1e-12);
            }
            if let Some(factor) = normal.cholesky() {
                let moves = factor.solve(&gradient);
                let next: Vec<f64> = FREE
                    .iter()
                    .zip(x.iter().zip(&moves))
                    // two units at a time: slopes do not hold further
                    .map(|(free, (x, m))| (x + m.clamp(-2.0, 2.0) * free.unit).clamp(free.low, free.high))
                    .collect();
                let residuals = self.residuals(&next)?;
                if sum_of_squares(&residuals) < sum_of_squares(r) {
                    *damping = (*damping * 0.3).max(1e-6);
                    return Ok(Some((next, residuals)));
                }
            }
            *damping *= 4.0;
        }
        Ok(None)
    }
}

fn sum_of_squares(r: &[f64]) -> f64 {
    r.iter().map(|r| r * r).sum()
}
