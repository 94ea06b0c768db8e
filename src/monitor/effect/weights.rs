//! Overlap weights by a logistic model, and the balance that they reach.
//!
//! # References
//! Li, Morgan & Zaslavsky (2018), Balancing covariates via propensity score weighting, JASA 113, 390-400.

use crate::error::{Error, Issues, Result};
use crate::numeric::linalg::Cholesky;
use crate::trajectory::data::covariates::{Design, covariate_issues};
use crate::trajectory::relate::logit::{Logit, log_probabilities};
use ndarray::ArrayView2;
use serde::Serialize;

/// How far one covariate differs between the groups, before and after weighting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Balance {
    /// The covariate.
    pub name: String,
    /// Mean of the treated.
    pub treated: f64,
    /// Mean of the others.
    pub control: f64,
    /// Difference of the means over the root of the mean of both variances (n - 1); `None` where neither varies.
    pub standardised: Option<f64>,
    /// Weighted mean of the treated.
    pub weighted_treated: f64,
    /// Weighted mean of the others; with overlap weights of a logistic model the same.
    pub weighted_control: f64,
    /// Difference of the weighted means over the same root as before.
    pub weighted_standardised: Option<f64>,
}

/// Probabilities of treatment by a logistic model.
#[derive(Debug, Clone)]
pub(crate) struct Propensity {
    design: Design,
    pub(crate) scores: Vec<f64>,
    information: Cholesky,
}

impl Propensity {
    pub(crate) fn fit(treated: &[bool], covariates: ArrayView2<'_, f64>, names: &[String]) -> Result<Propensity> {
        let mut issues = Issues::in_memory();
        covariate_issues(names, covariates, &mut issues);
        issues.into_result("the covariates cannot be used")?;
        let n = treated.len();
        let design = if names.is_empty() { Design::constant(n) } else { Design::new(covariates) };
        let response: Vec<f64> = treated.iter().flat_map(|&t| if t { [0.0, 1.0] } else { [1.0, 0.0] }).collect();
        let logit = Logit { design: &design, response: &response, weights: None, groups: 2, reference: 0 };
        let fit = logit.fit();
        let (_, _, information) = logit.derivatives(&fit.coefficients);
        let information = information.cholesky().filter(|_| fit.converged);
        let Some(information) = information else {
            return Err(Error::options(
                "the covariates tell the two groups apart without overlap (the logistic model has no maximum): there is \
                 nobody to compare with; leave out the covariate that decides who is treated, or the people it decides for",
            ));
        };
        let mut p = [0.0; 2];
        let scores = (0..n)
            .map(|i| {
                log_probabilities(design.row(i), &fit.coefficients, 0, &mut p);
                p[1].exp()
            })
            .collect();
        Ok(Propensity { design, scores, information })
    }

    /// A treated person by the probability of not being treated, and the other way round.
    pub(crate) fn weights(&self, treated: &[bool]) -> Vec<f64> {
        self.scores.iter().zip(treated).map(|(e, t)| if *t { 1.0 - e } else { *e }).collect()
    }

    /// What of an estimate's derivative comes from the weights being estimated: for each person
    /// `g' H^-1 (z_i - e_i) x_i`, with `g` the sum of `dD/dw_i dw_i/d beta`.
    pub(crate) fn of_estimation(&self, treated: &[bool], by_weight: &[f64]) -> Vec<f64> {
        let mut g = vec![0.0; self.design.terms()];
        for (i, (e, t)) in self.scores.iter().zip(treated).enumerate() {
            let slope = if *t { -e * (1.0 - e) } else { e * (1.0 - e) };
            g.iter_mut().zip(self.design.row(i)).for_each(|(g, x)| *g += by_weight[i] * slope * x);
        }
        let solved = self.information.solve(&g);
        let residual = |e: f64, t: bool| f64::from(u8::from(t)) - e;
        (0..treated.len())
            .map(|i| {
                let along: f64 = solved.iter().zip(self.design.row(i)).map(|(a, b)| a * b).sum();
                along * residual(self.scores[i], treated[i])
            })
            .collect()
    }
}

/// Effective number of persons of weights (Kish): `(sum w)^2 / sum w^2`.
pub(crate) fn effective(weights: impl Iterator<Item = f64> + Clone) -> f64 {
    let sum: f64 = weights.clone().sum();
    sum * sum / weights.map(|w| w * w).sum::<f64>()
}

pub(crate) fn balance(
    treated: &[bool],
    weights: &[f64],
    covariates: ArrayView2<'_, f64>,
    names: &[String],
) -> Vec<Balance> {
    let mean = |j: usize, group: bool, weight: &dyn Fn(usize) -> f64| {
        let members = || (0..treated.len()).filter(|i| treated[*i] == group);
        members().map(|i| weight(i) * covariates[[i, j]]).sum::<f64>() / members().map(weight).sum::<f64>()
    };
    let variance = |j: usize, group: bool, mean: f64| {
        let members = || (0..treated.len()).filter(|i| treated[*i] == group);
        members().map(|i| (covariates[[i, j]] - mean).powi(2)).sum::<f64>() / (members().count() as f64 - 1.0)
    };
    let one = |(j, name): (usize, &String)| {
        let (t, c) = (mean(j, true, &|_| 1.0), mean(j, false, &|_| 1.0));
        let (wt, wc) = (mean(j, true, &|i| weights[i]), mean(j, false, &|i| weights[i]));
        let root = (0.5 * (variance(j, true, t) + variance(j, false, c))).sqrt();
        let over = |difference: f64| (root > 0.0).then(|| difference / root);
        Balance {
            name: name.clone(),
            treated: t,
            control: c,
            standardised: over(t - c),
            weighted_treated: wt,
            weighted_control: wc,
            weighted_standardised: over(wt - wc),
        }
    };
    names.iter().enumerate().map(one).collect()
}
