//! Identifiers that may not be printed: looked for in every other text of a dossier, and quoted in no problem.

use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Problems;
use serde_json::{Map, Value};

/// Shortest value that is looked for in other texts: shorter ones are found everywhere.
const SHORTEST: usize = 3;
/// Shortest number that is taken for an identifier where a number may stand: a year or a count is not one.
const SHORTEST_NUMBER: usize = 6;
/// What stands in a problem in the place of a value.
const COVER: &str = "(not quoted)";

/// The identifiers that may not be printed.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    whole: Vec<Folded>,
    /// Words of names among them.
    words: Vec<Folded>,
    /// The words of each name of several, which stand for it in any order.
    names: Vec<Vec<Folded>>,
}

impl Hidden {
    /// Those of a dossier, whatever else is wrong with their list.
    pub(super) fn of(dossier: &Value) -> Hidden {
        let list = dossier.get("identifiers").unwrap_or(&Value::Null);
        let entries = list.as_array().map_or(std::slice::from_ref(list), Vec::as_slice);
        let values = entries.iter().filter_map(|one| match one {
            Value::Object(map) if map.get("printable") == Some(&Value::Bool(true)) => None,
            Value::Object(map) => map.get("value"),
            other => Some(other),
        });
        let texts = values.filter_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
        Hidden::of_texts(&texts.collect::<Vec<_>>())
    }

    fn of_texts<T: AsRef<str>>(texts: &[T]) -> Hidden {
        let long = |folded: &Folded| folded.letters.len() >= SHORTEST;
        let whole: Vec<Folded> = texts.iter().map(|text| Folded::of(text.as_ref())).filter(long).collect();
        let is_word = |word: &Folded| long(word) && word.letters.iter().all(|c| c.is_alphabetic());
        let words_of = |text: &T| text.as_ref().split_whitespace().map(Folded::of).filter(is_word).collect();
        let words: Vec<Vec<Folded>> = texts.iter().map(words_of).collect();
        let names = words.iter().filter(|words| words.len() > 1).cloned().collect();
        Hidden { whole, words: words.into_iter().flatten().collect(), names }
    }

    /// Whether an identifier that may not be printed stands in a text, as words of their own, however these are written:
    /// capitals, accents, and blanks and signs between letters and digits make no difference, nor does the order of the words
    /// of a name.
    fn is_in(&self, text: &str) -> bool {
        if self.whole.is_empty() {
            return false;
        }
        let text = Folded::of(text);
        let named = |words: &Vec<Folded>| words.iter().all(|word| text.has(word));
        self.whole.iter().any(|hidden| text.has(hidden)) || self.names.iter().any(named)
    }

    /// Names every place outside the list of identifiers in which one stands that may not be printed, and gives the dossier
    /// with those places covered; `None` when there are none.
    pub(super) fn covered(&self, dossier: &Value, problems: &mut Problems) -> Option<Value> {
        let (false, Some(map)) = (self.whole.is_empty(), dossier.as_object()) else { return None };
        let before = problems.count();
        let cover = |(key, value): (&String, &Value)| match key.as_str() {
            "identifiers" => (key.clone(), self.of_printed(value, problems)),
            _ if self.is_in(key) => self.key("$", value, problems),
            _ => (key.clone(), self.cover(&format!("$.{}", shortened(key)), value, problems)),
        };
        let covered: Map<String, Value> = map.iter().map(cover).collect();
        (problems.count() > before).then_some(Value::Object(covered))
    }

    /// The list of identifiers: what of it is printed holds none that may not be.
    fn of_printed(&self, list: &Value, problems: &mut Problems) -> Value {
        let Some(entries) = list.as_array() else { return list.clone() };
        let told = |one: &Value, key: &str| one.get(key).and_then(Value::as_str).is_some_and(|text| self.is_in(text));
        let entry = |(i, one): (usize, &Value)| {
            let printed = one.get("printable") == Some(&Value::Bool(true));
            if !printed || !told(one, "kind") && !told(one, "value") {
                return one.clone();
            }
            let path = format!("$.identifiers[{i}]");
            problems.add(&path, "would print what another identifier keeps from print: say the same of it in both");
            serde_json::json!({"kind": COVER, "value": COVER, "printable": true})
        };
        entries.iter().enumerate().map(entry).collect()
    }

