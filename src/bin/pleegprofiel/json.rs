//! The JSON object of `fit --json` and `profile --json`: field names and order are a contract with the programs that read it.
//!
//! Numbers are written in the shortest form that reads back to the same bits; what is not finite is `null`.

use crate::failure::Failure;
use pleegprofiel::{
    Family, Fit, Profile,
    profile::Naming,
    trajectory::{
        Errors, Estimate, Finding, GroupNumber, Interval, Part, Precision, StartKind, StartStop,
        forms::{FormCandidate, FormChoice, Sureness},
        grolts::Grolts,
    },
};
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
    groups: Vec<GroupObject>,
    /// Effects of covariates on membership, against the first group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    membership: Vec<Effect<'a>>,
    /// The reporting checklist: 21 questions, answered or marked as the researcher's; `null` where the people were not
    /// held in memory, as its facts are of everybody's record.
    grolts: Option<&'a Grolts>,
    /// Where the standard errors and intervals of this object come from: the information, or the sandwich when the
    /// totals of people spread wider than the model allows.
    errors: Errors,
    /// What form and number of groups were chosen from; only where they were chosen.
    #[serde(skip_serializing_if = "<[FormCandidate]>::is_empty")]
    chosen_from: &'a [FormCandidate],
    /// How sure posteriors are under the chosen form and under Poisson.
    #[serde(skip_serializing_if = "Option::is_none")]
    sureness: Option<Sureness>,
}

#[derive(Serialize)]
struct Effect<'a> {
    group: Option<GroupNumber>,
    term: &'a str,
    coefficient: f64,
    se: Option<f64>,
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
struct GroupObject {
    share: f64,
    share_se: Option<f64>,
    members: u64,
    avepp: Option<f64>,
    occ: Option<f64>,
    mismatch: f64,
    peak_age: f64,
    profile: Option<Profile>,
    coefficients: Vec<f64>,
    /// None where the data do not determine a coefficient, or it ran to a boundary.
    coefficient_se: Vec<Option<f64>>,
    zero_coefficients: Vec<f64>,
    zero_coefficient_se: Vec<Option<f64>>,
    tau: Option<f64>,
    tau_se: Option<f64>,
    /// `alpha` of negbin and zinb; variance of the factor of negmult.
    dispersion: Option<f64>,
    dispersion_se: Option<f64>,
    /// Standard deviation of cnorm.
    sigma: Option<f64>,
    sigma_se: Option<f64>,
    /// Precision `phi` of beta.
    precision: Option<f64>,
    precision_se: Option<f64>,
    curve: Vec<CurvePoint>,
    /// All of that by the information, and by the sandwich, whichever stands above.
    information: GroupPrecision,
    /// None when there are too many people for it.
    sandwich: Option<GroupPrecision>,
}

/// Standard errors and intervals of one kind.
#[derive(Serialize)]
struct GroupPrecision {
    share_se: Option<f64>,
    coefficient_se: Vec<Option<f64>>,
    zero_coefficient_se: Vec<Option<f64>>,
    /// Of `tau`, `dispersion`, `sigma` or `precision`, whichever the family has.
    spread_se: Option<f64>,
    /// Ends of the 95 % interval by age interval.
    curve: Vec<[Option<f64>; 2]>,
}

impl GroupPrecision {
    fn new(fit: &Fit, by: Precision<'_>, k: usize) -> GroupPrecision {
        let estimates = by.estimates();
        let of = |part: Part| -> Vec<Option<f64>> {
            let mine = |e: &&Estimate| e.parameter.part == part && e.parameter.group.is_none_or(|g| g.index() == k);
            estimates.iter().filter(mine).map(|e| e.se).collect()
        };
        GroupPrecision {
            share_se: by.population_shares()[k].se.filter(|_| fit.groups.len() > 1),
            coefficient_se: of(Part::Curve),
            zero_coefficient_se: of(Part::Zero),
            spread_se: by.spread(0, k).and_then(|i| i.se),
            curve: by.curve(0, k).iter().map(|i| [i.low, i.high]).collect(),
        }
    }
}

