//! Fitting a general model: search from many starts, climb to the top, say what the answer is worth.

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::logspace::most_likely;
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::answer::{findings_by_cells, seed, weighted_observations};
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::record::{SAME, StartKind, StartRecord};
use crate::trajectory::fit::standard_errors::Inference;
use crate::trajectory::fit::{Fit, GroupFit};
use crate::trajectory::model::{Model, order};
use crate::trajectory::progress::{Progress, Ticker};
use crate::trajectory::search::by_cells::climb::{self, PROMISE, Point};
use crate::trajectory::search::by_cells::neighbour;
use crate::trajectory::search::by_cells::record::{Found, collapsed, record};
use crate::trajectory::search::by_cells::start::{self, Pooled};
use crate::trajectory::spec::Spec;
use crate::trajectory::spec::layout::{Layout, Part};
use rand::seq::SliceRandom;
use std::cmp::Ordering;

/// EM steps before the first and the second cut of the field, and Newton steps of a climb.
pub(crate) const SCREEN: [usize; 2] = [10, 30];
pub(crate) const CLIMB_STEPS: usize = 100;
/// Rows above which the search runs on a sample of so many.
const WHOLE: usize = 6_000;
const SAMPLE: usize = 4_000;

pub(crate) fn fit(
    panel: &Panel,
    spec: &Spec,
    from: &[Vec<f64>],
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Fit> {
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
            rows.shuffle(&mut stream(spec.effort.seed, u64::MAX));
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
                records.push(record(&engine, spec, spec.effort.starts + number, StartKind::Neighbour, &point, false));
            }
            points.push(point);
        }
        if !complete && cells.len() <= WHOLE && spec.effort.neighbours {
            points.sort_by(|a, b| b.log_likelihood().total_cmp(&a.log_likelihood()));
            if let Some(best) = points.first() {
                let better = neighbour::improve(&engine, spec, best.clone(), &ticker);
                if better.log_likelihood() > best.log_likelihood() + SAME {
                    records.push(record(&engine, spec, spec.effort.starts + 2, StartKind::Neighbour, &better, false));
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
    spec: &Spec,
    layout: &Layout,
    cells: &Cells,
    best: Point,
    mut found: Found,
    anew: bool,
) -> Fit {
    let unordered = Model::fitted(spec.clone(), panel, best.theta.clone());
    let (spec, theta) = order::canonical(&unordered, layout);
    let model = Model::fitted(spec, panel, theta);
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
    let mut fit = Fit {
        persons: panel.persons(),
        observations,
        log_likelihood,
        parameters,
        aic: -2.0 * log_likelihood + 2.0 * p,
        bic_persons,
        bic_observations: -2.0 * log_likelihood + p * weighted_observations(observations, total, panel.persons()).ln(),
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
    fit.findings = findings_by_cells::findings(&fit, &mass, once, panel);
    fit
}

/// Adequacy of each class, and the entropy of the posteriors.
fn classes_of(engine: &Engine<'_>, point: &Point) -> (Vec<GroupFit>, f64) {
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
    let groups = (0..classes).map(|c| GroupFit::of(share[c] / total, members[c], weight[c], sure[c], total)).collect();
    (groups, entropy)
}

/// Many starts, cut twice, the rest climbed; best first.
pub(crate) fn search(
    engine: &Engine<'_>,
    spec: &Spec,
    panel: &Panel,
    ticker: &Ticker<'_>,
    records: &mut Vec<StartRecord>,
) -> Vec<Point> {
    let pooled = Pooled::new(engine.cells, engine.layout, spec, panel.grid.len());
    // one class has one optimum as far as starts can tell, unless it has a zero part
    let inflated = engine.layout.parameters.iter().any(|p| p.part == Part::Zero);
    let starts = if engine.layout.classes == 1 && !inflated { 1 } else { spec.effort.starts };
    ticker.expect(starts);
    let mut field: Vec<(usize, StartKind, Point)> = (0..starts).keep_in_parallel(|number| {
        if !ticker.tick() {
            return None;
        }
        let kind = start::kind_of(number);
        let mut rng = stream(spec.effort.seed, number as u64);
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
