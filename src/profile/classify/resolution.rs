//! Resolution: how well groups can be told apart by an age even in principle, whatever the record.
//!
//! It comes from the model alone, through people simulated from it who have a record by that age. Nobody who reads
//! only counts by age can do better; a reader who knows more about the person can.

use super::reference::Separation;
use crate::profile::kind::Profile;
use crate::profile::naming::Naming;
use crate::profile::person::Indistinct;
use serde::{Deserialize, Serialize};

/// How well one group is seen by an age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupResolution {
    /// The group, from 0.
    pub group: usize,
    /// Its profile, if any.
    pub profile: Option<Profile>,
    /// Its share among people with a record by that age.
    pub share: f64,
    /// The average posterior probability that its people have for it.
    pub own_posterior: f64,
    /// The part of its people for whom that is clear (`clear_posterior` of the definitions).
    pub clear: f64,
    /// The part of pairs, one of this group and one of the other, that the best possible reading tells apart, at even
    /// odds: for each group in order, 1 for itself; 0.5 is tossing a coin.
    pub apart: Vec<f64>,
}

/// How well groups can be told apart from records that end at an age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Resolution {
    /// The exact age at which the records end, in years.
    pub age: f64,
    /// Part of people whose likeliest group is their own.
    pub accuracy: f64,
    /// The groups, in the model's order.
    pub groups: Vec<GroupResolution>,
    /// Simulated people behind these figures.
    pub people: usize,
}

impl Resolution {
    pub(super) fn of(separation: Separation, naming: &Naming, age: f64) -> Resolution {
        let Separation { people, shares, own_posterior, clear, accuracy, apart } = separation;
        let group = |(k, apart): (usize, Vec<f64>)| GroupResolution {
            group: k,
            profile: naming.profile_of(k),
            share: shares[k],
            own_posterior: own_posterior[k],
            clear: clear[k],
            apart,
        };
        Resolution { age, accuracy, groups: apart.into_iter().enumerate().map(group).collect(), people }
    }
}

/// A group that another cannot yet be told from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hidden {
    pub(super) other: usize,
    pub(super) accuracy: f64,
    pub(super) needed: f64,
}

impl Hidden {
    /// The two groups, for an answer.
    pub(super) fn pair(self, group: usize, naming: &Naming) -> Indistinct {
        Indistinct {
            group,
            profile: naming.profile_of(group),
            other: self.other,
            other_profile: naming.profile_of(self.other),
            apart: self.accuracy,
            needed: self.needed,
        }
    }
}

/// Two groups that even whole careers do not tell apart are no reason to wait: then less than this below what whole
/// careers reach will do.
const SHORT_OF_THE_END: f64 = 0.05;

/// For each group the other that it is least told from, of those with another answer, when that is less than `needed`
/// and time would help.
pub(super) fn hidden(now: &Separation, end: &Separation, naming: &Naming, needed: f64) -> Vec<Option<Hidden>> {
    let groups = now.apart.len();
    let alike = |k: usize, other: usize| {
        k == other || (naming.profile_of(k).is_some() && naming.profile_of(k) == naming.profile_of(other))
    };
    (0..groups)
        .map(|k| {
            (0..groups)
                .filter(|&other| !alike(k, other))
                .map(|other| {
                    let needed = needed.min(end.apart[k][other] - SHORT_OF_THE_END);
                    Hidden { other, accuracy: now.apart[k][other], needed }
                })
                .filter(|hidden| hidden.accuracy < hidden.needed)
                .min_by(|a, b| a.accuracy.total_cmp(&b.accuracy))
        })
        .collect()
}
