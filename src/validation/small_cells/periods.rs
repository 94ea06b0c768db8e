//! What of a stream watched by period is told.

use super::super::drift::stability::Stability;
use super::super::drift::watch::{Drift, DriftAlarm, DriftPeriod};
use super::{SMALL_GROUP, enough};

/// A period of a stream as it may be shown: `None` where a figure of fewer than [`SMALL_GROUP`] people would follow.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ShownPeriod {
    /// Its name.
    pub name: String,
    /// Assessments in it.
    pub people: Option<usize>,
    /// Those with the outcome.
    pub events: Option<usize>,
    /// Mean risk.
    pub expected: Option<f64>,
    /// Charts for doubled and halved odds, as they stand at its end.
    pub cusum: Option<[f64; 2]>,
    /// Index of population stability against the reference, and the chance of one as high without change.
    pub stability: Option<[f64; 2]>,
    /// Shares, in the order of the stream.
    pub shares: Vec<Option<f64>>,
    /// What went off.
    pub alarms: Vec<DriftAlarm>,
}

impl ShownPeriod {
    /// The share that had the outcome.
    pub fn observed(&self) -> Option<f64> {
        Some(self.events? as f64 / self.people? as f64)
    }
}

/// A stream watched, as it may be shown.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ShownDrift {
    /// Periods in order.
    pub periods: Vec<ShownPeriod>,
    /// Assessments in all of them.
    pub people: Option<usize>,
    /// What each share was in the reference.
    pub shares: Vec<Option<f64>>,
    /// Whether anything is not shown, or an index is of fewer parts.
    pub hidden: bool,
}

impl Drift {
    /// The stream as it may be shown to others, or all of it.
    ///
    /// Of a period of fewer than ten people nothing is shown, and what its charts give an alarm of stands with the next
    /// period that has ten. Who had the outcome is shown where ten had it and ten had not; so is a share. The charts add up
    /// what came before: they are shown where that holds of the period and, taken together, of those since they were last
    /// shown of which it does not hold. The index of stability is of parts of the risks that hold ten people of the period
    /// and of the reference: of fewer and wider ones where need be.
    ///
    /// ```
    /// use pleegprofiel::validation::{Drift, DriftOptions, Predictions};
    /// let stream = Predictions::new(vec![0.2; 60], (0..60).map(|i| i % 5 == 0).collect())?;
    /// let options = DriftOptions { reference: 40, false_alarm_every: 1e4 };
    /// let drift = Drift::watch(&stream, &[], &[("1".into(), 40, 60)], options)?;
    /// assert_eq!(drift.shown(false).periods[0].events, None);
    /// assert_eq!(drift.shown(true).periods[0].events, Some(4));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn shown(&self, show_small_cells: bool) -> ShownDrift {
        let all: usize = self.periods.iter().map(|p| p.people).sum();
        if show_small_cells {
            return ShownDrift {
                periods: self.periods.iter().map(everything).collect(),
                people: Some(all),
                shares: self.shares.iter().map(|(_, share)| Some(*share)).collect(),
                hidden: false,
            };
        }
        let mut hidden = false;
        let (mut since, mut small) = ([0; 2], 0);
        let mut waiting: Vec<DriftAlarm> = Vec::new();
        let mut periods = Vec::with_capacity(self.periods.len());
        for period in &self.periods {
            let mut shown = everything(period);
            let outcomes = [period.events as u64, (period.people - period.events) as u64];
            let told = outcomes.into_iter().all(enough);
            if !told {
                shown.events = None;
                since = [since[0] + outcomes[0], since[1] + outcomes[1]];
            }
            if told && (since == [0, 0] || since.into_iter().all(enough)) {
                since = [0, 0];
            } else {
                shown.cusum = None;
            }
            shown.stability = self.parts_of_ten(period);
            shown.shares = period.shares.iter().map(|share| of_enough(*share, period.people)).collect();
            let of_charts = |alarm: &DriftAlarm| matches!(alarm, DriftAlarm::MoreOutcomes | DriftAlarm::FewerOutcomes);
            if period.people < SMALL_GROUP {
                small += period.people as u64;
                (shown.people, shown.expected) = (None, None);
                waiting.extend(shown.alarms.drain(..).filter(of_charts));
            } else {
                for alarm in waiting.drain(..).chain(std::mem::take(&mut shown.alarms)) {
                    if !shown.alarms.contains(&alarm) {
                        shown.alarms.push(alarm);
                    }
                }
            }
            hidden |= shown != everything(period);
            periods.push(shown);
        }
        let shares: Vec<Option<f64>> =
            self.shares.iter().map(|(_, share)| of_enough(*share, self.options.reference)).collect();
        hidden |= shares.contains(&None);
        ShownDrift { periods, people: (small == 0 || enough(small)).then_some(all), shares, hidden }
    }

    /// The index by parts of ten people or more, and its p; none where they are all one.
    fn parts_of_ten(&self, period: &DriftPeriod) -> Option<[f64; 2]> {
        let mut parts: Vec<[u64; 2]> = Vec::new();
        let mut rest = [0; 2];
        for (before, now) in self.cells.iter().zip(&period.cells) {
            rest = [rest[0] + before, rest[1] + now];
            if rest.into_iter().all(enough) {
                parts.push(std::mem::take(&mut rest));
            }
        }
        if let Some(last) = parts.last_mut() {
            *last = [last[0] + rest[0], last[1] + rest[1]];
        }
        if parts.len() == self.cells.len() {
            return Some([period.stability, period.stability_p]);
        }
        let column = |k: usize| parts.iter().map(|part| part[k] as f64).collect::<Vec<f64>>();
        let index = Stability::new(&column(0), &column(1)).ok()?;
        Some([index.psi_half_added, index.psi_p])
    }
}

fn everything(period: &DriftPeriod) -> ShownPeriod {
    ShownPeriod {
        name: period.name.clone(),
        people: Some(period.people),
        events: Some(period.events),
        expected: Some(period.expected),
        cusum: Some(period.cusum),
        stability: Some([period.stability, period.stability_p]),
        shares: period.shares.iter().map(|share| Some(*share)).collect(),
        alarms: period.alarms.clone(),
    }
}

/// A share, where enough of the people bear the mark and enough do not.
fn of_enough(share: f64, people: usize) -> Option<f64> {
    let marked = (share * people as f64).round() as u64;
    (enough(marked) && enough(people as u64 - marked)).then_some(share)
}
