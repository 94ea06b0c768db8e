//! `pleegprofiel recidivism`: the recidivism figures of a cohort of dated careers.

use crate::args_people::{Criterion, RecidivismArgs};
use crate::failure::Failure;
use crate::{outputs, screen};
use pleegprofiel::{
    Category, CsvSource, NamedCareer, OffencesInCustody, Recidivism, RecidivismBuilder, RecidivismOptions, Reoffence,
    Severity, read_career_table, read_groups,
};
use serde::Serialize;
use std::collections::HashMap;

/// One figure, as a row of CSV or a line of JSON.
#[derive(Serialize)]
struct Row<'a> {
    /// Empty for everyone.
    group: Option<&'a str>,
    persons: Option<u64>,
    years: u32,
    share: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    se: Option<f64>,
    at_risk: Option<u64>,
    events: Option<u64>,
    /// Whether anyone was followed so long.
    followed: bool,
    /// Whether the figures are of too few people to be shown.
    hidden: bool,
    /// New offences per year at liberty, over all of the follow-up.
    frequency: Option<f64>,
    frequency_low: Option<f64>,
    frequency_high: Option<f64>,
}

pub(crate) fn run(args: &RecidivismArgs) -> Result<(), Failure> {
    if let Some(path) = &args.out {
        outputs::check_file(path)?;
    }
    let options = options(args)?;
    let csv = args.dated.options()?;
    let custody = args.custody.as_ref().map(CsvSource::open).transpose()?;
    let people = CsvSource::open(&args.people)?;
    let read = read_career_table(people, CsvSource::open(&args.offences)?, custody, &csv)?;
    let careers = read.careers;
    let groups: HashMap<String, String> = match (&args.groups, &args.by) {
        (Some(file), Some(by)) => read_groups(CsvSource::open(file)?, by, &csv)?.into_iter().collect(),
        _ => HashMap::new(),
    };
    let mut builder = RecidivismBuilder::new(options)?;
    let alone = |named: &&NamedCareer| !groups.contains_key(&named.id);
    if let Some(file) = args.groups.as_ref().filter(|_| careers.iter().any(|named| alone(&named))) {
        let (first, all) = (careers.iter().position(|named| alone(&named)), careers.iter().filter(alone).count());
        return Err(Failure::Usage(format!(
            "{} has no row for person {} of {}, in the order of the rows there ({all} of {} persons have none)",
            file.display(),
            first.map_or(0, |first| first + 1),
            args.people.display(),
            careers.len()
        )));
    }
    for named in &careers {
        builder.push(groups.get(&named.id).map(String::as_str), &named.career);
    }
    let found = builder.finish()?;
    let rows = rows(&found);
    if let Some(path) = &args.out {
        outputs::write_file(path, &table(&rows)?)?;
    }
    if args.json {
        let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
        // lines on the standard output are figures
        read.warnings.iter().for_each(|warning| screen::complain(&format!("note: {warning}")));
        return screen::print(&lines.map_err(|e| Failure::Output(e.to_string()))?.join("\n"));
    }
    let notes: Vec<String> = read.warnings.iter().map(|warning| format!("\n  ! {warning}")).collect();
    screen::print(&(text(&found, &rows) + &notes.concat()))
}

fn options(args: &RecidivismArgs) -> Result<RecidivismOptions, Failure> {
    let reoffence = match (args.criterion, args.severity) {
        (Criterion::Serious, Some(severity)) => Reoffence::Serious(Severity::new(severity)?),
        (Criterion::Serious, None) => {
            return Err(Failure::Usage("--criterion serious needs --severity, the least that is serious".into()));
        }
        (_, Some(_)) => return Err(Failure::Usage("--severity goes with --criterion serious".into())),
        (Criterion::Any, None) => Reoffence::Any,
        (Criterion::SameKind, None) => Reoffence::SameKind,
        (Criterion::Trafficking, None) => Reoffence::Categories(vec![Category::HUMAN_TRAFFICKING]),
    };
    let rule = if args.leave_out_custody { OffencesInCustody::LeaveOut } else { OffencesInCustody::Count };
    Ok(RecidivismOptions::default()
        .index(Category::new(&args.index)?)
        .reoffence(reoffence)
        .years(args.years.iter().copied())
        .in_custody(rule)
        .show_small_cells(args.show_small_cells))
}

fn rows(found: &Recidivism) -> Vec<Row<'_>> {
    let of_group = |group| {
        let group: &pleegprofiel::GroupRecidivism = group;
        group.shares.iter().map(|at| Row {
            group: group.group.as_deref(),
            persons: group.persons,
            years: at.years,
            share: at.figures.map(|f| f.share),
            low: at.figures.and_then(|f| f.low),
            high: at.figures.and_then(|f| f.high),
            se: at.figures.and_then(|f| f.se),
            at_risk: at.figures.map(|f| f.at_risk),
            events: at.figures.map(|f| f.events),
            followed: at.followed,
            hidden: at.figures.is_none(),
            frequency: group.frequency.and_then(|f| f.rate),
            frequency_low: group.frequency.and_then(|f| f.low),
            frequency_high: group.frequency.and_then(|f| f.high),
        })
    };
    found.groups.iter().flat_map(of_group).collect()
}

fn table(rows: &[Row<'_>]) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::Output(format!("the table cannot be written: {why}"));
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows {
        table.serialize(row).map_err(|e| failed(e.to_string()))?;
    }
    table.into_inner().map_err(|e| failed(e.to_string()))
}

fn text(found: &Recidivism, rows: &[Row<'_>]) -> String {
    let percent = |v: Option<f64>| v.map_or("-".to_owned(), |v| format!("{:.1}", 100.0 * v));
    let header = ["group", "people", "years", "reoffended %", "95 %", "followed so long", "a year at liberty"];
    let cells = rows.iter().map(|row| {
        vec![
            row.group.unwrap_or("everyone").to_owned(),
            row.persons.map_or("-".into(), |n| n.to_string()),
            row.years.to_string(),
            percent(row.share),
            row.low.zip(row.high).map_or("-".into(), |(a, b)| format!("{:.1} to {:.1}", 100.0 * a, 100.0 * b)),
            row.at_risk.map_or("-".into(), |n| n.to_string()),
            row.frequency.map_or("-".into(), |f| format!("{f:.2}")),
        ]
    });
    let mut text = screen::plain_table(&header, &cells.collect::<Vec<_>>());
    if rows.iter().any(|row| row.hidden) {
        text += "\n  Figures of fewer than 10 people are not shown, nor those they could be worked out from.";
    }
    if found.without_index > 0 {
        text += &format!("\n  {} careers have no index offence and are left out.", found.without_index);
    }
    text + "\n  Time in custody is taken out. These figures describe a group; they forecast nobody's future."
}
