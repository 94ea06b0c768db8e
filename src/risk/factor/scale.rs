//! The twelve scales of the RISc: names only; the weights of its items are not public.

use super::catalogue::Stability;
use crate::profile::language::Language;
use serde::{Deserialize, Serialize};

/// A scale of the RISc (Recidive Inschattings Schalen) of the Dutch probation service, in its form with twelve scales;
/// the instrument in use may have moved on since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiscScale {
    /// Scale 1.
    OffenceHistory,
    /// Scale 2.
    CurrentOffence,
    /// Scale 3.
    Housing,
    /// Scale 4.
    EducationWork,
    /// Scale 5.
    Income,
    /// Scale 6.
    PartnerFamily,
    /// Scale 7.
    Friends,
    /// Scale 8.
    Drugs,
    /// Scale 9.
    Alcohol,
    /// Scale 10.
    EmotionalWellBeing,
    /// Scale 11.
    ThinkingBehaviour,
    /// Scale 12.
    Attitude,
}

impl RiscScale {
    /// All twelve, in their order.
    pub const ALL: [RiscScale; 12] = [
        RiscScale::OffenceHistory,
        RiscScale::CurrentOffence,
        RiscScale::Housing,
        RiscScale::EducationWork,
        RiscScale::Income,
        RiscScale::PartnerFamily,
        RiscScale::Friends,
        RiscScale::Drugs,
        RiscScale::Alcohol,
        RiscScale::EmotionalWellBeing,
        RiscScale::ThinkingBehaviour,
        RiscScale::Attitude,
    ];

    /// Its number, 1 to 12.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }

    /// Its name. The English names are those at hand; the Dutch ones are translations of them and may differ in wording
    /// from the instrument's own.
    pub fn label(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            RiscScale::OffenceHistory => ("delictgeschiedenis", "offence history"),
            RiscScale::CurrentOffence => ("huidig delict en delictpatroon", "current offence and pattern"),
            RiscScale::Housing => ("huisvesting en wonen", "housing"),
            RiscScale::EducationWork => ("opleiding, werk en leren", "education, work and learning"),
            RiscScale::Income => ("inkomen en omgaan met geld", "income and money"),
            RiscScale::PartnerFamily => ("relaties met partner, gezin en familie", "partner, family"),
            RiscScale::Friends => ("relaties met vrienden en kennissen", "friends"),
            RiscScale::Drugs => ("drugsgebruik", "drugs"),
            RiscScale::Alcohol => ("alcoholgebruik", "alcohol"),
            RiscScale::EmotionalWellBeing => ("emotioneel welzijn", "emotional well-being"),
            RiscScale::ThinkingBehaviour => ("denkpatronen, gedrag en vaardigheden", "thinking, behaviour and skills"),
            RiscScale::Attitude => ("houding", "attitude"),
        };
        language.pick(nl, en)
    }

    /// Where the names come from; what the items weigh is not public.
    pub const SOURCE: &str = "RISc, Recidive Inschattings Schalen, Dutch probation service: names of the scales only";

    /// Whether what it asks about can change: the record and the offence cannot.
    pub fn stability(self) -> Stability {
        match self {
            RiscScale::OffenceHistory | RiscScale::CurrentOffence => Stability::Static,
            _ => Stability::Dynamic,
        }
    }

    /// What the scale is about, in this crate's words: its items are not public.
    pub fn definition(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            RiscScale::OffenceHistory => ("eerdere delicten en sancties", "earlier offences and sanctions"),
            RiscScale::CurrentOffence => (
                "het delict waarvoor de persoon nu terechtstaat, en hoe het bij eerdere past",
                "the offence the person is tried for, and how it fits earlier ones",
            ),
            RiscScale::Housing => ("waar en hoe de persoon woont", "where and how the person lives"),
            RiscScale::EducationWork => {
                ("opleiding, werk en houding daarin", "education, work and the attitude to both")
            }
            RiscScale::Income => ("inkomen, schulden en omgaan met geld", "income, debts and dealing with money"),
            RiscScale::PartnerFamily => {
                ("de relatie met partner, gezin en familie", "the relationship with partner, household and family")
            }
            RiscScale::Friends => {
                ("vrienden en kennissen, en hun invloed", "friends and acquaintances, and their influence")
            }
            RiscScale::Drugs => ("drugsgebruik en de rol ervan bij delicten", "drug use and its part in offending"),
            RiscScale::Alcohol => {
                ("alcoholgebruik en de rol ervan bij delicten", "alcohol use and its part in offending")
            }
            RiscScale::EmotionalWellBeing => ("psychische en emotionele problemen", "mental and emotional problems"),
            RiscScale::ThinkingBehaviour => {
                ("denken, gedrag en vaardigheden in omgang met anderen", "thinking, behaviour and skills with others")
            }
            RiscScale::Attitude => {
                ("houding tegenover delicten, toezicht en verandering", "attitude to offending, supervision and change")
            }
        };
        language.pick(nl, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twelve_scales_each_with_a_number_and_two_names() {
        for (i, scale) in RiscScale::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(scale.number()), i + 1);
            for language in [Language::Dutch, Language::English] {
                assert!(!scale.label(language).is_empty() && scale.definition(language) != scale.label(language));
            }
            assert_eq!(scale.stability() == Stability::Static, scale.number() <= 2);
        }
        assert!(RiscScale::SOURCE.contains("names"));
    }
}
