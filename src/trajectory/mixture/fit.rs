//! Fitting a general model: search from many starts, climb to the top, say what the answer is worth.

use super::cells::Cells;
use super::check;
use super::climb::{self, PROMISE, Point};
use super::findings;
use super::inference::Inference;
use super::layout::{Layout, Part};
use super::model::GeneralModel;
use super::neighbour;
use super::order;
use super::panel::Panel;
use super::pass::Engine;
use super::record::{Found, collapsed, record};
use super::seed::{self, Seeding};
use super::spec::ModelSpec;
use super::start::{self, Pooled};
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::adequacy::most_likely;
use crate::trajectory::finding::{Finding, trusted};
use crate::trajectory::fit::Ticker;
use crate::trajectory::options::Progress;
use crate::trajectory::search::{SAME, StartRecord};
use crate::trajectory::start::StartKind;
use rand::seq::SliceRandom;
use serde::Serialize;
use std::cmp::Ordering;

/// A fitted general model with everything needed to judge it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ModelFit {
    pub(crate) model: GeneralModel,
    /// Number of persons.
    pub persons: usize,
    /// Number of observed cells, all outcomes together.
    pub observations: u64,
    /// Log-likelihood with every constant.
    pub log_likelihood: f64,
    /// Number of free parameters.
    pub parameters: usize,
    /// `-2 logL + 2 p`.
    pub aic: f64,
    /// `-2 logL + p ln(persons)`.
    pub bic_persons: f64,
    /// `-2 logL + p ln(observed cells)`.
    pub bic_observations: f64,
    /// `bic_persons + 2 E`, with `E` the entropy of the posteriors.
    pub icl: f64,
    /// Relative entropy `1 - E / (N ln K)`; none for one class.
    pub entropy: Option<f64>,
    /// Whether the best optimum was climbed to the top.
    pub converged: bool,
    /// Largest absolute element of the gradient at the answer.
    pub gradient_norm: f64,
    /// Log-likelihood still to be gained according to the last Newton step.
    pub shortfall: f64,
    /// Classes in the model's order: groups, or in a dual model pairs of groups, second group fastest.
    pub groups: Vec<ClassFit>,
    /// Every start.
    pub starts: Vec<StartRecord>,
    /// Log-likelihoods of the distinct optima found, best first.
    pub optima: Vec<f64>,
    /// The search for a simpler model that this one was sought from, beside its own starts; none where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seeding: Option<Seeding>,
    /// What a reader has to know about this fit; see [`Finding::is_fatal`].
    pub findings: Vec<Finding>,
    /// People among whom the sandwich, totals and spells were looked at: all, or those drawn; none before a look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<usize>,
    #[serde(skip)]
    pub(crate) inference: Inference,
}

/// One class of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassFit {
    /// Share of the population (mean over persons when membership has covariates).
    pub share: f64,
    /// Persons for whom this class is the most likely.
    pub members: u64,
    /// Average posterior probability of those persons; none without members.
    pub avepp: Option<f64>,
    /// Odds of correct classification; none for one class, without members, or when all are certain.
    pub occ: Option<f64>,
    /// Share minus the fraction of persons assigned.
    pub mismatch: f64,
}

impl ClassFit {
    /// From the people whose likeliest class it is: their number, weight and weighted posteriors, and the weight of all.
    pub(crate) fn of(share: f64, members: u64, weight: f64, sure: f64, total: f64) -> ClassFit {
        let avepp = (weight > 0.0).then(|| (sure / weight).min(1.0));
        let occ = avepp.filter(|&a| a < 1.0 && share < 1.0).map(|a| (a / (1.0 - a)) / (share / (1.0 - share)));
        ClassFit { share, members, avepp, occ, mismatch: share - weight / total }
    }
}

impl ModelSpec {
    /// Fits the model.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] or [`ErrorKind::InvalidInput`] when the panel cannot bear the model:
    /// unknown names, values that a family cannot produce (every cell is listed), collinear or constant
    /// covariates, covariates that split an outcome, more groups than persons, curves with more terms than
    /// ages. Not converging is no error but a [`ModelFit`] that says so.
    pub fn fit(&self, panel: &Panel) -> Result<ModelFit> {
        self.fit_with_progress(panel, &|_| true)
    }

