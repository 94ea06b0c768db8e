//! What answers at the index offence are worth when an assumption of the reference model does not hold.
//!
//! People are drawn from a career model with one assumption changed, cut at the end of the year of age of their index
//! offence, and answered by the model as it is.

use super::population::SyntheticCohort;
use super::sensitivity::changed;
use crate::career::category::Category;
use crate::career::person::Career;
use crate::cohort::builder::PersonRow;
use crate::cohort::careers::CareerOptions;
use crate::cohort::data::Cohort;
use crate::error::Result;
use crate::numeric::parallel::Parallel;
use crate::profile::classify::at_index::age::IndexAge;
use crate::profile::classify::at_index::classifier::CareerClassifier;
use crate::profile::kind::Profile;
use crate::profile::reference::card::AnswerMove;
use crate::profile::reference::career_model::CareerModel;
use crate::profile::reference::model::ReferenceModel;

/// Careers under another assumption than those of a reference model.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumed {
    /// What the reference model assumes.
    pub what: String,
    /// What is assumed instead.
    pub changed_to: String,
    /// The careers then.
    pub model: CareerModel,
}

/// Answers of a reference model on people of its own career model, of that with each assumption changed in turn, and of
/// `others`: the same number of people, of the same seed.
///
/// # Errors
/// When people cannot be drawn, or answered.
pub fn answers(reference: &ReferenceModel, others: &[Assumed], persons: u64, seed: u64) -> Result<Vec<AnswerMove>> {
    let classifier = CareerClassifier::new(reference)?;
    let mut all = vec![one(&classifier, reference.career_model(), persons, seed)?];
    let changed: Vec<_> = changed(reference.career_model()).collect();
    let changed = changed.iter().map(|(what, to, model)| (*what, *to, model));
    for (what, to, model) in changed.chain(others.iter().map(|o| (o.what.as_str(), o.changed_to.as_str(), &o.model))) {
        let moved = one(&classifier, model, persons, seed)?;
        all.push(AnswerMove { what: what.to_owned(), changed_to: to.to_owned(), ..moved });
    }
    Ok(all)
}

/// Sums over people, of whole numbers and in the order of persons, so that no bit hangs on the number of threads.
#[derive(Default)]
struct Sums {
    people: f64,
    stated: f64,
    right: f64,
    held: f64,
    expected: f64,
    found: f64,
}

fn one(classifier: &CareerClassifier, careers: &CareerModel, persons: u64, seed: u64) -> Result<AnswerMove> {
    let people: Vec<_> = SyntheticCohort::new(careers, seed)?.people(0..persons)?.collect();
    let grid = classifier.grid();
    let options = CareerOptions::default();
    let cohort = Cohort::from_careers(grid, people.iter().map(|person| ("", &person.career)), &options)?.cohort;
    let answers: Vec<Option<Sums>> = (0..people.len())
        .map_in_parallel(|i| {
            let person = &people[i];
            let (mut counts, exposure) = (cohort.counts(i), cohort.exposure(i));
            let Some(age) = index_year(&person.career) else { return Ok(None) };
            let next = (0..grid.len()).take_while(|t| grid.start_age(*t) <= f64::from(age)).count();
            let later: Vec<(u32, f64)> =
                counts[next..].iter().zip(&exposure[next..]).map(|(c, e)| (c.unwrap_or(0), *e)).collect();
            counts[next..].fill(None);
            let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
            let answer = classifier.classify(row, IndexAge::InYear { age })?;
            let group = answer.answer.group;
            let mut sums = Sums {
                people: 1.0,
                stated: answer.groups[group],
                right: f64::from(u8::from(Profile::ALL[group] == person.profile)),
                held: f64::from(u8::from(answer.prediction_set.profiles.contains(&person.profile))),
                ..Sums::default()
            };
            for (ahead, (count, at_risk)) in answer.forecast.iter().flat_map(|f| &f.ages).zip(later) {
                sums.expected += ahead.offences.mean * at_risk;
                sums.found += f64::from(count);
            }
            Ok(Some(sums))
        })
        .into_iter()
        .collect::<Result<_>>()?;
    let mut all = Sums::default();
    for sums in answers.into_iter().flatten() {
        all.people += sums.people;
        all.stated += sums.stated;
        all.right += sums.right;
        all.held += sums.held;
        all.expected += sums.expected;
        all.found += sums.found;
    }
    Ok(AnswerMove {
        what: String::new(),
        changed_to: String::new(),
        stated: all.stated / all.people,
        right: all.right / all.people,
        held: all.held / all.people,
        forecast: all.expected / all.found,
    })
}

fn index_year(career: &Career) -> Option<u32> {
    let index = career.offences().iter().position(|o| o.category == Category::HUMAN_TRAFFICKING)?;
    Some(career.age_at(index).get() as u32)
}
