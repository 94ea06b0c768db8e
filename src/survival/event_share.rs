//! The product-limit estimator of the share that has reoffended by a given time at liberty.
//!
//! Does not belong here: what counts as reoffending and how time is measured (`cohort`).

use crate::error::{Error, Result};
use crate::numeric::p_values::Z_975;
use serde::{Deserialize, Serialize};

/// Share that has had the event by a time, with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct EventShare {
    /// The time, in the unit of the data.
    pub time: f64,
    /// `1 - S(t)`.
    pub share: f64,
    /// Standard error by Greenwood's formula; `None` when nobody is left (`S(t) = 0`).
    pub se: Option<f64>,
    /// Lower end of the 95 % interval, on the scale `ln(-ln S)`; `None` where `S` is 0 or 1.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Persons still followed without an event just before this time or, when that is later than the last time
    /// seen, at the end: those whose follow-up reaches the time.
    pub at_risk: u64,
    /// Events up to and including the time.
    pub events: u64,
}

/// The Kaplan-Meier estimate of a set of times.
///
/// `S(t)` is the product over event times `t_i <= t` of `1 - d_i / n_i`; a person censored at the time of an
/// event is at risk of it. Greenwood: `var S = S^2 sum d_i / (n_i (n_i - d_i))`. Intervals are taken on the
/// scale `ln(-ln S)`, which keeps them between 0 and 1.
///
/// ```
/// use pleegprofiel::KaplanMeier;
/// let km = KaplanMeier::new([(1.0, true), (2.0, false), (3.0, true), (4.0, false)])?;
/// // 1 - (3/4) (1/2)
/// assert!((km.at(3.0).share - 0.625).abs() < 1e-15);
/// assert_eq!((km.at(3.0).at_risk, km.at(3.0).events), (2, 2));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # References
/// Kaplan & Meier (1958); Greenwood (1926); Kalbfleisch & Prentice (2002), section 1.4.1, for the interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KaplanMeier {
    steps: Vec<Step>,
    /// All times, in order.
    times: Vec<f64>,
}

/// What is known from one event time on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Step {
    time: f64,
    survival: f64,
    /// Greenwood's sum.
    sum: f64,
    events: u64,
}

impl KaplanMeier {
    /// The estimate from times, each with whether it ended in the event.
    ///
    /// # Errors
    /// When there is none, or a time is negative or not finite.
    pub fn new(times: impl IntoIterator<Item = (f64, bool)>) -> Result<KaplanMeier> {
        let mut all: Vec<(f64, bool)> = times.into_iter().collect();
        if let Some((i, (time, _))) = all.iter().enumerate().find(|(_, (t, _))| !(*t >= 0.0 && t.is_finite())) {
            return Err(Error::value(format!("time {} is {time}, not 0 or more and finite", i + 1)));
        }
        if all.is_empty() {
            return Err(Error::value("no times given, at least 1 is needed"));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let n = all.len();
        let (mut survival, mut sum, mut events) = (1.0, 0.0, 0);
        let mut steps = Vec::new();
        let mut i = 0;
        while i < n {
            let time = all[i].0;
            let same = all[i..].iter().take_while(|(t, _)| *t == time).count();
            let d = all[i..i + same].iter().filter(|(_, event)| *event).count();
            if d > 0 {
                let (at_risk, d) = ((n - i) as f64, d as f64);
                survival *= (at_risk - d) / at_risk;
                // infinite when all that are left have the event; the standard error is withheld then
                sum += d / (at_risk * (at_risk - d));
                events += d as u64;
                steps.push(Step { time, survival, sum, events });
            }
            i += same;
        }
        Ok(KaplanMeier { steps, times: all.into_iter().map(|(t, _)| t).collect() })
    }

    /// The share that has had the event by a time.
    pub fn at(&self, time: f64) -> EventShare {
        let passed = self.steps.partition_point(|step| step.time <= time);
        let at_risk = (self.times.len() - self.times.partition_point(|&t| t < time)) as u64;
        let Some(step) = passed.checked_sub(1).map(|i| self.steps[i]) else {
            return EventShare { time, share: 0.0, se: Some(0.0), low: None, high: None, at_risk, events: 0 };
        };
        let s = step.survival;
        let inside = s > 0.0 && s < 1.0;
        let se = (s > 0.0).then(|| s * step.sum.sqrt());
        // standard error of ln(-ln S)
        let half = Z_975 * step.sum.sqrt() / s.ln();
        let end = |sign: f64| inside.then(|| 1.0 - s.powf((sign * half).exp()));
        let (a, b) = (end(1.0), end(-1.0));
        let (low, high) = (a.zip(b).map(|(a, b)| a.min(b)), a.zip(b).map(|(a, b)| a.max(b)));
        EventShare { time, share: 1.0 - s, se, low, high, at_risk, events: step.events }
    }

    /// Number of persons.
    pub fn persons(&self) -> u64 {
        self.times.len() as u64
    }

    /// Number of persons with the event.
    pub fn events(&self) -> u64 {
        self.steps.last().map_or(0, |step| step.events)
    }

    /// The longest time seen.
    pub fn longest(&self) -> f64 {
        self.times.last().copied().unwrap_or(0.0)
    }
}
