//! The finish: Newton steps on the observed likelihood, damped by the complete-data information.
//!
//! `(I + mu C) step = gradient`, with `I` the observed and `C` the complete-data information: `mu = 0` is
//! Newton, a large `mu` a short EM-like step, so the damping does not depend on how curves are
//! parameterised. EM alone creeps; this ends with a gradient of zero to rounding.

use crate::numeric::linalg::Square;
use crate::trajectory::search::by_tables::limit::{self, DISPERSION_ON_ITS_WAY};
use crate::trajectory::tables::information::{FINE, Information, ROUGH, information_less, missing};
use crate::trajectory::tables::mstep::{MAX_MOVE, RIDGE, largest_move};
use crate::trajectory::tables::pass::Passes;
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::shared::Free;
use crate::trajectory::tables::sums::{BlockQuadratic, EStep};

/// Where a climb ended.
#[derive(Debug, Clone)]
pub(crate) struct Climb {
    pub(crate) params: Params,
    pub(crate) curves: Vec<Curve>,
    pub(crate) pass: EStep,
    pub(crate) steps: usize,
    /// Estimated log-likelihood still to be gained: half of `g' I^-1 g`.
    pub(crate) shortfall: f64,
    pub(crate) converged: bool,
    /// Whether it was given up because a better optimum is known; see [`climb_unless_behind`].
    pub(crate) behind: bool,
}

/// Newton stops when the gain it still promises is below this, in units of log-likelihood, and rounding
/// leaves nothing to improve.
const PROMISE: f64 = 1e-10;

/// Gradient elements below this are level ground, whatever the information says: where a parameter runs off to
/// infinity the information vanishes with the gradient, and what is left to gain is about the gradient itself.
/// The second is for climbs that are not the final one. Rounding grows with a cohort's weight.
const LEVEL: [f64; 2] = [1e-8, 1e-4];
const LEVEL_WEIGHT: f64 = 1e-4;

/// A point on the way, with its log-likelihood and group sums.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) params: Params,
    pub(crate) curves: Vec<Curve>,
    pub(crate) pass: EStep,
}

impl Point {
    pub(crate) fn at(passes: &dyn Passes, shape: &Shape, params: Params) -> Point {
        let curves = params.curves(shape);
        let pass = passes.pass(shape, &params, &curves);
        Point { params, curves, pass }
    }

    pub(crate) fn gradient(&self, shape: &Shape) -> Vec<f64> {
        self.gradient_of(shape, &self.pass.blocks(shape, &self.curves))
    }

    /// The gradient, given the blocks of the groups.
    fn gradient_of(&self, shape: &Shape, blocks: &[BlockQuadratic]) -> Vec<f64> {
        let share: Vec<f64> = self.params.log_share.iter().map(|s| s.exp()).collect();
        self.pass.gradient(shape, blocks, &share)
    }

    pub(crate) fn log_likelihood(&self) -> f64 {
        self.pass.log_likelihood
    }
}

/// After so many steps it is tried whether the climb is on a ridge to infinity, and if so its end is leapt to.
const LEAP_EVERY: usize = 4;
/// How often a climb that is at its top is tried to be on a ridge.
const LAST_LEAPS: usize = 3;

/// How often a leap is tried at once when a dispersion is seen to fall to nothing.
const EARLY_LEAPS: usize = 2;

/// Climbs from a point; at most `most` Newton steps. `promise` is the gain below which it is done.
pub(crate) fn climb(passes: &dyn Passes, shape: &Shape, from: Point, most: usize, promise: f64) -> Climb {
    climb_unless_behind(passes, shape, from, most, promise, f64::NEG_INFINITY)
}

/// A full Newton step that promises less than this is near its top: what is still to come is of the order of
/// the promise (along a ridge to a boundary, where each step promises 1/e of the one before, 1.6 times it).
const NEAR: f64 = 0.5;
/// Times the promise that must still leave a climb behind the best known optimum, and by how much.
const FAR: f64 = 10.0;
const MARGIN: f64 = 1.0;

/// Whether a climb ends clearly below `best`, from where a full step promises so much `more`.
fn ends_behind(here: &Point, more: f64, best: f64) -> bool {
    more < NEAR && here.log_likelihood() + FAR * more + MARGIN < best
}

