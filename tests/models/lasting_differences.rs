//! Negative multinomial groups: a factor that each person keeps. The battery of families checks formulas and
//! derivatives; here it is held against one population, brute force, its limits and other software.

use crate::support::general::cases::{drawn, spec, with_gaps};
use crate::support::note;
use pleegprofiel::{
    AgeGrid, Cohort, Family, FormOptions, Model, OutcomeSpec, PersonRow, Spec,
    cohort::{
        CohortBuilder,
        table::{TableOptions, TableSource, read_cohort},
    },
    ndarray::Array2,
    trajectory::{Finding, Group, GroupNumber, OneCurve, forms::Form},
};
use rstest::rstest;

fn one_population() -> Cohort {
    let text = std::fs::read_to_string("fixtures/cases/onepop.csv").unwrap();
    read_cohort(TableSource::new("onepop.csv", text.as_bytes()), None, &TableOptions::new()).unwrap()
}

#[rstest]
fn one_group_is_one_population_with_lasting_differences(
    // scipy 1.16 (BFGS, then Nelder-Mead) on the same closed form, written out in Python: fixtures/cases/onepop.csv
    #[values((2, -9148.84), (3, -9107.74), (4, -9092.50))] (degree, by_scipy): (usize, f64),
) {
    let cohort = one_population();
    let fit = Spec::counts(Family::NegMultinomial).groups(1).degree(degree).fit(&cohort).unwrap();
    let one = OneCurve::fit(&cohort, degree).unwrap();
    assert!(fit.best().is_ok(), "{:?}", fit.findings);
    assert!((fit.log_likelihood - by_scipy).abs() < 0.005, "{}", fit.log_likelihood);
    // the same closed form added up in another order
    assert!((fit.log_likelihood / one.log_likelihood - 1.0).abs() < 1e-12);
    assert!((fit.bic_persons - one.bic_persons).abs() < 1e-6);
    let group = &fit.model().groups()[0];
    let apart = |a: f64, b: f64| (a - b).abs() <= 1e-5 * b.abs().max(1.0);
    assert!(group.coefficients.iter().zip(&one.coefficients).all(|(a, b)| apart(*a, *b)));
    assert!(apart(group.dispersion.unwrap(), one.variance));
}

#[test]
fn one_group_is_one_population_with_gaps_time_at_risk_and_weights_too() {
    let counts = one_population();
    let grid = counts.grid();
    let mut builder = CohortBuilder::new(grid);
    for i in 0..counts.persons() {
        let mut row = counts.counts(i);
        let at_risk: Vec<f64> = (0..grid.len()).map(|t| [1.0, 0.5, 0.25, 1.0, 0.8][(i + 3 * t) % 5]).collect();
        row.iter_mut().enumerate().filter(|(t, _)| (i + t) % 7 == 0).for_each(|(_, y)| *y = None);
        let row = PersonRow { exposure: Some(&at_risk), weight: [1.0, 2.5][i % 2], ..PersonRow::new(&row) };
        builder.push(row).unwrap();
    }
    let cohort = builder.finish();
    let fit = Spec::counts(Family::NegMultinomial).groups(1).degree(2).fit(&cohort).unwrap();
    let one = OneCurve::fit(&cohort, 2).unwrap();
    assert!(
        (fit.log_likelihood / one.log_likelihood - 1.0).abs() < 1e-12,
        "{} {}",
        fit.log_likelihood,
        one.log_likelihood
    );
    assert!((fit.bic_persons - one.bic_persons).abs() < 1e-6);
}

/// Density of a history in one group by integrating over the factor: midpoints in its logarithm, where the integrand is
/// smooth and falls off on both sides.
fn integrated(counts: &[f64], means: &[f64], variance: f64) -> f64 {
    let a = 1.0 / variance;
    let step = 2e-3;
    let at = |s: i32| {
        let ln_b = step * (f64::from(s) + 0.5);
        let b = ln_b.exp();
        let gamma = a * a.ln() - libm::lgamma(a) + a * ln_b - a * b;
        let cells = counts.iter().zip(means).map(|(y, m)| y * (b * m).ln() - b * m - libm::lgamma(y + 1.0));
        (gamma + cells.sum::<f64>()).exp()
    };
    (-30_000..3_000).map(at).sum::<f64>() * step
}

