//! Maximum likelihood with fixed classification errors: the third step of Vermunt (2010).
//!
//! A person assigned to group `s` contributes `ln sum_t pi_t(x) D[t][s] f(y | t)`, with `pi` a multinomial
//! logit and `f` the density of an outcome, if there is one. Proportional assignment gives a person one such
//! term per group, weighted by the posterior probabilities. The climb starts with EM steps in Lange's (1995)
//! gradient form and goes on by Newton with the exact observed information (Louis 1982).

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::linalg::Square;
use crate::numeric::logspace::{expit, log_sum_exp, softplus};
use crate::trajectory::data::covariates::Design;
use crate::trajectory::relate::logit::{
    NO_INFORMATION, add_logit_information, halve, largest_logit, log_probabilities,
};

const MAX_STEPS: usize = 400;
/// Steps of EM before Newton may take over: it might climb another hill from afar.
const EM_STEPS: usize = 10;
/// The largest change of a logit or an outcome parameter that counts as standing still.
const STILL: f64 = 1e-8;
/// A proportion whose logit is beyond this (1e-9) ran to 0 or 1.
const BOUNDARY: f64 = 20.7;
/// A group whose standard deviation (of the standardised outcome) is below e^-7 = 0.001 has collapsed on a
/// value: the normal likelihood has no maximum there.
const COLLAPSED: f64 = -7.0;

/// The outcome given the group.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Density<'a> {
    /// No outcome: covariates alone.
    None,
    /// Normal; per group the mean and the log standard deviation.
    Normal(&'a [f64]),
    /// 0 or 1; per group the logit of the proportion.
    Bernoulli(&'a [f64]),
}

impl Density<'_> {
    fn terms(self) -> usize {
        match self {
            Density::None => 0,
            Density::Normal(_) => 2,
            Density::Bernoulli(_) => 1,
        }
    }
}

/// The model of the third step. Parameters: logit blocks of the groups but the reference, then outcome
/// parameters by group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ThirdStep<'a> {
    pub(crate) design: &'a Design,
    /// Persons x groups: what each person is assigned, rows sum to 1.
    pub(crate) assigned: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
    /// `ln D[t][s]` at `t * groups + s`.
    pub(crate) log_errors: &'a [f64],
    pub(crate) groups: usize,
    pub(crate) reference: usize,
    pub(crate) density: Density<'a>,
}

#[derive(Debug, Clone)]
pub(crate) struct Derivatives {
    pub(crate) score: Vec<f64>,
    pub(crate) outer: Square,
    pub(crate) observed: Square,
    complete: Square,
}

/// A maximum, with the derivatives there.
#[derive(Debug, Clone)]
pub(crate) struct Top {
    pub(crate) at: Vec<f64>,
    pub(crate) log_likelihood: f64,
    /// False for a proportion that ran to 0 or 1 and was left there.
    pub(crate) free: Vec<bool>,
    pub(crate) derivatives: Derivatives,
}

/// How a climb failed.
#[derive(Debug, Clone)]
pub(crate) enum Fall {
    /// No maximum: the last step, along which the likelihood keeps rising.
    Diverged(Vec<f64>),
    /// The outcome of this group (0-based) collapsed on one value.
    Collapsed(usize),
}