#[derive(Serialize)]
struct CurvePoint {
    /// Start of the age interval, in years.
    age: f64,
    /// Expected events per year at liberty (bernoulli: probability of any; cnorm, beta: mean).
    rate: f64,
    low: Option<f64>,
    high: Option<f64>,
}

fn effect(e: &Estimate) -> Effect<'_> {
    Effect { group: e.parameter.group, term: &e.parameter.term, coefficient: e.value, se: e.se }
}

pub(crate) fn object(
    fit: &Fit,
    naming: Option<&Naming>,
    took: Duration,
    grolts: Option<&Grolts>,
    choice: Option<&FormChoice>,
) -> Result<String, Failure> {
    let (model, by) = (fit.model(), fit.as_advised());
    let (information, sandwich) = (fit.by_information(), fit.by(Errors::Sandwich).ok());
    let family = model.spec().outcomes()[0].family();
    let (grid, shares) = (model.grid(), by.population_shares());
    let estimates = by.estimates();
    let group = |k: usize| {
        let of = |part: Part| -> (Vec<f64>, Vec<Option<f64>>) {
            let mine = |e: &&Estimate| e.parameter.part == part && e.parameter.group.is_none_or(|g| g.index() == k);
            estimates.iter().filter(mine).map(|e| (e.value, e.se)).unzip()
        };
        let (coefficients, coefficient_se) = of(Part::Curve);
        let (zero_coefficients, zero_coefficient_se) = of(Part::Zero);
        let spread = |of: &[Family]| by.spread(0, k).filter(|_| of.contains(&family));
        let value = |i: Option<Interval>| (i.map(|i| i.value), i.and_then(|i| i.se));
        let (tau, tau_se) = value(spread(&[Family::ZipTau]));
        let (dispersion, dispersion_se) = value(spread(&[Family::NegBin, Family::Zinb, Family::NegMultinomial]));
        let (sigma, sigma_se) = value(spread(&[Family::CensoredNormal]));
        let (precision, precision_se) = value(spread(&[Family::Beta]));
        let curve = by.curve(0, k);
        let peak = (0..curve.len()).rev().max_by(|&a, &b| curve[a].value.total_cmp(&curve[b].value)).unwrap_or(0);
        let class = &fit.groups[k];
        GroupObject {
            share: class.share,
            share_se: shares[k].se.filter(|_| fit.groups.len() > 1),
            members: class.members,
            avepp: class.avepp,
            occ: class.occ,
            mismatch: class.mismatch,
            peak_age: grid.start_age(peak),
            profile: naming.and_then(|naming| naming.profile_of(k)),
            coefficients,
            coefficient_se,
            zero_coefficients,
            zero_coefficient_se,
            tau,
            tau_se,
            dispersion,
            dispersion_se,
            sigma,
            sigma_se,
            precision,
            precision_se,
            curve: curve
                .iter()
                .enumerate()
                .map(|(j, p)| CurvePoint { age: grid.start_age(j), rate: p.value, low: p.low, high: p.high })
                .collect(),
            information: GroupPrecision::new(fit, information, k),
            sandwich: sandwich.map(|by| GroupPrecision::new(fit, by, k)),
        }
    };
    let object = Object {
        family: family.key(),
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
        groups: (0..fit.groups.len()).map(group).collect(),
        membership: match model.spec().membership_names().is_empty() {
            true => Vec::new(),
            false => estimates.iter().filter(|e| e.parameter.part == Part::Membership).map(effect).collect(),
        },
        grolts,
        errors: by.errors(),
        chosen_from: choice.map_or(&[], |c| &c.candidates),
        sureness: choice.and_then(|c| c.sureness),
    };
    serde_json::to_string(&object)
        .map_err(|error| Failure::Output(format!("the fit cannot be written as JSON: {error}")))
}
