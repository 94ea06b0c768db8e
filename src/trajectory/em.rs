//! Expectation-maximisation: monotone and robust far from the top, where Newton is neither.

use super::mstep::m_step;
use super::newton::Point;
use super::pass::Evaluator;
use super::shape::Shape;

/// Runs up to `steps` EM steps from a point, stopping when a step gains less than `enough`.
/// Returns the last point and the number of steps made.
pub(crate) fn run(evaluator: &Evaluator<'_>, shape: &Shape, from: Point, steps: usize, enough: f64) -> (Point, usize) {
    let mut here = from;
    for step in 0..steps {
        let mut params = here.params.clone();
        let mut curves = here.curves.clone();
        m_step(shape, &here.pass, &mut params, &mut curves, 2);
        if params.log_share.iter().any(|s| *s == f64::NEG_INFINITY) {
            return (here, step);
        }
        let pass = evaluator.pass(shape, &params, &curves);
        let gain = pass.log_likelihood - here.log_likelihood();
        let next = Point { params, curves, pass };
        if gain < enough {
            return (if gain > 0.0 { next } else { here }, step + 1);
        }
        here = next;
    }
    (here, steps)
}
