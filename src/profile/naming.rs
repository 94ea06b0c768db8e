//! Naming the groups of a cohort: which of the four profiles each group shows, if any, how sure that is, and why.
//!
//! Does not belong here: definitions and measurements, persons (`person`), words (`wording`).

use super::assignment::{NONE, Scores, best_totals};
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
pub(crate) const MAX_GROUPS: usize = 32;

/// How far the shares of a cohort may be from 1 in all: shares in print are rounded.
const SHARES: f64 = 0.02;

/// Totals of at most four scores that differ by less are equal but for rounding.
const TIE: f64 = 1e-9;

/// What the naming says of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GroupNaming {
    /// Number of the group, from 0, in the order given.
    pub group: usize,
    /// Its share of the cohort, as given.
    pub share: f64,
    /// The profile it shows; `None` with a reason in `unnamed`.
    pub profile: Option<Profile>,
    /// Its score for that profile, 0.5 to 1.
    pub score: Option<f64>,
    /// By how much the total score of the cohort is lower when the group bears the next best profile that it meets.
    /// `None` when it meets no other.
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
}

/// Names the groups of a cohort by the written definitions.
///
/// Every group is held against every definition. First each profile goes to at most one group that meets it, and each
/// group gets at most one, so that the total of their scores is the largest possible (found exactly): what a group of
/// few offences with some peak is, incidental or peak, hangs on what the others are. A group that is left over, and meets
/// a definition, bears the profile that it meets best: a fit needs as many groups as careers within a profile differ,
/// and a person's probability of a profile is the sum over its groups ([`Naming::of_record`]). A group that meets none, or
/// for which two profiles are equally good, bears none, and a profile may have no group. The order of the groups changes
/// nothing but the order of the answers.
///
/// A definition of which the ages observed leave a criterion open is not met. A group that would bear that profile if the
/// criterion were met bears none ([`Unnamed::Open`]): curves that are highest at 18, where records begin, may be those of an
/// early peak, and no low level says otherwise. Of one group alone nothing says how often it offends beside others, so
/// every definition left open counts.
///
/// # Errors
/// When there are no groups or more than 32; when they are not at the same ages; when their shares
/// are not 1 in all, give or take 0.02; when the definitions fail [`Definitions::check`].
///
/// ```
/// use pleegprofiel::{Definitions, Profile, profile::{GroupCurve, name_groups}};
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
    let fits: Vec<[ProfileFit; 4]> = measured.iter().map(|d| ProfileFit::all(d, definitions, groups.len())).collect();
    let scores: Vec<Scores> = measured.iter().zip(&fits).map(|(d, fits)| admissible(d, fits)).collect();
    let totals = best_totals(&scores);
    // the same if all that is left open were met
    let open: Vec<Scores> = measured.iter().zip(&fits).map(|(d, fits)| left_open(d, fits, definitions)).collect();
    let with_open: Vec<Scores> =
        scores.iter().zip(&open).map(|(met, open)| std::array::from_fn(|p| met[p].or(open[p]))).collect();
    let totals_with_open = best_totals(&with_open);
    let named: Vec<GroupNaming> = measured
        .into_iter()
        .zip(fits)
        .enumerate()
        .map(|(group, (descriptors, fits))| {
            let answers = Answers::of(&scores[group], &totals[group]);
            let tied = answers.margin.is_some_and(|m| m <= TIE);
            let best = answers.best().filter(|_| !tied);
            let open = best.and_then(|best| {
                let may_be: Vec<Profile> =
                    Profile::ALL.into_iter().filter(|p| open[group][p.index()].is_some()).collect();
                let then = Answers::of(&with_open[group], &totals_with_open[group]);
                let settled = groups.len() > 1 && then.best() == Some(best);
                (!may_be.is_empty() && !settled).then(|| of_open(best, may_be, &fits))
            });
            let profile = best.filter(|_| open.is_none());
            let score = profile.and_then(|p| scores[group][p.index()]);
            let unnamed = match profile {
                Some(_) => None,
                None if open.is_some() => open,
                None if matches!(descriptors.peak, Peak::NoOffences) => Some(Unnamed::NoOffences),
                None if tied => Some(Unnamed::Tied { answers: answers.tied() }),
                None => Some(no_match(&fits, &descriptors)),
            };
            let margin = answers.margin;
            let ambiguities = profile.map_or(Vec::new(), |p| ambiguities(&fits[p.index()], &answers, definitions));
            let share = groups[group].share();
            GroupNaming { group, share, profile, score, margin, ambiguities, unnamed, descriptors, fits }
        })
        .collect();

    let absent = Profile::ALL.into_iter().filter(|p| named.iter().all(|g| g.profile != Some(*p)));
    let absent = absent.map(|profile| absence(profile, &named)).collect();
    Ok(Naming { definitions: definitions.clone(), width: groups[0].width(), groups: named, absent })
}

