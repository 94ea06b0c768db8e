//! The engine against brute force: gradients and information against finite differences, the table pass
//! against the pass over cells, EM and Newton against each other.

use crate::cohort::builder::{CohortBuilder, PersonRow};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::numeric::streams::stream;
use crate::trajectory::family::Family;
use crate::trajectory::search::by_tables::em;
use crate::trajectory::search::by_tables::newton::{self, Point};
use crate::trajectory::tables::information::{EXACT, information};
use crate::trajectory::tables::pass::Evaluator;
use crate::trajectory::tables::shape::{Params, Shape};
use rand::Rng;

const FAMILIES: [Family; 6] =
    [Family::Poisson, Family::Zip, Family::ZipTau, Family::NegBin, Family::Zinb, Family::NegMultinomial];

/// Whose time at risk is what: everybody's all of it, a few fractions that many share, or everybody's another.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Time {
    Whole,
    Shared,
    Own,
}

const TIMES: [Time; 3] = [Time::Whole, Time::Shared, Time::Own];

/// Eighty persons, ages 12-21, gaps in what was observed, some weighted.
fn cohort(time: Time) -> Cohort {
    let grid = AgeGrid::years(12, 21).unwrap();
    let mut rng = stream(11, 0);
    let mut builder = CohortBuilder::new(grid);
    for i in 0..80 {
        let level: f64 = if i % 3 == 0 { 1.2 } else { 0.25 };
        let counts: Vec<Option<u32>> = (0..10)
            .map(|t| {
                let seen = t >= i % 4 && rng.gen_range(0.0..1.0) < 0.9;
                let hump = if (3..7).contains(&t) { 2.0 } else { 0.7 };
                seen.then(|| {
                    if rng.gen_range(0.0..1.0) < 0.3 { 0 } else { (level * hump * rng.gen_range(0.0..2.5)) as u32 }
                })
            })
            .collect();
        let own: Vec<f64> = (0..10).map(|_| rng.gen_range(0.2..1.0)).collect();
        let shared = |e: &f64| if *e < 0.4 { 0.3 } else { 1.0 };
        let e = if time == Time::Own { own } else { own.iter().map(shared).collect() };
        let weight = if i % 7 == 0 { 2.5 } else { 1.0 };
        let exposure = (time != Time::Whole).then_some(&e[..]);
        builder.push(PersonRow { exposure, weight, ..PersonRow::new(&counts) }).unwrap();
    }
    builder.finish()
}

fn shape(family: Family, groups: usize) -> Shape {
    let degrees: Vec<usize> = (0..groups).map(|k| 1 + k % 3).collect();
    let zero: Vec<usize> = (0..groups).map(|k| k % 2).collect();
    Shape::new(family, AgeGrid::years(12, 21).unwrap(), &degrees, &zero)
}

fn params(shape: &Shape) -> Params {
    let mut rng = stream(12, 0);
    let groups = shape.groups();
    let blocks = (0..groups).map(|k| (0..shape.block(k)).map(|_| rng.gen_range(-0.8..0.6)).collect()).collect();
    let mut params = Params { log_share: vec![0.0; groups], blocks };
    params.set_shares(&(0..groups).map(|k| 1.0 + k as f64).collect::<Vec<_>>());
    params
}

fn moved(shape: &Shape, params: &Params, at: usize, by: f64) -> Params {
    let mut delta = vec![0.0; shape.parameters()];
    delta[at] = by;
    let mut next = params.clone();
    next.step(shape, &delta, 1.0);
    next
}

#[test]
fn the_gradient_of_a_pass_equals_finite_differences() {
    for time in TIMES {
        let cohort = cohort(time);
        let evaluator = Evaluator::new(&cohort.histories);
        for family in FAMILIES {
            let shape = shape(family, 3);
            let params = params(&shape);
            let gradient = Point::at(&evaluator, &shape, params.clone()).gradient(&shape);
            for (i, g) in gradient.iter().enumerate() {
                let h = 1e-5;
                let ll = |by| Point::at(&evaluator, &shape, moved(&shape, &params, i, by)).log_likelihood();
                let difference = (ll(h) - ll(-h)) / (2.0 * h);
                // central differences at 1e-5 leave about 1e-10 of curvature and 1e-8 of rounding
                assert!((g - difference).abs() < 1e-6 * (1.0 + g.abs()), "{family} {time:?} {i}: {g} {difference}");
            }
        }
    }
}

