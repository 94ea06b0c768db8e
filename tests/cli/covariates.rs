//! The main job with a covariate of membership: fit, profile and classify, and what they refuse in which words.

use crate::command::{run, stderr, stdout};
use crate::support::simulate::{four_groups, simulate_with_covariate};
use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::tempdir;

/// Three hundred people whose shares of four groups hang on `town`: counts and covariates.
fn tables(dir: &Path) -> [PathBuf; 2] {
    let (people, town) = simulate_with_covariate(300, 71);
    let header: Vec<String> = (12..40).map(|age| format!("age_{age}")).collect();
    let (mut counts, mut covariates) = (format!("id,{}\n", header.join(",")), "id,town,income\n".to_owned());
    for (i, person) in people.table.people.iter().enumerate() {
        let cells: Vec<String> = person.counts.iter().map(|y| y.unwrap().to_string()).collect();
        counts += &format!("p{i},{}\n", cells.join(","));
        covariates += &format!("p{i},{},{}\n", town[i], i % 7);
    }
    let paths = ["counts.csv", "people.csv"].map(|name| dir.join(name));
    fs::write(&paths[0], counts).unwrap();
    fs::write(&paths[1], covariates).unwrap();
    paths
}

fn command(words: &[&str], files: &[&Path]) -> Output {
    let mut files = files.iter();
    run(words.iter().map(|word| match *word {
        "@" => files.next().unwrap().as_os_str().to_owned(),
        word => word.into(),
    }))
}

/// That a command ends with this code and says this.
fn refused(done: &Output, words: &str) {
    let text = stderr(done);
    assert_eq!(done.status.code(), Some(2), "{text}");
    assert!(text.contains(words), "wanted: {words}\nsaid: {text}");
    for serde in ["unknown field", "missing field", "at line", "expected value"] {
        assert!(!text.contains(serde), "a sentence of serde: {text}");
    }
}

const MODEL: [&str; 8] = ["--family", "poisson", "--groups", "4", "--degree", "2", "--starts", "8"];

#[test]
fn three_hundred_people_with_a_covariate_get_names_picture_and_answers() {
    let dir = tempdir().unwrap();
    let [counts, people] = tables(dir.path());
    let out = dir.path().join("out");
    let main: Vec<&str> =
        ["profile", "@", "--covariates", "@", "--membership", "town", "--out", "@"].into_iter().chain(MODEL).collect();
    let done = command(&main, &[&counts, &people, &out]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    // lines are broken between words
    let table = stdout(&done).split_whitespace().collect::<Vec<_>>().join(" ");
    for words in
        ["AvePP", "OCC", "early-peak offenders", "the same covariates (town)", "has no covariates", "was not looked at"]
    {
        assert!(table.contains(words), "{words}: {table}");
    }
    assert!(fs::read_to_string(out.join("trajectories.svg")).unwrap().starts_with("<svg"));
    assert!(fs::read_to_string(out.join("report.html")).unwrap().contains("effect of town on group 2"));
    // `fit` shows the same names
    let fit: Vec<&str> = ["fit", "@", "--covariates", "@", "--membership", "town"].into_iter().chain(MODEL).collect();
    let shown = stdout(&command(&fit, &[&counts, &people]));
    assert!(
        shown.contains("early-peak offenders") && shown.contains("OCC") && shown.contains("log-likelihood"),
        "{shown}"
    );

    // whoever is classified by the stored model has the posteriors, and where it is named the profile, of profiles.csv
    let mut rows = csv::Reader::from_path(out.join("profiles.csv")).unwrap();
    let profiles: BTreeMap<String, csv::StringRecord> =
        rows.records().map(|row| row.unwrap()).map(|row| (row[0].to_owned(), row)).collect();
    let model = out.join("model.json");
    let words = ["classify", "@", "--model", "@", "--covariates", "@", "--json"];
    let done = command(&words, &[&counts, &model, &people]);
    assert_eq!((done.status.code(), stderr(&done)), (Some(0), String::new()));
    let (mut named, mut answered) = (0, 0);
    for line in stdout(&done).lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let row = &profiles[line["id"].as_str().unwrap()];
        let Some(groups) = line["groups"].as_array() else { continue };
        for (k, p) in groups.iter().enumerate() {
            let stored: f64 = row[4 + k].parse().unwrap();
            assert!((p.as_f64().unwrap() - stored).abs() < 1e-12, "{line}");
        }
        answered += 1;
        assert!(line["limitations"].to_string().contains("among people with town = "), "{line}");
        if let Some(profile) = line["profile"].as_str() {
            assert_eq!(profile, &row[1]);
            named += 1;
        }
    }
    assert!(answered > 200 && named > 100, "{named} of {answered}");

    refused(
        &command(&["classify", "@", "--model", "@"], &[&counts, &model]),
        "the model has covariates of membership: give the values of `town` with --covariates FILE",
    );
    refused(&command(&["classify", "@", "--model", "@", "--stream"], &[&counts, &model]), "give the values of `town`");
    let other = dir.path().join("other.csv");
    let text = fs::read_to_string(&people).unwrap();
    for (made, told) in [
        (text.replace("town", "city"), "no column `town`; there are `city`, `income`"),
        (text.replace("p9,0", "p9,"), "must be complete"),
    ] {
        fs::write(&other, made).unwrap();
        refused(&command(&words, &[&counts, &model, &other]), told);
    }
    refused(
        &command(
            &["classify", "@", "--model", "@", "--covariates", "@", "--outcome", "arson"],
            &[&counts, &model, &people],
        ),
        "`arson` is no outcome of the model; it has `counts`",
    );
    refused(
        &command(
            &["profile", "@", "--covariates", "@", "--membership", "town", "--out", "@"],
            &[&counts, &people, &out],
        ),
        "give --family and --groups",
    );
}

