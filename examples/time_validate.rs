//! Reads a table of predictions and validates it, and tells how long either took; made for measuring whole processes.
//!
//! `time_validate FILE PROBABILITY OUTCOME`
#![allow(clippy::print_stdout)] // a program for the terminal

use pleegprofiel::validation::{ColumnKind, ColumnRequest, Predictions, Validation, read_columns};
use std::error::Error;
use std::fs::File;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, probability, outcome] = args.as_slice() else {
        return Err("usage: time_validate FILE PROBABILITY OUTCOME".into());
    };
    let begin = Instant::now();
    let request = ColumnRequest {
        numbers: vec![(probability.clone(), ColumnKind::Probability), (outcome.clone(), ColumnKind::Outcome)],
        ..ColumnRequest::default()
    };
    let mut columns = read_columns(File::open(file)?, file, &request)?.numbers.into_iter();
    let p = columns.next().unwrap_or_default();
    let y = columns.next().unwrap_or_default().into_iter().map(|y| y == 1.0).collect();
    let people = Predictions::new(p, y)?;
    let read = begin.elapsed().as_secs_f64();
    let validation = Validation::new(&people);
    let auc = validation.auc().map_err(|why| why.reason().to_owned())?;
    let recalibration = validation.recalibration();
    let slope = recalibration.slope.map_err(|why| why.reason().to_owned())?;
    let offset = recalibration.offset.map_err(|why| why.reason().to_owned())?;
    println!(
        "{} people, AUC {} (se {}), Brier {}",
        people.len(),
        auc.area,
        auc.delong.map_err(|why| why.reason().to_owned())?.se,
        validation.brier().value
    );
    println!("calibration in the large {}, slope {}", offset.value, slope.value);
    for group in validation.risk_groups() {
        println!("{} people: observed {}, expected {}", group.people, group.observed, group.expected);
    }
    println!("read in {read:.2} s, {:.2} s in all", begin.elapsed().as_secs_f64());
    Ok(())
}
