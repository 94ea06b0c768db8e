//! Groups related to something else after the fit: other software, closed forms, bad input.

mod recovery;

use crate::support::data::{csv, fixture};
use pleegprofiel::{
    ErrorKind,
    ndarray::{Array2, Axis, array},
    trajectory::GroupNumber,
    trajectory::relate::{
        Assignment, Membership, MembershipModel, OutcomeByGroup, OutcomeKind, RelateFinding, RelateMethod,
        StandardErrors,
    },
};
use std::collections::BTreeMap;

const ML: RelateMethod = RelateMethod::MaximumLikelihood(Assignment::Modal);
const BCH: RelateMethod = RelateMethod::Bch(Assignment::Modal);
const ALL: [RelateMethod; 6] = [
    RelateMethod::Hard,
    RelateMethod::Proportional,
    BCH,
    RelateMethod::Bch(Assignment::Proportional),
    ML,
    RelateMethod::MaximumLikelihood(Assignment::Proportional),
];

/// Of values written out in R with twelve digits.
const WRITTEN_OUT: f64 = 1e-10;
/// Of tops that R climbed with numerical derivatives (README of the fixture).
const CLIMBED: f64 = 2e-7;
/// Of nnet's optimiser (README of the fixture).
const NNET: f64 = 2e-6;

/// Values of fixtures/reference/threestep by quantity.
fn reference() -> BTreeMap<String, Vec<f64>> {
    let text = std::fs::read_to_string(fixture("reference/threestep/values.csv")).unwrap();
    let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        values.entry(cells[0].to_owned()).or_default().push(cells[2].parse().unwrap());
    }
    values
}

struct Persons {
    membership: Membership,
    covariates: Array2<f64>,
    y: Vec<Option<f64>>,
    b: Vec<Option<f64>>,
}

fn persons() -> Persons {
    let (_, rows) = csv("reference/threestep/persons.csv");
    let all = Array2::from_shape_fn((rows.len(), 7), |(i, j)| rows[i][j]);
    Persons {
        membership: Membership::new(all.select(Axis(1), &[0, 1, 2]).view(), None).unwrap(),
        covariates: all.select(Axis(1), &[3, 4]),
        y: all.column(5).iter().map(|v| Some(*v)).collect(),
        b: all.column(6).iter().map(|v| Some(*v)).collect(),
    }
}

#[track_caller]
fn close(ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len());
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{ours:?}\n{theirs:?}");
    }
}

fn coefficients(model: &MembershipModel) -> Vec<f64> {
    model.coefficients.iter().map(|c| c.estimate.value).collect()
}

fn coefficient_errors(model: &MembershipModel) -> Vec<f64> {
    model.coefficients.iter().map(|c| c.estimate.standard_error.unwrap()).collect()
}

fn means(result: &OutcomeByGroup) -> Vec<f64> {
    result.groups.iter().map(|g| g.mean.value).collect()
}

fn mean_errors(result: &OutcomeByGroup) -> Vec<f64> {
    result.groups.iter().map(|g| g.mean.standard_error.unwrap()).collect()
}

/// The group of this number, counted from 1.
fn numbered(number: usize) -> GroupNumber {
    GroupNumber::of_index(number - 1)
}

#[test]
fn classification_errors_equal_those_written_out_in_r() {
    let (r, p) = (reference(), persons());
    for (assignment, name) in [(Assignment::Modal, "errors_modal"), (Assignment::Proportional, "errors_proportional")] {
        let errors = p.membership.classification_errors(assignment).unwrap();
        close(errors.matrix.as_slice().unwrap(), &r[name], WRITTEN_OUT);
        let product = errors.matrix.dot(&errors.inverse);
        close(product.as_slice().unwrap(), Array2::eye(3).as_slice().unwrap(), 1e-13);
    }
}

