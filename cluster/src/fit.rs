//! `fit`: one model of the people in the files, and which way it came about.

use crate::engine::{Address, Engine, JobOptions, stop_asked};
use crate::failure::{Failure, Result};
use crate::files::Files;
use crate::group::{Counted, count_histories};
use crate::output::Whole;
use crate::passes::People;
use crate::way::{Chosen, Way, WayOptions, choose};
use pleegprofiel::{Definitions, Family, Fit, Model, Spec, name_model, profile::GroupNaming};
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What a fit comes to.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Which way was taken, and why.
    pub way: Way,
    /// What the executors ran.
    pub version: &'static str,
    /// Parts that the work was cut into; no figure hangs on it.
    pub partitions: usize,
    /// Seconds from the first job to counted histories, or to people who have been looked at.
    pub count_seconds: f64,
    /// Seconds of the fit, passes included.
    pub fit_seconds: f64,
    /// The most memory this process has held, in megabytes, where the system tells it.
    pub largest_memory_mb: Option<f64>,
    /// The fit.
    pub fit: Fit,
}

/// Fits a model to the people in the files: their histories counted on the engine and fitted here, or pass by pass over
/// everybody, as the options and the people have it.
///
/// # Errors
/// As [`Engine::connect`], [`count_histories`], [`Spec::fit`] and [`Spec::fit_by_passes`]; when the way that
/// is wanted does not bear these people.
pub async fn fit(
    at: &Address,
    job: JobOptions,
    files: &Files,
    times: Option<&Files>,
    options: &Spec,
    ways: &WayOptions,
) -> Result<Answer> {
    if !(1..=1 << 24).contains(&ways.people_in_chunk) {
        return Err(Failure::Usage(format!("{} people in a chunk, not 1 to 16,777,216", ways.people_in_chunk)));
    }
    let Some(family) = options.family() else {
        return Err(Failure::Usage("a fit needs a family of counts".into()));
    };
    let chosen = tokio::task::block_in_place(|| choose(ways, family, files, times))?;
    let started = Instant::now();
    let engine = Engine::connect(at, job).await?;
    let (fit, way, counted) = match chosen {
        Chosen::OneJob(why) => {
            let Counted { cohort, rows, persons } = count_histories(&engine, files, times).await?;
            drop(engine);
            let counted = Instant::now();
            let whole = |stop: &AtomicBool| {
                let fit = options.fit_with_progress(&cohort, &|_| !stop.load(Ordering::Relaxed));
                Ok(fit.and_then(|fit| fit.checked(&cohort))?)
            };
            let fit = stoppable(whole).await?;
            let distinct = cohort.distinct_histories() as u64;
            let share = 100.0 * distinct as f64 / persons.max(1) as f64;
            let why = format!("{why}; {persons} persons have {distinct} different histories ({share:.1} %)");
            let files = files.len();
            (fit, Way { way: "one-job", why, rows, persons, files, distinct: Some(distinct), passes: None }, counted)
        }
        Chosen::Passes(why) => {
            let people = People::look(&engine, files, times, job.partitions, ways).await?;
            let counted = Instant::now();
            let (fit, way) = stoppable(|stop| people.fit(why, options, ways, stop)).await?;
            (fit, way, counted)
        }
    };
    Ok(Answer {
        way,
        version: crate::VERSION,
        partitions: job.partitions,
        count_seconds: (counted - started).as_secs_f64(),
        fit_seconds: counted.elapsed().as_secs_f64(),
        largest_memory_mb: largest_memory(),
        fit,
    })
}

/// Work of this process, which a signal stops: it would else be heard by nobody.
async fn stoppable<T>(work: impl FnOnce(&AtomicBool) -> Result<T>) -> Result<T> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    let listening = tokio::spawn(async move {
        stop_asked().await;
        told.store(true, Ordering::Relaxed);
    });
    let done = tokio::task::block_in_place(|| work(&stop));
    listening.abort();
    match done {
        Err(_) if stop.load(Ordering::Relaxed) => Err(Failure::Stopped),
        done => done,
    }
}

impl Answer {
    /// The model as a file, when the fit can be trusted.
    ///
    /// # Errors
    /// When it cannot, or the file cannot be written.
    pub fn write_model(&self, mut file: Whole) -> Result<()> {
        let model = self.fit.best()?;
        file.write(format!("{}\n", model.to_json()).as_bytes())?;
        file.publish()
    }

    /// The answer as JSON.
    pub fn to_json(&self) -> String {
        // numbers, texts and lists of them
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The answer in words. How many people a group has stands in the JSON alone: a few are not to be told.
    pub fn text(&self) -> String {
        let fit = &self.fit;
        let mut text = String::new();
        let entropy = fit.entropy.map_or(String::new(), |e| format!(", relative entropy {e:.3}"));
        // a String takes whatever is written to it
        let _ = writeln!(
            text,
            "{} groups, {}: log-likelihood {:.4}, {} parameters\nAIC {:.2}, BIC {:.2} (persons) or {:.2} (cells), ICL {:.2}{entropy}",
            fit.groups.len(),
            fit.family(),
            fit.log_likelihood,
            fit.parameters,
            fit.aic,
            fit.bic_persons,
            fit.bic_observations,
            fit.icl,
        );
        let names = naming(fit.model());
        for (k, (group, of)) in fit.groups.iter().zip(fit.model().groups()).enumerate() {
            let avepp = group.avepp.map_or(String::new(), |p| format!(", AvePP {p:.3}"));
            let name = names.get(k).and_then(|n| n.profile).map_or("no profile".to_owned(), |p| p.to_string());
            let share = 100.0 * of.share;
            let _ = writeln!(
                text,
                "group {}: share {share:.2} %, peak at {}{avepp}, {name}",
                k + 1,
                fit.model().peak_age(k)
            );
        }
        for finding in &fit.findings {
            let _ = writeln!(text, "- {finding}");
        }
        let _ = writeln!(text, "{}.", self.way.why);
        let passes = self.way.passes.as_ref().map_or(String::new(), |p| format!(" in {} passes", p.pass_seconds.len()));
        let _ = write!(text, "{:.1} s to count, {:.1} s to fit{passes}.", self.count_seconds, self.fit_seconds);
        text
    }
}

/// What Linux tells of this process.
fn largest_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

fn naming(model: &Model) -> Vec<GroupNaming> {
    match model.family() {
        // profiles are defined on rates of offending, which participation does not give
        Family::Bernoulli => Vec::new(),
        _ => name_model(model, &Definitions::default()).map_or(Vec::new(), |naming| naming.groups),
    }
}
