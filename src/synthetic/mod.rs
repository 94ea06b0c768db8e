//! People who do not exist: seeded cohorts with known truth, one of them made to look like the published group.
//!
//! Belongs here: drawing careers and cohorts, measuring what they reproduce, the calibration of the reference
//! model, power studies. Does not belong here: the career model's parameters (`profile::reference`), which
//! a reader of the card needs without drawing anyone.
//!
//! # Streams
//! Person `i` is drawn from stream `i` of the seed, on its own, in a fixed order. So person 500,000 is the same
//! alone or among a million, and no result depends on the number of threads.

pub mod answers;
pub mod assumptions;
pub mod calibrate;
pub(crate) mod life;
pub mod margins;
pub mod person;
pub mod population;
pub mod power;
pub mod reconstruct;
pub mod sensitivity;
pub mod simple;
#[cfg(feature = "csv")]
pub mod write;
#[cfg(feature = "parquet")]
pub mod write_parquet;
