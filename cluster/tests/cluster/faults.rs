//! What breaks on the way ends in the right answer or in a clear error, and never in half a file.

use crate::people::{files, write};
use crate::support::{
    LONG, Tiny, alone, answer_of, client, cluster, draw, executor, fit_of, folder, refusal, run, scheduler,
    shuffle_files, text, until,
};
use datafusion::arrow::array::Int64Array;
use std::fs;
use std::path::Path;
use std::sync::Arc;

const MODEL: [&str; 7] = ["--groups", "3", "--degree", "2", "--starts", "2", "--json"];

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a path")
}

fn fit<'a>(people: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["fit", people], &MODEL[..], more].concat()
}

#[test]
fn a_scheduler_that_dies_is_told_of_and_its_executors_find_the_next_one() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 400_000, &["--files", "8"]);
    let cluster = cluster();
    let arguments = fit(path(people.path()), &["--at", cluster.at.as_str(), "--partitions", "16"]);
    let undisturbed = fit_of(&run(&arguments));
    let mut running = client(&arguments);
    until(LONG, "an executor has counted something", || {
        assert!(running.runs(), "the fit ended before the scheduler could be killed");
        shuffle_files(cluster.work[0].path()).iter().any(|(_, bytes)| *bytes > 10_000)
    });
    cluster.scheduler.kill();
    let told = refusal(&running.output());
    assert!(told.contains(&format!("the job at {} failed", cluster.at)), "{told}");
    let port = cluster.at.rsplit(':').next().expect("a port").parse().expect("a number");
    let (_scheduler, at) = scheduler(port);
    assert_eq!(at, cluster.at);
    assert_eq!(fit_of(&run(&arguments)), undisturbed);
}

#[test]
fn no_scheduler_and_no_executor_are_told_apart_in_bounded_time() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 100, &[]);
    let nobody = refusal(&run(&fit(path(people.path()), &["--at", "df://127.0.0.1:9"])));
    assert!(nobody.contains("no scheduler answers at df://127.0.0.1:9 within 5 s"), "{nobody}");
    let (_scheduler, at) = scheduler(0);
    let idle = refusal(&run(&fit(path(people.path()), &["--at", &at, "--wait", "2"])));
    assert!(idle.contains("no executor of the scheduler at df://127.0.0.1"), "{idle}");
    let work = folder();
    let lost = run(&["executor", "--at", "df://127.0.0.1:9", "--wait", "1", "--work-dir", path(work.path())]);
    assert!(refusal(&lost).contains("no executor can be run for the scheduler at df://127.0.0.1:9"));
    assert_eq!(fs::read_dir(work.path()).expect("a folder").count(), 0);
}

/// A client that has looked at the files and waits for an executor, and what it says once it has one.
fn waiting_while(change: impl FnOnce(&Path)) -> String {
    let people = folder();
    draw(people.path(), 4000, &["--files", "4"]);
    let (_scheduler, at) = scheduler(0);
    let running = client(&fit(path(people.path()), &["--at", &at]));
    // it looks at the files first, and cannot go on without an executor
    std::thread::sleep(std::time::Duration::from_secs(2));
    change(people.path());
    let work = folder();
    let _executor = executor(&at, work.path(), &[]);
    let told = refusal(&running.output());
    until(LONG, "nothing is left of the failed job", || shuffle_files(work.path()).is_empty());
    told
}

#[test]
fn a_file_that_disappears_is_named() {
    let _alone = alone();
    let told = waiting_while(|people| fs::remove_file(&files(people)[2]).expect("removed"));
    assert!(told.contains("files went or changed while they were read") && told.contains("part-002.parquet"), "{told}");
}

#[test]
fn a_file_that_gets_another_schema_is_named() {
    let _alone = alone();
    let told = waiting_while(|people| {
        let column = Arc::new(Int64Array::from_iter_values(0..1000));
        write(&files(people)[1], &[("id", column.clone()), ("age_12", column)]);
    });
    assert!(told.contains("part-001.parquet has other columns or types than when it was opened"), "{told}");
}

