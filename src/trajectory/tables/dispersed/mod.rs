//! Negative binomial counts, with and without a zero part, for the engine of plain counts.
//!
//! Belongs here: what a pass needs of a cell with a dispersion. Does not belong here: how histories, groups and steps
//! are gone through, which is the same for all families.

mod at_risk;
mod dispersion;
mod missing_information_at_risk;

pub(super) use at_risk::AtRisk;
pub(super) use dispersion::{Dispersion, MOST};

/// Posterior-weighted derivatives of the cells of one group at one age, at the parameters of the pass.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct SlopeSums {
    /// In `eta`, `zeta`, `ln alpha`.
    pub(crate) first: [f64; 3],
    /// 00, 10, 11, 20, 21, 22.
    pub(crate) second: [f64; 6],
    /// Expected curvature of the complete data in each of the three, 0 or more.
    pub(crate) complete: [f64; 3],
    pub(crate) time: f64,
    pub(crate) events: f64,
}
