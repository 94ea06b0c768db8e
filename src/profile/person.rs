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

/// One of the answers that a person's posterior probabilities are about: a profile, with all groups that show it, or a
/// group that shows none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Candidate {
    /// The groups, from 0, the likeliest first.
    pub groups: Vec<usize>,
    /// The profile they show, if any.
    pub profile: Option<Profile>,
    /// The posterior probability of membership of any of them.
    pub probability: Probability,
}

/// Why a person gets no profile: the first that applies. [`Naming::of_record`] knows `NothingObserved`, `TooFewAges`, `Alike`
/// and `Unnamed`, in this order; [`Naming::of_record`] puts `NoOffence` behind the first;
/// [`Settled`](super::settled::Settled) takes away names that hang on the model; a
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
    /// The history fits more than one answer: the likeliest, as many as it takes to reach the threshold together.
    Alike(Vec<Candidate>),
    /// The most likely group is clear, but shows no profile, for this reason.
    Unnamed(Unnamed),
    /// One curve with lasting differences between people explains the cohort better than groups do
    /// ([`Settled`](super::settled::Settled)): whatever group is likeliest, it is none.
    OnePopulation {
        /// By how much its BIC (persons) is lower.
        gain: f64,
    },
    /// Models that fit about as well find other profiles likelier: the groups are not settled.
    Unsettled {
        /// The likeliest profiles under those models, in the order of [`Profile::ALL`].
        others: Vec<Profile>,
    },
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
            Undecided::OnePopulation { .. } => "one-population",
            Undecided::Unsettled { .. } => "unsettled",
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

/// What can be said of one person: which profile's members have histories most like this one.
///
/// It says nothing of what the person is or will do; members of a group do not follow its curve in lock step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PersonProfile {
    /// The profile; `None` with a reason in `undecided`.
    pub profile: Option<Profile>,
    /// The most likely group of the most likely answer, from 0; the first of equally likely ones.
    pub group: usize,
    /// The posterior probability of that answer: of membership of any group with the same profile as that group, or of
    /// the group itself when it shows none.
    pub probability: Probability,
    /// Whether the name of that group is itself ambiguous; see
    /// [`GroupNaming::ambiguities`](super::naming::GroupNaming::ambiguities).
    pub ambiguous_name: bool,
    /// Why there is no profile.
    pub undecided: Option<Undecided>,
}

impl Naming {
    /// As [`Naming::of_record`], of a record that has an offence.
    pub(crate) fn person(&self, posterior: &[f64], observed: usize) -> Result<PersonProfile> {
        if posterior.len() != self.groups.len() || posterior.is_empty() {
            return Err(Error::value(format!(
                "{} posterior probabilities for {} groups",
                posterior.len(),
                self.groups.len()
            )));
        }
        posterior.iter().try_for_each(|&p| Probability::new(p).map(|_| ()))?;
        let sum: f64 = posterior.iter().sum();
        if (sum - 1.0).abs() > SUM {
            return Err(Error::value(format!("the posterior probabilities are {sum} in all, not 1")));
        }
        let (group, p) = self.likeliest(posterior);
        let probability = Probability::new(p)?;
        let undecided = self.undecided(posterior, (group, p), observed)?;
        let named = &self.groups[group];
        let profile = named.profile.filter(|_| undecided.is_none());
        let ambiguous_name = !named.ambiguities.is_empty();
        Ok(PersonProfile { profile, group, probability, ambiguous_name, undecided })
    }