impl ThirdStep<'_> {
    pub(crate) fn logit_parameters(&self) -> usize {
        (self.groups - 1) * self.design.terms()
    }

    pub(crate) fn parameters(&self) -> usize {
        self.logit_parameters() + self.groups * self.density.terms()
    }

    fn weight(&self, i: usize) -> f64 {
        self.weights.map_or(1.0, |w| w[i])
    }

    fn assigned(&self, i: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let row = &self.assigned[i * self.groups..(i + 1) * self.groups];
        row.iter().copied().enumerate().filter(|(_, a)| *a > 0.0)
    }

    /// `ln pi_t(x_i) + ln f(y_i | t)`; `pi` gets the first part.
    fn base(&self, i: usize, at: &[f64], pi: &mut [f64], base: &mut [f64]) {
        let (gamma, theta) = at.split_at(self.logit_parameters());
        log_probabilities(self.design.row(i), gamma, self.reference, pi);
        for (t, b) in base.iter_mut().enumerate() {
            *b = pi[t]
                + match self.density {
                    Density::None => 0.0,
                    Density::Normal(y) => {
                        let z = (y[i] - theta[2 * t]) * (-theta[2 * t + 1]).exp();
                        -theta[2 * t + 1] - 0.5 * z * z
                    }
                    Density::Bernoulli(y) => y[i] * theta[t] - softplus(theta[t]),
                };
        }
    }

    /// Without the constant `-ln(2 pi) / 2` of a normal outcome.
    pub(crate) fn log_likelihood(&self, at: &[f64]) -> f64 {
        let (mut pi, mut base, mut joint) = self.room();
        let mut sum = 0.0;
        for i in 0..self.design.persons() {
            self.base(i, at, &mut pi, &mut base);
            for (s, a) in self.assigned(i) {
                (0..self.groups).for_each(|t| joint[t] = base[t] + self.log_errors[t * self.groups + s]);
                sum += self.weight(i) * a * log_sum_exp(&joint);
            }
        }
        sum
    }

    fn room(&self) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        (vec![0.0; self.groups], vec![0.0; self.groups], vec![0.0; self.groups])
    }

    pub(crate) fn derivatives(&self, at: &[f64]) -> Derivatives {
        let (n, first) = (self.parameters(), self.logit_parameters());
        let zeros = || Square::zeros(n);
        let mut all = Derivatives { score: vec![0.0; n], outer: zeros(), observed: zeros(), complete: zeros() };
        let mut logit = Square::zeros(first);
        let (mut pi, mut base, mut r) = self.room();
        let mut one = vec![0.0; n];
        for i in 0..self.design.persons() {
            self.base(i, at, &mut pi, &mut base);
            pi.iter_mut().for_each(|p| *p = p.exp());
            let (row, w) = (self.design.row(i), self.weight(i));
            // scores of the person if of group t; the common part -pi_t x of the logit is added at the end
            let own: Vec<Vec<(usize, f64)>> = (0..self.groups).map(|t| self.own_score(i, t, at)).collect();
            one.fill(0.0);
            for (s, a) in self.assigned(i) {
                (0..self.groups).for_each(|t| r[t] = base[t] + self.log_errors[t * self.groups + s]);
                let total = log_sum_exp(&r);
                r.iter_mut().for_each(|v| *v = (*v - total).exp());
                for t in 0..self.groups {
                    own[t].iter().for_each(|&(k, v)| one[k] += w * a * r[t] * v);
                    self.outcome_information(i, t, at, w * a * r[t], &mut all);
                    for u in 0..=t {
                        // missing information: the covariance of the scores over the groups
                        let rest: f64 = (0..self.groups).filter(|&v| v != t).map(|v| r[v]).sum();
                        let shared = w * a * if t == u { r[t] * rest } else { -r[t] * r[u] };
                        for &(j, vj) in &own[t] {
                            own[u].iter().for_each(|&(k, vk)| all.observed.add(j, k, -shared * vj * vk));
                            if t != u {
                                own[u].iter().for_each(|&(k, vk)| all.observed.add(k, j, -shared * vj * vk));
                            }
                        }
                    }
                }
            }
            for (b, t) in (0..self.groups).filter(|&t| t != self.reference).enumerate() {
                row.iter().enumerate().for_each(|(j, x)| one[b * row.len() + j] -= w * pi[t] * x);
            }
            add_logit_information(&mut logit, row, &pi, self.reference, w);
            for j in 0..n {
                all.score[j] += one[j];
                (0..n).for_each(|k| all.outer.add(j, k, one[j] * one[k]));
            }
        }
        logit.mirror();
        for j in 0..first {
            for k in 0..first {
                all.observed.add(j, k, logit.at(j, k));
                all.complete.add(j, k, logit.at(j, k));
            }
        }
        all
    }

    /// Non-zero elements of the score of a person if of group `t`.
    fn own_score(&self, i: usize, t: usize, at: &[f64]) -> Vec<(usize, f64)> {
        let (row, first) = (self.design.row(i), self.logit_parameters());
        let mut own = Vec::with_capacity(row.len() + 2);
        if t != self.reference {
            let block = (t - usize::from(t > self.reference)) * row.len();
            own.extend(row.iter().enumerate().map(|(j, x)| (block + j, *x)));
        }
        match self.density {
            Density::None => {}
            Density::Normal(y) => {
                let (k, precision) = (first + 2 * t, (-2.0 * at[first + 2 * t + 1]).exp());
                let d = y[i] - at[k];
                own.extend([(k, d * precision), (k + 1, d * d * precision - 1.0)]);
            }
            Density::Bernoulli(y) => own.push((first + t, y[i] - expit(at[first + t]).0)),
        }
        own
    }

    /// Adds the information on the outcome parameters of group `t`: exact to the observed, expected (always
    /// positive) to the complete.
    fn outcome_information(&self, i: usize, t: usize, at: &[f64], weight: f64, all: &mut Derivatives) {
        let first = self.logit_parameters();
        match self.density {
            Density::None => {}
            Density::Normal(y) => {
                let (k, precision) = (first + 2 * t, (-2.0 * at[first + 2 * t + 1]).exp());
                let d = y[i] - at[k];
                all.observed.add(k, k, weight * precision);
                all.observed.add(k, k + 1, weight * 2.0 * d * precision);
                all.observed.add(k + 1, k, weight * 2.0 * d * precision);
                all.observed.add(k + 1, k + 1, weight * 2.0 * d * d * precision);
                all.complete.add(k, k, weight * precision);
                all.complete.add(k + 1, k + 1, weight * 2.0);
            }
            Density::Bernoulli(_) => {
                let (p, q) = expit(at[first + t]);
                all.observed.add(first + t, first + t, weight * p * q);
                all.complete.add(first + t, first + t, weight * p * q);
            }
        }
    }

    pub(crate) fn climb(&self, start: Vec<f64>) -> std::result::Result<Top, Fall> {
        let (first, n) = (self.logit_parameters(), self.parameters());
        let (mut at, mut free) = (start, vec![true; n]);
        let mut log_likelihood = self.log_likelihood(&at);
        let mut last = vec![0.0; n];
        for count in 0..MAX_STEPS {
            let d = self.derivatives(&at);
            let newton = if count < EM_STEPS { None } else { reduced(&d.observed, &free).cholesky() };
            let is_newton = newton.is_some();
            let Some(factor) = newton.or_else(|| reduced(&d.complete, &free).cholesky()) else {
                return Err(Fall::Diverged(last));
            };
            let score: Vec<f64> = d.score.iter().zip(&free).filter(|(_, f)| **f).map(|(s, _)| *s).collect();
            let mut moves = factor.solve(&score).into_iter();
            let step: Vec<f64> = free.iter().map(|f| if *f { moves.next().unwrap_or(0.0) } else { 0.0 }).collect();
            let size = step[first..].iter().fold(largest_logit(self.design, &step[..first]), |m, s| m.max(s.abs()));
            if size < STILL && is_newton {
                let persons: f64 = (0..self.design.persons()).map(|i| self.weight(i)).sum();
                if (0..first).any(|k| d.observed.at(k, k) < NO_INFORMATION * persons) {
                    return Err(Fall::Diverged(last));
                }
                return Ok(Top { at, log_likelihood, free, derivatives: d });
            }
            match halve(&at, &step, log_likelihood, |c| self.log_likelihood(c)) {
                Some((c, l)) => (at, log_likelihood) = (c, l),
                None => return Err(Fall::Diverged(step)),
            }
            last = step;
            for t in 0..self.groups {
                match self.density {
                    Density::Normal(_) if at[first + 2 * t + 1] < COLLAPSED => return Err(Fall::Collapsed(t)),
                    Density::Bernoulli(_) if at[first + t].abs() > BOUNDARY => free[first + t] = false,
                    _ => {}
                }
            }
        }
        Err(Fall::Diverged(last))
    }
}

