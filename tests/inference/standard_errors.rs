//! Standard errors against second differences of the log-likelihood from the formulas, for every family.

use crate::support::general::cases::{self, covariate, drawn, everywhere, outcome, varying, with_gaps};
use crate::support::general::differences::{gradients, information, inverse, product};
use crate::support::general::formulas::Formulas;
use crate::support::general::table::Table;
use crate::support::note;
use pleegprofiel::{Family, Fit, Spec, trajectory::Errors};
use rstest::rstest;

use Family::{Bernoulli, Beta, CensoredNormal, NegBin, NegMultinomial, Poisson, Zinb, Zip, ZipTau};

/// What the field wants: two figures that agree in print. Measured: below 1e-5 everywhere.
const AGREED: f64 = 0.01;

fn with_covariates(family: Family, persons: usize) -> (Spec, Table) {
    let mut like = with_gaps(persons, family, 3);
    like.covariates.push(("x1".into(), covariate(persons, 1)));
    like.varying.push(("z1".into(), varying(persons, 2)));
    let outcome = outcome(family).varying(["z1"]);
    let outcome = if family.has_zero_curve() { outcome.zero_degree(0) } else { outcome };
    let spec = Spec::new(2).outcome(outcome).membership(["x1"]).starts(8);
    // of a seed where nothing ends at the edge of its range
    let table = drawn(family, &spec, &like, if family == ZipTau { 26 } else { 21 }).0;
    (spec, table)
}

fn check(fit: &Fit, table: &Table, what: &str) {
    let formulas = Formulas::of(fit.model());
    let theta = fit.model().parameters();
    let by_differences = inverse(&information(&|at| formulas.evaluate(at, table).log_likelihood, theta));
    let scores = gradients(&|at| formulas.evaluate(at, table).by_person, theta);
    let n = theta.len();
    let (mut meat, mut sum, mut size) = (vec![vec![0.0; n]; n], vec![0.0; n], vec![0.0; n]);
    for (i, s) in scores.iter().enumerate() {
        let w = table.weight(i);
        for a in 0..n {
            sum[a] += w * s[a];
            size[a] += (w * s[a]).powi(2);
            (0..n).for_each(|b| meat[a][b] += w * w * s[a] * s[b]);
        }
    }
    let robust = product(&product(&by_differences, &meat), &by_differences);
    let mut worst = 0.0_f64;
    for (errors, expected) in [(Errors::Information, &by_differences), (Errors::Sandwich, &robust)] {
        for (i, e) in fit.by(errors).unwrap().estimates().iter().enumerate() {
            let (ours, theirs) = (e.se.unwrap(), expected[i][i].sqrt());
            worst = worst.max((ours / theirs - 1.0).abs());
            assert!((ours / theirs - 1.0).abs() <= AGREED, "{what}, {errors:?}: {:?} {ours} and {theirs}", e.parameter);
        }
        // covariances too, beside the standard errors they belong to
        let v = fit.by(errors).unwrap().covariance();
        for i in 0..n {
            for j in 0..n {
                let size = (expected[i][i] * expected[j][j]).sqrt();
                assert!((v[(i, j)] - expected[i][j]).abs() <= AGREED * size, "{what}, {errors:?}: {i}, {j}");
            }
        }
    }
    for (a, (sum, size)) in sum.iter().zip(&size).enumerate() {
        // against what a sum of so many scores would be by chance
        assert!(sum.abs() <= 1e-4 * size.sqrt(), "{what}: scores of parameter {a} sum to {sum:e}");
    }
    note(format!("{what}: standard errors at most {worst:.1e} apart"));
}

