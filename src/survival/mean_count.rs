//! The mean number of events that can come again, by a time: new cases of those who reoffend more than once.
//!
//! Does not belong here: the share with at least one (`aalen_johansen`), and what counts as a case (`cohort`).

use super::event_share::product_limit;
use super::risk_table::RiskTable;
use super::{EventStatus, FollowUp};
use crate::error::{Error, Issues, Result};
use crate::numeric::p_values::Z_975;

/// One person's follow-up of events that can come again.
#[derive(Debug, Clone, PartialEq)]
pub struct Recurring {
    /// When they came under observation; 0 is the start.
    pub entry: f64,
    /// When observation ended.
    pub until: f64,
    /// Whether it ended in something after which there can be no event: death, departure.
    pub gone: bool,
    /// When each event was, in any order.
    pub events: Vec<f64>,
}

/// Mean number of events by a time, with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MeanAt {
    /// The time.
    pub time: f64,
    /// Mean number of events a person.
    pub mean: f64,
    /// Standard error, by the derivatives of the estimate in each person's weight (infinitesimal jackknife): the events
    /// of one person need not be independent.
    pub se: f64,
    /// Lower end of the 95 % interval, on the log scale; `None` without events.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Persons under observation just before the time.
    pub at_risk: u64,
    /// Events up to and including it.
    pub events: u64,
}

/// The mean cumulative function of events that can come again, which death stops.
///
/// `mu(t)` is the sum over times `u <= t` of `S(u-) dN(u) / Y(u)`: `dN` events at `u`, `Y` persons under observation
/// then, whether they had an event before or not, and `S(u-)` the Kaplan-Meier share of those not gone before. Who is gone
/// has no more events and stays in the denominator. With nobody gone it is Nelson and Aalen's sum. An event at the end of
/// somebody's observation comes before the end.
///
/// ```
/// use pleegprofiel::survival::{MeanCount, Recurring};
/// let of = |until, gone, events: &[f64]| Recurring { entry: 0.0, until, gone, events: events.to_vec() };
/// let found = MeanCount::new(vec![of(4.0, false, &[1.0, 2.0]), of(2.0, true, &[]), of(4.0, false, &[3.0])])?;
/// // 2/3 by 2, when one of the three dies; then 2/3 of 1/2
/// assert!((found.at(2.0)?.mean - 2.0 / 3.0).abs() < 1e-15);
/// assert!((found.at(3.0)?.mean - 1.0).abs() < 1e-15);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # References
/// Nelson (1988), Journal of Quality Technology 20, 24-35; Cook & Lawless (1997), Statistics in Medicine 16, 911-924;
/// Ghosh & Lin (2000), Biometrics 56, 554-562, equation 2 and their variance.
#[derive(Debug, Clone)]
pub struct MeanCount {
    people: Vec<Recurring>,
    /// By distinct time of an event or an end.
    rows: Vec<Row>,
}

/// Sums up to and including one time.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    time: f64,
    at_risk: f64,
    /// Share not gone before.
    staying: f64,
    events: f64,
    gone: f64,
    /// `mu`.
    mean: f64,
    /// Sum of `dD / (Y (Y - dD))`.
    loss: f64,
    /// Sum of the former before each time, times what the time adds to `mu`.
    crossed: f64,
    /// Sum of `S(u-) dN / Y^2`.
    squared: f64,
}

impl MeanCount {
    /// The estimate.
    ///
    /// # Errors
    /// When there is nobody; lists by position (from 1) ends and entries that are negative, not finite or in the wrong
    /// order, and events outside the time observed; refuses when nobody is under observation for a while before others
    /// come.
    pub fn new(people: Vec<Recurring>) -> Result<MeanCount> {
        let mut issues = Issues::in_memory();
        for (i, one) in people.iter().enumerate() {
            let (entry, until) = (one.entry, one.until);
            for event in one
                .events
                .iter()
                .filter(|event| !(**event <= until && (**event > entry || entry == 0.0 && **event >= 0.0)))
            {
                issues.add(Some(i as u64 + 1), Some("events"), || {
                    format!("an event at {event}, but under observation from {entry} to {until}")
                });
            }
        }
        let status = |gone| if gone { EventStatus::Competing } else { EventStatus::Censored };
        let (follow_up, entries) =
            FollowUp::with_entries(people.iter().map(|one| (one.entry, one.until, status(one.gone))))?;
        issues.into_result("the events cannot be counted")?;
        let rows = rows(&people, &follow_up, &entries);
        Ok(MeanCount { people, rows })
    }