    /// Fits the model, reporting progress; `progress` may stop the fit by returning false.
    ///
    /// # Errors
    /// As [`ModelSpec::fit`], and kind [`ErrorKind::Cancelled`] when stopped.
    pub fn fit_with_progress(&self, panel: &Panel, progress: &(dyn Fn(Progress) -> bool + Sync)) -> Result<ModelFit> {
        let (panel, spec) = check::with_dropout(panel, self)?;
        check::check(&panel, &spec)?;
        match self.threads {
            None => fit(&panel, &spec, &[], progress),
            Some(threads) => pool(threads)?.install(|| fit(&panel, &spec, &[], progress)),
        }
    }

    /// Fits the model from given parameters only (in the order of the model they came from): what bootstraps
    /// and leave-one-out refits need.
    ///
    /// # Errors
    /// As [`ModelSpec::fit`].
    pub(crate) fn refit(&self, panel: &Panel, from: &[Vec<f64>]) -> Result<ModelFit> {
        let (panel, spec) = check::with_dropout(panel, self)?;
        check::usable(&panel, &spec)?;
        fit(&panel, &spec, from, &|_| true)
    }
}

pub(crate) fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| Error::options(format!("{threads} threads cannot be started: {e}")))
}

impl ModelFit {
    /// The model, when the fit can be trusted.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Untrusted`], listing why, when a finding is fatal.
    pub fn best(&self) -> Result<&GeneralModel> {
        trusted(&self.findings).map(|()| &self.model)
    }

    /// The model, trusted or not.
    pub fn model(&self) -> &GeneralModel {
        &self.model
    }

    /// Posterior probabilities of the people of a panel; see [`GeneralModel::posteriors`].
    ///
    /// # Errors
    /// As there.
    pub fn posteriors(&self, panel: &Panel) -> Result<ndarray::Array2<f64>> {
        self.model.posteriors(panel)
    }
}

/// EM steps before the first and the second cut of the field, and Newton steps of a climb.
pub(crate) const SCREEN: [usize; 2] = [10, 30];
pub(crate) const CLIMB_STEPS: usize = 100;
/// Rows above which the search runs on a sample of so many.
const WHOLE: usize = 6_000;
const SAMPLE: usize = 4_000;

