//! The search itself: models in parallel, the costliest first, each fitted as it would be alone.

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::parallel::Parallel;
use crate::trajectory::fit::Fit;
use crate::trajectory::progress::{Progress, pool};
use crate::trajectory::selection::candidate::{Aside, CandidateFit, CandidateModel};
use crate::trajectory::selection::data::Searched;
use crate::trajectory::selection::options::{SelectionOptions, SelectionProgress, SelectionWatch};
use crate::trajectory::selection::result::Selection;
use crate::trajectory::selection::state::SelectionState;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

pub(crate) fn search(
    options: &SelectionOptions,
    data: &Searched<'_>,
    state: &mut SelectionState,
    watch: SelectionWatch<'_>,
) -> Result<Selection> {
    let models = options.models(data)?;
    state.claim(data.fingerprint(options))?;
    match options.effort.threads {
        None => run(options, data, models, state, watch),
        Some(threads) => pool(threads)?.install(|| run(options, data, models, state, watch)),
    }
}

fn run(
    options: &SelectionOptions,
    data: &Searched<'_>,
    mut models: Vec<CandidateModel>,
    state: &mut SelectionState,
    watch: SelectionWatch<'_>,
) -> Result<Selection> {
    let mut kept = BTreeMap::new();
    fit_all(options, data, &models, state, &mut kept, watch)?;
    if options.eliminate {
        eliminate(options, data, &mut models, state, &mut kept, watch)?;
    }
    let candidates = models.iter().filter_map(|m| state.get(m).cloned()).collect();
    Ok(Selection::new(options.clone(), candidates, kept))
}

/// Lowers degrees as long as the criterion improves, from the best model of each family and number of groups.
fn eliminate(
    options: &SelectionOptions,
    data: &Searched<'_>,
    models: &mut Vec<CandidateModel>,
    state: &mut SelectionState,
    kept: &mut BTreeMap<CandidateModel, Fit>,
    watch: SelectionWatch<'_>,
) -> Result<()> {
    let value = |state: &SelectionState, m: &CandidateModel| -> Option<f64> {
        state.get(m)?.trusted().map(|f| options.criterion.of(f))
    };
    let mut best: BTreeMap<(String, usize), CandidateModel> = BTreeMap::new();
    for model in models.iter().filter(|m| !m.degrees.is_empty()) {
        let Some(v) = value(state, model) else { continue };
        let key = (model.family.clone(), model.groups);
        if best.get(&key).and_then(|b| value(state, b)).is_none_or(|b| v < b) {
            best.insert(key, model.clone());
        }
    }
    let mut open: Vec<CandidateModel> = best.into_values().collect();
    while !open.is_empty() {
        let lower: Vec<Vec<CandidateModel>> = open.iter().map(lowered).collect();
        let mut fresh: Vec<CandidateModel> = Vec::new();
        for model in lower.iter().flatten() {
            if !models.contains(model) && !fresh.contains(model) {
                fresh.push(model.clone());
            }
        }
        models.extend(fresh);
        fit_all(options, data, models, state, kept, watch)?;
        open = open
            .iter()
            .zip(&lower)
            .filter_map(|(model, lower)| {
                let here = value(state, model)?;
                let better = lower.iter().filter_map(|m| Some((value(state, m)?, m))).filter(|(v, _)| *v < here);
                better.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, m)| m.clone())
            })
            .collect();
    }
    Ok(())
}

/// The same model with one degree less in one group; groups of one degree are alike here.
fn lowered(model: &CandidateModel) -> Vec<CandidateModel> {
    let mut full = model.degrees.clone();
    if full.len() == 1 {
        full = vec![full[0]; model.groups];
    }
    let mut all: Vec<CandidateModel> = Vec::new();
    for k in 0..full.len() {
        // in a run of equal degrees, highest first, the last keeps the order when it is lowered
        if full[k] > 0 && full.get(k + 1) != Some(&full[k]) {
            let mut degrees = full.clone();
            degrees[k] -= 1;
            if degrees.windows(2).all(|w| w[0] == w[1]) {
                degrees.truncate(1);
            }
            all.push(CandidateModel { degrees, ..model.clone() });
        }
    }
    all
}

/// Fits those of the models that are not finished yet.
fn fit_all(
    options: &SelectionOptions,
    data: &Searched<'_>,
    models: &[CandidateModel],
    state: &mut SelectionState,
    kept: &mut BTreeMap<CandidateModel, Fit>,
    watch: SelectionWatch<'_>,
) -> Result<()> {
    let mut open: Vec<&CandidateModel> = models.iter().filter(|m| state.get(m).is_none()).collect();
    // the costliest first, so that no thread is left alone with it at the end
    let cost = |m: &CandidateModel| {
        let zero = m.family().is_some_and(|f| f.has_zero_curve());
        (zero, m.groups, m.degrees.iter().max().copied())
    };
    open.sort_by_key(|m| std::cmp::Reverse(cost(m)));
    let total = models.len();
    let done = AtomicUsize::new(total - open.len());
    let stopped = AtomicBool::new(false);
    let shared = Mutex::new((state, kept));
    let tell = |state: Option<&SelectionState>| {
        if !(watch.progress)(SelectionProgress { done: done.load(Ordering::Relaxed), total, state }) {
            stopped.store(true, Ordering::Relaxed);
        }
        !stopped.load(Ordering::Relaxed)
    };
    let one = |model: &CandidateModel| -> Result<()> {
        if stopped.load(Ordering::Relaxed) {
            return Ok(());
        }
        let begin = watch.clock.map(|clock| clock());
        let (mut fit, full): (CandidateFit, Option<Fit>) =
            match data.fit(options, model, &|_: Progress| !stopped.load(Ordering::Relaxed) && tell(None)) {
                Err(e) if e.kind() == ErrorKind::Cancelled => return Ok(()),
                Err(e) => {
                    stopped.store(true, Ordering::Relaxed);
                    return Err(e);
                }
                Ok(done) => done,
            };
        fit.seconds = Aside(watch.clock.zip(begin).map(|(clock, begin)| clock() - begin));
        // a thread that panicked has not left a model half added
        let mut shared = shared.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (state, kept) = &mut *shared;
        state.add(fit);
        if let Some(full) = full {
            kept.insert(model.clone(), full);
        }
        done.fetch_add(1, Ordering::Relaxed);
        tell(Some(state));
        Ok(())
    };
    // one by one from the front: shared out in parallel each thread would get a half
    let next = AtomicUsize::new(0);
    let workers = rayon::current_num_threads().min(open.len().max(1));
    let errors: Vec<Error> = (0..workers).keep_in_parallel(|_| {
        while let Some(model) = open.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(e) = one(model) {
                return Some(e);
            }
        }
        None
    });
    if let Some(e) = errors.into_iter().next() {
        return Err(e);
    }
    if stopped.load(Ordering::Relaxed) {
        return Err(Error::new(ErrorKind::Cancelled, "the search was stopped"));
    }
    Ok(())
}
