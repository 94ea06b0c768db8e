//! The pass over cells: with individual time at risk every observed cell is evaluated. Loops run over the
//! ages of one group, which compilers turn into vector code; the zero cells of one history are multiplied
//! up, so that a cell costs one exponential and a logarithm is taken now and then.

use crate::numeric::logspace::expit;
use crate::numeric::vexp;
use crate::trajectory::family::{Derivatives, Family, positive_value, zero_value};
use crate::trajectory::tables::lanes::LogSum;
use crate::trajectory::tables::pass::{Each, Evaluator};
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::sums::{AgeSums, EStep};
use crate::trajectory::tables::wide::{WIDTH, dot, filled_up_each, log_product, vectors, vectors_mut};
use pulp::Simd;
use std::ops::Range;

pub(crate) struct DirectPass<'a> {
    evaluator: &'a Evaluator<'a>,
    curves: &'a [Curve],
    log_share: &'a [f64],
    inflated: bool,
    intervals: usize,
    /// Ages of one group in the arrays below and in all sums: `intervals` filled up to whole vectors.
    stride: usize,
    /// `lambda`, `q` and `1 - q`: group after group, age after age.
    lambda: Vec<f64>,
    structural: Vec<f64>,
    random: Vec<f64>,
    /// `ln P(y) + exposure * lambda` of each code, exposure apart; code after code, group after group.
    positive: Vec<f64>,
}

struct Part {
    log_sum: LogSum,
    mass: Vec<f64>,
    /// Group after group, age after age.
    cells: Vec<f64>,
    positive: Vec<f64>,
    events: Vec<f64>,
    structural: Vec<f64>,
    exposure: Vec<f64>,
    /// Second derivatives of the observed cells: `eta`-`eta`, `eta`-`zeta`, `zeta`-`zeta`.
    second: [Vec<f64>; 3],
}

/// Working space for one history.
struct Scratch {
    /// Posterior probability of each group.
    p: Vec<f64>,
    exposure: Vec<f64>,
    /// 1 for an observed zero, 0 otherwise.
    zero: Vec<f64>,
    /// 1 where observed.
    seen: Vec<f64>,
    /// Probability that a zero is not structural; group after group, age after age.
    random_zero: Vec<f64>,
    factor: Vec<f64>,
}

impl<'a> DirectPass<'a> {
    pub(crate) fn new(evaluator: &'a Evaluator<'a>, shape: &Shape, params: &'a Params, curves: &'a [Curve]) -> Self {
        let histories = evaluator.histories;
        let n = shape.intervals;
        let rates: Vec<f64> = curves.iter().flat_map(|c| c.lambda.iter().copied()).collect();
        let (q, not_q): (Vec<f64>, Vec<f64>) = curves.iter().flat_map(|c| c.zeta.iter().map(|&z| expit(z))).unzip();
        let positive = histories
            .codes
            .iter()
            .flat_map(|code| {
                let t = code.interval as usize;
                // counts are of whole intervals, eta is per year
                let value =
                    move |c: &Curve| positive_value(f64::from(code.count), 0.0, c.eta[t] + shape.log_width, c.zeta[t]);
                curves.iter().map(value)
            })
            .collect();
        DirectPass {
            evaluator,
            curves,
            log_share: &params.log_share,
            inflated: shape.family != Family::Poisson,
            intervals: n,
            stride: n.next_multiple_of(WIDTH),
            lambda: filled_up_each(&rates, n),
            structural: filled_up_each(&q, n),
            random: filled_up_each(&not_q, n),
            positive,
        }
    }

    fn groups(&self) -> usize {
        self.curves.len()
    }

    fn of(&self, k: usize) -> Range<usize> {
        k * self.stride..(k + 1) * self.stride
    }

