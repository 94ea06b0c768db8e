//! `pleegprofiel classify` as its users see it.

use crate::command::{run, stderr, stdout};
use crate::support::simulate::four_groups;
use pleegprofiel::Family;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

/// A model and a table of counts from age 10 on: one who cannot be told yet, one clear, one without offences, one with
/// an offence before the model's ages, one never observed.
fn files(dir: &Path) -> (PathBuf, PathBuf) {
    let (model, table) = (dir.join("model.json"), dir.join("counts.csv"));
    fs::write(&model, four_groups(Family::Poisson).to_json()).unwrap();
    let header: Vec<String> = (10..40).map(|age| format!("age_{age}")).collect();
    let row = |id: &str, count: &dyn Fn(u32) -> Option<u32>| {
        let cells: Vec<String> = (10..40).map(|age| count(age).map_or(String::new(), |y| y.to_string())).collect();
        format!("{id},{}\n", cells.join(","))
    };
    let mut text = format!("id,{}\n", header.join(","));
    text += &row("young", &|age| (age < 19).then_some(u32::from(age == 17)));
    text += &row("high", &|age| Some(if age < 14 { 0 } else { 3 }));
    text += &row("none", &|_| Some(0));
    text += &row("early", &|age| Some(u32::from(age == 10)));
    text += &row("unseen", &|age| (age < 12).then_some(u32::from(age == 20)));
    fs::write(&table, text).unwrap();
    (model, table)
}

fn classify(table: &Path, model: &Path, more: &[&str]) -> std::process::Output {
    let all = ["classify".as_ref(), table.as_os_str(), "--model".as_ref(), model.as_os_str()];
    run(all.into_iter().chain(more.iter().map(AsRef::as_ref)))
}

#[test]
fn one_json_line_a_person_has_every_field_of_the_contract() {
    let dir = tempdir().unwrap();
    let (model, table) = files(dir.path());
    let done = classify(&table, &model, &["--json", "--explain"]);
    assert_eq!((done.status.code(), stderr(&done)), (Some(0), String::new()));
    let lines: Vec<serde_json::Value> = stdout(&done).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<&str> = lines.iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["young", "high", "none", "early", "unseen"]);
    for line in &lines {
        for field in ["posterior", "profile", "undecided", "prediction_set", "typicality", "refused", "reason"] {
            assert!(line.get(field).is_some(), "{field}: {line}");
        }
    }
    let (young, high) = (&lines[0], &lines[1]);
    assert!(young["profile"].is_null() && young["undecided"] == "too-young", "{young}");
    assert!(young["prediction_set"].as_array().unwrap().len() > 1);
    assert_eq!((&high["profile"], &high["undecided"]), (&"continuous".into(), &serde_json::Value::Null), "{high}");
    assert!(high["posterior"]["continuous"].as_f64().unwrap() > 0.99);
    for line in [young, high] {
        let sum: f64 = line["posterior"].as_object().unwrap().values().map(|p| p.as_f64().unwrap()).sum();
        assert!((sum + line["no_profile"].as_f64().unwrap() - 1.0).abs() < 1e-12);
        let p = line["typicality"].as_f64().unwrap();
        assert!(p > 0.0 && p < 1.0);
        assert!(line["explanation"]["path"].is_array() && line["resolution"]["groups"].is_array());
        assert_eq!(
            line["limitations"][0],
            "2 observed years without offences outside the ages of the model are not used."
        );
    }
    let refused: Vec<&str> = lines[2..].iter().map(|line| line["refused"].as_str().unwrap()).collect();
    assert_eq!(refused, ["no-adjudicated-case", "outside-model", "no-adjudicated-case"]);
    assert!(lines[2]["posterior"].is_null() && lines[2]["typicality"].is_null());
    assert_eq!(stdout(&classify(&table, &model, &["--json", "--explain"])), stdout(&done), "the same bits again");
}

#[test]
fn the_table_has_one_row_a_person_and_speaks_dutch() {
    let dir = tempdir().unwrap();
    let (model, table) = files(dir.path());
    let done = classify(&table, &model, &["--lang", "nl"]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let mut rows = csv::Reader::from_reader(done.stdout.as_slice());
    let header: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header[..5], ["id", "profile", "undecided", "refused", "reason"]);
    assert_eq!(
        header[5..9].join(" "),
        "posterior_incidental posterior_early-peak posterior_late-peak posterior_continuous"
    );
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 5);
    assert!(rows[0][4].starts_with("te jong om het te zeggen"), "{:?}", rows[0]);
    assert_eq!((&rows[1][1], &rows[1][10]), ("continuous", "continuous"));
    assert_eq!((&rows[2][3], rows[2].len()), ("no-adjudicated-case", header.len()));
}

#[test]
fn a_model_is_needed_and_must_be_one() {
    let dir = tempdir().unwrap();
    let (model, table) = files(dir.path());
    let done = run(["classify".as_ref(), table.as_os_str()]);
    assert_eq!(done.status.code(), Some(2), "{}", stderr(&done));
    let done = classify(&table, &table, &[]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("not a usable trajectory model"), "{}", stderr(&done));
    let done = classify(&table, &model, &["--coverage", "1.5"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(stderr(&done).contains("`coverage` of 1.5"), "{}", stderr(&done));
}

#[test]
fn the_reference_model_places_people_and_every_line_names_it() {
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/sim/sim_poisson_n1000.csv");
    let done = run(["classify", table, "--reference", "--json"]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!(text.lines().count(), 1000);
    for line in text.lines() {
        let person: serde_json::Value = serde_json::from_str(line).unwrap();
        if person["refused"].is_null() {
            assert_eq!(person["model"], "brede-blik-2024-reconstruction", "{line}");
            let total: f64 = person["posterior"].as_object().unwrap().values().map(|p| p.as_f64().unwrap()).sum();
            assert!((total - 1.0).abs() < 1e-9, "{line}");
        }
    }
}

#[test]
fn the_main_job_places_nobody_without_an_offence() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("out");
    let counts = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sim/sim_poisson_n1000.csv");
    let args = ["--family", "poisson", "--degree", "2", "--starts", "8", "--out"];
    let all = ["profile".as_ref(), counts.as_os_str()].into_iter().chain(args.map(AsRef::as_ref));
    let done = run(all.chain([out.as_os_str()]));
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let rows = |path: &Path| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_path(path).unwrap();
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    let (counts, people) = (rows(&counts), rows(&out.join("profiles.csv")));
    assert_eq!(counts.len(), people.len());
    let (mut without, mut placed) = (0, 0);
    for (counts, person) in counts.iter().zip(&people) {
        assert_eq!(counts[0], person[0]);
        if counts[1..].iter().all(|y| y == "0") {
            assert_eq!(person[1], "");
            assert!(person[2].starts_with("no offence in the record"), "{person:?}");
            without += 1;
        }
        placed += usize::from(!person[1].is_empty());
    }
    assert_eq!(without, 142);
    assert!(
        placed > 500 && stdout(&done).contains(&format!("{placed} of the 1,000 persons get a profile")),
        "{}",
        stdout(&done)
    );
}
