//! Tests, bootstraps, the number of groups, stability: against closed forms, against each other, and on
//! simulated cohorts whose truth is known.

use crate::support::simulate::{simulate, throughout};
use pleegprofiel::{
    AgeGrid, Cohort, ErrorKind, Family, Fit, Model, OutcomeSpec, Panel, Spec,
    ndarray::{Array2, array},
    trajectory::{
        Errors, Group, Part,
        inference::{BootstrapOptions, GroupTestOptions, LeaveOutMethod, OnePopulationOptions, Resampling, Verdict},
    },
};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Poisson groups by share and log-rate polynomial in u, ages 12 to 19.
fn cohort(groups: &[(f64, &[f64])], persons: usize, seed: u64) -> Panel {
    let groups = groups.iter().map(|(share, c)| Group::poisson(*share, *c)).collect();
    let truth = Model::new(Family::Poisson, AgeGrid::years(12, 19).unwrap(), groups).unwrap();
    Panel::from_cohort(&simulate(&truth, persons, seed, &throughout).table.cohort())
}

fn poisson(groups: usize, degree: usize) -> Spec {
    Spec::new(groups).outcome(OutcomeSpec::counts(Family::Poisson).degree(degree)).starts(8)
}

/// Two groups far apart, one rising and one falling.
fn two_groups(persons: usize, seed: u64) -> (Panel, Fit) {
    let panel = cohort(&[(0.6, &[-0.7, 0.5]), (0.4, &[1.0, -0.4])], persons, seed);
    let fit = poisson(2, 1).fit(&panel).unwrap();
    (panel, fit)
}

#[test]
fn wald_and_likelihood_ratio_agree_and_have_their_size() {
    // 120 cohorts of 250 whose curves are linear, cubic against linear: 4 restrictions
    let (mut wald, mut ratio, mut apart) = (0, 0, 0.0);
    let cohorts = 120;
    for seed in 0..cohorts {
        let (panel, small) = two_groups(250, 1000 + seed);
        let large = poisson(2, 3).fit(&panel).unwrap();
        let names = large.model().parameter_names();
        let mut contrast = Array2::zeros((4, names.len()));
        let high = (0..names.len()).filter(|&i| names[i].part == Part::Curve && names[i].index >= 2);
        high.enumerate().for_each(|(row, i)| contrast[(row, i)] = 1.0);
        let w = large.by(Errors::Information).unwrap().wald(contrast.view(), &[0.0; 4]).unwrap();
        let lr = small.likelihood_ratio(&large).unwrap();
        assert_eq!((w.df, lr.df), (4, 4));
        wald += u32::from(w.p < 0.05);
        ratio += u32::from(lr.p < 0.05);
        apart += (w.statistic - lr.statistic).abs() / f64::from(cohorts as u32);
    }
    // 6 expected of 120, standard deviation 2.4: 0 to 14 within 3.4 of them
    assert!(wald <= 14 && ratio <= 14, "{wald} {ratio}");
    assert!(apart < 0.3, "on average {apart} apart, of a mean of 4");
}

#[test]
fn equal_curves_and_terms_are_the_contrasts_they_say() {
    let (_, fit) = two_groups(400, 5);
    // parameters: membership, then constant and slope of both groups
    let by_hand = array![[0.0, 1.0, 0.0, -1.0, 0.0], [0.0, 0.0, 1.0, 0.0, -1.0]];
    for errors in [Errors::Information, Errors::Sandwich] {
        let test = fit.by(errors).unwrap().equal_curves(0, 0, 1).unwrap();
        let expected = fit.by(errors).unwrap().wald(by_hand.view(), &[0.0, 0.0]).unwrap();
        assert_eq!((test.statistic, test.df, test.p), (expected.statistic, 2, expected.p));
        assert!(test.p < 1e-20 && test.hypothesis.contains("groups 1 and 2"), "{}", test.hypothesis);
        let slopes = fit.by(errors).unwrap().equal_terms(Some(0), Part::Curve, 1).unwrap();
        let v = fit.by(errors).unwrap().covariance();
        let theta = fit.model().parameters();
        let z2 = (theta[2] - theta[4]).powi(2) / (v[(2, 2)] + v[(4, 4)] - 2.0 * v[(2, 4)]);
        assert!((slopes.statistic / z2 - 1.0).abs() < 1e-9 && slopes.df == 1);
    }
    // the truth as right-hand side is not refused by its own test
    let truth = fit.by(Errors::Information).unwrap().wald(by_hand.view(), &[-1.7, 0.9]).unwrap();
    assert!(truth.p > 0.001, "{}", truth.p);
}

