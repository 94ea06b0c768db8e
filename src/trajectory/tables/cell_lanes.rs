//! Every cell that occurs, worked out once a pass for all groups side by side: its log-probability without `-ln y!`
//! and what its derivatives need. What does not hang on the count is worked out once a [`Span`].
//!
//! One set of formulas serves all families: Poisson is the case without a zero part, and without a dispersion
//! `1 / (1 + alpha lambda)` is 1. Those of a cell with a dispersion are in `kernel::negbin`, of a zero in `family`.
//!
//! [`Span`]: crate::trajectory::tables::occurring::Span

use crate::numeric::logspace::{expit, expit_and_softplus, log_add_exp};
use crate::numeric::vexp;
use crate::trajectory::family::Family;
use crate::trajectory::family::kernel::rising;
use crate::trajectory::tables::dispersed::{Dispersion, MOST};
use crate::trajectory::tables::lanes::{self, Lanes, lanes};
use crate::trajectory::tables::occurring::Occurring;
use crate::trajectory::tables::shape::{Curve, Shape};
use std::ops::Range;

/// Spans worked on together, so that vector code has something to do.
const BLOCK: usize = 16;
/// Below this the logarithm of the probability of a zero is taken in log space.
const SMALL: f64 = 1e-280;

/// Groups at one age.
#[derive(Clone, Copy)]
struct OfAge<const NB: usize> {
    rate: Lanes<NB>,
    /// `ln` of the rate of a whole interval.
    eta: Lanes<NB>,
    zeta: Lanes<NB>,
    q: Lanes<NB>,
    not_q: Lanes<NB>,
    softplus: Lanes<NB>,
}

/// What derivatives of a cell need, in every group.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'c, const NB: usize> {
    /// `1 / (1 + alpha lambda)`.
    pub(crate) inverse: &'c Lanes<NB>,
    /// `ln(1 + alpha lambda)`.
    pub(crate) ln: &'c Lanes<NB>,
    /// Probability that the cell is no structural zero.
    pub(crate) random: &'c Lanes<NB>,
}

pub(crate) struct CellLanes<'a, const NB: usize> {
    pub(crate) occurring: &'a Occurring<'a>,
    pub(crate) shape: &'a Shape,
    ages: Vec<OfAge<NB>>,
    tau: Lanes<NB>,
    /// 1 where `tau` is a parameter, 0 where it has run to infinity.
    bounded: Lanes<NB>,
    pub(crate) alpha: Lanes<NB>,
    /// `1 / alpha`.
    pub(crate) r: Lanes<NB>,
    /// What count and dispersion decide, by distinct count; empty without a dispersion.
    rises: Vec<[Lanes<NB>; 3]>,
    /// Log-probabilities of codes.
    values: Vec<Lanes<NB>>,
    /// By span: what [`Entry`] says, and the log-probability of no event if none is structural.
    inverse: Vec<Lanes<NB>>,
    ln: Vec<Lanes<NB>>,
    exponent: Vec<Lanes<NB>>,
    /// By span that somebody spent without an event: its log-probability, and the probability that it is not structural.
    none: Vec<Lanes<NB>>,
    random: Vec<Lanes<NB>>,
    /// Of an event, which is never structural.
    certain: Lanes<NB>,
}

