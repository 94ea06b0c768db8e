//! stub
use crate::error::Result;
use serde::{Deserialize, Serialize};
/// Basis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Polynomial.
    Polynomial {
        /// Degree.
        degree: usize,
    },
}
impl Basis {
    /// Terms.
    pub fn terms(&self) -> usize {
        match self {
            Basis::Polynomial { degree } => degree + 1,
        }
    }
    /// Row.
    pub fn row(&self, u: f64) -> Vec<f64> {
        (0..self.terms()).map(|j| u.powi(j as i32)).collect()
    }
    pub(crate) fn check(&self, _ages: usize) -> Result<()> {
        Ok(())
    }
}
