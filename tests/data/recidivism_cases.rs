//! Which offences are none of a return to crime, and how death is counted: against right values, R, brute force.

use pleegprofiel::{
    Age, Career,
    career::{Category, Offence, Window, WindowEnd},
    cohort::{
        recidivism::{Recidivism, RecidivismBuilder, RecidivismOptions, ShareFigures},
        table::{TableOptions, TableSource, read_careers},
    },
    survival::{AalenJohansen, EventStatus, KaplanMeier},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;

fn fixture(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(file)
}

fn of_files(name: &str, options: RecidivismOptions) -> Recidivism {
    let open = |what: &str| TableSource::open(fixture(&format!("cases/recidivism/{name}-{what}.csv"))).unwrap();
    let careers = read_careers(open("people"), open("offences"), None, &TableOptions::new()).unwrap();
    let mut builder = RecidivismBuilder::new(options).unwrap();
    careers.iter().for_each(|named| builder.push(None, &named.career));
    builder.finish().unwrap()
}

fn shown(years: &[u32]) -> RecidivismOptions {
    RecidivismOptions::default().years(years.iter().copied()).show_small_cells(true)
}

fn figures(found: &Recidivism) -> Vec<ShareFigures> {
    found.groups[0].shares.iter().map(|at| at.figures.unwrap()).collect()
}

#[test]
fn a_further_count_of_the_index_case_is_no_reoffence() {
    // 20 people with a second count three days later in the same case, 10 with a new case after 13 months, 10 without
    let found = figures(&of_files("case", shown(&[1, 2, 5])));
    let shares: Vec<f64> = found.iter().map(|f| f.reoffended.share).collect();
    assert_eq!(shares[0], 0.0);
    assert!((shares[1] - 0.25).abs() < 1e-12 && (shares[2] - 0.25).abs() < 1e-12, "{shares:?}");
}

#[test]
fn without_a_case_the_moment_decides_and_another_case_counts() {
    let age = |years: f64| Age::years(years).unwrap();
    let share = |index: Option<u32>, others: &[(f64, Option<u32>)]| {
        let offence = |at: f64, category: Category, case: Option<u32>| {
            let offence = Offence::at_age(age(at), category);
            case.map_or(offence.clone(), |case| offence.in_case(case))
        };
        let career = Career::by_age()
            .window(Window::ages(age(12.0), age(30.0), WindowEnd::EndOfRegister))
            .offence(offence(20.0, Category::HUMAN_TRAFFICKING, index))
            .offences(others.iter().map(|(at, case)| offence(*at, Category::VIOLENCE, *case)))
            .build()
            .unwrap();
        let mut builder = RecidivismBuilder::new(shown(&[5])).unwrap();
        builder.push(None, &career);
        builder.finish().unwrap().groups[0].shares[0].figures.unwrap().reoffended.share
    };
    assert_eq!(share(Some(1), &[(22.0, Some(1))]), 0.0);
    assert_eq!(share(Some(1), &[(22.0, Some(2))]), 1.0);
    // one of the two has no case: only the moment tells
    assert_eq!(share(Some(1), &[(22.0, None)]), 1.0);
    assert_eq!(share(None, &[(22.0, Some(1))]), 1.0);
    assert_eq!(share(None, &[(20.0, None)]), 0.0);
    // another case of the same day, or of before, is not after
    assert_eq!(share(Some(1), &[(20.0, Some(2))]), 0.0);
    assert_eq!(share(Some(1), &[(19.0, Some(2))]), 0.0);
    // a further count of a case that began before the index offence is committed after it, in another case
    assert_eq!(share(Some(1), &[(19.0, Some(2)), (21.0, Some(2))]), 1.0);
}

#[test]
fn the_dead_stay_in_the_denominator_and_kaplan_meier_stands_beside() {
    // 46.3 % and 35.8 %: R cmprsk 2.2-11; 61.8 % what one minus Kaplan-Meier makes of it
    let found = figures(&of_files("deaths", shown(&[7])))[0];
    assert!((found.reoffended.share - 0.463).abs() < 5e-4, "{found:?}");
    assert!((found.competing.unwrap().share - 0.358).abs() < 5e-4);
    assert!((found.kaplan_meier.unwrap().share - 0.618).abs() < 5e-4);
    assert_eq!((found.events, found.competing_events, found.at_risk), (Some(185), Some(143), Some(72)));
    // as nobody was lost before seven years, the plain share of everyone is the answer
    assert!((found.reoffended.share - 185.0 / 400.0).abs() < 1e-12);
    // as censoring, the two are one
    let censored = figures(&of_files("deaths", shown(&[7]).competing([])))[0];
    assert!((censored.reoffended.share - found.kaplan_meier.unwrap().share).abs() < 1e-12);
    assert!(RecidivismOptions::default().competing([WindowEnd::EndOfRegister]).check().is_err());
}

#[test]
fn competing_shares_are_those_of_r_with_its_standard_errors() {
    let mut compared = 0;
    for name in ["competing-continuous", "competing-months-ties", "competing-fixed-24"] {
        let text = std::fs::read_to_string(fixture(&format!("validation/data/{name}.csv"))).unwrap();
        let mut lines = text.lines();
        let at = |column: &str, header: &str| header.split(',').position(|c| c == column).unwrap();
        let header = lines.next().unwrap();
        let (time, status) = (at("time", header), at("status", header));
        let people = lines.map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let end = match cells[status] {
                "1" => EventStatus::Event,
                "2" => EventStatus::Competing,
                _ => EventStatus::Censored,
            };
            (cells[time].parse::<f64>().unwrap(), end)
        });
        let found = AalenJohansen::new(people).unwrap();
        let expected = std::fs::read_to_string(fixture(&format!("validation/expected/{name}.json"))).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&expected).unwrap();
        for (key, entry) in expected["values"].as_object().unwrap().iter().filter(|(k, _)| k.starts_with("cif.cause_"))
        {
            let (cause, rest) = key["cif.cause_".len()..].split_once(".at_").unwrap();
            let (horizon, what) = rest.split_once('.').unwrap_or((rest, ""));
            let horizon: f64 = horizon.parse().unwrap();
            let ours = if cause == "1" { found.event(horizon) } else { found.competing(horizon) };
            let ours = match what {
                "" => ours.share,
                "se_infinitesimal_jackknife" => ours.se.unwrap(),
                _ => continue,
            };
            assert!((ours - entry["value"].as_f64().unwrap()).abs() < 1e-9, "{name} {key}: {ours}");
            compared += 1;
        }
    }
    assert!(compared >= 30, "{compared}");
}

