//! The result of a fit: the model, how it was reached, how far it can be trusted.
//!
//! Belongs here: what is kept, and what is asked of it. Does not belong here: how models are fitted (`route`), standard
//! errors (`mixture::inference`).

pub(crate) mod adequacy;
pub(crate) mod finding;
pub(crate) mod outcome;
pub(crate) mod precision;
pub(crate) mod ran_off;
pub(crate) mod record;
pub(crate) mod shares;
pub(crate) mod spells;
pub(crate) mod spread;
pub(crate) mod standard_errors;
pub(crate) mod stored;
pub(crate) mod words;

use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};
use crate::numeric::streams::stream;
use crate::trajectory::data::Data;
use crate::trajectory::family::Family;
use crate::trajectory::fit::finding::{Finding, trusted};
use crate::trajectory::fit::record::{Seeding, StartRecord};
use crate::trajectory::fit::standard_errors::Inference;
use crate::trajectory::fit::stored::StoredFit;
use crate::trajectory::model::Model;
use crate::trajectory::model::observed::ObservedRates;
use crate::trajectory::spec::Spec;
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// A fitted trajectory model with everything needed to judge it.
///
/// Groups summarise a cohort; they are not kinds of people, their number is not a discovery, and members do
/// not follow the curve in lock step (Nagin & Tremblay 2005). Skewed counts make several groups look best
/// even when there is one population (Bauer & Curran 2003).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "StoredFit", try_from = "StoredFit")]
#[non_exhaustive]
pub struct Fit {
    pub(crate) model: Model,
    /// Number of persons.
    pub persons: usize,
    /// Number of observed cells, all outcomes together.
    pub observations: u64,
    /// Log-likelihood with every constant (`-ln y!`).
    pub log_likelihood: f64,
    /// Number of free parameters.
    pub parameters: usize,
    /// `-2 logL + 2 p`.
    pub aic: f64,
    /// `-2 logL + p ln(persons)`.
    pub bic_persons: f64,
    /// `-2 logL + p ln(observed cells)`; with weights, cells times the mean weight of a person.
    pub bic_observations: f64,
    /// `bic_persons + 2 E`, with `E` the entropy of the posteriors (Biernacki, Celeux & Govaert 2000).
    pub icl: f64,
    /// Relative entropy `1 - E / (N ln K)`, 1 when everyone is placed for certain; none for one group.
    pub entropy: Option<f64>,
    /// Whether the best optimum was climbed to the top.
    pub converged: bool,
    /// Largest absolute element of the gradient at the answer.
    pub gradient_norm: f64,
    /// Log-likelihood still to be gained according to the last Newton step; 0 to rounding at the top.
    pub shortfall: f64,
    /// Groups in the model's order, or in a dual model pairs of groups, second group fastest.
    pub groups: Vec<GroupFit>,
    /// Every start: first those asked for, then the neighbours of the best ones.
    pub starts: Vec<StartRecord>,
    /// Log-likelihoods of the distinct optima found, best first.
    pub optima: Vec<f64>,
    /// The search for a simpler model that this one was sought from, beside its own starts; none where there was none.
    pub seeding: Option<Seeding>,
    /// What a reader has to know about this fit; see [`Finding::is_fatal`].
    pub findings: Vec<Finding>,
    /// People among whom the sandwich, totals and spells were looked at: all, or those drawn; none before a look.
    pub looked_at: Option<usize>,
    pub(crate) inference: Inference,
}

/// One group of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct GroupFit {
    /// Share of the population (mean over persons when membership has covariates).
    pub share: f64,
    /// Persons for whom this group is the most likely.
    pub members: u64,
    /// Average posterior probability of those persons (AvePP; 0.7 or more is usual); none without members.
    pub avepp: Option<f64>,
    /// Odds of correct classification (OCC; 5 or more is usual); none for one group, without members, or
    /// when everyone is certain.
    pub occ: Option<f64>,
    /// Share minus the fraction of persons assigned.
    pub mismatch: f64,
}

impl GroupFit {
    /// From the people whose likeliest group it is: their number, weight and weighted posteriors, and the weight of all.
    pub(crate) fn of(share: f64, members: u64, weight: f64, sure: f64, total: f64) -> GroupFit {
        let avepp = (weight > 0.0).then(|| (sure / weight).min(1.0));
        let occ = avepp.filter(|&a| a < 1.0 && share < 1.0).map(|a| (a / (1.0 - a)) / (share / (1.0 - share)));
        GroupFit { share, members, avepp, occ, mismatch: share - weight / total }
    }
}

