//! Bootstrap replicates of a fit: drawn, refitted, their groups put in the order of the original.

use crate::error::Result;
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::inference::align::{self, Aligned};
use crate::trajectory::inference::refitting::{Refitting, cancelled, climb_from, failure};
use crate::trajectory::model::Model;
use crate::trajectory::progress::{Progress, Ticker, on_threads};
use crate::trajectory::spec::check;
use crate::trajectory::spec::effort::{Draws, says_draws};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// What is drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Resampling {
    /// Persons, with replacement, each with all that was observed of them: right whatever the truth, as long
    /// as persons are independent.
    Case,
    /// Values from the fitted model, for the persons observed: right when the model is.
    Parametric,
}

/// Options of a bootstrap.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | replicates | 999 | (B + 1) alpha whole; enough for 95 % intervals (Davison & Hinkley 1997, section 5.2) |
/// | seed | 1 | any; replicate b has a stream of its own |
/// | starts | 0 | refits climb from the fitted parameters; with starts each is searched anew |
/// | threads | all | does not change a bit of the result |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct BootstrapOptions {
    pub(crate) resampling: Resampling,
    #[serde(flatten)]
    pub(crate) draws: Draws,
}

impl BootstrapOptions {
    /// Options with their defaults.
    pub fn new(resampling: Resampling) -> Self {
        BootstrapOptions { resampling, draws: Draws::with(999, 0) }
    }

    says_draws!(
        /// Starts of a full search in every replicate; 0 climbs from the fitted parameters, which is the way to
        /// standard errors and intervals of this optimum. Whether a search would come back to the same groups
        /// (stability) is seen with starts only.
    );
}

/// One replicate, its groups in the order of the original.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replicate {
    /// Number of the replicate, from 0: its random stream.
    pub number: usize,
    /// Log-likelihood of the replicate's own data.
    pub log_likelihood: f64,
    /// Parameters, in the order of the original model.
    pub parameters: Vec<f64>,
    /// Class probabilities at the original covariate means.
    pub shares: Vec<f64>,
    /// Whether groups had to change places to match the original.
    pub relabelled: bool,
    /// Adjusted Rand index between the most likely classes of the original persons under both models.
    pub rand_index: f64,
    /// Largest Jaccard similarity of each original class with a class of the replicate, on the original persons.
    pub jaccard: Vec<f64>,
}

/// A replicate without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedReplicate {
    /// Number of the replicate, from 0.
    pub number: usize,
    /// What went wrong.
    pub reason: String,
}

/// Replicates that gave an answer, and those that did not.
pub(crate) struct Drawn {
    pub(crate) replicates: Vec<Replicate>,
    pub(crate) failed: Vec<FailedReplicate>,
}

