//! The four published offending profiles: written definitions on the shape of a curve, the naming of
//! fitted groups by them, and the answer for one person.
//!
//! Belongs here: [`kind::Profile`], the definitions and their thresholds, the naming and its reasons, in
//! both languages.
//! Does not belong here: fitting curves (`trajectory`), and whatever is made of a profile afterwards
//! (`risk`, `advice`).
//!
//! # What is published and what is ours
//! The report names four groups, gives their shares and, for two of them, the ages at which offending
//! peaks. It publishes no curve, rate or coefficient. The two age windows are therefore the only
//! thresholds with a source; every other one is this crate's choice, kept in
//! [`definitions::Definitions`] with its reason, stored in the result and open to change. That a group
//! meets a definition says that its curve looks as the report describes, not that it is the same group.
//!
//! # Reading order
//! `curve` (what goes in) - `descriptors` (what is measured on it) - `criterion` and `fit` (measured
//! against a definition) - `open` (definitions that what is seen leaves open) - `assignment` (which group each profile goes to first) - `naming` (which profile each group
//! of a cohort shows) - `person` (for one person, by
//! posterior probabilities) - `settled` (whether that hangs on the model) - `classify` (for one person, by their
//! record, with all it rests on). `wording` says all of it in words; `walkthrough` follows one person's record.

pub(crate) mod assignment;
pub mod classify;
pub(crate) mod criterion;
pub(crate) mod curve;
pub(crate) mod decision;
pub(crate) mod definitions;
pub(crate) mod descriptors;
pub(crate) mod fit;
pub(crate) mod kind;
pub(crate) mod language;
pub(crate) mod model;
pub(crate) mod naming;
mod open;
pub(crate) mod person;
pub(crate) mod reason;
pub mod reference;
pub(crate) mod settled;
pub(crate) mod walkthrough;
mod wording;
mod wording_classify;
mod wording_person;

pub use criterion::{Criterion, Limit, Measure, Unseen};
pub use curve::{GroupCurve, MAX_RATE};
pub use decision::{Decision, NamedModel};
pub use definitions::AgeSpan;
pub use descriptors::{Descriptors, Peak};
pub use fit::ProfileFit;
pub use kind::PROFILES_SOURCE;
pub use model::{FitToName, ModelToName};
pub use naming::{GroupNaming, Naming, name_groups};
pub use person::{Candidate, Indistinct, PersonProfile, Undecided};
pub use reason::{Absent, Ambiguity, Unnamed};
pub use settled::{OtherModel, Settled};
