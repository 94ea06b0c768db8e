//! Which figures of a score are shown: everything, or what tells of no few people.

use super::Words;
use crate::validation::cuts::{self, Ranked};
use crate::validation::{HosmerLemeshow, Predictions, RiskGroup, RocPoint, Validation};

/// Thresholds of the table of usefulness.
pub(super) const THRESHOLDS: [f64; 7] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];

/// Thresholds of the picture of it.
pub(super) fn places() -> impl Iterator<Item = f64> {
    (1..=80).map(|i| f64::from(i) / 100.0)
}

/// What is shown of one score.
pub(super) struct Shown<'a> {
    people: &'a Predictions,
    /// Risks at which people may be parted, rising; everywhere without it.
    at: Option<Vec<f64>>,
    groups: Vec<RiskGroup>,
    tenths: bool,
}

/// What is shown of scores of the same people, of which groups are told at a threshold.
pub(super) fn shown<'a>(
    validated: &[(&str, &'a Predictions, Validation)],
    threshold: Option<f64>,
    show_small: bool,
) -> Vec<Shown<'a>> {
    let tenths: Vec<Vec<RiskGroup>> = validated.iter().map(|(.., v)| v.risk_groups()).collect();
    if show_small {
        let all = validated.iter().zip(tenths);
        return all.map(|((_, people, _), groups)| Shown { people, at: None, groups, tenths: true }).collect();
    }
    let wanted = |groups: &[RiskGroup]| {
        let first = threshold.into_iter().chain(THRESHOLDS).chain(groups.iter().skip(1).map(|g| g.lowest));
        first.chain(places()).collect::<Vec<f64>>()
    };
    let scores: Vec<_> =
        validated.iter().zip(&tenths).map(|((_, people, _), g)| (Ranked::of(people), wanted(g))).collect();
    let told = cuts::told(&scores);
    let all = validated.iter().zip(tenths).zip(told);
    all.map(|(((_, people, v), tenths), at)| {
        let told = |place: &f64| at.contains(place);
        let ends: Vec<f64> = tenths.iter().skip(1).map(|g| g.lowest).collect();
        let whole = ends.iter().all(told);
        let groups = if whole {
            tenths
        } else {
            let mut from: Vec<f64> = ends.into_iter().chain(THRESHOLDS).chain(threshold).filter(told).collect();
            from.sort_by(f64::total_cmp);
            v.parted(&from)
        };
        Shown { people, at: Some(at), groups, tenths: whole }
    })
    .collect()
}

impl Shown<'_> {
    /// Whether anything of people on either side of a threshold is shown.
    pub(super) fn at(&self, threshold: f64) -> bool {
        self.at.as_ref().is_none_or(|at| at.contains(&threshold))
    }

    /// Whether everything is.
    pub(super) fn everything(&self) -> bool {
        self.at.is_none()
    }

    /// Groups of risk: tenths, or what may be shown of them.
    pub(super) fn groups(&self) -> &[RiskGroup] {
        &self.groups
    }

    /// Number of people of each group, without weights.
    pub(super) fn people(&self) -> Vec<u64> {
        let from: Vec<f64> = self.groups.iter().skip(1).map(|g| g.lowest).collect();
        cuts::people(self.people, &from).into_iter().map(|[without, with]| without + with).collect()
    }

    /// The test by the groups that are shown, if they are more than one.
    pub(super) fn hosmer_lemeshow(&self, v: &Validation) -> Option<HosmerLemeshow> {
        let test = v.hosmer_lemeshow().ok()?;
        match self.tenths {
            true => Some(test),
            false => (self.groups.len() > 1).then(|| v.test_of(&self.groups)),
        }
    }

    /// Corners of the ROC curve.
    pub(super) fn roc(&self, curve: Vec<RocPoint>) -> Vec<RocPoint> {
        let Some(at) = &self.at else { return curve };
        // a corner holds those from its risk up, and people are told of from a place up
        let mut corners = Vec::new();
        for (i, corner) in curve.iter().enumerate() {
            let next = curve.get(i + 1).map_or(f64::NEG_INFINITY, |next| next.threshold);
            let end = i == 0 || i + 1 == curve.len();
            if end || at.iter().any(|place| *place <= corner.threshold && *place > next) {
                corners.push(*corner);
            }
        }
        corners
    }

    /// Weights without and with the outcome in equal parts of 0 to 1.
    pub(super) fn histogram(&self, v: &Validation, bars: usize) -> Vec<[f64; 2]> {
        if self.everything() {
            return v.histogram(bars);
        }
        // each group evenly over the parts that it reaches into
        let part = |risk: f64| ((risk * bars as f64) as usize).min(bars - 1);
        let mut all = vec![[0.0; 2]; bars];
        for g in &self.groups {
            let (from, to) = (part(g.lowest), part(g.highest));
            let over = (to - from + 1) as f64;
            for bar in &mut all[from..=to] {
                bar[0] += (g.people - g.observed) / over;
                bar[1] += g.observed / over;
            }
        }
        all
    }

    /// What is said of groups that are no tenths.
    pub(super) fn note(&self, w: Words) -> Option<String> {
        (!self.tenths).then(|| {
            w.pick(
                "Groepen zijn zo genomen dat elk tien personen of meer met en zonder de uitkomst heeft, ook naast de drempels die getoond zijn.",
                "Groups are taken such that each has ten people or more with and without the outcome, beside the thresholds shown too.",
            )
        })
    }
}
