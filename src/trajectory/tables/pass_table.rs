//! The pass over tables: a history's log-likelihood in a group is a base for "nothing in any whole interval" plus one
//! table entry for every other cell.

use crate::trajectory::tables::cell_lanes::CellLanes;
use crate::trajectory::tables::lanes::{self, Lanes, LogSum};
use crate::trajectory::tables::occurring::Occurring;
use crate::trajectory::tables::pass::{Each, Evaluator, add_lanes, by_age, unpack};
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::sums::{AgeSums, EStep};
use std::ops::Range;

pub(crate) struct TablePass<'a, const NB: usize> {
    pub(crate) evaluator: &'a Evaluator<'a>,
    occurring: &'a Occurring<'a>,
    groups: usize,
    start: Lanes<NB>,
    /// Running sum over age of `ln P(0)`: row `t` holds the ages before `t`.
    prefix: Vec<Lanes<NB>>,
    pub(crate) cells: CellLanes<'a, NB>,
}

/// Histories taken together: as many chains of arithmetic go on side by side, which a processor needs to
/// be kept busy; more only takes more room.
const BLOCK: usize = 8;

/// Of the weight of all, so much may be left of sums that should cancel: some hundred roundings.
const ROUNDING: f64 = 1e-14;

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
    pub(crate) fn new(
        evaluator: &'a Evaluator<'a>,
        occurring: &'a Occurring<'a>,
        shape: &'a Shape,
        params: &Params,
        curves: &[Curve],
    ) -> Self {
        let cells = CellLanes::new(occurring, shape, curves);
        let mut prefix = vec![[[0.0; 4]; NB]; shape.intervals + 1];
        for t in 0..shape.intervals {
            prefix[t + 1] = prefix[t];
            lanes::add(&mut prefix[t + 1], cells.none(t));
        }
        let mut start = [[lanes::UNUSED; 4]; NB];
        lanes::spread(&params.log_share, lanes::UNUSED).enumerate().for_each(|(b, v)| start[b] = v);
        TablePass { evaluator, occurring, groups: shape.groups(), start, prefix, cells }
    }

    #[inline(always)]
    fn base(&self, pattern: u32) -> Base<NB> {
        let mut lanes = self.start;
        for &(from, to) in self.occurring.runs.of(pattern) {
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
        let occurring = self.occurring;
        let mut block = [base.lanes; BLOCK];
        let mut from = occurring.offsets[range.start];
        for (x, h) in block.iter_mut().zip(range) {
            if occurring.pattern[h] != base.pattern {
                *base = self.base(occurring.pattern[h]);
            }
            let to = occurring.offsets[h + 1];
            let mut sum = base.lanes;
            for &code in &occurring.cells[from..to] {
                lanes::add(&mut sum, self.cells.of_code(code as usize));
            }
            *x = sum;
            from = to;
        }
        block
    }

    pub(crate) fn run(&self) -> EStep {
        let histories = self.evaluator.histories;
        let mut parts = self.evaluator.chunks(|range| lanes::dispatch(PartOf { pass: self, range })).into_iter();
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
        let occurring = self.occurring;
        let mass = unpack(&sum.mass, self.groups);
        // weight in a whole interval of each age, then what of it had no event
        let mut whole = sum.observed;
        whole.truncate(intervals);
        for t in 1..intervals {
            let before = whole[t - 1];
            lanes::add(&mut whole[t], &before);
        }
        for (c, code) in occurring.codes.iter().enumerate().filter(|(c, _)| occurring.in_run(*c)) {
            lanes::subtract(&mut whole[code.interval as usize], &sum.by_code[c]);
        }
        // what is left of differences of sums is rounding: where a rate ran off because nobody was at risk, a millionth
        // of a millionth of a person would outweigh everybody else
        let rounding = ROUNDING * self.evaluator.total_weight;
        let left = |w: f64| if w > rounding { w } else { 0.0 };
        whole.as_flattened_mut().as_flattened_mut().iter_mut().for_each(|w| *w = left(*w));
        if !self.cells.shape.dispersed() && !self.evaluator.at_risk {
            let (positive, events) = by_age(&occurring.codes, intervals, self.groups, sum.by_code.as_flattened(), NB);
            let sums = lanes::by_group(self.groups, intervals, |k, t| AgeSums::Whole {
                zero: whole[t][k / 4][k % 4],
                positive: positive[k * intervals + t],
                events: events[k * intervals + t],
            });
            return EStep { log_likelihood, mass, sums, curvature: None, within: Vec::new() };
        }
        let mut weights = sum.by_code;
        weights.extend(whole);
        if self.cells.shape.dispersed() {
            let sums = self.cells.slopes(self.groups, &weights);
            return EStep { log_likelihood, mass, sums, curvature: None, within: Vec::new() };
        }
        let (sums, curvature) = self.cells.at_risk(self.groups, &weights);
        EStep { log_likelihood, mass, sums, curvature: Some(curvature), within: Vec::new() }
    }

    fn empty_part(&self) -> Part<NB> {
        let histories = self.evaluator.histories;
        Part {
            log_sum: LogSum::new(),
            mass: [[0.0; 4]; NB],
            by_code: vec![[[0.0; 4]; NB]; self.occurring.codes.len()],
            observed: vec![[[0.0; 4]; NB]; histories.intervals + 1],
        }
    }

    #[inline(always)]
    fn part(&self, range: Range<usize>) -> Part<NB> {
        let (histories, occurring) = (self.evaluator.histories, self.occurring);
        let mut part = self.empty_part();
        if range.is_empty() {
            return part;
        }
        let mut base = self.base(occurring.pattern[range.start]);
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
            let mut from = occurring.offsets[first];
            for (&p, h) in p.iter().zip(block) {
                if occurring.pattern[h] != held.pattern {
                    self.release(&mut part, &held);
                    held = Base { pattern: occurring.pattern[h], lanes: [[0.0; 4]; NB] };
                }
                lanes::add(&mut held.lanes, &p);
                let to = occurring.offsets[h + 1];
                for &code in &occurring.cells[from..to] {
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
        for &(from, to) in self.occurring.runs.of(held.pattern) {
            lanes::add(&mut part.observed[from as usize], &held.lanes);
            lanes::subtract(&mut part.observed[to as usize], &held.lanes);
        }
    }

    pub(crate) fn posteriors(&self, range: Range<usize>, each: Each<'_>) {
        if range.is_empty() {
            return;
        }
        let mut base = self.base(self.occurring.pattern[range.start]);
        for first in range.clone().step_by(BLOCK) {
            let block = first..(first + BLOCK).min(range.end);
            let p = lanes::dispatch(PosteriorsOf { pass: self, range: block.clone(), base: &mut base });
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
