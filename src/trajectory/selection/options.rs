//! What to look at: the builder with its documented defaults.

use crate::error::{Error, Result};
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use crate::trajectory::selection::candidate::CandidateModel;
use crate::trajectory::selection::criterion::SelectionCriterion;
use crate::trajectory::selection::data::Searched;
use crate::trajectory::selection::result::Selection;
use crate::trajectory::selection::run;
use crate::trajectory::selection::state::SelectionState;
use crate::trajectory::spec::basis::MAX_DEGREE;
use crate::trajectory::spec::effort::{Effort, says_effort};
use crate::trajectory::spec::{DEFAULT_STARTS, MAX_GROUPS, Spec};
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A BIC difference up to which a smaller model is named beside the best: up to here the evidence against it is
/// less than very strong (Kass & Raftery 1995).
pub const DEFAULT_WITHIN: f64 = 10.0;
/// Most models that a search may consist of.
pub const MAX_CANDIDATES: usize = 10_000;

/// A search over the number of groups, degrees and families.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | `groups` | 1 to 8 | one group is what more are compared with; more than eight are seldom told apart |
/// | `degrees` | 1 to 3 | straight to cubic on the log scale, all groups alike |
/// | `families` | `zip`; on a panel that of the specification | crime counts have more zeros than a Poisson allows |
/// | `zero_degree` | as the curves | as crimCV |
/// | `lists` | none | degrees by group that someone has in mind |
/// | `eliminate` | no | costs a fit for every degree that is lowered |
/// | `criterion` | BIC (persons) | the stricter of the usual ones that is consistent |
/// | `within` | 10 | beyond it the evidence against the smaller model is very strong |
/// | `starts`, `seed` | 40, 1 | as in a single fit; the same seed gives the same bits on any number of threads |
/// | `neighbours` | yes | as in a single fit; without, a search over ZIP models takes seconds where it takes minutes |
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Family, ndarray::Array2, trajectory::selection::SelectionOptions};
/// // fifty people with an offence at every age, fifty with none
/// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
/// let selection = SelectionOptions::new().families([Family::Poisson]).groups(1..=2).degrees([0]).select(&cohort)?;
/// assert_eq!(selection.best()?.model.groups, 2);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct SelectionOptions {
    pub(crate) families: Option<Vec<Family>>,
    pub(crate) groups: [usize; 2],
    pub(crate) degrees: Option<Vec<usize>>,
    pub(crate) lists: Vec<Vec<usize>>,
    pub(crate) zero_degree: Option<usize>,
    pub(crate) eliminate: bool,
    pub(crate) criterion: SelectionCriterion,
    pub(crate) within: f64,
    #[serde(flatten)]
    pub(crate) effort: Effort,
    /// It is part of the data that a search goes on from, see `fingerprint`.
    #[serde(skip)]
    pub(crate) base: Option<Spec>,
}

impl Default for SelectionOptions {
    fn default() -> Self {
        SelectionOptions {
            families: None,
            groups: [1, 8],
            degrees: None,
            lists: Vec::new(),
            zero_degree: None,
            eliminate: false,
            criterion: SelectionCriterion::default(),
            within: DEFAULT_WITHIN,
            effort: Effort::with(DEFAULT_STARTS),
            base: None,
        }
    }
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SelectionProgress<'a> {
    /// Models finished, those of before counted.
    pub done: usize,
    /// Models known of; grows while degrees are eliminated.
    pub total: usize,
    /// Everything finished, when a model just was: what to store for going on later.
    pub state: Option<&'a SelectionState>,
}

/// What a caller lends to a search.
#[derive(Clone, Copy)]
pub struct SelectionWatch<'a> {
    /// Called often; false stops the search.
    pub progress: &'a (dyn Fn(SelectionProgress<'_>) -> bool + Sync),
    /// Seconds since any moment: the library reads no clock itself.
    pub clock: Option<&'a (dyn Fn() -> f64 + Sync)>,
}

impl Default for SelectionWatch<'_> {
    fn default() -> Self {
        SelectionWatch { progress: &|_| true, clock: None }
    }
}

impl std::fmt::Debug for SelectionWatch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SelectionWatch").field("clock", &self.clock.is_some()).finish_non_exhaustive()
    }
}

impl SelectionOptions {
    /// A search with its defaults.
    pub fn new() -> Self {
        SelectionOptions::default()
    }

    /// Families to try. On a panel, those of the first outcome.
    pub fn families(mut self, families: impl IntoIterator<Item = Family>) -> Self {
        self.families = Some(families.into_iter().collect());
        self
    }

    /// Numbers of groups to try.
    pub fn groups(mut self, groups: RangeInclusive<usize>) -> Self {
        self.groups = [*groups.start(), *groups.end()];
        self
    }

    /// Degrees to try, all groups alike.
    pub fn degrees(mut self, degrees: impl IntoIterator<Item = usize>) -> Self {
        self.degrees = Some(degrees.into_iter().collect());
        self
    }

    /// Degrees by group to try as well, each list for the number of groups that it is long.
    pub fn lists<L: IntoIterator<Item = usize>>(mut self, lists: impl IntoIterator<Item = L>) -> Self {
        self.lists = lists.into_iter().map(|l| l.into_iter().collect()).collect();
        self
    }

    /// One degree for the zero parts of every model (families with a zero curve).
    pub fn zero_degree(mut self, degree: usize) -> Self {
        self.zero_degree = Some(degree);
        self
    }

