//! Naming the groups of a cohort: which group shows which of the four profiles, how sure that is, and why.
//!
//! Does not belong here: definitions and measurements, persons (`person`), words (`wording`).

use super::assignment::{ANSWERS, NONE, Scores, best_totals};
use super::curve::GroupCurve;
use super::definitions::Definitions;
use super::descriptors::{Descriptors, Peak};
use super::fit::ProfileFit;
use super::kind::Profile;
use super::reason::{Absent, Ambiguity, Unnamed};
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The most groups that are named at once, and the most that are fitted; a handful is what can be told apart.
pub const MAX_GROUPS: usize = 32;

/// How far the shares of a cohort may be from 1 in all: shares in print are rounded.
const SHARES: f64 = 0.02;

/// Totals of at most four scores that differ by less are equal but for rounding.
const TIE: f64 = 1e-9;

/// What the naming says of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupNaming {
    /// Number of the group, from 0, in the order given.
    pub group: usize,
    /// Its share of the cohort, as given.
    pub share: f64,
    /// The profile it shows; `None` with a reason in `unnamed`.
    pub profile: Option<Profile>,
    /// Its score for that profile, 0.5 to 1.
    pub score: Option<f64>,
    /// By how much the best total score is lower when this group gets another answer ('no profile' counts as
    /// one). `None` when no other answer is possible.
    pub margin: Option<f64>,
    /// Why the answer is uncertain; empty when it is not.
    pub ambiguities: Vec<Ambiguity>,
    /// Why it shows no profile.
    pub unnamed: Option<Unnamed>,
    /// What was measured on its curve.
    pub descriptors: Descriptors,
    /// The group against each of the four definitions, in the order of [`Profile::ALL`].
    pub fits: [ProfileFit; 4],
}

/// The names of the groups of one cohort, with everything they rest on.
///
/// It belongs to the groups and the definitions it was made from; a group without a profile and a profile
/// without a group are results, not errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Naming {
    /// The thresholds used.
    pub definitions: Definitions,
    /// Width of an age interval, in years.
    pub width: f64,
    /// The groups, in the order given.
    pub groups: Vec<GroupNaming>,
    /// The profiles that no group shows, in the order of [`Profile::ALL`].
    pub absent: Vec<Absent>,
    /// Total score of the best assignment.
    pub total: f64,
    /// By how much the second best assignment's total is lower: the smallest margin of a group. `None` when
    /// only one assignment is possible.
    pub margin: Option<f64>,
}