impl Naming {
    /// The profile that group `group` (from 0) shows; `None` when it shows none, or there is no such group.
    pub fn profile_of(&self, group: usize) -> Option<Profile> {
        self.groups.get(group)?.profile
    }

    /// The groups (from 0) that show a profile, in order; several may, or none.
    pub fn groups_of(&self, profile: Profile) -> Vec<usize> {
        self.groups.iter().filter(|g| g.profile == Some(profile)).map(|g| g.group).collect()
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

/// Scores of the definitions that the ages observed leave open for a group.
fn left_open(descriptors: &Descriptors, fits: &[ProfileFit; 4], definitions: &Definitions) -> Scores {
    std::array::from_fn(|p| fits[p].open(descriptors, definitions))
}

fn of_open(meets: Profile, open: Vec<Profile>, fits: &[ProfileFit; 4]) -> Unnamed {
    let of = |p: &Profile| fits[p.index()].failed().cloned();
    let unjudged = open.iter().flat_map(of).collect();
    Unnamed::Open { meets, open, unjudged }
}

/// The profiles that a group meets, the best answer first.
struct Answers {
    /// Each with the largest total score of the cohort in which the group bears it.
    order: Vec<(Profile, f64)>,
    margin: Option<f64>,
}

impl Answers {
    fn of(scores: &Scores, totals: &[f64; NONE + 1]) -> Answers {
        // left over, a group bears what it meets best, the first of equals
        let own = |p: Profile| scores[p.index()].unwrap_or(f64::NEG_INFINITY);
        let met = || Profile::ALL.into_iter().filter(|p| scores[p.index()].is_some());
        let left = met().fold(None, |best: Option<Profile>, p| match best {
            Some(b) if own(b) >= own(p) => Some(b),
            _ => Some(p),
        });
        let total = |p: Profile| {
            let over = if left == Some(p) { totals[NONE] } else { f64::NEG_INFINITY };
            totals[p.index()].max(over)
        };
        let mut order: Vec<(Profile, f64)> = met().map(|p| (p, total(p))).collect();
        // a stable sort: the order of the profiles is fixed
        order.sort_by(|a, b| b.1.total_cmp(&a.1));
        let margin = order.get(1).map(|next| order[0].1 - next.1);
        Answers { order, margin }
    }

    fn best(&self) -> Option<Profile> {
        self.order.first().map(|(p, _)| *p)
    }

    fn tied(&self) -> Vec<Profile> {
        let top = self.order.first().map_or(0.0, |(_, total)| *total);
        let mut all: Vec<Profile> = self.order.iter().filter(|(_, t)| top - t <= TIE).map(|(p, _)| *p).collect();
        all.sort_by_key(|p| p.index());
        all
    }
}

/// That a group of which offences are expected meets no definition, and which is closest.
fn no_match(fits: &[ProfileFit; 4], descriptors: &Descriptors) -> Unnamed {
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

fn ambiguities(fit: &ProfileFit, answers: &Answers, definitions: &Definitions) -> Vec<Ambiguity> {
    let mut found = Vec::new();
    if let (Some(margin), Some((other, _))) = (answers.margin, answers.order.get(1))
        && margin < definitions.small_margin
    {
        found.push(Ambiguity::SmallMargin { margin, other: *other });
    }
    let barely = fit.criteria.iter().filter(|c| c.degree < definitions.near_limit);
    found.extend(barely.cloned().map(Ambiguity::NearLimit));
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
