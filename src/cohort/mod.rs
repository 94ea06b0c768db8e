//! A cohort: persons x ages, with what was observed, the time at risk and weights.

pub(crate) mod builder;
pub(crate) mod careers;
pub(crate) mod chunked;
#[cfg(feature = "csv")]
pub(crate) mod csv;
pub(crate) mod data;
pub(crate) mod grid;
pub(crate) mod history;
mod merging;
mod names;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub mod recidivism;
#[cfg(feature = "stata")]
pub(crate) mod stata;
mod suspicion;
#[cfg(feature = "csv")]
pub mod table;
pub(crate) mod warning;

pub use builder::{CohortBuilder, MAX_COUNT};
pub use careers::{CareerOptions, FromCareers, LeftOut, OutsideGrid};
pub use chunked::{CHUNK_PEOPLE, PeopleInChunks};
pub use data::LOW_EXPOSURE;
pub use grid::MAX_INTERVALS;
pub use warning::{CellPlace, CohortWarning};
