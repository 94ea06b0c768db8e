//! The likelihood of a general model straight from the formulas: every person, every class, every cell, the
//! parameters looked up by the names the model gives them. Shares no code with the crate.
//!
//! u_t = 2 t / (T - 1) - 1; lambda = e w exp(eta) with w the width of an interval in years for counts of
//! events. NB2 as in Cameron & Trivedi (2013), r = 1 / alpha:
//! `ln f = sum_{j<y} ln(r + j) - ln y! + r ln(r / (r + lambda)) + y ln(lambda / (r + lambda))`. Beta as in
//! Ferrari & Cribari-Neto (2004), censored normal as in Tobin (1958).

use super::table::Table;
use pleegprofiel::{
    Family, Model, Spec,
    trajectory::{Parameter, Part},
};
use serde_json::{Value, json};

/// What the formulas need to know of a model.
#[derive(Debug, Clone)]
pub(crate) struct Formulas {
    pub(crate) names: Vec<Parameter>,
    pub(crate) outcomes: Vec<Outcome>,
    /// Groups of the first and of the second grouping; 0 in the second place when there is one.
    pub(crate) grouping: [usize; 2],
}

#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) series: String,
    pub(crate) family: Family,
    pub(crate) bounds: [f64; 2],
}

/// What they give: by person, unweighted, and in sum.
#[derive(Debug, Clone)]
pub(crate) struct Evaluation {
    pub(crate) log_likelihood: f64,
    pub(crate) by_person: Vec<f64>,
    pub(crate) posteriors: Vec<Vec<f64>>,
}

