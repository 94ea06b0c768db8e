//! Zero or one, with a logit.

use crate::numeric::logspace::{expit, softplus};
use crate::trajectory::family::kernel::{Observation, Slopes};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

#[inline]
pub(super) fn value(o: &Observation, eta: f64) -> f64 {
    if o.y == 0.0 { -softplus(eta) } else { -softplus(-eta) }
}

#[inline]
pub(super) fn slopes(o: &Observation, eta: f64) -> Slopes {
    let (p, not_p) = expit(eta);
    let score = if o.y == 0.0 { -p } else { not_p };
    Slopes { value: value(o, eta), first: [score, 0.0, 0.0], second: [-p * not_p, 0.0, 0.0, 0.0, 0.0, 0.0] }
}

pub(super) fn mean(eta: f64) -> (f64, [f64; 3]) {
    let (p, not_p) = expit(eta);
    (p, [p * not_p, 0.0, 0.0])
}

pub(super) fn variance(eta: f64) -> f64 {
    let (p, not_p) = expit(eta);
    p * not_p
}

pub(super) fn draw(eta: f64, rng: &mut ChaCha8Rng) -> f64 {
    f64::from(u8::from(rng.r#gen::<f64>() < expit(eta).0))
}
