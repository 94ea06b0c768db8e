//! The factors: what they are called, what they mean, whether they can change, and where they come from.

use super::scale::RiscScale;
use crate::profile::language::Language;
use serde::{Deserialize, Serialize};

/// Whether more of it goes with more offending, or with less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Goes with offending.
    Risk,
    /// Goes with not offending.
    Protective,
}

/// Whether it can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stability {
    /// History: it cannot change.
    Static,
    /// It can change, by itself or by an intervention.
    Dynamic,
}

/// Part of the criminal social context, which the letter asks to look at by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// Parents, brothers and sisters.
    Family,
    /// Partner or former partner.
    Partner,
    /// Friends.
    Friends,
}

/// A risk or protective factor of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    /// A parent, brother, sister, partner or former partner with offences.
    CriminalRelative,
    /// A parent, brother or sister with offences.
    CriminalFamily,
    /// A partner or former partner with offences.
    CriminalPartner,
    /// Friends with offences.
    CriminalFriends,
    /// No start qualification at 23.
    NoStartQualification,
    /// A start qualification at 23.
    StartQualification,
    /// Grew up in a single-parent family.
    SingleParentFamily,
    /// Unstable or complex family.
    UnstableFamily,
    /// Mental-health problems.
    MentalHealthProblems,
    /// Benefits or no income.
    BenefitsOrNoIncome,
    /// First offence of any kind as a minor.
    FirstOffenceAsMinor,
    /// Work.
    Work,
    /// A partner.
    Partner,
    /// Children.
    Children,
}

impl Factor {
    /// All factors.
    pub const ALL: [Factor; 14] = [
        Factor::CriminalRelative,
        Factor::CriminalFamily,
        Factor::CriminalPartner,
        Factor::CriminalFriends,
        Factor::NoStartQualification,
        Factor::StartQualification,
        Factor::SingleParentFamily,
        Factor::UnstableFamily,
        Factor::MentalHealthProblems,
        Factor::BenefitsOrNoIncome,
        Factor::FirstOffenceAsMinor,
        Factor::Work,
        Factor::Partner,
        Factor::Children,
    ];

