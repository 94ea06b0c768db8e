//! Models with covariates, splines, dropout or several outcomes: names, posteriors, answers, and what is refused why.

use crate::support::note;
use crate::support::simulate::{Simulated, four_groups, moved_by_covariate, simulate_with_covariate};
use pleegprofiel::{
    AgeGrid, Cohort, Definitions, Family, Fit, Model, OutcomeSpec, Panel, PersonRow, Profile, Spec,
    cohort::CohortBuilder,
    name_fit, name_model,
    ndarray::{Array2, Axis},
    profile::{
        Decision, Settled,
        classify::{Classification, ClassifyOptions, CovariateClassifier, Limitation},
    },
    trajectory::{Basis, COUNTS, Dropout, Part},
};

fn few() -> ClassifyOptions {
    ClassifyOptions { people: 300, ..ClassifyOptions::default() }
}

/// People as a cohort, each followed up to and with interval `last`; with whom of them it is of.
fn cohort(people: &Simulated, last: usize, only_with_record: bool) -> (Cohort, Vec<usize>) {
    let mut builder = CohortBuilder::new(people.table.grid);
    let mut who = Vec::new();
    for (i, person) in people.table.people.iter().enumerate() {
        let counts: Vec<Option<u32>> = person.counts.iter().enumerate().map(|(t, y)| y.filter(|_| t <= last)).collect();
        if !only_with_record || counts.iter().flatten().any(|y| *y > 0) {
            builder.push(PersonRow::new(&counts)).unwrap();
            who.push(i);
        }
    }
    (builder.finish(), who)
}

/// Three hundred people of four groups, whose shares hang on `x`, and a fit that knows so.
fn three_hundred() -> (Simulated, Vec<f64>, Cohort, Panel, Fit) {
    let (people, x) = simulate_with_covariate(300, 71);
    let (cohort, _) = cohort(&people, 27, false);
    let panel = Panel::from_cohort(&cohort).covariate("x", &x).unwrap();
    let spec = Spec::new(4).outcome(OutcomeSpec::counts(Family::Poisson).degree(2)).membership(["x"]);
    let fit = spec.starts(8).fit(&panel).unwrap();
    assert!(fit.best().is_ok());
    (people, x, cohort, panel, fit)
}

fn column(x: &[f64]) -> Array2<f64> {
    Array2::from_shape_fn((x.len(), 1), |(i, _)| x[i])
}

#[test]
fn the_same_people_get_the_same_names_with_a_covariate_as_without() {
    let (_, _, cohort, panel, fit) = three_hundred();
    let plain = Spec::counts(Family::Poisson).groups(4).degree(2).starts(8).fit(&cohort).unwrap();
    let by_plain = name_fit(&plain, &cohort, &Definitions::default()).unwrap();
    let naming = name_fit(&fit, &panel, &Definitions::default()).unwrap();
    let names = |naming: &pleegprofiel::profile::Naming| (0..4).map(|k| naming.profile_of(k)).collect::<Vec<_>>();
    assert_eq!(names(&naming), names(&by_plain));
    // of three hundred people one group meets no definition, with the covariate as without
    assert_eq!(names(&naming).iter().flatten().count(), 3, "{:?}", names(&naming));
    // shares are the mean of everyone's; the criteria are those of the curves
    for (k, group) in naming.groups.iter().enumerate() {
        assert!((group.share - fit.groups[k].share).abs() < 1e-15);
        assert_eq!(group.fits.len(), 4);
        assert!(fit.groups[k].occ.is_some_and(|occ| occ > 5.0));
    }
    // by the model alone, and by its only outcome
    let alone = name_model(fit.model(), &Definitions::default()).unwrap();
    assert_eq!(names(&alone), names(&naming));
    let by_outcome = name_fit(&fit.of_outcome(COUNTS).unwrap(), &panel, &Definitions::default()).unwrap();
    assert_eq!(by_outcome, naming);
}

