//! A model of counts with polynomial curves: shares and groups, and what the engine of tables makes of them.
//!
//! Does not belong here: what is asked of a model (`model`), and its form in a file (`stored`).

use crate::cohort::grid::AgeGrid;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::family::{Family, zero_value};
use crate::trajectory::model::group::Group;
use crate::trajectory::spec::MAX_GROUPS;
use crate::trajectory::spec::basis::MAX_DEGREE;
use crate::trajectory::tables::pass::Evaluator;
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use ndarray::Array2;

/// A model of counts whose curves are polynomials: what the engine of tables fits, and what most models are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CountModel {
    family: Family,
    grid: AgeGrid,
    groups: Vec<Group>,
    shape: Shape,
    params: Params,
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidModel, format!("not a usable trajectory model: {message}"))
}

impl CountModel {
    /// See [`Model::new`](crate::Model::new).
    pub(crate) fn new(family: Family, grid: AgeGrid, groups: Vec<Group>) -> Result<Self> {
        if groups.is_empty() || groups.len() > MAX_GROUPS {
            return Err(invalid(format!("{} groups, not 1 to {MAX_GROUPS}", groups.len())));
        }
        for (k, group) in groups.iter().enumerate() {
            check_group(family, group).map_err(|problem| invalid(format!("group {}: {problem}", k + 1)))?;
        }
        let total: f64 = groups.iter().map(|g| g.share).sum();
        if (total - 1.0).abs() > 1e-6 {
            return Err(invalid(format!("the group shares sum to {total}, not 1")));
        }
        let degrees: Vec<usize> = groups.iter().map(|g| g.coefficients.len() - 1).collect();
        let zero: Vec<usize> = groups.iter().map(|g| g.zero_coefficients.len().saturating_sub(1)).collect();
        let shape = Shape::new(family, grid, &degrees, &zero);
        let params = Params {
            log_share: groups.iter().map(|g| g.share.ln()).collect(),
            blocks: groups
                .iter()
                .map(|g| {
                    let mut block = g.coefficients.clone();
                    block.extend(&g.zero_coefficients);
                    block.extend(g.tau.map(f64::ln));
                    // the logarithm of 0 is no number a step can be taken from; this far down it is as good as 0
                    block.extend(g.dispersion.map(|alpha| alpha.max(1e-300).ln()));
                    block
                })
                .collect(),
        };
        Ok(CountModel { family, grid, groups, shape, params })
    }

    pub(crate) fn from_params(family: Family, grid: AgeGrid, shape: &Shape, params: &Params) -> Result<Self> {
        let groups = (0..shape.groups())
            .map(|k| {
                let (beta, rest) = params.blocks[k].split_at(shape.rate_terms[k]);
                let (zero, dispersion) = rest.split_at(shape.zero_terms[k]);
                Group {
                    share: params.log_share[k].exp(),
                    coefficients: beta.to_vec(),
                    zero_coefficients: if family.has_zero_curve() { zero.to_vec() } else { Vec::new() },
                    tau: (family == Family::ZipTau).then(|| zero[0].exp()),
                    dispersion: dispersion.first().map(|a| a.exp()),
                }
            })
            .collect();
        CountModel::new(family, grid, groups)
    }

    /// The count family.
    pub(crate) fn family(&self) -> Family {
        self.family
    }

    /// The age grid.
    pub(crate) fn grid(&self) -> AgeGrid {
        self.grid
    }

    /// The groups, in the model's order.
    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Expected events per year at liberty of group `k` in age interval `j`, zero part included; for
    /// [`Family::Bernoulli`] the probability of any event in the interval.
    ///
    /// # Panics
    /// When `k` or `j` is out of range.
    pub(crate) fn rate(&self, k: usize, j: usize) -> f64 {
        let curve = self.curve(k);
        match self.family {
            Family::Bernoulli => crate::numeric::logspace::expit(curve.eta[j]).0,
            _ => curve.rate(j),
        }
    }

