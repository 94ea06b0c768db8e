//! The two languages in which results are worded.

use serde::{Deserialize, Serialize};

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

impl Language {
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
        self.pick(text.replace('.', ","), text)
    }

    /// A limit: two decimals at most, without trailing zeros.
    pub(crate) fn short(self, value: f64) -> String {
        let text = format!("{value:.2}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        self.pick(text.replace('.', ","), text.to_owned())
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
    fn numbers_and_lists_follow_the_language() {
        assert_eq!(Language::Dutch.number(0.125, 1), "0,1");
        assert_eq!((Language::English.short(5.0), Language::Dutch.short(0.75)), ("5".into(), "0,75".into()));
        let items = ["1".to_owned(), "2".to_owned(), "3".to_owned()];
        assert_eq!(Language::Dutch.list(&items), "1, 2 en 3");
        assert_eq!((Language::English.list(&items[..1]), Language::English.list(&[])), ("1".into(), "".into()));
    }
}
