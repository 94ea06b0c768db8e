//! `pleegprofiel profile`: the main job, from a table of counts to model, profiles, picture and report.

use crate::args::ProfileArgs;
use crate::args_profile::Wanted;
use crate::failure::Failure;
use crate::outputs::{self, Outputs};
use crate::{json, profile_general, progress, screen};
use pleegprofiel::{
    Cohort, Definitions, Error, Language, name_fit,
    ndarray::Array2,
    profile::{Naming, PersonProfile, Settled},
    report::Report,
};
use std::io::{self, Write};
use std::time::Instant;

pub(crate) fn run(args: &ProfileArgs) -> Result<(), Failure> {
    if let Some(family) = args.model.family().filter(|f| !f.counts_events()) {
        let why = format!("profiles are defined on rates of offending, which the family {family} does not give");
        return Err(Failure::Usage(why));
    }
    if let Some(file) = &args.covariates.file {
        return profile_general::run(args, file);
    }
    let wanted = args.model.wanted().map_err(Failure::Usage)?;
    let cohort = args.input.read()?;
    outputs::check_directory(&args.out)?;
    let begin = Instant::now();
    let (fit, choice) = match wanted {
        Wanted::One(_) if args.model.resume().is_some() => {
            return Err(Failure::Usage("--resume goes with a choice of form or of number of groups".into()));
        }
        Wanted::One(options) => (progress::fit(&options, &cohort)?.0, None),
        Wanted::Best(options) => {
            let choice = progress::choose(&options, &cohort, args.model.resume())?;
            (choice.fit.clone(), Some(choice))
        }
    };
    let fit = fit.checked(&cohort)?;
    let took = begin.elapsed();
    let record = choice.as_ref().map_or(Vec::new(), |c| c.candidates.clone());
    let model = &fit.best()?.clone().with_record(record);
    let naming = name_fit(&fit, &cohort, &Definitions::default()).map_err(unnamed)?;
    let language = Language::from(args.lang);
    let settled = match &choice {
        Some(choice) => Settled::of_choice(choice, &cohort, &naming)?,
        None => Settled::of_fit(&fit, &cohort)?,
    };
    let people = place(&cohort, &model.posteriors(&cohort)?, &naming, &settled)?;
    // whoever is placed in this model later gets the same names, and none that are withheld here
    let stored = settled.decision(&naming).kept_with(model.clone())?;
    let placed = people.iter().filter(|(person, _)| person.profile.is_some()).count();
    let mut report = Report::new(&fit, &cohort, &naming)?.settled(&settled);
    if let Some(choice) = &choice {
        report = report.chosen_from(choice);
    }
    let report = report.language(language).show_small_cells(args.show_small_cells).placed(placed as u64);
    publish(args, &cohort, &stored.to_json(), &people, &report)?;
    if args.json {
        let grolts = fit.grolts(&cohort)?;
        return screen::print(&json::object(&fit, Some(&naming), took, Some(&grolts), choice.as_ref())?);
    }
    shown(args, &report)
}

/// A model that fits but whose rates are no rates of people.
pub(crate) fn unnamed(error: Error) -> Failure {
    Failure::Untrusted(format!("this fit cannot be trusted: its groups cannot be named: {error}"))
}

/// Someone's answer and posterior probabilities.
pub(crate) type Placed = (PersonProfile, Vec<f64>);

/// Writes what the command leaves behind, all of it or nothing.
pub(crate) fn publish(
    args: &ProfileArgs,
    cohort: &Cohort,
    model: &str,
    people: &[Placed],
    report: &Report<'_>,
) -> Result<(), Failure> {
    let html = report.html()?;
    let mut outputs = Outputs::open(&args.out)?;
    outputs.add("model.json", |out| writeln!(out, "{model}"))?;
    outputs.add("profiles.csv", |out| write_profiles(out, cohort, people, Language::from(args.lang)))?;
    outputs.add("trajectories.svg", |out| out.write_all(report.svg().as_bytes()))?;
    outputs.add("report.html", |out| out.write_all(html.as_bytes()))?;
    outputs.publish()
}

/// Shows the table and says what was written.
pub(crate) fn shown(args: &ProfileArgs, report: &Report<'_>) -> Result<(), Failure> {
    let written = match Language::from(args.lang) {
        Language::Dutch => "Geschreven: model.json, profiles.csv, trajectories.svg en report.html in",
        Language::English => "Written: model.json, profiles.csv, trajectories.svg and report.html in",
    };
    let text = screen::layout(&report.table(), &report.findings());
    screen::print(&format!("{text}\n\n{written} {}", args.out.display()))
}

/// Everyone's answer and posterior probabilities.
pub(crate) fn place(
    cohort: &Cohort,
    posteriors: &Array2<f64>,
    naming: &Naming,
    settled: &Settled,
) -> Result<Vec<Placed>, Failure> {
    posteriors
        .rows()
        .into_iter()
        .enumerate()
        .map(|(i, row)| {
            let counts = cohort.counts(i);
            let seen: Vec<u64> = counts.iter().flatten().map(|&y| u64::from(y)).collect();
            let row = row.to_vec();
            let answer = naming.of_record(&row, seen.len(), seen.iter().sum())?;
            Ok((settled.answer(cohort, i, answer), row))
        })
        .collect()
}

/// One row a person, in the order of the input. Posteriors are written so that they read back to the same bits.
fn write_profiles(out: &mut impl Write, cohort: &Cohort, people: &[Placed], language: Language) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let groups = people.first().map_or(0, |(_, posterior)| posterior.len());
    let mut header: Vec<String> = ["id", "profile", "reason", "group"].map(str::to_owned).to_vec();
    header.extend((1..=groups).map(|k| format!("posterior_{k}")));
    table.write_record(&header)?;
    for (i, (person, posterior)) in people.iter().enumerate() {
        // a cohort read from a table has an identifier for everyone
        let mut row = vec![cohort.id(i).unwrap_or_default().to_owned()];
        row.push(person.profile.map_or("", |profile| profile.key()).to_owned());
        row.push(person.undecided.as_ref().map_or(String::new(), |why| why.text(language)));
        row.push((person.group + 1).to_string());
        row.extend(posterior.iter().map(|p| format!("{p:?}")));
        table.write_record(&row)?;
    }
    table.flush()
}
