//! Conformal prediction sets: the profiles that cannot be ruled out, with a coverage that holds for each of them.
//!
//! # How
//! Split conformal prediction, class by class (Vovk, Gammerman & Shafer 2005; Vovk 2012): people whose profile is
//! known and who played no part in the fit are given their posterior probability of that profile. A profile is ruled
//! out for a record when its posterior is lower than for all but few of the people who do have it: the part of them
//! with one at most as high, the record counted among them, must be above 1 - coverage. Then at least `coverage` of
//! the people of every profile keep their own in the set, provided they are like the people it was calibrated on.
//! Ties count in favour of the profile, so the sets are a little larger than they had to be; where many people of a profile
//! have one and the same record, larger than that. Of late-peak people with an index offence at 19 to 21 most of the least
//! likely have no other offence yet: sets of 90 % hold 97 to 99 % of them, and would hold 71 to 88 % without that record
//! (`study_of_people_cut_at_the_end_of_the_index_year`, 200,000 people). Tossing a coin about a person is no way out. So
//! the coverage asked for is the least, and every set says of each profile how many of its people it holds.

use super::own_class::OwnClass;
use crate::profile::kind::Profile;
use serde::{Deserialize, Serialize};

/// Where a calibration comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CalibrationSource {
    /// People simulated from the model, observed as this record is: the coverage then holds as far as the model does.
    Simulated {
        /// The seed.
        seed: u64,
    },
    /// People whose profile the caller knew.
    Given,
}

/// What is known of a profile from its calibration.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProfileEvidence {
    /// The profile; `None` stands for all groups without one.
    pub profile: Option<Profile>,
    /// Conformal p-value: the part of its people whose posterior for it is at most as high.
    pub p: f64,
    /// The people of this profile in the calibration.
    pub people: usize,
    /// The part of these people in whose set it is: the coverage of sets like this one for this profile. At least the one
    /// that was asked for, and more where many of them have one record. Where several places of an index offence are
    /// possible, the lowest of these. `None` in what was written before it was worked out.
    #[serde(default)]
    pub holds: Option<f64>,
}

/// The profiles that cannot be ruled out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PredictionSet {
    /// The coverage that was asked for: the least for every profile, of which [`ProfileEvidence::holds`] says its own.
    pub coverage: f64,
    /// The profiles in the set, in the order of [`Profile::ALL`]. Empty when for every profile the posterior is lower than
    /// for all but `1 - coverage` of its own people: a record may be clear enough for a profile and still be less clear
    /// than nearly all of that profile's people.
    pub profiles: Vec<Profile>,
    /// Whether the groups without a profile are in it.
    pub no_profile: bool,
    /// Each profile with its p-value; it is in the set when that is above 1 - coverage.
    pub evidence: Vec<ProfileEvidence>,
    /// The exact age up to which the people of the calibration were observed, in years.
    pub age: f64,
    /// Where the calibration comes from.
    pub source: CalibrationSource,
}

impl PredictionSet {
    /// The keys of the profiles in it, and `none` when groups without a profile are.
    pub fn keys(&self) -> Vec<&'static str> {
        self.profiles.iter().map(|p| p.key()).chain(self.no_profile.then_some("none")).collect()
    }
}

/// The set from a calibration: for each class its profile, and the record among its people.
pub(super) fn set(
    classes: impl Iterator<Item = (Option<Profile>, OwnClass)>,
    coverage: f64,
    age: f64,
    source: CalibrationSource,
) -> PredictionSet {
    let evidence: Vec<ProfileEvidence> = classes
        .map(|(profile, of)| ProfileEvidence { profile, p: of.p, people: of.people, holds: Some(of.holds) })
        .collect();
    let inside = |e: &&ProfileEvidence| e.p > 1.0 - coverage;
    PredictionSet {
        coverage,
        profiles: evidence.iter().filter(inside).filter_map(|e| e.profile).collect(),
        no_profile: evidence.iter().filter(inside).any(|e| e.profile.is_none()),
        evidence,
        age,
        source,
    }
}
