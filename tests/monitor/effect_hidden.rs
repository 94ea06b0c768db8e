//! What can be worked out of few people from everything that a comparison publishes: an attacker who knows every printed
//! character.
//!
//! A number is pinned when every pair of groups that prints the same has the same number. So for each number of fewer than
//! ten persons the attacker is refuted by other groups that print the same to the last character and have another.

use pleegprofiel::{
    monitor::effect::{Answer, Effect, EffectData, EffectOptions},
    ndarray::Array2,
    survival::EventStatus,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

const YEARS: [f64; 2] = [2.0, 5.0];

/// Time of the end, of any new offence and of a special one (which is one of any), and two covariates of two values that
/// exclude each other.
#[derive(Debug, Clone, Copy, PartialEq)]
struct One {
    treated: bool,
    end: f64,
    died: bool,
    any: Option<f64>,
    special: bool,
    town: u8,
}

fn data(people: &[One], towns: bool) -> EffectData {
    let outcome = |special: bool| {
        let one = |p: &One| match p.any.filter(|at| *at < p.end && (!special || p.special)) {
            Some(at) => (at, EventStatus::Event),
            None => (p.end, if p.died { EventStatus::Competing } else { EventStatus::Censored }),
        };
        people.iter().map(one).collect::<Vec<_>>()
    };
    let names: Vec<String> = if towns { vec!["north".into(), "south".into()] } else { Vec::new() };
    let value = |(i, j): (usize, usize)| f64::from(u8::from(usize::from(people[i].town) == j + 1));
    EffectData::new(
        people.iter().map(|p| p.treated).collect(),
        names.clone(),
        Array2::from_shape_fn((people.len(), names.len()), value),
        vec![("any".into(), outcome(false)), ("special".into(), outcome(true))],
    )
    .unwrap()
}

fn effect(people: &[One], towns: bool, small: bool) -> Option<Effect> {
    data(people, towns).effect(&EffectOptions::default().years(YEARS).worthwhile(0.05).show_small_cells(small)).ok()
}

fn print(people: &[One], towns: bool, small: bool) -> String {
    effect(people, towns, small).map_or_else(String::new, |found| serde_json::to_string(&found).unwrap())
}

/// What the attacker is after: persons of a group by outcome and year (and those of any outcome without a special one),
/// deaths by year, and towns.
fn cells(people: &[One], towns: bool) -> BTreeMap<(bool, u8, u8), usize> {
    let mut cells = BTreeMap::new();
    for treated in [true, false] {
        for year in 0..3_u8 {
            let within = |at: f64| match year {
                0 => at <= 2.0,
                1 => at > 2.0 && at <= 5.0,
                _ => at <= 5.0,
            };
            let count = |of: &dyn Fn(&One) -> bool| people.iter().filter(|p| p.treated == treated && of(p)).count();
            let any = |p: &One| p.any.is_some_and(|at| at < p.end && within(at));
            cells.insert((treated, year, 0), count(&any));
            cells.insert((treated, year, 1), count(&|p| any(p) && p.special));
            cells.insert((treated, year, 2), count(&|p| any(p) && !p.special));
            cells.insert((treated, year, 3), count(&|p| !any(p) && p.died && within(p.end)));
        }
        for town in 0..3_u8 {
            let of_town = people.iter().filter(|p| p.treated == treated && p.town == town).count();
            if towns {
                cells.insert((treated, 9, town), of_town);
            }
        }
    }
    cells
}

fn draw(sizes: [usize; 2], rng: &mut ChaCha8Rng) -> Vec<One> {
    let (hazard, special) = (rng.gen_range(0.1..0.35), rng.gen_range(0.2..0.97));
    let south = rng.gen_range(0.05..0.5);
    let one = |treated: bool, rng: &mut ChaCha8Rng| {
        let death = -rng.r#gen::<f64>().ln() / 0.05;
        let end = f64::min(death, rng.gen_range(4.0..9.0));
        One {
            treated,
            end,
            died: end == death,
            any: Some(-rng.r#gen::<f64>().ln() / hazard),
            special: rng.gen_bool(special),
            town: if rng.gen_bool(0.45) { 1 } else { u8::from(rng.gen_bool(south)) * 2 },
        }
    };
    let all = [(true, sizes[0]), (false, sizes[1])];
    all.into_iter().flat_map(|(treated, n)| std::iter::repeat_n(treated, n)).map(|treated| one(treated, rng)).collect()
}

fn differences(a: &str, b: &str) -> usize {
    let places = a.split(',').zip(b.split(',')).filter(|(a, b)| a != b).count();
    places + a.split(',').count().abs_diff(b.split(',').count())
}

/// Numbers of fewer than ten that no other groups found leave open.
fn pinned(people: &[One], towns: bool, small: bool, climbs: u32, steps: u32, rng: &mut ChaCha8Rng) -> Vec<String> {
    let printed = print(people, towns, small);
    let truth = cells(people, towns);
    let mut open: Vec<_> = truth.iter().filter(|(_, n)| **n < 10).map(|(key, _)| *key).collect();
    let change = |p: &mut One, rng: &mut ChaCha8Rng| match rng.gen_range(0..5) {
        0 => p.any = Some(p.end * rng.r#gen::<f64>()),
        1 => p.any = None,
        2 => p.special = !p.special,
        3 => (p.end, p.died) = (9.0 * rng.r#gen::<f64>(), rng.gen_bool(0.5)),
        _ if towns => p.town = rng.gen_range(0..3),
        _ => p.any = Some(6.0 * rng.r#gen::<f64>()),
    };
    for cell in open.clone() {
        for _ in 0..climbs {
            if !open.contains(&cell) {
                break;
            }
            let mut other = people.to_vec();
            // until the number is another
            for _ in 0..400 {
                let i = rng.gen_range(0..other.len());
                let before = other[i];
                change(&mut other[i], rng);
                if cells(&other, towns)[&cell] != truth[&cell] {
                    break;
                }
                other[i] = before;
            }
            let mut far = differences(&print(&other, towns, small), &printed);
            for _ in 0..steps {
                if far == 0 {
                    let found = cells(&other, towns);
                    open.retain(|key| found[key] == truth[key]);
                    break;
                }
                let i = rng.gen_range(0..other.len());
                let before = other[i];
                change(&mut other[i], rng);
                let now = differences(&print(&other, towns, small), &printed);
                if now <= far && cells(&other, towns)[&cell] != truth[&cell] {
                    far = now;
                } else {
                    other[i] = before;
                }
            }
        }
    }
    open.iter().map(|key| format!("{key:?}: {}", truth[key])).collect()
}

#[test]
fn no_number_of_fewer_than_ten_is_pinned_by_all_that_a_comparison_publishes() {
    let mut rng = ChaCha8Rng::seed_from_u64(51);
    let mut shown = 0;
    for (sizes, towns) in [([60, 80], false), ([100, 150], false), ([80, 80], true), ([200, 260], false)] {
        let people = draw(sizes, &mut rng);
        let found = effect(&people, towns, false).unwrap();
        shown += found.at.iter().filter(|at| matches!(at.answer, Answer::Seen { .. })).count();
        let told = pinned(&people, towns, false, 30, 150, &mut rng);
        assert!(told.is_empty(), "{sizes:?}: treated, year, what and number: {told:?} of {found:?}");
    }
    assert!(shown > 3, "hiding everything is no protection worth having: {shown} differences were shown");
}

#[test]
fn the_same_attacker_pins_numbers_when_nothing_is_hidden() {
    let mut rng = ChaCha8Rng::seed_from_u64(52);
    let people = draw([60, 80], &mut rng);
    assert!(pinned(&people, false, true, 1, 40, &mut rng).len() > 5);
}

#[test]
fn between_any_two_shares_shown_of_a_group_stand_ten_persons_or_nobody() {
    let mut rng = ChaCha8Rng::seed_from_u64(53);
    let (mut shown, mut held_back) = (0, 0);
    for _ in 0..100 {
        let sizes = [rng.gen_range(30..200), rng.gen_range(30..200)];
        let people = draw(sizes, &mut rng);
        let found = effect(&people, false, false).unwrap();
        let number = |treated: bool, special: bool, years: f64| {
            let had = |p: &&One| {
                p.treated == treated && (!special || p.special) && p.any.is_some_and(|at| at < p.end && at <= years)
            };
            people.iter().filter(had).count()
        };
        for treated in [true, false] {
            let told = |at: &&pleegprofiel::monitor::effect::EffectAt| {
                if treated { matches!(at.answer, Answer::Seen { .. }) } else { at.base.is_some() }
            };
            let all: Vec<usize> =
                found.at.iter().filter(told).map(|at| number(treated, at.outcome == "special", at.years)).collect();
            shown += all.len();
            held_back += found.at.len() - all.len();
            let of_group = people.iter().filter(|p| p.treated == treated).count();
            assert!(all.iter().all(|n| *n >= 10 && of_group - n >= 10), "{all:?} of {of_group}");
        }
        // special by 5 and any by 2 are no part of each other; all other pairs are
        let of = |outcome: &str, years: f64| {
            found.at.iter().find(|at| at.outcome == outcome && at.years == years && at.base.is_some())
        };
        for (a, b) in
            [(("any", 5.0), ("any", 2.0)), (("any", 5.0), ("special", 5.0)), (("special", 5.0), ("special", 2.0))]
        {
            if of(a.0, a.1).is_some() && of(b.0, b.1).is_some() {
                let gap = number(false, a.0 == "special", a.1) - number(false, b.0 == "special", b.1);
                assert!(gap == 0 || gap >= 10, "{a:?} less {b:?}: {gap}");
            }
        }
    }
    assert!(shown > 150 && held_back > 50, "{shown} shown, {held_back} not");
}

#[test]
fn a_covariate_of_few_people_is_in_no_balance_and_neither_is_what_two_leave() {
    let mut rng = ChaCha8Rng::seed_from_u64(54);
    let mut people = draw([100, 100], &mut rng);
    // 48 in the north, 48 in the south, 4 elsewhere of each group
    for (i, p) in people.iter_mut().enumerate() {
        p.town = match i % 100 {
            0..=47 => 1,
            48..=95 => 2,
            _ => 0,
        };
    }
    let names = |people: &[One], small: bool| {
        effect(people, true, small).unwrap().balance.into_iter().map(|of| of.name).collect::<Vec<_>>()
    };
    // towns that tell the groups apart by nothing
    assert_eq!(names(&people, true), ["north", "south"]);
    assert_eq!(names(&people, false), ["north"]);
    for (i, p) in people.iter_mut().enumerate() {
        p.town = u8::from(i % 100 < 5) + 2 * u8::from(i % 100 >= 60);
    }
    assert_eq!(names(&people, false), ["south"]);
    let found = effect(&people, true, false).unwrap();
    // 40 of 100: steps of 0.02, one and a half of 90 persons
    assert_eq!((found.balance[0].treated, found.effective[0].fract()), (0.4, 0.0));
    assert!(found.at.iter().filter_map(|at| at.followed).flatten().all(|n| n % 10 == 0));
}
