//! The people that a model is fitted to or asked about: a cohort, or a panel.
//!
//! A cohort holds one series of counts and merges identical histories; a panel holds whatever else was observed. Everything
//! that takes people takes either.

pub(crate) mod covariates;
pub(crate) mod fingerprint;
pub(crate) mod group_number;
pub(crate) mod panel;

use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use std::borrow::Cow;
use std::sync::Arc;

/// People observed: `&Cohort` or `&Panel`, wherever people are asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Data<'a> {
    /// Counts of one kind of event, with time at risk.
    Cohort(&'a Cohort),
    /// Any series, with covariates.
    Panel(&'a Panel),
}

impl<'a> From<&'a Cohort> for Data<'a> {
    fn from(cohort: &'a Cohort) -> Data<'a> {
        Data::Cohort(cohort)
    }
}

impl<'a> From<&'a Panel> for Data<'a> {
    fn from(panel: &'a Panel) -> Data<'a> {
        Data::Panel(panel)
    }
}

impl<'a> From<&'a Arc<Cohort>> for Data<'a> {
    fn from(cohort: &'a Arc<Cohort>) -> Data<'a> {
        Data::Cohort(cohort)
    }
}

impl<'a> Data<'a> {
    /// Number of people.
    pub fn persons(&self) -> usize {
        match self {
            Data::Cohort(cohort) => cohort.persons(),
            Data::Panel(panel) => panel.persons(),
        }
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        match self {
            Data::Cohort(cohort) => cohort.grid(),
            Data::Panel(panel) => panel.grid(),
        }
    }

    /// One row a person, counts as this family takes them.
    pub(crate) fn people(&self, family: Family) -> Cow<'a, Panel> {
        match self {
            Data::Cohort(cohort) => Cow::Owned(any_event(family, Panel::from_cohort(cohort))),
            Data::Panel(panel) => Cow::Borrowed(panel),
        }
    }

    /// One row a distinct history, where there are such.
    pub(crate) fn histories(&self, family: Family) -> Cow<'a, Panel> {
        match self {
            Data::Cohort(cohort) => Cow::Owned(distinct(family, cohort)),
            Data::Panel(panel) => Cow::Borrowed(panel),
        }
    }
}

/// The distinct histories of a cohort; as participation (any event) for [`Family::Bernoulli`].
pub(crate) fn distinct(family: Family, cohort: &Cohort) -> Panel {
    any_event(family, Panel::of_distinct(cohort))
}

fn any_event(family: Family, mut panel: Panel) -> Panel {
    if family == Family::Bernoulli {
        panel.series[0].values.mapv_inplace(|y| if y.is_nan() { y } else { f64::from(u8::from(y > 0.0)) });
    }
    panel
}
