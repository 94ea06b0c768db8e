//! What a fit looks like: a table, a page and a picture, by the library's own report.
//!
//! Small groups are hidden there as everywhere, so that what is shown may be passed on.

use pleegprofiel::{Cohort, Fit, profile::{Naming, Settled}, report::{Report, ReportTable}, trajectory::forms::FormChoice};
use serde::{Deserialize, Serialize};

/// A cell of words wider than this is said below the table.
const WIDEST: usize = 40;

/// The report of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
    pub(crate) notes: Vec<String>,
    pub(crate) findings: Vec<String>,
    /// Empty where there is none: of families that are no rates of offending.
    pub(crate) svg: String,
}

impl Shown {
    /// From a report.
    pub(crate) fn of(report: &Report<'_>) -> Shown {
        let ReportTable { header, rows, notes } = report.table();
        Shown { header, rows, notes, findings: report.findings(), svg: report.svg() }
    }

    /// The table as text; why a group has no name stands below it.
    pub(crate) fn text(&self) -> String {
        let why = |row: &&Vec<String>| row.get(1).is_some_and(|cell| cell.chars().count() > WIDEST);
        let below: Vec<String> =
            self.rows.iter().filter(why).map(|row| format!("group {}: {}", row[0], row[1])).collect();
        let short = |row: &Vec<String>| {
            let mut row = row.clone();
            if let Some(cell) = row.get_mut(1).filter(|cell| cell.chars().count() > WIDEST) {
                *cell = cell.split(':').next().unwrap_or_default().chars().take(WIDEST).collect();
            }
            row
        };
        let rows: Vec<Vec<String>> = self.rows.iter().map(short).collect();
        let table = Shown { rows, ..self.clone() }.table();
        std::iter::once(table).chain(below).collect::<Vec<_>>().join("\n")
    }

    fn table(&self) -> String {
        let widths: Vec<usize> = (0..self.header.len())
            .map(|c| {
                let cells = self.rows.iter().filter_map(|row| row.get(c)).chain(self.header.get(c));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let line = |cells: &[String]| {
            let padded: Vec<String> = cells
                .iter()
                .zip(&widths)
                .enumerate()
                // words to the left, figures to the right
                .map(|(c, (cell, &width))| if c == 1 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
                .collect();
            padded.join("  ").trim_end().to_owned()
        };
        let rows = self.rows.iter().map(|row| line(row));
        std::iter::once(line(&self.header)).chain(rows).collect::<Vec<_>>().join("\n")
    }

    /// The table as HTML.
    pub(crate) fn html(&self, title: &str) -> String {
        let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let row = |cells: &[String], tag: &str| -> String {
            cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
        };
        let body: String = self.rows.iter().map(|cells| format!("<tr>{}</tr>", row(cells, "td"))).collect();
        let list = |all: &[String]| -> String {
            let items: String = all.iter().map(|one| format!("<li>{}</li>", escape(one))).collect();
            if items.is_empty() { items } else { format!("<ul>{items}</ul>") }
        };
        format!(
            "<div><p>{}</p><table><thead><tr>{}</tr></thead><tbody>{body}</tbody></table>{}{}</div>",
            escape(title),
            row(&self.header, "th"),
            list(&self.findings),
            self.svg
        )
    }
}

/// The library's report of a fit.
pub(crate) fn report<'a>(
    fit: &'a Fit,
    cohort: &Cohort,
    naming: &'a Naming,
    settled: Option<&'a Settled>,
    choice: Option<&'a FormChoice>,
) -> pleegprofiel::Result<Report<'a>> {
    let mut report = Report::new(fit, cohort, naming)?;
    if let Some(settled) = settled {
        report = report.settled(settled);
    }
    if let Some(choice) = choice {
        report = report.chosen_from(choice);
    }
    Ok(report)
}

/// A table of a fit whose groups have no names: of a family that is no rate of offending.
pub(crate) fn unnamed(fit: &Fit) -> Shown {
    let header = ["group", "share", "members", "peak age", "AvePP", "OCC"].map(str::to_owned).to_vec();
    let number = |value: Option<f64>, decimals: usize| value.map_or("–".to_owned(), |v| format!("{v:.decimals$}"));
    let hidden = pleegprofiel::report::protect(&fit.groups.iter().map(|g| g.members).collect::<Vec<_>>());
    let rows = fit
        .groups
        .iter()
        .zip(hidden)
        .enumerate()
        .map(|(k, (fitted, members))| {
            let shown = members.is_exact();
            vec![
                (k + 1).to_string(),
                if shown { format!("{:.1} %", 100.0 * fitted.share) } else { "–".into() },
                if shown { fitted.members.to_string() } else { "few".into() },
                format!("{}", fit.model().peak_age(k)),
                number(fitted.avepp.filter(|_| shown), 2),
                number(fitted.occ.filter(|_| shown), 1),
            ]
        })
        .collect();
    let findings = fit.findings.iter().map(|f| crate::header::in_words(&f.to_string())).collect();
    Shown { header, rows, notes: Vec::new(), findings, svg: String::new() }
}
