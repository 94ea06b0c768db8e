//! Scores of people by a model fitted without them: leave one person out, from one fit or by true refits.

use crate::error::Result;
use crate::numeric::linalg::Square;
use crate::numeric::parallel::Parallel;
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::words::name;
use crate::trajectory::inference::refitting::{Refitting, cancelled, climb_from, failure};
use crate::trajectory::inference::single;
use crate::trajectory::progress::{Progress, Ticker};
use crate::trajectory::search::by_cells::climb;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// How the parameters without a person are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LeaveOutMethod {
    /// One Newton step from the fit, with the person's own score and information taken off: costs about as
    /// much as the standard errors.
    OneStep,
    /// A climb to the top for each distinct history, from the fit.
    Refit,
}

/// Scores of everyone by a model that has not seen them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LeaveOneOut {
    /// How the parameters without each person were found.
    pub method: LeaveOutMethod,
    /// `ln f(y_i | theta_(-i))`, row after row of the panel.
    pub log_scores: Vec<f64>,
    /// Their sum, with weights: to be compared with the log-likelihood, and between models, higher is better.
    pub log_score: f64,
    /// Standard error of the sum: `sqrt(n)` times the standard deviation of the (weighted) scores.
    pub se: f64,
    /// crimCV's cross-validation error by outcome: mean over observed cells of `|y_ij - E_ij|`, with `E_ij`
    /// what is expected under `theta_(-i)` given **person i's own values**. It therefore is a measure of fit,
    /// not of how well unseen values are predicted; `log_score` is that.
    pub cve: Vec<f64>,
    /// The same with squares.
    pub cve_squared: Vec<f64>,
    /// Parameters that the data do not determine: one step holds them where they are for persons for whom it
    /// cannot move all.
    pub held: Vec<String>,
    /// Rows (from 1) too influential for one step (no maximum, or out of the neighbourhood of the fit): a climb was
    /// made instead.
    pub climbed: Vec<usize>,
    /// Rows (from 1) whose climb did not end at a maximum; their scores are from where it stopped.
    pub not_converged: Vec<usize>,
}

impl Fit {
    /// Scores everyone of the fitted panel by the model without them.
    ///
    /// One step: `theta_(-i) = theta - (I - w_i I_i)^-1 w_i s_i`, with `I` the observed information of the fit,
    /// `s_i` and `I_i` score and observed information of person i, exact. For people too influential for it
    /// ([`LeaveOneOut::climbed`]) a climb is made. Both ways stay at this fit's optimum: that another optimum would
    /// be better without the person is not seen (crimCV's refits start from the full solution as well).
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, trajectory::inference::LeaveOutMethod};
    /// // everyone has eight offences in eight years, so that the rate stays 1 a year whoever is left out
    /// let counts = Array2::from_shape_fn((40, 8), |(i, t)| Some(2.0 * ((i + t) % 2) as f64));
    /// let panel = Panel::new(AgeGrid::years(12, 19)?).series("counts", counts.view())?;
    /// let fit = Spec::new(1).outcome(OutcomeSpec::counts(Family::Poisson).degree(0)).fit(&panel)?;
    /// let left_out = fit.leave_one_out(&panel, LeaveOutMethod::Refit)?;
    /// assert!((left_out.log_score - fit.log_likelihood).abs() < 1e-6);
    /// assert!((left_out.cve[0] - 1.0).abs() < 1e-6); // counts of 0 and 2 against 1
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the people are not those who were fitted.
    ///
    /// # References
    /// Pregibon (1981), Annals of Statistics 9, 705-724 (one step); Nielsen, Rosenthal, Sun, Day, Bevc &
    /// Duchesne (2014), Communications in Statistics 43, 4337-4356 (CVE).
    pub fn leave_one_out<'a>(&self, people: impl Into<Data<'a>>, method: LeaveOutMethod) -> Result<LeaveOneOut> {
        self.leave_one_out_with_progress(people, method, &|_| true)
    }

    /// The same, reporting progress; `progress` may stop the work by returning false.
    ///
    /// # Errors
    /// As [`Fit::leave_one_out`], and kind [`crate::ErrorKind::Cancelled`] when stopped.
    pub fn leave_one_out_with_progress<'a>(
        &self,
        people: impl Into<Data<'a>>,
        method: LeaveOutMethod,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<LeaveOneOut> {
        self.without_each(&people.into().people(self.family()), method, progress)
    }

    fn without_each(
        &self,
        panel: &Panel,
        method: LeaveOutMethod,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<LeaveOneOut> {
        let refitting = Refitting::new(self, panel)?;
        let around = Around::new(self, &refitting);
        // people with the same history and weight are the same person to leave out
        let mut number: HashMap<(u32, u64), usize> = HashMap::new();
        let mut distinct: Vec<(usize, f64)> = Vec::new();
        let which: Vec<usize> = (0..refitting.panel.rows())
            .map(|i| {
                let (h, w) = (refitting.cells.history_of[i], refitting.panel.weight(i));
                *number.entry((h, w.to_bits())).or_insert_with(|| {
                    distinct.push((h as usize, w));
                    distinct.len() - 1
                })
            })
            .collect();
        let ticker = Ticker::new(progress);
        ticker.expect(distinct.len());
        let judged: Vec<Option<Judged>> = distinct
            .as_slice()
            .map_in_parallel(|&(h, w)| if ticker.tick() { Some(around.without(method, h, w)) } else { None });
        let judged: Vec<Judged> = judged.into_iter().collect::<Option<_>>().ok_or_else(cancelled)?;
        if ticker.stopped() {
            return Err(cancelled());
        }
        let log_scores: Vec<f64> = which.iter().map(|&d| judged[d].log_score).collect();
        let weighted: Vec<f64> = log_scores.iter().enumerate().map(|(i, s)| s * refitting.panel.weight(i)).collect();
        let mut sums = vec![[0.0; 3]; self.model.layout.blocks.len()];
        for (i, &d) in which.iter().enumerate() {
            for (to, from) in sums.iter_mut().zip(&judged[d].errors) {
                to.iter_mut().zip(from).for_each(|(a, b)| *a += refitting.panel.weight(i) * b);
            }
        }
        let rows_with = |f: &dyn Fn(&Judged) -> bool| -> Vec<usize> {
            (0..which.len()).filter(|&i| f(&judged[which[i]])).map(|i| i + 1).collect()
        };
        let held = self.undetermined().into_iter().map(|p| name(self, p)).collect();
        Ok(LeaveOneOut {
            method,
            log_score: weighted.iter().sum(),
            se: error_of_sum(&weighted),
            cve: sums.iter().map(|s| s[1] / s[0]).collect(),
            cve_squared: sums.iter().map(|s| s[2] / s[0]).collect(),
            held: if method == LeaveOutMethod::OneStep { held } else { Vec::new() },
            climbed: if method == LeaveOutMethod::OneStep { rows_with(&|j| j.climbed) } else { Vec::new() },
            not_converged: rows_with(&|j| j.failed),
            log_scores,
        })
    }
}

