//! People placed in a model whose groups differ within themselves for good: against integration over the factor, and on
//! people drawn by a simulator that shares no code with the crate.

use crate::support::note;
use crate::support::simulate::{four_groups, simulate, throughout};
use pleegprofiel::{
    AgeGrid, Classifier, Definitions, Family, Model, PersonRow, Profile,
    cohort::CohortBuilder,
    name_model,
    profile::classify::{Classification, ClassifyOptions},
    trajectory::Group,
};

fn classifier(model: &Model, options: ClassifyOptions) -> Classifier {
    Classifier::with(model.clone(), name_model(model, &Definitions::default()).unwrap(), options).unwrap()
}

fn group(share: f64, coefficients: &[f64], variance: f64) -> Group {
    Group::poisson(share, coefficients).with_dispersion(variance)
}

/// Probability that everything in `counts` happens where `means` were expected, by integrating over the factor: midpoints
/// in its logarithm.
fn integrated(counts: &[(u32, f64)], variance: f64) -> f64 {
    let (a, step) = (1.0 / variance, 2e-3);
    let at = |s: i32| {
        let ln_b = step * (f64::from(s) + 0.5);
        let b = ln_b.exp();
        let cells = counts.iter().map(|&(y, m)| f64::from(y) * (b * m).ln() - b * m - libm::lgamma(f64::from(y) + 1.0));
        (a * a.ln() - libm::lgamma(a) + a * ln_b - a * b + cells.sum::<f64>()).exp()
    };
    (-20_000..2_500).map(at).sum::<f64>() * step
}

#[test]
fn posterior_path_and_forecast_are_those_of_integration_over_the_factor() {
    let grid = AgeGrid::years(12, 39).unwrap();
    let groups = [group(0.7, &[-3.5, 0.0, -0.5], 0.9), group(0.3, &[-1.5, -3.0, -3.0], 0.4)];
    let model = Model::new(Family::NegMultinomial, grid, groups.to_vec()).unwrap();
    let classifier = classifier(&model, ClassifyOptions { people: 500, ..ClassifyOptions::default() });
    // an unseen year, and half a year in custody
    let mut counts = [None; 28];
    counts[3..9].copy_from_slice(&[Some(0), Some(3), None, Some(1), Some(2), Some(0)]);
    let mut at_risk = [1.0; 28];
    at_risk[6] = 0.5;
    let row = || PersonRow { exposure: Some(&at_risk), ..PersonRow::new(&counts) };
    let answer = classifier.classify(row()).unwrap();

    let mean = |g: &Group, t: usize| {
        let u = grid.scaled(t);
        at_risk[t] * (g.coefficients[0] + g.coefficients[1] * u + g.coefficients[2] * u * u).exp()
    };
    // of the record up to an age, and more that might follow it
    let joint = |upto: usize, more: &[(u32, usize)]| -> [f64; 2] {
        [0, 1].map(|k| {
            let g = &groups[k];
            let seen = (0..upto).filter_map(|t| Some((counts[t]?, mean(g, t))));
            let more = more.iter().map(|&(y, t)| (y, mean(g, t)));
            g.share * integrated(&seen.chain(more).collect::<Vec<_>>(), g.dispersion.unwrap())
        })
    };
    let near = |a: f64, b: f64, what: &str| assert!((a - b).abs() < 1e-9 * b.abs().max(1e-3), "{what}: {a} {b}");
    let whole = joint(9, &[]);
    let all = whole[0] + whole[1];
    near(answer.groups[1], whole[1] / all, "posterior");
    let by_engine = model.posterior(row()).unwrap();
    near(answer.groups[1], by_engine[1], "the general engine");
    for (t, step) in answer.explanation.path.iter().enumerate() {
        let upto = joint(t + 1, &[]);
        near(step.posterior[1], upto[1] / (upto[0] + upto[1]), "path");
    }
    // what each age added is all there is
    let odds: f64 = answer.explanation.log_odds(1, 0).iter().map(|term| term.none + term.events).sum();
    near(odds, (whole[1] / whole[0]).ln(), "log-odds");
    let third = &answer.explanation.ages[2]; // the second count, after the year not seen
    let without = joint(6, &[(0, 6)]);
    near(
        third.none[1] - third.none[0],
        (without[1] / without[0] * joint(6, &[])[0] / joint(6, &[])[1]).ln(),
        "no offence",
    );
    let what_if = answer.what_if.unwrap();
    for (found, y) in [(&what_if.offence_free, 0), (&what_if.one_offence, 1)] {
        let after = joint(9, &[(y, 9)]);
        near(found[1], after[1] / (after[0] + after[1]), "what if");
    }

    // the forecast: five years at liberty, given what was seen
    let forecast = answer.forecast.unwrap();
    assert_eq!(forecast.ages.len(), 5);
    let chance = |y: u32, t: usize| joint(9, &[(y, t)]).iter().sum::<f64>() / all;
    let (mut upto_none, mut means) = (Vec::new(), 0.0);
    for (i, age) in forecast.ages.iter().enumerate() {
        let t = 9 + i;
        let p: Vec<f64> = (0..60).map(|y| chance(y, t)).collect();
        near(age.offences.any, 1.0 - p[0], "any");
        let expected: f64 = (0..60).map(|y| y as f64 * p[y]).sum();
        near(age.offences.mean, expected, "mean");
        means += expected;
        near(age.upto.mean, means, "mean so far");
        upto_none.push((0, t));
        near(age.upto.any, 1.0 - joint(9, &upto_none).iter().sum::<f64>() / all, "any so far");
    }
    // all five years together: the sum of counts of one factor
    let total = |y: u32| -> f64 {
        let of = |g: &Group| {
            let seen = (0..9).filter_map(|t| Some((counts[t]?, mean(g, t))));
            let ahead = (9..14).map(|t| mean(g, t)).sum();
            g.share * integrated(&seen.chain([(y, ahead)]).collect::<Vec<_>>(), g.dispersion.unwrap())
        };
        groups.iter().map(of).sum::<f64>() / all
    };
    let mut sum = 0.0;
    let upto = &forecast.ages[4].upto;
    for y in 0..=upto.high {
        sum += total(y);
        assert_eq!((sum > 0.1, sum >= 0.9), (y >= upto.low, y >= upto.high), "{y}: {sum}");
    }
}

