//! `pleegprofiel recidivism`: the recidivism figures of a cohort of dated careers.

use crate::args_people::{Criterion, RecidivismArgs};
use crate::args_table::tell_ignored_in_vain;
use crate::failure::Failure;
use crate::{monitor, outputs, screen};
use pleegprofiel::{
    career::{Category, Moment, OffencesInCustody, Severity},
    cohort::{
        recidivism::{Recidivism, RecidivismBuilder, RecidivismCriterion, RecidivismOptions, Reoffence},
        table::{NamedCareer, TableOptions, read_career_table, read_criteria, read_groups, read_starts},
    },
    report::RecidivismReport,
};
use serde::Serialize;
use std::collections::HashMap;
use std::io::Write;

/// One figure, as a row of CSV or a line of JSON.
#[derive(Serialize)]
struct Row<'a> {
    /// Empty for everyone.
    group: Option<&'a str>,
    persons: Option<u64>,
    years: u32,
    /// Reoffended by then, whoever died first being in the denominator (Aalen-Johansen).
    share: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    se: Option<f64>,
    /// Had a competing event first.
    competing: Option<f64>,
    competing_low: Option<f64>,
    competing_high: Option<f64>,
    competing_se: Option<f64>,
    /// With competing events as censoring.
    kaplan_meier: Option<f64>,
    kaplan_meier_low: Option<f64>,
    kaplan_meier_high: Option<f64>,
    kaplan_meier_se: Option<f64>,
    /// New cases a person by then.
    new_cases: Option<f64>,
    new_cases_low: Option<f64>,
    new_cases_high: Option<f64>,
    new_cases_se: Option<f64>,
    /// New cases by then among those who reoffended.
    per_reoffender: Option<f64>,
    per_reoffender_low: Option<f64>,
    per_reoffender_high: Option<f64>,
    per_reoffender_se: Option<f64>,
    cases: Option<u64>,
    again: Option<u64>,
    most: Option<u64>,
    at_risk: Option<u64>,
    events: Option<u64>,
    competing_events: Option<u64>,
    /// Whether anyone (at least ten, when small cells are hidden) was followed so long.
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
    if let Some(directory) = &args.report {
        outputs::check_directory(directory)?;
    }
    let csv = args.dated.options()?;
    let options = options(args, &csv)?;
    let custody = args.custody.as_ref().map(crate::inputs::table).transpose()?;
    let people = crate::inputs::table(&args.people)?;
    let read = read_career_table(people, crate::inputs::table(&args.offences)?, custody, &csv)?;
    let careers = read.careers;
    let groups: HashMap<String, String> = match (&args.groups, &args.by) {
        (Some(file), Some(by)) => read_groups(crate::inputs::table(file)?, by, &csv)?.into_iter().collect(),
        _ => HashMap::new(),
    };
    let starts = args.start.as_ref().map(|file| read_starts(crate::inputs::table(file)?, &csv)).transpose()?;
    tell_ignored_in_vain(&csv);
    let mut builder = RecidivismBuilder::new(options)?;
    builder = builder.told_of(&args.start.as_ref().unwrap_or(&args.people).display().to_string());
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
    let (mut followed, mut late) = (0, 0);
    for named in &careers {
        let group = groups.get(&named.id).map(String::as_str);
        match &starts {
            None => {
                builder.at_row(named.row);
                builder.push(group, &named.career);
            }
            Some(starts) => {
                if let Some(from) = starts.get(&named.id) {
                    followed += 1;
                    late += usize::from(from.entry.is_some());
                    let start = Moment::Date(from.start);
                    builder.at_row(from.row);
                    match from.entry {
                        None => builder.push_from(group, &named.career, start),
                        Some(entry) => builder.push_entered(group, &named.career, start, Moment::Date(entry)),
                    }
                }
            }
        }
    }
    if let Some(lost) = starts.as_ref().map(|starts| starts.len() - followed).filter(|lost| *lost > 0) {
        return Err(Failure::Usage(format!(
            "{lost} persons of {} are not in {}",
            args.start.as_ref().map_or_else(String::new, |file| file.display().to_string()),
            args.people.display()
        )));
    }
    let found = builder.finish()?;
    let rows = rows(&found);
    let mut report = RecidivismReport::new(&found, args.lang.into());
    if starts.is_some() {
        report = report.with_finding(
            "Ieder wordt gevolgd vanaf een eigen dag; wat tot dan is gepleegd, is geen recidive.",
            "Each is followed from a day of their own; what was committed by then is no reoffence.",
        );
    }
    if late > 0 {
        report = report.with_finding(
            "Wie later in beeld kwam telt vanaf dan mee: wie voor die dag recidiveerde, stierf of vertrok, kon niet in deze gegevens komen.",
            "Who came under observation later is at risk from then on: whoever reoffended, died or left before that day could not come into these data.",
        );
    }
    if let Some(path) = &args.out {
        outputs::write_file(path, &table(&rows)?)?;
    }
    if let Some(directory) = &args.report {
        let mut files = outputs::Outputs::open(directory)?;
        let (csv, html) = (table(&rows)?, report.html()?);
        files.add("recidivism.csv", |out| out.write_all(&csv))?;
        files.add("report.html", |out| out.write_all(html.as_bytes()))?;
        for (name, section) in ["reoffended.svg", "new-cases.svg"].iter().zip(report.sections()) {
            if let Some(svg) = &section.picture {
                files.add(name, |out| out.write_all(svg.as_bytes()))?;
            }
        }
        files.publish()?;
    }
    if args.json {
        let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
        // lines on the standard output are figures
        read.warnings.iter().for_each(|warning| screen::note(warning));
        return screen::print(&lines.map_err(|e| Failure::Output(e.to_string()))?.join("\n"));
    }
    let warnings = read.warnings.iter().map(|warning| format!("  ! {warning}"));
    let notes: Vec<String> = report.findings().iter().map(|finding| format!("  {finding}")).chain(warnings).collect();
    screen::print(&(monitor::sections_text(report.sections()) + &notes.join("\n")))
}

