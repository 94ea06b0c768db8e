//! Predicted probabilities with what came of them, checked once.

use crate::error::{Error, Issues, Result};

/// Probabilities of a binary outcome by a stated horizon, what was observed, and (if wanted) sampling weights.
///
/// Probabilities are from 0 to 1, both included; outcomes are known for everybody. Order is that of the people.
///
/// ```
/// use pleegprofiel::validation::Predictions;
/// let people = Predictions::new(vec![0.1, 0.8, 0.4], vec![false, true, true])?;
/// assert_eq!((people.len(), people.events()), (3, 2));
/// assert!(Predictions::new(vec![12.0, 80.0], vec![false, true]).unwrap_err().to_string().contains("per cent"));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Predictions {
    probabilities: Vec<f64>,
    outcomes: Vec<bool>,
    weights: Option<Vec<f64>>,
}

impl Predictions {
    /// Checks and keeps the columns, a value a person each.
    ///
    /// # Errors
    /// When the columns differ in length or are empty, or a probability is outside 0 to 1: all such are told.
    pub fn new(probabilities: Vec<f64>, outcomes: Vec<bool>) -> Result<Predictions> {
        if probabilities.len() != outcomes.len() {
            let (p, y) = (probabilities.len(), outcomes.len());
            return Err(Error::options(format!("{p} probabilities but {y} outcomes")));
        }
        if probabilities.is_empty() {
            return Err(Error::options("no people: at least 1 is needed"));
        }
        let mut issues = Issues::in_memory();
        check_probabilities(&probabilities, |i, message| {
            issues.add(Some(i as u64 + 1), Some("probability"), || message);
        });
        issues.into_result("the predictions cannot be validated")?;
        Ok(Predictions { probabilities, outcomes, weights: None })
    }

    /// The same people with sampling weights: how many people of the population each stands for.
    ///
    /// # Errors
    /// When their number differs, one is negative or not finite, or all are 0.
    pub fn weighted(mut self, weights: Vec<f64>) -> Result<Predictions> {
        if weights.len() != self.len() {
            return Err(Error::options(format!("{} weights for {} people", weights.len(), self.len())));
        }
        let mut issues = Issues::in_memory();
        for (i, w) in weights.iter().enumerate().filter(|(_, w)| !(**w >= 0.0 && w.is_finite())) {
            issues.add(Some(i as u64 + 1), Some("weight"), || format!("{w} is not a weight: 0 or more, and finite"));
        }
        issues.into_result("the weights cannot be used")?;
        if weights.iter().all(|w| *w == 0.0) {
            return Err(Error::options("all weights are 0"));
        }
        self.weights = Some(weights);
        Ok(self)
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.probabilities.len()
    }

    /// Whether there is nobody; never so, as the constructor refuses it.
    pub fn is_empty(&self) -> bool {
        self.probabilities.is_empty()
    }

    /// Number of people with the outcome, without weights.
    pub fn events(&self) -> usize {
        self.outcomes.iter().filter(|y| **y).count()
    }

    /// The probabilities, a value a person.
    pub fn probabilities(&self) -> &[f64] {
        &self.probabilities
    }

    /// The outcomes, a value a person.
    pub fn outcomes(&self) -> &[bool] {
        &self.outcomes
    }

    /// The sampling weights, when there are any.
    pub fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    /// Those people of whom `keep` is true; `None` when there is nobody.
    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Option<Predictions> {
        let who: Vec<usize> = (0..self.len()).filter(|&i| keep(i)).collect();
        (!who.is_empty()).then(|| Predictions {
            probabilities: who.iter().map(|&i| self.probabilities[i]).collect(),
            outcomes: who.iter().map(|&i| self.outcomes[i]).collect(),
            weights: self.weights.as_ref().map(|w| who.iter().map(|&i| w[i]).collect()),
        })
    }
}

/// Tells of each value that is no probability; when many look like per cents, that is said.
pub(crate) fn check_probabilities(values: &[f64], mut tell: impl FnMut(usize, String)) {
    // without a way out of the loop, so that it is one of vectors
    if values.iter().fold(true, |fine, p| fine & (*p >= 0.0) & (*p <= 1.0)) {
        return;
    }
    let bad = |p: &f64| !(0.0..=1.0).contains(p);
    let percent = values.iter().filter(|p| bad(p)).all(|p| (1.0..=100.0).contains(p));
    for (i, p) in values.iter().enumerate().filter(|(_, p)| bad(p)) {
        let hint = if percent { "; it looks like per cents: divide by 100" } else { "" };
        tell(i, format!("{p} is not a probability between 0 and 1{hint}"));
    }
}
