//! Of very many people some are looked at for totals that spread too wide: they say the same as all would.

use pleegprofiel::{
    AgeGrid, Cohort, Family, Spec,
    ndarray::Array2,
    trajectory::{Errors, Finding},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, Poisson};

/// So many people that most histories are different, with a factor of their own of this variance.
fn people(variance: f64, seed: u64) -> Cohort {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut counts = Array2::zeros((60_000, 12));
    for mut row in counts.rows_mut() {
        let own = if variance > 0.0 { Gamma::new(1.0 / variance, variance).unwrap().sample(&mut rng) } else { 1.0 };
        for (t, y) in row.iter_mut().enumerate() {
            let rate: f64 = own * (1.2 + 0.8 * (t as f64 / 3.0).sin());
            *y = if rate > 1e-9 { Poisson::new(rate).unwrap().sample(&mut rng) as u32 } else { rng.gen_range(0..1) };
        }
    }
    Cohort::from_counts(AgeGrid::years(12, 23).unwrap(), counts.view()).unwrap()
}

fn spread(findings: &[Finding]) -> Option<f64> {
    findings.iter().find_map(|f| if let Finding::TotalsSpread { ratio, .. } = f { Some(*ratio) } else { None })
}

#[test]
fn people_who_differ_for_good_are_told_and_the_sandwich_of_some_is_that_of_all() {
    let cohort = people(0.3, 5);
    assert!(cohort.distinct_histories() > 40_000);
    let fit = Spec::counts(Family::Poisson).groups(1).degree(3).starts(2).fit(&cohort).unwrap();
    assert_eq!(fit.looked_at, None);
    let robust = fit.robust(&cohort).unwrap();
    let looked = fit.clone().checked(&cohort).unwrap();
    assert_eq!(looked.looked_at, Some(20_000));
    // totals of 12 ages at 1.2 to 2 a year with a factor of variance 0.3: 1 + 0.3 * 19 or so
    let ratio = spread(&looked.findings).expect("totals spread too wide");
    assert!((4.0..9.0).contains(&ratio), "{ratio}");
    assert_eq!(looked.as_advised().errors(), Errors::Sandwich);
    for j in 0..looked.by(Errors::Sandwich).unwrap().covariance().nrows() {
        let of = |fit: &pleegprofiel::Fit| fit.by(Errors::Sandwich).unwrap().covariance()[[j, j]].sqrt();
        let (some, all) = (of(&looked), of(&robust));
        assert!((some / all - 1.0).abs() < 0.05, "parameter {j}: {some} among some, {all} among all");
    }
    // somebody else's people are refused
    assert!(fit.clone().checked(&cohort.chunk(0..100).unwrap()).is_err());
    assert!(fit.checked_among(&cohort.chunk(0..100).unwrap()).is_ok());
}

#[test]
fn nothing_is_told_of_people_who_are_as_the_model_says() {
    for seed in 1..3 {
        let cohort = people(0.0, seed);
        let fit = Spec::counts(Family::Poisson).groups(1).degree(5).starts(2).fit(&cohort).unwrap();
        let looked = fit.checked(&cohort).unwrap();
        assert_eq!(spread(&looked.findings), None);
        assert!(!looked.findings.iter().any(|f| matches!(f, Finding::Spells { .. })), "{:?}", looked.findings);
    }
}
