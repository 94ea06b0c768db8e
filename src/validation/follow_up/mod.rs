//! Outcomes with times: follow-up that ends in the event, in a competing one, or unfinished.
//!
//! Belongs here: the curves as figures with their reasons, concordance, and figures of a risk by a
//! horizon under censoring. Does not belong here: outcomes known for everybody (`binary`), and
//! the estimators that other parts need too (`survival`).

pub(crate) mod concordance;
pub(crate) mod curves;
pub(crate) mod horizon;
pub(crate) mod horizon_auc;
pub(crate) mod horizon_groups;
pub(crate) mod influence;
pub(crate) mod kaplan_meier;

pub(crate) use crate::survival::{EventStatus, FollowUp};
