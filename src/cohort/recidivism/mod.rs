//! Recidivism of a cohort: the figures a monitor reports, from careers alone.
//!
//! Belongs here: follow-up from an index offence, shares at liberty, frequency, what is hidden of few people.
//! Does not belong here: the estimators (`survival`), predicting anyone's recidivism.

pub mod builder;
pub mod criteria;
pub mod figures;
pub mod follow_up;
pub mod options;
pub(crate) mod small_cells;
