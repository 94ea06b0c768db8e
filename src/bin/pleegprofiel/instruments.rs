//! `pleegprofiel instruments`: the bundled instruments, their cards, and files of golden vectors.

use crate::args_people::{InstrumentsArgs, InstrumentsCommand};
use crate::failure::Failure;
use crate::score::{find, read};
use crate::screen;
use pleegprofiel::risk::instrument::{GoldenReport, INSTRUMENT_SCHEMA, Instrument, bundled_files};
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    version: &'a str,
    title: &'a str,
    outcome: &'a str,
    licence: &'a str,
    golden_vectors: usize,
    content_hash: &'a str,
}

pub(crate) fn run(args: &InstrumentsArgs) -> Result<(), Failure> {
    match &args.command {
        None => list(args.json),
        Some(InstrumentsCommand::Show { name }) => {
            let instrument = find(name)?;
            if args.json { screen::print(&json(instrument.card())?) } else { screen::print(&card(&instrument)) }
        }
        Some(InstrumentsCommand::Verify { file }) => verify(file, args.json),
        Some(InstrumentsCommand::Schema) => screen::print(INSTRUMENT_SCHEMA.trim_end()),
    }
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Output(format!("it cannot be written as JSON: {error}")))
}

/// Each is loaded, and so runs its golden vectors, before it is listed.
fn list(as_json: bool) -> Result<(), Failure> {
    let mut lines = Vec::new();
    for (id, _) in bundled_files() {
        let instrument = Instrument::bundled(id)?;
        let card = instrument.card();
        let listed = Listed {
            id,
            version: &card.version,
            title: &card.title,
            outcome: &card.outcome,
            licence: &card.licence,
            golden_vectors: instrument.golden_vectors(),
            content_hash: instrument.content_hash(),
        };
        lines.push(if as_json {
            json(&listed)?
        } else {
            format!(
                "{id}\n    {}: {}; {}\n    {}; {} golden vectors come out; sha256 {}",
                listed.title,
                listed.outcome,
                listed.version,
                listed.licence,
                listed.golden_vectors,
                &listed.content_hash[..16]
            )
        });
    }
    screen::print(&lines.join("\n"))
}

/// A file of golden vectors, or an instrument file with its own.
fn verify(file: &Path, as_json: bool) -> Result<(), Failure> {
    let report = GoldenReport::of_file(&read(file)?)?;
    if as_json {
        screen::print(&json(&report)?)?;
    } else {
        let GoldenReport { instrument, vectors, values, failures, .. } = &report;
        screen::print(&format!(
            "{instrument}: {vectors} vectors, {values} values compared, {} not reproduced",
            failures.len()
        ))?;
    }
    if report.failures.is_empty() { Ok(()) } else { Err(Failure::Untrusted(report.failures.join("\n  "))) }
}

fn card(instrument: &Instrument) -> String {
    let card = instrument.card();
    let p = &card.population;
    let mut lines = vec![format!("{} ({})", card.title, card.id), String::new()];
    let mut line = |name: &str, text: String| lines.push(format!("{name:<18}{text}"));
    line("version", card.version.clone());
    line("sha256", instrument.content_hash().to_owned());
    line("outcome", card.outcome.clone());
    let horizons =
        card.horizons.iter().map(|h| h.words.clone().unwrap_or(format!("{} months", h.months.unwrap_or_default())));
    line("horizon", horizons.collect::<Vec<_>>().join(", "));
    let ages = p.age_to.map_or(format!("{} years or older", p.age_from), |to| format!("{} to {to} years", p.age_from));
    line("population", format!("{}; {}; {ages}", p.jurisdiction, p.legal_status.join(", ")));
    line("", p.words.clone());
    line("uses", if card.uses.is_empty() { "no protected characteristic".into() } else { card.uses.join(", ") });
    line("derived from", format!("{}; period: {}", card.sample, card.period));
    line("validation", card.validation.clone());
    card.not_for.iter().for_each(|text| line("not for", text.clone()));
    card.documents.iter().for_each(|d| line("source", format!("{} ({})", d.title, d.version)));
    line("licence", card.licence.clone());
    line("notice", card.notice.clone());
    line("golden vectors", format!("{} come out", instrument.golden_vectors()));
    line("items", instrument.item_names().collect::<Vec<_>>().join(", "));
    lines.join("\n")
}
