//! Papers: fields as the standards name them, limits kept, and what only the user knows marked and listed.

use pleegprofiel::{
    papers::{AI_ACT, Answered, REGISTER_FIELDS, Subject, TO_FILL},
    reference_model,
    risk::instrument::{Instrument, bundled_files},
};

fn subjects() -> Vec<Subject> {
    let instruments = bundled_files().map(|(id, _)| Subject::instrument(&Instrument::bundled(id).unwrap()));
    instruments.chain([Subject::reference(&reference_model())]).collect()
}

#[test]
fn a_register_entry_has_every_field_of_the_standard_within_its_limit_and_lists_what_is_open() {
    for subject in subjects() {
        let entry = subject.register_entry();
        for field in &REGISTER_FIELDS {
            let key = format!("{}: ", serde_json::Value::from(field.name));
            let line = entry.text.lines().find(|l| l.starts_with(&key)).unwrap_or_else(|| panic!("{key}"));
            let value: String = serde_json::from_str(&line[key.len()..]).unwrap();
            assert!(field.below.is_none_or(|most| value.chars().count() < most), "{}: {value}", field.name);
            let open = value.starts_with(TO_FILL);
            let listed = entry.to_fill.iter().any(|f| f.trim_end_matches(" (verplicht)") == field.name);
            assert_eq!(open, listed, "{}", field.name);
            if field.mandatory && open {
                assert!(entry.to_fill.contains(&format!("{} (verplicht)", field.name)));
            }
            if !open && !field.choices.is_empty() {
                assert!(field.choices.contains(&value.as_str()), "{value}");
            }
        }
    }
}

#[test]
fn a_card_of_an_instrument_names_its_hash_its_sources_and_what_it_uses() {
    let ogrs = Instrument::bundled("ogrs3").unwrap();
    let card = Subject::instrument(&ogrs).model_card();
    for part in [ogrs.content_hash(), "Howard", "age, sex", "England and Wales", TO_FILL] {
        assert!(card.text.contains(part), "{part}");
    }
    assert!(card.to_fill.iter().any(|f| f.contains("Validation on the people")));
}

#[test]
fn of_the_ai_act_every_article_says_where_it_is_met_or_that_it_is_not() {
    let paper = Subject::reference(&reference_model()).ai_act();
    for r in &AI_ACT {
        assert!(paper.text.contains(&format!("| {} | {} |", r.article, r.asks)));
        let ours = matches!(r.answered, Answered::Here(_));
        assert_eq!(ours, !paper.to_fill.iter().any(|f| f.starts_with(&format!("article {}:", r.article))));
    }
}
