//! The four profiles: keys, labels and what was published of them.
//!
//! Does not belong here: how a curve is held against them (`definitions`, `fit`).

use super::language::Language;
use crate::error::{Error, Result};
use crate::units::Probability;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Where the four profiles, their shares and their age windows were published.
pub const PROFILES_SOURCE: &str = "Letter of the Minister for Legal Protection and the State Secretary of Justice and \
    Security of 28 June 2024 on the report 'Brede blik op daderschap' of the Dutch National Rapporteur (Kamerstuk \
    28 638, nr. 252): 630 people brought to court in the Netherlands for domestic sexual exploitation, case registered \
    2008-2017";

/// The same in Dutch.
pub(super) const PROFILES_SOURCE_NL: &str = "Brief van de minister voor Rechtsbescherming en de staatssecretaris van \
    Justitie en Veiligheid van 28 juni 2024 over het rapport 'Brede blik op daderschap' van de Nationaal Rapporteur \
    (Kamerstuk 28 638, nr. 252): 630 mensen die in Nederland voor de rechter kwamen voor binnenlandse seksuele \
    uitbuiting, zaak ingeschreven in 2008-2017";

/// One of the four offending profiles (pleegprofielen) of the Dutch National Rapporteur.
///
/// A profile describes the course of offending of a *group* of people with alike histories. It is not a
/// kind of person, a score or a verdict: it is input to a human reading.
///
/// ```
/// use pleegprofiel::{Language, Profile};
/// let profile: Profile = "early-peak".parse()?;
/// assert_eq!(profile.label(Language::Dutch), "vroeg pieken");
/// assert_eq!(profile.published_share().get(), 0.28);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # References
/// [`PROFILES_SOURCE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Few offences and of few kinds; key `incidental`.
    Incidental,
    /// Offending peaks between 15 and 22 years of age and falls after; key `early-peak`.
    EarlyPeak,
    /// Offending peaks between 22 and 33 years of age; key `late-peak`.
    LatePeak,
    /// Offends most often, before and after the offence of the study, and in most kinds; key `continuous`.
    Continuous,
}

impl Profile {
    /// All four, in the order of the report.
    pub const ALL: [Profile; 4] = [Profile::Incidental, Profile::EarlyPeak, Profile::LatePeak, Profile::Continuous];

    /// The key in files: `incidental`, `early-peak`, `late-peak` or `continuous`.
    pub fn key(self) -> &'static str {
        match self {
            Profile::Incidental => "incidental",
            Profile::EarlyPeak => "early-peak",
            Profile::LatePeak => "late-peak",
            Profile::Continuous => "continuous",
        }
    }

    /// The Rapporteur's own label: that of the report in Dutch, that of her English pages in English.
    pub fn label(self, language: Language) -> &'static str {
        match self {
            Profile::Incidental => language.pick("incidentele plegers", "low-rate offenders"),
            Profile::EarlyPeak => language.pick("vroeg pieken", "early-peak offenders"),
            Profile::LatePeak => language.pick("laat pieken", "late-peak offenders"),
            Profile::Continuous => language.pick("continue plegers", "high-rate-persistent offenders"),
        }
    }

    /// Share of the 630 people studied, rounded to whole per cents in the source ([`PROFILES_SOURCE`]).
    ///
    /// It describes those 630 and no other cohort; nothing in the naming uses it.
    pub fn published_share(self) -> Probability {
        let share = match self {
            Profile::Incidental => 0.36,
            Profile::EarlyPeak => 0.28,
            Profile::LatePeak => 0.21,
            Profile::Continuous => 0.15,
        };
        Probability::new(share).expect("the four constants lie between 0 and 1")
    }

    /// Position in [`Profile::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

impl FromStr for Profile {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Profile::ALL.into_iter().find(|profile| profile.key() == text).ok_or_else(|| {
            Error::value(format!("{text:?} is not a profile: incidental, early-peak, late-peak or continuous"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_as_the_profile_it_was_written_from() {
        for (i, profile) in Profile::ALL.into_iter().enumerate() {
            assert_eq!(profile.index(), i);
            assert_eq!(profile.to_string().parse::<Profile>().unwrap(), profile);
            assert_eq!(serde_json::to_string(&profile).unwrap(), format!("\"{profile}\""));
        }
        let text = "early".parse::<Profile>().unwrap_err().to_string();
        assert!(text.contains("\"early\" is not a profile") && text.contains("late-peak"));
    }

    #[test]
    fn the_published_shares_sum_to_one() {
        let sum: f64 = Profile::ALL.into_iter().map(|profile| profile.published_share().get()).sum();
        approx::assert_relative_eq!(sum, 1.0, epsilon = 1e-12);
    }
}
