//! What a file may mean on the command line: what is asked, with the options that answer, and nothing that destroys data.

use crate::command::{run, run_with_input, stderr, stdout};
use std::path::Path;

const PLAIN: [&str; 8] = ["--family", "poisson", "--groups", "1", "--degree", "1", "--starts", "1"];

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn fixture(name: &str) -> String {
    format!("{}/fixtures/cases/files/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn refused(args: &[&str]) -> String {
    let done = run(args);
    assert_eq!((done.status.code(), stdout(&done).as_str()), (Some(2), ""), "{args:?}: {}", stderr(&done));
    stderr(&done)
}

fn fit(table: &str, more: &[&str]) -> String {
    refused(&[&["fit", table], &PLAIN[..], more].concat())
}

#[test]
fn a_person_written_in_two_ways_is_asked_about_until_the_user_says_that_these_are_two() {
    let dir = tempfile::tempdir().unwrap();
    let rows: String = (10..30).map(|id| format!("{id},12,{}\n{id},13,1\n{id},14,0\n", id % 2)).collect();
    let table = file(dir.path(), "long.csv", &format!("id,age,count\n{rows}007,12,0\n7,13,1\n7,14,0\n"));
    let said = fit(&table, &[]);
    assert!(
        said.contains("differs from another one by leading zeros alone") && said.contains("--trust-values"),
        "{said}"
    );
    let done = run([&["fit", table.as_str()], &PLAIN[..], &["--trust-values"]].concat());
    assert!(done.status.code() != Some(2) && stdout(&done).contains("22"), "{}", stderr(&done));
}

#[cfg(feature = "stata")]
#[test]
fn numbers_of_texts_are_not_told_to_be_missing() {
    let said = fit(&fixture("long-encoded-counts.dta"), &[]);
    assert!(said.contains("decode count, generate") && said.contains("destring"), "{said}");
    assert!(!said.contains("--missing"), "{said}");
}

#[cfg(all(unix, feature = "parquet", feature = "stata"))]
#[test]
fn a_file_that_is_not_read_in_order_is_asked_for_as_a_file() {
    for (name, kind) in [("counts-good.parquet", "Parquet"), ("counts.dta", "Stata")] {
        let bytes = std::fs::read(fixture(name)).unwrap();
        let done = run_with_input([&["fit", "/dev/stdin"], &PLAIN[..]].concat(), &bytes);
        let said = stderr(&done);
        assert!(said.contains(&format!("a {kind} file is not read from its beginning")), "{said}");
        assert!(said.contains("give the file, not a pipe") && !said.contains("feature"), "{said}");
    }
}

#[test]
fn offences_are_counted_of_everyone_in_a_table_of_people() {
    let dir = tempfile::tempdir().unwrap();
    let offences = file(dir.path(), "o.csv", "id,age,offence\nb,19,theft\nb,19,assault\na,18,theft\n");
    let people = file(dir.path(), "p.csv", "id,from_age,to_age\na,18,20\nb,18,20\nc,18,20\n");
    assert!(fit(&offences, &[]).contains("(--ages 12-24)"));
    for more in [&["--people", people.as_str()][..], &["--people", &people, "--unlisted", "zero"]] {
        let done = run([&["fit", offences.as_str()], &PLAIN[..], more, &["--json"]].concat());
        let found: serde_json::Value =
            serde_json::from_str(&stdout(&done)).unwrap_or_else(|_| panic!("{}", stderr(&done)));
        assert_eq!((found["persons"].as_u64(), found["observations"].as_u64()), (Some(3), Some(9)));
    }
    let long = file(dir.path(), "l.csv", "id,age,count\na,18,0\nb,19,2\n");
    assert!(fit(&long, &["--people", &people]).contains("--unlisted zero"));
}

#[test]
fn an_offence_without_a_severity_is_told_of_at_the_row_of_its_person() {
    let dir = tempfile::tempdir().unwrap();
    let people = "id,birth,from,to\n2,1980-05-01,1992-05-01,2020-01-01\n1,1980-05-01,1992-05-01,2020-01-01\n";
    let offences = "id,committed,offence,severity\n1,2000-01-01,human-trafficking,3\n1,2001-01-01,property,\n";
    let (people, offences) = (file(dir.path(), "p.csv", people), file(dir.path(), "o.csv", offences));
    let said = refused(&["recidivism", &people, &offences, "--criterion", "serious", "--severity", "2"]);
    assert!(
        said.contains("p.csv, row 3: offence 2 of this person, in the order of their days, has no severity"),
        "{said}"
    );
}