#[test]
fn a_factor_that_runs_to_zero_is_poisson() {
    let poisson = four_groups(Family::Poisson);
    let groups = poisson.groups().iter().map(|g| Group { dispersion: Some(0.0), ..g.clone() }).collect();
    let lasting = Model::new(Family::NegMultinomial, poisson.grid(), groups).unwrap();
    let options = ClassifyOptions { people: 500, ..ClassifyOptions::default() };
    let [plain, lasting] = [&poisson, &lasting].map(|model| classifier(model, options));
    let mut counts = [Some(0); 28];
    counts[5..9].copy_from_slice(&[Some(2), Some(0), Some(5), Some(1)]);
    counts[15..].fill(None);
    let [a, b] = [&plain, &lasting].map(|c| c.classify(PersonRow::new(&counts)).unwrap());
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert!(a.groups.iter().zip(&b.groups).all(|(a, b)| near(*a, *b)), "{:?} {:?}", a.groups, b.groups);
    let [a, b] = [a, b].map(|c| c.forecast.unwrap());
    for (a, b) in a.ages.iter().zip(&b.ages) {
        assert!(near(a.upto.mean, b.upto.mean) && near(a.upto.any, b.upto.any), "{a:?} {b:?}");
        assert_eq!((a.upto.low, a.upto.high), (b.upto.low, b.upto.high));
    }
}

/// Everyone with a record by the end of an interval: their own group, all their counts, and their classification.
fn classified(
    classifier: &Classifier,
    persons: usize,
    seed: u64,
    last: usize,
) -> Vec<(usize, Vec<u32>, Classification)> {
    let people = simulate(classifier.model(), persons, seed, &throughout);
    let of = |i: usize| {
        let counts = &people.table.people[i].counts;
        let seen: Vec<Option<u32>> = counts.iter().enumerate().map(|(t, y)| y.filter(|_| t <= last)).collect();
        seen.iter().flatten().any(|y| *y > 0).then(|| {
            let answer = classifier.classify(PersonRow::new(&seen)).unwrap();
            (people.group[i], counts.iter().map(|y| y.unwrap()).collect(), answer)
        })
    };
    (0..persons).filter_map(of).collect()
}

