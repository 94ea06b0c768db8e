//! Classifying a career: dates, custody and observation window as the records have them.

use super::classification::Classification;
use super::classifier::Classifier;
use super::limitation::Limitation;
use super::record::Refusal;
use crate::career::category::is_built_in;
use crate::career::person::Career;
use crate::cohort::builder::PersonRow;
use crate::cohort::careers::{CareerOptions, FromCareers, LeftOut};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::Result;

impl Classifier {
    /// As [`Classifier::classify`], of a career put on the model's ages.
    ///
    /// Dates out of order and categories outside a set are refused when a career is built
    /// ([`CareerBuilder::build`](crate::career::CareerBuilder::build)); categories of the user's own are counted like any
    /// other, and the result says so.
    ///
    /// # Errors
    /// Kind [`Refused`](crate::ErrorKind::Refused), see [`Refusal`], when the career has no offence or none that
    /// counts, ends before the model's first age, or has no time at liberty at its ages. Kind
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) as [`Cohort::from_careers`]: offences outside the model's ages
    /// (unless the options leave them out), or in an interval without time at liberty.
    pub fn classify_career(&self, career: &Career, options: &CareerOptions) -> Result<Classification> {
        let grid = self.model().grid();
        if career.offences().is_empty() {
            return Err(Refusal::NoAdjudicatedCase.error("there is no offence in the career"));
        }
        let (made, limitations) = on_grid(grid, career, options)?;
        let (counts, exposure) = (made.cohort.counts(0), made.cohort.exposure(0));
        if counts.iter().flatten().all(|count| *count == 0) {
            let offences = career.offences().len();
            return Err(Refusal::NoAdjudicatedCase
                .error(format!("none of the {offences} offences of the career counts at the model's ages")));
        }
        self.classify_with(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) }, limitations)
    }
}

/// A career put on a model's ages, with what has to be known of that.
pub(super) fn on_grid(
    grid: AgeGrid,
    career: &Career,
    options: &CareerOptions,
) -> Result<(FromCareers, Vec<Limitation>)> {
    let [from, to] = [career.timeline.window.0, career.timeline.window.1].map(|at| career.age_of(at).get());
    let (first, end) = (grid.start_age(0), grid.start_age(grid.len()));
    if to <= first {
        return Err(Refusal::YoungerThanModel
            .error(format!("the career is observed up to age {to:.2}, the model begins at {first}")));
    }
    let made = Cohort::from_careers(grid, [("", career)], options)?;
    if made.never_observed > 0 {
        return Err(Refusal::NoTimeAtLiberty.error(format!("no time at liberty from age {first} to {end}")));
    }
    let mut limitations = Vec::new();
    if made.left_out != LeftOut::default() {
        limitations.push(Limitation::LeftOut(made.left_out));
    }
    let outside = (first - from).max(0.0) + (to - end).max(0.0);
    if outside > 0.0 {
        limitations.push(Limitation::OutsideGrid { years: outside });
    }
    let mut own: Vec<String> = career
        .offences()
        .iter()
        .filter(|offence| !is_built_in(&offence.category))
        .map(|offence| offence.category.key().to_owned())
        .collect();
    own.sort();
    own.dedup();
    if !own.is_empty() {
        limitations.push(Limitation::OwnCategories(own));
    }
    Ok((made, limitations))
}
