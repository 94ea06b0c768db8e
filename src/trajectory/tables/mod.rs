//! The likelihood of counts with polynomial curves, by tables: its value, posteriors, gradient and information.
//!
//! The log-probability of a cell depends only on group, age, count and time at risk. So a history's log-likelihood in a
//! group is a base for "nothing in any whole interval" plus one table entry for every other cell, identical histories are
//! stored once, and all that fitting needs is a handful of sums by group and age. Where time at risk is everybody's own, a
//! table would be as long as the cohort; then each cell is worked out where it is met.

pub(crate) mod cell_lanes;
pub(crate) mod cell_sums;
pub(crate) mod cells_at_risk;
pub(crate) mod count_spec;
pub(crate) mod dispersed;
pub(crate) mod information;
pub(crate) mod lanes;
pub(crate) mod lasting;
pub(crate) mod missing_information;
pub(crate) mod missing_information_table;
pub(crate) mod mstep;
pub(crate) mod occurring;
pub(crate) mod pass;
pub(crate) mod pass_at_risk;
pub(crate) mod pass_table;
pub(crate) mod shape;
pub(crate) mod shared;
pub(crate) mod sums;
pub(crate) mod wide;
