//! `pleegprofiel advise`: from a dossier to a draft, from a draft and a judgement to an advice, and the record of both.

mod lines;
mod log;
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
        Assembler, DOSSIER_SCHEMA, Dossier, Draft, Headings, INTERVENTIONS_TEMPLATE, Interventions,
        record::assessment_entry,
    },
    profile::classify::ClassifyOptions,
    reference_model,
    risk::instrument::Library,
};
use record::Record;
use std::io::Write;
use std::path::Path;

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
        Some(AdviseCommand::Verify { log, head, json }) => log::verify(log, head.as_deref(), *json),
        Some(AdviseCommand::Monitor { logs, lang, json, show_small_cells }) => {
            log::monitor(logs, Language::from(*lang), *json, *show_small_cells)
        }
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
        "draft {}\n{} statements in {}; the record has {} and ends in {}",
        draft.hash(),
        draft.statements().count(),
        args.out.display(),
        record.length(),
        record.head()
    ))
}
