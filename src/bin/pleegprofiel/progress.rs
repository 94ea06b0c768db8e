//! Fitting with a progress bar on a terminal, for work that takes long enough to wonder.

use crate::failure::Failure;
use crate::resume::Resume;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pleegprofiel::{
    Cohort, Error, Fit, FormOptions, Spec,
    trajectory::{
        Data, Progress,
        forms::{FormChoice, FormProgress, FormState},
    },
};
use std::io::IsTerminal;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Work shorter than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// Fits; the fit and how long it took.
pub(crate) fn fit<'a>(spec: &Spec, people: impl Into<Data<'a>>) -> Result<(Fit, Duration), Error> {
    watched(|progress| spec.fit_with_progress(people, progress))
}

/// Chooses form and number of groups; with a file to resume from going on from what it has and keeping there what was
/// looked at. Without one nobody asks whose the results are, and the people are not gone through for that.
pub(crate) fn choose(options: &FormOptions, cohort: &Cohort, file: Option<&Path>) -> Result<FormChoice, Failure> {
    if file.is_none() {
        return Ok(watched(|tick| options.choose_with_progress(cohort, tick))?.0);
    }
    let resume = Resume::new(file);
    let mut state = resume.read(FormState::from_json)?;
    let chosen = watched(|tick| {
        let progress = |p: FormProgress<'_>| {
            p.state.is_none_or(|state| resume.keep(|| state.to_json()))
                && tick(Progress { done: p.done, total: p.total })
        };
        options.choose_from(cohort, &mut state, &progress)
    });
    Ok(resume.outcome(chosen)?.0)
}

/// Work that reports how far it is, and how long it took.
pub(crate) fn watched<T>(
    work: impl FnOnce(&(dyn Fn(Progress) -> bool + Sync)) -> Result<T, Error>,
) -> Result<(T, Duration), Error> {
    let begin = Instant::now();
    let shows = std::io::stderr().is_terminal();
    let bar: OnceLock<ProgressBar> = OnceLock::new();
    let progress = |Progress { done, total }: Progress| {
        if shows && begin.elapsed() > PATIENCE {
            let bar = bar.get_or_init(new_bar);
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        }
        true
    };
    let done = work(&progress);
    if let Some(bar) = bar.get() {
        bar.finish_and_clear();
    }
    Ok((done?, begin.elapsed()))
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("fitting {bar:40} {pos}/{len} {elapsed}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
