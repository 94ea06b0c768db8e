//! The chain in figures and the effect of an intervention: rebuilt studies, brute force, attackers, bad input.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

#[cfg(feature = "csv")]
mod case_law;
#[cfg(feature = "cli")]
mod commands;
mod effect;
mod effect_hidden;
mod effect_study;
#[cfg(feature = "csv")]
mod indicators;
#[cfg(feature = "csv")]
mod refusals;
mod roles;
mod small_cells;