    fn through(&self, time: f64) -> usize {
        self.rows.partition_point(|row| row.time <= time)
    }

    /// The row of a time, or nothing before the first.
    fn row(&self, time: f64) -> Row {
        self.through(time).checked_sub(1).map_or(Row { staying: 1.0, ..Row::default() }, |i| self.rows[i])
    }

    /// The mean number by a time.
    ///
    /// # Errors
    /// When the time is not a number of 0 or more.
    pub fn at(&self, time: f64) -> Result<MeanAt> {
        if !(time >= 0.0 && time.is_finite()) {
            return Err(Error::value(format!("{time} is not a time of 0 or more, and finite")));
        }
        Ok(self.at_with(time, &self.influences(time)))
    }

    /// The same from [`MeanCount::influences`] of the time, which cost a pass over the people.
    pub(crate) fn at_with(&self, time: f64, influences: &[f64]) -> MeanAt {
        let mean = self.row(time).mean;
        let se = influences.iter().map(|d| d * d).sum::<f64>().sqrt();
        let end = |sign: f64| (mean > 0.0).then(|| mean * (sign * Z_975 * se / mean).exp());
        let next = self.rows.partition_point(|row| row.time < time);
        MeanAt {
            time,
            mean,
            se,
            low: end(-1.0),
            high: end(1.0),
            at_risk: self.rows.get(next).map_or(0, |row| row.at_risk as u64),
            events: self.rows[..self.through(time)].iter().map(|row| row.events).sum::<f64>() as u64,
        }
    }

    /// Derivatives of the mean in the weight of each person.
    pub(crate) fn influences(&self, time: f64) -> Vec<f64> {
        let all = self.row(time);
        // of one at risk from the start to a time: what the others' sums lose by one more in the denominators
        let at_risk = |to: f64| {
            let row = self.row(to.min(time));
            row.crossed + row.loss * (all.mean - row.mean) - row.squared
        };
        let one = |one: &Recurring| {
            let mut own = at_risk(one.until);
            if one.entry > 0.0 {
                own -= at_risk(one.entry);
            }
            if one.gone && one.until <= time {
                let row = self.row(one.until);
                let left = row.at_risk - row.gone;
                // when all are gone nothing is left to lose
                own -= if left > 0.0 { (all.mean - row.mean) / left } else { 0.0 };
            }
            own + one
                .events
                .iter()
                .filter(|event| **event <= time)
                .map(|event| {
                    let row = self.row(*event);
                    row.staying / row.at_risk
                })
                .sum::<f64>()
        };
        self.people.iter().map(one).collect()
    }
}

fn rows(people: &[Recurring], follow_up: &FollowUp, entries: &[f64]) -> Vec<Row> {
    let mut times: Vec<f64> = people.iter().flat_map(|one| one.events.iter().copied()).collect();
    times.sort_unstable_by(f64::total_cmp);
    let ends = RiskTable::entered(follow_up, entries);
    let mut at: Vec<f64> = times.iter().copied().chain(ends.rows.iter().map(|row| row.time)).collect();
    at.sort_unstable_by(f64::total_cmp);
    at.dedup();
    let mut later: Vec<f64> = entries.iter().copied().filter(|entry| *entry > 0.0).collect();
    later.sort_unstable_by(f64::total_cmp);
    let ended: Vec<f64> = {
        let mut all = follow_up.times().to_vec();
        all.sort_unstable_by(f64::total_cmp);
        all
    };
    let mut gone = product_limit(&ends.rows).peekable();
    let (mut staying, mut next_event) = (1.0, 0);
    let mut sum = Row::default();
    let mut rows = Vec::with_capacity(at.len());
    for time in at {
        let under = ended.len() - ended.partition_point(|end| *end < time);
        let outside = later.len() - later.partition_point(|entry| *entry < time);
        let at_risk = (under - outside) as f64;
        let events = times[next_event..].partition_point(|event| *event <= time);
        next_event += events;
        let events = events as f64;
        let adds = staying * events / at_risk;
        sum.crossed += sum.loss * adds;
        sum.mean += adds;
        sum.squared += adds / at_risk;
        let mut row = Row { time, at_risk, staying, events, gone: 0.0, ..sum };
        if let Some((of, share, loss)) = gone.next_if(|(of, ..)| of.time == time) {
            (row.gone, staying) = (of.ended(), share);
            // when all are gone nothing follows that could be lost
            sum.loss = if loss.is_finite() { loss } else { sum.loss };
        }
        row.loss = sum.loss;
        rows.push(row);
    }
    rows
}
