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
