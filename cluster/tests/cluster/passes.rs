//! The second way: one job a pass. Same bits as the library's passes over the same chunks, whoever works them out.

use crate::people::{Person, files, read, write};
use crate::support::{
    LONG, alone, answer_of, client, cluster, draw, executor, fit_of, folder, jobs, refusal, run, scheduler,
    shuffle_files, text, until,
};
use datafusion::arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array};
use pleegprofiel::{
    AgeGrid, Cohort, Family, PersonRow, Spec,
    cohort::{CohortBuilder, PeopleInChunks},
};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

const MODEL: [&str; 8] = ["--groups", "3", "--degree", "2", "--starts", "4", "--json", "--way=passes"];

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a path")
}

fn fit<'a>(people: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["fit", people], &MODEL[..], more].concat()
}

fn chunk(people: &[Person]) -> Cohort {
    let mut builder = CohortBuilder::new(AgeGrid::years(12, 44).expect("a grid"));
    for person in people {
        let id = person.id.to_string();
        let row = PersonRow { id: Some(&id), exposure: Some(&person.at_risk), ..PersonRow::new(&person.counts) };
        builder.push(row).expect("a row");
    }
    builder.finish()
}

/// What the library makes of the same chunks, as JSON.
fn in_chunks(people: &[Person], size: usize, options: &Spec) -> String {
    let mut chunks = PeopleInChunks::in_memory(1);
    people.chunks(size).for_each(|some| chunks.push(&chunk(some)).expect("a chunk"));
    let mut journal = options.journal(&chunks).expect("a journal");
    let fit = options.fit_in_chunks(&chunks, &mut journal, &mut |_| Ok(()), &|_| true).expect("a fit");
    let sample = chunks.sample().expect("a sample");
    let some = sample.chunk(0..sample.persons().min(20_000)).expect("people");
    let fit = fit.checked_among(&some).expect("a look");
    serde_json::to_string(&serde_json::to_value(&fit).expect("JSON")).expect("JSON")
}

#[test]
fn passes_over_one_two_and_seven_partitions_two_executors_and_the_library_have_the_same_bits() {
    let _alone = alone();
    let people = folder();
    // more than the sample holds; chunks that do not end where files do, and a last one that is short
    draw(people.path(), 50_000, &["--files", "5", "--gaps"]);
    let everybody = read(people.path(), None);
    let cluster = cluster();
    for family in [Family::Poisson, Family::Zip] {
        let options = Spec::counts(family).groups(3).degree(2).starts(4).neighbours(false);
        let library = in_chunks(&everybody, 3000, &options);
        let of = ["--family", family.key(), "--starts-only", "--people-in-chunk", "3000"];
        for partitions in ["1", "2", "7"] {
            let own = ["--standalone", "--cores", "2", "--partitions", partitions];
            let answer = run(&fit(path(people.path()), &[&of[..], &own[..]].concat()));
            assert_eq!(fit_of(&answer), library, "{family}, standalone, {partitions} partitions");
            let way = &answer_of(&answer)["way"];
            assert_eq!((way["way"].as_str(), way["chunks"].as_u64()), (Some("passes"), Some(17)));
            assert!(way["runs"].as_u64().is_some_and(|runs| runs >= partitions.parse().expect("a number")));
            assert!(way["pass_seconds"].as_array().is_some_and(|passes| passes.len() >= 3), "{way}");
        }
        for partitions in ["1", "7"] {
            let own = ["--at", cluster.at.as_str(), "--partitions", partitions, "--threads", "1"];
            let answer = run(&fit(path(people.path()), &[&of[..], &own[..]].concat()));
            assert_eq!(fit_of(&answer), library, "{family}, two executors, {partitions} partitions");
        }
    }
    until(LONG, "nothing is left", || cluster.work.iter().all(|work| shuffle_files(work.path()).is_empty()));
}

