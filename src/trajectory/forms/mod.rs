//! The form of a model and its number of groups, chosen by how well they fit: many looked at quickly, the best fitted in
//! full.
//!
//! Belongs here: which forms and numbers of groups are tried, and how they are ranked. Does not belong here: how one
//! model is fitted (`fit`), and tables of whatever a researcher wants compared (`selection`).

mod around;
mod choice;
mod choose;
mod options;
mod path;
mod rank;
mod scan;
mod split;
mod state;

pub use crate::trajectory::model::candidate::FormCandidate;
pub use crate::trajectory::spec::form::Form;
pub use choice::{ABOUT_AS_WELL, Alternative, FormChoice, Sureness};
pub use options::FormOptions;
pub use state::{FORMS_FORMAT, FORMS_VERSION, FormProgress, FormState};
