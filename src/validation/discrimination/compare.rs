//! Two scores on the same people.

use super::super::predictions::Predictions;
use super::super::undefined::{Defined, Measured, Undefined};
use super::auc::both_classes;
use crate::error::{Error, Result};
use crate::numeric::p_values::normal_two_sided;

/// DeLong's test of two areas under the ROC curve on the same people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AucDifference {
    /// First area less the second, with its interval.
    pub difference: Measured,
    /// The difference in standard errors; NaN when both are 0.
    pub z: f64,
    /// Two-sided p-value.
    pub p: f64,
}

/// Compares two scores on the same people, who must come in the same order.
///
/// The variance is that of DeLong with the covariance of the placement values. A person without one of the scores
/// has to be left out by the caller, who knows how many there are.
///
/// # Errors
/// When the people differ in number or outcome, or have weights.
///
/// # References
/// DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837-845.
pub fn compare_auc(first: &Predictions, second: &Predictions) -> Result<Defined<AucDifference>> {
    if first.outcomes() != second.outcomes() {
        return Err(Error::options("the two scores are not of the same people: their outcomes differ"));
    }
    if first.weights().is_some() || second.weights().is_some() {
        return Err(Error::options("two scores are compared without weights"));
    }
    let y = first.outcomes();
    let cases = first.events() as f64;
    let controls = y.len() as f64 - cases;
    if let Err(why) = both_classes(cases, controls) {
        return Ok(Err(why));
    }
    if cases < 2.0 || controls < 2.0 {
        return Ok(Err(Undefined::new("one person with or one without the outcome: no variance")));
    }
    let (a, b) = (placements(first.probabilities(), y), placements(second.probabilities(), y));
    let (mut sum, mut squares) = ([0.0; 2], [0.0; 2]);
    let mut area = 0.0;
    for (i, &case) in y.iter().enumerate() {
        let d = a[i] - b[i];
        sum[usize::from(case)] += d;
        area += if case { d } else { 0.0 };
    }
    let means = [sum[0] / controls, sum[1] / cases];
    for (i, &case) in y.iter().enumerate() {
        let d = a[i] - b[i] - means[usize::from(case)];
        squares[usize::from(case)] += d * d;
    }
    let variance = squares[1] / (cases - 1.0) / cases + squares[0] / (controls - 1.0) / controls;
    let difference = Measured::normal(area / cases, variance.sqrt());
    let z = difference.value / difference.se;
    let p = if z.is_nan() { f64::NAN } else { normal_two_sided(z) };
    Ok(Ok(AucDifference { difference, z, p }))
}

/// Of a case the part of controls below (equal ones half), of a control the part of cases above.
fn placements(p: &[f64], y: &[bool]) -> Vec<f64> {
    let mut order: Vec<u32> = (0..p.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| p[a as usize].total_cmp(&p[b as usize]));
    let cases = y.iter().filter(|y| **y).count() as f64;
    let controls = y.len() as f64 - cases;
    let mut out = vec![0.0; p.len()];
    let (mut below, mut cases_below, mut i) = (0.0, 0.0, 0);
    while i < order.len() {
        let value = p[order[i] as usize];
        let same = order[i..].iter().take_while(|&&k| p[k as usize] == value).count();
        let group = &order[i..i + same];
        let case = group.iter().filter(|&&k| y[k as usize]).count() as f64;
        let control = same as f64 - case;
        for &k in group {
            out[k as usize] = if y[k as usize] {
                (below + 0.5 * control) / controls
            } else {
                (cases - cases_below - 0.5 * case) / cases
            };
        }
        below += control;
        cases_below += case;
        i += same;
    }
    out
}
