//! A loaded instrument: its card, its items, its compiled form. It exists only when its golden vectors come out.

use super::build::Build;
use super::flat::Flat;
use super::golden;
use super::item::Item;
use super::library::Library;
use super::population::TargetPopulation;
use super::program::{Make, Program};
use super::sha256::sha256;
use super::walk::{Node, parse};
use crate::error::{Error, Result};
use serde::Serialize;
use std::sync::Arc;

/// `format` of instrument files.
pub const INSTRUMENT_FORMAT: &str = "pleegprofiel-instrument";
/// Highest `format_version` that this crate reads.
pub const INSTRUMENT_FORMAT_VERSION: u32 = 1;
/// The JSON Schema of instrument files.
pub const INSTRUMENT_SCHEMA: &str = include_str!("instrument.schema.json");
/// A template for OxRec, whose coefficients are not recorded here: for a user who holds the appendix.
///
/// It does not load before every figure is filled in and golden vectors are added. For another population make
/// another file with another `id`: then the formulas of two populations cannot be swapped unnoticed.
pub const OXREC_TEMPLATE: &str = include_str!("oxrec-template.json");

/// Largest instrument file, in bytes.
const LARGEST: usize = 4 << 20;

/// Whatever an instrument says about itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// Short name, such as `all-reoffending-static`.
    pub id: String,
    /// Version of the published instrument.
    pub version: String,
    /// Full name.
    pub title: String,
    /// What is predicted, in words.
    pub outcome: String,
    /// Over what time.
    pub horizons: Vec<Horizon>,
    /// Whom it was made for.
    pub population: TargetPopulation,
    /// Protected or proxy characteristics that the published form uses; every result repeats them.
    pub uses: Vec<String>,
    /// Licence of the figures.
    pub licence: String,
    /// The notice that the licence asks for.
    pub notice: String,
    /// Where the figures come from.
    pub documents: Vec<Document>,
    /// Sample it was derived from.
    pub sample: String,
    /// Period of that sample.
    pub period: String,
    /// Published validation.
    pub validation: String,
    /// What it may not be used for.
    pub not_for: Vec<String>,
    /// `static` or `dynamic`, for an instrument with both forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_type: Option<String>,
}

/// Time over which an outcome is predicted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Horizon {
    /// Short name, the end of field names such as `probability_2y`.
    pub key: String,
    /// Length, when it is a length.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    /// In words, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// A document that figures were taken from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Short name.
    pub key: String,
    /// Title.
    pub title: String,
    /// Version, commit or year.
    pub version: String,
}

/// A published instrument, checked against its golden vectors when it was loaded.
#[derive(Debug, Clone)]
pub struct Instrument {
    pub(crate) card: Card,
    pub(crate) items: Arc<[Item]>,
    pub(crate) program: Program,
    pub(crate) hash: String,
    pub(crate) fingerprint: u64,
    pub(crate) vectors: usize,
    /// Values that these vectors expect.
    pub(crate) values: usize,
}

impl PartialEq for Instrument {
    /// Equal when the files are equal, byte for byte.
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Instrument {
    /// Loads an instrument from JSON; parts are looked for among the bundled instruments.
    ///
    /// # Errors
    /// When anything is wrong with the file, or a golden vector does not come out: every problem is listed with
    /// its JSON path.
    pub fn from_json(text: &str) -> Result<Instrument> {
        fits(text)?;
        Library::bundled_parts(text)?.load(text)
    }

    /// A bundled instrument, by its short name.
    ///
    /// ```
    /// use pleegprofiel::risk::instrument::{Answer, Instrument, Mode, Population};
    /// let instrument = Instrument::bundled("psa")?;
    /// assert_eq!(instrument.card().population.legal_status, ["suspect"]);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn bundled(id: &str) -> Result<Arc<Instrument>> {
        Library::bundled().get(id).ok_or_else(|| {
            let known: Vec<&str> = super::bundled::FILES.iter().map(|(name, _)| *name).collect();
            Error::value(format!("{:?} is not a bundled instrument: {}", super::walk::shortened(id), known.join(", ")))
        })
    }

