//! `--stream`: what is said of people who are not held in memory is what is said of those who are.

use crate::support::data::fixture;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pleegprofiel")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn near(a: &Value, b: &Value, tolerance: f64) {
    let [a, b] = [a, b].map(|v| v.as_f64().unwrap());
    assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} {b}");
}

#[test]
fn a_streamed_fit_is_the_fit_and_goes_on_from_its_journal_with_the_same_bits() {
    let dir = tempfile::tempdir().unwrap();
    let (counts, exposure) = (fixture("toronto/TO1.csv"), fixture("toronto/TO1Risk.csv"));
    let common = ["fit", path(&counts), "--exposure", path(&exposure), "--groups", "3", "--degree", "2", "--json"];
    let args = |more: &[&'static str]| -> Vec<&str> { common.iter().copied().chain(more.iter().copied()).collect() };
    let whole = json(&run(&args(&["--family", "poisson"])));
    let streamed = json(&run(&args(&["--family", "poisson", "--stream"])));
    for key in ["log_likelihood", "bic_persons", "icl", "entropy"] {
        near(&streamed[key], &whole[key], 1e-7);
    }
    assert_eq!((&streamed["persons"], &streamed["parameters"]), (&whole["persons"], &whole["parameters"]));
    assert_eq!(streamed["findings"].as_array().unwrap().len(), whole["findings"].as_array().unwrap().len());
    assert!(streamed["grolts"].is_null());
    for (a, b) in streamed["groups"].as_array().unwrap().iter().zip(whole["groups"].as_array().unwrap()) {
        assert_eq!((&a["profile"], &a["members"]), (&b["profile"], &b["members"]));
        near(&a["share"], &b["share"], 1e-6);
    }
    // stopped in the middle of a line, at any place: the same figures again
    let journal = dir.path().join("passes");
    let with_journal: Vec<&str> =
        args(&["--family", "poisson", "--stream", "--resume"]).into_iter().chain([path(&journal)]).collect();
    assert_eq!(json(&run(&with_journal))["log_likelihood"], streamed["log_likelihood"]);
    let all = std::fs::read(&journal).unwrap();
    let lines = all.iter().filter(|b| **b == b'\n').count();
    assert!(lines > 2);
    for part in [0, 10, all.len() / 3, all.len() - 1, all.len()] {
        std::fs::write(&journal, &all[..part]).unwrap();
        let again = json(&run(&with_journal));
        assert_eq!(again["log_likelihood"], streamed["log_likelihood"]);
        assert_eq!(again["groups"], streamed["groups"]);
        assert_eq!(std::fs::read(&journal).unwrap().iter().filter(|b| **b == b'\n').count(), lines);
    }
    // of another fit, or no journal at all
    let other: Vec<&str> =
        args(&["--family", "negbin", "--stream", "--resume"]).into_iter().chain([path(&journal)]).collect();
    let refused = run(&other);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("of another fit of them"), "{}", text(&refused.stderr));
    assert_eq!(std::fs::read(&journal).unwrap(), all);
    std::fs::write(&journal, "something else, kept for good reasons").unwrap();
    assert_eq!(run(&with_journal).status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), "something else, kept for good reasons");
}

#[test]
fn a_streamed_classification_is_that_of_the_whole_table_and_takes_its_name_when_it_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let counts = fixture("toronto/TO1.csv");
    let model = dir.path().join("model.json");
    let fitted =
        run(&["fit", path(&counts), "--family", "poisson", "--groups", "2", "--model", path(&model), "--stream"]);
    assert!(fitted.status.success(), "{}", text(&fitted.stderr));
    assert!(text(&fitted.stdout).contains("group 1: "), "{}", text(&fitted.stdout));
    let whole = run(&["classify", path(&counts), "--model", path(&model)]);
    let streamed = run(&["classify", path(&counts), "--model", path(&model), "--stream"]);
    assert!(whole.status.success() && streamed.status.success(), "{}", text(&streamed.stderr));
    assert_eq!(text(&streamed.stdout), text(&whole.stdout));
    let out = dir.path().join("answers.csv");
    let written = run(&["classify", path(&counts), "--model", path(&model), "--stream", "--out", path(&out)]);
    assert!(written.status.success());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text(&whole.stdout));
    // a table that is not sound: nothing is answered, and what was there stays
    let bad = dir.path().join("bad.csv");
    std::fs::write(&bad, "id,age_8,age_9\na,0,1\nb,2,x\n").unwrap();
    for more in [&["--out", path(&out)][..], &[]] {
        let args: Vec<&str> = ["classify", path(&bad), "--model", path(&model), "--stream"]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        let refused = run(&args);
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(2), 0));
    }
    assert_eq!(std::fs::read_to_string(&out).unwrap(), text(&whole.stdout));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[cfg(feature = "parquet")]
#[test]
fn classifications_as_parquet_hold_what_the_csv_table_holds() {
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::Field;
    let dir = tempfile::tempdir().unwrap();
    let counts = fixture("toronto/TO1.csv");
    let model = dir.path().join("model.json");
    assert!(run(&["fit", path(&counts), "--groups", "3", "--model", path(&model)]).status.success());
    let out = dir.path().join("answers.parquet");
    let common = ["classify", path(&counts), "--model", path(&model)];
    let csv = run(&common);
    let args: Vec<&str> = common.into_iter().chain(["--stream", "--out", path(&out)]).collect();
    assert!(run(&args).status.success());
    let reader = SerializedFileReader::new(std::fs::File::open(&out).unwrap()).unwrap();
    let mut lines = csv::Reader::from_reader(csv.stdout.as_slice());
    let header = lines.headers().unwrap().clone();
    let mut rows = reader.get_row_iter(None).unwrap();
    let mut people = 0;
    for line in lines.records() {
        let (line, row) = (line.unwrap(), rows.next().unwrap().unwrap());
        for ((name, cell), (column, value)) in header.iter().zip(&line).zip(row.get_column_iter()) {
            assert_eq!(name, column);
            match value {
                Field::Null => assert_eq!(cell, ""),
                Field::Str(text) => assert_eq!(cell, text),
                Field::Double(number) => assert_eq!(cell.parse::<f64>().unwrap().to_bits(), number.to_bits()),
                Field::Long(number) => assert_eq!(cell, number.to_string()),
                other => panic!("{name}: {other:?}"),
            }
        }
        people += 1;
    }
    assert!(rows.next().is_none());
    assert!(people > 300);
}
