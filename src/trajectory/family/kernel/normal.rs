//! The censored normal (Tobin 1958; Nagin 1999): between floor and ceiling a density, on them a probability.

use crate::numeric::gamma::HALF_LN_TWO_PI;
use crate::numeric::tails::{density, distribution, interval, log_phi};
use crate::trajectory::family::kernel::{Observation, Slopes, log_scale};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

pub(super) fn observation(y: f64, floor: f64, ceiling: f64) -> Observation {
    let inside = y > floor && y < ceiling;
    Observation { y, exposure: 1.0, constant: if inside { -HALF_LN_TWO_PI } else { 0.0 } }
}

#[inline]
pub(super) fn value(o: &Observation, floor: f64, ceiling: f64, p: &[f64; 3]) -> f64 {
    let ln_sigma = log_scale(p[1]);
    let z = (o.y - p[0]) * (-ln_sigma).exp();
    if o.y <= floor {
        log_phi(z).value
    } else if o.y >= ceiling {
        log_phi(-z).value
    } else {
        -0.5 * z * z - ln_sigma + o.constant
    }
}

#[inline]
pub(super) fn slopes(o: &Observation, floor: f64, ceiling: f64, p: &[f64; 3]) -> Slopes {
    let ln_sigma = log_scale(p[1]);
    let inverse = (-ln_sigma).exp();
    let z = (o.y - p[0]) * inverse;
    if o.y > floor && o.y < ceiling {
        return Slopes {
            value: -0.5 * z * z - ln_sigma + o.constant,
            first: [z * inverse, z * z - 1.0, 0.0],
            second: [-inverse * inverse, -2.0 * z * inverse, -2.0 * z * z, 0.0, 0.0, 0.0],
        };
    }
    // ln Phi(s) with s = z on the floor, -z on the ceiling; ds/d mu = -+ 1/sigma, ds/d ln sigma = -s
    let (s, toward) = if o.y <= floor { (z, -inverse) } else { (-z, inverse) };
    let tail = log_phi(s);
    let m = tail.mills;
    let curvature = m * tail.excess;
    // d(s m)/ds = m - s m (s + m)
    let product = m * (1.0 - s * tail.excess);
    Slopes {
        value: tail.value,
        first: [toward * m, -s * m, 0.0],
        second: [-curvature * inverse * inverse, -toward * product, s * product, 0.0, 0.0, 0.0],
    }
}

/// Standardised floor and ceiling, and sigma.
fn standard(floor: f64, ceiling: f64, p: &[f64; 3]) -> (f64, f64, f64) {
    let sigma = log_scale(p[1]).exp();
    ((floor - p[0]) / sigma, (ceiling - p[0]) / sigma, sigma)
}

/// `weight * value`, nothing where the value cannot be reached.
fn mass(value: f64, weight: f64) -> f64 {
    if value.is_finite() { value * weight } else { 0.0 }
}

pub(super) fn mean(floor: f64, ceiling: f64, p: &[f64; 3]) -> (f64, [f64; 3]) {
    let (a, b, sigma) = standard(floor, ceiling, p);
    let inside = interval(a, b);
    let slope = sigma * (density(a) - density(b));
    let ends = mass(floor, distribution(a)) + mass(ceiling, distribution(-b));
    (ends + p[0] * inside + slope, [inside, slope, 0.0])
}

pub(super) fn variance(floor: f64, ceiling: f64, p: &[f64; 3]) -> f64 {
    let (a, b, sigma) = standard(floor, ceiling, p);
    let mean = mean(floor, ceiling, p).0;
    let (inside, step) = (interval(a, b), density(a) - density(b));
    let ends = mass((floor - mean).powi(2), distribution(a)) + mass((ceiling - mean).powi(2), distribution(-b));
    let d = p[0] - mean;
    let second = inside + mass(a, density(a)) - mass(b, density(b));
    ends + d * d * inside + 2.0 * d * sigma * step + sigma * sigma * second
}

pub(super) fn zero_probability(floor: f64, ceiling: f64, p: &[f64; 3]) -> f64 {
    let (a, b, _) = standard(floor, ceiling, p);
    if floor == 0.0 {
        distribution(a)
    } else if ceiling == 0.0 {
        distribution(-b)
    } else {
        0.0
    }
}

pub(super) fn draw(floor: f64, ceiling: f64, p: &[f64; 3], rng: &mut ChaCha8Rng) -> f64 {
    let z: f64 = rng.sample(StandardNormal);
    (p[0] + log_scale(p[1]).exp() * z).clamp(floor, ceiling)
}
