//! Records with gaps and time in custody, each with its own: whether the probabilities of a classification are what they
//! say, on people drawn by a simulator that shares no code with the crate.

use crate::support::simulate::{generator, poisson};
use pleegprofiel::{
    Classifier, Definitions, Family, Model, PersonRow, Profile, name_model,
    profile::classify::{Classification, ClassifyOptions},
    trajectory::Group,
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};
use rayon::prelude::*;

/// The groups of fixtures/sim from 12 to 39, with a flat zero part and a common dispersion where the family has them.
const RATES: [[f64; 3]; 4] = [[-3.0, -0.3, -0.5], [-1.2, -2.2, -1.5], [-0.6, 0.8, -1.0], [0.9, -0.2, -0.9]];
const SHARES: [f64; 4] = [0.50, 0.25, 0.15, 0.10];
const STRUCTURAL: [f64; 4] = [0.30, 0.20, 0.25, 0.10];
const DISPERSION: f64 = 0.4;
const AGES: usize = 28;

fn inflated(family: Family) -> bool {
    matches!(family, Family::Zip | Family::Zinb)
}

fn dispersed(family: Family) -> bool {
    matches!(family, Family::NegBin | Family::Zinb)
}

fn model(family: Family) -> Model {
    let logit = |q: f64| (q / (1.0 - q)).ln();
    let group = |k: usize| Group {
        share: SHARES[k],
        coefficients: RATES[k].to_vec(),
        zero_coefficients: if inflated(family) { vec![logit(STRUCTURAL[k])] } else { vec![] },
        tau: None,
        dispersion: dispersed(family).then_some(DISPERSION),
    };
    let grid = pleegprofiel::AgeGrid::years(12, 39).unwrap();
    Model::new(family, grid, (0..4).map(group).collect()).unwrap()
}

fn classifier(model: Model, options: ClassifyOptions) -> Classifier {
    let naming = name_model(&model, &Definitions::default()).unwrap();
    Classifier::with(model, naming, options).unwrap()
}

/// Someone's group, counts and time at risk.
struct Person {
    group: usize,
    counts: Vec<Option<u32>>,
    exposure: Vec<f64>,
}

impl Person {
    fn row(&self) -> PersonRow<'_> {
        PersonRow { exposure: Some(&self.exposure), ..PersonRow::new(&self.counts) }
    }
}

/// In view from an age up to another, out of it for some years in between, in custody for a part of every third year or
/// so: all of it drawn for each person. Only people with an offence in view.
fn people(family: Family, number: usize, seed: u64) -> Vec<Person> {
    let mut rng = generator(seed);
    let mut all = Vec::new();
    while all.len() < number {
        let u: f64 = rng.r#gen();
        let group = usize::from(u > 0.5) + usize::from(u > 0.75) + usize::from(u > 0.9);
        let (from, end) = (rng.gen_range(0..8), rng.gen_range(9..=AGES));
        let gap = rng.gen_range(from..end);
        let gap = gap..gap + rng.gen_range(0..4);
        let (mut counts, mut exposure) = (vec![None; AGES], vec![1.0; AGES]);
        for t in (from..end).filter(|t| !gap.contains(t)) {
            if rng.gen_bool(0.35) {
                exposure[t] = 1.0 - rng.r#gen::<f64>();
            }
            counts[t] = Some(count(family, group, t, exposure[t], &mut rng));
        }
        if counts.iter().flatten().any(|y| *y > 0) {
            all.push(Person { group, counts, exposure });
        }
    }
    all
}

fn count(family: Family, k: usize, t: usize, at_risk: f64, rng: &mut ChaCha8Rng) -> u32 {
    if inflated(family) && rng.gen_bool(STRUCTURAL[k]) {
        return 0;
    }
    let u = 2.0 * t as f64 / (AGES - 1) as f64 - 1.0;
    let mean = at_risk * (RATES[k][0] + RATES[k][1] * u + RATES[k][2] * u * u).exp();
    let factor = Gamma::new(1.0 / DISPERSION, DISPERSION).unwrap();
    poisson(if dispersed(family) { mean * factor.sample(rng) } else { mean }, rng)
}

/// Largest distance between the distribution of these values and the uniform one (Kolmogorov-Smirnov).
fn distance(mut p: Vec<f64>) -> f64 {
    p.sort_by(f64::total_cmp);
    let n = p.len() as f64;
    p.iter().enumerate().map(|(i, p)| (p - i as f64 / n).max((i + 1) as f64 / n - p)).fold(0.0, f64::max)
}

