//! A gamma factor that each person keeps, of a record as it grows: what the ages seen so far say of the ages after them.
//!
//! Cells with a factor hang together within a group, so the probability of a count is one given what came before it:
//! with `Y` offences where `M` were expected, the factor is gamma with mean `(1 + alpha Y) / (1 + alpha M)` and variance
//! `alpha` times that over `1 + alpha M`, and the next count negative binomial. The product over ages is the negative
//! multinomial (see `trajectory/mixture/factor.rs`).
//!
//! Does not belong here: the curves (`cells`), whose means are given.

use super::cells::{LEFT, Lanes, MOST, WIDE};
use crate::trajectory::family::kernel::{log_scale, rising};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

/// Totals up to this are looked up.
const TOTALS: usize = 128;

/// What has been seen of a person in one group: offences, and how many its curve expected.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Past {
    pub(super) total: f64,
    pub(super) expected: f64,
}

/// The factors of a model's groups.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    ln_alpha: Vec<f64>,
    alpha: Vec<f64>,
    /// `sum_(j<Y) ln(1 + alpha j)`: by total, a group each.
    rising: Vec<f64>,
}

impl Kept {
    /// Of these variances, a group each.
    pub(super) fn new(ln_alpha: &[f64]) -> Kept {
        let ln_alpha: Vec<f64> = ln_alpha.iter().map(|a| log_scale(*a)).collect();
        let one = |y: usize| ln_alpha.iter().map(move |&a| rising(y as f64, a)[0]).collect::<Vec<_>>();
        let rising = (0..TOTALS).flat_map(one).collect();
        Kept { alpha: ln_alpha.iter().map(|a| a.exp()).collect(), ln_alpha, rising }
    }

    fn rising(&self, k: usize, total: f64) -> f64 {
        let at = total as usize;
        if at < TOTALS { self.rising[at * self.alpha.len() + k] } else { rising(total, self.ln_alpha[k])[0] }
    }

    /// By how much the logarithm of a record's probability exceeds that of independent Poisson cells.
    pub(super) fn excess(&self, k: usize, past: Past) -> f64 {
        let Past { total, expected } = past;
        let log = (self.alpha[k] * expected).ln_1p();
        self.rising(k, total) - log / self.alpha[k] - total * log + expected
    }

    /// Adds that to the sums of all groups, `total` offences having been seen where so many were expected.
    pub(super) fn add_excess(&self, sums: &mut Lanes, total: f64, expected: &Lanes) {
        for k in 0..self.alpha.len() {
            let (b, l) = (k / WIDE, k % WIDE);
            sums[b][l] += self.excess(k, Past { total, expected: expected[b][l] });
        }
    }

    /// `ln P(nothing)` over ages at which so many are expected, given the past.
    pub(super) fn ln_none(&self, k: usize, mean: f64, past: Past) -> f64 {
        // ln((1 + alpha M) / (1 + alpha (M + mean))), without taking the difference of two logarithms
        let a = self.alpha[k];
        let step = (a * mean / (1.0 + a * past.expected)).ln_1p();
        -(1.0 / a + past.total) * step
    }

    /// `ln P(count)` over ages at which so many are expected, given the past.
    pub(super) fn ln_next(&self, k: usize, count: u32, mean: f64, past: Past) -> f64 {
        let y = f64::from(count);
        let none = self.ln_none(k, mean, past);
        if count == 0 {
            return none;
        }
        let upto = self.alpha[k] * (past.expected + mean);
        none + y * (mean.ln() - upto.ln_1p()) - libm::lgamma(y + 1.0) + self.rising(k, past.total + y)
            - self.rising(k, past.total)
    }

    /// Expected factor given the past.
    pub(super) fn factor(&self, k: usize, past: Past) -> f64 {
        (1.0 + self.alpha[k] * past.total) / (1.0 + self.alpha[k] * past.expected)
    }

    /// `1 / (1 + alpha M)`: what is left of an unexpected offence once people may differ.
    pub(super) fn damping(&self, k: usize, expected: f64) -> f64 {
        1.0 / (1.0 + self.alpha[k] * expected)
    }

    /// A factor of somebody with this past.
    pub(super) fn draw(&self, k: usize, past: Past, rng: &mut ChaCha8Rng) -> f64 {
        let (shape, rate) = (1.0 / self.alpha[k] + past.total, 1.0 / self.alpha[k] + past.expected);
        Gamma::new(shape, 1.0 / rate).map_or(self.factor(k, past), |gamma| gamma.sample(rng))
    }

    /// Probabilities of 0, 1, 2, .. over ages at which so many are expected, given the past; the last of them holds what
    /// is left.
    pub(super) fn distribution(&self, k: usize, mean: f64, past: Past) -> Vec<f64> {
        let (mut all, mut left) = (Vec::new(), 1.0);
        while left > LEFT && all.len() < MOST {
            let p = self.ln_next(k, all.len() as u32, mean, past).exp();
            left -= p;
            all.push(p);
        }
        if let Some(last) = all.last_mut() {
            *last += left.max(0.0);
        }
        all
    }
}