#[test]
fn the_plain_model_has_the_same_names_whichever_engine_holds_it() {
    for family in [Family::Poisson, Family::Zip, Family::ZipTau] {
        let model = four_groups(family);
        let plain = name_model(&model, &Definitions::default()).unwrap();
        let general = name_model(&model.clone(), &Definitions::default()).unwrap();
        for (a, b) in plain.groups.iter().zip(&general.groups) {
            assert_eq!(a.profile, b.profile);
            assert!((a.share - b.share).abs() < 1e-12, "{family}");
        }
        let back = model.clone().for_people_with(&[]).unwrap();
        for k in 0..4 {
            let (a, b) = (model.rates(k), back.rates(k));
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-12 * a.abs()), "{family}");
        }
    }
}

/// Posterior of one person from the formulas: a softmax of logit and log-likelihood.
fn by_hand(model: &Model, counts: &[Option<u32>], x: f64) -> Vec<f64> {
    let value = |part: Part, group: usize, index: usize| {
        let names = model.parameter_names();
        let at = names
            .iter()
            .position(|p| p.part == part && p.group.map(|g| g.counted()) == Some(group) && p.index == index);
        at.map_or(0.0, |at| model.parameters()[at])
    };
    let n = counts.len();
    let joint: Vec<f64> = (1..=4)
        .map(|group| {
            let mut sum = value(Part::Membership, group, 0) + value(Part::Membership, group, 1) * x;
            for (t, y) in counts.iter().enumerate() {
                let Some(y) = *y else { continue };
                let u = 2.0 * t as f64 / (n - 1) as f64 - 1.0;
                let eta: f64 = (0..3).map(|d| value(Part::Curve, group, d) * u.powi(d as i32)).sum();
                // the same factorial in every group
                sum += f64::from(y) * eta - eta.exp();
            }
            sum
        })
        .collect();
    let top = joint.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = joint.iter().map(|j| (j - top).exp()).sum();
    joint.iter().map(|j| (j - top).exp() / total).collect()
}

#[test]
fn posteriors_are_a_softmax_of_logit_and_log_likelihood_and_a_stored_model_gives_them_again() {
    let (people, x, all, panel, fit) = three_hundred();
    let naming = name_fit(&fit, &panel, &Definitions::default()).unwrap();
    let stored = Settled::of_fit(&fit, &all).unwrap().decision(&naming).kept_with(fit.model().clone()).unwrap();
    let read = Model::from_json(&stored.to_json()).unwrap();
    assert!(read.groups().is_empty());
    assert_eq!((&read, Decision::of(&read).unwrap().unwrap().naming), (&stored, naming.clone()));
    let classifier = CovariateClassifier::of_stored(&read.only_outcome().unwrap(), few()).unwrap();
    assert_eq!(classifier.naming(), &naming);
    let posteriors = fit.posteriors(&panel).unwrap();
    let answers = classifier.classify_people(&all, column(&x).view(), 0..300).unwrap();
    let mut answered = 0;
    for (i, answer) in answers.iter().enumerate() {
        let expected = by_hand(fit.model(), &people.table.people[i].counts, x[i]);
        let close = |found: &[f64]| found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(&posteriors.row(i).to_vec()), "{i}");
        let Ok(answer) = answer else { continue };
        assert!(close(&answer.groups), "{i}: {:?} {expected:?}", answer.groups);
        assert_eq!(answer.model.covariates, [("x".to_owned(), x[i])]);
        assert!(answer.limitations.contains(&Limitation::OwnShares(vec![("x".to_owned(), x[i])])));
        let own = fit.model().only_outcome().unwrap().shares_for(&[("x", x[i])]).unwrap();
        assert!(answer.model.shares.iter().zip(own).all(|(a, b)| (a - b).abs() < 1e-12));
        answered += 1;
    }
    assert!(answered > 200);
    // one by one as together, whoever else is asked about
    let of = |i: usize| classifier.for_people_with(&[("x", x[i])]).unwrap();
    for i in (0..300).step_by(37) {
        let alone = of(i).classify(PersonRow::new(&people.table.people[i].counts));
        assert_eq!(alone.as_ref().ok(), answers[i].as_ref().ok());
        let Ok(alone) = alone else { continue };
        let mut posterior = [0.0; 4];
        let placed = of(i).place(PersonRow::new(&people.table.people[i].counts), &mut posterior).unwrap();
        assert_eq!((placed.group, placed.profile), (alone.answer.group, alone.profile()));
    }
}

