//! Multinomial logit by Newton's method with step halving.
//!
//! The response is a row of weights per person, which may be shared between groups and even negative
//! (as the BCH weights are), as long as a row sums to one: then the criterion
//! `sum_i w_i sum_t r_it ln pi_t(x_i)` is concave, and its only trouble can be that it has no maximum.

use crate::numeric::linalg::{Cholesky, Square};
use crate::numeric::logspace::log_sum_exp;
use crate::trajectory::data::covariates::Design;

/// Steps of Newton's method: a maximum is reached in ten; without one each step moves the logits by about 1
/// and the curvature is lost to rounding near step 35.
const MAX_STEPS: usize = 60;
const MAX_HALVINGS: usize = 40;
/// A log-likelihood (relative, and at least of size 1) does not know its own value better than this.
const ROUNDING: f64 = 1e-12;
/// The largest change of any person's logit that counts as standing still. Convergence is quadratic.
pub(crate) const STILL: f64 = 1e-8;

/// Information on a parameter below this, per person, is what is left of one that ran away: its standardised
/// standard error is above 1e4 over the square root of the persons.
pub(crate) const NO_INFORMATION: f64 = 1e-8;

/// A multinomial logit to be fitted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logit<'a> {
    pub(crate) design: &'a Design,
    /// Persons x groups, rows sum to 1.
    pub(crate) response: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
    pub(crate) groups: usize,
    /// The group whose coefficients are 0.
    pub(crate) reference: usize,
}

/// How it ended; coefficients are of the standardised covariates, in blocks per group but the reference.
#[derive(Debug, Clone)]
pub(crate) struct LogitFit {
    pub(crate) coefficients: Vec<f64>,
    pub(crate) log_likelihood: f64,
    pub(crate) converged: bool,
    /// Newton steps taken, in order.
    pub(crate) steps: Vec<Vec<f64>>,
}

/// Log-probabilities of the groups for one person.
pub(crate) fn log_probabilities(row: &[f64], coefficients: &[f64], reference: usize, out: &mut [f64]) {
    let mut blocks = coefficients.chunks_exact(row.len());
    for (t, o) in out.iter_mut().enumerate() {
        *o = if t == reference {
            0.0
        } else {
            blocks.next().map_or(0.0, |b| b.iter().zip(row).map(|(b, x)| b * x).sum())
        };
    }
    let total = log_sum_exp(out);
    out.iter_mut().for_each(|o| *o -= total);
}

/// The largest absolute value of a linear predictor under these coefficients.
pub(crate) fn largest_logit(design: &Design, coefficients: &[f64]) -> f64 {
    let mut largest = 0.0_f64;
    for i in 0..design.persons() {
        for block in coefficients.chunks_exact(design.terms()) {
            let eta: f64 = block.iter().zip(design.row(i)).map(|(b, x)| b * x).sum();
            largest = if eta.is_nan() { f64::INFINITY } else { largest.max(eta.abs()) };
        }
    }
    largest
}

