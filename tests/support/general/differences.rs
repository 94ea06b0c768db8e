//! Derivatives without derivatives: central differences, Richardson-extrapolated.

/// Step in parameters of order 1. A log-likelihood of 1e3 summed with compensation is good to 1e-13 or so, so
/// second differences to 1e-13 x 1e3 / 1e-5, against an information of 1 and more; what the extrapolation
/// leaves is of order h^4 = 1e-10.
pub(crate) const STEP: f64 = 3e-3;

/// Minus the matrix of second derivatives of `f` at `at`.
pub(crate) fn information(f: &dyn Fn(&[f64]) -> f64, at: &[f64]) -> Vec<Vec<f64>> {
    let n = at.len();
    let value = |steps: [(usize, f64); 2]| {
        let mut x = at.to_vec();
        steps.iter().for_each(|&(i, by)| x[i] += by);
        f(&x)
    };
    let once = |i: usize, j: usize, h: f64| {
        let corner = |a: f64, b: f64| value([(i, a * h), (j, b * h)]);
        (corner(1.0, -1.0) + corner(-1.0, 1.0) - corner(1.0, 1.0) - corner(-1.0, -1.0)) / (4.0 * h * h)
    };
    let cell = |i: usize, j: usize| (4.0 * once(i, j, STEP) - once(i, j, 2.0 * STEP)) / 3.0;
    let lower: Vec<Vec<f64>> = (0..n).map(|i| (0..=i).map(|j| cell(i, j)).collect()).collect();
    (0..n).map(|i| (0..n).map(|j| lower[i.max(j)][i.min(j)]).collect()).collect()
}

/// Gradients of several functions at once: function after function, parameter after parameter.
pub(crate) fn gradients(f: &dyn Fn(&[f64]) -> Vec<f64>, at: &[f64]) -> Vec<Vec<f64>> {
    let once = |i: usize, h: f64| -> Vec<f64> {
        let moved = |by: f64| {
            let mut x = at.to_vec();
            x[i] += by;
            f(&x)
        };
        moved(h).iter().zip(moved(-h)).map(|(up, down)| (up - down) / (2.0 * h)).collect()
    };
    let by_parameter: Vec<Vec<f64>> = (0..at.len())
        .map(|i| once(i, STEP).iter().zip(once(i, 2.0 * STEP)).map(|(a, b)| (4.0 * a - b) / 3.0).collect())
        .collect();
    (0..by_parameter[0].len()).map(|k| by_parameter.iter().map(|g| g[k]).collect()).collect()
}

/// Inverse by Gauss and Jordan, with pivots.
pub(crate) fn inverse(matrix: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut a: Vec<Vec<f64>> = matrix.to_vec();
    for (i, row) in a.iter_mut().enumerate() {
        row.extend((0..n).map(|j| if i == j { 1.0 } else { 0.0 }));
    }
    for i in 0..n {
        let pivot = (i..n).max_by(|&x, &y| a[x][i].abs().total_cmp(&a[y][i].abs())).unwrap();
        a.swap(i, pivot);
        let head = a[i][i];
        a[i].iter_mut().for_each(|v| *v /= head);
        let top = a[i].clone();
        for (_, row) in a.iter_mut().enumerate().filter(|(k, _)| *k != i) {
            let factor = row[i];
            row.iter_mut().zip(&top).for_each(|(v, t)| *v -= factor * t);
        }
    }
    a.into_iter().map(|row| row[n..].to_vec()).collect()
}

pub(crate) fn product(a: &[Vec<f64>], b: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let cell = |row: &Vec<f64>, j: usize| row.iter().zip(b).map(|(x, r)| x * r[j]).sum();
    a.iter().map(|row| (0..b[0].len()).map(|j| cell(row, j)).collect()).collect()
}