#[test]
fn one_population_without_covariates_can_only_take_names_away() {
    let (_, _, all, _, fit) = three_hundred();
    let settled = Settled::of_fit(&fit, &all).unwrap();
    let one = settled.one_curve.as_ref().unwrap();
    assert_eq!(settled.gain, fit.bic_persons - one.bic_persons);
    assert!(settled.others.is_empty());
    let fewer = Cohort::from_counts(all.grid(), Array2::<u32>::ones((299, 28)).view()).unwrap();
    assert!(Settled::of_fit(&fit, &fewer).unwrap_err().to_string().contains("not the ones who were fitted"));
}

/// The truth that [`simulate_with_covariate`] draws from, as a model.
fn truth() -> Model {
    let (.., fit) = three_hundred();
    let mut json: serde_json::Value = serde_json::from_str(&fit.model().to_json()).unwrap();
    let [none, with] = [0.0, 1.0].map(moved_by_covariate);
    let logit = |model: &Model, k: usize| (model.groups()[k].share / model.groups()[0].share).ln();
    let mut parameters = Vec::new();
    for k in 1..4 {
        parameters.extend([logit(&none, k), logit(&with, k) - logit(&none, k)]);
    }
    none.groups().iter().for_each(|g| parameters.extend(&g.coefficients));
    assert_eq!(parameters.len(), fit.model().parameters().len());
    json["parameters"] = serde_json::to_value(parameters).unwrap();
    Model::from_json(&json.to_string()).unwrap()
}

#[test]
fn prediction_sets_hold_their_level_for_people_drawn_with_their_covariates() {
    let model = truth();
    let outcome = model.only_outcome().unwrap();
    let naming = name_model(&model, &Definitions::default()).unwrap();
    let coverage = 0.9;
    let options = ClassifyOptions { coverage, ..ClassifyOptions::default() };
    let classifier = CovariateClassifier::new(&outcome, naming, options).unwrap();
    let profile: Vec<Profile> = (0..4).map(|k| classifier.naming().profile_of(k).unwrap()).collect();
    let (people, x) = simulate_with_covariate(6_000, 72);
    for last in [6, 14, 27] {
        let (seen, who) = cohort(&people, last, true);
        let values = column(&x).select(Axis(0), &who);
        let answers = classifier.classify_people(&seen, values.view(), 0..seen.persons()).unwrap();
        for value in [0.0, 1.0] {
            for (k, own) in profile.iter().enumerate() {
                let of = |(i, answer): (&usize, &pleegprofiel::Result<Classification>)| {
                    let answer = answer.as_ref().unwrap();
                    let evidence = answer.prediction_set.evidence.iter().find(|e| e.profile == Some(*own)).unwrap();
                    let inside = answer.prediction_set.profiles.contains(own);
                    (x[*i] == value && people.group[*i] == k).then_some((inside, evidence.people))
                };
                let mine: Vec<(bool, usize)> = who.iter().zip(&answers).filter_map(of).collect();
                let (n, inside) = (mine.len() as f64, mine.iter().filter(|m| m.0).count() as f64);
                let drawn = mine[0].1 as f64;
                // four standard errors: of the people tested, and of those the set was calibrated on
                let error = (coverage * (1.0 - coverage) * (1.0 / n + 1.0 / drawn)).sqrt();
                note(format!("x {value} to {}: {own} {inside} of {n}", last + 12));
                assert!(inside / n >= coverage - 4.0 * error, "x {value} to {last}, {own}: {inside} of {n}");
            }
        }
    }
}

