//! One value as Python had it, and what it is as a count, a time at risk, a weight or an identifier.
//!
//! Belongs here: what a value may mean, and the words for what it may not. Does not belong here: where values come from
//! (`array`, `pandas`, `arrow`).

use pleegprofiel::cohort::MAX_COUNT;
use std::borrow::Cow;

/// A value before anyone asked what it stands for.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    /// `None`, NaN, `pandas.NA`, a null, a masked cell: not observed.
    Missing,
    /// A whole number.
    Whole(i64),
    /// A floating-point number, or a whole one beyond 64 bits with a sign.
    Number(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// Anything else, by the name of its type.
    Other(String),
}

/// What a value is as a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    Missing,
    Is(u32),
    /// None; [`Value::no_count`] says why.
    Bad,
}

impl Value<'_> {
    /// A floating-point number, where NaN is nothing.
    #[inline]
    pub(crate) fn number(value: f64) -> Value<'static> {
        if value.is_nan() { Value::Missing } else { Value::Number(value) }
    }

    /// The count of events that it is.
    #[inline]
    pub(crate) fn count(&self) -> Count {
        match *self {
            Value::Missing => Count::Missing,
            Value::Whole(n) if (0..=i64::from(MAX_COUNT)).contains(&n) => Count::Is(n as u32),
            Value::Number(x) if x >= 0.0 && x <= f64::from(MAX_COUNT) && x.fract() == 0.0 => Count::Is(x as u32),
            _ => Count::Bad,
        }
    }

    /// Why it is no count.
    #[cold]
    pub(crate) fn no_count(&self) -> String {
        match self {
            Value::Missing => "not observed".into(),
            Value::Whole(n) if *n < 0 => format!("{n} is negative: a count is 0 or more"),
            Value::Whole(n) => format!("{n} is above the limit of {MAX_COUNT}"),
            Value::Number(x) if !x.is_finite() => format!("{x} is not a whole number"),
            Value::Number(x) if *x < 0.0 => format!("{x} is negative: a count is 0 or more"),
            Value::Number(x) if x.fract() != 0.0 => format!("{x} is not a whole number"),
            Value::Number(x) => format!("{x} is above the limit of {MAX_COUNT}"),
            Value::Text(text) => format!("{} is a text, not a whole number", shown(text)),
            Value::Other(what) => format!("a value of type {what} is not a whole number"),
        }
    }

    /// The number that it is: NaN where there is none; `None` when it is something else.
    #[inline]
    pub(crate) fn float(&self) -> Option<f64> {
        match *self {
            Value::Missing => Some(f64::NAN),
            Value::Whole(n) => Some(n as f64),
            Value::Number(x) => Some(x),
            _ => None,
        }
    }

    /// The identifier that it is; `None` when it is none.
    pub(crate) fn identifier(&self) -> Option<String> {
        let text = match self {
            Value::Whole(n) => n.to_string(),
            Value::Number(x) if x.fract() == 0.0 && x.abs() < 9.0e15 => format!("{x:.0}"),
            Value::Text(text) => text.trim().to_owned(),
            _ => return None,
        };
        (!text.is_empty() && text.len() <= 256 && !text.chars().any(char::is_control)).then_some(text)
    }

    /// How it is shown in a message.
    pub(crate) fn words(&self) -> String {
        match self {
            Value::Missing => "a missing value".into(),
            Value::Whole(n) => n.to_string(),
            Value::Number(x) => x.to_string(),
            Value::Text(text) => shown(text),
            Value::Other(what) => format!("a value of type {what}"),
        }
    }
}

/// A text in quotes, cut where it is long.
fn shown(text: &str) -> String {
    let short: String = text.chars().take(30).map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{short}{}\"", if text.chars().count() > 30 { ".." } else { "" })
}

/// A table of values by row and column, both from 0.
pub(crate) trait Values {
    /// Number of rows.
    fn rows(&self) -> usize;

    /// The value in a cell.
    fn value(&self, row: usize, column: usize) -> Value<'_>;
}
