//! The M-step: group shares in closed form, each group's curves by Newton steps on sums over ages.

use crate::numeric::linalg::Square;
use crate::trajectory::tables::shape::{Curve, Params, Shape, curve_of};
use crate::trajectory::tables::sums::{AgeSums, BlockQuadratic, EStep, block_quadratic, block_value};

/// No step may move a linear predictor further than this at any age: beyond it a quadratic says nothing
/// about an exponential.
pub(crate) const MAX_MOVE: f64 = 3.0;
/// Keeps directions without information (a zero part that ran to 0) from running off.
pub(crate) const RIDGE: f64 = 1e-8;

/// One Newton step a group for the sums of one pass. Not checked against the objective: the next pass
/// shows whether the likelihood rose, and [`m_step_checked`] is there for when it did not.
pub(crate) fn m_step(shape: &Shape, e: &EStep, params: &mut Params, curves: &mut [Curve]) {
    part_of_m_step(shape, e, params, curves, 1.0);
}

/// [`m_step`], or part of the way: where a full step overshot.
pub(crate) fn part_of_m_step(shape: &Shape, e: &EStep, params: &mut Params, curves: &mut [Curve], factor: f64) {
    params.set_shares(&e.mass);
    let (mut first, mut curvature, mut complete) = (0.0, 0.0, 0.0);
    for (k, (curve, block)) in curves.iter_mut().zip(&mut params.blocks).enumerate() {
        let q = e.block(shape, k, curve);
        let n = shape.block(k);
        let mut delta = ascent(&q, n - usize::from(shape.common_dispersion));
        if shape.common_dispersion {
            delta.push(0.0);
            first += q.gradient[n - 1];
            curvature += q.observed.at(n - 1, n - 1);
            complete += q.complete.at(n - 1, n - 1);
        }
        (*block, *curve) = limited(shape, k, curve, block, &delta, factor);
    }
    if shape.common_dispersion {
        let bend = if curvature > 0.0 { curvature } else { complete };
        let by = (factor * first / (bend + RIDGE)).clamp(-1.0, 1.0);
        for (block, curve) in params.blocks.iter_mut().zip(curves) {
            block.last_mut().into_iter().for_each(|a| *a += by);
            curve.log_alpha += by;
        }
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
        let mut kept = Square::zeros(n);
        for i in 0..n {
            kept.row_mut(i).iter_mut().enumerate().for_each(|(j, v)| *v = m.at(i, j));
            kept.add(i, i, RIDGE);
        }
        kept.cholesky()
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

/// Log rates below minus this, logits beyond it either way and log dispersions below minus it are as good as infinite:
/// how far they move means nothing.
const SETTLED: f64 = 30.0;
/// From here on a predictor on its way out moves on a scale of its own.
const FAR_OUT: f64 = 5.0;

/// The furthest any linear predictor moves between two curves.
pub(crate) fn largest_move(from: &Curve, to: &Curve) -> f64 {
    // in ZIP(tau) both predictors hang on one curve, and nothing of it runs off alone
    let alone = from.tau == 0.0 && to.tau == 0.0;
    // far out a predictor is as good as there: what is left to it counts by its logarithm
    let far = |v: f64| if alone && v > FAR_OUT { FAR_OUT + (v.min(SETTLED) - FAR_OUT).ln_1p() } else { v };
    let (low, both) = (|v: f64| -far(-v), |v: f64| if v > 0.0 { far(v) } else { -far(-v) });
    let most = |a: &[f64], b: &[f64], held: &dyn Fn(f64) -> f64| {
        a.iter().zip(b).map(|(&a, &b)| (held(a) - held(b)).abs()).fold(0.0, f64::max)
    };
    let dispersion = (low(from.log_alpha) - low(to.log_alpha)).abs();
    most(&from.eta, &to.eta, &low).max(most(&from.zeta, &to.zeta, &both)).max(dispersion)
}