#[test]
fn what_is_missing_or_of_another_name_is_refused_by_name() {
    let (_, x, all, panel, fit) = three_hundred();
    let naming = name_fit(&fit, &panel, &Definitions::default()).unwrap();
    let outcome = fit.model().only_outcome().unwrap();
    let classifier = CovariateClassifier::new(&outcome, naming, few()).unwrap();
    let says = |covariates: &[(&str, f64)], words: &str| {
        let error = classifier.for_people_with(covariates).unwrap_err().to_string();
        assert!(error.contains(words), "{words}: {error}");
    };
    says(&[], "the model has the covariates of membership `x`: `x` of this person not given");
    says(&[("sex", 1.0)], "the model has the covariates of membership `x`; `sex` is not one");
    says(&[("x", f64::NAN)], "`x` is NaN, not a finite number");
    says(&[("x", 1.0), ("x", 0.0)], "`x` is given twice");
    let mut bad = column(&x);
    bad[(7, 0)] = f64::INFINITY;
    let told = classifier.classify_people(&all, bad.view(), 0..1).unwrap_err().to_string();
    assert!(told.contains("`x` of person 8 is inf"), "{told}");
    let none = Array2::zeros((300, 0));
    let told = classifier.classify_people(&all, none.view(), 0..1).unwrap_err().to_string();
    assert!(told.contains("300 people, 0 each"), "{told}");
    let plain = four_groups(Family::Poisson).clone();
    let told = plain.for_people_with(&[("x", 1.0)]).unwrap_err().to_string();
    assert!(told.contains("the model has no covariates of membership; `x` is not one"), "{told}");
}

/// Two hundred people: one in four steals every year at 16 to 19, all a little now and then.
fn thefts() -> Array2<Option<f64>> {
    let often = |i: usize, t: usize| i.is_multiple_of(4) && (4..8).contains(&t);
    Array2::from_shape_fn((200, 20), |(i, t)| Some(f64::from(u8::from(often(i, t) || (i + 7 * t).is_multiple_of(41)))))
}

fn panel(thefts: &Array2<Option<f64>>) -> Panel {
    Panel::new(AgeGrid::years(12, 31).unwrap()).series("theft", thefts.view()).unwrap()
}

fn theft() -> OutcomeSpec {
    OutcomeSpec::new("theft", Family::Poisson).degree(2)
}

/// A model that has names, and of which counts alone place nobody.
fn named_and_not_placed_by_counts(fit: &Fit, panel: &Panel, words: &str) {
    let outcome = fit.of_outcome("theft").unwrap();
    let naming = name_fit(&outcome, panel, &Definitions::default()).unwrap();
    assert_eq!(naming.groups_of(Profile::EarlyPeak), [1], "{words}");
    let told = CovariateClassifier::new(&outcome.of_model(), naming, few()).unwrap_err().to_string();
    assert!(told.contains("counts of `theft` alone do not place people") && told.contains(words), "{told}");
    assert!(outcome.posteriors(panel).unwrap().rows().into_iter().all(|row| (row.sum() - 1.0).abs() < 1e-12));
}

#[test]
fn models_with_splines_dropout_or_covariates_by_age_have_names_and_say_why_counts_do_not_place_anyone() {
    let grid = AgeGrid::years(12, 31).unwrap();
    let spline = Basis::natural_spline(&[16.0, 20.0, 25.0], grid).unwrap();
    let data = panel(&thefts());
    let spec = Spec::new(2).starts(4);
    let fit = spec.clone().outcome(OutcomeSpec::new("theft", Family::Poisson).bases([spline])).fit(&data).unwrap();
    named_and_not_placed_by_counts(&fit, &data, "natural splines");

    let work = Array2::from_shape_fn((200, 20), |(i, t)| f64::from(u8::from((3 * i + t) % 5 < 2)));
    let data = panel(&thefts()).varying("work", work.view()).unwrap();
    let fit = spec.clone().outcome(theft().varying(["work"])).fit(&data).unwrap();
    named_and_not_placed_by_counts(&fit, &data, "`work`");

    let mut left = thefts();
    for (i, mut row) in left.rows_mut().into_iter().enumerate() {
        let stays = if i % 3 == 0 { 12 + i % 7 } else { 20 };
        row.iter_mut().skip(stays).for_each(|y| *y = None);
    }
    let data = panel(&left);
    let fit = spec.outcome(theft()).dropout(Dropout::new("theft", 0)).fit(&data).unwrap();
    assert_eq!(fit.model().outcome_names(), ["theft"]);
    named_and_not_placed_by_counts(&fit, &data, "dropout by group");
}

