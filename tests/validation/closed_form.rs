//! Figures against closed forms, brute force, and what must not change them.

use pleegprofiel::{
    survival::{EventStatus, FollowUp},
    validation::{
        AtHorizon, Predictions, ProtectedAttribute, Rate, RateKind, Stability, Validation, at_horizon, by_group,
        compare_auc, equalized_odds, gap, harrell, uno,
    },
};

/// Splitmix64: uniform numbers that are the same everywhere.
pub(crate) fn uniform(i: u64) -> f64 {
    let mut z = i.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn people(n: u64, seed: u64) -> (Vec<f64>, Vec<bool>) {
    let p: Vec<f64> = (0..n).map(|i| (uniform(seed + 7 * i) * 40.0).floor() / 50.0 + 0.05).collect();
    let y = (0..n).map(|i| uniform(seed + 7 * i + 3) < p[i as usize]).collect();
    (p, y)
}

#[test]
fn the_area_is_the_share_of_pairs_in_order_by_brute_force() {
    let (p, y) = people(300, 11);
    let (mut won, mut pairs) = (0.0, 0.0);
    for i in 0..p.len() {
        for j in 0..p.len() {
            if y[i] && !y[j] {
                pairs += 1.0;
                won += if p[i] > p[j] {
                    1.0
                } else if p[i] == p[j] {
                    0.5
                } else {
                    0.0
                };
            }
        }
    }
    let auc = Validation::new(&Predictions::new(p, y).unwrap()).auc().unwrap();
    assert!((auc.area - won / pairs).abs() < 1e-14);
}

#[test]
fn turning_a_score_around_gives_one_minus_the_area_and_no_guess_of_the_direction() {
    let (p, y) = people(300, 12);
    let area = |p: Vec<f64>| Validation::new(&Predictions::new(p, y.clone()).unwrap()).auc().unwrap().area;
    let turned = area(p.iter().map(|p| 1.0 - p).collect());
    assert!((area(p) + turned - 1.0).abs() < 1e-14);
    assert!(turned < 0.5);
}

#[test]
fn whole_number_weights_are_people_that_stand_more_often() {
    let (p, y) = people(200, 13);
    let w: Vec<f64> = (0..200).map(|i| (uniform(900 + i) * 3.0).floor()).collect();
    let weighted = Predictions::new(p.clone(), y.clone()).unwrap().weighted(w.clone()).unwrap();
    let often: Vec<usize> = (0..200).flat_map(|i| std::iter::repeat_n(i, w[i] as usize)).collect();
    let plain = Predictions::new(often.iter().map(|&i| p[i]).collect(), often.iter().map(|&i| y[i]).collect()).unwrap();
    let (a, b) = (Validation::new(&weighted), Validation::new(&plain));
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-11, "{a} {b}");
    near(a.auc().unwrap().area, b.auc().unwrap().area);
    near(a.brier().value, b.brier().value);
    near(a.brier().murphy.reliability, b.brier().murphy.reliability);
    near(a.log_score(), b.log_score());
    near(a.mean_calibration().ratio, b.mean_calibration().ratio);
    near(a.recalibration().slope.unwrap().value, b.recalibration().slope.unwrap().value);
    near(a.net_benefit(0.3).unwrap().by_risk.value, b.net_benefit(0.3).unwrap().by_risk.value);
    near(a.average_precision().unwrap(), b.average_precision().unwrap());
    // equal weights are no weights, intervals included
    let same = Predictions::new(p.clone(), y.clone()).unwrap().weighted(vec![2.5; 200]).unwrap();
    let none = Predictions::new(p, y).unwrap();
    let (a, b) = (Validation::new(&same), Validation::new(&none));
    near(a.auc().unwrap().delong.unwrap().se, b.auc().unwrap().delong.unwrap().se);
    near(a.brier().score.unwrap().se, b.brier().score.unwrap().se);
    near(a.net_benefit(0.3).unwrap().by_risk.se, b.net_benefit(0.3).unwrap().by_risk.se);
}

#[test]
fn the_order_of_people_changes_no_bit() {
    let (p, y) = people(500_000, 14);
    let backwards = Predictions::new(p.iter().rev().copied().collect(), y.iter().rev().copied().collect()).unwrap();
    let forwards = Predictions::new(p, y).unwrap();
    let figures = |v: &Predictions| {
        let v = Validation::new(v);
        let auc = v.auc().unwrap();
        [
            auc.area,
            auc.delong.unwrap().se,
            v.brier().value,
            v.recalibration().slope.unwrap().value,
            v.loess().unwrap().ici,
        ]
        .map(f64::to_bits)
    };
    assert_eq!(figures(&forwards), figures(&backwards));
}

