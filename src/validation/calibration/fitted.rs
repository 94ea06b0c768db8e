//! A map of recalibration, and what it is worth on people it was not fitted to.

use super::super::binary::Validation;
use super::super::predictions::Predictions;
use super::super::undefined::{Measured, Undefined};
use super::isotonic::Isotonic;
use crate::error::{Error, Result};

/// Parts that people are put in, each tried with the map of the others.
const FOLDS: usize = 10;

/// How risks are brought to what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecalibrationMethod {
    /// `logit P = a + logit p`: the level.
    Intercept,
    /// `logit P = a + b logit p`: level and spread.
    Slope,
    /// The rising map closest to the outcomes, linear between knots.
    Isotonic,
}

/// A map of recalibration.
#[derive(Debug, Clone, PartialEq)]
pub enum RecalibrationFit {
    /// `logit P = intercept + slope logit p`.
    Logit {
        /// Intercept, with its interval.
        intercept: Measured,
        /// Slope, with its interval; none where only the level was fitted, and it is 1.
        slope: Option<Measured>,
    },
    /// The rising map, without knots that change nothing.
    Isotonic(Isotonic),
}

impl RecalibrationFit {
    fn at(&self, p: f64) -> f64 {
        match self {
            RecalibrationFit::Logit { intercept, slope } => {
                let eta = intercept.value + slope.as_ref().map_or(1.0, |s| s.value) * (p / (1.0 - p)).ln();
                1.0 / (1.0 + (-eta).exp())
            }
            RecalibrationFit::Isotonic(map) => map.at(p),
        }
    }
}

/// A fitted recalibration with what it stands on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FittedRecalibration {
    /// The map.
    pub map: RecalibrationFit,
    /// People it was fitted to.
    pub people: usize,
    /// Those of them with the outcome.
    pub events: usize,
    /// Observed over expected before.
    pub observed_over_expected: f64,
    /// Brier score of the risks as they were.
    pub brier_before: f64,
    /// Brier score of recalibrated risks, each person's by the map of the nine tenths of people they do not belong to
    /// (the tenth of person `i` is `i mod 10`). Higher than `brier_before` when the map does harm.
    pub brier_after: f64,
}

impl FittedRecalibration {
    /// Fits a map to people of whom the outcome is known, and tries it on those left out in turn.
    ///
    /// # Errors
    /// When all people of a fit have the same outcome, a risk of 0 or 1 has no logit, or all have the same risk and a
    /// slope is asked for.
    pub fn of(people: &Predictions, method: RecalibrationMethod) -> Result<FittedRecalibration> {
        let map = fit(people, method)?;
        let mut squares = 0.0;
        let mut weight = 0.0;
        for fold in 0..FOLDS {
            let Some(tried) = people.only(|i| i % FOLDS == fold) else { continue };
            let others = people
                .only(|i| i % FOLDS != fold)
                .ok_or_else(|| Error::options("one person: nobody is left to fit a map to"))?;
            let map =
                fit(&others, method).map_err(|e| Error::new(e.kind(), format!("without each tenth person: {e}")))?;
            for (i, (&p, &y)) in tried.probabilities().iter().zip(tried.outcomes()).enumerate() {
                let w = tried.weights().map_or(1.0, |w| w[i]);
                squares += w * (map.at(p) - f64::from(u8::from(y))).powi(2);
                weight += w;
            }
        }
        let before = Validation::new(people);
        Ok(FittedRecalibration {
            map,
            people: people.len(),
            events: people.events(),
            observed_over_expected: before.mean_calibration().ratio,
            brier_before: before.brier().value,
            brier_after: squares / weight,
        })
    }
}

fn fit(people: &Predictions, method: RecalibrationMethod) -> Result<RecalibrationFit> {
    let all = Validation::new(people);
    let undefined = |why: Undefined| Error::value(why.reason().to_owned());
    if all.cases() == 0.0 || all.controls() == 0.0 {
        return Err(Error::value(format!("all {} people have the same outcome: no map can be fitted", people.len())));
    }
    Ok(match method {
        RecalibrationMethod::Intercept => {
            RecalibrationFit::Logit { intercept: all.recalibration().offset.map_err(undefined)?, slope: None }
        }
        RecalibrationMethod::Slope => {
            let fitted = all.recalibration();
            let slope = fitted.slope.map_err(undefined)?;
            RecalibrationFit::Logit { intercept: fitted.intercept_with_slope.map_err(undefined)?, slope: Some(slope) }
        }
        RecalibrationMethod::Isotonic => RecalibrationFit::Isotonic(all.isotonic().with_fewest_knots()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Risks of which half as many come true.
    fn halved() -> Predictions {
        let p: Vec<f64> = (0..2000).map(|i| 0.05 + 0.9 * f64::from(i % 100) / 100.0).collect();
        let y = (0..2000).map(|i| f64::from(i / 100) / 20.0 < p[i as usize] / 2.0).collect();
        Predictions::new(p, y).unwrap()
    }

    #[test]
    fn a_map_makes_wrong_risks_better_on_people_it_has_not_seen() {
        for method in [RecalibrationMethod::Intercept, RecalibrationMethod::Slope, RecalibrationMethod::Isotonic] {
            let fitted = FittedRecalibration::of(&halved(), method).unwrap();
            assert!(fitted.brier_after < fitted.brier_before - 0.01, "{method:?}: {fitted:?}");
            let mean = halved().probabilities().iter().map(|&p| fitted.map.at(p)).sum::<f64>() / 2000.0;
            assert!((mean - fitted.events as f64 / 2000.0).abs() < 1e-9, "the mean risk is what happened");
        }
    }

    #[test]
    fn fewer_knots_are_the_same_map() {
        let people = halved();
        let whole = Validation::new(&people).isotonic();
        let few = whole.clone().with_fewest_knots();
        assert!(few.risks.len() < whole.risks.len());
        for i in 0..=1000 {
            let p = f64::from(i) / 1000.0;
            assert!((few.at(p) - whole.at(p)).abs() < 1e-14, "{p}");
        }
    }

    #[test]
    fn one_outcome_has_no_map() {
        let people = Predictions::new(vec![0.1, 0.4], vec![false, false]).unwrap();
        let error = FittedRecalibration::of(&people, RecalibrationMethod::Isotonic).unwrap_err();
        assert!(error.to_string().contains("same outcome"), "{error}");
    }
}