#[test]
fn the_estimate_is_the_sum_over_people_weighted_by_who_is_still_seen() {
    // the identity F(t) = sum 1(T <= t, event) / (n G(T-)), with G the Kaplan-Meier curve of leaving, worked out person
    // by person; leaving comes after events at the same time
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for n in [5, 30, 200] {
        let kinds = [EventStatus::Censored, EventStatus::Event, EventStatus::Competing];
        let data: Vec<(f64, EventStatus)> =
            (0..n).map(|_| (f64::from(rng.gen_range(0..15)), kinds[rng.gen_range(0..3)])).collect();
        let found = AalenJohansen::new(data.iter().copied()).unwrap();
        let seen = |before: f64| -> f64 {
            (0..15).map(f64::from).filter(|t| *t < before).fold(1.0, |g, t| {
                let left = data.iter().filter(|(x, k)| *x > t || *x == t && *k == EventStatus::Censored).count() as f64;
                let gone = data.iter().filter(|(x, k)| *x == t && *k == EventStatus::Censored).count() as f64;
                if left > 0.0 { g * (1.0 - gone / left) } else { g }
            })
        };
        for horizon in [0.0, 4.0, 9.5, 14.0] {
            for (kind, ours) in
                [(EventStatus::Event, found.event(horizon)), (EventStatus::Competing, found.competing(horizon))]
            {
                let of: Vec<f64> =
                    data.iter().filter(|(t, k)| *t <= horizon && *k == kind).map(|(t, _)| 1.0 / seen(*t)).collect();
                assert!((ours.share - of.iter().sum::<f64>() / f64::from(n)).abs() < 1e-12);
                assert_eq!(ours.events as usize, of.len());
                if let (Some(low), Some(high)) = (ours.low, ours.high) {
                    assert!(0.0 <= low && low <= ours.share && ours.share <= high && high <= 1.0);
                }
            }
        }
    }
}

#[test]
fn without_competing_events_both_estimates_and_their_intervals_agree() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let data: Vec<(f64, bool)> = (0..300).map(|_| (f64::from(rng.gen_range(1..40)), rng.gen_bool(0.4))).collect();
    let km = KaplanMeier::new(data.iter().copied()).unwrap();
    let status = |event| if event { EventStatus::Event } else { EventStatus::Censored };
    let found = AalenJohansen::new(data.iter().map(|(t, event)| (*t, status(*event)))).unwrap();
    for horizon in [1.0, 10.0, 25.0, 39.0] {
        let (a, b) = (found.event(horizon), km.at(horizon));
        assert_eq!((a.at_risk, a.events), (b.at_risk, b.events));
        for (a, b) in [(Some(a.share), Some(b.share)), (a.se, b.se), (a.low, b.low), (a.high, b.high)] {
            assert!((a.unwrap() - b.unwrap()).abs() < 1e-12, "{horizon}: {a:?} and {b:?}");
        }
    }
}
