//! Starts, climbs and neighbours where a likelihood is evaluated by tables.

pub(crate) mod coarse;
pub(crate) mod em;
pub(crate) mod ladder;
pub(crate) mod limit;
pub(crate) mod neighbour;
pub(crate) mod newton;
pub(crate) mod search;
pub(crate) mod start;

#[cfg(test)]
mod tests;
