//! The classifier: a model and its names, compiled once, with its calibration.

use super::cells::{Cells, SoFar};
use super::classification::{Classification, ModelUsed, Placed, ProfileProbability, WhatIf};
use super::explanation::Explanation;
use super::forecast::Forecast;
use super::limitation::Limitation;
use super::options::ClassifyOptions;
use super::pool::Pool;
use super::prediction::{self, CalibrationSource};
use super::ranked::Ranked;
use super::record::{self, Seen};
use super::reference::{Classes, FEWEST};
use super::resolution::{Hidden, Resolution};
use super::standing::Standing;
use super::typicality::{PValue, Typicality};
use super::whole::Whole;
use crate::cohort::builder::PersonRow;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};
use crate::numeric::parallel::Parallel;
use crate::profile::decision::{Decision, belongs};
use crate::profile::definitions::Definitions;
use crate::profile::kind::Profile;
use crate::profile::model::name_model;
use crate::profile::naming::Naming;
use crate::profile::person::{Candidate, Undecided};
use crate::trajectory::model::Model;
use crate::units::Probability;
use std::ops::Range;
use std::sync::Arc;

/// Places people beside the profiles of one model.
///
/// Made once from a model, fitted or given, and the names of its groups; it then holds the model as tables, and people
/// simulated from it by age: the calibration of its prediction sets, what its typicality is held against, and its
/// resolution. It knows counts of offences, ages and time at liberty, and nothing else of anyone: no protected
/// attribute is an input. (A model with covariates of membership needs a
/// [`CovariateClassifier`](crate::profile::classify::CovariateClassifier), whose answers repeat what they took of a person.)
///
/// ```
/// use pleegprofiel::{AgeGrid, Classifier, Definitions, Family, Model, PersonRow, Profile, trajectory::Group, name_model};
/// let group = |share, c: [f64; 3]| Group::poisson(share, c);
/// let groups = vec![group(0.7, [-3.5, 0.0, -0.5]), group(0.3, [-1.5, -3.0, -3.0])];
/// let model = Model::new(Family::Poisson, AgeGrid::years(12, 39)?, groups)?;
/// let naming = name_model(&model, &Definitions::default())?;
/// let classifier = Classifier::new(model, naming)?;
/// let mut counts = [Some(0); 28];
/// counts[4..9].fill(Some(1)); // an offence a year at 16 to 20
/// let answer = classifier.classify(PersonRow::new(&counts))?;
/// assert_eq!(answer.profile(), Some(Profile::EarlyPeak));
/// assert!(answer.probability(Profile::EarlyPeak) > Some(0.99));
/// assert!(classifier.classify(PersonRow::new(&[Some(0); 28])).is_err()); // no offence, no classification
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Classifier {
    pub(super) model: Model,
    pub(super) naming: Naming,
    pub(super) options: ClassifyOptions,
    pub(super) name: Option<String>,
    pub(super) cells: Cells,
    pub(super) classes: Classes,
    /// Profile of each class.
    pub(super) class_profiles: Vec<Option<Profile>>,
    /// For records that are observed throughout from the first age.
    pub(super) whole: Whole,
    /// For all other records; `None` where nobody can be drawn for all of them at once.
    pub(super) pool: Option<Arc<Pool>>,
    /// By age and class: people given by the caller.
    pub(super) given: Option<Vec<Vec<Ranked>>>,
    /// What hangs on the model.
    pub(super) decision: Option<Decision>,
    /// Values of the covariates that the shares are of; none of a model without.
    pub(super) covariates: Vec<(String, f64)>,
    /// Limitations of every answer.
    pub(super) of_model: Vec<Limitation>,
}

impl Classifier {
    /// A classifier with the default options.
    ///
    /// # Errors
    /// As [`Classifier::with`].
    pub fn new(model: Model, naming: Naming) -> Result<Classifier> {
        Classifier::with(model, naming, ClassifyOptions::default())
    }

    /// A classifier.
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when the family does not count events, the naming is
    /// not that of the model (another number of groups, shares or width of interval), no group shows a profile, or
    /// the options fail [`ClassifyOptions::check`].
    pub fn with(model: Model, naming: Naming, options: ClassifyOptions) -> Result<Classifier> {
        let bare = Classifier::bare(model, naming, options)?;
        if !belongs(&bare.naming, &bare.model) {
            return Err(Error::options("the naming is not that of the model: other groups, shares or ages"));
        }
        let whole = bare.drawn();
        Ok(Classifier { whole, ..bare })
    }

