//! What is refused, and that every problem is named with its JSON path.

use pleegprofiel::{
    ErrorKind,
    risk::instrument::{GoldenReport, Instrument, Library, bundled_files},
};
use serde_json::{Value, json};

fn file(id: &str) -> Value {
    serde_json::from_str(bundled_files().find(|(name, _)| *name == id).unwrap().1).unwrap()
}

fn why(file: &Value) -> String {
    let error = Instrument::from_json(&file.to_string()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    error.to_string()
}

#[test]
fn every_problem_of_a_broken_instrument_is_listed_with_its_path() {
    let mut broken = file("all-reoffending-static");
    broken["terms"][0]["coefficient"] = json!("one");
    broken["terms"][1]["source"]["document"] = json!("hearsay");
    broken["terms"][2]["of"] = json!("shoe_size");
    broken["outputs"][3]["bands"][2]["from"] = json!("50");
    broken["outputs"][3]["bands"][3]["from"] = json!("100");
    broken["items"][0]["tpye"] = json!("date");
    broken["golden"] = json!([]);
    let text = why(&broken);
    for part in [
        "$.terms[0].coefficient: \"one\" is not a decimal number",
        "$.terms[1].source: document \"hearsay\" is not listed",
        "$.terms[2].of: \"shoe_size\" is used but not declared",
        "$.outputs[3].bands[2]: the band overlaps",
        "$.outputs[3].bands[3]: unreachable: no value lies in it, they go from 0 to 99.99",
        "$.golden: no golden vector",
        "$.items[0].tpye: unknown key",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let mut without = file("psa");
    without["golden"] = json!([]);
    assert!(why(&without).contains("$.golden: no golden vector"));
}

#[test]
fn a_golden_vector_of_another_version_is_refused() {
    let mut other = file("psa");
    other["golden"][0]["version"] = json!("2020 table");
    assert!(why(&other).contains("$.golden[0].version: \"2020 table\" is not"));
    let text = json!({"instrument": "ovp", "version": "1", "vectors": []}).to_string();
    let error = Instrument::bundled("psa").unwrap().verify(&text).unwrap_err().to_string();
    assert!(error.contains("$.instrument") && error.contains("$.version"), "{error}");
}

#[test]
fn a_text_that_is_no_instrument_is_refused() {
    for text in
        ["", "{", "[]", "null", "{}", "{\"format\": 1}", &"[".repeat(5000), "{\"format\": \"pleegprofiel-instrument\"}"]
    {
        assert!(Instrument::from_json(text).is_err(), "{text:.40}");
    }
}

#[test]
fn overlapping_and_disordered_rows_are_refused() {
    let mut broken = file("ovp");
    broken["terms"][3]["table"][1]["from"] = json!("19");
    assert!(why(&broken).contains("$.terms[3].table[1]: the row is empty or overlaps another one"));
    let mut falling = file("psa");
    falling["outputs"][1]["table"][1]["value"] = json!("9");
    assert!(why(&falling).contains("does not rise"));
}

#[test]
fn names_declared_twice_and_levels_that_do_not_exist_are_refused() {
    let mut broken = file("all-reoffending-static");
    let again = broken["items"][0].clone();
    broken["items"].as_array_mut().unwrap().push(again);
    broken["rules"][3]["when"][0]["is"] = json!("murder");
    broken["terms"][1]["when"][0]["is"] = json!("girl");
    let text = why(&broken);
    assert!(text.contains("\"assessment_date\" is declared twice"), "{text}");
    assert!(text.contains("$.rules[3].when[0].is: \"murder\" is not a level of offence_category"), "{text}");
    assert!(text.contains("\"girl\" is not a level of sex"), "{text}");
}

#[test]
fn parts_load_in_any_order_and_a_cycle_is_refused() {
    let mut all: Vec<&str> = bundled_files().map(|(_, text)| text).collect();
    all.reverse();
    let library = Library::load_all(&all).unwrap();
    assert!(library.get("combined-serious-reoffending").is_some());

    let mut own = file("combined-serious-reoffending");
    own["components"][0]["instrument"] = json!("combined-serious-reoffending");
    assert!(why(&own).contains("$.components[0]: a cycle"));

    let mut one = file("serious-violent-reoffending-dynamic");
    one["fallback"]["instrument"] = json!("combined-serious-reoffending");
    let two = file("combined-serious-reoffending");
    let error = Library::load_all(&[&one.to_string(), &two.to_string()]).unwrap_err().to_string();
    assert!(error.contains("cycle") && error.contains("[0].components") && error.contains("[1].components"), "{error}");

    let mut version = file("combined-serious-reoffending");
    version["components"][1]["version"] = json!("2");
    assert!(why(&version).contains("version \"2\" is asked for"));
    let mut missing = file("combined-serious-reoffending");
    missing["components"][1]["instrument"] = json!("nowhere");
    assert!(why(&missing).contains("\"nowhere\" is not loaded"));
}

#[test]
fn every_problem_of_a_bad_case_is_listed_and_nothing_is_scored() {
    let all = Instrument::bundled("all-reoffending-static").unwrap();
    let bad = json!([
        {"total_sanctions": 2},
        {"shoe_size": 44, "total_sanctions": "two", "date_of_birth": "1991-02-30", "sex": "f", "assessment_date": 5},
        {"inputs": {"total_sanctions": 1.5}, "populatoin": {}},
        {"population": {"jurisdiction": "england-and-wales", "legal_status": "free"}},
        7
    ]);
    let error = all.read_cases(&bad.to_string()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let text = error.to_string();
    for part in [
        "$[1].shoe_size: all-reoffending-static has no such item",
        "$[1].total_sanctions: \"two\" is not a whole number",
        "$[1].date_of_birth:",
        "$[1].sex: \"f\" is not one of male, female",
        "$[1].assessment_date: a date is written",
        "$[2].inputs.total_sanctions: 1.5 is not a whole number",
        "$[2].populatoin: unknown key",
        "$[3].population: legal_status is not one of",
        "$[4]: a case is an object",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(error.issue_count(), 9);
}

#[test]
fn a_golden_vector_of_another_version_is_listed_with_the_other_problems() {
    let mut broken = file("all-reoffending-static");
    broken["terms"][0]["coefficient"] = json!("one");
    broken["golden"][0]["version"] = json!("another");
    broken["golden"][1]["vectors"][0]["expected"] = json!({});
    let text = why(&broken);
    for part in [
        "$.terms[0].coefficient: \"one\" is not a decimal number",
        "$.golden[0].version: \"another\" is not",
        "$.golden[1].vectors[0].expected: a vector that expects nothing shows nothing",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_band_that_no_value_lies_in_is_refused_wherever_it_stands() {
    // below the lowest per cent, between two printed per cents, above the highest number of points
    let bands = |id: &str, output: usize, bands: Value| {
        let mut broken = file(id);
        broken["outputs"][output]["bands"] = bands;
        why(&broken)
    };
    let text = bands(
        "all-reoffending-static",
        3,
        json!([{"name": "none", "from": "-10"}, {"name": "low", "from": "0"}, {"name": "medium", "from": "50"},
            {"name": "sliver", "from": "50.001"}, {"name": "high", "from": "50.009"}, {"name": "very_high", "from": "90"}]),
    );
    assert!(
        text.contains("$.outputs[3].bands[0]: unreachable: no value lies in it, they go from 0 to 99.99"),
        "{text}"
    );
    assert!(text.contains("$.outputs[3].bands[3]: unreachable") && !text.contains("bands[2]"), "{text}");
    let text = bands(
        "direct-contact-sexual-reoffending",
        3,
        json!([{"name": "low", "from": "0"}, {"name": "medium", "from": "22"}, {"name": "high", "from": "30"},
            {"name": "very_high", "from": "36"}, {"name": "beyond", "from": "65"}, {"name": "not_applicable"}]),
    );
    assert!(text.contains("$.outputs[3].bands[4]: unreachable: no value lies in it, they go from 0 to 64"), "{text}");
}

#[test]
fn values_without_a_band_are_refused() {
    let mut broken = file("all-reoffending-static");
    broken["outputs"][3]["bands"][0]["from"] = json!("1");
    assert!(why(&broken).contains("$.outputs[3]: values from 0 to below 1 have no band"));
}

#[test]
fn an_instrument_that_is_a_part_of_its_own_part_is_a_cycle() {
    let mut one = file("serious-violent-reoffending-dynamic");
    one["fallback"]["instrument"] = json!("combined-serious-reoffending");
    let text = why(&one);
    assert!(
        text.contains(
            "$.fallback: a cycle: combined-serious-reoffending has serious-violent-reoffending-dynamic as a part"
        ),
        "{text}"
    );
}

#[test]
fn a_key_that_stands_twice_is_refused_in_files_and_in_cases() {
    let text = file("psa").to_string();
    let twice = text.replacen("\"coefficient\":\"1\"", "\"coefficient\":\"1\",\"coefficient\":\"2\"", 1);
    assert_ne!(twice, text);
    let error = Instrument::from_json(&twice).unwrap_err().to_string();
    assert!(error.contains("$.terms[0].coefficient: the key stands twice"), "{error}");
    let psa = Instrument::bundled("psa").unwrap();
    // the second answer would have lowered the score in silence
    let case = r#"[{"pending_charge": true, "shoe_size": 1, "pending_charge": false}]"#;
    let error = psa.read_cases(case).unwrap_err();
    assert!(error.to_string().contains("$[0].pending_charge: the key stands twice"), "{error}");
    assert_eq!(error.issue_count(), 2);
}

#[test]
fn a_file_that_is_neither_instrument_nor_vectors_says_so() {
    for text in ["null", "[]", "{\"vectors\": []}"] {
        let error = GoldenReport::of_file(text).unwrap_err().to_string();
        assert!(error.contains("neither an instrument") && error.contains("nor golden vectors"), "{error}");
    }
    let long = " ".repeat(17 << 20);
    assert!(GoldenReport::of_file(&long).unwrap_err().to_string().contains("larger than"));
    assert!(Instrument::from_json(&long).unwrap_err().to_string().contains("larger than"));
    let report = GoldenReport::of_file(&file("psa").to_string()).unwrap();
    assert!(report.instrument == "psa" && report.values > report.vectors && report.failures.is_empty(), "{report:?}");
}

#[test]
fn a_whole_number_may_be_written_with_a_point_and_nothing_else_may() {
    let psa = Instrument::bundled("psa").unwrap();
    let read = |number: &str| psa.read_cases(&format!("{{\"age_at_current_arrest\": {number}}}"));
    assert_eq!(read("43.0").unwrap(), read("43").unwrap());
    for bad in ["43.5", "\"43\"", "1e10", "true"] {
        assert!(read(bad).is_err(), "{bad}");
    }
}
