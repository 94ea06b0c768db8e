//! The ROC curve, and the part of its area within a range of false-positive rates.

use super::super::runs::Ordered;
use super::super::undefined::{Defined, Undefined};
use super::auc::both_classes;

/// One corner of the curve: everybody with at least `threshold` is flagged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocPoint {
    /// Least risk that is flagged; infinite at the corner where nobody is.
    pub threshold: f64,
    /// Part of those with the outcome who are flagged.
    pub tpr: f64,
    /// Part of those without it who are.
    pub fpr: f64,
}

/// The curve from (0, 0) to (1, 1), a corner for each distinct risk; people of equal risk make a slope, as nothing
/// orders them.
pub(crate) fn roc(people: &Ordered) -> Defined<Vec<RocPoint>> {
    both_classes(people.cases, people.controls)?;
    let mut points = Vec::new();
    let (mut tp, mut fp) = (people.cases, people.controls);
    people.each(|r| {
        points.push(RocPoint { threshold: r.value, tpr: tp / people.cases, fpr: fp / people.controls });
        tp -= r.case;
        fp -= r.control;
    });
    points.push(RocPoint { threshold: f64::INFINITY, tpr: 0.0, fpr: 0.0 });
    points.reverse();
    Ok(points)
}

/// The area under the curve over false-positive rates from `low` to `high`, by straight lines, divided by the width:
/// the mean true-positive rate there.
pub(crate) fn partial_area(curve: &[RocPoint], low: f64, high: f64) -> Defined<f64> {
    if !(0.0 <= low && low < high && high <= 1.0) {
        return Err(Undefined::new("the range of false-positive rates is not within 0 and 1"));
    }
    let mut area = 0.0;
    for w in curve.windows(2) {
        let (a, b) = (w[0], w[1]);
        let (from, to) = (a.fpr.max(low), b.fpr.min(high));
        if to > from {
            let at = |x: f64| a.tpr + (b.tpr - a.tpr) * (x - a.fpr) / (b.fpr - a.fpr);
            area += 0.5 * (at(from) + at(to)) * (to - from);
        }
    }
    Ok(area / (high - low))
}
