//! The Dutch algorithm register: publication standard 1.0.0.

use super::yaml::yaml;
use super::{Paper, Subject, TO_FILL};
use serde_json::{Map, Value};

/// The standard and the commit it was read at.
pub const REGISTER_STANDARD: &str = "Algoritmeregister Publicatiestandaard 1.0.0 (d20a0fe)";

/// A field of the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterField {
    /// Name.
    pub name: &'static str,
    /// Whether it must be filled in.
    pub mandatory: bool,
    /// Fewer characters than this, where there is a limit.
    pub below: Option<usize>,
    /// The values it may have, where they are listed.
    pub choices: &'static [&'static str],
}

const fn field(name: &'static str, mandatory: bool, below: Option<usize>) -> RegisterField {
    RegisterField { name, mandatory, below, choices: &[] }
}

/// The fields, in the order of the standard.
pub const REGISTER_FIELDS: [RegisterField; 30] = [
    field("Naam", true, Some(100)),
    field("Korte omschrijving", true, Some(350)),
    field("Organisatie", true, Some(100)),
    field("Thema", false, None),
    RegisterField {
        name: "Status",
        mandatory: true,
        below: None,
        choices: &["In gebruik", "In ontwikkeling", "Buiten gebruik"],
    },
    field("Begindatum", false, None),
    field("Einddatum", false, None),
    field("Contactgegevens", true, None),
    field("Link naar publiekspagina", false, None),
    RegisterField {
        name: "Publicatiecategorie",
        mandatory: true,
        below: None,
        choices: &["Hoog-risico AI-systemen", "Impactvolle algoritmes", "Overige algoritmes"],
    },
    field("Link naar bronregistratie", false, None),
    field("Doel en impact", false, Some(2500)),
    field("Afwegingen", false, Some(2500)),
    field("Menselijke tussenkomst", false, Some(2500)),
    field("Risicobeheer", false, Some(2500)),
    field("Wettelijke basis", false, Some(2500)),
    field("Link wettelijke basis", false, None),
    field("Link verwerkingsregister", false, None),
    field("Impacttoets(en)", false, None),
    field("Link impacttoets", false, None),
    field("Toelichting op impacttoetsen", false, Some(2500)),
    field("Gegevens", false, Some(5000)),
    field("Link gegevensbron", false, None),
    field("Technische werking", false, Some(5000)),
    field("Leverancier", false, Some(200)),
    field("Link broncode", false, None),
    field("Taal", true, None),
    field("Schema", true, None),
    field("Bron-ID", false, None),
    field("Zoektermen", false, None),
];

impl Subject {
    /// The entry for the algorithm register, as YAML with the names of the standard.
    pub fn register_entry(&self) -> Paper {
        let mut entry = Map::new();
        let mut to_fill = Vec::new();
        for field in &REGISTER_FIELDS {
            let text = match self.register_value(field.name) {
                Some(text) => shortened(&text, field.below),
                None => {
                    to_fill.push(format!("{}{}", field.name, if field.mandatory { " (verplicht)" } else { "" }));
                    let choices = field.choices.join(" / ");
                    if choices.is_empty() { TO_FILL.to_owned() } else { format!("{TO_FILL} {choices}") }
                }
            };
            entry.insert(field.name.to_owned(), Value::from(text));
        }
        // the map sorts by name; the standard's order is kept by writing field by field
        let mut text = format!("# {REGISTER_STANDARD}\n");
        for field in &REGISTER_FIELDS {
            text += &yaml(&Value::Object(Map::from_iter([(field.name.to_owned(), entry[field.name].clone())])));
        }
        text += "# Nog in te vullen:\n";
        to_fill.iter().for_each(|name| text += &format!("#   {name}\n"));
        Paper { text, to_fill }
    }

    fn register_value(&self, name: &str) -> Option<String> {
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        match name {
            "Naam" => filled(&self.name),
            "Korte omschrijving" => Some(format!("Uitkomst: {}. Voor: {}.", self.outcome, self.population)),
            // whether somebody may use it so is theirs to say; what it is, is not
            "Publicatiecategorie" => Some("Hoog-risico AI-systemen".into()),
            "Doel en impact" => Some(format!("Uitkomst: {}. Niet bedoeld voor: {}.", self.outcome, self.not_for.join("; "))),
            "Menselijke tussenkomst" => Some(
                "De uitkomst ondersteunt een professioneel oordeel en vervangt het nooit; onbekende antwoorden blijven onbekend."
                    .into(),
            ),
            "Gegevens" => {
                let uses = if self.uses.is_empty() { "geen".to_owned() } else { self.uses.join(", ") };
                filled(&self.data).map(|d| format!("Ontwikkeld op: {d}. Beschermde kenmerken of plaatsvervangers: {uses}."))
            }
            "Technische werking" => Some(format!("{} Versie: {}.", self.technique, self.version)),
            "Taal" => Some("Nederlands".into()),
            "Schema" => Some("1.0.0".into()),
            "Zoektermen" => Some("reclassering, recidive, risicotaxatie".into()),
            _ => None,
        }
    }
}

/// Cut to fewer characters than the limit, and seen to be.
fn shortened(text: &str, below: Option<usize>) -> String {
    match below {
        Some(below) if text.chars().count() >= below => text.chars().take(below - 2).chain(['…']).collect(),
        _ => text.to_owned(),
    }
}