#[test]
fn the_information_equals_finite_differences_of_the_gradient() {
    for time in TIMES {
        let cohort = cohort(time);
        let evaluator = Evaluator::new(&cohort.histories);
        for family in FAMILIES {
            let shape = shape(family, 3);
            let params = params(&shape);
            let here = Point::at(&evaluator, &shape, params.clone());
            let info = information(&evaluator, &shape, &here.params, &here.curves, &here.pass, EXACT);
            for i in 0..shape.parameters() {
                let h = 1e-5;
                let at = |by| Point::at(&evaluator, &shape, moved(&shape, &params, i, by)).gradient(&shape);
                for (j, (up, down)) in at(h).iter().zip(at(-h)).enumerate() {
                    let difference = -(up - down) / (2.0 * h);
                    let exact = info.observed.at(j, i);
                    assert!(
                        (exact - difference).abs() < 1e-5 * (1.0 + exact.abs()),
                        "{family} {time:?} {i} {j}: {exact} {difference}"
                    );
                }
            }
        }
    }
}

#[test]
fn tables_and_cells_give_the_same_likelihood_gradient_and_information() {
    // people with all of their time, as such and as a stored 1 everywhere, and people who share fractions
    let (plain, shared) = (cohort(Time::Whole), cohort(Time::Shared));
    let mut stored = plain.histories.clone();
    let ones: Vec<f64> = (0..stored.len())
        .flat_map(|h| {
            stored.observed_in(stored.pattern[h] as usize).iter().map(|&o| f64::from(u8::from(o))).collect::<Vec<_>>()
        })
        .collect();
    stored.exposure = Some(ones);
    let directly = |histories| {
        let mut evaluator = Evaluator::new(histories);
        evaluator.occurring = None;
        evaluator
    };
    let pairs = [
        (Evaluator::new(&plain.histories), directly(&stored)),
        (Evaluator::new(&stored), directly(&stored)),
        (Evaluator::new(&shared.histories), directly(&shared.histories)),
    ];
    for (pair, (table, direct)) in pairs.iter().enumerate() {
        assert!(table.occurring.is_some());
        for family in FAMILIES {
            for groups in [1, 2, 5, 9] {
                let shape = shape(family, groups);
                let a = Point::at(table, &shape, params(&shape));
                let b = Point::at(direct, &shape, params(&shape));
                assert!((a.log_likelihood() - b.log_likelihood()).abs() < 1e-11 * a.log_likelihood().abs());
                for (x, y) in a.gradient(&shape).iter().zip(b.gradient(&shape)) {
                    assert!((x - y).abs() < 1e-11 * (1.0 + x.abs()), "{pair} {family} {groups}: {x} {y}");
                }
                let info = |e, p: &Point| information(e, &shape, &p.params, &p.curves, &p.pass, EXACT).observed;
                let (x, y) = (info(table, &a), info(direct, &b));
                for i in 0..shape.parameters() {
                    for j in 0..shape.parameters() {
                        let (x, y) = (x.at(i, j), y.at(i, j));
                        assert!((x - y).abs() < 1e-10 * (1.0 + x.abs()), "{pair} {family} {groups} {i} {j}: {x} {y}");
                    }
                }
            }
        }
    }
}

