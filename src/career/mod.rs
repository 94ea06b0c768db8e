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
pub(crate) mod articles;
pub(crate) mod builder;
pub(crate) mod category;
pub(crate) mod custody;
pub(crate) mod date;
pub(crate) mod escalation;
pub(crate) mod measures;
pub(crate) mod offence;
pub(crate) mod participation;
pub(crate) mod person;
pub(crate) mod specialisation;
pub(crate) mod timeline;
pub(crate) mod versatility;
pub(crate) mod window;

pub use articles::{ArticleCategory, ArticleTable};
pub use builder::{CareerBuilder, MAX_OFFENCES, MAX_STAYS};
pub use category::{Category, CategoryLabel, CategorySet, MAX_CATEGORIES, MAX_KEY};
pub use custody::{Custody, Moment};
pub use date::CalendarDate;
pub use escalation::Escalation;
pub use measures::{CareerMeasures, CareerSpan, Frequency, IndexOffence, Period, StreetTime};
pub use offence::{Offence, OffencesInCustody, Severity, When};
pub use participation::{AgeParticipation, Participation, ParticipationShare};
pub use person::TimeBasis;
pub use specialisation::{CategorySpecialisation, Specialisation, TransitionMatrix};
pub use versatility::Versatility;
pub use window::{Window, WindowEnd};
