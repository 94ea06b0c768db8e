//! The record: one JSON line for every assessment and decision, each bound to the one before by its hash. Lines are only
//! added.
//!
//! Belongs here: what a line holds, adding one, finding what was changed, which step can follow. Does not belong here: what is made of the
//! decisions (`monitor`).
//!
//! # What the chain shows
//! A line is `{"entry":{"seq":n,"previous":"..",..},"hash":".."}`; the hash is SHA-256 of the entry as it stands there,
//! byte for byte, and `previous` is the hash of the line before. So a line changed, taken away or moved is found. Lines
//! taken from the end, or a log written anew from some line on, cannot show in the log itself: keep the hash of its last
//! line elsewhere, and give it to [`LogCheck::expect_head`].
//!
//! Behind the last line end may stand a line that lacks only that, which is held against its hash as any other, or the
//! beginning of the line that follows, as a run that was cut off leaves it. Anything else there is a fault.
//!
//! # What stands in one record
//! A step stands in the record of the assessment of its draft, and a draft has one final advice: a later one says which it
//! [replaces](super::Replaces), and why. [`Steps`] tells before an entry is added whether it follows; a chain takes any
//! entry, also of a kind that is the caller's own.

mod entry;
mod steps;
mod verify;

pub use entry::{Chain, assessment_entry, decision_entry, judged_entry, shown_entry};
pub(super) use steps::short;
pub use steps::{Follows, StepFault, StepFaultKind, Steps};
pub use verify::{Fault, FaultKind, LONGEST_LINE, LogCheck, Verified, verify};

/// `previous` of the first line.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
