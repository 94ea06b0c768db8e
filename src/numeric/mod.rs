//! Numerics below the models: log-space helpers, gamma and normal tails, small dense linear algebra, seeded streams.
//!
//! Belongs here: arithmetic that knows nothing of persons, ages or groups.

pub(crate) mod beta;
pub(crate) mod gamma;
pub(crate) mod json;
pub(crate) mod linalg;
pub(crate) mod logspace;
pub(crate) mod p_values;
pub(crate) mod parallel;
pub(crate) mod streams;
pub(crate) mod tails;
pub(crate) mod vexp;