#[test]
fn passes_end_at_the_top_that_counted_histories_have() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 20_000, &["--files", "3"]);
    let own = ["--standalone", "--cores", "2", "--people-in-chunk", "4096"];
    let passes = answer_of(&run(&fit(path(people.path()), &own)));
    let jobs = ["fit", path(people.path()), "--groups", "3", "--degree", "2", "--starts", "4", "--json"];
    let jobs = answer_of(&run(&[&jobs[..], &["--standalone", "--cores", "2"]].concat()));
    let of = |answer: &serde_json::Value| answer["fit"]["log_likelihood"].as_f64().expect("a number");
    // sums in another order
    assert!((of(&passes) / of(&jobs) - 1.0).abs() < 1e-9, "{} {}", of(&passes), of(&jobs));
    assert!(jobs["way"]["why"].as_str().is_some_and(|why| why.contains("one job per data set is the default")));
}

#[test]
fn times_at_risk_in_the_order_of_the_counts_give_the_bits_of_the_library_and_in_another_are_refused() {
    let _alone = alone();
    let (people, times) = (folder(), folder());
    draw(people.path(), 6000, &["--files", "3", "--gaps", "--times", path(times.path())]);
    let everybody = read(people.path(), Some(times.path()));
    let options = Spec::counts(Family::Poisson).groups(3).degree(2).starts(4);
    let library = in_chunks(&everybody, 1024, &options);
    let own = ["--exposure", path(times.path()), "--standalone", "--cores", "2", "--people-in-chunk", "1024"];
    for partitions in ["1", "5"] {
        let arguments = fit(path(people.path()), &[&own[..], &["--partitions", partitions]].concat());
        assert_eq!(fit_of(&run(&arguments)), library, "{partitions} partitions");
    }
    // times at risk in other files, but in the same order, are the same
    let names = files(times.path());
    let swap = |a: usize, b: usize| {
        let aside = times.path().join("aside");
        fs::rename(&names[a], &aside).and_then(|()| fs::rename(&names[b], &names[a])).expect("renamed");
        fs::rename(aside, &names[b]).expect("renamed");
    };
    swap(0, 2);
    let told = refusal(&run(&fit(path(people.path()), &own)));
    assert!(told.contains("counts and times at risk are not in one order"), "{told}");
    assert!(told.contains("row 1 of all: the identifier is another in the times at risk"), "{told}");
    // whoever leaves the choice to the program gets them joined, and is told why
    let auto = ["--way", "auto", "--most-histories", "100"];
    let joined = ["fit", path(people.path()), "--groups", "3", "--degree", "2", "--starts", "4", "--json"];
    let joined = answer_of(&run(&[&joined[..], &own[..], &auto[..]].concat()));
    assert_eq!(joined["way"]["way"].as_str(), Some("one-job"));
    assert!(joined["way"]["why"].as_str().is_some_and(|why| why.contains("stand in another order than the counts")));
    swap(0, 2);
    let auto = answer_of(&run(&[
        &["fit", path(people.path()), "--groups", "3", "--degree", "2", "--starts", "4", "--json"],
        &own[..],
        &auto[..],
    ]
    .concat()));
    assert_eq!(auto["way"]["way"].as_str(), Some("passes"));
}

#[test]
fn the_way_is_chosen_by_how_many_different_histories_are_to_be_expected() {
    let _alone = alone();
    let (offenders, born) = (folder(), folder());
    draw(offenders.path(), 20_000, &["--files", "2"]);
    draw(born.path(), 20_000, &["--files", "2", "--everybody"]);
    let way = |people: &Path, most: &str| {
        let own = ["fit", path(people), "--groups", "2", "--degree", "1", "--starts", "2", "--json", "--standalone"];
        answer_of(&run(&[&own[..], &["--cores", "2", "--most-histories", most]].concat()))["way"].take()
    };
    let passes = way(offenders.path(), "5000");
    assert_eq!(passes["way"].as_str(), Some("passes"), "{passes}");
    let why = passes["why"].as_str().expect("a reason");
    assert!(why.contains("among 20000 rows looked at") && why.contains("at most 5000 (--most-histories)"), "{why}");
    // as many people, of whom nine in ten have one and the same history
    let one = way(born.path(), "5000");
    assert_eq!(one["way"].as_str(), Some("one-job"), "{one}");
    assert!(one["why"].as_str().is_some_and(|why| why.contains("among 20000 rows looked at")), "{one}");
    assert!(one["distinct"].as_u64().is_some_and(|distinct| distinct < 5000), "{one}");
}

