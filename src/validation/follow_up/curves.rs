//! The curves of people followed up, as methods of [`FollowUp`].

use super::FollowUp;
use super::incidence::{IncidenceAt, incidence_at};
use super::kaplan_meier::{Median, SurvivalAt, median, survival_at};
use super::risk_table::RiskTable;
use crate::error::Result;

impl FollowUp {
    /// Part without any event by a time: Kaplan-Meier, competing events being events.
    ///
    /// # Errors
    /// When the time is not above 0 or beyond follow-up.
    pub fn survival_at(&self, time: f64) -> Result<SurvivalAt> {
        self.check_horizon(time)?;
        Ok(survival_at(&RiskTable::of(self), time))
    }

    /// When half have had an event.
    pub fn median(&self) -> Median {
        median(&RiskTable::of(self))
    }

    /// Part with the event by a time, competing events being neither it nor censoring (Aalen and Johansen).
    ///
    /// # Errors
    /// When the time is not above 0 or beyond follow-up.
    pub fn incidence_at(&self, time: f64) -> Result<IncidenceAt> {
        self.check_horizon(time)?;
        Ok(incidence_at(&RiskTable::of(self), |r| r.events, time))
    }

    /// Part with a competing event by a time.
    ///
    /// # Errors
    /// When the time is not above 0 or beyond follow-up.
    pub fn competing_incidence_at(&self, time: f64) -> Result<IncidenceAt> {
        self.check_horizon(time)?;
        Ok(incidence_at(&RiskTable::of(self), |r| r.competing, time))
    }
}
