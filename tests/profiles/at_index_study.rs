//! Studies of answers at the index offence, and of files held against a model.

use crate::at_index::{Cut, Known, answers, people};
use crate::support::note;
use crate::support::simulate::{four_groups, simulate, throughout};
use pleegprofiel::{
    AgeGrid, Classifier, Cohort, Definitions, Family, Model, PersonRow, Profile,
    career::Category,
    cohort::{CareerOptions, CohortBuilder},
    name_model,
    profile::classify::{CareerClassifier, Classification, FileFit, IndexAge},
    reference_model,
    synthetic::{SyntheticCohort, SyntheticPerson},
    trajectory::Group,
};
use rand::{Rng, SeedableRng};
use rand_distr::Distribution;

/// Number, stated and found by tenths of a posterior.
fn tenths(pairs: impl Iterator<Item = (f64, bool)>) -> Vec<(usize, f64, f64)> {
    let mut bins = vec![(0_usize, 0.0, 0.0); 10];
    for (p, right) in pairs {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += p;
        bin.2 += f64::from(u8::from(right));
    }
    bins.into_iter().map(|(n, p, right)| (n, p / n.max(1) as f64, right / n.max(1) as f64)).collect()
}

#[test]
#[ignore = "a study of several minutes"]
fn study_of_people_cut_at_the_end_of_the_index_year() {
    let number = std::env::var("PEOPLE").map_or(6_000, |n| n.parse().unwrap());
    let people = people(number, 77);
    for known in [Known::Dated, Known::Year, Known::Nothing] {
        let all = answers(&people, known);
        note(format!("== {known:?}"));
        let likeliest = |c: &Classification| (0..4).max_by(|a, b| c.groups[*a].total_cmp(&c.groups[*b])).unwrap();
        let top = tenths(all.iter().zip(&people).map(|(c, p)| (c.groups[likeliest(c)], likeliest(c) == p.profile)));
        note(format!("likeliest, by tenths (people, stated, found): {top:.3?}"));
        let each =
            tenths(all.iter().zip(&people).flat_map(|(c, p)| (0..4).map(move |k| (c.groups[k], k == p.profile))));
        note(format!("every profile: {each:.3?}"));
        let named: Vec<(&Classification, &Cut)> =
            all.iter().zip(&people).filter(|(c, _)| c.profile().is_some()).collect();
        for k in 0..4 {
            let mine: Vec<_> = named.iter().filter(|(c, _)| c.profile() == Some(Profile::ALL[k])).collect();
            let right = mine.iter().filter(|(_, p)| p.profile == k).count() as f64 / mine.len().max(1) as f64;
            let said = mine.iter().map(|(c, _)| c.groups[k]).sum::<f64>() / mine.len().max(1) as f64;
            note(format!(
                "named {}: {} of {}, stated {said:.3}, right {right:.3}",
                Profile::ALL[k],
                mine.len(),
                people.len()
            ));
        }
        let (mut worst, mut size) = ((0.0_f64, String::new()), 0);
        let mut beyond: Vec<String> = Vec::new();
        for k in 0..4 {
            // people, those whose set holds their profile, and these without those who have the counts of the least likely:
            // a set holds all people of one record or none
            let of = |from: usize, to: usize| {
                let mine: Vec<(f64, bool, &Cut)> = all
                    .iter()
                    .zip(&people)
                    .filter(|(_, p)| p.profile == k && (from..to).contains(&(p.year + 12)))
                    .map(|(c, p)| (c.groups[k], c.prediction_set.profiles.contains(&Profile::ALL[k]), p))
                    .collect();
                let held: Vec<_> = mine.iter().filter(|(_, held, _)| *held).collect();
                let least = held.iter().min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, _, p)| &p.counts);
                let alike = held.iter().filter(|(_, _, p)| Some(&p.counts) == least).count() as f64;
                let (n, inside) = (mine.len().max(1) as f64, held.len() as f64);
                (mine.len(), inside / n, (inside - alike) / n)
            };
            let (n, inside, _) = of(0, 99);
            note(format!("set holds {}: {inside:.3} of {n}", Profile::ALL[k]));
            // what the sets say themselves of how many of the profile they hold
            let stated = |age: usize| {
                let there = all.iter().zip(&people).filter(|(_, p)| p.profile == k && p.year + 12 == age);
                let says = there.map(|(c, _)| {
                    let mut of = c.prediction_set.evidence.iter().filter(|e| e.profile == Some(Profile::ALL[k]));
                    of.next().and_then(|e| e.holds).unwrap()
                });
                let says: Vec<f64> = says.collect();
                says.iter().sum::<f64>() / says.len() as f64
            };
            let by_age: Vec<(usize, usize, f64, f64)> = (14..45)
                .map(|age| (age, of(age, age + 1)))
                .filter(|(_, (n, ..))| *n >= 100)
                .map(|(age, (n, held, without))| (age, n, held, without))
                .collect();
            note(format!("   by index age, and without the least likely record {by_age:.3?}"));
            for (age, n, p, without) in by_age {
                let says = stated(age);
                if (p - says).abs() > 0.03 {
                    beyond.push(format!("{} at {age}: {p:.3} of {n}, stated {says:.3}", Profile::ALL[k]));
                }
                // above the level only as far as one record reaches over it
                let off = if without < 0.9 { (0.9 - p).max(0.0) } else { (p - 0.9).abs() };
                if off > worst.0 {
                    worst =
                        (off, format!("{} at {age}: {p:.3} of {n}, {without:.3} without one record", Profile::ALL[k]));
                }
            }
        }
        size += all.iter().map(|c| c.prediction_set.profiles.len()).sum::<usize>();
        note(format!("more than 3 points from what sets state: {beyond:?}"));
        note(format!("furthest from 0.9: {}; {:.2} profiles a set", worst.1, size as f64 / all.len() as f64));
        for alpha in [0.01, 0.05, 0.5] {
            let share = all.iter().filter(|c| c.typicality.nearest.p < alpha).count() as f64 / all.len() as f64;
            note(format!("typicality below {alpha}: {share:.4}"));
        }
        if known == Known::Nothing {
            assert!(all.iter().all(|c| c.forecast.is_none()));
            continue;
        }
        for k in [None, Some(0), Some(1), Some(2), Some(3)] {
            let (mut n, mut said, mut found) = (0, 0.0, 0.0);
            for (c, p) in all.iter().zip(&people).filter(|(c, _)| k.is_none_or(|k| likeliest(c) == k)) {
                let Some(forecast) = &c.forecast else { continue };
                n += 1;
                for (age, (count, at_risk)) in forecast.ages.iter().zip(p.later) {
                    said += age.offences.mean * at_risk;
                    found += f64::from(count);
                }
            }
            note(format!(
                "forecast, {}: {n} people, {said:.0} expected at the time at risk, {found:.0} found, ratio {:.3}",
                k.map_or("all", |k| Profile::ALL[k].key()),
                said / found
            ));
        }
    }
}

