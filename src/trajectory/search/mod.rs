//! From starts to the top: many starts screened, the promising climbed, better optima next door, and the winner finished to
//! zero gradient. Once by tables and once by cells: the two share what is kept of a search (`fit::record`), how far it is
//! (`progress`) and their shape, not their steps, as those of the tables live of sums by age.

pub(crate) mod by_cells;
pub(crate) mod by_tables;