impl<'a, const NB: usize> CellLanes<'a, NB> {
    pub(crate) fn new(occurring: &'a Occurring<'a>, shape: &'a Shape, curves: &[Curve]) -> Self {
        let by_group = |of: &dyn Fn(&Curve) -> f64, unused: f64| -> Lanes<NB> {
            lanes(|b, l| curves.get(4 * b + l).map_or(unused, of))
        };
        let ages = (0..shape.intervals)
            .map(|t| {
                let mut age = OfAge {
                    rate: by_group(&|c| c.lambda[t].min(MOST), 0.0),
                    eta: by_group(&|c| c.eta[t] + shape.log_width, 0.0),
                    zeta: by_group(&|c| c.zeta[t], f64::NEG_INFINITY),
                    q: [[0.0; 4]; NB],
                    not_q: [[1.0; 4]; NB],
                    softplus: [[0.0; 4]; NB],
                };
                for (k, curve) in curves.iter().enumerate() {
                    let (b, l) = (k / 4, k % 4);
                    (age.q[b][l], age.not_q[b][l], age.softplus[b][l]) = expit_and_softplus(curve.zeta[t]);
                }
                age
            })
            .collect();
        let dispersed = shape.dispersed();
        let (codes, spans, quiet) = (occurring.codes.len(), occurring.spans.len(), occurring.quiet);
        let mut cells = CellLanes {
            occurring,
            shape,
            ages,
            tau: by_group(&|c| if shape.family == Family::ZipTau { c.tau } else { 0.0 }, 0.0),
            bounded: by_group(&|c| f64::from(u8::from(!c.tau_is_unbounded())), 0.0),
            alpha: by_group(&|c| if dispersed { Dispersion::of(c).alpha } else { 0.0 }, 0.0),
            r: by_group(&|c| if dispersed { Dispersion::of(c).r } else { 1.0 }, 1.0),
            rises: Vec::new(),
            values: Vec::with_capacity(codes),
            inverse: Vec::with_capacity(spans),
            ln: Vec::with_capacity(spans),
            exponent: Vec::with_capacity(spans),
            none: Vec::with_capacity(quiet),
            random: Vec::with_capacity(quiet),
            certain: [[1.0; 4]; NB],
        };
        if dispersed {
            cells.rises = rises(occurring, shape, curves);
        }
        lanes::dispatch(All { cells: &mut cells });
        cells
    }

    pub(crate) fn len(&self) -> usize {
        self.occurring.codes.len() + self.shape.intervals
    }

    /// Log-probability of a code; in place of what its run counts already, where it is of a whole interval.
    #[inline(always)]
    pub(crate) fn of_code(&self, code: usize) -> &Lanes<NB> {
        &self.values[code]
    }

    /// Log-probability of a whole interval at age `t` without an event.
    pub(crate) fn none(&self, t: usize) -> &Lanes<NB> {
        // whole intervals are the first spans
        &self.none[t]
    }

    /// Expected events of an entry.
    #[inline(always)]
    pub(crate) fn lambda(&self, t: usize, time: f64) -> Lanes<NB> {
        lanes(|b, l| time * self.ages[t].rate[b][l])
    }

    /// Expected events of a whole interval at age `t`.
    #[inline(always)]
    pub(crate) fn rate(&self, t: usize) -> &Lanes<NB> {
        &self.ages[t].rate
    }

