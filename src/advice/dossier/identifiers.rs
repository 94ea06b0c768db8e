//! What identifies the person: printed only when the dossier says so, and looked for in every other text.

use super::reader::Reader;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Node;
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
    /// Values that may not be printed.
    hidden: Vec<Folded>,
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
                found.hidden.push(Folded::of(&value));
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

    /// Whether an identifier that may not be printed stands in a text, as words of their own, however these are written:
    /// capitals, accents, and blanks and signs between letters and digits make no difference.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if self.hidden.is_empty() {
            return false;
        }
        let text = Folded::of(text);
        self.hidden.iter().any(|hidden| text.has(hidden))
    }
}

/// Letters and digits of a text in one way of writing, and whether each begins a word.
#[derive(Debug, Clone, Default, PartialEq)]
struct Folded {
    letters: Vec<char>,
    begins: Vec<bool>,
}

/// Letters with a sign, and the letter without it.
const SIGNED: [(&str, char); 16] = [
    ("\u{e0}\u{e1}\u{e2}\u{e3}\u{e4}\u{e5}\u{101}\u{103}\u{105}", 'a'),
    ("\u{e7}\u{107}\u{10d}", 'c'),
    ("\u{10f}\u{111}", 'd'),
    ("\u{e8}\u{e9}\u{ea}\u{eb}\u{113}\u{117}\u{119}\u{11b}", 'e'),
    ("\u{11f}", 'g'),
    ("\u{ec}\u{ed}\u{ee}\u{ef}\u{12b}\u{131}", 'i'),
    ("\u{142}", 'l'),
    ("\u{f1}\u{144}\u{148}", 'n'),
    ("\u{f2}\u{f3}\u{f4}\u{f5}\u{f6}\u{f8}\u{14d}\u{151}", 'o'),
    ("\u{159}", 'r'),
    ("\u{15b}\u{15f}\u{161}\u{219}", 's'),
    ("\u{163}\u{165}\u{21b}", 't'),
    ("\u{f9}\u{fa}\u{fb}\u{fc}\u{16b}\u{16f}\u{171}", 'u'),
    ("\u{fd}\u{ff}", 'y'),
    ("\u{17a}\u{17c}\u{17e}", 'z'),
    ("\u{df}", 's'),
];

impl Folded {
    fn of(text: &str) -> Folded {
        let mut folded = Folded::default();
        let mut begins = true;
        for c in text.chars().flat_map(char::to_lowercase) {
            if ('\u{300}'..='\u{36f}').contains(&c) {
                continue; // a sign that follows its letter
            }
            if c.is_alphanumeric() {
                let plain = SIGNED.iter().find(|(signed, _)| signed.contains(c)).map_or(c, |(_, plain)| *plain);
                folded.letters.push(plain);
                folded.begins.push(begins);
            }
            begins = !c.is_alphanumeric();
        }
        folded
    }

    fn has(&self, other: &Folded) -> bool {
        let length = other.letters.len();
        length >= SHORTEST
            && self.letters.windows(length).enumerate().any(|(at, part)| {
                part == other.letters && self.begins[at] && self.begins.get(at + length).is_none_or(|begins| *begins)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_found_as_a_word_of_its_own_only() {
        let hidden = ["jan", "13/123456-20", "Ren\u{e9}e de Vries", "123456782"].map(Folded::of).to_vec();
        let hidden = Identifiers { printable: Vec::new(), hidden };
        assert!(hidden.is_in("Hij heet Jan.") && hidden.is_in("zaak 13/123456-20!"));
        assert!(!hidden.is_in("in januari") && !hidden.is_in(""));
        // an accent of its own, a blank that does not break, dots in a number
        assert!(hidden.is_in("Rene\u{301}e\u{a0}de Vries") && hidden.is_in("BSN 1234.56.782."));
        assert!(!hidden.is_in("Renee de Vriesland") && !hidden.is_in("91234567820"));
    }
}
