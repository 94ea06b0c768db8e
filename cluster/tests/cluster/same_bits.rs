//! One answer, to the last bit, however the work was cut and whoever did it.

use crate::people::{cohort, in_this_order, read};
use crate::support::{LONG, alone, answer_of, client, cluster, draw, fit_of, folder, run, shuffle_files, until};
use pleegprofiel::{AgeGrid, Family, Spec};
use std::path::Path;

const MODEL: [&str; 6] = ["--groups", "3", "--degree", "2", "--starts", "4"];

/// Arguments of a fit.
fn fit<'a>(people: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["fit", people, "--json"];
    all.extend(MODEL);
    all.extend(more);
    all
}

fn in_memory(family: Family) -> Spec {
    Spec::counts(family).groups(3).degree(2).starts(4)
}

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a path")
}

#[test]
fn one_two_and_seven_partitions_standalone_two_executors_and_memory_give_the_same_bits() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 20_000, &["--files", "5", "--gaps"]);
    let grid = AgeGrid::years(12, 44).expect("a grid");
    let everybody = read(people.path(), None);
    let cluster = cluster();
    for family in ["poisson", "zip"] {
        let of = ["--family", family, "--starts-only"];
        let wanted =
            in_memory(Family::ALL.into_iter().find(|f| f.key() == family).expect("a family")).neighbours(false);
        let cohort = cohort(&everybody, grid);
        let memory = wanted.fit(&cohort).and_then(|fit| fit.checked(&cohort)).expect("a fit");
        let memory_json = serde_json::to_string(&serde_json::to_value(&memory).expect("JSON")).expect("JSON");
        for partitions in ["1", "2", "7"] {
            let own = ["--standalone", "--cores", "2", "--partitions", partitions];
            let answer = run(&fit(path(people.path()), &[&of[..], &own[..]].concat()));
            assert_eq!(fit_of(&answer), memory_json, "{family}, standalone, {partitions} partitions");
            let way = &answer_of(&answer)["way"];
            assert_eq!((way["way"].as_str(), way["persons"].as_u64()), (Some("one-job"), Some(20_000)));
            assert_eq!(way["distinct"].as_u64(), Some(cohort.distinct_histories() as u64));
        }
        for partitions in ["1", "7"] {
            let own = ["--at", cluster.at.as_str(), "--partitions", partitions];
            let answer = run(&fit(path(people.path()), &[&of[..], &own[..]].concat()));
            assert_eq!(fit_of(&answer), memory_json, "{family}, two executors, {partitions} partitions");
        }
        // another order of people is another order of sums: the same to rounding
        let as_they_come = wanted.fit(&in_this_order(&everybody.iter().collect::<Vec<_>>(), grid)).expect("a fit");
        let apart = (as_they_come.log_likelihood / memory.log_likelihood - 1.0).abs();
        assert!(apart < 1e-9, "{family}: {apart:e}");
    }
}

#[test]
fn people_with_times_at_risk_of_their_own_are_joined_and_fitted_to_the_same_bits() {
    let _alone = alone();
    let (people, times) = (folder(), folder());
    draw(people.path(), 6000, &["--files", "3", "--gaps", "--times", path(times.path())]);
    let grid = AgeGrid::years(12, 44).expect("a grid");
    let cohort = cohort(&read(people.path(), Some(times.path())), grid);
    assert!(cohort.has_exposure());
    let memory = in_memory(Family::Poisson).fit(&cohort).and_then(|fit| fit.checked(&cohort)).expect("a fit");
    let memory = serde_json::to_string(&serde_json::to_value(&memory).expect("JSON")).expect("JSON");
    for partitions in ["1", "5"] {
        let own = ["--exposure", path(times.path()), "--standalone", "--cores", "2", "--partitions", partitions];
        assert_eq!(fit_of(&run(&fit(path(people.path()), &own))), memory, "{partitions} partitions");
    }
}

#[test]
fn a_weight_is_so_many_persons_and_bic_counts_them() {
    use crate::people::{Person, write};
    use datafusion::arrow::array::{ArrayRef, Int32Array, UInt8Array};
    use std::sync::Arc;
    let _alone = alone();
    let (drawn, weighted) = (folder(), folder());
    draw(drawn.path(), 3000, &[]);
    let once = read(drawn.path(), None);
    let weight = |i: usize| 1 + (i * 7 % 5) as i32;
    let labels: Vec<String> = (12..45).map(|age| format!("age_{age}")).collect();
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for (age, label) in labels.iter().enumerate() {
        let column = UInt8Array::from_iter_values(once.iter().map(|p| p.counts[age].expect("observed") as u8));
        columns.push((label, Arc::new(column)));
    }
    columns.push(("n", Arc::new(Int32Array::from_iter_values((0..once.len()).map(weight)))));
    let file = weighted.path().join("people.parquet");
    write(&file, &columns);
    let each: Vec<Person> =
        once.iter().enumerate().flat_map(|(i, p)| std::iter::repeat_n(p.clone(), weight(i) as usize)).collect();
    let cohort = cohort(&each, AgeGrid::years(12, 44).expect("a grid"));
    let memory = in_memory(Family::Poisson).fit(&cohort).and_then(|fit| fit.checked(&cohort)).expect("a fit");
    let answer = run(&fit(path(&file), &["--weights", "n", "--standalone", "--cores", "2"]));
    assert_eq!(fit_of(&answer), serde_json::to_string(&serde_json::to_value(&memory).expect("JSON")).expect("JSON"));
    let fit = &answer_of(&answer)["fit"];
    assert_eq!(fit["persons"].as_u64(), Some(each.len() as u64));
    let p = fit["parameters"].as_f64().expect("a number");
    let bic = -2.0 * memory.log_likelihood + p * (each.len() as f64).ln();
    assert_eq!(fit["bic_persons"].as_f64().expect("a number").to_bits(), bic.to_bits());
}

#[test]
fn an_executor_killed_in_mid_pass_changes_nothing_and_is_not_waited_for_long() {
    let _alone = alone();
    let people = folder();
    draw(people.path(), 400_000, &["--files", "8"]);
    let mut cluster = cluster();
    let arguments = fit(path(people.path()), &["--at", cluster.at.as_str(), "--partitions", "16", "--starts-only"]);
    let undisturbed = fit_of(&run(&arguments));
    let mut running = client(&arguments);
    let work = cluster.work[0].path();
    // a part that has been counted, while others are still to be
    until(LONG, "the first executor has counted something", || {
        assert!(running.runs(), "the fit ended before its executor could be killed");
        shuffle_files(work).iter().any(|(_, bytes)| *bytes > 10_000)
    });
    cluster.executors.remove(0).kill();
    assert!(running.runs(), "the fit ended before its executor was killed");
    assert_eq!(fit_of(&running.output()), undisturbed);
    // and the one that is left goes on by itself
    assert_eq!(fit_of(&run(&arguments)), undisturbed);
}

#[test]
fn a_small_memory_spills_and_stays_right() {
    let _alone = alone();
    let (people, work) = (folder(), folder());
    draw(people.path(), 300_000, &["--files", "4"]);
    let own = ["--standalone", "--cores", "2", "--starts-only", "--partitions", "4", "--work-dir", path(work.path())];
    let plenty = fit_of(&run(&fit(path(people.path()), &own)));
    let little = fit_of(&run(&fit(path(people.path()), &[&own[..], &["--memory", "24"]].concat())));
    assert_eq!(plenty, little);
    assert!(shuffle_files(work.path()).is_empty());
}
