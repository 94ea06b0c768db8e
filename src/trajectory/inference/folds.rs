//! Cross-validation in folds: exact refits, people scored by a model that has seen nobody of their fold.

use crate::error::{Error, Result};
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::inference::leave_out::error_of_sum;
use crate::trajectory::inference::refitting::{Refitting, cancelled, climb_from, failure};
use crate::trajectory::progress::{Progress, Ticker};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// Options of cross-validation in folds.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | folds | 10 | Kohavi (1995) |
/// | seed | 1 | any; same seed, same folds |
/// | starts | 0 | refits climb from the full fit; with starts each fold is searched anew |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folds {
    pub(crate) folds: usize,
    pub(crate) seed: u64,
    pub(crate) starts: usize,
}

impl Default for Folds {
    fn default() -> Self {
        Folds { folds: 10, seed: 1, starts: 0 }
    }
}

impl Folds {
    /// So many folds, 2 to the number of persons.
    pub fn new(folds: usize) -> Self {
        Folds { folds, ..Folds::default() }
    }

    /// Seed of the folds.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts of a full search in every fold; 0 climbs from the fit of everyone, whose optimum then has been
    /// chosen with the people of the fold.
    pub fn starts(mut self, starts: usize) -> Self {
        self.starts = starts;
        self
    }
}

/// Scores by fold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FoldScores {
    /// The options that gave them.
    pub options: Folds,
    /// Fold of each row, from 0.
    pub fold: Vec<usize>,
    /// `ln f(y_i | theta without i's fold)`, row after row.
    pub log_scores: Vec<f64>,
    /// Their sum, with weights.
    pub log_score: f64,
    /// Standard error of the sum: `sqrt(n)` times the standard deviation of the (weighted) scores.
    pub se: f64,
    /// Folds (from 0) whose refit did not end at a maximum, and why; their scores are from where it stopped.
    pub not_converged: Vec<(usize, String)>,
}

impl Fit {
    /// Log-score in folds, refitted exactly.
    ///
    /// # Errors
    /// When the people are not those who were fitted, the number of folds is out of range, or a full search
    /// cannot be made (as [`Spec::fit`](crate::Spec::fit)).
    pub fn cross_validate<'a>(&self, people: impl Into<Data<'a>>, options: Folds) -> Result<FoldScores> {
        self.cross_validate_with_progress(people, options, &|_| true)
    }

    /// The same, reporting progress; `progress` may stop the work by returning false.
    ///
    /// # Errors
    /// As [`Fit::cross_validate`], and kind [`crate::ErrorKind::Cancelled`] when stopped.
    pub fn cross_validate_with_progress<'a>(
        &self,
        people: impl Into<Data<'a>>,
        options: Folds,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<FoldScores> {
        self.validated(&people.into().people(self.family()), options, progress)
    }

    fn validated(
        &self,
        panel: &Panel,
        options: Folds,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<FoldScores> {
        let refitting = Refitting::new(self, panel)?;
        let rows = refitting.panel.rows();
        if options.folds < 2 || options.folds > rows {
            return Err(Error::options(format!("{} folds asked for, not 2 to {rows}", options.folds)));
        }
        let mut order: Vec<usize> = (0..rows).collect();
        order.shuffle(&mut stream(options.seed, 0));
        let mut fold = vec![0; rows];
        order.iter().enumerate().for_each(|(place, &i)| fold[i] = place % options.folds);
        let ticker = Ticker::new(progress);
        ticker.expect(options.folds);
        type Scored = (Vec<f64>, Option<String>);
        let scored: Vec<Option<Result<Scored>>> = (0..options.folds)
            .map_in_parallel(|f| ticker.tick().then(|| self.fold_scores(&refitting, &options, &fold, f)));
        let scored: Vec<Scored> =
            scored.into_iter().collect::<Option<Vec<_>>>().ok_or_else(cancelled)?.into_iter().collect::<Result<_>>()?;
        if ticker.stopped() {
            return Err(cancelled());
        }
        let log_scores: Vec<f64> =
            (0..rows).map(|i| scored[fold[i]].0[refitting.cells.history_of[i] as usize]).collect();
        let weighted: Vec<f64> = log_scores.iter().enumerate().map(|(i, s)| s * refitting.panel.weight(i)).collect();
        let failed = scored.into_iter().enumerate().filter_map(|(f, s)| s.1.map(|why| (f, why))).collect();
        Ok(FoldScores {
            options,
            fold,
            log_score: weighted.iter().sum(),
            se: error_of_sum(&weighted),
            log_scores,
            not_converged: failed,
        })
    }

    /// Log-likelihood of every history by a model without the people of fold `f`.
    fn fold_scores(
        &self,
        refitting: &Refitting,
        options: &Folds,
        fold: &[usize],
        f: usize,
    ) -> Result<(Vec<f64>, Option<String>)> {
        let layout = &self.model.layout;
        if options.starts == 0 {
            let mut weight = vec![0.0; refitting.cells.len()];
            for i in (0..fold.len()).filter(|&i| fold[i] != f) {
                weight[refitting.cells.history_of[i] as usize] += refitting.panel.weight(i);
            }
            let cells = refitting.reweighted(weight);
            let engine = Engine { cells: &cells, layout };
            let point = climb_from(&engine, &self.model.theta, true);
            let why = failure(&engine, &point);
            return Ok((point.pass.by_history, why));
        }
        let others: Vec<usize> = (0..fold.len()).filter(|&i| fold[i] != f).collect();
        let spec = self.model.spec.clone().sought_from(options.starts, options.seed);
        let fit = spec.fit(&refitting.panel.select(&others))?;
        let scores = crate::trajectory::inference::resample::log_likelihoods(&fit.model, refitting);
        let why = (!fit.converged).then(|| format!("not converged: {:.1e} was still promised", fit.shortfall));
        Ok((scores, why))
    }
}
