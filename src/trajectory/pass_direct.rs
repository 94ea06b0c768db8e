//! The pass over cells: with individual time at risk every observed cell is evaluated. Zero cells of one
//! history are multiplied up, so that a group costs one exponential a cell and a logarithm now and then.

use super::estep::{AgeSums, EStep};
use super::family::{Family, positive_value, zero_value};
use super::lanes::{self, Lanes, LogSum};
use super::pass::{Evaluator, add_lanes, by_age, unpack};
use super::shape::{Curve, Params, Shape};
use crate::numeric::logspace::expit;
use crate::numeric::vexp;
use std::ops::Range;

pub(crate) struct DirectPass<'a, const NB: usize> {
    evaluator: &'a Evaluator<'a>,
    curves: &'a [Curve],
    groups: usize,
    inflated: bool,
    start: Lanes<NB>,
    lambda: Vec<[f64; 4]>,
    /// `q` and `1 - q` of each age.
    structural: Vec<[f64; 4]>,
    random: Vec<[f64; 4]>,
    /// `ln P(y) + exposure * lambda` of each code, exposure apart.
    positive: Vec<[f64; 4]>,
}

struct Part<const NB: usize> {
    log_sum: LogSum,
    mass: Lanes<NB>,
    by_code: Vec<[f64; 4]>,
    observed: Vec<[f64; 4]>,
    structural: Vec<[f64; 4]>,
    exposure: Vec<[f64; 4]>,
}

/// Scratch for one history: probability that a zero is not structural, by age.
struct Scratch {
    random_zero: Vec<[f64; 4]>,
    is_zero: Vec<bool>,
}

