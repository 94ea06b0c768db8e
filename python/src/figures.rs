//! Whatever a fit says that needs nobody any more: what is kept of it when it is pickled.

use crate::errors;
use pleegprofiel::{Fit, Model, Spec, trajectory::{Errors, Part, StartKind, StartStop}};
use pyo3::prelude::*;
use serde::{Deserialize, Serialize};

/// `format` of a stored fit.
pub(crate) const FIT_FORMAT: &str = "pleegprofiel-python-fit";
/// Version of that form.
pub(crate) const FIT_VERSION: u32 = 2;

/// A fit as it is stored: the model by its own versioned JSON, and its figures. It holds no person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredFit {
    pub(crate) format: String,
    pub(crate) version: u32,
    pub(crate) model: Model,
    pub(crate) figures: Figures,
    pub(crate) shown: Option<super::shown::Shown>,
}

impl StoredFit {
    /// Reads the stored form.
    pub(crate) fn read(py: Python<'_>, text: &str) -> PyResult<StoredFit> {
        let stored: StoredFit =
            serde_json::from_str(text).map_err(|why| errors::stored(py, format!("not a usable fit: {why}")))?;
        if stored.format != FIT_FORMAT || stored.version != FIT_VERSION {
            let (format, version) = (stored.format, stored.version);
            return Err(errors::stored(py, format!("not {FIT_FORMAT} {FIT_VERSION} but {format:.40} {version}")));
        }
        Ok(stored)
    }
}

/// The figures of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Figures {
    pub(crate) options: Spec,
    pub(crate) persons: usize,
    pub(crate) observations: u64,
    /// None when no start had a finite likelihood; the same of what follows from it.
    pub(crate) log_likelihood: Option<f64>,
    pub(crate) parameters: usize,
    pub(crate) aic: Option<f64>,
    pub(crate) bic_persons: Option<f64>,
    pub(crate) bic_observations: Option<f64>,
    pub(crate) icl: Option<f64>,
    pub(crate) entropy: Option<f64>,
    pub(crate) converged: bool,
    pub(crate) gradient_norm: Option<f64>,
    pub(crate) shortfall: Option<f64>,
    pub(crate) groups: Vec<GroupFigures>,
    pub(crate) starts: Vec<StartFigures>,
    pub(crate) optima: Vec<f64>,
    pub(crate) findings: Vec<FindingWords>,
    pub(crate) estimates: Vec<EstimateFigures>,
    /// Row by row.
    pub(crate) information: Option<Vec<f64>>,
    pub(crate) sandwich: Option<Vec<f64>>,
    /// By group and age: low and high end of the 95 % band.
    pub(crate) bands: Vec<Vec<[Option<f64>; 2]>>,
}

/// Adequacy of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupFigures {
    pub(crate) members: u64,
    pub(crate) avepp: Option<f64>,
    pub(crate) occ: Option<f64>,
    pub(crate) mismatch: f64,
    pub(crate) peak_age: f64,
}

/// One start and its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartFigures {
    pub(crate) number: usize,
    pub(crate) seed: u64,
    pub(crate) kind: StartKind,
    pub(crate) steps: usize,
    pub(crate) log_likelihood: Option<f64>,
    pub(crate) stop: StartStop,
}

/// A finding in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindingWords {
    pub(crate) fatal: bool,
    pub(crate) words: String,
}

/// A parameter with its standard errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EstimateFigures {
    pub(crate) part: Part,
    pub(crate) group: Option<usize>,
    pub(crate) term: String,
    pub(crate) value: f64,
    pub(crate) se: Option<f64>,
    pub(crate) robust_se: Option<f64>,
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

impl Figures {
    /// Those of a fit.
    pub(crate) fn of(fit: &Fit) -> Figures {
        let information = fit.by_information();
        let robust = fit.by(Errors::Sandwich).ok().map(|by| by.estimates());
        let flat = |errors| fit.by(errors).ok().map(|by| by.covariance().into_iter().collect());
        let estimates = information.estimates().into_iter().enumerate();
        let band = |k| information.curve(0, k).iter().map(|i| [i.low, i.high]).collect();
        Figures {
            options: fit.spec().clone(),
            persons: fit.persons,
            observations: fit.observations,
            log_likelihood: finite(fit.log_likelihood),
            parameters: fit.parameters,
            aic: finite(fit.aic),
            bic_persons: finite(fit.bic_persons),
            bic_observations: finite(fit.bic_observations),
            icl: finite(fit.icl),
            entropy: fit.entropy.and_then(finite),
            converged: fit.converged,
            gradient_norm: finite(fit.gradient_norm),
            shortfall: finite(fit.shortfall),
            groups: fit
                .groups
                .iter()
                .enumerate()
                .map(|(k, g)| GroupFigures {
                    members: g.members,
                    avepp: g.avepp.and_then(finite),
                    occ: g.occ.and_then(finite),
                    mismatch: g.mismatch,
                    peak_age: fit.model().peak_age(k),
                })
                .collect(),
            starts: fit
                .starts
                .iter()
                .map(|s| StartFigures {
                    number: s.number,
                    seed: s.seed,
                    kind: s.kind,
                    steps: s.steps,
                    log_likelihood: finite(s.log_likelihood),
                    stop: s.stop,
                })
                .collect(),
            optima: fit.optima.iter().copied().filter(|l| l.is_finite()).collect(),
            findings: fit
                .findings
                .iter()
                .map(|f| FindingWords { fatal: f.is_fatal(), words: crate::header::in_words(&f.to_string()) })
                .collect(),
            estimates: estimates
                .map(|(i, e)| EstimateFigures {
                    part: e.parameter.part,
                    group: e.parameter.group.map(|group| group.counted()),
                    term: e.parameter.term,
                    value: e.value,
                    se: e.se,
                    robust_se: robust.as_ref().and_then(|robust| robust[i].se),
                })
                .collect(),
            information: flat(Errors::Information),
            sandwich: flat(Errors::Sandwich),
            bands: (0..fit.groups.len()).map(band).collect(),
        }
    }
}
