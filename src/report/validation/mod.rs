//! A report of a validation for people to read: tables, pictures, a self-contained page.
//!
//! Belongs here: which figures are shown, how they are worded, and what is hidden because it is of few people.
//! Does not belong here: the figures (`validation`).

mod binary;
mod drift;
mod groups;
mod pictures;
mod profiles;
mod shown;
mod times;

pub use drift::DriftReport;

use super::sheet::on_a_sheet;
use super::table::ReportTable;
use crate::profile::language::Language;
use crate::validation::{Contrast, Defined, Measured};

/// One part of a report: a table, with a picture where there is one.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportSection {
    /// What the part is about.
    pub heading: String,
    /// Its figures; there may be none.
    pub table: ReportTable,
    /// An SVG document.
    pub picture: Option<String>,
}

/// A report of a validation. It holds no identifier and nothing of the machine it was made on.
///
/// Cells of fewer than ten people and what they would follow from are hidden unless asked for: of outcomes known of
/// everybody ([`ValidationReport::binary`]), of follow-up ([`ValidationReport::follow_up`]) and of profiles
/// ([`ValidationReport::profiles`]).
///
/// ```
/// use pleegprofiel::{Language, report::ValidationReport, validation::Predictions};
/// let p: Vec<f64> = (0..200).map(|i| f64::from(i % 20) / 20.0).collect();
/// let y = (0..200).map(|i| (i * 7) % 20 < i % 20).collect();
/// let people = vec![("p".to_owned(), Predictions::new(p, y)?)];
/// let report = ValidationReport::binary(&people, &[], 0.5, 0, Language::English, false)?;
/// assert!(report.sections()[0].table.rows.iter().any(|row| row[0].contains("ROC")));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ValidationReport {
    language: Language,
    subtitle: String,
    sections: Vec<ReportSection>,
    findings: Vec<String>,
}

impl ValidationReport {
    /// How many people the report stands on, in words.
    pub fn subtitle(&self) -> &str {
        &self.subtitle
    }

    /// Adds what else a reader of the figures has to know.
    #[must_use]
    pub fn with_findings(mut self, findings: Vec<String>) -> Self {
        self.findings.extend(findings);
        self
    }
}

on_a_sheet! {
    ValidationReport,
    title: ["Validatie van kansen", "Validation of predicted risks"],
    standing: [
        "Dit verslag zegt of kansen kloppen voor deze groep mensen. Het zegt niets over een enkele persoon, en geen cijfer hier is grond voor een beslissing over iemand.",
        "This report says whether risks are right for this group of people. It says nothing of a single person, and no figure here is ground for a decision about anyone.",
    ],
}

/// Figures as they look in a language.
#[derive(Clone, Copy)]
struct Words(Language);

impl Words {
    fn pick(self, nl: &str, en: &str) -> String {
        self.0.pick(nl, en).to_owned()
    }

    fn number(self, value: f64, decimals: usize) -> String {
        if value.is_infinite() {
            return self.pick("oneindig", "infinite");
        }
        let words = self.0.number(value, decimals);
        // never minus nothing
        if words.trim_start_matches('-').chars().all(|c| "0.,".contains(c)) { words.replace('-', "") } else { words }
    }

    fn range(self, low: f64, high: f64, decimals: usize) -> String {
        let to = self.0.pick(" tot ", " to ");
        format!("{}{to}{}", self.number(low, decimals), self.number(high, decimals))
    }

    fn measured(self, m: &Defined<Measured>, decimals: usize) -> [String; 2] {
        match m {
            Ok(m) => [self.number(m.value, decimals), self.range(m.low, m.high, decimals)],
            Err(why) => [self.none(), why.reason().to_owned()],
        }
    }

    fn contrast(self, c: &Defined<Contrast>) -> [String; 2] {
        match c {
            Ok(c) => [self.number(c.value, 3), self.range(c.low, c.high, 3)],
            Err(why) => [self.none(), why.reason().to_owned()],
        }
    }

    fn none(self) -> String {
        "–".to_owned()
    }

    /// Why figures are not shown, and what shows them.
    fn not_shown(self, dutch: &str, english: &str) -> String {
        self.pick(
            &format!("–: niet getoond ({dutch}); --show-small-cells toont alles."),
            &format!("–: not shown ({english}); --show-small-cells shows all."),
        )
    }
}

/// A table from words.
fn table(header: &[String], rows: Vec<Vec<String>>, notes: Vec<String>) -> ReportTable {
    ReportTable { header: header.to_vec(), rows, notes }
}
