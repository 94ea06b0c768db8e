//! What a fitted model lets one conclude: tests, bootstraps, the number of groups, stability, scores of
//! people left out.
//!
//! Belongs here: everything that starts from a finished fit and its panel. Does not belong here: standard
//! errors of the fit itself (`mixture::inference`).

pub(crate) mod align;
pub mod bootstrap;
pub mod folds;
mod ground;
pub mod group_test;
pub mod leave_out;
pub mod likelihood_ratio;
pub mod one_population;
pub mod resample;
mod single;
pub mod stability;
pub mod wald;
