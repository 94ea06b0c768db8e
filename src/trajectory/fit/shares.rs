//! Shares of classes and transitions between groupings, each with its interval.

use crate::trajectory::cells::pass::Engine;
use crate::trajectory::fit::precision::{Interval, Precision, Scale, interval};
use crate::trajectory::model::Model;
use crate::trajectory::spec::layout::Part;

/// Mean over the people fitted of each class's prior probability, and its gradient; empty without covariates of
/// membership, where everyone's is the same.
pub(crate) fn in_population(model: &Model, engine: &Engine<'_>) -> Vec<(f64, Vec<f64>)> {
    let (classes, terms) = (model.layout.classes, model.layout.terms);
    if terms == 1 {
        return Vec::new();
    }
    let prior = engine.log_prior(&model.theta);
    let cells = engine.cells;
    let mut weight = vec![0.0; prior.len() / classes];
    cells.x_of.iter().zip(&cells.weight).for_each(|(&r, w)| weight[r as usize] += w);
    let total: f64 = weight.iter().sum();
    let mut all = vec![(0.0, vec![0.0; model.layout.len()]); classes];
    for (r, w) in weight.iter().map(|w| w / total).enumerate() {
        let pi: Vec<f64> = prior[r * classes..(r + 1) * classes].iter().map(|l| l.exp()).collect();
        let x = cells.x_row(r);
        for (c, (share, gradient)) in all.iter_mut().enumerate() {
            *share += w * pi[c];
            for d in 1..classes {
                let slope = w * pi[c] * (if c == d { 1.0 } else { 0.0 } - pi[d]);
                (0..terms).for_each(|j| gradient[(d - 1) * terms + j] += slope * x[j]);
            }
        }
    }
    all
}

impl Precision<'_> {
    /// Share of each class among the people fitted, with its 95 % interval, symmetric on the logit scale: the mean of
    /// their probabilities of membership, which is [`crate::trajectory::GroupFit::share`]. Without covariates of membership that
    /// is [`Precision::shares`]. The people, and so their covariates, are taken as given. Where a coefficient of
    /// membership has no standard error the shares have none either: a covariate that separates groups makes every
    /// derivative 0, which would pass for certainty.
    pub fn population_shares(&self) -> Vec<Interval> {
        let all = &self.fit.inference.population;
        if all.is_empty() {
            return self.shares();
        }
        let ran_off = self.fit.undetermined().iter().any(|p| p.part == Part::Membership);
        let se = |g: &[f64], v: f64| self.se(g, v).filter(|_| !ran_off);
        let of = |(v, g): &(f64, Vec<f64>)| interval(*v, se(g, *v), Scale::Logit);
        all.iter().map(of).collect()
    }

    /// Share of each class with its 95 % interval, symmetric on the logit scale. With membership covariates it
    /// is the share among people with the mean of each; see [`Precision::population_shares`].
    pub fn shares(&self) -> Vec<Interval> {
        let (classes, terms) = (self.fit.model.layout.classes, self.fit.model.layout.terms);
        let x = &self.fit.model.typical_x;
        let pi = self.fit.model.prior(x);
        (0..classes)
            .map(|c| {
                let mut gradient = vec![0.0; self.fit.model.layout.len()];
                for d in 1..classes {
                    let slope = pi[c] * (if c == d { 1.0 } else { 0.0 } - pi[d]);
                    (0..terms).for_each(|j| gradient[(d - 1) * terms + j] = slope * x[j]);
                }
                interval(pi[c], self.se(&gradient, pi[c]), Scale::Logit)
            })
            .collect()
    }

    /// Probability of each group of the second outcome given the group of the first (dual models), row after
    /// row; none for other models.
    pub fn transitions(&self) -> Option<Vec<Vec<Interval>>> {
        let crate::trajectory::spec::Grouping::Dual(a, b) = self.fit.model.spec.grouping else { return None };
        let pi = self.fit.model.prior(&self.fit.model.typical_x);
        let terms = self.fit.model.layout.terms;
        let x = &self.fit.model.typical_x;
        let row = |g: usize| -> Vec<Interval> {
            let total: f64 = pi[g * b..(g + 1) * b].iter().sum();
            (0..b)
                .map(|h| {
                    let value = pi[g * b + h] / total;
                    let mut gradient = vec![0.0; self.fit.model.layout.len()];
                    for (l, &p) in pi[g * b..(g + 1) * b].iter().enumerate() {
                        let class = g * b + l;
                        if class > 0 {
                            let slope = value * (if l == h { 1.0 } else { 0.0 } - p / total);
                            (0..terms).for_each(|j| gradient[(class - 1) * terms + j] = slope * x[j]);
                        }
                    }
                    interval(value, self.se(&gradient, value), Scale::Logit)
                })
                .collect()
        };
        Some((0..a).map(row).collect())
    }
}
