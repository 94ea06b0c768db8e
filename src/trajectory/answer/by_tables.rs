//! A fit by tables concluded: groups in order, everything worked out at the top of everybody, the findings.

use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::logspace::most_likely;
use crate::trajectory::answer::findings_by_tables::findings;
use crate::trajectory::answer::weighted_observations;
use crate::trajectory::data;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::adequacy::{self, Adequacy};
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::record::{SAME, StartStop};
use crate::trajectory::fit::standard_errors::Inference;
use crate::trajectory::model::Model;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::progress::{Progress, Ticker, on_threads};
use crate::trajectory::search::by_tables::ladder::{self, Climbed, Top};
use crate::trajectory::search::by_tables::limit;
use crate::trajectory::tables::count_spec::CountSpec;
use crate::trajectory::tables::pass::Evaluator;
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::shared::Free;

/// Fits counts, by tables where these know the family.
pub(crate) fn fit_counts(
    spec: &CountSpec,
    cohort: &Cohort,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Fit> {
    let shape = spec.check(cohort)?;
    on_threads(spec.effort.threads, || match spec.family.is_plain() {
        true => fit(spec, cohort, &shape, &[], progress),
        false => fit_general(spec, cohort, progress),
    })?
}

pub(crate) fn fit(
    options: &CountSpec,
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
    options: &CountSpec,
    grid: AgeGrid,
    shape: &Shape,
    mut climbed: Climbed,
    look: impl FnOnce(&CountModel) -> Result<Looked>,
) -> Result<Fit> {
    let order = canonical_order(&climbed.best.curves);
    let shape = shape.reordered(&order);
    climbed.best.params = climbed.best.params.reordered(&order);
    // a share that underflowed cannot be stored as a group; the finding below says that it emptied
    let least = f64::MIN_POSITIVE.ln();
    climbed.best.params.log_share.iter_mut().for_each(|s| *s = s.max(least));
    let model = CountModel::from_params(options.family, grid, &shape, &climbed.best.params)?;
    let looked = look(&model)?;
    let Looked { adequacy, top, .. } = &looked;
    let log_likelihood = top.log_likelihood;
    let searched = climbed.searched_best;
    let found =
        climbed.records.iter().filter(|r| r.stop == StartStop::Converged && (r.log_likelihood - searched).abs() < SAME);
    let reached_by = found.count();
    let findings = findings(&model, &shape, &looked, climbed.best.converged, reached_by, climbed.records.len());
    let lost = limit::lost(&shape, &model.params().curves(&shape), &top.sums);
    let free = Free::new(&shape);
    let parameters = free.count() - lost;
    let p = parameters as f64;
    let bic_persons = -2.0 * log_likelihood + p * looked.total_weight.ln();
    let sought = Model::of_counts(model, shape.common_dispersion).sought(options);
    let (observed, complete) = (free.matrix(&top.information.observed), free.matrix(&top.information.complete));
    let inference = Inference::from_information(&sought, &observed, &complete);
    let mut fit = Fit {
        model: sought,
        persons: looked.persons,
        observations: looked.observations,
        log_likelihood,
        parameters,
        aic: -2.0 * log_likelihood + 2.0 * p,
        bic_persons,
        bic_observations: -2.0 * log_likelihood
            + p * weighted_observations(looked.observations, looked.total_weight, looked.persons).ln(),
        icl: bic_persons + 2.0 * adequacy.entropy,
        entropy: adequacy.relative_entropy,
        converged: climbed.best.converged,
        // of a dispersion that groups share, the sum of their slopes
        gradient_norm: free.vector(&top.gradient).iter().fold(0.0, |m: f64, g| g.abs().max(m)),
        shortfall: climbed.best.shortfall,
        groups: adequacy.groups.clone(),
        starts: climbed.records,
        optima: climbed.optima,
        seeding: None,
        findings,
        looked_at: None,
        inference,
    };
    let undetermined = fit.undetermined_names();
    if !undetermined.is_empty() {
        fit.findings.push(Finding::Undetermined { parameters: undetermined });
    }
    Ok(fit)
}

/// Counts of a family that the tables do not know.
fn fit_general(options: &CountSpec, cohort: &Cohort, progress: &(dyn Fn(Progress) -> bool + Sync)) -> Result<Fit> {
    let mut fit = options.whole().fit_panel(&data::distinct(options.family, cohort), progress)?;
    fit.model.counts = Some(Box::new(CountModel::of_outcome(&fit.model, 0, &fit.model.prior(&[1.0]))?));
    fit.findings.extend(cohort.warnings().iter().cloned().map(Finding::Data));
    Ok(fit)
}

/// Index of the highest value; the first of equals.
fn peak(rates: &[f64]) -> usize {
    most_likely(rates.iter().copied())
}

/// Groups by expected events over the grid, fewest first; ties by peak age.
fn canonical_order(curves: &[Curve]) -> Vec<usize> {
    let key = |k: usize| {
        let rates: Vec<f64> = (0..curves[k].eta.len()).map(|t| curves[k].rate(t)).collect();
        (rates.iter().sum::<f64>(), peak(&rates))
    };
    let keys: Vec<(f64, usize)> = (0..curves.len()).map(key).collect();
    let mut order: Vec<usize> = (0..curves.len()).collect();
    order.sort_by(|&a, &b| keys[a].0.total_cmp(&keys[b].0).then(keys[a].1.cmp(&keys[b].1)));
    order
}
