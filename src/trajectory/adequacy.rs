//! How well a fitted model places people: the field's adequacy figures (Nagin 2005, chapter 5).

use super::model::TrajectoryModel;
use super::pass::Evaluator;
use ndarray::Array2;

/// Adequacy of one group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct GroupAdequacy {
    pub(crate) members: u64,
    pub(crate) avepp: Option<f64>,
    pub(crate) occ: Option<f64>,
    pub(crate) mismatch: f64,
}

/// Adequacy of a model on a cohort.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Adequacy {
    pub(crate) groups: Vec<GroupAdequacy>,
    /// `sum of w p ln p`, negated: 0 when everyone is certain.
    pub(crate) entropy: f64,
    /// `1 - entropy / (N ln K)`; none for one group.
    pub(crate) relative_entropy: Option<f64>,
}

pub(crate) fn adequacy(model: &TrajectoryModel, everyone: &Evaluator<'_>) -> Adequacy {
    let groups = model.groups().len();
    let posteriors: Array2<f64> = model.posteriors_by(everyone);
    let histories = everyone.histories;
    let (mut members, mut weight, mut sure) = (vec![0_u64; groups], vec![0.0; groups], vec![0.0; groups]);
    let mut entropy = 0.0;
    for (h, row) in posteriors.rows().into_iter().enumerate() {
        let w = histories.weight[h];
        let k = most_likely(row.iter().copied());
        members[k] += u64::from(histories.persons[h]);
        weight[k] += w;
        sure[k] += w * row[k];
        entropy -= w * row.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>();
    }
    Adequacy::of(model, &members, &weight, &sure, entropy, everyone.total_weight)
}

impl Adequacy {
    /// From sums by most likely group: people, their weight, and the weighted posterior probabilities of that group; the
    /// entropy, and the weight of all.
    pub(crate) fn of(
        model: &TrajectoryModel,
        members: &[u64],
        weight: &[f64],
        sure: &[f64],
        entropy: f64,
        total: f64,
    ) -> Adequacy {
        let groups = model.groups().len();
        let per_group = (0..groups)
            .map(|k| {
                let share = model.groups()[k].share;
                let avepp = (weight[k] > 0.0).then(|| (sure[k] / weight[k]).min(1.0));
                // odds of correct classification: posterior odds over the odds of the share alone
                let occ = avepp.filter(|&a| a < 1.0 && share < 1.0).map(|a| (a / (1.0 - a)) / (share / (1.0 - share)));
                GroupAdequacy { members: members[k], avepp, occ, mismatch: share - weight[k] / total }
            })
            .collect();
        let relative_entropy = (groups > 1).then(|| 1.0 - entropy / (total * (groups as f64).ln()));
        Adequacy { groups: per_group, entropy, relative_entropy }
    }
}

/// Group of the highest probability; the first of equals.
pub(crate) fn most_likely(p: impl Iterator<Item = f64>) -> usize {
    let mut best = (f64::NEG_INFINITY, 0);
    for (k, p) in p.enumerate() {
        if p > best.0 {
            best = (p, k);
        }
    }
    best.1
}
