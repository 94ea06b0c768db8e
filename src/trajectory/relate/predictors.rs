//! Predictors of group membership: a multinomial logit of groups on covariates.

use crate::error::{Error, ErrorKind, Issues, Result};
use crate::numeric::linalg::Square;
use crate::trajectory::data::covariates::{Design, covariate_issues};
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::relate::classification::Membership;
use crate::trajectory::relate::logit::{Logit, LogitFit, inverse, sandwich};
use crate::trajectory::relate::method::{
    Assignment, OverallTest, RelateFinding, RelateMethod, StandardErrors, WaldEstimate, wald,
};
use crate::trajectory::relate::ml::{Density, Fall, ThirdStep};
use crate::trajectory::relate::separation::{separation, taking_part};
use ndarray::{Array2, ArrayView2};
use serde::Serialize;

/// One coefficient: the log odds of a group over the reference group, per unit of a covariate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MembershipCoefficient {
    /// The group, as in the fit.
    pub group: GroupNumber,
    /// Name of the covariate; `None` for the constant.
    pub covariate: Option<String>,
    /// The coefficient.
    pub estimate: WaldEstimate,
}

/// Whether a covariate tells groups apart at all: the test that its coefficients are 0 in every group.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CovariateTest {
    /// Name of the covariate.
    pub covariate: String,
    /// The test; `None` when the covariance of the coefficients has no inverse.
    pub test: Option<OverallTest>,
}

/// Membership of groups explained by covariates.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MembershipModel {
    /// How groups and covariates were related.
    pub method: RelateMethod,
    /// The group whose coefficients are 0.
    pub reference: GroupNumber,
    /// Persons used.
    pub persons: usize,
    /// Where standard errors come from.
    pub standard_errors: StandardErrors,
    /// By group but the reference, the constant first, then the covariates in their order.
    pub coefficients: Vec<MembershipCoefficient>,
    /// Covariance of the coefficients, in their order.
    pub covariance: Array2<f64>,
    /// One test per covariate.
    pub tests: Vec<CovariateTest>,
    /// Value of the criterion at its top: a log-likelihood for hard assignment and maximum likelihood, a
    /// weighted sum of log-probabilities otherwise.
    pub log_likelihood: f64,
    /// What a reader has to know.
    pub findings: Vec<RelateFinding>,
}

/// What the estimators hand over: coefficients and covariance on the scale of the design.
struct Fitted {
    coefficients: Vec<f64>,
    covariance: Square,
    log_likelihood: f64,
}

impl Membership {
    /// A multinomial logit of group membership on covariates (persons x covariates, no constant: it is added).
    /// Coefficients are log odds over the group `reference`.
    ///
    /// ```
    /// use pleegprofiel::{ndarray::{Array2, array}, trajectory::{GroupNumber, relate::{Membership, RelateMethod}}};
    /// // 3 of 4 persons with x = 1 are of group 2, 1 of 4 with x = 0
    /// let two = [0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0];
    /// let posteriors = Array2::from_shape_fn((8, 2), |(i, t)| if t == 1 { two[i] } else { 1.0 - two[i] });
    /// let x = array![[1.0], [1.0], [1.0], [1.0], [0.0], [0.0], [0.0], [0.0]];
    /// let (people, first) = (Membership::new(posteriors.view(), None)?, GroupNumber::of_index(0));
    /// let model = people.predictors(&["x"], x.view(), first, RelateMethod::Hard)?;
    /// assert!((model.coefficients[1].estimate.value - 9_f64.ln()).abs() < 1e-12);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidInput`] listing every problem of the covariates: another number of rows than
    /// persons, names that do not fit, values that are not finite, constant or collinear columns (named),
    /// fewer persons than parameters; and, for hard assignment, a group without persons and covariates that
    /// separate groups perfectly (named, with the reason). [`ErrorKind::InvalidOptions`] for a reference that
    /// is no group, or a single group. [`ErrorKind::Untrusted`] when classification error cannot be corrected
    /// ([`Membership::classification_errors`]) or the criterion has no maximum, with the covariates along
    /// which it keeps rising.
    pub fn predictors<S: AsRef<str>>(
        &self,
        names: &[S],
        covariates: ArrayView2<'_, f64>,
        reference: GroupNumber,
        method: RelateMethod,
    ) -> Result<MembershipModel> {
        let groups = self.groups();
        if groups < 2 {
            return Err(Error::options("with one group there is no membership to explain"));
        }
        if reference.counted() > groups {
            return Err(Error::options(format!("reference group {reference} is not one of 1 to {groups}")));
        }
        self.check_predictors(names, covariates)?;
        if method == RelateMethod::Hard {
            self.check_separation(names, covariates)?;
        }
        let design = Design::new(covariates);
        let (weights, findings) = self.group_weights(method)?;
        let robust = self.weights().is_some();
        let (fitted, standard_errors) = match method {
            RelateMethod::MaximumLikelihood(assignment) => {
                let robust = robust || assignment == Assignment::Proportional;
                (self.logit_by_likelihood(names, &design, reference.index(), assignment, robust)?, robust)
            }
            _ => {
                let robust = robust || method != RelateMethod::Hard;
                let logit = Logit {
                    design: &design,
                    response: &weights,
                    weights: self.weights(),
                    groups,
                    reference: reference.index(),
                };
                (by_weights(names, &logit, robust)?, robust)
            }
        };
        let kind = if standard_errors { StandardErrors::Sandwich } else { StandardErrors::ObservedInformation };
        Ok(self.assemble(names, &design, reference, method, kind, fitted, findings))
    }