impl Logit<'_> {
    pub(crate) fn parameters(&self) -> usize {
        (self.groups - 1) * self.design.terms()
    }

    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }

    fn response(&self, i: usize) -> &[f64] {
        &self.response[i * self.groups..(i + 1) * self.groups]
    }

    pub(crate) fn log_likelihood(&self, coefficients: &[f64]) -> f64 {
        let mut lp = vec![0.0; self.groups];
        (0..self.design.persons())
            .map(|i| {
                log_probabilities(self.design.row(i), coefficients, self.reference, &mut lp);
                let terms = self.response(i).iter().zip(&lp).filter(|(r, _)| **r != 0.0);
                self.weight(i) * terms.map(|(r, lp)| r * lp).sum::<f64>()
            })
            .sum()
    }

    /// Score of one person, `w_i (r_it - pi_t) x_i`, into `out`; `p` holds the probabilities.
    fn person_score(&self, i: usize, p: &[f64], out: &mut [f64]) {
        let (row, w, response) = (self.design.row(i), self.weight(i), self.response(i));
        let others = (0..self.groups).filter(|&t| t != self.reference);
        for (t, block) in others.zip(out.chunks_exact_mut(row.len())) {
            // r - p as r (1 - p) - (1 - r) p, which keeps its digits where p rounds to 1
            let rest: f64 = (0..self.groups).filter(|&v| v != t).map(|v| p[v]).sum();
            let residual = w * (response[t] * rest - (1.0 - response[t]) * p[t]);
            block.iter_mut().zip(row).for_each(|(o, x)| *o = residual * x);
        }
    }

    /// Sum of scores, sum of their outer products, and information (minus the Hessian).
    pub(crate) fn derivatives(&self, coefficients: &[f64]) -> (Vec<f64>, Square, Square) {
        let (n, terms) = (self.parameters(), self.design.terms());
        let (mut score, mut one) = (vec![0.0; n], vec![0.0; n]);
        let (mut outer, mut information) = (Square::zeros(n), Square::zeros(n));
        let mut p = vec![0.0; self.groups];
        for i in 0..self.design.persons() {
            log_probabilities(self.design.row(i), coefficients, self.reference, &mut p);
            p.iter_mut().for_each(|p| *p = p.exp());
            self.person_score(i, &p, &mut one);
            score.iter_mut().zip(&one).for_each(|(s, o)| *s += o);
            for a in 0..n {
                for b in 0..=a {
                    outer.add(a, b, one[a] * one[b]);
                }
            }
            add_logit_information(&mut information, self.design.row(i), &p, self.reference, self.weight(i));
        }
        debug_assert_eq!(n, (self.groups - 1) * terms);
        outer.mirror();
        information.mirror();
        (score, outer, information)
    }

    pub(crate) fn fit(&self) -> LogitFit {
        let mut coefficients = vec![0.0; self.parameters()];
        let mut log_likelihood = self.log_likelihood(&coefficients);
        let (mut converged, mut steps) = (false, Vec::new());
        for _ in 0..MAX_STEPS {
            let (score, _, information) = self.derivatives(&coefficients);
            let Some(factor) = information.cholesky() else { break };
            let step = factor.solve(&score);
            let still = largest_logit(self.design, &step) < STILL;
            let better = halve(&coefficients, &step, log_likelihood, |c| self.log_likelihood(c));
            steps.push(step);
            match better {
                Some((c, l)) => (coefficients, log_likelihood) = (c, l),
                None if !still => break,
                None => {}
            }
            if still {
                let persons: f64 = (0..self.design.persons()).map(|i| self.weight(i)).sum();
                converged = (0..information.n()).all(|k| information.at(k, k) > NO_INFORMATION * persons);
                break;
            }
        }
        LogitFit { coefficients, log_likelihood, converged, steps }
    }
}

/// Adds `w (diag(pi) - pi pi') x x x'` to the lower triangle, the reference group left out.
pub(crate) fn add_logit_information(information: &mut Square, row: &[f64], p: &[f64], reference: usize, w: f64) {
    let terms = row.len();
    let others: Vec<usize> = (0..p.len()).filter(|&t| t != reference).collect();
    for (a, &t) in others.iter().enumerate() {
        for (b, &u) in others.iter().enumerate().take(a + 1) {
            // p (1 - p) as p times the sum of the others, which does not cancel
            let factor = if t == u {
                let rest: f64 = (0..p.len()).filter(|&v| v != t).map(|v| p[v]).sum();
                w * p[t] * rest
            } else {
                -w * p[t] * p[u]
            };
            for j in 0..terms {
                for k in 0..if a == b { j + 1 } else { terms } {
                    information.add(a * terms + j, b * terms + k, factor * row[j] * row[k]);
                }
            }
        }
    }
}

/// The first of `at + step`, `at + step / 2`, .. where the criterion is not lower (rounding apart).
pub(crate) fn halve(
    at: &[f64],
    step: &[f64],
    value: f64,
    criterion: impl Fn(&[f64]) -> f64,
) -> Option<(Vec<f64>, f64)> {
    let mut length = 1.0;
    for _ in 0..MAX_HALVINGS {
        let trial: Vec<f64> = at.iter().zip(step).map(|(a, s)| a + length * s).collect();
        let reached = criterion(&trial);
        if reached >= value - ROUNDING * (1.0 + value.abs()) {
            return Some((trial, reached));
        }
        length *= 0.5;
    }
    None
}

/// The inverse, column by column.
pub(crate) fn inverse(factor: &Cholesky, n: usize) -> Square {
    let mut out = Square::zeros(n);
    for j in 0..n {
        let mut unit = vec![0.0; n];
        unit[j] = 1.0;
        for (i, v) in factor.solve(&unit).into_iter().enumerate() {
            out.set(i, j, v);
        }
    }
    out
}

