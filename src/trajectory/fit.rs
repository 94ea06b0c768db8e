//! The result of a fit: the model, how it was reached, how far it can be trusted.

use super::adequacy::{self, Adequacy};
use super::family::Family;
use super::finding::{Finding, trusted};
use super::ladder::{self, Climbed, Top};
use super::limit;
use super::mixture::fit::ModelFit;
use super::mixture::inference::Inference;
use super::model::TrajectoryModel;
use super::options::{FitOptions, Progress};
use super::pass::Evaluator;
use super::plain_findings::findings;
use super::search::{SAME, StartRecord, StartStop};
use super::shape::{Params, Shape};
use super::shared::Free;
use super::twin;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::streams::stream;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A fitted trajectory model with everything needed to judge it.
///
/// Groups summarise a cohort; they are not kinds of people, their number is not a discovery, and members do
/// not follow the curve in lock step (Nagin & Tremblay 2005). Skewed counts make several groups look best
/// even when there is one population (Bauer & Curran 2003).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Fit {
    model: TrajectoryModel,
    /// The options that gave this fit.
    pub options: FitOptions,
    /// Number of persons.
    pub persons: usize,
    /// Number of observed cells.
    pub observations: u64,
    /// Log-likelihood with every constant (`-ln y!`).
    pub log_likelihood: f64,
    /// Number of free parameters.
    pub parameters: usize,
    /// `-2 logL + 2 p`.
    pub aic: f64,
    /// `-2 logL + p ln(persons)`.
    pub bic_persons: f64,
    /// `-2 logL + p ln(observed cells)`.
    pub bic_observations: f64,
    /// `bic_persons + 2 E`, with `E` the entropy of the posteriors (Biernacki, Celeux & Govaert 2000).
    pub icl: f64,
    /// Relative entropy `1 - E / (N ln K)`, 1 when everyone is placed for certain; none for one group.
    pub entropy: Option<f64>,
    /// Whether the best optimum was climbed to the top.
    pub converged: bool,
    /// Largest absolute element of the gradient at the answer.
    pub gradient_norm: f64,
    /// Log-likelihood still to be gained according to the last Newton step; 0 to rounding at the top.
    pub shortfall: f64,
    /// Adequacy of each group, in the model's order.
    pub groups: Vec<GroupFit>,
    /// Every start: first those asked for, then the neighbours of the best ones.
    pub starts: Vec<StartRecord>,
    /// Log-likelihoods of the distinct optima found, best first.
    pub optima: Vec<f64>,
    /// What a reader has to know about this fit; see [`Finding::is_fatal`].
    pub findings: Vec<Finding>,
    #[serde(skip)]
    general: ModelFit,
}

/// One group of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupFit {
    /// Persons for whom this group is the most likely.
    pub members: u64,
    /// Average posterior probability of those persons (AvePP; 0.7 or more is usual); none without members.
    pub avepp: Option<f64>,
    /// Odds of correct classification (OCC; 5 or more is usual); none for one group, without members, or
    /// when everyone is certain.
    pub occ: Option<f64>,
    /// Share minus the fraction of persons assigned.
    pub mismatch: f64,
    /// Age at the start of the interval in which the expected rate is highest, in years.
    pub peak_age: f64,
}

impl Fit {
    /// The model, when the fit can be trusted.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Untrusted`], listing why, when a finding is fatal: the fit did not converge, a group
    /// is empty, groups coincide, or the answer is not a maximum.
    pub fn best(&self) -> Result<&TrajectoryModel> {
        trusted(&self.findings).map(|()| &self.model)
    }

    /// The model, trusted or not.
    pub fn model(&self) -> &TrajectoryModel {
        &self.model
    }

    /// The same fit as the general engine sees it: estimates with standard errors, intervals, bands, tests. The sandwich
    /// needs the people themselves: without [`Fit::checked`] or [`Fit::robust`] its standard errors are none.
    pub fn general(&self) -> &ModelFit {
        &self.general
    }

