//! The multi-start search: many starts screened cheaply, the promising climbed, the best looked at group
//! by group for better optima next door, and the winner finished to zero gradient.

use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::fit::record::{SAME, StartKind, StartRecord, StartStop};
use crate::trajectory::progress::Ticker;
use crate::trajectory::search::by_tables::newton::{self, Climb, Point};
use crate::trajectory::search::by_tables::start::{self, Pooled};
use crate::trajectory::search::by_tables::{em, neighbour};
use crate::trajectory::tables::count_spec::CountSpec;
use crate::trajectory::tables::pass::{Evaluator, Passes};
use crate::trajectory::tables::shape::{Params, Shape};

/// EM steps before the first and the second cut of the field.
const SCREEN: [usize; 2] = [6, 10];
/// Newton steps of a climb that is not the final one, and of the final one.
const CLIMB_STEPS: usize = 80;
pub(crate) const FINISH_STEPS: usize = 200;
/// A climb that is not the final one may leave this much.
const ROUGHLY: f64 = 1e-3;

pub(crate) struct Found {
    pub(crate) climbs: Vec<Climb>,
    pub(crate) records: Vec<StartRecord>,
}

struct Runner {
    number: usize,
    kind: StartKind,
    steps: usize,
    point: Point,
    emptied: bool,
}

/// Searches as the options say; returns the distinct optima found, best first, and every start's record.
/// Stops early, with what it has, when the ticker says so.
///
/// `known` are parameters to climb from beside the starts.
pub(crate) fn search(
    evaluator: &Evaluator<'_>,
    shape: &Shape,
    options: &CountSpec,
    known: &[Params],
    ticker: &Ticker<'_>,
) -> Found {
    let (seed, starts) = (options.effort.seed, options.effort.starts);
    let pooled = Pooled::new(evaluator, shape);
    ticker.expect(starts + (starts / 8).max(8).min(starts));
    let mut field: Vec<Runner> = (0..starts).keep_in_parallel(|number| {
        if !ticker.tick() {
            return None;
        }
        let kind = start::kind_of(number);
        let mut rng = stream(seed, number as u64);
        let params = start::start(evaluator, shape, &pooled, kind, &mut rng);
        let point = Point::at(evaluator, shape, params);
        Some(advance(evaluator, shape, Runner { number, kind, steps: 0, point, emptied: false }, SCREEN[0]))
    });
    let mut records = Vec::with_capacity(starts);
    // a good top that is known leaves less to be found, and many groups leave more
    let [least, fewest] = if known.is_empty() { [12, 8].map(|n: usize| n.max(2 * shape.groups())) } else { [8, 4] };
    cut(&mut field, &mut records, seed, (starts / 3).max(least));
    field = field.map_in_parallel(|r| advance(evaluator, shape, r, SCREEN[1]));
    cut(&mut field, &mut records, seed, (starts / 8).max(fewest));

    let from_known: Vec<Climb> =
        known.map_in_parallel(|params| climb_from(evaluator, shape, params.clone(), CLIMB_STEPS, ROUGHLY));
    // those that end clearly below what is known need not be followed to their tops
    let best = from_known.iter().map(|c| c.pass.log_likelihood).fold(f64::NEG_INFINITY, f64::max);
    let climb = |r: &Runner| newton::climb_unless_behind(evaluator, shape, r.point.clone(), CLIMB_STEPS, ROUGHLY, best);
    let climbs: Vec<Climb> = field.as_slice().keep_in_parallel(|r| ticker.tick().then(|| climb(r)));
    for (runner, climb) in field.iter().zip(&climbs) {
        let stop = match (runner.emptied, climb.converged) {
            (true, _) => StartStop::GroupEmptied,
            _ if climb.behind => StartStop::Screened,
            (_, true) => StartStop::Converged,
            _ => StartStop::StepLimit,
        };
        records.push(StartRecord {
            seed,
            number: runner.number,
            kind: runner.kind,
            steps: runner.steps + climb.steps,
            log_likelihood: climb.pass.log_likelihood,
            stop,
        });
    }
    let mut best = distinct(climbs.into_iter().filter(|c| !c.behind).chain(from_known).collect());
    if options.effort.neighbours {
        neighbour::improve(evaluator, shape, seed, &mut best, &mut records, ticker);
    }
    records.sort_by_key(|r| r.number);
    Found { climbs: best, records }
}

/// A climb from given parameters, behind two steps of EM; `most` and `promise` as for [`newton::climb`].
pub(crate) fn climb_from(passes: &dyn Passes, shape: &Shape, params: Params, most: usize, promise: f64) -> Climb {
    let (point, _) = em::run(passes, shape, Point::at(passes, shape, params), 2, ROUGHLY);
    newton::climb(passes, shape, point, most, promise)
}

fn advance(evaluator: &Evaluator<'_>, shape: &Shape, mut runner: Runner, steps: usize) -> Runner {
    let (point, made) = em::run(evaluator, shape, runner.point, steps, ROUGHLY);
    let smallest = point.pass.mass.iter().copied().fold(f64::INFINITY, f64::min);
    runner.emptied = smallest < 0.5 && evaluator.total_weight > 1.0;
    runner.steps += made;
    runner.point = point;
    runner
}

/// Keeps the best `keep` runners, records the rest.
fn cut(field: &mut Vec<Runner>, records: &mut Vec<StartRecord>, seed: u64, keep: usize) {
    // emptied ones last: they have climbed to a smaller model's optimum
    field.sort_by(|a, b| {
        (a.emptied, -a.point.log_likelihood())
            .partial_cmp(&(b.emptied, -b.point.log_likelihood()))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    for runner in field.drain(keep.min(field.len())..) {
        records.push(StartRecord {
            seed,
            number: runner.number,
            kind: runner.kind,
            steps: runner.steps,
            log_likelihood: runner.point.log_likelihood(),
            stop: if runner.emptied { StartStop::GroupEmptied } else { StartStop::Screened },
        });
    }
}

/// Best first, one of each log-likelihood.
pub(crate) fn distinct(mut climbs: Vec<Climb>) -> Vec<Climb> {
    climbs.retain(|c| c.pass.log_likelihood.is_finite());
    climbs.sort_by(|a, b| b.pass.log_likelihood.total_cmp(&a.pass.log_likelihood));
    climbs.dedup_by(|later, kept| (kept.pass.log_likelihood - later.pass.log_likelihood).abs() < SAME);
    climbs
}
