//! What to fit and how hard to look: the builder with its documented defaults.

use super::family::Family;
use super::fit::{self, Fit};
use super::pass::MAX_GROUPS;
use super::shape::{MAX_DEGREE, Shape};
use super::twin;
use crate::cohort::data::Cohort;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Options of a fit. Every one that moves a number is stored in the result.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | `groups` | 4 | the Rapporteur's report has four profiles |
/// | `degree` | 3 | cubic in age: a rise, a fall and a tail; what the field fits |
/// | `zero_degree` | as `degree` | as crimCV |
/// | `starts` | 40 | finds the best known optimum of every published Toronto fit with every seed tried |
/// | `neighbours` | yes | the best optimum of a zero-inflated model is often one that no start reaches |
/// | `seed` | 1 | any; same seed, same bits |
/// | `threads` | all | does not change a bit of the result |
///
/// Where time at risk is everybody's own the search rounds it, by 2.2 % at most, as people then share cells; the twelve best
/// optima climb on with their time as it is, and figures are of that.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Family, FitOptions, ndarray::Array2};
/// // fifty people with an offence at every age, fifty with none
/// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
/// let fit = FitOptions::new(Family::Poisson).groups(2).degree(0).fit(&cohort)?;
/// let shares: Vec<f64> = fit.model().groups().iter().map(|g| g.share).collect();
/// assert!((shares[1] - 0.5).abs() < 1e-3); // groups are ordered by level
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct FitOptions {
    pub(crate) family: Family,
    pub(crate) groups: usize,
    pub(crate) degrees: Vec<usize>,
    pub(crate) zero_degrees: Option<Vec<usize>>,
    #[serde(default)]
    pub(crate) common_dispersion: bool,
    pub(crate) starts: usize,
    #[serde(default = "yes")]
    pub(crate) neighbours: bool,
    pub(crate) seed: u64,
    #[serde(skip)]
    pub(crate) threads: Option<usize>,
}

/// What stored options of before there was a choice mean.
pub(crate) fn yes() -> bool {
    true
}

impl FitOptions {
    /// Options with their defaults.
    pub fn new(family: Family) -> Self {
        FitOptions {
            family,
            groups: 4,
            degrees: vec![3],
            zero_degrees: None,
            common_dispersion: false,
            starts: 40,
            neighbours: true,
            seed: 1,
            threads: None,
        }
    }

    /// Number of groups, 1 to 32.
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// Degree of every group's rate polynomial, 0 to 5.
    pub fn degree(self, degree: usize) -> Self {
        self.degrees([degree])
    }

    /// Degrees of the rate polynomials: one for all, or one a group. Fitted groups are ordered by level
    /// afterwards, and carry their own degree along.
    pub fn degrees(mut self, degrees: impl IntoIterator<Item = usize>) -> Self {
        self.degrees = degrees.into_iter().collect();
        self
    }

    /// Degree of every group's zero part, 0 to 5; only [`Family::Zip`] and [`Family::Zinb`] have one.
    pub fn zero_degree(self, degree: usize) -> Self {
        self.zero_degrees([degree])
    }

    /// Degrees of the zero parts: one for all, or one a group.
    pub fn zero_degrees(mut self, degrees: impl IntoIterator<Item = usize>) -> Self {
        self.zero_degrees = Some(degrees.into_iter().collect());
        self
    }

    /// Whether all groups of a negative binomial model share one dispersion (default: one a group).
    pub fn common_dispersion(mut self, common: bool) -> Self {
        self.common_dispersion = common;
        self
    }

    /// Number of starts, 1 to 100,000.
    pub fn starts(mut self, starts: usize) -> Self {
        self.starts = starts;
        self
    }

    /// Whether, after the starts, optima next door to the best are looked for, by putting other curves in the place of
    /// one group's (families with a zero curve; others reach their best from a few starts). That takes nearly all of the
    /// time of such a fit: without it is for a first look.
    pub fn neighbours(mut self, neighbours: bool) -> Self {
        self.neighbours = neighbours;
        self
    }

    /// Seed of all random starts.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Number of threads, 1 to 1024; without it, those of the current rayon pool.
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Whether all groups share one dispersion.
    pub fn has_common_dispersion(&self) -> bool {
        self.common_dispersion
    }

