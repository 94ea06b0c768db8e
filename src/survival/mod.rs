//! People followed up: a time each, and how it ended; and the curves that come of them.
//!
//! Belongs here: follow-up, the risk table, Kaplan-Meier with its intervals, Aalen-Johansen, mean numbers of events
//! that can come again. Does not belong here: what
//! counts as an event (`cohort`), and whether a predicted risk is right (`validation`).

pub(crate) mod aalen_johansen;
pub(crate) mod event_share;
pub(crate) mod incidence;
pub(crate) mod mean_count;
pub(crate) mod risk_table;

pub use aalen_johansen::AalenJohansen;
pub use event_share::{EventShare, KaplanMeier};
pub use incidence::IncidenceAt;
pub use mean_count::{MeanAt, MeanCount, Recurring};

use crate::error::{Error, Issues, Result};

/// How somebody's follow-up ended. An enum, as 0, 1 and 2 mean different things to different programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventStatus {
    /// Still without any event when last seen.
    Censored,
    /// The event the risk is of, reoffending for one.
    Event,
    /// Something after which it cannot happen any more: death, or leaving the country for good.
    Competing,
}

/// Follow-up of people: a time and how it ended, each.
///
/// ```
/// use pleegprofiel::survival::{EventStatus, FollowUp};
/// let people = FollowUp::new(vec![3.0, 12.0], vec![EventStatus::Event, EventStatus::Censored])?;
/// assert_eq!(people.len(), 2);
/// assert!(FollowUp::new(vec![-1.0], vec![EventStatus::Event]).is_err());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUp {
    times: Vec<f64>,
    status: Vec<EventStatus>,
}

impl FollowUp {
    /// Checks and keeps times, in any one unit, and how each ended.
    ///
    /// # Errors
    /// When the columns differ in length or are empty, or a time is negative or not finite: all such are told.
    pub fn new(times: Vec<f64>, status: Vec<EventStatus>) -> Result<FollowUp> {
        if times.len() != status.len() {
            return Err(Error::options(format!("{} times but {} ways to end", times.len(), status.len())));
        }
        if times.is_empty() {
            return Err(Error::options("no people: at least 1 is needed"));
        }
        let mut issues = Issues::in_memory();
        for (i, t) in times.iter().enumerate().filter(|(_, t)| !(**t >= 0.0 && t.is_finite())) {
            issues.add(Some(i as u64 + 1), Some("time"), || {
                format!("{t} is not a time from the index date: 0 or more, and finite")
            });
        }
        issues.into_result("the follow-up cannot be used")?;
        Ok(FollowUp { times, status })
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there is nobody; never so, as the constructor refuses it.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Times, a value a person.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// How each ended.
    pub fn status(&self) -> &[EventStatus] {
        &self.status
    }

    /// People with the time from which on each was under observation: 0 or more, and before follow-up ended.
    pub(crate) fn with_entries(
        times: impl IntoIterator<Item = (f64, f64, EventStatus)>,
    ) -> Result<(FollowUp, Vec<f64>)> {
        let (mut entries, mut ends, mut status) = (Vec::new(), Vec::new(), Vec::new());
        for (entry, time, how) in times {
            entries.push(entry);
            ends.push(time);
            status.push(how);
        }
        let people = FollowUp::new(ends, status)?;
        let mut issues = Issues::in_memory();
        for (i, (entry, time)) in entries.iter().zip(&people.times).enumerate() {
            let row = Some(i as u64 + 1);
            if !(*entry >= 0.0 && entry.is_finite()) {
                issues.add(row, Some("entry"), || {
                    format!("{entry} is not a time from the index date: 0 or more, and finite")
                });
            } else if *entry > 0.0 && entry >= time {
                issues.add(row, Some("entry"), || {
                    format!("came under observation at {entry}, when follow-up had ended at {time}")
                });
            }
        }
        issues.into_result("the follow-up cannot be used")?;
        match risk_table::gap(&people, &entries) {
            None => Ok((people, entries)),
            Some(time) => Err(Error::value(format!(
                "from {time} on nobody is followed for a while, or all who were had ended, though others come later: \
                 start there, or leave out who came first"
            ))),
        }
    }

    /// The longest time.
    pub fn longest(&self) -> f64 {
        self.times.iter().copied().fold(0.0, f64::max)
    }

    /// Number of people whose follow-up ended so.
    pub fn ended(&self, how: EventStatus) -> usize {
        self.status.iter().filter(|s| **s == how).count()
    }

    /// Refuses a horizon of which nobody's follow-up tells: a figure there would be of nobody.
    ///
    /// # Errors
    /// When it is not above 0 or lies beyond the longest follow-up.
    pub fn check_horizon(&self, horizon: f64) -> Result<()> {
        let longest = self.longest();
        if horizon > 0.0 && horizon <= longest {
            return Ok(());
        }
        Err(Error::options(format!(
            "a horizon of {horizon} cannot be judged: the longest follow-up is {longest}; give one above 0 and at most that"
        )))
    }
}
