//! Wald tests of linear contrasts of a general model's parameters.

use crate::error::{Error, ErrorKind, Result};
use crate::numeric::linalg::Square;
use crate::numeric::p_values::chi_square_upper;
use crate::trajectory::fit::precision::Precision;
use crate::trajectory::fit::standard_errors::Errors;
use crate::trajectory::fit::words::{name, of_part};
use crate::trajectory::spec::layout::Part;
use ndarray::{Array2, ArrayView2};
use serde::Serialize;

/// A test with a chi-square distribution under its null hypothesis.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WaldTest {
    /// `W = (L theta - r)' (L V L')^-1 (L theta - r)`.
    pub statistic: f64,
    /// Degrees of freedom: rows of `L`.
    pub df: usize,
    /// `P(chi-square >= W)`.
    pub p: f64,
    /// `L theta - r`, row by row.
    pub difference: Vec<f64>,
    /// Covariance that was used.
    pub errors: Errors,
    /// What was tested, in words.
    pub hypothesis: String,
}

impl Precision<'_> {
    /// Wald test of `L theta = r`: one row a restriction, one column a parameter in the order of
    /// [`crate::Model::parameter_names`].
    ///
    /// The chi-square distribution holds for large cohorts and away from boundaries. Numbers of groups cannot be
    /// tested like this; see [`Fit::group_test`](crate::Fit::group_test).
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::{Array2, array}, trajectory::Errors};
    /// let counts = Array2::from_shape_fn((200, 6), |(i, t)| Some(((i * 7 + t * 3) % 4) as f64));
    /// let panel = Panel::new(AgeGrid::years(12, 17)?).series("counts", counts.view())?;
    /// let fit = Spec::new(1).outcome(OutcomeSpec::counts(Family::Poisson).degree(1)).fit(&panel)?;
    /// // no slope: the square of estimate over standard error
    /// let test = fit.by(Errors::Information)?.wald(array![[0.0, 1.0]].view(), &[0.0])?;
    /// let slope = &fit.by(Errors::Information)?.estimates()[1];
    /// assert!((test.statistic - (slope.value / slope.se.unwrap_or(0.0)).powi(2)).abs() < 1e-9);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When numbers of rows or columns do not fit, a number is not finite, rows repeat each other, or (kind
    /// [`ErrorKind::Untrusted`]) a row rests on a parameter that the data do not determine, which is named.
    ///
    /// # References
    /// Wald (1943), Transactions of the American Mathematical Society 54, 426-482.
    pub fn wald(&self, contrast: ArrayView2<'_, f64>, right: &[f64]) -> Result<WaldTest> {
        let hypothesis = format!("{} linear restrictions", right.len());
        self.wald_of(contrast, right, hypothesis)
    }

    /// Wald test that everything the expected curve of an outcome depends on is the same in groups `a` and
    /// `b` (numbers from 0): the curve's coefficients, a zero part or `tau` of each group.
    ///
    /// Where groups differ in nothing else, groups with the same curve are one group, and the null hypothesis
    /// lies where chi-square does not hold (the shares are not identified): a small p-value then only says
    /// that the estimates are far apart in standard errors. With dispersions or other outcomes that tell the
    /// groups apart, the test is a proper one.
    ///
    /// # Errors
    /// As [`Precision::wald`]; when there is no such outcome or group, or the curves have different bases.
    pub fn equal_curves(&self, outcome: usize, a: usize, b: usize) -> Result<WaldTest> {
        self.equal_parts(outcome, a, b, &[Part::Curve, Part::Zero, Part::LogTau])
    }

    /// Wald test that the parameters of the given parts are the same in groups `a` and `b` (from 0).
    ///
    /// # Errors
    /// As [`Precision::equal_curves`]; when the groups have no parameters of their own in these parts.
    pub fn equal_parts(&self, outcome: usize, a: usize, b: usize, parts: &[Part]) -> Result<WaldTest> {
        self.check_groups(outcome, &[a, b])?;
        if a == b {
            return Err(Error::options(format!("group {} is compared with itself", a + 1)));
        }
        let layout = &self.fit.model.layout;
        let of = |m: usize| -> Vec<usize> {
            (0..layout.len())
                .filter(|&i| {
                    let p = &layout.parameters[i];
                    parts.contains(&p.part) && p.outcome == Some(outcome) && p.group.is_some_and(|g| g.index() == m)
                })
                .collect()
        };
        let (in_a, in_b) = (of(a), of(b));
        let alike = in_a.len() == in_b.len()
            && in_a.iter().zip(&in_b).all(|(&i, &j)| {
                let (p, q) = (&layout.parameters[i], &layout.parameters[j]);
                (p.part, p.index, &p.term) == (q.part, q.index, &q.term)
            });
        if !alike || in_a.is_empty() {
            let (a, b) = (a + 1, b + 1);
            return Err(Error::options(format!(
                "groups {a} and {b} have curves of different terms, or none of their own: they cannot be compared term by term"
            )));
        }
        let mut contrast = Array2::zeros((in_a.len(), layout.len()));
        for (row, (&i, &j)) in in_a.iter().zip(&in_b).enumerate() {
            contrast[(row, i)] = 1.0;
            contrast[(row, j)] = -1.0;
        }
        let series = &self.fit.model.spec.outcomes[outcome].series;
        let what = format!("groups {} and {} have the same {} of {series}", a + 1, b + 1, words(parts));
        self.wald_of(contrast.view(), &vec![0.0; in_a.len()], what)
    }

    /// Wald test that one term (number `index` of a part, as in [`crate::trajectory::Parameter`]) is the same in all groups
    /// that have it.
    ///
    /// # Errors
    /// As [`Precision::wald`]; when fewer than two groups have this term as their own.
    pub fn equal_terms(&self, outcome: Option<usize>, part: Part, index: usize) -> Result<WaldTest> {
        let layout = &self.fit.model.layout;
        let with: Vec<usize> = (0..layout.len())
            .filter(|&i| {
                let p = &layout.parameters[i];
                p.part == part && p.outcome == outcome && p.index == index && p.group.is_some()
            })
            .collect();
        if with.len() < 2 {
            return Err(Error::options(format!(
                "{} group{} a term {index} of its own in this part: nothing to compare",
                with.len(),
                if with.len() == 1 { " has" } else { "s have" }
            )));
        }
        let mut contrast = Array2::zeros((with.len() - 1, layout.len()));
        for (row, &i) in with[1..].iter().enumerate() {
            contrast[(row, with[0])] = -1.0;
            contrast[(row, i)] = 1.0;
        }
        let term = &layout.parameters[with[0]].term;
        let what = format!("{}, term {term}: the same in {} groups", words(&[part]), with.len());
        self.wald_of(contrast.view(), &vec![0.0; with.len() - 1], what)
    }

    fn check_groups(&self, outcome: usize, groups: &[usize]) -> Result<()> {
        let outcomes = self.fit.model.spec.outcomes.len();
        if outcome >= outcomes {
            return Err(Error::options(format!("there is no outcome {outcome}, counted from 0: there are {outcomes}")));
        }
        let there = self.fit.model.group_count(outcome);
        match groups.iter().find(|&&g| g >= there) {
            Some(g) => Err(Error::options(format!("there is no group {g}, counted from 0: there are {there}"))),
            None => Ok(()),
        }
    }

    fn wald_of(&self, contrast: ArrayView2<'_, f64>, right: &[f64], hypothesis: String) -> Result<WaldTest> {
        let (n, rows) = (self.fit.model.layout.len(), contrast.nrows());
        if contrast.ncols() != n || right.len() != rows || rows == 0 {
            return Err(Error::options(format!(
                "a contrast of {rows} x {} with {} right-hand sides, but there are {n} parameters",
                contrast.ncols(),
                right.len()
            )));
        }
        if contrast.iter().chain(right).any(|v| !v.is_finite()) {
            return Err(Error::options("a contrast holds a number that is not finite"));
        }
        let inference = &self.fit.inference;
        let undetermined: Vec<String> = (0..n)
            .filter(|&i| !inference.determined[i] && contrast.column(i).iter().any(|&v| v != 0.0))
            .map(|i| name(self.fit, &self.fit.model.layout.parameters[i]))
            .collect();
        if !undetermined.is_empty() {
            let what = undetermined.join("; ");
            let why = format!("no test can be given: it rests on what the data do not determine: {what}");
            return Err(Error::new(ErrorKind::Untrusted, why));
        }
        let v = self.matrix();
        let mut middle = Square::zeros(rows);
        for i in 0..rows {
            let lv: Vec<f64> = (0..n).map(|b| (0..n).map(|a| contrast[(i, a)] * v.at(a, b)).sum()).collect();
            for j in 0..rows {
                middle.set(i, j, (0..n).map(|b| lv[b] * contrast[(j, b)]).sum());
            }
        }
        // on the scale of correlations, so that a small variance is not taken for a repeated row
        let scale: Vec<f64> = (0..rows).map(|i| middle.at(i, i).max(f64::MIN_POSITIVE).sqrt()).collect();
        for i in 0..rows {
            (0..rows).for_each(|j| middle.set(i, j, middle.at(i, j) / (scale[i] * scale[j])));
        }
        let theta = &self.fit.model.theta;
        let difference: Vec<f64> =
            (0..rows).map(|i| contrast.row(i).iter().zip(theta).map(|(l, t)| l * t).sum::<f64>() - right[i]).collect();
        let repeated = || Error::options("rows of the contrast repeat each other: they are no separate restrictions");
        if middle.eigen().first().is_none_or(|e| e.0 < 1e-10) {
            return Err(repeated());
        }
        let scaled: Vec<f64> = difference.iter().zip(&scale).map(|(d, s)| d / s).collect();
        let solved = middle.cholesky().ok_or_else(repeated)?.solve(&scaled);
        let statistic: f64 = scaled.iter().zip(solved).map(|(a, b)| a * b).sum();
        Ok(WaldTest {
            statistic,
            df: rows,
            p: chi_square_upper(statistic, rows),
            difference,
            errors: self.errors(),
            hypothesis,
        })
    }
}

fn words(parts: &[Part]) -> String {
    parts.iter().map(|&part| of_part(part)).collect::<Vec<_>>().join(", ")
}
