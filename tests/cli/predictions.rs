//! Tables of predictions and outcomes as other programs write them: every command reads them by the rules of all tables.

use crate::command::{run, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::Output;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/cases/predictions").join(name)
}

fn of(command: &str, name: &str, more: &[&str]) -> Output {
    let table = fixture(name);
    run([command.as_ref(), table.as_os_str()].into_iter().chain(more.iter().map(AsRef::as_ref)))
}

const BINARY: [&str; 7] = ["--probability", "p", "--outcome", "y", "--group", "sex", "--flat"];
const TIMES: [&str; 9] = ["--time", "time", "--status", "status", "--score", "p", "--horizons", "12", "--flat"];

fn assert_same_figures(name: &str, options: &[&str]) {
    for args in [&BINARY[..], &TIMES[..]] {
        let all: Vec<&str> = args.iter().chain(options).copied().collect();
        let (good, found) = (of("validate", "good.csv", args), of("validate", name, &all));
        assert_eq!((stdout(&found), found.status.code()), (stdout(&good), Some(0)), "{name}: {}", stderr(&found));
    }
    let watch = ["--probability", "p", "--date", "date", "--period", "month", "--reference", "20", "--json"];
    let format: &[&str] = if name.starts_with("dates") { &["--date-format", "d-m-yyyy"] } else { &[] };
    let all: Vec<&str> = watch.iter().chain(options).chain(format).copied().collect();
    let (good, found) = (of("drift", "good.csv", &watch), of("drift", name, &all));
    assert_eq!((stdout(&found), found.status.code()), (stdout(&good), Some(0)), "{name}: {}", stderr(&found));
    assert!(stdout(&good).lines().count() > 3);
}

#[test]
fn the_same_predictions_by_another_program_give_the_same_figures() {
    assert_same_figures("semicolon-comma.csv", &["--decimal", "comma"]);
    assert_same_figures("excel-sep.csv", &[]);
    assert_same_figures("tab-bom.txt", &[]);
    assert_same_figures("dates-d-m-yyyy.csv", &[]);
}

#[cfg(feature = "parquet")]
#[test]
fn predictions_in_parquet_with_outcomes_as_true_and_false_give_the_same_figures() {
    assert_same_figures("typed.parquet", &[]);
}

#[cfg(feature = "stata")]
#[test]
fn predictions_in_stata_with_labels_for_status_and_group_give_the_same_figures() {
    assert_same_figures("labels.dta", &[]);
}

#[test]
fn a_code_for_a_missing_value_is_one_when_the_caller_says_so() {
    let refused = of("validate", "missing-code.csv", &BINARY);
    assert!(refused.status.code() == Some(2) && stderr(&refused).contains("row 5"), "{}", stderr(&refused));
    let missing: Vec<&str> = BINARY.iter().copied().chain(["--missing", "-9", "--drop-missing"]).collect();
    let done = of("validate", "missing-code.csv", &missing);
    let list: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(list["p.people"].as_f64(), Some(58.0), "{}", stdout(&done));
    // asked for and not to be left out, they are named by the rows of the file
    let told: Vec<&str> = BINARY.iter().copied().chain(["--missing", "-9"]).collect();
    let done = of("validate", "missing-code.csv", &told);
    assert!(stderr(&done).contains("row 5, column p: is missing"), "{}", stderr(&done));
}

#[test]
fn a_decimal_comma_is_not_guessed_and_a_point_beside_it_is_no_number() {
    let plain = of("validate", "semicolon-comma.csv", &BINARY);
    assert_eq!((plain.status.code(), stdout(&plain).as_str()), (Some(2), ""));
    assert!(stderr(&plain).contains("--decimal comma"), "{}", stderr(&plain));
    let all: Vec<&str> = BINARY.iter().copied().chain(["--decimal", "comma"]).collect();
    let pointed = of("validate", "good.csv", &all);
    assert!(
        pointed.status.code() == Some(2) && stderr(&pointed).contains("is not a probability"),
        "{}",
        stderr(&pointed)
    );
}

#[test]
fn a_file_of_another_kind_is_named_with_the_command_that_converts_it() {
    let spss = fixture("../files/counts.sav");
    let spss = spss.to_str().unwrap();
    for command in [
        &["validate", spss, "--probability", "p", "--outcome", "y"][..],
        &["validate", spss, "--time", "t", "--status", "s"],
        &["drift", spss],
        &["drift", spss, "--flat"],
        &["fit", spss],
        &["fit", spss, "--family", "cnorm"],
        &["select", spss],
        &["profile", spss],
        &["classify", spss, "--reference"],
        &["recidivism", spss, spss],
        &["monitor", spss],
        &["effect", spss, spss, spss, "--covariates", "age"],
        &["overlap", spss, spss, "--victim", "w", "--offender", "verdict"],
        &["repeat", spss, "--event", "w", "--register-end", "2020-01-01"],
    ] {
        let done = run(command);
        let said = stderr(&done);
        assert_eq!((done.status.code(), stdout(&done).as_str()), (Some(2), ""), "{command:?}");
        assert!(
            said.contains("SPSS") && said.contains("/MISSING=RECODE") && said.contains("haven"),
            "{command:?}: {said}"
        );
    }
}

#[cfg(feature = "stata")]
#[test]
fn an_outcome_that_is_called_yes_or_no_is_refused_until_the_caller_takes_its_numbers() {
    // nee and ja by the alphabet: 0 is ja
    let refused = of("validate", "outcome-labels.dta", &BINARY);
    assert!(
        refused.status.code() == Some(2) && stderr(&refused).contains("nee is not an outcome"),
        "{}",
        stderr(&refused)
    );
    assert!(stderr(&refused).contains("--ignore-labels"), "{}", stderr(&refused));
    let taken: Vec<&str> = BINARY.iter().copied().chain(["--ignore-labels"]).collect();
    assert_eq!(of("validate", "outcome-labels.dta", &taken).status.code(), Some(0));
}
