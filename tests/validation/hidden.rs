//! What can be worked out of few people from the tables of a validation: an attacker who reads every printed figure, and
//! knows how many people every group has besides.
//!
//! A cell is pinned when all tables that agree with what is printed have the same number in it. They are enumerated: for
//! each group every way to fill its four counts under which its row is printed as it is, and of these the ones that other
//! groups can make up to the counts of everybody. Places at which people are parted by risk are enumerated too.

use pleegprofiel::{
    Language,
    report::ValidationReport,
    validation::{Predictions, ProtectedAttribute, Rate},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, HashSet};

const AT: f64 = 0.5;

/// Risk, outcome, values of two attributes.
type Person = (f64, bool, usize, usize);
/// Flagged with the outcome and without, not flagged with it and without.
type Cells = [u64; 4];

fn predictions(people: &[Person], weight: Option<f64>) -> Predictions {
    let all = Predictions::new(people.iter().map(|p| p.0).collect(), people.iter().map(|p| p.1).collect()).unwrap();
    match weight {
        None => all,
        Some(w) => all.weighted(vec![w; people.len()]).unwrap(),
    }
}

fn attribute(people: &[Person], name: &str, of: impl Fn(&Person) -> usize) -> ProtectedAttribute {
    let values: Vec<String> = people.iter().map(|p| format!("{name}{}", of(p))).collect();
    ProtectedAttribute::new(name, values.iter().map(|v| Some(v.as_str()))).unwrap()
}

fn report(people: &[Person], attributes: &[ProtectedAttribute], small: bool, weight: Option<f64>) -> ValidationReport {
    let score = vec![("p".to_owned(), predictions(people, weight))];
    ValidationReport::binary(&score, attributes, AT, 0, Language::English, small).unwrap()
}

/// Rows and notes of the part of such a heading.
fn part<'a>(report: &'a ValidationReport, heading: &str) -> (&'a [Vec<String>], &'a [String]) {
    let found = report.sections().iter().find(|s| s.heading == heading);
    found.map_or((&[], &[]), |s| (&s.table.rows, &s.table.notes))
}

fn cells<'a>(people: impl Iterator<Item = &'a Person>) -> Cells {
    let mut cells = [0; 4];
    people.for_each(|p| cells[2 * usize::from(p.0 < AT) + usize::from(!p.1)] += 1);
    cells
}

/// A row as it is printed of such counts, where nothing is hidden.
fn printed([tp, fp, fn_, tn]: Cells) -> Vec<String> {
    let all = tp + fp + fn_ + tn;
    let rates = [(tp + fp, all), (tp, tp + fn_), (fp, fp + tn), (tp, tp + fp), (tn, fn_ + tn), (tp + fn_, all)];
    let one = |(count, of): (u64, u64)| match Rate::of_counts(count as f64, of as f64) {
        Ok(r) => {
            let [low, high] = r.wilson();
            format!("{:.2} ({low:.2} to {high:.2})", r.value())
        }
        Err(_) => "none".to_owned(),
    };
    std::iter::once(all.to_string()).chain(rates.into_iter().map(one)).collect()
}

/// Whether the figures are near those printed, without their intervals: quickly told.
fn near([tp, fp, fn_, tn]: Cells, row: &[String]) -> bool {
    let all = tp + fp + fn_ + tn;
    let rates = [(tp + fp, all), (tp, tp + fn_), (fp, fp + tn), (tp, tp + fp), (tn, fn_ + tn), (tp + fn_, all)];
    rates.iter().zip(&row[1..]).all(|((count, of), known)| {
        let value = known.split(' ').next().and_then(|text| text.parse::<f64>().ok());
        value.is_none_or(|value| *of > 0 && (*count as f64 / *of as f64 - value).abs() < 0.00501)
    })
}

