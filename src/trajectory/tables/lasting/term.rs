//! What a history has in each group beside its cells: the term of `mixture::factor`, groups side by side in lanes.

use crate::numeric::gamma::log_gap_near;
use crate::numeric::vexp;
use crate::trajectory::tables::lanes::Lanes;

/// Above this `alpha M / (1 + alpha M)` the gap to the logarithm keeps its digits as a difference.
const NEAR: f64 = 0.2;

/// What of the term hangs on the expected total `M`, the same for all who were observed alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<const NB: usize> {
    /// `M`.
    pub(super) mean: Lanes<NB>,
    /// `ln(1 + alpha M)`, and that over `alpha`.
    log: Lanes<NB>,
    log_over: Lanes<NB>,
    /// `1 / (1 + alpha M)`.
    s: Lanes<NB>,
    /// `alpha M s`.
    v: Lanes<NB>,
    /// `(ln(1 + alpha M) - v) / alpha`.
    bend: Lanes<NB>,
}

impl<const NB: usize> Expected<NB> {
    pub(super) const NONE: Expected<NB> = {
        let none = [[0.0; 4]; NB];
        Expected { mean: none, log: none, log_over: none, s: [[1.0; 4]; NB], v: none, bend: none }
    };

    /// `inverse` is `1 / alpha`.
    #[inline(always)]
    pub(super) fn new(mean: &Lanes<NB>, alpha: &Lanes<NB>, inverse: &Lanes<NB>) -> Expected<NB> {
        let mut e = Expected { mean: *mean, ..Expected::NONE };
        for b in 0..NB {
            for l in 0..4 {
                let x = alpha[b][l] * mean[b][l];
                let s = 1.0 / (1.0 + x);
                let log = vexp::ln_1p(x, s);
                let v = x * s;
                let (far, near) = (log - v, log_gap_near(-v));
                e.log[b][l] = log;
                e.log_over[b][l] = log * inverse[b][l];
                e.s[b][l] = s;
                e.v[b][l] = v;
                e.bend[b][l] = (if v > NEAR { far } else { near }) * inverse[b][l];
            }
        }
        e
    }

    /// Adds the term of a history of total `y` to its log-probabilities; `rising` is the part of total and variance.
    #[inline(always)]
    pub(super) fn add_value(&self, y: f64, rising: &Lanes<NB>, to: &mut Lanes<NB>) {
        for b in 0..NB {
            for l in 0..4 {
                to[b][l] += rising[b][l] - self.log_over[b][l] - y * self.log[b][l];
            }
        }
    }

    /// The term's derivatives for a history of total `y`.
    #[inline(always)]
    pub(super) fn term(&self, y: f64, [_, first, second]: &[Lanes<NB>; 3], alpha: &Lanes<NB>) -> Term<NB> {
        self.summed(&[[1.0; 4]; NB], &[[y; 4]; NB], &[*first, *second], alpha)
    }

    /// Sums of derivatives over histories observed alike: weights, totals and what total and variance decide come summed.
    #[inline(always)]
    pub(super) fn summed(
        &self,
        weight: &Lanes<NB>,
        total: &Lanes<NB>,
        rising: &[Lanes<NB>; 2],
        alpha: &Lanes<NB>,
    ) -> Term<NB> {
        let mut term = Term::NONE;
        for b in 0..NB {
            for l in 0..4 {
                let (s, v, alpha, w, y) = (self.s[b][l], self.v[b][l], alpha[b][l], weight[b][l], total[b][l]);
                let factor = (w + alpha * y) * s;
                let excess = (y - w * self.mean[b][l]) * s;
                let bend = w * self.bend[b][l];
                term.factor[b][l] = factor;
                term.pull[b][l] = -alpha * factor * s;
                term.drift[b][l] = alpha * excess * s;
                term.alpha[b][l] = rising[0][b][l] - y * v + bend;
                term.bend[b][l] = bend + v * excess - rising[1][b][l];
            }
        }
        term
    }

    /// The parts of the second derivative in `ln alpha` that are never negative, all taken as such: no less than what is
    /// known of it, as a damped step needs.
    #[inline(always)]
    pub(super) fn unsigned(&self, weight: &Lanes<NB>, rising: &[Lanes<NB>; 2]) -> Lanes<NB> {
        let mut all = rising[1];
        for b in 0..NB {
            for l in 0..4 {
                all[b][l] += weight[b][l] * (self.bend[b][l] + self.v[b][l] * self.s[b][l] * self.mean[b][l]);
            }
        }
        all
    }
}

/// Derivatives of a history's term, in each group.
#[derive(Debug, Clone, Copy)]
pub(super) struct Term<const NB: usize> {
    /// Expected factor given the history: minus the derivative in `M`, less the 1 of a Poisson count.
    pub(super) factor: Lanes<NB>,
    /// Minus the second derivative in `M`, and in `M` and `ln alpha`.
    pub(super) pull: Lanes<NB>,
    pub(super) drift: Lanes<NB>,
    /// Derivative in `ln alpha`, and minus the second.
    pub(super) alpha: Lanes<NB>,
    pub(super) bend: Lanes<NB>,
}

impl<const NB: usize> Term<NB> {
    const NONE: Term<NB> = {
        let none = [[0.0; 4]; NB];
        Term { factor: none, pull: none, drift: none, alpha: none, bend: none }
    };
}
