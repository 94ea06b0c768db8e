//! Trajectory models of national registers on DataFusion and Ballista: files in, model out, nothing in between on one
//! machine that would not fit there.
//!
//! The folder's README says how it is used, where personal data lie meanwhile, and what was measured. Belongs here: the way
//! of people through an engine. Does not belong here: models and their fitting, which are the library's.
//!
//! | file | idea |
//! | --- | --- |
//! | `files`, `columns` | what the files hold, checked before the first job |
//! | `engine` | a job, from question to answer, and nothing left of it |
//! | `history`, `values` | a person's history as bytes to group by; what a count is |
//! | `functions`, `place` | what executors work out, row by row |
//! | `group`, `problems` | people counted by history; what is wrong with rows |
//! | `way`, `passes` | which way a fit goes; a fit by one job a pass |
//! | `chunks`, `side_by_side` | who is in which chunk; their rows, in order |
//! | `by_run`, `look`, `draw`, `pass`, `kept` | what executors work out of chunks, and keep |
//! | `fit`, `classify` | the two answers |
//! | `servers`, `binding`, `workdir` | scheduler and executors, who gets what, and where shuffle files lie |
//! | `output` | files that are whole or not there |

pub mod args;
mod binding;
mod by_run;
mod chunks;
pub mod classify;
pub mod columns;
mod draw;
pub mod engine;
pub mod failure;
pub mod files;
pub mod fit;
mod functions;
pub mod group;
mod history;
mod kept;
mod look;
pub mod output;
mod pass;
mod passes;
mod place;
mod problems;
pub mod servers;
mod side_by_side;
mod values;
mod version;
pub mod way;
pub mod workdir;

pub use functions::register;
#[doc(hidden)]
pub use functions::register_as;
pub use version::VERSION;