    #[inline(always)]
    pub(crate) fn entry(&self, e: usize, count: u32) -> Entry<'_, NB> {
        let span = self.occurring.span_of(e);
        let random = if count == 0 { &self.random[span] } else { &self.certain };
        Entry { inverse: &self.inverse[span], ln: &self.ln[span], random }
    }

    /// Probability of a structural zero at age `t`, and of none.
    pub(crate) fn zero_part(&self, t: usize) -> (&Lanes<NB>, &Lanes<NB>) {
        (&self.ages[t].q, &self.ages[t].not_q)
    }

    /// What count and dispersion decide of an entry: its value, and the first and second derivative in `ln alpha`.
    #[inline(always)]
    pub(crate) fn rise(&self, e: usize) -> [Lanes<NB>; 3] {
        let number = self.occurring.count_number(e);
        number.and_then(|n| self.rises.get(n)).copied().unwrap_or([[[0.0; 4]; NB]; 3])
    }

    /// [`CellLanes::rise`] of an entry with events of a family with a dispersion.
    #[inline(always)]
    pub(crate) fn rise_of(&self, e: usize) -> &[Lanes<NB>; 3] {
        // an entry with an event is a code, and each has its distinct count
        &self.rises[self.occurring.count_number(e).unwrap_or(0)]
    }

    #[inline(always)]
    fn work_out(&mut self) {
        let spans = self.occurring.spans.len();
        for from in (0..spans).step_by(BLOCK) {
            self.block(from, (from + BLOCK).min(spans));
        }
        for c in 0..self.occurring.codes.len() {
            let value = self.of_cell(c);
            self.values.push(value);
        }
    }

    /// Log-probability of a code, less what its run counts.
    #[inline(always)]
    fn of_cell(&self, c: usize) -> Lanes<NB> {
        let (code, span) = (self.occurring.codes[c], self.occurring.span_of(c));
        let mut value = if code.count == 0 {
            self.none[span]
        } else {
            let (y, rise, age) = (f64::from(code.count), self.rise(c), &self.ages[code.interval as usize]);
            let (ln, exponent) = (&self.ln[span], &self.exponent[span]);
            lanes(|b, l| rise[0][b][l] + y * (age.eta[b][l] - ln[b][l]) + exponent[b][l] - age.softplus[b][l])
        };
        if self.occurring.in_run(c) {
            lanes::subtract(&mut value, self.none(code.interval as usize));
        }
        value
    }

    /// What does not hang on a count, of spans.
    #[inline(always)]
    fn block(&mut self, from: usize, to: usize) {
        let (dispersed, inflated) = (self.shape.dispersed(), self.shape.family != Family::Poisson);
        let blank = [[[0.0; 4]; NB]; BLOCK];
        let (mut x, mut exponent) = (blank, blank);
        for (i, span) in self.occurring.spans[from..to].iter().enumerate() {
            let lambda = self.lambda(span.interval as usize, span.time);
            x[i] = lanes(|b, l| self.alpha[b][l] * lambda[b][l]);
            exponent[i] = lanes(|b, l| -lambda[b][l]);
        }
        let (mut inverse, mut ln) = ([[[1.0; 4]; NB]; BLOCK], blank);
        if dispersed {
            for (s, x) in flat(&mut inverse).iter_mut().zip(flat(&mut x).iter()) {
                *s = 1.0 / (1.0 + x);
            }
            for ((ln, x), s) in flat(&mut ln).iter_mut().zip(flat(&mut x).iter()).zip(flat(&mut inverse).iter()) {
                *ln = vexp::ln_1p(*x, *s);
            }
            for i in 0..BLOCK {
                exponent[i] = lanes(|b, l| -self.r[b][l] * ln[i][b][l]);
            }
        }
        // array by array: one span after the other, what was just written in parts would be read back as a whole, which
        // a processor waits for
        self.inverse.extend_from_slice(&inverse[..to - from]);
        self.ln.extend_from_slice(&ln[..to - from]);
        self.exponent.extend_from_slice(&exponent[..to - from]);
        let to = to.min(self.occurring.quiet);
        if from < to {
            self.without_event(from..to, inflated, &exponent);
        }
    }

    /// Spans without an event, which may be structural in families with a zero part.
    #[inline(always)]
    fn without_event(&mut self, spans: Range<usize>, inflated: bool, exponent: &[Lanes<NB>; BLOCK]) {
        let n = spans.len();
        let (mut random, mut value) = ([[[1.0; 4]; NB]; BLOCK], *exponent);
        if inflated {
            let (mut none, mut some, mut both) = (*exponent, [[[0.0; 4]; NB]; BLOCK], random);
            for (none, some) in flat(&mut none).iter_mut().zip(flat(&mut some).iter_mut()) {
                let (e, less_one) = vexp::exp_and_less_one(*none);
                (*none, *some) = (e, -less_one);
            }
            for (i, span) in self.occurring.spans[spans.clone()].iter().enumerate() {
                let age = &self.ages[span.interval as usize];
                none[i] = lanes(|b, l| age.not_q[b][l] * none[i][b][l]);
                some[i] = lanes(|b, l| age.not_q[b][l] * some[i][b][l]);
                both[i] = lanes(|b, l| age.q[b][l] + none[i][b][l]);
                random[i] = lanes(|b, l| none[i][b][l] / both[i][b][l]);
            }
            // ln(p) = -ln(1 + (1 - p) / p), exact where an event is next to impossible
            for ((v, p), not_p) in flat(&mut value).iter_mut().zip(flat(&mut both).iter()).zip(flat(&mut some).iter()) {
                *v = -vexp::ln_1p(not_p / p, *p);
            }
            for (i, span) in self.occurring.spans[spans].iter().enumerate() {
                if both[i].as_flattened().iter().any(|p| *p < SMALL) {
                    // some group expects many events: the probability underflows, its logarithm does not
                    let age = &self.ages[span.interval as usize];
                    value[i] = lanes(|b, l| log_add_exp(age.zeta[b][l], exponent[i][b][l]) - age.softplus[b][l]);
                    random[i] = lanes(|b, l| expit(age.zeta[b][l] - exponent[i][b][l]).1);
                }
            }
        }
        self.none.extend_from_slice(&value[..n]);
        self.random.extend_from_slice(&random[..n]);
    }

    /// First derivatives of an entry in `eta`, in `zeta` (for ZIP(tau) in `eta` through both predictors, and in
    /// `ln tau`) and in `ln alpha`.
    #[inline(always)]
    pub(crate) fn first(&self, e: usize) -> [Lanes<NB>; 3] {
        let (t, count, time) = self.occurring.entry(e);
        let (y, entry, age, lambda) = (f64::from(count), self.entry(e, count), &self.ages[t], self.lambda(t, time));
        let eta = lanes(|b, l| entry.random[b][l] * (y - lambda[b][l]) * entry.inverse[b][l]);
        let zeta: Lanes<NB> = lanes(|b, l| 1.0 - entry.random[b][l] - age.q[b][l]);
        if self.shape.family == Family::ZipTau {
            let through = lanes(|b, l| eta[b][l] - self.tau[b][l] * zeta[b][l]);
            return [through, lanes(|b, l| self.bounded[b][l] * zeta[b][l] * finite(age.zeta[b][l])), [[0.0; 4]; NB]];
        }
        if !self.shape.dispersed() {
            return [eta, zeta, [[0.0; 4]; NB]];
        }
        let rise = self.rise(e);
        let alpha = lanes(|b, l| {
            let v = self.alpha[b][l] * lambda[b][l] * entry.inverse[b][l];
            entry.random[b][l] * (rise[1][b][l] - y * v + self.r[b][l] * (entry.ln[b][l] - v))
        });
        [eta, zeta, alpha]
    }
}

