//! A fit pass by pass, over people who need not be in memory, or on this machine.
//!
//! All that a climb needs of people is a handful of sums at given parameters. So it is cut in two: a [`PassRequest`] says
//! what is to be worked out, whoever holds the people answers with [`PassSums`], a chunk of people at a time, and
//! [`Spec::fit_by_passes`](crate::Spec::fit_by_passes) asks until it is at the top. Sums are kept by the
//! number of their chunk and added in one fixed order, so they have the same bits however the chunks were shared out,
//! merged, or worked out twice.
//!
//! Belongs here: what is asked, what is answered, and the climb that asks. Does not belong here: where people lie
//! (`cohort`), and the arithmetic of a pass (`pass`).

mod climb;
mod in_chunks;
mod journal;
mod layout;
mod request;
mod sums;

pub use climb::Overview;
pub use journal::{JOURNAL_FORMAT, JOURNAL_VERSION, PassJournal};
pub use request::PassRequest;
pub use sums::{PASS_VERSION, PassSums};
