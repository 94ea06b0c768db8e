//! Fits the people of a folder as the library streams them on one machine, and tells what each pass took: what a pass on
//! a cluster is held against. `stream-people FOLDER FAMILY [TIMES]`.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float64Type, UInt32Type};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pleegprofiel::{
    AgeGrid, Family, PersonRow, Spec,
    cohort::{CHUNK_PEOPLE, CohortBuilder, PeopleInChunks},
};
use std::error::Error;
use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let usage = "stream-people FOLDER FAMILY [TIMES]";
    let folder = given.next().ok_or(usage)?;
    let family = given.next().ok_or(usage)?;
    let family = Family::ALL.into_iter().find(|known| known.key() == family).ok_or("no family of that name")?;
    let times = given.next().map(|folder| files(&folder)).transpose()?;
    let started = Instant::now();
    let mut people = PeopleInChunks::on_disk(std::env::temp_dir(), 1)?;
    let mut grid = None;
    let mut builder: Option<CohortBuilder> = None;
    for (i, path) in files(&folder)?.iter().enumerate() {
        let mut beside = times.as_ref().map(|times| open(&times[i])).transpose()?;
        for batch in open(path)? {
            let batch = batch?;
            let risk = beside.as_mut().and_then(Iterator::next).transpose()?;
            let names: Vec<String> = batch.schema().fields().iter().skip(1).map(|f| f.name().clone()).collect();
            let first: u32 = names.first().and_then(|n| n.strip_prefix("age_")).ok_or("no columns by age")?.parse()?;
            let grid = *grid.get_or_insert(AgeGrid::years(first, first + names.len() as u32 - 1)?);
            let column = |c: usize| cast(batch.column(c + 1), &DataType::UInt32);
            let counts = (0..grid.len()).map(column).collect::<Result<Vec<ArrayRef>, _>>()?;
            let (mut row_counts, mut at_risk) = (vec![None; grid.len()], vec![1.0; grid.len()]);
            for row in 0..batch.num_rows() {
                for age in 0..grid.len() {
                    let column = counts[age].as_primitive::<UInt32Type>();
                    row_counts[age] = column.is_valid(row).then(|| column.value(row));
                    if let Some(risk) = &risk {
                        at_risk[age] = risk.column(age + 1).as_primitive::<Float64Type>().value(row);
                        row_counts[age] = row_counts[age].filter(|_| at_risk[age] > 0.0);
                    }
                }
                let own = builder.get_or_insert_with(|| CohortBuilder::new(grid));
                let exposure = risk.is_some().then_some(at_risk.as_slice());
                own.push(PersonRow { exposure, ..PersonRow::new(&row_counts) })?;
                if own.len() == CHUNK_PEOPLE
                    && let Some(full) = builder.take()
                {
                    people.push(&full.finish())?;
                }
            }
        }
    }
    if let Some(last) = builder {
        people.push(&last.finish())?;
    }
    let read = started.elapsed().as_secs_f64();
    let options = Spec::counts(family).groups(4).neighbours(false);
    let (mut passes, mut before) = (Vec::new(), Instant::now());
    // a pass begins when the one before has been kept; only the first stands behind the search
    let mut keep = |_: &str| {
        passes.push(before.elapsed().as_secs_f64());
        before = Instant::now();
        Ok(())
    };
    let fit = options.fit_in_chunks(&people, &mut options.journal(&people)?, &mut keep, &|_| true)?;
    let later = &passes[1..];
    println!(
        "streamed: {} persons; {read:.1} s to read, search and first pass {:.2} s, {} more passes of {:.2} s; \
         log-likelihood {}",
        people.persons(),
        passes[0],
        later.len(),
        later.iter().sum::<f64>() / later.len() as f64,
        fit.log_likelihood
    );
    Ok(())
}

fn files(folder: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut all = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

fn open(path: &PathBuf) -> Result<datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReader, Box<dyn Error>> {
    Ok(ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()?)
}
