//! Looking for a number of groups, degrees and a family: many models fitted, every one kept with its figures,
//! ranked by one criterion.
//!
//! Belongs here: which models are tried, in what order, what is kept of each, which is chosen and why. Does not
//! belong here: fitting one model (`fit`, `mixture`), what a researcher has to report (`grolts`), tables and
//! pictures (the command line, `report`).
//!
//! The number of groups is no discovery: a criterion tells how many groups summarise these data at the least
//! cost, and skewed data ask for several even when there is one population (Bauer & Curran 2003; Nagin &
//! Tremblay 2005).

pub(crate) mod candidate;
pub(crate) mod criterion;
mod data;
pub(crate) mod options;
pub(crate) mod result;
mod run;
pub(crate) mod state;

pub use candidate::{Aside, CandidateFigures, CandidateFit, CandidateModel};
pub use criterion::{Evidence, SelectionCriterion};
pub use options::{DEFAULT_WITHIN, MAX_CANDIDATES, SelectionOptions, SelectionProgress, SelectionWatch};
pub use result::{NO_DISCOVERY, Selection};
pub use state::{SELECTION_FORMAT, SELECTION_VERSION, SelectionState};
