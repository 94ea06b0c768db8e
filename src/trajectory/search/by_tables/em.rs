//! Expectation-maximisation: monotone and robust far from the top, where Newton is neither.

use crate::trajectory::search::by_tables::newton::Point;
use crate::trajectory::tables::mstep::{m_step, m_step_checked, part_of_m_step};
use crate::trajectory::tables::pass::Passes;
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::sums::EStep;

/// Runs up to `steps` EM steps from a point, stopping when a step gains less than `enough`.
/// Returns the last point and the number of steps made.
pub(crate) fn run(passes: &dyn Passes, shape: &Shape, from: Point, steps: usize, enough: f64) -> (Point, usize) {
    let mut here = from;
    for step in 0..steps {
        let mut next = advance(passes, shape, &here, m_step);
        if passes.stopped() {
            return (here, step);
        }
        if next.log_likelihood() < here.log_likelihood() {
            next = if shape.dispersed() {
                shorter(passes, shape, &here)
            } else {
                advance(passes, shape, &here, m_step_checked)
            };
        }
        let gain = next.log_likelihood() - here.log_likelihood();
        debug_assert!(
            passes.stopped() || shape.dispersed() || gain.is_nan() || gain >= -1e-9 * here.log_likelihood().abs(),
            "EM step {step} lost {gain}"
        );
        if gain.is_nan() || gain < enough {
            return (if gain > 0.0 { next } else { here }, step + 1);
        }
        here = next;
    }
    (here, steps)
}

/// The longest part of a step that does not lower the likelihood; the last tried when none does.
fn shorter(passes: &dyn Passes, shape: &Shape, here: &Point) -> Point {
    let part = |factor: f64| {
        advance(passes, shape, here, |shape, e, params, curves| part_of_m_step(shape, e, params, curves, factor))
    };
    let quarter = part(0.25);
    if quarter.log_likelihood() >= here.log_likelihood() { quarter } else { part(0.03) }
}

fn advance(
    passes: &dyn Passes,
    shape: &Shape,
    here: &Point,
    m_step: impl Fn(&Shape, &EStep, &mut Params, &mut [Curve]),
) -> Point {
    let (mut params, mut curves) = (here.params.clone(), here.curves.clone());
    m_step(shape, &here.pass, &mut params, &mut curves);
    let pass = passes.pass(shape, &params, &curves);
    Point { params, curves, pass }
}
