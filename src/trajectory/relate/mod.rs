//! Relating groups to something else after the fit.

pub(crate) mod logit;
pub(crate) mod separation;
