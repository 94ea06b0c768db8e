//! What cannot be fitted is refused before fitting, with the column and the reason, all problems at once; and
//! nothing a panel may hold makes the engine panic or run on.

use ndarray::{Array2, array};
use pleegprofiel::{
    AgeGrid, Error, ErrorKind, Family, OutcomeSpec, Panel, Spec,
    trajectory::{Basis, Dropout, Errors},
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use rstest::rstest;

const N: usize = 40;
const T: usize = 5;

fn grid() -> AgeGrid {
    AgeGrid::years(12, 11 + T as u32).unwrap()
}

fn counts() -> Array2<Option<f64>> {
    Array2::from_shape_fn((N, T), |(i, t)| Some(f64::from(((i * 7 + t * 3 + i * t) % 5) as u8 * u8::from(i % 3 == 0))))
}

fn panel() -> Panel {
    Panel::new(grid()).series("y", counts().view()).unwrap()
}

/// One number a person or a cell, without a pattern.
fn scattered(k: usize) -> f64 {
    ((k * 7_919 + 13) % 101) as f64 / 101.0
}

fn persons(f: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..N).map(f).collect()
}

fn cells(f: impl Fn(usize, usize) -> f64) -> Array2<f64> {
    Array2::from_shape_fn((N, T), |(i, t)| f(i, t))
}

fn spec(family: Family) -> Spec {
    Spec::new(2).outcome(OutcomeSpec::new("y", family).degree(1)).starts(2)
}

fn refused(spec: &Spec, panel: &Panel, kind: ErrorKind, words: &[&str]) -> Error {
    let error = spec.fit(panel).unwrap_err();
    let text = error.to_string();
    assert_eq!(error.kind(), kind, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
    error
}

use ErrorKind::{InvalidInput, InvalidOptions};

#[test]
fn collinear_and_constant_covariates_of_persons_are_named() {
    let panel = panel()
        .covariate("a", &persons(scattered))
        .unwrap()
        .covariate("b", &persons(|i| 3.0 - 2.0 * scattered(i)))
        .unwrap()
        .covariate("c", &[4.0; N])
        .unwrap();
    let both = refused(
        &spec(Family::Poisson).membership(["a", "b", "c"]),
        &panel,
        InvalidInput,
        &["column b: collinear: it follows exactly from `a`", "column c: every person has 4"],
    );
    assert_eq!(both.issue_count(), 2);
}

#[test]
fn a_covariate_that_separates_the_groups_is_named_and_no_share_has_an_interval() {
    // the same people offend, and a lot, who have it
    let has = |i: usize| i.is_multiple_of(3);
    let values = Array2::from_shape_fn((N, T), |(i, t)| Some(if has(i) { 9.0 + ((i + t) % 3) as f64 } else { 0.0 }));
    let panel = Panel::new(grid()).series("y", values.view()).unwrap();
    let panel = panel.covariate("has", &persons(|i| f64::from(u8::from(has(i))))).unwrap();
    let fit = spec(Family::Poisson).membership(["has"]).fit(&panel).unwrap();
    let said: Vec<String> = fit.findings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|s| s.contains("no standard error") && s.contains("membership, has")), "{said:?}");
    for errors in [Errors::Information, Errors::Sandwich] {
        for share in fit.by(errors).unwrap().population_shares() {
            assert_eq!((share.se, share.low, share.high), (None, None, None), "{share:?}");
        }
    }
    assert!((fit.groups[1].share - 14.0 / 40.0).abs() < 1e-6, "{:?}", fit.groups);
}

#[test]
fn of_many_reasons_not_to_trust_a_fit_twenty_are_told_and_the_rest_counted() {
    // everyone alike, twelve groups: 66 pairs of them
    let values = Array2::from_shape_fn((N, T), |(_, t)| Some(1.0 + (t % 2) as f64));
    let panel = Panel::new(grid()).series("y", values.view()).unwrap();
    let spec = Spec::new(12).outcome(OutcomeSpec::new("y", Family::Poisson).degree(0)).starts(2);
    let fit = spec.fit(&panel).unwrap();
    let fatal = fit.findings.iter().filter(|f| f.is_fatal()).count();
    assert!(fatal > 20, "{fatal}");
    let text = fit.best().unwrap_err().to_string();
    assert!(text.ends_with(&format!("; ... and {} more", fatal - 20)), "{text}");
    assert_eq!(text.matches("; ").count(), 20, "{text}");
}