    /// Posterior probabilities of history `h` into `scratch.p`; returns the maximum of the joint
    /// log-probabilities and the sum of their exponentials over it.
    #[inline(always)]
    fn posterior(&self, h: usize, scratch: &mut Scratch) -> (f64, f64) {
        let histories = self.evaluator.histories;
        // direct passes are only made on cohorts with exposure
        let own = histories.exposure_of(h).unwrap_or(&[]);
        scratch.exposure[..own.len()].copy_from_slice(own);
        let exposure = &scratch.exposure;
        for ((zero, seen), &e) in scratch.zero.iter_mut().zip(&mut scratch.seen).zip(exposure) {
            *seen = if e > 0.0 { 1.0 } else { 0.0 };
            *zero = *seen;
        }
        let groups = self.groups();
        scratch.p.copy_from_slice(self.log_share);
        for &code in histories.cells_of(h) {
            let t = histories.codes[code as usize].interval as usize;
            scratch.zero[t] = 0.0;
            let positive = &self.positive[code as usize * groups..][..groups];
            for (k, (x, positive)) in scratch.p.iter_mut().zip(positive).enumerate() {
                let expected = if self.inflated { exposure[t] * self.lambda[k * self.stride + t] } else { 0.0 };
                *x += positive - expected;
            }
        }
        for k in 0..groups {
            let of = self.of(k);
            scratch.p[k] += if self.inflated {
                let random_zero = &mut scratch.random_zero[of];
                self.zeros(k, exposure, &scratch.zero, random_zero, &mut scratch.factor)
            } else {
                -dot(exposure, &self.lambda[of])
            };
        }
        let max = scratch.p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for x in &mut scratch.p {
            *x = vexp::exp(*x - max);
            sum += *x;
        }
        scratch.p.iter_mut().for_each(|x| *x /= sum);
        (max, sum)
    }

    /// Log-probability of the zero cells in group `k`; leaves the probability that each is not structural
    /// in `random_zero` (1 elsewhere).
    #[inline(always)]
    fn zeros(&self, k: usize, exposure: &[f64], zero: &[f64], random_zero: &mut [f64], factor: &mut [f64]) -> f64 {
        let of = self.of(k);
        let n = self.stride;
        let (lambda, q, not_q) = (&self.lambda[of.clone()], &self.structural[of.clone()], &self.random[of]);
        let (exposure, zero, random_zero, factor) =
            (&exposure[..n], &zero[..n], &mut random_zero[..n], &mut factor[..n]);
        for t in 0..n {
            let none = not_q[t] * vexp::exp(-exposure[t] * lambda[t]);
            let g = q[t] + none;
            let is_zero = zero[t] != 0.0;
            random_zero[t] = if is_zero { none / g } else { 1.0 };
            factor[t] = if is_zero { g } else { 1.0 };
        }
        log_product(factor, |t| {
            // some group expects many events: the probability underflows, its logarithm does not
            let (lambda, zeta) = (exposure[t] * self.curves[k].lambda[t], self.curves[k].zeta[t]);
            random_zero[t] = expit(zeta + lambda).1;
            zero_value(lambda, zeta)
        })
    }

    pub(crate) fn run(&self) -> EStep {
        let mut parts =
            self.evaluator.chunks(|range| pulp::Arch::new().dispatch(PartOf { pass: self, range })).into_iter();
        let mut sum = parts.next().unwrap_or_else(|| self.empty_part());
        let mut log_likelihood = sum.log_sum.total();
        for part in parts {
            log_likelihood += part.log_sum.total();
            add(&mut sum.mass, &part.mass);
            add(&mut sum.cells, &part.cells);
            add(&mut sum.positive, &part.positive);
            add(&mut sum.events, &part.events);
            add(&mut sum.structural, &part.structural);
            add(&mut sum.exposure, &part.exposure);
            sum.second.iter_mut().zip(&part.second).for_each(|(to, from)| add(to, from));
        }
        let places = (0..self.groups() * self.intervals).map(|i| i / self.intervals * self.stride + i % self.intervals);
        let curvature = places.clone().map(|at| Derivatives {
            eta: 0.0,
            zeta: sum.structural[at] - sum.cells[at] * self.structural[at],
            eta_eta: sum.second[0][at],
            eta_zeta: sum.second[1][at],
            zeta_zeta: sum.second[2][at],
        });
        let curvature = Some(curvature.collect());
        let sums = places
            .map(|at| AgeSums::AtRisk {
                cells: sum.cells[at],
                positive: sum.positive[at],
                structural: sum.structural[at],
                exposure: sum.exposure[at],
                events: sum.events[at],
            })
            .collect();
        EStep { log_likelihood, mass: sum.mass, sums, curvature, within: Vec::new() }
    }

    fn empty_part(&self) -> Part {
        let by_age = vec![0.0; self.groups() * self.stride];
        Part {
            log_sum: LogSum::new(),
            mass: vec![0.0; self.groups()],
            cells: by_age.clone(),
            positive: by_age.clone(),
            events: by_age.clone(),
            structural: by_age.clone(),
            exposure: by_age.clone(),
            second: [by_age.clone(), by_age.clone(), by_age],
        }
    }

