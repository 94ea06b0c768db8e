//! What to fit: groups over outcomes, covariates, dropout; and how hard to look.
//!
//! Belongs here: the builder and its documented defaults. Does not belong here: whether data can bear it
//! (`check`), how parameters lie in vectors (`layout`).
//!
//! # The model
//!
//! Person `i` belongs to class `c` with probability `pi_c(x_i)`, a multinomial logit of the person's
//! covariates. Given the class (and, for `negmult`, a person's
//! factor), cells are independent; cell `t` of outcome `o` has the density of its family at
//! linear predictors that are sums of basis functions of age and of covariates that change with age. The
//! likelihood of a person is the mixture over classes of the product over observed cells; what was not observed
//! drops out of it, which is right when it is missing at random given what was seen and the class.
//!
//! | family | predictors | for |
//! | --- | --- | --- |
//! | `poisson` | log rate | counts in time at risk |
//! | `zip`, `zip-tau` | log rate, logit of a structural zero (or `tau`) | counts with more zeros |
//! | `negbin` | log rate, log dispersion | counts with more spread than Poisson within a group |
//! | `zinb` | log rate, logit of a structural zero, log dispersion | both |
//! | `negmult` | log rate, log variance of a factor that each person keeps | people of a group who differ for good |
//! | `bernoulli` | logit | any event or none |
//! | `cnorm` | mean, log standard deviation | scale scores with a floor and a ceiling (Tobin 1958; Nagin 1999) |
//! | `beta` | logit of the mean, log precision | fractions strictly between 0 and 1 |
//!
//! With a standard deviation or precision of its own for each group, the likelihood of `cnorm` without bounds
//! and of `beta` has no upper bound: a group may shrink onto a few equal values (Day 1969). Such points are
//! refused as answers ([`crate::trajectory::StartStop::GroupCollapsed`]); `common_dispersion` rules them out.
//!
//! # Several outcomes
//!
//! Several outcomes in one [`Spec`] share one grouping (multi-trajectory models; Nagin, Jones, Passos &
//! Tremblay 2018): outcomes are independent given the group. [`Spec::dual`] gives two outcomes a
//! grouping each and every pair of groups a probability (Nagin & Tremblay 2001);
//! [`Precision::transitions`](crate::trajectory::Precision::transitions) are the second grouping's probabilities given the first.
//!
//! # Dropout
//!
//! [`Dropout`] gives each group a hazard of leaving for good (Haviland, Jones & Nagin 2011). Without it,
//! shares are those of the people who were seen long enough to be told apart; when leaving goes with the group,
//! that is not the population's mix.

pub(crate) mod basis;
pub(crate) mod check;
pub(crate) mod effort;
pub(crate) mod form;
pub(crate) mod layout;
pub(crate) mod outcome;

use crate::trajectory::family::Family;
use crate::trajectory::spec::effort::{Effort, says_effort};
use crate::trajectory::spec::outcome::{Dropout, OutcomeSpec};
use serde::{Deserialize, Serialize};

/// How groups are laid over the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Grouping {
    /// One grouping for all outcomes.
    Single(usize),
    /// A grouping for the first outcome, another for the second, and every pair of them.
    Dual(usize, usize),
}

/// What to fit and how hard to look: one or several outcomes over one grouping, or two groupings joined. Everything that moves
/// a number is stored in the result.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | groups | 4 for [`Spec::counts`] | the Rapporteur's report has four profiles |
/// | curves, zero parts, dispersion | see [`OutcomeSpec`] | |
/// | `starts` | 40 | finds the best known optimum of every published Toronto fit with every seed tried |
/// | `neighbours` | yes | the best optimum of a zero-inflated model is often one that no start reaches |
/// | `seed` | 1 | any; same seed, same bits |
/// | `threads` | all | does not change a bit of the result |
///
/// Where time at risk is everybody's own the search rounds it, by 2.2 % at most, as people then share cells; the twelve best
/// optima climb on with their time as it is, and figures are of that.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Family, Spec, ndarray::Array2};
/// // fifty people with an offence at every age, fifty with none
/// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
/// let fit = Spec::counts(Family::Poisson).groups(2).degree(0).fit(&cohort)?;
/// let shares: Vec<f64> = fit.model().groups().iter().map(|g| g.share).collect();
/// assert!((shares[1] - 0.5).abs() < 1e-3); // groups are ordered by level
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// The same builder says anything else that can be fitted, to a [`Panel`](crate::Panel):
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
/// // people with and without the behaviour, told apart by a covariate
/// let contact = Array2::from_shape_fn((200, 6), |(i, t)| Some(f64::from(u8::from(i % 2 == 1 && (i + t) % 3 > 0))));
/// let female: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 2 == 0 || i % 5 == 0))).collect();
/// let panel = Panel::new(AgeGrid::years(12, 17)?).series("contact", contact.view())?.covariate("female", &female)?;
/// let spec = Spec::new(2).outcome(OutcomeSpec::new("contact", Family::Bernoulli).degree(0)).membership(["female"]);
/// let fit = spec.fit(&panel)?;
/// assert!((fit.groups[1].share - 0.5).abs() < 0.02);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Spec {
    pub(crate) grouping: Grouping,
    pub(crate) outcomes: Vec<OutcomeSpec>,
    pub(crate) membership: Vec<String>,
    pub(crate) dropout: Option<Dropout>,
    #[serde(flatten)]
    pub(crate) effort: Effort,
}