#[rstest]
fn standard_errors_are_those_of_a_numerically_differentiated_likelihood(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    // in few people a tau or a dispersion beside a zero part ends at 0, where there is no standard error
    let n = match family {
        ZipTau => 1_500,
        Zinb => 900,
        _ => 300,
    };
    let (spec, mut table) = with_covariates(family, n);
    let fit = spec.fit(&table.panel()).unwrap();
    assert!(fit.best().is_ok() && fit.undetermined().is_empty(), "{:?}", fit.findings);
    check(&fit, &table, &format!("{family} with covariates"));
    table.weights = Some((0..n).map(|i| [0.5, 1.0, 3.0][i % 3]).collect());
    let fit = spec.fit(&table.panel()).unwrap();
    assert!(fit.best().is_ok() && fit.undetermined().is_empty(), "{:?}", fit.findings);
    check(&fit, &table, &format!("{family} with weights"));
}

#[rstest]
fn merged_histories_have_the_standard_errors_of_their_persons(
    #[values(Poisson, NegBin, NegMultinomial, Bernoulli)] family: Family,
) {
    // without time at risk and covariates many persons share a history
    let spec = cases::spec(family);
    let table = drawn(family, &spec, &everywhere(250), 22).0;
    let fit = spec.fit(&table.panel()).unwrap();
    check(&fit, &table, &format!("{family}, merged"));
}

#[rstest]
fn a_spread_or_zero_part_in_common_has_the_right_standard_error(
    #[values(NegBin, Zip, Zinb, NegMultinomial, CensoredNormal, Beta)] family: Family,
) {
    let like = with_gaps(300, family, 3);
    let shared = outcome(family).common_dispersion(family != Zip).shared_zero(family.has_zero_curve());
    let shared = if family.has_zero_curve() { shared.zero_degree(0) } else { shared };
    let spec = Spec::new(2).outcome(shared).starts(8);
    let table = drawn(family, &spec, &like, 23).0;
    let fit = spec.fit(&table.panel()).unwrap();
    check(&fit, &table, &format!("{family}, in common"));
}

#[rstest]
fn a_right_model_makes_the_sandwich_the_information(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
) {
    let n = 6_000;
    let spec = cases::spec(family).starts(4);
    let mut like = with_gaps(n, family, 3);
    like.exposure[0] = None;
    let table = drawn(family, &spec, &like, 24).0;
    let fit = spec.fit(&table.panel()).unwrap();
    let (plain, robust) =
        (fit.by(Errors::Information).unwrap().estimates(), fit.by(Errors::Sandwich).unwrap().estimates());
    let ratio = |(a, b): (&pleegprofiel::trajectory::Estimate, &pleegprofiel::trajectory::Estimate)| {
        b.se.unwrap() / a.se.unwrap() - 1.0
    };
    let worst = plain.iter().zip(&robust).map(ratio).fold(0.0_f64, |m, r| m.max(r.abs()));
    note(format!("{family}: sandwich within {worst:.3} of the information"));
    // a variance estimated from n squared scores is off by sqrt((kurtosis - 1) / n): with scores as heavy-tailed
    // as counts have (a kurtosis of 10 to 30) 4 to 7 %, half of that in a standard error; three times that
    assert!(worst <= 0.1, "{worst}");
}

#[test]
fn a_wrong_model_parts_the_sandwich_from_the_information() {
    // overdispersed counts under a Poisson: the information believes too much
    let family = NegBin;
    let spec = Spec::new(2).outcome(outcome(family)).starts(4);
    let table = drawn(family, &spec, &everywhere(2_000), 25).0;
    let fit = Spec::new(2).outcome(outcome(Poisson)).starts(4).fit(&table.panel()).unwrap();
    let (plain, robust) =
        (fit.by(Errors::Information).unwrap().estimates(), fit.by(Errors::Sandwich).unwrap().estimates());
    let last = plain.len() - 1;
    // variance 1 + 0.25 x 5 = 2.2 times the mean in the high group, 3.4 at the ages with most
    assert!(robust[last].se.unwrap() > 1.3 * plain[last].se.unwrap(), "{robust:?} {plain:?}");
}
