//! What models are compared by, and how much a difference says.

use crate::trajectory::selection::candidate::CandidateFigures;
use crate::units::read_back;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The criterion that ranks models; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SelectionCriterion {
    /// BIC with the number of persons (Nagin 2005: the stricter sample size is that of the observations; persons
    /// are what is independent).
    #[default]
    BicPersons,
    /// BIC with the number of observed cells.
    BicObservations,
    /// AIC; asks for more groups than BIC does, without end in large samples.
    Aic,
    /// ICL: BIC (persons) plus twice the entropy of the posteriors, so it wants groups that are apart.
    Icl,
}

impl SelectionCriterion {
    /// Every criterion.
    pub const ALL: [SelectionCriterion; 4] = [
        SelectionCriterion::BicPersons,
        SelectionCriterion::BicObservations,
        SelectionCriterion::Aic,
        SelectionCriterion::Icl,
    ];

    /// Key used in files and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            SelectionCriterion::BicPersons => "bic-persons",
            SelectionCriterion::BicObservations => "bic-observations",
            SelectionCriterion::Aic => "aic",
            SelectionCriterion::Icl => "icl",
        }
    }

    /// Name in print.
    pub fn label(self) -> &'static str {
        match self {
            SelectionCriterion::BicPersons => "BIC (persons)",
            SelectionCriterion::BicObservations => "BIC (cells)",
            SelectionCriterion::Aic => "AIC",
            SelectionCriterion::Icl => "ICL",
        }
    }

    /// The value of a model.
    pub fn of(self, figures: &CandidateFigures) -> f64 {
        match self {
            SelectionCriterion::BicPersons => figures.bic_persons,
            SelectionCriterion::BicObservations => figures.bic_observations,
            SelectionCriterion::Aic => figures.aic,
            SelectionCriterion::Icl => figures.icl,
        }
    }

    /// Whether half a difference approximates the logarithm of a Bayes factor.
    pub fn is_bic(self) -> bool {
        matches!(self, SelectionCriterion::BicPersons | SelectionCriterion::BicObservations)
    }
}

read_back! { SelectionCriterion, "a criterion"; }

impl fmt::Display for SelectionCriterion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// What a BIC difference says for the model with the smaller BIC, in the words of Kass & Raftery (1995): the
/// difference approximates twice the logarithm of the Bayes factor.
///
/// | difference | Bayes factor | evidence |
/// | --- | --- | --- |
/// | 0 to 2 | 1 to 3 | not worth more than a bare mention |
/// | 2 to 6 | 3 to 20 | positive |
/// | 6 to 10 | 20 to 150 | strong |
/// | above 10 | above 150 | very strong |
///
/// # References
/// Kass, R. E., & Raftery, A. E. (1995). Bayes factors. Journal of the American Statistical Association, 90,
/// 773-795, section 3.2.
///
/// ```
/// use pleegprofiel::trajectory::selection::Evidence;
/// assert_eq!(Evidence::of_difference(7.2), Evidence::Strong);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A difference up to 2.
    BareMention,
    /// Above 2, up to 6.
    Positive,
    /// Above 6, up to 10.
    Strong,
    /// Above 10.
    VeryStrong,
}

impl Evidence {
    /// The evidence of a BIC difference of 0 or more.
    pub fn of_difference(difference: f64) -> Evidence {
        match difference {
            d if d <= 2.0 => Evidence::BareMention,
            d if d <= 6.0 => Evidence::Positive,
            d if d <= 10.0 => Evidence::Strong,
            _ => Evidence::VeryStrong,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Evidence::BareMention => "not worth more than a bare mention",
            Evidence::Positive => "positive",
            Evidence::Strong => "strong",
            Evidence::VeryStrong => "very strong",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