#[test]
fn a_file_that_is_no_model_is_told_so_in_words() {
    let dir = tempdir().unwrap();
    let [counts, people] = tables(dir.path());
    let file = dir.path().join("model.json");
    for (text, told) in [
        ("nothing of the kind", "this is no JSON"),
        ("[1, 2]", "this is a list, not an object"),
        ("{\"spec\": {}}", "this JSON object has no such field"),
        ("{\"format\": \"pleegprofiel-forms\"}", "but it is `pleegprofiel-forms`"),
    ] {
        fs::write(&file, text).unwrap();
        let done = command(&["classify", "@", "--model", "@"], &[&counts, &file]);
        refused(&done, told);
        refused(&done, "`pleegprofiel-trajectory-model` or `pleegprofiel-general-model`");
    }
    fs::write(&file, four_groups(Family::Poisson).to_json()).unwrap();
    let with = command(&["classify", "@", "--model", "@", "--covariates", "@"], &[&counts, &file, &people]);
    refused(&with, "this one has none");
    let outcome = command(&["classify", "@", "--model", "@", "--outcome", "theft"], &[&counts, &file]);
    refused(&outcome, "--outcome goes with a model of several outcomes");
}

#[test]
fn a_model_of_several_outcomes_is_asked_by_outcome() {
    let dir = tempdir().unwrap();
    let often = |i: usize, t: usize| i.is_multiple_of(4) && (4..8).contains(&t);
    let thefts =
        Array2::from_shape_fn((200, 20), |(i, t)| Some(f64::from(u8::from(often(i, t) || (i + 7 * t) % 41 == 0))));
    let violence = Array2::from_shape_fn((200, 20), |(i, t)| {
        Some(f64::from(u8::from(i % 8 == 0 && t > 9 || (i + 5 * t) % 37 == 0)))
    });
    let grid = AgeGrid::years(12, 31).unwrap();
    let panel = Panel::new(grid).series("theft", thefts.view()).unwrap().series("violence", violence.view()).unwrap();
    let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(2);
    let fit = Spec::new(2).outcome(of("theft")).outcome(of("violence")).starts(4).fit(&panel).unwrap();
    let (model, counts) = (dir.path().join("model.json"), dir.path().join("counts.csv"));
    fs::write(&model, fit.model().to_json()).unwrap();
    let header: Vec<String> = (12..32).map(|age| format!("age_{age}")).collect();
    let row: Vec<String> = (0..20).map(|t| u8::from((4..8).contains(&t)).to_string()).collect();
    fs::write(&counts, format!("id,{}\nyoung,{}\n", header.join(","), row.join(","))).unwrap();
    refused(
        &command(&["classify", "@", "--model", "@"], &[&counts, &model]),
        "the model has the outcomes `theft`, `violence`: say which of them is meant, with --outcome NAME",
    );
    let done = command(&["classify", "@", "--model", "@", "--outcome", "theft", "--json"], &[&counts, &model]);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    let line: serde_json::Value = serde_json::from_str(&stdout(&done)).unwrap();
    assert!(line["limitations"].to_string().contains("`violence`, which was not looked at"), "{line}");
    assert!(line["posterior"]["early-peak"].as_f64().unwrap() > 0.9, "{line}");
}