/// Every way to fill the counts of a group of so many people under which its row is as printed.
fn ways(people: u64, row: &[String]) -> Vec<Cells> {
    let mut all = Vec::new();
    for tp in 0..=people {
        for fp in 0..=people - tp {
            for fn_ in 0..=people - tp - fp {
                let cells = [tp, fp, fn_, people - tp - fp - fn_];
                if near(cells, row) && row.iter().zip(printed(cells)).all(|(known, own)| known == "–" || *known == own)
                {
                    all.push(cells);
                }
            }
        }
    }
    all
}

fn add(a: Cells, b: Cells) -> Cells {
    [0, 1, 2, 3].map(|k| a[k] + b[k])
}

/// Small cells of groups of one table that follow from their rows, the sizes of groups and everybody's counts.
fn pinned(people: &[Person], of: impl Fn(&Person) -> usize, rows: &[Vec<String>]) -> Vec<(usize, usize, u64)> {
    let truth: Vec<Cells> = (0..rows.len()).map(|g| cells(people.iter().filter(|p| of(p) == g))).collect();
    let total = truth.iter().fold([0; 4], |sum, c| add(sum, *c));
    let all: Vec<Vec<Cells>> = rows.iter().zip(&truth).map(|(row, c)| ways(c.iter().sum(), &row[1..])).collect();
    let mut found = Vec::new();
    for (g, own) in all.iter().enumerate() {
        let mut sums = HashSet::from([[0; 4]]);
        for others in all.iter().enumerate().filter(|(k, _)| *k != g).map(|(_, ways)| ways) {
            let next = sums.iter().flat_map(|sum| others.iter().map(move |way| add(*sum, *way)));
            sums = next.filter(|sum| (0..4).all(|k| sum[k] <= total[k])).collect();
        }
        let left = |way: &&Cells| {
            (0..4).all(|k| way[k] <= total[k]) && sums.contains(&[0, 1, 2, 3].map(|k| total[k] - way[k]))
        };
        let possible: Vec<Cells> = own.iter().filter(left).copied().collect();
        assert!(possible.contains(&truth[g]), "the attacker leaves out the truth");
        for k in 0..4 {
            let values: HashSet<u64> = possible.iter().map(|way| way[k]).collect();
            if truth[g][k] < 10 && values.len() == 1 {
                found.push((g, k, truth[g][k]));
            }
        }
    }
    found
}

fn draw(sizes: &[(usize, f64)], rng: &mut ChaCha8Rng) -> Vec<Person> {
    let mut people = Vec::new();
    for (g, (n, level)) in sizes.iter().enumerate() {
        for _ in 0..*n {
            let p = (rng.gen_range(0.02..0.98_f64) * 50.0).round() / 50.0;
            let y = rng.gen_bool((p * level).clamp(0.02, 0.98));
            people.push((p, y, g, usize::from(rng.gen_bool(0.3))));
        }
    }
    people
}

/// Sizes of groups, small and large.
fn sizes(rng: &mut ChaCha8Rng) -> Vec<(usize, f64)> {
    let n = rng.gen_range(2..4);
    let mut all = vec![(rng.gen_range(60..90), 1.0)];
    all.extend((0..n).map(|_| (rng.gen_range(3..34), rng.gen_range(0.3..1.5))));
    all
}

#[test]
fn no_count_of_fewer_than_ten_is_pinned_by_rows_of_groups() {
    let mut rng = ChaCha8Rng::seed_from_u64(61);
    let (mut told, mut hidden, mut broken) = (0, 0, 0);
    for round in 0..24 {
        let sizes = sizes(&mut rng);
        let people = draw(&sizes, &mut rng);
        let g = attribute(&people, "g", |p| p.2);
        // the unit of weights is nobody's number
        let weight = (round % 4 == 3).then_some(10.0);
        let found = report(&people, std::slice::from_ref(&g), false, weight);
        let (rows, _) = part(&found, "By g: who is selected");
        if rows.is_empty() {
            continue;
        }
        told += rows.iter().flatten().filter(|cell| *cell != "–").count();
        hidden += rows.iter().flatten().filter(|cell| *cell == "–").count();
        let plain: Vec<Vec<String>> = rows.to_vec();
        let follow = pinned(&people, |p| p.2, &plain);
        assert!(follow.is_empty(), "group, cell, number: {follow:?} of {rows:?}");
        let all = report(&people, &[g], true, None);
        broken += pinned(&people, |p| p.2, part(&all, "By g: who is selected").0).len();
    }
    assert!(told > 100 && hidden > 100, "{told} told, {hidden} hidden");
    assert!(broken > 50, "the same attacker finds {broken} where nothing is hidden");
}