/// Different histories of which all are looked at once more; of more, so many people: a second, and z is large enough
/// among them for whatever matters.
const LOOKED_AT: usize = 40_000;
const DRAWN: usize = 20_000;
/// Stream of the people looked at; far from the streams of the starts.
const LOOK_STREAM: u64 = u64::MAX - 1;

impl Fit {
    /// The model, when the fit can be trusted.
    ///
    /// # Errors
    /// Kind [`Untrusted`](crate::ErrorKind::Untrusted), listing why, when a finding is fatal: the fit did not converge, a
    /// group is empty, groups coincide, or the answer is not a maximum.
    pub fn best(&self) -> Result<&Model> {
        trusted(&self.findings).map(|()| &self.model)
    }

    /// The model, trusted or not.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What was fitted and how hard was looked: groups in the order of the model.
    pub fn spec(&self) -> &Spec {
        &self.model.spec
    }

    /// The family of the first outcome.
    pub fn family(&self) -> Family {
        self.model.family()
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        self.model.grid
    }

    /// Posterior probabilities of the groups for each person; see [`Model::posteriors`].
    ///
    /// # Errors
    /// As there.
    pub fn posteriors<'a>(&self, people: impl Into<Data<'a>>) -> Result<Array2<f64>> {
        self.model.posteriors(people)
    }

    /// As [`Model::observed_rates`], for the fitted model.
    ///
    /// # Errors
    /// As there.
    pub fn observed_rates<'a>(&self, people: impl Into<Data<'a>>) -> Result<ObservedRates> {
        self.model.observed_rates(people)
    }

    /// The fit with the sandwich covariance of everyone fitted: where it was not worked out, as in a fit of plain counts,
    /// standard errors by it are none.
    ///
    /// # Errors
    /// When the people are not those who were fitted.
    pub fn robust<'a>(&self, people: impl Into<Data<'a>>) -> Result<Fit> {
        let people = people.into();
        self.check_people(people)?;
        self.robust_on(&people.histories(self.family()))
    }

    /// The same fit after a look at the people fitted: with its sandwich covariance and, among its findings, where totals
    /// spread wider than the model allows ([`TotalsSpread::too_wide`](crate::trajectory::TotalsSpread::too_wide)) and where events come
    /// in spells ([`SpellStarts::too_few`](crate::trajectory::SpellStarts::too_few)). A fit does not look for it by itself.
    ///
    /// It evaluates every cell once more, of 20,000 people drawn at random when a cohort has more than 40,000 different
    /// histories: figures hold among those then, and the sandwich is theirs, for as many as were fitted.
    /// [`Fit::looked_at`] says how many; [`Fit::robust`] takes as many as there are.
    ///
    /// # Errors
    /// When the people are not those who were fitted.
    pub fn checked<'a>(&self, people: impl Into<Data<'a>>) -> Result<Fit> {
        self.checked_on(people.into())
    }

    fn checked_on(&self, people: Data<'_>) -> Result<Fit> {
        self.check_people(people)?;
        match people {
            Data::Cohort(cohort) if cohort.distinct_histories() > LOOKED_AT => {
                let mut rng = stream(self.spec().effort.seed, LOOK_STREAM);
                let drawn = rand::seq::index::sample(&mut rng, cohort.persons(), DRAWN.min(cohort.persons()));
                self.checked_among(&cohort.some(drawn)?)
            }
            _ => self.looked(&people.histories(self.family()), 1.0),
        }
    }

    /// As [`Fit::checked`], by a look at some of the people fitted, who were drawn at random.
    ///
    /// # Errors
    /// When they are more than were fitted, or on another age grid.
    pub fn checked_among<'a>(&self, some: impl Into<Data<'a>>) -> Result<Fit> {
        let some = some.into();
        self.model.check_grid(some)?;
        if some.persons() > self.persons {
            return Err(Error::options("more people than were fitted"));
        }
        let part = some.persons() as f64 / self.persons as f64;
        self.looked(&some.histories(self.family()), part)
    }

    /// Refuses people who cannot be those who were fitted.
    pub(crate) fn check_people(&self, people: Data<'_>) -> Result<()> {
        self.model.check_grid(people)?;
        match people.persons() == self.persons {
            true => Ok(()),
            false => Err(Error::options(format!(
                "the fit is of {} persons, those given are {}: they are not the ones who were fitted",
                self.persons,
                people.persons()
            ))),
        }
    }
}
