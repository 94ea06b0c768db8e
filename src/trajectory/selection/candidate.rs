//! One model of a search: what it is, and what its fit is worth.

use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::record::{SAME, StartStop};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What tells one model of a search from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidateModel {
    /// Key of the family ([`Family::key`]), of the first outcome when there are several.
    pub family: String,
    /// Number of groups.
    pub groups: usize,
    /// Degrees of the curves: one for all groups, or one a group, highest first (which group gets which is part of
    /// the fit); empty when the curves are those of a given specification.
    pub degrees: Vec<usize>,
    /// Degree of the zero parts, where it is not that of the curves.
    pub zero_degree: Option<usize>,
}

impl CandidateModel {
    pub(crate) fn new(family: Family, groups: usize, mut degrees: Vec<usize>, zero_degree: Option<usize>) -> Self {
        degrees.sort_unstable_by(|a, b| b.cmp(a));
        if degrees.windows(2).all(|w| w[0] == w[1]) {
            degrees.truncate(1);
        }
        let zero_degree = zero_degree.filter(|_| family.has_zero_curve());
        CandidateModel { family: family.key().to_owned(), groups, degrees, zero_degree }
    }

    /// The family; none when the key is not one, as in a file made by hand.
    pub fn family(&self) -> Option<Family> {
        self.family.parse().ok()
    }

    /// The degrees in print: `2`, `3,2,2`, or `as given`.
    pub fn degrees_label(&self) -> String {
        if self.degrees.is_empty() {
            return "as given".into();
        }
        let list: Vec<String> = self.degrees.iter().map(ToString::to_string).collect();
        list.join(",")
    }
}

impl fmt::Display for CandidateModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.groups == 1 { "" } else { "s" };
        write!(f, "{}, {} group{s}", self.family, self.groups)?;
        if !self.degrees.is_empty() {
            write!(f, ", degree {}", self.degrees_label())?;
        }
        self.zero_degree.map_or(Ok(()), |z| write!(f, ", zero degree {z}"))
    }
}

/// Something that is kept beside a result without being part of what it says: never part of equality.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Aside<T>(pub T);

impl<T> PartialEq for Aside<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A model of a search with what its fit is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CandidateFit {
    /// What was fitted.
    pub model: CandidateModel,
    /// Its figures; none when no start had a finite likelihood.
    pub figures: Option<CandidateFigures>,
    /// Why it cannot be trusted; empty when it can.
    pub fatal: Vec<String>,
    /// What else a reader has to know.
    pub findings: Vec<String>,
    /// How stable the groups are when people are drawn again (0 to 1), where someone has worked it out.
    #[serde(default)]
    pub stability: Option<f64>,
    /// Seconds it took, where the caller lent a clock; no part of equality.
    #[serde(default)]
    pub seconds: Aside<Option<f64>>,
}

/// Figures of one fitted model of a search.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CandidateFigures {
    /// Log-likelihood with every constant.
    pub log_likelihood: f64,
    /// Number of free parameters.
    pub parameters: usize,
    /// `-2 logL + 2 p`.
    pub aic: f64,
    /// `-2 logL + p ln(persons)`.
    pub bic_persons: f64,
    /// `-2 logL + p ln(observed cells)`.
    pub bic_observations: f64,
    /// `bic_persons` plus twice the entropy of the posteriors.
    pub icl: f64,
    /// Relative entropy; none for one group.
    pub entropy: Option<f64>,
    /// Share of each group.
    pub shares: Vec<f64>,
    /// Persons for whom each group is the most likely.
    pub members: Vec<u64>,
    /// The smallest share.
    pub smallest_share: f64,
    /// The smallest average posterior probability; none when a group has no members.
    pub smallest_avepp: Option<f64>,
    /// The smallest odds of correct classification; none when no group has them.
    pub smallest_occ: Option<f64>,
    /// The largest absolute difference between a share and the fraction assigned.
    pub largest_mismatch: f64,
    /// Number of distinct optima that were climbed to.
    pub optima: usize,
    /// How many climbs ended in the best one, of how many starts and neighbours looked at.
    pub reached: [usize; 2],
    /// Whether the best was climbed to the top.
    pub converged: bool,
}

impl CandidateFit {
    pub(crate) fn of(model: CandidateModel, fit: &Fit) -> CandidateFit {
        let (fatal, other): (Vec<_>, Vec<_>) = fit.findings.iter().partition(|f| f.is_fatal());
        let words =
            |all: Vec<&crate::trajectory::fit::finding::Finding>| all.into_iter().map(ToString::to_string).collect();
        // a boundless or undefined likelihood has no figures that a file could hold
        let numbers = [fit.log_likelihood, fit.aic, fit.bic_persons, fit.bic_observations, fit.icl];
        let figures = numbers.iter().all(|v| v.is_finite()).then(|| CandidateFigures::of(fit));
        CandidateFit {
            model,
            figures,
            fatal: words(fatal),
            findings: words(other),
            stability: None,
            seconds: Aside(None),
        }
    }

    /// A model without an answer.
    pub(crate) fn without_answer(model: CandidateModel, why: String) -> CandidateFit {
        CandidateFit {
            model,
            figures: None,
            fatal: vec![why],
            findings: Vec::new(),
            stability: None,
            seconds: Aside(None),
        }
    }

    /// The figures of a fit that can be trusted.
    pub fn trusted(&self) -> Option<&CandidateFigures> {
        self.figures.as_ref().filter(|_| self.fatal.is_empty())
    }
}

impl CandidateFigures {
    fn of(fit: &Fit) -> CandidateFigures {
        let climbed = || fit.starts.iter().filter(|r| r.stop == StartStop::Converged).map(|r| r.log_likelihood);
        let top = climbed().fold(f64::NEG_INFINITY, f64::max);
        let least = |a: f64, b: f64| a.min(b);
        let avepp: Option<Vec<f64>> = fit.groups.iter().map(|g| g.avepp).collect();
        CandidateFigures {
            log_likelihood: fit.log_likelihood,
            parameters: fit.parameters,
            aic: fit.aic,
            bic_persons: fit.bic_persons,
            bic_observations: fit.bic_observations,
            icl: fit.icl,
            entropy: fit.entropy.filter(|e| e.is_finite()),
            shares: fit.groups.iter().map(|g| g.share).collect(),
            members: fit.groups.iter().map(|g| g.members).collect(),
            smallest_share: fit.groups.iter().map(|g| g.share).fold(f64::INFINITY, least).min(1.0),
            smallest_avepp: avepp.and_then(|a| a.into_iter().reduce(least)),
            smallest_occ: fit.groups.iter().filter_map(|g| g.occ).filter(|o| o.is_finite()).reduce(least),
            largest_mismatch: fit.groups.iter().map(|g| g.mismatch.abs()).fold(0.0, f64::max),
            optima: fit.optima.len(),
            reached: [climbed().filter(|l| (l - top).abs() < SAME).count(), fit.starts.len()],
            converged: fit.converged,
        }
    }
}
