//! The estimates that other software published give, here, the log-likelihood, the posteriors and the
//! information criteria that it published with them.
//!
//! crimCV 1.0.0, flexmix 2.3.18 and trajeR 0.11.1 on the Toronto data; files, seeds and numbers of starts in
//! fixtures/reference/trajectory.

use crate::support::data::toronto;
use crate::support::note;
use crate::support::peers::{Peer, all, numbers};
use pleegprofiel::{
    Cohort, Family, Model,
    ndarray::Array2,
    trajectory::{Group, rescale},
};

/// Estimates are printed with 15 digits: 378 x 31 terms of up to 1e2 move by 1e-9 at most. crimCV's shares are half
/// an EM step ahead of its log-likelihood (see the test of posteriors below), which near the top is of second
/// order in a step of 1e-6.
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
        check_criteria(&peer, model.parameters().len(), cohort.observations());
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
        let gain = model.log_likelihood(&cohort).unwrap() - peer.number("loglik");
        note(format!("{}: {gain:+.1e}", peer.name));
        // flexmix prints shares half an EM step ahead of its log-likelihood (see the test of posteriors below), and
        // an EM step only climbs; it stopped because the last whole step gained less than 1e-6 of logL
        assert!(gain >= -PRINTED && gain <= 1e-6 * peer.number("loglik").abs(), "{}: {gain:e}", peer.name);
        assert_eq!(model.parameters().len() as f64, peer.number("npar"), "{}", peer.name);
        check_criteria(&peer, model.parameters().len(), cohort.observations());
    }
}

/// trajeR writes the coefficients of all groups in one list.
fn trajer(peer: &Peer) -> (Model, Cohort) {
    let cohort = toronto(peer.text("data")).cohort();
    // ages 8 to 38 unless scaled to [0, 1]: age = 23 + 15 u
    let (offset, factor) = if peer.text("time_scale") == "raw" { (23.0, 15.0) } else { (0.5, 0.5) };
    let (beta, share) = (numbers(&peer.json["beta"]), numbers(&peer.json["prob"]));
    let groups = beta.chunks(4).zip(share).map(|(c, share)| Group::poisson(share, rescale(c, offset, factor)));
    (Model::new(Family::Poisson, cohort.grid(), groups.collect()).unwrap(), cohort)
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

fn largest_difference(model: &Model, cohort: &Cohort, theirs: &[Vec<f64>]) -> f64 {
    let ours = model.posteriors(cohort).unwrap();
    assert_eq!(ours.nrows(), theirs.len());
    let pairs = ours.rows().into_iter().zip(theirs).flat_map(|(a, b)| a.to_vec().into_iter().zip(b.clone()));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// The model with the shares that a peer's posteriors were computed with, when its curves were the printed ones:
/// the odds of a posterior are the odds of the shares times a ratio of densities, so the ratio of their odds to
/// ours is the same for everyone.
fn with_shares_behind(model: &Model, cohort: &Cohort, theirs: &[Vec<f64>]) -> Model {
    let ours = model.posteriors(cohort).unwrap();
    let mut groups = model.groups().to_vec();
    let mut shift: Vec<Option<f64>> = vec![None; groups.len()];
    shift[0] = Some(0.0);
    // from group to group, over persons who may belong to either
    while let Some((g, by)) = (0..groups.len()).filter(|&g| shift[g].is_none()).find_map(|g| {
        let via = |h: usize| Some(shift[h]? + ratio_of_odds(&ours, theirs, g, h)?);
        (0..groups.len()).find_map(via).map(|by| (g, by))
    }) {
        shift[g] = Some(by);
    }
    for (group, by) in groups.iter_mut().zip(shift) {
        group.share *= by.expect("every group shares somebody with another").exp();
    }
    let total: f64 = groups.iter().map(|g| g.share).sum();
    groups.iter_mut().for_each(|g| g.share /= total);
    Model::new(model.family(), model.grid(), groups).unwrap()
}

/// ln of their odds of group g against group h over ours, averaged over persons who may belong to either.
fn ratio_of_odds(ours: &Array2<f64>, theirs: &[Vec<f64>], g: usize, h: usize) -> Option<f64> {
    let pairs = ours.rows().into_iter().zip(theirs);
    let either = pairs.filter(|(a, b)| [a[g], a[h], b[g], b[h]].iter().all(|&p| p > 1e-9));
    let ratios: Vec<f64> = either.map(|(a, b)| (b[g] / b[h]).ln() - (a[g] / a[h]).ln()).collect();
    (!ratios.is_empty()).then(|| ratios.iter().sum::<f64>() / ratios.len() as f64)
}

/// crimCV and flexmix end with: posteriors and log-likelihood from the curves and the shares, then shares once
/// more from those posteriors. So what they print as shares is one half step ahead of what they print as
/// posteriors and log-likelihood; by how much, their stopping rules decide. Found and shown here:
/// 1. the printed shares are the means of the printed posteriors;
/// 2. with the shares of half a step before, posteriors and log-likelihood are theirs to the last digits.
#[test]
fn posteriors_at_the_estimates_of_crimcv_and_flexmix_are_theirs() {
    let mut compared = 0;
    for peer in all("crimcv_").into_iter().chain(all("flexmix_")) {
        let Some(theirs) = peer.posteriors() else { continue };
        let cohort = toronto(peer.text("data")).cohort();
        let model = peer.model(cohort.grid());
        for (g, group) in model.groups().iter().enumerate() {
            let mean = theirs.iter().map(|row| row[g]).sum::<f64>() / theirs.len() as f64;
            // 378 numbers printed with 15 digits
            assert!((mean - group.share).abs() <= 1e-12, "{}: mean {mean}, share {}", peer.name, group.share);
        }
        let behind = with_shares_behind(&model, &cohort, &theirs);
        let printed = largest_difference(&model, &cohort, &theirs);
        let apart = largest_difference(&behind, &cohort, &theirs);
        let gap = behind.log_likelihood(&cohort).unwrap() - peer.number("loglik");
        note(format!("{}: {printed:.1e} at the printed shares, {apart:.1e} half a step before, {gap:+.1e}", peer.name));
        // coefficients of up to 1e2 with 15 digits, 31 ages: 1e-12 in a log-density
        assert!(apart <= 1e-11, "{}: {apart:e}", peer.name);
        assert!(gap.abs() <= 1e-9, "{}: {gap:e}", peer.name);
        // the last half step: crimCV has stopped moving, flexmix stops at a relative gain of 1e-6
        let moved = if peer.text("peer") == "crimCV" { 1e-6 } else { 1e-3 };
        assert!(printed <= moved, "{}: {printed:e}", peer.name);
        compared += 1;
    }
    assert_eq!(compared, 13, "a file was added or lost");
}