#[test]
fn covariates_that_change_with_age_are_checked_against_age_and_each_other() {
    let with = |name: &str, f: &dyn Fn(usize, usize) -> f64| panel().varying(name, cells(f).view()).unwrap();
    let spec = Spec::new(2).outcome(OutcomeSpec::new("y", Family::Poisson).degree(1).varying(["z"]));
    refused(&spec, &with("z", &|_, t| 2.0 + t as f64), InvalidInput, &["column z: collinear", "`age`"]);
    refused(&spec, &with("z", &|_, _| 1.5), InvalidInput, &["column z", "1.5"]);
    let hole = |i: usize, t: usize| if (i, t) == (3, 2) { f64::NAN } else { scattered(i * T + t) };
    refused(&spec, &with("z", &hole), InvalidInput, &["row 4, column z: NaN at age 14 is not a finite number"]);
    // where nothing was observed nobody asks for the covariate
    let mut unseen = counts();
    unseen[(3, 2)] = None;
    let panel = Panel::new(grid()).series("y", unseen.view()).unwrap().varying("z", cells(hole).view()).unwrap();
    assert!(spec.clone().starts(2).fit(&panel).is_ok());
}

#[test]
fn a_covariate_that_splits_the_outcome_is_named() {
    let spec = |family| Spec::new(2).outcome(OutcomeSpec::new("y", family).degree(1).varying(["z"]));
    let y = counts();
    let above = cells(|i, t| y[(i, t)].unwrap() + 0.1 * scattered(i * T + t));
    let panel_with = |z: &Array2<f64>, y: &Array2<Option<f64>>| {
        Panel::new(grid()).series("y", y.view()).unwrap().varying("z", z.view()).unwrap()
    };
    refused(
        &spec(Family::Poisson),
        &panel_with(&above, &y),
        InvalidInput,
        &["column z: it splits `y`", "all zeros are on one side"],
    );
    let inside = cells(|i, t| f64::from(u8::from(y[(i, t)].unwrap() == 0.0 && t % 2 == 0)));
    refused(&spec(Family::Poisson), &panel_with(&inside, &y), InvalidInput, &["where it is 1 there are only zeros"]);
    let any = y.mapv(|y| y.map(|y| y.min(1.0)));
    let outside = cells(|i, t| f64::from(u8::from(any[(i, t)] == Some(1.0) && t % 2 == 0)));
    refused(
        &spec(Family::Bernoulli),
        &panel_with(&outside, &any),
        InvalidInput,
        &["where it is 1 there are only ones"],
    );
}

#[rstest]
#[case(Family::Poisson, 0.5, "0.5 is not a whole number")]
#[case(Family::Zip, -1.0, "-1 is not a whole number")]
#[case(Family::NegBin, 2e6, "a count of 2000000 is above the limit")]
#[case(Family::Bernoulli, 2.0, "2 is not 0 or 1")]
#[case(Family::Beta, 1.0, "1 is not strictly between 0 and 1")]
#[case(Family::Beta, 0.0, "0 is not strictly between 0 and 1")]
#[case(Family::CensoredNormal, 9.5, "9.5 is above the ceiling of 9")]
#[case(Family::CensoredNormal, -0.5, "-0.5 is below the floor of 0")]
fn a_value_that_the_family_cannot_produce_is_named(#[case] family: Family, #[case] value: f64, #[case] why: &str) {
    let fine = if family == Family::Beta { 0.25 } else { 1.0 };
    let mut values = Array2::from_elem((N, T), Some(fine));
    values[(6, 1)] = Some(value);
    values[(8, 4)] = Some(value);
    let panel = Panel::new(grid()).series("y", values.view()).unwrap();
    let spec = match family {
        Family::CensoredNormal => Spec::new(2).outcome(OutcomeSpec::new("y", family).degree(1).bounds(0.0, 9.0)),
        _ => spec(family),
    };
    let error = refused(&spec, &panel, InvalidInput, &["row 7, column y 13", "row 9, column y 16", why]);
    assert_eq!(error.issue_count(), 2);
}

