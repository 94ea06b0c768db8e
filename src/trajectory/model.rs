//! A fitted (or given) trajectory model: shares and curves, posterior probabilities, and its JSON form.

use super::family::{Family, zero_value};
use super::forms::FormCandidate;
use super::pass::{Evaluator, MAX_GROUPS};
use super::shape::{Curve, MAX_DEGREE, Params, Shape};
use super::stored;
use crate::cohort::builder::{CohortBuilder, PersonRow};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, ErrorKind, Result};
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Format name in a stored model.
pub const MODEL_FORMAT: &str = "pleegprofiel-trajectory-model";
/// Format version in a stored model.
pub const MODEL_VERSION: u32 = 1;

/// One latent group: its share and its curves.
///
/// Coefficients are of powers 0, 1, 2, .. of the scaled age `u`, which runs from -1 in the first age
/// interval of the grid to 1 in the last: `ln(rate) = b0 + b1 u + b2 u^2 + ..`, the rate in events per
/// year at liberty. To bring polynomials of another age scale here, see [`rescale`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Share of the population, in (0, 1].
    pub share: f64,
    /// Coefficients of the log rate.
    pub coefficients: Vec<f64>,
    /// Coefficients of the logit of the structural-zero probability; empty unless [`Family::Zip`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zero_coefficients: Vec<f64>,
    /// `tau` of [`Family::ZipTau`], 0 or more; `None` for other families.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tau: Option<f64>,
    /// Dispersion `alpha` of [`Family::NegBin`] and [`Family::Zinb`] (variance `lambda + alpha lambda^2`), or variance
    /// of the factor of [`Family::NegMultinomial`]; `None` for other families.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispersion: Option<f64>,
}

/// A group-based trajectory model on an age grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct TrajectoryModel {
    family: Family,
    grid: AgeGrid,
    groups: Vec<Group>,
    shape: Shape,
    params: Params,
    chosen_from: Vec<FormCandidate>,
    profiles: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u32,
    family: Family,
    grid: AgeGrid,
    groups: Vec<Group>,
    /// What the form and the number of groups were chosen from; nothing when they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chosen_from: Vec<FormCandidate>,
    /// What was decided about the groups, which is no concern of this layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profiles: Option<serde_json::Value>,
}

impl From<TrajectoryModel> for Stored {
    fn from(model: TrajectoryModel) -> Stored {
        Stored {
            format: MODEL_FORMAT.into(),
            version: MODEL_VERSION,
            family: model.family,
            grid: model.grid,
            groups: model.groups,
            chosen_from: model.chosen_from,
            profiles: model.profiles,
        }
    }
}

impl TryFrom<Stored> for TrajectoryModel {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        if stored.format != MODEL_FORMAT {
            return Err(invalid(format!("the format is `{:.40}`, not `{MODEL_FORMAT}`", stored.format)));
        }
        if stored.version != MODEL_VERSION {
            return Err(invalid(format!("format version {} is not {MODEL_VERSION}", stored.version)));
        }
        let model = TrajectoryModel::new(stored.family, stored.grid, stored.groups)?;
        Ok(TrajectoryModel { profiles: stored.profiles, ..model.with_record(stored.chosen_from) })
    }
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidModel, format!("not a usable trajectory model: {message}"))
}

impl TrajectoryModel {
    /// A model from given groups, for instance published estimates.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, Group, TrajectoryModel};
    /// let group = |share, level: f64| Group::poisson(share, [level]);
    /// let grid = AgeGrid::years(12, 39)?;
    /// let model = TrajectoryModel::new(Family::Poisson, grid, vec![group(0.7, -3.0), group(0.3, 0.0)])?;
    /// assert!((model.rate(1, 0) - 1.0).abs() < 1e-15); // events per year
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when there are no groups or more than 32, shares are not positive or
    /// do not sum to 1 within 1e-6, a coefficient is not finite, a polynomial has no terms or a degree above
    /// 5, or zero parts do not match the family.
    pub fn new(family: Family, grid: AgeGrid, groups: Vec<Group>) -> Result<Self> {
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
        Ok(TrajectoryModel { family, grid, groups, shape, params, chosen_from: Vec::new(), profiles: None })
    }

    /// The same model with the record of what its form and number of groups were chosen from, which is stored with it.
    pub fn with_record(mut self, chosen_from: Vec<FormCandidate>) -> Self {
        self.chosen_from = chosen_from;
        self
    }

    /// The same model with what was decided about its groups, which is stored with it.
    pub(crate) fn with_profiles(self, profiles: serde_json::Value) -> Self {
        TrajectoryModel { profiles: Some(profiles), ..self }
    }

    pub(crate) fn profiles(&self) -> Option<&serde_json::Value> {
        self.profiles.as_ref()
    }

    /// What the form and the number of groups were chosen from; empty when they were given.
    pub fn chosen_from(&self) -> &[FormCandidate] {
        &self.chosen_from
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
        TrajectoryModel::new(family, grid, groups)
    }

