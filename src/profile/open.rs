//! Whether what is seen of a group leaves a definition open that could not be judged as a whole.
//!
//! A criterion that cannot be judged is not met; but neither is it known not to be, and a name given because of that would
//! be an answer to a question that the ages observed do not settle.
//!
//! Does not belong here: what follows for the group (`naming`).

use super::criterion::{Criterion, Limit, Measure, Unseen};
use super::definitions::Definitions;
use super::descriptors::{Descriptors, Peak};
use super::fit::ProfileFit;

impl ProfileFit {
    /// The score of the group for this profile if all that could not be judged were clearly met; none when a criterion is
    /// judged and not met, or what is seen excludes one that could not be judged, or all were judged.
    pub(crate) fn open(&self, group: &Descriptors, definitions: &Definitions) -> Option<f64> {
        let open = |c: &Criterion| c.unseen.is_some_and(|unseen| !excluded(c, unseen, group, definitions));
        if self.met || self.failed().any(|c| !open(c)) {
            return None;
        }
        let judged: f64 = self.criteria.iter().filter(|c| c.unseen.is_none()).map(|c| c.degree.ln()).sum();
        Some((judged / self.criteria.len() as f64).exp())
    }
}

/// Whether a criterion cannot be met whatever there was to see at the other ages.
fn excluded(criterion: &Criterion, unseen: Unseen, group: &Descriptors, definitions: &Definitions) -> bool {
    match unseen {
        Unseen::NoOffences | Unseen::NoPeak => return true,
        Unseen::NoOthers => return false,
        Unseen::Ages { .. } | Unseen::AfterPeak { .. } | Unseen::PeakAtStart(_) | Unseen::PeakAtEnd(_) => {}
    }
    let beyond = |value: Option<f64>| match (criterion.limit, value) {
        (Limit::AtMost(limit), Some(value)) => value > limit,
        (Limit::AtLeast(limit), Some(value)) => value < limit,
        _ => false,
    };
    match (criterion.measure, criterion.limit) {
        // a curve that is highest where it begins was highest then or before; where it ends, then or later
        (Measure::PeakAge, Limit::Within(span)) => match group.peak {
            Peak::Within(age) => age < span.from || age > span.to,
            Peak::AtStart(age) => age < span.from,
            Peak::AtEnd(age) => age > span.to,
            Peak::Flat | Peak::NoOffences => true,
        },
        // offences expected at the ages observed are expected, whatever is at the others
        (Measure::ExpectedOffences, _) => {
            let seen = (group.early_years + group.late_years) / definitions.both().years();
            beyond(group.expected_in_windows.map(|expected| expected * seen.min(1.0)))
        }
        // too little is seen of these to say how clearly, but what is seen speaks against them
        (Measure::Level, _) => beyond(group.level),
        (Measure::Persistence, _) => beyond(group.persistence),
        _ => false,
    }
}
