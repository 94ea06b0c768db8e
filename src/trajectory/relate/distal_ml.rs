//! Distal outcomes by maximum likelihood: the third step with an outcome instead of covariates.

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::linalg::Square;
use crate::numeric::logspace::expit;
use crate::trajectory::data::covariates::Design;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::relate::classification::Membership;
use crate::trajectory::relate::distal::{Means, OutcomeKind};
use crate::trajectory::relate::method::{Assignment, RelateFinding};
use crate::trajectory::relate::ml::{Density, Fall, ThirdStep, Top};

impl Membership {
    pub(super) fn by_likelihood(
        &self,
        y: &[f64],
        used: &[usize],
        kind: OutcomeKind,
        assignment: Assignment,
        findings: &mut Vec<RelateFinding>,
    ) -> Result<Means> {
        let groups = self.groups();
        let errors = self.classification_errors(assignment)?;
        let log_errors: Vec<f64> = errors.matrix.iter().map(|d| d.ln()).collect();
        let rows = |all: Vec<f64>| -> Vec<f64> {
            used.iter().flat_map(|&i| all[i * groups..(i + 1) * groups].to_vec()).collect()
        };
        let posterior = rows(self.assigned(Assignment::Proportional));
        let weights: Option<Vec<f64>> = self.weights().map(|w| used.iter().map(|&i| w[i]).collect());
        // standardised: the climb has one scale
        let n = y.len() as f64;
        let centre = y[0] + y.iter().map(|v| v - y[0]).sum::<f64>() / n;
        let scale = (y.iter().map(|v| (v - centre).powi(2)).sum::<f64>() / n).sqrt();
        let normal = kind == OutcomeKind::Continuous;
        if normal && scale <= 1e-12 * centre.abs() {
            return Err(Error::new(ErrorKind::InvalidInput, format!("everyone has the outcome {centre}")));
        }
        let standard: Vec<f64> = if normal { y.iter().map(|v| (v - centre) / scale).collect() } else { y.to_vec() };
        let density = if normal { Density::Normal(&standard) } else { Density::Bernoulli(&standard) };
        let design = Design::constant(y.len());
        let assigned = rows(self.assigned(assignment));
        let model = ThirdStep {
            design: &design,
            assigned: &assigned,
            weights: weights.as_deref(),
            log_errors: &log_errors,
            groups,
            reference: 0,
            density,
        };
        let mut start: Vec<f64> = (1..groups).map(|t| (errors.shares[t] / errors.shares[0]).ln()).collect();
        for t in 0..groups {
            let sum = |f: &dyn Fn(f64) -> f64| -> f64 {
                (0..y.len()).map(|i| posterior[i * groups + t] * f(standard[i])).sum()
            };
            let size = sum(&|_| 1.0).max(f64::MIN_POSITIVE);
            let mean = sum(&|v| v) / size;
            if normal {
                let variance = sum(&|v| (v - mean).powi(2)) / size;
                start.extend([mean, 0.5 * variance.max(1e-4).ln()]);
            } else {
                // half a person away from 0 and 1
                let p = (mean * size + 0.5) / (size + 1.0);
                start.push((p / (1.0 - p)).ln());
            }
        }
        let top = model.climb(start).map_err(|fall| no_maximum(&fall))?;
        let parameters = top.covariance(assignment == Assignment::Proportional || weights.is_some())?;
        let total: f64 = weights.as_ref().map_or(n, |w| w.iter().sum());
        Ok(likelihood_means(&top, &parameters, groups, total, normal.then_some((centre, scale)), findings))
    }
}

fn no_maximum(fall: &Fall) -> Error {
    let message = match fall {
        Fall::Collapsed(t) => format!(
            "the outcome does not vary in group {}, so the normal likelihood has no maximum; BCH needs no normal outcome",
            t + 1
        ),
        Fall::Diverged(_) => {
            "the likelihood of groups and outcome has no maximum: the share of some group runs to 0".into()
        }
    };
    Error::new(ErrorKind::Untrusted, message)
}

fn likelihood_means(
    top: &Top,
    parameters: &Square,
    groups: usize,
    total: f64,
    normal: Option<(f64, f64)>,
    findings: &mut Vec<RelateFinding>,
) -> Means {
    let first = groups - 1;
    let mut share = vec![0.0; groups];
    crate::trajectory::relate::logit::log_probabilities(&[1.0], &top.at[..first], 0, &mut share);
    let (mut mean, mut variance, mut slope, mut place) = (vec![], vec![], vec![], vec![]);
    for t in 0..groups {
        match normal {
            Some((centre, scale)) => {
                place.push(first + 2 * t);
                mean.push(centre + scale * top.at[first + 2 * t]);
                variance.push((scale * top.at[first + 2 * t + 1].exp()).powi(2));
                slope.push(scale);
            }
            None => {
                let (p, q) = expit(top.at[first + t]);
                place.push(first + t);
                let boundary = !top.free[first + t];
                let p = if boundary { p.round() } else { p };
                if boundary {
                    findings.push(RelateFinding::MeanAtBoundary { group: GroupNumber::of_index(t), mean: p });
                }
                mean.push(p);
                variance.push(if boundary { 0.0 } else { p * q });
                slope.push(p * q);
            }
        }
    }
    let mut covariance = Square::zeros(groups);
    for t in 0..groups {
        for u in 0..groups {
            covariance.set(t, u, slope[t] * slope[u] * parameters.at(place[t], place[u]));
        }
    }
    let constant =
        if let Some((_, scale)) = normal { total * (scale.ln() + 0.5 * std::f64::consts::TAU.ln()) } else { 0.0 };
    Means {
        mean,
        size: share.iter().map(|s| total * s.exp()).collect(),
        variance,
        covariance,
        log_likelihood: Some(top.log_likelihood - constant),
    }
}
