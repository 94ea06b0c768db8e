//! Negative binomial counts (NB2) and their zero-inflated form.
//!
//! `lambda = exposure * exp(eta)`, `r = 1 / alpha` (Cameron & Trivedi 2013, eq. 3.26):
//!
//! `ln f = sum_{j<y} ln(1 + alpha j) + y ln lambda - (y + r) ln(1 + alpha lambda) - ln y!`
//!
//! Small counts take the sum as it stands, large ones Loader's saddle point form; both go over into the Poisson
//! without loss of digits.

use crate::numeric::gamma::{BERNOULLI, HALF_LN_TWO_PI, deviance, digamma_terms, log_gap, stirling_remainder};
use crate::numeric::logspace::{expit, log_add_exp, softplus};
use crate::trajectory::family::kernel::{Observation, Slopes, log_mean, log_scale, zip};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

/// Up to this count the sum over `j < y` is added term by term; above 16, the least the series take.
const SUM_UP_TO: f64 = 32.0;

/// From `r = 1 / alpha` on, the difference of two digammas is taken term by term of their series.
const SERIES_FROM: f64 = 16.0;

/// Below this `alpha` a draw is Poisson.
const DRAW_ALPHA: f64 = 1e-12;

/// What value and derivatives share.
struct Cell {
    y: f64,
    eta: f64,
    lambda: f64,
    alpha: f64,
    r: f64,
    /// `alpha * lambda`.
    x: f64,
}

impl Cell {
    #[inline]
    fn new(o: &Observation, eta: f64, ln_alpha: f64) -> Self {
        let (eta, ln_alpha) = (log_mean(eta), log_scale(ln_alpha));
        let (lambda, alpha) = (o.exposure * eta.exp(), ln_alpha.exp());
        Cell { y: o.y, eta, lambda, alpha, r: 1.0 / alpha, x: alpha * lambda }
    }

    #[inline]
    fn value(&self, constant: f64) -> f64 {
        if self.y > SUM_UP_TO && self.lambda > 1e-100 {
            return self.saddle_point();
        }
        let ln_1p_x = self.x.ln_1p();
        let sum = if self.y > SUM_UP_TO {
            // no mean to speak of: all the digits are in y ln lambda
            self.y * self.alpha.ln() + libm::lgamma(self.y + self.r) - libm::lgamma(self.r)
        } else {
            self.ln_sum()
        };
        sum + self.y * (self.eta - ln_1p_x) - self.r * ln_1p_x + constant
    }

    /// `sum_{j<y} ln(1 + alpha j)`, eight factors to a logarithm.
    #[inline]
    fn ln_sum(&self) -> f64 {
        let (mut sum, mut product) = (0.0, 1.0);
        for j in 1..self.y as u32 {
            product *= 1.0 + self.alpha * f64::from(j);
            if j % 8 == 0 {
                sum += f64::ln(product);
                product = 1.0;
            }
        }
        sum + product.ln()
    }

    /// Loader (2000): the deviances of `r` and `y` from their shares of `r + y`, plus Stirling remainders.
    #[inline]
    fn saddle_point(&self) -> f64 {
        let Cell { y, lambda, r, .. } = *self;
        let (n, c) = (r + y, r + lambda);
        let gap = (y - lambda) * (r / c);
        let deviances = deviance(r, n * (r / c), -gap) + deviance(y, n * (lambda / c), gap);
        let remainders = stirling_remainder(n) - stirling_remainder(r) - stirling_remainder(y);
        remainders - deviances - HALF_LN_TWO_PI - 0.5 * (y * (1.0 + self.alpha * y)).ln()
    }

    /// First and second derivative in `ln alpha`.
    #[inline]
    fn alpha_slopes(&self) -> (f64, f64) {
        if self.y > SUM_UP_TO { self.alpha_slopes_of_large() } else { self.alpha_slopes_of_small() }
    }

    /// Derivatives in `ln alpha` of [`Cell::ln_sum`].
    #[inline]
    fn sum_slopes(&self) -> (f64, f64) {
        let (mut first, mut second) = (0.0, 0.0);
        for j in 1..self.y as u32 {
            let s = 1.0 / (1.0 + self.alpha * f64::from(j));
            let t = self.alpha * f64::from(j) * s;
            first += t;
            second += t * s;
        }
        (first, second)
    }

    #[inline]
    fn alpha_slopes_of_small(&self) -> (f64, f64) {
        let (first, second) = self.sum_slopes();
        let s = 1.0 / (1.0 + self.x);
        let v = self.x * s;
        // lambda (ln(1 + x)/x - 1/(1 + x)) = r (ln(1 + x) - v) = r (-v - ln(1 - v))
        let bend = self.r * if v > 0.2 { self.x.ln_1p() - v } else { log_gap(-v, s) };
        (first - self.y * v + bend, second - self.y * v * s + self.lambda * v * s - bend)
    }

