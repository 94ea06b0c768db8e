//! The four profiles: naming groups, classifying people, the reference model, and people who do not exist.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod at_index;
mod at_index_study;
mod classify;
mod classify_calibration;
mod classify_interrupted;
mod classify_lasting;
mod classify_refusals;
mod covariates;
mod naming;
mod reference_model;
#[cfg(feature = "csv")]
mod settled;
#[path = "../support/mod.rs"]
mod support;
mod synthetic;
#[cfg(feature = "report")]
mod walkthrough;
