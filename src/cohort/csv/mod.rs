//! Text tables: records out of a stream of bytes, and cohorts written as text.
//!
//! Belongs here: what is particular to CSV files. Does not belong here: what columns and cells mean (`table`).

mod blocks;
pub(in crate::cohort) mod guard;
mod quotes;
pub(in crate::cohort) mod records;
mod write;

pub use write::{write_wide, write_wide_exposure};
