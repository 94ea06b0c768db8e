//! How well a fitted model places people: the field's adequacy figures (Nagin 2005, chapter 5).

use crate::numeric::logspace::most_likely;
use crate::trajectory::fit::GroupFit;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::tables::pass::Evaluator;
use ndarray::Array2;

/// Adequacy of a model on a cohort.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Adequacy {
    pub(crate) groups: Vec<GroupFit>,
    /// `sum of w p ln p`, negated: 0 when everyone is certain.
    pub(crate) entropy: f64,
    /// `1 - entropy / (N ln K)`; none for one group.
    pub(crate) relative_entropy: Option<f64>,
}

pub(crate) fn adequacy(model: &CountModel, everyone: &Evaluator<'_>) -> Adequacy {
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
        model: &CountModel,
        members: &[u64],
        weight: &[f64],
        sure: &[f64],
        entropy: f64,
        total: f64,
    ) -> Adequacy {
        let groups = model.groups().len();
        let per_group =
            (0..groups).map(|k| GroupFit::of(model.groups()[k].share, members[k], weight[k], sure[k], total)).collect();
        let relative_entropy = (groups > 1).then(|| 1.0 - entropy / (total * (groups as f64).ln()));
        Adequacy { groups: per_group, entropy, relative_entropy }
    }
}
