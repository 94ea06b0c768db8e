//! A person's factors beside the published groups: what is common there, what is unusual.

use super::catalogue::{Context, Factor};
use super::prevalence::{ReferenceGroup, ReferenceShare};
use crate::profile::language::Language;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A share from which a factor counts as common in a group; this crate's choice, held against the lower end of the
/// interval.
const COMMON: f64 = 0.5;
/// A share up to which a factor counts as unusual in a group; this crate's choice, held against the upper end.
const UNUSUAL: f64 = 0.35;

/// Whether a person has a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It is there.
    Present,
    /// It was looked for and is not there.
    Absent,
    /// Not known; never the same as absent.
    Unknown,
}

/// A person's factors; what is not named is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Factors(BTreeMap<Factor, Presence>);

impl Factors {
    /// States a factor.
    pub fn with(mut self, factor: Factor, presence: Presence) -> Self {
        self.0.insert(factor, presence);
        self
    }

    /// Whether the person has a factor. The opposite of a factor answers for it, and so do the parts of the wider
    /// factor [`Factor::CriminalRelative`].
    pub fn get(&self, factor: Factor) -> Presence {
        let own = self.0.get(&factor).copied().unwrap_or(Presence::Unknown);
        if own != Presence::Unknown {
            return own;
        }
        if let Some(opposite) = factor.opposite() {
            return match self.0.get(&opposite) {
                Some(Presence::Present) => Presence::Absent,
                Some(Presence::Absent) => Presence::Present,
                _ => Presence::Unknown,
            };
        }
        if factor == Factor::CriminalRelative {
            let parts = [Factor::CriminalFamily, Factor::CriminalPartner].map(|part| self.get(part));
            if parts.contains(&Presence::Present) {
                return Presence::Present;
            }
            if parts == [Presence::Absent; 2] {
                return Presence::Absent;
            }
        }
        Presence::Unknown
    }
}

/// How what the person has stands in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// More than half of the group is like the person in this, given the size of the study.
    Common,
    /// At most 35 % of the group is like the person in this, given the size of the study.
    Unusual,
    /// Neither.
    Mixed,
}

/// One factor of a person beside one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The factor.
    pub factor: Factor,
    /// Whether the person has it.
    pub presence: Presence,
    /// The published share of the group.
    pub share: ReferenceShare,
    /// How the person stands in the group; `None` when it is unknown, or the size of the group is not published.
    pub judgement: Option<Judgement>,
}

/// One part of the criminal social context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContextPart {
    /// Family, partner or friends.
    pub context: Context,
    /// Whether there are offences in it.
    pub presence: Presence,
}

/// A person's factors beside the published groups. It holds shares of groups and no probability of the person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Factors with a published share, one entry a group.
    pub findings: Vec<Finding>,
    /// Factors that are present and of which no share is published.
    pub without_share: Vec<Factor>,
    /// Factors that are unknown.
    pub unknown: Vec<Factor>,
    /// The criminal social context by itself: family, partner, friends.
    pub context: Vec<ContextPart>,
}

impl Comparison {
    /// What is common in the group of the study, and shared by the person.
    pub fn common(&self) -> impl Iterator<Item = &Finding> {
        self.judged(Judgement::Common)
    }

    /// What is unusual in the group of the study.
    pub fn unusual(&self) -> impl Iterator<Item = &Finding> {
        self.judged(Judgement::Unusual)
    }

    fn judged(&self, wanted: Judgement) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |f| f.judgement == Some(wanted) && f.share.group == ReferenceGroup::Traffickers)
    }

    /// What has to be said with it: first that it is no prediction, then the caution of every factor shown.
    pub fn cautions(&self, language: Language) -> Vec<&'static str> {
        let mut all = vec![language.pick(
            "deze vergelijking zegt hoe groepen verschillen, niet wie opnieuw een delict pleegt",
            "this comparison says how groups differ, not who will reoffend",
        )];
        let shown = self.findings.iter().filter(|f| f.presence != Presence::Unknown).map(|f| f.factor);
        for text in shown.chain(self.without_share.iter().copied()).filter_map(|f| f.caution(language)) {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        all
    }
}

