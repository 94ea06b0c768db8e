//! The weighted difference of two Aalen-Johansen shares, with the standard error of its influence function.
//!
//! The estimate is a function of how often each person is in the data; its derivatives in those, squared and summed, are
//! the variance (infinitesimal jackknife, the sandwich of M-estimation). They run through the weighted curves and through
//! the weights, which are estimated from the same people: leaving the latter out would give intervals for another
//! estimate, on the whole too wide.

use super::study::parts;
use super::weights::Propensity;
use crate::error::Result;
use crate::numeric::p_values::Z_975;
use crate::survival::incidence::influence;
use crate::survival::risk_table::RiskTable;
use crate::survival::{EventStatus, FollowUp};
use serde::Serialize;

/// Two weighted shares by one time and their difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Share of the treated who reoffended.
    pub treated: f64,
    /// Share of the others.
    pub control: f64,
    /// The former less the latter: below 0 when fewer of the treated reoffended.
    pub difference: f64,
    /// Standard error of the difference.
    pub se: f64,
    /// Lower end of the 95 % interval (normal).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Difference {
    /// To steps of one and a half persons of so many, the ends of the interval outwards; the standard error to as much.
    pub(crate) fn rounded(self, persons: u64) -> Difference {
        let parts = parts(persons);
        let to = |value: f64, round: fn(f64) -> f64| round(value * parts) / parts;
        let (treated, control) = (to(self.treated, f64::round), to(self.control, f64::round));
        Difference {
            treated,
            control,
            // of its own it would tell where in their steps the shares lie
            difference: to(treated - control, f64::round),
            se: to(self.se, f64::ceil),
            low: to(self.low, f64::floor),
            high: to(self.high, f64::ceil),
        }
    }
}

/// The outcome of everyone: time at liberty and how it ended.
pub(crate) type Outcomes = [(f64, EventStatus)];

/// One group's share, and the derivative in the weight of each member.
fn arm(people: &Outcomes, weights: &[f64], time: f64) -> Result<(f64, Vec<f64>)> {
    let (times, status) = people.iter().copied().unzip();
    let people = FollowUp::new(times, status)?;
    let table = RiskTable::weighted(&people, weights);
    let found = influence(&table.rows[..table.through(time)], |row| row.events);
    let by_weight = found.of_people(&table, people.status(), EventStatus::Event);
    Ok((found.incidence, by_weight))
}

/// The difference by a time, of people weighted so; with `propensity`, the weights are of that model.
pub(crate) fn difference(
    treated: &[bool],
    outcomes: &Outcomes,
    weights: &[f64],
    propensity: Option<&Propensity>,
    time: f64,
) -> Result<Difference> {
    let mut by_weight = vec![0.0; treated.len()];
    let mut shares = [0.0; 2];
    for (group, sign) in [(true, 1.0), (false, -1.0)] {
        let members: Vec<usize> = (0..treated.len()).filter(|i| treated[*i] == group).collect();
        let own: Vec<(f64, EventStatus)> = members.iter().map(|i| outcomes[*i]).collect();
        let weights: Vec<f64> = members.iter().map(|i| weights[*i]).collect();
        let (share, derivatives) = arm(&own, &weights, time)?;
        shares[usize::from(!group)] = share;
        members.iter().zip(derivatives).for_each(|(i, d)| by_weight[*i] = sign * d);
    }
    let estimation = propensity.map(|model| model.of_estimation(treated, &by_weight));
    let variance: f64 = by_weight
        .iter()
        .zip(weights)
        .enumerate()
        .map(|(i, (d, w))| (w * d + estimation.as_ref().map_or(0.0, |e| e[i])).powi(2))
        .sum();
    let (difference, se) = (shares[0] - shares[1], variance.sqrt());
    let end = |sign: f64| (difference + sign * Z_975 * se).clamp(-1.0, 1.0);
    Ok(Difference { treated: shares[0], control: shares[1], difference, se, low: end(-1.0), high: end(1.0) })
}
