//! What a search found: every model, their order, the best one and the smallest that is nearly as good.

use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::data::Data;
use crate::trajectory::fit::Fit;
use crate::trajectory::inference::resample::BootstrapOptions;
use crate::trajectory::progress::Progress;
use crate::trajectory::selection::candidate::{Aside, CandidateFit, CandidateModel};
use crate::trajectory::selection::criterion::{Evidence, SelectionCriterion};
use crate::trajectory::selection::options::SelectionOptions;
use serde::Serialize;
use std::collections::BTreeMap;

/// What every selection has to be read with.
pub const NO_DISCOVERY: &str = "The number of groups is no discovery: it is how many groups summarise these data at the least cost by this criterion; \
skewed data ask for several groups even when there is one population (Bauer & Curran 2003).";

/// The models of a search, ranked.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Selection {
    /// What was asked for.
    pub options: SelectionOptions,
    /// Every model, in the order of the search: family, degree, number of groups.
    pub candidates: Vec<CandidateFit>,
    /// Numbers (from 0) in `candidates` of the models that can be trusted, best first.
    pub ranking: Vec<usize>,
    /// The best of them by the criterion; none when no fit can be trusted.
    pub best: Option<usize>,
    /// The model with the fewest parameters whose criterion is less than `options.within` above the best; the best
    /// itself when there is none smaller.
    pub parsimonious: Option<usize>,
    #[serde(skip)]
    kept: Aside<BTreeMap<CandidateModel, Fit>>,
}

impl Selection {
    pub(crate) fn new(
        options: SelectionOptions,
        candidates: Vec<CandidateFit>,
        kept: BTreeMap<CandidateModel, Fit>,
    ) -> Selection {
        let value = |i: usize| candidates[i].trusted().map_or(f64::INFINITY, |f| options.criterion.of(f));
        let size = |i: usize| candidates[i].trusted().map_or(usize::MAX, |f| f.parameters);
        let mut ranking: Vec<usize> = (0..candidates.len()).filter(|&i| candidates[i].trusted().is_some()).collect();
        ranking.sort_by(|&a, &b| value(a).total_cmp(&value(b)).then(size(a).cmp(&size(b))).then(a.cmp(&b)));
        let best = ranking.first().copied();
        let near = |i: &&usize| best.is_some_and(|b| **i == b || value(**i) - value(b) < options.within);
        let parsimonious = ranking.iter().filter(near).copied().min_by_key(|&i| size(i));
        Selection { options, candidates, ranking, best, parsimonious, kept: Aside(kept) }
    }

    /// What models were ranked by.
    pub fn criterion(&self) -> SelectionCriterion {
        self.options.criterion
    }

    /// How much worse in the criterion the parsimonious model may be.
    pub fn within(&self) -> f64 {
        self.options.within
    }

    /// The best model by the criterion.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Untrusted`] when no model of the search can be trusted.
    pub fn best(&self) -> Result<&CandidateFit> {
        self.best.map(|i| &self.candidates[i]).ok_or_else(|| {
            let n = self.candidates.len();
            Error::new(ErrorKind::Untrusted, format!("none of the {n} models of this search can be trusted"))
        })
    }

    /// How far above the best model number `candidate` is in the criterion; none when either cannot be trusted.
    pub fn difference(&self, candidate: usize) -> Option<f64> {
        let value = |i: usize| self.candidates.get(i)?.trusted().map(|f| self.options.criterion.of(f));
        Some(value(candidate)? - value(self.best?)?)
    }

    /// What that difference says for the best model; only for a BIC, and not of the best itself.
    pub fn evidence(&self, candidate: usize) -> Option<Evidence> {
        let difference = self.difference(candidate).filter(|_| self.best != Some(candidate))?;
        self.options.criterion.is_bic().then(|| Evidence::of_difference(difference))
    }

    /// Puts a figure of stability (0 to 1) beside model number `candidate`; no effect when there is none.
    pub fn set_stability(&mut self, candidate: usize, stability: Option<f64>) {
        if let Some(fit) = self.candidates.get_mut(candidate) {
            fit.stability = stability;
        }
    }

    /// Works out how stable the groups of the best model and of the parsimonious one are, by a bootstrap of each: the
    /// figure is the mean adjusted Rand index of whom a refit and the original put together (1 when always the same
    /// people; see [`crate::trajectory::inference::Stability`] for more). A bootstrap of cases with starts searches anew in every replicate;
    /// without starts it climbs from the model's own groups and cannot find others.
    ///
    /// # Errors
    /// When the cohort is not that of the search, or no refit gives an answer; as
    /// [`Fit::bootstrap_with_progress`].
    pub fn work_out_stability<'a>(
        &mut self,
        people: impl Into<Data<'a>>,
        options: &BootstrapOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<()> {
        let people = people.into();
        let mut chosen: Vec<usize> = self.best.into_iter().chain(self.parsimonious).collect();
        chosen.dedup();
        for candidate in chosen {
            let fit = self.fit(candidate, people)?;
            let figure = match fit.groups.len() {
                1 => 1.0,
                _ => {
                    let bootstrap = fit.bootstrap_with_progress(people, options, progress)?;
                    bootstrap.stability()?.rand_index.clamp(0.0, 1.0)
                }
            };
            self.set_stability(candidate, Some(figure));
        }
        Ok(())
    }

    /// The full fit of model number `candidate` to the people of the search: the one that was made, or the same
    /// again when its figures came from a [`SelectionState`](crate::trajectory::selection::SelectionState).
    ///
    /// # Errors
    /// When there is no such model, or as [`crate::Spec::fit`].
    pub fn fit<'a>(&self, candidate: usize, people: impl Into<Data<'a>>) -> Result<Fit> {
        let model = self.model(candidate)?;
        let people = people.into();
        match self.kept.0.get(model) {
            Some(fit) if fit.grid() == people.grid() && fit.persons == people.persons() => Ok(fit.clone()),
            _ => self.options.on(people, |searched| {
                let spec = searched.specified(&self.options, model)?;
                self.options
                    .effort
                    .threads
                    .map_or_else(|| spec.clone(), |t| spec.clone().threads(t))
                    .fit(searched.people())
            }),
        }
    }

    fn model(&self, candidate: usize) -> Result<&CandidateModel> {
        let n = self.candidates.len();
        self.candidates
            .get(candidate)
            .map(|c| &c.model)
            .ok_or_else(|| Error::options(format!("model {candidate} asked for, of {n}")))
    }
}
