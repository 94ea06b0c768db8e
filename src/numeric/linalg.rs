//! Small dense symmetric matrices: Cholesky with solve and inverse, eigenvalues by Jacobi rotations.
//!
//! For the few dozen parameters of a trajectory model; measured faster than the general crates at
//! that size.

/// Terms of a dot product that are summed side by side, so that none waits for the one before.
const SIDE_BY_SIDE: usize = 8;

#[inline]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (blocks, other_blocks) = (a.as_chunks::<SIDE_BY_SIDE>(), b.as_chunks::<SIDE_BY_SIDE>());
    let mut sums = [0.0; SIDE_BY_SIDE];
    for (a, b) in blocks.0.iter().zip(other_blocks.0) {
        for l in 0..SIDE_BY_SIDE {
            sums[l] += a[l] * b[l];
        }
    }
    let rest: f64 = blocks.1.iter().zip(other_blocks.1).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// A square matrix, row after row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Square {
    n: usize,
    a: Vec<f64>,
}

impl Square {
    pub(crate) fn zeros(n: usize) -> Self {
        Square { n, a: vec![0.0; n * n] }
    }

    /// From its elements, row after row; `values` has `n * n` of them.
    pub(crate) fn from_values(n: usize, values: &[f64]) -> Self {
        debug_assert_eq!(values.len(), n * n);
        Square { n, a: values.to_vec() }
    }

    /// Its elements, row after row.
    pub(crate) fn values(&self) -> &[f64] {
        &self.a
    }

    pub(crate) fn n(&self) -> usize {
        self.n
    }

    #[inline]
    pub(crate) fn at(&self, i: usize, j: usize) -> f64 {
        self.a[i * self.n + j]
    }

    #[inline]
    pub(crate) fn set(&mut self, i: usize, j: usize, v: f64) {
        self.a[i * self.n + j] = v;
    }

    #[inline]
    pub(crate) fn add(&mut self, i: usize, j: usize, v: f64) {
        self.a[i * self.n + j] += v;
    }

    #[inline]
    pub(crate) fn row_mut(&mut self, i: usize) -> &mut [f64] {
        &mut self.a[i * self.n..(i + 1) * self.n]
    }

    pub(crate) fn add_all(&mut self, other: &Square) {
        self.a.iter_mut().zip(&other.a).for_each(|(a, b)| *a += b);
    }

    /// Copies the lower triangle onto the upper.
    pub(crate) fn mirror(&mut self) {
        for i in 0..self.n {
            for j in 0..i {
                self.a[j * self.n + i] = self.a[i * self.n + j];
            }
        }
    }

    /// `self + factor * other`.
    pub(crate) fn plus(&self, factor: f64, other: &Square) -> Square {
        Square { n: self.n, a: self.a.iter().zip(&other.a).map(|(a, b)| a + factor * b).collect() }
    }

    /// Lower Cholesky factor; `None` when the matrix is not positive definite to working precision.
    pub(crate) fn cholesky(&self) -> Option<Cholesky> {
        let n = self.n;
        let mut l = self.clone();
        for i in 0..n {
            for j in 0..=i {
                let (row_i, row_j) = (&l.a[i * n..i * n + j], &l.a[j * n..j * n + j]);
                let s: f64 = l.at(i, j) - dot(row_i, row_j);
                if i == j {
                    // A pivot that lost all its digits is rounding noise, not information.
                    if s.is_nan() || s <= self.at(i, i).abs() * 1e-14 {
                        return None;
                    }
                    l.set(i, i, s.sqrt());
                } else {
                    l.set(i, j, s / l.at(j, j));
                }
            }
        }
        Some(Cholesky { l })
    }

