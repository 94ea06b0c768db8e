//! Every figure of one score on a binary outcome, computed at once.

use super::calibration::groups::{HosmerLemeshow, RiskGroup, by_decile, hosmer_lemeshow};
#[cfg(feature = "report")]
use super::calibration::groups::{parted, test_of};
use super::calibration::isotonic::Isotonic;
use super::calibration::logistic::{Recalibration, platt, recalibrate};
use super::calibration::scores::{
    Brier, MeanCalibration, Spiegelhalter, brier, log_score, mean_calibration, spiegelhalter,
};
use super::calibration::smooth::{CalibrationDistance, distance};
use super::calibration::{loess, lowess};
use super::discrimination::auc::{Auc, average_precision};
use super::discrimination::curve::{RocPoint, partial_area, roc};
use super::predictions::Predictions;
use super::runs::Ordered;
use super::undefined::{Defined, Undefined};
use super::usefulness::{NetBenefit, net_benefit};

/// The validation of one score against a binary outcome.
///
/// People are put in order once; each figure is then computed when it is asked for.
///
/// ```
/// use pleegprofiel::validation::{Predictions, Validation};
/// let people = Predictions::new(vec![0.1, 0.4, 0.4, 0.8], vec![false, false, true, true])?;
/// let validation = Validation::new(&people);
/// // three and a half of four pairs are in order
/// assert_eq!(validation.auc().unwrap().area, 0.875);
/// assert!((validation.brier().value - (0.01 + 0.16 + 0.36 + 0.04) / 4.0).abs() < 1e-15);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Validation {
    people: Ordered,
    weighted: bool,
}

impl Validation {
    /// Puts people in order of risk: `n log n`.
    pub fn new(predictions: &Predictions) -> Validation {
        Validation { people: Ordered::new(predictions), weighted: predictions.weights().is_some() }
    }

    /// Number of people; those of weight 0 are not counted.
    pub fn people(&self) -> usize {
        self.people.people
    }

    /// Weight of people with the outcome.
    pub fn cases(&self) -> f64 {
        self.people.cases
    }

    /// Weight of people without it.
    pub fn controls(&self) -> f64 {
        self.people.controls
    }

    /// Number of distinct risks.
    pub fn distinct(&self) -> usize {
        self.people.distinct()
    }

    /// Area under the ROC curve, with DeLong's interval.
    pub fn auc(&self) -> Defined<Auc> {
        Auc::of(&self.people)
    }

    /// Average precision, without interpolation.
    pub fn average_precision(&self) -> Defined<f64> {
        average_precision(&self.people)
    }

    /// The ROC curve.
    pub fn roc(&self) -> Defined<Vec<RocPoint>> {
        roc(&self.people)
    }

    /// Mean true-positive rate over false-positive rates from `low` to `high`.
    pub fn partial_auc(&self, low: f64, high: f64) -> Defined<f64> {
        partial_area(&self.roc()?, low, high)
    }

    /// Brier score, scaled and in Murphy's parts.
    pub fn brier(&self) -> Brier {
        brier(&self.people)
    }

    /// Mean `-ln` of the probability given to what happened, unclipped: infinite after a wrong 0 or 1.
    pub fn log_score(&self) -> f64 {
        log_score(&self.people)
    }

    /// Observed against expected.
    pub fn mean_calibration(&self) -> MeanCalibration {
        mean_calibration(&self.people)
    }

    /// Intercept and slope.
    pub fn recalibration(&self) -> Recalibration {
        recalibrate(&self.people)
    }

    /// Platt's map on the logit, `[a, b]`.
    pub fn platt(&self) -> Defined<[f64; 2]> {
        platt(&self.people)
    }

    /// The isotonic map.
    pub fn isotonic(&self) -> Isotonic {
        Isotonic::of(&self.people)
    }

    /// Spiegelhalter's test of calibration.
    pub fn spiegelhalter(&self) -> Defined<Spiegelhalter> {
        spiegelhalter(&self.people)
    }

    /// Observed against expected by tenth of the people in order of risk.
    pub fn risk_groups(&self) -> Vec<RiskGroup> {
        by_decile(&self.people)
    }

    /// Observed against expected of people parted at some rising risks, each of which begins a group.
    #[cfg(feature = "report")]
    pub(crate) fn parted(&self, from: &[f64]) -> Vec<RiskGroup> {
        parted(&self.people, from)
    }

    /// The test of Hosmer and Lemeshow by other groups.
    #[cfg(feature = "report")]
    pub(crate) fn test_of(&self, groups: &[RiskGroup]) -> HosmerLemeshow {
        test_of(groups.to_vec())
    }

    /// The test of Hosmer and Lemeshow.
    pub fn hosmer_lemeshow(&self) -> Defined<HosmerLemeshow> {
        hosmer_lemeshow(&self.people, self.weighted)
    }

    /// Net benefit at a threshold.
    pub fn net_benefit(&self, threshold: f64) -> Defined<NetBenefit> {
        net_benefit(&self.people, threshold)
    }

    /// Distances from Cleveland's lowess (local lines, span 2/3).
    pub fn lowess(&self) -> Defined<CalibrationDistance> {
        self.unweighted()?;
        let runs = self.people.collect();
        Ok(distance(&runs, &lowess::lowess(&runs)))
    }

    /// Distances from loess (local quadratics, span 3/4) interpolated from the vertices of a tree: the usual ICI.
    pub fn loess(&self) -> Defined<CalibrationDistance> {
        self.unweighted()?;
        let runs = self.people.collect();
        Ok(distance(&runs, &loess::interpolate(&runs)?))
    }

    /// Distances from loess fitted at each distinct risk; refused beyond some twenty thousand.
    pub fn loess_direct(&self) -> Defined<CalibrationDistance> {
        self.unweighted()?;
        if self.people.distinct() > loess::MOST_DIRECT {
            return Err(Undefined::new("too many distinct risks for a fit each: the interpolated smooth is used"));
        }
        let runs = self.people.collect();
        Ok(distance(&runs, &loess::direct(&runs)?))
    }

    /// The flexible calibration curve with its pointwise 95 % band: risk, smoothed outcome, lower and upper end, at
    /// places along the risks.
    pub fn calibration_curve(&self) -> Defined<Vec<[f64; 4]>> {
        self.unweighted()?;
        loess::band(&self.people.collect())
    }

    /// Weight of people in equal parts of 0 to 1, without and with the outcome.
    pub fn histogram(&self, bins: usize) -> Vec<[f64; 2]> {
        let mut out = vec![[0.0; 2]; bins.max(1)];
        let last = out.len() - 1;
        self.people.each(|r| {
            let bin = &mut out[((r.value * bins as f64) as usize).min(last)];
            bin[0] += r.control;
            bin[1] += r.case;
        });
        out
    }

    fn unweighted(&self) -> Defined<()> {
        if self.weighted { Err(Undefined::new("smoothed curves are for people without weights")) } else { Ok(()) }
    }
}
