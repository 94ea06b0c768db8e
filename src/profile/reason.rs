//! Why a group has no profile, why a name is uncertain, and why a profile is missing from a cohort.
//!
//! Belongs here: reasons as data. Does not belong here: their words (`wording`), and reasons about a
//! person (`person`).

use super::criterion::Criterion;
use super::kind::Profile;
use serde::{Deserialize, Serialize};

/// Why a group matches no profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unnamed {
    /// It meets none of the four definitions.
    NoMatch {
        /// The profile it comes closest to: the highest score, then the fewest criteria failed.
        closest: Profile,
        /// Its score for that profile.
        score: f64,
        /// The age of its highest rate in years, if it has one.
        peak_age: Option<f64>,
        /// The criteria of that profile that it fails; never empty.
        failed: Vec<Criterion>,
    },
    /// It meets a definition, but another group is a better answer for that profile.
    Taken {
        /// The profile it fits best of those it meets.
        profile: Profile,
        /// Its score for that profile.
        score: f64,
        /// The groups (from 0) that fit it better: the one that has the profile, or those tied for it.
        by: Vec<usize>,
        /// Their score.
        by_score: f64,
    },
    /// Two answers are exactly as good: a name would be the toss of a coin.
    Tied {
        /// The equally good answers; `None` is no profile.
        answers: Vec<Option<Profile>>,
        /// The other groups (from 0) that the tie is with; empty when it is between two profiles of this group.
        with: Vec<usize>,
    },
    /// No offences are expected of it at any age observed.
    NoOffences,
}

/// Why an answer for a group is ambiguous.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ambiguity {
    /// Another answer for this group makes the naming as a whole almost as good.
    SmallMargin {
        /// By how much the total score of the best such naming is lower.
        margin: f64,
        /// That other answer; `None` is no profile.
        other: Option<Profile>,
    },
    /// It fits another profile better, which another group fits better still.
    FitsAnotherBetter {
        /// The other profile.
        profile: Profile,
        /// Its score for that.
        score: f64,
    },
    /// A criterion of the profile is only just met.
    NearLimit(Criterion),
}

/// A profile that no group of the cohort shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absent {
    /// The profile.
    pub profile: Profile,
    /// The group (from 0) that comes closest: the highest score, then the fewest criteria failed.
    pub closest: usize,
    /// Its score.
    pub score: f64,
    /// The age of its highest rate in years, if it has one.
    pub peak_age: Option<f64>,
    /// The criteria that it fails; empty when it meets the definition, but is named otherwise or tied.
    pub failed: Vec<Criterion>,
}
