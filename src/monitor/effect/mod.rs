//! Is an intervention working? The observed difference in recidivism between two groups of careers, and first of all
//! whether groups of these sizes can show one.
//!
//! Belongs here: the smallest effect that can be detected, overlap weights and the balance they reach, the weighted
//! difference with its interval. Does not belong here: one person's follow-up (`cohort::recidivism`), the curves
//! (`survival`).
//!
//! # What the number is
//! Follow-up runs at liberty from a day stated for each person, the same kind of day in both groups. Death and departure
//! compete (Aalen-Johansen): who dies stays in the denominator and is no success. People are weighted to the overlap of
//! the two groups (Li, Morgan & Zaslavsky 2018): a treated person by the probability of not being treated, and the other
//! way round, by a logistic model of the covariates stated. The difference of the weighted shares is the effect among
//! people who might have been in either group **if the covariates hold all that sent people to one and makes them
//! reoffend**. Nothing in the data can tell whether they do; only lots drawn can.

pub(crate) mod estimate;
pub(crate) mod hidden;
pub(crate) mod power;
#[cfg(feature = "csv")]
pub(crate) mod read;
pub(crate) mod study;
pub(crate) mod weights;

pub use estimate::Difference;
pub use power::{DETECTABLE_LEVEL, DETECTABLE_POWER, detectable_share, persons_per_group};
#[cfg(feature = "csv")]
pub use read::{ParticipantTable, read_participants};
pub use study::{Answer, Effect, EffectAt, EffectData, EffectOptions, Participant};
pub use weights::Balance;
