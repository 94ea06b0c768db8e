//! Interventions: a catalogue that the caller supplies. This crate ships none.

use super::dossier::Reader;
use crate::error::Result;
use crate::risk::instrument::written::sha256::sha256;
use crate::risk::instrument::written::walk::{Node, Problems, parse};
use serde::{Deserialize, Serialize};

/// `format` of catalogues of interventions.
pub const INTERVENTIONS_FORMAT: &str = "pleegprofiel-interventions";
/// A template to fill in.
pub const INTERVENTIONS_TEMPLATE: &str = include_str!("interventions-template.json");

/// One intervention of the caller's catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intervention {
    /// Name.
    pub name: String,
    /// What it is aimed at.
    pub target: String,
    /// What is known of its effect.
    pub evidence: String,
    /// Where that stands.
    pub source: String,
    /// When it is not suited.
    pub contra_indications: Vec<String>,
}

/// A catalogue of interventions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interventions {
    pub(crate) list: Vec<Intervention>,
    pub(crate) hash: Option<String>,
}

impl Interventions {
    /// Reads a catalogue.
    ///
    /// ```
    /// use pleegprofiel::advice::{INTERVENTIONS_TEMPLATE, Interventions};
    /// assert!(Interventions::from_json(INTERVENTIONS_TEMPLATE).is_err()); // it has to be filled in first
    /// let filled = INTERVENTIONS_TEMPLATE.replace("FILL IN", "words of the caller");
    /// assert_eq!(Interventions::from_json(&filled)?.list().len(), 1);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the text is not such a catalogue: every problem is listed with its JSON path.
    pub fn from_json(text: &str) -> Result<Interventions> {
        let mut problems = Problems::new();
        let value = parse(text, "the catalogue of interventions", &mut problems)?;
        let root = Node::root(&value);
        let mut r = Reader { problems: &mut problems };
        r.object(&root, &["format", "format_version", "interventions"]);
        if let Some(format) = r.need(&root, "format", "\"pleegprofiel-interventions\"")
            && format.value.as_str() != Some(INTERVENTIONS_FORMAT)
        {
            r.wrong(&format, &format!("{INTERVENTIONS_FORMAT:?}"));
        }
        if let Some(version) = r.need(&root, "format_version", "1") {
            version.whole(r.problems, 1, 1);
        }
        let mut list = Vec::new();
        let entries = r.need(&root, "interventions", "a list").map_or_else(Vec::new, |n| n.list(r.problems));
        for one in entries {
            r.object(&one, &["name", "target", "evidence", "source", "contra_indications"]);
            let mut words = |key: &str| {
                let node = r.need(&one, key, "a text")?;
                let text = r.words(&node, 4000)?;
                if text.contains("FILL IN") {
                    r.wrong(&node, "filled in");
                    return None;
                }
                Some(text)
            };
            let (name, target, evidence, source) = (words("name"), words("target"), words("evidence"), words("source"));
            let contra = r.need(&one, "contra_indications", "a list of texts, which may be empty");
            let contra = contra.map_or_else(Vec::new, |n| n.list(r.problems));
            let contra_indications: Vec<String> = contra.iter().filter_map(|n| r.words(n, 4000)).collect();
            if let (Some(name), Some(target), Some(evidence), Some(source)) = (name, target, evidence, source) {
                list.push(Intervention { name, target, evidence, source, contra_indications });
            }
        }
        problems.into_result("the catalogue of interventions cannot be used")?;
        Ok(Interventions { list, hash: Some(sha256(text.as_bytes())) })
    }

    /// The interventions, in the caller's order.
    pub fn list(&self) -> &[Intervention] {
        &self.list
    }
}