#[test]
fn likelihood_and_posteriors_are_those_of_poisson_groups_integrated_over_a_gamma_factor() {
    let grid = AgeGrid::years(12, 15).unwrap();
    let group = |share, level: f64, slope, variance| Group::poisson(share, [level, slope]).with_dispersion(variance);
    let groups = vec![group(0.6, -0.8, 0.4, 0.7), group(0.4, 0.9, -0.3, 0.2)];
    let model = Model::new(Family::NegMultinomial, grid, groups.clone()).unwrap();
    let people: [([u32; 4], [f64; 4]); 5] = [
        ([0, 0, 0, 0], [1.0, 1.0, 1.0, 1.0]),
        ([2, 0, 1, 3], [1.0, 0.5, 1.0, 1.0]),
        ([0, 7, 4, 9], [0.25, 1.0, 1.0, 0.75]),
        ([1, 1, 0, 0], [1.0, 1.0, 1.0, 1.0]),
        ([21, 30, 18, 25], [1.0, 1.0, 1.0, 1.0]),
    ];
    let mut builder = CohortBuilder::new(grid);
    for (counts, at_risk) in &people {
        builder.push(PersonRow { exposure: Some(at_risk), ..PersonRow::new(&counts.map(Some)) }).unwrap();
    }
    let cohort = builder.finish();
    let posteriors = model.posteriors(&cohort).unwrap();
    let mut total = 0.0;
    for (i, (counts, at_risk)) in people.iter().enumerate() {
        let y = counts.map(f64::from);
        let joint: Vec<f64> = groups
            .iter()
            .map(|g| {
                let mean = |t: usize| at_risk[t] * (g.coefficients[0] + g.coefficients[1] * grid.scaled(t)).exp();
                g.share * integrated(&y, &(0..4).map(mean).collect::<Vec<_>>(), g.dispersion.unwrap())
            })
            .collect();
        let sum: f64 = joint.iter().sum();
        total += sum.ln();
        assert!((posteriors[(i, 1)] - joint[1] / sum).abs() < 1e-9, "{i}: {} {}", posteriors[(i, 1)], joint[1] / sum);
    }
    let claimed = model.log_likelihood(&cohort).unwrap();
    assert!((claimed / total - 1.0).abs() < 1e-9, "{claimed} {total}");
    // the same model as JSON, under its key and its name in full
    let json = model.to_json();
    assert!(json.contains("\"negmult\""), "{json}");
    assert_eq!(Model::from_json(&json).unwrap(), model);
    assert_eq!(Model::from_json(&json.replace("negmult", "negative-multinomial")).unwrap(), model);
}

#[test]
fn a_rate_that_runs_off_where_hardly_anybody_is_at_risk_costs_no_digits() {
    // 1e22 a year at the last age, of which a part in 1e16 was at risk: sums of means that cancel would lose everything
    let grid = AgeGrid::years(12, 14).unwrap();
    let (slope, level) = (25.0, 25.0);
    let group = Group::poisson(1.0, [level, slope]).with_dispersion(0.5);
    let model = Model::new(Family::NegMultinomial, grid, vec![group]).unwrap();
    let mut builder = CohortBuilder::new(grid);
    let (counts, at_risk) = ([Some(2), None, Some(0)], [1.0, 0.0, 1e-16]);
    builder.push(PersonRow { exposure: Some(&at_risk), ..PersonRow::new(&counts) }).unwrap();
    let m = 1.0 + 1e-16 * (2.0 * slope).exp();
    // Y = 2 with y ln mu = 2 ln 1, alpha = 1/2: ln(1 + 1/2) - (2 + 2) ln(1 + M / 2) - ln 2!
    let expected = 1.5_f64.ln() - 4.0 * (0.5 * m).ln_1p() - 2.0_f64.ln();
    let claimed = model.log_likelihood(&builder.finish()).unwrap();
    assert!((claimed - expected).abs() < 1e-12 * expected.abs(), "{claimed} {expected}");
}

#[test]
fn groups_whose_people_do_not_differ_are_poisson_and_the_fit_says_so() {
    // everybody's total is the mean of the group: less spread than Poisson, so no factor
    let counts =
        Array2::from_shape_fn(
            (120, 8),
            |(i, t)| if i < 60 { u32::from((i + t) % 4 == 0) } else { 3 + ((i + t) % 2) as u32 },
        );
    let cohort = Cohort::from_counts(AgeGrid::years(12, 19).unwrap(), counts.view()).unwrap();
    let of = |family| Spec::counts(family).groups(2).degree(1).starts(8).fit(&cohort).unwrap();
    let (poisson, own) = (of(Family::Poisson), of(Family::NegMultinomial));
    let common = Spec::counts(Family::NegMultinomial)
        .groups(2)
        .degree(1)
        .starts(8)
        .common_dispersion(true)
        .fit(&cohort)
        .unwrap();
    for fit in [&own, &common] {
        assert!(
            (fit.log_likelihood - poisson.log_likelihood).abs() < 1e-6,
            "{} {}",
            fit.log_likelihood,
            poisson.log_likelihood
        );
        for group in [0, 1].map(GroupNumber::of_index) {
            assert!(fit.findings.contains(&Finding::FactorAtZero { group }), "{:?}", fit.findings);
        }
        // a factor that is none is no parameter
        assert_eq!(fit.parameters, poisson.parameters);
        assert!(fit.best().is_ok(), "{:?}", fit.findings);
    }
}

