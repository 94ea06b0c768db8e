//! Covariates of persons: what has to be true of them before anything is fitted.
//!
//! Belongs here: checks of a persons x covariates matrix that name the column, and the matrix as the fits
//! use it. Does not belong here: what the covariates explain.

use crate::error::{Issues, Result};
use crate::numeric::linalg::Square;
use ndarray::ArrayView2;

/// A column whose spread is below this fraction of its size is constant to working precision.
const CONSTANT: f64 = 1e-10;
/// A column of which less than this fraction (of its norm, centred) is left when earlier columns are taken
/// out is a combination of them to working precision.
const COLLINEAR: f64 = 1e-7;
/// An earlier column takes part in a combination from this (standardised) coefficient on.
const TAKES_PART: f64 = 1e-5;

/// Refuses covariates with which no model can be fitted, listing every problem: a name missing, empty or
/// given twice, values that are not finite (row and column), constant columns, and columns that are a
/// combination of a constant and earlier ones (all named).
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) fn check_covariates<S: AsRef<str>>(names: &[S], matrix: ArrayView2<'_, f64>) -> Result<()> {
    let mut issues = Issues::in_memory();
    covariate_issues(names, matrix, &mut issues);
    issues.into_result("the covariates cannot be used")
}

/// As [`check_covariates`], added to other problems of the same input.
pub(crate) fn covariate_issues<S: AsRef<str>>(names: &[S], matrix: ArrayView2<'_, f64>, issues: &mut Issues) {
    let columns = matrix.ncols();
    if names.len() != columns {
        issues.add(None, None, || format!("{} names for {columns} columns", names.len()));
        return;
    }
    for (j, name) in names.iter().map(AsRef::as_ref).enumerate() {
        if name.trim().is_empty() {
            issues.add(None, None, || format!("column {} has no name", j + 1));
        } else if names[..j].iter().any(|other| other.as_ref() == name) {
            issues.add(None, Some(name), || "this name is given twice".into());
        }
    }
    let mut finite = true;
    for (i, row) in matrix.rows().into_iter().enumerate() {
        for (j, v) in row.iter().enumerate().filter(|(_, v)| !v.is_finite()) {
            finite = false;
            issues.add(Some(i as u64 + 1), Some(names[j].as_ref()), || format!("{v} is not a finite number"));
        }
    }
    if !finite {
        return;
    }
    if matrix.nrows() <= columns {
        issues.add(None, None, || format!("{} persons for {columns} covariates and a constant", matrix.nrows()));
        return;
    }
    // modified Gram-Schmidt on centred, scaled columns, each with its make-up in terms of the columns
    let mut basis: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for (j, name) in names.iter().map(AsRef::as_ref).enumerate() {
        let Some(mut v) = standardised(matrix, j) else {
            let value = matrix[[0, j]];
            issues.add(None, Some(name), || format!("every person has {value}: a constant explains nothing"));
            continue;
        };
        let mut makeup = vec![0.0; columns];
        makeup[j] = 1.0;
        for _ in 0..2 {
            // twice is enough (Giraud, Langou & Rozloznik 2005)
            for (direction, of) in &basis {
                let along: f64 = v.iter().zip(direction).map(|(a, b)| a * b).sum();
                v.iter_mut().zip(direction).for_each(|(a, b)| *a -= along * b);
                makeup.iter_mut().zip(of).for_each(|(a, b)| *a -= along * b);
            }
        }
        let left = v.iter().map(|a| a * a).sum::<f64>().sqrt();
        if left < COLLINEAR {
            let parts: Vec<String> =
                (0..j).filter(|&k| makeup[k].abs() > TAKES_PART).map(|k| format!("`{}`", names[k].as_ref())).collect();
            issues.add(None, Some(name), || format!("collinear: it follows exactly from {}", parts.join(", ")));
        } else {
            v.iter_mut().for_each(|a| *a /= left);
            makeup.iter_mut().for_each(|a| *a /= left);
            basis.push((v, makeup));
        }
    }
}

/// A column centred and brought to norm 1; `None` when it is constant.
fn standardised(matrix: ArrayView2<'_, f64>, j: usize) -> Option<Vec<f64>> {
    let column = matrix.column(j);
    // scaled first, so that squares neither overflow nor vanish
    let size = column.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if size == 0.0 {
        return None;
    }
    let mut v: Vec<f64> = column.iter().map(|x| x / size).collect();
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    v.iter_mut().for_each(|x| *x -= mean);
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    if norm <= CONSTANT * (v.len() as f64).sqrt() {
        return None;
    }
    v.iter_mut().for_each(|x| *x /= norm);
    Some(v)
}

/// A constant and standardised covariates, row after row: what the fits work on, so that a year of birth
/// is as good a covariate as a share.
#[derive(Debug, Clone)]
pub(crate) struct Design {
    terms: usize,
    rows: Vec<f64>,
    centre: Vec<f64>,
    scale: Vec<f64>,
}

