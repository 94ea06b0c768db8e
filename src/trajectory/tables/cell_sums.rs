//! From the posterior weight of every cell that occurs to the sums by age that a step needs.

use crate::trajectory::family::Derivatives;
use crate::trajectory::tables::cell_lanes::CellLanes;
use crate::trajectory::tables::dispersed::SlopeSums;
use crate::trajectory::tables::lanes::{self, Lanes, by_group, lanes};
use crate::trajectory::tables::sums::AgeSums;
use crate::trajectory::tables::wide::{vectors, vectors_mut};
use pulp::Simd;

/// Cells worked on together.
const BLOCK: usize = 16;
/// Three first derivatives, six second, three of the complete data.
const TERMS: usize = 12;

type Block<const NB: usize> = [Lanes<NB>; BLOCK];

impl<const NB: usize> CellLanes<'_, NB> {
    /// Sums of counts with a dispersion, group after group, age after age; weights are of entries.
    pub(crate) fn slopes(&self, groups: usize, weights: &[Lanes<NB>]) -> Vec<AgeSums> {
        let n = self.shape.intervals;
        let sums = pulp::Arch::new().dispatch(Slopes { cells: self, weights });
        let mut time = vec![[[[0.0; 4]; NB]; 2]; n];
        for (e, w) in weights.iter().enumerate() {
            let (t, count, at_risk) = self.occurring.entry(e);
            lanes::add(&mut time[t][0], &lanes(|b, l| at_risk * w[b][l]));
            lanes::add(&mut time[t][1], &lanes(|b, l| f64::from(count) * w[b][l]));
        }
        by_group(groups, n, |k, t| {
            let s = |i: usize| sums[t][i][k / 4][k % 4];
            AgeSums::Slopes(SlopeSums {
                first: [s(0), s(1), s(2)],
                second: [s(3), s(4), s(5), s(6), s(7), s(8)],
                complete: [s(9), s(10), s(11)],
                time: time[t][0][k / 4][k % 4],
                events: time[t][1][k / 4][k % 4],
            })
        })
    }

    #[inline(always)]
    fn slopes_by_age<S: Simd>(&self, simd: S, weights: &[Lanes<NB>]) -> Vec<[Lanes<NB>; TERMS]> {
        let mut sums = vec![[[[0.0; 4]; NB]; TERMS]; self.shape.intervals];
        let blank: Block<NB> = [[[0.0; 4]; NB]; BLOCK];
        let (alpha, r): (Block<NB>, Block<NB>) = ([self.alpha; BLOCK], [self.r; BLOCK]);
        let mut out = [blank; TERMS];
        for from in (0..self.len()).step_by(BLOCK) {
            let to = (from + BLOCK).min(self.len());
            let [mut w, mut y, mut lambda, mut inverse, mut ln, mut random, mut q, mut not_q, mut rise_1, mut rise_2] =
                [blank; 10];
            for (i, e) in (from..to).enumerate() {
                let (t, count, time) = self.occurring.entry(e);
                let (entry, rise, zero_part) = (self.entry(e), self.rise(e), self.zero_part(t));
                (w[i], y[i]) = (weights[e], [[f64::from(count); 4]; NB]);
                (lambda[i], inverse[i], ln[i], random[i]) =
                    (self.lambda(t, time), entry.inverse, entry.ln, entry.random);
                (q[i], not_q[i]) = (*zero_part.0, *zero_part.1);
                (rise_1[i], rise_2[i]) = (rise[1], rise[2]);
            }
            let given = [&w, &y, &lambda, &inverse, &ln, &random, &q, &not_q, &rise_1, &rise_2, &alpha, &r];
            let given = given.map(|v| vectors(simd, v.as_flattened().as_flattened()));
            derivatives(
                simd,
                given,
                out.each_mut().map(|v| vectors_mut(simd, v.as_flattened_mut().as_flattened_mut())),
            );
            for (i, e) in (from..to).enumerate() {
                let (t, _, _) = self.occurring.entry(e);
                for (to, from) in sums[t].iter_mut().zip(&out) {
                    lanes::add(to, &from[i]);
                }
            }
        }
        sums
    }

    /// Sums of Poisson and zero-inflated Poisson counts with individual time at risk, and the curvature of the cells.
    pub(crate) fn at_risk(&self, groups: usize, weights: &[Lanes<NB>]) -> (Vec<AgeSums>, Vec<Derivatives>) {
        let n = self.shape.intervals;
        // cells, positive, structural, time at risk, events; eta-eta, eta-zeta, zeta-zeta
        let mut sums = vec![[[[0.0; 4]; NB]; 8]; n];
        for (e, w) in weights.iter().enumerate() {
            let (t, count, at_risk) = self.occurring.entry(e);
            let (entry, (q, not_q), sums) = (self.entry(e), self.zero_part(t), &mut sums[t]);
            let lambda = self.lambda(t, at_risk);
            let y = f64::from(count);
            let not_r = &entry.random;
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

/// Weighted derivatives of cells with a dispersion.
#[inline(always)]
fn derivatives<S: Simd>(simd: S, given: [&[S::f64s]; 12], out: [&mut [S::f64s]; TERMS]) {
    let plus = |a, b| simd.add_f64s(a, b);
    let less = |a, b| simd.sub_f64s(a, b);
    let times = |a, b| simd.mul_f64s(a, b);
    let one = simd.splat_f64s(1.0);
    let m = given[0].len();
    let [w, y, lambda, inverse, ln, random, q, not_q, rise_1, rise_2, alpha, r] = given.map(|v| &v[..m]);
    let [f0, f1, f2, s0, s1, s2, s3, s4, s5, c0, c1, c2] = out.map(|v| &mut v[..m]);
    for i in 0..m {
        let (w, y, l, s) = (w[i], y[i], lambda[i], inverse[i]);
        let (v, ls) = (times(times(alpha[i], l), s), times(l, s));
        let yv = times(y, v);
        let bend = times(r[i], less(ln[i], v));
        let e = times(less(y, l), s);
        let a = plus(less(rise_1[i], yv), bend);
        let ee = simd.neg_f64s(times(s, plus(ls, yv)));
        let aa = less(plus(less(rise_2[i], times(yv, s)), times(ls, v)), bend);
        let (random, wn) = (random[i], times(w, random[i]));
        let fixed = less(one, random);
        let (fixed_e, fixed_a, spread) = (times(fixed, e), times(fixed, a), times(q[i], not_q[i]));
        f0[i] = times(wn, e);
        f1[i] = times(w, less(fixed, q[i]));
        f2[i] = times(wn, a);
        s0[i] = times(wn, plus(ee, times(fixed_e, e)));
        s1[i] = simd.neg_f64s(times(wn, fixed_e));
        s2[i] = times(w, less(times(fixed, random), spread));
        s3[i] = times(wn, less(times(fixed_e, a), times(e, v)));
        s4[i] = simd.neg_f64s(times(wn, fixed_a));
        s5[i] = times(wn, plus(aa, times(fixed_a, a)));
        c0[i] = times(wn, ls);
        c1[i] = times(w, spread);
        c2[i] = times(wn, times(a, a));
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
