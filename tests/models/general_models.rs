//! Models beyond one outcome: covariates of membership and of the curve, dropout by group, several outcomes over
//! one grouping, two groupings joined.

use crate::support::data::fixture;
use crate::support::general::cases::{self, AGES, everywhere, outcome, varying};
use crate::support::general::draw::{cell, people};
use crate::support::general::formulas::{self, Formulas};
use crate::support::general::table::{Rows, Table};
use crate::support::note;
use pleegprofiel::{
    AgeGrid, Family, Fit, Model, OutcomeSpec, Spec,
    trajectory::{Dropout, Errors, Parameter, Part},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Mean and standard error of the mean.
fn mean(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let m = x.iter().sum::<f64>() / n;
    (m, (x.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt())
}

fn check_formulas(fit: &Fit, table: &Table) {
    let formulas = Formulas::of(fit.model()).evaluate(fit.model().parameters(), table);
    let apart = (fit.log_likelihood / formulas.log_likelihood - 1.0).abs();
    assert!(apart <= 1e-10, "{} claimed, {} by the formulas", fit.log_likelihood, formulas.log_likelihood);
}

fn find(fit: &Fit, part: Part, term: &str, group: usize) -> f64 {
    let is = |p: &Parameter| p.part == part && p.term == term && p.group.map(|g| g.counted()) == Some(group);
    let at = fit.model().parameter_names().iter().position(is).unwrap();
    fit.model().parameters()[at]
}

const COHORTS: u64 = 60;

/// Two groups not far apart, seen at three ages: people are placed wrongly often, and membership hangs on `x`.
#[test]
fn membership_covariates_are_unbiased_jointly_and_attenuated_by_hard_assignment() {
    let (n, effect) = (600, 1.2);
    let ages = AgeGrid::years(15, 17).unwrap();
    let mut like = Table::new(ages, "y", vec![vec![0.0; 3]; n]);
    let x: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i % 2 == 0))).collect();
    like.covariates.push(("x".into(), x.clone()));
    let spec = Spec::new(2).outcome(OutcomeSpec::new("y", Family::Poisson).degree(0)).membership(["x"]).starts(4);
    let truth = formulas::model(&spec, &like, &|p| match (p.part, p.term.as_str(), p.group.map(|g| g.counted())) {
        (Part::Membership, "1", _) => -0.8,
        (Part::Membership, ..) => effect,
        (_, _, Some(1)) => -0.4,
        _ => 0.9,
    });
    let both: Vec<[f64; 2]> = (0..COHORTS)
        .into_par_iter()
        .map(|seed| {
            let (table, _) = people(&truth, &like, 900 + seed);
            let joint = find(&spec.fit(&table.panel()).unwrap(), Part::Membership, "x", 2);
            // hard assignment: groups without the covariate, everyone in the most likely, then a table
            let alone = Spec::new(2).outcome(OutcomeSpec::new("y", Family::Poisson).degree(0)).starts(4);
            let posteriors = alone.fit(&table.panel()).unwrap().posteriors(&table.panel()).unwrap();
            let mut cells = [[0.5_f64; 2]; 2];
            (0..n).for_each(|i| cells[x[i] as usize][usize::from(posteriors[(i, 1)] > 0.5)] += 1.0);
            [joint, (cells[1][1] * cells[0][0] / cells[1][0] / cells[0][1]).ln()]
        })
        .collect();
    let (joint, se) = mean(&both.iter().map(|b| b[0]).collect::<Vec<_>>());
    let (hard, hard_se) = mean(&both.iter().map(|b| b[1]).collect::<Vec<_>>());
    note(format!("joint {joint:.3} ({se:.3}), hard {hard:.3} ({hard_se:.3}), truth {effect}"));
    // Student's t with 59 degrees of freedom at one in a thousand is 3.5
    assert!((joint - effect).abs() < 3.5 * se, "{joint}");
    assert!(hard < effect - 5.0 * hard_se && hard < 0.9 * effect, "{hard}");
}

