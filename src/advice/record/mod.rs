//! The record: one JSON line for every assessment and decision, each bound to the one before by its hash. Lines are only
//! added.
//!
//! Belongs here: what a line holds, adding one, finding what was changed. Does not belong here: what is made of the
//! decisions (`monitor`).
//!
//! # What the chain shows
//! A line is `{"entry":{"seq":n,"previous":"..",..},"hash":".."}`; the hash is SHA-256 of the entry as it stands there,
//! byte for byte, and `previous` is the hash of the line before. So a line changed, taken away or moved is found. Lines
//! taken from the end, or a log written anew from some line on, cannot show in the log itself: keep the hash of its last
//! line elsewhere, and give it to [`LogCheck::expect_head`].

mod entry;
mod verify;

pub use entry::{Chain, assessment_entry, decision_entry, judged_entry, shown_entry};
pub use verify::{Fault, FaultKind, LONGEST_LINE, LogCheck, Verified, verify};

/// `previous` of the first line.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