#[test]
fn multinomial_logits_equal_those_of_nnet_and_glm() {
    let (r, p) = (reference(), persons());
    let fit = |reference, method| {
        p.membership.predictors(&["x1", "x2"], p.covariates.view(), numbered(reference), method).unwrap()
    };
    let hard = fit(1, RelateMethod::Hard);
    close(&coefficients(&hard), &r["multinom"], NNET);
    close(&coefficient_errors(&hard), &r["multinom_se"], NNET);
    close(&[hard.log_likelihood], &r["multinom_loglik"], WRITTEN_OUT);
    assert_eq!(hard.standard_errors, StandardErrors::ObservedInformation);
    assert_eq!(hard.findings, [RelateFinding::Attenuated]);
    let second = fit(2, RelateMethod::Hard);
    close(&coefficients(&second), &r["multinom_ref2"], NNET);
    assert_eq!(second.coefficients.iter().map(|c| c.group.counted()).collect::<Vec<_>>(), [1, 1, 1, 3, 3, 3]);
    close(&coefficients(&fit(1, RelateMethod::Proportional)), &r["multinom_shared"], NNET);
    let bch = fit(1, BCH);
    close(&coefficients(&bch), &r["bch_logit"], CLIMBED);
    close(&coefficient_errors(&bch), &r["bch_logit_se"], CLIMBED);
    let ml = fit(1, ML);
    close(&coefficients(&ml), &r["ml_logit"], CLIMBED);
    close(&coefficient_errors(&ml), &r["ml_logit_se"], CLIMBED);
    close(&[ml.log_likelihood], &r["ml_logit_loglik"], WRITTEN_OUT);
    // tests of a covariate do not depend on the reference group
    for (a, b) in hard.tests.iter().zip(&second.tests) {
        close(&[a.test.unwrap().chi_square], &[b.test.unwrap().chi_square], 1e-10);
    }

    // two groups, certain: a binary logit
    let (_, rows) = csv("reference/threestep/persons.csv");
    let third = |i: usize| f64::from(rows[i][2] > rows[i][0] && rows[i][2] > rows[i][1]);
    let two = Array2::from_shape_fn((rows.len(), 2), |(i, t)| if t == 1 { third(i) } else { 1.0 - third(i) });
    let glm = Membership::new(two.view(), None).unwrap();
    let glm = glm.predictors(&["x1", "x2"], p.covariates.view(), numbered(1), RelateMethod::Hard).unwrap();
    close(&coefficients(&glm), &r["glm"], WRITTEN_OUT);
    // glm takes the information one step before its last
    close(&coefficient_errors(&glm), &r["glm_se"], 1e-8);
    close(&[glm.log_likelihood], &r["glm_loglik"], WRITTEN_OUT);
}

#[test]
fn means_equal_those_written_out_in_r() {
    let (r, p) = (reference(), persons());
    let fit = |method| p.membership.outcome(&p.y, OutcomeKind::Continuous, method).unwrap();
    let hard = fit(RelateMethod::Hard);
    close(&means(&hard), &r["hard_mean"], WRITTEN_OUT);
    close(&mean_errors(&hard), &r["hard_se"], WRITTEN_OUT);
    assert_eq!(hard.standard_errors, StandardErrors::Mean);
    let bch = fit(BCH);
    close(&means(&bch), &r["bch_mean"], WRITTEN_OUT);
    close(bch.covariance.as_slice().unwrap(), &r["bch_cov"], WRITTEN_OUT);
    let overall = bch.overall.unwrap();
    close(&[overall.chi_square], &r["bch_wald"], WRITTEN_OUT);
    assert!((overall.p / r["bch_wald_p"][0] - 1.0).abs() < 1e-9);
    assert_eq!(overall.degrees_of_freedom, 2);
    // uncalibrated posteriors: a negative variance is told, not clipped
    close(&bch.groups.iter().map(|g| g.variance).collect::<Vec<_>>(), &r["bch_variance"], WRITTEN_OUT);
    assert!(
        bch.findings.iter().any(|f| matches!(f, RelateFinding::NegativeVariance { group, .. } if group.index() == 0))
    );
    assert!(bch.findings.iter().any(|f| matches!(f, RelateFinding::NegativeWeights { persons: 400, .. })));
    let shared = fit(RelateMethod::Bch(Assignment::Proportional));
    close(&means(&shared), &r["bch_proportional_mean"], WRITTEN_OUT);
    close(shared.covariance.as_slice().unwrap(), &r["bch_proportional_cov"], WRITTEN_OUT);
    let ml = fit(ML);
    close(&means(&ml), &r["ml_normal_mean"], CLIMBED);
    close(&mean_errors(&ml), &r["ml_normal_se"], CLIMBED);
    close(&ml.groups.iter().map(|g| g.variance).collect::<Vec<_>>(), &r["ml_normal_variance"], CLIMBED);
    close(&[ml.log_likelihood.unwrap()], &r["ml_normal_loglik"], WRITTEN_OUT);
    let binary = p.membership.outcome(&p.b, OutcomeKind::Binary, ML).unwrap();
    close(&means(&binary), &r["ml_binary_mean"], CLIMBED);
    close(&mean_errors(&binary), &r["ml_binary_se"], CLIMBED);
    close(&[binary.log_likelihood.unwrap()], &r["ml_binary_loglik"], WRITTEN_OUT);
    // with 0 and 1 the two corrections agree as long as no proportion leaves (0, 1)
    let bch = p.membership.outcome(&p.b, OutcomeKind::Binary, BCH).unwrap();
    close(&means(&bch), &r["bch_binary_mean"], WRITTEN_OUT);
    close(&means(&bch), &means(&binary), 1e-9);
}

