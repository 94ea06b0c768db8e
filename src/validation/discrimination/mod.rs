//! Discrimination: do those with the outcome have the higher risk?
//!
//! Belongs here: the area under the ROC curve, its variance, two scores on the same people, curves.
//! Does not belong here: outcomes with times (`follow_up`).

pub(crate) mod auc;
pub(crate) mod compare;
pub(crate) mod curve;
