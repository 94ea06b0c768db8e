//! `pleegprofiel advise`: from a dossier to a draft, from a draft and a judgement to an advice, and the record of both.

mod lines;
mod record;
mod steps;

use crate::args_advise::{AdviseArgs, AdviseCommand, DraftArgs};
use crate::failure::Failure;
use crate::outputs::{Outputs, check_directory};
use crate::score::read;
use crate::screen;
use pleegprofiel::{
    Language,
    advice::{
        Assembler, DOSSIER_SCHEMA, Dossier, Draft, Headings, INTERVENTIONS_TEMPLATE, Interventions, Overrides,
        record::{LogCheck, assessment_entry},
    },
    profile::classify::ClassifyOptions,
    reference_model,
    risk::instrument::Library,
};
use record::Record;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &AdviseArgs) -> Result<(), Failure> {
    match &args.command {
        None if args.draft.lines => lines::run(&args.draft),
        None => draft(&args.draft),
        Some(AdviseCommand::Complete { draft, judgement, to, headings }) => {
            steps::complete(draft, judgement, to, headings.as_deref())
        }
        Some(AdviseCommand::Judge { draft, judgement, to, headings }) => {
            steps::judge(draft, judgement, to, headings.as_deref())
        }
        Some(AdviseCommand::Show { judged, reaction, to }) => steps::show(judged, reaction, to),
        Some(AdviseCommand::Finalise { shown, signature, to, headings }) => {
            steps::finalise(shown, signature, to, headings.as_deref())
        }
        Some(AdviseCommand::Verify { log, head, json }) => verify(log, head.as_deref(), *json),
        Some(AdviseCommand::Monitor { logs, json, show_small_cells }) => monitor(logs, *json, *show_small_cells),
        Some(AdviseCommand::Form { draft }) => {
            screen::print(&Draft::from_json(read(draft)?.trim_end())?.judgement_form())
        }
        Some(AdviseCommand::Schema) => screen::print(DOSSIER_SCHEMA.trim_end()),
        Some(AdviseCommand::Template) => screen::print(INTERVENTIONS_TEMPLATE.trim_end()),
    }
}

/// What drafts are made with.
fn assembler(args: &DraftArgs) -> Result<(Assembler, Library), Failure> {
    let options = ClassifyOptions { people: args.people, ..ClassifyOptions::default() };
    let mut assembler = Assembler::with(&reference_model(), options)?;
    if let Some(path) = &args.interventions {
        assembler = assembler.interventions(Interventions::from_json(&read(path)?)?);
    }
    let texts: Vec<String> = args.instruments.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let library = Library::load_all(&texts.iter().map(String::as_str).collect::<Vec<_>>())?;
    Ok((assembler, library))
}

fn headings(path: Option<&Path>) -> Result<Headings, Failure> {
    match path {
        Some(path) => Ok(Headings::from_json(&read(path)?)?),
        None => Ok(Headings::default()),
    }
}

fn draft(args: &DraftArgs) -> Result<(), Failure> {
    let Some(path) = &args.dossier else { return Err(Failure::Usage("no dossier is given".to_owned())) };
    check_directory(&args.out)?;
    let headings = headings(args.headings.as_deref())?;
    let text = read(path)?;
    let (assembler, library) = assembler(args)?;
    let dossier = Dossier::with_instruments(&text, &library)?;
    let draft = assembler.draft(&dossier, Language::from(args.lang))?;
    let html = draft.html(&headings)?;
    let mut outputs = Outputs::open(&args.out)?;
    outputs.add("draft.json", |out| writeln!(out, "{}", draft.to_json()))?;
    outputs.add("draft.html", |out| out.write_all(html.as_bytes()))?;
    let log = args.record.clone().unwrap_or_else(|| args.out.join("record.jsonl"));
    let mut record = Record::open(&log)?;
    record.add(assessment_entry(&dossier, &draft))?;
    outputs.publish()?;
    screen::print(&format!(
        "draft {}\n{} statements in {}; the record has {} lines and ends in {}",
        draft.hash(),
        draft.statements().count(),
        args.out.display(),
        record.lines(),
        record.head()
    ))
}

fn open(log: &Path) -> Result<BufReader<File>, Failure> {
    let opened = File::open(log).map(|file| BufReader::with_capacity(1 << 20, file));
    opened.map_err(|error| Failure::Output(format!("{} cannot be read: {error}", log.display())))
}

fn verify(log: &Path, head: Option<&str>, as_json: bool) -> Result<(), Failure> {
    let check = head.map_or_else(LogCheck::new, |head| LogCheck::new().expect_head(head));
    let found = check.read(open(log)?, |_| {})?;
    let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
    if as_json {
        let object = json!({
            "lines": found.lines, "whole": found.is_whole(), "faults": faults, "fault_count": found.fault_count,
            "cut_off_bytes": found.cut_off, "head": found.head(),
        });
        screen::print(&object.to_string())?;
    } else if found.is_whole() {
        let cut = match found.cut_off {
            0 => String::new(),
            bytes => {
                format!("; behind them {bytes} bytes of a line that is not whole, as a run that was cut off leaves")
            }
        };
        screen::print(&format!("{} lines are as they were written{cut}\nlast hash {}", found.lines, found.head()))?;
    }
    if found.is_whole() {
        return Ok(());
    }
    let more = found.fault_count - faults.len() as u64;
    let more = if more > 0 { format!("\n  ... and {more} more") } else { String::new() };
    Err(Failure::Untrusted(format!("{} does not verify:\n  {}{more}", log.display(), faults.join("\n  "))))
}

fn monitor(logs: &[PathBuf], as_json: bool, all: bool) -> Result<(), Failure> {
    let mut overrides = Overrides::new();
    for log in logs {
        overrides.add(open(log)?)?;
    }
    let rows = overrides.rows(all);
    if as_json {
        let line = |row| serde_json::to_string(row).unwrap_or_else(|_| Value::Null.to_string());
        let lines: Vec<String> = rows.iter().map(line).collect();
        return if lines.is_empty() { Ok(()) } else { screen::print(&lines.join("\n")) };
    }
    let hidden = || "hidden (fewer than 10)".to_owned();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let number = |n: Option<u64>| n.map_or_else(hidden, |n| n.to_string());
            let share = |share: &Option<_>, none: fn() -> String| {
                share.as_ref().map_or_else(none, pleegprofiel::advice::Share::text)
            };
            vec![
                row.instrument.clone(),
                row.group_name(),
                number(row.judged),
                number(row.not_used),
                share(&row.overridden, || "-".to_owned()),
                share(&row.upward, || "-".to_owned()),
            ]
        })
        .collect();
    let header = ["instrument", "group", "judged", "not used", "overridden (95 %)", "of these upward (95 %)"];
    screen::print(&screen::plain_table(&header, &cells))?;
    screen::print(&format!("{} decisions; intervals after Wilson", overrides.decisions()))
}
