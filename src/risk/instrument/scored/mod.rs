//! What a case scores: known answers, ranges over unknown ones, results with every term, and what moved between two.

mod assess;
pub(crate) mod change;
mod range;
mod range_parts;
pub(crate) mod result;
pub(crate) mod scorer;
