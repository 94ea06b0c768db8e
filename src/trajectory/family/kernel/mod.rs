//! Cell kernels: the distribution of one observation given its linear predictors, with exact derivatives.
//!
//! Belongs here: density, derivatives, moments and draws of one cell. Does not belong here: where linear
//! predictors come from, and sums over cells.

use crate::cohort::builder::MAX_COUNT;
use rand_chacha::ChaCha8Rng;

mod bernoulli;
mod beta;
mod negbin;
mod normal;
#[cfg(test)]
mod tests;
mod zip;

pub(crate) use negbin::rising;

/// Most linear predictors of a kernel.
pub(crate) const MAX_PREDICTORS: usize = 3;

/// Distribution of one cell given its linear predictors `p`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kernel {
    /// `[eta]`: mean `exposure * exp(eta)`.
    Poisson,
    /// `[eta, zeta]`: Poisson with a structural zero of probability `expit(zeta)`; `zeta = -inf` is Poisson.
    Zip,
    /// `[eta, ln tau]`: ZIP with `zeta = -tau * eta`; `ln tau = -inf` is `tau = 0`.
    ZipTau,
    /// `[eta, ln alpha]`: NB2, mean `lambda = exposure * exp(eta)`, variance `lambda + alpha * lambda^2`.
    NegBin,
    /// `[eta, zeta, ln alpha]`: NB2 with a structural zero of probability `expit(zeta)`.
    Zinb,
    /// `[eta]`: probability of a 1 is `expit(eta)`.
    Bernoulli,
    /// `[mu, ln sigma]`: a normal variable of which only the part between `floor` and `ceiling` is seen, and
    /// beyond them only that they were reached (Tobin 1958; Nagin 1999). Either may be infinite.
    CensoredNormal {
        /// Lowest value that can be observed.
        floor: f64,
        /// Highest value that can be observed.
        ceiling: f64,
    },
    /// `[logit mu, ln phi]`: beta with shapes `mu * phi` and `(1 - mu) * phi` (Ferrari & Cribari-Neto 2004).
    Beta,
}

/// An observation as a kernel sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Observation {
    pub(crate) y: f64,
    /// Time at risk in (0, 1]; 1 where the kernel has no use for it.
    pub(crate) exposure: f64,
    /// All of the log-density that no parameter changes.
    pub(crate) constant: f64,
}

/// Log-density of a cell with its exact derivatives in the linear predictors.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Slopes {
    pub(crate) value: f64,
    pub(crate) first: [f64; 3],
    /// Second derivatives 00, 10, 11, 20, 21, 22.
    pub(crate) second: [f64; 6],
}

/// Predictors of logarithms are held inside these limits, so that no intermediate result overflows; beyond
/// them neither a likelihood nor an estimate means anything.
const LOG_MEAN_LIMITS: (f64, f64) = (-700.0, 300.0);
const LOG_SCALE_LIMITS: (f64, f64) = (-80.0, 80.0);

/// `NaN` passes, so that a broken parameter is seen.
#[inline]
pub(crate) fn log_mean(x: f64) -> f64 {
    x.clamp(LOG_MEAN_LIMITS.0, LOG_MEAN_LIMITS.1)
}

#[inline]
pub(crate) fn log_scale(x: f64) -> f64 {
    x.clamp(LOG_SCALE_LIMITS.0, LOG_SCALE_LIMITS.1)
}

impl Kernel {
    /// Whether time at risk multiplies the mean.
    pub(crate) fn has_exposure(self) -> bool {
        self.is_count()
    }

    fn is_count(self) -> bool {
        match self {
            Kernel::Poisson | Kernel::Zip | Kernel::ZipTau | Kernel::NegBin | Kernel::Zinb => true,
            Kernel::Bernoulli | Kernel::CensoredNormal { .. } | Kernel::Beta => false,
        }
    }

    /// `y` with its constant; `y` must be one that [`Kernel::refuses`] does not refuse, `exposure` in (0, 1].
    pub(crate) fn observation(self, y: f64, exposure: f64) -> Observation {
        match self {
            Kernel::Bernoulli => Observation { y, exposure: 1.0, constant: 0.0 },
            Kernel::CensoredNormal { floor, ceiling } => normal::observation(y, floor, ceiling),
            Kernel::Beta => beta::observation(y),
            _ => zip::observation(y, exposure),
        }
    }

    /// Log-density, constants included.
    #[inline]
    pub(crate) fn value(self, o: &Observation, p: &[f64; 3]) -> f64 {
        match self {
            Kernel::Poisson => zip::value(o, p[0], f64::NEG_INFINITY),
            Kernel::Zip => zip::value(o, p[0], p[1]),
            Kernel::ZipTau => zip::value(o, p[0], zip::tau_logit(p).1),
            Kernel::NegBin => negbin::value(o, p[0], p[1]),
            Kernel::Zinb => negbin::inflated_value(o, p),
            Kernel::Bernoulli => bernoulli::value(o, p[0]),
            Kernel::CensoredNormal { floor, ceiling } => normal::value(o, floor, ceiling, p),
            Kernel::Beta => beta::value(o, p),
        }
    }

