//! What is not shown of few people.

use super::groups::GroupFigures;

/// Figures of fewer people are not shown in tables for others to read.
pub const SMALL_GROUP: usize = 10;

/// Which groups may be shown: those of fewer than [`SMALL_GROUP`] people may not, nor, when that would leave a single
/// one hidden that the total gives away, the next smallest.
pub fn shown(groups: &[GroupFigures]) -> Vec<bool> {
    let mut shown: Vec<bool> = groups.iter().map(|g| g.people >= SMALL_GROUP).collect();
    if shown.iter().filter(|s| !**s).count() == 1 {
        let next = (0..groups.len()).filter(|&g| shown[g]).min_by_key(|&g| groups[g].people);
        next.into_iter().for_each(|g| shown[g] = false);
    }
    shown
}

/// Whether a rate of a shown group may be shown: at least [`SMALL_GROUP`] people in its denominator.
pub fn rate_shown(of: f64) -> bool {
    of >= SMALL_GROUP as f64
}