/// With a covariate that a third of the people have, the share at its mean and the share of the population differ;
/// the interval beside a group's share has to be that of the second.
#[test]
fn the_interval_of_a_share_is_that_of_the_population_when_membership_has_covariates() {
    let n = 900;
    let mut like = Table::new(AgeGrid::years(15, 18).unwrap(), "y", vec![vec![0.0; 4]; n]);
    like.covariates.push(("x".into(), (0..n).map(|i| f64::from(u8::from(i % 3 == 0))).collect()));
    let outcome = OutcomeSpec::new("y", Family::Poisson).degree(0);
    let spec = Spec::new(3).outcome(outcome).membership(["x"]).starts(8);
    let truth = formulas::model(&spec, &like, &|p| match (p.part, p.term.as_str(), p.group.map(|g| g.counted())) {
        (Part::Membership, "1", _) => -1.0,
        (Part::Membership, _, Some(2)) => 1.0,
        (Part::Membership, ..) => 3.0,
        (_, _, Some(g)) => [-1.5, 0.3, 1.6][g - 1],
        _ => unreachable!(),
    });
    let table = people(&truth, &like, 4).0;
    let fit = spec.fit(&table.panel()).unwrap();
    assert!(fit.best().is_ok() && fit.undetermined().is_empty(), "{:?}", fit.findings);
    let formulas = Formulas::of(fit.model());
    let mean =
        |theta: &[f64], c: usize| (0..n).map(|i| formulas.log_prior(theta, &table, i)[c].exp()).sum::<f64>() / n as f64;
    let at = fit.model().parameters();
    for errors in [Errors::Information, Errors::Sandwich] {
        let v = fit.by(errors).unwrap().covariance();
        for (c, share) in fit.by(errors).unwrap().population_shares().iter().enumerate() {
            assert!((share.value - mean(at, c)).abs() < 1e-12 && (share.value - fit.groups[c].share).abs() < 1e-12);
            let slope = |i: usize| {
                let moved = |by: f64| at.iter().enumerate().map(|(j, b)| if j == i { b + by } else { *b }).collect();
                let (up, down): (Vec<f64>, Vec<f64>) = (moved(1e-5), moved(-1e-5));
                (mean(&up, c) - mean(&down, c)) / 2e-5
            };
            let g: Vec<f64> = (0..at.len()).map(slope).collect();
            let variance: f64 = (0..g.len()).map(|i| (0..g.len()).map(|j| g[i] * v[(i, j)] * g[j]).sum::<f64>()).sum();
            assert!((share.se.unwrap() / variance.sqrt() - 1.0).abs() < 1e-6, "{share:?} {variance}");
            assert!(share.low.unwrap() < share.value && share.value < share.high.unwrap());
        }
    }
    // the share at the covariate's mean is another quantity: here its value is near (0.409 and 0.410) and its standard
    // error 1.47 times as large, so that its interval beside the group's share would be that much too wide
    let (at_mean, of_all) =
        (fit.by(Errors::Information).unwrap().shares()[2], fit.by(Errors::Information).unwrap().population_shares()[2]);
    let ratio = at_mean.se.unwrap() / of_all.se.unwrap();
    assert!((1.3..1.6).contains(&ratio), "{ratio}");
}

#[test]
fn effects_of_covariates_that_change_with_age_are_unbiased() {
    let n = 400;
    let mut like = everywhere(n);
    like.varying.push(("z".into(), varying(n, 5)));
    let spec = Spec::new(2).outcome(outcome(Family::NegBin).varying(["z"])).starts(4);
    let truth = formulas::model(&spec, &like, &|p| cases::truth(Family::NegBin, p));
    let both: Vec<[f64; 2]> = (0..COHORTS)
        .into_par_iter()
        .map(|seed| {
            let fit = spec.fit(&people(&truth, &like, 300 + seed).0.panel()).unwrap();
            [find(&fit, Part::Curve, "z", 1), find(&fit, Part::Curve, "z", 2)]
        })
        .collect();
    for (g, wanted) in [0.4, -0.25].into_iter().enumerate() {
        let (got, se) = mean(&both.iter().map(|b| b[g]).collect::<Vec<_>>());
        note(format!("group {}: {got:.4} ({se:.4}) for {wanted}", g + 1));
        assert!((got - wanted).abs() < 3.5 * se, "{got} for {wanted}");
    }
}

const WAVES: usize = 6;

fn with_dropout() -> Spec {
    let dropout = Dropout::new("y", 1).after_last_value(true);
    Spec::new(2).outcome(OutcomeSpec::new("y", Family::Poisson).degree(1)).dropout(dropout).starts(12)
}

/// The model of `with_dropout`, its leaving written out as the outcome it is.
fn leaving(spec: &Spec, table: &Table) -> Model {
    let hazard = OutcomeSpec::new("y: dropout", Family::Bernoulli).degree(1).varying(["y: last value"]);
    formulas::model(&spec.clone().outcome(hazard), table, &|p| {
        let g = p.group.unwrap().index();
        match (p.part, p.outcome, p.term.as_str()) {
            (Part::Membership, ..) => -0.3,
            (_, Some(0), "1") => [-0.5, 1.2][g],
            (_, Some(0), _) => [0.2, -0.4][g],
            (_, _, "1") => [-3.0, -1.6][g],
            (_, _, "u") => [0.3, -0.2][g],
            _ => [0.1, 0.15][g],
        }
    })
}

