//! Bases of a curve over age: polynomials, natural cubic splines, B-splines.
//!
//! Belongs here: what the columns are and how they are evaluated. Does not belong here: coefficients.

use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};
use crate::numeric::linalg::Square;
use serde::{Deserialize, Serialize};

/// The highest polynomial degree offered.
pub const MAX_DEGREE: usize = 5;
/// The most interior knots of a spline.
pub const MAX_KNOTS: usize = 10;

/// Basis of a curve over the scaled age `u` in [-1, 1], which runs from the first to the last age interval.
///
/// Knots are exact ages in years. The scaled age of an interval is that of its middle, so a knot at 18.0 is the
/// 18th birthday and lies between the intervals of age 17 and 18, whose middles are 17.5 and 18.5. Where other
/// software works with completed years 8, 9, .., its knot at 18 is 18.5 here. The boundary knots are the middles
/// of the first and last interval.
///
/// ```
/// use pleegprofiel::{AgeGrid, trajectory::Basis};
/// let basis = Basis::natural_spline(&[14.0, 18.0, 26.0], AgeGrid::years(8, 38)?)?;
/// assert_eq!(basis.terms(), 5);
/// // coefficients of a natural spline are the curve's values at its five knots
/// assert_eq!(basis.row(-1.0), [1.0, 0.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", try_from = "RawBasis")]
#[non_exhaustive]
pub enum Basis {
    /// Powers 0 to `degree` of `u`.
    #[non_exhaustive]
    Polynomial {
        /// Highest power.
        degree: usize,
    },
    /// Cubic between knots, twice continuously differentiable, straight beyond the boundary (the column space of
    /// R's `splines::ns(intercept = TRUE)`). Coefficient `k` is the value of the curve at knot `k`, the two
    /// boundary knots counted.
    #[non_exhaustive]
    NaturalSpline {
        /// Interior knots, exact ages in years, increasing.
        knots: Vec<f64>,
        /// Boundary knots: the ages, in years, at which `u` is -1 and 1.
        boundary: [f64; 2],
    },
    /// B-splines, all columns (R's `splines::bs(intercept = TRUE)`): none is negative between the boundary knots,
    /// and together they are 1.
    #[non_exhaustive]
    BSpline {
        /// Degree of the pieces.
        degree: usize,
        /// Interior knots, exact ages in years, increasing.
        knots: Vec<f64>,
        /// Boundary knots: the ages, in years, at which `u` is -1 and 1.
        boundary: [f64; 2],
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawBasis {
    Polynomial { degree: usize },
    NaturalSpline { knots: Vec<f64>, boundary: [f64; 2] },
    BSpline { degree: usize, knots: Vec<f64>, boundary: [f64; 2] },
}

impl TryFrom<RawBasis> for Basis {
    type Error = Error;
    fn try_from(raw: RawBasis) -> Result<Self> {
        let basis = match raw {
            RawBasis::Polynomial { degree } => Basis::Polynomial { degree },
            RawBasis::NaturalSpline { knots, boundary } => Basis::NaturalSpline { knots, boundary },
            RawBasis::BSpline { degree, knots, boundary } => Basis::BSpline { degree, knots, boundary },
        };
        basis.well_formed().map(|()| basis)
    }
}

fn boundary(grid: AgeGrid) -> [f64; 2] {
    [grid.mid_age(0), grid.mid_age(grid.len() - 1)]
}

impl Basis {
    /// Powers 0 to `degree` of the scaled age.
    ///
    /// # Errors
    /// When the degree is above [`MAX_DEGREE`].
    pub fn polynomial(degree: usize) -> Result<Self> {
        let basis = Basis::Polynomial { degree };
        basis.well_formed().map(|()| basis)
    }

    /// Natural cubic spline with these interior knots, exact ages in years; without any it is a straight line.
    ///
    /// # Errors
    /// When there are more than [`MAX_KNOTS`] knots, they do not increase, one does not lie between the middles of
    /// the first and last interval, or they are more or closer together than the ages of the grid can tell apart.
    pub fn natural_spline(knots: &[f64], grid: AgeGrid) -> Result<Self> {
        Basis::NaturalSpline { knots: knots.to_vec(), boundary: boundary(grid) }.on(grid)
    }

    /// B-spline of this degree with these interior knots, exact ages in years.
    ///
    /// # Errors
    /// When the degree is not from 1 to [`MAX_DEGREE`], and as [`Basis::natural_spline`].
    pub fn b_spline(degree: usize, knots: &[f64], grid: AgeGrid) -> Result<Self> {
        Basis::BSpline { degree, knots: knots.to_vec(), boundary: boundary(grid) }.on(grid)
    }

    fn on(self, grid: AgeGrid) -> Result<Self> {
        if grid.len() < 2 {
            return Err(Error::options("a spline needs at least 2 age intervals"));
        }
        self.well_formed()?;
        self.check(grid.len())?;
        Ok(self)
    }

    /// Number of columns, hence of coefficients.
    pub fn terms(&self) -> usize {
        match self {
            Basis::Polynomial { degree } => degree + 1,
            Basis::NaturalSpline { knots, .. } => knots.len() + 2,
            Basis::BSpline { degree, knots, .. } => degree + 1 + knots.len(),
        }
    }

    /// The columns at scaled age `u`. Beyond [-1, 1] natural splines go on straight, the others as the polynomial
    /// of their last piece.
    pub fn row(&self, u: f64) -> Vec<f64> {
        match self {
            Basis::Polynomial { degree } => {
                std::iter::successors(Some(1.0), |power| Some(power * u)).take(degree + 1).collect()
            }
            Basis::NaturalSpline { knots, boundary } => natural_row(&scaled(knots, *boundary, 1), u),
            Basis::BSpline { degree, knots, boundary } => b_row(*degree, &scaled(knots, *boundary, degree + 1), u),
        }
    }

    /// Whether as many age intervals, equally spaced over [-1, 1], can tell the columns apart.
    pub(crate) fn check(&self, intervals: usize) -> Result<()> {
        self.well_formed()?;
        let terms = self.terms();
        if terms > intervals {
            return Err(Error::options(format!(
                "{} of {terms} coefficients asked for, but there are {intervals} age intervals",
                self.name()
            )));
        }
        let mut gram = Square::zeros(terms);
        for j in 0..intervals {
            let u = if intervals == 1 { 0.0 } else { 2.0 * j as f64 / (intervals - 1) as f64 - 1.0 };
            let row = self.row(u);
            for (a, x) in row.iter().enumerate() {
                row.iter().enumerate().for_each(|(b, y)| gram.add(a, b, x * y));
            }
        }
        if gram.cholesky().is_none() {
            return Err(Error::options(format!(
                "the knots of {} lie too close together for {intervals} age intervals to tell its {terms} \
                 coefficients apart",
                self.name()
            )));
        }
        Ok(())
    }

    fn name(&self) -> &'static str {
        match self {
            Basis::Polynomial { .. } => "a polynomial",
            Basis::NaturalSpline { .. } => "a natural spline",
            Basis::BSpline { .. } => "a B-spline",
        }
    }

    /// What holds whatever the data.
    fn well_formed(&self) -> Result<()> {
        let (knots, boundary) = match self {
            Basis::Polynomial { degree } => return check_degree(*degree, 0),
            Basis::NaturalSpline { knots, boundary } => (knots, boundary),
            Basis::BSpline { degree, knots, boundary } => {
                check_degree(*degree, 1)?;
                (knots, boundary)
            }
        };
        let [first, last] = *boundary;
        if !(first.is_finite() && last.is_finite() && first < last) {
            return Err(Error::options(format!("boundary knots at {first} and {last} years enclose nothing")));
        }
        if knots.len() > MAX_KNOTS {
            return Err(Error::options(format!("{} knots are above the limit of {MAX_KNOTS}", knots.len())));
        }
        if let Some(knot) = knots.iter().find(|k| !(first < **k && **k < last)) {
            return Err(Error::options(format!(
                "a knot at {knot} years is not between {first} and {last}, the middles of the first and last interval"
            )));
        }
        if let Some(pair) = knots.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(Error::options(format!("knots must increase, but {} follows {}", pair[1], pair[0])));
        }
        Ok(())
    }
}