    /// Log-density with first and second derivatives in the linear predictors; entries of predictors the
    /// kernel does not have are 0.
    #[inline]
    pub(crate) fn slopes(self, o: &Observation, p: &[f64; 3]) -> Slopes {
        match self {
            Kernel::Poisson => zip::slopes(o, p[0], f64::NEG_INFINITY),
            Kernel::Zip => zip::slopes(o, p[0], p[1]),
            Kernel::ZipTau => zip::tau_slopes(o, p),
            Kernel::NegBin => negbin::slopes(o, p[0], p[1]),
            Kernel::Zinb => negbin::inflated_slopes(o, p),
            Kernel::Bernoulli => bernoulli::slopes(o, p[0]),
            Kernel::CensoredNormal { floor, ceiling } => normal::slopes(o, floor, ceiling, p),
            Kernel::Beta => beta::slopes(o, p),
        }
    }

    /// Expected observed value at exposure 1, with its gradient in the linear predictors.
    pub(crate) fn mean(self, p: &[f64; 3]) -> (f64, [f64; 3]) {
        match self {
            Kernel::Poisson | Kernel::NegBin => {
                let rate = log_mean(p[0]).exp();
                (rate, [rate, 0.0, 0.0])
            }
            Kernel::Zip | Kernel::Zinb => zip::mean(p[0], p[1]),
            Kernel::ZipTau => zip::tau_mean(p),
            Kernel::Bernoulli => bernoulli::mean(p[0]),
            Kernel::CensoredNormal { floor, ceiling } => normal::mean(floor, ceiling, p),
            Kernel::Beta => bernoulli::mean(beta::logit(p)),
        }
    }

    /// Probability that the cell is exactly 0.
    pub(crate) fn zero_probability(self, p: &[f64; 3], exposure: f64) -> f64 {
        match self {
            Kernel::CensoredNormal { floor, ceiling } => normal::zero_probability(floor, ceiling, p),
            Kernel::Beta => 0.0,
            _ => self.value(&self.observation(0.0, exposure), p).exp(),
        }
    }

    /// Variance of the cell.
    pub(crate) fn variance(self, p: &[f64; 3], exposure: f64) -> f64 {
        match self {
            Kernel::Poisson => zip::variance(p[0], f64::NEG_INFINITY, 0.0, exposure),
            Kernel::Zip => zip::variance(p[0], p[1], 0.0, exposure),
            Kernel::ZipTau => zip::variance(p[0], zip::tau_logit(p).1, 0.0, exposure),
            Kernel::NegBin => zip::variance(p[0], f64::NEG_INFINITY, log_scale(p[1]).exp(), exposure),
            Kernel::Zinb => zip::variance(p[0], p[1], log_scale(p[2]).exp(), exposure),
            Kernel::Bernoulli => bernoulli::variance(p[0]),
            Kernel::CensoredNormal { floor, ceiling } => normal::variance(floor, ceiling, p),
            Kernel::Beta => beta::variance(p),
        }
    }

    /// A value from the family. Counts end at [`MAX_COUNT`], fractions keep off 0 and 1.
    pub(crate) fn draw(self, exposure: f64, p: &[f64; 3], rng: &mut ChaCha8Rng) -> f64 {
        match self {
            Kernel::Poisson => zip::draw(exposure, p[0], f64::NEG_INFINITY, rng),
            Kernel::Zip => zip::draw(exposure, p[0], p[1], rng),
            Kernel::ZipTau => zip::draw(exposure, p[0], zip::tau_logit(p).1, rng),
            Kernel::NegBin => negbin::draw(exposure, p[0], f64::NEG_INFINITY, p[1], rng),
            Kernel::Zinb => negbin::draw(exposure, p[0], p[1], p[2], rng),
            Kernel::Bernoulli => bernoulli::draw(p[0], rng),
            Kernel::CensoredNormal { floor, ceiling } => normal::draw(floor, ceiling, p, rng),
            Kernel::Beta => beta::draw(p, rng),
        }
    }

    /// Why the family cannot produce `y`; `None` when it can.
    pub(crate) fn refuses(self, y: f64) -> Option<String> {
        if !y.is_finite() {
            return Some(format!("{y} is not a finite number"));
        }
        match self {
            Kernel::Bernoulli => (y != 0.0 && y != 1.0).then(|| format!("{y} is not 0 or 1")),
            Kernel::CensoredNormal { floor, .. } if y < floor => Some(format!("{y} is below the floor of {floor}")),
            Kernel::CensoredNormal { ceiling, .. } if y > ceiling => {
                Some(format!("{y} is above the ceiling of {ceiling}"))
            }
            Kernel::CensoredNormal { .. } => None,
            Kernel::Beta => (y <= 0.0 || y >= 1.0).then(|| format!("{y} is not strictly between 0 and 1")),
            _ if y < 0.0 || y.fract() != 0.0 => Some(format!("{y} is not a whole number 0, 1, 2, ..")),
            _ if y > f64::from(MAX_COUNT) => Some(format!("a count of {y} is above the limit of {MAX_COUNT}")),
            _ => None,
        }
    }
}
