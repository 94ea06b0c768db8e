//! The model card, as Markdown.
//!
//! # References
//! Mitchell and others (2019), Model cards for model reporting, FAT*.

use super::{Paper, Subject, TO_FILL};

impl Subject {
    /// The model card.
    pub fn model_card(&self) -> Paper {
        let mut to_fill = Vec::new();
        let mut section = |name: &str, text: &str| {
            if text.trim().is_empty() {
                to_fill.push(name.to_owned());
                format!("## {name}\n\n{TO_FILL}\n\n")
            } else {
                format!("## {name}\n\n{text}\n\n")
            }
        };
        let list = |items: &[String]| items.iter().map(|i| format!("- {i}")).collect::<Vec<_>>().join("\n");
        let sources: Vec<String> = self.sources.iter().map(|(t, v)| format!("{t} ({v})")).collect();
        let figures: Vec<String> = self.figures.iter().map(|(n, v)| format!("{n}: {v}")).collect();
        let uses = if self.uses.is_empty() { "none".to_owned() } else { self.uses.join(", ") };
        let mut text = format!("# {}\n\n", self.name);
        text += &section("Version", &self.version);
        text += &section("What comes out", &self.outcome);
        text += &section("Whom it is for", &self.population);
        text += &section("What it is not for", &list(&self.not_for));
        text += &section("Protected or proxy characteristics used", &uses);
        text += &section("Data it rests on", &self.data);
        text += &section("How it works", &self.technique);
        text += &section("How well it does", &self.validation);
        text += &section("Figures", &list(&figures));
        text += &section("Validation on the people it will be used for", "");
        text += &section("Figures by group of those people", "");
        text += &section("Sources", &list(&sources));
        text += &section("Licence", &self.licence);
        text += "## To be filled in\n\n";
        text += &list(&to_fill);
        text += "\n";
        Paper { text, to_fill }
    }
}