#[test]
fn everyone_is_judged_against_people_observed_as_they_were() {
    const PEOPLE: usize = 8_000;
    let options = ClassifyOptions { people: 20_000, ..ClassifyOptions::default() };
    for (family, coverage) in [(Family::Poisson, 0.9), (Family::Zip, 0.8), (Family::NegBin, 0.9), (Family::Zinb, 0.8)] {
        let classifier = classifier(model(family), ClassifyOptions { coverage, ..options });
        let people = people(family, PEOPLE, 61);
        let answers: Vec<Classification> =
            people.par_iter().map(|person| classifier.classify(person.row()).unwrap()).collect();

        // typicality: two samples, the people tested and those of the classifier, differ by more than this in one of a
        // thousand cases (Smirnov: 1.95); the latter are not the same for everyone, which can only bring them nearer
        let mut dice = generator(62);
        let limit = |n: usize| 1.95 * (1.0 / n as f64 + (PEOPLE as f64 / n as f64) / options.people as f64).sqrt();
        let d = distance(answers.iter().map(|a| a.typicality.mixture.at(dice.r#gen())).collect());
        assert!(d < limit(PEOPLE), "{family}: mixture {d}, limit {}", limit(PEOPLE));
        for k in 0..4 {
            let mine = answers.iter().filter(|a| a.typicality.group == k);
            let p: Vec<f64> = mine.map(|a| a.typicality.nearest.at(dice.r#gen())).collect();
            let n = p.len();
            let d = distance(p);
            assert!(n > 300 && d < limit(n), "{family}: nearest {k}, {d}, limit {}, {n} people", limit(n));
        }

        // prediction sets, for every profile; posteriors, by tenths
        let mut kept = [[0.0_f64; 2]; 4];
        let mut error = [0.0_f64; 4];
        let mut tenths = [[0.0_f64; 3]; 10];
        for (person, answer) in people.iter().zip(&answers) {
            let k = person.group;
            let profile: Profile = classifier.naming().profile_of(k).unwrap();
            kept[k][0] += 1.0;
            kept[k][1] += f64::from(u8::from(answer.prediction_set.profiles.contains(&profile)));
            let evidence = answer.prediction_set.evidence.iter().find(|e| e.profile == Some(profile)).unwrap();
            error[k] += coverage * (1.0 - coverage) / evidence.people as f64;
            for (g, p) in answer.groups.iter().enumerate() {
                let tenth = &mut tenths[((p * 10.0) as usize).min(9)];
                tenth[0] += p;
                tenth[1] += f64::from(u8::from(g == k));
                tenth[2] += p * (1.0 - p);
            }
        }
        for (k, [n, inside]) in kept.into_iter().enumerate() {
            let spread = (coverage * (1.0 - coverage) + error[k]) / n;
            assert!(inside / n >= coverage - 4.0 * spread.sqrt(), "{family}, group {k}: {inside} of {n}");
        }
        for [said, found, variance] in tenths {
            assert!((said - found).abs() < 4.0 * variance.sqrt() + 1e-9, "{family}: {said} {found}");
        }
    }
}

#[test]
fn an_answer_hangs_on_nobody_classified_before_nor_on_threads() {
    let options = ClassifyOptions { people: 500, ..ClassifyOptions::default() };
    let model = model(Family::Zinb);
    let people = people(Family::Zinb, 60, 63);
    let one = classifier(model.clone(), options);
    let in_turn: Vec<Classification> = people.iter().map(|p| one.classify(p.row()).unwrap()).collect();
    let backwards: Vec<Classification> = people.iter().rev().map(|p| one.classify(p.row()).unwrap()).collect();
    assert!(in_turn.iter().eq(backwards.iter().rev()));
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let again: Vec<Classification> = pool.install(|| {
            let fresh = classifier(model.clone(), options);
            people.par_iter().map(|p| fresh.classify(p.row()).unwrap()).collect()
        });
        assert_eq!(in_turn, again, "{threads} threads");
    }
    for (person, answer) in people.iter().zip(&in_turn) {
        let mut posterior = [0.0; 4];
        assert_eq!(one.place(person.row(), &mut posterior).unwrap().profile, answer.profile());
    }
}

#[test]
fn a_day_in_custody_changes_next_to_nothing() {
    // no figure jumps because other people were drawn
    let classifier = classifier(model(Family::Poisson), ClassifyOptions::default());
    for person in people(Family::Poisson, 100, 64) {
        let before = classifier.classify(person.row()).unwrap();
        let mut exposure = person.exposure.clone();
        let last = person.counts.iter().rposition(Option::is_some).unwrap();
        exposure[last] = (exposure[last] - 1.0 / 365.25).max(0.001);
        let after =
            classifier.classify(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&person.counts) }).unwrap();
        let moved = (before.typicality.mixture.p - after.typicality.mixture.p).abs();
        assert!(moved < 0.01, "{moved}");
    }
}

#[test]
fn a_model_of_more_offences_than_people_commit_is_answered_too() {
    let group = |share, rate: f64| Group::poisson(share, [rate.ln()]);
    let grid = pleegprofiel::AgeGrid::years(12, 39).unwrap();
    // 5,000 offences in 28 years
    let model = Model::new(Family::Poisson, grid, vec![group(0.8, 0.05), group(0.2, 178.0)]).unwrap();
    let classifier = classifier(model, ClassifyOptions { people: 300, ..ClassifyOptions::default() });
    let counts: Vec<Option<u32>> = (0..28).map(|t| (t != 9).then_some(160 + t)).collect();
    let answer = classifier.classify(PersonRow::new(&counts)).unwrap();
    // the fewest of either group
    assert_eq!((answer.answer.group, answer.typicality.people), (1, 2 * 250));
}
