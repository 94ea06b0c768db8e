//! What the form and the number of groups of a model were chosen from, as it is stored with the model.

use crate::trajectory::spec::form::Form;
use serde::{Deserialize, Serialize};

/// One form with one number of groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FormCandidate {
    /// The form.
    pub form: Form,
    /// Number of groups.
    pub groups: usize,
    /// Log-likelihood at the best top that was found.
    pub log_likelihood: f64,
    /// Free parameters: those that a zero part or a dispersion at its limit does not have are not counted.
    pub parameters: usize,
    /// `-2 logL + p ln(persons)`.
    pub bic_persons: f64,
    /// How far that is above the best candidate's.
    pub distance: f64,
    /// Whether it was fitted in full, and not only looked at.
    pub in_full: bool,
    /// Why it is not to be trusted; none when it is.
    pub refused: Option<String>,
}
