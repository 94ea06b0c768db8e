//! The page "What an advice rests on" quotes what the program writes, in both languages.

use crate::fixtures::{draft_of, value};
use pleegprofiel::Language;
use std::path::Path;

fn quoted(page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page)).unwrap();
    let parts: Vec<&str> = text.split("*\"").skip(1).collect();
    parts.iter().map(|part| part.split("\"*").next().unwrap().to_owned()).collect()
}

#[test]
fn every_sentence_that_the_page_quotes_stands_in_the_draft_of_that_person() {
    for (page, language) in
        [("what-an-advice-rests-on.en.md", Language::English), ("waar-een-advies-op-rust.nl.md", Language::Dutch)]
    {
        let draft = draft_of(&value("incidental"), language);
        let all: Vec<&str> = draft.statements().map(|s| s.text.as_str()).collect();
        let quotes = quoted(page);
        assert!(quotes.len() >= 8, "{page}");
        for quote in quotes {
            assert!(all.iter().any(|text| text.contains(&quote)), "{page} quotes {quote:?}, which no draft says");
        }
    }
}