/// As [`climb`], but gives up near a top that lies clearly below `best`: most neighbours lead to such tops, and
/// the last steps to one cost as much as the first.
pub(crate) fn climb_unless_behind(
    passes: &dyn Passes,
    shape: &Shape,
    from: Point,
    most: usize,
    promise: f64,
    best: f64,
) -> Climb {
    let mut here = from;
    let free = Free::new(shape);
    let mut behind = false;
    let mut trust = Trust { mu: 0.0, reach: MAX_MOVE };
    let mut shortfall = f64::INFINITY;
    let mut steps = 0;
    let mut converged = false;
    let (negligible, level) = if promise > PROMISE { (ROUGH, LEVEL[1]) } else { (FINE, LEVEL[0]) };
    let level = level * (LEVEL_WEIGHT * passes.total_weight()).max(1.0);
    // what is missing changes slowly, and takes longer to work out than all else: on the way it serves for several steps
    let mut held: Option<(Square, usize)> = None;
    let (mut leaps, mut early) = (LAST_LEAPS, EARLY_LEAPS);
    let last_leap = |leaps: &mut usize, here: &Point| {
        *leaps = leaps.checked_sub(1)?;
        limit::leap(passes, shape, here)
    };
    while steps < most && !passes.stopped() {
        if steps % LEAP_EVERY == LEAP_EVERY - 1
            && let Some(there) = limit::leap(passes, shape, &here)
        {
            here = there;
            held = None;
        }
        let (absent, age) = match held.take() {
            Some((absent, age)) if age < HELD && negligible == ROUGH => (absent, age + 1),
            _ => (missing(passes, shape, &here.params, &here.curves, negligible), 0),
        };
        let blocks = here.pass.blocks(shape, &here.curves);
        let mut full = information_less(passes, shape, &here.params, &here.curves, &here.pass, &blocks, &absent);
        let slopes = here.gradient_of(shape, &blocks);
        let gradient = free.vector(&slopes);
        let risen = rising(shape, &free, &here.curves, &gradient);
        risen.iter().for_each(|&i| full.observed.add(i, i, slopes[i]));
        let info = Information { observed: free.matrix(&full.observed), complete: free.matrix(&full.complete) };
        let steepest = gradient.iter().fold(0.0_f64, |m, g| g.abs().max(m));
        if steepest < level {
            if let Some(there) = last_leap(&mut leaps, &here) {
                here = there;
                continue;
            }
            (shortfall, converged) = (promised(&info, &gradient).unwrap_or(steepest), true);
            break;
        }
        if early > 0 && falls(shape, &free, &here.curves, &gradient, &info) {
            early -= 1;
            if let Some(there) = limit::leap(passes, shape, &here) {
                here = there;
                continue;
            }
        }
        if trust.mu > 0.0
            && ends_behind(&here, 0.0, best)
            && let Some(more) = promised(&info, &gradient)
            && ends_behind(&here, more, best)
        {
            (shortfall, behind) = (more, true);
            break;
        }
        let stepped = step(passes, shape, &free, &here, &info, &gradient, &risen, &mut trust, age > 0);
        let Some(Stepped { next, promised: gain, undamped, kept }) = stepped else {
            if age > 0 {
                continue;
            }
            if let Some(there) = last_leap(&mut leaps, &here) {
                here = there;
                continue;
            }
            // no step improves any more: the top to rounding, if a full step promised next to nothing
            shortfall = promised(&info, &gradient).unwrap_or(f64::INFINITY);
            converged = shortfall < 1e-6;
            break;
        };
        if kept {
            held = Some((absent, age));
        }
        steps += 1;
        here = next;
        if undamped && gain < promise.max(PROMISE) {
            if let Some(there) = last_leap(&mut leaps, &here) {
                here = there;
                continue;
            }
            shortfall = gain;
            converged = true;
            break;
        }
        if undamped && ends_behind(&here, gain, best) {
            (shortfall, behind) = (gain, true);
            break;
        }
    }
    Climb { params: here.params, curves: here.curves, pass: here.pass, steps, shortfall, converged, behind }
}

/// `g' I^-1 g / 2` for the undamped step, when the information is positive definite.
pub(crate) fn promised(info: &Information, gradient: &[f64]) -> Option<f64> {
    let delta = direction(info, gradient, 0.0)?;
    Some(0.5 * delta.iter().zip(gradient).map(|(d, g)| d * g).sum::<f64>())
}

fn direction(info: &Information, gradient: &[f64], mu: f64) -> Option<Vec<f64>> {
    let mut m = if mu > 0.0 { info.observed.plus(mu, &info.complete) } else { info.observed.clone() };
    let ridge = RIDGE * (1.0 + mu);
    (0..m.n()).for_each(|i| m.add(i, i, ridge));
    Some(m.cholesky()?.solve(gradient))
}

/// The part of itself that a dispersion which is to rise loses at most, pulled down by other parameters.
const MOST_FALLEN: f64 = -0.9;

