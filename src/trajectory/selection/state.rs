//! Results so far, to go on from: as a value, and as JSON.

use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::selection::candidate::{CandidateFit, CandidateModel};
use serde::{Deserialize, Serialize};

/// Format name of stored results.
pub const SELECTION_FORMAT: &str = "pleegprofiel-selection";
/// Format version of stored results.
pub const SELECTION_VERSION: u32 = 1;

/// The models of a search that are finished. Given back, they are not fitted again.
///
/// It holds what the data and options were by a fingerprint only (64 bits of FNV-1a): no one's record can be read
/// from it, and going on with other data, starts, seed or another base specification is refused. More groups,
/// degrees or families may be asked for than before.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct SelectionState {
    /// Fingerprint of data and options; none before the first search.
    pub(crate) fingerprint: Option<u64>,
    /// In the order of their models.
    pub(crate) finished: Vec<CandidateFit>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u32,
    fingerprint: Option<String>,
    finished: Vec<CandidateFit>,
}

impl From<SelectionState> for Stored {
    fn from(state: SelectionState) -> Stored {
        Stored {
            format: SELECTION_FORMAT.into(),
            version: SELECTION_VERSION,
            fingerprint: state.fingerprint.map(|f| format!("{f:016x}")),
            finished: state.finished,
        }
    }
}

impl TryFrom<Stored> for SelectionState {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        if stored.format != SELECTION_FORMAT || stored.version != SELECTION_VERSION {
            return Err(unusable(format!(
                "the format is `{:.40}` version {}, not `{SELECTION_FORMAT}` version {SELECTION_VERSION}",
                stored.format, stored.version
            )));
        }
        let number =
            |text: String| u64::from_str_radix(&text, 16).map_err(|_| unusable("a damaged fingerprint".into()));
        let mut state = SelectionState { fingerprint: stored.fingerprint.map(number).transpose()?, finished: vec![] };
        for fit in stored.finished {
            if state.get(&fit.model).is_some() {
                return Err(unusable(format!("{} stands twice", fit.model)));
            }
            state.add(fit);
        }
        Ok(state)
    }
}

fn unusable(why: String) -> Error {
    Error::new(ErrorKind::InvalidModel, format!("not usable results of a selection: {why}"))
}

impl SelectionState {
    /// Nothing done yet.
    pub fn new() -> Self {
        SelectionState::default()
    }

    /// From JSON.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the text is not JSON of this format and version.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| unusable(e.to_string()))
    }

    /// As JSON, numbers to the last bit.
    pub fn to_json(&self) -> String {
        // strings, lists and finite numbers only
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The finished models, in order.
    pub fn finished(&self) -> &[CandidateFit] {
        &self.finished
    }

    pub(crate) fn get(&self, model: &CandidateModel) -> Option<&CandidateFit> {
        self.finished.binary_search_by(|f| f.model.cmp(model)).ok().map(|i| &self.finished[i])
    }

    /// Adds a finished model in its place; one that is there already stays.
    pub(crate) fn add(&mut self, fit: CandidateFit) {
        if let Err(place) = self.finished.binary_search_by(|f| f.model.cmp(&fit.model)) {
            self.finished.insert(place, fit);
        }
    }

    /// Takes the state over for data and options with this fingerprint.
    pub(crate) fn claim(&mut self, fingerprint: u64) -> Result<()> {
        match self.fingerprint {
            Some(other) if other != fingerprint => {
                Err(Error::options("the results so far are of other data or options: they cannot be gone on with"))
            }
            None if !self.finished.is_empty() => Err(unusable("models without a fingerprint".into())),
            _ => {
                self.fingerprint = Some(fingerprint);
                Ok(())
            }
        }
    }
}
