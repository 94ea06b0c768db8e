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

fn case(name: &str) -> String {
    format!("{}/fixtures/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn one_person_at_the_index_offence_is_answered_by_the_career_model_and_not_without_its_age() {
    let dir = tempdir().unwrap();
    let (counts, exposure) = (case("one-person-counts.csv"), case("one-person-exposure.csv"));
    let index = dir.path().join("index.csv");
    let answer = |age: &str, more: &[&str]| -> serde_json::Value {
        fs::write(&index, format!("id,index_age\n539,{age}\n")).unwrap();
        let mut args = vec!["classify", "--reference", &counts, "--exposure", &exposure, "--json", "--explain"];
        args.extend(["--index", index.to_str().unwrap()].iter().filter(|_| !age.is_empty()));
        args.extend(more);
        let done = run(args);
        assert_eq!((done.status.code(), stderr(&done)), (Some(0), String::new()));
        serde_json::from_str(stdout(&done).trim_end()).unwrap()
    };
    let dated = answer("23.657534", &[]);
    let continuous = dated["posterior"]["continuous"].as_f64().unwrap();
    assert!((continuous - 0.73).abs() < 0.005, "{continuous}");
    let ahead = &dated["forecast"]["ages"][4]["upto"];
    assert!((ahead["mean"].as_f64().unwrap() - 4.1).abs() < 0.05, "{ahead}");
    assert!((ahead["any"].as_f64().unwrap() - 0.80).abs() < 0.005, "{ahead}");
    assert!(dated["profile"].is_null());
    // one person cannot show whether the file fits, and that is said
    assert_eq!(dated["file_fit"]["answer"], "not-checked");
    let said = |answer: &serde_json::Value, what: &str| {
        answer["limitations"].as_array().unwrap().iter().any(|l| l.as_str().unwrap().contains(what))
    };
    assert!(said(&dated, "cannot be checked on 1 person"), "{dated}");
    let unknown = answer("", &["--lang", "nl"]);
    assert!(unknown["profile"].is_null() && unknown["forecast"].is_null(), "{unknown}");
    assert!(said(&unknown, "Een verwachting is er niet") && said(&unknown, "aan 1 persoon niet na te gaan"));
    // an age at which nothing was observed or counted
    fs::write(&index, "id,index_age\n539,16\n").unwrap();
    let done = run(["classify", "--reference", &counts, "--index", index.to_str().unwrap()]);
    assert!(stdout(&done).contains("no-index-offence"), "{}", stdout(&done));
    let done = run(["classify", "--reference", &counts, "--rescale", "0"]);
    assert_eq!(done.status.code(), Some(2));
    let done = run(["classify", "--model", "model.json", &counts, "--rescale", "2"]);
    assert_eq!(done.status.code(), Some(2));
}

#[test]
fn a_register_that_holds_half_the_offences_is_noticed_in_one_line_and_rescaling_answers_it() {
    let dir = tempdir().unwrap();
    let out = dir.path().join("synthetic");
    let done = run(["synth", "--persons", "300", "--seed", "8", "--out", out.to_str().unwrap()]);
    assert!(done.status.success(), "{}", stderr(&done));
    let (counts, exposure) = (out.join("counts.csv"), out.join("exposure.csv"));
    let half = dir.path().join("half.csv");
    let text = fs::read_to_string(&counts).unwrap();
    let lines = text.lines().enumerate().map(|(i, line)| {
        // by turns the larger and the smaller half
        let cell = |(j, cell): (usize, &str)| match cell.parse::<u32>() {
            Ok(y) if i > 0 && j > 0 => ((y + ((i + j) % 2) as u32) / 2).to_string(),
            _ => cell.to_owned(),
        };
        line.split(',').enumerate().map(cell).collect::<Vec<_>>().join(",")
    });
    fs::write(&half, lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
    let classify = |counts: &Path, more: &[&str]| {
        let mut args =
            vec!["classify", "--reference", counts.to_str().unwrap(), "--exposure", exposure.to_str().unwrap()];
        args.extend(more);
        let done = run(args);
        assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
        (stdout(&done), stderr(&done))
    };
    let (table, warning) = classify(&counts, &[]);
    assert_eq!(warning, "");
    assert!(table.lines().skip(1).all(|line| line.ends_with(",fits")));
    let (table, warning) = classify(&half, &["--lang", "nl"]);
    assert!(
        warning.starts_with("warning: Dit bestand past niet bij het model") && warning.lines().count() == 1,
        "{warning}"
    );
    assert!(table.lines().skip(1).all(|line| line.ends_with(",does-not-fit") || line.ends_with(',')));
    let factor = warning.split("--rescale ").nth(1).unwrap().split(';').next().unwrap().replace(',', ".");
    assert!((0.4..0.6).contains(&factor.parse::<f64>().unwrap()), "{warning}");
    let (json, _) = classify(&half, &["--json"]);
    let line: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(line["file_fit"]["answer"], "does-not-fit");
    assert!(line["file_fit"]["rate_z"].as_f64().unwrap() < -2.6, "{line}");
}

#[test]
fn a_model_that_profile_stored_gives_the_names_that_profile_gave_and_withholds_the_same() {
    let dir = tempdir().unwrap();
    let (people, out) = (dir.path().join("people"), dir.path().join("out"));
    let drawn = run([
        "synth".as_ref(),
        "--persons".as_ref(),
        "160".as_ref(),
        "--seed".as_ref(),
        "5".as_ref(),
        "--out".as_ref(),
        people.as_os_str(),
    ]);
    assert_eq!(drawn.status.code(), Some(0), "{}", stderr(&drawn));
    let (counts, exposure) = (people.join("counts.csv"), people.join("exposure.csv"));
    let input = [counts.as_os_str(), "--exposure".as_ref(), exposure.as_os_str()];
    let options = ["--family", "poisson", "--starts", "6", "--out"].map(AsRef::as_ref);
    let done = run(["profile".as_ref()].into_iter().chain(input).chain(options).chain([out.as_os_str()]));
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let model = out.join("model.json");
    let placed = run(["classify".as_ref()].into_iter().chain(input).chain(["--model".as_ref(), model.as_os_str()]));
    assert_eq!(placed.status.code(), Some(0), "{}", stderr(&placed));
    let rows = |mut reader: csv::Reader<Box<dyn std::io::Read>>| -> Vec<Vec<String>> {
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    let by_profile = rows(csv::Reader::from_reader(Box::new(fs::File::open(out.join("profiles.csv")).unwrap())));
    let by_model = rows(csv::Reader::from_reader(Box::new(std::io::Cursor::new(stdout(&placed)))));
    assert_eq!((by_profile.len(), by_model.len()), (160, 160));
    let (mut both, mut only_profile) = (0, 0);
    for (first, later) in by_profile.iter().zip(&by_model) {
        assert_eq!(first[0], later[0]);
        if !later[1].is_empty() {
            assert_eq!(first[1], later[1], "{first:?} {later:?}");
            both += 1;
        } else if !first[1].is_empty() {
            // `classify` asks more of a record than `profile` does, and says so
            assert!(["too-young", "too-little-seen", "unlike-any"].contains(&later[2].as_str()), "{first:?} {later:?}");
            only_profile += 1;
        }
        if first[2].contains("groups are not settled") {
            assert!(later[1].is_empty(), "{first:?} {later:?}");
        }
    }
    assert!(both > 40, "{both} and {only_profile}");
    // one population: nobody has a name, here or there
    let one = case("onepop.csv");
    let options = ["--family", "poisson", "--groups", "3", "--starts", "6", "--out"].map(AsRef::as_ref);
    let done = run(["profile".as_ref(), one.as_ref()].into_iter().chain(options).chain([out.as_os_str()]));
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let placed = run(["classify".as_ref(), one.as_ref(), "--model".as_ref(), model.as_os_str()]);
    let by_model = rows(csv::Reader::from_reader(Box::new(std::io::Cursor::new(stdout(&placed)))));
    assert!(by_model.iter().all(|row| row[1].is_empty()), "{:?}", by_model.iter().find(|row| !row[1].is_empty()));
    assert!(by_model.iter().any(|row| row[2] == "one-population"));
}
