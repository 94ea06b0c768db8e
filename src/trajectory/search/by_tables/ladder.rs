//! From search to answer: small cohorts are searched whole, large ones on a sample of persons, whose best
//! optima then climb on a larger sample and at last on everyone.

use crate::cohort::data::Cohort;
use crate::cohort::history::Histories;
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::fit::record::StartRecord;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::progress::Ticker;
use crate::trajectory::search::by_tables::coarse::Steps;
use crate::trajectory::search::by_tables::limit::NOTHING;
use crate::trajectory::search::by_tables::newton::{self, Climb, Point};
use crate::trajectory::search::by_tables::{coarse, search};
use crate::trajectory::tables::count_spec::CountSpec;
use crate::trajectory::tables::information::{EXACT, Information, information};
use crate::trajectory::tables::pass::{Evaluator, Passes};
use crate::trajectory::tables::shape::{Params, Shape};
use crate::trajectory::tables::sums::AgeSums;
use std::collections::BTreeMap;

/// A dispersion from which a climb finds its own.
const A_LITTLE: f64 = 0.01;

/// Distinct histories above which the search is made on a sample.
const WHOLE: usize = 6_000;
/// Persons in the screening sample, and in the sample between screening and everyone.
const SAMPLES: [usize; 2] = [4_000, 40_000];
/// The same with individual time at risk, where every cell of every person costs: still many times the cohorts
/// on which the search is known to find the best optima.
const SAMPLES_AT_RISK: [usize; 2] = [2_000, 20_000];
/// Where parameters are known to climb from, with individual time at risk: distinct histories above which the search beside
/// them is made on a sample, and persons in it.
const BESIDE_KNOWN: usize = 1_000;
/// How many optima go on to each.
const TO_MIDDLE: usize = 4;
const TO_ALL: usize = 2;
/// Newton steps of a climb from an optimum of other people, and what it may leave.
const CLIMB_STEPS: usize = 40;
const ROUGHLY: f64 = 1e-2;
/// Passes that a climb to the top of everybody is expected to take.
const PASSES_EXPECTED: usize = 8;
/// Stream of the sample; far from the streams of the starts.
const SAMPLE_STREAM: u64 = u64::MAX;

pub(crate) struct Climbed {
    pub(crate) best: Climb,
    pub(crate) records: Vec<StartRecord>,
    pub(crate) optima: Vec<f64>,
    /// Best log-likelihood on the data that were searched: the sample, or everyone.
    pub(crate) searched_best: f64,
}

/// `everyone` are the cohort's histories, made ready; `known` are parameters to climb from beside the starts.
pub(crate) fn climb(
    options: &CountSpec,
    cohort: &Cohort,
    everyone: &Evaluator<'_>,
    shape: &Shape,
    known: &[Params],
    ticker: &Ticker<'_>,
) -> Climbed {
    let found = candidates(options, cohort, everyone, shape, known, ticker);
    finish(everyone, shape, found)
}

/// The optima that were found, on everybody at last, best first.
pub(crate) struct Candidates {
    climbs: Vec<Climb>,
    records: Vec<StartRecord>,
    /// Best log-likelihood on the sample that was searched, when it was one.
    searched_best: Option<f64>,
}