#[test]
fn what_cannot_be_fitted_by_passes_says_why() {
    let _alone = alone();
    let people = folder();
    let file = people.path().join("people.parquet");
    let whole = |values: &[i32]| -> ArrayRef { Arc::new(Int32Array::from(values.to_vec())) };
    let ids = |n: i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(0..n)) };
    let broken: ArrayRef =
        Arc::new(Float64Array::from(vec![Some(f64::NAN), Some(2.5), Some(1.0), None, Some(2.0), None]));
    write(&file, &[("id", ids(6)), ("age_12", broken), ("age_13", whole(&[-1, -1, 0, 1, 0, 0]))]);
    let own = ["--standalone", "--cores", "1", "--groups", "1", "--degree", "0", "--people-in-chunk", "2"];
    let by_passes = refusal(&run(&[&["fit", path(&file), "--way", "passes"], &own[..]].concat()));
    for part in ["column age_12: 1 row has no number", "column age_12: 1 row has 2.5", "column age_13: 2 rows have -1"]
    {
        assert!(by_passes.contains(part), "{part}: {by_passes}");
    }
    let by_job = refusal(&run(&[&["fit", path(&file), "--way", "one-job"], &own[..]].concat()));
    assert_eq!(by_passes, by_job);
    write(&file, &[("id", ids(3)), ("age_12", whole(&[1, 0, 2])), ("n", whole(&[1, 1, 3]))]);
    let told = refusal(&run(&[&["fit", path(&file), "--way", "passes", "--weights", "n"], &own[..]].concat()));
    assert!(told.contains("--way passes: rows are weighted by n"), "{told}");
    write(&file, &[("id", ids(3)), ("age_12", whole(&[1, 0, 2]))]);
    let told = refusal(&run(&[&["fit", path(&file), "--way", "passes", "--family", "negmult"], &own[..]].concat()));
    assert!(told.contains("--way passes: the family negmult is not fitted by passes"), "{told}");
}

/// Waits until an executor has put down some of a pass: the question for its version and the look are two jobs before.
fn in_mid_pass(work: &Path, running: &mut crate::support::Client) {
    let mut seen = BTreeSet::new();
    until(LONG, "an executor has worked out a part of a pass", || {
        assert!(running.runs(), "the fit ended before it could be disturbed");
        seen.extend(jobs(work));
        seen.len() >= 4
    });
}

/// People for whom a pass takes a while: nothing is kept of them from one to the next.
fn slow() -> (tempfile::TempDir, crate::support::Cluster) {
    let people = folder();
    draw(people.path(), 600_000, &["--files", "8"]);
    (people, crate::support::cluster_with(&["--keep", "0"]))
}

const PARTS: [&str; 5] = ["--partitions", "16", "--people-in-chunk", "8192", "--starts-only"];

#[test]
fn an_executor_killed_in_mid_pass_changes_no_bit() {
    let _alone = alone();
    let (people, mut cluster) = slow();
    let arguments = fit(path(people.path()), &[&["--at", cluster.at.as_str()], &PARTS[..]].concat());
    let undisturbed = fit_of(&run(&arguments));
    let mut running = client(&arguments);
    in_mid_pass(cluster.work[0].path(), &mut running);
    cluster.executors.remove(0).kill();
    assert!(running.runs(), "the fit ended before its executor was killed");
    assert_eq!(fit_of(&running.output()), undisturbed);
}

