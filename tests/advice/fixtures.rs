//! The six invented persons, and what the tests make of them.

use pleegprofiel::{
    Language,
    advice::{Assembler, Dossier, Draft, Statement},
    reference_model,
};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::OnceLock;

pub(crate) const ALL: [&str; 6] =
    ["incidental", "early-peak", "late-peak", "continuous", "undecided-minor", "first-offence-trafficking"];

pub(crate) fn text(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/dossiers/{name}.json"));
    std::fs::read_to_string(path).unwrap()
}

pub(crate) fn value(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

pub(crate) fn assembler() -> &'static Assembler {
    static ONE: OnceLock<Assembler> = OnceLock::new();
    ONE.get_or_init(|| Assembler::new(&reference_model()).unwrap())
}

pub(crate) fn draft_of(value: &Value, language: Language) -> Draft {
    let dossier = Dossier::from_json(&value.to_string()).unwrap();
    assembler().draft(&dossier, language).unwrap()
}

pub(crate) fn draft(name: &str) -> Draft {
    draft_of(&value(name), Language::English)
}

pub(crate) fn statement<'a>(draft: &'a Draft, key: &str) -> &'a Statement {
    draft.statements().find(|s| s.key == key).unwrap_or_else(|| panic!("no statement {key}"))
}

/// What is wrong with a dossier, each as `path: message`.
pub(crate) fn problems(value: &Value) -> Vec<String> {
    match Dossier::from_json(&value.to_string()) {
        Ok(_) => Vec::new(),
        Err(error) => error.issues().iter().map(|issue| issue.message.clone()).collect(),
    }
}

/// A judgement that completes the draft of the incidental person.
pub(crate) fn judgement(draft: &Draft) -> Value {
    let instruments: Vec<Value> = draft
        .body()
        .instruments
        .iter()
        .enumerate()
        .map(|(i, result)| {
            let name = &result.assessment.instrument;
            if result.level.is_none() {
                json!({"instrument": name, "stance": "not-used", "reason": "no result for this person"})
            } else if i == 0 {
                json!({"instrument": name, "stance": "departs", "direction": "higher", "overridden_level": "medium",
                       "reason": "the offence shows planning that the items do not"})
            } else {
                json!({"instrument": name, "stance": "agrees"})
            }
        })
        .collect();
    let approved: Vec<Value> = draft
        .body()
        .instruments
        .iter()
        .take(1)
        .filter(|result| result.level.is_some())
        .map(|result| json!({"instrument": result.assessment.instrument, "level": "medium"}))
        .collect();
    json!({
        "format": "pleegprofiel-judgement", "format_version": 1, "draft": draft.hash(),
        "estimates": [{"question": "reoffending", "level": "medium", "reason": "few offences, but planned"}],
        "instruments": instruments,
        "information": {"needed": true, "obtainable": true},
        "needs": [{"scale": "friends", "state": "identified", "severity": "standard", "words": "the driver's circle"}],
        "serious_harm": [{"group": "public", "setting": "community", "level": "low", "nature": "exploitation"}],
        "outcome": {"advice": "reporting, and work on the circle of friends"},
        "reaction": {"said": {"on": "2026-03-10", "text": "He agrees with most of it."}},
        "final": {"by": "M. Voorbeeld", "on": "2026-03-12", "approved": approved},
    })
}
