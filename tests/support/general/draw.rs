//! People drawn from a model by its formulas, with a seeded generator of the test's own.

use super::formulas::{Formulas, Outcome};
use super::table::Table;
use pleegprofiel::{Family, Model};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Gamma, Normal, Poisson};

/// Fills every observed cell of `like` (anything but NaN) with draws; returns the class of everyone too.
pub(crate) fn people(model: &Model, like: &Table, seed: u64) -> (Table, Vec<usize>) {
    let formulas = Formulas::of(model);
    let theta = model.parameters();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut table = like.clone();
    let mut classes = Vec::new();
    for i in 0..like.persons() {
        let class = pick(&formulas.log_prior(theta, like, i), &mut rng);
        classes.push(class);
        for (o, outcome) in formulas.outcomes.iter().enumerate() {
            let Some(s) = like.series.iter().position(|(n, _)| *n == outcome.series) else { continue };
            let mut factor = 1.0;
            if outcome.family == Family::NegMultinomial {
                let p = formulas.predictors(theta, like, o, formulas.group_of(o, class), [i, 0]);
                factor = Gamma::new((-p[2]).exp(), p[2].exp()).unwrap().sample(&mut rng);
            }
            for t in 0..like.grid.len() {
                if !like.series[s].1[i][t].is_nan() {
                    let p = formulas.predictors(theta, like, o, formulas.group_of(o, class), [i, t]);
                    let e = like.exposure[s].as_ref().map_or(1.0, |e| e[i][t]);
                    table.series[s].1[i][t] = cell(outcome, factor * e * like.grid.width_years(), &p, &mut rng);
                }
            }
        }
    }
    (table, classes)
}

fn pick(log_p: &[f64], rng: &mut ChaCha8Rng) -> usize {
    let mut left: f64 = rng.r#gen();
    for (c, p) in log_p.iter().enumerate() {
        left -= p.exp();
        if left < 0.0 {
            return c;
        }
    }
    log_p.len() - 1
}

pub(crate) fn cell(outcome: &Outcome, e: f64, p: &[f64; 3], rng: &mut ChaCha8Rng) -> f64 {
    let [eta, zeta, last] = *p;
    let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
    let lambda = e * eta.exp();
    let zero = match outcome.family {
        Family::Zip | Family::Zinb => expit(zeta),
        Family::ZipTau => expit(-last.exp() * eta),
        _ => 0.0,
    };
    if rng.r#gen::<f64>() < zero {
        return 0.0;
    }
    match outcome.family {
        Family::Poisson | Family::Zip | Family::ZipTau | Family::NegMultinomial => {
            if lambda > 1e-12 {
                Poisson::new(lambda).unwrap().sample(rng).max(0.0)
            } else {
                0.0
            }
        }
        Family::NegBin | Family::Zinb => {
            let mean = Gamma::new((-last).exp(), last.exp() * lambda).unwrap().sample(rng);
            if mean > 1e-12 { Poisson::new(mean).unwrap().sample(rng).max(0.0) } else { 0.0 }
        }
        Family::Bernoulli => f64::from(u8::from(rng.r#gen::<f64>() < expit(eta))),
        Family::CensoredNormal => {
            Normal::new(eta, last.exp()).unwrap().sample(rng).clamp(outcome.bounds[0], outcome.bounds[1])
        }
        Family::Beta => {
            let (mu, phi) = (expit(eta), last.exp());
            Beta::new(mu * phi, (1.0 - mu) * phi).unwrap().sample(rng).clamp(1e-12, 1.0 - 1e-12)
        }
        other => panic!("no draw for {other}"),
    }
}
