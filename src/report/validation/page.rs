//! The page of a validation: what it says of itself.

use super::ValidationReport;
use crate::error::Result;
use crate::report::sheet::Sheet;

impl ValidationReport {
    /// The report as a self-contained HTML page.
    ///
    /// # Errors
    /// None that a caller can bring about; the template engine has a channel for them.
    pub fn html(&self) -> Result<String> {
        let sheet = Sheet {
            language: self.language,
            title: self.language.pick("Validatie van kansen", "Validation of predicted risks"),
            subtitle: &self.subtitle,
            standing: self.language.pick(
                "Dit verslag zegt of kansen kloppen voor deze groep mensen. Het zegt niets over een enkele persoon, en geen cijfer hier is grond voor een beslissing over iemand.",
                "This report says whether risks are right for this group of people. It says nothing of a single person, and no figure here is ground for a decision about anyone.",
            ),
            findings: &self.findings,
            sections: &self.sections,
        };
        sheet.html()
    }
}
