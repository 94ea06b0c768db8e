//! The pass over tables: without individual time at risk, a history's log-likelihood in a group is a base
//! for "nothing at any observed age" plus one table entry per non-zero cell.

use super::dispersed::CellTables;
use super::estep::{AgeSums, EStep};
use super::lanes::{self, Lanes, LogSum};
use super::pass::{Each, Evaluator, add_lanes, by_age, unpack};
use super::shape::{Curve, Params, Shape};
use crate::numeric::logspace::{log_add_exp, softplus};
use std::ops::Range;

pub(crate) struct TablePass<'a, const NB: usize> {
    evaluator: &'a Evaluator<'a>,
    groups: usize,
    start: Lanes<NB>,
    /// Running sum over age of `ln P(0)`: row `t` holds the ages before `t`.
    prefix: Vec<Lanes<NB>>,
    /// `ln P(y) - ln P(0)` of each code.
    delta: Vec<Lanes<NB>>,
    /// Cells with their derivatives, when counts have a dispersion.
    cells: Option<CellTables>,
}

/// Histories taken together: as many chains of arithmetic go on side by side, which a processor needs to
/// be kept busy; more only takes more room.
const BLOCK: usize = 8;

struct Part<const NB: usize> {
    log_sum: LogSum,
    mass: Lanes<NB>,
    /// Posterior weight by code.
    by_code: Vec<Lanes<NB>>,
    /// Change from one age to the next of the posterior weight observed.
    observed: Vec<Lanes<NB>>,
}

/// Base log-probabilities of the observation pattern met last: histories lie pattern after pattern.
#[derive(Clone, Copy)]
struct Base<const NB: usize> {
    pattern: u32,
    lanes: Lanes<NB>,
}

