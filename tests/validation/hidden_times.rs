//! What can be worked out of few people followed up: an attacker who knows which people every figure is of, and takes sets
//! that lie within others from these, and sets that have nobody in common together, as often as that gives new ones.

use pleegprofiel::{
    Language,
    report::ValidationReport,
    survival::{EventStatus, FollowUp},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashSet;

const TIMES: [f64; 4] = [3.0, 6.0, 12.0, 24.0];

/// Time, how it ended, risk.
type Person = (f64, EventStatus, f64);

fn draw(n: usize, rng: &mut ChaCha8Rng) -> Vec<Person> {
    let rates = [rng.gen_range(0.01..0.15), rng.gen_range(0.0..0.05), rng.gen_range(0.0..0.05)];
    let (months, end) = (rng.gen_bool(0.5), [24.0, 24.0, 36.0][rng.gen_range(0..3)]);
    let person = |rng: &mut ChaCha8Rng| {
        let risk = (rng.gen_range(0.05..0.95_f64) * 40.0).round() / 40.0;
        let mut wait = |rate: f64| -rng.r#gen::<f64>().max(1e-12).ln() / f64::max(rate, 1e-9);
        let all = [
            (wait(2.0 * risk * rates[0]), EventStatus::Event),
            (wait(rates[1]), EventStatus::Competing),
            (wait(rates[2]), EventStatus::Censored),
        ];
        let (time, how) = all.into_iter().fold((end, EventStatus::Censored), |a, b| if b.0 < a.0 { b } else { a });
        (if months { time.ceil() } else { time }, how, risk)
    };
    let mut people: Vec<Person> = (0..n).map(|_| person(rng)).collect();
    // somebody is followed to the end
    people[0] = (end, EventStatus::Censored, 0.5);
    people
}

fn report(people: &[Person], risks: &[(f64, Vec<f64>)], small: bool) -> ValidationReport {
    let followed =
        FollowUp::new(people.iter().map(|p| p.0).collect(), people.iter().map(|p| p.1).collect::<Vec<_>>()).unwrap();
    let score = vec![("x".to_owned(), people.iter().map(|p| p.2).collect())];
    ValidationReport::follow_up(&followed, &score, risks, &TIMES, 0, Language::English, small).unwrap()
}

fn rows<'a>(report: &'a ValidationReport, heading: &str) -> &'a [Vec<String>] {
    report.sections().iter().find(|s| s.heading == heading).map_or(&[], |s| &s.table.rows)
}

/// Everybody a figure is of, as bits.
type Set = Vec<u64>;

fn set(people: &[Person], of: impl Fn(&Person) -> bool) -> Set {
    let mut bits = vec![0; people.len().div_ceil(64)];
    people.iter().enumerate().filter(|(_, p)| of(p)).for_each(|(i, _)| bits[i / 64] |= 1 << (i % 64));
    bits
}

fn size(set: &Set) -> u32 {
    set.iter().map(|bits| bits.count_ones()).sum()
}

/// The sets that what is shown tells the size of.
fn told(people: &[Person], found: &ValidationReport) -> Vec<Set> {
    let mut sets = vec![set(people, |_| true)];
    let had = |how: EventStatus, by: f64| set(people, |p| p.1 == how && p.0 <= by);
    for row in rows(found, "What happened") {
        let by: f64 = row[0].parse().unwrap();
        let figures: [(usize, Set); 3] =
            [(1, had(EventStatus::Event, by)), (3, had(EventStatus::Competing, by)), (6, set(people, |p| p.0 >= by))];
        sets.extend(figures.into_iter().filter(|(column, _)| row[*column] != "–").map(|(_, set)| set));
        assert_eq!(row[3] == "–", row[4] == "–", "the three shares are 1 together");
        assert!(row[4] != "–" || row[5] == "–");
    }
    for row in rows(found, "Risks at their horizon") {
        let by: f64 = row[0].parse().unwrap();
        if row[1] != "–" {
            assert_eq!(row[1], size(&had(EventStatus::Event, by)).to_string());
            sets.push(had(EventStatus::Event, by));
        }
        if row[2] != "–" {
            sets.push(set(people, |p| p.1 == EventStatus::Censored && p.0 < by));
        }
    }
    let end = f64::INFINITY;
    if found.subtitle().contains(" with the event") {
        sets.push(had(EventStatus::Event, end));
    }
    if found.subtitle().contains(" with a competing one, ") {
        sets.push(had(EventStatus::Competing, end));
        sets.push(had(EventStatus::Censored, end));
    }
    sets
}

