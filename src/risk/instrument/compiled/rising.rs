//! Maps by which a probability is recalibrated: on the logit scale, or rising from knot to knot.
//!
//! Does not belong here: how a map was found (`validation`), and the new instrument that holds it (`recalibrate`).

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

/// `1 / (1 + e^-z)`, from `e^-|z|`.
#[inline]
pub(crate) fn logistic(z: f64) -> f64 {
    let e = (-z.abs()).exp();
    if z >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
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