    /// A classifier that looks people up for each record, whole ones included; see [`Whole`].
    pub(super) fn bare(model: Model, naming: Naming, options: ClassifyOptions) -> Result<Classifier> {
        options.check()?;
        // of a model that was not given as one of counts the groups are worked out
        let model = match model.groups() {
            [] => Model::of_counts(model.as_counts()?.into_owned(), false),
            _ => model,
        };
        let cells = Cells::new(&*model.as_counts()?)?;
        let mut class_profiles: Vec<Option<Profile>> = Profile::ALL
            .into_iter()
            .filter(|p| naming.groups.iter().any(|g| g.profile == Some(*p)))
            .map(Some)
            .collect();
        if class_profiles.is_empty() {
            return Err(Error::options("no group of the model shows one of the four profiles"));
        }
        if naming.groups.iter().any(|g| g.profile.is_none()) {
            class_profiles.push(None);
        }
        let class = |k: usize| class_profiles.iter().position(|p| *p == naming.profile_of(k)).unwrap_or(0);
        let of_group = (0..model.groups().len()).map(class).collect();
        let classes = Classes { of_group, count: class_profiles.len() };
        let pool = Pool::new(&cells, options.people.max(FEWEST), options.seed).map(Arc::new);
        Ok(Classifier {
            model,
            naming,
            options,
            name: None,
            cells,
            classes,
            class_profiles,
            whole: Whole::unknown(),
            pool,
            given: None,
            decision: None,
            covariates: Vec::new(),
            of_model: Vec::new(),
        })
    }

    /// A classifier of a model as it was decided about by the command `profile`, or by
    /// [`Decision::kept_with`]: the same names, and names withheld that hang on the model. A model that nothing was
    /// kept with is named by its curves and the default definitions ([`crate::name_model`]), and nothing is withheld.
    ///
    /// # Errors
    /// As [`Classifier::with`], [`Decision::of`] and [`crate::name_model`].
    pub fn of_stored(model: Model, options: ClassifyOptions) -> Result<Classifier> {
        let Some(decision) = Decision::of(&model)? else {
            let naming = name_model(&model, &Definitions::default())?;
            return Classifier::with(model, naming, options);
        };
        let classifier = Classifier::with(model, decision.naming.clone(), options)?;
        Ok(Classifier { decision: Some(decision), ..classifier })
    }

    /// The same with a name of the model, which every result repeats.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The names of its groups.
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// The choices.
    pub fn options(&self) -> &ClassifyOptions {
        &self.options
    }

    /// Posterior probabilities and profile of one person, into a slice of one number a group: the short answer, for
    /// many people. The profile is that of [`Classifier::classify`].
    ///
    /// Records with gaps or time in custody take longer, some tens of microseconds: they are judged against people
    /// observed for the same time at risk. In the family [`Family::NegMultinomial`](crate::Family::NegMultinomial) those
    /// are drawn anew for each record, which takes some ten milliseconds.
    ///
    /// # Errors
    /// As [`Classifier::classify`]; and when the slice has another length.
    #[inline]
    pub fn place(&self, row: PersonRow<'_>, posterior: &mut [f64]) -> Result<Placed> {
        if posterior.len() != self.cells.groups {
            let (given, groups) = (posterior.len(), self.cells.groups);
            return Err(Error::options(format!("room for {given} posterior probabilities, not for {groups}")));
        }
        let seen = Seen::of(self.model.grid(), &row)?;
        let joint = self.cells.joint(&row);
        self.cells.normalise(&joint, posterior);
        let (group, probability) = self.naming.likeliest(posterior);
        let definitions = &self.naming.definitions;
        let enough = seen.observed as f64 * self.naming.width + 1e-9 >= definitions.person_years;
        let told = enough && probability >= definitions.clear_posterior && !self.known_hidden(&seen, group);
        let mut profile = self.naming.profile_of(group).filter(|_| told);
        if profile.is_some() {
            let asked = self.asked(&joint, 0.0, group, &[]);
            let unlike = match &self.whole {
                Whole::Drawn { bands, .. } if seen.whole => {
                    PValue::of(&bands[seen.last].nearest[group], asked.nearest).p < self.options.unlike
                }
                _ => {
                    let own = self.own_standing(&row, &seen, &asked, true);
                    own.nearest.p < self.options.unlike || self.veiled(&own, group).is_some()
                }
            };
            if unlike || profile.is_some_and(|own| !matches!(self.withheld(own, &row), Ok(None))) {
                profile = None;
            }
        }
        Ok(Placed { group, probability, profile })
    }

