//! Whatever an instrument says about itself.

use crate::risk::instrument::compiled::population::TargetPopulation;
use serde::Serialize;

/// What an instrument is, for whom, and on what it rests.
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