/// Posterior probabilities of 0 and 1 that put person `i` in group `i % 3`.
fn certain(persons: usize) -> Membership {
    let p = Array2::from_shape_fn((persons, 3), |(i, t)| f64::from(i % 3 == t));
    Membership::new(p.view(), None).unwrap()
}

#[test]
fn when_everyone_is_certain_every_method_gives_plain_means_and_the_plain_logit() {
    let membership = certain(60);
    let y: Vec<Option<f64>> = (0..60).map(|i| Some(((i * i) % 17) as f64 + (i % 3) as f64)).collect();
    let b: Vec<Option<f64>> = (0..60).map(|i| Some(f64::from((i * i) % 7 < 2))).collect();
    let x = Array2::from_shape_fn((60, 2), |(i, j)| ((i * i + j * i) % 11) as f64 + 2000.0 * j as f64);
    let plain = |v: &[Option<f64>], t: usize| (0..60).filter(|i| i % 3 == t).filter_map(|i| v[i]).sum::<f64>() / 20.0;
    let logit = coefficients(&membership.predictors(&["a", "b"], x.view(), numbered(1), RelateMethod::Hard).unwrap());
    for method in ALL {
        let result = membership.outcome(&y, OutcomeKind::Continuous, method).unwrap();
        close(&means(&result), &[plain(&y, 0), plain(&y, 1), plain(&y, 2)], 1e-9);
        let result = membership.outcome(&b, OutcomeKind::Binary, method).unwrap();
        close(&means(&result), &[plain(&b, 0), plain(&b, 1), plain(&b, 2)], 1e-9);
        let model = membership.predictors(&["a", "b"], x.view(), numbered(1), method).unwrap();
        close(&coefficients(&model), &logit, 1e-8);
    }
}

#[test]
fn a_weight_of_two_equals_a_person_given_twice() {
    let p = persons();
    let (_, rows) = csv("reference/threestep/persons.csv");
    let twice: Vec<usize> = (0..400).flat_map(|i| vec![i; 1 + i % 2]).collect();
    let posteriors = Array2::from_shape_fn((400, 3), |(i, t)| rows[i][t]);
    let weights: Vec<f64> = (0..400).map(|i| 1.0 + (i % 2) as f64).collect();
    let weighted = Membership::new(posteriors.view(), Some(&weights)).unwrap();
    let repeated = Array2::from_shape_fn((twice.len(), 3), |(i, t)| rows[twice[i]][t]);
    let repeated = Membership::new(repeated.view(), None).unwrap();
    let y: Vec<Option<f64>> = twice.iter().map(|&i| p.y[i]).collect();
    let x = Array2::from_shape_fn((twice.len(), 2), |(i, j)| p.covariates[[twice[i], j]]);
    for method in ALL {
        let a = weighted.outcome(&p.y, OutcomeKind::Continuous, method).unwrap();
        close(&means(&a), &means(&repeated.outcome(&y, OutcomeKind::Continuous, method).unwrap()), 1e-8);
        assert_eq!(a.standard_errors, StandardErrors::Sandwich);
        let a = weighted.predictors(&["x1", "x2"], p.covariates.view(), numbered(3), method).unwrap();
        let b = repeated.predictors(&["x1", "x2"], x.view(), numbered(3), method).unwrap();
        close(&coefficients(&a), &coefficients(&b), 1e-7);
    }
}

