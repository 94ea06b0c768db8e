//! What a posterior is made of: the share of each group, and what every age added to it; and how it moved from age to
//! age.
//!
//! The probability of a record in a group is the product over ages of that of each given the ages before it (which do not
//! matter in most families, where ages are independent within a group; they do where a person keeps a factor). So the
//! logarithm of share times probability is a sum over ages, and the log-odds of two groups is a sum of differences:
//! nothing is left over.

use super::cells::{Cells, WIDE};
use crate::cohort::builder::PersonRow;
use crate::cohort::grid::AgeGrid;
use serde::{Deserialize, Serialize};

/// What one observed age adds, for every group: log-probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgeContribution {
    /// The age interval, from 0.
    pub interval: usize,
    /// The exact age at which it begins, in years.
    pub age: f64,
    /// Offences in it.
    pub offences: u32,
    /// The part of it at liberty.
    pub at_risk: f64,
    /// By group: what no offence in this time (beside an index offence) would have added.
    pub none: Vec<f64>,
    /// By group: what the offences added over that; 0 when there were none.
    pub events: Vec<f64>,
}

/// One term of a log-odds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// The exact age at which the interval begins, in years; `None` for the shares of the groups.
    pub age: Option<f64>,
    /// What the time at liberty says, or the shares.
    pub none: f64,
    /// What the offences of that age say.
    pub events: f64,
}

/// The posterior after the records up to an age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PathStep {
    /// The exact age at which the interval ends, in years.
    pub age: f64,
    /// Whether it was observed; if not, the posterior is that of the step before.
    pub observed: bool,
    /// Offences in it.
    pub offences: u32,
    /// Posterior probability of each group.
    pub posterior: Vec<f64>,
}

/// Where a posterior comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// By group: the logarithm of its share; with a model of the index offence, of share and density of its age together.
    pub prior: Vec<f64>,
    /// What each observed age added.
    pub ages: Vec<AgeContribution>,
    /// The posterior from age to age, from the first of the model to the last observed one.
    pub path: Vec<PathStep>,
    /// By group: the logarithm of the posterior probability.
    pub log_posterior: Vec<f64>,
}

impl Explanation {
    pub(super) fn of(cells: &Cells, grid: AgeGrid, row: &PersonRow<'_>, last: usize) -> Explanation {
        let groups = cells.groups;
        let lanes = |sums: &super::cells::Lanes| (0..groups).map(|k| sums[k / WIDE][k % WIDE]).collect::<Vec<f64>>();
        let mut sums = cells.start();
        let prior = lanes(&cells.prior());
        let mut ages = Vec::with_capacity(last + 1);
        let mut path = Vec::with_capacity(last + 1);
        let mut posterior = vec![0.0; groups];
        let mut total = cells.normalise(&cells.joint_so_far(&sums), &mut posterior);
        for t in 0..=last {
            let count = row.counts[t];
            if let Some(offences) = count {
                let at_risk = row.exposure.map_or(1.0, |e| e[t]);
                let ln_p = |k: usize, count: u32| cells.ln_next(k, t, (count, at_risk), &sums);
                let none: Vec<f64> = (0..groups).map(|k| ln_p(k, 0)).collect();
                let events = match offences {
                    0 => vec![0.0; groups],
                    _ => (0..groups).map(|k| ln_p(k, offences) - none[k]).collect(),
                };
                cells.see(&mut sums, t, offences, at_risk);
                total = cells.normalise(&cells.joint_so_far(&sums), &mut posterior);
                ages.push(AgeContribution { interval: t, age: grid.start_age(t), offences, at_risk, none, events });
            }
            path.push(PathStep {
                age: grid.start_age(t + 1),
                observed: count.is_some(),
                offences: count.unwrap_or(0),
                posterior: posterior.clone(),
            });
        }
        let log_posterior = lanes(&cells.joint_so_far(&sums)).iter().map(|s| s - total).collect();
        Explanation { prior, ages, path, log_posterior }
    }

    /// The log-odds of group `a` over group `b`, term by term: the shares first, then every observed age.
    ///
    /// # Panics
    /// When a group is out of range.
    pub fn log_odds(&self, a: usize, b: usize) -> Vec<Term> {
        let shares = Term { age: None, none: self.prior[a] - self.prior[b], events: 0.0 };
        let ages = self.ages.iter().map(|c| Term {
            age: Some(c.age),
            none: c.none[a] - c.none[b],
            events: c.events[a] - c.events[b],
        });
        std::iter::once(shares).chain(ages).collect()
    }
}