#[test]
fn gaps_and_pairs_are_of_groups_whose_rates_are_shown() {
    let mut rng = ChaCha8Rng::seed_from_u64(62);
    let mut gaps = 0;
    for _ in 0..60 {
        let people = draw(&[(120, 1.0), (110, 0.8), (rng.gen_range(11..45), 0.6)], &mut rng);
        let g = attribute(&people, "g", |p| p.2);
        let found = report(&people, &[g], false, None);
        let (rows, _) = part(&found, "By g: who is selected");
        let shown = |column: usize| -> Vec<&Vec<String>> { rows.iter().filter(|row| row[column] != "–").collect() };
        let names = |column: usize| shown(column).into_iter().map(|row| row[0].as_str()).collect::<Vec<_>>();
        let (pairs, notes) = part(&found, "By g: differences");
        for (key, column, label) in [
            ("selection_rate", 2, "selected"),
            ("tpr", 3, "of those with the outcome (TPR)"),
            ("fpr", 4, "of those without (FPR)"),
        ] {
            let compared = pairs.iter().filter(|row| row[1] == label);
            assert!(compared.flat_map(|row| row[0].split(" - ")).all(|name| names(column).contains(&name)));
            let Some(note) = notes.iter().find(|note| note.starts_with(&format!("Widest gap in {key}"))) else {
                continue;
            };
            gaps += 1;
            assert_eq!(note.contains("of the groups of which it is shown"), names(column).len() < 3, "{note}");
            let (width, rest) = note.split_once(": ").unwrap().1.split_once(" (").unwrap();
            let of_gap = rest.split_once(')').unwrap().0.split(" against ").collect::<Vec<_>>();
            assert!(of_gap.iter().all(|name| names(column).contains(name)), "{note}");
            let values = shown(column).into_iter().map(|row| row[column][..4].parse::<f64>().unwrap());
            let (low, high) = values.fold((2.0, -1.0), |(a, b), v| (f64::min(a, v), f64::max(b, v)));
            assert!((width.parse::<f64>().unwrap() - (high - low)).abs() < 0.0111, "{note} {rows:?}");
        }
        let (tension, _) = part(&found, "By g: what cannot go together");
        assert!(tension.iter().all(|row| names(4).contains(&row[0].as_str())), "{tension:?}");
    }
    assert!(gaps > 30, "{gaps}");
}

/// Numbers of people without and with the outcome from each of some rising risks up to the next, and from the last up.
fn between(people: &[Person], places: &[f64]) -> Vec<[u64; 2]> {
    let mut bands = vec![[0; 2]; places.len() + 1];
    people.iter().for_each(|p| bands[places.partition_point(|t| *t <= p.0)][usize::from(p.1)] += 1);
    bands
}