#[test]
fn a_model_of_several_outcomes_is_asked_by_outcome() {
    let counts = thefts();
    let violence = Array2::from_shape_fn((200, 20), |(i, t)| {
        Some(f64::from(u8::from(i % 4 == 0 && i % 8 == 0 && t > 9 || (i + 5 * t) % 37 == 0)))
    });
    let data = panel(&counts).series("violence", violence.view()).unwrap();
    let violent = || OutcomeSpec::new("violence", Family::Poisson).degree(2);
    let any = OutcomeSpec::new("violence", Family::Bernoulli).degree(2);
    for spec in [Spec::new(3), Spec::dual(2, 2)] {
        let fit = spec.outcome(theft()).outcome(violent()).starts(8).fit(&data).unwrap();
        let told = name_fit(&fit, &data, &Definitions::default()).unwrap_err().to_string();
        assert!(told.contains("the model has the outcomes `theft`, `violence`"), "{told}");
        let told = fit.of_outcome("arson").unwrap_err().to_string();
        assert!(told.contains("`arson` is no outcome of the model; it has `theft`, `violence`"), "{told}");
        let outcome = fit.of_outcome("theft").unwrap();
        let naming = name_fit(&outcome, &data, &Definitions::default()).unwrap();
        assert!(!naming.groups_of(Profile::EarlyPeak).is_empty(), "{naming:?}");
        let groups = outcome.of_model().groups();
        assert_eq!((naming.groups.len(), outcome.groups_among(&data).unwrap().len()), (groups, groups));
        let members: u64 = outcome.groups_among(&data).unwrap().iter().map(|g| g.members).sum();
        assert_eq!(members, 200);
        assert!((outcome.shares().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        // by thefts alone, and the answer says what was not looked at
        let classifier = CovariateClassifier::of_stored(&outcome.of_model(), few()).unwrap();
        let record: Vec<Option<u32>> = counts.row(4).iter().map(|y| y.map(|y| y as u32)).collect();
        let answer = classifier.for_people_with(&[]).unwrap().classify(PersonRow::new(&record)).unwrap();
        assert!(answer.limitations.contains(&Limitation::OtherOutcomes(vec!["violence".into()])));
        let none = Array2::from_elem((200, 20), None);
        let alone = panel(&counts).series("violence", none.view()).unwrap();
        let posterior = outcome.posteriors(&alone).unwrap().row(4).to_vec();
        assert!(answer.groups.iter().zip(&posterior).all(|(a, b)| (a - b).abs() < 1e-12));
    }
    let fit = Spec::new(2).outcome(theft()).outcome(any).starts(4).fit(&data).unwrap();
    let told = name_model(&fit.model().of_outcome("violence").unwrap(), &Definitions::default()).unwrap_err();
    assert!(told.to_string().contains("the family bernoulli of `violence` does not give"), "{told}");
}

#[cfg(feature = "report")]
#[test]
fn a_report_of_a_model_with_covariates_says_what_it_was_not_held_against() {
    use pleegprofiel::{Language, report::Report};
    let (_, _, all, panel, fit) = three_hundred();
    let naming = name_fit(&fit, &panel, &Definitions::default()).unwrap();
    let settled = Settled::of_fit(&fit, &all).unwrap();
    let report = Report::of_outcome(fit.only_outcome().unwrap(), &panel, &naming).unwrap();
    let bare = report.table().notes.join(" ");
    assert!(
        bare.contains("one population without groups explains as much") && bare.contains("not looked at"),
        "{bare}"
    );
    let report = report.settled(&settled).show_small_cells(true);
    let table = report.table();
    assert_eq!(table.rows.len(), 4);
    assert!(table.notes.iter().any(|n| n.contains("has no covariates") && n.contains("was not looked at")));
    assert!(table.notes.iter().any(|n| n.contains("the same covariates (x)")), "{:?}", table.notes);
    assert!(report.svg().starts_with("<svg"));
    let html = report.clone().language(Language::Dutch).html().unwrap();
    assert!(html.contains("kenmerken van lidmaatschap") && html.contains("effect van x op groep 2"));
    let members: u64 = fit.groups.iter().map(|g| g.members).sum();
    assert_eq!(members, 300);
}
