//! Specialisation: whether an offence tends to be followed by one of the same kind.
//!
//! Belongs here: transitions between consecutive offences over many careers, and the coefficients of the
//! matrix they make.
//! Does not belong here: how mixed one career is, whatever its order (`versatility`).

use super::category::Category;
use super::person::Career;
use crate::error::{Error, Issues, Result};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The largest number of transitions: up to here every count is a whole number in floating point.
const MAX_TRANSITIONS: u64 = 1 << 53;

/// How often an offence of one kind was followed by one of another (or the same) kind.
///
/// Transitions are pairs of consecutive offences of one career, in order of time. Offences at the same
/// time are taken in the order given: with several offences per case, either keep one per case or give
/// case numbers, for two consecutive offences of the same case are not a transition.
///
/// ```
/// use pleegprofiel::{career::{Category, TransitionMatrix}, ndarray::array};
/// let kinds = [Category::VIOLENCE, Category::PROPERTY];
/// let matrix = TransitionMatrix::from_counts(&kinds, array![[30, 10], [10, 50]].view())?;
/// let violence = &matrix.specialisation().categories[1];
/// // R = C = 40 of 100, so E = 16, and (30 - 16) / (40 - 16).
/// assert_eq!((violence.category.key(), violence.fsc), ("violence", Some(14.0 / 24.0)));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<Category, BTreeMap<Category, u64>>", into = "BTreeMap<Category, BTreeMap<Category, u64>>")]
pub struct TransitionMatrix {
    /// From, to, how often.
    counts: BTreeMap<Category, BTreeMap<Category, u64>>,
    total: u64,
}

/// Forward specialisation in one category.
///
/// With `O` transitions from the category to itself, `R` from it in all, `C` to it in all and `N`
/// altogether, `E = R C / N` is what would be expected were the next offence independent of the last:
///
/// - `fsc = (O - E) / (R - E)`: 0 without and 1 with complete specialisation; negative when the category
///   is followed by itself less often than chance has it. `None` when nothing starts in the category, or
///   everything ends in it.
/// - `residual = (O - E) / sqrt(E (1 - R/N) (1 - C/N))`, the adjusted standardised residual: about standard
///   normal when there is no specialisation and transitions are independent. Those of one career are
///   not quite. `None` when `R` or `C` is 0 or `N`.
///
/// # References
/// Farrington (1986) and Farrington, Snyder & Finnegan (1988) for the coefficient; Haberman (1973) for the
/// residual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CategorySpecialisation {
    /// The category.
    pub category: Category,
    /// Transitions from the category to itself, `O`.
    pub repeated: u64,
    /// Transitions from the category, `R`.
    pub from: u64,
    /// Transitions to the category, `C`.
    pub to: u64,
    /// Transitions to itself expected by chance, `E`.
    pub expected: f64,
    /// The coefficient.
    pub fsc: Option<f64>,
    /// The adjusted standardised residual.
    pub residual: Option<f64>,
}

/// Forward specialisation over all categories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Specialisation {
    /// Transitions in all, `N`.
    pub transitions: u64,
    /// `sum (O - E) / sum (R - E)` over all categories; `None` when undefined. In a square table this is
    /// Cohen's kappa (1960) between one offence and the next.
    pub pooled: Option<f64>,
    /// Each category that occurs, in order of its key.
    pub categories: Vec<CategorySpecialisation>,
}

impl TransitionMatrix {
    /// A matrix without transitions.
    pub fn new() -> TransitionMatrix {
        TransitionMatrix::default()
    }

