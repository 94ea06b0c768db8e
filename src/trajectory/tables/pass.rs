//! One pass over a cohort's histories: the choice between look-up tables and direct evaluation, and the
//! fixed cutting into chunks that makes sums the same on any number of threads.

use crate::cohort::history::{CellCode, Histories};
use crate::numeric::linalg::Square;
use crate::numeric::parallel::Parallel;
use crate::trajectory::progress::Ticker;
use crate::trajectory::tables::dispersed::AtRisk;
use crate::trajectory::tables::lasting::{LastingPass, Totals};
use crate::trajectory::tables::occurring::Occurring;
use crate::trajectory::tables::pass_at_risk::DirectPass;
use crate::trajectory::tables::pass_table::TablePass;
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::sums::{self, EStep};
use crate::trajectory::tables::{information, lanes};
use std::ops::Range;
use std::sync::OnceLock;

/// Histories in a chunk: enough to drown the cost of a partial sum, few enough to share out.
const CHUNK: usize = 4096;
/// The same for counts with a dispersion and individual time at risk, where a history costs a hundred times as much.
const CHUNK_AT_RISK: usize = 128;

/// Codes in a chunk's partial sums for each of its histories, at most: 64 bytes with up to four groups.
const CODES_A_HISTORY: usize = 2;

/// A cohort's histories, made ready for passes.
#[derive(Debug)]
pub(crate) struct Evaluator<'a> {
    pub(crate) histories: &'a Histories,
    pub(crate) total_weight: f64,
    constant: f64,
    /// The cells that occur; `None` where nearly all are different, and each history's are gone through.
    pub(crate) occurring: Option<Occurring<'a>>,
    /// Whether sums are those of individual time at risk.
    pub(crate) at_risk: bool,
    /// Where each history's cells are gone through: posterior probabilities up to this add nothing to the sums.
    pub(crate) negligible: f64,
    /// Totals of histories, worked out when a family first needs them.
    totals: OnceLock<Totals>,
    /// Who is asked between chunks whether to go on.
    watch: Option<&'a Ticker<'a>>,
}

/// A posterior probability that adds nothing to a sum at working precision.
const NOTHING: f64 = 1e-17;
/// The same on the way up, where a step needs its sums roughly.
const NEXT_TO_NOTHING: f64 = 1e-6;

/// Called with a history, its posterior probabilities and, in direct passes, the probability that a zero is not
/// structural: group after group, age after age.
pub(crate) type Each<'e> = &'e mut dyn FnMut(usize, &[f64], &[f64]);

/// Whatever a climb can ask of people: those in memory ([`Evaluator`]), or those elsewhere, chunk by chunk.
pub(crate) trait Passes {
    /// Sum of the weights of all.
    fn total_weight(&self) -> f64;

    /// Log-likelihood and sums at these parameters.
    fn pass(&self, shape: &Shape, params: &Params, curves: &[Curve]) -> EStep;

    /// Adds minus the missing information there; people whose group is as sure as `negligible` are passed over.
    fn add_missing(&self, shape: &Shape, params: &Params, curves: &[Curve], negligible: f64, to: &mut Square);

    /// Whether the work was stopped: then what is asked gives nothing of worth.
    fn stopped(&self) -> bool;
}

