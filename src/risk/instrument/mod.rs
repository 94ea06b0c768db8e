//! Instruments as data, evaluated exactly as published.
//!
//! Belongs here: reading an instrument file and refusing it when anything is wrong, running its golden vectors,
//! scoring cases, ranges over unknown answers, results and what moved between two of them.
//! Does not belong here: any coefficient. Those stand in the files under `bundled`, with document and place.
//!
//! # Reading order
//! `program` (what a file becomes) - `json`, `walk`, `build`, `load_*`, `reach` (how) - `golden` (what it must reproduce) - `case`,
//! `population` (what is scored) - `evaluate` (the pass) - `assess`, `range` (known and unknown answers) - `result`,
//! `change`.

mod assess;
mod build;
mod bundled;
mod case;
mod change;
mod consistency;
mod decimal;
mod derive;
mod evaluate;
mod flat;
mod golden;
#[allow(clippy::module_inception)] // the folder is about instruments, the file about one
mod instrument;
mod item;
mod json;
mod library;
mod load_items;
mod load_outputs;
mod load_terms;
mod population;
mod program;
mod range;
mod range_parts;
mod reach;
mod recalibrate;
mod result;
mod rising;
mod scorer;
pub(crate) mod sha256;
pub(crate) mod walk;

pub use bundled::bundled_files;
pub use case::{Answer, Case};
pub use change::{Change, TermChange};
pub use evaluate::Mode;
pub use golden::GoldenReport;
pub use instrument::{
    Card, Document, Horizon, INSTRUMENT_FORMAT, INSTRUMENT_FORMAT_VERSION, INSTRUMENT_SCHEMA, Instrument,
    OXREC_TEMPLATE,
};
pub use library::Library;
pub use population::{Population, PopulationOverride, TargetPopulation};
pub(crate) use population::{read as read_population, read_override};
pub use recalibrate::{RecalibratedVersion, RecalibrationMap, recalibrate};
pub use result::{Assessment, Contribution, HorizonOf, Known, Output, OutputRange};
pub use scorer::{Part, Score, Scorer};
