//! The answer for one person: the profile of the group whose members' histories are most like theirs, or why
//! that cannot be said.
//!
//! Does not belong here: how posterior probabilities are computed (`trajectory`), or what anyone does
//! with the answer (`advice`).

use super::kind::Profile;
use super::naming::Naming;
use super::reason::Unnamed;
use crate::error::{Error, Result};
use crate::units::Probability;
use serde::{Deserialize, Serialize};

/// How far posterior probabilities may be from 1 in all: rounding in files.
const SUM: f64 = 1e-6;

/// A group in a person's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The group, from 0.
    pub group: usize,
    /// The profile it shows, if any.
    pub profile: Option<Profile>,
    /// The posterior probability of membership.
    pub probability: Probability,
}

/// Why a person gets no profile: the first that applies. [`Naming::person`] knows `NothingObserved`, `TooFewAges`, `Alike`
/// and `Unnamed`, in this order; [`Naming::of_record`] puts `NoOffence` behind the first; a
/// [`Classifier`](crate::Classifier) refuses who has none, and puts its own three behind `TooFewAges`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Undecided {
    /// Nothing of this career was observed: the posterior says no more than the shares of the groups.
    NothingObserved,
    /// There is no offence in the record: nobody is placed without an adjudicated case.
    NoOffence,
    /// Too few years were observed.
    TooFewAges {
        /// Years of age observed.
        years: f64,
        /// Years needed ([`Definitions::person_years`](super::definitions::Definitions::person_years)).
        needed: f64,
    },
    /// Two or more groups are too alike for this history: the likeliest ones, as many as it takes to reach the
    /// threshold together.
    Alike(Vec<Candidate>),
    /// The most likely group is clear, but matches no profile, for this reason.
    Unnamed(Unnamed),
    /// At this age not even the best possible reading tells the likeliest group from another.
    TooYoung {
        /// Exact age at which the record ends, in years.
        age: f64,
        /// The two groups.
        pair: Indistinct,
    },
    /// By this age groups can be told apart, but not from as little as was observed of this career.
    TooLittleSeen {
        /// Years of age observed.
        years: f64,
        /// The two groups.
        pair: Indistinct,
    },
    /// The record is so unusual, even for the group it is nearest to, that it is like none.
    UnlikeAny {
        /// Typicality: part of people of the nearest group with a record as improbable.
        p: f64,
        /// Below which a record is unlike any.
        limit: f64,
    },
    /// Which offence is the index offence is not known, and the profile hangs on it.
    IndexUnknown {
        /// The likeliest profile on average over where it may lie.
        anywhere: Candidate,
        /// The same profile when the last offence is the index offence.
        at_last: Candidate,
    },
}

impl Undecided {
    /// The key of the reason in files: `too-young`, `alike`, ..
    pub fn key(&self) -> &'static str {
        match self {
            Undecided::NothingObserved => "nothing-observed",
            Undecided::NoOffence => "no-offence",
            Undecided::TooFewAges { .. } => "too-few-ages",
            Undecided::Alike(_) => "alike",
            Undecided::Unnamed(_) => "unnamed",
            Undecided::TooYoung { .. } => "too-young",
            Undecided::TooLittleSeen { .. } => "too-little-seen",
            Undecided::UnlikeAny { .. } => "unlike-any",
            Undecided::IndexUnknown { .. } => "index-unknown",
        }
    }
}

/// Two groups that records such as this one do not tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Indistinct {
    /// The likeliest group, from 0.
    pub group: usize,
    /// Its profile, if any.
    pub profile: Option<Profile>,
    /// The other group, from 0.
    pub other: usize,
    /// Its profile, if any.
    pub other_profile: Option<Profile>,
    /// The part of pairs, one of each group, that the best possible reading tells apart at even odds.
    pub apart: f64,
    /// The part that is needed.
    pub needed: f64,
}

/// What can be said of one person: to which group's members the history is most alike, and that group's profile.
///
/// It says nothing of what the person is or will do; members of a group do not follow its curve in lock step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonProfile {
    /// The profile; `None` with a reason in `undecided`.
    pub profile: Option<Profile>,
    /// The most likely group, from 0; the first of equally likely ones.
    pub group: usize,
    /// The posterior probability of membership of that group.
    pub probability: Probability,
    /// Whether the name of that group is itself ambiguous; see
    /// [`GroupNaming::ambiguities`](super::naming::GroupNaming::ambiguities).
    pub ambiguous_name: bool,
    /// Why there is no profile.
    pub undecided: Option<Undecided>,
}

