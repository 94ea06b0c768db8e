//! The command line as its users see it: every command, run as the built program.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod advise;
mod advise_record;
mod classify;
mod command;
mod covariates;
mod files;
mod meanings;
mod output;
#[cfg(feature = "parquet")]
mod parquet;
mod predictions;
mod replaced;
mod score;
mod select;
mod stream;
#[path = "../support/mod.rs"]
mod support;
mod synth;
mod values;
mod ways_out;
