//! Who is assigned where, how often that is wrong, and the weights that each method gives to persons.

use crate::error::{Error, ErrorKind, Issues, Result};
use crate::numeric::logspace::most_likely;
use crate::trajectory::relate::method::{Assignment, RelateFinding, RelateMethod};
use ndarray::{Array2, ArrayView2};
use serde::Serialize;

/// How far the posterior probabilities of a person may sum from 1: rounding of six digits.
const SUM_TOLERANCE: f64 = 1e-6;

/// The largest norm (maximum absolute row sum) of the inverse classification-error matrix that is accepted.
///
/// With modal assignment it is what one person counts for in absolute terms after correction: at 20, one
/// person's outcome enters with weights that sum to 20 in size and to 1 in value, and what is left is noise.
/// With two groups of equal error it stands for 47.5 % wrongly assigned. This crate's choice.
pub const MAX_INVERSE_NORM: f64 = 20.0;

/// Checked posterior probabilities of group membership: the link between a fit and anything else.
///
/// Groups are numbered from 1 in results, in the order of the columns, which is that of the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    posteriors: Array2<f64>,
    weights: Option<Vec<f64>>,
    modal: Vec<usize>,
}

/// How often persons of one group are assigned to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClassificationErrors {
    /// How persons were assigned.
    pub assignment: Assignment,
    /// Shares of the groups: (weighted) means of the posterior probabilities.
    pub shares: Vec<f64>,
    /// `D[t][s]`, the probability that a person of group `t` (row) is assigned to group `s` (column); rows
    /// sum to 1.
    pub matrix: Array2<f64>,
    /// The inverse of `matrix`; its rows sum to 1 as well.
    pub inverse: Array2<f64>,
    /// Maximum absolute row sum of the inverse: 1 without error, at most [`MAX_INVERSE_NORM`].
    pub inverse_norm: f64,
}

impl Membership {
    /// Checks posterior probabilities (persons x groups) and optional sampling weights, one per person.
    ///
    /// ```
    /// use pleegprofiel::{ndarray::array, trajectory::relate::{Assignment, Membership}};
    /// let posteriors = array![[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.2, 0.8]];
    /// let errors = Membership::new(posteriors.view(), None)?.classification_errors(Assignment::Modal)?;
    /// // of the 2.0 persons in group 1, 0.9 + 0.7 are assigned to it
    /// assert!((errors.matrix[[0, 0]] - 0.8).abs() < 1e-15);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidInput`] listing every problem: no persons, no groups, a value that is not a
    /// number, is below 0 or above 1, a row that does not sum to 1 within 1e-6, weights of another length,
    /// or a weight that is not finite and above 0.
    pub fn new(posteriors: ArrayView2<'_, f64>, weights: Option<&[f64]>) -> Result<Membership> {
        let mut issues = Issues::in_memory();
        if posteriors.nrows() == 0 || posteriors.ncols() == 0 {
            issues.add(None, None, || format!("{} persons x {} groups", posteriors.nrows(), posteriors.ncols()));
        }
        for (i, row) in posteriors.rows().into_iter().enumerate() {
            let (person, mut good) = (Some(i as u64 + 1), true);
            for (k, p) in row.iter().enumerate().filter(|(_, p)| !(**p >= 0.0 && **p <= 1.0 + SUM_TOLERANCE)) {
                good = false;
                issues.add(person, Some(&format!("group {}", k + 1)), || format!("{p} is not a probability"));
            }
            let sum = row.sum();
            if good && (sum - 1.0).abs() > SUM_TOLERANCE {
                issues.add(person, None, || format!("the posterior probabilities sum to {sum}, not 1"));
            }
        }
        if let Some(weights) = weights {
            if weights.len() != posteriors.nrows() {
                issues.add(None, None, || format!("{} weights for {} persons", weights.len(), posteriors.nrows()));
            }
            for (i, w) in weights.iter().enumerate().filter(|(_, w)| !(w.is_finite() && **w > 0.0)) {
                issues.add(Some(i as u64 + 1), Some("weight"), || format!("{w} is not above 0"));
            }
        }
        issues.into_result("the posterior probabilities cannot be used")?;
        let modal = posteriors.rows().into_iter().map(|row| most_likely(row.iter().copied())).collect();
        Ok(Membership { posteriors: posteriors.to_owned(), weights: weights.map(<[f64]>::to_vec), modal })
    }

