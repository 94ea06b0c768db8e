//! People in chunks: more of them than memory holds, one chunk after the other.
//!
//! Belongs here: where chunks lie, what is gathered of people while they go by (how many, what looks odd, a sample), and
//! how identifiers that stand twice are found without holding them. Does not belong here: reading tables (`table`), and
//! what is worked out of a chunk (`trajectory`).

mod doubts;
mod people;
#[cfg(feature = "csv")]
mod repeats;
mod sample;
mod scratch;
mod store;

#[cfg(feature = "csv")]
pub(in crate::cohort) use doubts::Doubts;
pub(crate) use people::ChunkFacts;
pub use people::{CHUNK_PEOPLE, PeopleInChunks};
#[cfg(feature = "csv")]
pub(in crate::cohort) use repeats::Repeats;
