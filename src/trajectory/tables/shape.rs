//! What is estimated: family, groups, degrees, and how parameters lie in vectors.

use crate::cohort::grid::AgeGrid;
use crate::trajectory::family::{Family, tau_is_unbounded};
use crate::trajectory::spec::basis::MAX_DEGREE;

pub(crate) const MAX_TERMS: usize = MAX_DEGREE + 1;
pub(crate) type Powers = [f64; 2 * MAX_TERMS - 1];
/// The longest block of one group: rate and zero polynomial, and the dispersion.
pub(crate) const MAX_BLOCK: usize = 2 * MAX_TERMS + 1;

/// Shape of a model on a grid. Group `k` owns a block: rate coefficients, then zero coefficients or
/// `ln tau`, then `ln alpha`. The vector of all parameters is `K - 1` share logits, then the blocks; a dispersion that
/// all groups share stands in every block and is one free parameter ([`crate::trajectory::tables::shared`]).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub(crate) family: Family,
    pub(crate) rate_terms: Vec<usize>,
    pub(crate) zero_terms: Vec<usize>,
    pub(crate) intervals: usize,
    /// Powers 0..=10 of the scaled age of each interval (a Hessian needs twice the degree).
    pub(crate) powers: Vec<Powers>,
    /// `ln` of the interval width in years: rates are per year.
    pub(crate) log_width: f64,
    /// Whether all groups have one dispersion.
    pub(crate) common_dispersion: bool,
}

impl Shape {
    pub(crate) fn new(family: Family, grid: AgeGrid, degrees: &[usize], zero_degrees: &[usize]) -> Shape {
        let powers = (0..grid.len())
            .map(|j| {
                let mut row = [1.0; 2 * MAX_TERMS - 1];
                (1..row.len()).for_each(|d| row[d] = row[d - 1] * grid.scaled(j));
                row
            })
            .collect();
        Shape {
            family,
            rate_terms: degrees.iter().map(|d| d + 1).collect(),
            zero_terms: degrees
                .iter()
                .zip(zero_degrees)
                .map(|(_, z)| match family {
                    Family::Zip | Family::Zinb => z + 1,
                    Family::ZipTau => 1,
                    _ => 0,
                })
                .collect(),
            intervals: grid.len(),
            powers,
            log_width: grid.width_years().ln(),
            common_dispersion: false,
        }
    }

    /// The same with one dispersion for all groups, or one each.
    pub(crate) fn with_common_dispersion(self, common: bool) -> Shape {
        Shape { common_dispersion: common && self.dispersed(), ..self }
    }

    /// The same model without a dispersion: Poisson, or zero-inflated Poisson.
    pub(crate) fn without_dispersion(&self) -> Shape {
        let family = match self.family {
            Family::NegBin | Family::NegMultinomial => Family::Poisson,
            Family::Zinb => Family::Zip,
            family => family,
        };
        Shape { family, common_dispersion: false, ..self.clone() }
    }

    /// Whether counts have a dispersion: negative binomial, with or without a zero part, or negative multinomial.
    pub(crate) fn dispersed(&self) -> bool {
        self.family.has_dispersion()
    }

    /// Parameters that are free: a common one counts once.
    pub(crate) fn free(&self) -> usize {
        crate::trajectory::tables::shared::Free::new(self).count()
    }

    pub(crate) fn groups(&self) -> usize {
        self.rate_terms.len()
    }

    pub(crate) fn block(&self, k: usize) -> usize {
        self.rate_terms[k] + self.zero_terms[k] + usize::from(self.dispersed())
    }

    /// Where the block of group `k` starts in the vector of all free parameters.
    pub(crate) fn offset(&self, k: usize) -> usize {
        self.groups() - 1 + (0..k).map(|g| self.block(g)).sum::<usize>()
    }

    /// Number of parameters, a shared one counted in every group.
    pub(crate) fn parameters(&self) -> usize {
        self.offset(self.groups())
    }

    /// The same shape with its groups in another order.
    pub(crate) fn reordered(&self, order: &[usize]) -> Shape {
        Shape {
            rate_terms: order.iter().map(|&k| self.rate_terms[k]).collect(),
            zero_terms: order.iter().map(|&k| self.zero_terms[k]).collect(),
            ..self.clone()
        }
    }

    /// `d eta / d block` and `d zeta / d block` of group `k` in interval `t`.
    pub(crate) fn jacobian(&self, k: usize, t: usize, curve: &Curve) -> ([f64; MAX_BLOCK], [f64; MAX_BLOCK]) {
        let (mut de, mut dz) = ([0.0; MAX_BLOCK], [0.0; MAX_BLOCK]);
        let (nb, nz) = (self.rate_terms[k], self.zero_terms[k]);
        de[..nb].copy_from_slice(&self.powers[t][..nb]);
        match self.family {
            Family::Zip | Family::Zinb => dz[nb..nb + nz].copy_from_slice(&self.powers[t][..nz]),
            Family::ZipTau => {
                (0..nb).for_each(|j| dz[j] = -curve.tau * self.powers[t][j]);
                // zeta = -exp(ln tau) eta
                dz[nb] = if curve.tau_is_unbounded() { 0.0 } else { curve.zeta[t] };
            }
            _ => {}
        }
        (de, dz)
    }
}

