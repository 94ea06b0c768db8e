//! `recalibrate`: from cases and outcomes to an instrument of its own.

use crate::commands::run;
use pleegprofiel::{
    risk::instrument::{Instrument, Mode},
    validation::{FittedRecalibration, Predictions, RecalibrationFit, RecalibrationMethod},
};
use serde_json::{Value, json};
use std::fs;
use tempfile::tempdir;

/// Made-up men of England and Wales with 1 to 30 sanctions; every fifth has another age at the first one.
fn cases(n: usize) -> Vec<Value> {
    let case = |i: usize| {
        json!({
            "population": {"jurisdiction": "england-and-wales", "legal_status": "community", "age": 30},
            "sex": "male", "date_of_birth": "1991-07-17", "date_of_current_conviction": "2021-08-05",
            "date_at_start_of_followup": "2021-12-12", "total_sanctions": 2 + i % 29,
            "age_at_first_sanction": 14 + i % 5, "offence_parameter": -0.0607
        })
    };
    (0..n).map(case).collect()
}

/// Probabilities of the original, and outcomes that come half as often as they say, by a fixed rule.
fn outcomes(cases: &[Value]) -> (Vec<f64>, Vec<bool>) {
    let ogrs3 = Instrument::bundled("ogrs3").unwrap();
    let read = ogrs3.read_cases(&json!(cases).to_string()).unwrap();
    let p: Vec<f64> =
        read.iter().map(|c| ogrs3.assess(c, Mode::Strict).unwrap().number("probability_2y").unwrap()).collect();
    // a fixed sequence that fills 0 to 1 evenly
    let y = p.iter().enumerate().map(|(i, p)| (i as f64 * 0.618_033_988_749_895).fract() < p / 2.0).collect();
    (p, y)
}

fn about(id: &str) -> Value {
    json!({
        "id": id, "version": "1", "jurisdiction": "elsewhere", "legal_status": ["community"], "age_from": 18,
        "population": "made-up men", "sample": "made-up men, all cases", "period": "none",
        "document": {"title": "a test", "version": "1"}, "validation": "none yet"
    })
}

#[test]
fn each_map_becomes_an_instrument_that_gives_the_mapped_probability() {
    let dir = tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let cases = cases(1_000);
    let (p, y) = outcomes(&cases);
    fs::write(path("cases.json"), json!(cases).to_string()).unwrap();
    let rows: String = y.iter().map(|y| format!("{}\n", u8::from(*y))).collect();
    fs::write(path("y.csv"), format!("y\n{rows}")).unwrap();
    fs::write(path("about.json"), about("ogrs3-here").to_string()).unwrap();
    let people = Predictions::new(p.clone(), y).unwrap();
    for (name, method) in [
        ("intercept", RecalibrationMethod::Intercept),
        ("slope", RecalibrationMethod::Slope),
        ("isotonic", RecalibrationMethod::Isotonic),
    ] {
        let new = path(&format!("{name}.json"));
        let args = ["recalibrate", "ogrs3", &path("cases.json"), &path("y.csv"), "--outcome", "2y=y", "--method", name];
        let output = run(&[args.as_slice(), &["--about", &path("about.json"), "--out", &new]].concat(), "2");
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(text.contains("ogrs3-here") && text.contains("1000"), "{text}");
        let fitted = FittedRecalibration::of(&people, method).unwrap();
        assert!(fitted.brier_after < fitted.brier_before, "{name}");
        let instrument = Instrument::from_json(&fs::read_to_string(&new).unwrap()).unwrap();
        assert!(instrument.golden_vectors() > 10);
        assert!(instrument.card().sample.contains("1000 people"), "{}", instrument.card().sample);
        let mut moved = cases.clone();
        moved.iter_mut().for_each(|c| c["population"]["jurisdiction"] = "elsewhere".into());
        let read = instrument.read_cases(&json!(moved).to_string()).unwrap();
        for (case, &p) in read.iter().zip(&p) {
            let result = instrument.assess(case, Mode::Strict).unwrap();
            let expected = match &fitted.map {
                RecalibrationFit::Logit { intercept, slope } => {
                    let b = slope.as_ref().map_or(1.0, |s| s.value);
                    1.0 / (1.0 + (-(intercept.value + b * (p / (1.0 - p)).ln())).exp())
                }
                RecalibrationFit::Isotonic(map) => {
                    assert_eq!(result.number("probability_2y_before"), Some(p), "what it was stays");
                    map.at(p)
                }
            };
            assert!((result.number("probability_2y").unwrap() - expected).abs() < 1e-9, "{name} {p}");
            // what was not recalibrated is not told beside what was
            assert!(result.get("probability_1y").is_none() && result.get("percent_1y").is_none(), "{name}");
        }
    }
}

#[test]
fn a_recalibration_without_a_horizon_outcomes_or_papers_is_refused_and_writes_nothing() {
    let dir = tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    fs::write(path("cases.json"), json!(cases(20)).to_string()).unwrap();
    let file = |name: &str, rows: usize| {
        let rows: String = (0..rows).map(|i| format!("{}\n", i % 2)).collect();
        fs::write(path(name), format!("y\n{rows}")).unwrap();
    };
    file("y.csv", 20);
    file("short.csv", 19);
    fs::write(path("about.json"), about("ogrs3-here").to_string()).unwrap();
    fs::write(path("same.json"), about("ogrs3").to_string()).unwrap();
    fs::write(path("half.json"), r#"{"id": "x"}"#).unwrap();
    fs::write(path("zeros.csv"), format!("y\n{}", "0\n".repeat(20))).unwrap();
    let new = path("new.json");
    let refused = |outcomes: &str, horizon: &str, about: &str| {
        let (cases, outcomes, about) = (path("cases.json"), path(outcomes), path(about));
        let args = ["recalibrate", "ogrs3", &cases, &outcomes, "--outcome", horizon, "--about", &about, "--out", &new];
        let output = run(&args, "1");
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused("y.csv", "9y=y", "about.json").contains("it has 1y, 2y"));
    assert!(refused("short.csv", "2y=y", "about.json").contains("19 rows for 20 cases"));
    assert!(refused("y.csv", "2y=y", "half.json").contains("--template"));
    assert!(refused("y.csv", "2y=y", "same.json").contains("id of its own"));
    assert!(refused("zeros.csv", "2y=y", "about.json").contains("same outcome"));
    assert!(refused("y.csv", "2y=z", "about.json").contains("is not there"));
    assert!(!dir.path().join("new.json").exists());
    let template = run(&["recalibrate", "ogrs3", "--template"], "1");
    let template: Value = serde_json::from_slice(&template.stdout).unwrap();
    assert!(template["legal_status"].is_array());
}