/// `sqrt(n)` times the standard deviation.
pub(crate) fn error_of_sum(x: &[f64]) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0).max(1.0);
    (n * variance).sqrt()
}

/// A step that promises more log-likelihood than this (for a person of weight 1) leaves the neighbourhood of the
/// fit. A person's usual promise is `p / (2 N)`: hundredths.
const NEAR: f64 = 0.5;

struct Judged {
    log_score: f64,
    errors: Vec<[f64; 3]>,
    climbed: bool,
    failed: bool,
}

/// A fit and the curvature around it.
struct Around<'a> {
    fit: &'a Fit,
    refitting: &'a Refitting,
    free: Vec<usize>,
    gradient: Vec<f64>,
    information: Square,
}

impl<'a> Around<'a> {
    fn new(fit: &'a Fit, refitting: &'a Refitting) -> Self {
        let (layout, theta) = (&fit.model.layout, &fit.model.theta);
        let engine = refitting.engine(layout);
        let pass = engine.pass(theta);
        let q = engine.quadratic(theta, &pass);
        let information = engine.information(theta, &pass, &q.observed);
        let free = (0..layout.len()).filter(|&i| fit.inference.determined[i]).collect();
        Around { fit, refitting, free, gradient: q.gradient, information }
    }

    fn without(&self, method: LeaveOutMethod, h: usize, weight: f64) -> Judged {
        let layout = &self.fit.model.layout;
        let one = single::only(&self.refitting.cells, h);
        let step = match method {
            LeaveOutMethod::OneStep => self.one_step(&one, weight),
            LeaveOutMethod::Refit => None,
        };
        let climbed = step.is_none();
        let (theta, failed) = step.map_or_else(|| self.climb(h, weight), |theta| (theta, false));
        let (log_score, errors) = single::judged(&one, layout, &theta);
        Judged { log_score, errors, climbed, failed }
    }

    /// One Newton step on the likelihood of the others; none when it has no maximum that way. All parameters move
    /// if they can, otherwise those that the data do not determine are held.
    fn one_step(&self, one: &Cells, weight: f64) -> Option<Vec<f64>> {
        let (layout, theta) = (&self.fit.model.layout, &self.fit.model.theta);
        let (score, own) = single::score_and_information(one, layout, theta);
        let all: Vec<usize> = (0..layout.len()).collect();
        let sets: &[&[usize]] = if self.free.len() == all.len() { &[&all] } else { &[&all, &self.free] };
        sets.iter().find_map(|free| {
            let delta = self.step(free, &score, &own, weight)?;
            Some(theta.iter().zip(&delta).map(|(t, d)| t + d).collect())
        })
    }