/// Groups a model may have: eight blocks of lanes. Far above what any cohort supports.
pub const MAX_GROUPS: usize = 32;
/// Classes a model may have.
pub(crate) const MAX_CLASSES: usize = 64;
/// Starts of a general fit, unless asked otherwise.
pub const DEFAULT_STARTS: usize = 40;

impl Spec {
    /// A model of the counts of a cohort: four groups with cubic curves, until it is said otherwise.
    pub fn counts(family: Family) -> Self {
        Spec::new(4).outcome(OutcomeSpec::counts(family))
    }

    /// A model with one grouping of `groups` groups, and no outcome yet.
    pub fn new(groups: usize) -> Self {
        Spec {
            grouping: Grouping::Single(groups),
            outcomes: Vec::new(),
            membership: Vec::new(),
            dropout: None,
            effort: Effort::with(DEFAULT_STARTS),
        }
    }

    /// Dual trajectories (Nagin & Tremblay 2001): `first` groups of the first outcome, `second` of the
    /// second, and the probabilities of every pair.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, trajectory::Errors};
    /// // half steal much; of those half are often violent too, of the others a quarter
    /// let often = |high: bool, i: usize, t: usize| Some(if high { 5.0 } else { 0.0 } + ((i + t) % 3) as f64);
    /// let theft = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 2 == 1, i, t));
    /// let violence = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 4 == 1 || i % 8 == 0, i, t));
    /// let panel = Panel::new(AgeGrid::years(12, 17)?).series("theft", theft.view())?.series("violence", violence.view())?;
    /// let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(0);
    /// let fit = Spec::dual(2, 2).outcome(of("theft")).outcome(of("violence")).starts(8).fit(&panel)?;
    /// let given = fit.by(Errors::Information)?.transitions().expect("a dual model");
    /// assert!((given[0][1].value - 0.25).abs() < 1e-3 && (given[1][1].value - 0.5).abs() < 1e-3);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn dual(first: usize, second: usize) -> Self {
        Spec { grouping: Grouping::Dual(first, second), ..Spec::new(1) }
    }

    /// Adds an outcome. Several outcomes over one grouping make a multi-trajectory model (Nagin, Jones,
    /// Passos & Tremblay 2018).
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
    /// // a quarter of the people steal three times a year and were violent in half of the years, the others neither
    /// let theft = Array2::from_shape_fn((200, 6), |(i, t)| Some(if i % 4 == 0 { 2.0 + ((i / 4 + t) % 3) as f64 } else { 0.0 }));
    /// let violence = Array2::from_shape_fn((200, 6), |(i, t)| Some(f64::from(u8::from(i % 4 == 0 && (i / 4 + t) % 2 == 0))));
    /// let panel = Panel::new(AgeGrid::years(12, 17)?).series("theft", theft.view())?.series("violence", violence.view())?;
    /// let spec = Spec::new(2).outcome(OutcomeSpec::new("theft", Family::Poisson).degree(0));
    /// let fit = spec.outcome(OutcomeSpec::new("violence", Family::Bernoulli).degree(0)).starts(8).fit(&panel)?;
    /// let (rate, probability) = (fit.model().curve(0, 1)[0], fit.model().curve(1, 1)[0]);
    /// assert!((fit.groups[1].share - 0.25).abs() < 1e-3);
    /// assert!((rate - 3.0).abs() < 1e-2 && (probability - 0.5).abs() < 1e-2);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn outcome(mut self, outcome: OutcomeSpec) -> Self {
        self.outcomes.push(outcome);
        self
    }

    /// Number of groups, 1 to 32 (64 when not of counts alone): one grouping.
    pub fn groups(mut self, groups: usize) -> Self {
        self.grouping = Grouping::Single(groups);
        self
    }

    /// As [`OutcomeSpec::degree`], of every outcome given so far.
    pub fn degree(self, degree: usize) -> Self {
        self.degrees([degree])
    }

    /// As [`OutcomeSpec::degrees`], of every outcome given so far. Fitted groups are ordered by level afterwards, and carry
    /// their own degree along.
    pub fn degrees(self, degrees: impl IntoIterator<Item = usize>) -> Self {
        let degrees: Vec<usize> = degrees.into_iter().collect();
        self.each(|outcome| outcome.degrees(degrees.iter().copied()))
    }

    /// As [`OutcomeSpec::zero_degree`], of every outcome given so far.
    pub fn zero_degree(self, degree: usize) -> Self {
        self.zero_degrees([degree])
    }

    /// As [`OutcomeSpec::zero_degrees`], of every outcome given so far.
    pub fn zero_degrees(self, degrees: impl IntoIterator<Item = usize>) -> Self {
        let degrees: Vec<usize> = degrees.into_iter().collect();
        self.each(|outcome| outcome.zero_degrees(degrees.iter().copied()))
    }

    /// As [`OutcomeSpec::common_dispersion`], of every outcome given so far.
    pub fn common_dispersion(self, common: bool) -> Self {
        self.each(|outcome| outcome.common_dispersion(common))
    }

    fn each(mut self, change: impl Fn(OutcomeSpec) -> OutcomeSpec) -> Self {
        self.outcomes = self.outcomes.into_iter().map(change).collect();
        self
    }

    /// Person covariates of group membership (multinomial logit, estimated jointly; the first group is the
    /// reference). Constant and collinear ones are refused before fitting. That one separates the groups cannot be
    /// known before there are groups: its coefficient then runs off, and is named as one without a standard error.
    pub fn membership<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.membership = names.into_iter().map(Into::into).collect();
        self
    }

    /// Adds dropout by group.
    pub fn dropout(mut self, dropout: Dropout) -> Self {
        self.dropout = Some(dropout);
        self
    }

    says_effort!();

    /// The same, sought on the threads at hand from so many starts of this seed.
    pub(crate) fn sought_from(self, starts: usize, seed: u64) -> Spec {
        Spec { effort: Effort { starts, seed, threads: None, ..self.effort }, ..self }
    }

    /// The outcomes, in order; dropout stands behind the others in the specification of a fitted model.
    pub fn outcomes(&self) -> &[OutcomeSpec] {
        &self.outcomes
    }

    /// The family of the first outcome; none before there is one.
    pub fn family(&self) -> Option<Family> {
        self.outcomes.first().map(OutcomeSpec::family)
    }

    /// Number of starts asked for.
    pub fn starts_asked(&self) -> usize {
        self.effort.starts
    }

    /// The seed of all random starts.
    pub fn seed_asked(&self) -> u64 {
        self.effort.seed
    }

    /// Names of the covariates of membership.
    pub fn membership_names(&self) -> &[String] {
        &self.membership
    }

    /// Number of latent classes: groups, or pairs of groups in a dual model.
    pub fn classes(&self) -> usize {
        match self.grouping {
            Grouping::Single(k) => k,
            Grouping::Dual(a, b) => a.saturating_mul(b),
        }
    }

    /// Groups of outcome `outcome`.
    pub(crate) fn components(&self, outcome: usize) -> usize {
        match self.grouping {
            Grouping::Single(k) => k,
            Grouping::Dual(a, b) => [a, b][outcome.min(1)],
        }
    }

    /// Group of outcome `outcome` in class `class`.
    pub(crate) fn component_of(&self, outcome: usize, class: usize) -> usize {
        match self.grouping {
            Grouping::Single(_) => class,
            Grouping::Dual(_, b) => [class / b, class % b][outcome.min(1)],
        }
    }
}
