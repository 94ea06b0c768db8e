//! People scored by models that have not seen them: one step against true refits, and crimCV's CVE.
//!
//! CVE values: fixtures/reference/trajectory/fits.csv, column `cve` (crimCV 1.0.0, Toronto data, cubic). Of the 14
//! rows with a value all but two are of the optimum found here; where this crate finds a better one (TO1 ZIP 2,
//! TO1adj ZIP 3) the CVE is that of another model and comes within 0.005 all the same.

use crate::support::data::{fixture, toronto};
use pleegprofiel::{
    Family, Fit, OutcomeSpec, Panel, Spec,
    trajectory::{
        Errors,
        inference::{Folds, LeaveOneOut, LeaveOutMethod},
    },
};
use rstest::rstest;

fn fitted(data: &str, family: Family, groups: usize) -> (Panel, Fit) {
    let panel = Panel::from_cohort(&toronto(data).cohort());
    let fit = Spec::new(groups).outcome(OutcomeSpec::counts(family)).fit(&panel).unwrap();
    (panel, fit)
}

fn scores(data: &str, family: Family, groups: usize, method: LeaveOutMethod) -> (Fit, LeaveOneOut) {
    let (panel, fit) = fitted(data, family, groups);
    let scores = fit.leave_one_out(&panel, method).unwrap();
    (fit, scores)
}

/// crimCV's log-likelihood and CVE.
fn crimcv(data: &str, family: Family, groups: usize) -> (f64, f64) {
    let name = if family == Family::Zip { "ZIP" } else { "ZIPt" };
    let text = std::fs::read_to_string(fixture("reference/trajectory/fits.csv")).unwrap();
    let prefix = format!("crimCV,1.0.0,{data},378,31,{name},{groups},3,");
    let row = text.lines().filter_map(|l| l.strip_prefix(&prefix)).find(|r| !r.split(',').nth(4).unwrap().is_empty());
    let fields: Vec<&str> = row.unwrap().split(',').collect();
    (fields[1].parse().unwrap(), fields[4].parse().unwrap())
}

#[rstest]
#[case(Family::Poisson, 2)]
#[case(Family::Poisson, 3)]
#[case(Family::Zip, 2)]
#[case(Family::Zip, 3)]
fn one_step_is_within_a_percent_of_378_true_refits(#[case] family: Family, #[case] groups: usize) {
    let (fit, step) = scores("TO1", family, groups, LeaveOutMethod::OneStep);
    let (_, refit) = scores("TO1", family, groups, LeaveOutMethod::Refit);
    assert!(refit.not_converged.is_empty());
    assert!((step.log_score / refit.log_score - 1.0).abs() < 0.01);
    // sharper: of what leaving out costs, which is 28 to 49 units of 9,000, no more than 5 % is lost; measured
    // 0.3 % to 2.3 %
    let (own, theirs) = (fit.log_likelihood - step.log_score, fit.log_likelihood - refit.log_score);
    assert!(theirs > 0.0 && (own / theirs - 1.0).abs() < 0.05, "{own} {theirs}");
    // and the few who need a climb are few
    assert!(step.climbed.len() < 10, "{}", step.climbed.len());
    assert!((step.cve[0] - refit.cve[0]).abs() < 2e-4);
    if (family, groups) == (Family::Zip, 3) {
        // the same optimum as crimCV's: its CVE, and its own proper score (params/crimcv_TO1_ZIP_3_i20.json)
        assert!((refit.cve[0] - crimcv("TO1", family, groups).1).abs() < 5e-6);
        assert!((-2.0 * refit.log_score / 16555.8745705956 - 1.0).abs() < 1e-4);
    }
}

#[rstest]
#[case("TO1", Family::Zip, 1)]
#[case("TO1", Family::Zip, 2)]
#[case("TO1", Family::Zip, 3)]
#[case("TO1", Family::ZipTau, 1)]
#[case("TO1", Family::ZipTau, 2)]
#[case("TO1", Family::ZipTau, 3)]
#[case("TO1adj", Family::Zip, 1)]
#[case("TO1adj", Family::Zip, 2)]
#[case("TO1adj", Family::Zip, 3)]
#[case("TO1adj", Family::Zip, 4)]
#[case("TO1adj", Family::ZipTau, 1)]
#[case("TO1adj", Family::ZipTau, 2)]
#[case("TO1adj", Family::ZipTau, 3)]
#[case("TO1adj", Family::ZipTau, 4)]
fn crimcvs_cve_is_reproduced_by_one_step(#[case] data: &str, #[case] family: Family, #[case] groups: usize) {
    let (log_likelihood, cve) = crimcv(data, family, groups);
    let (fit, step) = scores(data, family, groups, LeaveOutMethod::OneStep);
    assert!((step.cve[0] - cve).abs() < 0.005, "{} {cve}", step.cve[0]);
    // at the same optimum one step is closer still
    let same = (fit.log_likelihood - log_likelihood).abs() < 1e-3;
    assert!(same || fit.log_likelihood > log_likelihood);
    assert!(!same || (step.cve[0] - cve).abs() < 6e-4, "{} {cve}", step.cve[0]);
}

