//! What to fit: outcomes with their family and curves, groups, covariates, dropout.
//!
//! Belongs here: the builder and its documented defaults. Does not belong here: whether data can bear it
//! (`check`), how parameters lie in vectors (`layout`).

use super::panel::COUNTS;
use crate::trajectory::basis::Basis;
use crate::trajectory::family::Family;
use serde::{Deserialize, Serialize};

/// One outcome of a [`ModelSpec`]: a series of a [`super::panel::Panel`], its family and its curves.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | curve | cubic polynomial, every group | a rise, a fall and a tail; what the field fits |
/// | zero part | as the curve, one a group | as crimCV |
/// | dispersion | one a group | groups differ in spread as well as in level |
/// | bounds | none | a censored normal without bounds is a normal |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct OutcomeSpec {
    pub(crate) series: String,
    pub(crate) family: Family,
    pub(crate) floor: Option<f64>,
    pub(crate) ceiling: Option<f64>,
    pub(crate) curves: Vec<Basis>,
    pub(crate) zero: Option<Vec<Basis>>,
    pub(crate) shared_zero: bool,
    pub(crate) common_dispersion: bool,
    pub(crate) varying: Vec<String>,
    pub(crate) common_effects: bool,
}

impl OutcomeSpec {
    /// The outcome in series `series`, with defaults.
    pub fn new(series: impl Into<String>, family: Family) -> Self {
        OutcomeSpec {
            series: series.into(),
            family,
            floor: None,
            ceiling: None,
            curves: vec![Basis::Polynomial { degree: 3 }],
            zero: None,
            shared_zero: false,
            common_dispersion: false,
            varying: Vec::new(),
            common_effects: false,
        }
    }

    /// The counts of a cohort ([`super::panel::Panel::from_cohort`]).
    pub fn counts(family: Family) -> Self {
        OutcomeSpec::new(COUNTS, family)
    }

    /// Polynomial curves of one degree.
    pub fn degree(self, degree: usize) -> Self {
        self.bases([Basis::Polynomial { degree }])
    }

    /// Polynomial curves, one degree a group.
    pub fn degrees(self, degrees: impl IntoIterator<Item = usize>) -> Self {
        self.bases(degrees.into_iter().map(|degree| Basis::Polynomial { degree }))
    }

    /// Curves by basis: one for all groups, or one a group.
    pub fn bases(mut self, bases: impl IntoIterator<Item = Basis>) -> Self {
        self.curves = bases.into_iter().collect();
        self
    }

    /// Polynomial zero parts of one degree (families `zip` and `zinb`).
    pub fn zero_degree(self, degree: usize) -> Self {
        self.zero_degrees([degree])
    }

    /// Polynomial zero parts: one degree for all groups, or one a group.
    pub fn zero_degrees(self, degrees: impl IntoIterator<Item = usize>) -> Self {
        self.zero_bases(degrees.into_iter().map(|degree| Basis::Polynomial { degree }))
    }

    /// Zero parts by basis: one for all groups, or one a group.
    pub fn zero_bases(mut self, bases: impl IntoIterator<Item = Basis>) -> Self {
        self.zero = Some(bases.into_iter().collect());
        self
    }

    /// Whether all groups share one zero part.
    pub fn shared_zero(mut self, shared: bool) -> Self {
        self.shared_zero = shared;
        self
    }

    /// Whether all groups share one dispersion (`negbin`, `zinb`), standard deviation (`cnorm`) or precision
    /// (`beta`).
    pub fn common_dispersion(mut self, common: bool) -> Self {
        self.common_dispersion = common;
        self
    }

    /// Floor and ceiling of a censored normal; values at them are known to be at most or at least that.
    pub fn bounds(mut self, floor: f64, ceiling: f64) -> Self {
        // an infinite end is none; JSON has no infinity
        self.floor = Some(floor).filter(|v| *v != f64::NEG_INFINITY);
        self.ceiling = Some(ceiling).filter(|v| *v != f64::INFINITY);
        self
    }

