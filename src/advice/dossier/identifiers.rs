//! What identifies the person: printed only when the dossier says so, and looked for in every other text.

use super::reader::Reader;
use crate::risk::instrument::walk::{Node, shortened};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An identifier that may be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// What it is, such as `name` or `case-number`.
    pub kind: String,
    /// Its value.
    pub value: String,
}

/// The identifiers of a dossier.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Identifiers {
    pub(crate) printable: Vec<Printed>,
    /// Values that may not be printed, in lower case.
    hidden: Vec<String>,
}

/// Shortest value that is looked for in other texts: shorter ones are found everywhere.
const SHORTEST: usize = 3;

impl Identifiers {
    pub(super) fn read(root: &Node<'_>, r: &mut Reader<'_>) -> Identifiers {
        let mut found = Identifiers::default();
        for one in root.list_at(r.problems, "identifiers") {
            r.object(&one, &["kind", "value", "printable"]);
            let kind = r.need(&one, "kind", "a text such as \"name\"").and_then(|n| r.words(&n, 60));
            let value = r.need(&one, "value", "a text").and_then(|n| r.words(&n, 200));
            let printable = one.get("printable").and_then(|n| n.boolean(r.problems)).unwrap_or(false);
            let (Some(kind), Some(value)) = (kind, value) else { continue };
            if printable {
                found.printable.push(Printed { kind, value });
            } else {
                found.hidden.push(value.trim().to_lowercase());
            }
        }
        found
    }

    /// Names every text outside the list of identifiers in which one stands that may not be printed.
    pub(super) fn look_for(&self, root: &Node<'_>, r: &mut Reader<'_>) {
        if self.hidden.is_empty() {
            return;
        }
        for (key, value) in root.value.as_object().into_iter().flatten().filter(|(key, _)| *key != "identifiers") {
            self.walk(&Node { value, path: format!("$.{}", shortened(key)) }, r);
        }
    }

    fn walk(&self, node: &Node<'_>, r: &mut Reader<'_>) {
        match node.value {
            Value::String(text) if self.is_in(text) => {
                node.says(
                    r.problems,
                    "an identifier that is not marked printable stands in this text; leave it out, or mark it",
                );
            }
            Value::Array(list) => {
                for (i, value) in list.iter().enumerate() {
                    self.walk(&Node { value, path: format!("{}[{i}]", node.path) }, r);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    let path = if self.is_in(key) {
                        r.problems.add(&node.path, "an identifier that is not marked printable stands in a key");
                        format!("{}.(key)", node.path)
                    } else {
                        format!("{}.{}", node.path, shortened(key))
                    };
                    self.walk(&Node { value, path }, r);
                }
            }
            _ => {}
        }
    }

    /// Whether an identifier that may not be printed stands in a text, as a word of its own.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if self.hidden.is_empty() {
            return false;
        }
        let text = text.to_lowercase();
        self.hidden.iter().filter(|hidden| hidden.chars().count() >= SHORTEST).any(|hidden| {
            text.match_indices(hidden.as_str()).any(|(at, found)| {
                let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
                edge(text[..at].chars().next_back()) && edge(text[at + found.len()..].chars().next())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_found_as_a_word_of_its_own_only() {
        let hidden = Identifiers { printable: Vec::new(), hidden: vec!["jan".into(), "13/123456-20".into()] };
        assert!(hidden.is_in("Hij heet Jan.") && hidden.is_in("zaak 13/123456-20!"));
        assert!(!hidden.is_in("in januari") && !hidden.is_in(""));
    }
}
