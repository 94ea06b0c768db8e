//! `score` and `instruments` as their users see them.

use crate::command::{run, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

fn golden(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/reference/instruments/golden-{id}.json"))
}

const ALL: [&str; 13] = [
    "all-reoffending-static",
    "all-reoffending-dynamic",
    "violent-reoffending-static",
    "violent-reoffending-dynamic",
    "serious-violent-reoffending-static",
    "serious-violent-reoffending-dynamic",
    "direct-contact-sexual-reoffending",
    "indirect-contact-sexual-reoffending",
    "combined-serious-reoffending",
    "ogrs3",
    "ovp",
    "ogp",
    "psa",
];

fn near(field: &str, expected: &Value, found: &Value) -> bool {
    match (expected.as_f64(), found.as_f64()) {
        (Some(a), Some(b)) if field.starts_with("probability") => ((a - b) / a).abs() <= 1e-9,
        (Some(a), Some(b)) if field == "linear_predictor" => (a - b).abs() <= 1e-12,
        (Some(a), Some(b)) => a == b,
        _ => expected == found,
    }
}

#[test]
fn the_golden_files_run_as_they_are_one_line_a_case_in_order() {
    let dir = tempdir().unwrap();
    for id in ALL {
        let file: Value = serde_json::from_str(&fs::read_to_string(golden(id)).unwrap()).unwrap();
        let vectors = file["vectors"].as_array().unwrap();
        // a list of the inputs, as a checker would make it
        let list: Vec<&Value> = vectors.iter().map(|v| &v["inputs"]).collect();
        let path = dir.path().join("inputs.json");
        fs::write(&path, json!(list).to_string()).unwrap();
        let done = run(["score".as_ref(), id.as_ref(), path.as_os_str(), "--as-published".as_ref()]);
        assert_eq!(done.status.code(), Some(0), "{id}: {}", stderr(&done));
        let lines: Vec<Value> = stdout(&done).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(lines.len(), vectors.len());
        for (vector, line) in vectors.iter().zip(&lines) {
            for (field, expected) in vector["expected"].as_object().unwrap() {
                assert!(near(field, expected, &line[field]), "{}: {field}: {expected} {}", vector["id"], line[field]);
            }
        }
        // the file itself gives the same
        let whole = run(["score".as_ref(), id.as_ref(), golden(id).as_os_str(), "--as-published".as_ref()]);
        assert_eq!(stdout(&whole), stdout(&done));
        let verified = run(["instruments".as_ref(), "verify".as_ref(), golden(id).as_os_str()]);
        assert_eq!(verified.status.code(), Some(0), "{}", stderr(&verified));
        assert!(
            stdout(&verified).contains(&format!("{} vectors", vectors.len()))
                && stdout(&verified).contains(" 0 not reproduced")
        );
    }
}

#[test]
fn one_case_gives_one_line_and_a_refusal_gives_its_codes() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("case.json");
    let case = json!({"age_at_current_arrest": 43, "current_violent_offense": true, "pending_charge": true,
        "prior_misdemeanor_conviction": true, "prior_felony_conviction": true, "prior_violent_convictions": 1,
        "prior_fta_past_2_years": 1, "prior_fta_older_than_2_years": true, "prior_sentence_to_incarceration": true});
    fs::write(&path, case.to_string()).unwrap();
    let score = |more: &[&str]| {
        let done =
            run(["score".as_ref(), "psa".as_ref(), path.as_os_str()].into_iter().chain(more.iter().map(AsRef::as_ref)));
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        let text = stdout(&done);
        assert_eq!(text.lines().count(), 1);
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let refused = score(&[]);
    assert_eq!((&refused["error"], &refused["fta_scaled"]), (&json!(["population_not_stated"]), &Value::Null));
    let found = score(&["--as-published"]);
    assert_eq!(
        (&found["fta_scaled"], &found["nca_scaled"], &found["nvca_flag"]),
        (&json!(5.0), &json!(6.0), &json!(true))
    );
    assert!(found.get("error").is_none() && found["contributions"].as_array().unwrap().len() > 5);
    assert_eq!(found["mode"], "as-published");
    let mut stated = case;
    stated["population"] = json!({"jurisdiction": "united-states", "legal_status": "suspect", "age": 43});
    fs::write(&path, stated.to_string()).unwrap();
    assert_eq!(score(&[])["fta_scaled"], json!(5.0));
}

#[test]
fn bad_input_lists_every_problem_prints_no_score_and_exits_with_2() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("bad.json");
    fs::write(&path, json!([{"pending_charge": true}, {"shoe_size": 1, "pending_charge": "yes"}]).to_string()).unwrap();
    let done = run(["score".as_ref(), "psa".as_ref(), path.as_os_str()]);
    assert_eq!((done.status.code(), stdout(&done)), (Some(2), String::new()));
    assert!(
        stderr(&done).contains("$[1].shoe_size") && stderr(&done).contains("$[1].pending_charge"),
        "{}",
        stderr(&done)
    );
    let unknown = run(["score".as_ref(), "psb".as_ref(), path.as_os_str()]);
    assert!(unknown.status.code() == Some(2) && stderr(&unknown).contains("ogrs3"), "{}", stderr(&unknown));
    let absent = run(["score", "psa", "nowhere.json"]);
    assert!(absent.status.code() == Some(2) && stderr(&absent).contains("nowhere.json"));
}

