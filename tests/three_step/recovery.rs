//! Known truth: cohorts of overlapping Poisson trajectories, the posteriors of the true model, and an outcome
//! or covariates related to the true groups. Bias and coverage are measured over many cohorts.

use super::support::note;
use super::support::simulate::{generator, poisson};
use pleegprofiel::ndarray::Array2;
use pleegprofiel::{
    AgeGrid, Assignment, CohortBuilder, Family, Group, Membership, OutcomeKind, PersonRow, RelateMethod,
    TrajectoryModel, WaldEstimate,
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

const PERSONS: usize = 1000;
const COHORTS: u64 = 2000;

const METHODS: [RelateMethod; 6] = [
    RelateMethod::Hard,
    RelateMethod::Proportional,
    RelateMethod::Bch(Assignment::Modal),
    RelateMethod::Bch(Assignment::Proportional),
    RelateMethod::MaximumLikelihood(Assignment::Modal),
    RelateMethod::MaximumLikelihood(Assignment::Proportional),
];

/// Three groups over ten years of age with these shares.
fn truth(shares: [f64; 3]) -> TrajectoryModel {
    let curves = [[-1.6, -0.3, -0.2], [-0.75, -0.9, -0.5], [0.0, 0.4, -0.4]];
    let groups = (0..3)
        .map(|k| Group { share: shares[k], coefficients: curves[k].to_vec(), zero_coefficients: vec![], tau: None })
        .collect();
    TrajectoryModel::new(Family::Poisson, AgeGrid::years(15, 24).unwrap(), groups).unwrap()
}

/// Posteriors under the true model of persons drawn from these groups.
fn posteriors(model: &TrajectoryModel, groups: &[usize], rng: &mut ChaCha8Rng) -> Array2<f64> {
    let rates: Vec<Vec<f64>> = (0..3).map(|k| model.rates(k)).collect();
    let mut builder = CohortBuilder::new(model.grid());
    for &k in groups {
        let counts: Vec<Option<u32>> = rates[k].iter().map(|&r| Some(poisson(r, rng))).collect();
        builder.push(PersonRow::new(&counts)).unwrap();
    }
    model.posteriors(&builder.finish()).unwrap()
}

fn draw(p: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let mut left: f64 = rng.r#gen();
    p.iter()
        .position(|p| {
            left -= p;
            left < 0.0
        })
        .unwrap_or(p.len() - 1)
}

fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (rng.r#gen(), rng.r#gen());
    (-2.0 * (1.0 - u).ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

fn relative_entropy(p: &Array2<f64>) -> f64 {
    let total: f64 = p.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
    1.0 - total / (p.nrows() as f64 * (p.ncols() as f64).ln())
}

/// Estimates of one quantity over cohorts.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    cohorts: f64,
    sum: f64,
    squares: f64,
    errors: f64,
    covered: f64,
}

impl Record {
    fn add(&mut self, estimate: WaldEstimate, truth: f64) {
        let d = estimate.value - truth;
        self.cohorts += 1.0;
        self.sum += d;
        self.squares += d * d;
        self.errors += estimate.standard_error.unwrap();
        let [low, high] = estimate.interval.unwrap();
        self.covered += f64::from(low <= truth && truth <= high);
    }

    fn bias(&self) -> f64 {
        self.sum / self.cohorts
    }

    fn spread(&self) -> f64 {
        (self.squares / self.cohorts - self.bias().powi(2)).sqrt()
    }

    /// Bias in units of its own simulation error.
    fn bias_z(&self) -> f64 {
        self.bias() / (self.spread() / self.cohorts.sqrt())
    }

    fn coverage(&self) -> f64 {
        self.covered / self.cohorts
    }

    fn note(&self, what: &str, truth: f64) {
        note(format_args!(
            "{what:60} truth {truth:7.3} bias {:+.4} (z {:+6.1}) spread {:.4} mean se {:.4} coverage {:.3} +- {:.3}",
            self.bias(),
            self.bias_z(),
            self.spread(),
            self.errors / self.cohorts,
            self.coverage(),
            (self.coverage() * (1.0 - self.coverage()) / self.cohorts).sqrt(),
        ));
    }
}

#[test]
fn outcome_measure() {
    let shares = [0.5, 0.3, 0.2];
    let model = truth(shares);
    let (mean, sd, proportion) = ([0.0, 0.5, 1.5], [1.0, 1.0, 1.3], [0.15, 0.35, 0.6]);
    let mut records = vec![[Record::default(); 10]; METHODS.len()];
    let mut entropy = 0.0;
    let mut failed = 0;
    for cohort in 0..COHORTS {
        let mut rng = generator(7_000 + cohort);
        let groups: Vec<usize> = (0..PERSONS).map(|_| draw(&shares, &mut rng)).collect();
        let p = posteriors(&model, &groups, &mut rng);
        entropy += relative_entropy(&p) / COHORTS as f64;
        let membership = Membership::new(p.view(), None).unwrap();
        let y: Vec<Option<f64>> = groups.iter().map(|&k| Some(mean[k] + sd[k] * normal(&mut rng))).collect();
        let b: Vec<Option<f64>> = groups.iter().map(|&k| Some(f64::from(rng.r#gen::<f64>() < proportion[k]))).collect();
        for (record, method) in records.iter_mut().zip(METHODS) {
            match membership.outcome(&y, OutcomeKind::Continuous, method) {
                Ok(result) => {
                    (0..3).for_each(|t| record[t].add(result.groups[t].mean, mean[t]));
                    record[3].add(result.differences[1].difference, mean[2] - mean[0]);
                    record[4].add(result.differences[2].difference, mean[2] - mean[1]);
                }
                Err(_) => failed += 1,
            }
            match membership.outcome(&b, OutcomeKind::Binary, method) {
                Ok(result) if result.overall.is_some() => {
                    (0..3).for_each(|t| record[5 + t].add(result.groups[t].mean, proportion[t]));
                    record[8].add(result.differences[1].difference, proportion[2] - proportion[0]);
                    record[9].add(result.differences[2].difference, proportion[2] - proportion[1]);
                }
                _ => failed += 1,
            }
        }
    }
    note(format_args!("relative entropy {entropy:.3}, failed {failed}"));
    let truths = [0.0, 0.5, 1.5, 1.5, 1.0, 0.15, 0.35, 0.6, 0.45, 0.25];
    for (record, method) in records.iter().zip(METHODS) {
        (0..10).for_each(|k| record[k].note(&format!("{method} {k}"), truths[k]));
    }
}

#[test]
fn predictor_measure() {
    // log odds over group 1: constant, a binary covariate, and one of five steps from -1 to 1
    let beta = [[-0.7, 0.8, 0.0], [-1.2, 0.4, 0.9]];
    let probabilities = |x: [f64; 2]| -> [f64; 3] {
        let e = beta.map(|b| (b[0] + b[1] * x[0] + b[2] * x[1]).exp());
        let total = 1.0 + e[0] + e[1];
        [1.0 / total, e[0] / total, e[1] / total]
    };
    let mut shares = [0.0; 3];
    for a in [0.0, 1.0] {
        for b in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            let p = probabilities([a, b]);
            (0..3).for_each(|k| shares[k] += p[k] / 10.0);
        }
    }
    let model = truth(shares);
    let mut records = vec![[Record::default(); 6]; METHODS.len()];
    let mut entropy = 0.0;
    let mut failed = 0;
    for cohort in 0..COHORTS {
        let mut rng = generator(90_000 + cohort);
        let x = Array2::from_shape_fn((PERSONS, 2), |(_, j)| {
            if j == 0 { f64::from(rng.r#gen_range(0..2_u8)) } else { f64::from(rng.r#gen_range(-2..3_i8)) / 2.0 }
        });
        let groups: Vec<usize> = (0..PERSONS).map(|i| draw(&probabilities([x[[i, 0]], x[[i, 1]]]), &mut rng)).collect();
        let p = posteriors(&model, &groups, &mut rng);
        entropy += relative_entropy(&p) / COHORTS as f64;
        let membership = Membership::new(p.view(), None).unwrap();
        for (record, method) in records.iter_mut().zip(METHODS) {
            match membership.predictors(&["a", "b"], x.view(), 1, method) {
                Ok(fit) => {
                    for (k, c) in fit.coefficients.iter().enumerate() {
                        record[k].add(c.estimate, beta[k / 3][k % 3]);
                    }
                }
                Err(_) => failed += 1,
            }
        }
    }
    note(format_args!("shares {shares:?} relative entropy {entropy:.3}, failed {failed}"));
    for (record, method) in records.iter().zip(METHODS) {
        (0..6).for_each(|k| record[k].note(&format!("{method} {k}"), beta[k / 3][k % 3]));
    }
}
