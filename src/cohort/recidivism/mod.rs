//! Recidivism of a cohort: the figures a monitor reports, from careers alone.
//!
//! Belongs here: follow-up from an index offence, shares at liberty, frequency, what is hidden of few people.
//! Does not belong here: the estimators (`survival`), predicting anyone's recidivism.

pub(crate) mod builder;
pub(crate) mod criteria;
pub(crate) mod figures;
pub(crate) mod follow_up;
pub(crate) mod options;
pub(crate) mod small_cells;

pub use builder::RecidivismBuilder;
pub use criteria::{RecidivismCriteria, RecidivismCriterion};
pub use figures::{FrequencyAfter, GroupRecidivism, MeanOf, NewCases, Recidivism, ShareByYear, ShareFigures, ShareOf};
pub use follow_up::Reoffence;
pub use options::{MAX_YEARS, RecidivismOptions};