/// A set of fewer than ten people whose size follows, looked for among so many that do.
fn few(told: &[Set], most: usize) -> Option<Set> {
    let small = |set: &&Set| size(set) < 10;
    let mut known: HashSet<Set> = told.iter().cloned().collect();
    let mut fresh: Vec<Set> = known.iter().cloned().collect();
    let mut found = told.iter().find(small).cloned();
    while let (Some(a), None) = (fresh.pop(), &found) {
        let within = |x: &Set, y: &Set| x.iter().zip(y).all(|(x, y)| x & !y == 0);
        let less = |x: &Set, y: &Set| -> Set { x.iter().zip(y).map(|(x, y)| x & !y).collect() };
        let of_both = |b: &Set| -> Option<Set> {
            match a.iter().zip(b).any(|(a, b)| a & b > 0) {
                false => Some(a.iter().zip(b).map(|(a, b)| a | b).collect()),
                true if within(&a, b) => Some(less(b, &a)),
                true if within(b, &a) => Some(less(&a, b)),
                true => None,
            }
        };
        let new: Vec<Set> = known.iter().filter_map(of_both).filter(|set| size(set) > 0).collect();
        found = new.iter().find(small).cloned();
        for set in new {
            if known.len() < most && known.insert(set.clone()) {
                fresh.push(set);
            }
        }
    }
    found
}

#[test]
fn no_number_of_fewer_than_ten_follows_from_figures_by_time() {
    let mut rng = ChaCha8Rng::seed_from_u64(71);
    let (mut shown, mut hidden, mut broken) = (0, 0, 0);
    for round in 0..60 {
        let people = draw(if round % 3 == 0 { 60 } else { rng.gen_range(60..900) }, &mut rng);
        let risks: Vec<(f64, Vec<f64>)> =
            [12.0, 24.0].into_iter().take(round % 3).map(|h| (h, people.iter().map(|p| p.2).collect())).collect();
        let found = report(&people, &risks, false);
        let sets = told(&people, &found);
        let cells = rows(&found, "What happened").iter().flatten();
        shown += cells.clone().filter(|cell| *cell != "–").count();
        hidden += cells.filter(|cell| *cell == "–").count();
        assert_eq!(few(&sets, 3_000), None, "round {round}: {} {:?}", found.subtitle(), rows(&found, "What happened"));
        // concordance is of those with the event by the times, and until the end
        let events = rows(&found, "What happened").iter().map(|row| row[1] != "–");
        let order: Vec<bool> = rows(&found, "Order").iter().map(|row| row[2] != "–").collect();
        if !order.is_empty() {
            assert_eq!(order[1..], events.collect::<Vec<_>>());
            assert!(!order[0] || found.subtitle().contains(" with the event"));
        }
        let all = report(&people, &risks, true);
        assert!(all.sections().iter().all(|s| s.table.notes.iter().all(|note| !note.contains("--show-small-cells"))));
        broken += usize::from(few(&told(&people, &all), 3_000).is_some());
    }
    assert!(shown > 200 && hidden > 200, "{shown} shown, {hidden} hidden");
    assert!(broken > 40, "the same attacker finds nothing in {} of 60 where nothing is hidden", 60 - broken);
}

