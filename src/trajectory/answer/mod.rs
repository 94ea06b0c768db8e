//! From a specification to a fit: which of the two ways to evaluate a likelihood is taken. Nothing else knows of both.
//!
//! Counts of a cohort with polynomial curves go by tables (`by_tables`): few cells occur, and many people have them.
//! Everything else goes by whatever the specification says (`by_cells`).

pub(crate) mod by_cells;
pub(crate) mod by_tables;
pub(crate) mod findings_by_cells;
pub(crate) mod findings_by_tables;
pub(crate) mod seed;

use crate::error::Result;
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::progress::{Progress, on_threads};
use crate::trajectory::spec::{Spec, check};
use crate::trajectory::tables::count_spec::CountSpec;

/// Observed cells times the mean weight of a person: a weight of two for everyone is everyone twice.
fn weighted_observations(observations: u64, total_weight: f64, persons: usize) -> f64 {
    observations as f64 * total_weight / persons.max(1) as f64
}

impl Spec {
    /// Fits the model to a cohort or a panel.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, Family, Spec, ndarray::Array2};
    /// // fifty people with an offence at every age, fifty with none
    /// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
    /// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
    /// let fit = Spec::counts(Family::Poisson).groups(2).degree(0).fit(&cohort)?;
    /// assert!((fit.groups[1].share - 0.5).abs() < 1e-3); // groups are ordered by level
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) or [`InvalidInput`](crate::ErrorKind::InvalidInput) when
    /// the people cannot bear the model: unknown names, values that a family cannot produce (every cell is listed),
    /// collinear or constant covariates, covariates that split an outcome, no or more than 32 groups of counts (64 of
    /// anything else), more groups than persons, a degree above 5 or not below the number of ages observed, numbers of
    /// degrees other than 1 or the number of groups. Not converging is no error but a [`Fit`] that says so.
    pub fn fit<'a>(&self, people: impl Into<Data<'a>>) -> Result<Fit> {
        self.fit_with_progress(people, &|_| true)
    }

    /// Fits the model, reporting progress; `progress` may stop the fit by returning false.
    ///
    /// # Errors
    /// As [`Spec::fit`], and kind [`Cancelled`](crate::ErrorKind::Cancelled) when stopped.
    pub fn fit_with_progress<'a>(
        &self,
        people: impl Into<Data<'a>>,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<Fit> {
        match people.into() {
            Data::Panel(panel) => self.fit_panel(panel, progress),
            Data::Cohort(cohort) => match CountSpec::of(self) {
                Some(counts) => by_tables::fit_counts(&counts, cohort, progress),
                None => {
                    let mut fit = self.fit_panel(&Panel::from_cohort(cohort), progress)?;
                    fit.findings.extend(cohort.warnings().iter().cloned().map(Finding::Data));
                    Ok(fit)
                }
            },
        }
    }

    pub(crate) fn fit_panel(&self, panel: &Panel, progress: &(dyn Fn(Progress) -> bool + Sync)) -> Result<Fit> {
        let (panel, spec) = check::with_dropout(panel, self)?;
        check::check(&panel, &spec)?;
        on_threads(self.effort.threads, || by_cells::fit(&panel, &spec, &[], progress))?
    }

    /// Fits the model from given parameters only (in the order of the model they came from): what bootstraps
    /// and leave-one-out refits need.
    ///
    /// # Errors
    /// As [`Spec::fit`].
    pub(crate) fn refit(&self, panel: &Panel, from: &[Vec<f64>]) -> Result<Fit> {
        let (panel, spec) = check::with_dropout(panel, self)?;
        check::usable(&panel, &spec)?;
        by_cells::fit(&panel, &spec, from, &|_| true)
    }
}