/// Sets a person's factors beside the published groups.
///
/// ```
/// use pleegprofiel::risk::factor::{Factor, Factors, Presence, compare};
/// let person = Factors::default()
///     .with(Factor::CriminalFamily, Presence::Present)
///     .with(Factor::StartQualification, Presence::Present);
/// let found = compare(&person);
/// let common: Vec<Factor> = found.common().map(|f| f.factor).collect();
/// let unusual: Vec<Factor> = found.unusual().map(|f| f.factor).collect();
/// assert_eq!(common, [Factor::CriminalRelative]); // 89 % of the group
/// assert_eq!(unusual, [Factor::NoStartQualification, Factor::StartQualification]); // 30 % of the group has one
/// ```
pub fn compare(person: &Factors) -> Comparison {
    let (mut findings, mut without_share, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for factor in Factor::ALL {
        let presence = person.get(factor);
        let shares = factor.shares();
        match presence {
            Presence::Unknown => unknown.push(factor),
            Presence::Present if shares.is_empty() => without_share.push(factor),
            _ => {}
        }
        findings.extend(shares.into_iter().map(|share| Finding {
            factor,
            presence,
            judgement: judge(presence, &share),
            share,
        }));
    }
    let of = |factor| person.get(factor);
    let context = vec![
        ContextPart { context: Context::Family, presence: of(Factor::CriminalFamily) },
        ContextPart { context: Context::Partner, presence: of(Factor::CriminalPartner) },
        ContextPart { context: Context::Friends, presence: of(Factor::CriminalFriends) },
    ];
    Comparison { findings, without_share, unknown, context }
}

fn judge(presence: Presence, share: &ReferenceShare) -> Option<Judgement> {
    let interval = share.interval?;
    // the share of the group that is like the person
    let (low, high) = match presence {
        Presence::Present => (interval.low.get(), interval.high.get()),
        Presence::Absent => (1.0 - interval.high.get(), 1.0 - interval.low.get()),
        Presence::Unknown => return None,
    };
    Some(if low > COMMON {
        Judgement::Common
    } else if high <= UNUSUAL {
        Judgement::Unusual
    } else {
        Judgement::Mixed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_not_absent() {
        let found = compare(&Factors::default());
        assert_eq!(found.unknown, Factor::ALL);
        assert!(found.findings.iter().all(|f| f.judgement.is_none()));
        assert!(found.context.iter().all(|c| c.presence == Presence::Unknown));
        let absent = compare(&Factors::default().with(Factor::CriminalRelative, Presence::Absent));
        assert_eq!(absent.unusual().map(|f| f.factor).collect::<Vec<_>>(), [Factor::CriminalRelative]);
    }

    #[test]
    fn the_wider_factor_is_absent_only_when_all_its_parts_are() {
        let one = Factors::default().with(Factor::CriminalFamily, Presence::Absent);
        assert_eq!(one.get(Factor::CriminalRelative), Presence::Unknown);
        let both = one.clone().with(Factor::CriminalPartner, Presence::Absent);
        assert_eq!(both.get(Factor::CriminalRelative), Presence::Absent);
        assert_eq!(
            one.with(Factor::CriminalPartner, Presence::Present).get(Factor::CriminalRelative),
            Presence::Present
        );
    }

    #[test]
    fn a_group_of_unknown_size_gives_no_judgement() {
        let found = compare(&Factors::default().with(Factor::CriminalRelative, Presence::Present));
        for finding in found.findings.iter().filter(|f| f.factor == Factor::CriminalRelative) {
            assert_eq!(finding.judgement.is_some(), finding.share.group == ReferenceGroup::Traffickers);
        }
    }

    #[test]
    fn every_comparison_says_first_that_it_is_no_prediction() {
        let found = compare(
            &Factors::default().with(Factor::Work, Presence::Present).with(Factor::Children, Presence::Present),
        );
        let said = found.cautions(Language::English);
        assert!(said[0].contains("not who will reoffend"));
        assert_eq!(said.iter().filter(|t| t.contains("limited degree")).count(), 1);
    }

    #[test]
    fn a_comparison_reads_back_as_it_was_written() {
        let found = compare(&Factors::default().with(Factor::CriminalFriends, Presence::Present));
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Comparison>(&text).unwrap(), found);
    }
}
