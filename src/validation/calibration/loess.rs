//! Loess: local quadratics with three quarters of the people, at every distinct risk (`direct`) or at the vertices of
//! a tree of intervals and joined by cubics with the slopes of the fits (`interpolate`, the usual default).
//!
//! # References
//! Cleveland & Grosse (1991), Statistics and Computing 1, 47-62, for the tree and the joining.

use super::super::runs::Run;
use super::super::undefined::{Defined, Undefined};
use super::local::{quadratic_at, variance_at};
use rayon::prelude::*;

/// Part of the people each fit is made to.
const SPAN: f64 = 0.75;
/// A cell of the tree is not divided when it has at most this part of a window.
const CELL: f64 = 0.2;
/// The box around the values is larger than they are by this part of their range, on each side.
const MARGIN: f64 = 0.005;
/// Up to so many distinct risks are fitted one by one.
pub(crate) const MOST_DIRECT: usize = 20_000;

struct Setting {
    start: Vec<usize>,
    near: usize,
}

fn setting(runs: &[Run]) -> Defined<Setting> {
    let mut start = Vec::with_capacity(runs.len() + 1);
    start.push(0usize);
    for r in runs {
        start.push(start[start.len() - 1] + r.size() as usize);
    }
    let n = start[runs.len()];
    let near = ((n as f64 * SPAN + 1e-5) as usize).min(n);
    if near < 4 {
        return Err(Undefined::new(format!("{n} people are too few for a local quadratic")));
    }
    Ok(Setting { start, near })
}

/// The smooth at each run, a fit each.
pub(crate) fn direct(runs: &[Run]) -> Defined<Vec<f64>> {
    if runs.len() > MOST_DIRECT {
        return Err(Undefined::new(format!("more than {MOST_DIRECT} distinct risks: the interpolated smooth is used")));
    }
    let s = setting(runs)?;
    runs.par_iter().map(|r| quadratic_at(runs, &s.start, r.value, s.near).map(|v| v[0])).collect()
}

/// The smooth at each run, from fits at the vertices.
pub(crate) fn interpolate(runs: &[Run]) -> Defined<Vec<f64>> {
    let s = setting(runs)?;
    let n = s.start[runs.len()];
    let (low, high) = (runs[0].value, runs[runs.len() - 1].value);
    let margin = MARGIN * (high - low).max(1e-10 * low.abs().max(high.abs()) + 1e-30);
    let mut vertices = vec![low - margin, high + margin];
    let most = (n as f64 * (SPAN * CELL)) as usize;
    divide(runs, &s.start, [low - margin, high + margin], 0, n, most, &mut vertices);
    vertices.sort_by(f64::total_cmp);
    vertices.dedup();
    let fits: Vec<[f64; 2]> =
        vertices.par_iter().map(|&v| quadratic_at(runs, &s.start, v, s.near)).collect::<Defined<_>>()?;
    let mut cell = 1;
    Ok(runs
        .iter()
        .map(|r| {
            while cell + 1 < vertices.len() && vertices[cell] < r.value {
                cell += 1;
            }
            let (a, b) = (vertices[cell - 1], vertices[cell]);
            let ([u, du], [v, dv]) = (fits[cell - 1], fits[cell]);
            let h = (r.value - a) / (b - a);
            let (g, width) = (1.0 - h, b - a);
            g * g * (1.0 + 2.0 * h) * u + h * h * (3.0 - 2.0 * h) * v + (h * g * g * du - h * h * g * dv) * width
        })
        .collect())
}

/// Places of a drawn curve.
const DRAWN: usize = 60;

/// The smooth with its pointwise 95 % band, at places along the risks: risk, value, lower and upper end.
///
/// The variance is that of outcomes with the smoothed risk; the band is cut to 0 to 1. It holds for each place by
/// itself and not for the curve as a whole, and knows nothing of the bias of smoothing.
pub(crate) fn band(runs: &[Run]) -> Defined<Vec<[f64; 4]>> {
    let s = setting(runs)?;
    let smooth = interpolate(runs)?;
    let variance: Vec<f64> = smooth.iter().map(|p| p.clamp(0.0, 1.0)).map(|p| p * (1.0 - p)).collect();
    // evenly among the risks that there are, so that a curve never runs where nobody is
    let places = DRAWN.min(runs.len());
    let (low, high) = (runs[0].value, runs[runs.len() - 1].value);
    let at =
        |i: usize| if places < DRAWN { runs[i].value } else { low + (high - low) * i as f64 / (places - 1) as f64 };
    (0..places)
        .into_par_iter()
        .map(|i| {
            let x = at(i);
            let value = quadratic_at(runs, &s.start, x, s.near)?[0];
            let half = variance_at(runs, &s.start, x, s.near, &variance)
                .map_or(f64::NAN, |v| crate::numeric::p_values::Z_975 * v.sqrt());
            Ok([x, value, (value - half).clamp(0.0, 1.0), (value + half).clamp(0.0, 1.0)])
        })
        .collect()
}

/// Divides the people `from..to` of a cell at their median, or the nearest place between two different values.
fn divide(runs: &[Run], start: &[usize], ends: [f64; 2], from: usize, to: usize, most: usize, out: &mut Vec<f64>) {
    if to - from <= most {
        return;
    }
    let value = |person: usize| runs[start.partition_point(|&s| s <= person) - 1].value;
    let last = to - 1;
    // the lower median
    let middle = (from + 1 + to) / 2 - 1;
    let mut cut = middle;
    let mut offset: i64 = 0;
    loop {
        let at = middle as i64 + offset;
        if at >= last as i64 || at < from as i64 {
            break;
        }
        if value(at as usize) != value(at as usize + 1) {
            cut = at as usize;
            break;
        }
        offset = if offset > 0 { -offset } else { 1 - offset };
    }
    let at = value(cut);
    if at == ends[0] || at == ends[1] {
        return;
    }
    out.push(at);
    divide(runs, start, [ends[0], at], from, cut + 1, most, out);
    divide(runs, start, [at, ends[1]], cut + 1, to, most, out);
}
