//! What one pass over the cohort yields: the log-likelihood and, for each group and age, the sums that
//! everything else needs. From here on the cost no longer depends on the number of persons.

use crate::cohort::history::Histories;
use crate::numeric::linalg::Square;
use crate::numeric::logspace::{expit, softplus};
use crate::trajectory::family::{Derivatives, Family, positive_cell_of, positive_value, zero_cell_of, zero_value};
use crate::trajectory::tables::dispersed::SlopeSums;
use crate::trajectory::tables::shape::{Curve, MAX_BLOCK, MAX_TERMS, Shape};

/// Posterior-weighted sums over the cells of one group at one age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AgeSums {
    /// Everyone was at liberty throughout: zero cells, positive cells and events suffice.
    Whole { zero: f64, positive: f64, events: f64 },
    /// Individual time at risk: expected complete-data sums of the zero-inflated Poisson
    /// (Lambert 1992, section 3), taken at the current parameters.
    AtRisk { cells: f64, positive: f64, structural: f64, exposure: f64, events: f64 },
    /// Counts with a dispersion: derivatives at the parameters of the pass, which is all a step needs.
    Slopes(SlopeSums),
}

impl AgeSums {
    /// The group's expected log-likelihood at this age (the M-step's objective), up to a constant.
    fn value(&self, eta: f64, zeta: f64, lambda: f64) -> f64 {
        match *self {
            AgeSums::Whole { zero, positive, events } => {
                let zeros = if zero > 0.0 { zero * zero_value(lambda, zeta) } else { 0.0 };
                // positive_value is linear in the count, so the sum needs only its total
                let mean = if positive > 0.0 { events / positive } else { 0.0 };
                zeros + positive * positive_value(mean, lambda, eta, zeta)
            }
            AgeSums::AtRisk { cells, structural, exposure, events, .. } => {
                let zeros = if structural == 0.0 { 0.0 } else { structural * zeta };
                events * eta - exposure * lambda + zeros - cells * softplus(zeta)
            }
            AgeSums::Slopes(_) => f64::NAN,
        }
    }

    /// Derivatives of the value; and the second ones of the complete-data likelihood, which are never positive, so that a
    /// step with them climbs.
    fn quadratic(&self, zeta: f64, lambda: f64) -> (Derivatives, (f64, f64)) {
        match *self {
            AgeSums::Whole { zero, positive, events } => {
                let (before, after) = (expit(zeta), expit(zeta + lambda));
                let mut d = Derivatives::default();
                d.add(zero, &zero_cell_of(lambda, before, after));
                if positive > 0.0 {
                    d.add(positive, &positive_cell_of(events / positive, lambda, before));
                }
                let (q, not_q) = before;
                (d, (-lambda * (positive + zero * after.1), -(zero + positive) * q * not_q))
            }
            AgeSums::AtRisk { cells, structural, exposure, events, .. } => {
                let (q, not_q) = expit(zeta);
                let expected = exposure * lambda;
                let d = Derivatives {
                    eta: events - expected,
                    zeta: structural - cells * q,
                    eta_eta: -expected,
                    eta_zeta: 0.0,
                    zeta_zeta: -cells * q * not_q,
                };
                (d, (-exposure * lambda, -cells * q * not_q))
            }
            AgeSums::Slopes(s) => {
                let d = Derivatives {
                    eta: s.first[0],
                    zeta: s.first[1],
                    eta_eta: s.second[0],
                    eta_zeta: s.second[1],
                    zeta_zeta: s.second[2],
                };
                (d, (-s.complete[0], -s.complete[1]))
            }
        }
    }

    /// Derivatives of the value.
    pub(crate) fn derivatives(&self, zeta: f64, lambda: f64) -> Derivatives {
        self.quadratic(zeta, lambda).0
    }

    /// Time at risk (in intervals) and events; time in structural zeros apart when it is individual.
    pub(crate) fn time_and_events(&self) -> (f64, f64) {
        match *self {
            AgeSums::Whole { zero, positive, events } => (zero + positive, events),
            AgeSums::AtRisk { exposure, events, .. } => (exposure, events),
            AgeSums::Slopes(s) => (s.time, s.events),
        }
    }

    /// Time at risk (in intervals) with that in structural zeros, and events. When time is individual, cells that are no
    /// structural zeros stand for the others.
    pub(crate) fn observed_and_events(&self) -> (f64, f64) {
        match *self {
            AgeSums::AtRisk { cells, structural, exposure, events, .. } => {
                let random = cells - structural;
                // next to none: as if everyone had been at liberty throughout
                (if random > 1e-9 * cells { exposure * cells / random } else { cells }, events)
            }
            _ => self.time_and_events(),
        }
    }

