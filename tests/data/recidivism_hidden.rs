//! What can be worked out from figures with hidden cells: an attacker who knows everything printed, JSON included.
//!
//! A cell of people is pinned when every cohort that prints the same has the same number in it. So for each cell of
//! fewer than ten people the attacker is refuted by another cohort, found by changing what became of some people, that
//! prints the same to the last character and has another number there.

use pleegprofiel::{
    Age, Career,
    career::{Category, Offence, Window, WindowEnd},
    cohort::{
        recidivism::{Recidivism, RecidivismBuilder, RecidivismOptions},
        table::{TableOptions, TableSource, read_careers, read_groups},
    },
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::HashMap;

const YEARS: [u32; 4] = [1, 2, 3, 4];
const GROUPS: [&str; 4] = ["a", "b", "c", "d"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Reoffended,
    Died,
    Left,
    /// Reoffended, and had another new case some months later.
    Again,
}

/// Whether what became of somebody is of a kind; who reoffended again reoffended.
fn is(fate: Fate, kind: u8) -> bool {
    fate as u8 == kind || fate == Fate::Again && kind == Fate::Reoffended as u8
}

/// Group, years since the index offence, what happened then.
type Person = (usize, f64, Fate);

fn career((_, time, fate): Person) -> Career {
    let age = |years: f64| Age::years(years).unwrap();
    let (to, end) = match fate {
        Fate::Reoffended | Fate::Again => (30.0, WindowEnd::EndOfRegister),
        Fate::Died => (20.0 + time, WindowEnd::Died),
        Fate::Left => (20.0 + time, WindowEnd::EndOfRegister),
    };
    let index = Career::by_age()
        .window(Window::ages(age(12.0), age(to), end))
        .offence(Offence::at_age(age(20.0), Category::HUMAN_TRAFFICKING));
    let new = is(fate, 0).then(|| Offence::at_age(age(20.0 + time), Category::DRUGS));
    let again = (fate == Fate::Again).then(|| Offence::at_age(age(20.4 + time), Category::DRUGS));
    index.offences(new).offences(again).build().unwrap()
}

/// A person with their career: made once, as a search looks at a cohort again and again.
type Known = (Person, Career);

fn known(person: Person) -> Known {
    (person, career(person))
}

fn figures(people: &[Known], small: bool) -> Recidivism {
    let options = RecidivismOptions::default().years(YEARS).show_small_cells(small);
    let mut builder = RecidivismBuilder::new(options).unwrap();
    people.iter().for_each(|(p, career)| builder.push(Some(GROUPS[p.0]), career));
    builder.finish().unwrap()
}

fn print(people: &[Known], small: bool) -> String {
    serde_json::to_string(&figures(people, small)).unwrap()
}

/// Years 0 to 3, and beyond all that is asked.
fn bin(time: f64) -> usize {
    (time.ceil() as usize).clamp(1, 5) - 1
}

/// Numbers of people by group (the last is everyone), year and fate.
fn cells(people: &[Known]) -> HashMap<(usize, usize, u8), u64> {
    let mut cells = HashMap::new();
    for g in 0..=GROUPS.len() {
        for key in (0..5).flat_map(|y| [(g, y, 0), (g, y, 1), (g, y, 2), (g, y, 3)]) {
            cells.insert(key, 0);
        }
    }
    for &((g, time, fate), _) in people {
        for g in [g, GROUPS.len()] {
            for kind in (0..4).filter(|kind| is(fate, *kind)) {
                *cells.get_mut(&(g, bin(time), kind)).unwrap() += 1;
            }
        }
    }
    cells
}

fn cohort(sizes: &[usize], rng: &mut ChaCha8Rng) -> Vec<Known> {
    let (hazard, death, leaving) = (rng.gen_range(0.1..0.5), rng.gen_range(0.0..0.1), rng.gen_range(0.0..0.15));
    let draw = |rate: f64, rng: &mut ChaCha8Rng| -rng.r#gen::<f64>().ln() / f64::max(rate, 1e-9);
    let person = |g: usize, rng: &mut ChaCha8Rng| {
        let all =
            [(draw(hazard, rng), Fate::Reoffended), (draw(death, rng), Fate::Died), (draw(leaving, rng), Fate::Left)];
        let (time, fate) = all.into_iter().fold((8.0, Fate::Left), |a, b| if b.0 < a.0 { b } else { a });
        let fate = if fate == Fate::Reoffended && rng.gen_bool(0.4) { Fate::Again } else { fate };
        // months, none on the border of a year
        known((g, (time * 12.0).floor().max(0.0) / 12.0 + 0.04, fate))
    };
    sizes.iter().enumerate().flat_map(|(g, n)| (0..*n).map(move |_| g)).map(|g| person(g, rng)).collect()
}

/// In how many places two prints differ.
fn differences(a: &str, b: &str) -> usize {
    let places = a.split(',').zip(b.split(',')).filter(|(a, b)| a != b).count();
    places + a.split(',').count().abs_diff(b.split(',').count())
}

/// Every figure unrounded, of the groups and years that are shown: how near a cohort comes, for the search only.
fn exact(people: &[Known], shown: &Recidivism) -> Vec<f64> {
    let all = figures(people, true);
    let mut values = Vec::new();
    for (group, visible) in all.groups.iter().zip(&shown.groups).filter(|(_, visible)| visible.persons.is_some()) {
        for (at, visible) in group.shares.iter().zip(&visible.shares) {
            let (Some(of), Some(visible)) = (&at.figures, &visible.figures) else { continue };
            let ends =
                |share: f64, low: Option<f64>, high: Option<f64>| [share, low.unwrap_or(0.0), high.unwrap_or(0.0)];
            values.extend(ends(of.reoffended.share, of.reoffended.low, of.reoffended.high));
            for other in [
                of.competing.filter(|_| visible.competing.is_some()),
                of.kaplan_meier.filter(|_| visible.kaplan_meier.is_some()),
            ] {
                values.extend(other.iter().flat_map(|of| ends(of.share, of.low, of.high)));
            }
            if let (Some(new), true) = (&of.new_cases, visible.new_cases.is_some()) {
                for mean in [Some(new.per_person), new.per_reoffender].into_iter().flatten() {
                    values.extend(ends(mean.mean, mean.low, mean.high));
                }
            }
        }
        let rate = group.frequency.unwrap();
        values.extend([rate.rate, rate.low, rate.high].map(|v| v.unwrap_or(0.0)));
    }
    values
}

/// How far apart, as parts of what was printed.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / b.abs().max(1e-3)).sum()
}

