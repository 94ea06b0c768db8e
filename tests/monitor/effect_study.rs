//! Five hundred simulated cohorts with a known effect: unbiased, and intervals that cover what they say.
//!
//! Two covariates of few values send people to treatment and make them reoffend; hazards are constant, so that the share
//! of the overlap population has a closed form. The treated die or leave more often, which hides reoffending from whoever
//! counts death as an end like any other.

use pleegprofiel::{
    monitor::effect::{Answer, EffectData, EffectOptions},
    ndarray::Array2,
    survival::{EventStatus, KaplanMeier},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const YEARS: f64 = 5.0;

fn propensity(a: f64, b: f64) -> f64 {
    1.0 / (1.0 + (0.6 - 1.0 * a - 0.4 * b).exp())
}

fn event_rate(treated: bool, a: f64, b: f64) -> f64 {
    0.12 * (0.6 * a + 0.25 * b - if treated { 0.45 } else { 0.0 }).exp()
}

fn death_rate(treated: bool) -> f64 {
    if treated { 0.14 } else { 0.03 }
}

/// `P(a) P(b)` of the six kinds of people.
fn kinds() -> impl Iterator<Item = (f64, f64, f64)> {
    [(0.0, 0.55), (1.0, 0.45)]
        .into_iter()
        .flat_map(|(a, pa)| [(0.0, 0.5), (1.0, 0.3), (2.0, 0.2)].into_iter().map(move |(b, pb)| (a, b, pa * pb)))
}

/// Mean over the overlap population of `share(treated, a, b)`, treated less others.
fn overlap(share: impl Fn(bool, f64, f64) -> f64) -> f64 {
    let h = |a, b| propensity(a, b) * (1.0 - propensity(a, b));
    let sum: f64 = kinds().map(|(a, b, p)| p * h(a, b) * (share(true, a, b) - share(false, a, b))).sum();
    sum / kinds().map(|(a, b, p)| p * h(a, b)).sum::<f64>()
}

fn truth() -> f64 {
    overlap(|treated, a, b| {
        let (event, death) = (event_rate(treated, a, b), death_rate(treated));
        event / (event + death) * (1.0 - (-(event + death) * YEARS).exp())
    })
}

struct Drawn {
    treated: Vec<bool>,
    covariates: Array2<f64>,
    outcomes: Vec<(f64, EventStatus)>,
}

fn draw(n: usize, rng: &mut ChaCha8Rng) -> Drawn {
    let mut drawn = Drawn { treated: Vec::new(), covariates: Array2::zeros((n, 2)), outcomes: Vec::new() };
    for i in 0..n {
        let a = f64::from(u8::from(rng.gen_bool(0.45)));
        let b = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0][rng.gen_range(0..10)];
        let treated = rng.gen_bool(propensity(a, b));
        let exponential = |rate: f64, rng: &mut ChaCha8Rng| -(1.0 - rng.r#gen::<f64>()).ln() / rate;
        let ends = [
            (exponential(event_rate(treated, a, b), rng), EventStatus::Event),
            (exponential(death_rate(treated), rng), EventStatus::Competing),
            (rng.gen_range(3.0..12.0), EventStatus::Censored),
        ];
        let first = ends.into_iter().fold(ends[2], |first, end| if end.0 < first.0 { end } else { first });
        drawn.treated.push(treated);
        (drawn.covariates[[i, 0]], drawn.covariates[[i, 1]]) = (a, b);
        drawn.outcomes.push(first);
    }
    drawn
}

struct Study {
    mean_error: f64,
    se_of_mean: f64,
    covered: f64,
    ignoring: f64,
    unweighted: f64,
}

fn study(cohorts: usize, n: usize, seed: u64) -> Study {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let truth = truth();
    let (mut errors, mut covered, mut ignoring, mut unweighted_sum) = (Vec::new(), 0, 0.0, 0.0);
    for _ in 0..cohorts {
        let people = draw(n, &mut rng);
        // the same people with death and departure taken for the end of observation
        let blind = |(time, end): (f64, EventStatus)| {
            (time, if end == EventStatus::Competing { EventStatus::Censored } else { end })
        };
        let outcomes = vec![
            ("any".to_owned(), people.outcomes.clone()),
            ("ignoring".to_owned(), people.outcomes.iter().copied().map(blind).collect()),
        ];
        let names = vec!["a".to_owned(), "b".to_owned()];
        let data = EffectData::new(people.treated, names, people.covariates, outcomes).unwrap();
        let found =
            data.effect(&EffectOptions::default().years([YEARS]).worthwhile(1e-6).show_small_cells(true)).unwrap();
        let Answer::Seen { weighted, unweighted } = found.at[0].answer else { panic!("{:?}", found.at[0]) };
        let Answer::Seen { weighted: other, .. } = found.at[1].answer else { panic!("{:?}", found.at[1]) };
        errors.push(weighted.difference - truth);
        covered += usize::from(weighted.low <= truth && truth <= weighted.high);
        ignoring += other.difference - truth;
        unweighted_sum += unweighted.difference - truth;
    }
    let count = cohorts as f64;
    let mean = errors.iter().sum::<f64>() / count;
    let variance = errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (count - 1.0);
    Study {
        mean_error: mean,
        se_of_mean: (variance / count).sqrt(),
        covered: covered as f64 / count,
        ignoring: ignoring / count,
        unweighted: unweighted_sum / count,
    }
}

/// Run with `cargo test --release --test monitor -- --ignored`.
#[test]
#[ignore = "500 cohorts of 600 people"]
#[allow(clippy::print_stdout)]
fn of_500_cohorts_the_difference_is_unbiased_and_intervals_cover_93_to_97_per_cent() {
    let found = study(500, 600, 15);
    println!(
        "truth {:.4}, mean error {:.5} (se {:.5}), covered {:.3}, ignoring death {:.4}, without weights {:.4}",
        truth(),
        found.mean_error,
        found.se_of_mean,
        found.covered,
        found.ignoring,
        found.unweighted
    );
    assert!(found.mean_error.abs() < 3.0 * found.se_of_mean, "{}", found.mean_error);
    assert!((0.93..=0.97).contains(&found.covered), "{}", found.covered);
    assert!(found.ignoring.abs() > 10.0 * found.se_of_mean, "{}", found.ignoring);
    assert!(found.unweighted.abs() > 10.0 * found.se_of_mean, "{}", found.unweighted);
}

#[test]
fn of_60_cohorts_the_difference_is_unbiased_and_ignoring_death_is_not() {
    let found = study(60, 600, 16);
    assert!(found.mean_error.abs() < 3.0 * found.se_of_mean, "{} {}", found.mean_error, found.se_of_mean);
    assert!(found.ignoring.abs() > 3.0 * found.se_of_mean && found.unweighted.abs() > 3.0 * found.se_of_mean);
    // two standard errors of a share of 0.95 among 60
    assert!(found.covered > 0.95 - 0.057, "{}", found.covered);
}

#[test]
fn ignoring_death_is_one_minus_kaplan_meier_of_each_group() {
    let people = draw(400, &mut ChaCha8Rng::seed_from_u64(17));
    let n = people.treated.len();
    let blind: Vec<(f64, EventStatus)> = people
        .outcomes
        .iter()
        .map(|(t, end)| (*t, if *end == EventStatus::Event { *end } else { EventStatus::Censored }))
        .collect();
    let km = |group: bool| {
        let own = people.treated.iter().zip(&blind).filter(|(t, _)| **t == group);
        KaplanMeier::new(own.map(|(_, (t, end))| (*t, *end == EventStatus::Event))).unwrap().at(YEARS).share
    };
    let expected = km(true) - km(false);
    let data = EffectData::new(people.treated.clone(), vec![], Array2::zeros((n, 0)), vec![("any".into(), blind)]);
    let found =
        data.unwrap().effect(&EffectOptions::default().years([YEARS]).worthwhile(1e-6).show_small_cells(true)).unwrap();
    let Answer::Seen { unweighted, .. } = found.at[0].answer else { panic!() };
    assert!((unweighted.difference - expected).abs() < 1e-12);
}