#[test]
fn unknown_outcomes_are_left_out_and_counted() {
    let p = persons();
    let y: Vec<Option<f64>> = p.y.iter().enumerate().map(|(i, y)| y.filter(|_| i % 10 != 0)).collect();
    for method in ALL {
        let result = p.membership.outcome(&y, OutcomeKind::Continuous, method).unwrap();
        assert_eq!(result.persons, 360);
        assert!(result.findings.contains(&RelateFinding::MissingOutcome { persons: 40 }));
        let json = serde_json::to_string(&result).unwrap();
        assert!(json.contains("\"finding\":\"missing-outcome\""));
    }
}

#[test]
fn impossible_and_extreme_proportions_are_told_and_not_clipped() {
    let p = persons();
    // an outcome that the first group hardly has
    let b: Vec<Option<f64>> = p.y.iter().map(|y| y.map(|y| f64::from(y > 3.6))).collect();
    let bch = p.membership.outcome(&b, OutcomeKind::Binary, BCH).unwrap();
    let low = bch.groups[0].mean.value;
    assert!(
        low < 0.0 && bch.findings.contains(&RelateFinding::ImpossibleMean { group: numbered(1), mean: low }),
        "{bch:?}"
    );
    let ml = p.membership.outcome(&b, OutcomeKind::Binary, ML).unwrap();
    assert!(ml.findings.contains(&RelateFinding::MeanAtBoundary { group: numbered(1), mean: 0.0 }), "{ml:?}");
    assert_eq!(ml.groups[0].mean.standard_error, None);
    assert_eq!(ml.overall, None);
    assert!(ml.differences[2].difference.p.is_some(), "groups 2 and 3 still compare");
}

#[test]
fn groups_that_cannot_be_told_apart_are_refused_by_name() {
    let p = Array2::from_shape_fn((90, 3), |(i, t)| {
        [[0.9, 0.05, 0.05], [0.04, 0.481, 0.479], [0.04, 0.479, 0.481]][i % 3][t]
    });
    let membership = Membership::new(p.view(), None).unwrap();
    let error = membership.classification_errors(Assignment::Modal).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Untrusted);
    assert!(error.to_string().contains("groups 2 and 3 cannot be told apart"), "{error}");
    let y = vec![Some(1.0); 90];
    assert!(membership.outcome(&y, OutcomeKind::Continuous, BCH).is_err());
    // uncorrected methods do not need the inverse
    assert!(membership.outcome(&y, OutcomeKind::Continuous, RelateMethod::Hard).is_ok());

    let never = array![[0.6, 0.4], [0.7, 0.3], [0.8, 0.2]];
    let error = Membership::new(never.view(), None).unwrap().classification_errors(Assignment::Modal).unwrap_err();
    assert!(error.to_string().contains("nobody is assigned to group 2"), "{error}");
}

