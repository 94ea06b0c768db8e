//! Relating groups to something else after the fit.

pub mod classification;
pub mod distal;
mod distal_ml;
mod logit;
pub mod method;
mod ml;
pub mod predictors;
pub(crate) mod separation;
