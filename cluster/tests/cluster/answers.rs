//! What `classify` writes is what the library says of each person.

use crate::people::read;
use crate::support::{alone, cluster, draw, folder, refusal, run, text};
use datafusion::arrow::array::{Array, AsArray};
use datafusion::arrow::datatypes::{Float64Type, Int64Type, UInt32Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pleegprofiel::{Classifier, Model, PersonRow, Profile, profile::classify::ClassifyOptions, reference_model};
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::Path;

fn path(folder: &Path) -> &str {
    folder.to_str().expect("a path")
}

fn batches(file: &Path) -> Vec<RecordBatch> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(file).expect("a file")).expect("a Parquet file");
    reader.build().expect("a reader").map(|batch| batch.expect("a batch")).collect()
}

/// Rows of a file of answers.
pub(crate) fn rows(file: &Path) -> usize {
    batches(file).iter().map(RecordBatch::num_rows).sum()
}

/// Holds every answer in a file against the library's about the same person, to the last bit.
fn check(file: &Path, people: &[crate::people::Person], model: &Model) -> usize {
    let classifier = Classifier::of_stored(model.clone(), ClassifyOptions::default()).expect("a classifier");
    let naming = classifier.naming();
    let by_id: HashMap<i64, &crate::people::Person> = people.iter().map(|person| (person.id, person)).collect();
    let (mut seen, mut refused) = (0, 0);
    let mut posterior = vec![0.0; model.groups().len()];
    for batch in batches(file) {
        let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("a column {name}"));
        let ids = column("id").as_primitive::<Int64Type>();
        for row in 0..batch.num_rows() {
            seen += 1;
            let person = by_id[&ids.value(row)];
            let own = PersonRow { exposure: Some(&person.at_risk), ..PersonRow::new(&person.counts) };
            match classifier.place(own, &mut posterior) {
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().starts_with(column("refused").as_string::<i32>().value(row)), "{error}");
                    assert!(column("profile").is_null(row) && column("probability").is_null(row));
                }
                Ok(placed) => {
                    assert!(column("refused").is_null(row));
                    let profile = column("profile").as_string::<i32>();
                    let told = profile.is_valid(row).then(|| profile.value(row));
                    assert_eq!(told, placed.profile.map(Profile::key));
                    assert_eq!(column("group").as_primitive::<UInt32Type>().value(row), placed.group as u32 + 1);
                    let number = |name: &str| column(name).as_primitive::<Float64Type>().value(row).to_bits();
                    assert_eq!(number("probability"), placed.probability.to_bits());
                    for profile in Profile::ALL.into_iter().map(Some).chain([None]) {
                        let groups: Vec<usize> =
                            (0..posterior.len()).filter(|&k| naming.profile_of(k) == profile).collect();
                        let name = profile.map_or("posterior_none".to_owned(), |p| format!("posterior_{p}"));
                        match profile.is_some() && groups.is_empty() {
                            true => assert!(batch.column_by_name(&name).is_none()),
                            false => {
                                assert_eq!(number(&name), groups.iter().map(|&k| posterior[k]).sum::<f64>().to_bits())
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!(seen, people.len());
    refused
}

#[test]
fn every_answer_is_the_librarys_and_hangs_on_no_partition() {
    let _alone = alone();
    let (people, answers) = (folder(), folder());
    draw(people.path(), 5000, &["--files", "3", "--everybody", "--gaps"]);
    let model = reference_model().model().clone();
    let stored = answers.path().join("model.json");
    fs::write(&stored, model.to_json()).expect("written");
    let everybody = read(people.path(), None);
    let cluster = cluster();
    let own = ["--at", cluster.at.as_str()];
    let alone_here = ["--standalone", "--cores", "2", "--partitions", "3"];
    for (i, engine) in [&own[..], &alone_here[..]].into_iter().enumerate() {
        let out = answers.path().join(format!("profiles-{i}.parquet"));
        let arguments = ["classify", path(people.path()), "--model", path(&stored), "--out", path(&out)];
        let done = run(&[&arguments[..], engine].concat());
        assert!(done.status.success(), "{}", text(&done.stderr));
        let refused = check(&out, &everybody, &model);
        assert!(refused > 1000 && refused < 5000, "{refused}");
        assert!(text(&done.stdout).contains(&format!("5000 persons, {refused} of them without an offence")));
    }
}

#[test]
fn answers_about_people_with_times_at_risk_are_the_librarys() {
    let _alone = alone();
    let (people, times, answers) = (folder(), folder(), folder());
    draw(people.path(), 1000, &["--files", "2", "--gaps", "--times", path(times.path())]);
    let model = reference_model().model().clone();
    let (stored, out) = (answers.path().join("model.json"), answers.path().join("profiles.parquet"));
    fs::write(&stored, model.to_json()).expect("written");
    let arguments = ["classify", path(people.path()), "--exposure", path(times.path()), "--model", path(&stored)];
    let done = run(&[&arguments[..], &["--out", path(&out), "--standalone", "--cores", "2"]].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    check(&out, &read(people.path(), Some(times.path())), &model);
}

#[test]
fn bad_rows_and_models_leave_no_file() {
    use datafusion::arrow::array::{ArrayRef, Int64Array};
    use std::sync::Arc;
    let _alone = alone();
    let (people, answers) = (folder(), folder());
    let labels: Vec<String> = (12..45).map(|age| format!("age_{age}")).collect();
    let count = |age: usize| -> ArrayRef { Arc::new(Int64Array::from(vec![1, if age == 3 { -4 } else { 0 }, 2])) };
    let mut columns: Vec<(&str, ArrayRef)> = vec![("id", Arc::new(Int64Array::from(vec![1, 2, 3])))];
    columns.extend(labels.iter().enumerate().map(|(age, label)| (label.as_str(), count(age))));
    let file = people.path().join("people.parquet");
    crate::people::write(&file, &columns);
    let (stored, out) = (answers.path().join("model.json"), answers.path().join("profiles.parquet"));
    fs::write(&stored, reference_model().model().to_json()).expect("written");
    let arguments =
        ["classify", path(&file), "--model", path(&stored), "--out", path(&out), "--standalone", "--cores", "1"];
    let told = refusal(&run(&arguments));
    assert!(told.contains("column age_15: 1 row has -4; a count is a whole number"), "{told}");
    fs::write(&stored, "{}").expect("written");
    assert!(refusal(&run(&arguments)).contains("not a usable trajectory model"));
    let names: Vec<_> =
        fs::read_dir(answers.path()).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(names, ["model.json"]);
}
