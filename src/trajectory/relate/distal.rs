//! Distal outcomes: means of something else by group, and whether they differ.

use crate::error::{Error, ErrorKind, Issues, Result};
use crate::numeric::linalg::Square;
use crate::numeric::p_values::Z_975;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::relate::classification::Membership;
use crate::trajectory::relate::method::{
    Assignment, OverallTest, RelateFinding, RelateMethod, StandardErrors, WaldEstimate, wald,
};
use ndarray::Array2;
use serde::Serialize;

/// What kind of outcome it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OutcomeKind {
    /// Any finite number. Maximum likelihood takes it as normal within groups.
    Continuous,
    /// 0 or 1; the mean is a proportion.
    Binary,
    /// 0, 1, 2, ..; means only, no maximum likelihood.
    Count,
}

/// The outcome in one group.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupMean {
    /// The group, as in the fit.
    pub group: GroupNumber,
    /// (Weighted) number of persons the method counts for this group, of those with a known outcome.
    pub size: f64,
    /// Mean of the outcome.
    pub mean: WaldEstimate,
    /// Variance of the outcome within the group (over `n`, not `n - 1`); may be negative under BCH.
    pub variance: f64,
}

/// Difference between two groups: the mean of the second minus the mean of the first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupDifference {
    /// The groups.
    pub groups: [GroupNumber; 2],
    /// The difference.
    pub difference: WaldEstimate,
}

/// Means of an outcome by group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutcomeByGroup {
    /// How groups and outcome were related.
    pub method: RelateMethod,
    /// What kind of outcome it is.
    pub kind: OutcomeKind,
    /// Persons with a known outcome, who were used.
    pub persons: usize,
    /// Where standard errors come from.
    pub standard_errors: StandardErrors,
    /// Groups in the order of the fit.
    pub groups: Vec<GroupMean>,
    /// Covariance of the means; rows of zeros for a mean without a standard error.
    pub covariance: Array2<f64>,
    /// All pairs of groups.
    pub differences: Vec<GroupDifference>,
    /// Test that all means are equal; `None` with one group or when a mean has no standard error.
    pub overall: Option<OverallTest>,
    /// Log-likelihood of the third step, for maximum likelihood.
    pub log_likelihood: Option<f64>,
    /// What a reader has to know.
    pub findings: Vec<RelateFinding>,
}

/// Means, sizes and variances by group, and the covariance of the means.
pub(super) struct Means {
    pub(super) mean: Vec<f64>,
    pub(super) size: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) covariance: Square,
    pub(super) log_likelihood: Option<f64>,
}

impl Membership {
    /// Means of an outcome by group; `None` where it is not known.
    ///
    /// ```
    /// use pleegprofiel::{ndarray::array, trajectory::relate::{Assignment, Membership, OutcomeKind, RelateMethod}};
    /// let certain = array![[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
    /// let outcome = [Some(1.0), Some(3.0), Some(7.0), Some(8.0)];
    /// let bch = RelateMethod::Bch(Assignment::Modal);
    /// let result = Membership::new(certain.view(), None)?.outcome(&outcome, OutcomeKind::Continuous, bch)?;
    /// assert!((result.groups[0].mean.value - 2.0).abs() < 1e-15);
    /// assert!((result.differences[0].difference.value - 5.5).abs() < 1e-15);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] listing every outcome that is not finite or not of its kind, when lengths
    /// differ or fewer persons than parameters have a known outcome, and when nobody with one is assigned to
    /// a group; [`ErrorKind::InvalidOptions`] for maximum likelihood with counts; [`ErrorKind::Untrusted`]
    /// when classification error cannot be corrected ([`Membership::classification_errors`]), when the
    /// corrected size of a group is not above 0, and when the likelihood has no maximum.
    pub fn outcome(&self, outcome: &[Option<f64>], kind: OutcomeKind, method: RelateMethod) -> Result<OutcomeByGroup> {
        if matches!((method, kind), (RelateMethod::MaximumLikelihood(_), OutcomeKind::Count)) {
            return Err(Error::options(
                "counts have no maximum likelihood here: it would stand or fall with the distribution assumed; use BCH",
            ));
        }
        let used = self.check_outcome(outcome, kind, method)?;
        let y: Vec<f64> = used.iter().filter_map(|&i| outcome[i]).collect();
        let (weights, mut findings) = self.group_weights(method)?;
        let weights: Vec<f64> =
            used.iter().flat_map(|&i| weights[i * self.groups()..(i + 1) * self.groups()].to_vec()).collect();
        let (means, standard_errors) = match method {
            RelateMethod::MaximumLikelihood(assignment) => {
                let robust = assignment == Assignment::Proportional || self.weights().is_some();
                let kind_of = if robust { StandardErrors::Sandwich } else { StandardErrors::ObservedInformation };
                let means = self.by_likelihood(&y, &used, kind, assignment, &mut findings)?;
                let corrected = RelateMethod::Bch(assignment);
                if let (OutcomeKind::Continuous, Ok(bch)) =
                    (kind, self.by_weights(&y, &used, &weights, corrected, &mut Vec::new()))
                {
                    findings.extend(disagreements(&means, &bch));
                }
                (means, kind_of)
            }
            _ => {
                let kind_of = if method == RelateMethod::Hard && self.weights().is_none() {
                    StandardErrors::Mean
                } else {
                    StandardErrors::Sandwich
                };
                (self.by_weights(&y, &used, &weights, method, &mut findings)?, kind_of)
            }
        };
        for (t, &m) in means.mean.iter().enumerate() {
            let impossible = match kind {
                OutcomeKind::Continuous => false,
                OutcomeKind::Binary => !(0.0..=1.0).contains(&m),
                OutcomeKind::Count => m < 0.0,
            };
            if impossible {
                findings.push(RelateFinding::ImpossibleMean { group: GroupNumber::of_index(t), mean: m });
            }
        }
        if used.len() < outcome.len() {
            findings.push(RelateFinding::MissingOutcome { persons: outcome.len() - used.len() });
        }
        Ok(assemble(means, kind, method, used.len(), standard_errors, findings))
    }