    /// As [`Fit::general`], with the sandwich covariance too, which needs the people themselves.
    ///
    /// # Errors
    /// When the cohort is on another age grid than the fit.
    pub fn robust(&self, cohort: &Cohort) -> Result<ModelFit> {
        self.model.check_grid(cohort)?;
        let panel = self.model.panel(cohort);
        Ok(ModelFit { findings: self.findings.clone(), ..self.general.robust_on(&panel) })
    }

    /// The same fit after a look at the people fitted: [`Fit::general`] with its sandwich covariance, and among the
    /// findings where totals spread wider than the model allows or events come in spells; see [`ModelFit::checked`].
    ///
    /// It evaluates every cell once more, of 20,000 people drawn at random when there are more than 40,000 different
    /// histories: figures hold among those then, and the sandwich is theirs, for as many as were fitted.
    /// [`ModelFit::looked_at`] says how many; [`Fit::robust`] takes as many as there are.
    ///
    /// # Errors
    /// When the cohort is not the one that was fitted.
    pub fn checked(self, cohort: &Cohort) -> Result<Fit> {
        self.model.check_grid(cohort)?;
        if cohort.persons() != self.persons {
            return Err(Error::options("the cohort is not the one that was fitted"));
        }
        if cohort.distinct_histories() <= LOOKED_AT {
            let general = self.general.checked(&self.model.panel(cohort))?;
            return Ok(self.with_look(general));
        }
        let mut rng = stream(self.options.seed, LOOK_STREAM);
        let drawn = rand::seq::index::sample(&mut rng, cohort.persons(), DRAWN.min(cohort.persons()));
        self.checked_among(&cohort.some(drawn)?)
    }

    /// As [`Fit::checked`], by a look at some of the people fitted, who were drawn at random.
    ///
    /// # Errors
    /// When they are more than were fitted, or on another age grid.
    pub fn checked_among(self, some: &Cohort) -> Result<Fit> {
        self.model.check_grid(some)?;
        if some.persons() > self.persons {
            return Err(Error::options("more people than were fitted"));
        }
        let part = some.persons() as f64 / self.persons as f64;
        let general = self.general.checked_among(&self.model.panel(some), part)?;
        Ok(self.with_look(general))
    }

    fn with_look(mut self, general: ModelFit) -> Fit {
        self.findings.clone_from(&general.findings);
        self.general = general;
        self
    }

    /// The family that was fitted.
    pub fn family(&self) -> Family {
        self.model.family()
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        self.model.grid()
    }
}

/// Different histories of which all are looked at once more; of more, so many people: a second, and z is large enough
/// among them for whatever matters.
const LOOKED_AT: usize = 40_000;
const DRAWN: usize = 20_000;
/// Stream of the people looked at; far from the streams of the starts.
const LOOK_STREAM: u64 = u64::MAX - 1;

/// Counts pieces of work for the progress callback and remembers a wish to stop.
pub(crate) struct Ticker<'a> {
    progress: &'a (dyn Fn(Progress) -> bool + Sync),
    done: AtomicUsize,
    total: AtomicUsize,
    stopped: AtomicBool,
}

impl std::fmt::Debug for Ticker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticker").field("done", &self.done).field("stopped", &self.stopped).finish_non_exhaustive()
    }
}

impl<'a> Ticker<'a> {
    pub(crate) fn new(progress: &'a (dyn Fn(Progress) -> bool + Sync)) -> Self {
        Ticker { progress, done: AtomicUsize::new(0), total: AtomicUsize::new(0), stopped: AtomicBool::new(false) }
    }

    /// Announces so many pieces of work.
    pub(crate) fn expect(&self, pieces: usize) {
        self.total.fetch_add(pieces, Ordering::Relaxed);
    }

