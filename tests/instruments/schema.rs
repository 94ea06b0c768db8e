//! The published JSON Schema: every bundled instrument meets it, and what the loader refuses for its form, it refuses
//! too.

use crate::json_schema::validate;
use pleegprofiel::risk::instrument::{INSTRUMENT_SCHEMA, Instrument, bundled_files};
use serde_json::Value;

fn problems(file: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(INSTRUMENT_SCHEMA).unwrap();
    let mut out = Vec::new();
    validate(&schema, &schema, file, "$", &mut out);
    out
}

#[test]
fn every_bundled_instrument_meets_the_published_schema() {
    for (id, text) in bundled_files() {
        assert_eq!(problems(&serde_json::from_str(text).unwrap()), Vec::<String>::new(), "{id}");
    }
}

#[test]
fn a_file_of_the_wrong_form_is_refused_by_the_schema_and_by_the_loader() {
    let text = bundled_files().find(|(id, _)| *id == "psa").unwrap().1;
    let file: Value = serde_json::from_str(text).unwrap();
    let broken: [(&str, Value); 9] = [
        ("/format", Value::from("another")),
        ("/format_version", Value::from(2)),
        ("/terms/0/coefficient", Value::from(1)),
        ("/terms/0/coefficient", Value::from("1e3")),
        ("/terms/0/source", Value::Null),
        ("/items/0/type", Value::from("text")),
        ("/population/legal_status/0", Value::from("anyone")),
        ("/outputs/0/kind", Value::from("guess")),
        ("/golden", Value::Array(Vec::new())),
    ];
    for (place, value) in broken {
        let mut mutant = file.clone();
        *mutant.pointer_mut(place).unwrap() = value;
        assert!(!problems(&mutant).is_empty(), "{place}");
        assert!(Instrument::from_json(&mutant.to_string()).is_err(), "{place}");
    }
}