    /// Whether degrees are lowered group by group from the best model of each number of groups, as long as the
    /// criterion improves (backward elimination). The zero parts go along unless their degree is given.
    pub fn eliminate(mut self, eliminate: bool) -> Self {
        self.eliminate = eliminate;
        self
    }

    /// What models are ranked by.
    pub fn criterion(mut self, criterion: SelectionCriterion) -> Self {
        self.criterion = criterion;
        self
    }

    /// How much worse in the criterion the smallest model named beside the best may be.
    pub fn within(mut self, within: f64) -> Self {
        self.within = within;
        self
    }

    says_effort!();

    /// A specification for everything that is not searched over: covariates, dropout, shared zero parts. Its number of
    /// groups, starts and seed are replaced; its curves are kept unless degrees are given. A search on a panel needs one;
    /// one on a cohort is over polynomials of its counts without.
    pub fn base(mut self, base: Spec) -> Self {
        self.base = Some(base);
        self
    }

    /// Searches on a cohort or a panel.
    ///
    /// # Errors
    /// Kind [`crate::ErrorKind::InvalidOptions`] when there is nothing to try, more than [`MAX_CANDIDATES`] models,
    /// or a model that the people cannot bear (more groups than persons, a degree not below the number of ages); on a
    /// panel without [`SelectionOptions::base`]; when that has no outcome, is a dual model, or has curves by group while no
    /// degrees are given.
    pub fn select<'a>(&self, people: impl Into<Data<'a>>) -> Result<Selection> {
        self.select_from(people, &mut SelectionState::new(), SelectionWatch::default())
    }

    /// As [`SelectionOptions::select`], going on from `state` and leaving in it whatever was finished, also when
    /// the search is stopped.
    ///
    /// # Errors
    /// As there; also when `state` is of other data, starts or seed, and kind [`crate::ErrorKind::Cancelled`] when
    /// stopped.
    pub fn select_from<'a>(
        &self,
        people: impl Into<Data<'a>>,
        state: &mut SelectionState,
        watch: SelectionWatch<'_>,
    ) -> Result<Selection> {
        self.on(people.into(), |searched| run::search(self, &searched, state, watch))
    }

    /// Does something with what these people and the base make to be searched.
    pub(crate) fn on<T>(&self, people: Data<'_>, work: impl FnOnce(Searched<'_>) -> Result<T>) -> Result<T> {
        match (people, &self.base) {
            (Data::Cohort(cohort), None) => work(Searched::Counts(cohort)),
            (Data::Cohort(cohort), Some(base)) => work(Searched::Panel(&Panel::from_cohort(cohort), base)),
            (Data::Panel(panel), Some(base)) => work(Searched::Panel(panel, base)),
            (Data::Panel(_), None) => {
                Err(Error::options("a search on a panel needs a base specification, which says what its outcomes are"))
            }
        }
    }

    /// Models with degrees given, in the order in which they are reported.
    pub(crate) fn models(&self, data: &Searched<'_>) -> Result<Vec<CandidateModel>> {
        self.check()?;
        let families = match &self.families {
            Some(families) => families.clone(),
            None => vec![data.family()?],
        };
        let degrees: Vec<Vec<usize>> = match (&self.degrees, data.has_own_curves()) {
            (Some(degrees), _) => degrees.iter().map(|&d| vec![d]).collect(),
            (None, true) => vec![vec![]],
            (None, false) => (1..=3).map(|d| vec![d]).collect(),
        };
        let mut models: Vec<CandidateModel> = Vec::new();
        for &family in &families {
            for list in degrees.iter().chain(&self.lists) {
                for groups in self.groups[0]..=self.groups[1] {
                    let model = CandidateModel::new(family, groups, list.clone(), self.zero_degree);
                    if (list.len() <= 1 || list.len() == groups) && !models.contains(&model) {
                        models.push(model);
                    }
                }
            }
        }
        match models.len() {
            0 => Err(Error::options("there is no model to try: a family, a number of groups and a degree are needed")),
            n if n > MAX_CANDIDATES => Err(Error::options(format!("{n} models to try, not 1 to {MAX_CANDIDATES}"))),
            _ => Ok(models),
        }
    }

    fn check(&self) -> Result<()> {
        let [least, most] = self.groups;
        if least == 0 || most > MAX_GROUPS || least > most {
            return Err(Error::options(format!(
                "{least} to {most} groups asked for; give a range within 1 to {MAX_GROUPS}"
            )));
        }
        let all = self.degrees.iter().flatten().chain(self.lists.iter().flatten()).chain(&self.zero_degree);
        if let Some(d) = all.copied().find(|&d| d > MAX_DEGREE) {
            return Err(Error::options(format!("degree {d} asked for, not 0 to {MAX_DEGREE}")));
        }
        if let Some(list) = self.lists.iter().find(|l| !(least..=most).contains(&l.len())) {
            return Err(Error::options(format!("a list of {} degrees, for {least} to {most} groups", list.len())));
        }
        if self.zero_degree.is_some()
            && let Some(families) = &self.families
            && !families.iter().any(|f| f.has_zero_curve())
        {
            return Err(Error::options("a zero degree is given, but none of the families has a zero polynomial"));
        }
        if !(self.within >= 0.0 && self.within.is_finite()) {
            return Err(Error::options(format!("a smaller model within {} of the best; give 0 or more", self.within)));
        }
        self.effort.check()
    }
}