#[test]
fn contrasts_that_cannot_be_tested_are_refused_with_the_reason() {
    let (_, fit) = two_groups(200, 6);
    let refused =
        |c: Array2<f64>, r: &[f64]| fit.by(Errors::Information).unwrap().wald(c.view(), r).unwrap_err().to_string();
    let twice = array![[0.0, 1.0, 0.0, -1.0, 0.0], [0.0, 2.0, 0.0, -2.0, 0.0]];
    assert!(refused(twice, &[0.0, 0.0]).contains("repeat"));
    assert!(refused(array![[1.0, 0.0]], &[0.0]).contains("5 parameters"));
    assert!(refused(array![[f64::NAN, 0.0, 0.0, 0.0, 0.0]], &[0.0]).contains("not finite"));
    assert!(fit.by(Errors::Information).unwrap().equal_curves(0, 0, 2).unwrap_err().to_string().contains("no group 2"));
    assert!(
        fit.by(Errors::Information).unwrap().equal_curves(1, 0, 1).unwrap_err().to_string().contains("no outcome 1")
    );
    // a zero part that ran to its end: the parameter is named
    let counts = Array2::from_shape_fn((200, 5), |(i, t)| match i % 2 {
        0 => 3 + ((i / 2 + t) % 4) as u32,
        _ => u32::from((i / 2 + 2 * t) % 5 == 0) * (1 + ((i / 2 + t) % 2) as u32),
    });
    let cohort = Cohort::from_counts(AgeGrid::years(14, 18).unwrap(), counts.view()).unwrap();
    let outcome = OutcomeSpec::counts(Family::Zip).degree(0).zero_degree(0);
    let zip = Spec::new(2).outcome(outcome).fit(&Panel::from_cohort(&cohort)).unwrap();
    let error = zip.by(Errors::Information).unwrap().equal_curves(0, 0, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Untrusted);
    assert!(error.to_string().contains("zero part"), "{error}");
    assert!(zip.by(Errors::Information).unwrap().equal_parts(0, 0, 1, &[Part::Curve]).is_ok());
}

#[test]
fn models_that_are_not_nested_are_refused_with_the_reason() {
    let (panel, two) = two_groups(200, 7);
    let say = |small: &Fit, large: &Fit| small.likelihood_ratio(large).unwrap_err().to_string();
    let one = poisson(1, 1).fit(&panel).unwrap();
    assert!(say(&one, &two).contains("boundary") && say(&one, &two).contains("bootstrap"));
    let negbin = Spec::new(2).outcome(OutcomeSpec::counts(Family::NegBin).degree(1)).fit(&panel).unwrap();
    assert!(say(&two, &negbin).contains("boundary"));
    assert!(say(&poisson(2, 2).fit(&panel).unwrap(), &two).contains("not nested"));
    assert!(say(&two, &two).contains("nothing to test"));
    let (_, others) = two_groups(201, 7);
    assert!(say(&two, &others).contains("not of the same people"));
}

#[test]
fn bootstrap_standard_errors_are_those_of_the_information() {
    let (panel, fit) = two_groups(400, 11);
    for (resampling, errors) in [(Resampling::Parametric, Errors::Information), (Resampling::Case, Errors::Sandwich)] {
        let options = BootstrapOptions::new(resampling).replicates(399);
        let bootstrap = fit.bootstrap(&panel, &options).unwrap();
        assert!(bootstrap.failed.is_empty());
        // the standard deviation of 399 draws has a relative standard error of 1 / sqrt(798) = 3.5 %
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 0.13, "{resampling:?}: {a} {b}");
        for (estimate, (_, boot)) in fit.by(errors).unwrap().estimates().iter().zip(bootstrap.parameters().unwrap()) {
            near(boot.unwrap().se, estimate.se.unwrap());
        }
        for (share, boot) in fit.by(errors).unwrap().shares().iter().zip(bootstrap.shares().unwrap()) {
            near(boot.se, share.se.unwrap());
            assert!((boot.percentile[0] - share.low.unwrap()).abs() < 0.4 * boot.se);
            assert!((boot.basic[0] - (2.0 * boot.value - boot.percentile[1])).abs() < 1e-15);
        }
        for group in 0..2 {
            for (point, boot) in fit.by(errors).unwrap().curve(0, group).iter().zip(bootstrap.curve(0, group).unwrap())
            {
                near(boot.se, point.se.unwrap());
                assert!(boot.percentile[0] < point.value && point.value < boot.percentile[1]);
            }
        }
    }
}