impl<'a, const NB: usize> DirectPass<'a, NB> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, shape: &Shape, params: &Params, curves: &'a [Curve]) -> Self {
        let (groups, intervals, histories) = (shape.groups(), shape.intervals, evaluator.histories);
        let mut pass = DirectPass {
            evaluator,
            curves,
            groups,
            inflated: shape.family != Family::Poisson,
            start: [[lanes::UNUSED; 4]; NB],
            lambda: vec![[0.0; 4]; intervals * NB],
            structural: vec![[0.0; 4]; intervals * NB],
            random: vec![[1.0; 4]; intervals * NB],
            positive: vec![[0.0; 4]; histories.codes.len() * NB],
        };
        lanes::spread(&params.log_share, lanes::UNUSED).enumerate().for_each(|(b, v)| pass.start[b] = v);
        for (k, curve) in curves.iter().enumerate() {
            let (b, l) = (k / 4, k % 4);
            for t in 0..intervals {
                let (q, not_q) = expit(curve.zeta[t]);
                pass.lambda[t * NB + b][l] = curve.lambda[t];
                pass.structural[t * NB + b][l] = q;
                pass.random[t * NB + b][l] = not_q;
            }
            for (c, code) in histories.codes.iter().enumerate() {
                let t = code.interval as usize;
                let eta = curve.eta[t] + shape.log_width;
                pass.positive[c * NB + b][l] = positive_value(f64::from(code.count), 0.0, eta, curve.zeta[t]);
            }
        }
        pass
    }

    /// Joint log-probability of history `h` with each group; leaves the zero cells' state in `scratch`.
    #[inline(always)]
    fn joint(&self, h: usize, scratch: &mut Scratch) -> Lanes<NB> {
        let histories = self.evaluator.histories;
        // direct passes are only made on cohorts with exposure
        let exposure = histories.exposure_of(h).unwrap_or(&[]);
        let mut x = self.start;
        scratch.is_zero.fill(true);
        for &code in histories.cells_of(h) {
            scratch.is_zero[histories.codes[code as usize].interval as usize] = false;
            let at = code as usize * NB;
            x.iter_mut().zip(&self.positive[at..at + NB]).for_each(|(x, p)| (0..4).for_each(|l| x[l] += p[l]));
        }
        let mut product = [[1.0; 4]; NB];
        for (t, &e) in exposure.iter().enumerate() {
            if e == 0.0 {
                continue;
            }
            let lambda = &self.lambda[t * NB..(t + 1) * NB];
            if !self.inflated || !scratch.is_zero[t] {
                for b in 0..NB {
                    for l in 0..4 {
                        x[b][l] -= e * lambda[b][l];
                    }
                }
                continue;
            }
            let (structural, random) = (&self.structural[t * NB..(t + 1) * NB], &self.random[t * NB..(t + 1) * NB]);
            let keep = &mut scratch.random_zero[t * NB..(t + 1) * NB];
            let mut factor = [[1.0; 4]; NB];
            let mut smallest = f64::INFINITY;
            for b in 0..NB {
                for l in 0..4 {
                    let none = random[b][l] * vexp::exp(-e * lambda[b][l]);
                    let g = structural[b][l] + none;
                    keep[b][l] = none / g;
                    factor[b][l] = g;
                    smallest = if g < smallest { g } else { smallest };
                }
            }
            if smallest < 1e-200 {
                self.zero_in_log_space(&mut x, t, e, keep);
                continue;
            }
            let mut smallest = f64::INFINITY;
            for b in 0..NB {
                for l in 0..4 {
                    product[b][l] *= factor[b][l];
                    smallest = if product[b][l] < smallest { product[b][l] } else { smallest };
                }
            }
            if smallest < 1e-100 {
                drain(&mut x, &mut product);
            }
        }
        drain(&mut x, &mut product);
        x
    }

    /// A zero where some group expects hundreds of events: its probability underflows, its logarithm
    /// does not.
    #[cold]
    #[inline(never)]
    fn zero_in_log_space(&self, x: &mut Lanes<NB>, t: usize, e: f64, random_zero: &mut [[f64; 4]]) {
        for k in 0..self.groups {
            let (b, l) = (k / 4, k % 4);
            let (lambda, zeta) = (e * self.lambda[t * NB + b][l], self.curves[k].zeta[t]);
            x[b][l] += zero_value(lambda, zeta);
            random_zero[b][l] = expit(zeta + lambda).1;
        }
    }

    pub(crate) fn run(&self) -> EStep {
        let mut parts =
            self.evaluator.chunks(|range| pulp::Arch::new().dispatch(|| self.part(range.clone()))).into_iter();
        let mut sum = parts.next().unwrap_or_else(|| self.empty_part());
        let mut log_likelihood = sum.log_sum.total();
        for part in parts {
            log_likelihood += part.log_sum.total();
            add_lanes(&mut sum.mass, &part.mass);
            add_lanes(&mut sum.by_code, &part.by_code);
            add_lanes(&mut sum.observed, &part.observed);
            add_lanes(&mut sum.structural, &part.structural);
            add_lanes(&mut sum.exposure, &part.exposure);
        }
        self.reduce(log_likelihood, &sum)
    }

    fn reduce(&self, log_likelihood: f64, sum: &Part<NB>) -> EStep {
        let histories = self.evaluator.histories;
        let intervals = histories.intervals;
        let (positive, events) = by_age(histories, self.groups, &sum.by_code, NB);
        let mut sums = Vec::with_capacity(self.groups * intervals);
        for k in 0..self.groups {
            let (b, l) = (k / 4, k % 4);
            let mut cells = 0.0;
            for t in 0..intervals {
                cells += sum.observed[t * NB + b][l];
                sums.push(AgeSums::AtRisk {
                    cells: cells.max(0.0),
                    positive: positive[k * intervals + t],
                    structural: if self.inflated { sum.structural[t * NB + b][l] } else { 0.0 },
                    exposure: sum.exposure[t * NB + b][l],
                    events: events[k * intervals + t],
                });
            }
        }
        EStep { log_likelihood, mass: unpack(&sum.mass, self.groups), sums }
    }

    fn empty_part(&self) -> Part<NB> {
        let histories = self.evaluator.histories;
        let ages = vec![[0.0; 4]; (histories.intervals + 1) * NB];
        Part {
            log_sum: LogSum::new(),
            mass: [[0.0; 4]; NB],
            by_code: vec![[0.0; 4]; histories.codes.len() * NB],
            observed: ages.clone(),
            structural: ages.clone(),
            exposure: ages,
        }
    }

    fn scratch(&self) -> Scratch {
        let intervals = self.evaluator.histories.intervals;
        Scratch { random_zero: vec![[1.0; 4]; intervals * NB], is_zero: vec![true; intervals] }
    }

    #[inline(always)]
    fn part(&self, range: Range<usize>) -> Part<NB> {
        let histories = self.evaluator.histories;
        let mut part = self.empty_part();
        let mut scratch = self.scratch();
        for h in range {
            let mut p = self.joint(h, &mut scratch);
            let weight = histories.weight[h];
            let (max, sum) = lanes::normalise(&mut p);
            part.log_sum.add(weight, max, sum);
            p.iter_mut().flatten().for_each(|v| *v *= weight);
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
            for (t, &e) in histories.exposure_of(h).unwrap_or(&[]).iter().enumerate() {
                let at = t * NB..(t + 1) * NB;
                if !self.inflated || !scratch.is_zero[t] {
                    lanes::scatter(&mut part.exposure[at], e, &p);
                    continue;
                }
                if e == 0.0 {
                    continue;
                }
                let random_zero = &scratch.random_zero[at.clone()];
                let (exposure, structural) = (&mut part.exposure[at.clone()], &mut part.structural[at]);
                for b in 0..NB {
                    for l in 0..4 {
                        let random = p[b][l] * random_zero[b][l];
                        exposure[b][l] += e * random;
                        structural[b][l] += p[b][l] - random;
                    }
                }
            }
        }
        part
    }

    pub(crate) fn posteriors(&self, range: Range<usize>, each: &mut dyn FnMut(usize, &[f64], f64)) {
        let mut row = vec![0.0; self.groups];
        let mut scratch = self.scratch();
        for h in range {
            let mut p = self.joint(h, &mut scratch);
            let (max, sum) = lanes::normalise(&mut p);
            row.iter_mut().zip(p.iter().flatten()).for_each(|(to, &from)| *to = from);
            each(h, &row, max + sum.ln());
        }
    }
}

#[inline(always)]
fn drain<const NB: usize>(x: &mut Lanes<NB>, product: &mut Lanes<NB>) {
    for b in 0..NB {
        for l in 0..4 {
            x[b][l] += product[b][l].ln();
            product[b][l] = 1.0;
        }
    }
}
