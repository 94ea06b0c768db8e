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
    /// It meets the definitions of several profiles exactly as well: a name would be the toss of a coin.
    Tied {
        /// The equally good profiles.
        answers: Vec<Profile>,
    },
    /// It meets a definition, but may as well be of another profile, of which what is observed leaves a criterion open; see
    /// [`name_groups`](super::naming::name_groups).
    Open {
        /// The profile whose definition it meets.
        meets: Profile,
        /// The others, in the order of [`Profile::ALL`]; never empty.
        open: Vec<Profile>,
        /// Their criteria that could not be judged.
        unjudged: Vec<Criterion>,
    },
    /// No offences are expected of it at any age observed.
    NoOffences,
}

/// Why an answer for a group is ambiguous.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ambiguity {
    /// Another profile that it meets makes the naming as a whole almost as good.
    SmallMargin {
        /// By how much the total score is lower then.
        margin: f64,
        /// That other profile.
        other: Profile,
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
    /// The criteria that it fails; empty when it meets the definition, but another profile better, or as well.
    pub failed: Vec<Criterion>,
}
