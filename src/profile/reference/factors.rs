//! Risk factors of the study, by the names used here, and their prevalence in a group.
//!
//! These are **case-control prevalences**: they say how the people studied differ from others, not who will
//! reoffend. They place a person beside a group; turning them into weights of a risk is an error of kind.

use serde::{Deserialize, Serialize};

/// A risk factor on which something was published of this population.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Factor {
    /// At least one criminal parent, sibling or (ex-)partner.
    CriminalEnvironment,
    /// A start qualification (havo, vwo or mbo-2) at 23.
    StartQualification,
    /// Grew up in a single-parent family.
    SingleParentFamily,
    /// Mental-health problems.
    MentalHealthProblems,
    /// An unstable, complex family.
    UnstableFamily,
    /// On benefits or without income at the time of the first trafficking offence.
    BenefitsOrNoIncome,
}

impl Factor {
    /// All factors.
    pub const ALL: [Factor; 6] = [
        Factor::CriminalEnvironment,
        Factor::StartQualification,
        Factor::SingleParentFamily,
        Factor::MentalHealthProblems,
        Factor::UnstableFamily,
        Factor::BenefitsOrNoIncome,
    ];

    /// The key in files, in kebab-case.
    pub fn key(self) -> &'static str {
        match self {
            Factor::CriminalEnvironment => "criminal-environment",
            Factor::StartQualification => "start-qualification",
            Factor::SingleParentFamily => "single-parent-family",
            Factor::MentalHealthProblems => "mental-health-problems",
            Factor::UnstableFamily => "unstable-family",
            Factor::BenefitsOrNoIncome => "benefits-or-no-income",
        }
    }
}

/// Prevalence of each factor in one group, as probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FactorShares {
    /// Of [`Factor::CriminalEnvironment`].
    pub criminal_environment: f64,
    /// Of [`Factor::StartQualification`].
    pub start_qualification: f64,
    /// Of [`Factor::SingleParentFamily`].
    pub single_parent_family: f64,
    /// Of [`Factor::MentalHealthProblems`].
    pub mental_health_problems: f64,
    /// Of [`Factor::UnstableFamily`].
    pub unstable_family: f64,
    /// Of [`Factor::BenefitsOrNoIncome`].
    pub benefits_or_no_income: f64,
}

impl FactorShares {
    /// Every factor with its prevalence, in the order of [`Factor::ALL`].
    pub fn all(&self) -> [(Factor, f64); 6] {
        let shares = [
            self.criminal_environment,
            self.start_qualification,
            self.single_parent_family,
            self.mental_health_problems,
            self.unstable_family,
            self.benefits_or_no_income,
        ];
        std::array::from_fn(|i| (Factor::ALL[i], shares[i]))
    }
}
