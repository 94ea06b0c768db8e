//! Small dense symmetric matrices: Cholesky with solve, eigenvalues with their vectors.
//!
//! For the few dozen parameters of a trajectory model; measured faster than the general crates at
//! that size.

/// Terms of a dot product that are summed side by side, so that none waits for the one before.
const SIDE_BY_SIDE: usize = 8;

#[inline(always)]
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
        if self.n < WIDE { self.factor() } else { pulp::Arch::new().dispatch(Factor(self)) }
    }

    #[inline(always)]
    fn factor(&self) -> Option<Cholesky> {
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

    /// Eigenvalues in ascending order with their eigenvectors, by reflections to three diagonals and rotations of these with
    /// implicit shifts (Golub & Van Loan, 8.3). Without a number in it all are none.
    pub(crate) fn eigen(&self) -> Vec<(f64, Vec<f64>)> {
        let n = self.n;
        if !self.a.iter().all(|x| x.is_finite()) {
            return (0..n).map(|i| (f64::NAN, (0..n).map(|j| f64::from(u8::from(i == j))).collect())).collect();
        }
        let mut three = self.three_diagonals();
        three.rotate();
        let ThreeDiagonals { diagonal, basis, .. } = three;
        let mut pairs: Vec<(f64, Vec<f64>)> =
            diagonal.into_iter().zip(basis.a.chunks(n.max(1))).map(|(value, row)| (value, row.to_vec())).collect();
        pairs.sort_by(|x, y| x.0.total_cmp(&y.0));
        pairs
    }

    /// The same matrix in a basis in which all but three diagonals are zero.
    fn three_diagonals(&self) -> ThreeDiagonals {
        let n = self.n;
        let (mut a, mut basis) = (self.clone(), Square::zeros(n));
        (0..n).for_each(|i| basis.set(i, i, 1.0));
        for k in 0..n.saturating_sub(2) {
            let mut v = a.a[k * n + k + 1..(k + 1) * n].to_vec();
            if v[1..].iter().all(|x| *x == 0.0) {
                continue;
            }
            let length = dot(&v, &v).sqrt();
            let beside = if v[0] > 0.0 { -length } else { length };
            v[0] -= beside;
            let twice = 2.0 / dot(&v, &v);
            // reflected from both sides: v w' + w v' less
            let row = |i: usize| i * n + k + 1..(i + 1) * n;
            let mut w: Vec<f64> = (k + 1..n).map(|i| twice * dot(&a.a[row(i)], &v)).collect();
            let half = 0.5 * twice * dot(&w, &v);
            w.iter_mut().zip(&v).for_each(|(w, v)| *w -= half * v);
            for i in k + 1..n {
                let (vi, wi) = (v[i - k - 1], w[i - k - 1]);
                a.a[row(i)].iter_mut().zip(v.iter().zip(&w)).for_each(|(to, (v, w))| *to -= vi * w + wi * v);
            }
            a.set(k, k + 1, beside);
            let mut along = vec![0.0; n];
            for (i, v) in (k + 1..n).zip(&v) {
                along.iter_mut().zip(&basis.a[i * n..(i + 1) * n]).for_each(|(to, x)| *to += twice * v * x);
            }
            for (i, v) in (k + 1..n).zip(&v) {
                basis.row_mut(i).iter_mut().zip(&along).for_each(|(to, x)| *to -= v * x);
            }
        }
        ThreeDiagonals {
            diagonal: (0..n).map(|i| a.at(i, i)).collect(),
            beside: (0..n).map(|i| if i + 1 < n { a.at(i, i + 1) } else { 0.0 }).collect(),
            basis,
        }
    }
}

/// From so many rows on a factor is worked out with the widest registers there are: the same operations, to the last bit.
const WIDE: usize = 16;

// dispatched work has to be inlined into the function that is compiled for the processor at hand
struct Factor<'a>(&'a Square);

impl pulp::NullaryFnOnce for Factor<'_> {
    type Output = Option<Cholesky>;
    #[inline(always)]
    fn call(self) -> Option<Cholesky> {
        self.0.factor()
    }
}

/// A symmetric matrix of which only the diagonal and what is beside it are not zero.
struct ThreeDiagonals {
    diagonal: Vec<f64>,
    /// Beside the diagonal, with a zero at the end.
    beside: Vec<f64>,
    /// The basis in which it is so, a row each.
    basis: Square,
}