    /// The transitions of a collection of careers. Careers of fewer than two offences have none.
    ///
    /// # Errors
    /// When there are more than 2^53 transitions.
    pub fn of<'a>(careers: impl IntoIterator<Item = &'a Career>) -> Result<TransitionMatrix> {
        let mut matrix = TransitionMatrix::new();
        for career in careers {
            matrix.add_career(career)?;
        }
        Ok(matrix)
    }

    /// A matrix from a table of counts, from (rows) x to (columns), both in the order of `categories`.
    ///
    /// # Errors
    /// Lists a table of another shape, categories that are there twice, and a sum above 2^53.
    pub fn from_counts(categories: &[Category], counts: ArrayView2<'_, u64>) -> Result<TransitionMatrix> {
        let mut issues = Issues::in_memory();
        let k = categories.len();
        if counts.dim() != (k, k) {
            let (rows, columns) = counts.dim();
            issues.add(None, None, || format!("the table is {rows} x {columns} for {k} categories"));
        }
        let mut seen = std::collections::HashSet::new();
        for (i, category) in categories.iter().enumerate() {
            if !seen.insert(category) {
                issues.add(Some(i as u64 + 1), None, || format!("the category {category} is there already"));
            }
        }
        issues.into_result("the table does not make a transition matrix")?;
        let mut matrix = TransitionMatrix::new();
        for ((i, j), &count) in counts.indexed_iter() {
            matrix.add(&categories[i], &categories[j], count)?;
        }
        Ok(matrix)
    }

    /// Adds the transitions of one career.
    ///
    /// # Errors
    /// When there are more than 2^53 transitions; the matrix then holds those before.
    pub fn add_career(&mut self, career: &Career) -> Result<()> {
        for pair in career.offences().windows(2) {
            if pair[0].case.is_some() && pair[0].case == pair[1].case {
                continue;
            }
            self.add(&pair[0].category, &pair[1].category, 1)?;
        }
        Ok(())
    }

    fn add(&mut self, from: &Category, to: &Category, count: u64) -> Result<()> {
        let total = self.total.checked_add(count).filter(|&total| total <= MAX_TRANSITIONS).ok_or_else(|| {
            Error::value(format!("{} and {count} transitions are above the limit of {MAX_TRANSITIONS}", self.total))
        })?;
        self.total = total;
        if count > 0 {
            *self.counts.entry(from.clone()).or_default().entry(to.clone()).or_default() += count;
        }
        Ok(())
    }

    /// How often `from` was followed by `to`.
    pub fn count(&self, from: &Category, to: &Category) -> u64 {
        self.counts.get(from).and_then(|row| row.get(to)).copied().unwrap_or(0)
    }

    /// Number of transitions.
    pub fn transitions(&self) -> u64 {
        self.total
    }

    /// Forward specialisation by category and pooled.
    pub fn specialisation(&self) -> Specialisation {
        let mut margins: BTreeMap<&Category, (u64, u64)> = BTreeMap::new();
        for (from, row) in &self.counts {
            for (to, &count) in row {
                margins.entry(from).or_default().0 += count;
                margins.entry(to).or_default().1 += count;
            }
        }
        let n = self.total as f64;
        let categories: Vec<CategorySpecialisation> = margins
            .into_iter()
            .map(|(category, (from, to))| {
                let repeated = self.count(category, category);
                let (o, r, c) = (repeated as f64, from as f64, to as f64);
                let expected = r * (c / n);
                let inside = |margin: u64| margin > 0 && margin < self.total;
                let variance = expected * (1.0 - r / n) * (1.0 - c / n);
                CategorySpecialisation {
                    category: category.clone(),
                    repeated,
                    from,
                    to,
                    expected,
                    // R - E = R (1 - C/N): zero exactly when R = 0 or C = N.
                    fsc: (from > 0 && to < self.total).then(|| (o - expected) / (r - expected)),
                    residual: (inside(from) && inside(to)).then(|| (o - expected) / variance.sqrt()),
                }
            })
            .collect();
        let excess: f64 = categories.iter().map(|c| c.repeated as f64 - c.expected).sum();
        let room: f64 = categories.iter().map(|c| c.from as f64 - c.expected).sum();
        // One category only ever follows itself: no room for specialisation to show.
        let defined = categories.iter().any(|c| c.fsc.is_some());
        Specialisation { transitions: self.total, pooled: defined.then(|| excess / room), categories }
    }
}

impl TryFrom<BTreeMap<Category, BTreeMap<Category, u64>>> for TransitionMatrix {
    type Error = Error;
    fn try_from(counts: BTreeMap<Category, BTreeMap<Category, u64>>) -> Result<TransitionMatrix> {
        let mut matrix = TransitionMatrix::new();
        for (from, row) in &counts {
            for (to, &count) in row {
                matrix.add(from, to, count)?;
            }
        }
        Ok(matrix)
    }
}

