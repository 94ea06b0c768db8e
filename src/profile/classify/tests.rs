//! The people of the pool: who they are, and where a record lies among them.

use super::alike::Alike;
use super::cells::{Cells, Lanes, WIDE};
use super::draw::FirstOffence;
use super::pool::{BLOCK, Offence, Pool};
use super::ranked::Ranked;
use super::reference::{Classes, Reference, likeliest};
use super::standing::{Asked, Standing};
use super::typicality::PValue;
use crate::cohort::builder::PersonRow;
use crate::cohort::grid::AgeGrid;
use crate::numeric::streams::stream;
use crate::trajectory::family::Family;
use crate::trajectory::model::Model;
use crate::trajectory::model::group::Group;
use rand::Rng;

const CLEAR: f64 = 0.7;

/// The four groups of `fixtures/sim` from 12 to 39, with a zero part and dispersion where the family has them.
fn model(family: Family) -> Model {
    let rates = [[-3.0, -0.3, -0.5], [-1.2, -2.2, -1.5], [-0.6, 0.8, -1.0], [0.9, -0.2, -0.9]];
    let groups = [0.50, 0.25, 0.15, 0.10].into_iter().enumerate().map(|(k, share)| Group {
        share,
        coefficients: rates[k].to_vec(),
        zero_coefficients: if matches!(family, Family::Zip | Family::Zinb) { vec![-1.0, 0.3] } else { vec![] },
        tau: (family == Family::ZipTau).then_some([0.1, 0.2, 0.5, 1.5][k]),
        dispersion: matches!(family, Family::NegBin | Family::Zinb).then_some([0.1, 0.4, 1.5, 0.8][k]),
    });
    Model::new(family, AgeGrid::years(12, 39).unwrap(), groups.collect()).unwrap()
}

const FAMILIES: [Family; 5] = [Family::Poisson, Family::Zip, Family::ZipTau, Family::NegBin, Family::Zinb];

/// Time at risk up to an age of its own, a third of it in part, with gaps.
fn pattern(rng: &mut impl Rng) -> Vec<f64> {
    let mut at_risk: Vec<f64> = (0..rng.gen_range(3..28))
        .map(|_| match rng.gen_range(0..9) {
            0 => 0.0,
            1..=3 => 1.0 - rng.r#gen::<f64>(),
            _ => 1.0,
        })
        .collect();
    at_risk.push(1.0 - rng.r#gen::<f64>());
    at_risk
}

fn row<'a>(counts: &'a [Option<u32>], at_risk: &'a [f64]) -> PersonRow<'a> {
    PersonRow { exposure: Some(at_risk), ..PersonRow::new(counts) }
}

/// The people of the pool one by one: their group and counts.
fn people(pool: &Pool, alike: &Alike<'_>, at_risk: &[f64]) -> Vec<(usize, Vec<Option<u32>>)> {
    let mut all = Vec::new();
    for k in 0..alike.shares.len() {
        let runs = alike.runs(k);
        for i in 0..alike.people[k] {
            let first = runs.iter().find(|run| i < run.upto).unwrap();
            let count = |(t, &e): (usize, &f64)| {
                let mine = pool.each(k, i / BLOCK, t).iter().filter(|o| usize::from(o.person) == i % BLOCK);
                let kept = mine.filter(|o| e == 1.0 || o.kept_below(Offence::limit(e)) > 0).count() as u32;
                (e > 0.0).then_some(match t.cmp(&first.age) {
                    std::cmp::Ordering::Less => 0,
                    std::cmp::Ordering::Equal => first.count,
                    std::cmp::Ordering::Greater => kept,
                })
            };
            all.push((k, at_risk.iter().enumerate().map(count).collect()));
        }
    }
    all
}

/// A record and what is asked of it.
struct Record {
    joint: Lanes,
    total: f64,
    posterior: Vec<f64>,
    by_class: Vec<f64>,
}

impl Record {
    fn of(cells: &Cells, classes: &Classes, counts: &[Option<u32>], at_risk: &[f64]) -> Record {
        let joint = cells.joint(&row(counts, at_risk));
        let mut posterior = vec![0.0; cells.groups];
        let total = cells.normalise(&joint, &mut posterior);
        let by_class = (0..classes.count).map(|c| classes.posterior(&posterior, c)).collect();
        Record { joint, total, posterior, by_class }
    }

    fn ln_p(&self, cells: &Cells, k: usize) -> f64 {
        self.joint[k / WIDE][k % WIDE] - cells.prior()[k / WIDE][k % WIDE]
    }

    /// Of a class over the others, as far as the posterior is below 1.
    fn ln_odds(&self, class: usize) -> f64 {
        let others: f64 = (0..self.by_class.len()).filter(|c| *c != class).map(|c| self.by_class[c]).sum();
        (self.by_class[class] / others.max(f64::EPSILON)).ln()
    }

    fn asked(&self, cells: &Cells) -> Asked<'_> {
        let group = likeliest(&self.posterior);
        let nearest = self.ln_p(cells, group);
        Asked { total: self.total, group, nearest, by_class: &self.by_class, clear: CLEAR, coverage: 0.9 }
    }
}