impl Design {
    /// Of covariates that passed [`check_covariates`].
    pub(crate) fn new(matrix: ArrayView2<'_, f64>) -> Design {
        let n = matrix.nrows() as f64;
        let (mut centre, mut scale) = (Vec::new(), Vec::new());
        for column in matrix.columns() {
            let mean = column.iter().map(|x| x / n).sum::<f64>();
            let size = column.iter().fold(0.0_f64, |m, x| m.max((x - mean).abs()));
            let size = if size > 0.0 { size } else { 1.0 };
            let sd = size * (column.iter().map(|x| ((x - mean) / size).powi(2)).sum::<f64>() / n).sqrt();
            centre.push(mean);
            scale.push(if sd > 0.0 { sd } else { 1.0 });
        }
        let mut rows = Vec::with_capacity(matrix.nrows() * (matrix.ncols() + 1));
        for row in matrix.rows() {
            rows.push(1.0);
            rows.extend(row.iter().zip(centre.iter().zip(&scale)).map(|(x, (c, s))| (x - c) / s));
        }
        Design { terms: matrix.ncols() + 1, rows, centre, scale }
    }

    /// A constant and nothing else.
    pub(crate) fn constant(persons: usize) -> Design {
        Design { terms: 1, rows: vec![1.0; persons], centre: Vec::new(), scale: Vec::new() }
    }

    pub(crate) fn persons(&self) -> usize {
        self.rows.len() / self.terms
    }

    /// The constant and the covariates.
    pub(crate) fn terms(&self) -> usize {
        self.terms
    }

    #[inline]
    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.terms..(i + 1) * self.terms]
    }

    /// Coefficients (blocks of [`Self::terms`]) on the covariates' own scale.
    pub(crate) fn own_scale(&self, coefficients: &[f64]) -> Vec<f64> {
        let mut own = coefficients.to_vec();
        for block in own.chunks_exact_mut(self.terms) {
            for j in 1..self.terms {
                block[j] /= self.scale[j - 1];
                block[0] -= block[j] * self.centre[j - 1];
            }
        }
        own
    }

    /// A covariance matrix of coefficients on the covariates' own scale.
    pub(crate) fn own_scale_covariance(&self, covariance: &Square) -> Square {
        let n = covariance.n();
        let transform = |m: &Square| {
            let mut out = Square::zeros(n);
            for i in 0..n {
                let row: Vec<f64> = (0..n).map(|j| m.at(j, i)).collect();
                out.row_mut(i).copy_from_slice(&self.own_scale(&row));
            }
            out
        };
        // T V T': each pass transposes and transforms
        transform(&transform(covariance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn good_covariates_of_any_scale_pass() {
        let x = array![[1980.0, 1e-9], [1981.0, 2e-9], [1984.0, 7e-9], [1989.0, 3e-9]];
        check_covariates(&["year", "tiny"], x.view()).unwrap();
    }

    #[test]
    fn every_problem_is_listed_with_its_row_and_column() {
        let mut x = Array2::zeros((5, 2));
        x[[1, 0]] = f64::NAN;
        x[[4, 1]] = f64::INFINITY;
        let text = check_covariates(&["a", "b"], x.view()).unwrap_err().to_string();
        assert!(text.contains("row 2, column a: NaN") && text.contains("row 5, column b: inf"), "{text}");
    }

    #[test]
    fn constant_and_collinear_columns_are_named_with_what_they_follow_from() {
        let x = Array2::from_shape_fn((30, 5), |(i, j)| {
            let (a, b, c) = (i as f64, (i * i % 7) as f64, (i % 4) as f64);
            [a, b, 3.5, c, 2.0 * a - 0.5 * c + 1980.0][j]
        });
        let text = check_covariates(&["a", "b", "k", "c", "sum"], x.view()).unwrap_err().to_string();
        assert!(text.contains("column k: every person has 3.5"), "{text}");
        assert!(text.contains("column sum: collinear: it follows exactly from `a`, `c`"), "{text}");
        assert!(text.contains("2 problems"), "{text}");
    }

    #[test]
    fn a_full_set_of_dummies_is_collinear_with_the_constant() {
        let x = Array2::from_shape_fn((12, 3), |(i, j)| f64::from(i % 3 == j));
        let text = check_covariates(&["north", "east", "south"], x.view()).unwrap_err().to_string();
        assert!(text.contains("column south") && text.contains("`north`, `east`"), "{text}");
    }

    #[test]
    fn names_and_sizes_have_to_fit() {
        let x = array![[1.0, 2.0], [2.0, 1.0], [3.0, 5.0]];
        assert!(check_covariates(&["a"], x.view()).unwrap_err().to_string().contains("1 names for 2 columns"));
        assert!(check_covariates(&["a", "a"], x.view()).unwrap_err().to_string().contains("given twice"));
        let few = array![[1.0, 2.0], [2.0, 1.0]];
        assert!(check_covariates(&["a", "b"], few.view()).unwrap_err().to_string().contains("2 persons for 2"));
    }

    #[test]
    fn coefficients_come_back_on_the_covariates_own_scale() {
        let x = array![[1980.0], [1990.0], [2000.0]];
        let design = Design::new(x.view());
        let own = design.own_scale(&[0.3, 0.7]);
        for i in 0..3 {
            let standard = 0.3 + 0.7 * design.row(i)[1];
            assert!((own[0] + own[1] * x[[i, 0]] - standard).abs() < 1e-12);
        }
    }
}