    /// Number of persons.
    pub fn persons(&self) -> usize {
        self.posteriors.nrows()
    }

    /// Number of groups.
    pub fn groups(&self) -> usize {
        self.posteriors.ncols()
    }

    pub(crate) fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[i])
    }

    pub(crate) fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// Group of the highest probability, 0-based; the first of equals.
    pub(crate) fn modal(&self) -> &[usize] {
        &self.modal
    }

    /// Persons x groups, row after row: 1 for the most likely group, or the posterior probabilities.
    pub(crate) fn assigned(&self, assignment: Assignment) -> Vec<f64> {
        match assignment {
            Assignment::Modal => {
                let one = |&m: &usize| (0..self.groups()).map(move |t| f64::from(t == m));
                self.modal.iter().flat_map(one).collect()
            }
            Assignment::Proportional => self.posteriors.iter().copied().collect(),
        }
    }

    /// The classification-error matrix and its inverse.
    ///
    /// `D[t][s] = sum_i w_i p_it a_is / sum_i w_i p_it`, with `p` the posterior probabilities and `a` the
    /// assignment: 1 for the most likely group, or `p` itself.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Untrusted`] when a group has no posterior weight, when nobody is assigned to a group,
    /// or when the inverse is larger than [`MAX_INVERSE_NORM`]; the message names the groups that cannot be
    /// told apart.
    ///
    /// # References
    /// Bolck, Croon & Hagenaars (2004), Political Analysis 12; Vermunt (2010), Political Analysis 18, eq. 6;
    /// Bakk, Tekle & Vermunt (2013), Sociological Methodology 43.
    pub fn classification_errors(&self, assignment: Assignment) -> Result<ClassificationErrors> {
        let groups = self.groups();
        let assigned = self.assigned(assignment);
        let (mut matrix, mut size) = (Array2::<f64>::zeros((groups, groups)), vec![0.0; groups]);
        for (i, row) in self.posteriors.rows().into_iter().enumerate() {
            for (t, p) in row.iter().enumerate() {
                let weight = self.weight(i) * p;
                size[t] += weight;
                for s in 0..groups {
                    matrix[[t, s]] += weight * assigned[i * groups + s];
                }
            }
        }
        let total: f64 = size.iter().sum();
        for (t, &weight) in size.iter().enumerate() {
            // below rounding of the sums
            if weight <= 1e-12 * total {
                return Err(refused(format!("group {} has no posterior weight at all", t + 1)));
            }
            matrix.row_mut(t).mapv_inplace(|d| d / weight);
        }
        if let Some(s) = (0..groups).find(|&s| matrix.column(s).sum() <= 1e-12) {
            return Err(refused(format!(
                "nobody is assigned to group {}: it is nobody's most likely group, so nothing can be said of it",
                s + 1
            )));
        }
        let inverse = invert(&matrix);
        let norm = |m: &Array2<f64>| m.rows().into_iter().map(|r| r.iter().map(|v| v.abs()).sum()).fold(0.0, f64::max);
        let inverse_norm = inverse.as_ref().map_or(f64::INFINITY, norm);
        match inverse {
            Some(inverse) if inverse_norm <= MAX_INVERSE_NORM => Ok(ClassificationErrors {
                assignment,
                shares: size.iter().map(|s| s / total).collect(),
                matrix,
                inverse,
                inverse_norm,
            }),
            _ => Err(refused(cannot_be_told_apart(&matrix, inverse_norm))),
        }
    }

    /// What a person counts for in each group under a method that works by weights, persons x groups, row
    /// after row, with what a reader has to know of them.
    pub(crate) fn group_weights(&self, method: RelateMethod) -> Result<(Vec<f64>, Vec<RelateFinding>)> {
        let groups = self.groups();
        match method {
            RelateMethod::Hard => Ok((self.assigned(Assignment::Modal), vec![RelateFinding::Attenuated])),
            RelateMethod::Proportional => {
                Ok((self.assigned(Assignment::Proportional), vec![RelateFinding::Attenuated]))
            }
            RelateMethod::Bch(assignment) | RelateMethod::MaximumLikelihood(assignment) => {
                let inverse = self.classification_errors(assignment)?.inverse;
                let assigned = self.assigned(assignment);
                let mut corrected = vec![0.0; assigned.len()];
                for (a, out) in assigned.chunks_exact(groups).zip(corrected.chunks_exact_mut(groups)) {
                    for (s, a) in a.iter().enumerate().filter(|(_, a)| **a != 0.0) {
                        out.iter_mut().enumerate().for_each(|(t, o)| *o += a * inverse[[s, t]]);
                    }
                }
                let persons = corrected.chunks_exact(groups).filter(|row| row.iter().any(|w| *w < 0.0)).count();
                let smallest = corrected.iter().copied().fold(0.0, f64::min);
                let mut findings = vec![RelateFinding::StepOneTakenAsKnown];
                if persons > 0 && matches!(method, RelateMethod::Bch(_)) {
                    findings.push(RelateFinding::NegativeWeights { persons, smallest });
                }
                Ok((corrected, findings))
            }
        }
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Untrusted, format!("classification error cannot be corrected: {message}"))
}

