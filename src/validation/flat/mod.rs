//! All figures as one flat list of keys and values: what programs compare.
//!
//! Keys are stable. A figure that does not exist is `null`, an infinite one the string `Inf`; groups of few people are
//! **not** hidden here, so the list is for checking and not for publishing.

pub(crate) mod binary;
pub(crate) mod drift;
pub(crate) mod times;

use super::undefined::Defined;
use serde::Serialize;

/// A value of the flat list.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FlatValue {
    /// A figure.
    Number(#[serde(serialize_with = "number")] f64),
    /// Several, an interval for one.
    List(#[serde(serialize_with = "numbers")] Vec<f64>),
    /// A figure that does not exist.
    Undefined(()),
}

/// Keys and values, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Flat {
    entries: Vec<(String, FlatValue)>,
}

impl Flat {
    /// Keys and values, in order.
    pub fn entries(&self) -> &[(String, FlatValue)] {
        &self.entries
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&FlatValue> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// One JSON object. Numbers read back to the same bits; infinity and NaN are the strings `Inf`, `-Inf`, `NaN`.
    pub fn to_json(&self) -> String {
        let mut map = serde_json::Map::new();
        for (key, value) in &self.entries {
            map.insert(key.clone(), serde_json::to_value(value).unwrap_or(serde_json::Value::Null));
        }
        let mut out = String::from("{");
        for (i, (key, _)) in self.entries.iter().enumerate() {
            let sep = if i == 0 { "\n  " } else { ",\n  " };
            out += &format!("{sep}{}: {}", serde_json::Value::from(key.as_str()), map[key]);
        }
        out + "\n}"
    }

    pub(crate) fn add(&mut self, key: impl Into<String>, value: f64) {
        self.entries.push((key.into(), FlatValue::Number(value)));
    }

    pub(crate) fn list(&mut self, key: impl Into<String>, values: impl Into<Vec<f64>>) {
        self.entries.push((key.into(), FlatValue::List(values.into())));
    }

    pub(crate) fn none(&mut self, key: impl Into<String>) {
        self.entries.push((key.into(), FlatValue::Undefined(())));
    }

    pub(crate) fn defined(&mut self, key: impl Into<String>, value: Defined<f64>) {
        match value {
            Ok(value) => self.add(key, value),
            Err(_) => self.none(key),
        }
    }

    pub(crate) fn defined_list(&mut self, key: impl Into<String>, values: Defined<Vec<f64>>) {
        match values {
            Ok(values) => self.list(key, values),
            Err(_) => self.none(key),
        }
    }
}

/// A name as it stands in a key: blanks are underscores.
pub(crate) fn key_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join("_")
}

/// A threshold or horizon as it stands in a key: shortest form.
pub(crate) fn key_number(value: f64) -> String {
    format!("{value}")
}

fn as_value(v: f64) -> serde_json::Value {
    match serde_json::Number::from_f64(v) {
        Some(n) => serde_json::Value::Number(n),
        None if v.is_nan() => "NaN".into(),
        None => if v > 0.0 { "Inf" } else { "-Inf" }.into(),
    }
}

fn number<S: serde::Serializer>(v: &f64, s: S) -> Result<S::Ok, S::Error> {
    as_value(*v).serialize(s)
}

fn numbers<S: serde::Serializer>(v: &[f64], s: S) -> Result<S::Ok, S::Error> {
    v.iter().map(|v| as_value(*v)).collect::<Vec<_>>().serialize(s)
}
