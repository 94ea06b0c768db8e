//! What the tables are asked to fit, and whether a cohort can bear it.

use crate::cohort::data::Cohort;
use crate::error::{Error, Result};
use crate::trajectory::family::Family;
use crate::trajectory::spec::basis::MAX_DEGREE;
use crate::trajectory::spec::effort::Effort;
use crate::trajectory::spec::form::Form;
use crate::trajectory::spec::{DEFAULT_STARTS, MAX_GROUPS};
use crate::trajectory::tables::shape::Shape;
use serde::{Deserialize, Serialize};

/// What to fit to counts by polynomials, and how hard to look: what [`Spec`](crate::Spec) says of such a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub(crate) struct CountSpec {
    pub(crate) family: Family,
    pub(crate) groups: usize,
    pub(crate) degrees: Vec<usize>,
    pub(crate) zero_degrees: Option<Vec<usize>>,
    #[serde(default)]
    pub(crate) common_dispersion: bool,
    #[serde(flatten)]
    pub(crate) effort: Effort,
}

impl CountSpec {
    /// Options with their defaults.
    pub(crate) fn new(family: Family) -> Self {
        CountSpec {
            family,
            groups: 4,
            degrees: vec![3],
            zero_degrees: None,
            common_dispersion: false,
            effort: Effort::with(DEFAULT_STARTS),
        }
    }

    /// Number of groups, 1 to 32.
    pub(crate) fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// Degree of every group's rate polynomial, 0 to 5.
    pub(crate) fn degree(self, degree: usize) -> Self {
        self.degrees([degree])
    }

    /// Degrees of the rate polynomials: one for all, or one a group. Fitted groups are ordered by level
    /// afterwards, and carry their own degree along.
    pub(crate) fn degrees(mut self, degrees: impl IntoIterator<Item = usize>) -> Self {
        self.degrees = degrees.into_iter().collect();
        self
    }

    /// Degree of every group's zero part, 0 to 5; only [`Family::Zip`] and [`Family::Zinb`] have one.
    pub(crate) fn zero_degree(self, degree: usize) -> Self {
        self.zero_degrees([degree])
    }

    /// Degrees of the zero parts: one for all, or one a group.
    pub(crate) fn zero_degrees(mut self, degrees: impl IntoIterator<Item = usize>) -> Self {
        self.zero_degrees = Some(degrees.into_iter().collect());
        self
    }

    /// Whether all groups of a negative binomial model share one dispersion (default: one a group).
    pub(crate) fn common_dispersion(mut self, common: bool) -> Self {
        self.common_dispersion = common;
        self
    }

    pub(crate) fn starts(mut self, starts: usize) -> Self {
        self.effort.starts = starts;
        self
    }

    pub(crate) fn neighbours(mut self, neighbours: bool) -> Self {
        self.effort.neighbours = neighbours;
        self
    }

    pub(crate) fn seed(mut self, seed: u64) -> Self {
        self.effort.seed = seed;
        self
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
        self.effort.check()?;
        self.check_exposure(cohort)?;
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

    /// Refuses time at risk where a family has no use for it, and families that are not of counts.
    fn check_exposure(&self, cohort: &Cohort) -> Result<()> {
        let family = self.family;
        if family == Family::Bernoulli && cohort.has_exposure() {
            return Err(Error::options("the family bernoulli does not use time at risk, but the cohort has it"));
        }
        if matches!(family, Family::CensoredNormal | Family::Beta) {
            return Err(Error::options(format!(
                "the family {family} is not for counts: use a Panel with such a series"
            )));
        }
        Ok(())
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

impl Form {
    /// The same as what the engine of tables takes.
    pub(crate) fn options(self, groups: usize, degree: usize) -> CountSpec {
        let options =
            CountSpec::new(self.family).groups(groups).degree(degree).common_dispersion(self.common_dispersion);
        match self.zero_degree {
            Some(zero) => options.zero_degree(zero),
            None => options,
        }
    }
}
