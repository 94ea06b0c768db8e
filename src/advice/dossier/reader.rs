//! What every part of the reader needs: the problems so far, and values with what would be accepted instead.

use crate::career::date::CalendarDate;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::{Node, Problems};
use serde_json::{Map, Value};

/// Problems found so far.
pub(crate) struct Reader<'p> {
    pub(crate) problems: &'p mut Problems,
}

impl Reader<'_> {
    /// An object, after naming keys that are not known together with those that are.
    pub(crate) fn object<'a>(&mut self, node: &Node<'a>, keys: &[&str]) -> Option<&'a Map<String, Value>> {
        let Some(map) = node.value.as_object() else {
            self.wrong(node, &format!("an object with keys among {}", keys.join(", ")));
            return None;
        };
        for key in map.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.problems.add(
                format_args!("{}.{}", node.path, shortened(key)),
                format_args!("unknown key; known are {}", keys.join(", ")),
            );
        }
        Some(map)
    }

    pub(crate) fn need<'a>(&mut self, node: &Node<'a>, key: &str, accepted: &str) -> Option<Node<'a>> {
        let found = node.get(key);
        if found.is_none() && node.value.is_object() {
            self.problems.add(format_args!("{}.{key}", node.path), format_args!("missing; {accepted} is accepted"));
        }
        found
    }

    pub(crate) fn date(&mut self, node: &Node<'_>) -> Option<CalendarDate> {
        let Some(text) = node.value.as_str() else {
            self.wrong(node, "a date written as \"YYYY-MM-DD\"");
            return None;
        };
        match text.parse() {
            Ok(date) => Some(date),
            Err(why) => {
                node.says(self.problems, why);
                None
            }
        }
    }

    /// One of some keys.
    pub(crate) fn key<T: Copy>(&mut self, node: &Node<'_>, all: &[T], key: impl Fn(T) -> &'static str) -> Option<T> {
        let found = node.value.as_str().and_then(|text| all.iter().copied().find(|one| key(*one) == text));
        if found.is_none() {
            let known: Vec<&str> = all.iter().map(|one| key(*one)).collect();
            self.wrong(node, &format!("one of {}", known.join(", ")));
        }
        found
    }

    /// Text that says something, of at most so many characters.
    pub(crate) fn words(&mut self, node: &Node<'_>, most: usize) -> Option<String> {
        let text = node.value.as_str().filter(|text| !text.trim().is_empty());
        let Some(text) = text else {
            self.wrong(node, "a text that says something");
            return None;
        };
        let length = text.chars().count();
        if length > most {
            node.says(self.problems, format_args!("a text of {length} characters; at most {most} are accepted"));
            return None;
        }
        Some(text.to_owned())
    }

    pub(crate) fn wrong(&mut self, node: &Node<'_>, expected: &str) {
        let found = match node.value {
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
            Value::String(text) => format!("{:?}", shortened(text)),
            other => other.to_string(),
        };
        node.says(self.problems, format_args!("{found} is not {expected}"));
    }
}
