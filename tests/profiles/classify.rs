//! Classifying one person: what adds up, what equals what, and who gets which answer.

use crate::support::data::{Table, toronto, wide};
use crate::support::simulate::{four_groups, simulate, throughout};
use pleegprofiel::{
    AgeGrid, Classifier, Definitions, Family, Language, Model, PersonRow, Profile, Spec, name_model,
    profile::classify::{ClassifyOptions, Limitation, Refusal},
    trajectory::Group,
};

/// Fewer people than the default: these tests ask nothing of them.
fn few() -> ClassifyOptions {
    ClassifyOptions { people: 300, ..ClassifyOptions::default() }
}

fn classifier(model: Model) -> Classifier {
    let naming = name_model(&model, &Definitions::default()).unwrap();
    Classifier::with(model, naming, few()).unwrap()
}

/// The four groups of the fixtures in every family that counts events.
fn models() -> Vec<Model> {
    let plain = [Family::Poisson, Family::Zip, Family::ZipTau].map(four_groups);
    let dispersed = [Family::NegBin, Family::Zinb].map(|family| {
        let zip = four_groups(Family::Zip);
        let groups = zip.groups().iter().map(|g| Group {
            zero_coefficients: if family == Family::Zinb { g.zero_coefficients.clone() } else { vec![] },
            dispersion: Some(0.4),
            ..g.clone()
        });
        Model::new(family, zip.grid(), groups.collect()).unwrap()
    });
    plain.into_iter().chain(dispersed).collect()
}

/// Counts and time at risk.
type Record = (Vec<Option<u32>>, Option<Vec<f64>>);

/// Records of all sorts: whole and partial, with gaps, time in custody and large counts.
fn records() -> Vec<Record> {
    let people = simulate(&four_groups(Family::Poisson), 40, 51, &throughout).table.people;
    let mut all = Vec::new();
    for (i, person) in people.into_iter().enumerate() {
        let last = [27, 5, 12, 20][i % 4];
        let mut counts: Vec<Option<u32>> =
            person.counts.iter().enumerate().map(|(t, y)| y.filter(|_| t <= last && (t + i) % 7 != 3)).collect();
        if i % 5 == 0 {
            counts[2] = Some(80); // beyond any table
        }
        let exposure = (i % 3 == 0).then(|| (0..28).map(|t| if t % 4 == 1 { 0.3 } else { 1.0 }).collect());
        if counts.iter().flatten().any(|y| *y > 0) {
            all.push((counts, exposure));
        }
    }
    all
}

fn row((counts, exposure): &Record) -> PersonRow<'_> {
    PersonRow { exposure: exposure.as_deref(), ..PersonRow::new(counts) }
}

#[test]
fn contributions_add_up_to_the_posterior_log_odds_and_the_path_ends_at_the_classification() {
    for model in models() {
        let family = model.family();
        let classifier = classifier(model.clone());
        for record in records() {
            let answer = classifier.classify(row(&record)).unwrap();
            let explained = &answer.explanation;
            for a in 0..4 {
                for b in 0..4 {
                    let terms: f64 = explained.log_odds(a, b).iter().map(|term| term.none + term.events).sum();
                    let odds = explained.log_posterior[a] - explained.log_posterior[b];
                    assert!((terms - odds).abs() < 1e-12 * odds.abs().max(1.0), "{family}: {terms} {odds}");
                    let (pa, pb) = (answer.groups[a], answer.groups[b]);
                    if pa > 1e-200 && pb > 1e-200 {
                        assert!(((pa / pb).ln() - odds).abs() < 1e-12 * odds.abs().max(1.0), "{family}");
                    }
                }
            }
            let last = explained.path.last().unwrap();
            assert_eq!(last.posterior, answer.groups, "{family}: to the last bit");
            assert_eq!(last.age, answer.age);
            let by_model = model.posterior(row(&record)).unwrap();
            for (p, q) in answer.groups.iter().zip(by_model) {
                assert!((p - q).abs() < 1e-12, "{family}: {p} {q}");
            }
            let mut posterior = [0.0; 4];
            let placed = classifier.place(row(&record), &mut posterior).unwrap();
            assert_eq!((placed.profile, placed.group), (answer.profile(), answer.answer.group), "{family}");
            assert_eq!(posterior.as_slice(), answer.groups);
            assert_eq!(classifier.explain(row(&record)).unwrap(), *explained);
        }
    }
}