/// Counts drawn wave after wave; who leaves is not seen again.
fn leavers(truth: &Model, n: usize, seed: u64) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let formulas = Formulas::of(truth);
    let mut table = Table::new(AgeGrid::years(12, 11 + WAVES as u32).unwrap(), "y", vec![vec![f64::NAN; WAVES]; n]);
    table.varying.push(("y: last value".into(), vec![vec![0.0; WAVES]; n]));
    for i in 0..n {
        let class = usize::from(rng.r#gen::<f64>() >= formulas.log_prior(truth.parameters(), &table, i)[0].exp());
        for t in 0..WAVES {
            if t > 0 {
                table.varying[0].1[i][t] = table.series[0].1[i][t - 1];
                let p = formulas.predictors(truth.parameters(), &table, 1, class, [i, t]);
                if cell(&formulas.outcomes[1], 1.0, &p, &mut rng) == 1.0 {
                    break;
                }
            }
            let p = formulas.predictors(truth.parameters(), &table, 0, class, [i, t]);
            table.series[0].1[i][t] = cell(&formulas.outcomes[0], 1.0, &p, &mut rng);
        }
    }
    table.varying.clear();
    table
}

#[test]
fn dropout_by_group_is_recovered_and_its_likelihood_is_that_of_the_formulas() {
    let spec = with_dropout();
    let shape = Table::new(AgeGrid::years(12, 11 + WAVES as u32).unwrap(), "y", vec![vec![0.0; WAVES]]);
    let truth = leaving(&spec, &shape);
    let table = leavers(&truth, 3_000, 77);
    let fit = spec.fit(&table.panel()).unwrap();
    assert!(fit.best().is_ok(), "{:?}", fit.findings);
    check_formulas(&fit, &table.with_dropout(0));
    for (e, v) in fit.by(Errors::Information).unwrap().estimates().iter().zip(truth.parameters()) {
        let z = (e.value - v) / e.se.unwrap();
        note(format!("{:?}: {:.3} for {v}, {z:+.2} standard errors", e.parameter, e.value));
        assert!(z.abs() <= 4.0, "{:?}: {z}", e.parameter);
    }
    // people drawn by the model leave as those it was fitted to: 3,000 persons, three standard errors of 0.9 %
    let again = fit.model().simulate_like(&table.panel(), 5).unwrap().data;
    let seen = |o: u64| o as f64 / (3_000 * WAVES) as f64;
    assert!((seen(again.observations()) - seen(table.panel().observations())).abs() <= 0.027);
    let refit = spec.fit(&again).unwrap();
    for (a, b) in refit.by(Errors::Information).unwrap().estimates().iter().zip(fit.model().parameters()) {
        assert!((a.value - b).abs() <= 4.0 * a.se.unwrap(), "{a:?} for {b}");
    }
}

#[test]
fn nobody_is_drawn_where_there_was_no_time_at_risk() {
    let spec = with_dropout();
    let shape = Table::new(AgeGrid::years(12, 11 + WAVES as u32).unwrap(), "y", vec![vec![1.0; WAVES]; 300]);
    let truth = leaving(&spec, &shape);
    let mut table = shape.clone();
    let locked_up = |i: usize, t: usize| (i + t).is_multiple_of(4);
    table.exposure[0] =
        Some((0..300).map(|i| (0..WAVES).map(|t| if locked_up(i, t) { 0.0 } else { 0.5 }).collect()).collect());
    for (i, row) in table.series[0].1.iter_mut().enumerate() {
        (0..WAVES).filter(|&t| locked_up(i, t)).for_each(|t| row[t] = f64::NAN);
    }
    let drawn = truth.simulate_like(&table.panel(), 3).unwrap().data;
    assert!(drawn.observations() <= table.panel().observations());
    let posteriors = truth.posteriors(&drawn).unwrap();
    assert!(posteriors.iter().all(|p| p.is_finite()));
    assert!(spec.fit(&drawn).unwrap().log_likelihood.is_finite());
}

fn crimoc() -> Table {
    let text = std::fs::read_to_string(fixture("crimoc/crimoc_wide.csv")).unwrap();
    let number = |x: &str| x.parse().unwrap_or(f64::NAN);
    let rows: Rows = text.lines().skip(1).map(|l| l.split(',').skip(5).map(number).collect()).collect();
    Table::new(AgeGrid::years(13, 16).unwrap(), "delinquency", rows)
}