/// Cells of fewer than ten that no other cohort found leaves open: `climbs` searches a cell, each of `steps` steps.
fn pinned(people: &[Known], small: bool, climbs: u32, steps: u32, rng: &mut ChaCha8Rng) -> Vec<(usize, usize, u8)> {
    let printed = print(people, small);
    let shown = figures(people, small);
    let wanted = exact(people, &shown);
    let print_differs = |tried: &[Known]| differences(&print(tried, small), &printed);
    let far = |tried: &[Known]| distance(&exact(tried, &shown), &wanted);
    let truth = cells(people);
    let there = |g: usize| g == GROUPS.len() || people.iter().any(|(p, _)| p.0 == g);
    let small_cells = truth.iter().filter(|((g, ..), n)| **n < 10 && there(*g));
    let mut open: Vec<(usize, usize, u8)> = small_cells.map(|(key, _)| *key).collect();
    open.sort_unstable();
    let fates = [Fate::Reoffended, Fate::Died, Fate::Left, Fate::Again];
    for cell in open.clone() {
        let (g, year, fate) = cell;
        let in_cell = |(p, _): &Known| (p.0 == g || g == GROUPS.len()) && is(p.2, fate) && bin(p.1) == year;
        for _ in 0..climbs {
            if !open.contains(&cell) {
                break;
            }
            // somebody more or somebody less, late in the year more often than not
            let mut other = people.to_vec();
            let late = year as f64 + if rng.gen_bool(0.6) { 0.97 } else { rng.r#gen::<f64>() };
            let leave = truth[&cell] > 0 && rng.gen_bool(0.5);
            let chosen: Vec<usize> = (0..other.len())
                .filter(|i| in_cell(&other[*i]) == leave && (other[*i].0.0 == g || g == GROUPS.len()))
                .collect();
            if chosen.is_empty() {
                continue;
            }
            // whose change disturbs the print least, of some
            let mut least = (usize::MAX, f64::INFINITY);
            let mut best = None;
            for _ in 0..8 {
                let i = chosen[rng.gen_range(0..chosen.len())];
                let (group, ..) = other[i].0;
                let changed = if leave { (group, 7.5, Fate::Left) } else { (group, late, fates[usize::from(fate)]) };
                let before = std::mem::replace(&mut other[i], known(changed));
                let now = (print_differs(&other), far(&other));
                let tried = std::mem::replace(&mut other[i], before);
                if now < least {
                    (least, best) = (now, Some((i, tried)));
                }
            }
            let Some((i, tried)) = best else { continue };
            other[i] = tried;
            // then others make up for it, as long as the print comes no further from what was printed
            for _ in 0..steps {
                if least.0 == 0 {
                    let found = cells(&other);
                    open.retain(|key| found[key] == truth[key]);
                    break;
                }
                let i = rng.gen_range(0..other.len());
                let was = other[i].0;
                let within = was.1.floor() + rng.r#gen::<f64>();
                let changed = match rng.gen_range(0..4) {
                    0 | 1 => (was.0, within, was.2),
                    2 => (was.0, 6.0 * rng.r#gen::<f64>(), was.2),
                    _ => (was.0, 6.0 * rng.r#gen::<f64>(), fates[rng.gen_range(0..4)]),
                };
                let before = std::mem::replace(&mut other[i], known(changed));
                // what is cheap to know first: most steps end there
                let kept = other.iter().filter(|p| in_cell(p)).count() as u64 != truth[&cell] && {
                    let distance = far(&other);
                    (distance <= least.1 || rng.gen_bool(0.03)) && {
                        let differs = print_differs(&other);
                        let nearer = differs <= least.0;
                        if nearer {
                            least = (differs, distance);
                        }
                        nearer
                    }
                };
                if !kept {
                    other[i] = before;
                }
            }
        }
    }
    open
}

#[test]
fn no_small_cell_is_pinned_by_everything_printed() {
    let sizes = [&[40][..], &[30, 60, 400], &[25, 25, 25, 25], &[120, 8, 90], &[300, 40, 6, 9], &[70, 70], &[200]];
    // of the large ones, which take longest, one each
    let cohorts = sizes.iter().flat_map(|s| std::iter::repeat_n(*s, if s.iter().sum::<usize>() < 300 { 2 } else { 1 }));
    let attacked = |(seed, sizes): (u64, &[usize])| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let people = cohort(sizes, &mut rng);
        let found = figures(&people, false);
        let pinned = pinned(&people, false, 200, 300, &mut rng);
        let truth = cells(&people);
        let told: Vec<_> = pinned.iter().map(|key| (key, truth[key])).collect();
        assert!(told.is_empty(), "{sizes:?}: group, year, fate and number of people: {told:?} of {found:?}");
        found.groups.iter().flat_map(|g| &g.shares).filter(|at| at.figures.is_some()).count()
    };
    // each on a thread of its own: it takes longest of all tests here
    let shown: usize = std::thread::scope(|threads| {
        let all: Vec<_> = (11..).zip(cohorts).map(|one| threads.spawn(move || attacked(one))).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(shown > 30, "hiding everything is no protection worth having: {shown} figures were shown");
}

#[test]
fn the_same_attacker_pins_cells_when_nothing_is_hidden() {
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let people = cohort(&[30, 60, 400], &mut rng);
    assert!(pinned(&people, true, 1, 60, &mut rng).len() > 20);
}

#[test]
fn whatever_is_subtracted_from_whatever_else_leaves_ten_people() {
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    for _ in 0..200 {
        let sizes: Vec<usize> = (0..rng.gen_range(1..=4)).map(|_| rng.gen_range(5..150)).collect();
        let people = cohort(&sizes, &mut rng);
        let found = figures(&people, false);
        let years: Vec<usize> = (0..4).filter(|y| found.groups[0].shares[*y].figures.is_some()).collect();
        let names: Vec<&str> = found.groups[1..]
            .iter()
            .filter(|g| g.shares.iter().any(|at| at.figures.is_some()))
            .map(|g| g.group.as_deref().unwrap())
            .collect();
        let member = |(p, _): &Known, unit: usize| match unit {
            0 => true,
            u if u <= names.len() => GROUPS[p.0] == names[u - 1],
            _ => !names.contains(&GROUPS[p.0]),
        };
        let parts: Vec<usize> = (0..names.len() + 2).filter(|u| people.iter().any(|p| member(p, *u))).collect();
        for unit in parts {
            let own: Vec<&Known> = people.iter().filter(|p| member(p, unit)).collect();
            let by = |y: usize| own.iter().filter(|(p, _)| is(p.2, 0) && bin(p.1) <= y).count();
            let mut before = 0;
            for y in &years {
                assert!(by(*y) - before >= 10, "{sizes:?}, unit {unit}, year {y}");
                before = by(*y);
                assert!(own.len() - before >= 10);
            }
        }
        // the same years for all that is shown
        for group in found.groups.iter().filter(|g| g.shares.iter().any(|at| at.figures.is_some())) {
            assert!((0..4).all(|y| group.shares[y].figures.is_some() == years.contains(&y)));
        }
    }
}

#[test]
fn frequencies_of_regions_no_longer_tell_their_offences() {
    let open = |what: &str| {
        let file = format!("{}/fixtures/cases/recidivism/small-{what}.csv", env!("CARGO_MANIFEST_DIR"));
        TableSource::open(file).unwrap()
    };
    let csv = TableOptions::new();
    let groups: HashMap<String, String> = read_groups(open("groups"), "region", &csv).unwrap().into_iter().collect();
    let careers = read_careers(open("people"), open("offences"), None, &csv).unwrap();
    let mut builder = RecidivismBuilder::new(RecidivismOptions::default().years(YEARS)).unwrap();
    careers.iter().for_each(|c| builder.push(groups.get(&c.id).map(String::as_str), &c.career));
    let found = builder.finish().unwrap();
    // only year 1: of region a one person reoffended in year 3, which 12 and 11 of 30 would tell
    for group in &found.groups {
        assert_eq!(group.shares.iter().map(|at| at.figures.is_some()).collect::<Vec<_>>(), [true, false, false, false]);
    }
    let rates: Vec<f64> = found.groups.iter().map(|g| g.frequency.unwrap().rate.unwrap()).collect();
    // offences of three regions whose years at liberty add up, within what the steps of the rates leave open
    let [all, a, b, c] = rates[..] else { panic!("four rates") };
    let width = |rate: f64, step: f64| [rate - 0.5 * step, rate + 0.5 * step];
    let (all, a, b, c) = (width(all, 0.001), width(a, 0.01), width(b, 0.005), width(c, 0.001));
    let mut possible = Vec::new();
    for na in 11..40u32 {
        let fits = (20..60u32).any(|nb| {
            (200..400u32).step_by(10).any(|nc| {
                let years = |end: usize| f64::from(na) / a[end] + f64::from(nb) / b[end] + f64::from(nc) / c[end];
                let total = f64::from(na + nb + nc);
                total / all[1] <= years(0) && years(1) <= total / all[0]
            })
        });
        possible.extend(fits.then_some(na));
    }
    assert!(possible.len() > 10, "{possible:?}");
}
