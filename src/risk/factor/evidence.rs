//! What is published of each factor, and where: read in the source itself, or known from reports of it only.

use super::catalogue::Factor;
use super::prevalence::Certainty;
use serde::{Deserialize, Serialize};

/// A published statement and its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence<'a> {
    /// What is stated.
    pub statement: &'a str,
    /// Where.
    pub source: &'a str,
    /// How it is known.
    pub certainty: Certainty,
}

const PAGE: &str =
    "Dutch National Rapporteur, pages of 28 February 2024 and 4 April 2025 on 'Brede blik op daderschap'";
const LETTER: &str = "letter of the Minister for Legal Protection and the State Secretary of 28 June 2024 on 'Brede blik op daderschap' (Kamerstuk 28 638, nr. 252)";
const REPORTS: &str = "reports of 'Brede blik op daderschap' (2024); not read in the source itself";

const fn read(statement: &'static str, source: &'static str) -> Evidence<'static> {
    Evidence { statement, source, certainty: Certainty::Published }
}

impl Factor {
    /// What is published of it, and where.
    ///
    /// ```
    /// use pleegprofiel::risk::factor::{Certainty, Factor};
    /// assert!(Factor::CriminalRelative.evidence().statement.contains("89 %"));
    /// assert_eq!(Factor::SingleParentFamily.evidence().certainty, Certainty::SecondHand);
    /// ```
    pub fn evidence(self) -> Evidence<'static> {
        match self {
            Factor::CriminalRelative => read(
                "at least one criminal parent, sibling or (ex-)partner: 89 % of traffickers, 64 % of other offenders, \
                 24 % of people without offences",
                PAGE,
            ),
            Factor::CriminalFamily | Factor::CriminalPartner => {
                read("part of the 89 % with a criminal parent, sibling or (ex-)partner; no figure of its own", PAGE)
            }
            Factor::CriminalFriends => read(
                "the letter asks for interventions aimed at the criminal social context and names brothers, sisters and \
                 partners; that friends belong to it is this crate's reading; no figure",
                LETTER,
            ),
            Factor::NoStartQualification | Factor::StartQualification => read(
                "start qualification at 23: 30 % of traffickers, 62 % of other offenders, 89 % of people without offences",
                PAGE,
            ),
            Factor::SingleParentFamily => Evidence {
                statement: "single-parent family: 68 % of traffickers, about 34 % of other offenders",
                source: REPORTS,
                certainty: Certainty::SecondHand,
            },
            Factor::UnstableFamily | Factor::MentalHealthProblems => read(
                "mental-health problems and an unstable family: traffickers score higher on all factors examined; no \
                 figure",
                LETTER,
            ),
            Factor::BenefitsOrNoIncome => read(
                "a large part of the late-peak group was on benefits or without income while trafficking; no figure",
                LETTER,
            ),
            Factor::FirstOffenceAsMinor => read("first offence of any kind as a minor: 65 % of traffickers", LETTER),
            Factor::Work | Factor::Partner | Factor::Children => {
                read("work, a partner and children protect only to a limited degree in this group; no figure", LETTER)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evidence_names_every_published_share_and_is_as_certain_as_it() {
        for factor in Factor::ALL {
            let (evidence, shares) = (factor.evidence(), factor.shares());
            assert_eq!(shares.is_empty(), evidence.statement.contains("no figure"), "{factor:?}");
            for share in shares {
                let percent = format!("{:.0} %", share.share.get() * 100.0);
                let other = format!("{:.0} %", 100.0 - share.share.get() * 100.0);
                let named = evidence.statement.contains(&percent);
                assert!(named || factor == Factor::NoStartQualification && evidence.statement.contains(&other));
                assert_eq!(share.certainty, evidence.certainty, "{factor:?}");
            }
        }
    }
}
