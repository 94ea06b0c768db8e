//! Poisson, zero-inflated Poisson, and ZIP(tau): the formulas are those of `family`.

use crate::cohort::builder::MAX_COUNT;
use crate::numeric::logspace::expit;
use crate::trajectory::family::kernel::{Observation, Slopes, log_mean};
use crate::trajectory::family::{Derivatives, positive_cell, positive_value, tau_is_unbounded, zero_cell, zero_value};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};

/// Counts above this are all drawn as [`MAX_COUNT`], so a larger mean needs no draw.
const DRAW_UP_TO: f64 = 1e9;

pub(super) fn observation(y: f64, exposure: f64) -> Observation {
    Observation { y, exposure, constant: y * exposure.ln() - libm::lgamma(y + 1.0) }
}

#[inline]
pub(super) fn value(o: &Observation, eta: f64, zeta: f64) -> f64 {
    let eta = log_mean(eta);
    let lambda = o.exposure * eta.exp();
    if o.y == 0.0 { zero_value(lambda, zeta) } else { positive_value(o.y, lambda, eta, zeta) + o.constant }
}

#[inline]
fn cell(o: &Observation, eta: f64, zeta: f64) -> (f64, Derivatives) {
    let eta = log_mean(eta);
    let lambda = o.exposure * eta.exp();
    if o.y == 0.0 {
        (zero_value(lambda, zeta), zero_cell(lambda, zeta))
    } else {
        (positive_value(o.y, lambda, eta, zeta) + o.constant, positive_cell(o.y, lambda, zeta))
    }
}

#[inline]
pub(super) fn slopes(o: &Observation, eta: f64, zeta: f64) -> Slopes {
    let (value, d) = cell(o, eta, zeta);
    Slopes { value, first: [d.eta, d.zeta, 0.0], second: [d.eta_eta, d.eta_zeta, d.zeta_zeta, 0.0, 0.0, 0.0] }
}

/// `tau` and `zeta = -tau * eta`, `eta` without the exposure.
#[inline]
pub(super) fn tau_logit(p: &[f64; 3]) -> (f64, f64) {
    let tau = log_mean(p[1]).exp();
    let tau = if p[1] == f64::NEG_INFINITY { 0.0 } else { tau };
    (tau, -tau * log_mean(p[0]))
}

#[inline]
pub(super) fn tau_slopes(o: &Observation, p: &[f64; 3]) -> Slopes {
    let (tau, zeta) = tau_logit(p);
    let (value, d) = cell(o, p[0], zeta);
    // d zeta / d eta = -tau, d zeta / d ln tau = zeta
    let cross = d.eta_zeta - tau * d.zeta_zeta;
    let bent = |d: f64| if tau_is_unbounded(p[1]) { 0.0 } else { d };
    Slopes {
        value,
        first: [d.eta - tau * d.zeta, bent(zeta * d.zeta), 0.0],
        second: [
            d.eta_eta - tau * (d.eta_zeta + cross),
            bent(zeta * cross - tau * d.zeta),
            bent(zeta * (zeta * d.zeta_zeta + d.zeta)),
            0.0,
            0.0,
            0.0,
        ],
    }
}

pub(super) fn mean(eta: f64, zeta: f64) -> (f64, [f64; 3]) {
    let (q, not_q) = expit(zeta);
    let mean = not_q * log_mean(eta).exp();
    (mean, [mean, -q * mean, 0.0])
}

pub(super) fn tau_mean(p: &[f64; 3]) -> (f64, [f64; 3]) {
    let (tau, zeta) = tau_logit(p);
    let (mean, d) = mean(p[0], zeta);
    (mean, [d[0] - tau * d[1], if tau_is_unbounded(p[1]) { 0.0 } else { zeta * d[1] }, 0.0])
}

/// Variance of a zero-inflated count whose count part has variance `lambda + alpha lambda^2`.
pub(super) fn variance(eta: f64, zeta: f64, alpha: f64, exposure: f64) -> f64 {
    let (q, not_q) = expit(zeta);
    let lambda = exposure * log_mean(eta).exp();
    not_q * lambda * (1.0 + (alpha + q) * lambda)
}

pub(super) fn draw(exposure: f64, eta: f64, zeta: f64, rng: &mut ChaCha8Rng) -> f64 {
    if rng.r#gen::<f64>() < expit(zeta).0 { 0.0 } else { poisson(exposure * log_mean(eta).exp(), rng) }
}

/// A Poisson count, at most [`MAX_COUNT`].
pub(super) fn poisson(lambda: f64, rng: &mut ChaCha8Rng) -> f64 {
    let most = f64::from(MAX_COUNT);
    if lambda > DRAW_UP_TO {
        return most;
    }
    // Refused for a mean of 0 only. rand_distr 0.4 gives -1 when exp(-lambda) rounds to 1.
    Poisson::new(lambda).map_or(0.0, |d| d.sample(rng).clamp(0.0, most))
}
