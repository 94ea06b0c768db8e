//! Validation of predictions against reference values, closed forms and simulated truth.

#![allow(clippy::unwrap_used)] // a test that cannot read its fixtures has to fail

mod closed_form;
#[cfg(feature = "cli")]
mod commands;
mod coverage;
#[cfg(feature = "report")]
mod hidden;
#[cfg(feature = "cli")]
mod hidden_commands;
#[cfg(feature = "report")]
mod hidden_drift;
#[cfg(feature = "report")]
mod hidden_profiles;
#[cfg(feature = "report")]
mod hidden_times;
mod papers;
#[cfg(feature = "cli")]
mod recalibrated_file;
mod recalibration;
mod reference;
mod replay;
mod weights;
