//! Fairness: the same figures by group, with intervals that hold for small groups.
//!
//! Belongs here: rates with their intervals, differences and ratios, gaps over groups, why not all can be equal at
//! once, and the type that protected characteristics live in. Does not belong here: what is a fair difference.

pub(crate) mod arithmetic;
pub(crate) mod attribute;
pub(crate) mod compared;
pub(crate) mod groups;
pub(crate) mod rate;
