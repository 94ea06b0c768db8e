//! Naming the groups of a model or a fit.
//!
//! Does not belong here: the naming itself (`naming`), which knows curves only.

use super::curve::{GroupCurve, MAX_RATE};
use super::definitions::Definitions;
use super::naming::{Naming, name_groups};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};
use crate::trajectory::data::Data;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::outcome::FitOutcome;
use crate::trajectory::model::Model;
use crate::trajectory::model::observed::ObservedRates;
use crate::trajectory::model::outcome::ModelOutcome;

/// Names the groups of a model by their shares and expected rates: [`name_groups`] of its curves.
///
/// The model is a [`Model`] that has one outcome, or one outcome of another ([`Model::of_outcome`]). With covariates, curves are those at the mean of the covariates that change with age and
/// shares those at the mean of the covariates of membership.
///
/// # Errors
/// As [`name_groups`]; when a rate is beyond [`MAX_RATE`], as that of a curve that ran off is; of a general model also when
/// it has several outcomes (kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions), with their names) or the family of
/// the outcome does not count events.
///
/// ```
/// use pleegprofiel::{AgeGrid, Definitions, Family, Model, Profile, trajectory::Group, name_model};
/// let group = |share, c: [f64; 3]| Group::poisson(share, c);
/// let groups = vec![group(0.7, [-3.5, 0.0, -0.5]), group(0.3, [-1.5, -3.0, -3.0])];
/// let model = Model::new(Family::Poisson, AgeGrid::years(12, 39)?, groups)?;
/// let naming = name_model(&model, &Definitions::default())?;
/// assert_eq!(naming.profile_of(0), Some(Profile::Incidental));
/// assert_eq!(naming.profile_of(1), Some(Profile::EarlyPeak));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
pub fn name_model<M: ModelToName + ?Sized>(model: &M, definitions: &Definitions) -> Result<Naming> {
    name_groups(&model.group_curves()?, definitions)
}

/// A model whose groups can be named by [`name_model`]. It is closed: the models of this crate are all there are.
pub trait ModelToName: sealed::Sealed {
    /// The curves of the groups, in the model's order.
    ///
    /// # Errors
    /// As [`name_model`].
    fn group_curves(&self) -> Result<Vec<GroupCurve>>;
}

/// A fit whose groups can be named by [`name_fit`], with the people who were fitted. It is closed, as [`ModelToName`].
pub trait FitToName: sealed::Sealed {
    /// The curves of the groups as far as members were observed, in the model's order.
    ///
    /// # Errors
    /// As [`name_fit`].
    fn seen_curves(&self, people: Data<'_>) -> Result<Vec<GroupCurve>>;
}

mod sealed {
    use super::{Fit, FitOutcome, Model, ModelOutcome};

    pub trait Sealed {}
    impl Sealed for Model {}
    impl Sealed for ModelOutcome<'_> {}
    impl Sealed for Fit {}
    impl Sealed for FitOutcome<'_> {}
}

/// Person-years at risk that an age needs in a group, for what the curve says there to be more than a guess: with
/// one, a rate of one a year is as often seen as not.
pub(crate) const SEEN: f64 = 1.0;

/// Names the groups of a fit by their rates at ages where members were observed.
///
/// A curve fitted to people who are hardly at risk at some age may say anything there. At ages with less than a year of
/// the group's time at risk in all, the rate of the nearest age with more stands in for it; where its rate runs off
/// ([`Finding::RateRunsOff`]), the observed one does.
///
/// The fit is a [`Fit`] of one outcome, or a [`FitOutcome`], one among several; with covariates of membership, shares are the
/// mean of everyone's.
///
/// ```
/// use pleegprofiel::{AgeGrid, Definitions, Family, OutcomeSpec, Panel, Profile, Spec, ndarray::Array2, name_fit};
/// // one in four offends every year at 16 to 19, and most of those are of the town
/// let counts = Array2::from_shape_fn((200, 20), |(i, t)| Some(f64::from(u8::from(i % 4 == 0 && (4..8).contains(&t) || (i + 7 * t) % 41 == 0))));
/// let town: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 4 == 0 && i % 20 > 0 || i % 9 == 0))).collect();
/// let panel = Panel::new(AgeGrid::years(12, 31)?).series("theft", counts.view())?.covariate("town", &town)?;
/// let spec = Spec::new(2).outcome(OutcomeSpec::new("theft", Family::Poisson).degree(2)).membership(["town"]);
/// let naming = name_fit(&spec.starts(4).fit(&panel)?, &panel, &Definitions::default())?;
/// assert_eq!((naming.profile_of(0), naming.profile_of(1)), (Some(Profile::Incidental), Some(Profile::EarlyPeak)));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// As [`name_model`]; and when the people are not those who were fitted.
pub fn name_fit<'a, F: FitToName + ?Sized>(
    fit: &F,
    people: impl Into<Data<'a>>,
    definitions: &Definitions,
) -> Result<Naming> {
    name_groups(&fit.seen_curves(people.into())?, definitions)
}