fn options(args: &RecidivismArgs, csv: &TableOptions) -> Result<RecidivismOptions, Failure> {
    let criteria = args.criteria.as_ref().map(|file| read_criteria(crate::inputs::table(file)?, csv)).transpose()?;
    let mapped = |criterion: RecidivismCriterion| match &criteria {
        Some(criteria) => Ok(criteria.reoffence(criterion)?),
        None => Err(Failure::Usage(format!(
            "--criterion {} needs --criteria, a table of which categories count by it",
            criterion.key()
        ))),
    };
    let reoffence = match (args.criterion, args.severity) {
        (Criterion::VerySerious, None) => mapped(RecidivismCriterion::VerySerious)?,
        (Criterion::Custodial, None) => mapped(RecidivismCriterion::Custodial)?,
        (Criterion::Serious, None) if criteria.is_some() => mapped(RecidivismCriterion::Serious)?,
        (Criterion::Serious, Some(severity)) => Reoffence::Serious(Severity::new(severity)?),
        (Criterion::Serious, None) => {
            return Err(Failure::Usage(
                "--criterion serious needs --severity, the least that is serious, or --criteria".into(),
            ));
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
        .competing(args.competing.iter().filter_map(|c| c.end()))
        .show_small_cells(args.show_small_cells))
}

fn rows(found: &Recidivism) -> Vec<Row<'_>> {
    let row = |group, at| {
        let (group, at): (
            &pleegprofiel::cohort::recidivism::GroupRecidivism,
            &pleegprofiel::cohort::recidivism::ShareByYear,
        ) = (group, at);
        let share = at.figures.map(|f| f.reoffended);
        let (competing, km) = (at.figures.and_then(|f| f.competing), at.figures.and_then(|f| f.kaplan_meier));
        let cases = at.figures.and_then(|f| f.new_cases);
        let (mean, ratio) = (cases.map(|c| c.per_person), cases.and_then(|c| c.per_reoffender));
        Row {
            group: group.group.as_deref(),
            persons: group.persons,
            years: at.years,
            share: share.map(|f| f.share),
            low: share.and_then(|f| f.low),
            high: share.and_then(|f| f.high),
            se: share.and_then(|f| f.se),
            competing: competing.map(|f| f.share),
            competing_low: competing.and_then(|f| f.low),
            competing_high: competing.and_then(|f| f.high),
            competing_se: competing.and_then(|f| f.se),
            kaplan_meier: km.map(|f| f.share),
            kaplan_meier_low: km.and_then(|f| f.low),
            kaplan_meier_high: km.and_then(|f| f.high),
            kaplan_meier_se: km.and_then(|f| f.se),
            new_cases: mean.map(|f| f.mean),
            new_cases_low: mean.and_then(|f| f.low),
            new_cases_high: mean.and_then(|f| f.high),
            new_cases_se: mean.and_then(|f| f.se),
            per_reoffender: ratio.map(|f| f.mean),
            per_reoffender_low: ratio.and_then(|f| f.low),
            per_reoffender_high: ratio.and_then(|f| f.high),
            per_reoffender_se: ratio.and_then(|f| f.se),
            cases: cases.and_then(|c| c.cases),
            again: cases.and_then(|c| c.again),
            most: cases.and_then(|c| c.most),
            at_risk: at.figures.and_then(|f| f.at_risk),
            events: at.figures.and_then(|f| f.events),
            competing_events: at.figures.and_then(|f| f.competing_events),
            followed: at.followed,
            hidden: at.figures.is_none(),
            frequency: group.frequency.and_then(|f| f.rate),
            frequency_low: group.frequency.and_then(|f| f.low),
            frequency_high: group.frequency.and_then(|f| f.high),
        }
    };
    found.groups.iter().flat_map(|group| group.shares.iter().map(move |at| row(group, at))).collect()
}

fn table(rows: &[Row<'_>]) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::Output(format!("the table cannot be written: {why}"));
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows {
        table.serialize(row).map_err(|e| failed(e.to_string()))?;
    }
    table.into_inner().map_err(|e| failed(e.to_string()))
}