/// Lanes without a group have a zero part of nothing.
fn finite(zeta: f64) -> f64 {
    if zeta == f64::NEG_INFINITY { 0.0 } else { zeta }
}

#[inline(always)]
fn flat<const NB: usize>(block: &mut [Lanes<NB>; BLOCK]) -> &mut [f64] {
    block.as_flattened_mut().as_flattened_mut()
}

/// [`rising`] of every distinct count in every group.
fn rises<const NB: usize>(occurring: &Occurring<'_>, shape: &Shape, curves: &[Curve]) -> Vec<[Lanes<NB>; 3]> {
    let dispersions: Vec<Dispersion> = curves.iter().map(Dispersion::of).collect();
    let of = |&count: &u32| {
        let mut all = [[[0.0; 4]; NB]; 3];
        let mut rise = [0.0; 3];
        for (k, d) in dispersions.iter().enumerate().filter(|_| count > 0) {
            if k == 0 || !shape.common_dispersion {
                rise = rising(f64::from(count), d.log_alpha);
            }
            (0..3).for_each(|i| all[i][k / 4][k % 4] = rise[i]);
        }
        all
    };
    occurring.counts.iter().map(of).collect()
}

/// Dispatched work is compiled for the processor at hand, where all of it is inlined.
struct All<'c, 'a, const NB: usize> {
    cells: &'c mut CellLanes<'a, NB>,
}

impl<const NB: usize> pulp::NullaryFnOnce for All<'_, '_, NB> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.cells.work_out();
    }
}
