//! People who do not exist: seeded cohorts with known truth, one of them made to look like the published group.
//!
//! Belongs here: drawing careers and cohorts, measuring what they reproduce, the calibration of the reference
//! model, power studies. Does not belong here: the career model's parameters (`profile::reference`), which
//! a reader of the card needs without drawing anyone.
//!
//! # Streams
//! Person `i` is drawn from stream `i` of the seed, on its own, in a fixed order. So person 500,000 is the same
//! alone or among a million, and no result depends on the number of threads.

pub(crate) mod answers;
pub(crate) mod assumptions;
pub(crate) mod calibrate;
pub(crate) mod life;
pub(crate) mod margins;
pub(crate) mod person;
pub(crate) mod population;
pub(crate) mod power;
pub(crate) mod reconstruct;
pub(crate) mod sensitivity;
pub(crate) mod simple;
#[cfg(feature = "csv")]
pub(crate) mod write;
#[cfg(feature = "parquet")]
pub(crate) mod write_parquet;

pub use answers::{Assumed, answers};
pub use assumptions::assumed_model;
pub use calibrate::{Calibration, CalibrationOptions, calibrate};
pub use margins::{Margins, Simulated};
pub use person::{Sex, SyntheticPerson};
pub use population::{MAX_PERSONS, SyntheticCohort};
pub use power::{MAX_REPLICATES, PowerOptions, PowerPoint, persons_needed, power};
pub use reconstruct::{ReconstructionOptions, curves, reconstruct};
pub use sensitivity::sensitivity;
pub use simple::Drawn;
#[cfg(feature = "csv")]
pub use write::TABLES;
