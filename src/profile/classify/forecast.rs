//! Forecast: further offences by age among people with alike histories.
//!
//! The distribution is the mixture of the groups' own by the posterior: it holds the uncertainty of the group and the
//! chance within it, not that of the model's parameters. It is worked out exactly, by convolution over ages within
//! each group, for people at liberty throughout. Where a person keeps a factor, what was seen so far says how large it
//! is: then ages ahead are negative binomial, and so is their sum (see `kept`).

use super::cells::{Cells, LEFT, MOST, SoFar};
use crate::cohort::grid::AgeGrid;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;

/// A count that is not yet known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Predicted {
    /// Expected number.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: u32,
    /// Upper end of the interval.
    pub high: u32,
    /// Probability of at least one.
    pub any: f64,
}

/// What is expected of one age interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ForecastAge {
    /// The exact age at which it begins, in years.
    pub from: f64,
    /// The exact age at which it ends, in years.
    pub to: f64,
    /// Offences in it.
    pub offences: Predicted,
    /// Offences from the first forecast age up to its end.
    pub upto: Predicted,
}

/// Further offences of people with alike histories, at liberty throughout; no statement about this person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Forecast {
    /// Probability of the intervals: as much again lies below as above them, and together at most the rest.
    pub level: f64,
    /// By age.
    pub ages: Vec<ForecastAge>,
}

impl Forecast {
    /// Of the intervals ahead, given the posterior of each group and what was seen so far.
    pub(super) fn of(
        cells: &Cells,
        grid: AgeGrid,
        posterior: &[f64],
        (so_far, ahead): (&SoFar, Range<usize>),
        level: f64,
    ) -> Forecast {
        let first = ahead.start;
        let together = |k: usize, t: usize| cells.together(k, first..t + 1, so_far);
        Forecast::mixed(grid, posterior, ahead, level, (|k, t| cells.ahead(k, t, so_far), together))
    }

    /// Of Poisson counts with these means, by component of the mixture and interval.
    pub(super) fn poisson(
        grid: AgeGrid,
        weights: &[f64],
        ahead: Range<usize>,
        level: f64,
        mean: impl Fn(usize, usize) -> f64,
    ) -> Forecast {
        let one = |k: usize, t: usize| {
            let mean = mean(k, t);
            let (mut p, mut all, mut left) = ((-mean).exp(), Vec::new(), 1.0);
            while left > LEFT && all.len() < MOST {
                all.push(p);
                left -= p;
                p *= mean / all.len() as f64;
            }
            if let Some(last) = all.last_mut() {
                *last += left.max(0.0);
            }
            (mean, Cow::Owned(all))
        };
        Forecast::mixed(grid, weights, ahead, level, (one, |_, _| None))
    }

    /// Of a mixture: mean and distribution of each component in each interval; and the distribution of all from the first
    /// to an interval together, where they are not independent within the component.
    fn mixed<'a>(
        grid: AgeGrid,
        weights: &[f64],
        ahead: Range<usize>,
        level: f64,
        (one, together): (impl Fn(usize, usize) -> (f64, Cow<'a, [f64]>), impl Fn(usize, usize) -> Option<Vec<f64>>),
    ) -> Forecast {
        let mut upto: Vec<Vec<f64>> = vec![vec![1.0]; weights.len()];
        let mut mean_upto = 0.0;
        let ages = ahead
            .map(|t| {
                let (means, each): (Vec<f64>, Vec<Cow<'a, [f64]>>) = (0..weights.len()).map(|k| one(k, t)).unzip();
                for (k, (sum, one)) in upto.iter_mut().zip(&each).enumerate() {
                    *sum = together(k, t).unwrap_or_else(|| convolve(sum, one));
                }
                let mean: f64 = weights.iter().zip(&means).map(|(p, mean)| p * mean).sum();
                mean_upto += mean;
                ForecastAge {
                    from: grid.start_age(t),
                    to: grid.start_age(t + 1),
                    offences: predicted(weights, &each, mean, level),
                    upto: predicted(weights, &upto, mean_upto, level),
                }
            })
            .collect();
        Forecast { level, ages }
    }
}

fn convolve(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; (a.len() + b.len() - 1).min(MOST)];
    let last = sum.len() - 1;
    for (i, x) in a.iter().enumerate().filter(|(_, x)| **x > 0.0) {
        for (j, y) in b.iter().enumerate() {
            sum[(i + j).min(last)] += x * y;
        }
    }
    // a tail that no longer matters is not carried on
    let mut tail = 0.0;
    while sum.len() > 1 && tail + sum[sum.len() - 1] < LEFT {
        tail += sum.pop().unwrap_or(0.0);
    }
    if let Some(last) = sum.last_mut() {
        *last += tail;
    }
    sum
}

fn predicted<D: AsRef<[f64]>>(posterior: &[f64], by_group: &[D], mean: f64, level: f64) -> Predicted {
    let p = |y: usize| -> f64 {
        posterior.iter().zip(by_group).map(|(w, d)| w * d.as_ref().get(y).copied().unwrap_or(0.0)).sum()
    };
    let longest = by_group.iter().map(|d| d.as_ref().len()).max().unwrap_or(1);
    let tail = 0.5 * (1.0 - level);
    let (mut low, mut high, mut sum) = (None, None, 0.0);
    for y in 0..longest {
        sum += p(y);
        if low.is_none() && sum > tail {
            low = Some(y as u32);
        }
        if high.is_none() && sum >= 1.0 - tail {
            high = Some(y as u32);
        }
    }
    let end = longest as u32 - 1;
    Predicted { mean, low: low.unwrap_or(end), high: high.unwrap_or(end), any: (1.0 - p(0)).max(0.0) }
}