    /// Persons with a known outcome.
    fn check_outcome(&self, outcome: &[Option<f64>], kind: OutcomeKind, method: RelateMethod) -> Result<Vec<usize>> {
        let mut issues = Issues::in_memory();
        if outcome.len() != self.persons() {
            issues.add(None, None, || format!("{} outcomes for {} persons", outcome.len(), self.persons()));
        }
        let mut used = Vec::with_capacity(outcome.len());
        for (i, y) in outcome.iter().enumerate().filter_map(|(i, y)| y.map(|y| (i, y))) {
            let problem = match kind {
                _ if !y.is_finite() => Some("is not a finite number; an unknown outcome is `None`"),
                OutcomeKind::Binary if y != 0.0 && y != 1.0 => Some("is not 0 or 1"),
                OutcomeKind::Count if y < 0.0 || y.fract() != 0.0 => Some("is not a count"),
                _ => None,
            };
            match problem {
                Some(problem) => issues.add(Some(i as u64 + 1), Some("outcome"), || format!("{y} {problem}")),
                None => used.push(i),
            }
        }
        let groups = self.groups();
        let parameters = match (method, kind) {
            (RelateMethod::MaximumLikelihood(_), OutcomeKind::Continuous) => 3 * groups - 1,
            (RelateMethod::MaximumLikelihood(_), _) => 2 * groups - 1,
            _ => groups,
        };
        if issues.is_empty() && used.len() < parameters {
            issues
                .add(None, None, || format!("{} persons with a known outcome for {parameters} parameters", used.len()));
        }
        issues.into_result("the outcome cannot be used")?;
        Ok(used)
    }

