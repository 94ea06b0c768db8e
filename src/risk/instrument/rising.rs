//! Maps by which a probability is recalibrated: on the logit scale, or rising from knot to knot.
//!
//! Does not belong here: how a map was found (`validation`), and the new instrument that holds it (`recalibrate`).

use super::build::Build;
use super::evaluate::logistic;
use super::walk::Node;

/// Knots that a map may have.
const MOST_KNOTS: usize = 10_000;

/// Of a probability another, never falling.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RisingMap {
    /// `logit P = intercept + slope logit p`.
    Logit { intercept: f64, slope: f64 },
    /// Linear between knots `(p, P)`, level outside them.
    Knots(Vec<(f64, f64)>),
}

impl RisingMap {
    /// The map at a probability; nothing of nothing.
    pub(crate) fn at(&self, p: f64) -> f64 {
        match self {
            RisingMap::Logit { intercept, slope } => logistic(intercept + slope * (p / (1.0 - p)).ln()),
            RisingMap::Knots(_) if p.is_nan() => p,
            RisingMap::Knots(knots) => {
                let above = knots.partition_point(|k| k.0 < p);
                let (Some(&b), Some(&last)) = (knots.get(above), knots.last()) else {
                    return knots.last().map_or(f64::NAN, |k| k.1);
                };
                let Some(&a) = above.checked_sub(1).and_then(|i| knots.get(i)) else { return knots[0].1 };
                if b.0 == p { b.1 } else { (a.1 + (b.1 - a.1) * (p - a.0) / (b.0 - a.0)).min(last.1) }
            }
        }
    }

    /// Lowest and highest value.
    pub(crate) fn ends(&self) -> (f64, f64) {
        match self {
            RisingMap::Logit { .. } => (0.0, 1.0),
            RisingMap::Knots(knots) => (knots.first().map_or(0.0, |k| k.1), knots.last().map_or(1.0, |k| k.1)),
        }
    }
}

impl Build {
    /// The map of a recalibrated output.
    pub(super) fn rising(&mut self, node: &Node<'_>) -> Option<RisingMap> {
        if let Some(knots) = node.get("knots") {
            if node.get("intercept").or_else(|| node.get("slope")).is_some() {
                node.says(&mut self.problems, "a map has knots, or an intercept and a slope, not both");
            }
            let list = knots.list(&mut self.problems);
            if list.is_empty() || list.len() > MOST_KNOTS {
                knots.says(&mut self.problems, format_args!("a map has 1 to {MOST_KNOTS} knots"));
            }
            let mut read: Vec<(f64, f64)> = Vec::with_capacity(list.len().min(MOST_KNOTS));
            for one in list.iter().take(MOST_KNOTS) {
                one.object(&mut self.problems, &["at", "value"]);
                let at = one.decimal_at(&mut self.problems, "at");
                let value = one.decimal_at(&mut self.problems, "value");
                let (at, value) = (at?.value(), value?.value());
                if !((0.0..=1.0).contains(&at) && (0.0..=1.0).contains(&value)) {
                    one.says(&mut self.problems, "a knot leads from a probability to a probability, both from 0 to 1");
                }
                if read.last().is_some_and(|last| at <= last.0 || value < last.1) {
                    one.says(&mut self.problems, "the map does not rise: ranges rest on more being more");
                }
                read.push((at, value));
            }
            return Some(RisingMap::Knots(read));
        }
        let intercept = node.decimal_at(&mut self.problems, "intercept");
        let slope = node.decimal_at(&mut self.problems, "slope");
        let (intercept, slope) = (intercept?.value(), slope?.value());
        if slope <= 0.0 {
            node.says(&mut self.problems, "the slope is not above 0: ranges rest on more being more");
        }
        Some(RisingMap::Logit { intercept, slope })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_from_knot_to_knot_is_level_outside_and_rises_within() {
        let map = RisingMap::Knots(vec![(0.1, 0.2), (0.3, 0.2), (0.5, 0.6)]);
        let at: Vec<f64> = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0].map(|p| map.at(p)).to_vec();
        assert_eq!(at, [0.2, 0.2, 0.2, 0.2, 0.4, 0.6, 0.6]);
        assert!(map.at(f64::NAN).is_nan());
    }

    #[test]
    fn a_map_on_the_logit_scale_keeps_certainty() {
        let map = RisingMap::Logit { intercept: -0.4, slope: 1.2 };
        assert_eq!((map.at(0.0), map.at(1.0)), (0.0, 1.0));
        let mapped = 1.0 / (1.0 + (0.4 - 1.2 * (0.3f64 / 0.7).ln()).exp());
        assert!((map.at(0.3) - mapped).abs() < 1e-15);
    }
}
