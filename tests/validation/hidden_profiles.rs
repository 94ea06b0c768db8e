//! What can be worked out of few people from tables of stated against true profiles: the attacker knows which people every
//! figure is of, and subtracts.

use pleegprofiel::{Language, report::ValidationReport, validation::ClassPredictions};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const CLASSES: usize = 4;
const KEYS: [&str; CLASSES] = ["incidental", "early-peak", "late-peak", "continuous"];
const LABELS: [&str; CLASSES] =
    ["low-rate offenders", "early-peak offenders", "late-peak offenders", "high-rate-persistent offenders"];

struct People {
    stated: ClassPredictions,
    likeliest: Vec<(f64, bool)>,
    sets: Vec<Vec<usize>>,
    ages: Vec<f64>,
}

fn draw(n: usize, shares: [f64; CLASSES], rng: &mut ChaCha8Rng) -> People {
    let mut columns = vec![Vec::new(); CLASSES];
    let (mut truth, mut sets, mut ages, mut likeliest) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let wide = rng.gen_bool(0.5);
    for _ in 0..n {
        let mut p: Vec<f64> = shares.iter().map(|s| s * rng.gen_range(0.01..1.0_f64).powi(4)).collect();
        let sum: f64 = p.iter().sum();
        p.iter_mut().for_each(|p| *p /= sum);
        let mut left: f64 = rng.r#gen();
        let class = p
            .iter()
            .position(|p| {
                left -= p;
                left < 0.0
            })
            .unwrap_or(0);
        let best = (0..CLASSES).fold(0, |best, k| if p[k] > p[best] { k } else { best });
        likeliest.push((p[best], best == class));
        sets.push((0..CLASSES).filter(|&k| k == best || wide && p[k] > 0.2).collect());
        ages.push(rng.gen_range(18.0..60.0_f64).floor());
        truth.push(class);
        columns.iter_mut().zip(&p).for_each(|(column, p)| column.push(*p));
    }
    let stated = ClassPredictions::new(KEYS.map(String::from).to_vec(), columns, truth).unwrap();
    People { stated, likeliest, sets, ages }
}

fn report(people: &People, small: bool) -> ValidationReport {
    ValidationReport::profiles(&people.stated, &people.sets, &people.ages, 0, Language::English, small).unwrap()
}

type Set = Vec<bool>;

fn size(set: &Set) -> usize {
    set.iter().filter(|own| **own).count()
}

/// The sets that what is shown tells the size of.
fn told(people: &People, found: &ValidationReport) -> Vec<Set> {
    let n = people.stated.len();
    let of = |own: &dyn Fn(usize) -> bool| (0..n).map(own).collect::<Set>();
    let rows = |k: usize| &found.sections()[k].table.rows;
    let mut sets = vec![vec![true; n]];
    let mut add = |row: &[String], members: Set, yes: &dyn Fn(usize) -> bool| {
        if row[1] != "–" {
            sets.extend([true, false].map(|y| of(&|i| members[i] && yes(i) == y)));
        }
        if row[0] != "–" {
            assert_eq!(row[0], size(&members).to_string());
            sets.push(members);
        }
    };
    let right = |i: usize| people.likeliest[i].1;
    let mut rising: Vec<f64> = people.likeliest.iter().map(|p| p.0).collect();
    rising.sort_by(f64::total_cmp);
    let mut from = 0;
    for row in rows(0) {
        let to = from + row[0].parse::<usize>().expect("every group of what was stated is told");
        let within = rising[from]..=rising[to - 1];
        add(&[row[0].clone(), row[2].clone()], of(&|i| within.contains(&people.likeliest[i].0)), &right);
        from = to;
    }
    for row in rows(1) {
        let (low, high) = row[0].split_once(" – ").unwrap();
        let within = low.parse::<f64>().unwrap()..=high.parse::<f64>().unwrap();
        add(&[row[1].clone(), row[3].clone()], of(&|i| within.contains(&people.ages[i])), &right);
    }
    let covered = |i: usize| people.sets[i].contains(&people.stated.truth()[i]);
    for row in rows(3) {
        let class = LABELS.iter().position(|label| *label == row[0]);
        add(&row[1..3], of(&|i| class.is_none_or(|k| people.stated.truth()[i] == k)), &covered);
        // the share that has a profile is its number
        if let Some(share) = rows(2).iter().find(|share| share[0] == row[0]) {
            assert!(class.is_some() && (share[2] == "–") == (row[1] == "–"), "{share:?} {row:?}");
            assert!(share[2] != "–" || share[4] == "–");
        }
    }
    sets
}

