//! Parquet on the command line: `synth --format parquet`, and counts read from such files.

use crate::command::{files_in, outputs, run, stderr, stdout};
use std::fs;
use std::path::Path;

fn synth(out: &Path, more: &[&str]) {
    let mut args = vec!["synth", "--persons", "60", "--seed", "3", "--out", out.to_str().unwrap()];
    args.extend(more);
    let done = run(args);
    assert!(done.status.success(), "{}", stderr(&done));
}

#[test]
fn synth_writes_parquet_that_gives_the_same_answers_as_csv() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, one, two) = (dir.path().join("csv"), dir.path().join("one"), dir.path().join("two"));
    synth(&csv, &[]);
    synth(&one, &["--format", "parquet"]);
    synth(&two, &["--format", "parquet", "--threads", "1"]);
    let names = ["counts", "custody", "exposure", "offences", "people", "persons", "truth"];
    assert_eq!(files_in(&one), names.map(|name| format!("{name}.parquet")));
    assert_eq!(outputs(&one), outputs(&two));

    let classify = |counts: &Path, exposure: &Path| {
        let done = run([
            "classify",
            counts.to_str().unwrap(),
            "--exposure",
            exposure.to_str().unwrap(),
            "--reference",
            "--json",
        ]);
        assert!(done.status.success(), "{}", stderr(&done));
        stdout(&done)
    };
    let of_csv = classify(&csv.join("counts.csv"), &csv.join("exposure.csv"));
    assert_eq!(classify(&one.join("counts.parquet"), &one.join("exposure.parquet")), of_csv);
    assert_eq!(of_csv.lines().count(), 60);
}

#[test]
fn a_broken_parquet_file_exits_with_2_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let made = dir.path().join("made");
    synth(&made, &["--format", "parquet"]);
    let whole = fs::read(made.join("counts.parquet")).unwrap();
    let broken = dir.path().join("broken.parquet");
    // a file is what its first bytes say
    let unreadable = "this cannot be read as Parquet";
    for (bytes, why) in [
        (&whole[..whole.len() / 2], unreadable),
        (&whole[..whole.len() - 1], unreadable),
        (b"PAR1PAR1", unreadable),
        (b"id,age_12\na,x\n", "row 2, column age_12: \"x\" is not a number"),
        (b"", "the file is empty"),
    ] {
        fs::write(&broken, bytes).unwrap();
        let out = dir.path().join("out");
        let done = run(["profile", broken.to_str().unwrap(), "--out", out.to_str().unwrap()]);
        assert_eq!(done.status.code(), Some(2));
        let says = stderr(&done);
        assert!(says.contains("broken.parquet") && says.contains(why), "{says}");
        assert!(!out.exists());
    }
    let refused = run(["synth", "--persons", "5", "--seed", "1", "--format", "xlsx"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("parquet"), "{}", stderr(&refused));
    let both = run(["synth", "--persons", "5", "--seed", "1", "--json", "--format", "parquet"]);
    assert_eq!(both.status.code(), Some(2));
}