    fn scratch(&self) -> Scratch {
        let (groups, intervals) = (self.groups(), self.stride);
        Scratch {
            p: vec![0.0; groups],
            exposure: vec![0.0; intervals],
            zero: vec![0.0; intervals],
            seen: vec![0.0; intervals],
            random_zero: vec![1.0; groups * intervals],
            factor: vec![1.0; intervals],
        }
    }

    #[inline(always)]
    fn part<S: Simd>(&self, simd: S, range: Range<usize>) -> Part {
        let histories = self.evaluator.histories;
        let mut part = self.empty_part();
        let mut scratch = self.scratch();
        for h in range {
            let (max, sum) = self.posterior(h, &mut scratch);
            let weight = histories.weight[h];
            part.log_sum.add(weight, max, sum);
            for (k, p) in scratch.p.iter().enumerate() {
                let w = weight * p;
                part.mass[k] += w;
                if *p <= self.evaluator.negligible {
                    continue;
                }
                let of = self.of(k);
                self.add(simd, of.clone(), w, &scratch, &mut part);
                for &code in histories.cells_of(h) {
                    let cell = histories.codes[code as usize];
                    let at = of.start + cell.interval as usize;
                    part.positive[at] += w;
                    part.events[at] += w * f64::from(cell.count);
                }
            }
        }
        part
    }

    /// Adds the cells of one history in one group with weight `w`.
    #[inline(always)]
    fn add<S: Simd>(&self, simd: S, of: Range<usize>, w: f64, scratch: &Scratch, part: &mut Part) {
        let plus = |a, b| simd.add_f64s(a, b);
        let less = |a, b| simd.sub_f64s(a, b);
        let times = |a, b| simd.mul_f64s(a, b);
        let (w, one) = (simd.splat_f64s(w), simd.splat_f64s(1.0));
        let seen = vectors(simd, &scratch.seen);
        let m = seen.len();
        let exposure = &vectors(simd, &scratch.exposure)[..m];
        let [not_r, lambda, q, not_q] = [&scratch.random_zero, &self.lambda, &self.structural, &self.random]
            .map(|v| &vectors(simd, &v[of.clone()])[..m]);
        let [ee, ez, zz] = part.second.each_mut();
        let [cells, at_risk, structural, ee, ez, zz] =
            [&mut part.cells, &mut part.exposure, &mut part.structural, ee, ez, zz]
                .map(|v| &mut vectors_mut(simd, &mut v[of.clone()])[..m]);
        for t in 0..m {
            let (not_r, r) = (not_r[t], less(one, not_r[t]));
            let (random, here) = (times(w, not_r), times(w, seen[t]));
            let expected = times(exposure[t], lambda[t]);
            let events = times(random, expected);
            cells[t] = plus(cells[t], here);
            at_risk[t] = plus(at_risk[t], times(random, exposure[t]));
            structural[t] = plus(structural[t], less(w, random));
            ee[t] = less(ee[t], times(events, less(one, times(expected, r))));
            ez[t] = plus(ez[t], times(events, r));
            zz[t] = plus(zz[t], times(here, less(times(r, not_r), times(q[t], not_q[t]))));
        }
    }

    pub(crate) fn posteriors(&self, range: Range<usize>, each: Each<'_>) {
        let mut scratch = self.scratch();
        let arch = pulp::Arch::new();
        for h in range {
            arch.dispatch(PosteriorOf { pass: self, h, scratch: &mut scratch });
            each(h, &scratch.p, &scratch.random_zero);
        }
    }
}

// Dispatched work has to be inlined into the function that is compiled for the processor at hand; a closure
// is not, and would run as plain scalar code. It is plain arithmetic either way: the bits are the same.

struct PartOf<'p, 'a> {
    pass: &'p DirectPass<'a>,
    range: Range<usize>,
}

impl pulp::WithSimd for PartOf<'_, '_> {
    type Output = Part;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Part {
        self.pass.part(simd, self.range)
    }
}

struct PosteriorOf<'p, 'a> {
    pass: &'p DirectPass<'a>,
    h: usize,
    scratch: &'p mut Scratch,
}

impl pulp::NullaryFnOnce for PosteriorOf<'_, '_> {
    type Output = (f64, f64);
    #[inline(always)]
    fn call(self) -> (f64, f64) {
        self.pass.posterior(self.h, self.scratch)
    }
}

fn add(to: &mut [f64], from: &[f64]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}
