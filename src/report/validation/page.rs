//! The page: one file with its style and pictures inside, no scripts and nothing fetched from elsewhere.

use super::ValidationReport;
use crate::error::{Error, ErrorKind, Result};
use minijinja::{Environment, Value, context};

const TEMPLATE: &str = include_str!("page.html.jinja");
const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/svg\"";

impl ValidationReport {
    /// The report as a self-contained HTML page.
    ///
    /// # Errors
    /// None that a caller can bring about; the template engine has a channel for them.
    pub fn html(&self) -> Result<String> {
        let broken = |e: minijinja::Error| Error::new(ErrorKind::Io, format!("the report cannot be laid out: {e}"));
        let l = |nl: &'static str, en: &'static str| self.language.pick(nl, en);
        let mut environment = Environment::new();
        environment.add_template("report.html", TEMPLATE).map_err(broken)?;
        let sections: Vec<Value> = self
            .sections
            .iter()
            .map(|s| {
                let picture = s.picture.as_ref().map(|p| Value::from_safe_string(p.replacen(NAMESPACE, "", 1)));
                context! {
                    heading => &s.heading,
                    header => &s.table.header,
                    rows => &s.table.rows,
                    notes => &s.table.notes,
                    picture => picture,
                }
            })
            .collect();
        let values = context! {
            lang => l("nl", "en"),
            title => l("Validatie van kansen", "Validation of predicted risks"),
            subtitle => &self.subtitle,
            standing_head => l("Waar dit voor is", "What this is for"),
            standing => l(
                "Dit verslag zegt of kansen kloppen voor deze groep mensen. Het zegt niets over een enkele persoon, en geen cijfer hier is grond voor een beslissing over iemand.",
                "This report says whether risks are right for this group of people. It says nothing of a single person, and no figure here is ground for a decision about anyone.",
            ),
            findings_head => l("Eerst lezen", "Read this first"),
            findings => &self.findings,
            sections => sections,
            footer => format!("pleegprofiel {}", env!("CARGO_PKG_VERSION")),
        };
        environment.get_template("report.html").and_then(|t| t.render(values)).map_err(broken)
    }
}
