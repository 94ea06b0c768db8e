//! Reads a table of counts, or of people and offences by date, and tells what came of it and how long that took; made
//! for measuring whole processes.
//!
//! `time_read COUNTS [EXPOSURE]` or `time_read --careers PEOPLE OFFENCES [CUSTODY]`, of any kind of file that is read
#![allow(clippy::print_stdout)] // a program for the terminal

use pleegprofiel::cohort::table::{TableOptions, TableSource, read_career_table, read_cohort};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let careers = args.first().is_some_and(|first| first == "--careers");
    let files = &args[usize::from(careers)..];
    let begin = Instant::now();
    let options = TableOptions::new();
    let source = |i: usize| files.get(i).map(TableSource::open).transpose();
    let needed = |i: usize| source(i)?.ok_or_else(|| Box::<dyn Error>::from("usage: time_read [--careers] FILE .."));
    if careers {
        let table = read_career_table(needed(0)?, needed(1)?, source(2)?, &options)?;
        println!("{} careers, {:.2} s", table.careers.len(), begin.elapsed().as_secs_f64());
    } else {
        let cohort = read_cohort(needed(0)?, source(1)?, &options)?;
        println!(
            "{} persons, {} events, {} histories, {:.2} s",
            cohort.persons(),
            cohort.events(),
            cohort.distinct_histories(),
            begin.elapsed().as_secs_f64()
        );
    }
    Ok(())
}