#[test]
fn a_file_that_disappears_in_mid_pass_is_named() {
    let _alone = alone();
    let (people, cluster) = slow();
    let mut running = client(&fit(path(people.path()), &[&["--at", cluster.at.as_str()], &PARTS[..]].concat()));
    in_mid_pass(cluster.work[0].path(), &mut running);
    fs::remove_file(&files(people.path())[5]).expect("removed");
    let told = refusal(&running.output());
    assert!(told.contains("files went or changed while they were read") && told.contains("part-005.parquet"), "{told}");
    until(LONG, "nothing is left", || cluster.work.iter().all(|work| shuffle_files(work.path()).is_empty()));
}

#[test]
fn a_scheduler_that_dies_in_mid_pass_is_told_of() {
    let _alone = alone();
    let (people, cluster) = slow();
    let mut running = client(&fit(path(people.path()), &[&["--at", cluster.at.as_str()], &PARTS[..]].concat()));
    in_mid_pass(cluster.work[0].path(), &mut running);
    cluster.scheduler.kill();
    let told = refusal(&running.output());
    assert!(told.contains(&format!("the job at {} failed", cluster.at)), "{told}");
}

#[test]
fn a_client_that_is_stopped_or_killed_in_mid_pass_leaves_nothing() {
    let _alone = alone();
    let (people, cluster) = slow();
    let answers = folder();
    let out = answers.path().join("model.json");
    let own = ["--at", cluster.at.as_str(), "--out", path(&out)];
    let arguments = fit(path(people.path()), &[&own[..], &PARTS[..]].concat());
    let nothing_is_left = || {
        until(LONG, "nothing is left of the job of a client that is gone", || {
            cluster.work.iter().all(|work| shuffle_files(work.path()).is_empty())
        });
        assert!(!out.exists());
    };
    let mut running = client(&arguments);
    in_mid_pass(cluster.work[0].path(), &mut running);
    running.interrupt();
    let stopped = running.output();
    assert_eq!((stopped.status.code(), text(&stopped.stderr).trim()), (Some(130), "stopped; nothing was written"));
    nothing_is_left();
    let mut running = client(&arguments);
    in_mid_pass(cluster.work[0].path(), &mut running);
    running.kill();
    nothing_is_left();
    answer_of(&run(&arguments));
    assert!(out.exists());
}

#[test]
fn files_that_change_before_the_look_are_named() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 4000, &["--files", "4"]);
    let (_scheduler, at) = scheduler(0);
    let running = client(&fit(path(people.path()), &["--at", &at]));
    // it looks at the files first, and cannot go on without an executor
    std::thread::sleep(std::time::Duration::from_secs(2));
    let column = Arc::new(Int64Array::from_iter_values(0..1000));
    write(&files(people.path())[1], &[("id", column.clone()), ("age_12", column)]);
    let work = folder();
    let _executor = executor(&at, work.path(), &[]);
    let told = refusal(&running.output());
    assert!(told.contains("part-001.parquet has other columns or types than when it was opened"), "{told}");
    until(LONG, "nothing is left of the failed job", || shuffle_files(work.path()).is_empty());
}

#[test]
fn a_disk_that_is_full_fails_the_look_and_is_empty_afterwards() {
    let _alone = alone();
    let Some(disk) = crate::support::Tiny::of(300) else { return };
    let people = folder();
    draw(people.path(), 100_000, &["--files", "4"]);
    let (_scheduler, at) = scheduler(0);
    let _worker = executor(&at, disk.0.path(), &[]);
    let told = refusal(&run(&fit(path(people.path()), &["--at", &at])));
    assert!(told.contains("No space left on device"), "{told}");
    until(LONG, "nothing is left of the failed job", || shuffle_files(disk.0.path()).is_empty());
}
