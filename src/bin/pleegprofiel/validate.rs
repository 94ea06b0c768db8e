//! `pleegprofiel validate`: predictions against what came of them, as tables, a report, or one flat list.

use crate::args_table::ValueArgs;
use crate::args_validate::ValidateArgs;
use crate::failure::Failure;
use crate::outputs::{self, Outputs};
use crate::predictions::read;
use crate::score::{find, read as text_of};
use crate::screen;
use pleegprofiel::{
    Profile,
    report::ValidationReport,
    risk::instrument::Mode,
    survival::FollowUp,
    validation::{
        ClassPredictions, ColumnKind, ColumnRequest, ColumnTable, Predictions, ProtectedAttribute, flat_binary,
        flat_times,
    },
};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

pub(crate) fn run(args: &ValidateArgs) -> Result<(), Failure> {
    if let Some(directory) = &args.out {
        outputs::check_directory(directory)?;
    }
    if let (Some(name), Some(outcomes)) = (&args.instrument, &args.outcomes) {
        return scored(args, name, outcomes, args.outcome.as_deref().unwrap_or("y"));
    }
    if let Some(truth) = &args.truth {
        return profiles(args, truth);
    }
    match (&args.outcome, &args.time) {
        (Some(outcome), _) => binary(args, outcome),
        (None, Some(time)) => times(args, time),
        (None, None) => Err(Failure::Usage(
            "give --outcome for outcomes known of everybody, or --time and --status for follow-up".into(),
        )),
    }
}

fn binary(args: &ValidateArgs, outcome: &str) -> Result<(), Failure> {
    let names: Vec<String> = args.probability.iter().chain(&args.compare).cloned().collect();
    if names.is_empty() {
        return Err(Failure::Usage("--outcome goes with --probability, a column of predicted probabilities".into()));
    }
    let mut numbers = vec![(outcome.to_owned(), ColumnKind::Outcome)];
    numbers.extend(args.weight.iter().map(|w| (w.clone(), ColumnKind::Weight)));
    numbers.extend(names.iter().map(|n| (n.clone(), ColumnKind::Probability)));
    let request = ColumnRequest {
        numbers,
        groups: args.group.clone(),
        drop_missing: args.outcomes_are.drop_missing,
        outcomes: args.outcomes_are.words()?,
        ..ColumnRequest::default()
    };
    let table = read(&args.predictions, &args.values.options(), &request)?;
    let mut columns = table.numbers.into_iter();
    let y: Vec<bool> = columns.next().unwrap_or_default().into_iter().map(|v| v == 1.0).collect();
    let events = y.iter().filter(|y| **y).count();
    if events == 0 || events == y.len() {
        return Err(Failure::Usage(format!(
            "column {outcome} of {} is {} for all {} people: with one outcome nothing can be validated",
            args.predictions.display(),
            u8::from(events > 0),
            y.len()
        )));
    }
    let weights = args.weight.as_ref().and_then(|_| columns.next());
    let mut scores = Vec::new();
    for (name, column) in names.into_iter().zip(columns) {
        let predictions = Predictions::new(column, y.clone())?;
        scores.push((
            name,
            match &weights {
                Some(weights) => predictions.weighted(weights.clone())?,
                None => predictions,
            },
        ));
    }
    finish(args, &scores, with_crossings(table.groups)?, table.missing, Vec::new())
}

fn finish(
    args: &ValidateArgs,
    scores: &[(String, Predictions)],
    groups: Vec<ProtectedAttribute>,
    missing: u64,
    notes: Vec<String>,
) -> Result<(), Failure> {
    // what is printed for programs is figures
    if args.flat || args.json {
        notes.iter().for_each(|note| screen::note(note));
    }
    let threshold = args.threshold.unwrap_or(0.5);
    if args.flat {
        return screen::print(&flat_binary(scores, &groups, threshold)?.to_json());
    }
    let (language, small) = (args.lang.into(), args.show_small_cells);
    let report = ValidationReport::binary(scores, &groups, threshold, missing, language, small)?.with_findings(notes);
    show(args, &report)
}

/// Reads outcomes of cases: one row a case.
pub(crate) fn one_a_case(
    outcomes: &Path,
    values: &ValueArgs,
    request: &ColumnRequest,
    cases: usize,
    of: &Path,
) -> Result<ColumnTable, Failure> {
    let table = read(outcomes, &values.options(), request)?;
    if table.rows == cases as u64 {
        return Ok(table);
    }
    Err(Failure::Usage(format!(
        "{} has {} rows for {cases} cases of {}: one a case, in their order, is needed",
        outcomes.display(),
        table.rows,
        of.display()
    )))
}

