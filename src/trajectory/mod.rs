//! Group-based trajectory models of counts: the engine, fitting, and what a fit is worth.
//!
//! Belongs here: everything about models with latent groups. Does not belong here: what groups are called
//! (`profile`), pictures of them (`report`).

mod adequacy;
pub mod basis;
mod cell_lanes;
mod cell_sums;
mod cells_direct;
mod coarse;
pub(crate) mod covariates;
mod dispersed;
mod em;
mod estep;
pub mod family;
pub mod finding;
mod fingerprint;
pub mod fit;
pub mod forms;
pub mod grolts;
mod group;
pub mod inference;
mod information;
#[allow(dead_code)] // until the mixture engine calls all of it
pub(crate) mod kernel;
mod ladder;
mod lanes;
mod lasting;
mod limit;
pub mod linfa;
mod missing;
mod missing_table;
pub mod mixture;
pub mod model;
mod mstep;
mod neighbour;
mod newton;
pub mod observed;
mod occurring;
pub mod one_curve;
pub mod options;
pub mod pass;
mod pass_direct;
mod pass_table;
pub mod passes;
mod plain_findings;
pub mod relate;
pub mod search;
pub mod selection;
pub mod shape;
mod shared;
pub mod start;
pub mod stored;
pub(crate) mod twin;
mod wide;

#[cfg(test)]
mod tests;