#[rstest]
#[case("TO1", Family::ZipTau, 3)]
#[case("TO1adj", Family::Zip, 2)]
#[case("TO1adj", Family::ZipTau, 2)]
fn crimcvs_cve_is_reproduced_by_true_refits(#[case] data: &str, #[case] family: Family, #[case] groups: usize) {
    let (log_likelihood, cve) = crimcv(data, family, groups);
    let (fit, refit) = scores(data, family, groups, LeaveOutMethod::Refit);
    assert!((fit.log_likelihood - log_likelihood).abs() < 1e-3);
    // 5e-6 is what six printed digits and crimCV's stopping rule leave; measured 2e-6 at most
    assert!((refit.cve[0] - cve).abs() < 5e-6, "{} {cve}", refit.cve[0]);
    let file = format!(
        "reference/trajectory/params/crimcv_{data}_{}_{groups}_i20.json",
        if family == Family::Zip { "ZIP" } else { "ZIPt" }
    );
    let stored: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(fixture(&file)).unwrap()).unwrap();
    let proper = stored["loo_minus2_loglik"].as_f64().unwrap();
    assert!((-2.0 * refit.log_score / proper - 1.0).abs() < 1e-4, "{} {proper}", -2.0 * refit.log_score);
    assert!((refit.cve_squared[0] / stored["cve_squared"].as_f64().unwrap() - 1.0).abs() < 1e-4);
}

#[test]
fn folds_are_seeded_whole_and_as_many_as_persons_leave_one_out() {
    let table = toronto("TO1");
    let panel =
        Panel::from_cohort(&crate::support::data::Table { people: table.people[..60].to_vec(), ..table }.cohort());
    let fit = Spec::new(2).outcome(OutcomeSpec::counts(Family::Poisson).degree(2)).fit(&panel).unwrap();
    let ten = fit.cross_validate(&panel, Folds::new(10)).unwrap();
    assert_eq!(ten, fit.cross_validate(&panel, Folds::new(10)).unwrap());
    assert_ne!(ten.fold, fit.cross_validate(&panel, Folds::new(10).seed(2)).unwrap().fold);
    assert!((0..10).all(|f| ten.fold.iter().filter(|&&g| g == f).count() == 6));
    let all = fit.cross_validate(&panel, Folds::new(60)).unwrap();
    let one = fit.leave_one_out(&panel, LeaveOutMethod::Refit).unwrap();
    for (a, b) in all.log_scores.iter().zip(&one.log_scores) {
        assert!((a - b).abs() < 1e-5, "{a} {b}");
    }
    assert!((all.se - one.se).abs() < 1e-3 && ten.log_score < fit.log_likelihood);
    // searched anew, a fold's own optimum may be another one, but here it is not
    let searched = fit.cross_validate(&panel, Folds::new(5).starts(10)).unwrap();
    let climbed = fit.cross_validate(&panel, Folds::new(5)).unwrap();
    assert!((searched.log_score - climbed.log_score).abs() < 1.0, "{} {}", searched.log_score, climbed.log_score);
    assert!(fit.cross_validate(&panel, Folds::new(61)).unwrap_err().to_string().contains("61 folds"));
}

#[test]
fn another_panel_than_the_one_fitted_is_refused() {
    let (_, fit) = fitted("TO1", Family::Poisson, 2);
    let other = Panel::from_cohort(&toronto("TO1adj").cohort());
    let message = fit.leave_one_out(&other, LeaveOutMethod::OneStep).unwrap_err().to_string();
    assert!(message.contains("not the one that was fitted"), "{message}");
    assert!(fit.by(Errors::Information).unwrap().estimates().iter().all(|e| e.se.is_some()));
}
