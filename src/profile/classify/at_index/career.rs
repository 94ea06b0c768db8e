//! Dated careers: the index offence is the first trafficking offence, and what came before it in its year is known.

use super::age::IndexAge;
use super::classifier::CareerClassifier;
use super::sight::Place;
use crate::career::category::Category;
use crate::career::offence::When;
use crate::career::person::Career;
use crate::cohort::builder::PersonRow;
use crate::cohort::careers::{CareerOptions, LeftOut};
use crate::error::Result;
use crate::profile::classify::career::on_grid;
use crate::profile::classify::classification::Classification;
use crate::profile::classify::record::Refusal;

impl CareerClassifier {
    /// As [`CareerClassifier::classify`], of a career put on the model's ages. Its first trafficking offence is the index
    /// offence; with dates or exact ages, what came before and after it in the same year is told apart.
    ///
    /// # Errors
    /// As [`Classifier::classify_career`](crate::Classifier::classify_career); kind
    /// [`Refused`](crate::ErrorKind::Refused) also when there is no trafficking offence in the career.
    pub fn classify_career(&self, career: &Career, options: &CareerOptions) -> Result<Classification> {
        let grid = self.grid();
        if career.offences().is_empty() {
            return Err(Refusal::NoAdjudicatedCase.error("there is no offence in the career"));
        }
        let Some(index) = career.offences().iter().position(|o| o.category == Category::HUMAN_TRAFFICKING) else {
            return Err(Refusal::NoIndexOffence
                .error("there is no trafficking offence in the career; the model is of people who had one"));
        };
        let (made, limitations) = on_grid(grid, career, options)?;
        let (counts, exposure) = (made.cohort.counts(0), made.cohort.exposure(0));
        let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
        let age = career.age_at(index).get();
        if let When::CompletedAge(age) = career.offences()[index].when {
            return self.answer(row, IndexAge::InYear { age: age.into() }, None, limitations);
        }
        // an offence on a birthday belongs to the year that begins there
        let borders: Vec<f64> = (0..=grid.len() as u32)
            .map(|t| career.timeline.clock.border(grid.start_months() + t * grid.width_months()))
            .collect();
        let at = career.positions()[index].0;
        let t = borders.partition_point(|border| *border <= at).saturating_sub(1);
        let mut parted = None;
        if t < grid.len() && made.left_out == LeftOut::default() {
            let (start, stop) = (borders[t], borders[t + 1]);
            let free = |from: f64, to: f64| career.timeline.liberty_length((from, to)) / (stop - start);
            let (before, after) = (free(start, at), free(at, stop));
            let inside = |i: usize| career.positions()[i].0 >= start && career.positions()[i].0 < stop;
            let earlier = (0..index).filter(|i| inside(*i)).count() as u32;
            let later = (index + 1..career.offences().len()).filter(|i| inside(*i)).count() as u32;
            // no count without time at risk: then the place in the year is all that is known
            if (earlier == 0 || before > 0.0) && (later == 0 || after > 0.0) {
                parted = Some((Place::Parted { age, before, after }, (earlier, later)));
            }
        }
        self.answer(row, IndexAge::At { age }, parted, limitations)
    }
}
