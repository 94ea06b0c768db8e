//! Starts, climbs and zero parts next door where a likelihood is evaluated cell by cell. The search that uses them is
//! `answer::by_cells`, as it begins from seeds that the tables found.

pub(crate) mod climb;
pub(crate) mod neighbour;
pub(crate) mod record;
pub(crate) mod start;