    /// Covariates that change with age, added to the curve's predictor.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Errors, Family, ModelSpec, OutcomeSpec, Panel, ndarray::Array2};
    /// // an offence a year, two in years out of work
    /// let out = Array2::from_shape_fn((50, 6), |(i, t)| f64::from(u8::from((i + t) % 3 == 0)));
    /// let counts = out.mapv(|z| Some(1.0 + z));
    /// let panel = Panel::new(AgeGrid::years(20, 25)?).series("offences", counts.view())?.varying("out of work", out.view())?;
    /// let outcome = OutcomeSpec::new("offences", Family::Poisson).degree(0).varying(["out of work"]);
    /// let fit = ModelSpec::new(1).outcome(outcome).fit(&panel)?;
    /// let effect = fit.estimates(Errors::Information).remove(1);
    /// assert_eq!(effect.parameter.term, "out of work");
    /// assert!((effect.value.exp() - 2.0).abs() < 1e-6);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn varying<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.varying = names.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the effects of [`OutcomeSpec::varying`] are the same in all groups (default: one a group).
    pub fn common_effects(mut self, common: bool) -> Self {
        self.common_effects = common;
        self
    }

    /// The same outcome for one group: the first one's curves.
    pub(crate) fn first_group(mut self) -> Self {
        self.curves.truncate(1);
        if let Some(zero) = &mut self.zero {
            zero.truncate(1);
        }
        self
    }

    pub(crate) fn bounds_or_infinite(&self) -> (f64, f64) {
        (self.floor.unwrap_or(f64::NEG_INFINITY), self.ceiling.unwrap_or(f64::INFINITY))
    }

    /// Name of the series.
    pub fn series(&self) -> &str {
        &self.series
    }

    /// The family.
    pub fn family(&self) -> Family {
        self.family
    }
}

/// Dropout by group (Haviland, Jones & Nagin 2011): in each group the chance to leave for good before the
/// next interval, given that one is still there, is a logit of a polynomial in age and, if wanted, of the
/// value last seen.
///
/// ```
/// use pleegprofiel::{AgeGrid, Dropout, Family, ModelSpec, OutcomeSpec, Panel, ndarray::Array2};
/// // of 100 people 20 leave before the second wave, and of the 80 left 16 before the third: one in five each time
/// let seen = |i: usize| if i < 20 { 1 } else if i < 36 { 2 } else { 3 };
/// let counts = Array2::from_shape_fn((100, 3), |(i, t)| (t < seen(i)).then(|| ((i + t) % 3) as f64));
/// let panel = Panel::new(AgeGrid::years(12, 14)?).series("offences", counts.view())?;
/// let spec = ModelSpec::new(1).outcome(OutcomeSpec::new("offences", Family::Poisson).degree(0));
/// let fit = spec.dropout(Dropout::new("offences", 0)).fit(&panel)?;
/// // the hazard is an outcome behind the others
/// assert!((fit.model().curve(1, 0)[1] - 0.2).abs() < 1e-6);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct Dropout {
    pub(crate) series: String,
    pub(crate) degree: usize,
    pub(crate) after_last_value: bool,
}

impl Dropout {
    /// Dropout from series `series`, its hazard of polynomial degree `degree` in age.
    pub fn new(series: impl Into<String>, degree: usize) -> Self {
        Dropout { series: series.into(), degree, after_last_value: false }
    }

    /// Lets the hazard depend on the value last seen as well (one effect a group).
    pub fn after_last_value(mut self, depends: bool) -> Self {
        self.after_last_value = depends;
        self
    }
}

/// How groups are laid over the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Grouping {
    /// One grouping for all outcomes.
    Single(usize),
    /// A grouping for the first outcome, another for the second, and every pair of them.
    Dual(usize, usize),
}

/// A trajectory model in full: one or several outcomes over one grouping, or two groupings joined.
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, ModelSpec, OutcomeSpec, Panel, ndarray::Array2};
/// // people with and without the behaviour, told apart by a covariate
/// let contact = Array2::from_shape_fn((200, 6), |(i, t)| Some(f64::from(u8::from(i % 2 == 1 && (i + t) % 3 > 0))));
/// let female: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 2 == 0 || i % 5 == 0))).collect();
/// let panel = Panel::new(AgeGrid::years(12, 17)?).series("contact", contact.view())?.covariate("female", &female)?;
/// let spec = ModelSpec::new(2).outcome(OutcomeSpec::new("contact", Family::Bernoulli).degree(0)).membership(["female"]);
/// let fit = spec.fit(&panel)?;
/// assert!((fit.groups[1].share - 0.5).abs() < 0.02);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct ModelSpec {
    pub(crate) grouping: Grouping,
    pub(crate) outcomes: Vec<OutcomeSpec>,
    pub(crate) membership: Vec<String>,
    pub(crate) dropout: Option<Dropout>,
    pub(crate) starts: usize,
    pub(crate) seed: u64,
    #[serde(skip)]
    pub(crate) threads: Option<usize>,
    /// How a model was sought is no part of it.
    #[serde(skip)]
    pub(crate) starts_only: bool,
}

