//! The M-step: group shares in closed form, each group's curves by Newton steps on sums over ages.

use super::estep::{AgeSums, BlockQuadratic, EStep, block_quadratic, block_value};
use super::shape::{Curve, Params, Shape, curve_of};
use crate::numeric::linalg::Square;

/// No step may move a linear predictor further than this at any age: beyond it a quadratic says nothing
/// about an exponential.
pub(crate) const MAX_MOVE: f64 = 3.0;
/// Keeps directions without information (a zero part that ran to 0) from running off.
pub(crate) const RIDGE: f64 = 1e-8;

/// One Newton step a group for the sums of one pass. Not checked against the objective: the next pass
/// shows whether the likelihood rose, and [`m_step_checked`] is there for when it did not.
pub(crate) fn m_step(shape: &Shape, e: &EStep, params: &mut Params, curves: &mut [Curve]) {
    params.set_shares(&e.mass);
    for (k, (curve, block)) in curves.iter_mut().zip(&mut params.blocks).enumerate() {
        let q = e.block(shape, k, curve);
        let delta = ascent(&q, shape.block(k));
        (*block, *curve) = limited(shape, k, curve, block, &delta, 1.0);
    }
}

/// Newton steps that never lower a group's objective: by Dempster, Laird & Rubin (1977) the likelihood
/// cannot fall then.
pub(crate) fn m_step_checked(shape: &Shape, e: &EStep, params: &mut Params, curves: &mut [Curve]) {
    params.set_shares(&e.mass);
    for (k, (curve, block)) in curves.iter_mut().zip(&mut params.blocks).enumerate() {
        *curve = climb(shape, k, e.of_group(k, shape.intervals), block, 3);
    }
}

/// Newton ascent on one group's objective; never leaves it lower than it was.
pub(crate) fn climb(shape: &Shape, k: usize, sums: &[AgeSums], block: &mut Vec<f64>, steps: usize) -> Curve {
    let mut curve = curve_of(shape, k, block);
    let mut value = block_value(sums, &curve);
    for _ in 0..steps {
        let here = block_quadratic(sums, shape, k, &curve);
        let delta = ascent(&here, shape.block(k));
        let gain: f64 = delta.iter().zip(&here.gradient).map(|(d, g)| d * g).sum();
        if gain.is_nan() || gain < 1e-9 {
            break;
        }
        let mut factor = 1.0;
        let better = (0..12).find_map(|_| {
            let (trial, trial_curve) = limited(shape, k, &curve, block, &delta, factor);
            let there = block_value(sums, &trial_curve);
            factor *= 0.25;
            (there >= value).then_some((trial, trial_curve, there))
        });
        let Some((trial, trial_curve, there)) = better else {
            break;
        };
        (*block, curve, value) = (trial, trial_curve, there);
    }
    curve
}

/// Newton direction where the objective is concave, complete-data (Fisher-like) direction elsewhere.
fn ascent(q: &BlockQuadratic, n: usize) -> Vec<f64> {
    let ridged = |m: &Square| {
        let mut m = m.clone();
        (0..n).for_each(|i| m.add(i, i, RIDGE));
        m.cholesky()
    };
    match ridged(&q.observed).or_else(|| ridged(&q.complete)) {
        Some(factor) => factor.solve(&q.gradient[..n]),
        None => vec![0.0; n],
    }
}

/// The block after a step of `factor * delta`, shortened when a linear predictor would move by more than
/// [`MAX_MOVE`].
fn limited(shape: &Shape, k: usize, curve: &Curve, block: &[f64], delta: &[f64], factor: f64) -> (Vec<f64>, Curve) {
    let moved = |factor: f64| -> Vec<f64> { block.iter().zip(delta).map(|(b, d)| b + factor * d).collect() };
    let next = moved(factor);
    let next_curve = curve_of(shape, k, &next);
    let most = largest_move(curve, &next_curve);
    if most <= MAX_MOVE {
        return (next, next_curve);
    }
    let next = moved(factor * MAX_MOVE / most);
    let next_curve = curve_of(shape, k, &next);
    (next, next_curve)
}

/// The furthest any linear predictor moves between two curves.
pub(crate) fn largest_move(from: &Curve, to: &Curve) -> f64 {
    let most = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    // the zero part of a Poisson model is minus infinity everywhere, and NaN does not win a maximum
    most(&from.eta, &to.eta).max(most(&from.zeta, &to.zeta))
}