/// Names the groups of a cohort by the written definitions.
///
/// Every group is held against every definition; of all ways to give each profile to at most one group
/// that meets it, and each group at most one profile, the one with the largest total score is taken
/// (found exactly). There may be fewer or more groups than profiles. Where two ways are equally good, the
/// groups they disagree on get no name. The order of the groups changes nothing but the order of the answers.
///
/// # Errors
/// When there are no groups or more than [`MAX_GROUPS`]; when they are not at the same ages; when their shares
/// are not 1 in all, give or take 0.02; when the definitions fail [`Definitions::check`].
///
/// ```
/// use pleegprofiel::{Definitions, GroupCurve, Profile, name_groups};
/// // Rates by age as bells on a log scale: the level, the age of the peak, and how wide it is.
/// let bell = |share: f64, level: f64, peak: f64, width: f64| {
///     let ages: Vec<f64> = (12..40).map(|age| f64::from(age) + 0.5).collect();
///     let rates = ages.iter().map(|age| level * (-((age - peak) / width).powi(2) / 2.0).exp()).collect();
///     GroupCurve::new(share, ages, rates, 1.0)
/// };
/// let groups = [bell(0.6, 0.05, 22.0, 12.0)?, bell(0.25, 0.8, 17.0, 4.0)?, bell(0.15, 3.0, 25.0, 16.0)?];
/// let naming = name_groups(&groups, &Definitions::default())?;
/// assert_eq!(naming.profile_of(0), Some(Profile::Incidental));
/// assert_eq!(naming.profile_of(1), Some(Profile::EarlyPeak));
/// assert_eq!(naming.profile_of(2), Some(Profile::Continuous));
/// assert_eq!(naming.absent[0].profile, Profile::LatePeak);
/// assert!(naming.groups[1].descriptors.peak.age().is_some_and(|age| (age - 17.0).abs() < 0.01));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
pub fn name_groups(groups: &[GroupCurve], definitions: &Definitions) -> Result<Naming> {
    definitions.check()?;
    check_cohort(groups)?;
    let measured = Descriptors::of_groups(groups, definitions);
    let fits: Vec<[ProfileFit; 4]> = measured.iter().map(|d| ProfileFit::all(d, definitions)).collect();
    let scores: Vec<Scores> = measured.iter().zip(&fits).map(|(d, fits)| admissible(d, fits)).collect();
    let totals = best_totals(&scores);
    let decided: Vec<Decision> = totals.iter().map(Decision::of).collect();

    let named: Vec<GroupNaming> = measured
        .into_iter()
        .zip(fits)
        .enumerate()
        .map(|(group, (descriptors, fits))| {
            let decision = &decided[group];
            let profile = decision.profile();
            let score = profile.and_then(|p| scores[group][p.index()]);
            let unnamed = match profile {
                Some(_) => None,
                None if matches!(descriptors.peak, Peak::NoOffences) => Some(Unnamed::NoOffences),
                None => Some(reason(group, &scores, &decided, &fits, &descriptors)),
            };
            let ambiguities = ambiguities(decision, profile, &scores[group], &fits, definitions);
            let (share, margin) = (groups[group].share(), decision.margin);
            GroupNaming { group, share, profile, score, margin, ambiguities, unnamed, descriptors, fits }
        })
        .collect();

    let absent = Profile::ALL.into_iter().filter(|p| named.iter().all(|g| g.profile != Some(*p)));
    let absent = absent.map(|profile| absence(profile, &named)).collect();
    let total = totals[0].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let margin = named.iter().filter_map(|g| g.margin).min_by(f64::total_cmp);
    let width = groups[0].width();
    Ok(Naming { definitions: definitions.clone(), width, groups: named, absent, total, margin })
}

impl Naming {
    /// The profile that group `group` (from 0) shows; `None` when it shows none, or there is no such group.
    pub fn profile_of(&self, group: usize) -> Option<Profile> {
        self.groups.get(group)?.profile
    }

    /// The group (from 0) that shows a profile.
    pub fn group_of(&self, profile: Profile) -> Option<usize> {
        self.groups.iter().position(|g| g.profile == Some(profile))
    }
}

fn check_cohort(groups: &[GroupCurve]) -> Result<()> {
    let Some(first) = groups.first() else {
        return Err(Error::value("there are no groups to name"));
    };
    if groups.len() > MAX_GROUPS {
        return Err(Error::value(format!("{} groups to name, but at most {MAX_GROUPS} can be", groups.len())));
    }
    if let Some(other) = groups.iter().position(|group| !group.same_ages(first)) {
        return Err(Error::value(format!("groups 1 and {} are not at the same ages", other + 1)));
    }
    let shares: f64 = groups.iter().map(GroupCurve::share).sum();
    if (shares - 1.0).abs() > SHARES {
        return Err(Error::value(format!("the shares of the groups are {shares} in all, not 1")));
    }
    Ok(())
}

/// Scores of the definitions that a group meets. A group of which nothing is expected has no course to name.
fn admissible(descriptors: &Descriptors, fits: &[ProfileFit; 4]) -> Scores {
    let some = !matches!(descriptors.peak, Peak::NoOffences);
    std::array::from_fn(|p| (some && fits[p].met).then_some(fits[p].score))
}

/// The answers of one group that belong to a best assignment, and how good the next is.
struct Decision {
    /// Indices of the equally good answers; more than one is a tie.
    best: Vec<usize>,
    margin: Option<f64>,
    /// The best answer but one.
    next: Option<usize>,
}