/// How each of a hundred files of so many people is taken: the share said not to fit.
fn not_fitting(
    persons: u64,
    files: u64,
    known: Known,
    change: &(dyn Fn(u32, &mut rand_chacha::ChaCha8Rng) -> u32 + Sync),
    frailty: f64,
) -> (f64, f64) {
    let reference = reference_model();
    let mut model = reference.career_model().clone();
    model.frailty_variance = frailty;
    let classifier = CareerClassifier::new(&reference).unwrap();
    let drawn = SyntheticCohort::new(&model, 4_711).unwrap();
    let grid = reference.model().grid();
    let fits: Vec<FileFit> = (0..files)
        .map(|f| {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(f);
            let people: Vec<SyntheticPerson> = drawn.people(f * persons..(f + 1) * persons).unwrap().collect();
            let careers = people.iter().map(|person| ("", &person.career));
            let cohort = Cohort::from_careers(grid, careers, &CareerOptions::default()).unwrap().cohort;
            let mut builder = CohortBuilder::new(grid);
            let mut index = Vec::new();
            for (i, person) in people.iter().enumerate() {
                let at =
                    person.career.offences().iter().position(|o| o.category == Category::HUMAN_TRAFFICKING).unwrap();
                let year = person.career.age_at(at).get() as usize - 12;
                let (mut counts, mut exposure) = (cohort.counts(i), cohort.exposure(i));
                for (t, count) in counts.iter_mut().enumerate() {
                    if known != Known::Nothing && t > year {
                        *count = None;
                    }
                    // the index offence is registered, whatever else is
                    let own = u32::from(known != Known::Nothing && t == year);
                    *count = count.map(|c| change(c - own, &mut rng) + own);
                }
                exposure.iter_mut().zip(&counts).for_each(|(e, c)| *e = if c.is_some() { *e } else { 1.0 });
                builder.push(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) }).unwrap();
                index.push(if known == Known::Nothing {
                    IndexAge::Unknown
                } else {
                    IndexAge::InYear { age: year as u32 + 12 }
                });
            }
            classifier.file_fit(&builder.finish(), &index).unwrap().unwrap()
        })
        .collect();
    let n = fits.len() as f64;
    let mean = |of: &dyn Fn(&FileFit) -> f64| fits.iter().map(of).sum::<f64>() / n;
    let sd = |of: &dyn Fn(&FileFit) -> f64| {
        let m = mean(of);
        mean(&|f| (of(f) - m).powi(2)).sqrt()
    };
    note(format!(
        "{known:?}, {persons} people: rate z {:.2} (sd {:.2}), spread z {:.2} ({:.2}), factor {:.3}, unusual {:.3}, none {:.3} of {:.3}, found {:.0} of {:.0}",
        mean(&|f| f.rate_z),
        sd(&|f| f.rate_z),
        mean(&|f| f.spread_z),
        sd(&|f| f.spread_z),
        mean(&|f| f.factor),
        mean(&|f| f.unusual),
        mean(&|f| f.none),
        mean(&|f| f.none_expected),
        mean(&|f| f.found as f64),
        mean(&|f| f.expected)
    ));
    (mean(&|f| f64::from(u8::from(!f.fits()))), mean(&|f| f.factor))
}