#[test]
fn bad_posteriors_weights_and_outcomes_are_all_listed() {
    let bad = array![[0.5, 0.5], [f64::NAN, 1.0], [1.2, -0.2], [0.5, 0.4]];
    let text = Membership::new(bad.view(), Some(&[1.0, 0.0, f64::NAN])).unwrap_err().to_string();
    for part in [
        "7 problems",
        "row 2, column group 1: NaN is not a probability",
        "row 3, column group 1: 1.2",
        "row 3, column group 2: -0.2",
        "row 4: the posterior probabilities sum to 0.9, not 1",
        "3 weights for 4 persons",
        "row 2, column weight: 0 is not above 0",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(Membership::new(Array2::zeros((0, 2)).view(), None).is_err());
    let membership = certain(9);
    let outcome = |y: &[Option<f64>], kind, method| membership.outcome(y, kind, method).unwrap_err().to_string();
    let mut y = vec![Some(1.0); 9];
    y[3] = Some(f64::INFINITY);
    y[4] = Some(0.5);
    y[5] = Some(-1.0);
    assert!(outcome(&y, OutcomeKind::Continuous, BCH).contains("row 4, column outcome: inf is not a finite number"));
    assert!(outcome(&y, OutcomeKind::Binary, BCH).contains("3 problems"));
    assert!(outcome(&y, OutcomeKind::Count, BCH).contains("row 6, column outcome: -1 is not a count"));
    assert!(outcome(&y[..7], OutcomeKind::Continuous, BCH).contains("7 outcomes for 9 persons"));
    assert!(outcome(&[None; 9], OutcomeKind::Continuous, BCH).contains("0 persons with a known outcome"));
    assert!(outcome(&[Some(1.0); 9], OutcomeKind::Count, ML).contains("use BCH"));
    assert!(outcome(&[Some(4.0); 9], OutcomeKind::Continuous, ML).contains("everyone has the outcome 4"));
    let within: Vec<Option<f64>> = (0..9).map(|i| Some(if i % 3 == 1 { 2.0 } else { i as f64 })).collect();
    assert!(outcome(&within, OutcomeKind::Continuous, ML).contains("does not vary in group 2"));
    let flat = membership.outcome(&within, OutcomeKind::Continuous, BCH).unwrap();
    assert!(flat.findings.contains(&RelateFinding::NoSpread { group: numbered(2) }) && flat.overall.is_none());
}

#[test]
fn bad_covariates_are_refused_before_anything_is_fitted() {
    let membership = certain(30);
    let x = |f: &dyn Fn(usize) -> f64| {
        Array2::from_shape_fn((30, 2), |(i, j)| if j == 0 { ((i * i) % 13) as f64 } else { f(i) })
    };
    let fit = |x: &Array2<f64>, method| membership.predictors(&["age", "prison"], x.view(), numbered(1), method);
    for method in ALL {
        let text = fit(&x(&|_| 1.0), method).unwrap_err().to_string();
        assert!(text.contains("column prison: every person has 1"), "{text}");
        let text = fit(&x(&|i| 3.0 - 2.0 * ((i * i) % 13) as f64), method).unwrap_err().to_string();
        assert!(text.contains("column prison: collinear: it follows exactly from `age`"), "{text}");
        let text = fit(&x(&|i| if i == 4 { f64::NAN } else { i as f64 }), method).unwrap_err().to_string();
        assert!(text.contains("row 5, column prison: NaN"), "{text}");
        // group 2 alone has ever been in prison: no coefficient is large enough
        let error = fit(&x(&|i| f64::from(i % 3 == 1 && i % 2 == 0)), method).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("`prison`") && !text.contains("`age`"), "{method}: {text}");
        if method == RelateMethod::Hard {
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(text.contains("only group 2 has any value but 0"), "{text}");
        }
    }
    let short = x(&|i| (i % 5) as f64).select(Axis(0), &(0..20).collect::<Vec<_>>());
    assert!(fit(&short, ML).unwrap_err().to_string().contains("20 rows of covariates for 30 persons"));
    let few = certain(6);
    let six = x(&|i| (i % 5) as f64).select(Axis(0), &(0..6).collect::<Vec<_>>());
    let text = few.predictors(&["age", "prison"], six.view(), numbered(1), ML).unwrap_err().to_string();
    assert!(text.contains("6 persons for 6 parameters"), "{text}");
    let good = x(&|i| (i % 5) as f64);
    assert!(
        membership
            .predictors(&["age", "prison"], good.view(), numbered(4), ML)
            .unwrap_err()
            .to_string()
            .contains("1 to 3")
    );
}
