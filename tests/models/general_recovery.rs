//! Truth put in comes out: for every family three truths, each parameter within a sensible number of its
//! standard errors, and the fit no further above the truth than chance allows.

use crate::support::general::cases::{covariate, outcome, spec, truth, varying, with_gaps};
use crate::support::general::draw::people;
use crate::support::general::formulas::{self, Formulas};
use crate::support::general::table::Table;
use crate::support::note;
use pleegprofiel::{
    Family, Spec,
    trajectory::{Errors, Parameter, Part},
};
use rstest::rstest;

use Family::{Bernoulli, Beta, CensoredNormal, NegBin, NegMultinomial, Poisson, Zinb, Zip, ZipTau};

/// The first truth is that of the conformance battery; the second has groups nearer to each other and of very
/// different sizes; the third covariates of membership and of the curve.
#[allow(clippy::type_complexity)] // curves of groups by predictor, three truths of them
fn truths(family: Family, which: usize) -> (Spec, Table, Box<dyn Fn(&Parameter) -> f64>) {
    let n = 1_500;
    let mut like = with_gaps(n, family, 3);
    let plain = move |p: &Parameter| truth(family, p);
    match which {
        0 => (spec(family), like, Box::new(plain)),
        1 => {
            let unequal = move |p: &Parameter| match (p.part, p.group.map(|g| g.counted())) {
                (Part::Membership, _) => -1.3,
                (Part::Curve, Some(1)) if p.index == 0 => truth(family, p) + 0.3,
                (Part::Curve, Some(2)) if p.index == 1 => truth(family, p) - 0.3,
                _ => truth(family, p),
            };
            (spec(family), like, Box::new(unequal))
        }
        _ => {
            like.covariates.push(("x1".into(), covariate(n, 1)));
            like.varying.push(("z1".into(), varying(n, 2)));
            let spec = Spec::new(2).outcome(outcome(family).varying(["z1"])).membership(["x1"]).starts(8);
            (spec, like, Box::new(plain))
        }
    }
}

#[rstest]
fn parameters_come_back_within_their_standard_errors(
    #[values(Poisson, Zip, ZipTau, NegBin, Zinb, NegMultinomial, Bernoulli, CensoredNormal, Beta)] family: Family,
    #[values(0, 1, 2)] which: usize,
) {
    let (spec, like, value) = truths(family, which);
    let truth = formulas::model(&spec, &like, &*value);
    let (table, classes) = people(&truth, &like, 500 + which as u64);
    let fit = spec.fit(&table.panel()).unwrap();
    assert!(fit.best().is_ok(), "{:?}", fit.findings);
    let estimates = fit.by(Errors::Information).unwrap().estimates();
    let z: Vec<f64> =
        estimates.iter().zip(truth.parameters()).map(|(e, v)| (e.value - v) / e.se.expect("determined")).collect();
    let squares = z.iter().map(|z| z * z).sum::<f64>();
    let most = z.iter().fold(0.0_f64, |m, z| m.max(z.abs()));
    note(format!(
        "{family}, truth {which}: furthest {most:.2} standard errors, mean square {:.2}",
        squares / z.len() as f64
    ));
    // 24 fits of about 8 parameters: the furthest of 190 normal draws is beyond 3.5 in 9 sets of seeds of 100, and
    // beyond 4 in 1 of 100
    assert!(most <= 4.0, "{z:?}");
    // twice the gain over the truth is chi-squared with as many degrees of freedom as parameters
    let gain = 2.0 * (fit.log_likelihood - Formulas::of(&truth).evaluate(truth.parameters(), &table).log_likelihood);
    let p = fit.parameters as f64;
    assert!(gain > 0.0 && gain < p + 4.0 * (2.0 * p).sqrt(), "{gain} above the truth, {p} parameters");
    // an oracle that knows the parameters places nobody better on average
    let placed = |m: &pleegprofiel::Model| {
        let posteriors = m.posteriors(&table.panel()).unwrap();
        let right = posteriors.rows().into_iter().zip(&classes).filter(|(row, c)| row[**c] > 0.5).count();
        right as f64 / classes.len() as f64
    };
    let (ours, oracle) = (placed(fit.model()), placed(&truth));
    assert!((ours - oracle).abs() <= 0.01, "{ours} placed well, an oracle {oracle}");
}
