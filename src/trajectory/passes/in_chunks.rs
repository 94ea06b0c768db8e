//! Passes over people in chunks on this machine.

use crate::cohort::chunked::PeopleInChunks;
use crate::error::{Error, Result};
use crate::numeric::parallel;
use crate::trajectory::fit::Fit;
use crate::trajectory::passes::climb::Overview;
use crate::trajectory::passes::journal::PassJournal;
use crate::trajectory::passes::request::PassRequest;
use crate::trajectory::passes::sums::{PASS_VERSION, PassSums};
use crate::trajectory::progress::{Progress, on_threads};
use crate::trajectory::spec::Spec;
use std::sync::{Mutex, PoisonError};

impl Overview {
    /// What there is to know of people in chunks.
    ///
    /// # Errors
    /// When there is nobody.
    pub fn of(people: &PeopleInChunks) -> Result<Overview> {
        Ok(Overview {
            sample: people.sample()?,
            chunks: people.chunks(),
            time_at_risk: people.has_exposure(),
            warnings: people.warnings(),
        })
    }
}

impl PassRequest {
    /// The sums of everybody in chunks, several chunks at a time.
    ///
    /// # Errors
    /// As [`PassRequest::sums`]; when a chunk cannot be read back.
    pub fn sums_in_chunks(&self, people: &PeopleInChunks) -> Result<PassSums> {
        let sum = Mutex::new(Ok(PassSums::none(self.fingerprint())));
        let locked = || sum.lock().unwrap_or_else(PoisonError::into_inner);
        let of_chunk = |chunk: u64| {
            let (histories, facts) = people.chunk(chunk)?;
            self.sums_of(chunk, &histories, facts)
        };
        parallel::each(people.facts().len(), &|chunk| {
            // after a problem nothing is worked out any more
            if locked().is_err() {
                return;
            }
            let more = of_chunk(chunk as u64);
            let mut sum = locked();
            let before = std::mem::replace(&mut *sum, Ok(PassSums::none(self.fingerprint())));
            *sum = before.and_then(|before| before.merge(more?));
        });
        sum.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Spec {
    /// An empty journal for a fit of these people with these options: with others, stored passes are refused.
    ///
    /// # Errors
    /// When the model is not of counts with polynomial curves.
    pub fn journal(&self, people: &PeopleInChunks) -> Result<PassJournal> {
        let options = serde_json::to_string(&self.of_counts()?).map_err(|cause| Error::options(cause.to_string()))?;
        Ok(PassJournal::new(format!("{PASS_VERSION} {} {options}", people.fingerprint())))
    }

    /// Fits the model to people in chunks, whose number memory does not grow with; see [`Spec::fit_by_passes`].
    /// `keep` gets every finished pass as a line of the journal, to be stored behind the lines before it; with what was
    /// stored, a fit that was stopped goes on with the same bits.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, Family, Spec, cohort::PeopleInChunks, ndarray::Array2};
    /// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
    /// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
    /// let people = PeopleInChunks::of_cohort(&cohort, 1)?;
    /// let options = Spec::counts(Family::Poisson).groups(2).degree(0);
    /// let fit = options.fit_in_chunks(&people, &mut options.journal(&people)?, &mut |_| Ok(()), &|_| true)?;
    /// assert!((fit.log_likelihood - options.fit(&cohort)?.log_likelihood).abs() < 1e-9);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Spec::fit_by_passes`]; whatever `keep` fails with.
    pub fn fit_in_chunks(
        &self,
        people: &PeopleInChunks,
        journal: &mut PassJournal,
        keep: &mut (dyn FnMut(&str) -> std::io::Result<()> + Send),
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<Fit> {
        let overview = Overview::of(people)?;
        self.of_counts()?.check(&overview.sample)?;
        on_threads(self.effort.threads, || {
            self.fit_by_passes::<Error>(
                &overview,
                &mut |request| {
                    if let Some(sums) = journal.finished(request) {
                        return Ok(sums.clone());
                    }
                    let sums = request.sums_in_chunks(people)?;
                    let kept = keep(&journal.add(&sums));
                    kept.map_err(|cause| Error::io("the journal of passes", "written", cause))?;
                    Ok(sums)
                },
                progress,
            )
        })?
    }
}
