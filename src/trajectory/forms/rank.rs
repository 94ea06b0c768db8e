//! The order in which what was looked at is considered.

use crate::trajectory::forms::scan::Scanned;

/// A richer form whose criterion is lower by less than this is the simpler one at its limit.
pub(super) const SIMPLER: f64 = 1e-5;

/// Trusted first, then lowest BIC first; of equals the simpler, which comes first on the list.
pub(super) fn rank(all: &mut [Scanned]) {
    let rounded = |s: &Scanned| (s.bic / SIMPLER).round() * SIMPLER;
    all.sort_by(|a, b| {
        b.trusted()
            .cmp(&a.trusted())
            .then(rounded(a).total_cmp(&rounded(b)))
            .then(a.shape.parameters().cmp(&b.shape.parameters()))
    });
}
