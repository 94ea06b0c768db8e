//! Trajectory models: likelihood, optimum and recovery, against formulas, closed forms and other software.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod closed_form;
mod conformance;
mod crime_mix;
mod forms;
mod general_bad_input;
mod general_conformance;
mod general_models;
mod general_properties;
mod general_record;
mod general_recovery;
mod general_reference;
mod golden;
#[cfg(feature = "csv")]
mod lasting_differences;
mod passes;
mod peers;
mod properties;
mod recovery;
mod reference_optima;
mod stored;
#[path = "../support/mod.rs"]
mod support;