    fn cover(&self, path: &str, value: &Value, problems: &mut Problems) -> Value {
        let long = |number: &serde_json::Number| {
            let folded = Folded::of(&number.to_string());
            folded.letters.len() >= SHORTEST_NUMBER && self.whole.contains(&folded)
        };
        let stands = match value {
            Value::String(text) => self.is_in(text),
            Value::Number(number) => long(number),
            _ => false,
        };
        match value {
            _ if stands => {
                problems.add(
                    path,
                    "an identifier that is not marked printable stands in this text; leave it out, or mark it",
                );
                Value::from(COVER)
            }
            Value::Array(list) => {
                let one = |(i, value): (usize, &Value)| self.cover(&format!("{path}[{i}]"), value, problems);
                list.iter().enumerate().map(one).collect()
            }
            Value::Object(map) => {
                let one = |(key, value): (&String, &Value)| match self.is_in(key) {
                    true => self.key(path, value, problems),
                    false => (key.clone(), self.cover(&format!("{path}.{}", shortened(key)), value, problems)),
                };
                map.iter().map(one).collect()
            }
            other => other.clone(),
        }
    }

    /// A key with an identifier in it, covered; of several in one object the last stands for all.
    fn key(&self, path: &str, value: &Value, problems: &mut Problems) -> (String, Value) {
        problems.add(path, "an identifier that is not marked printable stands in a key");
        ("(key)".to_owned(), self.cover(&format!("{path}.(key)"), value, problems))
    }

    /// A problem without identifiers that it quotes; `None` when it quotes none. In the list of identifiers no value is
    /// quoted; elsewhere no text with one in it, or with a word of a name.
    pub(super) fn reworded(&self, problem: &str) -> Option<String> {
        if problem.starts_with("$.identifiers")
            && let Some((place, said)) = problem.split_once(": ")
            && let Some((_, accepted)) = said.rsplit_once(" is not ")
        {
            return Some(format!("{place}: what stands here is not {accepted}"));
        }
        if self.whole.is_empty() {
            return None;
        }
        let mut said = String::with_capacity(problem.len());
        let (mut quoted, mut inside, mut escaped) = (String::new(), false, false);
        for c in problem.chars() {
            if c == '"' && !escaped {
                if inside {
                    said += if self.touches(&quoted) { COVER } else { &quoted };
                    quoted.clear();
                }
                inside = !inside;
                said.push(c);
            } else if inside {
                quoted.push(c);
            } else {
                said.push(c);
            }
            escaped = c == '\\' && !escaped;
        }
        said += if self.touches(&quoted) { COVER } else { &quoted };
        if self.is_in(&said) {
            let place = said.split_once(": ").map(|(place, _)| place).filter(|place| !self.is_in(place));
            said = format!(
                "{}: what stands here cannot be used, and is not quoted: an identifier that is not marked printable is in it",
                place.unwrap_or("$..(key)")
            );
        }
        (said != problem).then_some(said)
    }

    /// Whether an identifier stands in a text, or a word of a name.
    fn touches(&self, text: &str) -> bool {
        let folded = Folded::of(text);
        self.whole.iter().chain(&self.words).any(|hidden| folded.has(hidden))
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
        let hidden = Hidden::of_texts(&["jan", "13/123456-20", "Ren\u{e9}e de Vries", "123456782"]);
        assert!(hidden.is_in("Hij heet Jan.") && hidden.is_in("zaak 13/123456-20!"));
        assert!(!hidden.is_in("in januari") && !hidden.is_in(""));
        // an accent of its own, a blank that does not break, dots in a number
        assert!(hidden.is_in("Rene\u{301}e\u{a0}de Vries") && hidden.is_in("BSN 1234.56.782."));
        assert!(!hidden.is_in("Renee de Vriesland") && !hidden.is_in("91234567820"));
    }
}
