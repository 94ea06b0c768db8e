//! Needs and serious harm: structures that the professional fills. Nothing here is computed, least of all from a profile.

use crate::risk::factor::RiscScale;
use crate::units::keyed;
use serde::{Deserialize, Serialize};

keyed! {
    /// A level, in the professional's judgement.
    Level {
        /// Low.
        Low = ("low", "laag", "low"),
        /// Medium.
        Medium = ("medium", "gemiddeld", "medium"),
        /// High.
        High = ("high", "hoog", "high"),
        /// Very high.
        VeryHigh = ("very-high", "zeer hoog", "very high"),
    }
}
keyed! {
    /// Who is at risk.
    AtRisk {
        /// Children.
        Children = ("children", "kinderen", "children"),
        /// The public.
        Public = ("public", "publiek", "the public"),
        /// A known adult.
        KnownAdult = ("known-adult", "een bekende volwassene", "a known adult"),
        /// Staff.
        Staff = ("staff", "personeel", "staff"),
        /// Prisoners.
        Prisoners = ("prisoners", "medegedetineerden", "prisoners"),
    }
}
keyed! {
    /// Where.
    Setting {
        /// In the community.
        Community = ("community", "in vrijheid", "in the community"),
        /// In custody.
        Custody = ("custody", "in detentie", "in custody"),
    }
}
keyed! {
    /// Whether there is a need.
    NeedState {
        /// Identified.
        Identified = ("identified", "vastgesteld", "identified"),
        /// Not identified.
        NotIdentified = ("not-identified", "niet vastgesteld", "not identified"),
        /// Unanswered.
        Unanswered = ("unanswered", "niet beantwoord", "unanswered"),
        /// Unscored.
        Unscored = ("unscored", "niet gescoord", "unscored"),
    }
}
keyed! {
    /// How severe a need is.
    NeedSeverity {
        /// No need.
        None = ("no-need", "geen behoefte", "no need"),
        /// Standard.
        Standard = ("standard", "gewoon", "standard"),
        /// Severe.
        Severe = ("severe", "ernstig", "severe"),
    }
}

/// A need on one of the twelve scales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Need {
    /// The scale.
    pub scale: RiscScale,
    /// Whether there is one; in a draft always unanswered.
    pub state: NeedState,
    /// How severe it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<NeedSeverity>,
    /// In the professional's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl Need {
    /// The twelve scales, unanswered.
    pub(crate) fn unanswered() -> Vec<Need> {
        let one = |scale| Need { scale, state: NeedState::Unanswered, severity: None, words: None };
        RiscScale::ALL.into_iter().map(one).collect()
    }
}

/// Serious harm to one group in one setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Harm {
    /// Who is at risk; prisoners only in custody.
    pub group: AtRisk,
    /// Where.
    pub setting: Setting,
    /// The level; in a draft always absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// When, and in which circumstances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imminence: Option<String>,
    /// Of what kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nature: Option<String>,
}

impl Harm {
    /// Every group in every setting it can be in, without a level.
    pub(crate) fn open() -> Vec<Harm> {
        let mut all = Vec::new();
        for setting in Setting::ALL.iter().copied() {
            for group in AtRisk::ALL.iter().copied() {
                if group != AtRisk::Prisoners || setting == Setting::Custody {
                    all.push(Harm { group, setting, level: None, imminence: None, nature: None });
                }
            }
        }
        all
    }
}