impl Naming {
    /// Places one person by posterior probabilities of membership, one for each group and 1 in all, of whom
    /// `observed` age intervals were observed.
    ///
    /// A profile is given only when at least `person_years` were observed, one group has at least
    /// `clear_posterior`, and that group shows a profile. Whether the record holds an offence cannot be seen here: see
    /// [`Naming::of_record`].
    ///
    /// # Errors
    /// When there are not as many probabilities as groups, one is not between 0 and 1, or they are not 1 in all.
    ///
    /// ```
    /// use pleegprofiel::{Definitions, GroupCurve, Profile, Undecided, name_groups};
    /// let group = |share: f64, level: f64, peak: f64, width: f64| {
    ///     let ages: Vec<f64> = (12..40).map(|age| f64::from(age) + 0.5).collect();
    ///     let rates = ages.iter().map(|age| level * (-((age - peak) / width).powi(2) / 2.0).exp()).collect();
    ///     GroupCurve::new(share, ages, rates, 1.0)
    /// };
    /// let groups = [group(0.7, 0.05, 22.0, 12.0)?, group(0.3, 0.8, 17.0, 4.0)?];
    /// let naming = name_groups(&groups, &Definitions::default())?;
    /// let person = naming.person(&[0.1, 0.9], 12)?;
    /// assert_eq!((person.profile, person.probability.get()), (Some(Profile::EarlyPeak), 0.9));
    /// let person = naming.person(&[0.4, 0.6], 12)?;
    /// assert!(matches!(person.undecided, Some(Undecided::Alike(groups)) if groups.len() == 2));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn person(&self, posterior: &[f64], observed: usize) -> Result<PersonProfile> {
        if posterior.len() != self.groups.len() || posterior.is_empty() {
            return Err(Error::value(format!(
                "{} posterior probabilities for {} groups",
                posterior.len(),
                self.groups.len()
            )));
        }
        let mut order = posterior
            .iter()
            .enumerate()
            .map(|(group, &p)| {
                let probability = Probability::new(p)?;
                Ok(Candidate { group, profile: self.profile_of(group), probability })
            })
            .collect::<Result<Vec<Candidate>>>()?;
        let sum: f64 = posterior.iter().sum();
        if (sum - 1.0).abs() > SUM {
            return Err(Error::value(format!("the posterior probabilities are {sum} in all, not 1")));
        }
        // A stable sort: the first of equals stays first.
        order.sort_by(|a, b| b.probability.get().total_cmp(&a.probability.get()));
        let (group, probability) = (order[0].group, order[0].probability);
        let named = &self.groups[group];
        let undecided = self.undecided(order, observed);
        let profile = named.profile.filter(|_| undecided.is_none());
        let ambiguous_name = !named.ambiguities.is_empty();
        Ok(PersonProfile { profile, group, probability, ambiguous_name, undecided })
    }

    /// As [`Naming::person`], of a record with this many adjudicated offences: without any nobody is placed.
    ///
    /// # Errors
    /// As [`Naming::person`].
    pub fn of_record(&self, posterior: &[f64], observed: usize, offences: u64) -> Result<PersonProfile> {
        let answer = self.person(posterior, observed)?;
        if offences > 0 || observed == 0 {
            return Ok(answer);
        }
        Ok(PersonProfile { profile: None, undecided: Some(Undecided::NoOffence), ..answer })
    }

    fn undecided(&self, order: Vec<Candidate>, observed: usize) -> Option<Undecided> {
        let definitions = &self.definitions;
        if observed == 0 {
            return Some(Undecided::NothingObserved);
        }
        let years = observed as f64 * self.width;
        if years + 1e-9 < definitions.person_years {
            return Some(Undecided::TooFewAges { years, needed: definitions.person_years });
        }
        if order[0].probability.get() < definitions.clear_posterior {
            let mut reached = 0.0;
            let likely = order.into_iter().take_while(|candidate| {
                let more = reached < definitions.clear_posterior && candidate.probability.get() > 0.0;
                reached += candidate.probability.get();
                more
            });
            return Some(Undecided::Alike(likely.collect()));
        }
        self.groups[order[0].group].unnamed.clone().map(Undecided::Unnamed)
    }
}
