//! `pleegprofiel monitor`: the indicators of the chain, as tables, files and a report.

use crate::args_chain::MonitorArgs;
use crate::failure::Failure;
use crate::outputs::{self, Outputs};
use crate::screen;
use pleegprofiel::{
    career::Category,
    monitor::{Figure, Monitor, MonitorOptions, read_monitor},
    report::{ChainReport, ReportSection},
};
use std::io::Write;

pub(crate) fn run(args: &MonitorArgs) -> Result<(), Failure> {
    if let Some(directory) = &args.out {
        outputs::check_directory(directory)?;
    }
    let table = args.dated.options()?;
    let mut options = MonitorOptions::default()
        .index(Category::new(&args.index)?)
        .young(args.young)
        .further(&args.by)
        .show_small_cells(args.show_small_cells);
    if let Some(population) = args.population() {
        options = options.describe(population);
    }
    let found = crate::args_table::quietly(|| {
        read_monitor(crate::inputs::table(&args.events)?, args.by_case, &options, &table)
    })?;
    crate::args_table::tell_ignored_in_vain(&table);
    let report = ChainReport::new(&found, args.lang.into());
    let figures = found.figures();
    if let Some(directory) = &args.out {
        let mut files = Outputs::open(directory)?;
        let csv = csv_of(&figures)?;
        files.add("indicators.csv", |out| out.write_all(&csv))?;
        let html = report.html()?;
        files.add("report.html", |out| out.write_all(html.as_bytes()))?;
        for (number, section) in report.sections().iter().enumerate() {
            if let Some(svg) = &section.picture {
                files.add(format!("picture-{:02}.svg", number + 1), |out| out.write_all(svg.as_bytes()))?;
            }
        }
        files.publish()?;
    }
    if args.json {
        let lines: Result<Vec<String>, _> = figures.iter().map(serde_json::to_string).collect();
        found.warnings.iter().for_each(|warning| screen::note(warning));
        return screen::print(&lines.map_err(|e| Failure::Output(e.to_string()))?.join("\n"));
    }
    screen::print(&text(&found, report.sections(), report.findings()))
}

fn csv_of(figures: &[Figure]) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::Output(format!("the table cannot be written: {why}"));
    let mut table = csv::Writer::from_writer(Vec::new());
    for figure in figures {
        table.serialize(figure).map_err(|e| failed(e.to_string()))?;
    }
    table.into_inner().map_err(|e| failed(e.to_string()))
}

fn text(found: &Monitor, sections: &[ReportSection], findings: &[String]) -> String {
    let warnings = found.warnings.iter().map(|warning| format!("  ! {warning}"));
    let notes: Vec<String> = findings.iter().map(|finding| format!("  {finding}")).chain(warnings).collect();
    sections_text(sections) + &notes.join("\n")
}

/// Sections as text, each with its notes.
pub(crate) fn sections_text(sections: &[ReportSection]) -> String {
    let one = |section: &ReportSection| {
        let notes: Vec<String> = section.table.notes.iter().map(|note| format!("\n  {note}")).collect();
        let table = screen::plain_table(&section.table.header, &section.table.rows);
        format!("{}\n{table}{}\n\n", section.heading, notes.concat())
    };
    sections.iter().map(one).collect()
}
