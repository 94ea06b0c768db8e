//! One easy truth for each family: two groups over seven ages, curves straight in age.

use super::draw::people;
use super::formulas;
use super::table::{Rows, Table};
use pleegprofiel::{
    AgeGrid, Family, Model, OutcomeSpec, Spec,
    trajectory::{Parameter, Part},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub(crate) const AGES: usize = 7;

pub(crate) fn grid() -> AgeGrid {
    AgeGrid::years(12, 11 + AGES as u32).unwrap()
}

pub(crate) fn outcome(family: Family) -> OutcomeSpec {
    let outcome = OutcomeSpec::new("y", family).degree(1);
    match family {
        Family::Zip | Family::Zinb => outcome.zero_degree(1),
        Family::CensoredNormal => outcome.bounds(0.0, 10.0),
        _ => outcome,
    }
}

pub(crate) fn spec(family: Family) -> Spec {
    Spec::new(2).outcome(outcome(family)).starts(8)
}

/// The true value of a parameter. Covariates are named `x..` (membership) and `z..` (with age).
pub(crate) fn truth(family: Family, p: &Parameter) -> f64 {
    let g = p.group.map_or(0, |g| g.index());
    let curve = match family {
        Family::Bernoulli => [[-1.6, 0.5], [1.4, -0.6]],
        Family::CensoredNormal => [[2.5, 0.8], [7.0, -1.0]],
        Family::Beta => [[-1.2, 0.4], [0.9, -0.3]],
        Family::ZipTau => [[-0.7, 0.3], [1.2, -0.5]],
        _ => [[-0.5, 0.3], [1.6, -0.5]],
    };
    match p.part {
        Part::Membership if p.term == "1" => -0.4,
        Part::Membership => 0.8,
        Part::Curve if p.term.starts_with('z') => [0.4, -0.25][g],
        Part::Curve => curve[g][p.index],
        Part::Zero => [[-0.8, 0.4], [-1.3, -0.4]][g][p.index],
        Part::LogTau => [0.5_f64, 0.9][g].ln(),
        Part::LogDispersion => [0.5_f64, 0.25][g].ln(),
        Part::LogSigma => [1.5_f64, 2.0][g].ln(),
        Part::LogPrecision => [8.0_f64, 15.0][g].ln(),
        other => panic!("{other:?}"),
    }
}

/// Everyone observed everywhere.
pub(crate) fn everywhere(persons: usize) -> Table {
    Table::new(grid(), "y", vec![vec![0.0; AGES]; persons])
}

/// Gaps in the middle and at both ends, and for counts of events a time at risk of one's own.
pub(crate) fn with_gaps(persons: usize, family: Family, seed: u64) -> Table {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut table = everywhere(persons);
    for (i, row) in table.series[0].1.iter_mut().enumerate() {
        let gap = |t: usize| (i + 2 * t).is_multiple_of(6) || t < i % 3 || t + 1 > AGES - i % 2;
        row.iter_mut().enumerate().filter(|(t, _)| gap(*t)).for_each(|(_, y)| *y = f64::NAN);
    }
    if family.counts_events() {
        let steps = [0.25, 0.5, 0.75, 1.0];
        table.exposure[0] =
            Some((0..persons).map(|_| (0..AGES).map(|_| steps[rng.gen_range(0..4)]).collect()).collect());
    }
    table
}

pub(crate) fn varying(persons: usize, seed: u64) -> Rows {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..persons).map(|_| (0..AGES).map(|_| rng.gen_range(-1.0..1.0)).collect()).collect()
}

pub(crate) fn covariate(persons: usize, seed: u64) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..persons).map(|_| rng.gen_range(-1.5..1.5)).collect()
}

/// Data drawn from the family's truth under `spec`, in the shape of `like`.
pub(crate) fn drawn(family: Family, spec: &Spec, like: &Table, seed: u64) -> (Table, Model) {
    let model = formulas::model(spec, like, &|p| truth(family, p));
    (people(&model, like, seed).0, model)
}
