//! All figures of each group.

use super::super::calibration::logistic::{Recalibration, recalibrate};
use super::super::calibration::scores::{MeanCalibration, mean_calibration};
use super::super::discrimination::auc::Auc;
use super::super::predictions::Predictions;
use super::super::runs::Ordered;
use super::super::undefined::Defined;
use super::attribute::ProtectedAttribute;
use super::rate::Rate;
use crate::error::{Error, Result};
use rayon::prelude::*;

/// What is compared between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RateKind {
    /// Part of everybody who is flagged.
    Selection,
    /// Part of those with the outcome who are flagged.
    TruePositive,
    /// Part of those without it who are flagged.
    FalsePositive,
    /// Part of the flagged who have the outcome.
    PositivePredictive,
    /// Part of those not flagged who do not have it.
    NegativePredictive,
    /// Part of everybody who has the outcome.
    Base,
}

impl RateKind {
    /// All of them, in the order of the tables.
    pub const ALL: [RateKind; 6] = [
        RateKind::Selection,
        RateKind::TruePositive,
        RateKind::FalsePositive,
        RateKind::PositivePredictive,
        RateKind::NegativePredictive,
        RateKind::Base,
    ];

    /// Key in files.
    pub fn key(self) -> &'static str {
        match self {
            RateKind::Selection => "selection_rate",
            RateKind::TruePositive => "tpr",
            RateKind::FalsePositive => "fpr",
            RateKind::PositivePredictive => "ppv",
            RateKind::NegativePredictive => "npv",
            RateKind::Base => "base_rate",
        }
    }

    /// The cells counted and those they are counted among: flagged with the outcome and without, the others with and
    /// without.
    fn cells(self) -> (&'static [usize], &'static [usize]) {
        match self {
            RateKind::Selection => (&[0, 1], &[0, 1, 2, 3]),
            RateKind::TruePositive => (&[0], &[0, 2]),
            RateKind::FalsePositive => (&[1], &[1, 3]),
            RateKind::PositivePredictive => (&[0], &[0, 1]),
            RateKind::NegativePredictive => (&[3], &[2, 3]),
            RateKind::Base => (&[0, 2], &[0, 1, 2, 3]),
        }
    }
}

/// The four counts at a threshold (flagged when the risk is at least it), in weights of people.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Confusion {
    /// Flagged, with the outcome.
    pub tp: f64,
    /// Flagged, without it.
    pub fp: f64,
    /// Not flagged, with it.
    pub fn_: f64,
    /// Not flagged, without it.
    pub tn: f64,
    squares: [f64; 4],
    /// People, without weights.
    people: [u64; 4],
}

impl Confusion {
    fn add(&mut self, flagged: bool, case: bool, w: f64) {
        let (cell, k) = match (flagged, case) {
            (true, true) => (&mut self.tp, 0),
            (true, false) => (&mut self.fp, 1),
            (false, true) => (&mut self.fn_, 2),
            (false, false) => (&mut self.tn, 3),
        };
        *cell += w;
        self.squares[k] += w * w;
        self.people[k] += u64::from(w > 0.0);
    }

    /// Number of people that a rate stands on, without weights.
    pub fn people(&self, kind: RateKind) -> u64 {
        kind.cells().1.iter().map(|&k| self.people[k]).sum()
    }

    /// One of the rates; not there when nobody is in its denominator.
    pub fn rate(&self, kind: RateKind) -> Defined<Rate> {
        let cells = [self.tp, self.fp, self.fn_, self.tn];
        let (count, of) = kind.cells();
        let sum = |which: &[usize], of: [f64; 4]| which.iter().map(|&k| of[k]).sum::<f64>();
        Rate::of(sum(count, cells), sum(of, cells), sum(of, self.squares))
    }
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFigures {
    /// Name of the group.
    pub name: String,
    /// Number of people, without weights; those of weight 0 are not counted.
    pub people: usize,
    /// Of those, with the outcome.
    pub events: usize,
    /// Counts at the threshold.
    pub confusion: Confusion,
    /// Area under the ROC curve within the group.
    pub auc: Defined<Auc>,
    /// Observed against expected.
    pub mean: MeanCalibration,
    /// Intercept and slope within the group.
    pub recalibration: Recalibration,
}

/// Figures of each group of an attribute, in the order of its levels.
///
/// # Errors
/// When the attribute is of another number of people, or the threshold is not a probability.
pub fn by_group(
    predictions: &Predictions,
    attribute: &ProtectedAttribute,
    threshold: f64,
) -> Result<Vec<GroupFigures>> {
    if attribute.len() != predictions.len() {
        return Err(Error::options(format!(
            "{} is of {} people, the predictions of {}",
            attribute.name(),
            attribute.len(),
            predictions.len()
        )));
    }
    if !(0.0..=1.0).contains(&threshold) {
        return Err(Error::options(format!("a threshold of {threshold} is not between 0 and 1")));
    }
    let (p, y) = (predictions.probabilities(), predictions.outcomes());
    let names: Vec<&str> = attribute.levels().collect();
    let mut cells = vec![Confusion::default(); names.len()];
    let mut counts = vec![[0usize; 2]; names.len()];
    for i in 0..p.len() {
        let g = attribute.level(i);
        let w = predictions.weights().map_or(1.0, |w| w[i]);
        cells[g].add(p[i] >= threshold, y[i], w);
        counts[g][0] += usize::from(w > 0.0);
        counts[g][1] += usize::from(w > 0.0 && y[i]);
    }
    let figures = |(g, name): (usize, &&str)| {
        let ordered = match predictions.weights() {
            None => Ordered::counted(p, y, |i| attribute.level(i) == g),
            Some(_) => {
                let mine = predictions.only(|i| attribute.level(i) == g);
                mine.as_ref().map_or_else(|| Ordered::counted(&[], &[], |_| true), Ordered::new)
            }
        };
        GroupFigures {
            name: (*name).to_owned(),
            people: counts[g][0],
            events: counts[g][1],
            confusion: cells[g],
            auc: Auc::of(&ordered),
            mean: mean_calibration(&ordered),
            recalibration: recalibrate(&ordered),
        }
    };
    Ok(names.par_iter().enumerate().map(figures).collect())
}