#[test]
fn brier_is_reliability_less_resolution_plus_uncertainty_on_distinct_risks() {
    let (p, y) = people(1_000, 15);
    let b = Validation::new(&Predictions::new(p, y).unwrap()).brier();
    assert!((b.murphy.reliability - b.murphy.resolution + b.murphy.uncertainty - b.value).abs() < 1e-14);
}

#[test]
fn a_wrong_certainty_is_an_infinite_log_score_and_leaves_no_calibration_slope() {
    let v = Validation::new(&Predictions::new(vec![0.0, 0.4, 0.6, 1.0], vec![true, false, true, true]).unwrap());
    assert_eq!(v.log_score(), f64::INFINITY);
    let r = v.recalibration();
    assert_eq!(r.without_logit, 2.0);
    assert!(r.slope.unwrap_err().reason().contains("logit"));
}

#[test]
fn figures_that_do_not_exist_say_why_and_are_never_nought() {
    let one_class = Validation::new(&Predictions::new(vec![0.1, 0.2, 0.3], vec![false; 3]).unwrap());
    assert_eq!(one_class.auc().unwrap_err().reason(), "nobody has the outcome");
    assert!(one_class.recalibration().offset.is_err() && one_class.brier().scaled.is_err());
    let separated =
        Validation::new(&Predictions::new(vec![0.1, 0.2, 0.8, 0.9], vec![false, false, true, true]).unwrap());
    assert!(separated.recalibration().slope.unwrap_err().reason().contains("separates"));
    let auc = separated.auc().unwrap();
    assert_eq!(auc.area, 1.0);
    assert!(!auc.informative() && auc.logit.is_err());
    let level = Validation::new(&Predictions::new(vec![0.3; 40], (0..40).map(|i| i % 3 == 0).collect()).unwrap());
    assert!(level.loess().is_err() && level.recalibration().slope.is_err() && level.recalibration().offset.is_ok());
    assert_eq!(level.auc().unwrap().area, 0.5);
}

#[test]
fn a_group_without_positives_has_no_true_positive_rate_and_is_no_part_of_a_gap() {
    let p = vec![0.6, 0.2, 0.7, 0.1, 0.9, 0.4];
    let y = vec![true, false, true, false, false, false];
    let group = ProtectedAttribute::new("g", ["a", "a", "b", "b", "c", "c"].map(Some)).unwrap();
    let groups = by_group(&Predictions::new(p, y).unwrap(), &group, 0.5).unwrap();
    assert_eq!(groups[2].confusion.rate(RateKind::TruePositive).unwrap_err().reason(), "denominator 0");
    let tpr = gap(&groups, RateKind::TruePositive).unwrap();
    assert_eq!((tpr.width, tpr.without), (0.0, vec!["c".to_owned()]));
    assert_eq!(equalized_odds(&groups).unwrap(), 0.5);
    assert_eq!(tpr.smallest_denominator, 1, "people, where two groups have one with the outcome each");
}

#[test]
fn people_whose_group_is_unknown_are_a_group_and_crossings_hold_everybody() {
    let a = ProtectedAttribute::new("a", [Some("x"), None, Some("y"), Some("")]).unwrap();
    let b = ProtectedAttribute::new("b", [Some("1"), Some("2"), Some("1"), Some("2")]).unwrap();
    assert_eq!(a.levels().collect::<Vec<_>>(), ["unknown", "x", "y"]);
    let crossed = a.crossed(&b).unwrap();
    assert_eq!(crossed.levels().collect::<Vec<_>>(), ["unknown & 2", "x & 1", "y & 1"]);
    let error = ProtectedAttribute::new("a", [Some("x"), Some("x")]).unwrap_err();
    assert!(error.to_string().contains("at least 2"), "{error}");
}