    /// `r (w - ln(1 + w)) - r (kappa(r) - kappa(r + y))` with `w = (y - lambda) / (r + lambda)`.
    #[inline]
    fn alpha_slopes_of_large(&self) -> (f64, f64) {
        let Cell { y, lambda, r, .. } = *self;
        let (n, c) = (r + y, r + lambda);
        let w = (y - lambda) / c;
        let bend = r * log_gap(w, n / c);
        let rw = r * w;
        let (first, second) = (bend, rw * (rw / n) - bend);
        let (q, not_q) = (r / n, y / n);
        if r < SERIES_FROM {
            let ((kappa_r, rho_r), (kappa_n, rho_n)) = (digamma_terms(r), digamma_terms(n));
            // d(r kappa(r))/d ln alpha = r rho(r) - r kappa(r), d(r kappa(n))/d ln alpha = q^2 n rho(n) - q n kappa(n)
            let (at_r, at_n) = (rho_r - kappa_r, q * (q * rho_n - kappa_n));
            return (first - (kappa_r - q * kappa_n), second - (at_r - at_n));
        }
        // 1 - q^2 = (1 - q)(1 + q) and 1 + q^2 - 2 q^3 = (1 - q)(1 + q + 2 q^2), so that nothing is lost as r grows
        let b = BERNOULLI[0] / r;
        let mut gap = not_q * (0.5 + b * (1.0 + q));
        let mut slope = not_q * (0.5 * q + b * (1.0 + q + 2.0 * q * q));
        let (inverse, square) = (1.0 / (r * r), q * q);
        let (mut power, mut fraction) = (inverse / r, square * square);
        for (k, b) in BERNOULLI.iter().enumerate().skip(1) {
            let p = (2 * k + 1) as f64;
            gap += b * power * (1.0 - fraction);
            slope += b * power * (p - fraction * ((p + 1.0) * q - 1.0));
            power *= inverse;
            fraction *= square;
        }
        (first - gap, second - slope)
    }

    /// Derivatives `eta`, `ln alpha`, then 00, 10, 11.
    #[inline]
    fn derivatives(&self) -> [f64; 5] {
        let s = 1.0 / (1.0 + self.x);
        let score = (self.y - self.lambda) * s;
        let (alpha, alpha_alpha) = self.alpha_slopes();
        let v = self.x * s;
        [score, alpha, -s * (self.lambda * s + self.y * v), -score * v, alpha_alpha]
    }
}

/// `sum_{j<y} ln(1 + alpha j)` with its first and second derivative in `ln alpha`: all that count and dispersion decide
/// of a cell without its mean.
pub(crate) fn rising(y: f64, ln_alpha: f64) -> [f64; 3] {
    if y <= SUM_UP_TO {
        let cell = Cell { y, eta: 0.0, lambda: 0.0, alpha: ln_alpha.exp(), r: 0.0, x: 0.0 };
        let (first, second) = cell.sum_slopes();
        return [cell.ln_sum(), first, second];
    }
    // the whole cell at a mean of y, less what the mean brings in
    let cell = Cell::new(&Observation { y, exposure: 1.0, constant: 0.0 }, y.ln(), ln_alpha);
    let (first, second) = cell.alpha_slopes_of_large();
    let s = 1.0 / (1.0 + cell.x);
    let (ln, v) = (cell.x.ln_1p(), cell.x * s);
    let bend = cell.r * if v > 0.2 { ln - v } else { log_gap(-v, s) };
    let value = cell.saddle_point() + libm::lgamma(y + 1.0) - y * (cell.eta - ln) + cell.r * ln;
    [value, first + y * v - bend, second + bend]
}

#[inline]
pub(super) fn value(o: &Observation, eta: f64, ln_alpha: f64) -> f64 {
    Cell::new(o, eta, ln_alpha).value(o.constant)
}

#[inline]
pub(super) fn slopes(o: &Observation, eta: f64, ln_alpha: f64) -> Slopes {
    let cell = Cell::new(o, eta, ln_alpha);
    let [e, a, ee, ea, aa] = cell.derivatives();
    Slopes { value: cell.value(o.constant), first: [e, a, 0.0], second: [ee, ea, aa, 0.0, 0.0, 0.0] }
}

#[inline]
pub(super) fn inflated_value(o: &Observation, p: &[f64; 3]) -> f64 {
    let count = value(o, p[0], p[2]);
    if o.y == 0.0 { log_add_exp(p[1], count) - softplus(p[1]) } else { count - softplus(p[1]) }
}

#[inline]
pub(super) fn inflated_slopes(o: &Observation, p: &[f64; 3]) -> Slopes {
    let cell = Cell::new(o, p[0], p[2]);
    inflated(o.y > 0.0, cell.value(o.constant), cell.derivatives(), p[1]).0
}

/// A cell with a zero part, from the log-probability and the derivatives of its count part; `certain` says that it is no
/// structural zero. Beside it the probability that it is none, and the variance of being one.
#[inline]
pub(crate) fn inflated(certain: bool, count: f64, [e, a, ee, ea, aa]: [f64; 5], zeta: f64) -> (Slopes, [f64; 2]) {
    let (q, not_q) = expit(zeta);
    if certain {
        let value = count - softplus(zeta);
        return (Slopes { value, first: [e, -q, a], second: [ee, 0.0, -q * not_q, ea, 0.0, aa] }, [1.0, q * not_q]);
    }
    // r: probability that a zero is structural
    let (r, not_r) = expit(zeta - count);
    let slopes = Slopes {
        value: log_add_exp(zeta, count) - softplus(zeta),
        first: [not_r * e, if r > 0.5 { not_q - not_r } else { r - q }, not_r * a],
        second: [
            not_r * (ee + r * e * e),
            -r * not_r * e,
            r * not_r - q * not_q,
            not_r * (ea + r * e * a),
            -r * not_r * a,
            not_r * (aa + r * a * a),
        ],
    };
    (slopes, [not_r, q * not_q])
}

pub(super) fn draw(exposure: f64, eta: f64, zeta: f64, ln_alpha: f64, rng: &mut ChaCha8Rng) -> f64 {
    if rng.r#gen::<f64>() < expit(zeta).0 {
        return 0.0;
    }
    let (lambda, alpha) = (exposure * log_mean(eta).exp(), log_scale(ln_alpha).exp());
    if alpha < DRAW_ALPHA {
        return zip::poisson(lambda, rng);
    }
    // refused for a scale of 0 only, when there is no mean
    let mean = Gamma::new(1.0 / alpha, alpha * lambda).map_or(0.0, |gamma| gamma.sample(rng));
    zip::poisson(mean, rng)
}