    /// The rates of group `k` in every age interval, per year at liberty.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub(crate) fn rates(&self, k: usize) -> Vec<f64> {
        (0..self.grid.len()).map(|j| self.rate(k, j)).collect()
    }

    /// Probability of a structural zero in group `k` in every age interval; 0 for Poisson.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub(crate) fn zero_probabilities(&self, k: usize) -> Vec<f64> {
        self.curve(k).zeta.iter().map(|&z| crate::numeric::logspace::expit(z).0).collect()
    }

    /// Expected events per year at liberty of group `k` at an exact age in years, its polynomials evaluated
    /// between the middles of the age intervals; a smooth curve to draw, equal to
    /// [`CountModel::rate`] in the middle of an interval.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub(crate) fn rate_at_age(&self, k: usize, age: f64) -> f64 {
        let u = self.grid().scaled_age(age);
        let polynomial = |c: &[f64]| c.iter().rev().fold(0.0, |sum, c| sum * u + c);
        let group = &self.groups()[k];
        let eta = polynomial(&group.coefficients);
        if self.family() == Family::Bernoulli {
            return crate::numeric::logspace::expit(eta).0;
        }
        let zeta = match group.tau {
            Some(tau) => -tau * eta,
            None if group.zero_coefficients.is_empty() => f64::NEG_INFINITY,
            None => polynomial(&group.zero_coefficients),
        };
        eta.exp() * crate::numeric::logspace::expit(zeta).1
    }

    pub(crate) fn curve(&self, k: usize) -> Curve {
        self.params.curve(&self.shape, k)
    }

    /// What shows of a group's counts beside its rates: the probability of none by age, or the variance of a factor, which
    /// shows in whole histories only.
    pub(crate) fn beside_rates(&self, k: usize) -> Vec<f64> {
        let curve = self.curve(k);
        if self.family.has_factor() {
            return vec![curve.log_alpha.exp()];
        }
        // -ln P(0) of the count part: the mean, less when counts have a dispersion
        let r = (-curve.log_alpha).exp();
        let count = |t: usize| {
            let lambda = curve.lambda[t];
            if r.is_finite() { r * (lambda / r).ln_1p() } else { lambda }
        };
        (0..curve.eta.len()).map(|t| zero_value(count(t), curve.zeta[t]).exp()).collect()
    }

    pub(crate) fn shape(&self) -> &Shape {
        &self.shape
    }

    pub(crate) fn params(&self) -> &Params {
        &self.params
    }

    /// The same of histories made ready for passes, under a model of the engine of tables.
    pub(crate) fn posteriors_by(&self, evaluator: &Evaluator<'_>) -> Array2<f64> {
        let curves = self.params.curves(&self.shape);
        let groups = self.groups.len();
        let parts = evaluator.chunks(|range| {
            let mut rows = Vec::with_capacity(range.len() * groups);
            evaluator.posteriors(&self.shape, &self.params, &curves, range, &mut |_, p, _| rows.extend_from_slice(p));
            rows
        });
        let rows: Vec<f64> = parts.into_iter().flatten().collect();
        // one row of `groups` values was pushed for each history
        Array2::from_shape_vec((evaluator.histories.len(), groups), rows).unwrap_or_default()
    }
}

fn check_group(family: Family, group: &Group) -> std::result::Result<(), String> {
    let polynomial = |name: &str, c: &[f64]| {
        if c.is_empty() || c.len() > MAX_DEGREE + 1 {
            return Err(format!("{} {name} coefficients, not 1 to {}", c.len(), MAX_DEGREE + 1));
        }
        match c.iter().find(|c| !c.is_finite()) {
            Some(c) => Err(format!("a {name} coefficient is {c}")),
            None => Ok(()),
        }
    };
    if !(group.share > 0.0 && group.share <= 1.0) {
        return Err(format!("a share of {} is not above 0 and at most 1", group.share));
    }
    polynomial("rate", &group.coefficients)?;
    match (family, group.dispersion) {
        (family, Some(alpha)) if family.has_dispersion() && alpha >= 0.0 && alpha.is_finite() => {}
        (family, Some(alpha)) if family.has_dispersion() => {
            return Err(format!("a dispersion of {alpha} is not 0 or more"));
        }
        (family, None) if family.has_dispersion() => return Err(format!("the family {family} needs a dispersion")),
        (_, Some(_)) => return Err(format!("the family {family} has no dispersion")),
        _ => {}
    }
    match (family, group.zero_coefficients.is_empty(), group.tau) {
        (Family::Poisson | Family::NegBin | Family::NegMultinomial | Family::Bernoulli, true, None) => Ok(()),
        (Family::Zip | Family::Zinb, false, None) => polynomial("zero", &group.zero_coefficients),
        (Family::CensoredNormal | Family::Beta, ..) => Err(format!("the family {family} is not for counts")),
        (Family::ZipTau, true, Some(tau)) if tau >= 0.0 && tau.is_finite() => Ok(()),
        (Family::ZipTau, true, Some(tau)) => Err(format!("tau is {tau}, not 0 or more")),
        _ => Err(format!("the zero part does not match the family {family}")),
    }
}