#[test]
fn a_factor_that_is_zero_for_nearly_everybody_is_named() {
    // one person of a thousand did everything
    let counts = Array2::from_shape_fn((1_000, 6), |(i, t)| if i == 0 { 4 + (t % 2) as u32 } else { 0 });
    let cohort = Cohort::from_counts(AgeGrid::years(12, 17).unwrap(), counts.view()).unwrap();
    let fit = Spec::counts(Family::NegMultinomial).groups(1).degree(1).fit(&cohort).unwrap();
    let named = fit.findings.iter().any(|f| matches!(f, Finding::FactorUnbounded { group, .. } if group.index() == 0));
    assert!(named, "{:?}", fit.findings);
    assert!(fit.findings.iter().any(|f| matches!(f, Finding::Undetermined { .. })), "{:?}", fit.findings);
}

#[test]
fn drawn_people_keep_their_factor() {
    let grid = AgeGrid::years(12, 19).unwrap();
    let group = Group::poisson(1.0, [0.1]).with_dispersion(0.5);
    let model = Model::new(Family::NegMultinomial, grid, vec![group]).unwrap();
    let cohort = model.simulate(4_000, 5).unwrap().data;
    // of eight years the total has mean M and variance M + M^2 / 2; without a lasting factor it would be M + M^2 / 16
    let mean = 8.0 * 0.1_f64.exp();
    let total = |i: usize| cohort.counts(i).iter().flatten().map(|&y| f64::from(y)).sum::<f64>();
    let z: Vec<f64> = (0..4_000).map(|i| (total(i) - mean).powi(2) / (mean + 0.5 * mean * mean)).collect();
    let n = z.len() as f64;
    let average = z.iter().sum::<f64>() / n;
    let se = (z.iter().map(|v| (v - average).powi(2)).sum::<f64>() / n / n).sqrt();
    note(format!("squared deviation over variance {average:.3} ({se:.3})"));
    assert!((average - 1.0).abs() < 4.0 * se, "{average} ({se})");
}

#[test]
fn groups_with_lasting_differences_are_found_where_there_are_two_and_not_where_there_is_one() {
    // two groups of the battery's truth: BIC takes two, and their factors
    let table =
        drawn(Family::NegMultinomial, &spec(Family::NegMultinomial), &with_gaps(600, Family::NegMultinomial, 3), 7).0;
    let bic = |groups: usize| {
        let outcome = OutcomeSpec::new("y", Family::NegMultinomial).degree(1);
        Spec::new(groups).outcome(outcome).starts(8).fit(&table.panel()).unwrap().bic_persons
    };
    assert!(bic(2) + 10.0 < bic(1), "{} {}", bic(2), bic(1));
    let cohort = one_population();
    let of = |family, groups| Spec::counts(family).groups(groups).degree(2).starts(8).fit(&cohort).unwrap().bic_persons;
    let (one, two) = (of(Family::NegMultinomial, 1), of(Family::NegMultinomial, 2));
    assert!(one < two, "{one} {two}");
    assert!((1..=5).all(|k| one + 10.0 < of(Family::Poisson, k)));
}

#[test]
fn forms_with_lasting_differences_are_chosen_when_asked_for_and_better() {
    let cohort = one_population();
    let lasting = [true, false].map(|common| Form::of(Family::NegMultinomial, common, None));
    let forms = [vec![Form::of(Family::Poisson, false, None)], lasting.to_vec()].concat();
    let choice = FormOptions::new().degree(2).groups(1..=4).starts(6).forms(forms).choose(&cohort).unwrap();
    assert_eq!((choice.form, choice.fit.groups.len()), (lasting[0], 1));
    assert_eq!(choice.candidates[0].distance, 0.0);
    assert!(choice.candidates.iter().any(|c| c.form.family == Family::Poisson && c.distance > 10.0));
    // the same form twice with one group, and nothing else within ten
    assert!(choice.alternatives.iter().all(|a| a.candidate.form.family == Family::NegMultinomial));
    let only = FormOptions::new().degree(2).groups(1..=3).starts(6).forms(vec![lasting[1]]).choose(&cohort).unwrap();
    assert!((only.fit.bic_persons - choice.fit.bic_persons).abs() < 1e-6);
    // participation is no form of counts
    let other = FormOptions::new().forms(vec![Form::of(Family::Bernoulli, false, None)]).choose(&cohort);
    assert!(other.is_err());
}
