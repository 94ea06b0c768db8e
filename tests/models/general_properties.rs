//! What must hold whatever the numbers, for every family of the engine of cells: random models with a covariate of
//! membership and one that moves with age, people drawn from them, with a fixed seed.

use crate::properties::{self, near};
use crate::support::general::cases::{covariate, outcome, truth, varying, with_gaps};
use crate::support::general::draw::people;
use crate::support::general::formulas::{self, Formulas};
use crate::support::general::table::Table;
use pleegprofiel::{Family, Model, Spec};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::cell::Cell;

/// Two evaluators, relative; `lgamma` and `erfc` of the formulas are good to 1e-15 of arguments of order 10 to 100.
const EVALUATORS: f64 = 1e-11;
/// A posterior is the exponential of a difference of such sums.
const POSTERIOR: f64 = 1e-9;

fn families() -> impl Strategy<Value = Family> {
    prop_oneof![
        6 => properties::families(),
        1 => Just(Family::Bernoulli),
        1 => Just(Family::CensoredNormal),
        1 => Just(Family::Beta),
    ]
}

/// A model whose every parameter lies up to so far from that of the easy truth, and people drawn from it.
fn cases() -> impl Strategy<Value = (Model, Table)> {
    let moves = proptest::collection::vec(-0.8..0.8_f64, 40);
    (families(), 5..60_usize, 0..1_000_u64, moves).prop_map(|(family, persons, seed, moves)| {
        let mut like = with_gaps(persons, family, seed);
        like.covariates.push(("x1".into(), covariate(persons, seed + 1)));
        like.varying.push(("z1".into(), varying(persons, seed + 2)));
        let spec = Spec::new(2).outcome(outcome(family).varying(["z1"])).membership(["x1"]);
        let next = Cell::new(0);
        let moved = |p: &_| {
            next.set(next.get() + 1);
            truth(family, p) + moves[next.get() % moves.len()]
        };
        let model = formulas::model(&spec, &like, &moved);
        let drawn = people(&model, &like, seed + 3).0;
        (model, drawn)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: RngSeed::Fixed(20_261), ..ProptestConfig::default() })]

    #[test]
    fn likelihood_and_posteriors_are_those_of_the_formulas((model, table) in cases()) {
        let formulas = Formulas::of(&model).evaluate(model.parameters(), &table);
        near(model.log_likelihood(&table.panel()).unwrap(), formulas.log_likelihood, EVALUATORS)?;
        let ours = model.posteriors(&table.panel()).unwrap();
        for (row, theirs) in ours.rows().into_iter().zip(&formulas.posteriors) {
            prop_assert!((row.sum() - 1.0).abs() <= 1e-12, "{}", row);
            for (&a, &b) in row.iter().zip(theirs) {
                prop_assert!((a - b).abs() <= POSTERIOR, "{} is not {}", a, b);
            }
        }
    }

    #[test]
    fn the_order_of_persons_changes_nothing((model, table) in cases(), turn in 0..60_usize) {
        let n = table.persons();
        let order: Vec<usize> = (0..n).rev().map(|i| (i + turn) % n).collect();
        let turned = table.select(&order);
        near(
            model.log_likelihood(&turned.panel()).unwrap(),
            model.log_likelihood(&table.panel()).unwrap(),
            EVALUATORS,
        )?;
        let (a, b) = (model.posteriors(&table.panel()).unwrap(), model.posteriors(&turned.panel()).unwrap());
        for (i, &from) in order.iter().enumerate() {
            prop_assert_eq!(b.row(i), a.row(from), "person {}", i);
        }
    }

    #[test]
    fn a_weight_stands_for_so_many_persons((model, table) in cases(), times in proptest::collection::vec(1..5_usize, 60)) {
        let n = table.persons();
        let weighted = Table { weights: Some(times[..n].iter().map(|&n| n as f64).collect()), ..table.clone() };
        let repeated: Vec<usize> = (0..n).flat_map(|i| vec![i; times[i]]).collect();
        near(
            model.log_likelihood(&weighted.panel()).unwrap(),
            model.log_likelihood(&table.select(&repeated).panel()).unwrap(),
            EVALUATORS,
        )?;
    }

    #[test]
    fn reading_what_was_written_gives_the_same_model((model, table) in cases()) {
        let back = Model::from_json(&model.to_json()).unwrap();
        prop_assert_eq!(&back, &model);
        let bits = |m: &Model| m.posteriors(&table.panel()).unwrap().mapv(f64::to_bits);
        prop_assert_eq!(bits(&back), bits(&model));
    }

    #[test]
    fn the_posterior_of_one_person_is_a_row_of_all_posteriors((model, table) in cases()) {
        let all = model.posteriors(&table.panel()).unwrap();
        for (i, row) in all.rows().into_iter().enumerate() {
            let own = model.posteriors(&table.select(&[i]).panel()).unwrap();
            for (a, b) in own.iter().zip(row) {
                prop_assert!((a - b).abs() <= POSTERIOR, "{} {}", a, b);
            }
        }
    }
}
