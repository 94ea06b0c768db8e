//! `pleegprofiel fit` on scores and fractions that its family cannot produce.

use crate::command::{run, stderr, stdout};
use std::fs;
use tempfile::tempdir;

/// 40 fractions a column, one of them 1.0 and one 0, and a column name of its own for each.
fn fractions() -> Vec<String> {
    let mut lines = vec!["id,age_12,age_13,age_14".to_owned()];
    lines.extend((0..40).map(|i| {
        let y = |t: usize| format!("0.{}", 11 + (7 * i + 13 * t) % 80);
        format!("p{i},{},{},{}", y(0), y(1), y(2))
    }));
    lines
}

#[test]
fn a_value_that_a_family_cannot_produce_is_told_with_file_row_and_column() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("fractions.csv");
    let fit = |lines: &[String], family: &str| {
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        let args = ["--family", family, "--groups", "1", "--degree", "1", "--json"];
        run(["fit".as_ref(), file.as_os_str()].into_iter().chain(args.map(AsRef::as_ref)))
    };
    let good = fractions();
    assert_eq!(fit(&good, "beta").status.code(), Some(0));
    let mut bad = good.clone();
    bad[3] = "p2,0.5,0.25,1.0".into();
    bad[30] = "p29,0,0.25,0.5".into();
    let done = fit(&bad, "beta");
    assert_eq!((done.status.code(), stdout(&done)), (Some(2), String::new()));
    let said = stderr(&done);
    assert!(said.contains("2 problems"), "{said}");
    assert!(said.contains("fractions.csv, row 4, column age_14: 1 is not strictly between 0 and 1"), "{said}");
    assert!(said.contains("fractions.csv, row 31, column age_12: 0 is not strictly between 0 and 1"), "{said}");
    // more than are shown are counted
    let all: Vec<String> = good.iter().map(|l| l.replace("0.", "2.")).collect();
    let said = stderr(&fit(&all, "beta"));
    assert!(said.contains("120 problems") && said.ends_with("... and 115 more\n"), "{said}");
    // a fraction is no count
    let said = stderr(&fit(&good, "poisson"));
    assert!(said.contains("fractions.csv, row 2, column age_12: \"0.11\" is not a whole number"), "{said}");
}

#[test]
fn values_like_codes_are_refused_until_the_user_says_what_they_are_and_weights_are_used() {
    let dir = tempdir().unwrap();
    let file = dir.path().join("scores.csv");
    let fit = |lines: &[String], more: &[&str]| {
        fs::write(&file, lines.join("\n") + "\n").unwrap();
        let plain = ["--family", "cnorm", "--floor", "0", "--groups", "1", "--degree", "1", "--json"];
        run(["fit".as_ref(), file.as_os_str()].into_iter().chain(plain.iter().chain(more).map(AsRef::as_ref)))
    };
    let answer = |done: std::process::Output| -> (u64, f64, Vec<String>) {
        let object: serde_json::Value =
            serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", stderr(&done)));
        let findings = object["findings"].as_array().unwrap().iter().filter(|f| f["finding"] == "data");
        let warnings = findings.map(|f| f["warning"].as_str().unwrap().to_owned()).collect();
        (object["observations"].as_u64().unwrap(), object["log_likelihood"].as_f64().unwrap(), warnings)
    };
    let mut lines = fractions();
    let good = answer(fit(&lines, &[]));
    lines[4] = lines[4].replacen("0.", "999,0.", 1).rsplit_once(',').unwrap().0.to_owned();
    let refused = fit(&lines, &[]);
    assert_eq!((refused.status.code(), stdout(&refused)), (Some(2), String::new()));
    let said = stderr(&refused);
    assert!(
        said.contains("1 cell with 999") && said.contains("row 5, age 12") && said.contains("--missing 999"),
        "{said}"
    );
    assert_eq!(answer(fit(&lines, &["--missing", "999"])).2, ["missing-codes"]);
    assert_eq!(answer(fit(&lines, &["--trust-values"])).2, ["values-like-missing-codes"]);

    // everyone twice: twice the log-likelihood
    let mut weighted = fractions();
    weighted.iter_mut().enumerate().for_each(|(i, line)| line.push_str(if i == 0 { ",w" } else { ",2" }));
    let twice = answer(fit(&weighted, &["--weights", "w"]));
    assert!((twice.1 - 2.0 * good.1).abs() < 1e-6 * good.1.abs(), "{} {}", twice.1, good.1);
    let silent = stderr(&fit(&weighted, &["--year-prefix", "y", "--birth", "b", "--age-in-year", "end"]));
    assert!(silent.contains("--year-prefix goes with counts"), "{silent}");
}