#[test]
fn intervals_of_a_rate_keep_their_ends_at_nought_and_all() {
    let none = Rate::of_counts(0.0, 10.0).unwrap();
    let all = Rate::of_counts(10.0, 10.0).unwrap();
    assert_eq!((none.wilson()[0], all.wilson()[1]), (0.0, 1.0));
    // Clopper-Pearson at 0 of n: 1 - 0.025^(1/n)
    assert!((none.clopper_pearson()[1] - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-12);
    assert!(Rate::of_counts(0.0, 0.0).is_err());
    assert!(all.ratio(&none).is_err() && all.difference(&none).high <= 1.0);
}

#[test]
fn weights_sum_to_the_number_of_people_by_either_rule_with_heavy_ties() {
    let n = 400u64;
    let times: Vec<f64> = (0..n).map(|i| 1.0 + (uniform(70 + i) * 30.0).floor()).collect();
    let status: Vec<EventStatus> = (0..n)
        .map(|i| match (uniform(9_000 + i) * 3.0) as u8 {
            0 => EventStatus::Censored,
            1 => EventStatus::Event,
            _ => EventStatus::Competing,
        })
        .collect();
    let risks: Vec<f64> = (0..n).map(|i| uniform(5_000 + i)).collect();
    let people = FollowUp::new(times, status).unwrap();
    for rule in [AtHorizon::Known, AtHorizon::Beyond] {
        let f = at_horizon(&people, &risks, 12.0, rule).unwrap();
        assert!((f.weights_over_people - 1.0).abs() < 1e-12, "{rule:?}: {}", f.weights_over_people);
    }
    let error = at_horizon(&people, &risks, 31.0, AtHorizon::Known).unwrap_err().to_string();
    assert!(error.contains("longest follow-up is 30"), "{error}");
}

#[test]
fn with_complete_follow_up_the_figures_at_the_horizon_are_the_plain_ones() {
    let (p, y) = people(300, 21);
    let times: Vec<f64> =
        (0..300).map(|i| if y[i as usize] { 1.0 + (uniform(i) * 23.0).floor() } else { 24.0 }).collect();
    let status = y.iter().map(|y| if *y { EventStatus::Event } else { EventStatus::Censored }).collect();
    let f = at_horizon(&FollowUp::new(times, status).unwrap(), &p, 24.0, AtHorizon::Known).unwrap();
    let v = Validation::new(&Predictions::new(p, y).unwrap());
    assert!(f.complete && f.unknown == 0);
    assert!((f.brier.value - v.brier().value).abs() < 1e-13);
    let (a, b) = (f.auc.unwrap().area, v.auc().unwrap());
    assert!((a.value - b.area).abs() < 1e-13);
    assert!((f.brier.se - v.brier().score.unwrap().se).abs() < 1e-13);
}

#[test]
fn without_censoring_the_concordances_are_one() {
    let n = 200u64;
    let people = FollowUp::new((0..n).map(|i| 1.0 + uniform(i)).collect(), vec![EventStatus::Event; 200]).unwrap();
    let scores: Vec<f64> = (0..n).map(|i| (uniform(500 + i) * 9.0).floor()).collect();
    let horizon = people.longest();
    let (h, u) = (harrell(&people, &scores).unwrap().unwrap(), uno(&people, &scores, horizon).unwrap().unwrap());
    assert!((h.value - u).abs() < 1e-14);
}

#[test]
fn two_scores_are_compared_only_on_the_same_people() {
    let a = Predictions::new(vec![0.1, 0.2, 0.3, 0.4], vec![true, false, true, false]).unwrap();
    let b = Predictions::new(vec![0.1, 0.2, 0.3, 0.4], vec![true, true, false, false]).unwrap();
    assert!(compare_auc(&a, &b).is_err());
    let same = compare_auc(&a, &a).unwrap().unwrap();
    assert_eq!(same.difference.value, 0.0);
}

#[test]
fn the_stability_index_without_change_is_near_its_expectation() {
    // 400 pairs of samples from one distribution: the mean index within four standard errors of (1/n + 1/m)(K - 1)
    let (k, n, m, pairs) = (8usize, 3_000u64, 1_000u64, 400u64);
    let draw = |people: u64, from: u64| {
        let mut counts = vec![0.0; k];
        (0..people).for_each(|i| counts[(uniform(from + i) * k as f64) as usize] += 1.0);
        counts
    };
    let mut sum = 0.0;
    let mut low = 0;
    for pair in 0..pairs {
        let s = Stability::new(&draw(n, pair * 100_003), &draw(m, pair * 100_003 + 50_000)).unwrap();
        sum += s.psi_half_added;
        low += u32::from(s.psi_p < 0.05);
    }
    let expected = (1.0 / 3_000.0 + 1.0 / 1_000.0) * 7.0;
    let se = expected * (2.0 / 7.0_f64).sqrt() / 20.0;
    assert!((sum / 400.0 - expected).abs() < 4.0 * se, "{} {expected}", sum / 400.0);
    // binomial(400, 0.05): 20 expected, standard deviation 4.4
    assert!((4..=38).contains(&low), "{low}");
}