/// Scores cases and validates the probabilities; a case that the instrument refuses is counted and left out.
fn scored(args: &ValidateArgs, name: &str, outcomes: &Path, outcome: &str) -> Result<(), Failure> {
    let instrument = find(name)?;
    let cases = instrument.read_cases(&text_of(&args.predictions)?)?;
    let mut fields = args.probability.clone();
    let mut results = Vec::with_capacity(cases.len());
    for case in &cases {
        let line: serde_json::Value = serde_json::from_str(&instrument.assess(case, Mode::Strict)?.to_json())
            .map_err(|e| Failure::Output(e.to_string()))?;
        results.push(line);
    }
    if fields.is_empty() {
        let keys = results.iter().filter_map(|r| r.as_object()).flat_map(|o| o.keys());
        fields = keys.filter(|k| k.starts_with("probability_")).cloned().collect();
        fields.sort();
        fields.dedup();
    }
    if fields.is_empty() {
        return Err(Failure::Usage(format!("no case could be scored by {name}, or it gives no probability")));
    }
    let request = ColumnRequest {
        numbers: vec![(outcome.to_owned(), ColumnKind::Outcome)],
        groups: args.group.clone(),
        drop_missing: args.outcomes_are.drop_missing,
        outcomes: args.outcomes_are.words()?,
        ..ColumnRequest::default()
    };
    let table = one_a_case(outcomes, &args.values, &request, cases.len(), &args.predictions)?;
    let value = |r: &serde_json::Value, field: &String| r[field.as_str()].as_f64();
    let known: Vec<usize> = cases_known(&table, cases.len());
    let mut refused = Refused::default();
    // places among the outcomes that are known
    let mut kept = Vec::with_capacity(known.len());
    for (place, &case) in known.iter().enumerate() {
        match fields.iter().find(|field| value(&results[case], field).is_none()) {
            None => kept.push((place, case)),
            Some(field) => refused.add(&results[case], field),
        }
    }
    if kept.is_empty() || (!args.group.is_empty() && kept.len() < known.len()) {
        return Err(Failure::Usage(format!(
            "{} of {} cases could not be scored ({}); figures by group need all of them",
            known.len() - kept.len(),
            known.len(),
            refused.reasons().join("; ")
        )));
    }
    let y: Vec<bool> = kept.iter().map(|&(place, _)| table.numbers[0][place] == 1.0).collect();
    let mut scores = Vec::new();
    for field in &fields {
        let p = kept.iter().filter_map(|&(_, case)| value(&results[case], field)).collect();
        scores.push((field.clone(), Predictions::new(p, y.clone())?));
    }
    finish(args, &scores, with_crossings(table.groups)?, (cases.len() - kept.len()) as u64, refused.reasons())
}

/// The cases whose outcome is known, in order.
pub(crate) fn cases_known(table: &ColumnTable, cases: usize) -> Vec<usize> {
    let mut left_out = table.left_out.iter().copied().peekable();
    (0..cases).filter(|&case| left_out.next_if_eq(&(case as u64)).is_none()).collect()
}

/// Cases that an instrument gave no figure, counted by its reason.
#[derive(Default)]
pub(crate) struct Refused(BTreeMap<String, (usize, Option<String>)>);

impl Refused {
    /// Takes a case by what its result, as JSON, says.
    pub(crate) fn add(&mut self, result: &serde_json::Value, field: &str) {
        let words = |name: &str| -> Option<String> {
            let all: Vec<&str> = result[name].as_array()?.iter().filter_map(serde_json::Value::as_str).collect();
            (!all.is_empty()).then(|| all.join(", "))
        };
        let unknown = || result["unknown"].as_array().filter(|all| !all.is_empty());
        let reason = match words("error") {
            Some(codes) => codes,
            None if unknown().is_some() => format!("answers are unknown, so {field} is a range"),
            None => format!("no {field}"),
        };
        let said = words("refusal");
        let (cases, told) = self.0.entry(reason).or_insert_with(|| (0, said.clone()));
        *cases += 1;
        // words that hold values of a case are not those of all
        if *told != said {
            *told = None;
        }
    }

    /// Each reason with its number of cases.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let one = |(reason, (cases, words)): (&String, &(usize, Option<String>))| {
            let words = words.as_ref().map_or_else(String::new, |words| format!(" ({words})"));
            format!("{cases} case{} without a figure: {reason}{words}", if *cases == 1 { "" } else { "s" })
        };
        self.0.iter().map(one).collect()
    }
}

/// The attributes and the crossing of each two.
fn with_crossings(groups: Vec<ProtectedAttribute>) -> Result<Vec<ProtectedAttribute>, Failure> {
    let mut out = groups.clone();
    for (i, a) in groups.iter().enumerate() {
        for b in &groups[i + 1..] {
            out.push(a.crossed(b)?);
        }
    }
    Ok(out)
}