#[test]
fn between_any_two_risks_at_which_people_are_parted_stand_ten_of_either_outcome_or_nobody() {
    let mut rng = ChaCha8Rng::seed_from_u64(63);
    let (mut bins, mut benefits, mut withheld) = (0, 0, 0);
    for round in 0..40 {
        let n = rng.gen_range(60..700);
        let mut people = draw(&[(n, 0.9), (5, 1.0)], &mut rng);
        if round % 3 == 0 {
            // few distinct risks
            people.iter_mut().for_each(|p| p.0 = (p.0 * 5.0).round() / 5.0);
        }
        let g = attribute(&people, "g", |p| p.2);
        let found = report(&people, &[g], false, (round % 4 == 1).then_some(7.0));
        let (rows, notes) = part(&found, "p: observed beside expected");
        let mut places: Vec<f64> = Vec::new();
        for row in rows.iter().skip(1) {
            // printed to three decimals, and no two risks are nearer
            let lowest: f64 = row[0].split(" to ").next().unwrap().parse().unwrap();
            places.push(people.iter().map(|p| p.0).find(|p| (p - lowest).abs() < 5e-4).unwrap());
        }
        bins += rows.len();
        for row in part(&found, "Usefulness (net benefit)").0 {
            if row[1] == "–" {
                withheld += 1;
            } else {
                benefits += 1;
                places.push(row[0].parse().unwrap());
            }
        }
        places.sort_by(f64::total_cmp);
        let all = between(&people, &places);
        assert!(all.iter().all(|n| *n == [0, 0] || n.iter().all(|n| *n >= 10)), "{all:?} at {places:?}");
        // the test is of the groups that are printed
        let printed = notes
            .iter()
            .find(|note| note.starts_with("Hosmer"))
            .map(|note| note.contains(&format!("with {} groups", rows.len())));
        assert_eq!(printed, (round % 4 != 1 && rows.len() > 1).then_some(true), "{notes:?}");
    }
    assert!(bins > 80 && benefits > 60 && withheld > 40, "{bins} {benefits} {withheld}");
}

#[test]
fn seven_people_of_one_risk_are_no_group_of_their_own() {
    let of = |p: f64, n: usize, events: usize| (0..n).map(move |i| (p, i < events, 0, 0));
    let all = [(0.1, 20, 1), (0.3, 20, 4), (0.5, 20, 11), (0.8, 7, 4)].into_iter();
    let people: Vec<Person> = all.flat_map(|(p, n, events)| of(p, n, events)).collect();
    let found = report(&people, &[], false, None);
    let (rows, _) = part(&found, "p: observed beside expected");
    assert_eq!(rows.iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), ["67"], "{rows:?}");
    assert_eq!(part(&report(&people, &[], true, None), "p: observed beside expected").0.len(), 4);
    // pictures part people where tables do
    let corners = |small: bool| {
        let report = report(&people, &[], small, None);
        let roc = report.sections().iter().find(|s| s.heading == "ROC").unwrap().picture.clone().unwrap();
        roc.split("<polyline").chain(roc.split("<path")).map(|part| part.matches(' ').count()).max()
    };
    assert!(corners(false) < corners(true));
}

#[test]
fn two_scores_of_the_same_order_do_not_tell_of_those_between_their_thresholds() {
    let mut rng = ChaCha8Rng::seed_from_u64(64);
    let people = draw(&[(400, 1.0)], &mut rng);
    // three people lie between 0.5 of the one and 0.5 of the other
    let mut ranks: Vec<f64> = people.iter().map(|p| p.0).filter(|p| *p >= 0.5).collect();
    ranks.sort_by(f64::total_cmp);
    let mut left = 3;
    let other: Vec<f64> = people
        .iter()
        .map(|p| match p.0 >= 0.5 && p.0 <= ranks[2] && left > 0 {
            true => {
                left -= 1;
                0.49
            }
            false => p.0,
        })
        .collect();
    let y: Vec<bool> = people.iter().map(|p| p.1).collect();
    let scores =
        vec![("a".to_owned(), predictions(&people, None)), ("b".to_owned(), Predictions::new(other, y).unwrap())];
    let found = ValidationReport::binary(&scores, &[], AT, 0, Language::English, false).unwrap();
    let (rows, _) = part(&found, "Usefulness (net benefit)");
    let at = rows.iter().find(|row| row[0] == "0.50").unwrap();
    assert!(at[1] != "–" && at[2] == "–", "{rows:?}");
}

