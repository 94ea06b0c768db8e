//! Typicality: how unusual a record is, among people drawn from the model.
//!
//! # How
//! The statistic is the log-probability of the record. Its p-value is the part of people for whom it is at most as
//! high: people simulated from the model, with a record, observed at the same ages and for the same time at risk. For
//! the nearest group these are the people whose likeliest group is the same one: the nearest group is chosen because
//! the record fits it, and a p-value that forgot so would be too large.
//!
//! Counts are discrete: records come in sets that are exactly as probable, and no function of the record alone can be
//! uniform. What is uniform for people drawn from the model is `low + u (high - low)` with `u` drawn uniformly
//! ([`PValue::at`]); `p` is its middle (mid-p; Lancaster 1961), which has the same mean and lies nearer the middle,
//! and needs no dice.
//!
//! What it does not show: a record with *fewer* offences than its group's is probable, not unusual.

use super::ranked::Ranked;
use serde::{Deserialize, Serialize};

/// A p-value of a discrete statistic.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PValue {
    /// The mid-p-value: the middle of `low` and `high`.
    pub p: f64,
    /// Part of people whose record is less probable.
    pub low: f64,
    /// Part of people whose record is less or equally probable.
    pub high: f64,
}

impl PValue {
    pub(super) fn of(ranked: &Ranked, value: f64) -> PValue {
        PValue::between(ranked.rank(value))
    }

    /// From its ends.
    pub(super) fn between((low, high): (f64, f64)) -> PValue {
        PValue { p: 0.5 * (low + high), low, high }
    }

    /// The randomised p-value, uniform for people drawn from the model when `u` is uniform in [0, 1).
    pub fn at(&self, u: f64) -> f64 {
        self.low + u * (self.high - self.low)
    }
}

/// How unusual a record is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Typicality {
    /// The nearest group, from 0: the most likely one.
    pub group: usize,
    /// Among people whose nearest group is the same.
    pub nearest: PValue,
    /// Among all people.
    pub mixture: PValue,
    /// Simulated people behind these figures.
    pub people: usize,
}
