//! The choice: candidates ranked, the best fitted in full.

use super::form::Form;
use super::lasting;
use super::path;
use super::scan::{Scan, Scanned};
use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::family::Family;
use crate::trajectory::finding::Finding;
use crate::trajectory::fit::{self, Fit, Ticker};
use crate::trajectory::mixture::fit::pool;
use crate::trajectory::model::TrajectoryModel;
use crate::trajectory::options::Progress;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Candidates fitted in full, at most.
const IN_FULL: usize = 4;
/// A candidate this close to the best (difference in BIC) is fitted in full too: a quick look may fall short of its
/// best optimum by so much.
const CLOSE: f64 = 4.0;

/// What to choose from, and how hard to look.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | `groups` | 1 to 8 | there are four profiles, but nothing says that a cohort falls into four groups |
/// | `degree` | 3 | cubic in age: a rise, a fall and a tail; less where fewer ages were observed |
/// | `forms` | [`Form::short_list`] | whether counts are over-dispersed or have more zeros is for the data to say |
/// | `starts` | 24 | of the best form, which is known from the choice already |
/// | `seed` | 1 | any; same seed, same bits |
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Family, FormOptions, ndarray::Array2};
/// // sixty people with an offence a year, ninety with hardly any
/// let counts = Array2::from_shape_fn((150, 10), |(i, t)| if i < 60 { ((i + t) % 3) as u32 } else { u32::from((i * 7 + t * 3) % 29 == 0) });
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
/// let choice = FormOptions::new().degree(0).groups(1..=3).choose(&cohort)?;
/// assert_eq!((choice.form.family, choice.fit.groups.len()), (Family::Poisson, 2));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct FormOptions {
    groups: RangeInclusive<usize>,
    degree: usize,
    forms: Option<Vec<Form>>,
    pub(super) starts: usize,
    neighbours: bool,
    pub(super) seed: u64,
    #[serde(skip)]
    threads: Option<usize>,
}

impl Default for FormOptions {
    fn default() -> Self {
        FormOptions { groups: 1..=8, degree: 3, forms: None, starts: 24, neighbours: true, seed: 1, threads: None }
    }
}

/// One form with one number of groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormCandidate {
    /// The form.
    pub form: Form,
    /// Number of groups.
    pub groups: usize,
    /// Log-likelihood at the best top that was found.
    pub log_likelihood: f64,
    /// Free parameters: those that a zero part or a dispersion at its limit does not have are not counted.
    pub parameters: usize,
    /// `-2 logL + p ln(persons)`.
    pub bic_persons: f64,
    /// How far that is above the best candidate's.
    pub distance: f64,
    /// Whether it was fitted in full, and not only looked at.
    pub in_full: bool,
    /// Why it is not to be trusted; none when it is.
    pub refused: Option<String>,
}

/// The form and number of groups that were chosen, with everything they were chosen from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FormChoice {
    /// The form.
    pub form: Form,
    /// Its fit, which can be trusted.
    pub fit: Fit,
    /// Everything that was looked at: trusted first, then lowest BIC first.
    pub candidates: Vec<FormCandidate>,
    /// How sure people's groups are under this form and under Poisson, when that is another form.
    pub sureness: Option<Sureness>,
    /// The other trusted models that fit about as well, lowest BIC first: within [`ABOUT_AS_WELL`] of the chosen one.
    pub alternatives: Vec<Alternative>,
}

/// A model that fits about as well as the chosen one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Alternative {
    /// What it is, and how far behind.
    pub candidate: FormCandidate,
    /// The model, as it was looked at.
    pub model: TrajectoryModel,
}

/// Difference in BIC below which two models fit about as well: beyond, the evidence is very strong (Kass & Raftery
/// 1995).
pub const ABOUT_AS_WELL: f64 = 10.0;

/// How sure posteriors are under the chosen form, and under Poisson with as many groups. A Poisson posterior of 0.9999
/// of somebody whose counts spread more than Poisson counts do is no certainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sureness {
    /// Persons.
    pub persons: u64,
    /// Persons whose likeliest group has a posterior of 0.99 or more under the chosen form.
    pub sure: u64,
    /// The same under Poisson.
    pub sure_poisson: u64,
    /// Mean of the highest posterior under the chosen form.
    pub mean: f64,
    /// The same under Poisson.
    pub mean_poisson: f64,
}

/// A posterior from here on counts as sure.
const SURE: f64 = 0.99;

impl Sureness {
    fn new(cohort: &Cohort, chosen: &TrajectoryModel, poisson: &TrajectoryModel) -> Sureness {
        let of = |model: &TrajectoryModel| {
            let posteriors = model.distinct_posteriors(cohort);
            let (mut sure, mut sum) = (0, 0.0);
            for (row, &persons) in posteriors.rows().into_iter().zip(&cohort.histories.persons) {
                let highest = row.iter().copied().fold(0.0, f64::max);
                sure += if highest >= SURE { u64::from(persons) } else { 0 };
                sum += f64::from(persons) * highest;
            }
            (sure, sum / cohort.persons().max(1) as f64)
        };
        let ((sure, mean), (sure_poisson, mean_poisson)) = (of(chosen), of(poisson));
        Sureness { persons: cohort.persons() as u64, sure, sure_poisson, mean, mean_poisson }
    }
}

impl FormChoice {
    /// The best trusted candidate of each form, lowest BIC first; for a form without one its best.
    pub fn by_form(&self) -> Vec<&FormCandidate> {
        let mut kept: Vec<&FormCandidate> = Vec::new();
        for candidate in &self.candidates {
            if kept.iter().all(|k| k.form != candidate.form) {
                kept.push(candidate);
            }
        }
        kept
    }
}