#[test]
fn shapes_names_and_bounds_that_do_not_fit_are_refused() {
    let text = |r: Result<Panel, Error>| r.unwrap_err().to_string();
    assert!(text(panel().covariate("x", &[1.0; 3])).contains("x has 3 rows, the panel 40 persons"));
    assert!(text(panel().varying("z", Array2::zeros((N, 4)).view())).contains("z has 4 columns, the grid 5 intervals"));
    assert!(text(panel().series("y", counts().view())).contains("the name `y` is given twice"));
    assert!(text(panel().series("", counts().view())).contains("empty name"));
    assert!(text(panel().exposure("x", cells(|_, _| 1.0).view())).contains("given for `x`, which is not one of `y`"));
    assert!(
        text(panel().exposure("y", cells(|i, _| i as f64).view())).contains("row 3, column 12: a time at risk of 2")
    );
    assert!(text(panel().weights(&persons(|i| i as f64))).contains("row 1, column weight: 0 is not above 0"));
    assert!(
        text(Panel::new(grid()).series("y", array![[Some(f64::NAN), None, None, None, None]].view())).contains("NaN")
    );
    let outcome = OutcomeSpec::new("y", Family::CensoredNormal).degree(1);
    let with = |outcome: OutcomeSpec| Spec::new(2).outcome(outcome);
    refused(
        &with(outcome.clone().bounds(5.0, 5.0)),
        &panel(),
        InvalidOptions,
        &["the floor 5 of `y` is not below its ceiling 5"],
    );
    refused(&with(outcome.bounds(f64::NAN, 5.0)), &panel(), InvalidOptions, &["NaN"]);
    let bounded = OutcomeSpec::new("y", Family::Poisson).degree(1).bounds(0.0, 5.0);
    refused(&with(bounded), &panel(), InvalidOptions, &["bounds are given for `y`, but the family poisson has none"]);
    let risk = panel().exposure("y", cells(|_, _| 0.5).view()).unwrap();
    let any = counts().mapv(|y| y.map(|y| y.min(1.0)));
    let risk_any = Panel::new(grid()).series("y", any.view()).unwrap().exposure("y", cells(|_, _| 0.5).view()).unwrap();
    assert!(spec(Family::Poisson).fit(&risk).is_ok());
    refused(&spec(Family::Bernoulli), &risk_any, InvalidInput, &["does not use time at risk, but 0.5 is given"]);
}

#[test]
fn all_wrong_options_are_listed_at_once() {
    let outcome = OutcomeSpec::new("x", Family::Poisson).zero_degree(1).varying(["z"]);
    let spec = Spec::new(0).outcome(outcome).membership(["sex"]).starts(0).threads(0);
    let words = [
        "0 groups asked for, not 1 to 64",
        "0 starts",
        "0 threads",
        "`x` is not a series of the panel; there are `y`",
        "`z` is not a covariate that changes with age; there are none",
        "a zero part is given for `x`",
        "`sex` is not a covariate of persons; there are none",
    ];
    refused(&spec, &panel(), InvalidOptions, &words);
    let dropout = Spec::new(2).outcome(OutcomeSpec::new("x", Family::Poisson)).dropout(Dropout::new("w", 1));
    refused(&dropout, &panel(), InvalidOptions, &["`w`, of which dropout", "`x` is not a series"]);
}

#[test]
fn all_wrong_data_are_listed_at_once() {
    let mut values = counts();
    values[(0, 0)] = Some(0.5);
    let panel = Panel::new(grid())
        .series("y", values.view())
        .unwrap()
        .series("none", Array2::from_elem((N, T), None).view())
        .unwrap()
        .series("nil", Array2::from_elem((N, T), Some(0.0)).view())
        .unwrap()
        .varying("z", cells(|_, _| 2.0).view())
        .unwrap()
        .covariate("c", &[1.0; N])
        .unwrap();
    let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(1);
    let spec = Spec::new(2).outcome(of("y").varying(["z"])).outcome(of("none")).outcome(of("nil")).membership(["c"]);
    let words = [
        "column y 12: 0.5",
        "column z",
        "column none: nothing was observed",
        "column nil: it is 0 in every cell",
        "column c",
    ];
    assert_eq!(refused(&spec, &panel, InvalidInput, &words).issue_count(), 5);
}

#[test]
fn groups_curves_and_degrees_that_the_panel_cannot_bear_are_refused() {
    let of = |groups: usize, outcome: OutcomeSpec| Spec::new(groups).outcome(outcome);
    let y = || OutcomeSpec::new("y", Family::Poisson).degree(1);
    refused(&of(41, y()), &panel(), InvalidOptions, &["41 groups asked for, but there are 40 persons"]);
    refused(&of(65, y()), &panel(), InvalidOptions, &["65 groups asked for, not 1 to 64"]);
    refused(&of(2, y().degree(5)), &panel(), InvalidOptions, &["6 coefficients", "5 age intervals"]);
    refused(&of(2, y().degrees([1, 1, 2])), &panel(), InvalidOptions, &["3 curves given for 2 groups of `y`"]);
    refused(&Spec::new(2), &panel(), InvalidOptions, &["no outcome is given"]);
    refused(&Spec::dual(2, 2).outcome(y()), &panel(), InvalidOptions, &["a dual model joins two outcomes, 1 given"]);
    refused(&Spec::new(2).outcome(y()).outcome(y()), &panel(), InvalidOptions, &["an outcome twice"]);
    let shared = OutcomeSpec::new("y", Family::Zip).degrees([1, 2]).shared_zero(true);
    refused(&of(2, shared), &panel(), InvalidOptions, &["share one zero part, but several bases"]);
    assert!(Basis::natural_spline(&[90.0], grid()).is_err());
}

