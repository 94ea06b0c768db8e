//! The template for a user who holds the appendix: it loads only when complete and checked, and the errors of 2018
//! would not have passed. The figures below are made up for these tests; they are nobody's coefficients.

use pleegprofiel::risk::instrument::{Instrument, Mode, OXREC_TEMPLATE, Population};
use serde_json::{Value, json};

/// Fills the template with made-up figures, and adds vectors from a formula written out here.
fn filled(id: &str, status: &str, drug: f64, illness: f64) -> Value {
    let mut file: Value = serde_json::from_str(OXREC_TEMPLATE).unwrap();
    file["id"] = json!(id);
    file["version"] = json!("made up");
    file["population"]["jurisdiction"] = json!("netherlands");
    file["population"]["legal_status"] = json!([status]);
    file["derived"][0]["sum"][0]["times"] = json!("0.5");
    file["derived"][0]["plus"] = json!("-2.75");
    for (i, c) in [drug, illness, 0.25].into_iter().enumerate() {
        file["terms"][i]["coefficient"] = json!(format!("{c}"));
    }
    for (i, s) in ["0.875", "0.75"].into_iter().enumerate() {
        file["outputs"][i + 1]["baseline_survival"] = json!(s);
        file["outputs"][i + 1]["centre"] = json!("0.5");
    }
    let vectors: Vec<Value> = (0..40)
        .map(|i| {
            let (d, m, decile) = (i % 2 == 1, i / 2 % 2 == 1, i / 4 + 1);
            let z = f64::from(u8::from(d)) * drug + f64::from(u8::from(m)) * illness + 0.25 * (0.5 * f64::from(decile) - 2.75);
            let p = |s: f64| 1.0 - s.powf((z - 0.5).exp());
            json!({"id": format!("m{i}"), "provenance": "formula in this test", "inputs": {"drug_misuse": d, "severe_mental_illness": m, "deprivation_decile": decile},
                "expected": {"linear_predictor": z, "probability_1y": p(0.875), "probability_2y": p(0.75)}})
        })
        .collect();
    file["golden"] = json!([{"instrument": id, "version": "made up", "vectors": vectors}]);
    file
}

fn load(file: &Value) -> Result<Instrument, String> {
    Instrument::from_json(&file.to_string()).map_err(|e| e.to_string())
}

#[test]
fn the_template_does_not_load_before_every_figure_is_filled_in() {
    let why = Instrument::from_json(OXREC_TEMPLATE).unwrap_err().to_string();
    for place in [
        "$.terms[0].coefficient",
        "$.terms[1].coefficient",
        "$.derived[0].plus",
        "$.outputs[1].baseline_survival",
        "$.outputs[2].centre",
    ] {
        assert!(why.contains(place), "{place}\n{why}");
    }
    let mut almost = filled("oxrec-custody", "custody", 0.5, 0.125);
    almost["terms"][1]["coefficient"] = json!("FILL IN");
    assert!(load(&almost).is_err());
    almost = filled("oxrec-custody", "custody", 0.5, 0.125);
    almost["golden"][0]["vectors"] = json!([]);
    assert!(load(&almost).unwrap_err().contains("no golden vector"));
    assert!(load(&filled("oxrec-custody", "custody", 0.5, 0.125)).is_ok());
}

#[test]
fn the_formulas_of_two_populations_cannot_be_swapped() {
    let (prison, suspect) =
        (filled("oxrec-custody", "custody", 0.5, 0.125), filled("oxrec-suspect", "suspect", 0.75, 0.25));
    assert!(load(&prison).is_ok() && load(&suspect).is_ok());
    let mut swapped = prison.clone();
    swapped["terms"] = suspect["terms"].clone();
    assert!(load(&swapped).unwrap_err().contains("golden vector not reproduced"));
    // with its vectors swapped along, it is the other instrument under a wrong name, and its vectors say so
    swapped["golden"] = suspect["golden"].clone();
    assert!(load(&swapped).unwrap_err().contains("$.golden[0].instrument"));
    // the right file for the wrong person
    let instrument = load(&prison).unwrap();
    let case = instrument
        .read_cases(r#"{"drug_misuse": true, "severe_mental_illness": false, "deprivation_decile": 3}"#)
        .unwrap()
        .remove(0);
    let suspect =
        Population { jurisdiction: "netherlands".into(), legal_status: "suspect".into(), age: Some(30), sex: None };
    assert_eq!(instrument.assess(&case.with_population(suspect), Mode::Strict).unwrap().error, ["population_mismatch"]);
}

#[test]
fn a_wrong_drug_coefficient_does_not_load() {
    let mut wrong = filled("oxrec-custody", "custody", 0.5, 0.125);
    wrong["terms"][0]["coefficient"] = json!("0.49999999");
    let why = load(&wrong).unwrap_err();
    assert!(why.contains("$.golden[0].vectors[1].expected.linear_predictor: golden vector not reproduced"), "{why}");
}

#[test]
fn an_unknown_illness_gives_a_range_not_no() {
    let instrument = load(&filled("oxrec-custody", "custody", 0.5, 0.125)).unwrap();
    let prisoner =
        Population { jurisdiction: "netherlands".into(), legal_status: "custody".into(), age: Some(30), sex: None };
    let score = |illness: Value| {
        let inputs = json!({"drug_misuse": true, "severe_mental_illness": illness, "deprivation_decile": 3});
        let case = instrument.read_cases(&inputs.to_string()).unwrap().remove(0);
        instrument.assess(&case.with_population(prisoner.clone()), Mode::Strict).unwrap()
    };
    let unknown = score(Value::Null);
    assert_eq!(
        (unknown.number("probability_2y"), unknown.unknown.as_slice()),
        (None, ["severe_mental_illness".to_owned()].as_slice())
    );
    let range = &unknown.ranges["probability_2y"];
    let end = |o: &Option<pleegprofiel::risk::instrument::Output>| o.as_ref().unwrap().number();
    assert_eq!(end(&range.low), score(json!(false)).number("probability_2y"));
    assert_eq!(end(&range.high), score(json!(true)).number("probability_2y"));
    assert_eq!(unknown.uses, ["income", "neighbourhood deprivation"]);
}
