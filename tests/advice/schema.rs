//! The published JSON Schema of dossiers: the six persons meet it, and what it refuses the reader refuses too.

use crate::fixtures::{ALL, problems, value};
use crate::json_schema::validate;
use pleegprofiel::advice::DOSSIER_SCHEMA;
use serde_json::{Value, json};

fn by_schema(dossier: &Value) -> Vec<String> {
    let schema: Value = serde_json::from_str(DOSSIER_SCHEMA).unwrap();
    let mut out = Vec::new();
    validate(&schema, &schema, dossier, "$", &mut out);
    out
}

#[test]
fn the_six_persons_meet_the_published_schema_and_are_read() {
    for name in ALL {
        assert_eq!(by_schema(&value(name)), Vec::<String>::new(), "{name}");
        assert_eq!(problems(&value(name)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_dossier_of_the_wrong_form_is_refused_by_the_schema_and_by_the_reader() {
    let broken: [(&str, Value); 15] = [
        ("/format", json!("another")),
        ("/format_version", json!(2)),
        ("/asked/on", json!("2 February 2026")),
        ("/asked/moment", json!("trial")),
        ("/asked/form", json!(1)),
        ("/asked/instruments", json!("psa")),
        ("/asked/sentence_months", json!(0)),
        ("/asked/about", json!([-1])),
        ("/birth", json!(19860517)),
        ("/career/window/end", json!("stopped")),
        ("/career/offences/0/category", json!(7)),
        ("/career/offences/0/adjudicated", json!("yes")),
        ("/population/legal_status", json!("free")),
        ("/factors/work", json!("perhaps")),
        ("/account/offence", json!("")),
    ];
    for (place, with) in broken {
        let mut dossier = value("incidental");
        *dossier.pointer_mut(place).unwrap() = with;
        assert!(!by_schema(&dossier).is_empty(), "{place} passes the schema");
        assert!(!problems(&dossier).is_empty(), "{place} passes the reader");
    }
    let mut dossier = value("incidental");
    dossier["wrok"] = json!("present");
    assert!(!by_schema(&dossier).is_empty() && !problems(&dossier).is_empty());
}

#[test]
fn every_key_that_the_reader_knows_stands_in_the_schema() {
    // the reader names the keys that it knows when it meets another
    let schema: Value = serde_json::from_str(DOSSIER_SCHEMA).unwrap();
    let empty = json!({"format": "pleegprofiel-dossier", "format_version": 1, "asked": {"on": "2026-02-01", "instruments": []}, "x": 1});
    let known = problems(&empty);
    let listed = known[0].split("known are ").nth(1).unwrap();
    let mut expected: Vec<&str> = listed.split(", ").collect();
    let mut found: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}