#[test]
fn a_bootstrap_is_the_same_on_any_number_of_threads_and_another_with_another_seed() {
    let (panel, fit) = two_groups(80, 12);
    for resampling in [Resampling::Case, Resampling::Parametric] {
        let options = BootstrapOptions::new(resampling).replicates(40);
        let one = fit.bootstrap(&panel, &options.clone().threads(1)).unwrap();
        let three = fit.bootstrap(&panel, &options.clone().threads(3)).unwrap();
        assert_eq!((&one.replicates, &one.failed), (&three.replicates, &three.failed));
        assert_ne!(one.replicates, fit.bootstrap(&panel, &options.seed(2)).unwrap().replicates);
        let stored = serde_json::to_string(&one).unwrap();
        let again: pleegprofiel::trajectory::inference::Bootstrap = serde_json::from_str(&stored).unwrap();
        assert_eq!(again.replicates, one.replicates);
    }
}

#[test]
fn progress_is_reported_and_can_stop_the_work() {
    let (panel, fit) = two_groups(60, 13);
    let options = BootstrapOptions::new(Resampling::Case).replicates(30).threads(2);
    let seen = AtomicUsize::new(0);
    let count = |p: pleegprofiel::trajectory::Progress| {
        seen.fetch_max(p.done, Ordering::Relaxed);
        p.total == 30
    };
    fit.bootstrap_with_progress(&panel, &options, &count).unwrap();
    assert_eq!(seen.load(Ordering::Relaxed), 30);
    let stopped = fit.bootstrap_with_progress(&panel, &options, &|p| p.done < 5).unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Cancelled);
    let few = fit.bootstrap(&panel, &options.replicates(20)).unwrap();
    assert_eq!(few.shares().unwrap_err().kind(), ErrorKind::Untrusted);
}

#[test]
fn a_search_in_every_replicate_finds_the_same_groups_in_the_same_order() {
    let (panel, fit) = two_groups(120, 14);
    let climbed = fit.bootstrap(&panel, &BootstrapOptions::new(Resampling::Case).replicates(40)).unwrap();
    let searched = fit.bootstrap(&panel, &BootstrapOptions::new(Resampling::Case).replicates(40).starts(6)).unwrap();
    for (a, b) in climbed.replicates.iter().zip(&searched.replicates) {
        assert!((a.log_likelihood - b.log_likelihood).abs() < 1e-5 && (a.shares[0] - b.shares[0]).abs() < 1e-4);
    }
}

#[test]
fn groups_that_are_there_come_back_and_a_group_too_many_does_not() {
    let (panel, fit) = two_groups(200, 15);
    let options = BootstrapOptions::new(Resampling::Case).replicates(40).starts(6);
    let stable = fit.bootstrap(&panel, &options).unwrap().stability().unwrap();
    assert!(stable.rand_index > 0.95 && stable.groups.iter().all(|g| g.found == 1.0 && g.dissolved == 0.0), "{stable}");
    assert!(stable.groups.iter().all(|g| g.share_shift < 0.06 && g.curve_shift[0] < 0.2));
    let four = poisson(4, 1).fit(&panel).unwrap();
    let unstable = four.bootstrap(&panel, &options).unwrap().stability().unwrap();
    assert!(unstable.rand_index < stable.rand_index - 0.1, "{unstable}");
    assert!(unstable.groups.iter().any(|g| g.found < 0.8), "{unstable}");
    assert!(unstable.to_string().contains("full searches"));
}

