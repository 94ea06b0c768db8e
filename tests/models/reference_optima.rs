//! Default settings reach the best optimum that any software is known to have found on the Toronto data, with
//! every seed tried, and the log-likelihood claimed is the log-likelihood there is.
//!
//! Best known values: fixtures/reference/trajectory/README.md, table "Best log-likelihoods known": crimCV 1.0.0
//! (ZIP, ZIP(tau)), flexmix 2.3.18 and an independent L-BFGS optimiser (Poisson), up to 80 starts each; cubic in
//! age, no seed of ours.

use crate::support::data::toronto;
use crate::support::naive;
use pleegprofiel::{Family, Spec};
use rstest::rstest;

/// How far below the best known value still counts as that optimum: the closest two tops known here lie 0.13
/// apart (TO1adj, ZIP, 3 groups: crimCV's and ours), and the table is rounded to 5e-5.
const SAME_OPTIMUM: f64 = 0.05;
/// Two evaluators that sum 378 x 31 x 6 terms of size 1 to 100 in different orders: 1e5 roundings of 1e-14.
const EVALUATORS: f64 = 1e-6;

use Family::{NegBin, Poisson, Zinb, Zip, ZipTau};

/// Optima above the best known ones: pins, found by this crate with seeds 1, 2 and 3, where nobody else's number
/// can be had. What stands behind each is the second evaluator.
const ABOVE: [(&str, Family, usize, f64); 5] = [
    ("TO1adj", Zip, 3, -11238.8816),
    ("TO1", Poisson, 5, -8492.4467),
    ("TO1", Zip, 2, -8378.8470),
    ("TO1risk", Zip, 2, -9195.3915),
    ("TO1risk", Zip, 3, -8997.9810),
];

#[rstest]
#[case::to1adj_poisson_2("TO1adj", Poisson, 2, -14719.5489)]
#[case::to1adj_poisson_3("TO1adj", Poisson, 3, -13981.9706)]
#[case::to1adj_poisson_4("TO1adj", Poisson, 4, -13537.3996)]
#[case::to1adj_poisson_5("TO1adj", Poisson, 5, -13246.6957)]
#[case::to1adj_poisson_6("TO1adj", Poisson, 6, -13016.7853)]
#[case::to1adj_zip_tau_2("TO1adj", ZipTau, 2, -12183.7463)]
#[case::to1adj_zip_tau_3("TO1adj", ZipTau, 3, -11656.9200)]
#[case::to1adj_zip_tau_4("TO1adj", ZipTau, 4, -11384.1033)]
#[case::to1adj_zip_2("TO1adj", Zip, 2, -11759.1178)]
#[case::to1adj_zip_3("TO1adj", Zip, 3, -11239.0110)]
#[case::to1adj_zip_4("TO1adj", Zip, 4, -10947.9713)]
#[case::to1_poisson_2("TO1", Poisson, 2, -8934.0021)]
#[case::to1_poisson_3("TO1", Poisson, 3, -8722.3994)]
#[case::to1_poisson_4("TO1", Poisson, 4, -8580.8405)]
#[case::to1_poisson_5("TO1", Poisson, 5, -8493.2099)]
#[case::to1_poisson_6("TO1", Poisson, 6, -8437.8014)]
#[case::to1_zip_tau_2("TO1", ZipTau, 2, -8514.7120)]
#[case::to1_zip_tau_3("TO1", ZipTau, 3, -8390.7440)]
#[case::to1_zip_2("TO1", Zip, 2, -8408.8294)]
#[case::to1_zip_3("TO1", Zip, 3, -8228.9977)]
// seven groups: ours alone
#[case::to1_zip_7("TO1", Zip, 7, -8021.7864)]
#[case::to1risk_poisson_2("TO1risk", Poisson, 2, -9955.8420)]
#[case::to1risk_poisson_3("TO1risk", Poisson, 3, -9639.8455)]
#[case::to1risk_poisson_4("TO1risk", Poisson, 4, -9428.6224)]
#[case::to1risk_poisson_5("TO1risk", Poisson, 5, -9315.9080)]
#[case::to1risk_zip_tau_2("TO1risk", ZipTau, 2, -9365.6621)]
#[case::to1risk_zip_tau_3("TO1risk", ZipTau, 3, -9157.8902)]
#[case::to1risk_zip_tau_4("TO1risk", ZipTau, 4, -9018.3828)]
#[case::to1risk_zip_2("TO1risk", Zip, 2, -9218.1394)]
#[case::to1risk_zip_3("TO1risk", Zip, 3, -9044.5910)]
fn default_settings_reach_the_best_optimum_known(
    #[case] data: &str,
    #[case] family: Family,
    #[case] groups: usize,
    #[case] best: f64,
    #[values(1, 2, 3)] seed: u64,
) {
    let table = toronto(data);
    let fit = Spec::counts(family).groups(groups).seed(seed).fit(&table.cohort()).unwrap();
    let independent = naive::evaluate(fit.model(), &table).log_likelihood;
    let (gain, apart) = (fit.log_likelihood - best, (fit.log_likelihood - independent).abs());
    crate::support::note(format!(
        "{data} {family} {groups} seed {seed}: gain {gain:+.4}, evaluators {apart:.1e} apart, gradient {:.1e}, {:?}",
        fit.gradient_norm, fit.findings
    ));
    assert!(gain >= -SAME_OPTIMUM, "{} is {:.4} below the best known {best}", fit.log_likelihood, -gain);
    let pin = ABOVE.iter().find(|a| (a.0, a.1, a.2) == (data, family, groups)).map_or(best, |a| a.3);
    assert!(fit.log_likelihood >= pin - SAME_OPTIMUM, "{} is below the {pin} of before", fit.log_likelihood);
    assert!(apart <= EVALUATORS, "{} claimed, {independent} by the formulas", fit.log_likelihood);
}

/// Where time at risk is everybody's own the search rounds it. Pins: what a search on time as it is ended at with each of
/// these seeds.
#[rstest]
#[case(Zip, 4, -8897.7989)]
#[case(NegBin, 3, -9056.9087)]
#[case(Zinb, 3, -8838.2380)]
#[case(Zinb, 4, -8746.3621)]
fn a_search_on_rounded_time_ends_where_one_on_time_as_it_is_does(
    #[case] family: Family,
    #[case] groups: usize,
    #[case] best: f64,
    #[values(1, 2, 3)] seed: u64,
) {
    let fit = Spec::counts(family).groups(groups).seed(seed).fit(&toronto("TO1risk").cohort()).unwrap();
    // the pins are rounded to 5e-5
    assert!(fit.log_likelihood > best - 1e-4, "{} is below {best}", fit.log_likelihood);
    // and its starts are told by the time as it is: those that reached it have its log-likelihood
    let reached = fit.starts.iter().filter(|s| (s.log_likelihood - fit.log_likelihood).abs() < 1e-2).count();
    assert!(fit.converged && reached > 0, "{reached}");
}
