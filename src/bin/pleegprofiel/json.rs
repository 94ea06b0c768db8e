//! The JSON object of `fit --json`: field names and order are a contract with the programs that read it.
//!
//! Numbers are written in the shortest form that reads back to the same bits; what is not finite is `null`.

use crate::failure::Failure;
use pleegprofiel::{Finding, Fit, Naming, Profile, StartKind, StartStop};
use serde::Serialize;
use std::time::Duration;

#[derive(Serialize)]
struct Object<'a> {
    family: &'static str,
    groups_count: usize,
    persons: usize,
    observations: u64,
    log_likelihood: f64,
    parameters: usize,
    aic: f64,
    bic_persons: f64,
    bic_observations: f64,
    icl: f64,
    entropy: Option<f64>,
    converged: bool,
    /// Whether no finding is fatal.
    trusted: bool,
    seconds: f64,
    gradient_norm: f64,
    shortfall: f64,
    optima: &'a [f64],
    findings: Vec<Found<'a>>,
    starts: Vec<Start>,
    groups: Vec<GroupObject<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    #[serde(flatten)]
    finding: &'a Finding,
    fatal: bool,
    message: String,
}

#[derive(Serialize)]
struct Start {
    seed: u64,
    number: usize,
    kind: StartKind,
    steps: usize,
    log_likelihood: f64,
    stop: StartStop,
}

#[derive(Serialize)]
struct GroupObject<'a> {
    share: f64,
    share_se: Option<f64>,
    members: u64,
    avepp: Option<f64>,
    occ: Option<f64>,
    mismatch: f64,
    peak_age: f64,
    profile: Option<Profile>,
    coefficients: &'a [f64],
    coefficient_se: Option<Vec<f64>>,
    zero_coefficients: &'a [f64],
    tau: Option<f64>,
    dispersion: Option<f64>,
    curve: Vec<CurvePoint>,
}

#[derive(Serialize)]
struct CurvePoint {
    /// Start of the age interval, in years.
    age: f64,
    /// Expected events per year at liberty.
    rate: f64,
    low: Option<f64>,
    high: Option<f64>,
}

pub(crate) fn object(fit: &Fit, naming: Option<&Naming>, took: Duration) -> Result<String, Failure> {
    let (model, grid) = (fit.model(), fit.grid());
    let groups = fit
        .groups
        .iter()
        .zip(model.groups())
        .enumerate()
        .map(|(k, (fitted, group))| GroupObject {
            share: group.share,
            share_se: None,
            members: fitted.members,
            avepp: fitted.avepp,
            occ: fitted.occ,
            mismatch: fitted.mismatch,
            peak_age: fitted.peak_age,
            profile: naming.and_then(|naming| naming.profile_of(k)),
            coefficients: &group.coefficients,
            coefficient_se: None,
            zero_coefficients: &group.zero_coefficients,
            tau: group.tau,
            dispersion: None,
            curve: (0..grid.len())
                .map(|j| CurvePoint { age: grid.start_age(j), rate: model.rate(k, j), low: None, high: None })
                .collect(),
        })
        .collect();
    let object = Object {
        family: fit.family().key(),
        groups_count: fit.groups.len(),
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
        trusted: fit.best().is_ok(),
        seconds: took.as_secs_f64(),
        gradient_norm: fit.gradient_norm,
        shortfall: fit.shortfall,
        optima: &fit.optima,
        findings: fit
            .findings
            .iter()
            .map(|finding| Found { finding, fatal: finding.is_fatal(), message: finding.to_string() })
            .collect(),
        starts: fit
            .starts
            .iter()
            .map(|s| Start {
                seed: s.seed,
                number: s.number,
                kind: s.kind,
                steps: s.steps,
                log_likelihood: s.log_likelihood,
                stop: s.stop,
            })
            .collect(),
        groups,
    };
    serde_json::to_string(&object)
        .map_err(|error| Failure::Output(format!("the fit cannot be written as JSON: {error}")))
}
