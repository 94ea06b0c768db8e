//! A loaded instrument: its card, its items, its compiled form. It exists only when its golden vectors come out.

use crate::risk::instrument::compiled::card::Card;
use crate::risk::instrument::compiled::flat::Flat;
use crate::risk::instrument::compiled::item::Item;
use crate::risk::instrument::compiled::program::{Make, Program};
use std::sync::Arc;

/// A published instrument, checked against its golden vectors when it was loaded.
#[derive(Debug, Clone)]
pub struct Instrument {
    pub(crate) card: Card,
    pub(crate) items: Arc<[Item]>,
    pub(crate) program: Program,
    /// The hot part of the program, laid out flat.
    pub(crate) flat: Flat,
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

    /// Horizons whose probability comes straight from a sum of terms, and its field: what
    /// [`recalibrate`](crate::risk::instrument::recalibrate()) maps.
    pub fn horizon_probabilities(&self) -> impl Iterator<Item = (&str, &str)> {
        self.program.outputs.iter().filter_map(|output| match output.make {
            Make::Logistic { .. } | Make::Cox { .. } => Some((output.horizon.as_deref()?, output.field.as_str())),
            _ => None,
        })
    }

    pub(crate) fn codes(&self, errors: u64) -> impl Iterator<Item = &str> {
        self.program.codes.iter().enumerate().filter(move |(i, _)| errors >> i & 1 == 1).map(|(_, c)| c.as_str())
    }

    /// What the contradictions among some codes are, in words.
    pub(crate) fn contradictions(&self, codes: u64) -> impl Iterator<Item = &str> {
        self.program.reasons.iter().filter(move |r| codes >> r.code & 1 == 1).map(|r| r.text.as_str())
    }
}