/// Parameters of a model while it is being fitted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Params {
    /// `ln` of the group shares; they sum to one.
    pub(crate) log_share: Vec<f64>,
    /// One block a group. `ln tau = -inf` means a `tau` held at 0.
    pub(crate) blocks: Vec<Vec<f64>>,
}

impl Params {
    pub(crate) fn curve(&self, shape: &Shape, k: usize) -> Curve {
        curve_of(shape, k, &self.blocks[k])
    }

    pub(crate) fn curves(&self, shape: &Shape) -> Vec<Curve> {
        (0..shape.groups()).map(|k| self.curve(shape, k)).collect()
    }

    pub(crate) fn set_shares(&mut self, mass: &[f64]) {
        let total: f64 = mass.iter().sum();
        self.log_share = mass.iter().map(|m| (m / total).ln()).collect();
    }

    /// Adds a step in the vector of all free parameters.
    pub(crate) fn step(&mut self, shape: &Shape, delta: &[f64], factor: f64) {
        for k in 1..shape.groups() {
            self.log_share[k] += factor * delta[k - 1];
        }
        let total = crate::numeric::logspace::log_sum_exp(&self.log_share);
        self.log_share.iter_mut().for_each(|s| *s -= total);
        for (k, block) in self.blocks.iter_mut().enumerate() {
            let at = shape.offset(k);
            block.iter_mut().enumerate().for_each(|(j, b)| *b += factor * delta[at + j]);
        }
    }

    pub(crate) fn reordered(&self, order: &[usize]) -> Params {
        Params {
            log_share: order.iter().map(|&k| self.log_share[k]).collect(),
            blocks: order.iter().map(|&k| self.blocks[k].clone()).collect(),
        }
    }
}

/// Less than one interval in a million that is no structural zero is none: nobody was seen in it.
const NEVER: f64 = 1e-6;

/// Linear predictors of one group over the grid.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    /// `ln` of the rate per year at liberty.
    pub(crate) eta: Vec<f64>,
    /// Logit of the structural-zero probability.
    pub(crate) zeta: Vec<f64>,
    /// Expected count of a whole interval at liberty, zero part apart.
    pub(crate) lambda: Vec<f64>,
    pub(crate) tau: f64,
    /// `ln` of the dispersion `alpha`; minus infinity when counts have none.
    pub(crate) log_alpha: f64,
}

/// Whether so few intervals are no structural zero that nothing is expected: `zeta` is the logit of one.
pub(crate) fn never_at_risk(zeta: f64) -> bool {
    crate::numeric::logspace::expit(zeta).1 < NEVER
}

impl Curve {
    /// Whether `tau` has run to infinity, where it is no parameter any more.
    pub(crate) fn tau_is_unbounded(&self) -> bool {
        tau_is_unbounded(self.tau.ln())
    }

    /// Expected count per year at liberty in interval `t`, zero part included.
    pub(crate) fn rate(&self, t: usize) -> f64 {
        let at_risk = crate::numeric::logspace::expit(self.zeta[t]).1;
        // a zero part that ran to certainty leaves nothing to expect, wherever the rate ran meanwhile
        if at_risk < NEVER {
            return 0.0;
        }
        at_risk * self.eta[t].exp()
    }
}

pub(crate) fn curve_of(shape: &Shape, k: usize, block: &[f64]) -> Curve {
    let (beta, rest) = block.split_at(shape.rate_terms[k]);
    let (zero, dispersion) = rest.split_at(shape.zero_terms[k]);
    let dot = |c: &[f64], p: &Powers| c.iter().zip(p).map(|(c, p)| c * p).sum::<f64>();
    let eta: Vec<f64> = shape.powers.iter().map(|p| dot(beta, p)).collect();
    let tau = if shape.family == Family::ZipTau { zero[0].exp() } else { 0.0 };
    let zeta = match shape.family {
        Family::Zip | Family::Zinb => shape.powers.iter().map(|p| dot(zero, p)).collect(),
        Family::ZipTau => eta.iter().map(|e| -tau * e).collect(),
        _ => vec![f64::NEG_INFINITY; shape.intervals],
    };
    let lambda = eta.iter().map(|e| (e + shape.log_width).exp()).collect();
    Curve { eta, zeta, lambda, tau, log_alpha: dispersion.first().copied().unwrap_or(f64::NEG_INFINITY) }
}
