//! Group-based trajectory models.

mod em;
mod estep;
pub mod family;
mod information;
mod lanes;
mod mstep;
mod neighbour;
mod newton;
mod pass;
mod pass_direct;
mod pass_table;
#[cfg(test)]
mod proto;
pub mod search;
pub(crate) mod shape;
pub mod start;