    /// Eigenvalues in ascending order with their eigenvectors (cyclic Jacobi; Golub & Van Loan, 8.5).
    pub(crate) fn eigen(&self) -> Vec<(f64, Vec<f64>)> {
        let n = self.n;
        let mut a = self.clone();
        let mut v = Square::zeros(n);
        (0..n).for_each(|i| v.set(i, i, 1.0));
        for _ in 0..60 {
            let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a.at(i, j).powi(2)).sum();
            let diag: f64 = (0..n).map(|i| a.at(i, i).powi(2)).sum();
            if off <= 1e-32 * diag || off == 0.0 {
                break;
            }
            for p in 0..n {
                for q in p + 1..n {
                    let apq = a.at(p, q);
                    if apq == 0.0 {
                        continue;
                    }
                    let theta = (a.at(q, q) - a.at(p, p)) / (2.0 * apq);
                    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                    let t = if theta == 0.0 { 1.0 } else { t };
                    let c = 1.0 / (t * t + 1.0).sqrt();
                    let s = t * c;
                    for k in 0..n {
                        let (x, y) = (a.at(k, p), a.at(k, q));
                        a.set(k, p, c * x - s * y);
                        a.set(k, q, s * x + c * y);
                    }
                    for k in 0..n {
                        let (x, y) = (a.at(p, k), a.at(q, k));
                        a.set(p, k, c * x - s * y);
                        a.set(q, k, s * x + c * y);
                        let (x, y) = (v.at(k, p), v.at(k, q));
                        v.set(k, p, c * x - s * y);
                        v.set(k, q, s * x + c * y);
                    }
                }
            }
        }
        let mut pairs: Vec<(f64, Vec<f64>)> =
            (0..n).map(|i| (a.at(i, i), (0..n).map(|k| v.at(k, i)).collect())).collect();
        pairs.sort_by(|x, y| x.0.total_cmp(&y.0));
        pairs
    }
}

/// A lower Cholesky factor.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky {
    l: Square,
}

impl Cholesky {
    /// Solves `A x = b`.
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.l.n;
        let mut x = b.to_vec();
        for i in 0..n {
            let s: f64 = (0..i).map(|j| self.l.at(i, j) * x[j]).sum();
            x[i] = (x[i] - s) / self.l.at(i, i);
        }
        for i in (0..n).rev() {
            let s: f64 = (i + 1..n).map(|j| self.l.at(j, i) * x[j]).sum();
            x[i] = (x[i] - s) / self.l.at(i, i);
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hilbert(n: usize) -> Square {
        let mut h = Square::zeros(n);
        for i in 0..n {
            for j in 0..n {
                h.set(i, j, 1.0 / (i + j + 1) as f64);
            }
        }
        h
    }

    #[test]
    fn cholesky_solves_a_hilbert_system_with_known_answer() {
        let h = hilbert(4);
        let b: Vec<f64> = (0..4).map(|i| (0..4).map(|j| h.at(i, j) * (j as f64 + 1.0)).sum()).collect();
        let x = h.cholesky().unwrap().solve(&b);
        for (j, x) in x.iter().enumerate() {
            assert!((x - (j as f64 + 1.0)).abs() < 1e-10, "{x}");
        }
    }

    #[test]
    fn a_singular_or_indefinite_matrix_has_no_cholesky_factor() {
        let mut m = Square::zeros(2);
        (0..2).for_each(|i| (0..2).for_each(|j| m.set(i, j, 1.0)));
        assert!(m.cholesky().is_none());
        m.set(1, 1, -1.0);
        assert!(m.cholesky().is_none());
        m.set(0, 0, f64::NAN);
        assert!(m.cholesky().is_none());
    }

    #[test]
    fn eigenvalues_of_a_hilbert_matrix_agree_with_published_ones() {
        // 3 x 3 Hilbert matrix: eigenvalues 1.4083189271, 0.1223270659, 0.0026873404 (Gregory & Karney 1969).
        let pairs = hilbert(3).eigen();
        for ((value, vector), expected) in pairs.iter().zip([0.0026873404, 0.1223270659, 1.4083189271]) {
            assert!((value - expected).abs() < 1e-10);
            let h = hilbert(3);
            for i in 0..3 {
                let hv: f64 = (0..3).map(|j| h.at(i, j) * vector[j]).sum();
                assert!((hv - value * vector[i]).abs() < 1e-14);
            }
        }
    }
}