/// Searches a cohort, and climbs on all of it from the best that was found.
pub(crate) fn candidates(
    options: &CountSpec,
    cohort: &Cohort,
    everyone: &Evaluator<'_>,
    shape: &Shape,
    known: &[Params],
    ticker: &Ticker<'_>,
) -> Candidates {
    let (histories, steps) = (&cohort.histories, Steps::of(shape));
    let beside_known = !known.is_empty() && histories.exposure.is_some();
    if histories.len() <= if beside_known { BESIDE_KNOWN } else { WHOLE } {
        let found = match coarse::rounded(everyone, steps) {
            Some(rounded) => {
                let found = search::search(&Evaluator::new(&rounded).watched(ticker), shape, options, known, ticker);
                coarse::exactly(everyone, shape, found, ticker)
            }
            None => search::search(everyone, shape, options, known, ticker),
        };
        return Candidates { climbs: found.climbs, records: found.records, searched_best: None };
    }
    let [small, middle] = if histories.exposure.is_some() { SAMPLES_AT_RISK } else { SAMPLES };
    let small = if beside_known { BESIDE_KNOWN } else { small };
    let sample = coarse::of(sample(cohort, options.effort.seed, small), steps);
    let evaluator = Evaluator::new(&sample).watched(ticker);
    let found = search::search(&evaluator, shape, options, known, ticker);
    let searched_best = found.climbs.first().map(|c| c.pass.log_likelihood);
    let mut candidates = found.climbs;
    candidates.truncate(TO_MIDDLE);
    within_reach(&mut candidates);
    if histories.len() > 2 * middle {
        let middle = coarse::of(self::sample(cohort, options.effort.seed.wrapping_add(1), middle), steps);
        candidates = again(&Evaluator::new(&middle).watched(ticker), shape, candidates, ticker);
        candidates.truncate(TO_ALL);
        within_reach(&mut candidates);
    }
    let mut climbs = again(everyone, shape, candidates, ticker);
    if !known.is_empty() {
        // what is known is known of everyone: no sample is to lose it
        let best = highest(&climbs);
        let climb = |params: &Params| upon(everyone, shape, params.clone(), best);
        climbs.extend(known.map_in_parallel(climb).into_iter().filter(|c| !c.behind));
        climbs = search::distinct(climbs);
    }
    Candidates { climbs, records: found.records, searched_best }
}

/// Climbs from optima of a sample to the top of people who are elsewhere.
pub(crate) fn climb_on(passes: &dyn Passes, shape: &Shape, mut found: Candidates, ticker: &Ticker<'_>) -> Climbed {
    found.searched_best = found.searched_best.or_else(|| found.climbs.first().map(|c| c.pass.log_likelihood));
    found.climbs.truncate(TO_ALL);
    within_reach(&mut found.climbs);
    ticker.expect(PASSES_EXPECTED * found.climbs.len());
    let climb = |c: Climb| upon(passes, shape, c.params, f64::NEG_INFINITY);
    found.climbs = search::distinct(found.climbs.into_iter().map(climb).collect());
    finish(passes, shape, found)
}

/// Leaves out optima that more people would not bring to the front: each person's log-likelihood differs by a unit or two
/// between two optima, so differences of a sample are off by twice the root of its size, more often than not by far less.
fn within_reach(climbs: &mut Vec<Climb>) {
    let Some(best) = climbs.first() else { return };
    let people: f64 = best.pass.mass.iter().sum();
    let least = best.pass.log_likelihood - 2.0 * people.sqrt();
    climbs.retain(|c| c.pass.log_likelihood >= least);
}

/// Climbs from an optimum of other people, given up where it ends below `best`. Such an optimum lies where the quadratic
/// holds, so no step of EM goes before.
fn upon(passes: &dyn Passes, shape: &Shape, optimum: Params, best: f64) -> Climb {
    let point = Point::at(passes, shape, anew(shape, optimum));
    newton::climb_unless_behind(passes, shape, point, CLIMB_STEPS, ROUGHLY, best)
}

/// The log-likelihood of the first of climbs, best first.
fn highest(climbs: &[Climb]) -> f64 {
    climbs.first().map_or(f64::NEG_INFINITY, |c| c.pass.log_likelihood)
}

/// Climbs on from optima found on less data, the best of them first: others are given up where they end below it.
fn again(evaluator: &Evaluator<'_>, shape: &Shape, from: Vec<Climb>, ticker: &Ticker<'_>) -> Vec<Climb> {
    ticker.expect(from.len());
    let climb = |c: Climb, best: f64| ticker.tick().then(|| upon(evaluator, shape, c.params, best));
    let mut from = from.into_iter();
    let mut climbs: Vec<Climb> = from.next().and_then(|c| climb(c, f64::NEG_INFINITY)).into_iter().collect();
    let best = highest(&climbs);
    climbs.extend(from.collect::<Vec<_>>().keep_in_parallel(|c| climb(c, best)).into_iter().filter(|c| !c.behind));
    search::distinct(climbs)
}

/// With a little in the place of dispersions that are nothing: they may be something on more people, and in its logarithm no
/// slope leads away from nothing.
fn anew(shape: &Shape, mut params: Params) -> Params {
    if shape.dispersed() {
        let dispersions = params.blocks.iter_mut().filter_map(|block| block.last_mut());
        dispersions.filter(|ln_alpha| **ln_alpha < 0.5 * NOTHING).for_each(|ln_alpha| *ln_alpha = A_LITTLE.ln());
    }
    params
}