    /// The count family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Fits the model.
    ///
    /// # Errors
    /// Kind [`crate::ErrorKind::InvalidOptions`] when options contradict each other or the data: no or more
    /// than 32 groups, more groups than persons, a degree above 5 or not below the number of ages
    /// observed, numbers of degrees other than 1 or the number of groups. A fit that does not converge is
    /// not an error but a [`Fit`] that says so.
    pub fn fit(&self, cohort: &Cohort) -> Result<Fit> {
        self.fit_with_progress(cohort, &|_| true)
    }

    /// Fits the model, reporting progress; `progress` may stop the fit by returning false.
    ///
    /// # Errors
    /// As [`FitOptions::fit`], and kind [`crate::ErrorKind::Cancelled`] when stopped.
    pub fn fit_with_progress(&self, cohort: &Cohort, progress: &(dyn Fn(Progress) -> bool + Sync)) -> Result<Fit> {
        let shape = self.check(cohort)?;
        let fit = || match self.family.is_plain() {
            true => fit::fit(self, cohort, &shape, &[], progress),
            false => fit::fit_general(self, cohort, &shape, progress),
        };
        self.in_pool(fit)?
    }

    /// Runs work on as many threads as the options say.
    pub(crate) fn in_pool<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        match self.threads {
            None => Ok(work()),
            Some(threads) => {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(threads)
                    .build()
                    .map_err(|e| Error::options(format!("{threads} threads cannot be started: {e}")))?;
                Ok(pool.install(work))
            }
        }
    }

    pub(crate) fn check(&self, cohort: &Cohort) -> Result<Shape> {
        let refuse = |message: String| Err(Error::options(message));
        let k = self.groups;
        if k == 0 || k > MAX_GROUPS {
            return refuse(format!("{k} groups asked for, not 1 to {MAX_GROUPS}"));
        }
        if k > cohort.persons() {
            let persons = cohort.persons();
            return refuse(format!("{k} groups asked for, but the cohort has {persons} person{}", plural(persons)));
        }
        if !(1..=100_000).contains(&self.starts) {
            return refuse(format!("{} starts asked for, not 1 to 100,000", self.starts));
        }
        if self.threads.is_some_and(|t| !(1..=1024).contains(&t)) {
            return refuse(format!("{} threads asked for, not 1 to 1024", self.threads.unwrap_or(0)));
        }
        twin::check_exposure(self.family, cohort)?;
        if self.common_dispersion && !self.family.has_dispersion() {
            return refuse(format!("a common dispersion is asked for, but the family {} has none", self.family));
        }
        let degrees = self.per_group("degrees", &self.degrees)?;
        let zero = match &self.zero_degrees {
            Some(_) if !self.family.has_zero_curve() => {
                return refuse(format!(
                    "a zero degree is given, but the family {} has no zero polynomial",
                    self.family
                ));
            }
            Some(zero) => self.per_group("zero degrees", zero)?,
            None => degrees.clone(),
        };
        let ages = cohort.observed_ages();
        for &d in degrees.iter().chain(if self.family.has_zero_curve() { &zero[..] } else { &[] }) {
            if d > MAX_DEGREE {
                return refuse(format!("degree {d} asked for, not 0 to {MAX_DEGREE}"));
            }
            if d >= ages {
                return refuse(format!(
                    "a polynomial of degree {d} needs observations at {} ages, the cohort has them at {ages}",
                    d + 1
                ));
            }
        }
        Ok(Shape::new(self.family, cohort.grid(), &degrees, &zero).with_common_dispersion(self.common_dispersion))
    }

    fn per_group(&self, what: &str, given: &[usize]) -> Result<Vec<usize>> {
        match given.len() {
            1 => Ok(vec![given[0]; self.groups]),
            n if n == self.groups => Ok(given.to_vec()),
            n => Err(Error::options(format!("{n} {what} given for {} groups; give one, or one a group", self.groups))),
        }
    }
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// How far a fit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Pieces of work done.
    pub done: usize,
    /// Pieces of work known of; grows while the search finds more to look at.
    pub total: usize,
}
