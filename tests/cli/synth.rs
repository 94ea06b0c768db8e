//! The commands `synth` and `recidivism`, run as a user would.

use crate::command::{files_in, outputs, run, run_without_reader, stderr, stdout};
use std::fs;
use std::path::Path;

fn synth(out: &Path, more: &[&str]) -> std::process::Output {
    let mut args = vec!["synth", "--persons", "700", "--seed", "3", "--out", out.to_str().unwrap()];
    args.extend(more);
    run(args)
}

#[test]
fn synth_writes_seven_tables_that_are_the_same_every_time_and_recidivism_reads_them() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one"), dir.path().join("two"));
    let done = synth(&one, &[]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stdout(&done).contains("Reconstruction from published margins"));
    let names = ["counts.csv", "custody.csv", "exposure.csv", "offences.csv", "people.csv", "persons.csv", "truth.csv"];
    assert_eq!(files_in(&one), names);
    assert!(synth(&two, &["--threads", "1"]).status.success());
    assert_eq!(outputs(&one), outputs(&two));

    let file = |name: &str| one.join(name).to_str().unwrap().to_owned();
    let rows = one.join("rows.csv");
    let done = run([
        "recidivism",
        &file("people.csv"),
        &file("offences.csv"),
        "--custody",
        &file("custody.csv"),
        "--groups",
        &file("truth.csv"),
        "--by",
        "profile",
        "--years",
        "2,5",
        "--json",
        "--out",
        rows.to_str().unwrap(),
    ]);
    assert!(done.status.success(), "{}", stderr(&done));
    let lines: Vec<serde_json::Value> = stdout(&done).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2 * 5);
    assert!(lines[0]["group"].is_null() && lines[0]["persons"] == 700);
    let share = lines[1]["share"].as_f64().unwrap();
    // the card says 58 %; four standard errors of 700 people
    assert!((share - 0.58).abs() < 0.10, "{share}");
    assert_eq!(fs::read_to_string(&rows).unwrap().lines().count(), 11);

    let done =
        run(["recidivism", &file("people.csv"), &file("offences.csv"), "--criterion", "serious", "--severity", "60"]);
    assert!(done.status.success(), "{}", stderr(&done));
    assert!(stdout(&done).contains("everyone") && stdout(&done).contains("Time in custody is taken out"));
}

#[test]
fn recidivism_says_what_it_counts_how_death_is_counted_and_what_is_hidden() {
    let file = |name: &str| format!("{}/fixtures/cases/recidivism/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let (people, offences) = (file("deaths-people"), file("deaths-offences"));
    let done = run(["recidivism", &people, &offences, "--years", "7"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let text = stdout(&done);
    for part in [
        "46.3",
        "36.0",
        "62.0",
        "A further count of the index case is no reoffence",
        "Gone first: died or left the country",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("No number of fewer than 10 people can be worked out"), "{text}");
    let json = |more: &[&str]| {
        let args = ["recidivism", &people, &offences, "--years", "7", "--json"];
        serde_json::from_str::<serde_json::Value>(&stdout(&run([&args[..], more].concat()))).unwrap()
    };
    let hidden = json(&[]);
    assert!(["se", "at_risk", "events", "competing_events"].iter().all(|key| hidden[key].is_null()), "{hidden}");
    assert_eq!((&hidden["share"], &hidden["competing"]), (&0.463.into(), &0.36.into()));
    let all = json(&["--show-small-cells"]);
    assert_eq!((&all["events"], &all["competing_events"]), (&185.into(), &143.into()));
    let censored = json(&["--competing", "none"]);
    assert_eq!(censored["share"], 0.618);
}

#[test]
fn synth_prints_one_json_line_a_person() {
    let done = run(["synth", "--persons", "25", "--seed", "1", "--json"]);
    assert!(done.status.success(), "{}", stderr(&done));
    let people: Vec<pleegprofiel::synthetic::SyntheticPerson> =
        stdout(&done).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let cohort =
        pleegprofiel::synthetic::SyntheticCohort::new(pleegprofiel::reference_model().career_model(), 1).unwrap();
    assert_eq!(people, cohort.people(0..25).unwrap().collect::<Vec<_>>());
    assert!(run_without_reader(["synth", "--persons", "20000", "--seed", "1", "--json"]).status.success());
}

#[test]
fn bad_arguments_and_bad_tables_exit_with_2_and_leave_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let refused = |args: &[&str], says: &str| {
        let done = run(args);
        assert_eq!(done.status.code(), Some(2), "{args:?}");
        assert!(stderr(&done).contains(says), "{says}: {}", stderr(&done));
    };
    let out = path("out");
    refused(&["synth", "--persons", "0", "--seed", "1", "--out", &out], "at least 1");
    refused(&["synth", "--persons", "99999999999999", "--seed", "1", "--out", &out], "is not below");
    refused(&["synth", "--persons", "-1", "--seed", "1"], "persons");
    refused(&["synth", "--persons", "5"], "--seed");
    refused(&["synth", "--persons", "5", "--seed", "1", "--threads", "0"], "threads");
    fs::write(path("file"), "x").unwrap();
    refused(&["synth", "--persons", "5", "--seed", "1", "--out", &path("file")], "cannot be written");

    fs::write(path("people.csv"), "id,birth,from,to\n1,1990-01-01,2002-01-01,2020-01-01\n").unwrap();
    fs::write(path("offences.csv"), "id,committed,offence\n1,2010-13-01,drugs\n2,2010-01-01,drugs\n").unwrap();
    let rows = path("rows.csv");
    refused(&["recidivism", &path("people.csv"), &path("offences.csv"), "--out", &rows], "2010-13-01");
    refused(&["recidivism", &path("people.csv"), &path("nowhere.csv")], "nowhere.csv");
    fs::write(path("offences.csv"), "id,committed,offence\n1,2010-12-01,drugs\n").unwrap();
    refused(&["recidivism", &path("people.csv"), &path("offences.csv")], "none of 1 careers");
    refused(&["recidivism", &path("people.csv"), &path("offences.csv"), "--criterion", "serious"], "--severity");
    refused(&["recidivism", &path("people.csv"), &path("offences.csv"), "--years", "0"], "not between 1 and");
    refused(&["recidivism", &path("people.csv"), &path("offences.csv"), "--index", "Not a key"], "kebab-case");
    fs::write(
        path("people.csv"),
        "id,birth,from,to\nJan,1990-01-01,2002-01-01,2020-01-01\nPiet,1990-01-01,2002-01-01,2020-01-01\n",
    )
    .unwrap();
    fs::write(path("offences.csv"), "id,committed,offence\nJan,2010-12-01,human-trafficking\n").unwrap();
    fs::write(path("groups.csv"), "id,sex\nJan,man\n").unwrap();
    let by = ["--groups", &path("groups.csv"), "--by", "sex"];
    let done = run([&["recidivism", &path("people.csv"), &path("offences.csv")][..], &by[..]].concat());
    assert_eq!(done.status.code(), Some(2));
    let says = stderr(&done);
    assert!(says.contains("groups.csv has no row for person 2 of") && says.contains("1 of 2 persons"), "{says}");
    assert!(!says.contains("Piet"), "{says}");
    fs::remove_file(path("groups.csv")).unwrap();
    assert_eq!(files_in(dir.path()), ["file", "offences.csv", "people.csv"]);
}
