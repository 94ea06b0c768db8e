//! What a fit is worth: errors, intervals, tests, refits, searches over models and what relates to groups.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod coverage;
mod grolts;
mod leave_one_out;
mod look_among_some;
mod selection;
#[cfg(feature = "csv")]
mod spread;
mod standard_errors;
#[path = "../support/mod.rs"]
mod support;
mod tests_and_bootstraps;
mod three_step;