    /// One piece done; false when the caller wants to stop.
    pub(crate) fn tick(&self) -> bool {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed).max(done);
        if !(self.progress)(Progress { done, total }) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        !self.stopped()
    }

    /// Whether the caller wants to stop, asked in the middle of a piece of work.
    pub(crate) fn asked(&self) -> bool {
        if !self.stopped() {
            let done = self.done.load(Ordering::Relaxed);
            let total = self.total.load(Ordering::Relaxed).max(done);
            if !(self.progress)(Progress { done, total }) {
                self.stop();
            }
        }
        self.stopped()
    }

    /// The caller wants to stop, and said so elsewhere.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

pub(crate) fn fit(
    options: &FitOptions,
    cohort: &Cohort,
    shape: &Shape,
    known: &[Params],
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Fit> {
    let ticker = Ticker::new(progress);
    let everyone = Evaluator::new(&cohort.histories).watched(&ticker);
    let climbed = ladder::climb(options, cohort, &everyone, shape, known, &ticker);
    if ticker.stopped() {
        return Err(Error::new(ErrorKind::Cancelled, "the fit was stopped"));
    }
    let everyone = everyone.unwatched();
    concluded(options, cohort.grid(), shape, climbed, |model| {
        Ok(Looked {
            adequacy: adequacy::adequacy(model, &everyone),
            top: ladder::at_the_top(&everyone, model),
            persons: cohort.persons(),
            observations: cohort.observations(),
            total_weight: cohort.total_weight(),
            low_exposure_cells: cohort.low_exposure_cells(),
            warnings: cohort.warnings().to_vec(),
        })
    })
}

/// What is to be known of everybody, at a stored model, to conclude a fit.
pub(crate) struct Looked {
    pub(crate) adequacy: Adequacy,
    pub(crate) top: Top,
    pub(crate) persons: usize,
    pub(crate) observations: u64,
    pub(crate) total_weight: f64,
    pub(crate) low_exposure_cells: u64,
    pub(crate) warnings: Vec<CohortWarning>,
}

/// The fit of a climb that has ended; `look` goes through everybody once more, at the model to be stored.
pub(crate) fn concluded(
    options: &FitOptions,
    grid: AgeGrid,
    shape: &Shape,
    mut climbed: Climbed,
    look: impl FnOnce(&TrajectoryModel) -> Result<Looked>,
) -> Result<Fit> {
    let order = canonical_order(&climbed.best.curves);
    let shape = shape.reordered(&order);
    climbed.best.params = climbed.best.params.reordered(&order);
    // a share that underflowed cannot be stored as a group; the finding below says that it emptied
    let least = f64::MIN_POSITIVE.ln();
    climbed.best.params.log_share.iter_mut().for_each(|s| *s = s.max(least));
    let model = TrajectoryModel::from_params(options.family, grid, &shape, &climbed.best.params)?;
    let looked = look(&model)?;
    let Looked { adequacy, top, .. } = &looked;
    let groups: Vec<GroupFit> = adequacy
        .groups
        .iter()
        .enumerate()
        .map(|(k, a)| GroupFit {
            members: a.members,
            avepp: a.avepp,
            occ: a.occ,
            mismatch: a.mismatch,
            peak_age: grid.start_age(peak(&model.rates(k))),
        })
        .collect();
    let log_likelihood = top.log_likelihood;
    let searched = climbed.searched_best;
    let found =
        climbed.records.iter().filter(|r| r.stop == StartStop::Converged && (r.log_likelihood - searched).abs() < SAME);
    let reached_by = found.count();
    let mut findings = findings(&model, &looked, &groups, climbed.best.converged, reached_by, climbed.records.len());
    let lost = limit::lost(&shape, &model.params().curves(&shape), &top.sums);
    let parameters = Free::new(&shape).count() - lost;
    let p = parameters as f64;
    let bic_persons = -2.0 * log_likelihood + p * looked.total_weight.ln();
    let figures = ModelFit {
        model: twin::sought(model.to_general_with(shape.common_dispersion), options),
        persons: looked.persons,
        observations: looked.observations,
        log_likelihood,
        parameters,
        aic: -2.0 * log_likelihood + 2.0 * p,
        bic_persons,
        bic_observations: -2.0 * log_likelihood + p * (looked.observations as f64).ln(),
        icl: bic_persons + 2.0 * adequacy.entropy,
        entropy: adequacy.relative_entropy,
        converged: climbed.best.converged,
        // of a dispersion that groups share, the sum of their slopes
        gradient_norm: Free::new(&shape).vector(&top.gradient).iter().fold(0.0, |m: f64, g| g.abs().max(m)),
        shortfall: climbed.best.shortfall,
        groups: Vec::new(),
        starts: climbed.records,
        optima: climbed.optima,
        seeding: None,
        findings: Vec::new(),
        looked_at: None,
        inference: Inference::none(Free::new(&shape).count()),
    };
    let mut general = twin::fitted(&model, &shape, top, &groups, figures);
    let undetermined = general.undetermined_names();
    if !undetermined.is_empty() {
        findings.push(Finding::Undetermined { parameters: undetermined });
    }
    general.findings.clone_from(&findings);
    Ok(assembled(options, model, groups, general))
}

/// Fits a family of counts that the plain engine does not know, by the general one.
pub(crate) fn fit_general(
    options: &FitOptions,
    cohort: &Cohort,
    shape: &Shape,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Fit> {
    let less_one = |terms: &[usize]| -> Vec<usize> { terms.iter().map(|t| t.saturating_sub(1)).collect() };
    let spec = twin::spec_of(options, &less_one(&shape.rate_terms), &less_one(&shape.zero_terms));
    let mut general = spec.fit_with_progress(&twin::panel_of(options.family, cohort), progress)?;
    let model = twin::from_general(general.model())?;
    general.findings.extend(cohort.warnings().iter().cloned().map(Finding::Data));
    let groups = general
        .groups
        .iter()
        .enumerate()
        .map(|(k, g)| GroupFit {
            members: g.members,
            avepp: g.avepp,
            occ: g.occ,
            mismatch: g.mismatch,
            peak_age: cohort.grid().start_age(peak(&model.rates(k))),
        })
        .collect();
    Ok(assembled(options, model, groups, general))
}

/// A fit whose figures are those of its general form.
fn assembled(options: &FitOptions, model: TrajectoryModel, groups: Vec<GroupFit>, general: ModelFit) -> Fit {
    Fit {
        options: options.clone(),
        persons: general.persons,
        observations: general.observations,
        log_likelihood: general.log_likelihood,
        parameters: general.parameters,
        aic: general.aic,
        bic_persons: general.bic_persons,
        bic_observations: general.bic_observations,
        icl: general.icl,
        entropy: general.entropy,
        converged: general.converged,
        gradient_norm: general.gradient_norm,
        shortfall: general.shortfall,
        groups,
        starts: general.starts.clone(),
        optima: general.optima.clone(),
        findings: general.findings.clone(),
        model,
        general,
    }
}

/// Index of the highest value; the first of equals.
fn peak(rates: &[f64]) -> usize {
    adequacy::most_likely(rates.iter().copied())
}

/// Groups by expected events over the grid, fewest first; ties by peak age.
fn canonical_order(curves: &[super::shape::Curve]) -> Vec<usize> {
    let key = |k: usize| {
        let rates: Vec<f64> = (0..curves[k].eta.len()).map(|t| curves[k].rate(t)).collect();
        (rates.iter().sum::<f64>(), peak(&rates))
    };
    let keys: Vec<(f64, usize)> = (0..curves.len()).map(key).collect();
    let mut order: Vec<usize> = (0..curves.len()).collect();
    order.sort_by(|&a, &b| keys[a].0.total_cmp(&keys[b].0).then(keys[a].1.cmp(&keys[b].1)));
    order
}
