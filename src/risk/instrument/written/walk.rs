//! Reading JSON with the path of every problem: a file is refused whole, and everything wrong is named.

use crate::error::{Error, ErrorKind, Issues, Result};
use crate::risk::instrument::written::decimal::Decimal;
use crate::risk::instrument::written::shortened::shortened;
use serde_json::{Map, Value};
use std::fmt;

/// Every problem found so far, each with its JSON path.
#[derive(Debug, Default)]
pub(crate) struct Problems(Issues, Vec<Problem>);

/// A problem with its place, kept for programs that show it themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) path: String,
    pub(crate) message: String,
}

impl Problems {
    pub(crate) fn new() -> Self {
        Problems(Issues::in_memory(), Vec::new())
    }

    pub(crate) fn add(&mut self, path: impl fmt::Display, message: impl fmt::Display) {
        let path = path.to_string();
        self.0.add(None, None, || format!("{path}: {message}"));
        if self.1.len() < crate::error::ISSUES_SHOWN {
            self.1.push(Problem { path, message: message.to_string() });
        }
    }

    /// Puts other words in the place of problems of which there are any.
    pub(crate) fn reword(&mut self, words: impl Fn(&str) -> Option<String>) {
        for message in self.0.messages() {
            if let Some(other) = words(message) {
                *message = other;
            }
        }
        for problem in &mut self.1 {
            if let Some((path, message)) = words(&format!("{}: {}", problem.path, problem.message))
                .as_deref()
                .and_then(|text| text.split_once(": "))
            {
                *problem = Problem { path: path.to_owned(), message: message.to_owned() };
            }
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.count()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_result(self, what: &str) -> Result<()> {
        self.0.into_result(what)
    }
}

/// Parses a text as JSON; the depth is bounded by the parser. Keys that stand twice are problems.
pub(crate) fn parse(text: &str, what: &str, problems: &mut Problems) -> Result<Value> {
    let (value, twice) = crate::risk::instrument::written::json::read(text)
        .map_err(|e| Error::new(ErrorKind::InvalidInput, format!("{what} is not JSON: {e}")))?;
    for path in twice {
        problems.add(path, "the key stands twice, and nothing says which of the two counts");
    }
    Ok(value)
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: String,
}

impl<'a> Node<'a> {
    pub(crate) fn root(value: &'a Value) -> Self {
        Node { value, path: "$".to_owned() }
    }

    fn wrong(&self, problems: &mut Problems, expected: &str) {
        let found = match self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(b) => b.to_string(),
            Value::Number(n) => n.to_string(),
            Value::String(s) => format!("{:?}", shortened(s)),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
        };
        problems.add(&self.path, format_args!("{found} is not {expected}"));
    }

    fn child(&self, key: &str, value: &'a Value) -> Node<'a> {
        Node { value, path: [&self.path, ".", key].concat() }
    }

    /// The object, after naming every key that is not expected.
    pub(crate) fn object(&self, problems: &mut Problems, allowed: &[&str]) -> Option<&'a Map<String, Value>> {
        let Some(map) = self.value.as_object() else {
            self.wrong(problems, "an object");
            return None;
        };
        for key in map.keys().filter(|key| !allowed.contains(&key.as_str())) {
            problems.add(format_args!("{}.{}", self.path, shortened(key)), "unknown key");
        }
        Some(map)
    }

    /// A key of an object; `null` counts as absent.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        self.value.get(key).filter(|v| !v.is_null()).map(|v| self.child(key, v))
    }

    pub(crate) fn need(&self, problems: &mut Problems, key: &str) -> Option<Node<'a>> {
        let found = self.get(key);
        if found.is_none() && self.value.is_object() {
            problems.add(format_args!("{}.{key}", self.path), "missing");
        }
        found
    }

    pub(crate) fn text(&self, problems: &mut Problems) -> Option<&'a str> {
        let text = self.value.as_str().filter(|t| !t.is_empty());
        if text.is_none() {
            self.wrong(problems, "a text");
        }
        text
    }

    pub(crate) fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        let found = self.value.as_bool();
        if found.is_none() {
            self.wrong(problems, "true or false");
        }
        found
    }

    /// A whole number in a range.
    pub(crate) fn whole(&self, problems: &mut Problems, from: i64, to: i64) -> Option<i64> {
        let found = self.value.as_i64().filter(|n| (from..=to).contains(n));
        if found.is_none() {
            self.wrong(problems, &format!("a whole number from {from} to {to}"));
        }
        found
    }

    /// A decimal number written as text, exactly as printed.
    pub(crate) fn decimal(&self, problems: &mut Problems) -> Option<Decimal> {
        let found = self.value.as_str().and_then(Decimal::parse);
        if found.is_none() {
            self.wrong(problems, "a decimal number written as text, such as \"-0.0175\"");
        }
        found
    }

    pub(crate) fn list(&self, problems: &mut Problems) -> Vec<Node<'a>> {
        match self.value.as_array() {
            Some(all) => {
                all.iter().enumerate().map(|(i, value)| Node { value, path: format!("{}[{i}]", self.path) }).collect()
            }
            None => {
                self.wrong(problems, "a list");
                Vec::new()
            }
        }
    }

    /// Text under a key that has to be there.
    pub(crate) fn text_at(&self, problems: &mut Problems, key: &str) -> Option<&'a str> {
        self.need(problems, key).and_then(|n| n.text(problems))
    }

    /// Decimal under a key that has to be there.
    pub(crate) fn decimal_at(&self, problems: &mut Problems, key: &str) -> Option<Decimal> {
        self.need(problems, key).and_then(|n| n.decimal(problems))
    }

    /// Entries of a list under a key that may be absent.
    pub(crate) fn list_at(&self, problems: &mut Problems, key: &str) -> Vec<Node<'a>> {
        self.get(key).map_or_else(Vec::new, |n| n.list(problems))
    }

    pub(crate) fn says(&self, problems: &mut Problems, message: impl fmt::Display) {
        problems.add(&self.path, message);
    }
}
