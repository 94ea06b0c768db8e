//! A figure that does not exist, and why.

use std::fmt;

/// Why a figure does not exist. Such a figure is neither 0 nor left out in silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undefined {
    reason: String,
}

impl Undefined {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Undefined { reason: reason.into() }
    }

    /// The reason, in a few words.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for Undefined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// A figure, or why it does not exist.
pub type Defined<T> = std::result::Result<T, Undefined>;

/// A figure with its standard error and 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The figure.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Measured {
    /// Value and standard error with the interval of the normal distribution.
    pub(crate) fn normal(value: f64, se: f64) -> Measured {
        let half = crate::numeric::p_values::Z_975 * se;
        Measured { value, se, low: value - half, high: value + half }
    }

    /// The same, the interval cut to a range.
    pub(crate) fn within(self, low: f64, high: f64) -> Measured {
        Measured { low: self.low.max(low), high: self.high.min(high), ..self }
    }
}