    /// The count family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        self.grid
    }

    /// The groups, in the model's order.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Number of free parameters: `K - 1` shares and every coefficient.
    pub fn parameters(&self) -> usize {
        self.shape.parameters()
    }

    /// Expected events per year at liberty of group `k` in age interval `j`, zero part included; for
    /// [`Family::Bernoulli`] the probability of any event in the interval.
    ///
    /// # Panics
    /// When `k` or `j` is out of range.
    pub fn rate(&self, k: usize, j: usize) -> f64 {
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
    pub fn rates(&self, k: usize) -> Vec<f64> {
        (0..self.grid.len()).map(|j| self.rate(k, j)).collect()
    }

    /// Probability of a structural zero in group `k` in every age interval; 0 for Poisson.
    ///
    /// # Panics
    /// When `k` is out of range.
    pub fn zero_probabilities(&self, k: usize) -> Vec<f64> {
        self.curve(k).zeta.iter().map(|&z| crate::numeric::logspace::expit(z).0).collect()
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

    /// Log-likelihood of a cohort under this model, with every constant (`-ln y!`).
    ///
    /// # Errors
    /// When the cohort is on another age grid.
    pub fn log_likelihood(&self, cohort: &Cohort) -> Result<f64> {
        self.check_grid(cohort)?;
        if !self.family.is_plain() {
            return Ok(self.to_general().log_likelihood_of(&self.panel(cohort)));
        }
        let evaluator = Evaluator::new(&cohort.histories);
        Ok(evaluator.pass(&self.shape, &self.params, &self.params.curves(&self.shape)).log_likelihood)
    }

    /// Posterior probabilities of group membership, persons x groups; rows sum to 1.
    ///
    /// # Errors
    /// When the cohort is on another age grid.
    pub fn posteriors(&self, cohort: &Cohort) -> Result<Array2<f64>> {
        self.check_grid(cohort)?;
        let distinct = self.distinct_posteriors(cohort);
        let mut all = Array2::zeros((cohort.persons(), self.groups.len()));
        for (i, mut row) in all.rows_mut().into_iter().enumerate() {
            row.assign(&distinct.row(cohort.history_of(i)));
        }
        Ok(all)
    }

    /// Posterior probabilities of one person.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, Group, PersonRow, TrajectoryModel};
    /// let group = |share, level: f64| Group::poisson(share, [level]);
    /// let model = TrajectoryModel::new(Family::Poisson, AgeGrid::years(18, 19)?, vec![group(0.7, -3.0), group(0.3, 0.0)])?;
    /// // nothing observed: the posterior is the shares
    /// let p = model.posterior(PersonRow::new(&[None, None]))?;
    /// assert!((p[0] - 0.7).abs() < 1e-15 && (p[1] - 0.3).abs() < 1e-15);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`CohortBuilder::push`].
    pub fn posterior(&self, person: PersonRow<'_>) -> Result<Vec<f64>> {
        let mut builder = CohortBuilder::new(self.grid);
        builder.push(person)?;
        Ok(self.distinct_posteriors(&builder.finish()).row(0).to_vec())
    }

    pub(crate) fn distinct_posteriors(&self, cohort: &Cohort) -> Array2<f64> {
        if !self.family.is_plain() {
            return self.to_general().posteriors_of(&self.panel(cohort));
        }
        self.posteriors_by(&Evaluator::new(&cohort.histories))
    }

    /// The same of histories made ready for passes, under a model of the plain engine.
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

    pub(crate) fn check_grid(&self, cohort: &Cohort) -> Result<()> {
        if cohort.grid() == self.grid {
            return Ok(());
        }
        let show = |g: AgeGrid| format!("{} intervals of {} months from age {}", g.len(), g.width_months(), g.label(0));
        Err(Error::options(format!("the cohort has {}, the model {}", show(cohort.grid()), show(self.grid))))
    }

    /// The model as JSON. Numbers are written so that reading gives the same bits.
    pub fn to_json(&self) -> String {
        // a model holds nothing that JSON cannot: finite numbers, strings, arrays
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a model from JSON.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the text is not JSON, of another format or version, has unknown
    /// fields, or does not pass the checks of [`TrajectoryModel::new`].
    pub fn from_json(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|e| {
            let told = stored::of_another_kind(text, MODEL_FORMAT).unwrap_or_else(|| e.to_string());
            let prefix = "not a usable trajectory model: ";
            invalid(told.strip_prefix(prefix).unwrap_or(&told).to_owned())
        })
    }

    /// Reads a model from a file.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Io`] when the file cannot be read, otherwise as [`TrajectoryModel::from_json`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|cause| Error::io(&path.display().to_string(), "read", cause))?;
        TrajectoryModel::from_json(&text)
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

/// Coefficients of a polynomial in `x`, rewritten for `u` where `x = offset + factor * u`.
///
/// A cubic in `t = (age - first) / (last - first)`, as crimCV, trajeR and flexmix users write it, comes to
/// the crate's scale with `t = 0.5 + 0.5 u`; one in raw age with `age = mid + half_range * u`.
///
/// ```
/// // 1 + 2 t at t = 0.5 + 0.5 u is 2 + u
/// assert_eq!(pleegprofiel::rescale(&[1.0, 2.0], 0.5, 0.5), vec![2.0, 1.0]);
/// ```
pub fn rescale(coefficients: &[f64], offset: f64, factor: f64) -> Vec<f64> {
    // Horner's rule on polynomials: p <- p * (offset + factor u) + c
    let mut p = vec![0.0; coefficients.len()];
    for &c in coefficients.iter().rev() {
        for i in (0..p.len()).rev() {
            p[i] = p[i] * offset + if i > 0 { p[i - 1] * factor } else { 0.0 };
        }
        if let Some(first) = p.first_mut() {
            *first += c;
        }
    }
    p
}