#[test]
fn what_if_is_the_classification_of_the_longer_record() {
    let classifier = classifier(four_groups(Family::Zip));
    for record in records() {
        let answer = classifier.classify(row(&record)).unwrap();
        let Some(what_if) = &answer.what_if else {
            assert!(answer.limitations.contains(&Limitation::EndOfModel) && answer.forecast.is_none());
            continue;
        };
        let next = record.0.iter().rposition(Option::is_some).unwrap() + 1;
        for (count, expected) in [(0, &what_if.offence_free), (1, &what_if.one_offence)] {
            let mut longer = record.clone();
            longer.0[next] = Some(count);
            if let Some(exposure) = &mut longer.1 {
                exposure[next] = 1.0;
            }
            assert_eq!(&classifier.classify(row(&longer)).unwrap().groups, expected);
        }
    }
}

#[test]
fn a_forecast_is_the_mixture_of_what_the_groups_would_do() {
    // one flat group of 2 offences a year and one of 0.1: by hand
    let group = |share, level: f64| Group::poisson(share, [level.ln()]);
    let grid = AgeGrid::years(15, 33).unwrap();
    let model = Model::new(Family::Poisson, grid, vec![group(0.8, 0.1), group(0.2, 2.0)]).unwrap();
    let classifier = classifier(model);
    let mut counts = vec![None; grid.len()];
    counts[..4].copy_from_slice(&[Some(0), Some(1), Some(1), Some(0)]);
    let answer = classifier.classify(PersonRow::new(&counts)).unwrap();
    let (p, q) = (answer.groups[0], answer.groups[1]);
    let forecast = answer.forecast.unwrap();
    assert_eq!((forecast.ages.len(), forecast.level), (5, 0.8));
    for (n, age) in (1..).zip(&forecast.ages) {
        let n = f64::from(n);
        assert!((age.offences.mean - (0.1 * p + 2.0 * q)).abs() < 1e-12);
        assert!((age.offences.any - (p * -(-0.1_f64).exp_m1() + q * -(-2.0_f64).exp_m1())).abs() < 1e-9);
        assert!((age.upto.mean - n * (0.1 * p + 2.0 * q)).abs() < 1e-12);
        assert!((age.upto.any - (p * -(-0.1 * n).exp_m1() + q * -(-2.0 * n).exp_m1())).abs() < 1e-9);
        assert!(age.upto.low <= age.upto.high && f64::from(age.upto.high) >= age.upto.mean.floor());
    }
}

/// Fits four groups and holds classifications against the fit's own posteriors.
fn equals_the_fit(table: &Table, options: &Spec) -> usize {
    let cohort = table.cohort();
    let fit = options.fit(&cohort).unwrap();
    let own = fit.model().posteriors(&cohort).unwrap();
    let naming = name_model(fit.model(), &Definitions::default()).unwrap();
    let classifier = Classifier::with(fit.model().clone(), naming, few()).unwrap();
    let mut posterior = [0.0; 4];
    let mut answered = 0;
    for i in 0..cohort.persons() {
        let (counts, exposure) = (cohort.counts(i), cohort.exposure(i));
        let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
        match classifier.place(row, &mut posterior) {
            Ok(placed) => {
                answered += 1;
                for (p, q) in posterior.iter().zip(own.row(i)) {
                    assert!((p - q).abs() < 1e-12, "person {i}: {p} {q}");
                }
                if i % 25 == 0 {
                    let answer = classifier.classify(row).unwrap();
                    assert_eq!((answer.groups.as_slice(), answer.profile()), (&posterior[..], placed.profile));
                }
            }
            Err(error) => {
                assert_eq!(Refusal::of(&error), Some(Refusal::NoAdjudicatedCase), "{error}");
                assert_eq!(counts.iter().flatten().max(), Some(&0));
            }
        }
    }
    answered
}

#[test]
fn classification_equals_the_posteriors_of_fitted_models() {
    let options = |family| Spec::counts(family).groups(4).degrees([2]).starts(4);
    assert_eq!(equals_the_fit(&toronto("TO1"), &options(Family::Zip)), 378);
    assert_eq!(equals_the_fit(&toronto("TO1risk"), &options(Family::Poisson)), 378);
    assert!(equals_the_fit(&wide("sim/sim_poisson_n1000.csv"), &options(Family::Poisson)) > 700);
    assert!(equals_the_fit(&wide("sim/sim_zip_n1000.csv"), &options(Family::Zip)) > 600);
}

