//! Suprema at infinity. Where the data hold nothing against it, a zero part runs to nothing or to certainty at some
//! ages, a rate to 0, a dispersion or `tau` to 0: the likelihood rises for ever and has no maximum, but it has
//! a limit, which is the likelihood of a completed model (Geyer 2009: the limiting conditional model).
//!
//! A climb along such a ridge gains less and less and never arrives. Here its end is leapt to: predictors that are
//! on their way are put so far out that nothing is left to gain in arithmetic ([`FAR`]), those that are not are kept
//! where they are, and the leap is taken when the likelihood is not lower there. Parameters that have no effect
//! there are no free parameters ([`lost`]). A `tau` that runs to infinity takes its rate to one a year and leaves it a zero
//! part of its own: coefficients then lie at infinitesimals, `tau` times them are what counts.

use crate::trajectory::family::{Family, TAU_UNBOUNDED};
use crate::trajectory::search::by_tables::newton::Point;
use crate::trajectory::search::by_tables::start::interpolation;
use crate::trajectory::tables::pass::Passes;
use crate::trajectory::tables::shape::{Curve, Shape};
use crate::trajectory::tables::sums::AgeSums;

/// Predictors are put this far out: `exp(-40)` is lost in the roundings of any sum over a cohort.
pub(super) const FAR: f64 = 40.0;
/// From here on they count as being there.
const ARRIVED: f64 = 30.0;
/// Those that are at least this far may be on their way.
pub(super) const ON_ITS_WAY: f64 = 4.0;
/// The same for a rate, in logarithms: half an event in a hundred person-years.
const RATE_ON_ITS_WAY: f64 = -5.0;
/// A dispersion below this may be on its way to 0: the likelihood is a parabola in it.
pub(super) const DISPERSION_ON_ITS_WAY: f64 = 0.05;
/// What is tried when one that is 0 is not to stay there.
const DISPERSIONS_BACK: [f64; 2] = [1e-4, 1e-2];
/// A `tau` beyond this may be on its way to infinity; and what is tried from there when it is not.
const TAU_ON_ITS_WAY: f64 = 100.0;
const TAUS_BACK: [f64; 3] = [10.0, 30.0, 90.0];
/// `ln` of a dispersion, or of `tau`, that is 0 for all that arithmetic can tell.
pub(crate) const NOTHING: f64 = -60.0;
/// Log-likelihood that a leap may cost: less than two optima differ by.
const COST: f64 = 1e-8;

/// Values put in the place of others: group, place in its block, values.
type Change = (usize, usize, Vec<f64>);

/// A point further along a ridge to infinity, where all that can be leapt has been; none when there is no ridge.
pub(crate) fn leap(passes: &dyn Passes, shape: &Shape, here: &Point) -> Option<Point> {
    let mut best: Option<Point> = None;
    let mut taken = |changes: Vec<Change>| {
        let at = best.as_ref().unwrap_or(here);
        let mut params = at.params.clone();
        for (k, from, values) in changes {
            params.blocks[k][from..from + values.len()].copy_from_slice(&values);
        }
        let there = Point::at(passes, shape, params);
        let taken = there.log_likelihood() >= at.log_likelihood() - COST;
        if taken {
            best = Some(there);
        }
        taken
    };
    for (k, curve) in here.curves.iter().enumerate() {
        let (nb, nz, block) = (shape.rate_terms[k], shape.zero_terms[k], &here.params.blocks[k]);
        let seen = seen(here.pass.of_group(k, shape.intervals));
        if shape.family.has_zero_curve() {
            polynomial_leaps(shape, &curve.zeta, &block[nb..nb + nz], &seen, Way::Both)
                .into_iter()
                .any(|z| taken(vec![(k, nb, z)]));
        }
        match shape.family {
            Family::ZipTau => {
                let log_tau = block[nb];
                if log_tau < DISPERSION_ON_ITS_WAY.ln() && log_tau > NOTHING {
                    taken(vec![(k, nb, vec![NOTHING])]);
                } else if log_tau > TAU_ON_ITS_WAY.ln() && !curve.tau_is_unbounded() {
                    taken(vec![(k, 0, with_tau(block, nb, TAU_UNBOUNDED))]);
                } else if curve.tau_is_unbounded() && comes_back(shape, k, here) {
                    TAUS_BACK.into_iter().any(|tau: f64| taken(vec![(k, 0, with_tau(block, nb, tau.ln()))]));
                }
            }
            _ => {
                polynomial_leaps(shape, &curve.eta, &block[..nb], &seen, Way::Down)
                    .into_iter()
                    .any(|r| taken(vec![(k, 0, r)]));
            }
        }
    }
    dispersion_leaps(shape, here).into_iter().for_each(|changes| {
        taken(changes);
    });
    best
}

/// A block of ZIP(tau) with another `ln tau` and the same zero part.
fn with_tau(block: &[f64], terms: usize, log_tau: f64) -> Vec<f64> {
    let factor = (block[terms] - log_tau).exp();
    block[..terms].iter().map(|b| b * factor).chain([log_tau]).collect()
}

/// Whether the likelihood rises from `tau` at infinity to a finite one, by its slope in `1 / tau` with the zero part as it is.
fn comes_back(shape: &Shape, k: usize, here: &Point) -> bool {
    let curve = &here.curves[k];
    let sums = here.pass.of_group(k, shape.intervals);
    let slope = |t: usize| -curve.zeta[t] * sums[t].derivatives(curve.zeta[t], curve.lambda[t]).eta;
    (0..shape.intervals).map(slope).sum::<f64>() > COST
}