#[test]
fn the_test_for_the_number_of_groups_keeps_its_level_when_there_is_one() {
    // 60 cohorts of 60 from one Poisson group, one group against two; p is 1/20, 2/20, .. with 19 replicates
    let options = GroupTestOptions::default().replicates(19).starts(4);
    let (mut rejected, mut sum, cohorts) = (0, 0.0, 60);
    for seed in 0..cohorts {
        let panel = cohort(&[(1.0, &[0.0])], 60, 4000 + seed);
        let fit = poisson(1, 0).fit(&panel).unwrap();
        let test = fit.group_test(&panel, &poisson(2, 0).starts(4), &options.clone().seed(seed)).unwrap();
        assert!(test.failed.is_empty() && test.null.len() == 19 && test.p == test.p_at_most);
        assert_eq!(test.p, (1 + test.exceedances) as f64 / 20.0);
        rejected += u32::from(test.p <= 0.05);
        sum += test.p;
    }
    // 3 expected, standard deviation 1.7. The mean of p is near 0.525, with a standard error of 0.037; many
    // statistics are 0 (no second group at all), and ties make p larger
    let mean = sum / f64::from(cohorts as u32);
    assert!(rejected <= 9, "{rejected}");
    assert!((0.40..0.80).contains(&mean), "{mean}");
}

#[test]
fn the_test_for_the_number_of_groups_sees_a_second_group() {
    let (panel, two) = two_groups(120, 16);
    let one = poisson(1, 1).fit(&panel).unwrap();
    let options = GroupTestOptions::default().replicates(39).starts(4);
    let clear = one.group_test(&panel, &poisson(2, 1), &options).unwrap();
    assert_eq!((clear.exceedances, clear.p, clear.groups), (0, 1.0 / 40.0, [1, 2]));
    assert!(clear.statistic > 100.0 && clear.null.iter().all(|&s| s < 30.0));
    // two groups are enough; and it stops when that is clear
    let enough = two.group_test(&panel, &poisson(3, 1), &options.clone().stop_after(5)).unwrap();
    assert!(enough.p > 0.05, "{}", enough.p);
    assert!(!enough.stopped_early || (enough.exceedances == 5 && enough.p == 5.0 / enough.null.len() as f64));
    let same = options.clone().stop_after(5).threads(1);
    assert_eq!(two.group_test(&panel, &poisson(3, 1), &same).unwrap().null, enough.null);
    let refused = two.group_test(&panel, &poisson(2, 1), &options).unwrap_err().to_string();
    assert!(refused.contains("2 groups are not more than 2"), "{refused}");
}

#[test]
fn one_skewed_population_is_seen_through_and_real_groups_are_not() {
    // one negative binomial population, variance 1 + 1.5 x mean; drawn from a model fitted to counts like it
    let like = Array2::from_shape_fn((150, 8), |(i, t)| {
        Some(if (i * 5 + t * 3) % 7 == 0 { 5.0 } else { f64::from(u8::from((i + t) % 9 == 0)) })
    });
    let like = Panel::new(AgeGrid::years(12, 19).unwrap()).series("counts", like.view()).unwrap();
    let truth = Spec::new(1).outcome(OutcomeSpec::counts(Family::NegBin).degree(0)).fit(&like).unwrap();
    let panel = truth.model().simulate_like(&like, 3).unwrap().data;
    let options = OnePopulationOptions::default().replicates(20).starts(4);
    let fit = poisson(2, 0).fit(&panel).unwrap();
    let single = poisson(1, 0).fit(&panel).unwrap();
    assert!(fit.bic_persons < single.bic_persons, "by BIC of Poisson models there are two groups");
    let check = fit.one_population(&panel, &options).unwrap();
    assert_eq!(check.verdict, Verdict::OnePopulation, "{check}");
    assert_eq!(check.drawn_from, Family::NegBin);
    assert!(check.bic_gain < 0.0 && check.spurious > 0.9 && check.failed.is_empty(), "{check}");
    assert!(check.to_string().contains("no case for groups"));

    let (panel, fit) = two_groups(120, 17);
    let check = fit.one_population(&panel, &options).unwrap();
    assert_eq!(check.verdict, Verdict::SeveralGroups, "{check}");
    assert!(check.p < 0.05 && check.bic_gain > 100.0 && check.single.len() == 3, "{check}");
    assert_eq!(check, fit.one_population(&panel, &options).unwrap());
    let refused = poisson(1, 1).fit(&panel).unwrap().one_population(&panel, &options).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidOptions);
}

