//! The product-limit estimator of the share that has reoffended by a given time at liberty.
//!
//! Does not belong here: what counts as reoffending and how time is measured (`cohort`).

use super::risk_table::{RiskTable, Row};
use super::{EventStatus, FollowUp};
use crate::error::Result;
use crate::numeric::p_values::Z_975;
use serde::{Deserialize, Serialize};

/// Share that has had the event by a time, with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
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
/// use pleegprofiel::survival::KaplanMeier;
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
    /// Times at which people came under observation, in order, where that was later than the start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    entries: Vec<f64>,
}

/// The product over rows of `1 - d / n`, and Greenwood's sum of `d / (n (n - d))`, after each row with an event.
pub(crate) fn product_limit(rows: &[Row]) -> impl Iterator<Item = (&Row, f64, f64)> {
    let (mut survival, mut sum) = (1.0, 0.0);
    rows.iter().filter(|row| row.ended() > 0.0).map(move |row| {
        let (at_risk, d) = (row.at_risk, row.ended());
        survival *= (at_risk - d) / at_risk;
        // infinite when all that are left have the event; the standard error is withheld then
        sum += d / (at_risk * (at_risk - d));
        (row, survival, sum)
    })
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
        let status = |event| if event { EventStatus::Event } else { EventStatus::Censored };
        let (times, status) = times.into_iter().map(|(time, event)| (time, status(event))).unzip();
        let people = FollowUp::new(times, status)?;
        Ok(KaplanMeier::of(&RiskTable::of(&people), &people, Vec::new()))
    }

    /// The estimate from times of people who came under observation later (left truncation): the time of entry, the time
    /// and whether it ended in the event, each. They are at risk after their entry only; an entry of 0 is the start.
    ///
    /// ```
    /// use pleegprofiel::survival::KaplanMeier;
    /// let km = KaplanMeier::entered([(0.0, 1.0, true), (0.0, 3.0, false), (1.0, 2.0, true)])?;
    /// // (1/2) (1/2): the third is not at risk of the first's event
    /// assert!((km.at(2.0).share - 0.75).abs() < 1e-15);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`AalenJohansen::entered`](super::aalen_johansen::AalenJohansen::entered).
    pub fn entered(times: impl IntoIterator<Item = (f64, f64, bool)>) -> Result<KaplanMeier> {
        let status = |event| if event { EventStatus::Event } else { EventStatus::Censored };
        let times = times.into_iter().map(|(entry, time, event)| (entry, time, status(event)));
        let (people, entries) = FollowUp::with_entries(times)?;
        let table = RiskTable::entered(&people, &entries);
        Ok(KaplanMeier::of(&table, &people, entries))
    }

    fn of(table: &RiskTable, people: &FollowUp, mut entries: Vec<f64>) -> KaplanMeier {
        let mut events = 0;
        let steps = product_limit(&table.rows).map(|(row, survival, sum)| {
            events += row.events as u64;
            Step { time: row.time, survival, sum, events }
        });
        let steps = steps.collect();
        let mut times = people.times().to_vec();
        times.sort_unstable_by(f64::total_cmp);
        entries.retain(|entry| *entry > 0.0);
        entries.sort_unstable_by(f64::total_cmp);
        KaplanMeier { steps, times, entries }
    }

    /// The share that has had the event by a time.
    pub fn at(&self, time: f64) -> EventShare {
        let passed = self.steps.partition_point(|step| step.time <= time);
        // who comes at a time or later is not at risk there
        let outside = self.entries.len() - self.entries.partition_point(|&t| t < time);
        let at_risk = (self.times.len() - self.times.partition_point(|&t| t < time) - outside) as u64;
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
