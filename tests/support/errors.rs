//! Standard errors without the crate's own information matrix: second differences of the log-likelihood.

use pleegprofiel::{Cohort, Model};

/// The model at so many steps of the free parameters from `model`: share logits against the first group, then
/// rate and zero coefficients and `ln tau`, group after group.
pub(crate) fn moved(model: &Model, delta: &[f64]) -> Model {
    let mut groups = model.groups().to_vec();
    let (logits, mut rest) = delta.split_at(groups.len() - 1);
    for (g, d) in groups[1..].iter_mut().zip(logits) {
        g.share *= d.exp();
    }
    let total: f64 = groups.iter().map(|g| g.share).sum();
    let mut next = |n: usize| {
        let (now, later) = rest.split_at(n);
        rest = later;
        now
    };
    for g in &mut groups {
        g.share /= total;
        let rate = g.coefficients.len();
        g.coefficients.iter_mut().zip(next(rate)).for_each(|(c, d)| *c += d);
        let zero = g.zero_coefficients.len();
        g.zero_coefficients.iter_mut().zip(next(zero)).for_each(|(c, d)| *c += d);
        if let Some(tau) = &mut g.tau {
            *tau *= next(1)[0].exp();
        }
    }
    Model::new(model.family(), model.grid(), groups).expect("a small step from a model is a model")
}

/// Standard errors of figures of the model by the delta method, the information being that of `cohort` there.
pub(crate) fn standard_errors(model: &Model, cohort: &Cohort, figures: &dyn Fn(&Model) -> Vec<f64>) -> Vec<f64> {
    // second differences: rounding 1e-13 x 1e5 over 1e-6 against an information of 1e2 and more
    let (n, h) = (model.parameters().len(), 1e-3);
    let at = |steps: &[(usize, f64)]| {
        let mut delta = vec![0.0; n];
        steps.iter().for_each(|&(i, by)| delta[i] += by);
        moved(model, &delta)
    };
    let value = |steps: &[(usize, f64)]| at(steps).log_likelihood(cohort).expect("one grid");
    let information_at = |i: usize, j: usize| {
        let corner = |a: f64, b: f64| value(&[(i, a * h), (j, b * h)]);
        (corner(1.0, -1.0) + corner(-1.0, 1.0) - corner(1.0, 1.0) - corner(-1.0, -1.0)) / (4.0 * h * h)
    };
    let information: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| information_at(i.max(j), i.min(j))).collect()).collect();
    let slopes: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            let (up, down) = (figures(&at(&[(i, h)])), figures(&at(&[(i, -h)])));
            up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * h)).collect()
        })
        .collect();
    (0..slopes[0].len())
        .map(|f| {
            let slope: Vec<f64> = slopes.iter().map(|s| s[f]).collect();
            let solved = solve(information.clone(), slope.clone());
            slope.iter().zip(solved).map(|(a, b)| a * b).sum::<f64>().sqrt()
        })
        .collect()
}

/// Gaussian elimination with pivots.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|&x, &y| a[x][i].abs().total_cmp(&a[y][i].abs())).expect("a row");
        a.swap(i, pivot);
        b.swap(i, pivot);
        let (top, below) = a.split_at_mut(i + 1);
        let above = b[i];
        for (row, rhs) in below.iter_mut().zip(&mut b[i + 1..]) {
            let factor = row[i] / top[i][i];
            row.iter_mut().zip(&top[i]).for_each(|(x, t)| *x -= factor * t);
            *rhs -= factor * above;
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| a[i][j] * b[j]).sum();
        b[i] = (b[i] - known) / a[i][i];
    }
    b
}