/// Names the two groups whose members are assigned most alike.
fn cannot_be_told_apart(matrix: &Array2<f64>, inverse_norm: f64) -> String {
    let groups = matrix.nrows();
    let distance = |a: usize, b: usize| -> f64 { (0..groups).map(|s| (matrix[[a, s]] - matrix[[b, s]]).abs()).sum() };
    let pairs = (0..groups).flat_map(|a| (0..a).map(move |b| (b, a)));
    let closest = pairs.min_by(|p, q| distance(p.0, p.1).total_cmp(&distance(q.0, q.1)));
    let (a, b) = closest.unwrap_or((0, 0));
    let percent = |t: usize, s: usize| 100.0 * matrix[[t, s]];
    format!(
        "groups {} and {} cannot be told apart: persons of group {} are assigned to them in {:.0} % and {:.0} %, \
         persons of group {} in {:.0} % and {:.0} % (norm of the inverse {inverse_norm:.0}, limit {MAX_INVERSE_NORM})",
        a + 1,
        b + 1,
        a + 1,
        percent(a, a),
        percent(a, b),
        b + 1,
        percent(b, a),
        percent(b, b),
    )
}

/// Gauss-Jordan with partial pivoting; `None` when a pivot is lost.
fn invert(matrix: &Array2<f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let (mut a, mut inverse) = (matrix.clone(), Array2::<f64>::eye(n));
    for c in 0..n {
        let pivot = (c..n).max_by(|&i, &k| a[[i, c]].abs().total_cmp(&a[[k, c]].abs()))?;
        if a[[pivot, c]].abs() < 1e-13 {
            return None;
        }
        for k in 0..n {
            a.swap([c, k], [pivot, k]);
            inverse.swap([c, k], [pivot, k]);
        }
        let scale = a[[c, c]];
        for k in 0..n {
            a[[c, k]] /= scale;
            inverse[[c, k]] /= scale;
        }
        for i in (0..n).filter(|&i| i != c) {
            let factor = a[[i, c]];
            for k in 0..n {
                let (above, right) = (a[[c, k]], inverse[[c, k]]);
                a[[i, k]] -= factor * above;
                inverse[[i, k]] -= factor * right;
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_inverse_undoes_the_matrix_even_when_a_pivot_is_zero() {
        let m = array![[0.0, 0.7, 0.3], [0.9, 0.05, 0.05], [0.1, 0.2, 0.7]];
        let product = m.dot(&invert(&m).unwrap());
        for ((i, k), v) in product.indexed_iter() {
            assert!((v - f64::from(i == k)).abs() < 1e-14);
        }
        assert!(invert(&array![[0.5, 0.5], [0.5, 0.5]]).is_none());
    }

    #[test]
    fn corrected_weights_of_a_person_sum_to_one_and_the_groups_to_their_shares() {
        let p = array![[0.8, 0.1, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7], [0.2, 0.6, 0.2], [0.7, 0.2, 0.1]];
        let membership = Membership::new(p.view(), None).unwrap();
        for assignment in [Assignment::Modal, Assignment::Proportional] {
            let (w, findings) = membership.group_weights(RelateMethod::Bch(assignment)).unwrap();
            assert!(matches!(findings[1], RelateFinding::NegativeWeights { .. }));
            w.chunks(3).for_each(|row| assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-13));
            for t in 0..3 {
                let size: f64 = w.chunks(3).map(|row| row[t]).sum();
                assert!((size - p.column(t).sum()).abs() < 1e-12);
            }
        }
    }
}
