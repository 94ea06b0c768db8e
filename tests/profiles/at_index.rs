//! Classification at the index offence, on people drawn from the career model whose truth is known.

use crate::support::note;
use pleegprofiel::{
    Career, CareerClassifier, CareerOptions, Category, Classification, Cohort, IndexAge, Moment, PersonRow, Profile,
    SyntheticCohort, SyntheticPerson, When, Window, WindowEnd, reference_model,
};
use rayon::prelude::*;

/// Someone cut at the end of the year of age of the index offence, and what came after.
struct Cut {
    profile: usize,
    year: usize,
    counts: Vec<Option<u32>>,
    exposure: Vec<f64>,
    /// Offences and time at risk of the five years after it.
    later: [(u32, f64); 5],
    /// Observed for all five years, at liberty or not.
    followed: bool,
    career: Career,
}

fn people(number: u64, seed: u64) -> Vec<Cut> {
    let reference = reference_model();
    let drawn = SyntheticCohort::new(reference.career_model(), seed).unwrap();
    let all: Vec<SyntheticPerson> = drawn.people(0..number).unwrap().collect();
    let grid = reference.model().grid();
    let careers = all.iter().map(|person| ("", &person.career));
    let cohort = Cohort::from_careers(grid, careers, &CareerOptions::default()).unwrap().cohort;
    let cut = |(i, person): (usize, &SyntheticPerson)| {
        let (mut counts, mut exposure) = (cohort.counts(i), cohort.exposure(i));
        let index = person.career.offences().iter().position(|o| o.category == Category::HUMAN_TRAFFICKING).unwrap();
        let year = person.career.age_at(index).get() as usize - 12;
        let later = std::array::from_fn(|t| {
            let at = year + 1 + t;
            (counts.get(at).copied().flatten().unwrap_or(0), exposure.get(at).copied().unwrap_or(0.0))
        });
        let followed = (year + 1..=year + 5).all(|t| t < 33) && person.observed_ages().1 as usize > year + 5 + 12;
        counts.iter_mut().skip(year + 1).for_each(|count| *count = None);
        exposure.iter_mut().skip(year + 1).for_each(|e| *e = 0.0);
        let career = until_birthday(person, year as u32 + 13);
        Cut { profile: Profile::ALL.into_iter().position(|p| p == person.profile).unwrap(), year, counts, exposure, later, followed, career }
    };
    all.par_iter().enumerate().map(cut).collect()
}

/// The career as it is known on a birthday.
fn until_birthday(person: &SyntheticPerson, age: u32) -> Career {
    let career = &person.career;
    let birth = career.birth().unwrap();
    let day = |at: Moment| if let Moment::Date(date) = at { date } else { unreachable!() };
    let (from, to) = (day(career.window().from), day(career.window().to));
    // the 29th of February has its birthday on the 1st of March of other years
    let end = (0..).map(|d| birth.plus_days(i64::from(age) * 365 + i64::from(age) / 4 - 2 + d).unwrap());
    let end = end.into_iter().find(|date| birth.age_on(*date).unwrap().get() >= f64::from(age)).unwrap().min(to);
    let before = |when: When| if let When::Date(date) = when { date < end } else { unreachable!() };
    Career::dated(birth)
        .window(Window::dates(from, end, WindowEnd::Unknown))
        .offences(career.offences().iter().filter(|o| before(o.when)).cloned())
        .stays(career.custody().iter().filter(|stay| day(stay.from) < end).copied())
        .build()
        .unwrap()
}

fn row(cut: &Cut) -> PersonRow<'_> {
    PersonRow { exposure: Some(&cut.exposure), ..PersonRow::new(&cut.counts) }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    Dated,
    Year,
    Nothing,
}

fn answers(people: &[Cut], known: Known) -> Vec<Classification> {
    let classifier = CareerClassifier::new(&reference_model()).unwrap();
    let one = |cut: &Cut| match known {
        Known::Dated => classifier.classify_career(&cut.career, &CareerOptions::default()).unwrap(),
        Known::Year => classifier.classify(row(cut), IndexAge::InYear { age: cut.year as u32 + 12 }).unwrap(),
        Known::Nothing => classifier.classify(row(cut), IndexAge::Unknown).unwrap(),
    };
    people.par_iter().map(one).collect()
}

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
        let each = tenths(
            all.iter().zip(&people).flat_map(|(c, p)| (0..4).map(move |k| (c.groups[k], k == p.profile))),
        );
        note(format!("every profile: {each:.3?}"));
        let named: Vec<(&Classification, &Cut)> = all.iter().zip(&people).filter(|(c, _)| c.profile().is_some()).collect();
        for k in 0..4 {
            let mine: Vec<_> = named.iter().filter(|(c, _)| c.profile() == Some(Profile::ALL[k])).collect();
            let right = mine.iter().filter(|(_, p)| p.profile == k).count() as f64 / mine.len().max(1) as f64;
            let said = mine.iter().map(|(c, _)| c.groups[k]).sum::<f64>() / mine.len().max(1) as f64;
            note(format!("named {}: {} of {}, stated {said:.3}, right {right:.3}", Profile::ALL[k], mine.len(), people.len()));
        }
        let (mut worst, mut size) = ((0.0_f64, String::new()), 0);
        for k in 0..4 {
            let of = |from: usize, to: usize| {
                let mine = all.iter().zip(&people).filter(|(_, p)| p.profile == k && (from..to).contains(&(p.year + 12)));
                let (n, inside) = mine.fold((0, 0), |(n, inside), (c, _)| {
                    (n + 1, inside + usize::from(c.prediction_set.profiles.contains(&Profile::ALL[k])))
                });
                (n, inside as f64 / n.max(1) as f64)
            };
            let (n, inside) = of(0, 99);
            note(format!("set holds {}: {inside:.3} of {n}", Profile::ALL[k]));
            let by_age: Vec<(usize, usize, f64)> =
                (14..45).map(|age| (age, of(age, age + 1))).filter(|(_, (n, _))| *n >= 100).map(|(a, (n, p))| (a, n, p)).collect();
            note(format!("   by index age {by_age:.3?}"));
            for (age, n, p) in by_age {
                if (p - 0.9).abs() > worst.0 {
                    worst = ((p - 0.9).abs(), format!("{} at {age}: {p:.3} of {n}", Profile::ALL[k]));
                }
            }
        }
        size += all.iter().map(|c| c.prediction_set.profiles.len()).sum::<usize>();
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
            let (mut n, mut said, mut found, mut any, mut again) = (0, 0.0, 0.0, 0.0, 0.0);
            for (c, p) in all.iter().zip(&people).filter(|(c, _)| k.is_none_or(|k| likeliest(c) == k)) {
                let Some(forecast) = &c.forecast else { continue };
                n += 1;
                for (age, (count, at_risk)) in forecast.ages.iter().zip(p.later) {
                    said += age.offences.mean * at_risk;
                    found += f64::from(count);
                }
                let first = p.later[0];
                if first.1 == 1.0 {
                    any += forecast.ages[0].offences.any;
                    again += f64::from(u8::from(first.0 > 0));
                }
                let _ = p.followed;
            }
            note(format!(
                "forecast, {}: {n} people, {said:.0} expected at the time at risk, {found:.0} found, ratio {:.3}; at liberty all next year: {any:.0} expected to offend, {again:.0} did, ratio {:.3}",
                k.map_or("all", |k| Profile::ALL[k].key()), said / found, any / again
            ));
        }
    }
}