impl Decision {
    fn of(totals: &[f64; ANSWERS]) -> Decision {
        let mut order: Vec<usize> = (0..ANSWERS).filter(|&a| totals[a] > f64::NEG_INFINITY).collect();
        order.sort_by(|&a, &b| totals[b].total_cmp(&totals[a]));
        let top = totals[order[0]];
        let mut best: Vec<usize> = order.iter().copied().filter(|&a| top - totals[a] <= TIE).collect();
        best.sort_unstable();
        Decision { best, margin: order.get(1).map(|&a| top - totals[a]), next: order.get(1).copied() }
    }

    fn tied(&self) -> bool {
        self.best.len() > 1
    }

    fn profile(&self) -> Option<Profile> {
        if self.tied() { None } else { answer(self.best[0]) }
    }
}

fn answer(index: usize) -> Option<Profile> {
    Profile::ALL.get(index).copied()
}

/// Why a group of which offences are expected has no profile.
fn reason(
    group: usize,
    scores: &[Scores],
    decided: &[Decision],
    fits: &[ProfileFit; 4],
    descriptors: &Descriptors,
) -> Unnamed {
    let own = &decided[group];
    if own.tied() {
        let shared = |other: &Decision| other.best.iter().any(|a| *a != NONE && own.best.contains(a));
        let with = (0..scores.len()).filter(|&g| g != group && decided[g].tied() && shared(&decided[g])).collect();
        return Unnamed::Tied { answers: own.best.iter().map(|&a| answer(a)).collect(), with };
    }
    let best = (0..NONE).filter_map(|p| scores[group][p].map(|score| (p, score)));
    // The first of equal scores: the order of the profiles is fixed.
    let best = best.fold(None, |best: Option<(usize, f64)>, next| match best {
        Some(kept) if kept.1 >= next.1 => Some(kept),
        _ => Some(next),
    });
    if let Some((p, score)) = best {
        // Were the profile free, this group would have it: so a group has it, or several are tied for it.
        let by: Vec<usize> = (0..scores.len()).filter(|&g| g != group && decided[g].best.contains(&p)).collect();
        let by_score = by.iter().filter_map(|&g| scores[g][p]).fold(0.0, f64::max);
        return Unnamed::Taken { profile: Profile::ALL[p], score, by, by_score };
    }
    let closest = fits.iter().fold(&fits[0], |best, next| if closer(next, best).is_gt() { next } else { best });
    Unnamed::NoMatch {
        closest: closest.profile,
        score: closest.score,
        peak_age: descriptors.peak.age(),
        failed: closest.failed().cloned().collect(),
    }
}

/// `Greater` when `a` is closer to being met than `b`.
fn closer(a: &ProfileFit, b: &ProfileFit) -> Ordering {
    a.score.total_cmp(&b.score).then_with(|| b.failed().count().cmp(&a.failed().count()))
}

fn ambiguities(
    decision: &Decision,
    profile: Option<Profile>,
    scores: &Scores,
    fits: &[ProfileFit; 4],
    definitions: &Definitions,
) -> Vec<Ambiguity> {
    let mut found = Vec::new();
    if let (Some(margin), Some(next)) = (decision.margin, decision.next)
        && margin < definitions.small_margin
        && !decision.tied()
    {
        found.push(Ambiguity::SmallMargin { margin, other: answer(next) });
    }
    if let Some(profile) = profile {
        let own = scores[profile.index()];
        for other in Profile::ALL {
            if let Some(score) = scores[other.index()].filter(|_| scores[other.index()] > own) {
                found.push(Ambiguity::FitsAnotherBetter { profile: other, score });
            }
        }
        let barely = fits[profile.index()].criteria.iter().filter(|c| c.degree < definitions.near_limit);
        found.extend(barely.cloned().map(Ambiguity::NearLimit));
    }
    found
}

fn absence(profile: Profile, groups: &[GroupNaming]) -> Absent {
    let fit = |g: &GroupNaming| g.fits[profile.index()].clone();
    let closest =
        groups.iter().fold(&groups[0], |best, next| if closer(&fit(next), &fit(best)).is_gt() { next } else { best });
    Absent {
        profile,
        closest: closest.group,
        score: fit(closest).score,
        peak_age: closest.descriptors.peak.age(),
        failed: fit(closest).failed().cloned().collect(),
    }
}