#[test]
fn rates_in_the_hundreds_do_not_underflow_in_the_pass_over_cells() {
    let grid = AgeGrid::years(12, 21).unwrap();
    let mut builder = CohortBuilder::new(grid);
    builder.push(PersonRow { exposure: Some(&[0.9; 10]), ..PersonRow::new(&[Some(0); 10]) }).unwrap();
    builder.push(PersonRow { exposure: Some(&[0.9; 10]), ..PersonRow::new(&[Some(800); 10]) }).unwrap();
    let cohort = builder.finish();
    let shape = Shape::new(Family::Zip, grid, &[0, 0], &[0, 0]);
    // a zero in the second group has probability exp(-900): representable only as a logarithm
    let params =
        Params { log_share: vec![0.5_f64.ln(); 2], blocks: vec![vec![-2.0, -3.0], vec![1000.0_f64.ln(), -900.0]] };
    let point = Point::at(&Evaluator::new(&cohort.histories), &shape, params);
    assert!(point.log_likelihood().is_finite());
    assert!((point.pass.mass[0] - 1.0).abs() < 1e-12 && (point.pass.mass[1] - 1.0).abs() < 1e-12);
}

#[test]
fn em_never_lowers_the_likelihood() {
    for time in TIMES {
        let cohort = cohort(time);
        let evaluator = Evaluator::new(&cohort.histories);
        for family in FAMILIES {
            let shape = shape(family, 2);
            let mut here = Point::at(&evaluator, &shape, params(&shape));
            for step in 0..40 {
                let before = here.log_likelihood();
                (here, _) = em::run(&evaluator, &shape, here, 1, 0.0);
                assert!(here.log_likelihood() >= before, "{family} {time:?} step {step}");
            }
        }
    }
}

#[test]
fn newton_ends_where_a_long_run_of_em_ends() {
    for time in TIMES {
        let cohort = cohort(time);
        let evaluator = Evaluator::new(&cohort.histories);
        let shape = Shape::new(Family::Poisson, cohort.grid(), &[2, 2], &[0, 0]);
        let (warm, _) = em::run(&evaluator, &shape, Point::at(&evaluator, &shape, params(&shape)), 3, 0.0);
        let climb = newton::climb(&evaluator, &shape, warm.clone(), 50, 0.0);
        let (slow, _) = em::run(&evaluator, &shape, warm, 20_000, 1e-13);
        assert!(climb.converged);
        assert!((climb.pass.log_likelihood - slow.log_likelihood()).abs() < 1e-7);
        let gradient = Point::at(&evaluator, &shape, climb.params).gradient(&shape);
        // level ground is where a climb ends (`newton::LEVEL`)
        assert!(gradient.iter().all(|g| g.abs() < 1e-8), "{gradient:?}");
    }
}

#[test]
fn a_fit_is_asked_whether_to_go_on_in_the_middle_of_a_piece_of_work() {
    use crate::error::ErrorKind;
    use crate::trajectory::spec::Spec;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    // everybody's own time at risk: so many different histories that a pass has several chunks
    let mut builder = CohortBuilder::new(AgeGrid::years(18, 20).unwrap());
    let mut rng = stream(3, 0);
    for _ in 0..9_000 {
        let counts: Vec<Option<u32>> = (0..3).map(|_| Some(rng.gen_range(0..3))).collect();
        let exposure: Vec<f64> = (0..3).map(|_| rng.gen_range(0.2..1.0)).collect();
        builder.push(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) }).unwrap();
    }
    let cohort = builder.finish();
    let options = Spec::counts(Family::Poisson).groups(2).degree(1).starts(8);
    let asked: Mutex<BTreeMap<usize, usize>> = Mutex::default();
    let free = options.fit(&cohort).unwrap();
    let watched = options
        .fit_with_progress(&cohort, &|p| {
            *asked.lock().unwrap().entry(p.done).or_default() += 1;
            true
        })
        .unwrap();
    assert_eq!(free, watched);
    let asked = asked.into_inner().unwrap();
    // the climb on everyone comes last and is one piece
    assert!(*asked.values().next_back().unwrap() > 10, "{asked:?}");

    let said_no = std::sync::atomic::AtomicUsize::new(0);
    let last = *asked.keys().next_back().unwrap();
    let stopped = options.fit_with_progress(&cohort, &|p| {
        let go_on = p.done < last;
        said_no.fetch_add(usize::from(!go_on), std::sync::atomic::Ordering::Relaxed);
        go_on
    });
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
    // whoever said no is hardly asked again: threads that asked at the same time
    assert!(said_no.into_inner() <= 64);
}