/// Groups of risk of the table of a horizon: people, and those of them with the event by then.
fn of_groups(people: &[Person], risk: &[f64], horizon: f64, rows: &[Vec<String>]) -> Vec<Set> {
    let mut rising = risk.to_vec();
    rising.sort_by(f64::total_cmp);
    let (mut from, mut sets) = (0, Vec::new());
    for row in rows {
        let to = from + row[0].parse::<usize>().unwrap();
        let (low, high) = (rising[from], rising[to - 1]);
        let group = |case: bool| {
            let mut bits = vec![0; people.len().div_ceil(64)];
            for (i, p) in people.iter().enumerate().filter(|(i, _)| (low..=high).contains(&risk[*i])) {
                let had = p.1 == EventStatus::Event && p.0 <= horizon;
                bits[i / 64] |= u64::from(had || !case) << (i % 64);
            }
            bits
        };
        let members = group(false);
        assert_eq!(size(&members) as usize, to - from, "people of one risk are together");
        sets.extend([members, group(true)]);
        from = to;
    }
    assert_eq!(from, people.len());
    sets
}

#[test]
fn no_number_of_fewer_than_ten_follows_from_groups_of_risk_at_horizons() {
    let mut rng = ChaCha8Rng::seed_from_u64(72);
    let (mut groups, mut broken) = (0, 0);
    for round in 0..24 {
        let people = draw(rng.gen_range(300..1_500), &mut rng);
        // the same order at every horizon, nearly the same, another
        let later = |p: &Person, rng: &mut ChaCha8Rng| match round % 3 {
            0 => p.2.sqrt(),
            1 => {
                if rng.gen_bool(0.01) {
                    0.1
                } else {
                    p.2.sqrt()
                }
            }
            _ => (rng.gen_range(0.1..0.9_f64) * 20.0).round() / 20.0,
        };
        let risks = vec![
            (12.0, people.iter().map(|p| p.2).collect::<Vec<f64>>()),
            (24.0, people.iter().map(|p| later(p, &mut rng)).collect()),
        ];
        let sets = |small: bool| {
            let found = report(&people, &risks, small);
            let mut sets = told(&people, &found);
            let mut number = 0;
            for (horizon, risk) in &risks {
                let rows = rows(&found, &format!("Calibration at {horizon}"));
                if !rows.is_empty() && rows[0][0] != "–" {
                    number += rows.len();
                    sets.extend(of_groups(&people, risk, *horizon, rows));
                }
            }
            (number, sets)
        };
        let (number, hidden) = sets(false);
        groups += number;
        assert_eq!(few(&hidden, 3_000), None, "round {round}");
        broken += usize::from(few(&sets(true).1, 3_000).is_some());
    }
    assert!(groups > 100, "hiding everything is no protection worth having: {groups} groups were shown");
    assert!(broken > 15, "the same attacker finds small numbers in {broken} of 24 where nothing is hidden");
}

#[test]
fn where_there_are_no_ten_of_either_nothing_is_shown_and_a_horizon_beyond_follow_up_is_refused_all_the_same() {
    for (with, without) in [(9, 100), (100, 9)] {
        let people: Vec<Person> = (0..with + without)
            .map(|i| if i < with { (1.0, EventStatus::Event, 0.5) } else { (30.0, EventStatus::Censored, 0.5) })
            .collect();
        let risks = vec![(12.0, vec![0.5; people.len()])];
        let found = report(&people, &risks, false);
        let text = format!("{} {:?}", found.subtitle(), found.sections());
        assert!(text.starts_with("109 people ") && text.contains("fewer than 10 people with the outcome, or without"));
        assert!(!text.contains("\"9\"") && !text.contains("100"), "{text}");
        assert!(report(&people, &risks, true).subtitle().contains(&format!("{with} with the event")));
        let followed = FollowUp::new(vec![1.0; 12], vec![EventStatus::Event; 12]).unwrap();
        assert!(ValidationReport::follow_up(&followed, &[], &[], &[2.0], 0, Language::Dutch, false).is_err());
    }
}