#[test]
fn posteriors_sets_typicality_and_forecasts_hold_for_people_who_keep_a_factor() {
    // tolerances are four standard errors, some 150 comparisons with fixed seeds
    let model = four_groups(Family::NegMultinomial);
    let classifier = classifier(&model, ClassifyOptions { people: 8_000, ..ClassifyOptions::default() });
    let own: Vec<Profile> = (0..4).map(|k| classifier.naming().profile_of(k).unwrap()).collect();
    for (last, seed) in [(6, 61), (12, 62), (20, 63)] {
        let all = classified(&classifier, 6_000, seed, last);
        let mut bins = [[0.0_f64; 4]; 10];
        for (group, _, answer) in &all {
            for (k, &p) in answer.groups.iter().enumerate() {
                let bin = &mut bins[((p * 10.0) as usize).min(9)];
                let right = f64::from(u8::from(*group == k));
                [1.0, p, right, p * (1.0 - p)].iter().zip(bin).for_each(|(x, sum)| *sum += x);
            }
        }
        for [n, said, right, variance] in bins.into_iter().filter(|b| b[0] >= 50.0) {
            note(format!("to {}: said {:.3}, right {:.3} of {n}", last + 12, said / n, right / n));
            assert!((right - said).abs() < 4.0 * variance.sqrt() + 1e-9, "{last}: {said} {right}");
        }
        for (k, profile) in own.iter().enumerate() {
            let mine: Vec<_> = all.iter().filter(|(group, ..)| *group == k).collect();
            let held = mine.iter().filter(|(.., c)| c.prediction_set.profiles.contains(profile)).count() as f64;
            let (n, drawn) = (mine.len() as f64, 8_000.0 * model.groups()[k].share);
            note(format!("to {}, {profile}: sets hold {:.3} of {n}", last + 12, held / n));
            assert!(held / n > 0.9 - 4.0 * (0.09 / n + 0.09 / drawn).sqrt(), "{last} {profile}: {held} of {n}");
        }
        let n = all.len() as f64;
        for alpha in [0.05, 0.2] {
            let below = all.iter().filter(|(.., c)| c.typicality.mixture.at(0.5) < alpha).count() as f64 / n;
            assert!(
                (below - alpha).abs() < 4.0 * (alpha * (1.0 - alpha) * (1.0 / n + 1.0 / 8e3)).sqrt() + 0.01,
                "{below}"
            );
        }
        // the forecast of those who did little, some and much, which is what a factor moves
        let offences = |counts: &[u32]| counts[..=last].iter().sum::<u32>();
        for (from, to) in [(1, 2), (3, 6), (7, 12), (13, 999)] {
            let (mut n, mut said, mut found, mut variance) = (0.0, [0.0; 2], [0.0; 2], [0.0; 2]);
            let mut inside = 0.0;
            for (_, counts, answer) in all.iter().filter(|(_, c, _)| (from..=to).contains(&offences(c))) {
                let upto = answer.forecast.as_ref().unwrap().ages[4].upto;
                let later = counts[last + 1..last + 6].iter().sum::<u32>();
                n += 1.0;
                let pairs = [(upto.mean, f64::from(later)), (upto.any, f64::from(u8::from(later > 0)))];
                for (i, (p, y)) in pairs.into_iter().enumerate() {
                    // where next to nobody fails, who failed says nothing of the spread
                    let spread = if i == 0 { (y - p).powi(2) } else { p * (1.0 - p) };
                    (said[i], found[i], variance[i]) = (said[i] + p, found[i] + y, variance[i] + spread);
                }
                inside += f64::from(u8::from((upto.low..=upto.high).contains(&later)));
            }
            note(format!("to {}, {from} to {to}: {n} people, said {said:.1?}, found {found:.1?}", last + 12));
            for i in 0..2 {
                assert!((said[i] - found[i]).abs() < 4.0 * f64::sqrt(variance[i]), "{last} {from}: {said:?} {found:?}");
            }
            assert!(inside / n > 0.8 - 4.0 * f64::sqrt(0.16 / n), "{last} {from}: {inside} of {n}");
        }
    }
}

#[test]
fn records_with_gaps_are_judged_against_people_observed_alike_and_a_file_against_the_model() {
    let model = four_groups(Family::NegMultinomial);
    let by_model = classifier(&model, ClassifyOptions { people: 1_000, ..ClassifyOptions::default() });
    // in view from 16, a third of each third year in custody
    let window = |_: &mut rand_chacha::ChaCha8Rng, grid: AgeGrid| {
        let at_risk = (0..grid.len()).map(|t| if t % 3 == 0 { 2.0 / 3.0 } else { 1.0 }).collect();
        ((0..grid.len()).map(|t| (4..20).contains(&t)).collect(), Some(at_risk))
    };
    let people = simulate(&model, 400, 71, &window);
    let mut builder = CohortBuilder::new(model.grid());
    let (mut n, mut held, mut unlike) = (0.0_f64, 0.0, 0.0);
    for (person, group) in people.table.people.iter().zip(&people.group) {
        let row = || PersonRow { exposure: person.exposure.as_deref(), ..PersonRow::new(&person.counts) };
        builder.push(row()).unwrap();
        let Ok(answer) = by_model.classify(row()) else { continue };
        n += 1.0;
        let own = by_model.naming().profile_of(*group).unwrap();
        held += f64::from(u8::from(answer.prediction_set.profiles.contains(&own)));
        unlike += f64::from(u8::from(answer.typicality.mixture.at(0.5) < 0.05));
        let mut posterior = [0.0; 4];
        let placed = by_model.place(row(), &mut posterior).unwrap();
        assert_eq!((placed.group, placed.profile), (answer.answer.group, answer.profile()));
    }
    assert!(held / n > 0.9 - 4.0 * (0.09 / n).sqrt(), "{held} of {n}");
    assert!(unlike / n < 0.05 + 4.0 * (0.0475 / n).sqrt(), "{unlike} of {n}");
    // the file fits the model it was drawn from, and not the same curves without a factor
    let cohort = builder.finish();
    let fit = by_model.file_fit(&cohort).unwrap().unwrap();
    assert!(fit.fits() && (fit.factor - 1.0).abs() < 0.2, "{fit:?}");
    let plain =
        classifier(&four_groups(Family::Poisson), ClassifyOptions { people: 300, ..ClassifyOptions::default() });
    let fit = plain.file_fit(&cohort).unwrap().unwrap();
    assert!(!fit.fits() && fit.spread_z > 0.0, "{fit:?}");
}
