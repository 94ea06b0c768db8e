//! A rate of counted people, with intervals that are right for few of them.

use super::super::undefined::{Defined, Undefined};
use crate::numeric::beta;
use crate::numeric::p_values::Z_975;

/// A rate, `count / of`. With nobody to count among there is no rate: it is neither 0 nor 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Those counted.
    pub count: f64,
    /// Those they are counted among; above 0.
    pub of: f64,
    /// Size the intervals are for: `of`, or with sampling weights the effective size of Kish.
    size: f64,
}

impl Rate {
    /// Of counted people, without weights.
    ///
    /// # Errors
    /// When there is nobody to count among.
    pub fn of_counts(count: f64, of: f64) -> Defined<Rate> {
        Rate::of(count, of, of)
    }

    pub(crate) fn of(count: f64, of: f64, of_sq: f64) -> Defined<Rate> {
        if of <= 0.0 {
            return Err(Undefined::new("denominator 0"));
        }
        Ok(Rate { count, of, size: of * of / of_sq })
    }

    /// The rate, between 0 and 1.
    pub fn value(&self) -> f64 {
        self.count / self.of
    }

    /// Wilson's 95 % interval.
    ///
    /// # References
    /// Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    pub fn wilson(&self) -> [f64; 2] {
        let (p, n, z2) = (self.value(), self.size, Z_975 * Z_975);
        let centre = p + z2 / (2.0 * n);
        let half = Z_975 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let scale = 1.0 + z2 / n;
        let low = if self.count <= 0.0 { 0.0 } else { (centre - half) / scale };
        let high = if self.count >= self.of { 1.0 } else { (centre + half) / scale };
        [low, high]
    }

    /// Clopper and Pearson's 95 % interval, which covers at least so often and is wider.
    ///
    /// # References
    /// Clopper & Pearson (1934), Biometrika 26, 404-413.
    pub fn clopper_pearson(&self) -> [f64; 2] {
        let n = self.size;
        let x = self.value() * n;
        let low = if self.count <= 0.0 { 0.0 } else { beta::quantile(0.025, x, n - x + 1.0) };
        let high = if self.count >= self.of { 1.0 } else { beta::quantile(0.975, x + 1.0, n - x) };
        [low, high]
    }

    /// Difference of two rates of different people, this less the other, with Newcombe's hybrid interval: the square
    /// root of the summed squares of the distances to Wilson's limits.
    ///
    /// # References
    /// Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    pub fn difference(&self, other: &Rate) -> Contrast {
        let ([l1, u1], [l2, u2]) = (self.wilson(), other.wilson());
        let (p1, p2) = (self.value(), other.value());
        let value = p1 - p2;
        Contrast { value, low: value - (p1 - l1).hypot(u2 - p2), high: value + (u1 - p1).hypot(p2 - l2) }
    }

    /// Ratio of two rates of different people, this by the other, with the interval of the logarithm after adding a
    /// half to counts and denominators' halves (the limits stay finite at counts of 0); the ratio itself is plain.
    ///
    /// # References
    /// Walter (1975), Biometrika 62, 371-374; recommended for small counts by Fagerland, Lydersen & Laake (2015),
    /// Statistical Methods in Medical Research 24, 224-254.
    pub fn ratio(&self, other: &Rate) -> Defined<Contrast> {
        if other.count <= 0.0 {
            return Err(Undefined::new("the rate divided by is 0"));
        }
        let (a, n1) = (self.value() * self.size + 0.5, self.size + 0.5);
        let (b, n2) = (other.value() * other.size + 0.5, other.size + 0.5);
        let centre = (a / n1).ln() - (b / n2).ln();
        let half = Z_975 * (1.0 / a - 1.0 / n1 + 1.0 / b - 1.0 / n2).max(0.0).sqrt();
        Ok(Contrast { value: self.value() / other.value(), low: (centre - half).exp(), high: (centre + half).exp() })
    }
}

/// A difference or ratio with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// The figure.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}
