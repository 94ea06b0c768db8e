//! One value of a result, as it is shown.

use crate::risk::instrument::compiled::program::{Program, Show};
use serde::{Deserialize, Serialize};

/// One value of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Output {
    /// A flag.
    Truth(bool),
    /// A whole number: points, a whole per cent.
    Whole(i64),
    /// A number.
    Number(f64),
    /// The name of a band.
    Band(String),
}

impl Output {
    /// The number, when it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Output::Whole(n) => Some(*n as f64),
            Output::Number(n) => Some(*n),
            Output::Truth(_) | Output::Band(_) => None,
        }
    }
}

/// How a value of an output is shown.
pub(crate) fn shown(program: &Program, at: usize, value: f64) -> Option<Output> {
    if value.is_nan() {
        return None;
    }
    Some(match program.outputs[at].show {
        Show::Truth => Output::Truth(value != 0.0),
        Show::Whole => Output::Whole(value as i64),
        Show::Band => Output::Band(program.bands[value as usize].clone()),
        Show::Number => Output::Number(value),
    })
}
