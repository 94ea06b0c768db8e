//! What a fitted model lets one conclude: tests, bootstraps, the number of groups, stability, scores of
//! people left out.
//!
//! Belongs here: everything that starts from a finished fit and its panel. Does not belong here: standard
//! errors of the fit itself (`mixture::inference`).

pub(crate) mod align;
pub(crate) mod bootstrap;
pub(crate) mod folds;
pub(crate) mod group_test;
pub(crate) mod leave_out;
pub(crate) mod likelihood_ratio;
pub(crate) mod one_population;
mod refitting;
pub(crate) mod resample;
mod single;
pub(crate) mod stability;
pub(crate) mod wald;

pub use bootstrap::{Bootstrap, BootstrapInterval, MIN_REPLICATES};
pub use folds::{FoldScores, Folds};
pub use group_test::{GroupTest, GroupTestOptions};
pub use leave_out::{LeaveOneOut, LeaveOutMethod};
pub use likelihood_ratio::LikelihoodRatioTest;
pub use one_population::{OnePopulation, OnePopulationOptions, PopulationCandidate, Verdict};
pub use resample::{BootstrapOptions, FailedReplicate, Replicate, Resampling};
pub use stability::{DISSOLVED_TO, FOUND_FROM, GroupStability, Stability};
pub use wald::WaldTest;
