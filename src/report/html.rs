//! The HTML page: one file with its style and picture inside, no scripts and nothing fetched from elsewhere.
//!
//! Does not belong here: what it says (`page`, `table`, `findings`, `definitions`).

use super::{Report, definitions, page};
use crate::error::{Error, ErrorKind, Result};
use minijinja::{Environment, Value, context};

const TEMPLATE: &str = include_str!("report.html.jinja");

/// The namespace that an SVG file needs and an SVG in HTML does not.
const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/svg\"";

impl Report<'_> {
    /// The report as a self-contained HTML page.
    ///
    /// # Errors
    /// None that a caller can bring about; the template engine has a channel for them.
    pub fn html(&self) -> Result<String> {
        let mut environment = Environment::new();
        // the name's ending switches escaping on
        environment.add_template("report.html", TEMPLATE).map_err(|e| broken(&e))?;
        let language = self.language;
        let l = |nl: &'static str, en: &'static str| language.pick(nl, en);
        let table = self.table();
        let definitions = &self.naming.definitions;
        let named: Vec<(String, &str, String)> = definitions::words(definitions, language)
            .into_iter()
            .map(|(profile, words)| (profile.label(language).to_owned(), profile.key(), words))
            .collect();
        let version = env!("CARGO_PKG_VERSION");
        let values = context! {
            lang => l("nl", "en"),
            title => l("Delictverloop en pleegprofielen", "Offending trajectories and profiles"),
            subtitle => self.subtitle(),
            standing_head => l("Waar dit voor is", "What this is for"),
            standing => l(
                "Dit verslag beschrijft groepen mensen met een vergelijkbare geschiedenis. Het ondersteunt een reclasseringsadvies en vervangt het nooit: het zegt niet wat iemand is of zal doen, en het is geen risicotaxatie.",
                "This report describes groups of people with alike histories. It supports, and never replaces, a probation advice: it does not say what anyone is or will do, and it is not a risk assessment.",
            ),
            // drawn here from numbers and labels, escaped by the writer of the picture
            picture => Value::from_safe_string(self.svg().replacen(NAMESPACE, "", 1)),
            picture_head => l("Verloop met de leeftijd", "Course by age"),
            groups_head => l("Groepen", "Groups"),
            header => table.header,
            rows => table.rows,
            notes => table.notes,
            findings_head => l("Wat u van dit model moet weten", "What you have to know of this fit"),
            findings => self.published_findings().iter().map(|f| page::sentence(f)).collect::<Vec<_>>(),
            no_findings => l("Er is niets bijzonders gevonden.", "Nothing out of the ordinary was found."),
            fitted_head => l("Wat er is geschat, en waarop", "What was fitted, and on what"),
            facts => self.facts(),
            figures_head => l("Maten van het model als geheel", "Figures of the fit as a whole"),
            figures => self.fit_figures(),
            search_head => l("Hoe er is gezocht", "How the answer was looked for"),
            search => self.search_words(),
            naming_head => l("Hoe de groepen aan hun naam komen", "How the groups got their names"),
            naming => self.naming_words(),
            definitions_head => l("De gebruikte definities", "The definitions used"),
            definitions => named,
            definition_notes => definitions::notes(definitions, language),
            cautions_head => l("Wat deze cijfers niet zeggen", "What these figures do not say"),
            cautions => self.cautions(),
            use_head => l("Gebruik en verwijzing", "Use and citation"),
            uses => [
                l(
                    "Deel niemand in over wie de rechter niet heeft geoordeeld, en gebruik een profiel nooit als enige grond voor een beslissing over een persoon.",
                    "Do not profile anyone without an adjudicated case, and never let a profile be the only ground of a decision about a person.",
                ).to_owned(),
                l(
                    "De groepen gelden voor het cohort waarop ze zijn geschat; voor anderen zijn ze een vergelijking, geen maatstaf.",
                    "The groups hold for the cohort they were fitted to; for others they are a comparison, not a standard.",
                ).to_owned(),
                format!(
                    "{} pleegprofiel {version}, {} {}.",
                    l("Verwijs naar dit verslag als: groepstrajectoriemodel geschat met", "Cite this report as: group-based trajectory model fitted with"),
                    "seed",
                    self.shown.search().1
                ),
            ],
            references_head => l("Literatuur", "References"),
            references => page::REFERENCES,
        };
        let template = environment.get_template("report.html").map_err(|e| broken(&e))?;
        template.render(values).map_err(|e| broken(&e))
    }
}

fn broken(error: &minijinja::Error) -> Error {
    Error::new(ErrorKind::Io, format!("the report cannot be laid out: {error}"))
}
