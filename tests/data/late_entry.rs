//! Curves of people who came under observation later, and mean numbers of events: against R, brute force, closed forms,
//! recovery.

use pleegprofiel::{
    Age, Career,
    career::{Category, Moment, Offence, Window, WindowEnd},
    cohort::recidivism::{NewCases, RecidivismBuilder, RecidivismOptions},
    survival::{AalenJohansen, EventStatus, KaplanMeier, MeanCount, Recurring},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;

struct Person {
    counted: Recurring,
    first: f64,
    status: EventStatus,
}

fn people() -> Vec<Person> {
    let path = format!("{}/fixtures/reference/survival/late_entry.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let person = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |at: usize| cells[at].parse::<f64>().unwrap();
        let events = cells[5].split(';').filter(|e| !e.is_empty()).map(|e| e.parse().unwrap()).collect();
        let how = [EventStatus::Censored, EventStatus::Event, EventStatus::Competing];
        Person {
            counted: Recurring { entry: number(0), until: number(1), gone: cells[2] == "1", events },
            first: number(3),
            status: how[cells[4].parse::<usize>().unwrap()],
        }
    };
    text.lines().skip(1).map(person).collect()
}

#[test]
fn late_entry_and_mean_numbers_are_those_of_r() {
    // late_entry.R: survfit for the curves and Nelson and Aalen's sum; that of Ghosh and Lin from two survfits, its
    // standard errors by numerical derivatives with steps of 1e-4, right to 1e-8 or so
    let path = format!("{}/fixtures/reference/survival/late_entry_expected.csv", env!("CARGO_MANIFEST_DIR"));
    let people = people();
    let km = people.iter().map(|p| (p.counted.entry, p.first, p.status == EventStatus::Event));
    let km = KaplanMeier::entered(km).unwrap();
    let found = AalenJohansen::entered(people.iter().map(|p| (p.counted.entry, p.first, p.status))).unwrap();
    let counted = MeanCount::new(people.iter().map(|p| p.counted.clone()).collect()).unwrap();
    let staying = |p: &Person| Recurring { gone: false, ..p.counted.clone() };
    let nelson = MeanCount::new(people.iter().map(staying).collect()).unwrap();
    let expected = std::fs::read_to_string(path).unwrap();
    let mut compared = 0;
    for line in expected.lines().skip(1) {
        let (key, value) = line.split_once(',').unwrap();
        let parts: Vec<&str> = key.split('-').collect();
        let at: f64 = parts[1].parse().unwrap();
        let curve = |of: pleegprofiel::survival::EventShare| match parts[2] {
            "share" => of.share,
            "se" => of.se.unwrap(),
            "low" => of.low.unwrap(),
            "high" => of.high.unwrap(),
            _ => of.at_risk as f64,
        };
        let mean = |of: pleegprofiel::survival::MeanAt| if parts[2] == "mean" { of.mean } else { of.se };
        let ours = match parts[0] {
            "km" => curve(km.at(at)),
            "event" => curve(found.event(at)),
            "competing" => curve(found.competing(at)),
            "nelson" => mean(nelson.at(at).unwrap()),
            "ghosh" => mean(counted.at(at).unwrap()),
            _ if parts[2] == "mean" => counted.at(at).unwrap().mean / found.event(at).share,
            _ => continue,
        };
        let tolerance = if parts[0] == "ghosh" && parts[2] == "se" { 1e-7 } else { 1e-9 };
        assert!((ours - value.parse::<f64>().unwrap()).abs() < tolerance, "{key}: {ours} for {value}");
        compared += 1;
    }
    assert_eq!(compared, 70);
}

#[test]
fn recidivism_gives_the_mean_numbers_of_r_with_their_standard_errors() {
    let path = format!("{}/fixtures/reference/survival/late_entry_expected.csv", env!("CARGO_MANIFEST_DIR"));
    let expected: HashMap<String, f64> = std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').map(|(key, value)| (key.to_owned(), value.parse().unwrap())).unwrap())
        .collect();
    let options = RecidivismOptions::default().years([1, 2, 3, 5]).show_small_cells(true);
    let mut builder = RecidivismBuilder::new(options).unwrap();
    // ages in whole months are exact
    let age = |months: f64| Age::years((240.0 + months) / 12.0).unwrap();
    for p in people() {
        let end = if p.counted.gone { WindowEnd::Died } else { WindowEnd::EndOfRegister };
        let career = Career::by_age()
            .window(Window::ages(Age::years(12.0).unwrap(), age(p.counted.until), end))
            .offence(Offence::at_age(age(0.0), Category::HUMAN_TRAFFICKING))
            .offences(
                p.counted.events.iter().map(|at| Offence::at_age(age(at.min(p.counted.until - 1e-3)), Category::DRUGS)),
            )
            .build()
            .unwrap();
        builder.push_entered(None, &career, Moment::Age(age(0.0)), Moment::Age(age(p.counted.entry)));
    }
    let found = builder.finish().unwrap();
    for at in &found.groups[0].shares {
        let cases: NewCases = at.figures.unwrap().new_cases.unwrap();
        for (what, of) in [("ghosh", cases.per_person), ("ratio", cases.per_reoffender.unwrap())] {
            let value = |which: &str| expected[&format!("{what}-{}-{which}", 12 * at.years)];
            // an event in the last month of a person had to be moved before its end by a thousandth of a month
            assert!((of.mean - value("mean")).abs() < 2e-3, "{what} {}: {} for {}", at.years, of.mean, value("mean"));
            assert!(
                (of.se.unwrap() - value("se")).abs() < 2e-3,
                "{what} {}: {:?} for {}",
                at.years,
                of.se,
                value("se")
            );
        }
        let share = at.figures.unwrap().reoffended.share;
        assert!((share - expected[&format!("event-{}-share", 12 * at.years)]).abs() < 2e-3);
    }
}

#[test]
fn without_anybody_gone_or_lost_the_mean_is_the_plain_mean() {
    let events = [&[1.0, 2.0, 4.0][..], &[], &[3.0], &[2.0]];
    let one = |events: &&[f64]| Recurring { entry: 0.0, until: 10.0, gone: false, events: events.to_vec() };
    let found = MeanCount::new(events.iter().map(one).collect()).unwrap();
    // numbers by 3: 2, 0, 1, 1; mean 1, sum of squares 2, standard error by divisor n
    let at = found.at(3.0).unwrap();
    assert!((at.mean - 1.0).abs() < 1e-15 && at.events == 4 && at.at_risk == 4);
    assert!((at.se - (2.0_f64 / 16.0).sqrt()).abs() < 1e-15);
    assert!((at.high.unwrap() - (1.959_963_984_540_054 * at.se).exp()).abs() < 1e-12);
    let none = found.at(0.5).unwrap();
    assert_eq!((none.mean, none.se, none.low), (0.0, 0.0, None));
}

#[test]
fn the_mean_of_people_who_die_is_the_sum_over_months_worked_out_person_by_person() {
    let mut rng = ChaCha8Rng::seed_from_u64(41);
    for n in [3, 12, 80] {
        let people: Vec<Recurring> = (0..n)
            .map(|i| {
                // somebody is there throughout
                let entry = if i == 0 { 0.0 } else { f64::from(rng.gen_range(0..4)) };
                let until = if i == 0 { 13.0 } else { entry + f64::from(rng.gen_range(1..10)) };
                let events =
                    (0..rng.gen_range(0..5)).map(|_| entry + 1.0 + (rng.r#gen::<f64>() * (until - entry)).floor());
                let events = events.filter(|e| *e <= until).collect();
                Recurring { entry, until, gone: i > 0 && rng.gen_bool(0.4), events }
            })
            .collect();
        let found = MeanCount::new(people.clone()).unwrap();
        for horizon in [0.0, 2.0, 5.5, 12.0, 40.0] {
            let (mut staying, mut mean) = (1.0, 0.0);
            for month in 0..=horizon as i32 {
                let month = f64::from(month);
                let at_risk = |p: &&Recurring| p.until >= month && (p.entry == 0.0 || p.entry < month);
                let under = people.iter().filter(at_risk).count() as f64;
                if under == 0.0 {
                    continue;
                }
                let events: usize = people.iter().map(|p| p.events.iter().filter(|e| **e == month).count()).sum();
                let gone = people.iter().filter(|p| p.gone && p.until == month).count() as f64;
                mean += staying * events as f64 / under;
                staying *= 1.0 - gone / under;
            }
            let at = found.at(horizon).unwrap();
            assert!((at.mean - mean).abs() < 1e-12, "{n} {horizon}: {} for {mean}", at.mean);
        }
        // the standard error is that of derivatives: people twice over halve the variance
        let twice = MeanCount::new(people.iter().chain(&people).cloned().collect()).unwrap();
        let (one, two) = (found.at(9.0).unwrap(), twice.at(9.0).unwrap());
        assert!((one.mean - two.mean).abs() < 1e-12 && (one.se / two.se - 2.0_f64.sqrt()).abs() < 1e-9);
    }
}

#[test]
fn delayed_entry_is_recovered_from_and_ignoring_it_is_biased() {
    // hazard 0.2 a year; people come into view at a time of their own, if they have not reoffended by then
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    let mut data = vec![(0.0, 8.0, false); 5];
    while data.len() < 40_000 {
        let (event, end) = (-rng.r#gen::<f64>().ln() / 0.2, rng.gen_range(4.0..12.0));
        let entry = if rng.gen_bool(0.2) { 0.0 } else { rng.gen_range(0.0..4.0) };
        if event > entry {
            data.push((entry, f64::min(event, end), event <= end));
        }
    }
    let (right, wrong) = (
        KaplanMeier::entered(data.iter().copied()).unwrap(),
        KaplanMeier::new(data.iter().map(|(_, time, event)| (*time, *event))).unwrap(),
    );
    for years in [1.0, 3.0, 6.0] {
        let truth = 1.0 - (-0.2_f64 * years).exp();
        let (found, ignoring) = (right.at(years), wrong.at(years));
        assert!((found.share - truth).abs() < 4.0 * found.se.unwrap(), "{years}: {found:?} for {truth}");
        assert!(truth - ignoring.share > 4.0 * found.se.unwrap(), "{years}: {ignoring:?}");
    }
    let status = |event| if event { EventStatus::Event } else { EventStatus::Censored };
    let all = AalenJohansen::entered(data.iter().map(|(entry, time, event)| (*entry, *time, status(*event)))).unwrap();
    assert!((all.event(3.0).share - right.at(3.0).share).abs() < 1e-12);
}

#[test]
fn entries_of_0_change_nothing() {
    let mut rng = ChaCha8Rng::seed_from_u64(43);
    let kinds = [EventStatus::Censored, EventStatus::Event, EventStatus::Competing];
    let data: Vec<(f64, EventStatus)> =
        (0..200).map(|_| (f64::from(rng.gen_range(0..15)), kinds[rng.gen_range(0..3)])).collect();
    let (a, b) = (
        AalenJohansen::new(data.iter().copied()).unwrap(),
        AalenJohansen::entered(data.iter().map(|(time, how)| (0.0, *time, *how))).unwrap(),
    );
    let event = |how: &EventStatus| *how == EventStatus::Event;
    let (c, d) = (
        KaplanMeier::new(data.iter().map(|(time, how)| (*time, event(how)))).unwrap(),
        KaplanMeier::entered(data.iter().map(|(time, how)| (0.0, *time, event(how)))).unwrap(),
    );
    assert_eq!(c, d);
    for at in [0.0, 3.0, 7.5, 14.0] {
        assert_eq!((a.event(at), a.competing(at)), (b.event(at), b.competing(at)));
    }
}

#[test]
fn entry_after_exit_gaps_and_what_is_outside_are_refused_all_at_once() {
    let km = |data: &[(f64, f64, bool)]| KaplanMeier::entered(data.iter().copied()).unwrap_err().to_string();
    let text = km(&[(0.0, 5.0, false), (3.0, 2.0, true), (2.0, 2.0, true), (f64::NAN, 2.0, true), (-1.0, 2.0, true)]);
    for place in ["row 2, column entry: came under observation at 3", "row 3, column entry", "row 4", "row 5"] {
        assert!(text.contains(place), "{place}: {text}");
    }
    // nobody between 2 and 3; everybody at risk has the event before the others come; nobody from the start
    assert!(km(&[(0.0, 2.0, false), (3.0, 5.0, true)]).contains("from 2 on nobody is followed"));
    assert!(km(&[(0.0, 1.0, true), (1.0, 3.0, true), (1.0, 4.0, false)]).contains("from 1 on"));
    assert!(km(&[(1.0, 3.0, true), (1.0, 4.0, false)]).contains("from 0 on"));
    let counted = |events: &[f64]| {
        let one = Recurring { entry: 1.0, until: 4.0, gone: false, events: events.to_vec() };
        let from_start = Recurring { entry: 0.0, until: 4.0, gone: false, events: Vec::new() };
        MeanCount::new(vec![from_start, one])
    };
    assert!(counted(&[2.0, 4.0]).is_ok());
    let text = counted(&[0.5, 1.0, 4.5]).unwrap_err().to_string();
    assert_eq!(text.matches("row 2, column events").count(), 3, "{text}");
    assert!(MeanCount::new(Vec::new()).is_err() && counted(&[]).unwrap().at(-1.0).is_err());
}

#[test]
fn offences_of_one_case_are_one_new_case_and_everybody_dead_has_no_more() {
    let age = |years: f64| Age::years(years).unwrap();
    let offence = |at: f64, case: Option<u32>| {
        let offence = Offence::at_age(age(at), Category::DRUGS);
        case.map_or(offence.clone(), |case| offence.in_case(case))
    };
    let career = |to: f64, end, new: &[(f64, Option<u32>)]| {
        Career::by_age()
            .window(Window::ages(age(12.0), age(to), end))
            .offence(Offence::at_age(age(20.0), Category::HUMAN_TRAFFICKING).in_case(1))
            .offences(new.iter().map(|(at, case)| offence(*at, *case)))
            .build()
            .unwrap()
    };
    let mut builder =
        RecidivismBuilder::new(RecidivismOptions::default().years([2, 5]).show_small_cells(true)).unwrap();
    // two cases, one of three offences; two offences of a day without a case are one; a further count of the index case
    let new = [(21.0, Some(2)), (21.5, Some(2)), (23.0, Some(3)), (24.0, Some(2))];
    builder.push(None, &career(30.0, WindowEnd::EndOfRegister, &new));
    builder.push(None, &career(30.0, WindowEnd::EndOfRegister, &[(22.5, None), (22.5, None), (23.0, Some(1))]));
    for _ in 0..2 {
        builder.push(None, &career(21.5, WindowEnd::Died, &[]));
    }
    let found = builder.finish().unwrap();
    let [two, five] = [0, 1].map(|i| found.groups[0].shares[i].figures.unwrap());
    let (early, late) = (two.new_cases.unwrap(), five.new_cases.unwrap());
    assert_eq!((early.cases, early.again, early.most), (Some(1), Some(0), Some(1)));
    assert_eq!((late.cases, late.again, late.most), (Some(3), Some(1), Some(2)));
    // the dead are in the denominator
    assert!((late.per_person.mean - 0.75).abs() < 1e-12 && (five.reoffended.share - 0.5).abs() < 1e-12);
    assert!((late.per_reoffender.unwrap().mean - 1.5).abs() < 1e-12);
    // everybody dead, and one person alone
    let mut builder = RecidivismBuilder::new(RecidivismOptions::default().years([1]).show_small_cells(true)).unwrap();
    builder.push(None, &career(20.5, WindowEnd::Died, &[]));
    let one = builder.finish().unwrap().groups[0].shares[0].figures.unwrap();
    assert_eq!((one.reoffended.share, one.competing.unwrap().share), (0.0, 1.0));
    let cases = one.new_cases.unwrap();
    assert_eq!((cases.per_person.mean, cases.per_person.low, cases.per_reoffender), (0.0, None, None));
}
