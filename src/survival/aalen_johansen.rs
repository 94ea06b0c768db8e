//! The part of people who have had the event by a time, and the part for whom something else came first.
//!
//! Does not belong here: what counts as the event and what competes with it (`cohort::recidivism`).

use super::event_share::EventShare;
use super::incidence::{KindOf, incidence_at};
use super::risk_table::RiskTable;
use super::{EventStatus, FollowUp};
use crate::error::Result;
use crate::numeric::p_values::Z_975;

/// The Aalen-Johansen estimate of a set of times: everybody stays in the denominator, also who died.
///
/// `F(t)` is the sum over times `t_i <= t` of `S(t_i-) d_i / n_i`, with `S` the part without any event and `d_i` the
/// events of the kind asked for. Standard errors are those of the infinitesimal jackknife, which without competing
/// events are Greenwood's; intervals are taken on the scale `ln(-ln(1 - F))`, so that without competing events both
/// agree with [`KaplanMeier`](super::event_share::KaplanMeier).
///
/// ```
/// use pleegprofiel::AalenJohansen;
/// use pleegprofiel::validation::EventStatus::{Censored, Competing, Event};
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
    table: RiskTable,
}

impl AalenJohansen {
    /// The estimate from times, each with how it ended.
    ///
    /// # Errors
    /// When there is none, or a time is negative or not finite.
    pub fn new(times: impl IntoIterator<Item = (f64, EventStatus)>) -> Result<AalenJohansen> {
        let (times, status) = times.into_iter().unzip();
        Ok(AalenJohansen { table: RiskTable::of(&FollowUp::new(times, status)?) })
    }

    /// The share that has had the event by a time.
    pub fn event(&self, time: f64) -> EventShare {
        self.share(time, |row| row.events)
    }

    /// The share for whom something that competes with the event came first.
    pub fn competing(&self, time: f64) -> EventShare {
        self.share(time, |row| row.competing)
    }

    fn share(&self, time: f64, kind: KindOf) -> EventShare {
        let rows = &self.table.rows[..self.table.through(time)];
        let found = incidence_at(&self.table, kind, time);
        let (share, free) = (found.incidence, 1.0 - found.incidence);
        // when all that are left have an event, no one tells how else it could have gone
        let left = rows.last().is_none_or(|row| row.at_risk > row.ended());
        let se = left.then_some(found.se_jackknife);
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
