//! The twelve scales of the RISc: names only; the weights of its items are not public.

use crate::profile::language::Language;
use serde::{Deserialize, Serialize};

/// A scale of the RISc (Recidive Inschattings Schalen) of the Dutch probation service.
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

    /// Its name; the Dutch one is a translation back from the English where the page at hand gives only that.
    pub fn label(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            RiscScale::OffenceHistory => ("delictgeschiedenis", "offence history"),
            RiscScale::CurrentOffence => ("huidig delict en delictpatroon", "current offence and pattern"),
            RiscScale::Housing => ("huisvesting en wonen", "housing"),
            RiscScale::EducationWork => ("opleiding, werk en leren", "education, work and learning"),
            RiscScale::Income => ("inkomen en omgaan met geld", "income and money"),
            RiscScale::PartnerFamily => ("relaties met partner, gezin en familie", "partner, family"),
            RiscScale::Friends => ("relaties met vrienden en kennissen", "friends"),
            RiscScale::Drugs => ("druggebruik", "drugs"),
            RiscScale::Alcohol => ("alcoholgebruik", "alcohol"),
            RiscScale::EmotionalWellBeing => ("emotioneel welzijn", "emotional well-being"),
            RiscScale::ThinkingBehaviour => ("denkpatronen, gedrag en vaardigheden", "thinking, behaviour and skills"),
            RiscScale::Attitude => ("houding", "attitude"),
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
            assert!(!scale.label(Language::Dutch).is_empty() && !scale.label(Language::English).is_empty());
        }
    }
}
