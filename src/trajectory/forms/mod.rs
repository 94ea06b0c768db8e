//! The form of a model and its number of groups, chosen by how well they fit: many looked at quickly, the best fitted in
//! full.
//!
//! Belongs here: which forms and numbers of groups are tried, and how they are ranked. Does not belong here: how one
//! model is fitted (`fit`), and tables of whatever a researcher wants compared (`selection`).

mod choose;
pub mod form;
mod lasting;
mod path;
mod scan;

pub use choose::{ABOUT_AS_WELL, Alternative, FormCandidate, FormChoice, FormOptions, Sureness};