    /// The likeliest answer: its likeliest group, the first of equals, and its probability.
    #[inline]
    pub(crate) fn likeliest(&self, posterior: &[f64]) -> (usize, f64) {
        let mut of_profile = [0.0; 4];
        for (named, p) in self.groups.iter().zip(posterior) {
            if let Some(profile) = named.profile {
                of_profile[profile.index()] += p;
            }
        }
        let mut best = (0, f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (k, (named, &own)) in self.groups.iter().zip(posterior).enumerate() {
            // rounding may carry a sum over 1
            let p = named.profile.map_or(own, |profile| of_profile[profile.index()].min(1.0));
            if p > best.1 || (p == best.1 && own > best.2) {
                best = (k, p, own);
            }
        }
        (best.0, best.1)
    }

    /// Every answer with its probability, likeliest first; the first of equals in the order of the groups.
    fn candidates(&self, posterior: &[f64]) -> Result<Vec<Candidate>> {
        let mut all: Vec<(Vec<usize>, Option<Profile>, f64)> = Vec::new();
        for (k, &p) in posterior.iter().enumerate() {
            let profile = self.profile_of(k);
            match all.iter_mut().find(|(_, other, _)| profile.is_some() && *other == profile) {
                Some((groups, _, sum)) => {
                    groups.push(k);
                    *sum = (*sum + p).min(1.0);
                }
                None => all.push((vec![k], profile, p)),
            }
        }
        // stable sorts: the first of equals stays first
        all.sort_by(|a, b| b.2.total_cmp(&a.2));
        all.into_iter()
            .map(|(mut groups, profile, p)| {
                groups.sort_by(|&a, &b| posterior[b].total_cmp(&posterior[a]));
                Ok(Candidate { groups, profile, probability: Probability::new(p)? })
            })
            .collect()
    }

    /// Places one person by posterior probabilities of membership, one for each group and 1 in all, of whom
    /// `observed` age intervals were observed and this many adjudicated offences are known: without any nobody is placed.
    ///
    /// The probability of a profile is the sum over the groups that show it. A profile is given only when at least
    /// `person_years` were observed and its probability is at least `clear_posterior`.
    ///
    /// # Errors
    /// When there are not as many probabilities as groups, one is not between 0 and 1, or they are not 1 in all.
    ///
    /// ```
    /// use pleegprofiel::{Definitions, Profile, profile::{GroupCurve, Undecided, name_groups}};
    /// let group = |share: f64, level: f64, peak: f64, width: f64| {
    ///     let ages: Vec<f64> = (12..40).map(|age| f64::from(age) + 0.5).collect();
    ///     let rates = ages.iter().map(|age| level * (-((age - peak) / width).powi(2) / 2.0).exp()).collect();
    ///     GroupCurve::new(share, ages, rates, 1.0)
    /// };
    /// let groups = [group(0.7, 0.05, 22.0, 12.0)?, group(0.3, 0.8, 17.0, 4.0)?];
    /// let naming = name_groups(&groups, &Definitions::default())?;
    /// let person = naming.of_record(&[0.1, 0.9], 12, 3)?;
    /// assert_eq!((person.profile, person.probability.get()), (Some(Profile::EarlyPeak), 0.9));
    /// let person = naming.of_record(&[0.4, 0.6], 12, 3)?;
    /// assert!(matches!(person.undecided, Some(Undecided::Alike(answers)) if answers.len() == 2));
    /// assert!(matches!(naming.of_record(&[0.1, 0.9], 12, 0)?.undecided, Some(Undecided::NoOffence)));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn of_record(&self, posterior: &[f64], observed: usize, offences: u64) -> Result<PersonProfile> {
        let answer = self.person(posterior, observed)?;
        if offences > 0 || observed == 0 {
            return Ok(answer);
        }
        Ok(PersonProfile { profile: None, undecided: Some(Undecided::NoOffence), ..answer })
    }

    fn undecided(&self, posterior: &[f64], likeliest: (usize, f64), observed: usize) -> Result<Option<Undecided>> {
        let definitions = &self.definitions;
        if observed == 0 {
            return Ok(Some(Undecided::NothingObserved));
        }
        let years = observed as f64 * self.width;
        if years + 1e-9 < definitions.person_years {
            return Ok(Some(Undecided::TooFewAges { years, needed: definitions.person_years }));
        }
        if likeliest.1 < definitions.clear_posterior {
            let mut reached = 0.0;
            let likely = self.candidates(posterior)?.into_iter().take_while(|candidate| {
                let more = reached < definitions.clear_posterior && candidate.probability.get() > 0.0;
                reached += candidate.probability.get();
                more
            });
            return Ok(Some(Undecided::Alike(likely.collect())));
        }
        Ok(self.groups[likeliest.0].unnamed.clone().map(Undecided::Unnamed))
    }
}
