//! Fractions strictly between 0 and 1 (Ferrari & Cribari-Neto 2004): mean `mu`, precision `phi`.
//!
//! Shapes `a = mu phi` and `b = (1 - mu) phi`, in Stirling remainders, so that a precision of millions costs no
//! digits.

use crate::numeric::gamma::{HALF_LN_TWO_PI, deviance, digamma_terms, stirling_remainder};
use crate::numeric::logspace::expit;
use crate::trajectory::family::kernel::{Observation, Slopes, bernoulli, log_scale};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution};

/// Beyond this a mean is 0 or 1 for every purpose.
const LOGIT_LIMIT: f64 = 300.0;

pub(super) fn observation(y: f64) -> Observation {
    Observation { y, exposure: 1.0, constant: -y.ln() - (-y).ln_1p() - HALF_LN_TWO_PI }
}

#[inline]
pub(super) fn logit(p: &[f64; 3]) -> f64 {
    p[0].clamp(-LOGIT_LIMIT, LOGIT_LIMIT)
}

struct Shape {
    mu: f64,
    not_mu: f64,
    phi: f64,
}

impl Shape {
    #[inline]
    fn new(p: &[f64; 3]) -> Self {
        let (mu, not_mu) = expit(logit(p));
        Shape { mu, not_mu, phi: log_scale(p[1]).exp() }
    }

    #[inline]
    fn shapes(&self) -> (f64, f64) {
        (self.mu * self.phi, self.not_mu * self.phi)
    }

    /// `phi (mu ln(mu / y) + (1 - mu) ln((1 - mu) / (1 - y)))`.
    #[inline]
    fn divergence(&self, y: f64) -> f64 {
        let not_y = 1.0 - y;
        let gap = if y > 0.5 { not_y - self.not_mu } else { self.mu - y };
        self.phi * (deviance(self.mu, y, gap) + deviance(self.not_mu, not_y, -gap))
    }

    #[inline]
    fn value(&self, constant: f64, divergence: f64) -> f64 {
        let (a, b) = self.shapes();
        let remainders = stirling_remainder(self.phi) - stirling_remainder(a) - stirling_remainder(b);
        constant + 0.5 * (a.ln() + self.not_mu.ln()) + remainders - divergence
    }
}

#[inline]
pub(super) fn value(o: &Observation, p: &[f64; 3]) -> f64 {
    let shape = Shape::new(p);
    shape.value(o.constant, shape.divergence(o.y))
}

#[inline]
pub(super) fn slopes(o: &Observation, p: &[f64; 3]) -> Slopes {
    let shape = Shape::new(p);
    let divergence = shape.divergence(o.y);
    let (a, b) = shape.shapes();
    let Shape { mu, not_mu, phi } = shape;
    let ((kappa_a, rho_a), (kappa_b, rho_b), (kappa, rho)) = (digamma_terms(a), digamma_terms(b), digamma_terms(phi));
    let logits = o.y.ln() - (-o.y).ln_1p() - logit(p);
    let first = mu * not_mu * phi * logits + not_mu * kappa_a - mu * kappa_b;
    let second = kappa_a + kappa_b - kappa - divergence;
    let bend = not_mu * not_mu * (a + rho_a) + mu * mu * (b + rho_b);
    Slopes {
        value: shape.value(o.constant, divergence),
        first: [first, second, 0.0],
        second: [
            (not_mu - mu) * first - bend,
            first + mu * rho_b - not_mu * rho_a,
            second + rho - rho_a - rho_b,
            0.0,
            0.0,
            0.0,
        ],
    }
}

pub(super) fn variance(p: &[f64; 3]) -> f64 {
    let Shape { mu, not_mu, phi } = Shape::new(p);
    mu * not_mu / (1.0 + phi)
}

pub(super) fn draw(p: &[f64; 3], rng: &mut ChaCha8Rng) -> f64 {
    let (a, b) = Shape::new(p).shapes();
    let y = Beta::new(a, b).map_or(f64::NAN, |beta| beta.sample(rng));
    // shapes near 0 leave nothing between the two ends
    let y = if y.is_nan() { bernoulli::draw(logit(p), rng) } else { y };
    y.clamp(f64::MIN_POSITIVE, 1.0 - f64::EPSILON / 2.0)
}
