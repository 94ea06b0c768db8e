//! From a starting point to the top: EM while far, damped Newton on the observed likelihood when near.

use crate::numeric::linalg::Square;
use crate::trajectory::cells::pass::{Engine, Pass};
use crate::trajectory::spec::layout::Part;

/// No step may move a linear predictor further than this at any row: beyond it a quadratic says nothing.
const MAX_MOVE: f64 = 3.0;
/// Relative to the diagonal: keeps directions without information from running off.
const RIDGE: f64 = 1e-9;
/// Newton is done when a full step promises less than this, in units of log-likelihood.
pub(crate) const PROMISE: f64 = 1e-10;
/// Gradient elements below this, for a cohort of ten thousand, are level ground.
const LEVEL: f64 = 1e-7;

#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) theta: Vec<f64>,
    pub(crate) pass: Pass,
    pub(crate) steps: usize,
    pub(crate) converged: bool,
    /// Log-likelihood still promised by the last step.
    pub(crate) shortfall: f64,
}

impl Point {
    pub(crate) fn at(engine: &Engine<'_>, theta: Vec<f64>) -> Point {
        let pass = engine.pass(&theta);
        Point { theta, pass, steps: 0, converged: false, shortfall: f64::INFINITY }
    }

    pub(crate) fn log_likelihood(&self) -> f64 {
        self.pass.log_likelihood
    }
}

/// Up to `steps` EM steps, each a Newton step on the complete-data likelihood that never lowers the observed
/// one; stops when a step gains less than `enough`.
pub(crate) fn em(engine: &Engine<'_>, mut here: Point, steps: usize, enough: f64) -> Point {
    for _ in 0..steps {
        let q = engine.quadratic(&here.theta, &here.pass);
        let mut delta = ascent(&q.observed, &q.outer, &q.gradient);
        closed_form_shares(engine, &here, &mut delta);
        let Some(next) = line_search(engine, &here, &delta) else {
            return here;
        };
        let gain = next.log_likelihood() - here.log_likelihood();
        here = next;
        here.steps += 1;
        if gain < enough {
            break;
        }
    }
    here
}

/// Without covariates the shares of the next step are the posterior masses.
fn closed_form_shares(engine: &Engine<'_>, here: &Point, delta: &mut [f64]) {
    let (classes, terms) = (engine.layout.classes, engine.layout.terms);
    if terms == 1 && classes > 1 {
        let mass = engine.mass(&here.pass.posterior);
        let least = 1e-10 * engine.cells.total_weight();
        for c in 1..classes {
            delta[c - 1] = (mass[c].max(least) / mass[0].max(least)).ln() - here.theta[c - 1];
        }
    }
}

/// Newton direction where the objective is concave, the outer-product direction elsewhere.
pub(crate) fn ascent(observed: &Square, outer: &Square, gradient: &[f64]) -> Vec<f64> {
    let ridged = |m: &Square| with_ridge(m).cholesky();
    let half = || observed.plus(1.0, outer);
    match ridged(observed).or_else(|| ridged(&half())).or_else(|| ridged(outer)) {
        Some(factor) => factor.solve(gradient),
        None => vec![0.0; gradient.len()],
    }
}

fn with_ridge(m: &Square) -> Square {
    let mut m = m.clone();
    (0..m.n()).for_each(|i| m.add(i, i, RIDGE * (1.0 + m.at(i, i).abs())));
    m
}

/// The furthest step along `delta` that does not lower the likelihood, out of a few.
fn line_search(engine: &Engine<'_>, here: &Point, delta: &[f64]) -> Option<Point> {
    let mut factor = limit(engine, delta);
    for _ in 0..10 {
        let next = stepped(engine, here, delta, factor);
        if next.log_likelihood() >= here.log_likelihood() {
            return Some(next);
        }
        factor *= 0.25;
    }
    None
}

fn stepped(engine: &Engine<'_>, here: &Point, delta: &[f64], factor: f64) -> Point {
    let theta: Vec<f64> = here.theta.iter().zip(delta).map(|(t, d)| t + factor * d).collect();
    Point { steps: here.steps, ..Point::at(engine, theta) }
}

/// 1, or less when a predictor would move too far.
pub(crate) fn limit(engine: &Engine<'_>, delta: &[f64]) -> f64 {
    let mut most = 0.0_f64;
    for o in 0..engine.layout.blocks.len() {
        // predictors are linear, so those of the step are the move; on their own scale for a mean in units
        let moved = engine.predictors(o, delta);
        let scale = engine.cells.outcomes[o].scale;
        for p in &moved {
            most = most.max(p[0].abs() / scale).max(p[1].abs()).max(p[2].abs());
        }
    }
    if engine.layout.terms == 1 {
        most = delta[..engine.layout.membership()].iter().fold(most, |m, d| m.max(d.abs()));
    }
    if most > MAX_MOVE { MAX_MOVE / most } else { 1.0 }
}