fn check_degree(degree: usize, least: usize) -> Result<()> {
    if (least..=MAX_DEGREE).contains(&degree) {
        return Ok(());
    }
    Err(Error::options(format!("a degree of {degree} is not from {least} to {MAX_DEGREE}")))
}

/// Knots on the scale of `u`, the boundary knots `repeats` times at either end.
fn scaled(knots: &[f64], [first, last]: [f64; 2], repeats: usize) -> Vec<f64> {
    let ends = |u: f64| std::iter::repeat_n(u, repeats);
    ends(-1.0).chain(knots.iter().map(|k| 2.0 * (k - first) / (last - first) - 1.0)).chain(ends(1.0)).collect()
}

/// Weights of the values at the knots `t` in the natural cubic spline through them, at `u` (de Boor 2001, ch. IV).
///
/// With second derivatives `m` at the knots (0 at the ends), `v` the values and `h` the gaps, continuity of the
/// slope is `h[i-1] m[i-1] + 2 (h[i-1] + h[i]) m[i] + h[i] m[i+1] = 6 (v[i+1] - v[i])/h[i] - 6 (v[i] - v[i-1])/h[i-1]`:
/// a symmetric system, solved for the weights of `m` at `u` rather than for each column.
fn natural_row(t: &[f64], u: f64) -> Vec<f64> {
    let n = t.len();
    let h: Vec<f64> = t.windows(2).map(|w| w[1] - w[0]).collect();
    let i = t[1..n - 1].partition_point(|&k| k <= u);
    let (b, mut c) = ((u - t[i]) / h[i], vec![0.0; n]);
    let a = 1.0 - b;
    let sixth = h[i] * h[i] / 6.0;
    (c[i], c[i + 1]) = if (-1.0..=1.0).contains(&u) {
        ((a * a * a - a) * sixth, (b * b * b - b) * sixth)
    } else if u < -1.0 {
        (0.0, -b * sixth)
    } else {
        (-a * sixth, 0.0)
    };
    // Thomas algorithm over the interior knots
    let (mut pivot, mut w) = (vec![0.0; n], vec![0.0; n]);
    for k in 1..n - 1 {
        let above = if k > 1 { h[k - 1] / pivot[k - 1] } else { 0.0 };
        pivot[k] = 2.0 * (h[k - 1] + h[k]) - above * h[k - 1];
        w[k] = c[k] - above * w[k - 1];
    }
    for k in (1..n - 1).rev() {
        w[k] = (w[k] - h[k] * w[k + 1]) / pivot[k];
    }
    let mut row = vec![0.0; n];
    (row[i], row[i + 1]) = (a, b);
    for k in 1..n - 1 {
        let (left, right) = (6.0 * w[k] / h[k - 1], 6.0 * w[k] / h[k]);
        row[k - 1] += left;
        row[k] -= left + right;
        row[k + 1] += right;
    }
    row
}

