//! Scores of single predictions and their means, and calibration in the large.

use super::super::discrimination::auc::both_classes;
use super::super::runs::Ordered;
use super::super::undefined::{Defined, Measured, Undefined};
use crate::numeric::p_values::normal_two_sided;

/// The Brier score: the mean of `(p - y)^2`, from 0 to 1 (some software halves it).
#[derive(Debug, Clone, PartialEq)]
pub struct Brier {
    /// The score with standard error `sd / sqrt(n)`, divisor `n - 1`; not there for one person.
    pub score: Defined<Measured>,
    /// The score, which is always there.
    pub value: f64,
    /// `1 - brier / (ybar (1 - ybar))`: part of the variance of the outcome that is explained (the index of
    /// prediction accuracy); below 0 for predictions worse than the mean.
    pub scaled: Defined<f64>,
    /// Murphy's parts, on the distinct risks, where they add up exactly.
    pub murphy: Murphy,
}

/// `brier = reliability - resolution + uncertainty`, exactly, on distinct values of the risk. With a continuous risk
/// everybody is a value apart and reliability means nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Murphy {
    /// `sum n_k (p_k - o_k)^2 / n`.
    pub reliability: f64,
    /// `sum n_k (o_k - ybar)^2 / n`.
    pub resolution: f64,
    /// `ybar (1 - ybar)`.
    pub uncertainty: f64,
    /// Number of distinct risks.
    pub values: usize,
}

pub(crate) fn brier(people: &Ordered) -> Brier {
    let total = people.total();
    let ybar = people.cases / total;
    let [sum, reliability, resolution, weight_sq] = people.sum(|r| {
        let (miss, hit) = (r.value * r.value, (1.0 - r.value) * (1.0 - r.value));
        let size = r.size();
        let observed = r.case / size;
        [
            r.case * hit + r.control * miss,
            size * (r.value - observed) * (r.value - observed),
            size * (observed - ybar) * (observed - ybar),
            r.case_sq + r.control_sq,
        ]
    });
    let value = sum / total;
    let [squares] = people.sum(|r| {
        let (miss, hit) = (r.value * r.value - value, (1.0 - r.value) * (1.0 - r.value) - value);
        [r.case_sq * hit * hit + r.control_sq * miss * miss]
    });
    let n = total * total / weight_sq;
    let score = if n <= 1.0 {
        Err(Undefined::new("one person: no standard error"))
    } else {
        Ok(Measured::normal(value, (squares / (total * total) * n / (n - 1.0)).sqrt()).within(0.0, 1.0))
    };
    let uncertainty = ybar * (1.0 - ybar);
    let scaled = both_classes(people.cases, people.controls).map(|()| 1.0 - value / uncertainty);
    let murphy = Murphy {
        reliability: reliability / total,
        resolution: resolution / total,
        uncertainty,
        values: people.distinct(),
    };
    Brier { score, value, scaled, murphy }
}

/// Mean of `-ln` of the probability given to what happened. Nothing is clipped: a risk of 0 for someone who reoffends
/// makes it infinite.
pub(crate) fn log_score(people: &Ordered) -> f64 {
    let part = |weight: f64, ln: f64| if weight > 0.0 { -weight * ln } else { 0.0 };
    let [sum] = people.sum(|r| [part(r.case, r.value.ln()) + part(r.control, (-r.value).ln_1p())]);
    sum / people.total()
}

/// Calibration in the large, on the scale of probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanCalibration {
    /// Part of people with the outcome.
    pub observed: f64,
    /// Mean risk.
    pub expected: f64,
    /// `observed - expected`, with the standard error of the mean of `y - p`.
    pub difference: Measured,
    /// `observed / expected`; infinite when every risk is 0.
    pub ratio: f64,
}

pub(crate) fn mean_calibration(people: &Ordered) -> MeanCalibration {
    let total = people.total();
    let [sum, weight_sq] = people.sum(|r| [r.size() * r.value, r.case_sq + r.control_sq]);
    let (observed, expected) = (people.cases / total, sum / total);
    let mean = observed - expected;
    let [squares] = people.sum(|r| {
        let (hit, miss) = (1.0 - r.value - mean, -r.value - mean);
        [r.case_sq * hit * hit + r.control_sq * miss * miss]
    });
    let n = total * total / weight_sq;
    let se = if n > 1.0 { (squares / (total * total) * n / (n - 1.0)).sqrt() } else { f64::NAN };
    MeanCalibration { observed, expected, difference: Measured::normal(mean, se), ratio: observed / expected }
}

/// Spiegelhalter's test of calibration: `z = sum (y - p)(1 - 2p) / sqrt(sum (1 - 2p)^2 p (1 - p))`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spiegelhalter {
    /// Standard normal if the risks are right.
    pub z: f64,
    /// Two-sided p-value.
    pub p: f64,
}

pub(crate) fn spiegelhalter(people: &Ordered) -> Defined<Spiegelhalter> {
    let [up, variance] = people.sum(|r| {
        let (p, q) = (r.value, 1.0 - r.value);
        let tilt = 1.0 - 2.0 * p;
        [tilt * (r.case * q - r.control * p), tilt * tilt * p * q * (r.case_sq + r.control_sq)]
    });
    if variance <= 0.0 {
        return Err(Undefined::new("every risk is 0, 1/2 or 1: no variance"));
    }
    let z = up / variance.sqrt();
    Ok(Spiegelhalter { z, p: normal_two_sided(z) })
}
