//! People drawn from a model, in the shape of a panel: for parametric bootstraps and power studies.

use crate::error::{Error, Result};
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::cells::pass::predictors_of;
use crate::trajectory::data::panel::{Panel, Series};
use crate::trajectory::family::kernel::log_scale;
use crate::trajectory::model::Model;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

impl Model {
    /// People like those of a panel, with the class of each; see [`Model::simulate_like`].
    pub(crate) fn drawn_like(&self, like: &Panel, seed: u64) -> Result<(Panel, Vec<usize>)> {
        if like.grid != self.grid {
            return Err(Error::options("the panel has another age grid than the model"));
        }
        let dropout = self.spec.dropout.as_ref();
        let outcomes: Vec<(usize, &Series)> = self
            .spec
            .outcomes
            .iter()
            .enumerate()
            .filter_map(|(o, spec)| like.series.iter().find(|s| s.name == spec.series).map(|s| (o, s)))
            .collect();
        let wanted = self.spec.outcomes.len() - usize::from(dropout.is_some());
        let drawn_series = outcomes.iter().filter(|(o, _)| *o < wanted).count();
        if drawn_series != wanted {
            return Err(Error::options("the panel lacks a series of the model"));
        }
        let covariate = |name: &String| {
            like.covariates.iter().find(|(n, _)| n == name).map(|(_, v)| v).ok_or_else(|| missing(name))
        };
        let x = self.spec.membership.iter().map(covariate).collect::<Result<Vec<_>>>()?;
        for name in self.spec.outcomes[..wanted].iter().flat_map(|o| &o.varying) {
            like.varying.iter().find(|(n, _)| n == name).ok_or_else(|| missing(name))?;
        }
        let n = self.grid.len();
        let by_age: Vec<Vec<Vec<f64>>> = self
            .layout
            .blocks
            .iter()
            .map(|block| {
                let row = |t: usize| {
                    let mut row = vec![1.0];
                    block.bases.iter().for_each(|(basis, _)| row.extend(basis.row(self.grid.scaled(t))));
                    row
                };
                (0..n).map(row).collect()
            })
            .collect();
        let person = |i: usize| -> (usize, Vec<Vec<f64>>) {
            let mut rng = stream(seed, i as u64);
            let mut xi = vec![1.0];
            xi.extend(x.iter().map(|v| v[i]));
            let class = draw_class(&self.prior(&xi), rng.r#gen());
            let mut values = vec![vec![f64::NAN; n]; wanted];
            for &(o, series) in outcomes.iter().filter(|(o, _)| *o < wanted) {
                let (block, spec) = (&self.layout.blocks[o], &self.spec.outcomes[o]);
                let width = if spec.family.counts_events() { self.grid.width_years() } else { 1.0 };
                let varying: Vec<_> = spec
                    .varying
                    .iter()
                    .filter_map(|m| like.varying.iter().find(|(n, _)| n == m).map(|(_, v)| v))
                    .collect();
                let log_factor = if block.factor {
                    draw_factor(self.theta[block.variance_of(block.of_class[class])], &mut rng).ln()
                } else {
                    0.0
                };
                for t in 0..n {
                    // whoever may leave is followed to the end of the grid, unless they leave
                    let e = series.exposure.as_ref().map_or(1.0, |e| e[(i, t)]);
                    let known = varying.iter().all(|v| v[(i, t)].is_finite());
                    let observed = dropout.is_some() && known && e > 0.0 || !series.values[(i, t)].is_nan();
                    if observed {
                        let mut row = by_age[o][t].clone();
                        row.extend(varying.iter().map(|v| v[(i, t)]));
                        let mut p = predictors_of(block, block.of_class[class], &row, &self.theta);
                        p[0] += log_factor;
                        values[o][t] = block.kernel.draw(width * e, &p, &mut rng);
                    }
                }
            }
            if let Some(dropout) = dropout {
                let watched = self.spec.outcomes.iter().position(|o| o.series == dropout.series).unwrap_or(0);
                let first = like
                    .series
                    .iter()
                    .find(|s| s.name == dropout.series)
                    .and_then(|s| s.values.row(i).iter().position(|y| !y.is_nan()));
                let first = first.unwrap_or(n);
                let block = &self.layout.blocks[wanted];
                let mut left = first == n;
                for t in 0..n {
                    if t > first && !left {
                        let mut row = by_age[wanted][t].clone();
                        if dropout.after_last_value {
                            // the value at `first` is there, so there is a last one
                            row.extend(values[watched][..t].iter().rfind(|y| !y.is_nan()));
                        }
                        let p = predictors_of(block, block.of_class[class], &row, &self.theta);
                        left = block.kernel.draw(1.0, &p, &mut rng) > 0.5;
                    }
                    if left || t < first {
                        values.iter_mut().for_each(|v| v[t] = f64::NAN);
                    }
                }
            }
            (class, values)
        };
        let people: Vec<(usize, Vec<Vec<f64>>)> = (0..like.rows()).map_in_parallel(person);
        let mut panel = like.clone();
        panel.multiplicity = None;
        for (o, spec) in self.spec.outcomes[..wanted].iter().enumerate() {
            if let Some(series) = panel.series.iter_mut().find(|s| s.name == spec.series) {
                for (i, (_, values)) in people.iter().enumerate() {
                    for (t, &v) in values[o].iter().enumerate() {
                        series.values[(i, t)] = v;
                    }
                }
            }
        }
        Ok((panel, people.into_iter().map(|p| p.0).collect()))
    }
}

fn missing(name: &str) -> Error {
    Error::options(format!("the panel lacks the covariate `{name}` of the model"))
}

/// A gamma factor of mean 1.
fn draw_factor(ln_variance: f64, rng: &mut ChaCha8Rng) -> f64 {
    let variance = log_scale(ln_variance).exp();
    // refused for a variance of 0 only, when nobody differs
    Gamma::new(1.0 / variance, variance).map_or(1.0, |gamma| gamma.sample(rng))
}

fn draw_class(p: &[f64], u: f64) -> usize {
    let mut sum = 0.0;
    for (c, p) in p.iter().enumerate() {
        sum += p;
        if u < sum {
            return c;
        }
    }
    p.len() - 1
}
