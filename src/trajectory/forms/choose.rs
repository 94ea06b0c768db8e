//! The choice: candidates ranked, the best fitted in full.

use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::parallel::Parallel;
use crate::trajectory::answer::by_tables;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::forms::around;
use crate::trajectory::forms::choice::{ABOUT_AS_WELL, Alternative, FormChoice, Sureness};
use crate::trajectory::forms::options::FormOptions;
use crate::trajectory::forms::path;
use crate::trajectory::forms::rank::{SIMPLER, rank};
use crate::trajectory::forms::scan::{Scan, Scanned};
use crate::trajectory::forms::state::{FormProgress, FormState, Memory};
use crate::trajectory::model::Model;
use crate::trajectory::model::candidate::FormCandidate;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::progress::{Progress, Ticker, on_threads};
use crate::trajectory::spec::form::Form;
use crate::trajectory::tables::pass::Evaluator;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Candidates fitted in full, at most.
const IN_FULL: usize = 4;
/// A candidate this close to the best (difference in BIC) is fitted in full too: a quick look may fall short of its
/// best optimum by so much, and names hang on it where it then fits about as well (Toronto with time at risk: 20.4 behind
/// at a quick look, 6.1 in full, with other names for a fifth of the people).
const CLOSE: f64 = ABOUT_AS_WELL + 15.0;

impl FormOptions {
    /// Chooses.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] when there is nothing to choose from, or no form can be fitted to so few
    /// persons or ages; kind [`ErrorKind::Untrusted`] when no form with any number of groups can be trusted.
    pub fn choose(&self, cohort: &Cohort) -> Result<FormChoice> {
        self.choose_with_progress(cohort, &|_| true)
    }