    /// The step in some of the parameters; none where the quadratic cannot be trusted: not concave, a predictor
    /// moved too far, or too much to be gained for a neighbourhood.
    fn step(&self, free: &[usize], score: &[f64], own: &Square, weight: f64) -> Option<Vec<f64>> {
        let mut rest = Square::zeros(free.len());
        for (a, &i) in free.iter().enumerate() {
            for (b, &j) in free.iter().enumerate() {
                rest.set(a, b, self.information.at(i, j) - weight * own.at(i, j));
            }
        }
        let right: Vec<f64> = free.iter().map(|&i| self.gradient[i] - weight * score[i]).collect();
        let solved = rest.cholesky()?.solve(&right);
        let promised = 0.5 * right.iter().zip(&solved).map(|(g, d)| g * d).sum::<f64>();
        let mut delta = vec![0.0; self.fit.model.layout.len()];
        free.iter().zip(solved).for_each(|(&i, d)| delta[i] = d);
        let near =
            promised < NEAR * weight && climb::limit(&self.refitting.engine(&self.fit.model.layout), &delta) == 1.0;
        near.then_some(delta)
    }

    fn climb(&self, h: usize, weight: f64) -> (Vec<f64>, bool) {
        let layout = &self.fit.model.layout;
        let mut weights = self.refitting.cells.weight.clone();
        weights[h] = (weights[h] - weight).max(0.0);
        let cells = self.refitting.reweighted(weights);
        let engine = Engine { cells: &cells, layout };
        let point = climb_from(&engine, &self.fit.model.theta, false);
        let failed = failure(&engine, &point).is_some();
        (point.theta, failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::grid::AgeGrid;
    use crate::trajectory::data::panel::Panel;
    use crate::trajectory::family::Family;
    use crate::trajectory::spec::Spec;
    use crate::trajectory::spec::outcome::OutcomeSpec;
    use ndarray::Array2;

    /// Two kinds of people by simple arithmetic; nobody alike.
    fn people() -> Panel {
        let counts = Array2::from_shape_fn((60, 8), |(i, t)| {
            let often = i % 3 == 0;
            Some(((i * 7 + t * 5 + i * t) % if often { 7 } else { 3 }) as f64 + if often { 2.0 } else { 0.0 })
        });
        let panel = Panel::new(AgeGrid::years(12, 19).unwrap()).series("counts", counts.view()).unwrap();
        panel.weights(&(0..60).map(|i| 1.0 + 0.25 * f64::from(i % 4)).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_climb_without_a_person_ends_where_a_refit_of_the_others_ends() {
        let panel = people();
        let fit = Spec::new(2).outcome(OutcomeSpec::counts(Family::NegBin).degree(1)).fit(&panel).unwrap();
        let scores = fit.leave_one_out(&panel, LeaveOutMethod::Refit).unwrap();
        assert!(scores.not_converged.is_empty());
        for i in [0, 1, 17, 59] {
            let others: Vec<usize> = (0..60).filter(|&j| j != i).collect();
            let refit = fit.model.spec.refit(&panel.select(&others), std::slice::from_ref(&fit.model.theta)).unwrap();
            let refitting = Refitting::new(&fit, &panel).unwrap();
            let expected = super::super::resample::log_likelihoods(&refit.model, &refitting)
                [refitting.cells.history_of[i] as usize];
            assert!((scores.log_scores[i] - expected).abs() < 1e-6, "{i}: {} {expected}", scores.log_scores[i]);
        }
    }

    #[test]
    fn scores_and_informations_of_all_persons_sum_to_those_of_the_fit() {
        let panel = people();
        let fit = Spec::new(2).outcome(OutcomeSpec::counts(Family::Zip).degree(1)).fit(&panel).unwrap();
        let refitting = Refitting::new(&fit, &panel).unwrap();
        let around = Around::new(&fit, &refitting);
        let n = fit.model.layout.len();
        let (mut score, mut info) = (vec![0.0; n], Square::zeros(n));
        for h in 0..refitting.cells.len() {
            let one = single::only(&refitting.cells, h);
            let (s, own) = single::score_and_information(&one, &fit.model.layout, &fit.model.theta);
            let w = refitting.cells.weight[h];
            score.iter_mut().zip(s).for_each(|(to, s)| *to += w * s);
            info = info.plus(w, &own);
        }
        for (i, score) in score.iter().enumerate() {
            assert!((score - around.gradient[i]).abs() < 1e-8 * (1.0 + around.information.at(i, i)));
            for j in 0..n {
                let scale = (around.information.at(i, i) * around.information.at(j, j)).abs().sqrt() + 1.0;
                assert!((info.at(i, j) - around.information.at(i, j)).abs() < 1e-9 * scale);
            }
        }
    }
}