fn finish(passes: &dyn Passes, shape: &Shape, found: Candidates) -> Climbed {
    let Candidates { climbs, records, searched_best } = found;
    let optima: Vec<f64> = climbs.iter().map(|c| c.pass.log_likelihood).collect();
    let start = match climbs.into_iter().next() {
        Some(best) => Point { params: best.params, curves: best.curves, pass: best.pass },
        // no start had a finite likelihood, or the search was stopped: an honest, unconverged answer
        None => Point::at(passes, shape, flat(shape)),
    };
    let best = newton::climb(passes, shape, start, search::FINISH_STEPS, 0.0);
    let searched_best = searched_best.unwrap_or(best.pass.log_likelihood);
    Climbed { best, records, optima, searched_best }
}

/// Equal shares, one event a year, no information: only ever returned as "not converged".
fn flat(shape: &Shape) -> Params {
    let groups = shape.groups();
    Params {
        log_share: vec![-(groups as f64).ln(); groups],
        blocks: (0..groups).map(|k| vec![0.0; shape.block(k)]).collect(),
    }
}

/// Histories of `size` persons drawn without replacement, with their weights.
pub(crate) fn sample(cohort: &Cohort, seed: u64, size: usize) -> Histories {
    let mut rng = stream(seed, SAMPLE_STREAM);
    let persons = rand::seq::index::sample(&mut rng, cohort.persons(), size.min(cohort.persons()));
    let mut weight: BTreeMap<usize, f64> = BTreeMap::new();
    for person in persons {
        *weight.entry(cohort.history_of(person)).or_default() += cohort.weight(person);
    }
    cohort.histories.part(&weight.into_iter().collect::<Vec<_>>())
}

/// Likelihood, gradient and information at the stored model: what is reported holds for what is stored.
pub(crate) struct Top {
    pub(crate) log_likelihood: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) information: Information,
    pub(crate) mass: Vec<f64>,
    /// Sums by group and age there.
    pub(crate) sums: Vec<AgeSums>,
}

impl Top {
    pub(crate) fn of(shape: &Shape, point: &Point, information: Information) -> Top {
        let mut gradient = point.gradient(shape);
        for (k, curve) in point.curves.iter().enumerate().filter(|(_, c)| c.tau_is_unbounded()) {
            gradient[shape.offset(k)..][..shape.block(k)].iter_mut().for_each(|g| *g /= curve.tau);
        }
        Top {
            log_likelihood: point.log_likelihood(),
            gradient,
            information,
            mass: point.pass.mass.clone(),
            sums: point.pass.sums.clone(),
        }
    }

    /// Largest absolute element of the gradient. Where `tau` is without bound, of that in `tau` times the coefficients.
    pub(crate) fn steepest(&self) -> f64 {
        self.gradient.iter().fold(0.0, |m, g| g.abs().max(m))
    }
}

pub(crate) fn at_the_top(everyone: &Evaluator<'_>, model: &CountModel) -> Top {
    let point = Point::at(everyone, model.shape(), model.params().clone());
    let information = information(everyone, model.shape(), &point.params, &point.curves, &point.pass, EXACT);
    Top::of(model.shape(), &point, information)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::tables::sums::EStep;

    fn climb(log_likelihood: f64, mass: Vec<f64>) -> Climb {
        Climb {
            params: Params { log_share: vec![0.0], blocks: vec![vec![0.0]] },
            curves: Vec::new(),
            pass: EStep { log_likelihood, mass, sums: Vec::new(), curvature: None, within: Vec::new() },
            steps: 0,
            shortfall: 0.0,
            converged: true,
            behind: false,
        }
    }

    #[test]
    fn optima_of_a_sample_go_on_unless_they_lie_further_behind_than_other_people_could_make_good() {
        // 2,500 people: 100 units
        let kept = |behind: f64| {
            let of = |log_likelihood| climb(log_likelihood, vec![2_000.0, 500.0]);
            let mut climbs = vec![of(-9_000.0), of(-9_000.0 - behind)];
            within_reach(&mut climbs);
            climbs.len()
        };
        assert_eq!((kept(99.0), kept(101.0)), (2, 1));
        let mut none: Vec<Climb> = Vec::new();
        within_reach(&mut none);
        assert!(none.is_empty());
    }
}