/// What ignoring attrition changes on real data: little in shares and curves, though leaving is not at random. The
/// chance to leave before the last wave is twice as large in the group that offends most (33 %) as in the one that
/// hardly does (16 %). Modelling it moves 0.7 % of the pupils out of the lowest group, 0.5 % into the middle and
/// 0.2 % into the highest, a third of a standard error each, and no curve by more than 6 %.
#[test]
fn what_ignoring_dropout_changes_in_crimoc() {
    let outcome = OutcomeSpec::new("delinquency", Family::Zip).degree(2).zero_degree(0);
    let plain = Spec::new(3).outcome(outcome.clone());
    let leaving = plain.clone().dropout(Dropout::new("delinquency", 1));
    let table = crimoc();
    let (plain, leaving) = (plain.fit(&table.panel()).unwrap(), leaving.fit(&table.panel()).unwrap());
    check_formulas(&leaving, &table.with_dropout(0));
    assert!(plain.best().is_ok() && leaving.best().is_ok());
    let shares =
        |fit: &Fit| -> Vec<f64> { fit.by(Errors::Information).unwrap().shares().iter().map(|s| s.value).collect() };
    let (without, with) = (shares(&plain), shares(&leaving));
    let hazards: Vec<f64> = (0..3).map(|g| leaving.model().curve(1, g)[3]).collect();
    note(format!("{without:.4?} {with:.4?} {hazards:.3?}"));
    // pins; their standard errors are 0.019, 0.018, 0.010, so that a third digit says nothing
    for (got, want) in without.iter().chain(&with).zip([0.561, 0.325, 0.114, 0.554, 0.330, 0.116]) {
        assert!((got - want).abs() < 1e-3, "{without:?} {with:?}");
    }
    // before the last wave one in six of those who hardly offend leaves, one in three of those who do so most
    for (got, want) in hazards.iter().zip([0.160, 0.238, 0.330]) {
        assert!((got - want).abs() < 2e-3, "{hazards:?}");
    }
    for g in 0..3 {
        let (a, b) = (plain.model().curve(0, g), leaving.model().curve(0, g));
        assert!(a.iter().zip(&b).all(|(a, b)| (b / a - 1.0).abs() < 0.06), "{a} {b}");
    }
    let alike = leaving.parameters - plain.parameters;
    // one hazard for all groups would be fitted apart from the counts: what is gained by one a group
    let mut left = table.with_dropout(0);
    left.series.remove(0);
    left.exposure.remove(0);
    left.varying.clear();
    let common = OutcomeSpec::new("delinquency: dropout", Family::Bernoulli).degree(1);
    let common = Spec::new(1).outcome(common).fit(&left.panel()).unwrap();
    let gain = 2.0 * (leaving.log_likelihood - plain.log_likelihood - common.log_likelihood);
    note(format!("a hazard of its own for each group: {gain:.1} on {} parameters", alike - common.parameters));
    // chi-squared with 4 degrees of freedom: 18.5 at one in a thousand
    assert!(gain > 18.5, "{gain}");
}

#[test]
fn two_groupings_joined_give_back_their_transitions() {
    let n = 2_000;
    let grid = AgeGrid::years(12, 11 + AGES as u32).unwrap();
    let mut like = Table::new(grid, "theft", vec![vec![0.0; AGES]; n]);
    like.series.push(("violence".into(), vec![vec![0.0; AGES]; n]));
    like.exposure.push(None);
    let spec = Spec::dual(2, 3)
        .outcome(OutcomeSpec::new("theft", Family::Poisson).degree(1))
        .outcome(OutcomeSpec::new("violence", Family::Bernoulli).degree(1))
        .starts(12);
    // probabilities of the pairs, second group fastest
    let joint: [f64; 6] = [0.35, 0.15, 0.05, 0.08, 0.12, 0.25];
    let truth = formulas::model(&spec, &like, &|p| match (p.part, p.outcome) {
        (Part::Membership, _) => (joint[p.group.unwrap().index()] / joint[0]).ln(),
        (_, Some(0)) => [[-1.0, 0.2], [1.0, -0.4]][p.group.unwrap().index()][p.index],
        _ => [[-3.5, 0.3], [-0.5, -0.8], [2.0, 0.4]][p.group.unwrap().index()][p.index],
    });
    let table = people(&truth, &like, 31).0;
    let fit = spec.fit(&table.panel()).unwrap();
    assert!(fit.best().is_ok(), "{:?}", fit.findings);
    check_formulas(&fit, &table);
    assert_eq!(fit.parameters, 5 + 4 + 6);
    let transitions = fit.by(Errors::Information).unwrap().transitions().unwrap();
    for (g, row) in transitions.iter().enumerate() {
        assert!((row.iter().map(|i| i.value).sum::<f64>() - 1.0).abs() < 1e-12);
        let total: f64 = joint[3 * g..3 * g + 3].iter().sum();
        for (h, i) in row.iter().enumerate() {
            let (want, se) = (joint[3 * g + h] / total, i.se.unwrap());
            note(format!("{} -> {}: {:.3} ({se:.3}) for {want:.3}", g + 1, h + 1, i.value));
            assert!((i.value - want).abs() <= 3.5 * se, "{} for {want}, error {se}", i.value);
            // never better known than if everyone's groups were
            assert!(se >= 0.9 * (want * (1.0 - want) / (n as f64 * total)).sqrt(), "{se}");
        }
    }
}
