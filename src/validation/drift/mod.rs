//! Drift: are the numbers still what they were?
//!
//! Belongs here: sequential tests of outcomes, stability of scores, missing answers and overrides, each with the rate of
//! false alarms it is set to. Does not belong here: where the stream comes from.

pub(crate) mod binomial;
pub(crate) mod cusum;
pub(crate) mod run_length;
pub(crate) mod stability;
pub(crate) mod watch;
