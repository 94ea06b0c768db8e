//! The likelihood a second time, straight from the formulas (fixtures/reference/trajectory/README.md): every
//! person, every group, every age, no tables, no merging, no shared code with the crate.
//!
//! Persons i, ages j, groups g; t_j = j / (T - 1), u_j = 2 t_j - 1; lambda_gij = e_ij w exp(eta_gj) with w
//! the width of an interval in years. Sums are compensated (Neumaier 1974), so that of two evaluators that
//! differ by rounding this is the one to believe.

use super::data::Table;
use pleegprofiel::{Family, Model, trajectory::Group};
use std::collections::HashMap;

/// What the formulas give.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub(crate) log_likelihood: f64,
    pub(crate) posteriors: Vec<Vec<f64>>,
}

/// A sum that loses no digits.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, x: f64) {
        let t = self.sum + x;
        self.lost += if self.sum.abs() >= x.abs() { (self.sum - t) + x } else { (x - t) + self.sum };
        self.sum = t;
    }

    pub(crate) fn total(self) -> f64 {
        self.sum + self.lost
    }
}

pub(crate) fn evaluate(model: &Model, table: &Table) -> Evaluation {
    evaluate_groups(model.family(), model.groups(), table)
}

pub(crate) fn evaluate_groups(family: Family, groups: &[Group], table: &Table) -> Evaluation {
    let intervals = table.grid.len();
    let log_width = table.grid.width_years().ln();
    let mut factorials = Factorials::default();
    let curves: Vec<(Vec<f64>, Vec<f64>)> = groups.iter().map(|g| predictors(family, g, intervals)).collect();
    let mut total = Sum::default();
    let mut posteriors = Vec::with_capacity(table.people.len());
    for person in &table.people {
        let joint: Vec<f64> = groups
            .iter()
            .zip(&curves)
            .map(|(group, (eta, zeta))| {
                let mut log_f = Sum::default();
                log_f.add(group.share.ln());
                let (mut events, mut expected) = (0, Sum::default());
                for j in 0..intervals {
                    if let Some(y) = person.counts[j] {
                        let exposure = person.exposure.as_ref().map_or(1.0, |e| e[j]);
                        let log_lambda = exposure.ln() + log_width + eta[j];
                        let inflated = matches!(family, Family::Zip | Family::ZipTau | Family::Zinb);
                        let zeta = inflated.then_some(zeta[j]);
                        let alpha = group.dispersion.filter(|_| family != Family::NegMultinomial);
                        log_f.add(log_density(y, log_lambda, alpha, zeta, &mut factorials));
                        events += y;
                        expected.add(log_lambda.exp());
                    }
                }
                if family == Family::NegMultinomial {
                    // given the group, a person's counts hang together by their sum and by what was expected in all
                    let (alpha, expected) = (group.dispersion.expect("a variance"), expected.total());
                    log_f.add(rising(events, alpha));
                    log_f.add(expected - (f64::from(events) + 1.0 / alpha) * (alpha * expected).ln_1p());
                }
                log_f.total()
            })
            .collect();
        let log_p = log_sum_exp(&joint);
        total.add(person.weight * log_p);
        posteriors.push(joint.iter().map(|x| (x - log_p).exp()).collect());
    }
    Evaluation { log_likelihood: total.total(), posteriors }
}

/// eta and zeta of a group at every age.
fn predictors(family: Family, group: &Group, intervals: usize) -> (Vec<f64>, Vec<f64>) {
    let polynomial = |c: &[f64], u: f64| c.iter().enumerate().map(|(d, c)| c * u.powi(d as i32)).sum::<f64>();
    (0..intervals)
        .map(|j| {
            let u = if intervals > 1 { 2.0 * (j as f64 / (intervals - 1) as f64) - 1.0 } else { 0.0 };
            let eta = polynomial(&group.coefficients, u);
            let zeta = match family {
                Family::Zip | Family::Zinb => polynomial(&group.zero_coefficients, u),
                Family::ZipTau => -group.tau.expect("ZIP(tau) has a tau") * eta,
                _ => f64::NAN,
            };
            (eta, zeta)
        })
        .unzip()
}

/// `sum_(j<y) ln(1 + alpha j)`: what is left of gamma functions.
fn rising(y: u32, alpha: f64) -> f64 {
    let mut sum = Sum::default();
    (1..y).for_each(|j| sum.add((alpha * f64::from(j)).ln_1p()));
    sum.total()
}

fn log_density(y: u32, log_lambda: f64, alpha: Option<f64>, zeta: Option<f64>, factorials: &mut Factorials) -> f64 {
    let lambda = log_lambda.exp();
    let events = if y == 0 { 0.0 } else { f64::from(y) * log_lambda - factorials.ln(y) };
    let random = match alpha {
        None => events - lambda,
        Some(alpha) => events + rising(y, alpha) - (f64::from(y) + 1.0 / alpha) * (alpha * lambda).ln_1p(),
    };
    match zeta {
        None => random,
        Some(zeta) if y == 0 => log_sum_exp(&[zeta, random]) - log_sum_exp(&[0.0, zeta]),
        Some(zeta) => random - log_sum_exp(&[0.0, zeta]),
    }
}

fn log_sum_exp(x: &[f64]) -> f64 {
    let most = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return most;
    }
    // the largest term is 1: ln_1p of the others keeps the digits of small ones
    let at = x.iter().position(|&v| v == most).expect("the largest is among them");
    let others: f64 = x.iter().enumerate().filter(|&(i, _)| i != at).map(|(_, v)| (v - most).exp()).sum();
    most + others.ln_1p()
}

/// ln y! as a sum of logarithms.
#[derive(Debug, Default)]
struct Factorials {
    known: HashMap<u32, f64>,
}

impl Factorials {
    fn ln(&mut self, y: u32) -> f64 {
        *self.known.entry(y).or_insert_with(|| {
            let mut sum = Sum::default();
            (2..=y).for_each(|i| sum.add(f64::from(i).ln()));
            sum.total()
        })
    }
}
