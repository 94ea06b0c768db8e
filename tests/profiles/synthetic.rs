//! Synthetic cohorts: the same person anywhere, files that read back, published prevalences, refusals.

use pleegprofiel::{
    AgeGrid, Family, Model, OutcomeSpec, Profile,
    career::Category,
    profile::reference::{CareerModel, Factor},
    reference_model,
    synthetic::{Drawn, PowerOptions, Sex, SyntheticCohort, SyntheticPerson, power},
    trajectory::Group,
};

fn model() -> CareerModel {
    reference_model().career_model().clone()
}

fn people(n: u64, seed: u64) -> Vec<SyntheticPerson> {
    SyntheticCohort::new(&model(), seed).unwrap().people(0..n).unwrap().collect()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn a_person_is_the_same_alone_and_among_many_on_any_number_of_threads() {
    let cohort = SyntheticCohort::new(&model(), 3).unwrap();
    let all: Vec<SyntheticPerson> = cohort.people(0..1500).unwrap().collect();
    for number in [0, 1, 511, 512, 1499] {
        assert_eq!(cohort.person(number).unwrap(), all[number as usize]);
    }
    for threads in [1, 2, 16] {
        let mut found = Vec::new();
        let take = |chunk: &[SyntheticPerson]| {
            found.extend_from_slice(chunk);
            Ok(())
        };
        on_threads(threads, || cohort.for_each_chunk(0..1500, take)).unwrap();
        assert_eq!(found, all, "{threads} threads");
    }
    let far = cohort.person(500_000).unwrap();
    assert_eq!(cohort.people(499_999..500_001).unwrap().nth(1).unwrap(), far);
    assert_ne!(SyntheticCohort::new(&model(), 4).unwrap().person(0).unwrap(), all[0]);
}

#[test]
fn every_career_is_what_the_model_says() {
    let model = model();
    let mut stays = 0;
    for person in people(3000, 5) {
        let career = &person.career;
        let index = career.index_offence(&Category::HUMAN_TRAFFICKING).unwrap();
        let first = career.offences().iter().position(|o| o.category == Category::HUMAN_TRAFFICKING).unwrap();
        assert!(index.age.get() >= f64::from(model.index_first_age) - 0.01);
        assert!(index.age.get() < f64::from(model.last_age) + 1.0);
        assert!((0..career.offences().len()).all(|i| !career.is_in_custody(i)));
        assert!(!person.stops || first + 1 == career.offences().len());
        let pleegprofiel::career::When::Date(on) = career.offences()[first].when else { panic!("dated") };
        assert!((2008..=2017).contains(&on.year()));
        stays += career.custody().len();
    }
    assert!(stays > 2000);
}

#[test]
fn prevalences_by_profile_are_those_of_the_model() {
    let (model, people) = (model(), people(20_000, 6));
    for (k, profile) in Profile::ALL.into_iter().enumerate() {
        let of: Vec<&SyntheticPerson> = people.iter().filter(|p| p.profile == profile).collect();
        let n = of.len() as f64;
        let near = |count: usize, share: f64, of: f64, what: &str| {
            // four standard errors: seven figures in four groups
            let se = (share * (1.0 - share) / of).sqrt();
            assert!(
                (count as f64 / of - share).abs() <= 4.0 * se,
                "{profile} {what}: {} and {share}",
                count as f64 / of
            );
        };
        near(of.len(), model.profiles[k].share, people.len() as f64, "share");
        near(of.iter().filter(|p| p.sex == Sex::Woman).count(), model.profiles[k].women, n, "women");
        for (factor, share) in model.profiles[k].factors.all() {
            near(of.iter().filter(|p| p.factors.contains(&factor)).count(), share, n, factor.key());
        }
    }
    assert_eq!(Factor::ALL.len(), 6);
}

#[test]
fn offences_come_at_the_rate_of_the_profile() {
    // nobody in custody, nobody lost: counts before the index offence are Poisson with the integral of the rate
    let mut model = model();
    (model.trafficking_custody, model.other_custody, model.frailty_variance) = (0.0, 0.0, 0.0);
    let cohort = SyntheticCohort::new(&model, 8).unwrap();
    let (mut seen, mut expected) = (0.0, 0.0);
    for person in cohort.people(0..20_000).unwrap() {
        let index = person.career.index_offence(&Category::HUMAN_TRAFFICKING).unwrap();
        seen += f64::from(index.earlier_offences);
        // rates are constant within a year of age
        let to = index.age.get();
        expected += (model.first_age..=to as u32)
            .map(|age| {
                let age = f64::from(age);
                model.rate(person.profile, age + 0.5) * (to - age).min(1.0)
            })
            .sum::<f64>();
    }
    assert!((seen - expected).abs() < 4.0 * expected.sqrt(), "{seen} and {expected}");
}

#[test]
fn a_model_that_makes_no_sense_is_refused_with_every_problem() {
    let mut bad = model();
    bad.profiles[0].share = 0.5;
    bad.profiles[1].peak_rate = f64::NAN;
    bad.profiles[2].rise_years = 0.0;
    bad.trafficking_custody = 1.5;
    bad.register_closes = bad.index_from;
    bad.kinds[0].category = Category::HUMAN_TRAFFICKING;
    let error = SyntheticCohort::new(&bad, 1).unwrap_err();
    assert_eq!(error.issue_count(), 6, "{error}");
    for part in ["shares in all", "early-peak.peak_rate", "NaN", "trafficking_custody: 1.5", "not in order"] {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    let mut empty = model();
    empty.kinds.clear();
    assert!(SyntheticCohort::new(&empty, 1).is_err());
    let mut swapped = model();
    swapped.profiles.swap(0, 1);
    assert!(SyntheticCohort::new(&swapped, 1).is_err());
    let cohort = SyntheticCohort::new(&model(), 1).unwrap();
    assert!(cohort.person(u64::MAX).is_err() && cohort.people(0..u64::MAX).is_err());
    assert!(serde_json::from_str::<CareerModel>(r#"{"first_age": 12}"#).is_err());
}

#[test]
fn an_extreme_but_allowed_model_still_draws_careers() {
    let mut model = model();
    for p in &mut model.profiles {
        (p.peak_rate, p.after, p.fall_years) = (100.0, 10.0, 1000.0);
    }
    (model.frailty_variance, model.other_custody, model.other_custody_days) = (10.0, 0.01, 10_000.0);
    (model.deaths, model.departures) = (10.0, 10.0);
    let cohort = SyntheticCohort::new(&model, 1).unwrap();
    assert_eq!(cohort.people(0..40).unwrap().count(), 40);
    model.first_age = 0;
    model.last_age = 100;
    model.profiles.iter_mut().for_each(|p| p.index_mean = 101.0);
    assert_eq!(SyntheticCohort::new(&model, 2).unwrap().people(0..20).unwrap().count(), 20);
}

fn group(share: f64, level: f64) -> Group {
    Group::poisson(share, [level])
}

#[test]
fn simple_cohorts_come_from_models_of_every_family() {
    let grid = AgeGrid::years(15, 24).unwrap();
    for family in [Family::Poisson, Family::Zip, Family::ZipTau, Family::NegBin, Family::Zinb, Family::Bernoulli] {
        let groups = [group(0.6, -1.0), group(0.4, 1.0)].map(|g| Group {
            zero_coefficients: if matches!(family, Family::Zip | Family::Zinb) { vec![-1.0] } else { vec![] },
            tau: (family == Family::ZipTau).then_some(0.5),
            dispersion: matches!(family, Family::NegBin | Family::Zinb).then_some(0.5),
            ..g
        });
        let model = Model::new(family, grid, groups.to_vec()).unwrap();
        let Drawn { data: cohort, truth } = model.simulate(4000, 1).unwrap();
        let high = truth.iter().filter(|&&k| k == 1).count() as f64 / 4000.0;
        assert!((high - 0.4).abs() < 4.0 * (0.24_f64 / 4000.0).sqrt(), "{family}: {high}");
        let expected: f64 = truth.iter().map(|&k| model.rates(k).iter().sum::<f64>()).sum();
        let ratio = cohort.events() as f64 / expected;
        assert!((ratio - 1.0).abs() < 0.05, "{family}: {ratio}");
        assert_eq!(model.simulate(4000, 1).unwrap(), Drawn { data: cohort, truth });
    }
    assert!(Model::new(Family::Poisson, grid, vec![group(1.0, 0.0)]).unwrap().simulate(0, 1).is_err());
}

#[test]
fn models_of_scores_and_fractions_draw_people_like_those_they_were_fitted_to() {
    let spread = |values: &[f64]| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt())
    };
    let data = ndarray::Array2::from_shape_fn((60, 5), |(i, j)| 0.2 + 0.1 * ((i * 7 + j * 3) % 6) as f64);
    let (mean, sd) = spread(&data.iter().copied().collect::<Vec<f64>>());
    for family in [Family::CensoredNormal, Family::Beta] {
        let grid = AgeGrid::years(15, 19).unwrap();
        let panel = pleegprofiel::Panel::new(grid).series("score", data.mapv(Some).view()).unwrap();
        let mut outcome = OutcomeSpec::new("score", family).degree(1);
        if family == Family::CensoredNormal {
            // far from the data: nothing is censored, and the estimates are their mean and spread
            outcome = outcome.bounds(-5.0, 6.0);
        }
        let fit = pleegprofiel::Spec::new(1).outcome(outcome).starts(1).fit(&panel).unwrap();
        let model: &Model = fit.model();
        let Drawn { data: drawn, truth } = model.simulate_people(4000, 3).unwrap();
        assert_eq!((drawn.persons(), truth.len(), drawn.observations()), (4000, 4000, 20_000));
        let values: Vec<f64> = drawn.values("score").unwrap().iter().flatten().copied().collect();
        let found = spread(&values);
        // four standard errors of 20,000 draws; the beta's estimates are not the mean and spread, but near them: 5 %
        let room = if family == Family::Beta { 0.05 } else { 0.0 };
        assert!((found.0 - mean).abs() < 4.0 * sd / 20_000_f64.sqrt() + room * mean, "{family}: {found:?} {mean}");
        assert!((found.1 - sd).abs() < 4.0 * sd / 40_000_f64.sqrt() + room * sd, "{family}: {found:?} {sd}");
        assert_eq!(model.simulate_people(4000, 3).unwrap().truth, truth);
        assert!(model.simulate_people(0, 3).is_err());
    }
}

#[test]
fn more_people_tell_groups_apart_more_often() {
    let grid = AgeGrid::years(15, 22).unwrap();
    let model = Model::new(Family::Poisson, grid, vec![group(0.5, -1.6), group(0.5, -0.4)]).unwrap();
    let options = PowerOptions { persons: vec![10, 200], groups: vec![1, 2, 3], replicates: 12, seed: 1, starts: 3 };
    let found = power(&model, &options).unwrap();
    assert!(found[0].recovered < found[1].recovered, "{found:?}");
    assert!(found[1].recovered > 0.7, "{found:?}");
    for point in &found {
        assert_eq!(point.replicates + point.undecided, 12);
        assert_eq!(point.chosen.iter().map(|c| c.1).sum::<usize>(), point.replicates);
    }
    assert_eq!(on_threads(1, || power(&model, &options)).unwrap(), found);
    for bad in [
        PowerOptions { persons: vec![], ..options.clone() },
        PowerOptions { groups: vec![], ..options.clone() },
        PowerOptions { replicates: 0, ..options.clone() },
        PowerOptions { persons: vec![0], ..options.clone() },
    ] {
        assert!(power(&model, &bad).is_err());
    }
}

#[cfg(feature = "csv")]
mod files {
    use super::*;
    use pleegprofiel::cohort::table::{
        Observed, TableOptions, TableSource, read_careers, read_groups, read_offences, read_wide_with,
    };

    fn tables(n: u64) -> [Vec<u8>; 7] {
        let mut tables: [Vec<u8>; 7] = Default::default();
        SyntheticCohort::new(&model(), 9).unwrap().write_tables(0..n, &mut tables).unwrap();
        tables
    }

    #[test]
    fn written_tables_read_back_to_the_same_people() {
        let n = 1200;
        let tables = tables(n);
        let source = |i: usize, name: &str| TableSource::new(name, &tables[i][..]);
        let options = TableOptions::new();
        let drawn = people(n, 9);
        let careers =
            read_careers(source(0, "people"), source(1, "offences"), Some(source(2, "custody")), &options).unwrap();
        assert_eq!(careers.len(), drawn.len());
        for (read, person) in careers.iter().zip(&drawn) {
            assert_eq!(read.id, person.number.to_string());
            assert_eq!(read.career, person.career);
        }
        let grid = model().grid().unwrap();
        let made = pleegprofiel::Cohort::from_careers(
            grid,
            drawn.iter().map(|p| ("", &p.career)),
            &pleegprofiel::cohort::CareerOptions::default(),
        )
        .unwrap()
        .cohort;
        let wide = read_wide_with(source(4, "counts"), Some(source(5, "exposure")), &options).unwrap();
        for i in 0..drawn.len() {
            assert_eq!(wide.counts(i), made.counts(i));
            assert_eq!(wide.exposure(i), made.exposure(i));
        }
        let long = read_offences(source(1, "offences"), Observed::Persons(source(3, "persons")), &options).unwrap();
        assert_eq!((long.persons(), long.events()), (made.persons(), made.events()));
        let groups = read_groups(source(6, "truth"), "profile", &options).unwrap();
        assert!(groups.iter().zip(&drawn).all(|(g, p)| g.1 == p.profile.key()));
    }

    #[test]
    fn tables_are_the_same_bytes_on_any_number_of_threads() {
        let one = on_threads(1, || tables(1100));
        assert_eq!(on_threads(2, || tables(1100)), one);
        assert_eq!(on_threads(16, || tables(1100)), one);
    }

    #[test]
    fn every_problem_of_dated_tables_is_listed_and_no_identifier_shown() {
        let people = "id,birth,from,to,end\nJan,1990-01-01,2002-01-01,2020-01-01,died\nJan,1990-01-01,2002-01-01,2020-01-01,\nPiet,1990,x,2020-01-01,gone\n";
        let offences = "id,committed,offence,severity,case\nJan,2010-05-04,drugs,-1,x\nKees,2010-05-04,Drugs!,,\n";
        let custody = "id,from,to\nJan,2010-05-05,never\n";
        let source = |name: &'static str, text: &'static str| TableSource::new(name, text.as_bytes());
        let error =
            read_careers(source("p", people), source("o", offences), Some(source("c", custody)), &TableOptions::new());
        let text = error.unwrap_err().to_string();
        for part in [
            "p, row 3, column id: same id as row 2",
            "column birth",
            "column from",
            "column end",
            "column severity",
            "column case",
            "o, row 3, column id: this id is not",
            "column offence",
            "c, row 2, column to",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("Jan") && !text.contains("Kees"), "{text}");
        // of a table of people that cannot be read, nobody is said to be missing
        for people in ["who,birth\nJan,1990-01-01\n", "id,birth,from,to\nJan,1990-01-01\n", "\u{0}"] {
            let error = read_careers(
                TableSource::new("p", people.as_bytes()),
                source("o", offences),
                None,
                &TableOptions::new(),
            );
            let text = error.unwrap_err().to_string();
            assert!(text.contains("column severity") && !text.contains("is not in the table of people"), "{text}");
        }
        let late = "id,committed,offence\nJan,2030-05-04,drugs\n";
        let good = "id,birth,from,to\nJan,1990-01-01,2002-01-01,2020-01-01\n";
        let error =
            read_careers(source("p", good), source("o", late), None, &TableOptions::new()).unwrap_err().to_string();
        assert!(error.contains("o, row 2, column committed: 2030-05-04 lies when the window has ended"), "{error}");
    }
}