impl From<TransitionMatrix> for BTreeMap<Category, BTreeMap<Category, u64>> {
    fn from(matrix: TransitionMatrix) -> Self {
        matrix.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::career::offence::Offence;
    use crate::career::window::{Window, WindowEnd};
    use crate::units::Age;
    use approx::assert_relative_eq;
    use ndarray::array;

    const KINDS: [Category; 3] = [Category::DRUGS, Category::PROPERTY, Category::VIOLENCE];

    fn career(kinds: &[(f64, Category, Option<u32>)]) -> Career {
        let age = |years: f64| Age::years(years).unwrap();
        Career::by_age()
            .window(Window::ages(age(12.0), age(60.0), WindowEnd::EndOfRegister))
            .offences(kinds.iter().map(|(years, kind, case)| {
                let offence = Offence::at_age(age(*years), kind.clone());
                Offence { case: *case, ..offence }
            }))
            .build()
            .unwrap()
    }

    /// Worked by hand: R = (20, 50, 30), C = (25, 45, 30), N = 100.
    #[test]
    fn the_coefficient_of_a_worked_example_is_reproduced() {
        let matrix =
            TransitionMatrix::from_counts(&KINDS, array![[10, 5, 5], [10, 30, 10], [5, 10, 15]].view()).unwrap();
        let s = matrix.specialisation();
        assert_eq!(s.transitions, 100);
        let fsc: Vec<f64> = s.categories.iter().map(|c| c.fsc.unwrap()).collect();
        assert_relative_eq!(fsc[0], (10.0 - 5.0) / (20.0 - 5.0), max_relative = 1e-14);
        assert_relative_eq!(fsc[1], (30.0 - 22.5) / (50.0 - 22.5), max_relative = 1e-14);
        assert_relative_eq!(fsc[2], (15.0 - 9.0) / (30.0 - 9.0), max_relative = 1e-14);
        let residual = (10.0 - 5.0) / (5.0 * 0.8 * 0.75_f64).sqrt();
        assert_relative_eq!(s.categories[0].residual.unwrap(), residual, max_relative = 1e-14);
        // Kappa: observed agreement 0.55, expected 0.365.
        assert_relative_eq!(s.pooled.unwrap(), (0.55 - 0.365) / (1.0 - 0.365), max_relative = 1e-14);
    }

    #[test]
    fn complete_specialisation_is_one_and_independence_zero() {
        let diagonal = array![[4, 0, 0], [0, 5, 0], [0, 0, 6]];
        let s = TransitionMatrix::from_counts(&KINDS, diagonal.view()).unwrap().specialisation();
        assert!(s.categories.iter().all(|c| (c.fsc.unwrap() - 1.0).abs() < 1e-14));
        let independent = array![[1, 2, 3], [2, 4, 6], [4, 8, 12]];
        let s = TransitionMatrix::from_counts(&KINDS, independent.view()).unwrap().specialisation();
        assert!(s.categories.iter().all(|c| c.fsc.unwrap().abs() < 1e-14));
        assert_relative_eq!(s.pooled.unwrap(), 0.0, epsilon = 1e-14);
    }

    #[test]
    fn the_coefficient_is_undefined_rather_than_nan() {
        let empty = TransitionMatrix::new().specialisation();
        assert_eq!((empty.transitions, empty.pooled, empty.categories.len()), (0, None, 0));
        // Drugs are only ever last; property only ever first.
        let one = array![[0, 0, 0], [7, 0, 0], [0, 0, 0]];
        let s = TransitionMatrix::from_counts(&KINDS, one.view()).unwrap().specialisation();
        assert_eq!((s.categories[0].fsc, s.categories[0].residual), (None, None));
        assert_eq!((s.categories[1].fsc, s.categories[1].residual), (Some(0.0), None));
        let only = TransitionMatrix::from_counts(&KINDS[..1], array![[7]].view()).unwrap().specialisation();
        assert_eq!((only.pooled, only.categories[0].fsc, only.categories[0].residual), (None, None, None));
    }

    #[test]
    fn consecutive_offences_of_one_case_are_no_transition() {
        let d = || Category::DRUGS;
        let v = || Category::VIOLENCE;
        let cases = [(20.0, d(), Some(1)), (20.0, v(), Some(1)), (21.0, v(), Some(2)), (22.0, d(), None)];
        let matrix = TransitionMatrix::of([&career(&cases), &career(&cases[..1])]).unwrap();
        assert_eq!(matrix.transitions(), 2);
        assert_eq!((matrix.count(&v(), &v()), matrix.count(&v(), &d()), matrix.count(&d(), &v())), (1, 1, 0));
    }

    #[test]
    fn a_matrix_reads_back_from_json_and_refuses_what_cannot_be() {
        let matrix = TransitionMatrix::from_counts(&KINDS, array![[1, 0, 2], [0, 3, 0], [0, 0, 0]].view()).unwrap();
        let text = serde_json::to_string(&matrix).unwrap();
        assert_eq!(text, r#"{"drugs":{"drugs":1,"violence":2},"property":{"property":3}}"#);
        assert_eq!(serde_json::from_str::<TransitionMatrix>(&text).unwrap(), matrix);
        assert!(TransitionMatrix::from_counts(&KINDS[..2], array![[u64::MAX, 1], [0, 0]].view()).is_err());
        assert!(TransitionMatrix::from_counts(&KINDS, array![[1]].view()).is_err());
        let twice = [Category::DRUGS, Category::DRUGS];
        assert!(TransitionMatrix::from_counts(&twice, array![[1, 2], [3, 4]].view()).is_err());
    }
}