/// Two of the four groups are one class.
fn classes() -> Classes {
    Classes { of_group: vec![0, 1, 2, 1], count: 3 }
}

#[test]
fn a_record_lies_where_counting_the_people_of_the_pool_one_by_one_puts_it() {
    let mut rng = stream(3, 0);
    for family in FAMILIES {
        let cells = Cells::new(&model(family).as_counts().unwrap()).unwrap();
        let classes = classes();
        let pool = Pool::new(&cells, 700, 5).unwrap();
        for round in 0..6 {
            let at_risk = pattern(&mut rng);
            let alike = Alike::new(&cells, &pool, &at_risk, 700);
            let people = people(&pool, &alike, &at_risk);
            // zero exposure is not a time at risk, but no count is looked at there either
            let all: Vec<Record> =
                people.iter().map(|(_, counts)| Record::of(&cells, &classes, counts, &at_risk)).collect();
            let weight = |k: usize| alike.shares[k] / alike.people[k] as f64;
            // people of the pool lie among themselves, so that ties are met; one record of 400 offences besides
            let mut records: Vec<Vec<Option<u32>>> =
                (0..8).map(|_| people[rng.gen_range(0..people.len())].1.clone()).collect();
            records.push(at_risk.iter().map(|e| (*e > 0.0).then_some(400 / at_risk.len() as u32)).collect());
            for counts in records {
                let record = Record::of(&cells, &classes, &counts, &at_risk);
                let asked = record.asked(&cells);
                let found = Standing::in_pool(&alike, &classes, &asked, false);
                let near = |value: f64, than: f64| if (value - than).abs() < 1e-9 { than } else { value };
                let mixture = all.iter().zip(&people).map(|(r, (k, _))| (near(r.total, asked.total), weight(*k)));
                let nearest = all.iter().zip(&people).filter(|(r, _)| likeliest(&r.posterior) == asked.group);
                let nearest = nearest.map(|(r, (k, _))| (near(r.ln_p(&cells, asked.group), asked.nearest), weight(*k)));
                same(found.mixture, PValue::of(&Ranked::new(mixture.collect()), asked.total), family, round);
                same(found.nearest, PValue::of(&Ranked::new(nearest.collect()), asked.nearest), family, round);
                for (c, of_class) in found.own_class.iter().enumerate() {
                    let own = all.iter().zip(&people).filter(|(_, (k, _))| classes.of_group[*k] == c);
                    let mine = record.ln_odds(c);
                    let own = own.map(|(r, (k, _))| (near(r.ln_odds(c), mine), weight(*k)));
                    let ranked = Ranked::new(own.collect());
                    let plain = ranked.own_class(mine, 0.9);
                    assert!((of_class.p - plain.p).abs() < 1e-12, "{family} {round} class {c}");
                    assert!((of_class.holds - plain.holds).abs() < 1e-9, "{family} {round} class {c}");
                    assert_eq!(of_class.people, plain.people);
                }
                let short = Standing::in_pool(&alike, &classes, &asked, true);
                assert_eq!((short.nearest, &short.separation.apart), (found.nearest, &found.separation.apart));
            }
            let first = Standing::in_pool(&alike, &classes, &all[0].asked(&cells), false).separation;
            assert_eq!(first.people, people.len());
            for k in 0..4 {
                let mine = |p: &dyn Fn(&Record) -> f64| {
                    let own = all.iter().zip(&people).filter(|(_, (g, _))| *g == k);
                    own.map(|(r, _)| p(r)).sum::<f64>() / alike.people[k] as f64
                };
                assert!((first.own_posterior[k] - mine(&|r| r.posterior[k])).abs() < 1e-10, "{family} {round}");
                let clear = mine(&|r| f64::from(u8::from(r.posterior[k] >= CLEAR)));
                assert!((first.clear[k] - clear).abs() < 1e-12, "{family} {round}");
                for other in (0..4).filter(|other| *other != k) {
                    let told = |a: usize, b: usize| {
                        let lead =
                            |r: &Record| r.ln_p(&cells, a) - alike.ln_any[a] - r.ln_p(&cells, b) + alike.ln_any[b];
                        let own = all.iter().zip(&people).filter(|(_, (g, _))| *g == a);
                        own.filter(|(r, _)| lead(r) > 0.0).count() as f64 / alike.people[a] as f64
                    };
                    let both = 0.5 * (told(k, other) + told(other, k));
                    assert!((first.apart[k][other] - both).abs() < 1e-12, "{family} {round} {k} {other}");
                }
            }
            let right = all.iter().zip(&people).filter(|(r, (k, _))| likeliest(&r.posterior) == *k);
            let right: f64 = right.map(|(_, (k, _))| weight(*k)).sum();
            assert!((first.accuracy - right).abs() < 1e-12, "{family} {round}");
        }
    }
}