/// A model with these parameters, from its published form.
pub(crate) fn model(spec: &Spec, table: &Table, value: &dyn Fn(&Parameter) -> f64) -> Model {
    let json = serde_json::to_value(spec).unwrap();
    let typical: Vec<Vec<f64>> = list(&json["outcomes"]).iter().map(|o| vec![0.0; list(&o["varying"]).len()]).collect();
    let mut typical_x = vec![1.0];
    typical_x.resize(1 + list(&json["membership"]).len(), 0.0);
    let with = |parameters: Vec<f64>| -> Option<Model> {
        serde_json::from_value(json!({
            "format": "pleegprofiel-general-model", "version": 1, "spec": json, "grid": table.grid,
            "parameters": parameters, "typical": typical, "typical_x": typical_x,
        }))
        .ok()
    };
    // only the right number of parameters is taken
    let empty = (0..500).find_map(|n| with(vec![0.0; n])).expect("a specification that makes a model");
    with(empty.parameter_names().iter().map(value).collect()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

impl Formulas {
    pub(crate) fn of(model: &Model) -> Formulas {
        let json = serde_json::to_value(model.spec()).unwrap();
        let outcomes = list(&json["outcomes"])
            .iter()
            .map(|o| {
                let end = |key: &str, none: f64| o[key].as_f64().unwrap_or(none);
                Outcome {
                    series: o["series"].as_str().unwrap().to_owned(),
                    family: serde_json::from_value(o["family"].clone()).unwrap(),
                    bounds: [end("floor", f64::NEG_INFINITY), end("ceiling", f64::INFINITY)],
                }
            })
            .collect();
        let grouping = match &json["grouping"] {
            g if g["single"].is_u64() => [g["single"].as_u64().unwrap() as usize, 0],
            g => [g["dual"][0].as_u64().unwrap() as usize, g["dual"][1].as_u64().unwrap() as usize],
        };
        Formulas { names: model.parameter_names().to_vec(), outcomes, grouping }
    }

    pub(crate) fn classes(&self) -> usize {
        self.grouping[0] * self.grouping[1].max(1)
    }

    pub(crate) fn group_of(&self, outcome: usize, class: usize) -> usize {
        match (self.grouping[1], outcome) {
            (0, _) => class,
            (b, 0) => class / b,
            (b, _) => class % b,
        }
    }

    /// Logarithms of a person's class probabilities.
    pub(crate) fn log_prior(&self, theta: &[f64], table: &Table, i: usize) -> Vec<f64> {
        let mut logit = vec![0.0; self.classes()];
        for (p, v) in self.names.iter().zip(theta).filter(|(p, _)| p.part == Part::Membership) {
            let x = match p.term.as_str() {
                "1" => 1.0,
                name => table.covariates.iter().find(|(n, _)| n == name).unwrap().1[i],
            };
            logit[p.group.unwrap().index()] += v * x;
        }
        let total = log_sum_exp(&logit);
        logit.iter().map(|l| l - total).collect()
    }

    /// eta, zeta, and the last predictor of a family, of a group in a cell.
    pub(crate) fn predictors(&self, theta: &[f64], table: &Table, o: usize, group: usize, at: [usize; 2]) -> [f64; 3] {
        let intervals = table.grid.len();
        let u = if intervals > 1 { 2.0 * at[1] as f64 / (intervals - 1) as f64 - 1.0 } else { 0.0 };
        let mut out = [0.0; 3];
        for (p, v) in self.names.iter().zip(theta) {
            if p.outcome != Some(o) || p.group.is_some_and(|g| g.index() != group) {
                continue;
            }
            let x = match p.term.as_str() {
                "1" => 1.0,
                "u" => u,
                term => match term.strip_prefix("u^") {
                    Some(power) => u.powi(power.parse().unwrap()),
                    None => table.varying.iter().find(|(n, _)| n == term).unwrap().1[at[0]][at[1]],
                },
            };
            let to = match p.part {
                Part::Curve => 0,
                Part::Zero => 1,
                _ => 2,
            };
            out[to] += v * x;
        }
        out
    }

    pub(crate) fn evaluate(&self, theta: &[f64], table: &Table) -> Evaluation {
        let (mut by_person, mut posteriors) = (Vec::new(), Vec::new());
        let flat = table.varying.is_empty();
        let found = |o: &Outcome| table.series.iter().position(|(n, _)| *n == o.series).unwrap();
        let at: Vec<usize> = self.outcomes.iter().map(found).collect();
        let groups = |o: usize| (0..self.classes()).map(|c| self.group_of(o, c)).max().unwrap() + 1;
        let by_age = |o: usize| -> Vec<Vec<[f64; 3]>> {
            let row = |t| (0..groups(o)).map(|g| self.predictors(theta, table, o, g, [0, t])).collect();
            (0..table.grid.len()).map(row).collect()
        };
        let curves: Vec<_> = (0..if flat { at.len() } else { 0 }).map(by_age).collect();
        for i in 0..table.persons() {
            let mut joint = self.log_prior(theta, table, i);
            for (o, outcome) in self.outcomes.iter().enumerate() {
                let counts = !matches!(outcome.family, Family::Bernoulli | Family::Beta | Family::CensoredNormal);
                let mut sums = vec![0.0; groups(o)];
                let mut totals = vec![(0.0, 0.0, 0.0); groups(o)];
                for (t, &y) in table.series[at[o]].1[i].iter().enumerate().filter(|(_, y)| !y.is_nan()) {
                    let e = table.exposure[at[o]].as_ref().map_or(1.0, |e| e[i][t]);
                    if e == 0.0 {
                        continue;
                    }
                    let e = if counts { e * table.grid.width_years() } else { e };
                    for (g, sum) in sums.iter_mut().enumerate() {
                        let p = if flat { curves[o][t][g] } else { self.predictors(theta, table, o, g, [i, t]) };
                        *sum += log_density(outcome, y, e, &p);
                        if outcome.family == Family::NegMultinomial {
                            totals[g] = (totals[g].0 + y, totals[g].1 + e * p[0].exp(), p[2]);
                        }
                    }
                }
                if outcome.family == Family::NegMultinomial {
                    sums.iter_mut().zip(&totals).for_each(|(sum, t)| *sum += factor(*t));
                }
                joint.iter_mut().enumerate().for_each(|(c, j)| *j += sums[self.group_of(o, c)]);
            }
            let total = log_sum_exp(&joint);
            by_person.push(total);
            posteriors.push(joint.iter().map(|j| (j - total).exp()).collect());
        }
        // compensated (Neumaier 1974): of two evaluators that differ by rounding this is the one to believe
        let (mut sum, mut lost) = (0.0_f64, 0.0);
        for (i, l) in by_person.iter().enumerate() {
            let x = table.weight(i) * l;
            let t = sum + x;
            lost += if sum.abs() >= x.abs() { (sum - t) + x } else { (x - t) + sum };
            sum = t;
        }
        Evaluation { log_likelihood: sum + lost, by_person, posteriors }
    }
}

/// What a gamma factor that is the same in all cells of a person adds to their Poisson densities, the factor integrated
/// out (Hausman, Hall & Griliches 1984, their eq. 2.5 with a free mean):
/// `lgamma(r + Y) - lgamma(r) + r ln r - (r + Y) ln(r + M) + M`, with r = 1 / alpha.
fn factor((y, m, ln_alpha): (f64, f64, f64)) -> f64 {
    let r = (-ln_alpha).exp();
    let rising: f64 = (0..y as u32).map(|j| (r + f64::from(j)).ln()).sum();
    rising + r * r.ln() - (r + y) * (r + m).ln() + m
}

fn log_density(outcome: &Outcome, y: f64, e: f64, p: &[f64; 3]) -> f64 {
    let [eta, zeta, last] = *p;
    let log_lambda = e.ln() + eta;
    let factorial = |y: f64| libm::lgamma(y + 1.0);
    let poisson = |y: f64| if y == 0.0 { 0.0 } else { y * log_lambda - factorial(y) } - log_lambda.exp();
    let negbin = |y: f64| {
        let (r, lambda) = ((-last).exp(), log_lambda.exp());
        let rising: f64 = (0..y as u32).map(|j| (r + f64::from(j)).ln()).sum();
        let seen = if y == 0.0 { 0.0 } else { y * (lambda / (r + lambda)).ln() };
        rising - factorial(y) - r * (lambda / r).ln_1p() + seen
    };
    let inflated = |count: f64, zeta: f64| match y == 0.0 {
        true => log_sum_exp(&[zeta, count]) - log_sum_exp(&[0.0, zeta]),
        false => count - log_sum_exp(&[0.0, zeta]),
    };
    match outcome.family {
        Family::Poisson | Family::NegMultinomial => poisson(y),
        Family::Zip => inflated(poisson(y), zeta),
        Family::ZipTau => inflated(poisson(y), -last.exp() * eta),
        Family::NegBin => negbin(y),
        Family::Zinb => inflated(negbin(y), zeta),
        Family::Bernoulli => -log_sum_exp(&[0.0, if y == 1.0 { -eta } else { eta }]),
        Family::CensoredNormal => {
            let sigma = last.exp();
            let z = (y - eta) / sigma;
            let below = |z: f64| (0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)).ln();
            match (y <= outcome.bounds[0], y >= outcome.bounds[1]) {
                (true, _) => below(z),
                (_, true) => below(-z),
                _ => -0.5 * z * z - sigma.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln(),
            }
        }
        Family::Beta => {
            let (mu, phi) = (1.0 / (1.0 + (-eta).exp()), last.exp());
            let (a, b) = (mu * phi, (1.0 - mu) * phi);
            libm::lgamma(phi) - libm::lgamma(a) - libm::lgamma(b) + (a - 1.0) * y.ln() + (b - 1.0) * (-y).ln_1p()
        }
        other => panic!("no formula for {other}"),
    }
}

pub(crate) fn log_sum_exp(x: &[f64]) -> f64 {
    let most = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    most + x.iter().map(|v| (v - most).exp()).sum::<f64>().ln()
}