/// `B M B` of symmetric matrices: the sandwich.
pub(crate) fn sandwich(bread: &Square, meat: &Square) -> Square {
    let n = bread.n();
    let product = |a: &Square, b: &Square| {
        let mut out = Square::zeros(n);
        for i in 0..n {
            for j in 0..n {
                out.set(i, j, (0..n).map(|k| a.at(i, k) * b.at(k, j)).sum());
            }
        }
        out
    };
    let mut out = product(&product(bread, meat), bread);
    for i in 0..n {
        for j in 0..i {
            let mean = 0.5 * (out.at(i, j) + out.at(j, i));
            out.set(i, j, mean);
            out.set(j, i, mean);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, ArrayView2};

    fn one_hot(group: &[usize], groups: usize) -> Vec<f64> {
        group.iter().flat_map(|&g| (0..groups).map(move |t| f64::from(t == g))).collect()
    }

    #[test]
    fn with_one_binary_covariate_the_coefficients_are_log_odds_ratios() {
        // counts by group for x = 0 and x = 1
        let table = [[12, 7, 3], [5, 9, 14]];
        let (mut x, mut group) = (Vec::new(), Vec::new());
        for (value, row) in table.iter().enumerate() {
            for (g, &n) in row.iter().enumerate() {
                (0..n).for_each(|_| (x.push(value as f64), group.push(g)).0);
            }
        }
        let x = ArrayView2::from_shape((x.len(), 1), &x).unwrap().to_owned();
        let design = Design::new(x.view());
        let response = one_hot(&group, 3);
        let logit = Logit { design: &design, response: &response, weights: None, groups: 3, reference: 0 };
        let fit = logit.fit();
        assert!(fit.converged);
        let own = design.own_scale(&fit.coefficients);
        for (g, block) in own.chunks(2).enumerate() {
            let odds = |row: [i32; 3]| (f64::from(row[g + 1]) / f64::from(row[0])).ln();
            assert!((block[0] - odds(table[0])).abs() < 1e-12);
            assert!((block[0] + block[1] - odds(table[1])).abs() < 1e-12);
        }
        // variance of a log odds ratio: the sum of the reciprocals of its four counts
        let (_, _, information) = logit.derivatives(&fit.coefficients);
        let covariance = inverse(&information.cholesky().unwrap(), 4);
        let own = design.own_scale_covariance(&covariance);
        assert!((own.at(1, 1) - (1.0 / 12.0 + 1.0 / 7.0 + 1.0 / 5.0 + 1.0 / 9.0)).abs() < 1e-12);
        assert!((own.at(2, 2) - (1.0 / 12.0 + 1.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn derivatives_equal_finite_differences_for_shared_and_negative_responses() {
        let x = Array2::from_shape_fn((9, 2), |(i, j)| ((i * (3 + j)) % 5) as f64);
        let design = Design::new(x.view());
        let response: Vec<f64> = (0..9).flat_map(|i| [1.1, -0.4 + 0.1 * i as f64, 0.3 - 0.1 * i as f64]).collect();
        let weights: Vec<f64> = (0..9).map(|i| 0.5 + 0.2 * i as f64).collect();
        let logit = Logit { design: &design, response: &response, weights: Some(&weights), groups: 3, reference: 1 };
        let at = [0.3, -0.2, 0.5, -0.7, 0.1, 0.4];
        let (score, _, information) = logit.derivatives(&at);
        let h = 1e-5;
        for (a, score) in score.iter().enumerate().take(6) {
            let moved =
                |d: f64| at.iter().enumerate().map(|(k, v)| v + if k == a { d } else { 0.0 }).collect::<Vec<_>>();
            let slope = (logit.log_likelihood(&moved(h)) - logit.log_likelihood(&moved(-h))) / (2.0 * h);
            assert!((slope - score).abs() < 1e-7, "{a}");
            let (up, down) = (logit.derivatives(&moved(h)).0, logit.derivatives(&moved(-h)).0);
            for b in 0..6 {
                assert!(((down[b] - up[b]) / (2.0 * h) - information.at(a, b)).abs() < 1e-6, "{a} {b}");
            }
        }
    }
}
