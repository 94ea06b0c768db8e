//! Bootstrap standard errors and intervals of shares, curves and parameters.

use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::inference::resample::{self, BootstrapOptions, FailedReplicate, Replicate};
use crate::trajectory::model::Model;
use crate::trajectory::progress::Progress;
use crate::trajectory::spec::layout::Parameter;
use serde::{Deserialize, Serialize};

/// A fit's bootstrap: every replicate that gave an answer, and the names of those that did not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bootstrap {
    /// The options that gave it.
    pub options: BootstrapOptions,
    /// Replicates with an answer, by number.
    pub replicates: Vec<Replicate>,
    /// Replicates without, by number, with the reason.
    pub failed: Vec<FailedReplicate>,
    pub(crate) model: Model,
    pub(crate) undetermined: Vec<bool>,
}

/// An estimate with its bootstrap standard error and 95 % intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BootstrapInterval {
    /// Estimate of the original fit.
    pub value: f64,
    /// Standard deviation of the replicates.
    pub se: f64,
    /// Mean of the replicates minus the estimate.
    pub bias: f64,
    /// Percentile interval: quantiles 0.025 and 0.975 of the replicates (Efron & Tibshirani 1993, chapter 13).
    pub percentile: [f64; 2],
    /// Basic interval: twice the estimate minus those quantiles, the upper first (Davison & Hinkley 1997,
    /// equation 5.6). May leave the range of a share.
    pub basic: [f64; 2],
}

/// Replicates with an answer below which no interval is given.
pub const MIN_REPLICATES: usize = 39;

impl Fit {
    /// Bootstraps the fit. Same options, same bits, on any number of threads.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, trajectory::inference::{BootstrapOptions, Resampling}};
    /// // counts of 0 and 2 by turns: 1 a year, with a standard error of 1/sqrt(800) over 100 x 8 cells
    /// let counts = Array2::from_shape_fn((100, 8), |(i, t)| Some(2.0 * ((i + t) % 2) as f64));
    /// let panel = Panel::new(AgeGrid::years(12, 19)?).series("counts", counts.view())?;
    /// let fit = Spec::new(1).outcome(OutcomeSpec::counts(Family::Poisson).degree(0)).fit(&panel)?;
    /// let bootstrap = fit.bootstrap(&panel, &BootstrapOptions::new(Resampling::Parametric).replicates(199))?;
    /// let rate = bootstrap.curve(0, 0)?[3];
    /// assert!((rate.value - 1.0).abs() < 1e-9 && (rate.se - 0.0354).abs() < 0.006);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the people are not those who were fitted or options are out of range. Replicates that fail are no
    /// error; see [`Bootstrap::failed`].
    pub fn bootstrap<'a>(&self, people: impl Into<Data<'a>>, options: &BootstrapOptions) -> Result<Bootstrap> {
        self.bootstrap_with_progress(people, options, &|_| true)
    }

    /// The same, reporting progress; `progress` may stop the work by returning false.
    ///
    /// # Errors
    /// As [`Fit::bootstrap`], and kind [`ErrorKind::Cancelled`] when stopped.
    pub fn bootstrap_with_progress<'a>(
        &self,
        people: impl Into<Data<'a>>,
        options: &BootstrapOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<Bootstrap> {
        self.bootstrapped(&people.into().people(self.family()), options, progress)
    }

    fn bootstrapped(
        &self,
        panel: &Panel,
        options: &BootstrapOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<Bootstrap> {
        let drawn = resample::run(self, panel, options, progress)?;
        Ok(Bootstrap {
            options: options.clone(),
            replicates: drawn.replicates,
            failed: drawn.failed,
            model: self.model.clone(),
            undetermined: self.inference.determined.iter().map(|d| !d).collect(),
        })
    }
}

impl Bootstrap {
    /// The model that was bootstrapped.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Share of each class.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Untrusted`] when fewer than [`MIN_REPLICATES`] replicates gave an answer.
    pub fn shares(&self) -> Result<Vec<BootstrapInterval>> {
        let own = self.model.prior(&self.model.typical_x);
        let of = |c: usize| self.interval(own[c], self.replicates.iter().map(|r| r.shares[c]).collect());
        (0..own.len()).map(of).collect()
    }

    /// A group's curve, by age interval; see [`Model::curve`].
    ///
    /// # Errors
    /// As [`Bootstrap::shares`], and when there is no such outcome or group.
    pub fn curve(&self, outcome: usize, group: usize) -> Result<Vec<BootstrapInterval>> {
        if outcome >= self.model.spec.outcomes.len() || group >= self.model.group_count(outcome) {
            return Err(Error::options(format!("there is no group {group} of outcome {outcome}, counted from 0")));
        }
        let curves = self.curves(outcome, group);
        let own = self.model.curve(outcome, group);
        let of = |t: usize| self.interval(own[t], curves.iter().map(|c| c[t]).collect());
        (0..own.len()).map(of).collect()
    }

    /// Parameters, in the order of [`Model::parameter_names`]; none for those that the original data do
    /// not determine: their replicates run off as well.
    ///
    /// # Errors
    /// As [`Bootstrap::shares`].
    pub fn parameters(&self) -> Result<Vec<(Parameter, Option<BootstrapInterval>)>> {
        let of = |i: usize| -> Result<(Parameter, Option<BootstrapInterval>)> {
            let interval = match self.undetermined[i] {
                true => None,
                false => {
                    let values = self.replicates.iter().map(|r| r.parameters[i]).collect();
                    Some(self.interval(self.model.theta[i], values)?)
                }
            };
            Ok((self.model.layout.parameters[i].clone(), interval))
        };
        (0..self.model.layout.len()).map(of).collect()
    }

    /// Every replicate's curve of a group.
    pub(crate) fn curves(&self, outcome: usize, group: usize) -> Vec<Vec<f64>> {
        let mut model = self.model.clone();
        let mut of = |r: &Replicate| {
            model.theta.clone_from(&r.parameters);
            model.curve(outcome, group).to_vec()
        };
        self.replicates.iter().map(&mut of).collect()
    }

    fn interval(&self, value: f64, mut values: Vec<f64>) -> Result<BootstrapInterval> {
        let n = values.len();
        if n < MIN_REPLICATES {
            let why = format!(
                "{n} replicates gave an answer, {} did not: at least {MIN_REPLICATES} are needed",
                self.failed.len()
            );
            return Err(Error::new(ErrorKind::Untrusted, why));
        }
        let mean = values.iter().sum::<f64>() / n as f64;
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1) as f64;
        values.sort_by(f64::total_cmp);
        let percentile = [quantile(&values, 0.025), quantile(&values, 0.975)];
        let basic = [2.0 * value - percentile[1], 2.0 * value - percentile[0]];
        Ok(BootstrapInterval { value, se: variance.sqrt(), bias: mean - value, percentile, basic })
    }
}

/// Ordered value number `(n + 1) p`, between two values by straight line, the outermost at the ends.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let n = sorted.len();
    let at = ((n as f64 + 1.0) * p - 1.0).clamp(0.0, (n - 1) as f64);
    let below = at.floor() as usize;
    let above = (below + 1).min(n - 1);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}
