//! One local quadratic: the fit of loess at one place.
//!
//! Least squares by orthogonal polynomials on the weighted values (Forsythe 1957), which needs no matrix and no
//! memory; where fewer than three values have weight, the shortest solution, by singular values.

use super::super::runs::Run;
use super::super::undefined::{Defined, Undefined};

/// Singular values below this part of the largest count as 0; the limit of the published program.
const SINGULAR: f64 = 100.0 * f64::EPSILON;
const SWEEPS: usize = 60;

/// Value and slope of the local quadratic at `q`, with the tricube weights of the nearest `near` people.
///
/// `start[j]` is the number of people before run `j`, and one more entry holds them all.
pub(crate) fn quadratic_at(runs: &[Run], start: &[usize], q: f64, near: usize) -> Defined<[f64; 2]> {
    let (from, to, radius_sq) = nearest(runs, start, q, near);
    if radius_sq <= 0.0 {
        return Err(Undefined::new("so many people have the same risk that the smoothing window has no width"));
    }
    let rows = || {
        runs[from..to].iter().filter_map(|r| {
            let d = r.value - q;
            let u = (d * d / radius_sq).sqrt();
            let kernel = 1.0 - u * u * u;
            (kernel > 0.0).then(|| {
                let k = kernel * kernel * kernel;
                (d, k * r.size(), k * r.case)
            })
        })
    };
    let (n0, m0, y0) = rows().fold((0.0, 0.0, 0.0), |(n, m, y), (d, w, c)| (n + w, m + w * d, y + c));
    if n0 <= 0.0 {
        return Err(Undefined::new("all people in the smoothing window lie at its edge"));
    }
    let a0 = m0 / n0;
    let (n1, m1, y1) = rows().fold((0.0, 0.0, 0.0), |(n, m, y), (d, w, c)| {
        let p = d - a0;
        (n + w * p * p, m + w * d * p * p, y + c * p)
    });
    let a1 = if n1 > 0.0 { m1 / n1 } else { 0.0 };
    let b = n1 / n0;
    let (n2, y2) = rows().fold((0.0, 0.0), |(n, y), (d, w, c)| {
        let p = (d - a1) * (d - a0) - b;
        (n + w * p * p, y + c * p)
    });
    // columns 1, d, d^2 in the orthonormal basis
    let (r0, r1, r2) = (n0.sqrt(), n1.sqrt(), n2.sqrt());
    let columns = [[r0, 0.0, 0.0], [a0 * r0, r1, 0.0], [(a0 * a0 + b) * r0, (a0 + a1) * r1, r2]];
    let norm = columns.map(|c| {
        let n = c.iter().map(|v| v * v).sum::<f64>().sqrt();
        if n > 0.0 { n } else { 1.0 }
    });
    let mut scaled = columns;
    for (c, n) in scaled.iter_mut().zip(norm) {
        c.iter_mut().for_each(|v| *v /= n);
    }
    let (mut turned, right) = jacobi(scaled);
    let sigma = turned.map(|c| c.iter().map(|v| v * v).sum::<f64>().sqrt());
    let limit = SINGULAR * sigma.iter().copied().fold(0.0, f64::max);
    if sigma.iter().all(|&s| s > limit) {
        let (c0, c1, c2) = (y0 / n0, y1 / n1, y2 / n2);
        return Ok([c0 - c1 * a0 + c2 * (a0 * a1 - b), c1 - c2 * (a0 + a1)]);
    }
    let part = |y: f64, r: f64| if r > 0.0 { y / r } else { 0.0 };
    let target = [part(y0, r0), part(y1, r1), part(y2, r2)];
    let mut answer = [0.0; 3];
    for ((u, s), v) in turned.iter_mut().zip(sigma).zip(right) {
        if s > limit {
            let along: f64 = u.iter().zip(target).map(|(a, b)| a * b).sum::<f64>() / (s * s);
            answer.iter_mut().zip(v).for_each(|(x, v)| *x += along * v);
        }
    }
    Ok([answer[0] / norm[0], answer[1] / norm[1]])
}