    fn check_predictors<S: AsRef<str>>(&self, names: &[S], covariates: ArrayView2<'_, f64>) -> Result<()> {
        let mut issues = Issues::in_memory();
        let (persons, columns) = covariates.dim();
        if persons != self.persons() {
            issues.add(None, None, || format!("{persons} rows of covariates for {} persons", self.persons()));
        }
        if columns == 0 {
            issues.add(None, None, || "no covariates".into());
        }
        covariate_issues(names, covariates, &mut issues);
        let parameters = (self.groups() - 1) * (columns + 1);
        if issues.is_empty() && persons <= parameters {
            issues.add(None, None, || format!("{persons} persons for {parameters} parameters"));
        }
        issues.into_result("the covariates cannot be used")
    }

    fn check_separation<S: AsRef<str>>(&self, names: &[S], covariates: ArrayView2<'_, f64>) -> Result<()> {
        let refused = |message: String| Err(Error::new(ErrorKind::InvalidInput, message));
        if let Some(t) = (0..self.groups()).find(|t| !self.modal().contains(t)) {
            return refused(format!("nobody is assigned to group {}", t + 1));
        }
        match separation(names, covariates, self.modal(), self.groups()) {
            Some(found) => refused(format!(
                "perfect separation by {}: {}; the coefficients would be infinite",
                quoted(&found.columns),
                found.reason
            )),
            None => Ok(()),
        }
    }

    fn logit_by_likelihood<S: AsRef<str>>(
        &self,
        names: &[S],
        design: &Design,
        reference: usize,
        assignment: Assignment,
        robust: bool,
    ) -> Result<Fitted> {
        let groups = self.groups();
        let errors = self.classification_errors(assignment)?;
        let log_errors: Vec<f64> = errors.matrix.iter().map(|d| d.ln()).collect();
        let assigned = self.assigned(assignment);
        let model = ThirdStep {
            design,
            assigned: &assigned,
            weights: self.weights(),
            log_errors: &log_errors,
            groups,
            reference,
            density: Density::None,
        };
        // constants that give the shares, and no effect of covariates
        let mut start = vec![0.0; model.parameters()];
        for (block, t) in (0..groups).filter(|&t| t != reference).enumerate() {
            start[block * design.terms()] = (errors.shares[t] / errors.shares[reference]).ln();
        }
        let top = model.climb(start).map_err(|fall| match fall {
            Fall::Diverged(direction) => no_maximum(names, design, &direction),
            Fall::Collapsed(_) => Error::new(ErrorKind::Untrusted, "the likelihood has no maximum"),
        })?;
        let covariance = top.covariance(robust)?;
        Ok(Fitted { coefficients: top.at, covariance, log_likelihood: top.log_likelihood })
    }

    #[allow(clippy::too_many_arguments)] // parts of one result
    fn assemble<S: AsRef<str>>(
        &self,
        names: &[S],
        design: &Design,
        reference: GroupNumber,
        method: RelateMethod,
        standard_errors: StandardErrors,
        fitted: Fitted,
        findings: Vec<RelateFinding>,
    ) -> MembershipModel {
        let terms = design.terms();
        let values = design.own_scale(&fitted.coefficients);
        let covariance = design.own_scale_covariance(&fitted.covariance);
        let others: Vec<GroupNumber> =
            (0..self.groups()).map(GroupNumber::of_index).filter(|&t| t != reference).collect();
        let coefficients = values
            .iter()
            .enumerate()
            .map(|(k, value)| MembershipCoefficient {
                group: others[k / terms],
                covariate: (k % terms).checked_sub(1).map(|j| names[j].as_ref().to_owned()),
                estimate: WaldEstimate::new(*value, Some(covariance.at(k, k))),
            })
            .collect();
        let tests = (1..terms)
            .map(|j| {
                let places: Vec<usize> = (0..others.len()).map(|b| b * terms + j).collect();
                // on the scale of the design, where pivots compare
                let at: Vec<f64> = places.iter().map(|&k| fitted.coefficients[k]).collect();
                let mut part = Square::zeros(places.len());
                for (a, &k) in places.iter().enumerate() {
                    places.iter().enumerate().for_each(|(b, &l)| part.set(a, b, fitted.covariance.at(k, l)));
                }
                CovariateTest { covariate: names[j - 1].as_ref().to_owned(), test: wald(&at, &part) }
            })
            .collect();
        let n = values.len();
        MembershipModel {
            method,
            reference,
            persons: self.persons(),
            standard_errors,
            coefficients,
            covariance: Array2::from_shape_fn((n, n), |(a, b)| covariance.at(a, b)),
            tests,
            log_likelihood: fitted.log_likelihood,
            findings,
        }
    }
}

fn by_weights<S: AsRef<str>>(names: &[S], logit: &Logit<'_>, robust: bool) -> Result<Fitted> {
    let LogitFit { coefficients, log_likelihood, converged, steps } = logit.fit();
    let (_, outer, information) = logit.derivatives(&coefficients);
    let factor = information.cholesky().filter(|_| converged);
    let Some(factor) = factor else {
        // late enough to point along the ridge, early enough to keep its digits
        let direction = steps.get(15).or(steps.last()).cloned().unwrap_or_default();
        return Err(no_maximum(names, logit.design, &direction));
    };
    let bread = inverse(&factor, information.n());
    let covariance = if robust { sandwich(&bread, &outer) } else { bread };
    Ok(Fitted { coefficients, covariance, log_likelihood })
}

fn no_maximum<S: AsRef<str>>(names: &[S], design: &Design, direction: &[f64]) -> Error {
    let columns = taking_part(design, direction, names);
    Error::new(
        ErrorKind::Untrusted,
        format!(
            "the criterion has no maximum: it keeps rising as the coefficients of {} run away, because after \
             correction a group is next to absent (or alone) at some of their values",
            if columns.is_empty() { "the constant".to_owned() } else { quoted(&columns) }
        ),
    )
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
