//! Known truth: cohorts of overlapping Poisson trajectories, the posteriors of the true model, and an outcome
//! or covariates related to the true groups. Bias and coverage are measured over many cohorts.

use crate::support::note;
use crate::support::simulate::{generator, poisson};
use pleegprofiel::{
    AgeGrid, Cohort, Family, Model, PersonRow, Spec,
    cohort::CohortBuilder,
    ndarray::{Array2, Axis},
    trajectory::{
        Group, GroupNumber,
        relate::{Assignment, Membership, OutcomeKind, RelateFinding, RelateMethod, WaldEstimate},
    },
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

const PERSONS: usize = 1000;
/// Binomial error of a coverage of 95 %: 0.7 percentage points.
const COHORTS: u64 = 1000;
/// Bias of a corrected method, in units of its simulation error: of thirty quantities one in two thousand
/// runs would show one beyond this.
const BIAS_Z: f64 = 4.2;

const ML: RelateMethod = RelateMethod::MaximumLikelihood(Assignment::Modal);
const METHODS: [RelateMethod; 5] = [
    RelateMethod::Hard,
    RelateMethod::Proportional,
    RelateMethod::Bch(Assignment::Modal),
    RelateMethod::Bch(Assignment::Proportional),
    ML,
];

/// Three groups over ten years of age with these shares.
fn truth(shares: [f64; 3]) -> Model {
    let curves = [[-1.6, -0.3, -0.2], [-0.75, -0.9, -0.5], [0.0, 0.4, -0.4]];
    let groups = (0..3).map(|k| Group::poisson(shares[k], curves[k])).collect();
    Model::new(Family::Poisson, AgeGrid::years(15, 24).unwrap(), groups).unwrap()
}

/// Histories of persons of these groups.
fn counts(model: &Model, groups: &[usize], rng: &mut ChaCha8Rng) -> Cohort {
    let rates: Vec<Vec<f64>> = (0..3).map(|k| model.rates(k)).collect();
    let mut builder = CohortBuilder::new(model.grid());
    for &k in groups {
        let counts: Vec<Option<u32>> = rates[k].iter().map(|&r| Some(poisson(r, rng))).collect();
        builder.push(PersonRow::new(&counts)).unwrap();
    }
    builder.finish()
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

/// Where the posteriors come from.
#[derive(Debug, Clone, Copy, PartialEq)]
enum StepOne {
    Known,
    Estimated,
}

/// Posteriors of a fit, its groups in order of their rates; `None` when the fit is not to be trusted.
fn fitted_posteriors(cohort: &Cohort) -> Option<Array2<f64>> {
    let fit = Spec::counts(Family::Poisson).groups(3).degree(2).starts(6).fit(cohort).ok()?;
    let model = fit.best().ok()?;
    let mut order: Vec<usize> = (0..3).collect();
    let level = |k: usize| model.rates(k).iter().sum::<f64>();
    order.sort_by(|&a, &b| level(a).total_cmp(&level(b)));
    Some(model.posteriors(cohort).ok()?.select(Axis(1), &order))
}

/// A named quantity and its true value, with what each method made of it.
struct Quantity {
    name: &'static str,
    truth: f64,
    by_method: Vec<Record>,
}

fn quantities(list: &[(&'static str, f64)]) -> Vec<Quantity> {
    let new = |&(name, truth): &(&'static str, f64)| Quantity {
        name,
        truth,
        by_method: vec![Record::default(); METHODS.len()],
    };
    list.iter().map(new).collect()
}

fn take(quantities: &mut [Quantity], method: usize, estimates: impl IntoIterator<Item = WaldEstimate>) {
    for (quantity, estimate) in quantities.iter_mut().zip(estimates) {
        quantity.by_method[method].add(estimate, quantity.truth);
    }
}

fn report(quantities: &[Quantity]) {
    for (m, method) in METHODS.iter().enumerate() {
        quantities.iter().for_each(|q| q.by_method[m].note(&format!("{method}: {}", q.name), q.truth));
    }
}

/// Means and differences of a normal and a binary outcome over cohorts.
fn outcomes(step_one: StepOne, cohorts: u64) -> (Vec<Quantity>, Vec<Quantity>, f64) {
    let shares = [0.5, 0.3, 0.2];
    let model = truth(shares);
    let (mean, sd, proportion) = ([0.0, 0.5, 1.5], [1.0, 1.0, 1.3], [0.15, 0.35, 0.6]);
    let of = |m: [f64; 3]| {
        let names = ["mean 1", "mean 2", "mean 3", "2 - 1", "3 - 1", "3 - 2"];
        let values = [m[0], m[1], m[2], m[1] - m[0], m[2] - m[0], m[2] - m[1]];
        quantities(&names.into_iter().zip(values).collect::<Vec<_>>())
    };
    let (mut normals, mut binaries, mut entropy, mut skipped) = (of(mean), of(proportion), 0.0, 0);
    for cohort in 0..cohorts {
        let mut rng = generator(7_000 + cohort);
        let groups: Vec<usize> = (0..PERSONS).map(|_| draw(&shares, &mut rng)).collect();
        let drawn = counts(&model, &groups, &mut rng);
        let y: Vec<Option<f64>> = groups.iter().map(|&k| Some(mean[k] + sd[k] * normal(&mut rng))).collect();
        let b: Vec<Option<f64>> = groups.iter().map(|&k| Some(f64::from(rng.r#gen::<f64>() < proportion[k]))).collect();
        let p = match step_one {
            StepOne::Known => Some(model.posteriors(&drawn).unwrap()),
            StepOne::Estimated => fitted_posteriors(&drawn),
        };
        let Some(p) = p else {
            skipped += 1;
            continue;
        };
        entropy += relative_entropy(&p) / cohorts as f64;
        let membership = Membership::new(p.view(), None).unwrap();
        for (m, method) in METHODS.into_iter().enumerate() {
            let fits = [(&mut normals, &y, OutcomeKind::Continuous), (&mut binaries, &b, OutcomeKind::Binary)];
            for (quantities, outcome, kind) in fits {
                match membership.outcome(outcome, kind, method) {
                    Ok(r) if r.overall.is_some() => {
                        let differences = r.differences.iter().map(|d| d.difference);
                        take(quantities, m, r.groups.iter().map(|g| g.mean).chain(differences));
                    }
                    _ => skipped += 1,
                }
            }
        }
    }
    note(format_args!("{step_one:?}: relative entropy {entropy:.3}, {skipped} skipped"));
    report(&normals);
    report(&binaries);
    assert!(step_one == StepOne::Estimated || skipped == 0);
    (normals, binaries, entropy)
}

/// Coefficients of a multinomial logit over cohorts.
fn predictors(step_one: StepOne, cohorts: u64) -> (Vec<Quantity>, f64) {
    // log odds over group 1: constant, a covariate of 0 and 1, and one of five steps from -1 to 1
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
    let names = ["2: constant", "2: a", "2: b", "3: constant", "3: a", "3: b"];
    let mut all = quantities(&names.into_iter().zip(beta.concat()).collect::<Vec<_>>());
    let (mut entropy, mut skipped) = (0.0, 0);
    for cohort in 0..cohorts {
        let mut rng = generator(90_000 + cohort);
        let x = Array2::from_shape_fn((PERSONS, 2), |(_, j)| {
            if j == 0 { f64::from(rng.r#gen_range(0..2_u8)) } else { f64::from(rng.r#gen_range(-2..3_i8)) / 2.0 }
        });
        let groups: Vec<usize> = (0..PERSONS).map(|i| draw(&probabilities([x[[i, 0]], x[[i, 1]]]), &mut rng)).collect();
        let drawn = counts(&model, &groups, &mut rng);
        let p = match step_one {
            StepOne::Known => Some(model.posteriors(&drawn).unwrap()),
            StepOne::Estimated => fitted_posteriors(&drawn),
        };
        let Some(p) = p else {
            skipped += 1;
            continue;
        };
        entropy += relative_entropy(&p) / cohorts as f64;
        let membership = Membership::new(p.view(), None).unwrap();
        for (m, method) in METHODS.into_iter().enumerate() {
            match membership.predictors(&["a", "b"], x.view(), GroupNumber::of_index(0), method) {
                Ok(fit) => take(&mut all, m, fit.coefficients.iter().map(|c| c.estimate)),
                Err(_) => skipped += 1,
            }
        }
    }
    note(format_args!("{step_one:?}: relative entropy {entropy:.3}, {skipped} skipped"));
    report(&all);
    assert!(step_one == StepOne::Estimated || skipped == 0);
    (all, entropy)
}

fn uncorrected(quantity: &Quantity) -> [Record; 2] {
    [quantity.by_method[0], quantity.by_method[1]]
}

fn corrected(quantity: &Quantity) -> &[Record] {
    &quantity.by_method[2..]
}

#[track_caller]
fn unbiased_and_covered(quantity: &Quantity) {
    for record in corrected(quantity) {
        assert!(record.bias_z().abs() < BIAS_Z, "{}: {record:?}", quantity.name);
        assert!((0.93..=0.97).contains(&record.coverage()), "{}: {record:?}", quantity.name);
    }
}

#[test]
fn outcome_differences_shrink_without_correction_and_are_right_with_it() {
    let (normals, binaries, entropy) = outcomes(StepOne::Known, COHORTS);
    assert!((0.5..0.7).contains(&entropy));
    normals.iter().chain(&binaries).for_each(unbiased_and_covered);
    // the difference between groups 1 and 3: of 1.50 a sixth is lost by hard, a quarter by shared assignment
    let [hard, shared] = uncorrected(&normals[4]);
    assert!((hard.bias() + 0.25).abs() < 0.02 && hard.coverage() < 0.5, "{hard:?}");
    assert!((shared.bias() + 0.38).abs() < 0.02 && shared.coverage() < 0.1, "{shared:?}");
    // of 45 percentage points 8 and 12
    let [hard, shared] = uncorrected(&binaries[4]);
    assert!((hard.bias() + 0.078).abs() < 0.006, "{hard:?}");
    assert!((shared.bias() + 0.116).abs() < 0.006, "{shared:?}");
}

#[test]
fn effects_on_membership_shrink_without_correction_and_are_right_with_it() {
    let (coefficients, entropy) = predictors(StepOne::Known, COHORTS);
    assert!((0.5..0.7).contains(&entropy));
    for k in [1, 2, 4, 5] {
        unbiased_and_covered(&coefficients[k]);
    }
    // constants say how large groups are, which the posteriors know better than the assignments: fixed
    // classification errors make their intervals too wide
    for k in [0, 3] {
        for record in corrected(&coefficients[k]) {
            assert!(record.bias_z().abs() < BIAS_Z && record.coverage() >= 0.94, "{record:?}");
        }
    }
    // of a log odds ratio of 0.80 hard assignment loses 0.36, shared assignment 0.50
    let [hard, shared] = uncorrected(&coefficients[1]);
    assert!((hard.bias() + 0.36).abs() < 0.03 && hard.coverage() < 0.5, "{hard:?}");
    assert!((shared.bias() + 0.50).abs() < 0.03 && shared.coverage() < 0.1, "{shared:?}");
}

#[test]
fn a_skewed_outcome_misleads_normal_likelihood_and_not_bch() {
    let shares = [0.5, 0.3, 0.2];
    let (model, scale) = (truth(shares), [1.0, 1.5, 2.5]);
    let mut all = quantities(&[("mean 1", scale[0]), ("mean 2", scale[1]), ("mean 3", scale[2])]);
    for cohort in 0..300 {
        let mut rng = generator(400_000 + cohort);
        let groups: Vec<usize> = (0..PERSONS).map(|_| draw(&shares, &mut rng)).collect();
        let p = model.posteriors(&counts(&model, &groups, &mut rng)).unwrap();
        let membership = Membership::new(p.view(), None).unwrap();
        // exponential: as amounts of money or days in custody go
        let y: Vec<Option<f64>> = groups.iter().map(|&k| Some(-scale[k] * (1.0 - rng.r#gen::<f64>()).ln())).collect();
        for (m, method) in METHODS.into_iter().enumerate().skip(2) {
            let result = membership.outcome(&y, OutcomeKind::Continuous, method).unwrap();
            take(&mut all, m, result.groups.iter().map(|g| g.mean));
            let told = result.findings.iter().any(|f| matches!(f, RelateFinding::DisagreesWithBch { .. }));
            assert_eq!(told, method == ML, "cohort {cohort}");
        }
    }
    report(&all);
    for quantity in &all {
        assert!(quantity.by_method[2].bias_z().abs() < BIAS_Z && quantity.by_method[3].bias_z().abs() < BIAS_Z);
    }
    assert!(all[2].by_method[4].bias() > 0.5, "{:?}", all[2].by_method[4]);
}

#[test]
#[ignore = "fits 800 models: what ignoring the uncertainty of step 1 costs, for the module's documentation"]
fn intervals_are_somewhat_short_when_the_model_is_estimated_too() {
    outcomes(StepOne::Estimated, 400);
    predictors(StepOne::Estimated, 400);
}