fn times(args: &ValidateArgs, time: &str) -> Result<(), Failure> {
    let mut risks = args.risk.clone();
    match (args.probability.as_slice(), args.horizons.as_slice()) {
        ([], _) => {}
        ([one], [horizon]) => risks.push((*horizon, one.clone())),
        _ => {
            return Err(Failure::Usage(
                "with --time, --probability is one column and --horizon its horizon; for several use --risk 12=COL,24=COL"
                    .into(),
            ));
        }
    }
    let mut numbers = vec![(time.to_owned(), ColumnKind::Time)];
    numbers.extend(args.score.iter().map(|s| (s.clone(), ColumnKind::Score)));
    numbers.extend(risks.iter().map(|(_, c)| (c.clone(), ColumnKind::Probability)));
    let request = ColumnRequest {
        numbers,
        status: args.status.clone(),
        drop_missing: args.outcomes_are.drop_missing,
        ..ColumnRequest::default()
    };
    let table = read(&args.predictions, &args.values.options(), &request)?;
    let mut columns = table.numbers.into_iter();
    let people = FollowUp::new(columns.next().unwrap_or_default(), table.status)?;
    let scores: Vec<(String, Vec<f64>)> = args.score.iter().cloned().zip(columns.by_ref()).collect();
    let risks: Vec<(f64, Vec<f64>)> = risks.into_iter().map(|(h, _)| h).zip(columns).collect();
    let mut horizons = args.horizons.clone();
    if horizons.is_empty() {
        horizons = risks.iter().map(|(h, _)| *h).collect();
    }
    if args.flat {
        return screen::print(&flat_times(&people, &scores, &risks, &horizons)?.to_json());
    }
    let (language, small) = (args.lang.into(), args.show_small_cells);
    let report = ValidationReport::follow_up(&people, &scores, &risks, &horizons, table.missing, language, small)?;
    show(args, &report)
}

/// What `classify` printed against what is true.
fn profiles(args: &ValidateArgs, truth: &Path) -> Result<(), Failure> {
    let keys: Vec<String> = Profile::ALL.iter().map(|p| p.key().to_owned()).chain(["none".to_owned()]).collect();
    let texts = |names: &[&str]| ColumnRequest {
        texts: names.iter().map(|n| (*n).to_owned()).collect(),
        ..ColumnRequest::default()
    };
    let stated = keys.iter().map(|key| (format!("posterior_{key}"), ColumnKind::Probability));
    let request = ColumnRequest {
        numbers: stated.chain([("age".to_owned(), ColumnKind::Score)]).collect(),
        // who was refused has no posterior
        drop_missing: true,
        ..texts(&["id", "prediction_set"])
    };
    let placed = read(&args.predictions, &args.values.options(), &request)?;
    let known = read(truth, &args.values.options(), &texts(&["id", "profile"]))?;
    let of: HashMap<&String, &String> = known.texts[0].iter().zip(&known.texts[1]).collect();
    let class = |name: &str| keys.iter().position(|key| key == name);
    let mut classes = Vec::with_capacity(placed.texts[0].len());
    let (mut without, mut other) = (0, 0);
    for id in &placed.texts[0] {
        match of.get(id).map(|name| class(name)) {
            Some(Some(found)) => classes.push(found),
            Some(None) => other += 1,
            None => without += 1,
        }
    }
    if without + other > 0 {
        return Err(Failure::Usage(format!(
            "{}: {without} of the people classified are not in it, and {other} have another profile than {}",
            truth.display(),
            keys.join(", ")
        )));
    }
    let sets: Option<Vec<Vec<usize>>> =
        placed.texts[1].iter().map(|set| set.split('|').filter(|k| !k.is_empty()).map(class).collect()).collect();
    let sets = sets.ok_or_else(|| {
        Failure::Usage(format!("{}, column prediction_set: holds another name", args.predictions.display()))
    })?;
    let mut columns = placed.numbers.into_iter();
    let probabilities: Vec<Vec<f64>> = columns.by_ref().take(keys.len()).collect();
    let ages = columns.next().unwrap_or_default();
    let people = ClassPredictions::new(keys, probabilities, classes)?;
    let (language, small) = (args.lang.into(), args.show_small_cells);
    let report = ValidationReport::profiles(&people, &sets, &ages, placed.missing, language, small)?;
    show(args, &report)
}

#[derive(Serialize)]
struct Section<'a> {
    heading: &'a str,
    header: &'a [String],
    rows: &'a [Vec<String>],
    notes: &'a [String],
}

fn show(args: &ValidateArgs, report: &ValidationReport) -> Result<(), Failure> {
    if let Some(directory) = &args.out {
        let html = report.html()?;
        let mut files = Outputs::open(directory)?;
        files.add("report.html", |out| out.write_all(html.as_bytes()))?;
        files.publish()?;
    }
    let sections = report.sections().iter().filter(|s| !s.table.rows.is_empty());
    if args.json {
        let all: Vec<Section<'_>> = sections
            .map(|s| Section {
                heading: &s.heading,
                header: &s.table.header,
                rows: &s.table.rows,
                notes: &s.table.notes,
            })
            .collect();
        let text = serde_json::to_string_pretty(&all).map_err(|e| Failure::Output(e.to_string()))?;
        return screen::print(&text);
    }
    let mut text = report.subtitle().to_owned();
    for finding in report.findings() {
        text += &format!("\n  ! {finding}");
    }
    for s in sections {
        let header: Vec<&str> = s.table.header.iter().map(String::as_str).collect();
        text += &format!("\n\n{}\n{}", s.heading, screen::grid(&header, &s.table.rows, &s.table.notes));
    }
    screen::print(&text)
}
