//! Instruments as data, evaluated exactly as published.
//!
//! Belongs here: reading an instrument file and refusing it when anything is wrong, running its golden vectors,
//! scoring cases, ranges over unknown answers, results and what moved between two of them.
//! Does not belong here: any coefficient. Those stand in the files under `bundled`, with document and place.
//!
//! # Reading order
//! `written` (the text of a file) - `compiled` (what it becomes, and the pass over it) - `cases` (answers and the stated
//! population) - `load` (from one to the other, with the golden vectors) - `scored` (known and unknown answers, results,
//! what moved) - `recalibrate` (a version of an instrument of one's own).

mod cases;
mod compiled;
mod load;
mod recalibrate;
mod scored;
pub(crate) mod written;

pub use cases::case::{Answer, Case};
pub(crate) use cases::population::{read as read_population, read_override};
pub use compiled::card::{Card, Document, Horizon};
pub use compiled::evaluate::Mode;
pub use compiled::instrument::Instrument;
pub use compiled::output::Output;
pub use compiled::population::{Population, PopulationOverride, TargetPopulation};
pub use load::{
    GoldenReport, INSTRUMENT_FORMAT, INSTRUMENT_FORMAT_VERSION, INSTRUMENT_SCHEMA, Library, OXREC_TEMPLATE,
    bundled_files,
};
pub use recalibrate::{RecalibratedVersion, RecalibrationMap, recalibrate};
pub use scored::change::{Change, TermChange};
pub use scored::result::{Assessment, Contribution, HorizonOf, Known, OutputRange};
pub use scored::scorer::{Part, Score, Scorer};
