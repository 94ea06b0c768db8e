//! Bootstrap likelihood-ratio test for the number of groups.

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::parallel::Parallel;
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::inference::refitting::cancelled;
use crate::trajectory::inference::resample::{FailedReplicate, replicate_seed};
use crate::trajectory::progress::{Progress, Ticker, on_threads};
use crate::trajectory::spec::effort::{Draws, says_draws};
use crate::trajectory::spec::{Grouping, Spec};
use serde::{Deserialize, Serialize};

/// Options of the bootstrap test for the number of groups.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | replicates | 99 | enough for the 5 % level (McLachlan & Peel 2000, section 6.6); more narrow the p-value |
/// | seed | 1 | any; replicate b has a stream of its own |
/// | starts | 20 | of each refit; the larger model has local optima, and one missed makes the test too eager |
/// | retries | 1 | a larger model found below the smaller is searched again with four times the starts |
/// | stop after | never | with h, stops at the h-th replicate as extreme as the data (Besag & Clifford 1991) |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct GroupTestOptions {
    #[serde(flatten)]
    pub(crate) draws: Draws,
    pub(crate) retries: usize,
    pub(crate) stop_after: Option<usize>,
}

impl Default for GroupTestOptions {
    fn default() -> Self {
        GroupTestOptions { draws: Draws::with(99, 20), retries: 1, stop_after: None }
    }
}

impl GroupTestOptions {
    says_draws!(
        /// Starts of each refit, of both models.
    );

    /// How often a larger model found below the smaller one is searched again.
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = retries;
        self
    }

    /// Stops once so many replicates were as extreme as the data: the p-value is large enough then.
    pub fn stop_after(mut self, exceedances: usize) -> Self {
        self.stop_after = Some(exceedances);
        self
    }
}

/// The test of a number of groups against a larger one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupTest {
    /// The options that gave it.
    pub options: GroupTestOptions,
    /// Numbers of groups: null hypothesis, alternative.
    pub groups: [usize; 2],
    /// Log-likelihoods of the data under both.
    pub log_likelihood: [f64; 2],
    /// `2 (logL of the larger - logL of the smaller)`.
    pub statistic: f64,
    /// Statistics of the replicates that gave one, in the order of their numbers.
    pub null: Vec<f64>,
    /// Replicates that gave none, with the reason.
    pub failed: Vec<FailedReplicate>,
    /// Replicates at least as extreme as the data.
    pub exceedances: usize,
    /// Monte-Carlo p-value: `(1 + b) / (1 + B)` over the replicates that gave a statistic; `h / B` when it was
    /// stopped at the h-th exceedance.
    pub p: f64,
    /// The p-value if every failed replicate were as extreme as the data: nothing larger can be true.
    pub p_at_most: f64,
    /// Standard error of the p-value from the number of replicates: `sqrt(p (1 - p) / B)`.
    pub monte_carlo_error: f64,
    /// Whether it stopped before all replicates were drawn.
    pub stopped_early: bool,
}

/// Replicates between two looks at the stopping rule.
const BATCH: usize = 16;
/// A larger model may fall short of the smaller by so much, by rounding and stopping.
const ROUNDING: f64 = 1e-5;

