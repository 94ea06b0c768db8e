//! What to choose from and how hard to look: the builder with its documented defaults.

use crate::cohort::data::Cohort;
use crate::trajectory::spec::effort::{Effort, says_effort};
use crate::trajectory::spec::form::Form;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// What to choose from, and how hard to look.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | `groups` | 1 to 8 | there are four profiles, but nothing says that a cohort falls into four groups |
/// | `degree` | 3 | cubic in age: a rise, a fall and a tail; less where fewer ages were observed |
/// | `forms` | [`Form::short_list`] | whether counts are over-dispersed or have more zeros is for the data to say |
/// | `starts` | 16 | of the best form, which is known from the choice already |
/// | `seed` | 1 | any; same seed, same bits |
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Family, FormOptions, ndarray::Array2};
/// // sixty people with an offence a year, ninety with hardly any
/// let counts = Array2::from_shape_fn((150, 10), |(i, t)| if i < 60 { ((i + t) % 3) as u32 } else { u32::from((i * 7 + t * 3) % 29 == 0) });
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
/// let choice = FormOptions::new().degree(0).groups(1..=3).choose(&cohort)?;
/// assert_eq!((choice.form.family, choice.fit.groups.len()), (Family::Poisson, 2));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct FormOptions {
    pub(super) groups: RangeInclusive<usize>,
    pub(super) degree: usize,
    pub(super) forms: Option<Vec<Form>>,
    #[serde(flatten)]
    pub(super) effort: Effort,
}

impl Default for FormOptions {
    fn default() -> Self {
        FormOptions { groups: 1..=8, degree: 3, forms: None, effort: Effort::with(16) }
    }
}

impl FormOptions {
    /// The default choice.
    pub fn new() -> FormOptions {
        FormOptions::default()
    }

    /// Numbers of groups, 1 to 32.
    pub fn groups(mut self, groups: RangeInclusive<usize>) -> Self {
        self.groups = groups;
        self
    }

    /// Degree of the rate polynomials, 0 to 5; lowered where fewer ages were observed.
    pub fn degree(mut self, degree: usize) -> Self {
        self.degree = degree;
        self
    }

    /// The forms to choose from.
    pub fn forms(mut self, forms: Vec<Form>) -> Self {
        self.forms = Some(forms);
        self
    }

    says_effort!();

    /// Numbers of groups to look at: more groups than different histories are the same groups twice.
    pub(super) fn numbers(&self, cohort: &Cohort) -> RangeInclusive<usize> {
        let least = *self.groups.start();
        least..=(*self.groups.end()).min(cohort.distinct_histories()).max(least)
    }
}
