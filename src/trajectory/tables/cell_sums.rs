//! From the posterior weight of every cell that occurs to the sums by age that a step needs.

use crate::trajectory::family::Derivatives;
use crate::trajectory::tables::cell_lanes::CellLanes;
use crate::trajectory::tables::dispersed::SlopeSums;
use crate::trajectory::tables::lanes::{self, Lanes, by_group, lanes};
use crate::trajectory::tables::sums::AgeSums;
use crate::trajectory::tables::wide::{vectors, vectors_mut};
use pulp::Simd;
use std::ops::Range;

/// Three first derivatives, six second, three of the complete data; then time at risk, and events.
const TERMS: usize = 14;

impl<const NB: usize> CellLanes<'_, NB> {
    /// Sums of counts with a dispersion, group after group, age after age; weights are of entries.
    pub(crate) fn slopes(&self, groups: usize, weights: &[Lanes<NB>]) -> Vec<AgeSums> {
        let n = self.shape.intervals;
        let sums = lanes::dispatch(Slopes { cells: self, weights });
        by_group(groups, n, |k, t| {
            let s = |i: usize| sums[t][i][k / 4][k % 4];
            AgeSums::Slopes(SlopeSums {
                first: [s(0), s(1), s(2)],
                second: [s(3), s(4), s(5), s(6), s(7), s(8)],
                complete: [s(9), s(10), s(11)],
                time: s(12),
                events: s(13),
            })
        })
    }

    /// Entries of one age, with or without an event, mostly lie one after the other: their sums stay in the processor until
    /// they end.
    #[inline(always)]
    fn slopes_by_age<S: Simd>(&self, simd: S, weights: &[Lanes<NB>]) -> Vec<[Lanes<NB>; TERMS]> {
        let mut sums = vec![[[[0.0; 4]; NB]; TERMS]; self.shape.intervals];
        let kind = |e: usize| {
            let (t, count, _) = self.occurring.entry(e);
            (t, count > 0)
        };
        let mut from = 0;
        while from < self.len() {
            let (t, positive) = kind(from);
            let mut to = from + 1;
            while to < self.len() && kind(to) == (t, positive) {
                to += 1;
            }
            let sums = &mut sums[t];
            for v in 0..vectors(simd, sums[0].as_flattened()).len() {
                let mut own = sums.each_ref().map(|s| vectors(simd, s.as_flattened())[v]);
                match positive {
                    true => self.with_events(simd, weights, from..to, t, v, &mut own),
                    false => self.without(simd, weights, from..to, t, v, &mut own),
                }
                for (to, own) in sums.iter_mut().zip(own) {
                    vectors_mut(simd, to.as_flattened_mut())[v] = own;
                }
            }
            from = to;
        }
        sums
    }

    /// Adds entries with events at age `t`, of vector `v` of the groups. None is a structural zero.
    #[inline(always)]
    fn with_events<S: Simd>(
        &self,
        simd: S,
        weights: &[Lanes<NB>],
        entries: Range<usize>,
        t: usize,
        v: usize,
        sums: &mut [S::f64s; TERMS],
    ) {
        let of = |lanes: &Lanes<NB>| vectors(simd, lanes.as_flattened())[v];
        let plus = |a, b| simd.add_f64s(a, b);
        let less = |a, b| simd.sub_f64s(a, b);
        let times = |a, b| simd.mul_f64s(a, b);
        let (alpha, r, rate) = (of(&self.alpha), of(&self.r), of(self.rate(t)));
        let [f0, f1, f2, s0, _, s2, s3, _, s5, c0, c1, c2, time, events] = sums;
        let mut all = simd.splat_f64s(0.0);
        for e in entries {
            let (_, count, at_risk) = self.occurring.entry(e);
            let (entry, rise) = (self.entry(e, count), self.rise_of(e));
            let (at_risk, y, w) = (simd.splat_f64s(at_risk), simd.splat_f64s(f64::from(count)), of(&weights[e]));
            let (l, s) = (times(at_risk, rate), of(entry.inverse));
            let ls = times(l, s);
            let pull = times(alpha, ls);
            let yv = times(y, pull);
            let bend = times(r, less(of(entry.ln), pull));
            let slope = times(less(y, l), s);
            let a = plus(less(of(&rise[1]), yv), bend);
            let aa = less(plus(less(of(&rise[2]), times(yv, s)), times(ls, pull)), bend);
            let (ws, wa, wls) = (times(w, slope), times(w, a), times(w, ls));
            all = plus(all, w);
            *f0 = plus(*f0, ws);
            *f2 = plus(*f2, wa);
            *s0 = less(*s0, times(times(w, s), plus(ls, yv)));
            *s3 = less(*s3, times(ws, pull));
            *s5 = plus(*s5, times(w, aa));
            *c0 = plus(*c0, wls);
            *c2 = plus(*c2, times(wa, a));
            *time = plus(*time, times(w, at_risk));
            *events = plus(*events, times(w, y));
        }
        let (q, not_q) = self.zero_part(t);
        let q = of(q);
        let spread = times(q, of(not_q));
        *f1 = less(*f1, times(q, all));
        *s2 = less(*s2, times(spread, all));
        *c1 = plus(*c1, times(spread, all));
    }

    /// Adds entries without an event at age `t`, of vector `v` of the groups.
    #[inline(always)]
    fn without<S: Simd>(
        &self,
        simd: S,
        weights: &[Lanes<NB>],
        entries: Range<usize>,
        t: usize,
        v: usize,
        sums: &mut [S::f64s; TERMS],
    ) {
        let of = |lanes: &Lanes<NB>| vectors(simd, lanes.as_flattened())[v];
        let plus = |a, b| simd.add_f64s(a, b);
        let less = |a, b| simd.sub_f64s(a, b);
        let times = |a, b| simd.mul_f64s(a, b);
        let (alpha, r, rate, one) = (of(&self.alpha), of(&self.r), of(self.rate(t)), simd.splat_f64s(1.0));
        let (q, not_q) = self.zero_part(t);
        let q = of(q);
        let spread = times(q, of(not_q));
        let [f0, f1, f2, s0, s1, s2, s3, s4, s5, c0, c1, c2, time, _] = sums;
        for e in entries {
            let (_, _, at_risk) = self.occurring.entry(e);
            let entry = self.entry(e, 0);
            let (at_risk, w) = (simd.splat_f64s(at_risk), of(&weights[e]));
            let (l, s, random) = (times(at_risk, rate), of(entry.inverse), of(entry.random));
            // minus the derivative in the rate, and that in the dispersion, of a zero that is none by structure
            let ls = times(l, s);
            let pull = times(alpha, ls);
            let a = times(r, less(of(entry.ln), pull));
            let (wn, fixed) = (times(w, random), less(one, random));
            let (wls, wa) = (times(wn, ls), times(wn, a));
            *f0 = less(*f0, wls);
            *f1 = plus(*f1, times(w, less(fixed, q)));
            *f2 = plus(*f2, wa);
            *s0 = less(*s0, times(wls, less(s, times(fixed, ls))));
            *s1 = plus(*s1, times(fixed, wls));
            *s2 = plus(*s2, times(w, less(times(fixed, random), spread)));
            *s3 = plus(*s3, times(wls, less(pull, times(fixed, a))));
            *s4 = less(*s4, times(fixed, wa));
            *s5 = plus(*s5, less(times(wls, pull), times(wa, less(one, times(fixed, a)))));
            *c0 = plus(*c0, wls);
            *c1 = plus(*c1, times(w, spread));
            *c2 = plus(*c2, times(wa, a));
            *time = plus(*time, times(w, at_risk));
        }
    }

    /// Sums of Poisson and zero-inflated Poisson counts with individual time at risk, and the curvature of the cells.
    pub(crate) fn at_risk(&self, groups: usize, weights: &[Lanes<NB>]) -> (Vec<AgeSums>, Vec<Derivatives>) {
        let n = self.shape.intervals;
        // cells, positive, structural, time at risk, events; eta-eta, eta-zeta, zeta-zeta
        let mut sums = vec![[[[0.0; 4]; NB]; 8]; n];
        for (e, w) in weights.iter().enumerate() {
            let (t, count, at_risk) = self.occurring.entry(e);
            let (entry, (q, not_q), sums) = (self.entry(e, count), self.zero_part(t), &mut sums[t]);
            let lambda = self.lambda(t, at_risk);
            let y = f64::from(count);
            let not_r = entry.random;
            let random: Lanes<NB> = lanes(|b, l| w[b][l] * not_r[b][l]);
            let r: Lanes<NB> = lanes(|b, l| 1.0 - not_r[b][l]);
            lanes::add(&mut sums[0], w);
            if count > 0 {
                lanes::add(&mut sums[1], w);
                lanes::add(&mut sums[4], &lanes(|b, l| w[b][l] * y));
            }
            lanes::add(&mut sums[2], &lanes(|b, l| w[b][l] - random[b][l]));
            lanes::add(&mut sums[3], &lanes(|b, l| random[b][l] * at_risk));
            let here: Lanes<NB> = lanes(|b, l| random[b][l] * lambda[b][l]);
            lanes::subtract(&mut sums[5], &lanes(|b, l| here[b][l] * (1.0 - lambda[b][l] * r[b][l])));
            lanes::add(&mut sums[6], &lanes(|b, l| here[b][l] * r[b][l]));
            lanes::add(&mut sums[7], &lanes(|b, l| w[b][l] * (r[b][l] * not_r[b][l] - q[b][l] * not_q[b][l])));
        }
        let s = |k: usize, t: usize, i: usize| sums[t][i][k / 4][k % 4];
        let of_age = by_group(groups, n, |k, t| AgeSums::AtRisk {
            cells: s(k, t, 0),
            positive: s(k, t, 1),
            structural: s(k, t, 2),
            exposure: s(k, t, 3),
            events: s(k, t, 4),
        });
        let curvature = by_group(groups, n, |k, t| Derivatives {
            eta: 0.0,
            zeta: s(k, t, 2) - s(k, t, 0) * self.zero_part(t).0[k / 4][k % 4],
            eta_eta: s(k, t, 5),
            eta_zeta: s(k, t, 6),
            zeta_zeta: s(k, t, 7),
        });
        (of_age, curvature)
    }
}

struct Slopes<'c, 'a, const NB: usize> {
    cells: &'c CellLanes<'a, NB>,
    weights: &'c [Lanes<NB>],
}

impl<const NB: usize> pulp::WithSimd for Slopes<'_, '_, NB> {
    type Output = Vec<[Lanes<NB>; TERMS]>;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        self.cells.slopes_by_age(simd, self.weights)
    }
}