impl FormOptions {
    /// The default choice.
    pub fn new() -> FormOptions {
        FormOptions::default()
    }

    /// Numbers of groups, 1 to 32.
    pub fn groups(mut self, groups: RangeInclusive<usize>) -> Self {
        self.groups = groups;
        self
    }

    /// Degree of the rate polynomials, 0 to 5; lowered where fewer ages were observed.
    pub fn degree(mut self, degree: usize) -> Self {
        self.degree = degree;
        self
    }

    /// The forms to choose from.
    pub fn forms(mut self, forms: Vec<Form>) -> Self {
        self.forms = Some(forms);
        self
    }

    /// Starts of a fit in full.
    pub fn starts(mut self, starts: usize) -> Self {
        self.starts = starts;
        self
    }

    /// Whether the best form is looked around for better optima next door.
    pub fn neighbours(mut self, neighbours: bool) -> Self {
        self.neighbours = neighbours;
        self
    }

    /// Seed of all starts.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Number of threads; changes no bit of the result.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

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
        match self.threads {
            None => self.chosen(cohort, progress),
            Some(threads) => pool(threads)?.install(|| self.chosen(cohort, progress)),
        }
    }

    /// Numbers of groups to look at: more groups than different histories are the same groups twice.
    pub(super) fn numbers(&self, cohort: &Cohort) -> RangeInclusive<usize> {
        let least = *self.groups.start();
        least..=(*self.groups.end()).min(cohort.distinct_histories()).max(least)
    }

    pub(super) fn chosen(&self, cohort: &Cohort, progress: &(dyn Fn(Progress) -> bool + Sync)) -> Result<FormChoice> {
        let degree = self.degree.min(cohort.observed_ages().saturating_sub(1));
        let forms = self.forms.clone().unwrap_or_else(|| Form::short_list(degree));
        let groups = self.numbers(cohort);
        // what can be asked of no cohort, or not of this one, is refused in the words of a single fit
        let first = forms.first().ok_or_else(|| Error::options("there are no forms to choose from"))?;
        first.options(*groups.start(), degree).starts(self.starts).check(cohort)?;
        if forms.iter().any(|form| !form.family.is_plain()) {
            return lasting::choose(self, cohort, &forms, degree, progress);
        }

        let ticker = Ticker::new(progress);
        let sample = Scan::sample_of(cohort, self.seed);
        let scan = Scan::new(cohort, sample.as_ref(), degree, self.seed);
        // two paths side by side: with a dispersion and without
        let with = |dispersed: bool| -> Vec<Form> {
            let of = |f: &&Form| matches!(f.family, Family::NegBin | Family::Zinb) == dispersed;
            forms.iter().filter(of).copied().collect()
        };
        let (plain, dispersed) = rayon::join(
            || path::along(&scan, &with(false), &groups, &ticker),
            || path::along(&scan, &with(true), &groups, &ticker),
        );
        let mut scanned = plain?;
        scanned.extend(dispersed?);
        let stopped = || Error::new(ErrorKind::Cancelled, "the fit was stopped");
        if ticker.stopped() {
            return Err(stopped());
        }
        rank(&mut scanned);
        if sample.is_some() {
            scanned = best_on_all(&scan, &scanned)?;
            rank(&mut scanned);
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
            let neighbours = self.neighbours && s.form.family == Family::Zip;
            // those behind the first have to do with less
            let starts = if tried == 1 { self.starts } else { self.starts.min(FEWER_STARTS) };
            let options = s.form.options(s.groups, degree).starts(starts).seed(self.seed).neighbours(neighbours);
            let known = if s.params.blocks.is_empty() { Vec::new() } else { vec![s.params.clone()] };
            let full = fit::fit(&options, cohort, &s.shape, &known, progress)?;
            let fatal = full.findings.iter().any(Finding::is_fatal);
            let against = |f: &&Finding| f.is_fatal() || matches!(f, Finding::RateRunsOff { .. });
            let refused: Vec<Finding> = full.findings.iter().filter(against).cloned().collect();
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
                let model = TrajectoryModel::from_params(s.form.family, cohort.grid(), &s.shape, &s.params)?;
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
                let poisson = TrajectoryModel::from_params(Family::Poisson, cohort.grid(), &s.shape, &s.params)?;
                Some(Sureness::new(cohort, fit.model(), &poisson))
            }
            _ => None,
        };
        Ok(FormChoice { form, fit, candidates, sureness, alternatives })
    }
}

/// A richer form whose criterion is lower by less than this is the simpler one at its limit.
const SIMPLER: f64 = 1e-5;

/// Trusted first, then lowest BIC first; of equals the simpler, which comes first on the list.
fn rank(all: &mut [Scanned]) {
    let rounded = |s: &Scanned| (s.bic / SIMPLER).round() * SIMPLER;
    all.sort_by(|a, b| {
        b.trusted()
            .cmp(&a.trusted())
            .then(rounded(a).total_cmp(&rounded(b)))
            .then(a.shape.parameters().cmp(&b.shape.parameters()))
    });
}

/// Of what was looked at on a sample, best first: the best of each form and the best of all, on everyone.
fn best_on_all(scan: &Scan<'_>, scanned: &[Scanned]) -> Result<Vec<Scanned>> {
    let first_of_form = |i: usize| scanned[..i].iter().all(|s| s.form != scanned[i].form);
    let beside_best =
        |i: usize| scanned[i].form == scanned[0].form && scanned[i].groups.abs_diff(scanned[0].groups) == 1;
    let wanted = |i: &usize| *i < FROM_SAMPLE || first_of_form(*i) || beside_best(*i);
    let kept: Vec<&Scanned> = (0..scanned.len()).filter(wanted).map(|i| &scanned[i]).collect();
    kept.into_par_iter().map(|s| scan.on_all(s)).collect()
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