/// Starts of a general fit, unless asked otherwise.
pub const DEFAULT_STARTS: usize = 40;

impl ModelSpec {
    /// A model with one grouping of `groups` groups.
    pub fn new(groups: usize) -> Self {
        ModelSpec {
            grouping: Grouping::Single(groups),
            outcomes: Vec::new(),
            membership: Vec::new(),
            dropout: None,
            starts: DEFAULT_STARTS,
            seed: 1,
            threads: None,
            starts_only: false,
        }
    }

    /// Dual trajectories (Nagin & Tremblay 2001): `first` groups of the first outcome, `second` of the
    /// second, and the probabilities of every pair.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Errors, Family, ModelSpec, OutcomeSpec, Panel, ndarray::Array2};
    /// // half steal much; of those half are often violent too, of the others a quarter
    /// let often = |high: bool, i: usize, t: usize| Some(if high { 5.0 } else { 0.0 } + ((i + t) % 3) as f64);
    /// let theft = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 2 == 1, i, t));
    /// let violence = Array2::from_shape_fn((240, 6), |(i, t)| often(i % 4 == 1 || i % 8 == 0, i, t));
    /// let panel = Panel::new(AgeGrid::years(12, 17)?).series("theft", theft.view())?.series("violence", violence.view())?;
    /// let of = |name: &str| OutcomeSpec::new(name, Family::Poisson).degree(0);
    /// let fit = ModelSpec::dual(2, 2).outcome(of("theft")).outcome(of("violence")).starts(8).fit(&panel)?;
    /// let given = fit.transitions(Errors::Information).expect("a dual model");
    /// assert!((given[0][1].value - 0.25).abs() < 1e-3 && (given[1][1].value - 0.5).abs() < 1e-3);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn dual(first: usize, second: usize) -> Self {
        ModelSpec { grouping: Grouping::Dual(first, second), ..ModelSpec::new(1) }
    }

    /// Adds an outcome. Several outcomes over one grouping make a multi-trajectory model (Nagin, Jones,
    /// Passos & Tremblay 2018).
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, ModelSpec, OutcomeSpec, Panel, ndarray::Array2};
    /// // a quarter of the people steal three times a year and were violent in half of the years, the others neither
    /// let theft = Array2::from_shape_fn((200, 6), |(i, t)| Some(if i % 4 == 0 { 2.0 + ((i / 4 + t) % 3) as f64 } else { 0.0 }));
    /// let violence = Array2::from_shape_fn((200, 6), |(i, t)| Some(f64::from(u8::from(i % 4 == 0 && (i / 4 + t) % 2 == 0))));
    /// let panel = Panel::new(AgeGrid::years(12, 17)?).series("theft", theft.view())?.series("violence", violence.view())?;
    /// let spec = ModelSpec::new(2).outcome(OutcomeSpec::new("theft", Family::Poisson).degree(0));
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

    /// Number of starts, 1 to 100,000.
    pub fn starts(mut self, starts: usize) -> Self {
        self.starts = starts;
        self
    }

    /// Seed of all random starts.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether better optima are looked for next door to those of the starts (default: yes), here and in the search for a
    /// simpler model that this one starts from. Without, log-likelihoods of zero-inflated models may be too low.
    pub fn neighbours(mut self, neighbours: bool) -> Self {
        self.starts_only = !neighbours;
        self
    }

    /// Number of threads, 1 to 1024; does not change a bit of the result.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// The outcomes, in order; dropout stands behind the others in the specification of a fitted model.
    pub fn outcomes(&self) -> &[OutcomeSpec] {
        &self.outcomes
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