    /// Names of its bands, from the lowest; none of an instrument without.
    pub(crate) fn band_names(&self) -> &[String] {
        &self.program.bands
    }

    /// What it says about itself.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Short name.
    pub fn id(&self) -> &str {
        &self.card.id
    }

    /// Version of the published instrument.
    pub fn version(&self) -> &str {
        &self.card.version
    }

    /// SHA-256 of its file.
    pub fn content_hash(&self) -> &str {
        &self.hash
    }

    /// Number of golden vectors that came out when it was loaded.
    pub fn golden_vectors(&self) -> usize {
        self.vectors
    }

    /// Names of its items, in order.
    pub fn item_names(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.name.as_str())
    }

    /// Horizons whose probability comes straight from a sum of terms, and its field: what [`super::recalibrate`] maps.
    pub fn horizon_probabilities(&self) -> impl Iterator<Item = (&str, &str)> {
        self.program.outputs.iter().filter_map(|output| match output.make {
            Make::Logistic { .. } | Make::Cox { .. } => Some((output.horizon.as_deref()?, output.field.as_str())),
            _ => None,
        })
    }

    pub(crate) fn load(text: &str, library: &Library) -> Result<Instrument> {
        fits(text)?;
        let mut build = Build::new();
        let value = parse(text, "the instrument", &mut build.problems)?;
        let root = Node::root(&value);
        let instrument = build.instrument(&root, text, library);
        let what = "the instrument cannot be used";
        if !build.problems.is_empty() {
            return Err(build.problems.into_result(what).err().unwrap_or_else(|| Error::value(what)));
        }
        let Some(mut instrument) = instrument else { return Err(Error::value(what)) };
        let mut problems = build.problems;
        (instrument.vectors, instrument.values) = golden::check_all(&instrument, &root, &mut problems);
        problems.into_result(what)?;
        Ok(instrument)
    }
}

/// Refuses a text that is too long for an instrument before anything is made of it.
fn fits(text: &str) -> Result<()> {
    if text.len() > LARGEST {
        return Err(Error::value(format!("an instrument file of {} bytes is larger than {LARGEST}", text.len())));
    }
    Ok(())
}

const KEYS: [&str; 29] = [
    "$schema",
    "format",
    "format_version",
    "id",
    "version",
    "title",
    "outcome",
    "horizon",
    "population",
    "uses",
    "licence",
    "documents",
    "derivation",
    "validation",
    "not_for",
    "score_type",
    "items",
    "derived",
    "rules",
    "consistency",
    "terms",
    "sums",
    "choices",
    "components",
    "fallback",
    "outputs",
    "golden",
    "notes",
    "warnings",
];

impl Build {
    fn instrument(&mut self, root: &Node<'_>, text: &str, library: &Library) -> Option<Instrument> {
        root.object(&mut self.problems, &KEYS)?;
        if root.text_at(&mut self.problems, "format").is_some_and(|f| f != INSTRUMENT_FORMAT) {
            self.problems.add("$.format", format_args!("not {INSTRUMENT_FORMAT}"));
        }
        let version = root.need(&mut self.problems, "format_version");
        version.map(|n| n.whole(&mut self.problems, 1, i64::from(INSTRUMENT_FORMAT_VERSION)));
        let card = self.card(root);
        self.load_items(root);
        self.load_derived(root);
        self.load_rules(root);
        self.load_consistency(root);
        self.load_sums(root);
        self.load_terms(root);
        self.load_components(root, card.as_ref().map_or("", |c| &c.id), library);
        self.load_outputs(root);
        self.load_choices(root);
        for node in root.list_at(&mut self.problems, "warnings") {
            node.object(&mut self.problems, &["when", "text"]);
            let when = self.conditions(node.get("when"));
            let text = node.text_at(&mut self.problems, "text").unwrap_or_default();
            self.program.warnings.push((when, text.to_owned()));
        }
        golden::check_form(root, &mut self.problems);
        self.program.slots = self.slots.len();
        self.program.flat = Flat::of(&self.program);
        let hash = sha256(text.as_bytes());
        let fingerprint =
            hash.bytes().take(16).fold(0u64, |all, b| all << 4 | u64::from((b as char).to_digit(16).unwrap_or(0)));
        let (items, program) = (std::mem::take(&mut self.items).into(), std::mem::take(&mut self.program));
        Some(Instrument { card: card?, items, program, hash, fingerprint, vectors: 0, values: 0 })
    }

