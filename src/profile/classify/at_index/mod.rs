//! Classification conditional on the index offence: what a career model says once it is known, or assumed, that the first
//! trafficking offence lies in the record.
//!
//! At that offence rates change and some people stop. Curves by age average over before and after, so they are too sure of
//! a person and expect too much of the years ahead at the moment an advice is written, when everyone has just had it.
//!
//! Belongs here: [`classifier::CareerClassifier`] and what it is made of: `law` (the career model as tables) - `offence`
//! (what is known of the index offence) - `sight` (a record's probability) - `people` (drawn once) - `seen` (as the record
//! would have seen them) - `peers` and `tally` (where the record lies among them) - `classifier` - `career` (dated
//! careers).

pub(crate) mod age;
mod career;
mod chain;
pub(crate) mod classifier;
mod file;
mod law;
mod peers;
mod people;
mod seen;
mod sight;
mod tally;