fn same(a: PValue, b: PValue, family: Family, round: usize) {
    assert!((a.low - b.low).abs() < 1e-12 && (a.high - b.high).abs() < 1e-12, "{family} {round}: {a:?} {b:?}");
}

/// Largest distance of two distributions (Kolmogorov-Smirnov).
fn distance(mut a: Vec<f64>, mut b: Vec<f64>) -> f64 {
    // the last digits of sums that are the same
    [&mut a, &mut b].into_iter().for_each(|v| v.iter_mut().for_each(|x| *x = (*x * 1e8).round()));
    a.sort_by(f64::total_cmp);
    b.sort_by(f64::total_cmp);
    let part = |v: &[f64], x: f64| v.partition_point(|y| *y <= x) as f64 / v.len() as f64;
    a.iter().chain(&b).map(|x| (part(&a, *x) - part(&b, *x)).abs()).fold(0.0, f64::max)
}

#[test]
fn people_of_the_pool_seen_as_a_record_was_are_those_drawn_anew_for_it() {
    const PEOPLE: usize = 20_000;
    let mut rng = stream(7, 0);
    for family in FAMILIES {
        let cells = Cells::new(&model(family).as_counts().unwrap()).unwrap();
        let pool = Pool::new(&cells, PEOPLE, 11).unwrap();
        for _ in 0..3 {
            let at_risk = pattern(&mut rng);
            let alike = Alike::new(&cells, &pool, &at_risk, PEOPLE);
            let pooled = people(&pool, &alike, &at_risk);
            for k in 0..4 {
                let first = FirstOffence::new(&cells, k, &at_risk);
                assert!((first.probability().ln() - alike.ln_any[k]).abs() < 1e-10);
                let mut counts = vec![None; at_risk.len()];
                let drawn: Vec<Vec<Option<u32>>> = (0..PEOPLE)
                    .map(|_| {
                        first.draw(&cells, k, &at_risk, &mut rng, &mut counts);
                        counts.clone()
                    })
                    .collect();
                let pooled: Vec<&Vec<Option<u32>>> =
                    pooled.iter().filter(|(g, _)| *g == k).map(|(_, counts)| counts).collect();
                // numbers of offences, of ages with one, and the log-probabilities in all groups: 6 figures x 4 groups x
                // 3 patterns x 5 families, each beyond this limit in one of ten thousand cases (Smirnov: 2.23)
                let limit = 2.23 * (1.0 / PEOPLE as f64 + 1.0 / pooled.len() as f64).sqrt();
                let of = |figure: &dyn Fn(&[Option<u32>]) -> f64| {
                    let a = pooled.iter().map(|counts| figure(counts)).collect();
                    distance(a, drawn.iter().map(|counts| figure(counts)).collect())
                };
                let total = of(&|counts| counts.iter().flatten().map(|y| f64::from(*y)).sum());
                let ages = of(&|counts| counts.iter().flatten().filter(|y| **y > 0).count() as f64);
                assert!(total < limit && ages < limit, "{family} {k}: {total} {ages}, limit {limit}");
                for g in 0..4 {
                    let d = of(&|counts| cells.joint(&row(counts, &at_risk))[0][g]);
                    assert!(d < limit, "{family}, {k} in {g}: {d}, limit {limit}");
                }
            }
        }
    }
}

