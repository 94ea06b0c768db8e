//! What must hold whatever the numbers: random models on random cohorts, with a fixed seed; counterexamples
//! ever found are kept beside this file.

use crate::support::data::{Person, Table};
use crate::support::naive;
use pleegprofiel::{AgeGrid, Family, Model, Spec, trajectory::Group};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};

/// The same cases every time; regressions are committed.
fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(20_260),
        failure_persistence: Some(Box::new(FileFailurePersistence::WithSource("regressions"))),
        ..ProptestConfig::default()
    }
}

/// Two ways to the same sum, relative: a hundred to a thousand terms, each rounded to 1e-16 of the largest.
const ROUNDING: f64 = 1e-12;
/// A posterior is the exponential of such a sum of up to 1e3: absolute rounding 1e-13 becomes relative.
const POSTERIOR: f64 = 1e-10;

const AGES: usize = 6;

/// Those that the tables know.
pub(crate) fn families() -> impl Strategy<Value = Family> {
    prop_oneof![
        Just(Family::Poisson),
        Just(Family::Zip),
        Just(Family::ZipTau),
        Just(Family::NegBin),
        Just(Family::Zinb),
        Just(Family::NegMultinomial)
    ]
}

fn group(family: Family) -> impl Strategy<Value = Group> {
    (0.05..1.0_f64, vec(-1.5..1.5_f64, 1..=4), vec(-3.0..3.0_f64, 1..=3), 0.0..3.0_f64, 0.01..3.0_f64).prop_map(
        move |(share, coefficients, zero, tau, dispersion)| Group {
            share,
            coefficients,
            zero_coefficients: if matches!(family, Family::Zip | Family::Zinb) { zero } else { vec![] },
            tau: (family == Family::ZipTau).then_some(tau),
            dispersion: matches!(family, Family::NegBin | Family::Zinb | Family::NegMultinomial).then_some(dispersion),
        },
    )
}

fn grid() -> AgeGrid {
    AgeGrid::years(14, 13 + AGES as u32).expect("a grid")
}

fn models() -> impl Strategy<Value = Model> {
    families().prop_flat_map(|family| {
        vec(group(family), 1..=5).prop_map(move |mut groups| {
            let total: f64 = groups.iter().map(|g| g.share).sum();
            groups.iter_mut().for_each(|g| g.share /= total);
            Model::new(family, grid(), groups).expect("a model")
        })
    })
}

fn counts() -> impl Strategy<Value = Vec<Option<u32>>> {
    // zeros mostly, some events, some cells not observed, now and then very many events
    let cell = prop_oneof![6 => Just(Some(0)), 4 => (1..6_u32).prop_map(Some), 1 => Just(None), 1 => (6..200_u32).prop_map(Some)];
    vec(cell, AGES)
}

fn person(with_exposure: bool) -> impl Strategy<Value = Person> {
    (counts(), vec(0.01..=1.0_f64, AGES), 0.1..4.0_f64).prop_map(move |(counts, exposure, weight)| Person {
        counts,
        exposure: with_exposure.then_some(exposure),
        weight,
    })
}

fn tables() -> impl Strategy<Value = Table> {
    any::<bool>().prop_flat_map(|with_exposure| {
        vec(person(with_exposure), 1..40).prop_map(|people| Table { grid: grid(), people })
    })
}

pub(crate) fn near(a: f64, b: f64, relative: f64) -> std::result::Result<(), TestCaseError> {
    prop_assert!((a - b).abs() <= relative * b.abs().max(1.0), "{} is not {}", a, b);
    Ok(())
}

