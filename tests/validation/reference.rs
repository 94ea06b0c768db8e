//! Every key of every reference file, within the tolerances its README states.
//!
//! Values are of R 4.2.2, pROC, rms, survival, cmprsk, riskRegression, scikit-learn, statsmodels and others; which tool
//! gave which value stands beside it (`fixtures/validation/expected`).

use pleegprofiel::{
    survival::{EventStatus, FollowUp},
    validation::{
        Flat, FlatValue, Predictions, ProtectedAttribute, RateKind, by_group, flat_binary, flat_cusum, flat_stability,
        flat_times,
    },
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/validation")
}

/// Columns of a CSV file without quotes.
pub(crate) fn columns(path: &Path) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut out: BTreeMap<String, Vec<String>> = names.iter().map(|n| ((*n).to_owned(), Vec::new())).collect();
    for line in lines {
        for (name, value) in names.iter().zip(line.split(',')) {
            out.get_mut(*name).unwrap().push(value.to_owned());
        }
    }
    out
}

pub(crate) fn numbers(columns: &BTreeMap<String, Vec<String>>, name: &str) -> Vec<f64> {
    columns[name].iter().map(|v| v.parse().unwrap()).collect()
}

/// What is not a target: traps, and another tool's own definition.
fn skipped(key: &str) -> bool {
    key.contains("trap.") || key.contains("scikit_survival")
}

fn tolerance(key: &str) -> f64 {
    if key.contains("recal.") || key.contains("platt_") { 1e-7 } else { 1e-9 }
}

fn as_number(v: &Value) -> f64 {
    match v {
        Value::String(s) if s == "Inf" => f64::INFINITY,
        Value::String(s) if s == "-Inf" => f64::NEG_INFINITY,
        Value::String(s) if s == "NaN" => f64::NAN,
        other => other.as_f64().unwrap_or_else(|| panic!("{other} is no number")),
    }
}

fn close(key: &str, ours: f64, theirs: f64) -> Result<(), String> {
    let same = ours == theirs || (ours - theirs).abs() <= tolerance(key) * theirs.abs().max(1.0);
    if same { Ok(()) } else { Err(format!("{key}: {ours:?}, reference {theirs:?}")) }
}

fn compare(key: &str, ours: &FlatValue, theirs: &Value) -> Result<(), String> {
    match (ours, theirs) {
        (FlatValue::Undefined(()), Value::Null) => Ok(()),
        (FlatValue::List(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).try_for_each(|(a, b)| close(key, *a, as_number(b)))
        }
        (FlatValue::Number(ours), Value::Number(_) | Value::String(_)) => close(key, *ours, as_number(theirs)),
        (ours, theirs) => Err(format!("{key}: {ours:?}, reference {theirs}")),
    }
}

/// Compares all keys; tells every one that differs or is not there.
pub(crate) fn check(flat: &Flat, expected: &Path) -> usize {
    let file: Value = serde_json::from_str(&std::fs::read_to_string(expected).unwrap()).unwrap();
    let ours: BTreeMap<&str, &FlatValue> = flat.entries().iter().map(|(k, v)| (k.as_str(), v)).collect();
    assert_eq!(ours.len(), flat.entries().len(), "a key stands twice");
    let mut wrong = Vec::new();
    let mut compared = 0;
    for (key, entry) in file["values"].as_object().unwrap() {
        if skipped(key) {
            continue;
        }
        compared += 1;
        match ours.get(key.as_str()) {
            None => wrong.push(format!("{key}: not there")),
            Some(value) => wrong.extend(compare(key, value, &entry["value"]).err()),
        }
    }
    assert!(wrong.is_empty(), "{} of {compared} differ:\n{}", wrong.len(), wrong.join("\n"));
    compared
}

pub(crate) fn binary(data: &Path) -> Flat {
    let table = columns(data);
    let y: Vec<bool> = table["y"].iter().map(|v| v == "1").collect();
    let scores: Vec<(String, Predictions)> = ["p1", "p2"]
        .map(|name| (name.to_owned(), Predictions::new(numbers(&table, name), y.clone()).unwrap()))
        .into_iter()
        .collect();
    let group = ProtectedAttribute::new("group", table["group"].iter().map(|g| Some(g.as_str()))).unwrap();
    flat_binary(&scores, &[group], 0.3).unwrap()
}