/// The variance of the value that [`quadratic_at`] gives, when each person's outcome has the variance of its run; not
/// there where fewer than three values have weight.
///
/// The value is `sum l_i y_i` with `l_i = w_i sum_j p_j(0) p_j(d_i) / n_j` over the orthogonal polynomials `p_j`.
pub(crate) fn variance_at(runs: &[Run], start: &[usize], q: f64, near: usize, variance: &[f64]) -> Option<f64> {
    let (from, to, radius_sq) = nearest(runs, start, q, near);
    let rows = || {
        (from..to).filter_map(|j| {
            let d = runs[j].value - q;
            let u = (d * d / radius_sq).sqrt();
            let kernel = (1.0 - u * u * u).powi(3);
            (u < 1.0).then(|| (d, kernel, runs[j].size(), variance[j]))
        })
    };
    let (n0, m0) = rows().fold((0.0, 0.0), |(n, m), (d, k, size, _)| (n + k * size, m + k * size * d));
    let a0 = m0 / n0;
    let (n1, m1) = rows().fold((0.0, 0.0), |(n, m), (d, k, size, _)| {
        let p = (d - a0) * (d - a0) * k * size;
        (n + p, m + p * d)
    });
    let (a1, b) = (m1 / n1, n1 / n0);
    let second = |d: f64| (d - a1) * (d - a0) - b;
    let n2 = rows().fold(0.0, |n, (d, k, size, _)| n + k * size * second(d) * second(d));
    let at = [1.0 / n0, -a0 / n1, second(0.0) / n2];
    let sum: f64 = rows()
        .map(|(d, k, size, v)| {
            let l = k * (at[0] + at[1] * (d - a0) + at[2] * second(d));
            l * l * size * v
        })
        .sum();
    sum.is_finite().then_some(sum)
}

/// Runs that hold the nearest people, and the squared distance of the last of them.
fn nearest(runs: &[Run], start: &[usize], q: f64, near: usize) -> (usize, usize, f64) {
    let middle = runs.partition_point(|r| r.value < q);
    let (mut from, mut to) = (middle, middle);
    let mut radius = 0.0;
    while start[to] - start[from] < near {
        let below = from.checked_sub(1).map(|i| q - runs[i].value);
        let above = runs.get(to).map(|r| r.value - q);
        match (below, above) {
            (Some(b), a) if a.is_none_or(|a| b <= a) => {
                from -= 1;
                radius = b;
            }
            (_, Some(a)) => {
                to += 1;
                radius = a;
            }
            _ => break,
        }
    }
    // people as far as the last have no weight, so it does not matter which of them are in
    (from, to, radius * radius)
}

/// One-sided Jacobi: the matrix of three columns turned until they are orthogonal, and the turn, column by column.
fn jacobi(mut a: [[f64; 3]; 3]) -> ([[f64; 3]; 3], [[f64; 3]; 3]) {
    let mut v = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let dot = |x: [f64; 3], y: [f64; 3]| x[0] * y[0] + x[1] * y[1] + x[2] * y[2];
    for _ in 0..SWEEPS {
        let mut turned = false;
        for (i, j) in [(0, 1), (0, 2), (1, 2)] {
            let (p, q, r) = (dot(a[i], a[i]), dot(a[j], a[j]), dot(a[i], a[j]));
            if r == 0.0 || r.abs() <= f64::EPSILON * (p * q).sqrt() {
                continue;
            }
            turned = true;
            let tau = (q - p) / (2.0 * r);
            let t = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
            let c = 1.0 / (1.0 + t * t).sqrt();
            let s = c * t;
            for m in [&mut a, &mut v] {
                let (x, y) = (m[i], m[j]);
                m[i] = [0, 1, 2].map(|k| c * x[k] - s * y[k]);
                m[j] = [0, 1, 2].map(|k| s * x[k] + c * y[k]);
            }
        }
        if !turned {
            break;
        }
    }
    (a, v)
}