#[test]
fn of_the_offences_of_the_pool_the_part_seen_is_kept() {
    let cells = Cells::new(&model(Family::Poisson).as_counts().unwrap()).unwrap();
    let pool = Pool::new(&cells, 20_000, 19).unwrap();
    let offences: Vec<&Offence> = (0..20_000_usize.div_ceil(BLOCK)).flat_map(|block| pool.each(3, block, 8)).collect();
    let n = offences.len() as f64;
    for e in [0.001, 0.1, 0.37, 0.5, 0.75, 0.99] {
        let kept = offences.iter().filter(|o| o.kept_below(Offence::limit(e)) > 0).count() as f64;
        assert!((kept / n - e).abs() < 4.0 * (e * (1.0 - e) / n).sqrt(), "{e}: {kept} of {n}");
    }
}

#[test]
fn a_model_of_more_offences_than_people_commit_has_no_pool() {
    let group = |share, rate: f64| Group::poisson(share, [rate.ln()]);
    let grid = AgeGrid::years(12, 39).unwrap();
    let model = Model::new(Family::Poisson, grid, vec![group(0.5, 0.1), group(0.5, 180.0)]).unwrap();
    assert_eq!(Pool::new(&Cells::new(&model.as_counts().unwrap()).unwrap(), 300, 1), None);
}

/// How far figures of one record stray from those of very many people, by way of drawing them.
#[test]
#[ignore = "a study: half a minute; prints"]
#[allow(clippy::print_stderr)] // what a study is for
fn figures_stray_no_further_than_those_of_people_drawn_anew() {
    const SEEDS: u64 = 40;
    let classes = classes();
    let mut rng = stream(13, 0);
    for family in [Family::Poisson, Family::Zip, Family::NegBin] {
        let cells = Cells::new(&model(family).as_counts().unwrap()).unwrap();
        let pools: Vec<Pool> = (0..SEEDS).map(|seed| Pool::new(&cells, 4000, seed).unwrap()).collect();
        // by way: squares of nearest, mixture, the class sets are cut at, pairs told apart, own posterior
        let mut squares = [[0.0_f64; 5]; 2];
        let mut number = 0.0;
        for _ in 0..25 {
            let at_risk = pattern(&mut rng);
            let exact = Reference::new(&cells, &classes, &at_risk, 400_000, 1_000, CLEAR);
            let many = Alike::new(&cells, &pools[0], &at_risk, 4000);
            let people = people(&pools[0], &many, &at_risk);
            for _ in 0..4 {
                let counts = &people[rng.gen_range(0..people.len())].1;
                let record = Record::of(&cells, &classes, counts, &at_risk);
                let asked = record.asked(&cells);
                let truth = Standing::among(&exact, &asked);
                for seed in 0..SEEDS {
                    let alike = Alike::new(&cells, &pools[seed as usize], &at_risk, 4000);
                    let pooled = Standing::in_pool(&alike, &classes, &asked, false);
                    let anew = Reference::new(&cells, &classes, &at_risk, 4000, seed, CLEAR);
                    for (squares, found) in squares.iter_mut().zip([Standing::among(&anew, &asked), pooled]) {
                        let class = classes.of_group[asked.group];
                        let [mine, theirs] = [&found, &truth].map(|s| {
                            let apart = s.separation.apart[asked.group].iter().copied().fold(1.0, f64::min);
                            let own = s.separation.own_posterior[asked.group];
                            [s.nearest.p, s.mixture.p, s.own_class[class].p, apart, own]
                        });
                        (0..5).for_each(|f| squares[f] += (mine[f] - theirs[f]).powi(2));
                    }
                    number += 1.0;
                }
            }
        }
        let errors = squares.map(|way| way.map(|s: f64| (s / number).sqrt()));
        eprintln!(
            "{family}: nearest, mixture, class, apart, own posterior; anew {:.4?}, pool {:.4?}",
            errors[0], errors[1]
        );
        for (pool, anew) in errors[1].iter().zip(errors[0]) {
            assert!(*pool < 1.1 * anew, "{family}: {errors:?}");
        }
    }
}
