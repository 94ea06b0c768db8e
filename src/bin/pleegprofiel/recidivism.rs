//! `pleegprofiel recidivism`: the recidivism figures of a cohort of dated careers.

use crate::args_people::{Criterion, RecidivismArgs};
use crate::failure::Failure;
use crate::{outputs, screen};
use pleegprofiel::{
    Category, CsvOptions, CsvSource, Moment, NamedCareer, OffencesInCustody, Recidivism, RecidivismBuilder,
    RecidivismCriterion, RecidivismOptions, Reoffence, Severity, WindowEnd, read_career_table, read_criteria,
    read_groups, read_starts,
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
    let csv = args.dated.options()?;
    let options = options(args, &csv)?;
    let custody = args.custody.as_ref().map(CsvSource::open).transpose()?;
    let people = CsvSource::open(&args.people)?;
    let read = read_career_table(people, CsvSource::open(&args.offences)?, custody, &csv)?;
    let careers = read.careers;
    let groups: HashMap<String, String> = match (&args.groups, &args.by) {
        (Some(file), Some(by)) => read_groups(CsvSource::open(file)?, by, &csv)?.into_iter().collect(),
        _ => HashMap::new(),
    };
    let starts = args.start.as_ref().map(|file| read_starts(CsvSource::open(file)?, &csv)).transpose()?;
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
    let mut followed = 0;
    for named in &careers {
        let group = groups.get(&named.id).map(String::as_str);
        match &starts {
            None => builder.push(group, &named.career),
            Some(starts) => {
                if let Some(start) = starts.get(&named.id) {
                    followed += 1;
                    builder.push_from(group, &named.career, Moment::Date(*start));
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
    if let Some(path) = &args.out {
        outputs::write_file(path, &table(&rows)?)?;
    }
    if args.json {
        let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
        // lines on the standard output are figures
        read.warnings.iter().for_each(|warning| screen::complain(&format!("note: {warning}")));
        return screen::print(&lines.map_err(|e| Failure::Output(e.to_string()))?.join("\n"));
    }
    let mut notes: Vec<String> = read.warnings.iter().map(|warning| format!("\n  ! {warning}")).collect();
    if starts.is_some() {
        notes.push(
            "\n  Each is followed from a day of their own; what was committed by then is no reoffence.".to_owned(),
        );
    }
    screen::print(&(text(&found, &rows) + &notes.concat()))
}

fn options(args: &RecidivismArgs, csv: &CsvOptions) -> Result<RecidivismOptions, Failure> {
    let criteria = args.criteria.as_ref().map(|file| read_criteria(CsvSource::open(file)?, csv)).transpose()?;
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
        let (group, at): (&pleegprofiel::GroupRecidivism, &pleegprofiel::ShareByYear) = (group, at);
        let share = at.figures.map(|f| f.reoffended);
        let (competing, km) = (at.figures.and_then(|f| f.competing), at.figures.and_then(|f| f.kaplan_meier));
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

fn text(found: &Recidivism, rows: &[Row<'_>]) -> String {
    let percent = |v: Option<f64>| v.map_or("-".to_owned(), |v| format!("{:.1}", 100.0 * v));
    let whole = |v: Option<u64>| v.map_or("-".into(), |n| n.to_string());
    let header =
        ["group", "people", "years", "reoffended %", "95 %", "gone first %", "if none went %", "followed", "a year"];
    let cells = rows.iter().map(|row| {
        vec![
            row.group.unwrap_or("everyone").to_owned(),
            whole(row.persons),
            row.years.to_string(),
            percent(row.share),
            row.low.zip(row.high).map_or("-".into(), |(a, b)| format!("{:.1} to {:.1}", 100.0 * a, 100.0 * b)),
            percent(row.competing),
            percent(row.kaplan_meier),
            whole(row.at_risk),
            row.frequency.map_or("-".into(), |f| format!("{f:.2}")),
        ]
    });
    let mut text = screen::plain_table(&header, &cells.collect::<Vec<_>>());
    let mut say = |line: &str| text += &format!("\n  {line}");
    say(INDEX_CASE);
    let gone: Vec<&str> = found.options.competing_ends().iter().map(|end| words(*end)).collect();
    if gone.is_empty() {
        say(
            "Every end of observation counts as censoring, death too: the share is what it would be if nobody died and",
        );
        say("those who did had been like the others. It is too high for those who live in this world.");
    } else {
        say(&format!(
            "Gone first: {} before any new offence. They stay in the denominator and cannot",
            gone.join(" or ")
        ));
        say("reoffend any more (Aalen-Johansen). If none went: the same people counted as no longer seen (one minus");
        say("Kaplan-Meier), the share in a world where nobody goes; it is never the lower of the two.");
    }
    if !found.options.shows_small_cells() {
        say("No number of fewer than 10 people can be worked out from these figures: years and groups are shown only");
        say("where 10 or more reoffended up to and between any two, in each group shown and in all others together;");
        say(
            "shares and intervals are rounded (by less the more people there are), counts are withheld. Figures of the",
        );
        say("same people by other years or groups can be subtracted from these: publish one set.");
    }
    match found.without_index {
        None => say("Fewer than 10 careers, or none, have no index offence and are left out."),
        Some(0) => {}
        Some(n) => say(&format!("{n} careers have no index offence and are left out.")),
    }
    say("Time in custody is taken out; a year: new offences a year at liberty.");
    say("These figures describe a group; they forecast nobody's future.");
    text
}

/// Which offences are none of a return to crime.
const INDEX_CASE: &str = "A further count of the index case is no reoffence: an offence of the same case or, where a case \
    is not given,\n  of the same day. What was committed before the index offence is none either.";

fn words(end: WindowEnd) -> &'static str {
    match end {
        WindowEnd::Died => "died",
        WindowEnd::Emigrated => "left the country",
        WindowEnd::Withdrawn => "withdrew",
        other => other.key(),
    }
}
