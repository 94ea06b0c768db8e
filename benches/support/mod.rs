//! Generated cohorts for timing: four groups of known shares and curves, the same persons every time.

pub(crate) mod cpu_time;

use ndarray::Array2;
use pleegprofiel::{AgeGrid, Cohort, Family, Model, ndarray, trajectory::Group};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Ages 12 to 39, shares and curves: those of `fixtures/sim/parameters.json`.
const FIRST_AGE: u32 = 12;
const LAST_AGE: u32 = 39;
const AGES: usize = (LAST_AGE - FIRST_AGE + 1) as usize;
const SHARES: [f64; 4] = [0.50, 0.25, 0.15, 0.10];
const LOG_RATE: [[f64; 3]; 4] = [[-3.0, -0.3, -0.5], [-1.2, -2.2, -1.5], [-0.6, 0.8, -1.0], [0.9, -0.2, -0.9]];
const ZERO_INFLATION: [f64; 4] = [0.30, 0.20, 0.25, 0.10];
/// The part of cells with individual time at risk, which is drawn uniformly above this up to 1.
const AT_RISK: f64 = 1.0 / 3.0;
const LEAST_AT_RISK: f64 = 0.3;

/// What a generated cohort is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) family: Family,
    pub(crate) exposure: bool,
}

#[allow(dead_code)] // not every benchmark lists kinds
/// Counts are Poisson or zero-inflated Poisson, everyone at liberty throughout or not.
pub(crate) const KINDS: [Kind; 4] = [
    Kind { family: Family::Poisson, exposure: false },
    Kind { family: Family::Zip, exposure: false },
    Kind { family: Family::Poisson, exposure: true },
    Kind { family: Family::Zip, exposure: true },
];

impl Kind {
    /// Name in a list of benchmarks: `zip`, `zip-exposure`.
    #[allow(dead_code)] // not every benchmark lists kinds
    pub(crate) fn name(self) -> String {
        format!("{}{}", self.family, if self.exposure { "-exposure" } else { "" })
    }
}

pub(crate) fn grid() -> AgeGrid {
    AgeGrid::years(FIRST_AGE, LAST_AGE).expect("the ages are in order and below 150")
}

/// Counts and, when asked for, time at risk of `persons` persons.
pub(crate) fn matrices(kind: Kind, persons: usize) -> (Array2<u32>, Option<Array2<f64>>) {
    let mut rng = ChaCha8Rng::seed_from_u64(20_264 + persons as u64);
    let inflated = kind.family != Family::Poisson;
    let rate: Vec<[f64; AGES]> = LOG_RATE
        .iter()
        .map(|b| {
            std::array::from_fn(|t| {
                let u = scaled(t);
                (b[0] + b[1] * u + b[2] * u * u).exp()
            })
        })
        .collect();
    let mut counts = Array2::zeros((persons, AGES));
    let mut exposure = kind.exposure.then(|| Array2::ones((persons, AGES)));
    for i in 0..persons {
        let k = group(rng.gen_range(0.0..1.0));
        for t in 0..AGES {
            let mut e = 1.0;
            if let Some(all) = &mut exposure
                && rng.gen_range(0.0..1.0) < AT_RISK
            {
                e = 1.0 - rng.gen_range(0.0..1.0 - LEAST_AT_RISK);
                all[[i, t]] = e;
            }
            if !(inflated && rng.gen_range(0.0..1.0) < ZERO_INFLATION[k]) {
                counts[[i, t]] = poisson(e * rate[k][t], rng.gen_range(0.0..1.0));
            }
        }
    }
    (counts, exposure)
}

/// The cohort of such matrices.
#[allow(dead_code)] // the benchmark of classifications needs none
pub(crate) fn cohort(kind: Kind, persons: usize) -> Cohort {
    let (counts, exposure) = matrices(kind, persons);
    Cohort::from_matrices(grid(), counts.view(), exposure.as_ref().map(|e| e.view()))
        .expect("generated counts and times at risk are in range")
}

/// The model that the cohorts are drawn from.
#[allow(dead_code)] // the benchmarks of cohorts need no model
pub(crate) fn truth(family: Family) -> Model {
    let groups = (0..4)
        .map(|k| Group {
            share: SHARES[k],
            coefficients: LOG_RATE[k].to_vec(),
            zero_coefficients: match family {
                Family::Poisson => Vec::new(),
                _ => vec![(ZERO_INFLATION[k] / (1.0 - ZERO_INFLATION[k])).ln()],
            },
            tau: None,
            dispersion: None,
        })
        .collect();
    Model::new(family, grid(), groups).expect("the parameters make a model")
}

/// The largest of these sizes is left out when benchmarks are only tried for running at all
/// (`cargo test --bench`, `cargo bench -- --test`), and so is everything above 10,000.
#[allow(dead_code)] // not every benchmark is of several sizes
pub(crate) fn sizes(all: &[usize]) -> Vec<usize> {
    // as Criterion tells: `cargo bench` says `--bench`, `cargo test` says nothing
    let says = |what: &str| std::env::args().any(|arg| arg == what);
    let trial = says("--test") || !says("--bench");
    all.iter().copied().filter(|&n| !trial || n <= 10_000).collect()
}

fn scaled(t: usize) -> f64 {
    2.0 * t as f64 / (AGES - 1) as f64 - 1.0
}

fn group(u: f64) -> usize {
    let mut below = 0.0;
    SHARES
        .iter()
        .position(|share| {
            below += share;
            u < below
        })
        .unwrap_or(SHARES.len() - 1)
}

/// The Poisson quantile of `u`, by adding up probabilities: rates here stay below 4.
fn poisson(rate: f64, u: f64) -> u32 {
    let (mut count, mut p) = (0, (-rate).exp());
    let mut sum = p;
    while u > sum && count < 100 {
        count += 1;
        p *= rate / f64::from(count);
        sum += p;
    }
    count
}
