//! Why not everything can be equal at once.
//!
//! For a group with base rate `b`: `FPR = b / (1 - b) * (1 - PPV) / PPV * TPR` (an identity of the four counts). So with
//! different base rates, groups with equal PPV and equal TPR **must** have different false-positive rates; an
//! instrument that is calibrated alike in two groups flags more people wrongly in the one that reoffends more.
//!
//! # References
//! Chouldechova (2017), Big Data 5, 153-163; Kleinberg, Mullainathan & Raghavan (2017), ITCS.

use super::super::undefined::{Defined, Undefined};
use super::groups::{GroupFigures, RateKind};

/// What equal PPV and TPR would ask of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Tension {
    /// Name of the group.
    pub group: String,
    /// Part of the group with the outcome.
    pub base_rate: f64,
    /// False-positive rate as observed.
    pub fpr: f64,
    /// False-positive rate the group must have if its PPV and TPR are those of everybody together.
    pub fpr_needed: f64,
}

/// False-positive rate that follows from base rate, PPV and TPR.
///
/// ```
/// use pleegprofiel::validation::implied_fpr;
/// // 100 people, 40 with the outcome: 30 of them flagged, and 20 others; PPV 30/50, TPR 30/40, FPR 20/60
/// assert!((implied_fpr(0.4, 0.6, 0.75).unwrap() - 1.0 / 3.0).abs() < 1e-15);
/// ```
///
/// # Errors
/// When nobody or everybody has the outcome, or the PPV is 0.
pub fn implied_fpr(base_rate: f64, ppv: f64, tpr: f64) -> Defined<f64> {
    if !(base_rate > 0.0 && base_rate < 1.0) || ppv <= 0.0 {
        return Err(Undefined::new("a base rate of 0 or 1, or a PPV of 0, ties nothing"));
    }
    Ok(base_rate / (1.0 - base_rate) * (1.0 - ppv) / ppv * tpr)
}

/// For each group that has the rates, the false-positive rate that equal PPV and TPR would force on it.
pub fn tension(groups: &[GroupFigures]) -> Vec<Tension> {
    let sum = |f: fn(&GroupFigures) -> f64| groups.iter().map(f).sum::<f64>();
    let (tp, fp) = (sum(|g| g.confusion.tp), sum(|g| g.confusion.fp));
    let fn_ = sum(|g| g.confusion.fn_);
    let (ppv, tpr) = (tp / (tp + fp), tp / (tp + fn_));
    groups
        .iter()
        .filter_map(|g| {
            let base_rate = g.confusion.rate(RateKind::Base).ok()?.value();
            let fpr = g.confusion.rate(RateKind::FalsePositive).ok()?.value();
            let fpr_needed = implied_fpr(base_rate, ppv, tpr).ok()?;
            Some(Tension { group: g.name.clone(), base_rate, fpr, fpr_needed })
        })
        .collect()
}