impl Passes for Evaluator<'_> {
    fn total_weight(&self) -> f64 {
        self.total_weight
    }

    fn pass(&self, shape: &Shape, params: &Params, curves: &[Curve]) -> EStep {
        Evaluator::pass(self, shape, params, curves)
    }

    fn add_missing(&self, shape: &Shape, params: &Params, curves: &[Curve], negligible: f64, to: &mut Square) {
        information::add_missing(self, shape, params, curves, negligible, to);
    }

    fn stopped(&self) -> bool {
        Evaluator::stopped(self)
    }
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(histories: &'a Histories) -> Self {
        Evaluator {
            histories,
            total_weight: histories.total_weight(),
            constant: sums::constant(histories),
            occurring: Occurring::of(histories),
            at_risk: histories.exposure.is_some(),
            negligible: NOTHING,
            totals: OnceLock::new(),
            watch: None,
        }
    }

    /// The same, asking between chunks whether to go on. Once nobody wants it any more passes do nothing: what they give
    /// then is worth nothing, and whoever watches must not use it.
    pub(crate) fn watched(self, ticker: &'a Ticker<'a>) -> Self {
        Evaluator { watch: Some(ticker), ..self }
    }

    /// The same, with nobody to ask: what is begun is done.
    pub(crate) fn unwatched(self) -> Evaluator<'a> {
        Evaluator { watch: None, ..self }
    }

    /// Whether the work was stopped.
    pub(crate) fn stopped(&self) -> bool {
        self.watch.is_some_and(Ticker::asked)
    }

    /// Of people who were all at liberty throughout, part of a cohort whose others were not: sums are like theirs.
    pub(crate) fn with_others_at_risk(self) -> Self {
        Evaluator { at_risk: true, ..self }
    }

    /// For a first look: log-likelihoods are exact, sums are to six digits.
    pub(crate) fn roughly(histories: &'a Histories) -> Self {
        Evaluator { negligible: NEXT_TO_NOTHING, ..Evaluator::new(histories) }
    }

    pub(crate) fn pass(&self, shape: &Shape, params: &Params, curves: &[Curve]) -> EStep {
        let mut step = match &self.occurring {
            _ if shape.family.has_factor() => {
                with_lanes!(shape.groups(), NB => LastingPass::<NB>::new(self, shape, params, curves).run())
            }
            Some(occurring) => {
                with_lanes!(shape.groups(), NB => TablePass::<NB>::new(self, occurring, shape, params, curves).run())
            }
            None if shape.dispersed() => AtRisk::new(self, shape, params, curves).run(),
            None => DirectPass::new(self, shape, params, curves).run(),
        };
        step.log_likelihood += self.constant;
        step
    }

    /// Posterior probabilities of distinct histories, one call each.
    pub(crate) fn posteriors(
        &self,
        shape: &Shape,
        params: &Params,
        curves: &[Curve],
        range: Range<usize>,
        each: Each<'_>,
    ) {
        match &self.occurring {
            _ if shape.family.has_factor() => {
                with_lanes!(shape.groups(), NB => {
                    LastingPass::<NB>::new(self, shape, params, curves).posteriors(range, each);
                })
            }
            Some(occurring) => {
                with_lanes!(shape.groups(), NB => {
                    TablePass::<NB>::new(self, occurring, shape, params, curves).posteriors(range, each);
                })
            }
            None if shape.dispersed() => AtRisk::new(self, shape, params, curves).posteriors(range, each),
            None => DirectPass::new(self, shape, params, curves).posteriors(range, each),
        }
    }

    /// Events of each history in all.
    pub(crate) fn totals(&self) -> &Totals {
        self.totals.get_or_init(|| Totals::new(self.histories))
    }

    /// Histories per chunk, as many in each as can be. Partial sums hold a cell per code, so many codes ask for larger
    /// chunks: their memory then stays a fraction of the cohort's.
    fn chunk(&self) -> usize {
        let least = CHUNK.max(self.occurring.as_ref().map_or(0, |o| o.codes.len()) / CODES_A_HISTORY);
        let n = self.histories.len();
        n.div_ceil(n.div_ceil(least).max(1)).max(1)
    }

    /// Runs `work` on fixed chunks, in parallel, and returns the parts in order.
    pub(crate) fn chunks<R: Send>(&self, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
        self.chunks_of(self.chunk(), work)
    }

    /// As [`Evaluator::chunks`], where each history's cells are gone through for counts with a dispersion.
    pub(crate) fn at_risk_chunks<R: Send>(&self, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
        self.chunks_of(CHUNK_AT_RISK, work)
    }

    fn chunks_of<R: Send>(&self, chunk: usize, work: impl Fn(Range<usize>) -> R + Sync) -> Vec<R> {
        let n = self.histories.len();
        let range = |c: usize| c * chunk..((c + 1) * chunk).min(n);
        if n <= chunk {
            return vec![work(0..n)];
        }
        let going = |range: Range<usize>| if self.stopped() { range.start..range.start } else { range };
        (0..n.div_ceil(chunk)).map_in_parallel(|c| work(going(range(c))))
    }
}

/// Calls an expression with the number of lane blocks as a constant.
macro_rules! with_lanes {
    ($groups:expr, $nb:ident => $body:expr) => {
        match $crate::trajectory::tables::lanes::blocks($groups) {
            1 => {
                const $nb: usize = 1;
                $body
            }
            2 => {
                const $nb: usize = 2;
                $body
            }
            3 | 4 => {
                const $nb: usize = 4;
                $body
            }
            _ => {
                const $nb: usize = 8;
                $body
            }
        }
    };
}
pub(crate) use with_lanes;

/// Sums lanes of equal length into the first.
pub(crate) fn add_lanes(to: &mut [[f64; 4]], from: &[[f64; 4]]) {
    for (to, from) in to.iter_mut().zip(from) {
        for l in 0..4 {
            to[l] += from[l];
        }
    }
}

/// The first `groups` lanes as a plain vector.
pub(crate) fn unpack(from: &[[f64; 4]], groups: usize) -> Vec<f64> {
    debug_assert!(lanes::blocks(groups) <= from.len());
    from.iter().flatten().copied().take(groups).collect()
}

/// Posterior weight of positive cells, and of events, by group and age, from the weight by code.
pub(crate) fn by_age(
    codes: &[CellCode],
    intervals: usize,
    groups: usize,
    by_code: &[[f64; 4]],
    nb: usize,
) -> (Vec<f64>, Vec<f64>) {
    // both side by side: positive cells, then events, age after age
    let mut sums = vec![[[0.0; 4]; 2]; intervals * nb];
    for (code, w) in codes.iter().zip(by_code.chunks_exact(nb)) {
        let at = code.interval as usize * nb;
        let count = f64::from(code.count);
        for ([positive, events], w) in sums[at..at + nb].iter_mut().zip(w) {
            for l in 0..4 {
                positive[l] += w[l];
                events[l] += w[l] * count;
            }
        }
    }
    let by_group = |what: usize| lanes::by_group(groups, intervals, |k, t| sums[t * nb + k / 4][what][k % 4]);
    (by_group(0), by_group(1))
}
