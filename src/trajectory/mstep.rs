//! The M-step: group shares in closed form, each group's curves by Newton steps on sums over ages.

use super::estep::{AgeSums, BlockQuadratic, EStep, block_quadratic};
use super::shape::{Curve, Params, Shape, curve_of};
use crate::numeric::linalg::Square;

/// No step may move a linear predictor further than this at any age: beyond it a quadratic says nothing
/// about an exponential.
pub(crate) const MAX_MOVE: f64 = 3.0;
/// Keeps directions without information (a zero part that ran to 0) from running off.
pub(crate) const RIDGE: f64 = 1e-8;

/// Improves `params` for the sums of one pass, with at most `steps` Newton steps a group.
pub(crate) fn m_step(shape: &Shape, e: &EStep, params: &mut Params, curves: &mut [Curve], steps: usize) {
    params.set_shares(&e.mass);
    for k in 0..shape.groups() {
        let sums = e.of_group(k, shape.intervals);
        curves[k] = climb(shape, k, sums, &mut params.blocks[k], steps);
    }
}

/// Newton ascent on one group's objective; never leaves it lower than it was.
pub(crate) fn climb(shape: &Shape, k: usize, sums: &[AgeSums], block: &mut Vec<f64>, steps: usize) -> Curve {
    let mut curve = curve_of(shape, k, block);
    let mut here = block_quadratic(sums, shape, k, &curve);
    for _ in 0..steps {
        let delta = ascent(&here, shape.block(k));
        let gain: f64 = delta.iter().zip(&here.gradient).map(|(d, g)| d * g).sum();
        if gain.is_nan() || gain < 1e-9 {
            break;
        }
        let mut factor = limit(shape, k, &curve, &delta);
        let mut moved = false;
        for _ in 0..12 {
            let trial: Vec<f64> = block.iter().zip(&delta).map(|(b, d)| b + factor * d).collect();
            let trial_curve = curve_of(shape, k, &trial);
            let there = block_quadratic(sums, shape, k, &trial_curve);
            if there.value >= here.value {
                (*block, curve, here, moved) = (trial, trial_curve, there, true);
                break;
            }
            factor *= 0.25;
        }
        if !moved {
            break;
        }
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

/// Largest factor up to 1 that keeps every linear predictor within [`MAX_MOVE`].
pub(crate) fn limit(shape: &Shape, k: usize, curve: &Curve, delta: &[f64]) -> f64 {
    let mut most = 0.0_f64;
    for t in 0..shape.intervals {
        let (de, dz) = shape.jacobian(k, t, curve);
        let along = |d: &[f64]| d.iter().zip(delta).map(|(a, b)| a * b).sum::<f64>().abs();
        most = most.max(along(&de)).max(along(&dz));
    }
    if most > MAX_MOVE { MAX_MOVE / most } else { 1.0 }
}