    /// The same sums as if everyone had been at liberty throughout: an approximation to search on.
    pub(crate) fn as_whole(&self) -> AgeSums {
        match *self {
            AgeSums::Whole { .. } | AgeSums::Slopes(_) => *self,
            AgeSums::AtRisk { cells, positive, events, .. } => {
                AgeSums::Whole { zero: (cells - positive).max(0.0), positive, events }
            }
        }
    }
}

/// The result of one pass.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EStep {
    /// Log-likelihood with every constant.
    pub(crate) log_likelihood: f64,
    /// Sum of posterior weights by group.
    pub(crate) mass: Vec<f64>,
    /// Group after group, age after age.
    pub(crate) sums: Vec<AgeSums>,
    /// Curvature of the observed cells, where the sums hold that of the complete data (individual time at risk).
    pub(crate) curvature: Option<Vec<Derivatives>>,
    /// What else the curvature of each group's block has, where cells of a person hang together within the group: none
    /// for cells that do not.
    pub(crate) within: Vec<Square>,
}

impl EStep {
    pub(crate) fn of_group(&self, k: usize, intervals: usize) -> &[AgeSums] {
        &self.sums[k * intervals..(k + 1) * intervals]
    }

    /// Gradient of the log-likelihood in the vector of all free parameters (Fisher's identity); `blocks` are those of the
    /// groups.
    pub(crate) fn gradient(&self, shape: &Shape, blocks: &[BlockQuadratic], share: &[f64]) -> Vec<f64> {
        let total: f64 = self.mass.iter().sum();
        let mut g: Vec<f64> = (1..shape.groups()).map(|k| self.mass[k] - total * share[k]).collect();
        for (k, block) in blocks.iter().enumerate() {
            g.extend_from_slice(&block.gradient[..shape.block(k)]);
        }
        g
    }

    /// [`EStep::block`] of every group.
    pub(crate) fn blocks(&self, shape: &Shape, curves: &[Curve]) -> Vec<BlockQuadratic> {
        curves.iter().enumerate().map(|(k, curve)| self.block(shape, k, curve)).collect()
    }

    /// The M-step's objective of group `k`, with gradient and curvature in its block.
    pub(crate) fn block(&self, shape: &Shape, k: usize, curve: &Curve) -> BlockQuadratic {
        let mut block = block_quadratic(self.of_group(k, shape.intervals), shape, k, curve);
        if let Some(within) = self.within.get(k) {
            block.observed.add_all(within);
        }
        block
    }
}

/// The M-step's objective of one group, up to a constant.
pub(crate) fn block_value(sums: &[AgeSums], curve: &Curve) -> f64 {
    sums.iter().enumerate().map(|(t, sums)| sums.value(curve.eta[t], curve.zeta[t], curve.lambda[t])).sum()
}

/// Gradient and minus second derivative (observed and complete-data) in one group's block.
#[derive(Debug, Clone)]
pub(crate) struct BlockQuadratic {
    pub(crate) gradient: [f64; MAX_BLOCK],
    pub(crate) observed: Square,
    pub(crate) complete: Square,
}

/// Sums over ages of `value * u^j`: in a polynomial basis they hold the whole gradient, and the whole
/// Hessian too, because `u^i u^j = u^(i+j)`.
#[derive(Debug, Clone, Copy, Default)]
struct Moments([f64; 2 * MAX_TERMS - 1]);

impl Moments {
    #[inline(always)]
    fn add(&mut self, value: f64, powers: &[f64; 2 * MAX_TERMS - 1], terms: usize) {
        for (m, p) in self.0.iter_mut().zip(powers).take(terms) {
            *m += value * p;
        }
    }
}

