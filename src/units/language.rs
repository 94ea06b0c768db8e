//! The two languages in which results are worded.

use super::read_back;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Language of labels and sentences; never taken from the machine's locale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// Dutch, `nl`; decimal comma.
    #[serde(rename = "nl")]
    Dutch,
    /// English, `en`; decimal point.
    #[serde(rename = "en")]
    English,
}

read_back! { Language, "a language"; }

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl Language {
    /// Both.
    pub const ALL: [Language; 2] = [Language::Dutch, Language::English];

    /// The key in files and on the command line.
    pub fn key(self) -> &'static str {
        self.pick("nl", "en")
    }

    /// The Dutch or the English text.
    pub(crate) fn pick<T>(self, dutch: T, english: T) -> T {
        match self {
            Language::Dutch => dutch,
            Language::English => english,
        }
    }

    /// A number with so many decimals.
    pub(crate) fn number(self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        // what rounds to nothing has no sign
        let text = match text.strip_prefix('-') {
            Some(rest) if rest.bytes().all(|b| matches!(b, b'0' | b'.')) => rest.to_owned(),
            _ => text,
        };
        if self == Language::Dutch { text.replace('.', ",") } else { text }
    }

    /// A probability with so many decimals; never as a bare 0 or 1, for that is no estimate's to say: `> 0.99`, `< 0.01`.
    pub(crate) fn probability(self, p: f64, decimals: usize) -> String {
        let smallest = 0.1_f64.powi(decimals as i32);
        let text = self.number(p, decimals);
        if text.starts_with('1') {
            format!("> {}", self.number(1.0 - smallest, decimals))
        } else if text.bytes().all(|b| matches!(b, b'0' | b'.' | b',')) {
            format!("< {}", self.number(smallest, decimals))
        } else {
            text
        }
    }

    /// A limit: two decimals at most, without trailing zeros.
    pub(crate) fn short(self, value: f64) -> String {
        let text = self.number(value, 2);
        text.trim_end_matches('0').trim_end_matches(['.', ',']).to_owned()
    }

    /// `a, b and c`.
    pub(crate) fn list(self, items: &[String]) -> String {
        let and = self.pick(" en ", " and ");
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [most @ .., last] => format!("{}{and}{last}", most.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_never_a_bare_nothing_or_one() {
        assert_eq!(
            (Language::Dutch.probability(0.996, 2), Language::English.probability(1.0, 3)),
            ("> 0,99".into(), "> 0.999".into())
        );
        assert_eq!(
            (Language::Dutch.probability(0.004, 2), Language::English.probability(0.0, 3)),
            ("< 0,01".into(), "< 0.001".into())
        );
        assert_eq!(
            (Language::Dutch.probability(0.994, 2), Language::English.probability(0.006, 2)),
            ("0,99".into(), "0.01".into())
        );
    }

    #[test]
    fn numbers_and_lists_follow_the_language() {
        assert_eq!(Language::Dutch.number(0.125, 1), "0,1");
        assert_eq!((Language::Dutch.number(-0.001, 2), Language::English.short(-0.0)), ("0,00".into(), "0".into()));
        assert_eq!((Language::English.short(5.0), Language::Dutch.short(0.75)), ("5".into(), "0,75".into()));
        let items = ["1".to_owned(), "2".to_owned(), "3".to_owned()];
        assert_eq!(Language::Dutch.list(&items), "1, 2 en 3");
        assert_eq!((Language::English.list(&items[..1]), Language::English.list(&[])), ("1".into(), "".into()));
    }
}
