//! The vertical scale of a picture of rates: round, from zero, and not dictated by a curve that explodes at
//! an edge of the ages.
//!
//! Does not belong here: drawing.

/// How many times its usual high level a curve may rise before its peak counts as running off: a peak of
/// offending is several years wide, so its top is not far above the years beside it.
const RUNS_OFF: f64 = 1.6;

/// The part of the ages, highest rates first, that may be an edge effect.
const EDGE: f64 = 0.1;

/// Offences a year below this are none: rounding, or a rate on its way to 0.
const NOTHING: f64 = 1e-6;

/// An axis from 0 to `limit`, with a tick every `step`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) limit: f64,
    pub(super) step: f64,
}

impl Scale {
    /// An axis on which all curves and all points can be read; each series is of one group.
    ///
    /// A curve asks for its maximum, but for no more than [`RUNS_OFF`] times the value that all but a
    /// tenth of its ages keep below; points likewise, by the ages at which there was anything. What does not fit is left to
    /// be cut off, and said.
    pub(super) fn for_series<'a>(
        curves: impl IntoIterator<Item = &'a [f64]>,
        points: impl IntoIterator<Item = &'a [f64]>,
    ) -> Scale {
        let something = |values: &[f64]| asks_for(&values.iter().copied().filter(|v| *v > 0.0).collect::<Vec<_>>());
        let top = curves.into_iter().map(asks_for).chain(points.into_iter().map(something)).fold(0.0, f64::max);
        if top < NOTHING {
            return Scale { limit: 1.0, step: 0.2 };
        }
        let step = round_step(top / 6.0);
        // a hair below a tick is that tick
        let ticks = (top * 1.02 / step - 1e-9).ceil();
        Scale { limit: ticks * step, step }
    }

    /// Decimals that tell one tick from the next.
    pub(super) fn decimals(self) -> usize {
        let exact =
            |d: i32| ((self.step * 10_f64.powi(d)).round() / 10_f64.powi(d) - self.step).abs() < 1e-9 * self.step;
        (0..12).find(|&d| exact(d)).unwrap_or(12) as usize
    }
}

fn asks_for(values: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.is_empty() {
        return 0.0;
    }
    sorted.sort_by(|a, b| b.total_cmp(a));
    let beside = (sorted.len() as f64 * EDGE).floor() as usize;
    sorted[0].min(RUNS_OFF * sorted[beside.min(sorted.len() - 1)])
}

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let part = least / power;
    let mantissa = [1.0, 2.0, 2.5, 5.0].into_iter().find(|m| part <= m * (1.0 + 1e-9)).unwrap_or(10.0);
    mantissa * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_tick_above_every_curve() {
        let scale = Scale::for_series([&[0.1, 0.7, 1.9, 1.8, 1.7][..], &[0.0; 5]], []);
        assert_eq!((scale.limit, scale.step, scale.decimals()), (2.0, 0.5, 1));
        let scale = Scale::for_series([&[0.011, 0.0125][..]], []);
        assert!((scale.limit - 0.015).abs() < 1e-12 && scale.decimals() == 4, "{scale:?}");
        assert_eq!(Scale::for_series([&[0.0, 0.0][..]], []).limit, 1.0);
        assert_eq!(Scale::for_series([&[f64::NAN, f64::INFINITY][..], &[]], []).limit, 1.0);
    }

    #[test]
    fn an_edge_that_explodes_does_not_flatten_the_picture() {
        let mut curve: Vec<f64> = (0..30).map(|age| 1.0 + f64::from(age % 7) / 10.0).collect();
        let calm = Scale::for_series([&curve[..]], []).limit;
        curve.extend([40.0, 3_000.0]);
        let limit = Scale::for_series([&curve[..]], []).limit;
        assert!(limit < 2.0 * calm, "{limit} after {calm}");
    }

    #[test]
    fn points_at_few_ages_are_seen_and_rates_on_their_way_to_0_are_0() {
        let (mut curve, mut points) = (vec![1e-14; 31], vec![0.0; 31]);
        assert_eq!(Scale::for_series([&curve[..]], [&points[..]]).limit, 1.0);
        (curve[3], points[3]) = (1e68, 0.01);
        let scale = Scale::for_series([&curve[..]], [&points[..]]);
        assert!(scale.limit >= 0.01 && scale.limit < 0.02 && scale.decimals() < 5, "{scale:?}");
    }

    #[test]
    fn a_narrow_peak_of_offending_is_not_cut_off() {
        // a bell with a standard deviation of two years
        let curve: Vec<f64> = (0..31).map(|age| 3.0 * (-(f64::from(age) - 9.3).powi(2) / 8.0).exp()).collect();
        let top = curve.iter().copied().fold(0.0, f64::max);
        assert!(Scale::for_series([&curve[..]], []).limit >= top);
    }
}