/// Rows and columns of the free parameters.
pub(crate) fn reduced(m: &Square, free: &[bool]) -> Square {
    let kept: Vec<usize> = (0..free.len()).filter(|&k| free[k]).collect();
    let mut out = Square::zeros(kept.len());
    for (a, &i) in kept.iter().enumerate() {
        for (b, &j) in kept.iter().enumerate() {
            out.set(a, b, m.at(i, j));
        }
    }
    out
}

/// The opposite of [`reduced`], with zeros elsewhere.
pub(crate) fn extended(m: &Square, free: &[bool]) -> Square {
    let kept: Vec<usize> = (0..free.len()).filter(|&k| free[k]).collect();
    let mut out = Square::zeros(free.len());
    for (a, &i) in kept.iter().enumerate() {
        for (b, &j) in kept.iter().enumerate() {
            out.set(i, j, m.at(a, b));
        }
    }
    out
}

impl Top {
    /// Covariance of the parameters: the inverse of the observed information, or the sandwich around it.
    pub(crate) fn covariance(&self, sandwich: bool) -> Result<Square> {
        let information = reduced(&self.derivatives.observed, &self.free);
        let Some(factor) = information.cholesky() else {
            return Err(Error::new(ErrorKind::Untrusted, "the likelihood is flat at its top: no standard errors"));
        };
        let bread = crate::trajectory::relate::logit::inverse(&factor, information.n());
        let covariance = if sandwich {
            crate::trajectory::relate::logit::sandwich(&bread, &reduced(&self.derivatives.outer, &self.free))
        } else {
            bread
        };
        Ok(extended(&covariance, &self.free))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    #[test]
    fn derivatives_equal_finite_differences_with_every_density_and_shared_persons() {
        let x = Array2::from_shape_fn((12, 1), |(i, _)| ((i * 5) % 7) as f64);
        let design = Design::new(x.view());
        let y: Vec<f64> = (0..12).map(|i| ((i * 7) % 11) as f64 / 5.0 - 1.0).collect();
        let yes: Vec<f64> = (0..12).map(|i| f64::from(i % 3 == 0)).collect();
        let assigned: Vec<f64> = (0..12)
            .flat_map(
                |i| if i % 2 == 0 { [1.0, 0.0, 0.0] } else { [0.1, 0.2 + 0.02 * i as f64, 0.7 - 0.02 * i as f64] },
            )
            .collect();
        let weights: Vec<f64> = (0..12).map(|i| 0.5 + 0.1 * i as f64).collect();
        let log_errors: Vec<f64> = [0.7, 0.2, 0.1, 0.15, 0.8, 0.05, 0.1, 0.3, 0.6_f64].iter().map(|d| d.ln()).collect();
        for density in [Density::None, Density::Normal(&y), Density::Bernoulli(&yes)] {
            let model = ThirdStep {
                design: &design,
                assigned: &assigned,
                weights: Some(&weights),
                log_errors: &log_errors,
                groups: 3,
                reference: 1,
                density,
            };
            let n = model.parameters();
            let at: Vec<f64> = (0..n).map(|k| 0.3 - 0.17 * ((k * 3) % 5) as f64).collect();
            let d = model.derivatives(&at);
            let h = 1e-5;
            for a in 0..n {
                let moved = |by: f64| {
                    let mut m = at.clone();
                    m[a] += by;
                    m
                };
                let slope = (model.log_likelihood(&moved(h)) - model.log_likelihood(&moved(-h))) / (2.0 * h);
                assert!((slope - d.score[a]).abs() < 1e-6, "{density:?} {a}: {slope} {}", d.score[a]);
                let (up, down) = (model.derivatives(&moved(h)).score, model.derivatives(&moved(-h)).score);
                for b in 0..n {
                    let curvature = (down[b] - up[b]) / (2.0 * h);
                    assert!((curvature - d.observed.at(a, b)).abs() < 1e-5, "{density:?} {a} {b}");
                }
            }
        }
    }
}
