//! Numerics below the models: log-space helpers, small dense linear algebra, tail probabilities, seeded streams.
//!
//! Belongs here: arithmetic that knows nothing of persons, ages or groups.

pub(crate) mod linalg;
pub(crate) mod logspace;
pub(crate) mod streams;
pub(crate) mod tails;
pub(crate) mod vexp;