    fn words(&mut self, root: &Node<'_>, key: &str) -> Option<String> {
        let node = root.need(&mut self.problems, key)?;
        node.object(&mut self.problems, &["en", "nl"]);
        node.text_at(&mut self.problems, "en").map(str::to_owned)
    }

    fn texts(&mut self, root: &Node<'_>, key: &str) -> Vec<String> {
        let list = root.need(&mut self.problems, key).map_or_else(Vec::new, |n| n.list(&mut self.problems));
        list.iter().filter_map(|n| n.text(&mut self.problems)).map(str::to_owned).collect()
    }

    fn card(&mut self, root: &Node<'_>) -> Option<Card> {
        let id = self.name(root, "id");
        let version = root.text_at(&mut self.problems, "version").map(str::to_owned);
        let (title, outcome) = (self.words(root, "title"), self.words(root, "outcome"));
        let population = self.load_population(root);
        let uses = self.texts(root, "uses");
        let not_for = self.texts(root, "not_for");
        let licence = root.need(&mut self.problems, "licence").map(|n| {
            n.object(&mut self.problems, &["name", "notice"]);
            let name = n.text_at(&mut self.problems, "name").unwrap_or_default();
            (name.to_owned(), n.text_at(&mut self.problems, "notice").unwrap_or_default().to_owned())
        });
        let derivation = root.need(&mut self.problems, "derivation").map(|n| {
            n.object(&mut self.problems, &["sample", "period"]);
            let sample = n.text_at(&mut self.problems, "sample").unwrap_or_default();
            (sample.to_owned(), n.text_at(&mut self.problems, "period").unwrap_or_default().to_owned())
        });
        let validation = root.text_at(&mut self.problems, "validation").map(str::to_owned);
        let score_type = root.get("score_type").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
        let mut horizons = Vec::new();
        for node in root.need(&mut self.problems, "horizon").map_or_else(Vec::new, |n| n.list(&mut self.problems)) {
            node.object(&mut self.problems, &["key", "months", "words"]);
            let months = node.get("months").and_then(|n| n.whole(&mut self.problems, 1, 600)).map(|m| m as u32);
            let words = node.get("words").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
            if months.is_none() && words.is_none() {
                node.says(&mut self.problems, "a horizon has months or words");
            }
            if let Some(key) = self.name(&node, "key") {
                self.horizons.push(key.clone());
                horizons.push(Horizon { key, months, words });
            }
        }
        let mut documents = Vec::new();
        for node in root.need(&mut self.problems, "documents").map_or_else(Vec::new, |n| n.list(&mut self.problems)) {
            node.object(&mut self.problems, &["key", "title", "version", "where"]);
            let title = node.text_at(&mut self.problems, "title").unwrap_or_default().to_owned();
            let version = node.text_at(&mut self.problems, "version").unwrap_or_default().to_owned();
            if let Some(key) = self.name(&node, "key") {
                self.documents.push(key.clone());
                documents.push(Document { key, title, version });
            }
        }
        let ((licence, notice), (sample, period)) = (licence?, derivation?);
        Some(Card {
            id: id?,
            version: version?,
            title: title?,
            outcome: outcome?,
            horizons,
            population: population?,
            uses,
            licence,
            notice,
            documents,
            sample,
            period,
            validation: validation?,
            not_for,
            score_type,
        })
    }
}