#[test]
fn every_binary_figure_is_that_of_the_reference() {
    let mut compared = 0;
    for name in ["binary-points", "binary-small", "binary-zero-one"] {
        let flat = binary(&fixtures().join(format!("data/{name}.csv")));
        compared += check(&flat, &fixtures().join(format!("expected/{name}.json")));
    }
    assert!(compared > 450, "{compared}");
}

/// The COMPAS records carry no licence and are not part of this project: name the file to run this.
#[test]
#[ignore = "needs binary-compas.csv, which has no licence; PLEEGPROFIEL_COMPAS names it"]
fn every_figure_of_the_compas_records_is_that_of_the_reference() {
    let file = std::env::var("PLEEGPROFIEL_COMPAS").expect("PLEEGPROFIEL_COMPAS names binary-compas.csv");
    check(&binary(Path::new(&file)), &fixtures().join("expected/binary-compas.json"));
}

pub(crate) fn times(data: &Path) -> Flat {
    let table = columns(data);
    let status = table["status"].iter().map(|s| match s.as_str() {
        "1" => EventStatus::Event,
        "2" => EventStatus::Competing,
        _ => EventStatus::Censored,
    });
    let people = FollowUp::new(numbers(&table, "time"), status.collect()).unwrap();
    let scores = [("points".to_owned(), numbers(&table, "points"))];
    let risks = [(12.0, numbers(&table, "risk12")), (24.0, numbers(&table, "risk24"))];
    flat_times(&people, &scores, &risks, &[6.0, 12.0, 24.0]).unwrap()
}

#[test]
fn every_figure_of_people_followed_up_is_that_of_the_reference() {
    let mut compared = 0;
    for name in [
        "time-rossi-weeks",
        "time-recid-months",
        "time-continuous",
        "time-months-ties",
        "competing-continuous",
        "competing-months-ties",
        "competing-fixed-24",
    ] {
        let flat = times(&fixtures().join(format!("data/{name}.csv")));
        compared += check(&flat, &fixtures().join(format!("expected/{name}.json")));
    }
    assert!(compared > 380, "{compared}");
}

#[test]
fn stability_and_charts_are_those_of_the_reference() {
    let table = columns(&fixtures().join("data/psi-counts.csv"));
    let (values, first, second) = (numbers(&table, "points"), numbers(&table, "reference"), numbers(&table, "current"));
    let flat = flat_stability(&values, &first, &second, Some((10.0, 12.0))).unwrap();
    assert_eq!(check(&flat, &fixtures().join("expected/psi-counts.json")), 4);
    let table = columns(&fixtures().join("data/cusum-sequence.csv"));
    let people =
        Predictions::new(numbers(&table, "p"), table["y"].iter().map(|y| y == "1").collect::<Vec<_>>()).unwrap();
    let flat = flat_cusum(&people).unwrap();
    assert_eq!(check(&flat, &fixtures().join("expected/cusum-sequence.json")), 6);
}

/// Larson, Mattu, Kirchner & Angwin (2016), as printed there.
#[test]
#[ignore = "needs binary-compas.csv, which has no licence; PLEEGPROFIEL_COMPAS names it"]
fn the_published_error_rates_of_the_compas_records_come_out() {
    let file = std::env::var("PLEEGPROFIEL_COMPAS").expect("PLEEGPROFIEL_COMPAS names binary-compas.csv");
    let table = columns(Path::new(&file));
    let y: Vec<bool> = table["y"].iter().map(|v| v == "1").collect();
    let people = Predictions::new(numbers(&table, "p1"), y).unwrap();
    let group = ProtectedAttribute::new("group", table["group"].iter().map(|g| Some(g.as_str()))).unwrap();
    let groups = by_group(&people, &group, 0.47).unwrap();
    let printed = |name: &str, kind: RateKind| {
        let g = groups.iter().find(|g| g.name == name).unwrap();
        (10_000.0 * g.confusion.rate(kind).unwrap().value()).round()
    };
    for (name, n, fpr, fnr, ppv, npv) in
        [("African-American", 3_696, 4_485.0, 2_799.0, 63.0, 65.0), ("Caucasian", 2_454, 2_345.0, 4_772.0, 59.0, 71.0)]
    {
        assert_eq!(groups.iter().find(|g| g.name == name).unwrap().people, n);
        assert_eq!(printed(name, RateKind::FalsePositive), fpr);
        assert_eq!(10_000.0 - printed(name, RateKind::TruePositive), fnr);
        assert_eq!((printed(name, RateKind::PositivePredictive) / 100.0).round(), ppv);
        assert_eq!((printed(name, RateKind::NegativePredictive) / 100.0).round(), npv);
    }
}
