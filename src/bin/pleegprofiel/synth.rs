//! `pleegprofiel synth`: people who do not exist, as tables or as JSON lines.

use crate::args_people::{Format, SynthArgs};
use crate::failure::Failure;
use crate::outputs::{self, Outputs};
use crate::screen;
use pleegprofiel::{
    Language,
    profile::reference::ReferenceCard,
    reference_model,
    synthetic::{SyntheticCohort, TABLES},
};
use std::io::{self, ErrorKind, Write};

pub(crate) fn run(args: &SynthArgs) -> Result<(), Failure> {
    if args.persons == 0 {
        return Err(Failure::Usage("0 persons asked for, at least 1 is needed".into()));
    }
    let cohort = SyntheticCohort::new(reference_model().career_model(), args.seed)?;
    let threads = usize::from(args.threads.unwrap_or(0));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::Usage(format!("{threads} threads: {error}")))?;
    if args.json {
        return pool.install(|| lines(args, &cohort));
    }
    outputs::check_directory(&args.out)?;
    let mut outputs = Outputs::open(&args.out)?;
    let names = TABLES.map(|table| format!("{table}.{}", args.format.extension()));
    let mut offences = 0;
    outputs.add_many(&names, |files| {
        offences = pool.install(|| match args.format {
            Format::Csv => cohort.write_tables(0..args.persons, files),
            #[cfg(feature = "parquet")]
            Format::Parquet => cohort.write_parquet(0..args.persons, files),
        })?;
        Ok(())
    })?;
    outputs.publish()?;
    screen::print(&format!(
        "{} persons with {offences} offences, seed {}\n{}\nWritten: {} in {}",
        args.persons,
        args.seed,
        ReferenceCard::label(Language::English),
        names.join(", "),
        args.out.display()
    ))
}

/// One line a person.
fn lines(args: &SynthArgs, cohort: &SyntheticCohort) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut gone = None;
    let done = cohort.for_each_chunk(0..args.persons, |people| {
        for person in people {
            let written = serde_json::to_writer(&mut out, person).map_err(io::Error::from);
            if let Err(error) = written.and_then(|()| out.write_all(b"\n")) {
                gone = Some(error);
                // any error ends the drawing; the one above says why
                return cohort.person(u64::MAX).map(|_| ());
            }
        }
        Ok(())
    });
    match (gone, out.flush()) {
        (Some(error), _) | (None, Err(error)) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Output(format!("standard output cannot be written: {error}")))
        }
        // a reader that went away has seen what it wanted
        (Some(_), _) | (None, Err(_)) => Ok(()),
        (None, Ok(())) => Ok(done?),
    }
}
