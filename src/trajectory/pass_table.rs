//! The pass over tables: without individual time at risk, a history's log-likelihood in a group is a base
//! for "nothing at any observed age" plus one table entry per non-zero cell.

use super::estep::{AgeSums, EStep};
use super::family::{positive_value, zero_value};
use super::lanes::{self, Lanes, LogSum};
use super::pass::{Each, Evaluator, add_lanes, by_age, unpack};
use super::shape::{Curve, Params, Shape};
use std::ops::Range;

pub(crate) struct TablePass<'a, const NB: usize> {
    evaluator: &'a Evaluator<'a>,
    groups: usize,
    start: Lanes<NB>,
    /// Running sum over age of `ln P(0)`: row `t` holds the ages before `t`.
    prefix: Vec<[f64; 4]>,
    /// `ln P(y) - ln P(0)` of each code.
    delta: Vec<[f64; 4]>,
}

struct Part<const NB: usize> {
    log_sum: LogSum,
    mass: Lanes<NB>,
    /// Posterior weight by code.
    by_code: Vec<[f64; 4]>,
    /// Change from one age to the next of the posterior weight observed.
    observed: Vec<[f64; 4]>,
}

impl<'a, const NB: usize> TablePass<'a, NB> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, shape: &Shape, params: &Params, curves: &[Curve]) -> Self {
        let groups = shape.groups();
        let histories = evaluator.histories;
        let zeros: Vec<Vec<f64>> =
            curves.iter().map(|c| (0..shape.intervals).map(|t| zero_value(c.lambda[t], c.zeta[t])).collect()).collect();
        let mut prefix = vec![[0.0; 4]; (shape.intervals + 1) * NB];
        for t in 0..shape.intervals {
            for k in 0..groups {
                prefix[(t + 1) * NB + k / 4][k % 4] = prefix[t * NB + k / 4][k % 4] + zeros[k][t];
            }
        }
        let mut delta = vec![[0.0; 4]; histories.codes.len() * NB];
        for (k, curve) in curves.iter().enumerate() {
            // ln P(y) is linear in y up to the constant, so two numbers an age give all counts
            let none: Vec<f64> = (0..shape.intervals)
                .map(|t| positive_value(0.0, curve.lambda[t], curve.eta[t], curve.zeta[t]) - zeros[k][t])
                .collect();
            for (c, code) in histories.codes.iter().enumerate() {
                let t = code.interval as usize;
                // counts are of whole intervals, eta is per year
                let eta = curve.eta[t] + shape.log_width;
                delta[c * NB + k / 4][k % 4] = none[t] + f64::from(code.count) * eta;
            }
        }
        let mut start = [[lanes::UNUSED; 4]; NB];
        lanes::spread(&params.log_share, lanes::UNUSED).enumerate().for_each(|(b, v)| start[b] = v);
        TablePass { evaluator, groups, start, prefix, delta }
    }

    #[inline(always)]
    fn joint(&self, h: usize) -> Lanes<NB> {
        let histories = self.evaluator.histories;
        let mut x = self.start;
        for &(from, to) in self.evaluator.runs.of(histories.pattern[h]) {
            let (from, to) = (from as usize * NB, to as usize * NB);
            let (before, after) = (&self.prefix[from..from + NB], &self.prefix[to..to + NB]);
            for b in 0..NB {
                for l in 0..4 {
                    x[b][l] += after[b][l] - before[b][l];
                }
            }
        }
        for &code in histories.cells_of(h) {
            let at = code as usize * NB;
            lanes::add(&mut x, &self.delta[at..at + NB]);
        }
        x
    }

    pub(crate) fn run(&self) -> EStep {
        let histories = self.evaluator.histories;
        let mut parts = self
            .evaluator
            .chunks(|range| {
                // vector code for the processor at hand; plain arithmetic, so the bits do not depend on it
                pulp::Arch::new().dispatch(|| self.part(range.clone()))
            })
            .into_iter();
        // chunks() never returns nothing: an empty cohort is one empty chunk
        let mut sum = parts.next().unwrap_or_else(|| self.empty_part());
        let mut log_likelihood = sum.log_sum.total();
        for part in parts {
            log_likelihood += part.log_sum.total();
            add_lanes(&mut sum.mass, &part.mass);
            add_lanes(&mut sum.by_code, &part.by_code);
            add_lanes(&mut sum.observed, &part.observed);
        }
        self.reduce(log_likelihood, sum, histories.intervals)
    }

    fn reduce(&self, log_likelihood: f64, sum: Part<NB>, intervals: usize) -> EStep {
        let histories = self.evaluator.histories;
        let (positive, events) = by_age(histories, self.groups, &sum.by_code, NB);
        let mut sums = Vec::with_capacity(self.groups * intervals);
        for k in 0..self.groups {
            let mut observed = 0.0;
            for t in 0..intervals {
                observed += sum.observed[t * NB + k / 4][k % 4];
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
            by_code: vec![[0.0; 4]; histories.codes.len() * NB],
            observed: vec![[0.0; 4]; (histories.intervals + 1) * NB],
        }
    }

    #[inline(always)]
    fn part(&self, range: Range<usize>) -> Part<NB> {
        let histories = self.evaluator.histories;
        let mut part = self.empty_part();
        for h in range {
            let mut p = self.joint(h);
            let weight = histories.weight[h];
            let (max, sum) = lanes::normalise(&mut p);
            part.log_sum.add(weight, max, sum);
            if weight != 1.0 {
                p.iter_mut().flatten().for_each(|v| *v *= weight);
            }
            lanes::add(&mut part.mass, &p);
            for &(from, to) in self.evaluator.runs.of(histories.pattern[h]) {
                let (from, to) = (from as usize * NB, to as usize * NB);
                lanes::scatter(&mut part.observed[from..from + NB], 1.0, &p);
                lanes::scatter(&mut part.observed[to..to + NB], -1.0, &p);
            }
            for &code in histories.cells_of(h) {
                let at = code as usize * NB;
                lanes::scatter(&mut part.by_code[at..at + NB], 1.0, &p);
            }
        }
        part
    }

    pub(crate) fn posteriors(&self, range: Range<usize>, each: Each<'_>) {
        let mut row = vec![0.0; self.groups];
        let arch = pulp::Arch::new();
        for h in range {
            let (p, max, sum) = arch.dispatch(|| {
                let mut p = self.joint(h);
                let (max, sum) = lanes::normalise(&mut p);
                (p, max, sum)
            });
            row.iter_mut().zip(p.iter().flatten()).for_each(|(to, &from)| *to = from);
            each(h, &row, max + sum.ln(), &[]);
        }
    }
}