#[test]
fn where_there_are_no_ten_of_either_outcome_nothing_is_shown() {
    for (with, without) in [(2, 2), (9, 100), (100, 9), (0, 50)] {
        let people: Vec<Person> = (0..with + without).map(|i| (0.2, i < with, i % 2, 0)).collect();
        let found = report(&people, &[attribute(&people, "g", |p| p.2)], false, None);
        assert_eq!(found.sections().len(), 1);
        assert!(found.findings().is_empty());
        let text = format!("{} {:?}", found.subtitle(), found.sections());
        assert!(text.contains("fewer than 10 people with the outcome, or without"), "{text}");
        assert_eq!(found.subtitle().contains("Fewer than 10"), with + without < 10);
    }
}

#[test]
fn what_is_left_of_a_group_by_groups_that_lie_within_it_is_hidden_too() {
    let mut rng = ChaCha8Rng::seed_from_u64(65);
    let (mut crossed, mut kept) = (0, 0);
    for _ in 0..40 {
        let first = rng.gen_range(90..300);
        let second = rng.gen_range(20..120);
        let mut people = draw(&[(first, 1.0), (second, 0.8)], &mut rng);
        if rng.gen_bool(0.5) {
            // nearly the first attribute once more: a few of one group are in the other
            people.iter_mut().enumerate().for_each(|(i, p)| p.3 = if i < 4 { 1 - p.2 } else { p.2 });
        }
        let (a, b) = (attribute(&people, "a", |p| p.2), attribute(&people, "b", |p| p.3));
        let both = a.crossed(&b).unwrap();
        let found = report(&people, &[a, b, both], false, None);
        // every set of people of which something is told: by column, who they are and how many
        let mut sets: BTreeMap<usize, Vec<Vec<bool>>> = BTreeMap::new();
        for (name, heading) in
            [("a", "By a: who is selected"), ("b", "By b: who is selected"), ("x", "By a x b: who is selected")]
        {
            let (rows, _) = part(&found, heading);
            let of = |p: &Person| match name {
                "a" => format!("a{}", p.2),
                "b" => format!("b{}", p.3),
                _ => format!("a{} & b{}", p.2, p.3),
            };
            // number, selected, base rate, the others
            for column in [1, 2, 7, 3] {
                let sets = sets.entry(column).or_insert_with(|| vec![vec![true; people.len()]]);
                let told: Vec<Vec<bool>> = rows
                    .iter()
                    .filter(|row| row[column] != "–")
                    .map(|row| people.iter().map(|p| of(p) == row[0]).collect())
                    .collect();
                if name == "x" {
                    crossed += rows.len();
                    kept += told.len();
                }
                // those of one table not told are everybody without the others
                if !told.is_empty() {
                    let rest = (0..people.len()).map(|i| told.iter().all(|set| !set[i])).collect();
                    sets.extend(told);
                    sets.push(rest);
                }
            }
        }
        for (column, sets) in &sets {
            let few = |set: &[bool]| {
                let [tp, fp, fn_, tn] = cells(people.iter().zip(set).filter(|(_, own)| **own).map(|(p, _)| p));
                let least = match column {
                    1 => tp + fp + fn_ + tn,
                    2 => (tp + fp).min(fn_ + tn),
                    7 => (tp + fn_).min(fp + tn),
                    _ => tp.min(fp).min(fn_).min(tn),
                };
                set.iter().any(|own| *own) && least < 10
            };
            for x in sets {
                assert!(!few(x), "column {column}");
                for y in sets.iter().filter(|y| y.iter().zip(x).all(|(y, x)| *x || !*y)) {
                    let rest: Vec<bool> = x.iter().zip(y).map(|(x, y)| *x && !*y).collect();
                    assert!(!few(&rest), "column {column}: what one group leaves of another");
                    for z in sets.iter().filter(|z| z.iter().zip(&rest).all(|(z, x)| *x || !*z)) {
                        let rest: Vec<bool> = rest.iter().zip(z).map(|(x, z)| *x && !*z).collect();
                        assert!(!few(&rest), "column {column}: what two groups leave of another");
                    }
                }
            }
        }
    }
    assert!(kept > 60 && kept < crossed, "{kept} of {crossed}");
}
