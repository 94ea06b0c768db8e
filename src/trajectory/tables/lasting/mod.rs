//! Negative multinomial groups for the engine of plain counts: Poisson curves, and a gamma factor that a person keeps.
//!
//! Given the group, a person's counts hang together by their total `Y` and by what was expected of them in all,
//! `M = sum of exposure x rate`, only (Hausman, Hall & Griliches 1984; the formulas stand in `mixture::factor`, which
//! serves every model of the engine of cells). So a pass is one over Poisson cells, with one logarithm a history and group
//! beside it, and the sums by age that it yields are those of Poisson counts whose time at risk is multiplied by the
//! factor to be expected of each person. What sums by age cannot hold, that a person's ages share the factor, is one
//! small matrix a group (`EStep::within`).
//!
//! Belongs here: what a pass needs of a history with a factor. Does not belong here: how starts, groups and steps are
//! gone through, which is the same for all families of plain counts.

mod block;
mod missing_information;
mod pass;
mod term;
mod totals;

#[cfg(test)]
mod tests;

pub(super) use pass::LastingPass;
pub(super) use totals::Totals;