/// Sweeps that an eigenvalue takes at most; two or three do.
const SWEEPS: usize = 60;

impl ThreeDiagonals {
    /// Rotates the basis until nothing is left beside the diagonal.
    fn rotate(&mut self) {
        let n = self.diagonal.len();
        for first in 0..n {
            for _ in 0..SWEEPS {
                let small = |i: &usize| {
                    self.beside[*i].abs() <= f64::EPSILON * (self.diagonal[*i].abs() + self.diagonal[*i + 1].abs())
                };
                let last = (first..n - 1).find(small).unwrap_or(n - 1);
                if last == first {
                    break;
                }
                self.sweep(first, last);
            }
        }
    }

    /// One sweep from `last` up to `first`, with the eigenvalue of the first two by two that is nearer to its first as shift.
    fn sweep(&mut self, first: usize, last: usize) {
        let (d, e, n) = (&mut self.diagonal, &mut self.beside, self.basis.n);
        let half = (d[first + 1] - d[first]) / (2.0 * e[first]);
        let root = (half * half + 1.0).sqrt().copysign(half);
        let mut ahead = d[last] - d[first] + e[first] / (half + root);
        let (mut sine, mut cosine, mut less) = (1.0, 1.0, 0.0);
        for i in (first..last).rev() {
            let (f, b) = (sine * e[i], cosine * e[i]);
            let length = (f * f + ahead * ahead).sqrt();
            e[i + 1] = length;
            if length == 0.0 {
                // it parts here
                d[i + 1] -= less;
                e[last] = 0.0;
                return;
            }
            (sine, cosine) = (f / length, ahead / length);
            let next = d[i + 1] - less;
            let r = (d[i] - next) * sine + 2.0 * cosine * b;
            less = sine * r;
            d[i + 1] = next + less;
            ahead = cosine * r - b;
            let (upper, lower) = self.basis.a[i * n..(i + 2) * n].split_at_mut(n);
            for (x, y) in upper.iter_mut().zip(lower) {
                (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
            }
        }
        d[first] -= less;
        e[first] = ahead;
        e[last] = 0.0;
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

    #[test]
    fn eigenvectors_are_a_basis_in_which_the_matrix_is_its_eigenvalues() {
        let mut rng = crate::numeric::streams::stream(8, 0);
        for case in 0..60_usize {
            // full, with whole rows of nothing, with one value many times, and as far from level as informations are
            let n = 1 + case % 30;
            let mut m = Square::zeros(n);
            for i in 0..n {
                for j in 0..=i {
                    let x: f64 = rand::Rng::r#gen::<f64>(&mut rng) - 0.5;
                    let x = match case % 4 {
                        0 => x,
                        1 if i % 3 == 0 || j % 3 == 0 => 0.0,
                        2 => f64::from(u8::from(i == j)) + f64::from(u8::from(i / 2 == j / 2)),
                        _ => x * 10_f64.powi(-((i + j) as i32) / 3),
                    };
                    m.set(i, j, x);
                    m.set(j, i, x);
                }
            }
            let size = m.values().iter().fold(f64::MIN_POSITIVE, |most, x| x.abs().max(most)) * n as f64;
            let pairs = m.eigen();
            assert!(pairs.is_sorted_by(|x, y| x.0 <= y.0));
            for (a, (value, vector)) in pairs.iter().enumerate() {
                for i in 0..n {
                    assert!((dot(&m.a[i * n..(i + 1) * n], vector) - value * vector[i]).abs() < 1e-14 * size, "{case}");
                }
                for (b, (_, other)) in pairs.iter().enumerate() {
                    assert!((dot(vector, other) - f64::from(u8::from(a == b))).abs() < 1e-13, "{case}");
                }
            }
        }
        assert!(
            Square::from_values(2, &[1.0, f64::NAN, f64::NAN, 1.0]).eigen().iter().all(|(value, _)| value.is_nan())
        );
        assert!(Square::zeros(0).eigen().is_empty());
        assert_eq!(Square::zeros(2).eigen().iter().map(|pair| pair.0).collect::<Vec<_>>(), [0.0, 0.0]);
    }
}
