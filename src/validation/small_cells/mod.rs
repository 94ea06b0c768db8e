//! What is not shown of few people, in tables for others to read.
//!
//! The rule is that of recidivism and of the chain. People are parted by what is told of them: by outcome, by group, by
//! whether they are flagged, by range of risk. Whatever is told is a sum of *cells* of such a parting, and so is whatever
//! is left when one figure is subtracted from another; each cell holds [`SMALL_GROUP`] people or more. A cell of nobody
//! counts as one of few: that nobody of a group had the outcome is known of everybody in it. People are counted, never
//! weights.
//!
//! Does not belong here: how a hidden figure looks in print.

pub(crate) mod cuts;
pub(crate) mod groups;

use super::predictions::Predictions;

/// Cells of fewer people are not shown in tables for others to read.
pub const SMALL_GROUP: usize = 10;

/// Whether a number of people is large enough to be told.
fn enough(people: u64) -> bool {
    people >= SMALL_GROUP as u64
}

/// Whether anything may be told of these people: enough of them had the outcome, and enough had not.
pub(crate) fn may_be_told(people: &Predictions) -> bool {
    cuts::people(people, &[]).iter().flatten().all(|n| enough(*n))
}
