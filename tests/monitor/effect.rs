//! The effect of an intervention: sizes by closed form, the weighted difference against R, refusals.

use pleegprofiel::{
    ErrorKind,
    monitor::effect::{Answer, EffectData, EffectOptions, detectable_share, persons_per_group},
    ndarray::Array2,
    survival::EventStatus,
};
use std::collections::HashMap;

fn fixture(name: &str) -> Vec<Vec<String>> {
    let path = format!("{}/fixtures/monitor/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn data() -> EffectData {
    let rows = fixture("effect.csv");
    let number = |row: &[String], at: usize| row[at].parse::<f64>().unwrap();
    let outcome = |row: &Vec<String>| {
        let how = [EventStatus::Censored, EventStatus::Event, EventStatus::Competing];
        (number(row, 3), how[row[4].parse::<usize>().unwrap()])
    };
    EffectData::new(
        rows.iter().map(|row| row[0] == "1").collect(),
        vec!["x1".into(), "x2".into()],
        Array2::from_shape_fn((rows.len(), 2), |(i, j)| number(&rows[i], j + 1)),
        vec![("any".into(), rows.iter().map(outcome).collect())],
    )
    .unwrap()
}

#[test]
fn the_weighted_difference_its_standard_error_and_the_balance_are_those_of_r() {
    // fixtures/monitor/effect.R: glm, survfit with weights; standard errors by central differences in every person's
    // weight, through both. Shares to 1e-9; the differences are of steps of 1e-4 and so right to 1e-8 or so.
    let expected: HashMap<String, f64> =
        fixture("effect-expected.csv").into_iter().map(|row| (row[0].clone(), row[1].parse().unwrap())).collect();
    let near = |found: f64, key: String, tolerance: f64| {
        assert!((found - expected[&key]).abs() < tolerance, "{key}: {found} for {}", expected[&key]);
    };
    // a ratio this close to 0 is wide enough for any group
    let found = data().effect(&EffectOptions::default().worthwhile(1e-6).show_small_cells(true)).unwrap();
    for at in &found.at {
        let Answer::Seen { weighted, unweighted } = at.answer else { panic!("{at:?}") };
        for (name, found) in [("weighted", weighted), ("plain", unweighted)] {
            let key = |what: &str| format!("{name}{}-{what}", at.years);
            near(found.treated, key("treated"), 1e-9);
            near(found.control, key("control"), 1e-9);
            near(found.se, key("se"), 1e-7);
            assert_eq!(found.difference, found.treated - found.control);
            assert!((found.high - found.low - 2.0 * 1.959963984540054 * found.se).abs() < 1e-12);
        }
    }
    for of in &found.balance {
        let key = |what: &str| format!("{}-{what}", of.name);
        near(of.treated, key("treated"), 1e-9);
        near(of.control, key("control"), 1e-9);
        near(of.standardised.unwrap(), key("smd"), 1e-9);
        near(of.weighted_treated, key("weighted-treated"), 1e-9);
        near(of.weighted_control, key("weighted-control"), 1e-9);
        assert!(of.weighted_standardised.unwrap().abs() < 1e-9);
    }
    near(found.effective[0], "ess1".into(), 1e-9 * 60.0);
    near(found.effective[1], "ess0".into(), 1e-9 * 60.0);
}

#[test]
fn sizes_are_those_of_the_closed_form() {
    // DOMAIN figures of specific, any and five-year recidivism: two-sided 5 %, power 80 %, one to one
    for (p0, p1, n) in [
        (0.09, 0.045, 487),
        (0.09, 0.06, 1209),
        (0.09, 0.072, 3606),
        (0.36, 0.288, 663),
        (0.36, 0.24, 228),
        (0.58, 0.464, 290),
    ] {
        assert_eq!(persons_per_group(p0, p1).unwrap(), n);
        let share = detectable_share(p0, n as f64, n as f64).unwrap().unwrap();
        let less = detectable_share(p0, n as f64 - 1.0, n as f64 - 1.0).unwrap().unwrap();
        assert!(share >= p1 && less < p1, "{p0} {p1}: {share} {less}");
    }
    for (p0, p1) in [(0.09, 0.006), (0.36, 0.185), (0.58, 0.38)] {
        let share = detectable_share(p0, 100.0, 100.0).unwrap().unwrap();
        assert!((share - p1).abs() < 0.0051, "{p0}: {share}");
    }
    assert!(persons_per_group(0.1, 0.1).is_err() && detectable_share(0.1, 0.0, 5.0).is_err());
}

#[test]
fn where_a_halving_could_not_be_seen_no_figure_is_given_and_what_can_be_is_told() {
    // 300 a group: specific recidivism of 9 % cannot be seen to halve, any recidivism of 58 % can
    let n = 600;
    let treated: Vec<bool> = (0..n).map(|i| i % 2 == 0).collect();
    let outcome = |per_cent: usize| {
        let one = |i: usize| {
            let event = (i / 2) % 100 < per_cent;
            (if event { 1.0 } else { 6.0 }, if event { EventStatus::Event } else { EventStatus::Censored })
        };
        (0..n).map(one).collect::<Vec<_>>()
    };
    let outcomes = vec![("trafficking".to_owned(), outcome(9)), ("any".to_owned(), outcome(58))];
    let data = EffectData::new(treated, Vec::new(), Array2::zeros((n, 0)), outcomes).unwrap();
    let found = data.effect(&EffectOptions::default().years([5.0]).show_small_cells(true)).unwrap();
    assert_eq!(found.at[0].answer, Answer::NotSeen);
    assert_eq!((found.at[0].needed, found.effective), (Some(487), [300.0, 300.0]));
    assert!(found.at[0].detectable.unwrap() < 0.045);
    assert!(!serde_json::to_string(&found.at[0]).unwrap().contains("difference"));
    assert_eq!(found.visible().map(|at| at.outcome.as_str()).collect::<Vec<_>>(), ["any"]);
    // without covariates everybody weighs alike
    let Answer::Seen { weighted, unweighted } = found.at[1].answer else { panic!() };
    assert!((weighted.difference - unweighted.difference).abs() < 1e-12 && weighted.difference.abs() < 1e-12);
    // nobody is followed for ten years
    let far = data.effect(&EffectOptions::default().years([10.0])).unwrap();
    assert!(far.visible().next().is_none());
}

#[test]
fn what_cannot_be_compared_is_refused_with_the_reason() {
    let n = 40;
    let treated: Vec<bool> = (0..n).map(|i| i < 20).collect();
    let times: Vec<(f64, EventStatus)> = (0..n).map(|i| (1.0 + i as f64, EventStatus::Event)).collect();
    let of = |names: &[&str], value: &dyn Fn(usize, usize) -> f64| {
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        let covariates = Array2::from_shape_fn((n, names.len()), |(i, j)| value(i, j));
        EffectData::new(treated.clone(), names, covariates, vec![("any".into(), times.clone())])
    };
    let error = |data: EffectData| data.effect(&EffectOptions::default()).unwrap_err().to_string();
    assert!(error(of(&["age"], &|i, _| i as f64).unwrap()).contains("without overlap"));
    assert!(error(of(&["age"], &|_, _| 1.0).unwrap()).contains("age"));
    assert!(error(of(&["a", "b"], &|i, j| (i % 7) as f64 * (1 + j) as f64).unwrap()).contains('b'));
    let alone = EffectData::new(vec![true; n], vec![], Array2::zeros((n, 0)), vec![("any".into(), times.clone())]);
    assert_eq!(alone.unwrap_err().kind(), ErrorKind::InvalidOptions);
    assert!(EffectData::new(treated.clone(), vec![], Array2::zeros((n, 0)), vec![]).is_err());
    assert!(of(&[], &|_, _| 0.0).unwrap().effect(&EffectOptions::default().years([])).is_err());
}

#[test]
fn who_stands_where_in_the_table_changes_nothing_but_rounding() {
    let rows = fixture("effect.csv");
    let n = rows.len();
    let order: Vec<usize> = (0..n).map(|i| (i * 7) % n).collect();
    let number = |i: usize, at: usize| rows[order[i]][at].parse::<f64>().unwrap();
    let how = [EventStatus::Censored, EventStatus::Event, EventStatus::Competing];
    let again = EffectData::new(
        order.iter().map(|i| rows[*i][0] == "1").collect(),
        vec!["x1".into(), "x2".into()],
        Array2::from_shape_fn((n, 2), |(i, j)| number(i, j + 1)),
        vec![("any".into(), (0..n).map(|i| (number(i, 3), how[number(i, 4) as usize])).collect())],
    )
    .unwrap();
    let options = EffectOptions::default().worthwhile(1e-6).show_small_cells(true);
    let (a, b) = (data().effect(&options).unwrap(), again.effect(&options).unwrap());
    for (a, b) in a.at.iter().zip(&b.at) {
        let (Answer::Seen { weighted: a, .. }, Answer::Seen { weighted: b, .. }) = (a.answer, b.answer) else {
            panic!()
        };
        assert!((a.difference - b.difference).abs() < 1e-12 && (a.se - b.se).abs() < 1e-12);
    }
    // the same numbers on every run
    assert_eq!(data().effect(&options).unwrap(), data().effect(&options).unwrap());
}

#[test]
fn what_fewer_than_ten_did_is_not_told_and_shares_are_in_steps_of_persons() {
    // 300 a group: 9 of each reoffended specifically, 150 in general
    let n = 600;
    let treated: Vec<bool> = (0..n).map(|i| i % 2 == 0).collect();
    let outcome = |events: usize| {
        let one = |i: usize| {
            let event = i / 2 < events;
            (if event { 1.0 } else { 6.0 }, if event { EventStatus::Event } else { EventStatus::Censored })
        };
        (0..n).map(one).collect::<Vec<_>>()
    };
    let outcomes = vec![("few".to_owned(), outcome(9)), ("many".to_owned(), outcome(151))];
    let data = EffectData::new(treated, Vec::new(), Array2::zeros((n, 0)), outcomes).unwrap();
    let found = data.effect(&EffectOptions::default().years([5.0])).unwrap();
    let few = &found.at[0];
    assert_eq!((few.base, few.detectable, few.needed, few.answer), (None, None, None, Answer::NotSeen));
    // 151 of 300 is 0.503: a step is at least one and a half of 290 persons, so hundredths
    let many = &found.at[1];
    assert_eq!(many.base, Some(0.5));
    let Answer::Seen { weighted, unweighted } = many.answer else { panic!("{many:?}") };
    assert_eq!((weighted.treated, unweighted.control), (0.5, 0.5));
    assert!(many.needed.unwrap().is_multiple_of(10) || many.needed.unwrap() < 100);
    // whoever may see everything sees that the effect on few would not be seen, however few
    let all = data.effect(&EffectOptions::default().years([5.0]).worthwhile(0.001).show_small_cells(true)).unwrap();
    assert!(matches!(all.at[0].answer, Answer::NotSeen | Answer::Seen { .. }) && all.at[0].base == Some(0.03));
    let hidden = data.effect(&EffectOptions::default().years([5.0]).worthwhile(0.001)).unwrap();
    assert!(matches!(hidden.at[0].answer, Answer::NotSeen | Answer::TooFew));
}
