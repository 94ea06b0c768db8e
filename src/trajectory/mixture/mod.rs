//! Trajectory models in general: every family, curves by polynomial or spline, covariates, dropout, several
//! outcomes, two joined groupings.
//!
//! The engine next door (`trajectory`) is for plain counts and tables; this one evaluates whatever a
//! specification says, once per distinct cell, and agrees with it to rounding where both apply.

pub(crate) mod cells;
pub(crate) mod check;
pub(crate) mod climb;
pub(crate) mod findings;
pub mod fit;
pub mod inference;
pub mod layout;
pub mod model;
pub(crate) mod order;
pub mod panel;
pub(crate) mod pass;
mod quadratic;
mod seed;
mod simulate;
pub mod spec;
mod start;

/// Classes a model may have.
pub(crate) const MAX_CLASSES: usize = 64;
