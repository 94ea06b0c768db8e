//! The second way: a job for each pass of the fit. Executors read people where they lie and send sums; the client holds
//! parameters, a sample, and nobody else.
//!
//! What a pass is to work out travels as an argument of its call, so nothing is registered anew. Sums are added by the
//! number of their chunk, so neither partitions, nor executors, nor retries show in the answer.

use crate::by_run::{ANSWER, question, read};
use crate::chunks::Chunks;
use crate::draw::{self, Drawing};
use crate::engine::Engine;
use crate::failure::{Failure, Result};
use crate::files::Files;
use crate::functions::Kind;
use crate::group::{same_nulls, same_rows};
use crate::look::Looked;
use crate::problems::Problems;
use crate::way::{Passes, Way, WayOptions};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::record_batch::RecordBatch;
use pleegprofiel::{
    Cohort, Fit, Spec,
    trajectory::passes::{Overview, PassRequest, PassSums},
};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::runtime::Handle;

/// People who have been looked at, and can be asked for sums.
pub(crate) struct People<'a> {
    engine: &'a Engine,
    files: &'a Files,
    times: Option<&'a Files>,
    chunks: Chunks,
    overview: Overview,
}

/// People of the sample on whom it is checked how totals spread.
const LOOKED_AT: usize = 20_000;

impl<'a> People<'a> {
    /// Looks at everybody, once.
    ///
    /// # Errors
    /// As [`Engine::run`] where the engine fails; kind [`Failure::Input`], with every problem by column, when rows hold
    /// something else than counts or times at risk, or the two tables are not in one order; and when files changed
    /// meanwhile, or executors read others.
    pub(crate) async fn look(
        engine: &'a Engine,
        files: &'a Files,
        times: Option<&'a Files>,
        partitions: usize,
        options: &WayOptions,
    ) -> Result<People<'a>> {
        check_tables(files, times)?;
        let chunks = Chunks::of(files, times, options.people_in_chunk, partitions)?;
        let drawing = Drawing::of(files.rows(), options.seed);
        let asked = question(engine.context(), Kind::Look, &chunks.shape, &drawing, &chunks.runs)?;
        let done = engine.collect(asked).await;
        unchanged(files, times)?;
        let looked = texts(&done?)?.iter().map(|text| read(text)).collect::<Result<Vec<Looked>>>()?;
        let overview = tokio::task::block_in_place(|| overview(looked, &chunks, files, times))?;
        Ok(People { engine, files, times, chunks, overview })
    }

    /// The sums of one pass over everybody.
    async fn sums(&self, request: &PassRequest) -> Result<PassSums> {
        let asked = question(self.engine.context(), Kind::Pass, &self.chunks.shape, request, &self.chunks.runs)?;
        let done = self.engine.collect(asked).await;
        // a file that changed is why a job failed, or why it should have
        unchanged(self.files, self.times)?;
        let none = PassSums::none(request.fingerprint());
        texts(&done?)?.iter().try_fold(none, |sum, text| Ok(sum.merge(read(text)?)?))
    }

    /// Fits a model to them; `stop` ends it.
    ///
    /// # Errors
    /// As [`Spec::fit_by_passes`] and [`People::look`].
    pub(crate) fn fit(self, why: String, options: &Spec, ways: &WayOptions, stop: &AtomicBool) -> Result<(Fit, Way)> {
        let here = Handle::current();
        let mut pass_seconds = Vec::new();
        let mut ask = |request: &PassRequest| {
            let started = Instant::now();
            let sums = here.block_on(self.sums(request));
            pass_seconds.push(started.elapsed().as_secs_f64());
            sums
        };
        let mut fit = || {
            let fit = options.fit_by_passes(&self.overview, &mut ask, &|_| !stop.load(Ordering::Relaxed))?;
            let sample = &self.overview.sample;
            Ok(fit.checked_among(&sample.chunk(0..sample.persons().min(LOOKED_AT))?)?)
        };
        let fit: Result<Fit> = match ways.threads {
            None => fit(),
            Some(threads) => rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .map_err(|cause| Failure::Usage(format!("{threads} threads cannot be started: {cause}")))?
                .install(fit),
        };
        let fit = fit?;
        let rows = self.files.rows();
        let passes = Passes {
            people_in_chunk: self.chunks.shape.people_in_chunk,
            chunks: self.chunks.number,
            runs: self.chunks.runs.len(),
            pass_seconds,
        };
        let files = self.files.len();
        Ok((fit, Way { way: "passes", why, rows, persons: rows, files, distinct: None, passes: Some(passes) }))
    }
}

/// Whether two tables can be read side by side.
fn check_tables(files: &Files, times: Option<&Files>) -> Result<()> {
    let Some(times) = times else { return Ok(()) };
    if times.columns().grid != files.columns().grid {
        return Err(Failure::Usage("counts and times at risk are on different ages".into()));
    }
    same_rows(files.rows(), files, Some(times))
}

fn unchanged(files: &Files, times: Option<&Files>) -> Result<()> {
    files.unchanged()?;
    times.map_or(Ok(()), Files::unchanged)
}

/// The answers of all runs, in whatever order they came.
fn texts(batches: &[RecordBatch]) -> Result<Vec<&str>> {
    let other = || Failure::Engine("the engine returned other columns".into());
    let mut all = Vec::new();
    for batch in batches {
        let answers = batch.column_by_name(ANSWER).and_then(|column| column.as_string_opt::<i32>());
        let answers = answers.filter(|answers| answers.null_count() == 0).ok_or_else(other)?;
        all.extend(answers.iter().flatten());
    }
    Ok(all)
}

/// What is known of everybody.
fn overview(looked: Vec<Looked>, chunks: &Chunks, files: &Files, times: Option<&Files>) -> Result<Overview> {
    let mut problems = Problems::new(files, times);
    let mut unobserved = vec![0; files.columns().ages.len()];
    let (mut rows, mut time_at_risk, mut out_of_step) = (0, false, None);
    let mut drawn = Vec::new();
    for one in looked {
        rows += one.rows;
        time_at_risk |= one.at_risk;
        out_of_step = out_of_step.into_iter().chain(one.out_of_step).min();
        unobserved.iter_mut().zip(&one.unobserved).for_each(|(sum, own)| *sum += own);
        problems.never_observed(one.never_observed);
        problems.beyond(one.beyond);
        for problem in &one.wrong {
            let wrong =
                problem.wrong().ok_or_else(|| Failure::Engine("an executor tells of no known problem".into()))?;
            problems.add(&[wrong], problem.rows);
        }
        drawn.extend(one.drawn);
    }
    if let Some(row) = out_of_step {
        return Err(Failure::input(
            "counts and times at risk are not in one order",
            vec![format!(
                "row {} of all: the identifier is another in the times at risk; sort both tables by it, or have them \
                 joined (--way one-job)",
                row + 1
            )],
        ));
    }
    problems.into_result()?;
    same_rows(rows, files, times)?;
    if times.is_none() {
        same_nulls(&unobserved, files)?;
    }
    let sample: Cohort = draw::sample(drawn, files.columns().grid)?;
    let warnings = sample.warnings().to_vec();
    Ok(Overview { sample, chunks: chunks.number, time_at_risk, warnings })
}
