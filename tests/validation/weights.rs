//! Sampling weights say how many people somebody stands for: in another unit, every figure and interval is the same.

use super::closed_form::uniform;
use pleegprofiel::validation::{
    Defined, Measured, Predictions, ProtectedAttribute, RateKind, Validation, by_group, compare_groups,
};

const N: u64 = 400;

fn people(unit: f64) -> (Predictions, ProtectedAttribute) {
    let u = |i: u64, k: u64| uniform(7_000_000 + 4 * i + k);
    // to two decimals, so that risks are tied
    let p: Vec<f64> =
        (0..N).map(|i| (0.02 + 0.96 * (u(i, 0) * 50.0).round() / 50.0 * u(i, 1)).clamp(0.02, 0.98)).collect();
    let y: Vec<bool> = (0..N).map(|i| u(i, 2) < 0.15 + 0.7 * p[i as usize]).collect();
    let w = (0..N).map(|i| unit * (0.3 + 2.0 * u(i, 3))).collect();
    let group: Vec<String> = (0..N).map(|i| if i % 3 == 0 { "a".into() } else { "b".into() }).collect();
    let group = ProtectedAttribute::new("g", group.iter().map(|g| Some(g.as_str()))).unwrap();
    (Predictions::new(p, y).unwrap().weighted(w).unwrap(), group)
}

/// Every figure that has an interval or a test, and those that stand beside them.
fn figures(unit: f64) -> Vec<(String, f64)> {
    let (predictions, group) = people(unit);
    let v = Validation::new(&predictions);
    let mut all: Vec<(String, f64)> = Vec::new();
    let mut add = |name: &str, of: Defined<Measured>| {
        let of = of.unwrap();
        all.extend(
            [("value", of.value), ("se", of.se), ("low", of.low), ("high", of.high)]
                .map(|(k, x)| (format!("{name} {k}"), x)),
        );
    };
    let recalibration = v.recalibration();
    add("intercept", recalibration.offset);
    add("slope", recalibration.slope);
    add("intercept with slope", recalibration.intercept_with_slope);
    add("auc", v.auc().unwrap().delong);
    add("brier", v.brier().score);
    add("difference", Ok(v.mean_calibration().difference));
    for t in [0.1, 0.3, 0.5] {
        let n = v.net_benefit(t).unwrap();
        for (name, of) in [("by risk", n.by_risk), ("everybody", n.everybody), ("over", n.over_everybody)] {
            add(&format!("net benefit {name} {t}"), Ok(of));
        }
    }
    let groups = by_group(&predictions, &group, 0.3).unwrap();
    for g in &groups {
        add("auc of group", g.auc.clone().and_then(|a| a.delong));
        add("difference of group", Ok(g.mean.difference));
        add("intercept of group", g.recalibration.offset.clone());
        add("slope of group", g.recalibration.slope.clone());
    }
    for kind in RateKind::ALL {
        for g in &groups {
            let rate = g.confusion.rate(kind).unwrap();
            all.extend(rate.wilson().map(|x| (format!("{} Wilson", kind.key()), x)));
            all.extend(rate.clopper_pearson().map(|x| (format!("{} Clopper", kind.key()), x)));
        }
        let c = compare_groups(&groups[0], &groups[1], kind);
        for of in [c.difference.unwrap(), c.ratio.unwrap()] {
            all.extend([of.value, of.low, of.high].map(|x| (format!("{} compared", kind.key()), x)));
        }
    }
    for g in v.risk_groups() {
        let [low, high] = g.rate().unwrap().wilson();
        all.extend([g.lowest, g.highest, low, high].map(|x| ("group of risk".to_owned(), x)));
    }
    all.extend(v.platt().unwrap().map(|x| ("Platt".to_owned(), x)));
    all.extend([("log score", v.log_score()), ("O/E", v.mean_calibration().ratio)].map(|(k, x)| (k.to_owned(), x)));
    all.extend(v.isotonic().values.iter().map(|x| ("isotonic".to_owned(), *x)));
    let s = v.spiegelhalter().unwrap();
    all.extend([s.z, s.p].map(|x| ("Spiegelhalter".to_owned(), x)));
    all
}

#[test]
fn the_same_people_with_weights_times_ten_have_the_same_intervals() {
    let (one, ten) = (figures(1.0), figures(10.0));
    assert!(one.len() == ten.len() && one.len() > 150, "{} {}", one.len(), ten.len());
    for ((name, a), (_, b)) in one.iter().zip(&ten) {
        assert!((a - b).abs() <= 1e-8 * (1.0 + a.abs()), "{name}: {a} {b}");
    }
    for unit in [1.0, 10.0] {
        let v = Validation::new(&people(unit).0);
        assert_eq!(v.risk_groups().len(), 10);
        assert!(v.recalibration().chi_square.unwrap_err().reason().contains("without weights"));
        assert!(v.hosmer_lemeshow().is_err());
    }
}

type Figure = fn(&Validation) -> Measured;

/// Standard errors that know of no formula: how far a figure moves with each person's weight, squared and summed.
#[test]
fn standard_errors_are_those_of_moving_each_weight() {
    let (predictions, _) = people(1.0);
    let weights = predictions.weights().unwrap().to_vec();
    let kinds: [(&str, f64, Figure); 6] = [
        // the sandwich is the same thing; the others have n / (n - 1) of the effective number beside it
        ("intercept", 1e-4, |v| v.recalibration().offset.unwrap()),
        ("slope", 1e-4, |v| v.recalibration().slope.unwrap()),
        ("auc", 0.01, |v| v.auc().unwrap().delong.unwrap()),
        ("brier", 0.005, |v| v.brier().score.unwrap()),
        ("difference", 0.005, |v| v.mean_calibration().difference),
        ("net benefit", 0.005, |v| v.net_benefit(0.3).unwrap().by_risk),
    ];
    let with = |i: usize, factor: f64| {
        let mut moved = weights.clone();
        moved[i] *= factor;
        let plain = Predictions::new(predictions.probabilities().to_vec(), predictions.outcomes().to_vec()).unwrap();
        Validation::new(&plain.weighted(moved).unwrap())
    };
    let mut squares = [0.0; 6];
    let step = 1e-3;
    for i in 0..weights.len() {
        let (up, down) = (with(i, 1.0 + step), with(i, 1.0 - step));
        for (square, (_, _, of)) in squares.iter_mut().zip(&kinds) {
            *square += ((of(&up).value - of(&down).value) / (2.0 * step)).powi(2);
        }
    }
    let v = Validation::new(&predictions);
    for (square, (name, close, of)) in squares.iter().zip(&kinds) {
        let (found, expected) = (of(&v).se, square.sqrt());
        assert!((found / expected - 1.0).abs() < *close, "{name}: {found} for {expected}");
    }
}

#[test]
fn weights_that_are_all_one_leave_every_figure_but_the_sandwich_as_it_is() {
    let (weighted, _) = people(1.0);
    let plain = Predictions::new(weighted.probabilities().to_vec(), weighted.outcomes().to_vec()).unwrap();
    let ones = plain.clone().weighted(vec![1.0; plain.len()]).unwrap();
    let (a, b) = (Validation::new(&plain), Validation::new(&ones));
    assert_eq!(a.auc().unwrap().delong, b.auc().unwrap().delong);
    let close = |x: f64, y: f64| assert!((x - y).abs() < 1e-9, "{x} {y}");
    close(a.brier().score.unwrap().se, b.brier().score.unwrap().se);
    close(a.recalibration().slope.unwrap().value, b.recalibration().slope.unwrap().value);
    close(a.platt().unwrap()[1], b.platt().unwrap()[1]);
}