impl<'a, const NB: usize> TablePass<'a, NB> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, shape: &Shape, params: &Params, curves: &[Curve]) -> Self {
        if shape.dispersed() {
            return TablePass::dispersed(evaluator, shape, params, curves);
        }
        let histories = evaluator.histories;
        // ln P(y) is linear in y up to the constant, so two numbers an age give all counts
        let (mut none, mut slope) = (vec![[[0.0; 4]; NB]; shape.intervals], vec![[[0.0; 4]; NB]; shape.intervals]);
        let mut prefix = vec![[[0.0; 4]; NB]; shape.intervals + 1];
        for (k, curve) in curves.iter().enumerate() {
            let (b, l) = (k / 4, k % 4);
            for t in 0..shape.intervals {
                let (lambda, zeta) = (curve.lambda[t], curve.zeta[t]);
                // softplus(zeta) is in every ln P(y) and cancels in the differences
                let zero = log_add_exp(zeta, -lambda);
                none[t][b][l] = -lambda - zero;
                // counts are of whole intervals, eta is per year
                slope[t][b][l] = curve.eta[t] + shape.log_width;
                prefix[t + 1][b][l] = prefix[t][b][l] + (zero - softplus(zeta));
            }
        }
        let delta = histories.codes.iter().map(|code| {
            let (t, count) = (code.interval as usize, f64::from(code.count));
            let mut lanes = none[t];
            for b in 0..NB {
                for l in 0..4 {
                    lanes[b][l] += count * slope[t][b][l];
                }
            }
            lanes
        });
        let delta = delta.collect();
        let mut start = [[lanes::UNUSED; 4]; NB];
        lanes::spread(&params.log_share, lanes::UNUSED).enumerate().for_each(|(b, v)| start[b] = v);
        TablePass { evaluator, groups: shape.groups(), start, prefix, delta, cells: None }
    }

    fn dispersed(evaluator: &'a Evaluator<'a>, shape: &Shape, params: &Params, curves: &[Curve]) -> Self {
        let cells = CellTables::new(evaluator.histories, shape, curves);
        let mut prefix = vec![[[0.0; 4]; NB]; shape.intervals + 1];
        let mut delta = vec![[[0.0; 4]; NB]; evaluator.histories.codes.len()];
        for k in 0..shape.groups() {
            let (b, l) = (k / 4, k % 4);
            for t in 0..shape.intervals {
                prefix[t + 1][b][l] = prefix[t][b][l] + cells.zero(t, k).value;
            }
            for (c, (delta, code)) in delta.iter_mut().zip(&evaluator.histories.codes).enumerate() {
                delta[b][l] = cells.positive(c, k).value - cells.zero(code.interval as usize, k).value;
            }
        }
        let mut start = [[lanes::UNUSED; 4]; NB];
        lanes::spread(&params.log_share, lanes::UNUSED).enumerate().for_each(|(b, v)| start[b] = v);
        TablePass { evaluator, groups: shape.groups(), start, prefix, delta, cells: Some(cells) }
    }

    #[inline(always)]
    fn base(&self, pattern: u32) -> Base<NB> {
        let mut lanes = self.start;
        for &(from, to) in self.evaluator.runs.of(pattern) {
            let (before, after) = (&self.prefix[from as usize], &self.prefix[to as usize]);
            for b in 0..NB {
                for l in 0..4 {
                    lanes[b][l] += after[b][l] - before[b][l];
                }
            }
        }
        Base { pattern, lanes }
    }

    /// Joint log-probabilities of the histories in `range`, at most [`BLOCK`].
    #[inline(always)]
    fn joint(&self, range: Range<usize>, base: &mut Base<NB>) -> Block<NB> {
        let histories = self.evaluator.histories;
        let mut block = [base.lanes; BLOCK];
        let mut from = histories.offsets[range.start];
        for (x, h) in block.iter_mut().zip(range) {
            if histories.pattern[h] != base.pattern {
                *base = self.base(histories.pattern[h]);
            }
            let to = histories.offsets[h + 1];
            let mut sum = base.lanes;
            for &code in &histories.cells[from..to] {
                lanes::add(&mut sum, &self.delta[code as usize]);
            }
            *x = sum;
            from = to;
        }
        block
    }

    pub(crate) fn run(&self) -> EStep {
        let histories = self.evaluator.histories;
        let mut parts =
            self.evaluator.chunks(|range| pulp::Arch::new().dispatch(PartOf { pass: self, range })).into_iter();
        // chunks() never returns nothing: an empty cohort is one empty chunk
        let mut sum = parts.next().unwrap_or_else(|| self.empty_part());
        let mut log_likelihood = sum.log_sum.total();
        for part in parts {
            log_likelihood += part.log_sum.total();
            add_lanes(&mut sum.mass, &part.mass);
            add_lanes(sum.by_code.as_flattened_mut(), part.by_code.as_flattened());
            add_lanes(sum.observed.as_flattened_mut(), part.observed.as_flattened());
        }
        self.reduce(log_likelihood, sum, histories.intervals)
    }

    fn reduce(&self, log_likelihood: f64, sum: Part<NB>, intervals: usize) -> EStep {
        let histories = self.evaluator.histories;
        let (positive, events) = by_age(histories, self.groups, sum.by_code.as_flattened(), NB);
        let mut sums = Vec::with_capacity(self.groups * intervals);
        for k in 0..self.groups {
            let mut observed = 0.0;
            let seen: Vec<f64> = (0..intervals)
                .map(|t| {
                    observed += sum.observed[t][k / 4][k % 4];
                    observed
                })
                .collect();
            if let Some(cells) = &self.cells {
                let zeros = |t: usize| (seen[t] - positive[k * intervals + t]).max(0.0);
                let of_group = cells.sums(histories, k, zeros, |c| sum.by_code[c][k / 4][k % 4]);
                sums.extend(of_group.into_iter().map(AgeSums::Slopes));
                continue;
            }
            for (t, observed) in seen.into_iter().enumerate() {
                let at = k * intervals + t;
                sums.push(AgeSums::Whole {
                    zero: (observed - positive[at]).max(0.0),
                    positive: positive[at],
                    events: events[at],
                });
            }
        }
        EStep { log_likelihood, mass: unpack(&sum.mass, self.groups), sums }
    }

    fn empty_part(&self) -> Part<NB> {
        let histories = self.evaluator.histories;
        Part {
            log_sum: LogSum::new(),
            mass: [[0.0; 4]; NB],
            by_code: vec![[[0.0; 4]; NB]; histories.codes.len()],
            observed: vec![[[0.0; 4]; NB]; histories.intervals + 1],
        }
    }

    #[inline(always)]
    fn part(&self, range: Range<usize>) -> Part<NB> {
        let histories = self.evaluator.histories;
        let mut part = self.empty_part();
        if range.is_empty() {
            return part;
        }
        let mut base = self.base(histories.pattern[range.start]);
        // posterior weight of the histories with the pattern at hand, not yet added to the sums
        let mut held = Base { pattern: base.pattern, lanes: [[0.0; 4]; NB] };
        for first in range.clone().step_by(BLOCK) {
            let block = first..(first + BLOCK).min(range.end);
            let mut p = self.joint(block.clone(), &mut base);
            let weight = &histories.weight[block.clone()];
            let (max, sum) = lanes::normalise_block(&mut p, weight);
            for (i, &weight) in weight.iter().enumerate() {
                part.log_sum.add(weight, max[i], sum[i]);
            }
            let mut from = histories.offsets[first];
            for (&p, h) in p.iter().zip(block) {
                if histories.pattern[h] != held.pattern {
                    self.release(&mut part, &held);
                    held = Base { pattern: histories.pattern[h], lanes: [[0.0; 4]; NB] };
                }
                lanes::add(&mut held.lanes, &p);
                let to = histories.offsets[h + 1];
                for &code in &histories.cells[from..to] {
                    lanes::add(&mut part.by_code[code as usize], &p);
                }
                from = to;
            }
        }
        self.release(&mut part, &held);
        part
    }

    #[inline(always)]
    fn release(&self, part: &mut Part<NB>, held: &Base<NB>) {
        lanes::add(&mut part.mass, &held.lanes);
        for &(from, to) in self.evaluator.runs.of(held.pattern) {
            lanes::add(&mut part.observed[from as usize], &held.lanes);
            lanes::subtract(&mut part.observed[to as usize], &held.lanes);
        }
    }

    pub(crate) fn posteriors(&self, range: Range<usize>, each: Each<'_>) {
        if range.is_empty() {
            return;
        }
        let arch = pulp::Arch::new();
        let mut base = self.base(self.evaluator.histories.pattern[range.start]);
        for first in range.clone().step_by(BLOCK) {
            let block = first..(first + BLOCK).min(range.end);
            let p = arch.dispatch(PosteriorsOf { pass: self, range: block.clone(), base: &mut base });
            for (i, h) in block.enumerate() {
                each(h, &p[i].as_flattened()[..self.groups], &[]);
            }
        }
    }
}

// Dispatched work has to be inlined into the function that is compiled for the processor at hand; a closure
// is not, and would run as plain scalar code. It is plain arithmetic either way: the bits are the same.

struct PartOf<'p, 'a, const NB: usize> {
    pass: &'p TablePass<'a, NB>,
    range: Range<usize>,
}

impl<const NB: usize> pulp::NullaryFnOnce for PartOf<'_, '_, NB> {
    type Output = Part<NB>;
    #[inline(always)]
    fn call(self) -> Part<NB> {
        self.pass.part(self.range)
    }
}

struct PosteriorsOf<'p, 'a, const NB: usize> {
    pass: &'p TablePass<'a, NB>,
    range: Range<usize>,
    base: &'p mut Base<NB>,
}

type Block<const NB: usize> = [Lanes<NB>; BLOCK];

impl<const NB: usize> pulp::NullaryFnOnce for PosteriorsOf<'_, '_, NB> {
    type Output = Block<NB>;
    #[inline(always)]
    fn call(self) -> Self::Output {
        let mut p = self.pass.joint(self.range, self.base);
        lanes::normalise_block(&mut p, &[]);
        p
    }
}