#[test]
fn reasons_for_being_undecided_come_in_order_and_in_both_languages() {
    let classifier = classifier(four_groups(Family::Poisson));
    let classify = |counts: &[u32]| {
        let mut all = [None; 28];
        all.iter_mut().zip(counts).for_each(|(to, y)| *to = Some(*y));
        classifier.classify(PersonRow::new(&all)).unwrap()
    };
    let key = |counts: &[u32]| {
        let answer = classify(counts);
        for language in [Language::Dutch, Language::English] {
            assert!(!answer.text(language).is_empty());
        }
        answer.answer.undecided.as_ref().map(|why| why.key())
    };
    assert_eq!(key(&[1, 1]), Some("too-few-ages"));
    // by 18 a late start looks like hardly any offences, and the other way round
    assert_eq!(key(&[0, 0, 0, 0, 0, 0, 1]), Some("too-young"));
    // a hundred times what even the most active do
    assert_eq!(key(&[200; 28]), Some("unlike-any"));
    let answer = classify(&[0, 0, 0, 0, 0, 0, 1]);
    let text = answer.text(Language::English);
    assert!(text.starts_with("Undecided: too young to tell: from a record up to age 19 'low-rate offenders' and 'late-peak offenders' are told apart in"), "{text}");
    assert!(answer.prediction_set.profiles.len() >= 2);
}

#[test]
fn nobody_of_seventeen_is_called_early_peak_or_continuous_when_the_two_begin_alike() {
    let group = |share, c: [f64; 3]| Group::poisson(share, c);
    // both rise from 0.7 offences a year at 12 to 1.2 and more at 17; then one falls and the other goes on
    let groups = vec![
        group(0.4, [-3.0, -0.3, -0.5]),
        group(0.3, [-1.88, -7.56, -6.0]),
        group(0.1, [-0.6, 0.8, -1.0]),
        group(0.2, [0.55, 0.0, -0.85]),
    ];
    let model = Model::new(Family::Poisson, AgeGrid::years(12, 39).unwrap(), groups).unwrap();
    let classifier = classifier(model.clone());
    let (early, continuous) = (1, 3);
    assert_eq!(classifier.naming().profile_of(early), Some(Profile::EarlyPeak));
    assert_eq!(classifier.naming().profile_of(continuous), Some(Profile::Continuous));
    let people = simulate(&model, 2_000, 54, &throughout);
    let (mut later, mut posterior) = ([0, 0], [0.0; 4]);
    for person in &people.table.people {
        for last in [4, 5, 13] {
            let counts: Vec<Option<u32>> =
                person.counts.iter().enumerate().map(|(t, y)| y.filter(|_| t <= last)).collect();
            let Ok(placed) = classifier.place(PersonRow::new(&counts), &mut posterior) else { continue };
            let called = [Profile::EarlyPeak, Profile::Continuous].map(|p| usize::from(placed.profile == Some(p)));
            if last == 13 {
                later = [later[0] + called[0], later[1] + called[1]];
            } else {
                assert_eq!(called, [0, 0], "{counts:?}");
            }
        }
    }
    // by 26 most of them are
    assert!(later[0] > 300 && later[1] > 200, "{later:?}");
    let apart = |last: usize| classifier.resolution(last).groups[early].apart[continuous];
    assert!(apart(5) < 0.75 && apart(13) > 0.9, "{} {}", apart(5), apart(13));
}

#[test]
fn the_reference_model_calls_nobody_of_seventeen_early_peak_or_continuous() {
    let reference = pleegprofiel::reference_model();
    let classifier = Classifier::with(reference.model().clone(), reference.naming().clone(), few()).unwrap();
    let people = simulate(reference.model(), 3_000, 55, &throughout);
    let (mut seen, mut later, mut posterior) = (0, [0, 0], [0.0; 4]);
    for person in &people.table.people {
        // up to and with 16, 17 and 26
        for last in [4, 5, 14] {
            let counts: Vec<Option<u32>> =
                person.counts.iter().enumerate().map(|(t, y)| y.filter(|_| t <= last)).collect();
            let Ok(placed) = classifier.place(PersonRow::new(&counts), &mut posterior) else { continue };
            let called = [Profile::EarlyPeak, Profile::Continuous].map(|p| usize::from(placed.profile == Some(p)));
            if last == 14 {
                later = [later[0] + called[0], later[1] + called[1]];
            } else {
                seen += 1;
                assert_eq!(called, [0, 0], "{counts:?} {posterior:?}");
            }
        }
    }
    assert!(seen > 2_000 && later[0] > 300 && later[1] > 200, "{seen} {later:?}");
}