pub(crate) fn block_quadratic(sums: &[AgeSums], shape: &Shape, k: usize, curve: &Curve) -> BlockQuadratic {
    let (nb, nz) = (shape.rate_terms[k], shape.zero_terms[k]);
    let tau = (shape.family == Family::ZipTau).then_some(curve.tau);
    // the derivatives in ln(tau), where it is a parameter
    let bent = |d: f64| if curve.tau_is_unbounded() { 0.0 } else { d };
    let terms = 2 * nb.max(nz) - 1;
    let [mut eta, mut zeta, mut ee, mut ez, mut zz, mut c_e, mut c_z] = [Moments::default(); 7];
    let (mut s, mut ss, mut c_s) = (0.0, 0.0, 0.0);
    for (t, sums) in sums.iter().enumerate() {
        let (mut d, (mut ce, mut cz)) = sums.quadratic(curve.zeta[t], curve.lambda[t]);
        if let Some(tau) = tau {
            // zeta = -tau eta: fold it into eta; its row for ln(tau) goes where zeta's would
            let at = curve.zeta[t];
            s += d.zeta * at;
            ss += d.zeta_zeta * at * at + d.zeta * at;
            c_s += cz * at * at;
            let cross = bent((d.eta_zeta - tau * d.zeta_zeta) * at - tau * d.zeta);
            d = Derivatives {
                eta: d.eta - tau * d.zeta,
                eta_eta: d.eta_eta - 2.0 * tau * d.eta_zeta + tau * tau * d.zeta_zeta,
                eta_zeta: cross,
                zeta: 0.0,
                zeta_zeta: 0.0,
            };
            (ce, cz) = (ce + tau * tau * cz, bent(-tau * cz * at));
        }
        let powers = &shape.powers[t];
        eta.add(d.eta, powers, nb);
        ee.add(d.eta_eta, powers, terms);
        c_e.add(ce, powers, terms);
        if nz > 0 {
            zeta.add(d.zeta, powers, nz);
            ez.add(d.eta_zeta, powers, terms);
            zz.add(d.zeta_zeta, powers, terms);
            c_z.add(cz, powers, terms);
        }
    }
    let n = shape.block(k);
    let mut out = BlockQuadratic { gradient: [0.0; MAX_BLOCK], observed: Square::zeros(n), complete: Square::zeros(n) };
    out.gradient[..nb].copy_from_slice(&eta.0[..nb]);
    for i in 0..nb {
        for j in 0..nb {
            out.observed.set(i, j, -ee.0[i + j]);
            out.complete.set(i, j, -c_e.0[i + j]);
        }
    }
    if tau.is_some() {
        out.gradient[nb] = bent(s);
        out.observed.set(nb, nb, -bent(ss));
        out.complete.set(nb, nb, -bent(c_s));
        for j in 0..nb {
            for (i, j) in [(nb, j), (j, nb)] {
                out.observed.set(i, j, -ez.0[i.min(j)]);
                out.complete.set(i, j, -c_z.0[i.min(j)]);
            }
        }
        return out;
    }
    out.gradient[nb..nb + nz].copy_from_slice(&zeta.0[..nz]);
    if shape.dispersed() {
        dispersion_quadratic(sums, shape, k, &mut out);
    }
    for i in 0..nz {
        for j in 0..nz {
            out.observed.set(nb + i, nb + j, -zz.0[i + j]);
            out.complete.set(nb + i, nb + j, -c_z.0[i + j]);
        }
        for j in 0..nb {
            out.observed.set(nb + i, j, -ez.0[i + j]);
            out.observed.set(j, nb + i, -ez.0[i + j]);
        }
    }
    out
}

/// The row of `ln alpha`, the last of the block.
fn dispersion_quadratic(sums: &[AgeSums], shape: &Shape, k: usize, out: &mut BlockQuadratic) {
    let (nb, nz) = (shape.rate_terms[k], shape.zero_terms[k]);
    let at = nb + nz;
    let mut row = [0.0; MAX_BLOCK];
    let (mut first, mut complete) = (0.0, 0.0);
    for (sums, powers) in sums.iter().zip(&shape.powers) {
        if let AgeSums::Slopes(s) = sums {
            first += s.first[2];
            complete += s.complete[2];
            (0..nb).for_each(|j| row[j] -= s.second[3] * powers[j]);
            (0..nz).for_each(|j| row[nb + j] -= s.second[4] * powers[j]);
            row[at] -= s.second[5];
        }
    }
    out.gradient[at] = first;
    for (j, &v) in row[..=at].iter().enumerate() {
        out.observed.set(at, j, v);
        out.observed.set(j, at, v);
    }
    out.complete.set(at, at, complete);
}

/// The constant `sum of w (y ln e - ln y!)` that no parameter changes.
pub(crate) fn constant(histories: &Histories) -> f64 {
    let ln_factorial: Vec<f64> =
        histories.codes.iter().map(|c| crate::trajectory::family::ln_factorial(c.count)).collect();
    (0..histories.len()).map(|h| histories.weight[h] * history_constant(histories, h, &ln_factorial)).sum()
}

fn history_constant(histories: &Histories, h: usize, ln_factorial: &[f64]) -> f64 {
    let exposure = histories.exposure_of(h);
    histories
        .cells_of(h)
        .iter()
        .map(|&code| {
            let cell = histories.codes[code as usize];
            let log_e = exposure.map_or(0.0, |e| e[cell.interval as usize].ln());
            f64::from(cell.count) * log_e - ln_factorial[code as usize]
        })
        .sum()
}