fn check_formulas(model: &Model, table: &Table) -> std::result::Result<(), TestCaseError> {
    let formulas = naive::evaluate(model, table);
    near(model.log_likelihood(&table.cohort()).unwrap(), formulas.log_likelihood, ROUNDING)?;
    let ours = model.posteriors(&table.cohort()).unwrap();
    for (row, theirs) in ours.rows().into_iter().zip(&formulas.posteriors) {
        prop_assert!((row.sum() - 1.0).abs() <= 1e-12, "{}", row);
        for (&a, &b) in row.iter().zip(theirs) {
            prop_assert!((a - b).abs() <= POSTERIOR, "{} is not {}", a, b);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn likelihood_and_posteriors_are_those_of_the_formulas(model in models(), table in tables()) {
        check_formulas(&model, &table)?;
    }

    #[test]
    fn both_paths_of_the_engine_agree(model in models(), people in vec(person(false), 1..40), other in person(true)) {
        // without time at risk: look-up tables. One more person with some: everybody is evaluated cell by cell.
        let table = Table { grid: grid(), people };
        let mut with_other = table.clone();
        with_other.people.push(other.clone());
        prop_assert!(!table.cohort().has_exposure());
        let alone = Table { grid: grid(), people: vec![other] };
        let sum = model.log_likelihood(&table.cohort()).unwrap() + model.log_likelihood(&alone.cohort()).unwrap();
        near(model.log_likelihood(&with_other.cohort()).unwrap(), sum, ROUNDING)?;
        check_formulas(&model, &with_other)?;
        let (by_table, direct) = (model.posteriors(&table.cohort()).unwrap(), model.posteriors(&with_other.cohort()).unwrap());
        for (a, b) in by_table.iter().zip(&direct) {
            prop_assert!((a - b).abs() <= POSTERIOR, "{} {}", a, b);
        }
    }

    #[test]
    fn the_order_of_persons_changes_nothing(model in models(), table in tables(), turn in 0..40_usize) {
        let n = table.people.len();
        let mut turned = table.clone();
        turned.people.rotate_left(turn % n);
        turned.people.reverse();
        let place = |i: usize| (n - 1 - i + turn) % n;
        near(
            model.log_likelihood(&turned.cohort()).unwrap(),
            model.log_likelihood(&table.cohort()).unwrap(),
            ROUNDING,
        )?;
        let (a, b) = (model.posteriors(&table.cohort()).unwrap(), model.posteriors(&turned.cohort()).unwrap());
        for i in 0..n {
            prop_assert_eq!(b.row(i), a.row(place(i)), "person {}", i);
        }
    }

    #[test]
    fn the_order_of_groups_only_turns_the_columns(model in models(), table in tables(), turn in 0..5_usize) {
        let k = model.groups().len();
        let mut groups = model.groups().to_vec();
        groups.rotate_left(turn % k);
        let turned = Model::new(model.family(), model.grid(), groups).unwrap();
        let cohort = table.cohort();
        near(turned.log_likelihood(&cohort).unwrap(), model.log_likelihood(&cohort).unwrap(), ROUNDING)?;
        let (a, b) = (model.posteriors(&cohort).unwrap(), turned.posteriors(&cohort).unwrap());
        for ((i, g), &p) in b.indexed_iter() {
            prop_assert!((p - a[[i, (g + turn) % k]]).abs() <= POSTERIOR);
        }
    }

    #[test]
    fn a_weight_stands_for_so_many_persons(model in models(), table in tables(), times in vec(1..5_usize, 40)) {
        let mut weighted = table.clone();
        weighted.people.iter_mut().zip(&times).for_each(|(p, &n)| p.weight = n as f64);
        let repeated = table.people.iter().zip(&times).flat_map(|(p, &n)| vec![Person { weight: 1.0, ..p.clone() }; n]);
        let repeated = Table { grid: table.grid, people: repeated.collect() };
        near(
            model.log_likelihood(&weighted.cohort()).unwrap(),
            model.log_likelihood(&repeated.cohort()).unwrap(),
            ROUNDING,
        )?;
        prop_assert_eq!(weighted.cohort().total_weight(), repeated.cohort().total_weight());
    }

    #[test]
    fn less_time_at_a_higher_rate_is_the_same(model in models(), people in vec(person(true), 1..30), c in 0.1..1.0_f64) {
        // lambda = e exp(eta) is unchanged when e becomes c e and the intercept falls by ln c. So is the zero
        // part of ZIP; that of ZIP(tau) depends on eta alone and would move.
        prop_assume!(model.family() != Family::ZipTau);
        let table = Table { grid: grid(), people };
        let mut shorter = table.clone();
        shorter.people.iter_mut().flat_map(|p| p.exposure.iter_mut().flatten()).for_each(|e| *e *= c);
        let mut groups = model.groups().to_vec();
        groups.iter_mut().for_each(|g| g.coefficients[0] -= c.ln());
        let faster = Model::new(model.family(), model.grid(), groups).unwrap();
        near(
            faster.log_likelihood(&shorter.cohort()).unwrap(),
            model.log_likelihood(&table.cohort()).unwrap(),
            // counts up to 200 multiply the rounding of ln c
            10.0 * ROUNDING,
        )
        .map(|_| ())?;
    }

    #[test]
    fn reading_what_was_written_gives_the_same_model(model in models(), table in tables()) {
        let back = Model::from_json(&model.to_json()).unwrap();
        prop_assert_eq!(&back, &model);
        let bits = |m: &Model| m.posteriors(&table.cohort()).unwrap().mapv(f64::to_bits);
        prop_assert_eq!(bits(&back), bits(&model));
    }

    #[test]
    fn the_posterior_of_one_person_is_a_row_of_all_posteriors(model in models(), table in tables()) {
        let all = model.posteriors(&table.cohort()).unwrap();
        for (person, row) in table.people.iter().zip(all.rows()) {
            let one = Table { grid: table.grid, people: vec![person.clone()] };
            let own = model.posteriors(&one.cohort()).unwrap();
            for (a, b) in own.iter().zip(row) {
                prop_assert!((a - b).abs() <= POSTERIOR, "{} {}", a, b);
            }
        }
    }
}

/// Persons of two kinds, so that a fit has something to find.
fn mixed() -> impl Strategy<Value = Table> {
    let seldom = vec(prop_oneof![8 => Just(0_u32), 1 => Just(1)], AGES);
    let often = vec(prop_oneof![1 => Just(0_u32), 3 => 1..6_u32], AGES);
    (vec(seldom, 15..30), vec(often, 10..20)).prop_map(|(seldom, often)| Table {
        grid: grid(),
        people: seldom.into_iter().chain(often).map(Person::new).collect(),
    })
}

fn some_exposure(mut table: Table, exposure: &[f64]) -> Table {
    for (i, person) in table.people.iter_mut().enumerate() {
        person.exposure = Some((0..AGES).map(|j| exposure[(7 * i + j) % exposure.len()]).collect());
    }
    table
}

fn fitted(family: Family, table: &Table) -> pleegprofiel::Fit {
    Spec::counts(family).groups(2).degree(1).starts(12).fit(&table.cohort()).unwrap()
}

/// The model with one of its numbers moved: a coefficient of the rate or the zero part, `ln tau` or `ln alpha`, of a group;
/// `at` beyond those moves the logit of the second group's share. None when there is no such number.
fn moved(model: &Model, k: usize, at: usize, by: f64) -> Option<Model> {
    let mut groups = model.groups().to_vec();
    let g = &mut groups[k];
    let (rate, zero) = (g.coefficients.len(), g.zero_coefficients.len());
    if at < rate {
        g.coefficients[at] += by;
    } else if at < rate + zero {
        g.zero_coefficients[at - rate] += by;
    } else if at == rate + zero && g.tau.is_some() {
        g.tau = g.tau.map(|tau| tau * by.exp());
    } else if at == rate + zero && g.dispersion.is_some() {
        g.dispersion = g.dispersion.map(|alpha| alpha * by.exp());
    } else if at == rate + zero + 1 && k == 1 {
        let odds = (groups[1].share / groups[0].share) * by.exp();
        (groups[0].share, groups[1].share) = (1.0 / (1.0 + odds), odds / (1.0 + odds));
    } else {
        return None;
    }
    Model::new(model.family(), model.grid(), groups).ok()
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn permuting_persons_does_not_change_the_fit(family in families(), table in mixed(), turn in 0..40_usize) {
        let mut turned = table.clone();
        turned.people.rotate_left(turn % table.people.len());
        let (a, b) = (fitted(family, &table), fitted(family, &turned));
        // starts are drawn among persons, so they differ: only where both found the same top is it the same
        prop_assume!(a.best().is_ok() && b.best().is_ok() && (a.log_likelihood - b.log_likelihood).abs() < 1e-3);
        near(a.log_likelihood, b.log_likelihood, 1e-9)?;
        let (p, q) = (a.model().posteriors(&table.cohort()).unwrap(), b.model().posteriors(&turned.cohort()).unwrap());
        let n = table.people.len();
        for ((i, g), &x) in q.indexed_iter() {
            // a top is flat: a log-likelihood to 1e-10 leaves a posterior known to its root
            prop_assert!((x - p[[(i + turn) % n, g]]).abs() <= 1e-5);
        }
    }

    #[test]
    fn no_number_of_a_converged_fit_can_be_moved_for_a_better_likelihood(
        family in families(),
        table in mixed(),
        exposure in proptest::option::of(vec(0.2..=1.0_f64, 11)),
    ) {
        let table = exposure.map_or(table.clone(), |e| some_exposure(table.clone(), &e));
        let fit = fitted(family, &table);
        prop_assume!(fit.converged);
        // rounding of the sum, 1e-13, over the step, 1e-4; third derivatives of 1e3 times the step squared
        let (h, tolerance) = (1e-4, 1e-5);
        prop_assert!(fit.gradient_norm <= tolerance, "{:e}", fit.gradient_norm);
        for k in 0..2 {
            for at in 0..8 {
                let (Some(up), Some(down)) = (moved(fit.model(), k, at, h), moved(fit.model(), k, at, -h)) else { continue };
                let value = |m: &Model| naive::evaluate(m, &table).log_likelihood;
                let slope = (value(&up) - value(&down)) / (2.0 * h);
                prop_assert!(slope.abs() <= tolerance, "slope {:e} in number {} of group {}", slope, at, k);
            }
        }
    }

    #[test]
    fn doubling_everyone_doubles_the_log_likelihood_and_nothing_else(family in families(), table in mixed()) {
        let mut double = table.clone();
        double.people.iter_mut().for_each(|p| p.weight = 2.0);
        let (a, b) = (fitted(family, &table), fitted(family, &double));
        prop_assume!(a.best().is_ok() && b.best().is_ok());
        near(2.0 * a.log_likelihood, b.log_likelihood, 1e-9)?;
        for (g, h) in a.model().groups().iter().zip(b.model().groups()) {
            near(g.share, h.share, 1e-5)?;
        }
    }
}