#[test]
fn a_set_of_one_profile_at_an_age_that_cannot_tell_it_says_that_it_is_no_answer() {
    let reference = pleegprofiel::reference_model();
    let classifier = Classifier::with(reference.model().clone(), reference.naming().clone(), few()).unwrap();
    let people = simulate(reference.model(), 1_000, 56, &throughout);
    let (mut lone, mut others) = (0, 0);
    for person in &people.table.people {
        for last in [5, 14] {
            let counts: Vec<Option<u32>> =
                person.counts.iter().enumerate().map(|(t, y)| y.filter(|_| t <= last)).collect();
            let Ok(answer) = classifier.classify(PersonRow::new(&counts)) else { continue };
            let young = matches!(answer.answer.undecided, Some(pleegprofiel::profile::Undecided::TooYoung { .. }));
            let one = answer.prediction_set.profiles.len() == 1;
            assert_eq!(answer.limitations.contains(&Limitation::LoneProfile), young && one);
            (lone, others) = (lone + usize::from(young && one), others + usize::from(!young && one));
        }
    }
    assert!(lone > 20 && others > 200, "{lone} {others}");
}

#[test]
fn groups_without_a_profile_are_kept_apart_and_absent_profiles_are_named() {
    let four = four_groups(Family::Poisson);
    // a third group peaks after the ages of the late peak
    let mut groups = four.groups()[..2].to_vec();
    groups.push(Group { coefficients: vec![-2.0, 3.0, -2.0], ..groups[0].clone() });
    let total: f64 = groups.iter().map(|g| g.share).sum();
    groups.iter_mut().for_each(|g| g.share /= total);
    let classifier = classifier(Model::new(Family::Poisson, four.grid(), groups).unwrap());
    let mut counts = [Some(0); 28];
    counts[20] = Some(1);
    let answer = classifier.classify(PersonRow::new(&counts)).unwrap();
    assert_eq!(answer.without_profile.len(), 1);
    let sum: f64 = answer.posterior.iter().map(|p| p.probability).sum();
    assert!((sum + answer.without_profile[0].probability.get() - 1.0).abs() < 1e-12);
    assert!(answer.prediction_set.evidence.iter().any(|e| e.profile.is_none()));
    assert!(
        answer.limitations.iter().any(|l| matches!(l, Limitation::AbsentProfiles(p) if p.contains(&Profile::LatePeak)))
    );
}

#[test]
fn the_same_input_gives_the_same_bits_and_a_result_reads_back() {
    let model = four_groups(Family::Poisson);
    let (first, second) = (classifier(model.clone()), classifier(model));
    assert_eq!(first, second);
    for record in records().iter().take(6) {
        let answer = first.classify(row(record)).unwrap();
        assert_eq!(answer, second.classify(row(record)).unwrap());
        let text = serde_json::to_string(&answer).unwrap();
        assert_eq!(serde_json::from_str::<pleegprofiel::profile::classify::Classification>(&text).unwrap(), answer);
    }
}

#[test]
fn sets_can_be_calibrated_on_people_of_known_profile() {
    let model = four_groups(Family::Poisson);
    let simulated = classifier(model.clone());
    let people = simulate(&model, 2_000, 52, &throughout);
    let rows: Vec<(&[Option<u32>], Profile)> = people
        .table
        .people
        .iter()
        .zip(&people.group)
        .filter(|(person, _)| person.counts.iter().flatten().any(|y| *y > 0))
        .map(|(person, k)| (person.counts.as_slice(), simulated.naming().profile_of(*k).unwrap()))
        .collect();
    let given = simulated
        .clone()
        .calibrated_on(rows.iter().map(|(counts, profile)| (PersonRow::new(counts), *profile)))
        .unwrap();
    let fresh = simulate(&model, 2_000, 53, &throughout);
    let mut kept = [[0.0_f64; 2]; 4];
    for (person, k) in fresh.table.people.iter().zip(&fresh.group) {
        let Ok(answer) = given.classify(PersonRow::new(&person.counts)) else { continue };
        assert_eq!(answer.prediction_set.source, pleegprofiel::profile::classify::CalibrationSource::Given);
        let own = given.naming().profile_of(*k).unwrap();
        kept[*k][0] += 1.0;
        kept[*k][1] += f64::from(u8::from(answer.prediction_set.profiles.contains(&own)));
    }
    for [n, inside] in kept {
        // as many tested as calibrated on
        assert!(inside / n > 0.9 - 4.0 * (0.18 / n).sqrt(), "{kept:?}");
    }
    let nobody: [(PersonRow<'_>, Profile); 0] = [];
    assert!(simulated.clone().calibrated_on(nobody).is_err());
    let bad = simulated.calibrated_on([(PersonRow::new(&[Some(0); 28]), Profile::Continuous)]).unwrap_err();
    assert!(bad.to_string().contains("person 1 of the calibration: no-adjudicated-case"), "{bad}");
}
