//! Intervals do what they say: of many cohorts drawn from a known truth, 95 % hold it; and where they do not,
//! that is shown too.

use crate::support::general::formulas;
use crate::support::general::table::Table;
use crate::support::note;
use pleegprofiel::{
    AgeGrid, Cohort, Family, Fit, FormOptions, Model, OutcomeSpec, Spec,
    ndarray::Array2,
    trajectory::{Errors, Finding, Parameter, Part},
};
use rayon::prelude::*;
use rstest::rstest;

use Family::{NegBin, NegMultinomial, Poisson, Zinb, Zip};

const AGES: usize = 8;
const GROUPS: usize = 3;

/// Three groups far apart, all of a size: none has fewer than a fifth of the people.
fn value(p: &Parameter) -> f64 {
    let g = p.group.map_or(0, |g| g.index());
    match p.part {
        Part::Membership => [0.0, -0.2, -0.6][g],
        Part::Curve => [[-1.2, 0.4], [0.6, -0.6], [2.0, -0.3]][g][p.index],
        Part::Zero => [-0.5, -0.9, -1.4][g],
        Part::LogDispersion => [0.6_f64, 0.3, 0.15][g].ln(),
        other => panic!("{other:?}"),
    }
}

fn spec(family: Family) -> Spec {
    let outcome = OutcomeSpec::new("y", family).degree(1);
    let outcome = if matches!(family, Zip | Zinb) { outcome.zero_degree(0) } else { outcome };
    Spec::new(GROUPS).outcome(outcome).starts(6)
}

/// Everyone observed; for ZIP with time at risk of one's own.
fn like(family: Family, persons: usize) -> Table {
    let grid = AgeGrid::years(12, 11 + AGES as u32).unwrap();
    let mut table = Table::new(grid, "y", vec![vec![0.0; AGES]; persons]);
    if family == Zip {
        let e = |i: usize, t: usize| [1.0, 0.4, 0.7, 1.0, 0.9][(3 * i + 7 * t + i * t) % 5];
        table.exposure[0] = Some((0..persons).map(|i| (0..AGES).map(|t| e(i, t)).collect()).collect());
    }
    table
}

/// The figures that have an interval: shares, and each curve at the first, a middle and the last age.
fn figures(fit: &Fit, errors: Errors) -> Vec<Option<[f64; 2]>> {
    let mut all = fit.by(errors).unwrap().shares();
    for g in 0..GROUPS {
        let curve = fit.by(errors).unwrap().curve(0, g);
        all.extend([0, AGES / 2, AGES - 1].map(|t| curve[t]));
    }
    all.iter().map(|i| Some([i.low?, i.high?])).collect()
}

fn true_figures(truth: &Model) -> Vec<f64> {
    let e: Vec<f64> = (1..=GROUPS).map(|g| if g == 1 { 1.0 } else { truth.parameters()[g - 2].exp() }).collect();
    let mut all: Vec<f64> = e.iter().map(|x| x / e.iter().sum::<f64>()).collect();
    for g in 0..GROUPS {
        let curve = truth.curve(0, g);
        all.extend([0, AGES / 2, AGES - 1].map(|t| curve[t]));
    }
    all
}

/// Part of the cohorts whose interval holds the truth, figure by figure: by the information, by the sandwich.
fn coverage(truth: &Model, spec: &Spec, like: &Table, cohorts: u64) -> [Vec<f64>; 2] {
    let (panel, wanted) = (like.panel(), true_figures(truth));
    let held: Vec<Vec<[bool; 2]>> = (0..cohorts)
        .into_par_iter()
        .map(|seed| {
            let fit = spec.fit(&truth.simulate_like(&panel, 40_000 + seed).unwrap().data).unwrap();
            let both = [Errors::Information, Errors::Sandwich].map(|errors| figures(&fit, errors));
            let holds = |i: Option<[f64; 2]>, v: f64| i.is_some_and(|[low, high]| low <= v && v <= high);
            wanted.iter().enumerate().map(|(f, &v)| [holds(both[0][f], v), holds(both[1][f], v)]).collect()
        })
        .collect();
    let n = held.len() as f64;
    [0, 1].map(|e| (0..wanted.len()).map(|f| held.iter().filter(|h| h[f][e]).count() as f64 / n).collect())
}

fn check(family: Family, cohorts: u64) {
    let truth = formulas::model(&spec(family), &like(family, 1), &value);
    for (covered, errors) in
        coverage(&truth, &spec(family), &like(family, 500), cohorts).iter().zip(["information", "sandwich"])
    {
        let mean = covered.iter().sum::<f64>() / covered.len() as f64;
        note(format!("{family}, {errors}: {mean:.4}, {covered:?}"));
        // a figure's coverage by 1,000 cohorts has a standard error of 0.7 %: 2 % is almost three of them
        assert!(covered.iter().all(|c| (0.93..=0.97).contains(c)), "{covered:?}");
        assert!((0.94..=0.96).contains(&mean), "{mean}");
    }
}

#[test]
fn intervals_of_shares_and_poisson_curves_cover_nineteen_times_in_twenty() {
    check(Poisson, 1_000);
}