#[test]
fn the_list_the_cards_and_the_schema_are_printed() {
    let list = stdout(&run(["instruments"]));
    assert!(ALL.iter().all(|id| list.contains(id)) && list.contains("golden vectors come out"));
    let json = stdout(&run(["instruments", "--json"]));
    assert_eq!(
        json.lines().filter(|l| serde_json::from_str::<Value>(l).unwrap()["golden_vectors"].is_u64()).count(),
        13
    );
    let card = stdout(&run(["instruments", "show", "ogrs3"]));
    for part in ["Crown copyright", "MIT", "population", "england-and-wales", "not for", "sha256", "24 months"] {
        assert!(card.contains(part), "{part}\n{card}");
    }
    let schema: Value = serde_json::from_str(&stdout(&run(["instruments", "schema"]))).unwrap();
    assert_eq!(schema["properties"]["format"]["const"], "pleegprofiel-instrument");
}

#[test]
fn a_vector_file_that_does_not_come_out_is_reported_and_exits_with_1() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("golden.json");
    let text = fs::read_to_string(golden("psa")).unwrap().replacen("\"fta_scaled\": 5", "\"fta_scaled\": 4", 1);
    fs::write(&path, text).unwrap();
    let done = run(["instruments".as_ref(), "verify".as_ref(), path.as_os_str()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(
        stdout(&done).contains("1 not reproduced")
            && stderr(&done).contains("$.vectors[0].expected.fta_scaled: 4 expected"),
        "{}",
        stderr(&done)
    );
}

#[test]
fn the_cases_that_contradict_themselves_are_refused_by_the_rule_that_says_why() {
    let cases = [
        ("psa", "psa-minor", &["age_contradicts_population"][..]),
        ("psa", "psa-contradictory", &["age_contradicts_population", "violent_conviction_without_conviction"]),
        ("ogrs3", "ogrs3-age-mismatch", &["age_contradicts_population"]),
    ];
    for (instrument, name, expected) in cases {
        let file = format!("{}/fixtures/cases/instruments/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let done = run(["score", instrument, &file]);
        let lines: Vec<Value> = stdout(&done).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(lines.len(), expected.len(), "{name}");
        for (line, error) in lines.iter().zip(expected) {
            assert_eq!((&line["scored"], &line["error"]), (&json!(false), &json!([error])), "{name}");
        }
    }
}
