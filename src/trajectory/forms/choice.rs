//! What was chosen, and everything it was chosen from.

use crate::cohort::data::Cohort;
use crate::error::Result;
use crate::trajectory::fit::Fit;
use crate::trajectory::model::Model;
use crate::trajectory::model::candidate::FormCandidate;
use crate::trajectory::spec::form::Form;
use serde::Serialize;

/// The form and number of groups that were chosen, with everything they were chosen from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FormChoice {
    /// The form.
    pub form: Form,
    /// Its fit, which can be trusted.
    pub fit: Fit,
    /// Everything that was looked at: trusted first, then lowest BIC first.
    pub candidates: Vec<FormCandidate>,
    /// How sure people's groups are under this form and under Poisson, when that is another form.
    pub sureness: Option<Sureness>,
    /// The other trusted models that fit about as well, lowest BIC first: within [`ABOUT_AS_WELL`] of the chosen one.
    pub alternatives: Vec<Alternative>,
}

/// A model that fits about as well as the chosen one.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Alternative {
    /// What it is, and how far behind.
    pub candidate: FormCandidate,
    /// The model, as it was fitted in full or looked at.
    pub model: Model,
}

/// Difference in BIC below which two models fit about as well: beyond, the evidence is very strong (Kass & Raftery
/// 1995).
pub const ABOUT_AS_WELL: f64 = 10.0;

/// How sure posteriors are under the chosen form, and under Poisson with as many groups. A Poisson posterior of 0.9999
/// of somebody whose counts spread more than Poisson counts do is no certainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Sureness {
    /// Persons.
    pub persons: u64,
    /// Persons whose likeliest group has a posterior of 0.99 or more under the chosen form.
    pub sure: u64,
    /// The same under Poisson.
    pub sure_poisson: u64,
    /// Mean of the highest posterior under the chosen form.
    pub mean: f64,
    /// The same under Poisson.
    pub mean_poisson: f64,
}

/// A posterior from here on counts as sure.
const SURE: f64 = 0.99;

impl Sureness {
    pub(super) fn new(cohort: &Cohort, chosen: &Model, poisson: &Model) -> Result<Sureness> {
        let of = |model: &Model| -> Result<(u64, f64)> {
            let posteriors = model.distinct_posteriors(cohort)?;
            let (mut sure, mut sum) = (0, 0.0);
            for (row, &persons) in posteriors.rows().into_iter().zip(&cohort.histories.persons) {
                let highest = row.iter().copied().fold(0.0, f64::max);
                sure += if highest >= SURE { u64::from(persons) } else { 0 };
                sum += f64::from(persons) * highest;
            }
            Ok((sure, sum / cohort.persons().max(1) as f64))
        };
        let ((sure, mean), (sure_poisson, mean_poisson)) = (of(chosen)?, of(poisson)?);
        Ok(Sureness { persons: cohort.persons() as u64, sure, sure_poisson, mean, mean_poisson })
    }
}

impl FormChoice {
    /// The best trusted candidate of each form, lowest BIC first; for a form without one its best.
    pub fn by_form(&self) -> Vec<&FormCandidate> {
        let mut kept: Vec<&FormCandidate> = Vec::new();
        for candidate in &self.candidates {
            if kept.iter().all(|k| k.form != candidate.form) {
                kept.push(candidate);
            }
        }
        kept
    }
}
