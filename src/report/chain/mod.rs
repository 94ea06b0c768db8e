//! The chain in figures, and the effect of an intervention, for people to read.
//!
//! Belongs here: which tables stand where and how they are worded. Does not belong here: the figures (`monitor`), and what
//! is hidden of few people, which happened there.

mod effect;
mod indicators;
mod recidivism;

pub use effect::EffectReport;
pub use indicators::ChainReport;
pub use recidivism::RecidivismReport;
