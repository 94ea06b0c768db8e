//! When the rate of a group is not about the events that were seen.

use crate::trajectory::family::Family;

/// A curve that expects more than so many times the events that were seen, and so many more, is not about them.
const BEYOND: f64 = 10.0;
/// Only a zero part beyond this leaves a rate free to run off, or a dispersion.
const NEXT_TO_CERTAIN: f64 = 0.99;

/// Whether a rate ran off that expects so many events where so many were seen, behind a zero part of this probability.
pub(crate) fn ran_off(expected: f64, events: f64, zero: f64, family: Family) -> bool {
    (zero > NEXT_TO_CERTAIN || family.has_dispersion()) && expected > BEYOND * (events + 1.0)
}