#[test]
#[ignore = "a study of several minutes"]
fn study_of_files_that_fit_and_do_not() {
    let files = std::env::var("FILES").map_or(100, |n| n.parse().unwrap());
    for known in [Known::Year, Known::Nothing] {
        for persons in [300, 50] {
            let (share, _) = not_fitting(persons, files, known, &|c, _| c, 0.0);
            note(format!("{known:?} as the model: {share:.2} do not fit"));
            assert!(share <= 0.05 || persons < 300);
            let (share, factor) = not_fitting(
                persons,
                files,
                known,
                &|c, rng| (0..c).filter(|_| rng.r#gen::<bool>()).count() as u32,
                0.0,
            );
            note(format!("{known:?} half registered: {share:.2} do not fit, factor {factor:.2}"));
            let (share, factor) = not_fitting(persons, files, known, &|c, _| 2 * c, 0.0);
            note(format!("{known:?} every count twice: {share:.2} do not fit, factor {factor:.2}"));
            let (share, factor) = not_fitting(persons, files, known, &|c, _| c, 0.5);
            note(format!("{known:?} a factor of variance 0.5: {share:.2} do not fit, factor {factor:.2}"));
        }
    }
}

/// Files of 300 people of a model of groups, as it is, half registered and with every count twice.
fn files_of_groups(files: u64) -> [f64; 3] {
    let model = four_groups(Family::Poisson);
    let classifier = Classifier::new(model.clone(), name_model(&model, &Definitions::default()).unwrap()).unwrap();
    let mut alarms = [0.0; 3];
    for seed in 0..files {
        let drawn = simulate(&model, 300, 900 + seed, &throughout);
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        for (kind, alarm) in alarms.iter_mut().enumerate() {
            let mut builder = CohortBuilder::new(model.grid());
            for person in &drawn.table.people {
                let mut change = |y: u32| match kind {
                    1 => (0..y).filter(|_| rng.r#gen::<bool>()).count() as u32,
                    2 => 2 * y,
                    _ => y,
                };
                let counts: Vec<Option<u32>> = person.counts.iter().map(|y| y.map(&mut change)).collect();
                builder.push(PersonRow::new(&counts)).unwrap();
            }
            let fit = classifier.file_fit(&builder.finish()).unwrap().unwrap();
            note(format!("{kind}: rate z {:.2}, spread z {:.2}, factor {:.2}", fit.rate_z, fit.spread_z, fit.factor));
            *alarm += f64::from(u8::from(!fit.fits())) / files as f64;
        }
    }
    alarms
}

#[test]
fn a_file_of_the_model_fits_and_one_with_half_or_twice_the_offences_does_not() {
    assert_eq!(files_of_groups(1), [0.0, 1.0, 1.0]);
    let twice: fn(u32, &mut rand_chacha::ChaCha8Rng) -> u32 = |c, _| 2 * c;
    for known in [Known::Year, Known::Nothing] {
        assert_eq!(not_fitting(300, 1, known, &|c, _| c, 0.0).0, 0.0);
        assert_eq!(not_fitting(300, 1, known, &twice, 0.0).0, 1.0);
    }
    assert_eq!(not_fitting(300, 1, Known::Year, &|c, _| c, 0.5).0, 1.0);
}

#[test]
fn an_age_at_which_a_curve_ran_off_is_not_held_against_the_file() {
    // rates of the second group: 1, 1.6 and, where nobody of it was seen, 8103 a year
    let grid = AgeGrid::years(12, 14).unwrap();
    let groups = vec![Group::poisson(0.5, [-1.0]), Group::poisson(0.5, [0.5, 4.5, 4.0])];
    let model = Model::new(Family::Poisson, grid, groups).unwrap();
    // names as they would be by curves over more ages
    let curves = vec![Group::poisson(0.5, [-3.5, 0.0, -0.5]), Group::poisson(0.5, [-1.5, -3.0, -3.0])];
    let curves = Model::new(Family::Poisson, AgeGrid::years(12, 39).unwrap(), curves).unwrap();
    let naming = name_model(&curves, &Definitions::default()).unwrap();
    let classifier = Classifier::new(model.clone(), naming).unwrap();
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
    let mut builder = CohortBuilder::new(grid);
    for i in 0..400 {
        let mut draw = |t: usize| rand_distr::Poisson::new(model.rate(i % 2, t)).unwrap().sample(&mut rng) as u32;
        let last = (i % 10 == 0).then(|| draw(2));
        builder.push(PersonRow::new(&[Some(draw(0)), Some(draw(1)), last])).unwrap();
    }
    let fit = classifier.file_fit(&builder.finish()).unwrap().unwrap();
    assert!(fit.fits() && (fit.expected / fit.found as f64 - 1.0).abs() < 0.15, "{fit:?}");
    assert!(fit.ages.iter().all(|age| age.age < 14.0), "{fit:?}");
}

#[test]
#[ignore = "a study of several minutes"]
fn study_of_files_of_groups() {
    let alarms = files_of_groups(100);
    note(format!("of 100 files each: as the model {:.2}, half {:.2}, twice {:.2}", alarms[0], alarms[1], alarms[2]));
    assert!(alarms[0] <= 0.05 && alarms[1] >= 0.95 && alarms[2] >= 0.95);
}

#[test]
fn too_few_people_are_not_compared() {
    let classifier = CareerClassifier::new(&reference_model()).unwrap();
    let drawn = SyntheticCohort::new(reference_model().career_model(), 3).unwrap();
    let few: Vec<SyntheticPerson> = drawn.people(0..19).unwrap().collect();
    let cohort =
        Cohort::from_careers(classifier.grid(), few.iter().map(|p| ("", &p.career)), &CareerOptions::default())
            .unwrap();
    assert_eq!(classifier.file_fit(&cohort.cohort, &[]).unwrap(), None);
}