#[test]
fn one_population_with_lasting_differences_is_no_case_for_groups() {
    let like = Array2::from_elem((200, 10), Some(0.0));
    let like = Panel::new(AgeGrid::years(12, 21).unwrap()).series("counts", like.view()).unwrap();
    let group = Group::poisson(1.0, [-0.2, 0.3]).with_dispersion(1.0);
    let truth = Model::new(Family::NegMultinomial, AgeGrid::years(12, 21).unwrap(), vec![group]).unwrap();
    let panel = truth.clone().simulate_like(&like, 9).unwrap().data;
    let fit = poisson(4, 1).fit(&panel).unwrap();
    // a negative binomial, drawn anew at every age, is no match for four groups
    let check = fit.one_population(&panel, &OnePopulationOptions::default().replicates(10).starts(4)).unwrap();
    assert!(check.single[..2].iter().all(|single| single.bic > check.groups.bic + 50.0), "{check}");
    assert_eq!((check.verdict, check.drawn_from), (Verdict::OnePopulation, Family::NegMultinomial), "{check}");
    assert!(check.spurious > 0.9, "{check}");
}

/// Two series, a covariate and people who leave.
fn rich(persons: usize) -> Panel {
    let level = |i: usize| if i.is_multiple_of(3) { 3 } else { 0 };
    let seen = |i: usize, t: usize| t < 3 + (i * 7) % 6;
    let counts = |a: usize, b: usize| {
        Array2::from_shape_fn((persons, 7), |(i, t)| {
            seen(i, t).then(|| (level(i) + (i * a + t * b + i * t) % 3) as f64)
        })
    };
    let female: Vec<f64> = (0..persons).map(|i| f64::from(u8::from((i * i + i / 3) % 5 < 2 + i % 2))).collect();
    Panel::new(AgeGrid::years(12, 18).unwrap())
        .series("theft", counts(7, 5).view())
        .unwrap()
        .series("violence", counts(11, 2).view())
        .unwrap()
        .covariate("female", &female)
        .unwrap()
}

#[test]
fn covariates_dropout_several_outcomes_and_dual_models_are_bootstrapped_and_left_out() {
    let panel = rich(150);
    let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(1);
    let specs = [
        Spec::new(2).outcome(of("theft")).membership(["female"]),
        Spec::new(2).outcome(of("theft")).dropout(pleegprofiel::trajectory::Dropout::new("theft", 1)),
        Spec::new(2).outcome(of("theft")).outcome(of("violence")),
        Spec::dual(2, 2).outcome(of("theft")).outcome(of("violence")),
    ];
    for (number, spec) in specs.into_iter().enumerate() {
        let fit = spec.starts(8).fit(&panel).unwrap();
        for resampling in [Resampling::Case, Resampling::Parametric] {
            let options = BootstrapOptions::new(resampling).replicates(50);
            let bootstrap = fit.bootstrap(&panel, &options).unwrap();
            let answers = bootstrap.replicates.len();
            // the corners of a dual model are nearly empty here, and replicates without them are failures
            assert!(answers >= if number == 3 { 0 } else { 45 }, "{number} {resampling:?}: {:?}", bootstrap.failed);
            for failure in &bootstrap.failed {
                assert!(!failure.reason.is_empty());
            }
            if answers >= 45 {
                let errors = if resampling == Resampling::Case { Errors::Sandwich } else { Errors::Information };
                let (share, boot) = (fit.by(errors).unwrap().shares()[1], bootstrap.shares().unwrap()[1]);
                // 50 replicates: a standard error within 40 %
                assert!((share.value - boot.value).abs() < 1e-12);
                assert!(share.se.is_none_or(|se| (boot.se / se - 1.0).abs() < 0.4), "{number} {share:?} {boot:?}");
            }
        }
        let step = fit.leave_one_out(&panel, LeaveOutMethod::OneStep).unwrap();
        let refit = fit.leave_one_out(&panel, LeaveOutMethod::Refit).unwrap();
        assert!(refit.log_score < fit.log_likelihood);
        assert!(
            (step.log_score - refit.log_score).abs() < 0.15 * (fit.log_likelihood - refit.log_score),
            "{number}: {} {}",
            step.log_score,
            refit.log_score
        );
        assert_eq!(step.cve.len(), fit.model().spec().classes().min(if number == 0 { 1 } else { 2 }));
    }
}