    /// Everything that can be said of one person. The row is on the model's ages; its counts must be of adjudicated
    /// offences. Identifier and weight are not looked at.
    ///
    /// # Errors
    /// Kind [`Refused`](crate::ErrorKind::Refused), see [`Refusal`](super::record::Refusal), when there is no offence in
    /// the record or nothing was observed; kind [`InvalidValue`](crate::ErrorKind::InvalidValue) when the row does not
    /// suit the grid: another length, a count above [`MAX_COUNT`](crate::cohort::MAX_COUNT), or an observed interval with a
    /// time at risk outside (0, 1].
    pub fn classify(&self, row: PersonRow<'_>) -> Result<Classification> {
        self.classify_with(row, Vec::new())
    }

    /// As [`Classifier::classify`], of a row on another age grid whose intervals meet the model's.
    ///
    /// # Errors
    /// As [`Classifier::classify`]; kind [`Refused`](crate::ErrorKind::Refused) also when the record ends before the
    /// model's first age or has offences outside its ages (ages without offences are left out, and the result says
    /// so); kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when intervals do not meet.
    pub fn classify_on(&self, grid: AgeGrid, row: PersonRow<'_>) -> Result<Classification> {
        if grid == self.model.grid() {
            return self.classify(row);
        }
        let (counts, exposure, limitations) = record::on_model(self.model.grid(), grid, &row)?;
        self.classify_with(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) }, limitations)
    }

    /// These people of a cohort, in its order; each an answer or a refusal. Many people are best taken a thousand or so
    /// at a time: an answer is some ten kilobytes.
    ///
    /// # Panics
    /// When the range passes the end of the cohort.
    pub fn classify_people(&self, cohort: &Cohort, people: Range<usize>) -> Vec<Result<Classification>> {
        let one = |i: usize| {
            let (counts, exposure) = (cohort.counts(i), cohort.exposure(i));
            self.classify_on(cohort.grid(), PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) })
        };
        people.map_in_parallel(one)
    }

    /// Where the posterior of one person comes from, without the rest.
    ///
    /// # Errors
    /// As [`Classifier::classify`].
    pub fn explain(&self, row: PersonRow<'_>) -> Result<Explanation> {
        let seen = Seen::of(self.model.grid(), &row)?;
        Ok(Explanation::of(&self.cells, self.model.grid(), &row, seen.last))
    }

    pub(super) fn classify_with(&self, row: PersonRow<'_>, mut limitations: Vec<Limitation>) -> Result<Classification> {
        let grid = self.model.grid();
        let seen = Seen::of(grid, &row)?;
        let joint = self.cells.joint(&row);
        let mut groups = vec![0.0; self.cells.groups];
        let total = self.cells.normalise(&joint, &mut groups);
        let mut answer = self.naming.person(&groups, seen.observed)?;
        let group = answer.group;
        let by_class: Vec<f64> = (0..self.classes.count).map(|c| self.classes.posterior(&groups, c)).collect();
        let asked = self.asked(&joint, total, group, &by_class);
        let standing = match &self.whole {
            Whole::Drawn { bands, .. } if seen.whole => Standing::among(&bands[seen.last], &asked),
            _ => self.own_standing(&row, &seen, &asked, false),
        };
        let (age, years) = (grid.start_age(seen.last + 1), seen.observed as f64 * grid.width_years());

        let typicality = Typicality {
            group,
            nearest: standing.nearest,
            mixture: standing.mixture,
            people: standing.separation.people,
        };
        if !matches!(answer.undecided, Some(Undecided::NothingObserved | Undecided::TooFewAges { .. })) {
            let p = typicality.nearest.p;
            let pair = |hidden: Hidden| hidden.pair(group, &self.naming);
            let why = if let Some(hidden) = self.too_young(&seen, &standing, group) {
                Some(Undecided::TooYoung { age, pair: pair(hidden) })
            } else if let Some(hidden) = (!seen.whole).then(|| self.veiled(&standing, group)).flatten() {
                Some(Undecided::TooLittleSeen { years, pair: pair(hidden) })
            } else {
                (p < self.options.unlike).then_some(Undecided::UnlikeAny { p, limit: self.options.unlike })
            };
            if why.is_some() {
                answer.undecided = why;
                answer.profile = None;
            } else if let Some(own) = answer.profile
                && let Some(why) = self.withheld(own, &row)?
            {
                answer.undecided = Some(why);
                answer.profile = None;
            }
        }

        limitations.extend(record::limitations(grid, &row, &seen));
        limitations.extend(self.of_model.iter().cloned());
        let absent: Vec<Profile> =
            Profile::ALL.into_iter().filter(|p| !self.class_profiles.contains(&Some(*p))).collect();
        if !absent.is_empty() {
            limitations.push(Limitation::AbsentProfiles(absent));
        }
        let (own_class, source) = match &self.given {
            Some(given) => {
                let among = |(people, posterior): (&Ranked, &f64)| people.own_class(*posterior, self.options.coverage);
                (given[seen.last].iter().zip(&by_class).map(among).collect(), CalibrationSource::Given)
            }
            None => (standing.own_class, CalibrationSource::Simulated { seed: self.options.seed }),
        };
        if self.given.is_some() && !seen.whole {
            limitations.push(Limitation::CalibrationUnlike);
        }
        let classes = self.class_profiles.iter().copied().zip(own_class);
        let prediction_set = prediction::set(classes, self.options.coverage, age, source);

        let untold = matches!(answer.undecided, Some(Undecided::TooYoung { .. } | Undecided::TooLittleSeen { .. }));
        if untold && prediction_set.profiles.len() == 1 && !prediction_set.no_profile {
            limitations.push(Limitation::LoneProfile);
        }

        let next = seen.last + 1;
        let ahead = (self.options.forecast_years / grid.width_years()).round() as usize;
        let end = (next + ahead).min(grid.len());
        let (level, so_far) = (self.options.forecast_level, self.cells.so_far(&row));
        Ok(Classification {
            model: self.used(),
            index: None,
            age,
            years,
            offences: seen.offences,
            posterior: self.by_profile(&groups),
            without_profile: self.without_profile(&groups)?,
            answer,
            prediction_set,
            typicality,
            resolution: Resolution::of(standing.separation, &self.naming, age),
            what_if: (next < grid.len()).then(|| self.what_if(&so_far, next)),
            forecast: (next < end).then(|| Forecast::of(&self.cells, grid, &groups, (&so_far, next..end), level)),
            explanation: Explanation::of(&self.cells, grid, &row, seen.last),
            limitations,
            groups,
            options: self.options,
        })
    }

    fn withheld(&self, own: Profile, row: &PersonRow<'_>) -> Result<Option<Undecided>> {
        self.decision.as_ref().map_or(Ok(None), |decision| decision.withheld(own, row))
    }

    fn used(&self) -> ModelUsed {
        let grid = self.model.grid();
        ModelUsed {
            name: self.name.clone(),
            family: self.model.family(),
            from: grid.start_age(0),
            to: grid.start_age(grid.len()),
            shares: self.model.groups().iter().map(|g| g.share).collect(),
            covariates: self.covariates.clone(),
        }
    }

    fn by_profile(&self, groups: &[f64]) -> Vec<ProfileProbability> {
        let of = |profile: Profile| {
            let of_profile = self.naming.groups_of(profile);
            let probability = of_profile.iter().map(|&k| groups[k]).sum::<f64>().min(1.0);
            (!of_profile.is_empty()).then_some(ProfileProbability { profile, groups: of_profile, probability })
        };
        Profile::ALL.into_iter().filter_map(of).collect()
    }

    fn without_profile(&self, groups: &[f64]) -> Result<Vec<Candidate>> {
        let unnamed = groups.iter().enumerate().filter(|(k, _)| self.naming.profile_of(*k).is_none());
        let one = |k: usize, p: f64| -> Result<Candidate> {
            Ok(Candidate { groups: vec![k], profile: None, probability: Probability::new(p)? })
        };
        unnamed.map(|(k, &p)| one(k, p)).collect()
    }

    fn what_if(&self, so_far: &SoFar, next: usize) -> WhatIf {
        let after = |count: u32| {
            let mut sums = *so_far;
            self.cells.see(&mut sums, next, count, 1.0);
            let mut posterior = vec![0.0; self.cells.groups];
            self.cells.normalise(&self.cells.joint_so_far(&sums), &mut posterior);
            posterior
        };
        WhatIf { age: self.model.grid().start_age(next + 1), offence_free: after(0), one_offence: after(1) }
    }
}
