//! Stability of a distribution: the population stability index with its sampling distribution.

use crate::error::{Error, Result};
use crate::numeric::p_values::chi_square_upper;
use crate::validation::undefined::{Defined, Undefined};

/// Counts of the same cells in two periods compared.
///
/// `PSI = sum (b - a) ln(b / a)` over shares. Without any change it is near `(1/n + 1/m)` times a chi-square with one
/// degree of freedom fewer than cells, so it is large in small samples and the folklore limits 0.1 and 0.25 say nothing
/// by themselves; the p-value says how often chance alone gives as much.
///
/// # References
/// Yurdakul & Naranjo (2020), Journal of Risk Model Validation 14, for the distribution.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Stability {
    /// Cells.
    pub cells: usize,
    /// People in the first and the second period.
    pub people: [f64; 2],
    /// The index as it is; infinite when a cell is empty in one period alone.
    pub psi: f64,
    /// The index after adding a half to every count of both periods: finite, and said to be so.
    pub psi_half_added: f64,
    /// What the index is on average without change.
    pub expected_without_change: f64,
    /// Chance of an index (half added) of at least this without change.
    pub psi_p: f64,
    /// Pearson's chi-square of the table of two rows, its degrees of freedom and its p-value; cells empty in both
    /// periods do not count.
    pub chi_square: Defined<ChiSquare>,
}

/// A chi-square test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: usize,
    /// Chance of at least this much.
    pub p: f64,
}

impl Stability {
    /// Compares counts by cell.
    ///
    /// ```
    /// use pleegprofiel::validation::Stability;
    /// let same = Stability::new(&[100.0, 200.0], &[10.0, 20.0])?;
    /// assert_eq!(same.psi, 0.0);
    /// assert_eq!(Stability::new(&[100.0, 0.0], &[10.0, 20.0])?.psi, f64::INFINITY);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the cells differ in number, are fewer than two, a count is negative or not finite, or a period is empty.
    pub fn new(first: &[f64], second: &[f64]) -> Result<Stability> {
        if first.len() != second.len() || first.len() < 2 {
            let (a, b) = (first.len(), second.len());
            return Err(Error::options(format!("{a} and {b} cells: equally many are needed, and at least 2")));
        }
        if let Some(bad) = first.iter().chain(second).find(|c| !(**c >= 0.0 && c.is_finite())) {
            return Err(Error::value(format!("{bad} is not a count: 0 or more, and finite")));
        }
        let (n, m) = (first.iter().sum::<f64>(), second.iter().sum::<f64>());
        if n <= 0.0 || m <= 0.0 {
            return Err(Error::options("a period without people cannot be compared"));
        }
        let k = first.len();
        let index = |add: f64| -> f64 {
            let (n, m) = (n + add * k as f64, m + add * k as f64);
            let part = |(a, b): (&f64, &f64)| {
                let (a, b) = ((a + add) / n, (b + add) / m);
                if a == b { 0.0 } else { (b - a) * (b / a).ln() }
            };
            first.iter().zip(second).map(part).sum()
        };
        let psi_half_added = index(0.5);
        let scale = 1.0 / n + 1.0 / m;
        Ok(Stability {
            cells: k,
            people: [n, m],
            psi: index(0.0),
            psi_half_added,
            expected_without_change: scale * (k - 1) as f64,
            psi_p: chi_square_upper(psi_half_added / scale, k - 1),
            chi_square: chi_square(first, second, n, m),
        })
    }
}

fn chi_square(first: &[f64], second: &[f64], n: f64, m: f64) -> Defined<ChiSquare> {
    let cells: Vec<(f64, f64)> =
        first.iter().copied().zip(second.iter().copied()).filter(|(a, b)| a + b > 0.0).collect();
    if cells.len() < 2 {
        return Err(Undefined::new("a single cell has people: nothing to compare"));
    }
    let part = |&(a, b): &(f64, f64)| {
        let both = a + b;
        let (ea, eb) = (both * n / (n + m), both * m / (n + m));
        (a - ea).powi(2) / ea + (b - eb).powi(2) / eb
    };
    let statistic = cells.iter().map(part).sum();
    let df = cells.len() - 1;
    Ok(ChiSquare { statistic, df, p: chi_square_upper(statistic, df) })
}