/// Places of small dispersions that are to rise. A step moves these on their own scale: in its logarithm the likelihood
/// rises and bends by the dispersion itself, so that a step there is half a unit, wherever the top.
///
/// With `x = ln alpha`, `alpha^2 d2/dalpha2 = d2/dx2 - d/dx`: to what is known of it the slope is added.
fn rising(shape: &Shape, free: &Free, curves: &[Curve], gradient: &[f64]) -> Vec<usize> {
    if !shape.dispersed() {
        return Vec::new();
    }
    let places = curves.iter().enumerate().map(|(k, curve)| (shape.offset(k) + shape.block(k) - 1, curve));
    let rises = |&(place, curve): &(usize, &Curve)| {
        curve.log_alpha < DISPERSION_ON_ITS_WAY.ln() && gradient[free.place(place)] > 0.0
    };
    places.filter(rises).map(|(place, _)| place).collect()
}

/// Whether a small dispersion is on its way to nothing: the parabola in it has its top at nothing or below. With slope `g` and
/// information `i` in its logarithm that top lies at `alpha (i + 2 g) / (i + g)`.
fn falls(shape: &Shape, free: &Free, curves: &[Curve], gradient: &[f64], info: &Information) -> bool {
    let place = |k: usize| free.place(shape.offset(k) + shape.block(k) - 1);
    let small = |c: &Curve| c.log_alpha < DISPERSION_ON_ITS_WAY.ln() && c.log_alpha > 0.9 * limit::NOTHING;
    let to_nothing = |p: usize| gradient[p] < 0.0 && info.observed.at(p, p) <= -2.0 * gradient[p];
    shape.dispersed() && curves.iter().enumerate().any(|(k, c)| small(c) && to_nothing(place(k)))
}

/// How far the quadratic is believed.
struct Trust {
    /// Damping by the complete-data information.
    mu: f64,
    /// The furthest a predictor may move; further as long as steps that were cut short keep what they promise.
    reach: f64,
}

/// Times [`MAX_MOVE`] that a predictor may move at most.
const FURTHEST: f64 = 4.0;

/// So many further steps what is missing serves, as long as steps keep what they promise.
const HELD: usize = 2;
/// Of what was promised, a step that kept its promise gained between these.
const KEPT: [f64; 2] = [0.5, 2.0];

/// One accepted step.
struct Stepped {
    next: Point,
    /// The gain that its quadratic promised.
    promised: f64,
    /// Whether it was a full Newton step, not damped.
    undamped: bool,
    /// Whether it gained about as much as promised.
    kept: bool,
}

/// One step. With `held`, the information is in part that of an earlier point: then only the first step is tried.
#[allow(clippy::too_many_arguments)]
fn step(
    passes: &dyn Passes,
    shape: &Shape,
    free: &Free,
    here: &Point,
    info: &Information,
    gradient: &[f64],
    risen: &[usize],
    trust: &mut Trust,
    held: bool,
) -> Option<Stepped> {
    let ll = here.log_likelihood();
    let noise = 1e-13 * ll.abs();
    for _ in 0..30 {
        let mu = trust.mu;
        let Some(delta) = direction(info, gradient, mu) else {
            if held {
                return None;
            }
            trust.mu = (mu * 4.0).max(1e-3);
            continue;
        };
        let promise = 0.5 * delta.iter().zip(gradient).map(|(d, g)| d * g).sum::<f64>();
        let delta = free.written_out(&delta);
        let moved = |factor: f64| {
            let mut params = here.params.clone();
            let mut by: Vec<f64> = delta.iter().map(|d| factor * d).collect();
            risen.iter().for_each(|&i| by[i] = by[i].max(MOST_FALLEN).ln_1p());
            params.step(shape, &by, 1.0);
            params
        };
        let full = moved(1.0).curves(shape);
        let most = here.curves.iter().zip(&full).map(|(a, b)| largest_move(a, b)).fold(0.0, f64::max);
        let factor = if most > trust.reach { trust.reach / most } else { 1.0 };
        // of a part of the step the quadratic promises less
        let hoped = promise * factor * (2.0 - factor);
        let next = Point::at(passes, shape, moved(factor));
        let gain = next.log_likelihood() - ll;
        let undamped = mu == 0.0 && factor == 1.0;
        // below the noise of the sum itself, trust the quadratic of an undamped step
        if gain > 0.05 * hoped || (promise < noise && gain > -10.0 * noise && undamped) {
            if gain > 0.5 * hoped {
                trust.mu = if mu / 5.0 < 1e-4 { 0.0 } else { mu / 5.0 };
                if factor < 1.0 {
                    trust.reach = (2.0 * trust.reach).min(FURTHEST * MAX_MOVE);
                }
            }
            let kept = gain > KEPT[0] * hoped && gain < KEPT[1] * hoped;
            return Some(Stepped { next, promised: promise, undamped, kept });
        }
        if held {
            return None;
        }
        if promise < noise {
            return None;
        }
        trust.reach = MAX_MOVE;
        trust.mu = (mu * 4.0).max(1e-3);
    }
    None
}
