//! Files that hold something else are refused whole, with every problem and what would be accepted.

use crate::people::write;
use crate::support::{
    LONG, alone, cluster, draw, executor, fit_of, folder, refusal, run, scheduler, shuffle_files, until,
};
use datafusion::arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, StringArray, UInt8Array};
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a path")
}

fn refused(files: &Path, more: &[&str]) -> String {
    let own = ["fit", path(files), "--standalone", "--cores", "1", "--groups", "1", "--degree", "0"];
    refusal(&run(&[&own[..], more].concat()))
}

fn ids(n: i64) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(0..n))
}

fn whole(values: &[i32]) -> ArrayRef {
    Arc::new(Int32Array::from(values.to_vec()))
}

#[test]
fn files_of_different_shape_are_named_with_both_files() {
    let people = folder();
    let at = |name: &str| people.path().join(name);
    write(&at("a.parquet"), &[("id", ids(2)), ("age_12", whole(&[0, 1])), ("age_13", whole(&[0, 1]))]);
    write(&at("b.parquet"), &[("id", ids(2)), ("age_12", whole(&[0, 1])), ("age_14", whole(&[0, 1]))]);
    let text: ArrayRef = Arc::new(StringArray::from(vec!["0", "1"]));
    write(&at("c.parquet"), &[("id", ids(2)), ("age_12", text), ("age_13", whole(&[0, 1]))]);
    fs::write(at("d.parquet"), "no Parquet").expect("written");
    let told = refused(people.path(), &[]);
    for part in [
        "b.parquet has no column age_13, which",
        "b.parquet has a column age_14, which",
        "column age_12 is Utf8 in",
        "and Int32 in",
        "d.parquet: no Parquet file",
        "a.parquet has",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn what_is_no_table_of_counts_is_refused_with_what_would_be() {
    let people = folder();
    let file = people.path().join("people.parquet");
    let truth: ArrayRef = Arc::new(BooleanArray::from(vec![true, false]));
    write(&file, &[("id", ids(2)), ("age_12", truth), ("age_14", whole(&[0, 1])), ("income", whole(&[1, 2]))]);
    let told = refused(&file, &["--weights", "w"]);
    for part in [
        "column age_12 is Boolean; counts are whole numbers (Int8 to Int64, UInt8 to UInt64), or Float32 or Float64 with whole values",
        "age_14 is 24 months after age_12, not 12",
        "column income is neither identifiers (id), nor counts by age (age_12, ..), nor weights",
        "no column w, which --weights names",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(refused(&people.path().join("nowhere"), &[]).contains("nowhere cannot be read"));
    let empty = folder();
    assert!(refused(empty.path(), &[]).contains("the folder holds no .parquet file"));
    fs::write(empty.path().join("people.csv"), "id,age_12\n").expect("written");
    assert!(refused(empty.path(), &[]).contains("people.csv: no .parquet file"));
    write(&file, &[("id", ids(0)), ("age_12", whole(&[]))]);
    assert!(refused(&file, &[]).contains("nobody is in it"));
}

#[test]
fn every_bad_value_is_listed_by_column_and_none_is_cast_into_a_count() {
    let _alone = alone();
    let people = folder();
    let work = folder();
    let file = people.path().join("people.parquet");
    let broken: ArrayRef =
        Arc::new(Float64Array::from(vec![Some(f64::NAN), Some(2.5), Some(1.0), None, Some(2.0), None]));
    let (negative, large) = (whole(&[-1, -1, 0, 1, 0, 0]), whole(&[0, 0, 1_000_001, 0, 0, 0]));
    write(&file, &[("id", ids(6)), ("age_12", broken), ("age_13", negative), ("age_14", large)]);
    let own = ["--work-dir", path(work.path())];
    let told = refused(&file, &own);
    for part in [
        "the rows do not make a cohort",
        "column age_12: 1 row has no number (NaN, or empty); a count is a whole number from 0 to 1000000",
        "column age_12: 1 row has 2.5",
        "column age_13: 2 rows have -1",
        "column age_14: 1 row has 1000001",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(shuffle_files(work.path()).is_empty());
    let nothing: ArrayRef = Arc::new(UInt8Array::from(vec![None, Some(1)]));
    write(&file, &[("id", ids(2)), ("age_12", nothing)]);
    assert!(refused(&file, &own).contains("1 row has no observed age"));
    write(&file, &[("id", ids(3)), ("age_12", whole(&[1, 0, 2])), ("n", whole(&[1, 0, -3]))]);
    let told = refused(&file, &[&own[..], &["--weights", "n"]].concat());
    assert!(
        told.contains("column n: 1 row has 0; a weight is a whole number of persons from 1 to 1000000000"),
        "{told}"
    );
    assert!(told.contains("column n: 1 row has -3"), "{told}");
}

#[test]
fn times_at_risk_that_do_not_go_with_the_counts_are_refused() {
    let _alone = alone();
    let (people, times) = (folder(), folder());
    let (counts, risk) = (people.path().join("counts.parquet"), times.path().join("times.parquet"));
    let fractions = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    write(&counts, &[("id", ids(4)), ("age_12", whole(&[0, 1, 2, 0])), ("age_13", whole(&[1, 0, 0, 1]))]);
    let more = ["--exposure", path(&risk)];
    let some = Arc::new(Int64Array::from(vec![0, 1, 2, 9]));
    write(&risk, &[("id", some), ("age_12", fractions(&[1.0, 0.0, 1.5, 1.0])), ("age_13", fractions(&[0.5; 4]))]);
    let told = refused(&counts, &more);
    for part in [
        "column age_12: 1 row has a count of 1 and no time at risk there",
        "column age_12 of times at risk: 1 row has 1.5; a time at risk is above 0 and at most 1",
        "1 row has counts but no times at risk",
        "1 row has times at risk but no counts",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let doubled = Arc::new(Int64Array::from(vec![0, 1, 2, 3, 3]));
    write(&risk, &[("id", doubled), ("age_12", fractions(&[1.0; 5])), ("age_13", fractions(&[0.5; 5]))]);
    let told = refused(&counts, &more);
    assert!(told.contains("every identifier stands once in each table"), "{told}");
    let named: ArrayRef = Arc::new(StringArray::from(vec!["0", "1", "2", "3"]));
    write(&risk, &[("id", named), ("age_12", fractions(&[1.0; 4])), ("age_13", fractions(&[0.5; 4]))]);
    assert!(refused(&counts, &more).contains("identifiers are Int64 in the counts and Utf8 in the times at risk"));
}

#[test]
fn client_and_executor_of_different_versions_are_both_named() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 100, &[]);
    let (_scheduler, at) = scheduler(0);
    let work = folder();
    let _executor = executor(&at, work.path(), &["--call-yourself", "pleegprofiel-cluster 0.0.9"]);
    let told = refusal(&run(&["fit", path(people.path()), "--at", &at]));
    assert!(
        told.contains(pleegprofiel_cluster::VERSION) && told.contains("an executor is pleegprofiel-cluster 0.0.9"),
        "{told}"
    );
    // with one of ours beside it, every task asks again: it is told of, or it has done nothing of the work
    let _other = executor(&at, work.path(), &[]);
    let own = ["fit", path(people.path()), "--groups", "2", "--starts", "2", "--json"];
    let mixed = run(&[&own[..], &["--at", &at, "--partitions", "16"]].concat());
    if mixed.status.success() {
        assert_eq!(fit_of(&mixed), fit_of(&run(&[&own[..], &["--standalone", "--cores", "1"]].concat())));
    } else {
        let told = refusal(&mixed);
        assert!(told.contains("an executor is pleegprofiel-cluster 0.0.9"), "{told}");
    }
}

#[test]
fn arguments_that_are_none_are_refused_with_what_would_be_accepted() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 100, &[]);
    let at = |more: &[&str]| refusal(&run(&[&["fit", path(people.path())], more].concat()));
    assert!(at(&["--at", "127.0.0.1:50050"]).contains("is not of the form df://host:port"));
    assert!(at(&[]).contains("--at"));
    assert!(at(&["--standalone", "--family", "beta"]).contains("not a family of counts: use poisson"));
    assert!(at(&["--standalone", "--partitions", "0"]).contains("0 partitions asked for, not 1 to 100,000"));
    assert!(at(&["--standalone", "--groups", "101"]).contains("101 groups asked for, not 1 to 32"));
    let cluster = cluster();
    let told = at(&["--at", &cluster.at, "--memory", "100"]);
    assert!(told.contains("--memory and --work-dir go with --standalone"), "{told}");
    until(LONG, "nothing is left", || cluster.work.iter().all(|work| shuffle_files(work.path()).is_empty()));
}
