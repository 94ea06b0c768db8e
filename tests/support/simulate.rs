//! Cohorts with known truth, drawn from a model with a seeded generator.

use super::data::{Person, Table};
use pleegprofiel::{AgeGrid, Family, Model, trajectory::Group};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

/// A simulated cohort and the group everyone was drawn from.
#[derive(Debug, Clone)]
pub(crate) struct Simulated {
    pub(crate) table: Table,
    pub(crate) group: Vec<usize>,
}

pub(crate) fn generator(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A Poisson draw by inversion: the smallest y with P(Y <= y) >= v. Only for rates an offender may have.
pub(crate) fn poisson(lambda: f64, rng: &mut impl Rng) -> u32 {
    assert!((0.0..300.0).contains(&lambda), "inversion is no good for a mean of {lambda}");
    let v: f64 = rng.r#gen();
    let (mut y, mut p) = (0_u32, (-lambda).exp());
    let mut below = p;
    while below < v && y < 2_000 {
        y += 1;
        p *= lambda / f64::from(y);
        below += p;
    }
    y
}

/// Observation and time at risk of one person, drawn before the counts.
pub(crate) type Window<'a> = &'a dyn Fn(&mut ChaCha8Rng, AgeGrid) -> (Vec<bool>, Option<Vec<f64>>);

/// Everyone observed and at liberty at all ages.
pub(crate) fn throughout(_: &mut ChaCha8Rng, grid: AgeGrid) -> (Vec<bool>, Option<Vec<f64>>) {
    (vec![true; grid.len()], None)
}

pub(crate) fn simulate(truth: &Model, persons: usize, seed: u64, window: Window<'_>) -> Simulated {
    let mut rng = generator(seed);
    let grid = truth.grid();
    let (mut people, mut group) = (Vec::with_capacity(persons), Vec::with_capacity(persons));
    for _ in 0..persons {
        let k = draw_group(truth.groups(), &mut rng);
        let factor = match (truth.family(), truth.groups()[k].dispersion) {
            (Family::NegMultinomial, Some(variance)) => {
                Gamma::new(1.0 / variance, variance).expect("a variance above 0").sample(&mut rng)
            }
            _ => 1.0,
        };
        let (seen, exposure) = window(&mut rng, grid);
        let counts = (0..grid.len())
            .map(|j| {
                let (eta, q) = cell(truth.family(), &truth.groups()[k], grid, j);
                let structural = rng.r#gen::<f64>() < q;
                let e = exposure.as_ref().map_or(1.0, |e| e[j]);
                let y = if structural { 0 } else { poisson(factor * e * eta.exp() * grid.width_years(), &mut rng) };
                seen[j].then_some(y)
            })
            .collect();
        people.push(Person { counts, exposure, weight: 1.0 });
        group.push(k);
    }
    Simulated { table: Table { grid, people }, group }
}

fn draw_group(groups: &[Group], rng: &mut ChaCha8Rng) -> usize {
    let mut left: f64 = rng.r#gen();
    for (k, g) in groups.iter().enumerate() {
        left -= g.share;
        if left < 0.0 {
            return k;
        }
    }
    groups.len() - 1
}

/// Log rate and structural-zero probability.
fn cell(family: Family, group: &Group, grid: AgeGrid, j: usize) -> (f64, f64) {
    let u = if grid.len() > 1 { 2.0 * j as f64 / (grid.len() - 1) as f64 - 1.0 } else { 0.0 };
    let at = |c: &[f64]| c.iter().rev().fold(0.0, |sum, c| sum * u + c);
    let eta = at(&group.coefficients);
    let q = |zeta: f64| 1.0 / (1.0 + (-zeta).exp());
    match family {
        Family::Zip => (eta, q(at(&group.zero_coefficients))),
        Family::ZipTau => (eta, q(-group.tau.expect("ZIP(tau) has a tau") * eta)),
        _ => (eta, 0.0),
    }
}

/// The four groups that fixtures/sim was drawn from (parameters.json), ages 12 to 39; quadratic in u. The
/// zero part of ZIP is theirs, flat in age; ZIP(tau) gets taus that give zero parts of that order, and the negative
/// multinomial factors of some size.
pub(crate) fn four_groups(family: Family) -> Model {
    let rates = [[-3.0, -0.3, -0.5], [-1.2, -2.2, -1.5], [-0.6, 0.8, -1.0], [0.9, -0.2, -0.9]];
    let shares = [0.50, 0.25, 0.15, 0.10];
    let zero = [0.30_f64, 0.20, 0.25, 0.10];
    let tau = [0.1, 0.2, 0.5, 1.5];
    let groups = (0..4)
        .map(|k| Group {
            share: shares[k],
            coefficients: rates[k].to_vec(),
            zero_coefficients: if family == Family::Zip { vec![(zero[k] / (1.0 - zero[k])).ln()] } else { vec![] },
            tau: (family == Family::ZipTau).then_some(tau[k]),
            dispersion: (family == Family::NegMultinomial).then_some([0.8, 0.3, 0.5, 0.2][k]),
        })
        .collect();
    Model::new(family, AgeGrid::years(12, 39).expect("a grid"), groups).expect("a model")
}

/// The four groups of [`four_groups`] (Poisson) with the shares that they have among people with this value of a covariate:
/// multinomial logits against the first that rise by these much.
pub(crate) fn moved_by_covariate(x: f64) -> Model {
    let model = four_groups(Family::Poisson);
    let effects = [0.0, 1.0, -0.5, 1.5];
    let odds: Vec<f64> = model.groups().iter().zip(effects).map(|(g, b)| g.share * (b * x).exp()).collect();
    let total: f64 = odds.iter().sum();
    let groups = model.groups().iter().zip(odds).map(|(g, odds)| Group { share: odds / total, ..g.clone() });
    Model::new(Family::Poisson, model.grid(), groups.collect()).expect("a model")
}

/// People of [`moved_by_covariate`], half of them with a covariate of 0 and half with 1; with the covariate.
pub(crate) fn simulate_with_covariate(persons: usize, seed: u64) -> (Simulated, Vec<f64>) {
    let half = persons / 2;
    let mut all = simulate(&moved_by_covariate(0.0), half, seed, &throughout);
    let with = simulate(&moved_by_covariate(1.0), persons - half, seed + 1_000, &throughout);
    all.table.people.extend(with.table.people);
    all.group.extend(with.group);
    (all, (0..persons).map(|i| f64::from(u8::from(i >= half))).collect())
}
