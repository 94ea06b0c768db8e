//! The estimates that other software published give, here, the log-likelihood, the posteriors and the
//! information criteria that it published with them.
//!
//! crimCV 1.0.0, flexmix 2.3.18 and trajeR 0.11.1 on the Toronto data; files, seeds and numbers of starts in
//! fixtures/reference/trajectory.

mod support;

use pleegprofiel::{Family, FitOptions, Group, TrajectoryModel, rescale};
use support::data::toronto;
use support::note;
use support::peers::{Peer, all, numbers};

/// Estimates are printed with 15 digits, shares of crimCV with 12 decimals; the log-likelihood is a sum over 378
/// persons, each moved by at most the relative error of a share.
const PRINTED: f64 = 1e-6;

/// -2 logL + 2p and -2 logL + p ln(persons x ages), from the peer's own log-likelihood: only arithmetic.
fn check_criteria(peer: &Peer, parameters: usize, observations: u64) {
    let (minus2, p) = (-2.0 * peer.number("loglik"), parameters as f64);
    assert!((minus2 + 2.0 * p - peer.number("aic")).abs() < 1e-9, "{}", peer.name);
    assert!((minus2 + p * (observations as f64).ln() - peer.number("bic")).abs() < 1e-9, "{}", peer.name);
}

#[test]
fn estimates_of_crimcv_have_the_log_likelihood_crimcv_gives_them() {
    let files = all("crimcv_");
    assert_eq!(files.len(), 19, "a file was added or lost");
    let mut largest = 0.0_f64;
    for peer in files {
        let cohort = toronto(peer.text("data")).cohort();
        let model = peer.model(cohort.grid());
        // shares as printed, not normalised: they sum to 1 within their last digit
        let shares: f64 = model.groups().iter().map(|g| g.share).sum();
        assert!((shares - 1.0).abs() <= 1e-11, "{}: shares sum to {shares}", peer.name);
        let apart = (model.log_likelihood(&cohort).unwrap() - peer.number("loglik")).abs();
        note(format!("{}: {apart:.1e} apart, shares 1{:+.1e}", peer.name, shares - 1.0));
        assert!(apart <= PRINTED, "{}: {apart:e} apart", peer.name);
        check_criteria(&peer, model.parameters(), cohort.observations());
        largest = largest.max(apart);
    }
    note(format!("largest {largest:.1e}"));
}

#[test]
fn estimates_of_flexmix_have_the_log_likelihood_flexmix_gives_them() {
    let files = all("flexmix_");
    assert_eq!(files.len(), 17, "a file was added or lost");
    for peer in files {
        let cohort = toronto(peer.text("data")).cohort();
        let model = peer.model(cohort.grid());
        let apart = model.log_likelihood(&cohort).unwrap() - peer.number("loglik");
        note(format!("{}: {apart:+.1e}", peer.name));
        assert_eq!(model.parameters() as f64, peer.number("npar"), "{}", peer.name);
        check_criteria(&peer, model.parameters(), cohort.observations());
    }
}

/// trajeR writes the coefficients of all groups in one list.
fn trajer(peer: &Peer) -> (TrajectoryModel, pleegprofiel::Cohort) {
    let cohort = toronto(peer.text("data")).cohort();
    // ages 8 to 38 unless scaled to [0, 1]: age = 23 + 15 u
    let (offset, factor) = if peer.text("time_scale") == "raw" { (23.0, 15.0) } else { (0.5, 0.5) };
    let (beta, share) = (numbers(&peer.json["beta"]), numbers(&peer.json["prob"]));
    let groups = beta.chunks(4).zip(share).map(|(c, share)| Group {
        share,
        coefficients: rescale(c, offset, factor),
        zero_coefficients: vec![],
        tau: None,
    });
    (TrajectoryModel::new(Family::Poisson, cohort.grid(), groups.collect()).unwrap(), cohort)
}

#[test]
fn estimates_of_trajer_have_the_log_likelihood_trajer_gives_them() {
    let files = all("trajer_");
    assert_eq!(files.len(), 3, "a file was added or lost");
    for peer in files {
        let (model, cohort) = trajer(&peer);
        let apart = model.log_likelihood(&cohort).unwrap() - peer.number("loglik");
        note(format!("{}: {apart:+.1e}", peer.name));
        assert!(apart.abs() <= PRINTED, "{}: {apart:e}", peer.name);
    }
}

fn largest_difference(model: &TrajectoryModel, cohort: &pleegprofiel::Cohort, theirs: &[Vec<f64>]) -> f64 {
    let ours = model.posteriors(cohort).unwrap();
    assert_eq!(ours.nrows(), theirs.len());
    ours.rows()
        .into_iter()
        .zip(theirs)
        .flat_map(|(a, b)| a.into_iter().zip(b).map(|(a, b)| (a - b).abs()))
        .fold(0.0, f64::max)
}

#[test]
fn posteriors_at_the_estimates_of_crimcv_and_flexmix_are_theirs() {
    let mut compared = 0;
    for peer in all("crimcv_").into_iter().chain(all("flexmix_")) {
        let Some(theirs) = peer.posteriors() else { continue };
        let cohort = toronto(peer.text("data")).cohort();
        let apart = largest_difference(&peer.model(cohort.grid()), &cohort, &theirs);
        note(format!("{}: {apart:.1e}", peer.name));
        compared += 1;
    }
    assert_eq!(compared, 12, "a file was added or lost");
}