    /// As [`FormOptions::choose`], reporting progress; `progress` may stop the work by returning false.
    ///
    /// # Errors
    /// As there, and kind [`ErrorKind::Cancelled`] when stopped.
    pub fn choose_with_progress(
        &self,
        cohort: &Cohort,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<FormChoice> {
        on_threads(self.effort.threads, || self.chosen(cohort, None, progress))?
    }

    /// As [`FormOptions::choose`], going on from what was looked at before; `progress` is told of every look with the
    /// state so far, and may stop the work by returning false. The answer is that of a choice in one go, to the last bit.
    ///
    /// # Errors
    /// As there; kind [`ErrorKind::InvalidOptions`] when `state` is of other data or options, kind
    /// [`ErrorKind::InvalidModel`] when it is damaged, kind [`ErrorKind::Cancelled`] when stopped.
    pub fn choose_from(
        &self,
        cohort: &Cohort,
        state: &mut FormState,
        progress: &(dyn Fn(FormProgress<'_>) -> bool + Sync),
    ) -> Result<FormChoice> {
        let degree = self.degree.min(cohort.observed_ages().saturating_sub(1));
        state.claim(self, &self.listed(degree), cohort)?;
        let (done, total) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let tell = |state: Option<&FormState>| {
            progress(FormProgress { done: done.load(Ordering::Relaxed), total: total.load(Ordering::Relaxed), state })
        };
        let told = |state: &FormState| tell(Some(state));
        let memory = Memory::new(std::mem::take(state), &told);
        let ticked = |at: Progress| {
            done.store(at.done, Ordering::Relaxed);
            total.store(at.total, Ordering::Relaxed);
            tell(None)
        };
        let choice = on_threads(self.effort.threads, || self.chosen(cohort, Some(&memory), &ticked));
        *state = memory.into_state();
        choice?
    }

    fn listed(&self, degree: usize) -> Vec<Form> {
        self.forms.clone().unwrap_or_else(|| Form::short_list(degree))
    }

    pub(super) fn chosen(
        &self,
        cohort: &Cohort,
        memory: Option<&Memory<'_>>,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<FormChoice> {
        let degree = self.degree.min(cohort.observed_ages().saturating_sub(1));
        let forms = self.listed(degree);
        let groups = self.numbers(cohort);
        // what can be asked of no cohort, or not of this one, is refused in the words of a single fit
        let first = forms.first().ok_or_else(|| Error::options("there are no forms to choose from"))?;
        first.options(*groups.start(), degree).starts(self.effort.starts).check(cohort)?;
        if let Some(other) = forms.iter().find(|form| !form.family.counts_events()) {
            return Err(Error::options(format!("the family {} is not for counts of events", other.family)));
        }
        let ticker = Ticker::new(progress);
        let sample = Scan::sample_of(cohort, self.effort.seed);
        let scan = Scan::new(cohort, sample.as_ref(), degree, self.effort.seed, memory, &ticker);
        let mut scanned = path::along(&scan, &forms, &groups, &ticker)?;
        let stopped = || Error::new(ErrorKind::Cancelled, "the fit was stopped");
        if ticker.stopped() {
            return Err(stopped());
        }
        rank(&mut scanned);
        around::around(&scan, &forms, *groups.end(), &mut scanned, &ticker)?;
        if sample.is_some() && !ticker.stopped() {
            scanned = best_on_all(&scan, &scanned, &ticker)?;
            rank(&mut scanned);
        }
        if ticker.stopped() {
            return Err(stopped());
        }
        self.in_full(cohort, degree, scanned, progress)
    }

    /// Fits the best in full, and others that are as close as a quick look may be wrong.
    fn in_full(
        &self,
        cohort: &Cohort,
        degree: usize,
        scanned: Vec<Scanned>,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<FormChoice> {
        let mut candidates: Vec<FormCandidate> = scanned.iter().map(candidate).collect();
        let mut best: Option<(usize, Fit)> = None;
        // what a fit is worth that can be trusted but for a rate that ran off: better than no answer
        let mut fallback: Option<(usize, Fit)> = None;
        // what was fitted in full stands for itself
        let mut models: Vec<Option<Model>> = vec![None; scanned.len()];
        let mut tried = 0;
        for (i, s) in scanned.iter().enumerate() {
            let enough = match &best {
                Some((_, fit)) => tried >= IN_FULL || !s.trusted() || s.bic > fit.bic_persons + CLOSE,
                None => tried >= 2 * IN_FULL,
            };
            if enough {
                break;
            }
            tried += 1;
            // with a dispersion the likelihood has few optima, and those are found by the way through simpler forms
            let neighbours = self.effort.neighbours && s.form.family == Family::Zip;
            // those behind the first have to do with less
            let starts = if tried == 1 { self.effort.starts } else { self.effort.starts.min(FEWER_STARTS) };
            let options = s.form.options(s.groups, degree).starts(starts).seed(self.effort.seed).neighbours(neighbours);
            let known = if s.params.blocks.is_empty() { Vec::new() } else { vec![s.params.clone()] };
            let mut full = by_tables::fit(&options, cohort, &s.shape, &known, progress)?;
            if s.trusted() && !against(&full).is_empty() && !known.is_empty() {
                // the search went on to an optimum that cannot be trusted: the one known can, and is the best of those
                let alone = options.starts(1).neighbours(false);
                let other = by_tables::fit(&alone, cohort, &s.shape, &known, progress)?;
                full = if against(&other).is_empty() { other } else { full };
            }
            let fatal = full.findings.iter().any(Finding::is_fatal);
            let refused = against(&full);
            models[i] = Some(full.model().clone());
            let to = &mut candidates[i];
            (to.log_likelihood, to.parameters) = (full.log_likelihood, full.parameters);
            (to.bic_persons, to.in_full, to.refused) = (full.bic_persons, true, reason(&refused));
            let better = |than: &Option<(usize, Fit)>| {
                than.as_ref().is_none_or(|(_, b)| full.bic_persons < b.bic_persons - SIMPLER)
            };
            if refused.is_empty() && better(&best) {
                best = Some((i, full));
            } else if !fatal && !refused.is_empty() && better(&fallback) {
                fallback = Some((i, full));
            }
        }
        let Some((chosen, fit)) = best.or(fallback) else {
            let why = candidates.first().and_then(|c| c.refused.clone()).unwrap_or_else(|| "nothing was fitted".into());
            let message = format!(
                "no form of model can be trusted on this cohort of {} persons, with any number of groups; the best: {why}",
                cohort.persons()
            );
            return Err(Error::new(ErrorKind::Untrusted, message));
        };
        let form = scanned[chosen].form;
        candidates.iter_mut().for_each(|c| c.distance = c.bic_persons - fit.bic_persons);
        let near =
            |i: &usize| *i != chosen && candidates[*i].refused.is_none() && candidates[*i].distance < ABOUT_AS_WELL;
        let mut alternatives = (0..scanned.len())
            .filter(near)
            .map(|i| {
                let s = &scanned[i];
                let looked = || -> Result<Model> {
                    let model = CountModel::from_params(s.form.family, cohort.grid(), &s.shape, &s.params)?;
                    Ok(Model::of_counts(model, s.shape.common_dispersion))
                };
                let model = models[i].take().map_or_else(looked, Ok)?;
                Ok(Alternative { candidate: candidates[i].clone(), model })
            })
            .collect::<Result<Vec<Alternative>>>()?;
        alternatives.sort_by(|a, b| a.candidate.bic_persons.total_cmp(&b.candidate.bic_persons));
        let key = |c: &FormCandidate| (c.refused.is_some(), c.bic_persons);
        candidates.sort_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
        let alike = |s: &&Scanned| s.form.family == Family::Poisson && s.trusted();
        let near = scanned.iter().filter(alike).min_by_key(|s| s.groups.abs_diff(fit.groups.len()));
        let sureness = match near {
            Some(s) if form.family != Family::Poisson => {
                let poisson = CountModel::from_params(Family::Poisson, cohort.grid(), &s.shape, &s.params)?;
                Some(Sureness::new(cohort, fit.model(), &Model::of_counts(poisson, false))?)
            }
            _ => None,
        };
        Ok(FormChoice { form, fit, candidates, sureness, alternatives })
    }
}

/// Of what was looked at on a sample, best first: the best of each form and the best of all, on everyone.
fn best_on_all(scan: &Scan<'_>, scanned: &[Scanned], ticker: &Ticker<'_>) -> Result<Vec<Scanned>> {
    let first_of_form = |i: usize| scanned[..i].iter().all(|s| s.form != scanned[i].form);
    let beside_best =
        |i: usize| scanned[i].form == scanned[0].form && scanned[i].groups.abs_diff(scanned[0].groups) == 1;
    let wanted = |i: &usize| *i < FROM_SAMPLE || first_of_form(*i) || beside_best(*i);
    // of a sample the others are not told; of everyone's rounded time all are
    let kept: Vec<usize> = (0..scanned.len()).filter(|i| scan.is_of_all() || wanted(i)).collect();
    let Some(rounded) = scan.rounded() else {
        let look = |i: usize| if wanted(&i) { scan.on_all(&scanned[i]) } else { scan.as_it_is(&scanned[i]) };
        return kept.map_in_parallel(look).into_iter().collect();
    };
    // everybody's own time at risk costs tenfold: it is asked of what is near the best on rounded time, and there is next to
    // its top by then
    let evaluator = Evaluator::roughly(&rounded).watched(ticker);
    let near = kept.map_in_parallel(|i: usize| scan.on(&evaluator, &scanned[i]));
    let mut near = near.into_iter().collect::<Result<Vec<Scanned>>>()?;
    rank(&mut near);
    let least = near.first().map_or(f64::INFINITY, |s| s.bic);
    let (few, others) = near.split_at(near.iter().take(FROM_SAMPLE).filter(|s| s.bic < least + WITHIN).count());
    let few = few.map_in_parallel(|s| scan.on_all(s));
    let others = others.map_in_parallel(|s| scan.as_it_is(s));
    few.into_iter().chain(others).collect()
}

/// Difference in BIC on rounded time within which everybody's own decides.
const WITHIN: f64 = 3.0 * ABOUT_AS_WELL;

/// What speaks against a fit.
fn against(fit: &Fit) -> Vec<Finding> {
    let against = |f: &&Finding| f.is_fatal() || matches!(f, Finding::RateRunsOff { .. });
    fit.findings.iter().filter(against).cloned().collect()
}

/// Starts of a fit in full beside that of the first candidate.
const FEWER_STARTS: usize = 6;

/// So many of the best on a sample are looked at on everyone.
const FROM_SAMPLE: usize = 6;

fn reason(refused: &[Finding]) -> Option<String> {
    let all: Vec<String> = refused.iter().take(3).map(ToString::to_string).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn candidate(s: &Scanned) -> FormCandidate {
    FormCandidate {
        form: s.form,
        groups: s.groups,
        log_likelihood: s.log_likelihood,
        parameters: s.parameters,
        bic_persons: s.bic,
        distance: 0.0,
        in_full: false,
        refused: reason(&s.refused),
    }
}
