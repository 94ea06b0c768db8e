//! Both roles in one person, and being a victim again: against plain counting.

use pleegprofiel::{
    career::CalendarDate,
    monitor::{ChainEvent, OverlapDefinition, Phase, RepeatDefinition, overlap, repeat_victims},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

type Days = Vec<(u64, CalendarDate)>;

fn draw(seed: u64, persons: u64) -> [Days; 2] {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let start = CalendarDate::new(2010, 1, 1).unwrap();
    let mut days = [Vec::new(), Vec::new()];
    for person in 0..persons {
        for role in &mut days {
            for _ in 0..rng.gen_range(0..3) {
                role.push((person, start.plus_days(rng.gen_range(0..2000)).unwrap()));
            }
        }
        if person % 20 == 0 {
            days.iter_mut().for_each(|role| role.push((person, start)));
        }
    }
    days
}

fn first(days: &Days, person: u64) -> Option<CalendarDate> {
    days.iter().filter(|(own, _)| *own == person).map(|(_, day)| *day).min()
}

#[test]
fn persons_in_both_roles_are_those_of_plain_counting_and_the_definition_comes_back() {
    let [suspects, victims] = draw(3, 300);
    let events: Vec<ChainEvent> = suspects
        .iter()
        .enumerate()
        .map(|(case, (person, day))| ChainEvent::suspect(case as u64, *person, *day))
        .collect();
    for within in [None, Some(700), Some(0)] {
        let stated = OverlapDefinition { within_days: within, ..OverlapDefinition::new("reported", Phase::Suspect) };
        let found = overlap(&events, &victims, &stated, true).unwrap();
        assert_eq!(found.definition, stated);
        let mut orders = [0, 0, 0];
        for person in 0..300 {
            if let (Some(victim), Some(offender)) = (first(&victims, person), first(&suspects, person)) {
                let days = victim.days_until(offender);
                if within.is_none_or(|most| days.unsigned_abs() <= u64::from(most)) {
                    orders[if days > 0 {
                        0
                    } else if days < 0 {
                        1
                    } else {
                        2
                    }] += 1;
                }
            }
        }
        let counts = [found.victim_first, found.offender_first, found.same_day].map(Option::unwrap);
        assert_eq!((counts, found.both), (orders, Some(orders.iter().sum())));
        let whole = |days: &Days| (0..300).filter(|person| first(days, *person).is_some()).count() as u64;
        assert_eq!((found.offenders, found.victims), (Some(whole(&suspects)), Some(whole(&victims))));
    }
    // an intake is no suspicion
    let other = OverlapDefinition::new("reported", Phase::Intake);
    assert_eq!(overlap(&events, &victims, &other, true).unwrap().both, Some(0));
}

#[test]
fn a_part_of_fewer_than_ten_hides_what_it_would_follow_from() {
    let day = CalendarDate::new(2012, 1, 1).unwrap();
    // 20 offenders alone, 20 victims alone, `both` of both, all victims first
    let found = |both: u64| {
        let suspects = (0..20 + both).map(|p| ChainEvent::suspect(p, p, day.plus_days(9).unwrap()));
        let victims: Days = (20..40 + both).map(|p| (p, day)).collect();
        let events: Vec<ChainEvent> = suspects.collect();
        overlap(&events, &victims, &OverlapDefinition::new("reported", Phase::Suspect), false).unwrap()
    };
    assert_eq!((found(9).both, found(9).offenders), (None, Some(29)));
    // all of one order: nobody of the others is a figure of fewer than ten
    assert_eq!((found(10).both, found(10).victim_first), (Some(10), None));
}

#[test]
fn the_share_who_are_victims_again_is_the_product_limit_written_out() {
    let [_, victims] = draw(8, 400);
    let end = CalendarDate::new(2015, 7, 1).unwrap();
    let stated = RepeatDefinition { event: "any offence".into(), apart_days: 30, years: 5.0 };
    let found = repeat_victims(&victims, end, &stated, true).unwrap();
    let mut times: Vec<(f64, bool)> = Vec::new();
    for person in 0..400 {
        let Some(start) = first(&victims, person) else { continue };
        let later = victims.iter().filter(|(own, day)| *own == person && start.days_until(*day) >= 30);
        let again = later.map(|(_, day)| *day).min();
        times.push((start.age_on(again.unwrap_or(end)).unwrap().get(), again.is_some()));
    }
    let mut survival = 1.0;
    let mut distinct: Vec<f64> = times.iter().filter(|(t, event)| *event && *t <= 5.0).map(|(t, _)| *t).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    for time in distinct {
        let at_risk = times.iter().filter(|(t, _)| *t >= time).count() as f64;
        let events = times.iter().filter(|(t, event)| *event && *t == time).count() as f64;
        survival *= 1.0 - events / at_risk;
    }
    let share = found.share.unwrap();
    assert!((share.share - (1.0 - survival)).abs() < 1e-12 && share.share > 0.1);
    assert_eq!(found.persons, Some(times.len() as u64));
    // where small cells are hidden: steps of one and a half persons, outwards, and no counts
    let hidden = repeat_victims(&victims, end, &stated, false).unwrap();
    assert_eq!((hidden.again, hidden.at_risk, hidden.persons), (None, None, found.persons));
    let rounded = hidden.share.unwrap();
    assert!(rounded.se.is_none() && (rounded.share - share.share).abs() <= 0.0051, "{rounded:?} of {share:?}");
    assert!(rounded.low.unwrap() <= share.low.unwrap() && rounded.high.unwrap() >= share.high.unwrap());
    assert!(repeat_victims(&victims, CalendarDate::new(2011, 1, 1).unwrap(), &stated, false).is_err());
    let nothing = RepeatDefinition { event: String::new(), ..stated };
    assert!(repeat_victims(&victims, end, &nothing, false).is_err());
}

#[test]
fn keys_are_serialised_as_tables_have_them() {
    use pleegprofiel::monitor::{Disposal, Exploitation, Population, Split, VerdictOutcome};
    fn same<T: Copy + serde::Serialize>(all: &[T], key: impl Fn(T) -> &'static str) {
        for one in all {
            assert_eq!(serde_json::to_value(one).unwrap(), key(*one));
        }
    }
    same(Exploitation::ALL, Exploitation::key);
    same(Phase::ALL, Phase::key);
    same(Disposal::ALL, Disposal::key);
    same(VerdictOutcome::ALL, VerdictOutcome::key);
    same(Population::ALL, Population::key);
    same(Split::ALL, Split::key);
}

#[test]
fn no_number_of_fewer_than_ten_in_both_roles_follows_from_what_is_printed() {
    let day = |plus: i64| CalendarDate::new(2012, 1, 1).unwrap().plus_days(plus).unwrap();
    let stated = OverlapDefinition::new("reported", Phase::Suspect);
    // offenders alone, victims alone, victims first, offenders first, both on one day
    let printed = |parts: [u64; 5], small: bool| {
        let (mut events, mut victims, mut person) = (Vec::new(), Vec::new(), 0);
        for (part, count) in parts.into_iter().enumerate() {
            for _ in 0..count {
                if part != 1 {
                    events.push(ChainEvent::suspect(person, person, day(50)));
                }
                if part != 0 {
                    victims.push((person, day([0, 50, 20, 80, 50][part])));
                }
                person += 1;
            }
        }
        serde_json::to_string(&overlap(&events, &victims, &stated, small).unwrap()).unwrap()
    };
    // of all that print the same, the lowest and the highest number of each part
    let pinned = |all: &[[u64; 5]], small: bool| {
        let mut seen: std::collections::HashMap<String, [(u64, u64); 5]> = std::collections::HashMap::new();
        for parts in all {
            let ends = seen.entry(printed(*parts, small)).or_insert(parts.map(|n| (n, n)));
            ends.iter_mut().zip(parts).for_each(|(ends, &n)| *ends = (ends.0.min(n), ends.1.max(n)));
        }
        seen.into_iter().filter(|(_, ends)| ends.iter().any(|(low, high)| low == high && *low < 10)).collect::<Vec<_>>()
    };
    // every number alone, as long as totals stay in what is tried; then every order of as many as are shown
    let mut totals = Vec::new();
    let some = [0, 1, 4, 9, 10, 11];
    for (a, b) in (0..=22).flat_map(|a| (0..=22).map(move |b| (a, b))) {
        for (x, y) in some.into_iter().flat_map(|x| some.map(|y| (x, y))) {
            let parts = some.map(|z| [a, b, x, y, z]);
            totals.extend(parts.into_iter().filter(|[a, b, x, y, z]| a.max(b) + x + y + z <= 22));
        }
    }
    let orders = (0..13u64.pow(3)).map(|code| [12, 12, code % 13, code / 13 % 13, code / 169]);
    let orders: Vec<[u64; 5]> = orders.filter(|[_, _, x, y, z]| x + y + z >= 10).collect();
    for all in [&totals, &orders] {
        let told = pinned(all, false);
        assert!(told.is_empty(), "{} prints, such as {:?}", told.len(), told.first());
        assert!(pinned(all, true).len() > 1_000, "the same search finds what is not hidden");
    }
}

#[test]
fn fewer_than_ten_who_were_victims_again_or_were_not_are_never_told() {
    let day = |plus: i64| CalendarDate::new(2010, 1, 1).unwrap().plus_days(plus).unwrap();
    let stated = RepeatDefinition { event: "any offence".into(), apart_days: 1, years: 5.0 };
    // all followed ten years, some again in the second
    let printed = |persons: u64, again: u64, small: bool| {
        let victims: Days = (0..persons).map(|p| (p, day(0))).chain((0..again).map(|p| (p, day(500)))).collect();
        serde_json::to_string(&repeat_victims(&victims, day(3650), &stated, small).unwrap()).unwrap()
    };
    let told = |small: bool| {
        let mut told = Vec::new();
        for persons in [10, 11, 19, 20, 25, 40, 100, 400] {
            let all: Vec<String> = (0..=persons).map(|again| printed(persons, again, small)).collect();
            for again in (0..=persons).filter(|again| *again < 10 || persons - again < 10) {
                let alike = all.iter().filter(|print| **print == all[again as usize]).count();
                told.extend((alike == 1).then_some((persons, again)));
            }
        }
        told
    };
    assert_eq!(told(false), []);
    assert!(told(true).len() > 50);
}
