//! Criminal careers: what is known of one person's offences, custody and observation, checked as a
//! whole, and the measures that need no model.
//!
//! Belongs here: dates and ages, offence categories, custody and observation windows, [`person::Career`]
//! and what can be computed from careers alone.
//! Does not belong here: age grids and cohorts (`cohort`), which are made from careers, and whatever is
//! estimated from a cohort.
//!
//! # Conventions
//! - Every interval of time is closed below and open above: `[from, to)`. The last day of a window that
//!   ends on 1 January is 31 December.
//! - Time in years is time on the person's own age: from one birthday to the next is exactly one year,
//!   whether it has 365 days or 366. A year of a career is thus a year of an age grid.
//! - A career is counted from what was observed. What lies before the window is unknown, not absent:
//!   onset, career length and the number of earlier offences can only be as early as the window.

pub(crate) mod article;
pub mod articles;
pub mod builder;
pub mod category;
pub mod custody;
pub mod date;
pub mod escalation;
pub mod measures;
pub mod offence;
pub mod participation;
pub mod person;
pub mod specialisation;
pub(crate) mod timeline;
pub mod versatility;
pub mod window;
