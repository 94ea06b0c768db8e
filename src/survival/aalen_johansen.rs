//! The part of people who have had the event by a time, and the part for whom something else came first.
//!
//! Does not belong here: what counts as the event and what competes with it (`cohort::recidivism`).

use super::event_share::EventShare;
use super::incidence::{KindOf, incidence_at, influence};
use super::risk_table::RiskTable;
use super::{EventStatus, FollowUp};
use crate::error::Result;
use crate::numeric::p_values::Z_975;

/// The Aalen-Johansen estimate of a set of times: everybody stays in the denominator, also who died.
///
/// `F(t)` is the sum over times `t_i <= t` of `S(t_i-) d_i / n_i`, with `S` the part without any event and `d_i` the
/// events of the kind asked for. Standard errors are those of the infinitesimal jackknife, which without competing
/// events are Greenwood's where everybody is followed from the start; intervals are taken on the scale
/// `ln(-ln(1 - F))`, so that without competing events both agree with [`KaplanMeier`](super::event_share::KaplanMeier)
/// there. People who come under observation later are at risk from then on ([`AalenJohansen::entered`]).
///
/// ```
/// use pleegprofiel::survival::{AalenJohansen, EventStatus::{Censored, Competing, Event}};
/// let found = AalenJohansen::new([(1.0, Event), (2.0, Competing), (3.0, Event), (4.0, Censored)])?;
/// // 1/4 + (2/4) (1/2)
/// assert!((found.event(3.0).share - 0.5).abs() < 1e-15);
/// assert!((found.competing(3.0).share - 0.25).abs() < 1e-15);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # References
/// Aalen & Johansen (1978), Scandinavian Journal of Statistics 5, 141-150.
#[derive(Debug, Clone)]
pub struct AalenJohansen {
    people: FollowUp,
    table: RiskTable,
}

impl AalenJohansen {
    /// The estimate from times, each with how it ended.
    ///
    /// # Errors
    /// When there is none, or a time is negative or not finite.
    pub fn new(times: impl IntoIterator<Item = (f64, EventStatus)>) -> Result<AalenJohansen> {
        let (times, status) = times.into_iter().unzip();
        let people = FollowUp::new(times, status)?;
        Ok(AalenJohansen { table: RiskTable::of(&people), people })
    }

    /// The estimate from times of people who came under observation later (left truncation): the time of entry, the time
    /// and how it ended, each. They are at risk after their entry only, so that who ended before they could come under
    /// observation biases nothing; an entry of 0 is the start.
    ///
    /// ```
    /// use pleegprofiel::survival::{AalenJohansen, EventStatus::{Censored, Event}};
    /// let found = AalenJohansen::entered([(0.0, 1.0, Event), (0.0, 3.0, Censored), (1.0, 2.0, Event)])?;
    /// // 1/2, then one of the two at risk of the rest
    /// assert!((found.event(2.0).share - 0.75).abs() < 1e-15);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`AalenJohansen::new`]; lists by position (from 1) entries that are negative, not finite, or not before the
    /// time; and refuses when nobody is followed for a while, or all who were had ended, before others came: what a curve
    /// says from there on would not be of these people.
    pub fn entered(times: impl IntoIterator<Item = (f64, f64, EventStatus)>) -> Result<AalenJohansen> {
        let (people, entries) = FollowUp::with_entries(times)?;
        Ok(AalenJohansen { table: RiskTable::entered(&people, &entries), people })
    }

    /// The share that has had the event by a time.
    pub fn event(&self, time: f64) -> EventShare {
        self.share(time, EventStatus::Event)
    }

    /// The share for whom something that competes with the event came first.
    pub fn competing(&self, time: f64) -> EventShare {
        self.share(time, EventStatus::Competing)
    }

    /// Where people come under observation later: the fewest at risk at an event up to when most were.
    pub(crate) fn fewest_at_risk(&self) -> Option<u64> {
        let rows = &self.table.rows;
        let most = rows.iter().map(|row| row.at_risk).fold(0.0, f64::max);
        let until = rows.iter().position(|row| row.at_risk >= most).filter(|_| !self.table.entered.is_empty())?;
        rows[..=until].iter().filter(|row| row.ended() > 0.0).map(|row| row.at_risk as u64).min()
    }

    /// Derivatives of a share in the weight of each person.
    pub(crate) fn influences(&self, time: f64, of: EventStatus) -> Vec<f64> {
        let rows = &self.table.rows[..self.table.through(time)];
        influence(rows, kind_of(of)).of_people(&self.table, self.people.status(), of)
    }

    fn share(&self, time: f64, of: EventStatus) -> EventShare {
        let (rows, kind) = (&self.table.rows[..self.table.through(time)], kind_of(of));
        let (share, se) = if self.table.entered.is_empty() {
            let found = incidence_at(&self.table, kind, time);
            (found.incidence, found.se_jackknife)
        } else {
            let squares = self.influences(time, of).into_iter().map(|d| d * d).sum::<f64>();
            (influence(rows, kind).incidence, squares.sqrt())
        };
        let free = 1.0 - share;
        // when all that are left have an event, no one tells how else it could have gone
        let left = rows.last().is_none_or(|row| row.at_risk > row.ended());
        let se = left.then_some(se);
        let end = |sign: f64| {
            let se = se.filter(|_| share > 0.0 && free > 0.0)?;
            let log = free.ln();
            // standard error of ln(-ln(1 - F))
            Some(1.0 - free.powf((sign * Z_975 * se / (free * -log)).exp()))
        };
        EventShare {
            time,
            share,
            se,
            low: end(-1.0),
            high: end(1.0),
            at_risk: self.table.at_risk(time) as u64,
            events: rows.iter().map(kind).sum::<f64>() as u64,
        }
    }
}

fn kind_of(of: EventStatus) -> KindOf {
    match of {
        EventStatus::Event => |row| row.events,
        EventStatus::Competing => |row| row.competing,
        EventStatus::Censored => |row| row.censored,
    }
}
