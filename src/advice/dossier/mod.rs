//! The dossier: one JSON document with everything an advice is drafted from. One record of answers serves every
//! instrument; what is absent is unknown, never "no".
//!
//! Belongs here: reading it, with every problem named by path, value and what would be accepted. Does not belong here:
//! anything made of it (`draft`).

pub(crate) mod asked;
mod career;
mod consistency;
mod doubt;
mod hidden;
mod identifiers;
pub(crate) mod known;
mod people;
mod reader;

pub(crate) use career::Record;
pub(crate) use doubt::Doubt;
use hidden::Hidden;
pub(crate) use identifiers::Identifiers;
pub use identifiers::Printed;
pub(crate) use people::{Account, Asking, Contra, Information};
pub(crate) use reader::Reader;

use crate::error::{Error, Result};
use crate::risk::factor::Factor;
use crate::risk::instrument::written::sha256::sha256;
use crate::risk::instrument::written::walk::{Node, Problems, parse};
use crate::risk::instrument::{Library, Population};
use asked::Asked;
use consistency::Parts;
use known::Known;
use std::collections::BTreeMap;

/// `format` of dossiers.
pub const DOSSIER_FORMAT: &str = "pleegprofiel-dossier";
/// Highest `format_version` that this crate reads.
pub const DOSSIER_VERSION: u32 = 1;
/// The JSON Schema of dossiers.
pub const DOSSIER_SCHEMA: &str = include_str!("dossier.schema.json");

/// Largest dossier, in bytes: a guard, far above what a life on file takes.
pub const LARGEST_DOSSIER: usize = 8 << 20;

const KEYS: [&str; 16] = [
    "$schema",
    "format",
    "format_version",
    "identifiers",
    "asked",
    "birth",
    "career",
    "population",
    "population_overrides",
    "answers",
    "factors",
    "account",
    "information",
    "contra_indications",
    "protected",
    "notes",
];

/// Everything that a draft is made of, checked.
///
/// ```
/// use pleegprofiel::advice::Dossier;
/// let text = r#"{"format": "pleegprofiel-dossier", "format_version": 1,
///     "asked": {"on": "2026-02-30", "instruments": ["psa"]},
///     "answers": {"pending_charge": "perhaps"}}"#;
/// let error = Dossier::from_json(text).unwrap_err();
/// assert_eq!(error.issue_count(), 2); // the date does not exist, and the answer is not true or false
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    pub(crate) hash: String,
    pub(crate) asked: Asked,
    pub(crate) identifiers: Identifiers,
    pub(crate) record: Option<Record>,
    pub(crate) population: Option<Population>,
    pub(crate) asking: Vec<Asking>,
    /// Names of answers that no instrument asked for reads.
    pub(crate) unread: Vec<String>,
    pub(crate) factors: BTreeMap<Factor, Known>,
    pub(crate) account: Account,
    pub(crate) information: Information,
    pub(crate) contra: Contra,
    /// Protected characteristics: for the study's remarks and for figures by group, never for a score.
    pub(crate) protected: BTreeMap<String, String>,
    /// What does not go together and may still be right.
    pub(crate) doubts: Vec<Doubt>,
}

impl Dossier {
    /// Reads a dossier that asks for bundled instruments.
    ///
    /// # Errors
    /// When the text is not JSON or anything in it is wrong: every problem is listed with its JSON path, the value and
    /// what would be accepted.
    pub fn from_json(text: &str) -> Result<Dossier> {
        Dossier::with_instruments(text, &Library::new())
    }

    /// The same, with instruments of the caller's own before the bundled ones.
    ///
    /// # Errors
    /// As [`Dossier::from_json`].
    pub fn with_instruments(text: &str, own: &Library) -> Result<Dossier> {
        if text.len() > LARGEST_DOSSIER {
            return Err(Error::value(format!(
                "a dossier of {} bytes; at most {LARGEST_DOSSIER} are accepted",
                text.len()
            )));
        }
        let mut problems = Problems::new();
        let value = parse(text, "the dossier", &mut problems)?;
        let hidden = Hidden::of(&value);
        // a value with an identifier in it is a problem of its own, and is quoted in no other
        let covered = hidden.covered(&value, &mut problems);
        let root = Node::root(covered.as_ref().unwrap_or(&value));
        let read = Dossier::read(&root, text, own, &mut Reader { problems: &mut problems });
        problems.reword(|message| hidden.reworded(message));
        problems.into_result("the dossier cannot be used")?;
        read.ok_or_else(|| Error::value("the dossier cannot be used"))
    }

    fn read(root: &Node<'_>, text: &str, own: &Library, r: &mut Reader<'_>) -> Option<Dossier> {
        r.object(root, &KEYS)?;
        if let Some(format) = r.need(root, "format", "\"pleegprofiel-dossier\"")
            && format.value.as_str() != Some(DOSSIER_FORMAT)
        {
            r.wrong(&format, &format!("{DOSSIER_FORMAT:?}"));
        }
        if let Some(version) = r.need(root, "format_version", "1") {
            version.whole(r.problems, 1, i64::from(DOSSIER_VERSION));
        }
        let asked = Asked::read(root, r);
        let birth = root.get("birth").and_then(|n| {
            let date = n.value.as_str().and_then(|text| text.parse().ok());
            if date.is_none() {
                // a date of birth stands in no message, not even one that cannot be
                n.says(r.problems, "not a day of the calendar written as YYYY-MM-DD");
            }
            date
        });
        let on = asked.as_ref().and_then(|asked| asked.on);
        if let (Some(on), Some(birth)) = (on, birth)
            && birth >= on
        {
            r.problems.add("$.birth", format_args!("not before the day of the assessment, {on}"));
        }
        let wanted = asked.as_ref().map_or(&[][..], |asked| &asked.instruments);
        let identifiers = Identifiers::read(root, r);
        let record = Record::read(root, birth, on, r);
        let population = people::population(root, birth, on, r);
        let overrides = people::overrides(root, wanted, r);
        let (asking, unread) = people::asking(root, wanted, own, &population, &overrides, r);
        let factors = people::factors(root, r);
        let account = Account::read(root, r);
        let information = Information::read(root, r);
        let contra = Contra::read(root, r);
        let protected = people::protected(root, r);
        if let Some(notes) = root.get("notes") {
            r.words(&notes, career::LONGEST);
        }
        let about = asked.as_ref().and_then(|asked| asked.about.as_deref());
        let parts = Parts {
            factors: &factors,
            record: record.as_ref(),
            protected: &protected,
            population: population.as_ref(),
            asking: &asking,
            on,
            birth,
            about,
        };
        parts.check(root, r);
        let doubts = parts.doubts(root);
        Some(Dossier {
            hash: sha256(text.as_bytes()),
            asked: asked?.whole()?,
            identifiers,
            record,
            population,
            asking,
            unread,
            factors,
            account,
            information,
            contra,
            protected,
            doubts,
        })
    }

    /// SHA-256 of the text it was read from.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What is asked.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Names of answers that no instrument asked for reads; no error, but to be known.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }
}