#[test]
fn a_file_that_is_written_to_is_named() {
    let _alone = alone();
    let told = waiting_while(|people| {
        let other = folder();
        draw(other.path(), 1200, &[]);
        fs::copy(&files(other.path())[0], &files(people)[3]).expect("copied");
    });
    assert!(told.contains("part-003.parquet was written to after it was opened"), "{told}");
}

#[test]
fn a_disk_that_is_full_of_shuffle_files_fails_the_job_and_is_empty_afterwards() {
    let _alone = alone();
    let Some(disk) = Tiny::of(300) else { return };
    let people = folder();
    draw(people.path(), 100_000, &["--files", "4"]);
    let (_scheduler, at) = scheduler(0);
    let worker = executor(&at, disk.0.path(), &[]);
    let answers = folder();
    let out = answers.path().join("model.json");
    let told = refusal(&run(&fit(path(people.path()), &["--at", &at, "--out", path(&out)])));
    assert!(told.contains("No space left on device"), "{told}");
    assert_eq!(fs::read_dir(answers.path()).expect("a folder").count(), 0);
    until(LONG, "nothing is left of the failed job", || shuffle_files(disk.0.path()).is_empty());
    worker.end();
    assert_eq!(fs::read_dir(disk.0.path()).expect("a folder").count(), 0);
}

#[test]
fn a_disk_that_is_full_of_answers_leaves_no_file() {
    let _alone = alone();
    let Some(disk) = Tiny::of(200) else { return };
    let (people, model) = (folder(), folder());
    draw(people.path(), 50_000, &["--files", "2"]);
    let model = model.path().join("model.json");
    let own = ["--standalone", "--cores", "2"];
    answer_of(&run(&fit(path(people.path()), &[&own[..], &["--out", path(&model)]].concat())));
    let out = disk.0.path().join("profiles.parquet");
    let arguments = ["classify", path(people.path()), "--model", path(&model), "--out", path(&out)];
    let told = refusal(&run(&[&arguments[..], &own[..]].concat()));
    assert!(told.contains("profiles.parquet cannot be written") && told.contains("No space left on device"), "{told}");
    assert_eq!(fs::read_dir(disk.0.path()).expect("a folder").count(), 0);
}

#[test]
fn a_client_that_is_killed_leaves_no_file_of_that_name_and_no_histories() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 400_000, &["--files", "8"]);
    let cluster = cluster();
    let answers = folder();
    let (model, out) = (answers.path().join("model.json"), answers.path().join("profiles.parquet"));
    answer_of(&run(&fit(path(people.path()), &["--at", &cluster.at, "--out", path(&model)])));
    let arguments =
        ["classify", path(people.path()), "--model", path(&model), "--out", path(&out), "--at", cluster.at.as_str()];
    let mut running = client(&arguments);
    let part = answers.path().join(".profiles.parquet.part");
    until(LONG, "some answers are written", || {
        assert!(running.runs(), "it ended before it could be killed");
        fs::metadata(&part).is_ok_and(|about| about.len() > 0)
    });
    running.kill();
    assert!(!out.exists());
    // nobody is there to have them removed, so the scheduler does
    until(LONG, "nothing is left of the job of a client that is gone", || {
        cluster.work.iter().all(|work| shuffle_files(work.path()).is_empty())
    });
    let done = run(&arguments);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(out.exists() && !part.exists());
    assert_eq!(crate::answers::rows(&out), 400_000);
}

#[test]
fn a_client_that_is_asked_to_stop_cleans_up_and_says_so() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 400_000, &["--files", "8"]);
    let cluster = cluster();
    let mut running = client(&fit(path(people.path()), &["--at", &cluster.at, "--partitions", "16"]));
    until(LONG, "an executor has counted something", || {
        assert!(running.runs(), "it ended before it could be stopped");
        shuffle_files(cluster.work[0].path()).iter().any(|(_, bytes)| *bytes > 10_000)
    });
    running.interrupt();
    let stopped = running.output();
    assert_eq!((stopped.status.code(), text(&stopped.stderr).trim()), (Some(130), "stopped; nothing was written"));
    until(LONG, "nothing is left of the stopped job", || {
        cluster.work.iter().all(|work| shuffle_files(work.path()).is_empty())
    });
}
