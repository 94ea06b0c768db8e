//! From the text of a file to an instrument: everything read and checked, every problem told with its JSON path, golden
//! vectors run.

mod build;
mod bundled;
mod card;
mod consistency;
mod golden;
mod items;
mod library;
mod maps;
mod outputs;
mod reach;
mod terms;

pub use bundled::bundled_files;
pub use golden::GoldenReport;
pub use library::Library;

use crate::error::{Error, Result};
use crate::risk::instrument::compiled::flat::Flat;
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::written::sha256::sha256;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::{Node, parse};
use std::sync::Arc;

/// `format` of instrument files.
pub const INSTRUMENT_FORMAT: &str = "pleegprofiel-instrument";
/// Highest `format_version` that this crate reads.
pub const INSTRUMENT_FORMAT_VERSION: u32 = 1;
/// The JSON Schema of instrument files.
pub const INSTRUMENT_SCHEMA: &str = include_str!("../instrument.schema.json");
/// A template for OxRec, whose coefficients are not recorded here: for a user who holds the appendix.
///
/// It does not load before every figure is filled in and golden vectors are added. For another population make
/// another file with another `id`: then the formulas of two populations cannot be swapped unnoticed.
pub const OXREC_TEMPLATE: &str = include_str!("../oxrec-template.json");

/// Largest instrument file, in bytes.
const LARGEST: usize = 4 << 20;

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
            let known: Vec<&str> = bundled::FILES.iter().map(|(name, _)| *name).collect();
            Error::value(format!("{:?} is not a bundled instrument: {}", shortened(id), known.join(", ")))
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
        let hash = sha256(text.as_bytes());
        let fingerprint =
            hash.bytes().take(16).fold(0u64, |all, b| all << 4 | u64::from((b as char).to_digit(16).unwrap_or(0)));
        let (items, program) = (std::mem::take(&mut self.items).into(), std::mem::take(&mut self.program));
        let flat = Flat::of(&program);
        Some(Instrument { card: card?, items, program, flat, hash, fingerprint, vectors: 0, values: 0 })
    }
}