    /// The key in files.
    pub fn key(self) -> &'static str {
        match self {
            Factor::CriminalRelative => "criminal-relative",
            Factor::CriminalFamily => "criminal-family",
            Factor::CriminalPartner => "criminal-partner",
            Factor::CriminalFriends => "criminal-friends",
            Factor::NoStartQualification => "no-start-qualification",
            Factor::StartQualification => "start-qualification",
            Factor::SingleParentFamily => "single-parent-family",
            Factor::UnstableFamily => "unstable-family",
            Factor::MentalHealthProblems => "mental-health-problems",
            Factor::BenefitsOrNoIncome => "benefits-or-no-income",
            Factor::FirstOffenceAsMinor => "first-offence-as-minor",
            Factor::Work => "work",
            Factor::Partner => "partner",
            Factor::Children => "children",
        }
    }

    /// Risk or protective.
    pub fn kind(self) -> Kind {
        match self {
            Factor::StartQualification | Factor::Work | Factor::Partner | Factor::Children => Kind::Protective,
            _ => Kind::Risk,
        }
    }

    /// Whether it can change.
    pub fn stability(self) -> Stability {
        match self {
            // of the past by their definitions: what happened while growing up, what was so at 23
            Factor::SingleParentFamily
            | Factor::UnstableFamily
            | Factor::FirstOffenceAsMinor
            | Factor::NoStartQualification
            | Factor::StartQualification => Stability::Static,
            _ => Stability::Dynamic,
        }
    }

    /// The scale of the RISc to which it belongs.
    pub fn scale(self) -> RiscScale {
        match self {
            Factor::CriminalRelative
            | Factor::CriminalFamily
            | Factor::CriminalPartner
            | Factor::SingleParentFamily
            | Factor::UnstableFamily
            | Factor::Partner
            | Factor::Children => RiscScale::PartnerFamily,
            Factor::CriminalFriends => RiscScale::Friends,
            Factor::NoStartQualification | Factor::StartQualification | Factor::Work => RiscScale::EducationWork,
            Factor::MentalHealthProblems => RiscScale::EmotionalWellBeing,
            Factor::BenefitsOrNoIncome => RiscScale::Income,
            Factor::FirstOffenceAsMinor => RiscScale::OffenceHistory,
        }
    }

    /// The parts of the criminal social context that it speaks of.
    pub fn contexts(self) -> &'static [Context] {
        match self {
            Factor::CriminalRelative => &[Context::Family, Context::Partner],
            Factor::CriminalFamily => &[Context::Family],
            Factor::CriminalPartner => &[Context::Partner],
            Factor::CriminalFriends => &[Context::Friends],
            _ => &[],
        }
    }

    /// Its opposite, when the catalogue has both.
    pub fn opposite(self) -> Option<Factor> {
        match self {
            Factor::NoStartQualification => Some(Factor::StartQualification),
            Factor::StartQualification => Some(Factor::NoStartQualification),
            _ => None,
        }
    }

    /// Name.
    pub fn label(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            Factor::CriminalRelative => {
                ("crimineel gezinslid of criminele (ex-)partner", "criminal relative or (ex-)partner")
            }
            Factor::CriminalFamily => ("criminele ouder, broer of zus", "criminal parent, brother or sister"),
            Factor::CriminalPartner => ("criminele partner of ex-partner", "criminal partner or former partner"),
            Factor::CriminalFriends => ("criminele vrienden", "criminal friends"),
            Factor::NoStartQualification => {
                ("geen startkwalificatie op 23-jarige leeftijd", "no start qualification at 23")
            }
            Factor::StartQualification => ("startkwalificatie op 23-jarige leeftijd", "start qualification at 23"),
            Factor::SingleParentFamily => ("opgegroeid in een eenoudergezin", "grew up in a single-parent family"),
            Factor::UnstableFamily => ("instabiele of complexe gezinssituatie", "unstable or complex family"),
            Factor::MentalHealthProblems => ("psychische problemen", "mental-health problems"),
            Factor::BenefitsOrNoIncome => ("uitkering of geen inkomen", "benefits or no income"),
            Factor::FirstOffenceAsMinor => ("eerste delict als minderjarige", "first offence as a minor"),
            Factor::Work => ("werk", "work"),
            Factor::Partner => ("partner", "partner"),
            Factor::Children => ("kinderen", "children"),
        };
        language.pick(nl, en)
    }

    /// What counts as present.
    pub fn definition(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            Factor::CriminalRelative => (
                "minstens één ouder, broer, zus, partner of ex-partner met delicten",
                "at least one parent, sibling, partner or former partner with offences",
            ),
            Factor::CriminalFamily => {
                ("minstens één ouder, broer of zus met delicten", "at least one parent or sibling with offences")
            }
            Factor::CriminalPartner => {
                ("een partner of ex-partner met delicten", "a partner or former partner with offences")
            }
            Factor::CriminalFriends => ("vrienden met delicten", "friends with offences"),
            Factor::NoStartQualification => {
                ("op 23-jarige leeftijd geen havo, vwo of mbo-2", "none of havo, vwo or mbo-2 at 23")
            }
            Factor::StartQualification => ("havo, vwo of mbo-2 op 23-jarige leeftijd", "havo, vwo or mbo-2 at 23"),
            Factor::SingleParentFamily => ("opgegroeid bij één ouder", "grew up with one parent"),
            Factor::UnstableFamily => {
                ("instabiele, complexe gezinssituatie in de jeugd", "unstable, complex family while growing up")
            }
            Factor::MentalHealthProblems => (
                "psychische problemen, zoals in het rapport onderzocht",
                "mental-health problems as the report examined them",
            ),
            Factor::BenefitsOrNoIncome => (
                "een uitkering of geen inkomen tijdens het plegen van mensenhandel",
                "benefits or no income while trafficking",
            ),
            Factor::FirstOffenceAsMinor => (
                "het eerste delict van welke soort ook voor de 18e verjaardag",
                "the first offence of any kind before the 18th birthday",
            ),
            Factor::Work => ("betaald werk", "paid work"),
            Factor::Partner => ("een vaste partner", "a steady partner"),
            Factor::Children => ("eigen kinderen", "children of their own"),
        };
        language.pick(nl, en)
    }

    /// What has to be said whenever it is shown.
    pub fn caution(self, language: Language) -> Option<&'static str> {
        match self {
            Factor::Work | Factor::Partner | Factor::Children => Some(language.pick(
                "werk, partner en kinderen beschermen in deze groep slechts in beperkte mate",
                "work, a partner and children protect only to a limited degree in this group",
            )),
            Factor::BenefitsOrNoIncome => Some(language.pick(
                "inkomen kan een afspiegeling zijn van herkomst of buurt",
                "income may stand for origin or neighbourhood",
            )),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_factor_has_its_words_in_both_languages() {
        for factor in Factor::ALL {
            for language in [Language::Dutch, Language::English] {
                assert!(!factor.label(language).is_empty() && !factor.definition(language).is_empty());
            }
            assert_eq!(serde_json::to_value(factor).unwrap(), factor.key());
            assert_eq!(factor.opposite().and_then(Factor::opposite), factor.opposite().map(|_| factor));
        }
    }

    #[test]
    fn what_lies_in_the_past_cannot_change() {
        for factor in Factor::ALL {
            let past = ["while growing up", "grew up", "at 23", "before the 18th"];
            let of_the_past = past.iter().any(|p| factor.definition(Language::English).contains(p));
            assert_eq!(factor.stability() == Stability::Static, of_the_past, "{factor:?}");
        }
    }

    #[test]
    fn the_limited_protection_of_work_partner_and_children_is_said() {
        for factor in [Factor::Work, Factor::Partner, Factor::Children] {
            assert_eq!(factor.kind(), Kind::Protective);
            assert!(factor.caution(Language::English).unwrap().contains("limited degree"));
            assert!(factor.caution(Language::Dutch).unwrap().contains("beperkte mate"));
        }
    }
}
