//! What was looked at so far, to go on from: as a value, and as JSON.

use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::data::fingerprint::Fingerprint;
use crate::trajectory::forms::options::FormOptions;
use crate::trajectory::spec::form::Form;
use crate::trajectory::tables::shape::{Params, Shape};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Format name of stored results.
pub const FORMS_FORMAT: &str = "pleegprofiel-forms";
/// Format version of stored results.
pub const FORMS_VERSION: u32 = 1;

/// The models of a choice that were looked at. Given back, they are not climbed to again; the answer is the same to the
/// last bit. The few that are fitted in full at the end are fitted anew.
///
/// It holds what the data and options were by a fingerprint only (64 bits of FNV-1a): no one's record can be read from
/// it, and going on with other data or options is refused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct FormState {
    fingerprint: Option<u64>,
    /// In the order of form and number of groups.
    looked: Vec<Looked>,
}

/// Where a look at one form with one number of groups ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Looked {
    form: Form,
    groups: usize,
    /// None when no start had a finite likelihood.
    top: Option<Top>,
}

/// Parameters of a top, and whether it is one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Top {
    log_share: Vec<f64>,
    blocks: Vec<Vec<f64>>,
    pub(super) converged: bool,
    /// None when it has no number.
    shortfall: Option<f64>,
}

impl Looked {
    pub(super) fn new(form: Form, groups: usize, top: Option<Top>) -> Looked {
        Looked { form, groups, top }
    }

    pub(super) fn top(&self) -> Option<&Top> {
        self.top.as_ref()
    }

    fn key(&self) -> (String, usize) {
        (self.form.to_string(), self.groups)
    }
}

impl Top {
    pub(super) fn new(params: &Params, converged: bool, shortfall: f64) -> Top {
        Top {
            log_share: params.log_share.clone(),
            blocks: params.blocks.clone(),
            converged,
            shortfall: shortfall.is_finite().then_some(shortfall),
        }
    }

    pub(super) fn shortfall(&self) -> f64 {
        self.shortfall.unwrap_or(f64::INFINITY)
    }

    /// The parameters, when they are those of a model of this shape.
    pub(super) fn params(&self, shape: &Shape) -> Result<Params> {
        let lengths = self.log_share.len() == shape.groups()
            && self.blocks.len() == shape.groups()
            && self.blocks.iter().enumerate().all(|(k, block)| block.len() == shape.block(k));
        let mut all = self.log_share.iter().chain(self.blocks.iter().flatten());
        if !lengths || !all.all(|x| x.is_finite()) {
            return Err(unusable("parameters that are not those of their form".into()));
        }
        Ok(Params { log_share: self.log_share.clone(), blocks: self.blocks.clone() })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    version: u32,
    fingerprint: Option<String>,
    looked: Vec<Looked>,
}

impl From<FormState> for Stored {
    fn from(state: FormState) -> Stored {
        Stored {
            format: FORMS_FORMAT.into(),
            version: FORMS_VERSION,
            fingerprint: state.fingerprint.map(|f| format!("{f:016x}")),
            looked: state.looked,
        }
    }
}

impl TryFrom<Stored> for FormState {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        if stored.format != FORMS_FORMAT || stored.version != FORMS_VERSION {
            return Err(unusable(format!(
                "the format is `{:.40}` version {}, not `{FORMS_FORMAT}` version {FORMS_VERSION}",
                stored.format, stored.version
            )));
        }
        let number =
            |text: String| u64::from_str_radix(&text, 16).map_err(|_| unusable("a damaged fingerprint".into()));
        let mut state = FormState { fingerprint: stored.fingerprint.map(number).transpose()?, looked: Vec::new() };
        for looked in stored.looked {
            if !state.add(looked.clone()) {
                return Err(unusable(format!("{} with {} groups stands twice", looked.form, looked.groups)));
            }
        }
        Ok(state)
    }
}

fn unusable(why: String) -> Error {
    Error::new(ErrorKind::InvalidModel, format!("not usable results of a choice of form: {why}"))
}

impl FormState {
    /// Nothing done yet.
    pub fn new() -> Self {
        FormState::default()
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

    /// Models that were looked at.
    pub fn len(&self) -> usize {
        self.looked.len()
    }

    /// Whether nothing was looked at yet.
    pub fn is_empty(&self) -> bool {
        self.looked.is_empty()
    }

    pub(super) fn get(&self, form: Form, groups: usize) -> Option<&Looked> {
        let key = (form.to_string(), groups);
        self.looked.binary_search_by(|l| l.key().cmp(&key)).ok().map(|i| &self.looked[i])
    }

    /// Adds a look in its place; false when there is one already, which stays.
    pub(super) fn add(&mut self, looked: Looked) -> bool {
        match self.looked.binary_search_by(|l| l.key().cmp(&looked.key())) {
            Ok(_) => false,
            Err(place) => {
                self.looked.insert(place, looked);
                true
            }
        }
    }

    /// Takes the state over for these data and options.
    pub(super) fn claim(&mut self, options: &FormOptions, forms: &[Form], cohort: &Cohort) -> Result<()> {
        let mut hash = Fingerprint::new();
        [options.degree, *options.groups.start(), *options.groups.end()].iter().for_each(|&n| hash.number(n as u64));
        hash.number(options.effort.seed);
        forms.iter().for_each(|form| hash.text(&form.to_string()));
        hash.cohort(cohort);
        let own = hash.value();
        match self.fingerprint {
            Some(other) if other != own => Err(Error::options(
                "the results so far are of other data or another choice: they cannot be gone on with",
            )),
            None if !self.looked.is_empty() => Err(unusable("models without a fingerprint".into())),
            _ => {
                self.fingerprint = Some(own);
                Ok(())
            }
        }
    }
}

/// A state that looks on several threads are kept in, each told of as it is.
pub(super) struct Memory<'a> {
    state: Mutex<FormState>,
    told: &'a (dyn Fn(&FormState) -> bool + Sync),
    stopped: AtomicBool,
}

impl<'a> Memory<'a> {
    pub(super) fn new(state: FormState, told: &'a (dyn Fn(&FormState) -> bool + Sync)) -> Memory<'a> {
        Memory { state: Mutex::new(state), told, stopped: AtomicBool::new(false) }
    }

    pub(super) fn get(&self, form: Form, groups: usize) -> Option<Looked> {
        self.lock().get(form, groups).cloned()
    }

    pub(super) fn keep(&self, looked: Looked) {
        let mut state = self.lock();
        if state.add(looked) && !(self.told)(&state) {
            self.stopped.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn into_state(self) -> FormState {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether whoever was told wants no more.
    pub(super) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, FormState> {
        // a thread that panicked has not left a look half added
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far a choice is.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FormProgress<'a> {
    /// Pieces of work done.
    pub done: usize,
    /// Pieces of work known of; grows while more turns out to be worth a look.
    pub total: usize,
    /// After a look everything looked at so far, to be stored.
    pub state: Option<&'a FormState>,
}