pub(crate) fn fit(
    panel: &Panel,
    spec: &ModelSpec,
    from: &[Vec<f64>],
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<ModelFit> {
    let ticker = Ticker::new(progress);
    let layout = Layout::new(spec);
    let cells = Cells::new(panel, spec, &layout);
    let engine = Engine { cells: &cells, layout: &layout };
    let mut records = Vec::new();
    let (mut searched, mut seeding) = (None, None);
    let mut climbed: Vec<Point> = if from.is_empty() {
        let seeds = seed::seeds(panel, spec, &layout, &ticker)?;
        (searched, seeding) = (seeds.searched, seeds.seeding);
        let complete = searched.is_some();
        let mut points: Vec<Point> = if complete {
            Vec::new()
        } else if cells.len() > WHOLE {
            let mut rows: Vec<usize> = (0..panel.rows()).collect();
            rows.shuffle(&mut stream(spec.seed, u64::MAX));
            rows.truncate(SAMPLE);
            let sample = Cells::new(&panel.select(&rows), spec, &layout);
            let found = search(&Engine { cells: &sample, layout: &layout }, spec, panel, &ticker, &mut records);
            let best: Vec<Vec<f64>> = found.into_iter().take(2).map(|p| p.theta).collect();
            best.into_iter().map(|theta| climb::em(&engine, Point::at(&engine, theta), SCREEN[1], 1e-3)).collect()
        } else {
            search(&engine, spec, panel, &ticker, &mut records)
        };
        for (number, theta) in seeds.theta.into_iter().enumerate() {
            let point = climb::em(&engine, Point::at(&engine, theta), SCREEN[1], 1e-4);
            let point = climb::top(&engine, point, CLIMB_STEPS, 1e-3);
            if !complete {
                records.push(record(&engine, spec, spec.starts + number, StartKind::Neighbour, &point, false));
            }
            points.push(point);
        }
        if !complete && cells.len() <= WHOLE && !spec.starts_only {
            points.sort_by(|a, b| b.log_likelihood().total_cmp(&a.log_likelihood()));
            if let Some(best) = points.first() {
                let better = neighbour::improve(&engine, spec, best.clone(), &ticker);
                if better.log_likelihood() > best.log_likelihood() + SAME {
                    records.push(record(&engine, spec, spec.starts + 2, StartKind::Neighbour, &better, false));
                    points.push(better);
                }
            }
        }
        points
    } else {
        let point = |theta: &Vec<f64>| climb::em(&engine, Point::at(&engine, theta.clone()), SCREEN[1], 1e-3);
        from.iter().map(point).collect()
    };
    if ticker.stopped() {
        return Err(Error::new(ErrorKind::Cancelled, "the fit was stopped"));
    }
    climbed.retain(|p| p.log_likelihood().is_finite());
    let whole = |p: &Point| !collapsed(&engine, p);
    if climbed.iter().any(whole) {
        climbed.retain(whole);
    }
    climbed.sort_by(|a, b| b.log_likelihood().total_cmp(&a.log_likelihood()));
    climbed.dedup_by(|later, kept| (kept.log_likelihood() - later.log_likelihood()).abs() < SAME);
    let mut best: Option<Point> = None;
    for point in climbed.iter().take(2) {
        let top = climb::at_limits(&engine, climb::top(&engine, point.clone(), 2 * CLIMB_STEPS, PROMISE));
        if best.as_ref().is_none_or(|b| top.log_likelihood() > b.log_likelihood()) {
            best = Some(top);
        }
    }
    let Some(best) = best else {
        let why = "the log-likelihood is not a finite number at any start";
        return Err(Error::new(ErrorKind::Untrusted, why));
    };
    let found =
        Found { records, optima: climbed.iter().map(Point::log_likelihood).collect(), seeding, elsewhere: false };
    Ok(finish(panel, spec, &layout, &cells, best, found.of(searched), from.is_empty()))
}

/// Puts groups in order and works out everything that is said of a fit.
fn finish(
    panel: &Panel,
    spec: &ModelSpec,
    layout: &Layout,
    cells: &Cells,
    best: Point,
    mut found: Found,
    anew: bool,
) -> ModelFit {
    let unordered = GeneralModel::new(spec.clone(), panel, best.theta.clone());
    let (spec, theta) = order::canonical(&unordered, layout);
    let model = GeneralModel::new(spec, panel, theta);
    // the same histories, with classes and design columns in the new order
    let cells = if model.layout.blocks == layout.blocks {
        cells.clone()
    } else {
        Cells::new(panel, &model.spec, &model.layout)
    };
    let engine = Engine { cells: &cells, layout: &model.layout };
    let point = Point::at(&engine, model.theta.clone());
    let q = engine.quadratic(&point.theta, &point.pass);
    let gradient_norm = q.gradient.iter().fold(0.0_f64, |m, g| g.abs().max(m));
    let information = engine.information(&point.theta, &point.pass, &q.observed);
    let (groups, entropy) = classes_of(&engine, &point);
    let mass = engine.mass(&point.pass.posterior);
    let inference = Inference::new(&model, &engine, &point.pass, &information, &q.outer);
    let total = cells.total_weight();
    let parameters = model.layout.len() - climb::lost(&engine, &point.theta);
    let p = parameters as f64;
    let log_likelihood = point.log_likelihood();
    let bic_persons = -2.0 * log_likelihood + p * total.ln();
    let observations = panel.observations();
    found.records.sort_by_key(|r| r.number);
    let once = anew && found.once(layout.classes);
    let mut fit = ModelFit {
        persons: panel.persons(),
        observations,
        log_likelihood,
        parameters,
        aic: -2.0 * log_likelihood + 2.0 * p,
        bic_persons,
        bic_observations: -2.0 * log_likelihood + p * (observations as f64).ln(),
        icl: bic_persons + 2.0 * entropy,
        entropy: (groups.len() > 1).then(|| 1.0 - entropy / (total * (groups.len() as f64).ln())),
        converged: best.converged,
        gradient_norm,
        shortfall: best.shortfall,
        groups,
        starts: found.records,
        optima: found.optima,
        seeding: found.seeding,
        findings: Vec::new(),
        looked_at: None,
        inference,
        model,
    };
    fit.findings = findings::findings(&fit, &mass, once, panel);
    fit
}

/// Adequacy of each class, and the entropy of the posteriors.
fn classes_of(engine: &Engine<'_>, point: &Point) -> (Vec<ClassFit>, f64) {
    let (cells, classes) = (engine.cells, engine.layout.classes);
    let prior = engine.log_prior(&point.theta);
    let (mut members, mut weight, mut sure) = (vec![0_u64; classes], vec![0.0; classes], vec![0.0; classes]);
    let (mut share, mut entropy) = (vec![0.0; classes], 0.0);
    for (h, row) in point.pass.posterior.chunks_exact(classes).enumerate() {
        let w = cells.weight[h];
        let c = most_likely(row.iter().copied());
        members[c] += u64::from(cells.persons[h]);
        weight[c] += w;
        sure[c] += w * row[c];
        entropy -= w * row.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>();
        let x = cells.x_of[h] as usize * classes;
        share.iter_mut().zip(&prior[x..x + classes]).for_each(|(s, l)| *s += w * l.exp());
    }
    let total = cells.total_weight();
    let groups = (0..classes).map(|c| ClassFit::of(share[c] / total, members[c], weight[c], sure[c], total)).collect();
    (groups, entropy)
}

/// Many starts, cut twice, the rest climbed; best first.
pub(crate) fn search(
    engine: &Engine<'_>,
    spec: &ModelSpec,
    panel: &Panel,
    ticker: &Ticker<'_>,
    records: &mut Vec<StartRecord>,
) -> Vec<Point> {
    let pooled = Pooled::new(engine.cells, engine.layout, spec, panel.grid.len());
    // one class has one optimum as far as starts can tell, unless it has a zero part
    let inflated = engine.layout.parameters.iter().any(|p| p.part == Part::Zero);
    let starts = if engine.layout.classes == 1 && !inflated { 1 } else { spec.starts };
    ticker.expect(starts);
    let mut field: Vec<(usize, StartKind, Point)> = (0..starts).keep_in_parallel(|number| {
        if !ticker.tick() {
            return None;
        }
        let kind = start::kind_of(number);
        let mut rng = stream(spec.seed, number as u64);
        let point = start::start(engine, spec, &pooled, kind, &mut rng);
        Some((number, kind, climb::em(engine, point, SCREEN[0], 1e-2)))
    });
    let mut cut = |field: &mut Vec<(usize, StartKind, Point)>, keep: usize| {
        // collapsed ones last: their likelihood says nothing
        let key = |p: &Point| (collapsed(engine, p), -p.log_likelihood());
        field.sort_by(|a, b| key(&a.2).partial_cmp(&key(&b.2)).unwrap_or(Ordering::Equal));
        for (number, kind, point) in field.drain(keep.min(field.len())..) {
            records.push(record(engine, spec, number, kind, &point, true));
        }
    };
    cut(&mut field, (starts / 3).max(8));
    if !ticker.stopped() {
        field = field.map_in_parallel(|(n, k, p)| (n, k, climb::em(engine, p, SCREEN[1], 1e-3)));
    }
    cut(&mut field, (starts / 8).max(5));
    if !ticker.stopped() {
        field = field.map_in_parallel(|(n, k, p)| (n, k, climb::top(engine, p, CLIMB_STEPS, 1e-3)));
    }
    records.extend(field.iter().map(|(number, kind, point)| record(engine, spec, *number, *kind, point, false)));
    let mut points: Vec<Point> = field.into_iter().map(|f| f.2).collect();
    points.sort_by(|a, b| b.log_likelihood().total_cmp(&a.log_likelihood()));
    points
}