/// How each of a hundred files of so many people is taken: the share said not to fit.
fn not_fitting(persons: u64, files: u64, known: Known, change: &(dyn Fn(u32, &mut rand_chacha::ChaCha8Rng) -> u32 + Sync), frailty: f64) -> (f64, f64) {
    use rand::SeedableRng;
    let reference = reference_model();
    let mut model = reference.career_model().clone();
    model.frailty_variance = frailty;
    let classifier = CareerClassifier::new(&reference).unwrap();
    let drawn = SyntheticCohort::new(&model, 4_711).unwrap();
    let grid = reference.model().grid();
    let fits: Vec<pleegprofiel::FileFit> = (0..files)
        .map(|f| {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(f);
            let people: Vec<SyntheticPerson> = drawn.people(f * persons..(f + 1) * persons).unwrap().collect();
            let careers = people.iter().map(|person| ("", &person.career));
            let cohort = Cohort::from_careers(grid, careers, &CareerOptions::default()).unwrap().cohort;
            let mut builder = pleegprofiel::CohortBuilder::new(grid);
            let mut index = Vec::new();
            for (i, person) in people.iter().enumerate() {
                let at = person.career.offences().iter().position(|o| o.category == Category::HUMAN_TRAFFICKING).unwrap();
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
                index.push(if known == Known::Nothing { IndexAge::Unknown } else { IndexAge::InYear { age: year as u32 + 12 } });
            }
            classifier.file_fit(&builder.finish(), &index).unwrap().unwrap()
        })
        .collect();
    let n = fits.len() as f64;
    let mean = |of: &dyn Fn(&pleegprofiel::FileFit) -> f64| fits.iter().map(of).sum::<f64>() / n;
    let sd = |of: &dyn Fn(&pleegprofiel::FileFit) -> f64| {
        let m = mean(of);
        mean(&|f| (of(f) - m).powi(2)).sqrt()
    };
    note(format!(
        "{known:?}, {persons} people: rate z {:.2} (sd {:.2}), spread z {:.2} ({:.2}), factor {:.3}, unusual {:.3}, none {:.3} of {:.3}, found {:.0} of {:.0}",
        mean(&|f| f.rate_z), sd(&|f| f.rate_z), mean(&|f| f.spread_z), sd(&|f| f.spread_z), mean(&|f| f.factor),
        mean(&|f| f.unusual), mean(&|f| f.none), mean(&|f| f.none_expected), mean(&|f| f.found as f64), mean(&|f| f.expected)
    ));
    (mean(&|f| f64::from(u8::from(!f.fits()))), mean(&|f| f.factor))
}

#[test]
#[ignore = "a study of several minutes"]
fn study_of_files_that_fit_and_do_not() {
    use rand::Rng;
    let files = std::env::var("FILES").map_or(100, |n| n.parse().unwrap());
    for known in [Known::Year, Known::Nothing] {
        for persons in [300, 50] {
            let (share, _) = not_fitting(persons, files, known, &|c, _| c, 0.0);
            note(format!("{known:?} as the model: {share:.2} do not fit"));
            let (share, factor) = not_fitting(persons, files, known, &|c, rng| (0..c).filter(|_| rng.r#gen::<bool>()).count() as u32, 0.0);
            note(format!("{known:?} half registered: {share:.2} do not fit, factor {factor:.2}"));
            let (share, factor) = not_fitting(persons, files, known, &|c, _| 2 * c, 0.0);
            note(format!("{known:?} every count twice: {share:.2} do not fit, factor {factor:.2}"));
            let (share, factor) = not_fitting(persons, files, known, &|c, _| c, 0.5);
            note(format!("{known:?} a factor of variance 0.5: {share:.2} do not fit, factor {factor:.2}"));
        }
    }
}
