//! Tables of people in memory and as files, and the cohort that they are.

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pleegprofiel::{AgeGrid, Cohort, PersonRow, cohort::CohortBuilder};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Writes one file with these columns.
pub(crate) fn write(path: &Path, columns: &[(&str, ArrayRef)]) {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, c)| (*name, c.clone(), true)));
    let batch = batch.expect("columns of one length");
    let mut writer = ArrowWriter::try_new(File::create(path).expect("a file"), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
}

/// The `.parquet` files of a folder, in the order of their names.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .collect();
    files.sort();
    files
}

/// One person as read by the parquet crate alone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) counts: Vec<Option<u32>>,
    pub(crate) at_risk: Vec<f64>,
}

/// Everybody in a folder that `draw-people` wrote, with their times at risk when there are any.
pub(crate) fn read(folder: &Path, times: Option<&Path>) -> Vec<Person> {
    let mut people = Vec::new();
    for (i, path) in files(folder).iter().enumerate() {
        let of_times = times.map(|times| batches(&files(times)[i]));
        for (b, batch) in batches(path).iter().enumerate() {
            let ids = batch.column(0).as_primitive::<Int64Type>();
            let ages = 1..batch.num_columns();
            let counts: Vec<ArrayRef> =
                ages.clone().map(|c| cast(batch.column(c), &DataType::Int64).expect("numbers")).collect();
            for row in 0..batch.num_rows() {
                let count = |column: &ArrayRef| {
                    let column = column.as_primitive::<Int64Type>();
                    datafusion::arrow::array::Array::is_valid(column, row).then(|| column.value(row) as u32)
                };
                let counts: Vec<Option<u32>> = counts.iter().map(count).collect();
                let at_risk = ages.clone().map(|c| match &of_times {
                    None => f64::from(u8::from(counts[c - 1].is_some())),
                    Some(times) => {
                        let column = times[b].column(c).as_primitive::<Float64Type>();
                        if counts[c - 1].is_some() { column.value(row) } else { 0.0 }
                    }
                });
                let at_risk: Vec<f64> = at_risk.collect();
                // no offence and no time at risk is not observed
                let counts = counts.iter().zip(&at_risk).map(|(count, e)| count.filter(|_| *e > 0.0)).collect();
                people.push(Person { id: ids.value(row), counts, at_risk });
            }
        }
    }
    people
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    let file = File::open(path).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a Parquet file").build().expect("a reader");
    reader.map(|batch| batch.expect("a batch")).collect()
}

/// These people in memory, one by one, in the order of their histories: what was observed, time at risk, counts.
pub(crate) fn cohort(people: &[Person], grid: AgeGrid) -> Cohort {
    let mut people: Vec<&Person> = people.iter().collect();
    people.sort_by_key(|person| order(person));
    in_this_order(&people, grid)
}

/// These people in memory, as they come.
pub(crate) fn in_this_order(people: &[&Person], grid: AgeGrid) -> Cohort {
    let mut builder = CohortBuilder::new(grid);
    for person in people {
        let exposure = Some(person.at_risk.as_slice());
        builder.push(PersonRow { exposure, ..PersonRow::new(&person.counts) }).expect("a row");
    }
    builder.finish()
}

/// The order of histories as the page states it.
fn order(person: &Person) -> (u8, Vec<bool>, Vec<u64>, Vec<u32>) {
    let seen: Vec<bool> = person.counts.iter().map(Option::is_some).collect();
    let times = person.at_risk.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(e, _)| e.to_bits());
    let (times, counts) = (times.collect::<Vec<u64>>(), person.counts.iter().map(|c| c.unwrap_or(0)).collect());
    let own = times.iter().any(|e| *e != 1.0_f64.to_bits());
    let kind = if own { 2 } else { u8::from(seen.contains(&false)) };
    (kind, seen, if own { times } else { Vec::new() }, counts)
}