/// B-splines at `u` by the recursion of Cox and de Boor (de Boor 2001, ch. X).
fn b_row(degree: usize, t: &[f64], u: f64) -> Vec<f64> {
    let terms = t.len() - degree - 1;
    // the piece with t[i] <= u < t[i + 1]; the first and last pieces go on beyond the boundary
    let i = degree + t[degree + 1..terms].partition_point(|&k| k <= u);
    let mut piece = vec![1.0];
    for d in 1..=degree {
        let mut next = vec![0.0; d + 1];
        for (r, value) in piece.iter().enumerate() {
            let (left, right) = (t[i + 1 + r - d], t[i + 1 + r]);
            let part = value / (right - left);
            next[r] += (right - u) * part;
            next[r + 1] += (u - left) * part;
        }
        piece = next;
    }
    let mut row = vec![0.0; terms];
    row[i - degree..=i].copy_from_slice(&piece);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> AgeGrid {
        AgeGrid::years(8, 38).unwrap()
    }

    struct Case {
        basis: Basis,
        rows: Vec<(f64, f64, Vec<f64>)>,
    }

    /// The cases of `fixtures/reference/basis/basis.csv` (R's package splines): age, u, columns.
    fn cases() -> std::collections::BTreeMap<String, Case> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/basis/basis.csv");
        let mut cases = std::collections::BTreeMap::new();
        for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let numbers = |k: usize| -> Vec<f64> {
                cells[k].split(';').filter(|c| !c.is_empty()).map(|c| c.parse().unwrap()).collect()
            };
            let case = cases.entry(cells[0].to_owned()).or_insert_with(|| {
                let grid = AgeGrid::years(cells[3].parse().unwrap(), cells[4].parse().unwrap()).unwrap();
                let basis = match cells[1] {
                    "natural" => Basis::natural_spline(&numbers(5), grid),
                    _ => Basis::b_spline(cells[2].parse().unwrap(), &numbers(5), grid),
                };
                Case { basis: basis.unwrap(), rows: Vec::new() }
            });
            case.rows.push((numbers(6)[0], numbers(7)[0], numbers(8)));
        }
        assert_eq!(cases.len(), 8);
        cases
    }

    #[test]
    fn b_splines_equal_those_of_r_and_are_one_together() {
        for (name, case) in cases().iter().filter(|(_, c)| matches!(c.basis, Basis::BSpline { .. })) {
            for (_, u, theirs) in &case.rows {
                let ours = case.basis.row(*u);
                assert_eq!(ours.len(), case.basis.terms());
                assert_eq!(ours.len(), theirs.len());
                for (a, b) in ours.iter().zip(theirs) {
                    assert!((a - b).abs() < 1e-12, "{name} {u}: {ours:?} {theirs:?}");
                }
                assert!((ours.iter().sum::<f64>() - 1.0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn natural_splines_have_the_column_space_of_those_of_r() {
        for (name, case) in cases() {
            let Basis::NaturalSpline { knots, boundary } = &case.basis else { continue };
            let places = [&boundary[..1], knots, &boundary[1..]].concat();
            let at_knots: Vec<&Vec<f64>> =
                places.iter().map(|age| &case.rows.iter().find(|row| row.0 == *age).unwrap().2).collect();
            for (_, u, theirs) in &case.rows {
                let ours = case.basis.row(*u);
                assert_eq!(ours.len(), theirs.len());
                for (column, value) in theirs.iter().enumerate() {
                    let sum: f64 = ours.iter().zip(&at_knots).map(|(w, row)| w * row[column]).sum();
                    assert!((sum - value).abs() < 1e-12, "{name} u {u} column {column}: {sum} {value}");
                }
                assert!((ours.iter().sum::<f64>() - 1.0).abs() < 1e-13);
            }
        }
    }

    #[test]
    fn the_coefficients_of_a_natural_spline_are_its_values_at_the_knots() {
        let basis = Basis::natural_spline(&[14.0, 18.0, 26.0], grid()).unwrap();
        for (k, age) in [8.5, 14.0, 18.0, 26.0, 38.5].into_iter().enumerate() {
            for (l, value) in basis.row((age - 8.5) / 15.0 - 1.0).into_iter().enumerate() {
                assert!((value - f64::from(u8::from(k == l))).abs() < 1e-14);
            }
        }
        assert_eq!(Basis::natural_spline(&[], grid()).unwrap().row(0.5), [0.25, 0.75]);
    }

    #[test]
    fn a_polynomial_is_the_powers_of_the_scaled_age() {
        let basis = Basis::polynomial(3).unwrap();
        assert_eq!((basis.terms(), basis.row(-0.5)), (4, vec![1.0, -0.5, 0.25, -0.125]));
        assert_eq!(Basis::polynomial(0).unwrap().check(1), Ok(()));
    }

    #[test]
    fn an_impossible_basis_is_refused_with_the_reason() {
        let message = |basis: Result<Basis>| basis.unwrap_err().to_string();
        assert_eq!(message(Basis::polynomial(6)), "a degree of 6 is not from 0 to 5");
        assert_eq!(message(Basis::b_spline(0, &[], grid())), "a degree of 0 is not from 1 to 5");
        assert_eq!(message(Basis::natural_spline(&[20.0, 20.0], grid())), "knots must increase, but 20 follows 20");
        assert_eq!(
            message(Basis::natural_spline(&[8.0], grid())),
            "a knot at 8 years is not between 8.5 and 38.5, the middles of the first and last interval"
        );
        assert!(message(Basis::natural_spline(&[f64::NAN], grid())).contains("NaN"));
        let short = AgeGrid::years(12, 15).unwrap();
        assert_eq!(
            message(Basis::b_spline(3, &[14.0], short)),
            "a B-spline of 5 coefficients asked for, but there are 4 age intervals"
        );
        assert!(message(Basis::b_spline(3, &[18.1, 18.15, 18.2, 18.25, 18.3, 18.35], grid())).contains("too close"));
        assert!(Basis::natural_spline(&[], AgeGrid::years(12, 12).unwrap()).is_err());
        assert!(Basis::polynomial(3).unwrap().check(3).is_err());
        assert!(message(Basis::b_spline(3, &[20.0; 11], grid())).contains("limit of 10"));
    }

    #[test]
    fn a_basis_reads_back_as_written_and_a_damaged_one_is_refused() {
        for basis in cases().into_values().map(|c| c.basis).chain([Basis::Polynomial { degree: 2 }]) {
            let text = serde_json::to_string(&basis).unwrap();
            assert_eq!(serde_json::from_str::<Basis>(&text).unwrap(), basis, "{text}");
        }
        let damaged = r#"{"natural-spline":{"knots":[18.0,12.0],"boundary":[8.5,38.5]}}"#;
        assert!(serde_json::from_str::<Basis>(damaged).is_err());
    }
}