impl Fit {
    /// Tests this fit's number of groups against a larger model: the same outcomes with more groups.
    ///
    /// Chi-square does not hold (a share of 0 is a boundary, and the curve of an absent group is not
    /// identified), so the distribution under the null hypothesis is drawn from this fit's model and both models
    /// are fitted to every draw. The alternative is searched from its own number of starts on the data.
    ///
    /// # Errors
    /// When the larger model does not have the same outcomes and more groups, the panel is not the one that was
    /// fitted, a model cannot be fitted, or (kind [`ErrorKind::Untrusted`]) the larger model was not found above
    /// the smaller on the data, or no replicate gave a statistic.
    ///
    /// # References
    /// McLachlan (1987), Applied Statistics 36, 318-324; Davison & Hinkley (1997), section 4.2 (p-value).
    pub fn group_test<'a>(
        &self,
        people: impl Into<Data<'a>>,
        larger: &Spec,
        options: &GroupTestOptions,
    ) -> Result<GroupTest> {
        self.group_test_with_progress(people, larger, options, &|_| true)
    }

    /// The same, reporting progress; `progress` may stop the work by returning false.
    ///
    /// # Errors
    /// As [`Fit::group_test`], and kind [`ErrorKind::Cancelled`] when stopped.
    pub fn group_test_with_progress<'a>(
        &self,
        people: impl Into<Data<'a>>,
        larger: &Spec,
        options: &GroupTestOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<GroupTest> {
        self.tested(&people.into().people(self.family()), larger, options, progress)
    }

    fn tested(
        &self,
        panel: &Panel,
        larger: &Spec,
        options: &GroupTestOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<GroupTest> {
        options.draws.check(false)?;
        if options.draws.starts == 0 || options.stop_after == Some(0) {
            return Err(Error::options("starts and the number of exceedances to stop after are at least 1"));
        }
        let groups = self.check_larger(larger)?;
        crate::trajectory::inference::refitting::Refitting::new(self, panel)?;
        let ticker = Ticker::new(progress);
        ticker.expect(options.draws.replicates + 1);
        let alternative = larger.fit(panel)?;
        ticker.tick();
        let statistic = 2.0 * (alternative.log_likelihood - self.log_likelihood);
        if statistic < -ROUNDING {
            return Err(Error::new(
                ErrorKind::Untrusted,
                format!(
                    "{} groups reach a log-likelihood {:.4} below that of {}: the maximum was not found, use more starts",
                    groups[1],
                    -0.5 * statistic,
                    groups[0]
                ),
            ));
        }
        let one = |number: usize| -> Option<std::result::Result<f64, FailedReplicate>> {
            if ticker.stopped() {
                return None;
            }
            let found = self.null_statistic(panel, larger, options, number);
            ticker.tick();
            Some(found.map_err(|reason| FailedReplicate { number, reason }))
        };
        let mut tally = Tally { null: Vec::new(), failed: Vec::new(), exceedances: 0, stopped: false };
        for from in (0..options.draws.replicates).step_by(BATCH) {
            let batch = from..(from + BATCH).min(options.draws.replicates);
            let found: Vec<Option<_>> = on_threads(options.draws.threads, || batch.map_in_parallel(one))?;
            if ticker.stopped() {
                return Err(cancelled());
            }
            found.into_iter().flatten().for_each(|f| tally.add(f, statistic, options.stop_after));
            if tally.stopped {
                break;
            }
        }
        tally.finish(options, groups, [self.log_likelihood, alternative.log_likelihood], statistic)
    }

    fn check_larger(&self, larger: &Spec) -> Result<[usize; 2]> {
        let own = &self.model.spec;
        let groups = [own.classes(), larger.classes()];
        let single = |s: &Spec| matches!(s.grouping, Grouping::Single(_));
        if !single(own) || !single(larger) {
            return Err(Error::options("the test is for models with one grouping"));
        }
        if groups[1] <= groups[0] {
            return Err(Error::options(format!("{} groups are not more than {}", groups[1], groups[0])));
        }
        let named = |s: &Spec| -> Vec<_> {
            let dropout = s.dropout.as_ref().map(|d| format!("{}: dropout", d.series));
            let of = s.outcomes.iter().filter(|o| dropout.as_ref() != Some(&o.series));
            of.map(|o| (o.series.clone(), o.family)).collect()
        };
        if named(own) != named(larger) || own.dropout != larger.dropout || own.membership != larger.membership {
            let what = "the larger model has other outcomes, families, covariates or dropout than the fit";
            return Err(Error::options(format!("{what}: more groups of the same are tested")));
        }
        Ok(groups)
    }

    /// The statistic of one draw under this model.
    fn null_statistic(
        &self,
        panel: &Panel,
        larger: &Spec,
        options: &GroupTestOptions,
        number: usize,
    ) -> std::result::Result<f64, String> {
        let (drawn, _) =
            self.model.drawn_like(panel, replicate_seed(options.draws.seed, number)).map_err(|e| e.to_string())?;
        let small = self.model.spec.clone().sought_from(options.draws.starts, options.draws.seed);
        let mut null = small.fit(&drawn).map_err(|e| format!("{} groups: {e}", self.model.spec.classes()))?;
        // the truth is one more start, and a search may do worse
        if let Ok(from_truth) = small.refit(&drawn, std::slice::from_ref(&self.model.theta))
            && from_truth.log_likelihood > null.log_likelihood
        {
            null = from_truth;
        }
        if !null.converged {
            return Err(format!("{} groups: not converged", self.model.spec.classes()));
        }
        let mut starts = options.draws.starts;
        let mut short = 0.0;
        for _ in 0..=options.retries {
            let large = larger.clone().sought_from(starts, options.draws.seed);
            let found = large.fit(&drawn).map_err(|e| format!("{} groups: {e}", larger.classes()))?;
            let statistic = 2.0 * (found.log_likelihood - null.log_likelihood);
            if statistic >= -ROUNDING && statistic.is_finite() {
                return Ok(statistic.max(0.0));
            }
            short = -0.5 * statistic;
            starts = (starts * 4).min(100_000);
        }
        let (k, smaller) = (larger.classes(), self.model.spec.classes());
        Err(format!("{k} groups stayed {short:.4} below the log-likelihood of {smaller}: the maximum was not found"))
    }
}

struct Tally {
    null: Vec<f64>,
    failed: Vec<FailedReplicate>,
    exceedances: usize,
    stopped: bool,
}

impl Tally {
    fn add(&mut self, found: std::result::Result<f64, FailedReplicate>, statistic: f64, stop_after: Option<usize>) {
        if self.stopped {
            return;
        }
        match found {
            Ok(value) => {
                self.null.push(value);
                self.exceedances += usize::from(value >= statistic);
                self.stopped = stop_after == Some(self.exceedances);
            }
            Err(failure) => self.failed.push(failure),
        }
    }

    fn finish(
        self,
        options: &GroupTestOptions,
        groups: [usize; 2],
        log_likelihood: [f64; 2],
        statistic: f64,
    ) -> Result<GroupTest> {
        let (n, b, failed) = (self.null.len() as f64, self.exceedances as f64, self.failed.len() as f64);
        if self.null.is_empty() {
            let why = self.failed.first().map_or("", |f| f.reason.as_str());
            let message = format!("none of {} replicates gave a statistic: {why}", self.failed.len());
            return Err(Error::new(ErrorKind::Untrusted, message));
        }
        let p = if self.stopped { b / n } else { (1.0 + b) / (1.0 + n) };
        Ok(GroupTest {
            options: options.clone(),
            groups,
            log_likelihood,
            statistic,
            exceedances: self.exceedances,
            p,
            p_at_most: (1.0 + b + failed) / (1.0 + n + failed),
            monte_carlo_error: (p * (1.0 - p) / n).sqrt(),
            stopped_early: self.stopped,
            null: self.null,
            failed: self.failed,
        })
    }
}
