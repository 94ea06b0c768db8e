//! One criterion of a definition: a number, its limit, and how clearly it is met.
//!
//! Does not belong here: which criteria make up which definition (`fit`).

use super::definitions::AgeSpan;
use serde::{Deserialize, Serialize};

/// What a criterion is about; the number is defined in [`Descriptors`](super::descriptors::Descriptors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Measure {
    /// Age of the highest rate, in years.
    PeakAge,
    /// Mean rate in the early window over the peak rate: has it yet to rise?
    RateInEarlyWindow,
    /// Mean rate in the late window over the peak rate: has it fallen?
    RateInLateWindow,
    /// Lowest rate after the peak over the peak rate.
    LowestAfterPeak,
    /// How far a second rise comes back, over the peak rate.
    SecondRise,
    /// Offences over the grid, against the cohort's average.
    Level,
    /// Expected offences over both windows.
    ExpectedOffences,
    /// Part of the ages at which the rate lasts.
    Persistence,
    /// Years at which the rate lasts.
    YearsAtPeak,
}

/// The limit of a criterion; meeting it exactly is meeting it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// The number may not be larger.
    AtMost(f64),
    /// The number may not be smaller.
    AtLeast(f64),
    /// The age, in years, must lie in this span.
    Within(AgeSpan),
}

/// Why a criterion could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unseen {
    /// Too little of a span of ages is on the grid.
    Ages {
        /// The ages.
        span: AgeSpan,
        /// Years of them on the grid.
        years: f64,
        /// Years of them needed.
        needed: f64,
    },
    /// Too few years are on the grid after the peak.
    AfterPeak {
        /// Years on the grid after the peak.
        years: f64,
        /// Years needed.
        needed: f64,
    },
    /// The rate is highest at the first age observed, in years.
    PeakAtStart(f64),
    /// The rate is highest at the last age observed, in years.
    PeakAtEnd(f64),
    /// The rate is the same at all ages.
    NoPeak,
    /// No offences are expected.
    NoOffences,
    /// There are no other groups to compare a level with.
    NoOthers,
}

/// One criterion of a definition, held against one group.
///
/// `degree` says how clearly it is met: `1 / (1 + exp(-d / s))`, with `d` how far the number is on the right side
/// of the limit and `s` the softness of its kind in [`Definitions`](super::definitions::Definitions). It is 0.5 at
/// the limit, tends to 1 inside and to 0 outside, and is 0 when the criterion could not be judged. `d` is in years
/// for an age (to the nearer end of the span), a difference for parts, and a difference of natural logarithms for
/// levels and numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Criterion {
    /// What it is about.
    pub measure: Measure,
    /// The ages it is measured over, where its definition fixes them.
    pub ages: Option<AgeSpan>,
    /// The number; `None` when it could not be judged.
    pub value: Option<f64>,
    /// Its limit.
    pub limit: Limit,
    /// How clearly it is met, 0 to 1.
    pub degree: f64,
    /// Whether it is met: judged, and on the right side of the limit or on it.
    pub met: bool,
    /// Why it could not be judged.
    pub unseen: Option<Unseen>,
}

/// On which scale the distance to a limit is taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    /// A difference, in units of this softness.
    Plain(f64),
    /// A difference of natural logarithms, in units of this softness.
    Log(f64),
}

impl Criterion {
    pub(crate) fn judge(measure: Measure, value: Result<f64, Unseen>, limit: Limit, scale: Scale) -> Criterion {
        let value = match value {
            Ok(value) => value,
            Err(unseen) => {
                let unseen = Some(unseen);
                return Criterion { measure, ages: None, value: None, limit, degree: 0.0, met: false, unseen };
            }
        };
        // Distance to the right side of the limit; the logarithm of 0 is minus infinity, which is far enough.
        let (distance, met) = match (limit, scale) {
            (Limit::AtMost(limit), Scale::Plain(s)) => ((limit - value) / s, value <= limit),
            (Limit::AtLeast(limit), Scale::Plain(s)) => ((value - limit) / s, value >= limit),
            (Limit::AtMost(limit), Scale::Log(s)) => ((limit.ln() - value.ln()) / s, value <= limit),
            (Limit::AtLeast(limit), Scale::Log(s)) => ((value.ln() - limit.ln()) / s, value >= limit),
            (Limit::Within(span), Scale::Plain(s) | Scale::Log(s)) => {
                let inside = (value - span.from).min(span.to - value);
                (inside / s, inside >= 0.0)
            }
        };
        let degree = 1.0 / (1.0 + (-distance).exp());
        Criterion { measure, ages: None, value: Some(value), limit, degree, met, unseen: None }
    }

    pub(crate) fn over(self, ages: AgeSpan) -> Criterion {
        Criterion { ages: Some(ages), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn degree(value: f64, limit: Limit, scale: Scale) -> f64 {
        Criterion::judge(Measure::Level, Ok(value), limit, scale).degree
    }

    #[test]
    fn a_degree_is_a_half_at_the_limit_and_rises_towards_the_right_side() {
        let span = AgeSpan { from: 15.0, to: 22.0 };
        assert_eq!(degree(15.0, Limit::Within(span), Scale::Plain(1.0)), 0.5);
        assert_eq!(degree(0.5, Limit::AtMost(0.5), Scale::Log(0.25)), 0.5);
        assert_eq!(degree(0.0, Limit::AtMost(0.5), Scale::Log(0.25)), 1.0);
        assert_eq!(degree(0.0, Limit::AtLeast(0.5), Scale::Log(0.25)), 0.0);
        // One softness inside: odds of e to 1.
        approx::assert_relative_eq!(
            degree(0.65, Limit::AtMost(0.75), Scale::Plain(0.1)),
            1.0 / (1.0 + (-1.0_f64).exp())
        );
        let ages: Vec<f64> =
            (0..8).map(|i| degree(11.0 + f64::from(i), Limit::Within(span), Scale::Plain(1.0))).collect();
        assert!(ages.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_criterion_that_could_not_be_judged_is_not_met_and_says_why() {
        let c = Criterion::judge(Measure::PeakAge, Err(Unseen::NoPeak), Limit::AtMost(1.0), Scale::Plain(1.0));
        assert_eq!((c.met, c.degree, c.value, c.unseen), (false, 0.0, None, Some(Unseen::NoPeak)));
    }
}
