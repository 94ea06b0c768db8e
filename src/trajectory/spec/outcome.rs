//! One outcome of a specification: its series, family and curves; and leaving by group.
//!
//! Does not belong here: groups and how hard to look (`spec`).

use crate::trajectory::data::panel::COUNTS;
use crate::trajectory::family::Family;
use crate::trajectory::spec::basis::Basis;
use serde::{Deserialize, Serialize};

/// One outcome of a [`Spec`](crate::Spec): a series of a [`crate::Panel`], its family and its curves.
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

    /// The counts of a cohort ([`crate::Panel::from_cohort`]).
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
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, trajectory::Errors};
    /// // an offence a year, two in years out of work
    /// let out = Array2::from_shape_fn((50, 6), |(i, t)| f64::from(u8::from((i + t) % 3 == 0)));
    /// let counts = out.mapv(|z| Some(1.0 + z));
    /// let panel = Panel::new(AgeGrid::years(20, 25)?).series("offences", counts.view())?.varying("out of work", out.view())?;
    /// let outcome = OutcomeSpec::new("offences", Family::Poisson).degree(0).varying(["out of work"]);
    /// let fit = Spec::new(1).outcome(outcome).fit(&panel)?;
    /// let effect = fit.by(Errors::Information)?.estimates().remove(1);
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
/// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, trajectory::Dropout};
/// // of 100 people 20 leave before the second wave, and of the 80 left 16 before the third: one in five each time
/// let seen = |i: usize| if i < 20 { 1 } else if i < 36 { 2 } else { 3 };
/// let counts = Array2::from_shape_fn((100, 3), |(i, t)| (t < seen(i)).then(|| ((i + t) % 3) as f64));
/// let panel = Panel::new(AgeGrid::years(12, 14)?).series("offences", counts.view())?;
/// let spec = Spec::new(1).outcome(OutcomeSpec::new("offences", Family::Poisson).degree(0));
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