    fn by_weights(
        &self,
        y: &[f64],
        used: &[usize],
        weights: &[f64],
        method: RelateMethod,
        findings: &mut Vec<RelateFinding>,
    ) -> Result<Means> {
        let groups = self.groups();
        let mut counted = vec![0_usize; groups];
        used.iter().for_each(|&i| counted[self.modal()[i]] += 1);
        let sum = |t: usize, f: &dyn Fn(f64) -> f64| -> f64 {
            (0..y.len()).map(|n| self.weight(used[n]) * weights[n * groups + t] * f(y[n])).sum()
        };
        let (mut mean, mut size, mut variance) = (vec![0.0; groups], vec![0.0; groups], vec![0.0; groups]);
        for t in 0..groups {
            size[t] = sum(t, &|_| 1.0);
            if counted[t] == 0 && method == RelateMethod::Hard {
                let message = format!("nobody with a known outcome is assigned to group {}", t + 1);
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
            // below rounding of the sum
            if size[t] <= 1e-12 * y.len() as f64 {
                let message = format!("group {} has {} persons with a known outcome after weighting", t + 1, size[t]);
                return Err(Error::new(ErrorKind::Untrusted, message));
            }
            // about one outcome, so that a far-off origin costs no digits
            mean[t] = y[0] + sum(t, &|y_n| y_n - y[0]) / size[t];
            variance[t] = sum(t, &|y_n| (y_n - mean[t]).powi(2)) / size[t];
            if variance[t] < 0.0 && matches!(method, RelateMethod::Bch(_)) {
                findings
                    .push(RelateFinding::NegativeVariance { group: GroupNumber::of_index(t), variance: variance[t] });
            }
        }
        let mut covariance = Square::zeros(groups);
        let mut one = vec![0.0; groups];
        for (n, row) in weights.chunks_exact(groups).enumerate() {
            (0..groups).for_each(|t| one[t] = self.weight(used[n]) * row[t] * (y[n] - mean[t]) / size[t]);
            for t in 0..groups {
                (0..groups).for_each(|u| covariance.add(t, u, one[t] * one[u]));
            }
        }
        for t in 0..groups {
            if method == RelateMethod::Hard && counted[t] > 1 {
                let n = counted[t] as f64;
                covariance.set(t, t, covariance.at(t, t) * n / (n - 1.0));
            }
            // nothing but rounding of the mean
            let rounding = 1e-28 * mean[t].powi(2);
            if covariance.at(t, t) <= rounding {
                findings.push(RelateFinding::NoSpread { group: GroupNumber::of_index(t) });
                (0..groups).for_each(|u| {
                    covariance.set(t, u, 0.0);
                    covariance.set(u, t, 0.0);
                });
            }
        }
        Ok(Means { mean, size, variance, covariance, log_likelihood: None })
    }
}

/// Groups whose mean by likelihood lies outside the 95 % interval that assumes no distribution.
fn disagreements(likelihood: &Means, bch: &Means) -> Vec<RelateFinding> {
    (0..bch.mean.len())
        .filter(|&t| (likelihood.mean[t] - bch.mean[t]).abs() > Z_975 * bch.covariance.at(t, t).sqrt())
        .filter(|&t| bch.covariance.at(t, t) > 0.0)
        .map(|t| RelateFinding::DisagreesWithBch {
            group: GroupNumber::of_index(t),
            likelihood: likelihood.mean[t],
            bch: bch.mean[t],
        })
        .collect()
}

fn assemble(
    means: Means,
    kind: OutcomeKind,
    method: RelateMethod,
    persons: usize,
    standard_errors: StandardErrors,
    findings: Vec<RelateFinding>,
) -> OutcomeByGroup {
    let groups = means.mean.len();
    let v = &means.covariance;
    let known = |t: usize| v.at(t, t) > 0.0;
    let estimate = |t: usize| WaldEstimate::new(means.mean[t], known(t).then(|| v.at(t, t)));
    let between = |a: usize, b: usize| {
        let variance = (known(a) && known(b)).then(|| v.at(a, a) + v.at(b, b) - 2.0 * v.at(a, b));
        WaldEstimate::new(means.mean[b] - means.mean[a], variance)
    };
    let differences = (0..groups)
        .flat_map(|a| (a + 1..groups).map(move |b| (a, b)))
        .map(|(a, b)| GroupDifference { groups: [a, b].map(GroupNumber::of_index), difference: between(a, b) })
        .collect();
    let overall = if (0..groups).all(known) {
        let contrasts: Vec<f64> = (1..groups).map(|t| means.mean[t] - means.mean[0]).collect();
        let mut c = Square::zeros(groups - 1);
        for a in 1..groups {
            for b in 1..groups {
                c.set(a - 1, b - 1, v.at(a, b) - v.at(a, 0) - v.at(0, b) + v.at(0, 0));
            }
        }
        wald(&contrasts, &c)
    } else {
        None
    };
    OutcomeByGroup {
        method,
        kind,
        persons,
        standard_errors,
        groups: (0..groups)
            .map(|t| GroupMean {
                group: GroupNumber::of_index(t),
                size: means.size[t],
                mean: estimate(t),
                variance: means.variance[t],
            })
            .collect(),
        covariance: Array2::from_shape_fn((groups, groups), |(a, b)| v.at(a, b)),
        differences,
        overall,
        log_likelihood: means.log_likelihood,
        findings,
    }
}