/// Which infinity a predictor may run to.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Both,
    Down,
}

/// Ages at which anyone likely of the group was observed.
fn seen(sums: &[AgeSums]) -> Vec<bool> {
    sums.iter().map(|s| s.time_and_events().0 > 0.0 || s.time_and_events().1 > 0.0).collect()
}

/// Coefficients, from the predictor's `own`, with the predictor far out at all ages but a few, fewest first. At those it keeps its values: there
/// are fewer of them than terms, or nothing could run off.
fn polynomial_leaps(shape: &Shape, predictor: &[f64], own: &[f64], seen: &[bool], way: Way) -> Vec<Vec<f64>> {
    let terms = own.len();
    let distance = |t: usize| if way == Way::Both { predictor[t].abs() } else { -predictor[t] };
    let least = if way == Way::Both { ON_ITS_WAY } else { -RATE_ON_ITS_WAY };
    let mut ages: Vec<usize> = (0..predictor.len()).filter(|&t| seen[t]).collect();
    ages.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)).then(a.cmp(&b)));
    let mut all = Vec::new();
    for kept in 0..terms.min(ages.len()) {
        let (stay, go) = ages.split_at(kept);
        if distance(go[0]) < least || go.iter().all(|&t| distance(t) >= ARRIVED) {
            continue;
        }
        let u = |t: usize| shape.powers[t].get(1).copied().unwrap_or(0.0);
        // predictor = through + rest, the first through the ages that stay, the second 0 there
        let nodes: Vec<(f64, f64)> = stay.iter().map(|&t| (u(t), predictor[t])).collect();
        let through = interpolation(&nodes, terms);
        let value = |c: &[f64], t: usize| c.iter().rev().fold(0.0, |sum, c| sum * u(t) + c);
        let rest: Vec<(usize, f64)> = go.iter().map(|&t| (t, predictor[t] - value(&through, t))).collect();
        let along = rest.iter().all(|&(t, r)| r * predictor[t] > 0.0 && (way == Way::Both || r < 0.0));
        if !along {
            continue;
        }
        let stretch = rest.iter().map(|&(t, r)| (FAR + value(&through, t).abs()) / r.abs()).fold(1.0, f64::max);
        if !stretch.is_finite() || stretch > MOST_STRETCH {
            continue;
        }
        all.push(own.iter().zip(&through).map(|(c, i)| i + stretch * (c - i)).collect());
    }
    all
}

/// Beyond this the values that stay would drown in the roundings of those that go.
const MOST_STRETCH: f64 = 1e7;

/// Dispersions at 0: each group's, or the common one. And back from there, a little and then more, where the likelihood rises
/// with a dispersion: its logarithm has no slope that would lead away.
fn dispersion_leaps(shape: &Shape, here: &Point) -> Vec<Vec<Change>> {
    if !shape.dispersed() {
        return Vec::new();
    }
    let groups: Vec<usize> = (0..shape.groups()).collect();
    let alone: Vec<&[usize]> = if shape.common_dispersion { vec![&groups] } else { groups.chunks(1).collect() };
    let at = |k: usize| here.curves[k].log_alpha;
    let all_to = |groups: &[usize], log_alpha: f64| -> Vec<Change> {
        groups.iter().map(|&k| (k, shape.block(k) - 1, vec![log_alpha])).collect()
    };
    let slope = |k: usize| here.pass.block(shape, k, &here.curves[k]).gradient[shape.block(k) - 1] / at(k).exp();
    let leaps = |groups: &[usize]| -> Vec<Vec<Change>> {
        if groups.iter().all(|&k| at(k) <= 0.9 * NOTHING) {
            match groups.iter().map(|&k| slope(k)).sum::<f64>() > COST / DISPERSIONS_BACK[0] {
                true => DISPERSIONS_BACK.iter().map(|alpha| all_to(groups, alpha.ln())).collect(),
                false => Vec::new(),
            }
        } else if groups.iter().all(|&k| at(k) < DISPERSION_ON_ITS_WAY.ln()) {
            vec![all_to(groups, NOTHING)]
        } else {
            Vec::new()
        }
    };
    alone.into_iter().flat_map(leaps).collect()
}

/// Free parameters that a model at its limits does not have: of a polynomial that is infinite at all but a few ages,
/// as many are left as there are such ages; a dispersion or a `tau` of 0 is none, nor is a `tau` without bound.
pub(crate) fn lost(shape: &Shape, curves: &[Curve], sums: &[AgeSums]) -> usize {
    let mut lost = 0;
    for (k, curve) in curves.iter().enumerate() {
        let seen = seen(&sums[k * shape.intervals..(k + 1) * shape.intervals]);
        let left = |finite: &dyn Fn(usize) -> bool| (0..shape.intervals).filter(|&t| seen[t] && finite(t)).count();
        let rate = |t: usize| curve.eta[t] > -ARRIVED;
        lost += shape.rate_terms[k].saturating_sub(left(&rate));
        if shape.family.has_zero_curve() {
            let zero = |t: usize| curve.zeta[t].abs() < ARRIVED && rate(t);
            lost += shape.zero_terms[k].saturating_sub(left(&zero));
        }
        let log_tau = curve.tau.ln();
        if shape.family == Family::ZipTau && (log_tau < NOTHING / 2.0 || curve.tau_is_unbounded()) {
            lost += 1;
        }
        if shape.dispersed() && curve.log_alpha < NOTHING / 2.0 && (k == 0 || !shape.common_dispersion) {
            lost += 1;
        }
    }
    lost
}