/// As [`name_fit`], of a model of a cohort with these findings.
pub(crate) fn name_on(
    model: &Model,
    findings: &[Finding],
    cohort: &Cohort,
    definitions: &Definitions,
) -> Result<Naming> {
    name_groups(&seen_on(model, findings, cohort)?, definitions)
}

impl ModelToName for Model {
    fn group_curves(&self) -> Result<Vec<GroupCurve>> {
        match self.groups() {
            [] => self.only_outcome()?.group_curves(),
            groups => curves(self.grid(), groups.iter().map(|g| g.share), |k| self.rates(k)),
        }
    }
}

impl ModelToName for ModelOutcome<'_> {
    fn group_curves(&self) -> Result<Vec<GroupCurve>> {
        counts_events(self)?;
        curves(self.grid(), self.shares().into_iter(), |k| self.rates(k))
    }
}

impl FitToName for Fit {
    fn seen_curves(&self, people: Data<'_>) -> Result<Vec<GroupCurve>> {
        match people {
            Data::Cohort(cohort) if !self.model().groups().is_empty() => seen_on(self.model(), &self.findings, cohort),
            _ => self.only_outcome()?.seen_curves(people),
        }
    }
}

impl FitToName for FitOutcome<'_> {
    fn seen_curves(&self, people: Data<'_>) -> Result<Vec<GroupCurve>> {
        let of = self.of_model();
        let panel = &*people.people(of.family());
        counts_events(&of)?;
        self.check(panel)?;
        let observed = self.observed_rates(panel)?;
        curves(of.grid(), self.shares().into_iter(), |k| {
            let mut rates = of.rates(k);
            for j in (0..rates.len()).filter(|&j| self.runs_off(k, j, &observed)) {
                rates[j] = observed.rate(k, j).unwrap_or(0.0);
            }
            where_seen(&rates, &observed, k)
        })
    }
}

/// Refuses an outcome of which there are no rates of offending.
fn counts_events(outcome: &ModelOutcome<'_>) -> Result<()> {
    let family = outcome.family();
    if family.counts_events() {
        return Ok(());
    }
    Err(Error::options(format!(
        "profiles are defined on rates of offending, which the family {family} of `{}` does not give",
        outcome.name()
    )))
}

fn seen_on(model: &Model, findings: &[Finding], cohort: &Cohort) -> Result<Vec<GroupCurve>> {
    let observed = model.observed_rates(cohort)?;
    let grid = model.grid();
    curves(grid, model.groups().iter().map(|g| g.share), |k| {
        let mut rates = model.rates(k);
        for finding in findings {
            let Finding::RateRunsOff { group, ages } = finding else { continue };
            let off = |j: usize| ages.iter().any(|[first, last]| (*first..=*last).contains(&grid.start_age(j)));
            for j in (0..rates.len()).filter(|&j| group.index() == k && off(j)) {
                rates[j] = observed.rate(k, j).unwrap_or(0.0);
            }
        }
        where_seen(&rates, &observed, k)
    })
}

/// Rates by age, those of the nearest age with enough time at risk where there is too little.
fn where_seen(rates: &[f64], observed: &ObservedRates, k: usize) -> Vec<f64> {
    let seen: Vec<usize> = (0..rates.len()).filter(|&j| observed.years()[(k, j)] >= SEEN).collect();
    let nearest = |j: usize| seen.iter().copied().min_by_key(|&s| s.abs_diff(j));
    (0..rates.len()).map(|j| nearest(j).map_or(rates[j].min(MAX_RATE), |s| rates[s])).collect()
}

fn curves(
    grid: AgeGrid,
    shares: impl Iterator<Item = f64>,
    rates: impl Fn(usize) -> Vec<f64>,
) -> Result<Vec<GroupCurve>> {
    let ages: Vec<f64> = (0..grid.len()).map(|j| grid.mid_age(j)).collect();
    let curve = |(k, share): (usize, f64)| GroupCurve::new(share, ages.clone(), rates(k), grid.width_years());
    shares.enumerate().map(curve).collect()
}
