//! A page of sections: one file with its style and pictures inside, no scripts and nothing fetched from elsewhere.
//!
//! Does not belong here: what the sections say.

use super::ReportSection;
use crate::error::{Error, ErrorKind, Result};
use crate::profile::language::Language;
use minijinja::{Environment, Value, context};

const TEMPLATE: &str = include_str!("sheet.html.jinja");
const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/svg\"";

/// What a page holds, in words.
pub(super) struct Sheet<'a> {
    pub(super) language: Language,
    pub(super) title: &'a str,
    pub(super) subtitle: &'a str,
    /// What the report is for, and what not.
    pub(super) standing: &'a str,
    pub(super) findings: &'a [String],
    pub(super) sections: &'a [ReportSection],
}

impl Sheet<'_> {
    pub(super) fn html(&self) -> Result<String> {
        let broken = |e: minijinja::Error| Error::new(ErrorKind::Io, format!("the report cannot be laid out: {e}"));
        let l = |nl: &'static str, en: &'static str| self.language.pick(nl, en);
        let mut environment = Environment::new();
        // the name's ending switches escaping on
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
            title => self.title,
            subtitle => self.subtitle,
            standing_head => l("Waar dit voor is", "What this is for"),
            standing => self.standing,
            findings_head => l("Eerst lezen", "Read this first"),
            findings => self.findings.to_vec(),
            sections => sections,
            footer => format!("pleegprofiel {}", env!("CARGO_PKG_VERSION")),
        };
        environment.get_template("report.html").and_then(|t| t.render(values)).map_err(broken)
    }
}

/// What every report of sections has in common: its parts, what to read first, and its page.
macro_rules! on_a_sheet {
    ($report:ident, title: [$title_nl:literal, $title_en:literal], standing: [$nl:literal, $en:literal $(,)?] $(,)?) => {
        impl $report {
            /// The parts, in order.
            pub fn sections(&self) -> &[$crate::report::ReportSection] {
                &self.sections
            }

            /// What a reader has to know before reading any figure.
            pub fn findings(&self) -> &[String] {
                &self.findings
            }

            /// The report as a self-contained HTML page.
            ///
            /// # Errors
            /// None that a caller can bring about; the template engine has a channel for them.
            pub fn html(&self) -> $crate::error::Result<String> {
                let sheet = $crate::report::sheet::Sheet {
                    language: self.language,
                    title: self.language.pick($title_nl, $title_en),
                    subtitle: &self.subtitle,
                    standing: self.language.pick($nl, $en),
                    findings: &self.findings,
                    sections: &self.sections,
                };
                sheet.html()
            }
        }
    };
}
pub(super) use on_a_sheet;
