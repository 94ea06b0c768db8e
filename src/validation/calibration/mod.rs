//! Calibration: of those given a risk of 30 %, do 30 in 100 reoffend?
//!
//! Belongs here: scores (Brier, log), calibration in the large, intercept and slope, curves and groups of risk,
//! recalibration maps. Does not belong here: outcomes with times (`follow_up`).

pub(crate) mod fitted;
pub(crate) mod groups;
pub(crate) mod isotonic;
pub(crate) mod local;
pub(crate) mod loess;
pub(crate) mod logistic;
pub(crate) mod lowess;
pub(crate) mod scores;
pub(crate) mod smooth;