/// A dispersion or `tau` below this is on its way to 0.
const NEAR_ZERO: f64 = 1e-3;
/// Where it is put to try again.
const OFF_ZERO: f64 = 0.1;

/// [`newton`]; and where that ends with a dispersion or `tau` next to 0, once more from off that edge, for the
/// better of the two. On the log scale all slopes vanish at 0, which makes it look like a top.
pub(crate) fn top(engine: &Engine<'_>, here: Point, most: usize, promise: f64) -> Point {
    let here = newton(engine, here, most, promise);
    let mut theta = here.theta.clone();
    for (i, p) in engine.layout.parameters.iter().enumerate() {
        if matches!(p.part, Part::LogTau | Part::LogDispersion) && theta[i] < NEAR_ZERO.ln() {
            theta[i] = OFF_ZERO.ln();
        }
    }
    if theta == here.theta {
        return here;
    }
    let again = em(engine, Point::at(engine, theta), 30, 1e-3);
    let again = newton(engine, again, most, promise);
    if again.log_likelihood() > here.log_likelihood() { again } else { here }
}

/// The point with each factor that is on its way to nothing taken there: groups whose people do not differ are Poisson,
/// and no step on the log scale gets that far.
pub(crate) fn at_limits(engine: &Engine<'_>, mut here: Point) -> Point {
    for at in variances(engine) {
        if here.theta[at] >= NEAR_ZERO.ln() || here.theta[at] <= NO_FACTOR {
            continue;
        }
        let mut theta = here.theta.clone();
        theta[at] = NO_FACTOR;
        let there = Point::at(engine, theta);
        if there.log_likelihood() >= here.log_likelihood() {
            here = Point { steps: here.steps, converged: here.converged, shortfall: here.shortfall, ..there };
        }
    }
    here
}

/// Factors that are nothing: their variance is no free parameter.
pub(crate) fn lost(engine: &Engine<'_>, theta: &[f64]) -> usize {
    variances(engine).into_iter().filter(|&at| theta[at] <= NO_FACTOR).count()
}

/// Parameters that are the variance of a factor, each once.
fn variances(engine: &Engine<'_>) -> Vec<usize> {
    let blocks = engine.layout.blocks.iter().filter(|block| block.factor);
    let mut all: Vec<usize> = blocks.flat_map(|b| (0..b.components.len()).map(|m| b.variance_of(m))).collect();
    all.dedup();
    all
}

/// `ln` of a variance that no digit of a likelihood shows.
const NO_FACTOR: f64 = -60.0;

/// Newton steps on the observed likelihood, `(I + mu C) step = gradient`, until a full step promises less
/// than `promise`.
pub(crate) fn newton(engine: &Engine<'_>, mut here: Point, most: usize, promise: f64) -> Point {
    let mut mu = 0.0;
    let level = LEVEL * (1e-4 * engine.cells.total_weight()).max(1.0);
    for _ in 0..most {
        let q = engine.quadratic(&here.theta, &here.pass);
        let info = engine.information(&here.theta, &here.pass, &q.observed);
        let undamped = with_ridge(&info).cholesky().map(|f| f.solve(&q.gradient));
        let promised = |d: &[f64]| 0.5 * d.iter().zip(&q.gradient).map(|(d, g)| d * g).sum::<f64>();
        let steepest = q.gradient.iter().fold(0.0_f64, |m, g| g.abs().max(m));
        if let Some(delta) = &undamped {
            here.shortfall = promised(delta).max(0.0);
        }
        if steepest < level || here.shortfall < promise * 1e-2 {
            here.converged = steepest < level || undamped.is_some();
            return here;
        }
        let mut next = None;
        if mu == 0.0
            && let Some(delta) = &undamped
        {
            let factor = limit(engine, delta);
            let trial = stepped(engine, &here, delta, factor);
            if trial.log_likelihood() >= here.log_likelihood() {
                let done = factor == 1.0 && here.shortfall < promise;
                next = Some((trial, done));
            }
        }
        let mut damping = f64::max(mu, 1e-4);
        while next.is_none() && damping < 1e8 {
            let damped = with_ridge(&info.plus(damping, &q.outer)).cholesky().map(|f| f.solve(&q.gradient));
            if let Some(delta) = damped {
                let factor = limit(engine, &delta);
                let trial = stepped(engine, &here, &delta, factor);
                if trial.log_likelihood() > here.log_likelihood() {
                    mu = if damping <= 1e-4 { 0.0 } else { damping * 0.1 };
                    next = Some((trial, false));
                    break;
                }
            }
            damping *= 10.0;
        }
        let Some((trial, done)) = next else {
            // no step improves: the top to rounding, when a full step promises next to nothing
            here.converged = here.shortfall < 1e-6;
            return here;
        };
        let shortfall = here.shortfall;
        here = Point { steps: here.steps + 1, ..trial };
        if done {
            here.shortfall = shortfall.min(promise);
            here.converged = true;
            return here;
        }
    }
    here
}