/// Run once, 1,000 cohorts of 500 each: negative binomial, shares and nine curve points between 94.3 and 96.1 % by the
/// information (mean 95.3 %), between 94.0 and 96.3 % by the sandwich (95.2 %); ZIP with time at
/// risk between 94.0 and 95.7 % (94.9 %), and between 94.0 and 95.4 % (94.8 %). Not run for the negative multinomial.
#[rstest]
#[ignore = "minutes of computing"]
fn intervals_of_shares_and_curves_cover_nineteen_times_in_twenty(
    #[values(Zip, NegBin, NegMultinomial)] family: Family,
) {
    check(family, 1_000);
}

/// What intervals are worth when form and number of groups were chosen by BIC on the same cohort: of the cohorts in which
/// as many groups were chosen as there are. Those in which another number was chosen are counted, as nothing of theirs
/// can be held against the truth.
///
/// Run once, 1,000 cohorts of 500 each. Negative binomial: the true form and three groups in 918, three groups in 997;
/// figures between 94.1 and 96.1 % (mean 95.2 %). ZINB: the true form and three groups in 656, with a common dispersion in
/// 330 more, three groups in 990; figures between 92.2 and 96.0 % (94.7 %), lowest for the curve of the lowest group.
#[rstest]
#[ignore = "minutes of computing"]
fn intervals_after_form_and_groups_were_chosen(#[values(NegBin, Zinb)] family: Family) {
    const COHORTS: u64 = 1_000;
    let truth = formulas::model(&spec(family), &like(family, 1), &value);
    let (panel, wanted) = (like(family, 500).panel(), true_figures(&truth));
    let grid = AgeGrid::years(12, 11 + AGES as u32).unwrap();
    let held: Vec<(String, usize, Vec<bool>)> = (0..COHORTS)
        .into_par_iter()
        .map(|seed| {
            let drawn = truth.simulate_like(&panel, 40_000 + seed).unwrap().data;
            let counts: Array2<u32> = drawn.values("y").unwrap().map(|y| y.unwrap() as u32);
            let cohort = Cohort::from_counts(grid, counts.view()).unwrap();
            let choice = FormOptions::new().degree(1).groups(1..=5).choose(&cohort).unwrap();
            let groups = choice.fit.groups.len();
            let holds = |(i, &v): (&Option<[f64; 2]>, &f64)| i.is_some_and(|[low, high]| low <= v && v <= high);
            let held = match groups == GROUPS {
                true => figures(&choice.fit, Errors::Information).iter().zip(&wanted).map(holds).collect(),
                false => Vec::new(),
            };
            (choice.form.to_string(), groups, held)
        })
        .collect();
    let mut chosen = std::collections::BTreeMap::new();
    held.iter().for_each(|(form, groups, _)| *chosen.entry((form, groups)).or_insert(0) += 1);
    let of: Vec<&Vec<bool>> = held.iter().map(|(_, _, held)| held).filter(|held| !held.is_empty()).collect();
    let covered = |f: usize| of.iter().filter(|held| held[f]).count() as f64 / of.len() as f64;
    let covered: Vec<f64> = (0..wanted.len()).map(covered).collect();
    let mean = covered.iter().sum::<f64>() / covered.len() as f64;
    note(format!("{family} chosen: {chosen:?}; {} cohorts: {mean:.4}, {covered:.3?}", of.len()));
    assert!(of.len() as f64 > 0.95 * COHORTS as f64, "{chosen:?}");
    assert!(mean > 0.93, "{covered:?}");
}

#[test]
fn intervals_of_a_group_of_six_people_cover_less_often_and_the_fit_says_that_it_is_small() {
    // 2 % of 300, whose rate at the last age rests on six counts
    let small = |p: &Parameter| match (p.part, p.group.map(|g| g.counted())) {
        (Part::Membership, Some(3)) => -3.4,
        (Part::LogDispersion, _) => 0.0,
        _ => value(p),
    };
    let (spec, like) = (spec(NegBin), like(NegBin, 300));
    let truth = formulas::model(&spec, &like, &small);
    let [information, sandwich] = coverage(&truth, &spec, &like, 150);
    note(format!("small group: {information:.3?} {sandwich:.3?}"));
    // its share and three points of its curve; by 150 cohorts known to 2 to 3 %
    let mean = |c: &[f64]| c.iter().sum::<f64>() / c.len() as f64;
    assert!((0.83..0.93).contains(&information[2]) && (0.83..0.93).contains(&mean(&information[9..])));
    assert!((0.65..0.85).contains(&mean(&sandwich[9..])), "a sandwich of six people: {sandwich:?}");
    // the two groups that are large are none the worse
    assert!(mean(&information[3..9]) > 0.93, "{information:?}");
    let fit = spec.fit(&truth.simulate_like(&like.panel(), 1).unwrap().data).unwrap();
    let said = fit.findings.iter().any(|f| matches!(f, Finding::SmallGroup { group, .. } if group.index() == 2));
    assert!(said, "{:?}", fit.findings);
}