/// Whether some number of fewer than ten, but of somebody, follows: of a set, of what sets with nobody in common leave of
/// another, or of nobody where it is told as such.
fn few(sets: &[Set]) -> bool {
    let small = |set: &Set| (1..10).contains(&size(set));
    let within = |x: &Set, y: &Set| x.iter().zip(y).all(|(x, y)| *y || !*x);
    let less = |x: &Set, y: &Set| -> Set { x.iter().zip(y).map(|(x, y)| *x && !*y).collect() };
    sets.iter().any(|x| {
        size(x) < 10
            || sets.iter().filter(|y| within(y, x)).any(|y| {
                let rest = less(x, y);
                small(&rest)
                    || sets.iter().filter(|z| within(z, &rest)).any(|z| {
                        let rest = less(&rest, z);
                        small(&rest) || sets.iter().filter(|u| within(u, &rest)).any(|u| small(&less(&rest, u)))
                    })
            })
    })
}

#[test]
fn no_number_of_fewer_than_ten_follows_from_tables_of_profiles() {
    let mut rng = ChaCha8Rng::seed_from_u64(81);
    let (mut shown, mut hidden, mut broken, mut rounds) = (0, 0, 0, 0);
    for round in 0..40 {
        let n = rng.gen_range(30..700);
        let shares = [[0.4, 0.3, 0.2, 0.1], [0.6, 0.37, 0.03, 0.01], [0.9, 0.05, 0.05, 0.05]][round % 3];
        let people = draw(n, shares, &mut rng);
        let found = report(&people, false);
        let cells = found.sections().iter().flat_map(|s| &s.table.rows).flatten();
        shown += cells.clone().filter(|cell| *cell != "–").count();
        hidden += cells.filter(|cell| *cell == "–").count();
        let rows: Vec<_> = found.sections().iter().map(|s| &s.table.rows).collect();
        assert!(!few(&told(&people, &found)), "round {round}: {rows:?}");
        broken += usize::from(few(&told(&people, &report(&people, true))));
        rounds += 1;
    }
    assert!(shown > 600 && hidden > 100, "{shown} shown, {hidden} hidden");
    assert!(
        broken > rounds - 3,
        "the same attacker finds small numbers in {broken} of {rounds} where nothing is hidden"
    );
}

#[test]
fn a_profile_that_nobody_has_is_not_told_of_and_few_people_are_not_shown() {
    let mut rng = ChaCha8Rng::seed_from_u64(82);
    let mut people = draw(300, [0.5, 0.5, 0.0, 0.0], &mut rng);
    let of_sets = |report: &ValidationReport| -> Vec<String> {
        report.sections()[3].table.rows.iter().map(|row| row[1].clone()).collect()
    };
    let hidden = of_sets(&report(&people, false));
    assert_eq!(hidden.len(), 5, "every profile has its row");
    assert_eq!(hidden.iter().filter(|n| *n == "–").count(), 3, "two that nobody has, and one beside them: {hidden:?}");
    let all = report(&people, true);
    assert_eq!(of_sets(&all).len(), 3);
    assert!(all.sections().iter().all(|s| s.table.notes.iter().all(|note| !note.contains("--show-small-cells"))));
    people = draw(9, [0.5, 0.5, 0.0, 0.0], &mut rng);
    let found = report(&people, false);
    assert!(found.subtitle() == "Fewer than 10 people" && found.sections().len() == 1, "{found:?}");
    assert!(report(&people, true).subtitle().starts_with("9 people"));
}