#[test]
fn people_with_impossible_values_are_not_placed() {
    let fit = spec(Family::Poisson).fit(&panel()).unwrap();
    let mut values = counts();
    values[(2, 2)] = Some(1.5);
    let error = fit.posteriors(&Panel::new(grid()).series("y", values.view()).unwrap()).unwrap_err();
    assert!(error.to_string().contains("row 3, column y 14: 1.5 is not a whole number"), "{error}");
    let later = Panel::new(AgeGrid::years(20, 24).unwrap()).series("y", counts().view()).unwrap();
    assert!(fit.posteriors(&later).unwrap_err().to_string().contains("from age 20, the model"));
    assert!(fit.model().simulate_like(&later, 1).is_err());
}

#[test]
fn people_who_all_answer_the_same_are_no_group_of_their_own() {
    // with a spread for each group the likelihood has no upper bound: a group of equal answers, spread 0
    let values =
        Array2::from_shape_fn((200, T), |(i, t)| Some(if i < 40 { 20.0 } else { 10.0 + 9.0 * scattered(i * T + t) }));
    let panel = Panel::new(grid()).series("y", values.view()).unwrap();
    let spec = Spec::new(2).outcome(OutcomeSpec::new("y", Family::CensoredNormal).degree(0)).starts(12);
    let fit = spec.fit(&panel).unwrap();
    let spreads: Vec<f64> = (0..2).map(|g| fit.model().spread(0, g).unwrap()).collect();
    assert!(fit.best().is_err() || spreads.iter().all(|s| *s > 0.03), "{spreads:?} {:?}", fit.findings);
}

fn value(family: Family) -> BoxedStrategy<Option<f64>> {
    let value = match family {
        Family::Bernoulli => (0..2_u8).prop_map(f64::from).boxed(),
        Family::Beta => prop_oneof![Just(1e-300), Just(1.0 - 1e-16), 0.01..0.99].boxed(),
        Family::CensoredNormal => prop_oneof![Just(0.0), Just(9.0), 0.0..9.0, Just(1e-300)].boxed(),
        _ => prop_oneof![4 => Just(0.0), 4 => (0..4_u8).prop_map(f64::from), 1 => Just(1e6)].boxed(),
    };
    prop_oneof![1 => Just(None), 5 => value.prop_map(Some)].boxed()
}

fn hostile() -> impl Strategy<Value = (Family, Vec<Option<f64>>, Vec<f64>, usize, bool)> {
    prop::sample::select(Family::ALL.to_vec()).prop_flat_map(|family| {
        (
            Just(family),
            prop::collection::vec(value(family), 8 * 3),
            prop::collection::vec(prop_oneof![Just(1.0), Just(1e-16), 0.01..1.0], 8 * 3),
            1..4_usize,
            any::<bool>(),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(7_211), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_hostile_panel_is_refused_or_fitted_and_what_is_given_is_finite((family, values, risk, groups, dropout) in hostile()) {
        let values = Array2::from_shape_vec((8, 3), values).unwrap();
        let risk = Array2::from_shape_vec((8, 3), risk).unwrap();
        let grid = AgeGrid::years(12, 14).unwrap();
        let mut panel = Panel::new(grid).series("y", values.view()).unwrap();
        if family.counts_events() {
            panel = panel.exposure("y", risk.view()).unwrap();
        }
        let outcome = OutcomeSpec::new("y", family).degree(1);
        let outcome = if family == Family::CensoredNormal { outcome.bounds(0.0, 9.0) } else { outcome };
        let mut spec = Spec::new(groups).outcome(outcome).starts(3);
        if dropout {
            spec = spec.dropout(Dropout::new("y", 0));
        }
        if let Ok(fit) = spec.fit(&panel) {
            prop_assert!(fit.log_likelihood.is_finite() || fit.best().is_err());
            let posteriors = fit.posteriors(&panel).unwrap();
            prop_assert!(posteriors.iter().all(|p| (0.0..=1.0).contains(p)));
            prop_assert!(fit.model().parameters().iter().all(|p| p.is_finite()));
        }
    }
}
