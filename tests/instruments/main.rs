//! Risk instruments: published pairs, ranges over unknown answers, refusals, and what the vectors catch.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod consistency;
mod fuzz_corpus;
#[path = "../support/json_schema.rs"]
mod json_schema;
mod mutants;
mod oxrec_template;
mod published;
mod ranges;
mod refusals;
mod schema;
