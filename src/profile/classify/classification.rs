//! The classification of one person, with everything it rests on.

use super::at_index::age::IndexAge;
use super::explanation::Explanation;
use super::forecast::Forecast;
use super::limitation::Limitation;
use super::options::ClassifyOptions;
use super::prediction::PredictionSet;
use super::resolution::Resolution;
use super::typicality::Typicality;
use crate::profile::kind::Profile;
use crate::profile::person::{Candidate, PersonProfile};
use crate::trajectory::family::Family;
use serde::{Deserialize, Serialize};

/// The posterior probability of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProfileProbability {
    /// The profile.
    pub profile: Profile,
    /// The groups that show it, from 0.
    pub groups: Vec<usize>,
    /// The posterior probability.
    pub probability: f64,
}

/// What could still change a posterior: it after one more age interval at liberty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WhatIf {
    /// The exact age at which that interval ends, in years.
    pub age: f64,
    /// Posterior of each group after it without an offence.
    pub offence_free: Vec<f64>,
    /// Posterior of each group after it with one offence.
    pub one_offence: Vec<f64>,
}

/// The model that a classification is made with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelUsed {
    /// The name given to it, if any.
    pub name: Option<String>,
    /// Its count family.
    pub family: Family,
    /// First exact age, in years.
    pub from: f64,
    /// Last exact age, in years.
    pub to: f64,
    /// Shares of its groups; of a model with covariates of membership, among people with this person's.
    pub shares: Vec<f64>,
    /// Those covariates, with this person's values; none of a model without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covariates: Vec<(String, f64)>,
}

/// What can be said of one person beside the four profiles, how sure that is, and what it is based on.
///
/// It is about people with alike histories, not about what this person is or will do, and it is no advice: it supports
/// the reading of a professional.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Classification {
    /// The model.
    pub model: ModelUsed,
    /// What was known of the index offence; `None` when the model makes no difference between before and after it: then the
    /// answer is an average over both.
    #[serde(default)]
    pub index: Option<IndexAge>,
    /// Exact age at which the record ends, in years.
    pub age: f64,
    /// Years of age observed.
    pub years: f64,
    /// Offences counted.
    pub offences: u64,
    /// The profiles that the model has, in the order of [`Profile::ALL`].
    pub posterior: Vec<ProfileProbability>,
    /// The groups that show no profile, kept apart.
    pub without_profile: Vec<Candidate>,
    /// Posterior probability of each group, in the model's order.
    pub groups: Vec<f64>,
    /// The profile, or undecided and why.
    pub answer: PersonProfile,
    /// The profiles that cannot be ruled out.
    pub prediction_set: PredictionSet,
    /// How unusual the record is.
    pub typicality: Typicality,
    /// How well groups can be told apart from such records even in principle.
    pub resolution: Resolution,
    /// What could still change the posterior; `None` at the last age of the model.
    pub what_if: Option<WhatIf>,
    /// Further offences of people with alike histories; `None` at the last age of the model, and when it is not known which
    /// offence is the index offence that the model is conditional on.
    pub forecast: Option<Forecast>,
    /// Where the posterior comes from, and how it moved.
    pub explanation: Explanation,
    /// What has to be known of what went in.
    pub limitations: Vec<Limitation>,
    /// The choices it was made with.
    pub options: ClassifyOptions,
}

impl Classification {
    /// The posterior probability of a profile; `None` when no group of the model shows it.
    pub fn probability(&self, profile: Profile) -> Option<f64> {
        self.posterior.iter().find(|p| p.profile == profile).map(|p| p.probability)
    }

    /// The profile given; `None` when undecided.
    pub fn profile(&self) -> Option<Profile> {
        self.answer.profile
    }
}

/// The short answer: posterior aside, which profile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Placed {
    /// The most likely group of the most likely answer, from 0; the first of equally likely ones.
    pub group: usize,
    /// The posterior probability of that answer, as [`PersonProfile::probability`].
    pub probability: f64,
    /// The profile given; `None` when undecided: [`Classifier::classify`](super::classifier::Classifier::classify)
    /// says why.
    pub profile: Option<Profile>,
}
