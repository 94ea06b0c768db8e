//! From a dossier to a final advice: what is read, what is drafted, what the professional adds, the record.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod bad_dossiers;
mod docs_page;
mod drafts;
mod fixtures;
mod fuzz_corpus;
#[path = "../support/json_schema.rs"]
mod json_schema;
mod monitoring;
mod properties;
mod records;
mod schema;
mod states;
mod steps;