pub(crate) fn run(
    fit: &Fit,
    panel: &Panel,
    options: &BootstrapOptions,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Drawn> {
    options.draws.check(false)?;
    let refitting = Refitting::new(fit, panel)?;
    let posterior = refitting.engine(&fit.model.layout).posteriors(&fit.model.theta).posterior;
    let ticker = Ticker::new(progress);
    ticker.expect(options.draws.replicates);
    let one = |number: usize| -> Option<std::result::Result<Replicate, FailedReplicate>> {
        if ticker.stopped() {
            return None;
        }
        let found = replicate(fit, panel, &refitting, &posterior, options, number);
        ticker.tick();
        Some(found.map_err(|reason| FailedReplicate { number, reason }))
    };
    let all: Vec<Option<_>> = on_threads(options.draws.threads, || (0..options.draws.replicates).map_in_parallel(one))?;
    if ticker.stopped() {
        return Err(cancelled());
    }
    let (mut replicates, mut failed) = (Vec::new(), Vec::new());
    for found in all.into_iter().flatten() {
        match found {
            Ok(replicate) => replicates.push(replicate),
            Err(failure) => failed.push(failure),
        }
    }
    Ok(Drawn { replicates, failed })
}

fn replicate(
    fit: &Fit,
    panel: &Panel,
    refitting: &Refitting,
    posterior: &[f64],
    options: &BootstrapOptions,
    number: usize,
) -> std::result::Result<Replicate, String> {
    let model = &fit.model;
    let (other, log_likelihood) = match (options.resampling, options.draws.starts) {
        (Resampling::Case, 0) => {
            let mut weight = vec![0.0; refitting.cells.len()];
            for (i, times) in draw_persons(refitting.panel.rows(), options.draws.seed, number).into_iter().enumerate() {
                weight[refitting.cells.history_of[i] as usize] += f64::from(times) * refitting.panel.weight(i);
            }
            climbed(model, &refitting.reweighted(weight))?
        }
        (Resampling::Case, starts) => {
            let times = draw_persons(refitting.panel.rows(), options.draws.seed, number);
            searched(model, &resampled(panel, &times), starts, options.draws.seed)?
        }
        (Resampling::Parametric, starts) => {
            let drawn =
                model.drawn_like(panel, replicate_seed(options.draws.seed, number)).map_err(|e| e.to_string())?.0;
            match starts {
                0 => {
                    let (drawn, _) = check::with_dropout(&drawn, &model.spec).map_err(|e| e.to_string())?;
                    climbed(model, &Cells::new(&drawn, &model.spec, &model.layout))?
                }
                starts => searched(model, &drawn, starts, options.draws.seed)?,
            }
        }
    };
    let relaid = || Cells::new(&refitting.panel, &other.spec, &other.layout);
    let Aligned { theta, posterior: there, relabelled } =
        align::align(model, &other, &refitting.cells, posterior, relaid);
    let aligned = Model { theta, ..model.clone() };
    let table = align::crossed(&refitting.cells, posterior, &there, model.layout.classes);
    Ok(Replicate {
        number,
        log_likelihood,
        shares: aligned.prior(&model.typical_x),
        parameters: aligned.theta,
        relabelled,
        rand_index: align::adjusted_rand(&table),
        jaccard: align::jaccard(&table),
    })
}

/// From the fitted parameters to the top of other data.
fn climbed(model: &Model, cells: &Cells) -> std::result::Result<(Model, f64), String> {
    let engine = Engine { cells, layout: &model.layout };
    let point = climb_from(&engine, &model.theta, true);
    match failure(&engine, &point) {
        Some(why) => Err(why),
        None => {
            let log_likelihood = point.log_likelihood();
            Ok((Model { theta: point.theta, ..model.clone() }, log_likelihood))
        }
    }
}

/// A full search on other data; fits that cannot be trusted are failures.
fn searched(model: &Model, panel: &Panel, starts: usize, seed: u64) -> std::result::Result<(Model, f64), String> {
    let spec = model.spec.clone().sought_from(starts, seed);
    let fit = spec.fit(panel).map_err(|e| e.to_string())?;
    fit.best().map_err(|e| e.to_string())?;
    Ok((fit.model, fit.log_likelihood))
}

/// How often each person is drawn.
fn draw_persons(rows: usize, seed: u64, number: usize) -> Vec<u32> {
    let mut rng = stream(seed, number as u64);
    let mut times = vec![0_u32; rows];
    (0..rows).for_each(|_| times[rng.gen_range(0..rows)] += 1);
    times
}

/// The panel with persons as often as drawn: kept once, with their weight multiplied.
pub(crate) fn resampled(panel: &Panel, times: &[u32]) -> Panel {
    let rows: Vec<usize> = (0..times.len()).filter(|&i| times[i] > 0).collect();
    let drawn = |i: usize| f64::from(times[i]);
    Panel {
        weights: Some(rows.iter().map(|&i| drawn(i) * panel.weight(i)).collect()),
        weights_squared: Some(rows.iter().map(|&i| drawn(i) * panel.weight_squared(i)).collect()),
        multiplicity: Some(rows.iter().map(|&i| times[i] * panel.multiplicity.as_ref().map_or(1, |m| m[i])).collect()),
        ..panel.select(&rows)
    }
}

/// A seed for replicate `number` of `seed`: SplitMix64 (Steele, Lea & Flood 2014), so that neighbouring seeds
/// and replicates share no streams of persons.
pub(crate) fn replicate_seed(seed: u64, number: usize) -> u64 {
    let mut z = seed.wrapping_add((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Log-likelihood of every history of `refitting` under another model of the same outcomes.
pub(crate) fn log_likelihoods(model: &Model, refitting: &Refitting) -> Vec<f64> {
    // histories are numbered by what was observed, so both layouts number them alike
    let cells = Cells::new(&refitting.panel, &model.spec, &model.layout);
    Engine { cells: &cells, layout: &model.layout }.posteriors(&model.theta).by_history
}
