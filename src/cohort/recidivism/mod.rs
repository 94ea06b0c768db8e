//! Recidivism of a cohort: the figures a monitor reports, from careers alone.
//!
//! Belongs here: follow-up from an index offence, Kaplan-Meier at liberty, frequency, suppression of small cells.
//! Does not belong here: predicting anyone's recidivism.

pub mod figures;
pub mod follow_up;
pub mod kaplan_meier;
pub mod options;
mod small_cells;
