//! How common a factor is in the published groups.

use super::catalogue::Factor;
use super::interval::ShareInterval;
use crate::profile::language::Language;
use crate::units::Probability;
use serde::{Deserialize, Serialize};

/// People brought to court in the Netherlands for domestic sexual exploitation, in the study of the Rapporteur.
pub const SIZE_OF_STUDY: u32 = 630;

/// A group of which shares are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceGroup {
    /// The people of the study: brought to court for domestic sexual exploitation.
    Traffickers,
    /// Control group: people with other offences.
    OtherOffenders,
    /// Control group: people without offences.
    NoOffences,
}

impl ReferenceGroup {
    /// All three.
    pub const ALL: [ReferenceGroup; 3] =
        [ReferenceGroup::Traffickers, ReferenceGroup::OtherOffenders, ReferenceGroup::NoOffences];

    /// Name.
    pub fn label(self, language: Language) -> &'static str {
        match self {
            ReferenceGroup::Traffickers => language.pick("mensenhandelaren", "traffickers"),
            ReferenceGroup::OtherOffenders => language.pick("andere daders", "other offenders"),
            ReferenceGroup::NoOffences => language.pick("mensen zonder delicten", "people without offences"),
        }
    }

    /// Number of people, where it is published; that of the control groups is not.
    pub fn size(self) -> Option<u32> {
        (self == ReferenceGroup::Traffickers).then_some(SIZE_OF_STUDY)
    }
}

/// How a figure is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Read in the source itself.
    Published,
    /// Known from reports of the source only.
    SecondHand,
}

/// The share of a reference group in which a factor is present: a description of that group, never a probability of
/// a person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReferenceShare {
    /// The group.
    pub group: ReferenceGroup,
    /// The share, rounded to whole per cents in the source.
    pub share: Probability,
    /// Its 95 % interval, when the size of the group is published.
    pub interval: Option<ShareInterval>,
    /// How it is known.
    pub certainty: Certainty,
}

impl Factor {
    /// What is published of how common the factor is.
    ///
    /// ```
    /// use pleegprofiel::risk::factor::{Factor, ReferenceGroup};
    /// let shares = Factor::CriminalRelative.shares();
    /// assert_eq!(shares.len(), 3);
    /// assert_eq!((shares[0].group, shares[0].share.get()), (ReferenceGroup::Traffickers, 0.89));
    /// assert!(shares[1].interval.is_none()); // the size of the control group is not published
    /// ```
    ///
    /// # References
    /// [`Factor::evidence`].
    pub fn shares(self) -> Vec<ReferenceShare> {
        use Certainty::{Published, SecondHand};
        let figures: &[(ReferenceGroup, u32, Certainty)] = match self {
            Factor::CriminalRelative => &[
                (ReferenceGroup::Traffickers, 89, Published),
                (ReferenceGroup::OtherOffenders, 64, Published),
                (ReferenceGroup::NoOffences, 24, Published),
            ],
            Factor::StartQualification => &[
                (ReferenceGroup::Traffickers, 30, Published),
                (ReferenceGroup::OtherOffenders, 62, Published),
                (ReferenceGroup::NoOffences, 89, Published),
            ],
            Factor::NoStartQualification => &[
                (ReferenceGroup::Traffickers, 70, Published),
                (ReferenceGroup::OtherOffenders, 38, Published),
                (ReferenceGroup::NoOffences, 11, Published),
            ],
            Factor::SingleParentFamily => {
                &[(ReferenceGroup::Traffickers, 68, SecondHand), (ReferenceGroup::OtherOffenders, 34, SecondHand)]
            }
            Factor::FirstOffenceAsMinor => &[(ReferenceGroup::Traffickers, 65, Published)],
            _ => &[],
        };
        let entry = |(group, percent, certainty): &(ReferenceGroup, u32, Certainty)| {
            let share = f64::from(*percent) / 100.0;
            ReferenceShare {
                group: *group,
                share: Probability::new(share).expect("the constants lie between 0 and 100"),
                interval: group.size().map(|people| ShareInterval::wilson(share, people)),
                certainty: *certainty,
            }
        };
        figures.iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_sides_of_the_start_qualification_add_up() {
        for (with, without) in Factor::StartQualification.shares().iter().zip(Factor::NoStartQualification.shares()) {
            approx::assert_relative_eq!(with.share.get() + without.share.get(), 1.0, epsilon = 1e-12);
            assert_eq!(with.group, without.group);
        }
    }

    #[test]
    fn second_hand_figures_say_so_and_unpublished_ones_are_absent() {
        assert!(Factor::SingleParentFamily.shares().iter().all(|s| s.certainty == Certainty::SecondHand));
        assert!(Factor::MentalHealthProblems.shares().is_empty() && Factor::Work.shares().is_empty());
    }
}
