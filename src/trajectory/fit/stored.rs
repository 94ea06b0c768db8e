//! A fit as it stands in a file: the model and how it was sought, every figure, every start, the findings, and what
//! standard errors are worked out from. It holds no person.

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::json::number;
use crate::numeric::linalg::Square;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::record::{Seeding, StartRecord};
use crate::trajectory::fit::standard_errors::Inference;
use crate::trajectory::fit::{Fit, GroupFit};
use crate::trajectory::model::Model;
use crate::trajectory::spec::Spec;
use crate::trajectory::spec::layout::Layout;
use serde::{Deserialize, Serialize};

/// Format name of a stored fit.
pub const FIT_FORMAT: &str = "pleegprofiel-fit";
/// Its version.
pub const FIT_VERSION: u32 = 1;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredFit {
    format: String,
    version: u32,
    model: Model,
    /// What was specified, and how it was sought; the model's own form may not say all of that.
    spec: Spec,
    /// Parameters in the order of the specification.
    estimates: Vec<f64>,
    persons: usize,
    observations: u64,
    #[serde(with = "number")]
    log_likelihood: f64,
    parameters: usize,
    #[serde(with = "number")]
    aic: f64,
    #[serde(with = "number")]
    bic_persons: f64,
    #[serde(with = "number")]
    bic_observations: f64,
    #[serde(with = "number")]
    icl: f64,
    entropy: Option<f64>,
    converged: bool,
    #[serde(with = "number")]
    gradient_norm: f64,
    #[serde(with = "number")]
    shortfall: f64,
    groups: Vec<GroupFit>,
    starts: Vec<StartRecord>,
    optima: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seeding: Option<Seeding>,
    findings: Vec<Finding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    looked_at: Option<usize>,
    inference: StoredInference,
}

/// Matrices row after row.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredInference {
    determined: Vec<bool>,
    covariance: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sandwich: Option<Vec<f64>>,
    #[serde(with = "number")]
    curvature: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    population: Vec<(f64, Vec<f64>)>,
}

impl From<Fit> for StoredFit {
    fn from(fit: Fit) -> StoredFit {
        let Inference { determined, covariance, sandwich, curvature, population } = fit.inference;
        StoredFit {
            format: FIT_FORMAT.into(),
            version: FIT_VERSION,
            spec: fit.model.spec.clone(),
            estimates: fit.model.theta.clone(),
            model: fit.model,
            persons: fit.persons,
            observations: fit.observations,
            log_likelihood: fit.log_likelihood,
            parameters: fit.parameters,
            aic: fit.aic,
            bic_persons: fit.bic_persons,
            bic_observations: fit.bic_observations,
            icl: fit.icl,
            entropy: fit.entropy,
            converged: fit.converged,
            gradient_norm: fit.gradient_norm,
            shortfall: fit.shortfall,
            groups: fit.groups,
            starts: fit.starts,
            optima: fit.optima,
            seeding: fit.seeding,
            findings: fit.findings,
            looked_at: fit.looked_at,
            inference: StoredInference {
                determined,
                covariance: covariance.values().to_vec(),
                sandwich: sandwich.map(|matrix| matrix.values().to_vec()),
                curvature,
                population,
            },
        }
    }
}

impl TryFrom<StoredFit> for Fit {
    type Error = Error;
    fn try_from(stored: StoredFit) -> Result<Fit> {
        let refuse = |why: String| Err(Error::new(ErrorKind::InvalidModel, format!("not a usable fit: {why}")));
        if stored.format != FIT_FORMAT || stored.version != FIT_VERSION {
            let (format, version) = (stored.format, stored.version);
            return refuse(format!("the format is `{format:.40}` version {version}, not `{FIT_FORMAT}` {FIT_VERSION}"));
        }
        let layout = Layout::new(&stored.spec);
        let n = layout.len();
        if stored.spec.classes() != stored.groups.len() || stored.model.spec.classes() != stored.groups.len() {
            return refuse("its groups are not those of its model".into());
        }
        let inference = stored.inference;
        let matrices = [Some(&inference.covariance), inference.sandwich.as_ref()];
        let square = matrices.into_iter().flatten().all(|values| values.len() == n * n);
        let wide = inference.population.iter().all(|(_, gradient)| gradient.len() == n);
        if stored.estimates.len() != n || inference.determined.len() != n || !square || !wide {
            return refuse(format!(
                "its specification has {n} parameters, its estimates or standard errors another number"
            ));
        }
        Ok(Fit {
            model: Model { spec: stored.spec, layout, theta: stored.estimates, ..stored.model },
            persons: stored.persons,
            observations: stored.observations,
            log_likelihood: stored.log_likelihood,
            parameters: stored.parameters,
            aic: stored.aic,
            bic_persons: stored.bic_persons,
            bic_observations: stored.bic_observations,
            icl: stored.icl,
            entropy: stored.entropy,
            converged: stored.converged,
            gradient_norm: stored.gradient_norm,
            shortfall: stored.shortfall,
            groups: stored.groups,
            starts: stored.starts,
            optima: stored.optima,
            seeding: stored.seeding,
            findings: stored.findings,
            looked_at: stored.looked_at,
            inference: Inference {
                determined: inference.determined,
                covariance: Square::from_values(n, &inference.covariance),
                sandwich: inference.sandwich.map(|values| Square::from_values(n, &values)),
                curvature: inference.curvature,
                population: inference.population,
            },
        })
    }
}

impl Fit {
    /// The fit as JSON, with its record of starts, its findings and its standard errors: what a report can be made of again
    /// without the people, none of whom is in it. Numbers are written so that reading gives the same bits.
    pub fn to_json(&self) -> String {
        // numbers that JSON has no word for are written as words
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a fit from JSON.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, Family, Fit, Spec, ndarray::Array2};
    /// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
    /// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
    /// let fit = Spec::counts(Family::Poisson).groups(2).degree(0).fit(&cohort)?;
    /// assert_eq!(Fit::from_json(&fit.to_json())?, fit);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the text is no JSON, of another format or version, has unknown fields, or parts
    /// that do not belong together.
    pub fn from_json(text: &str) -> Result<Fit> {
        serde_json::from_str(text)
            .map_err(|e| Error::new(ErrorKind::InvalidModel, format!("not a usable fit: {e}").replacen(TWICE, ONCE, 1)))
    }
}

const ONCE: &str = "not a usable fit: ";
const TWICE: &str = "not a usable fit: not a usable fit: ";
