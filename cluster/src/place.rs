//! The short answer about many people: profile and posterior probabilities, row by row on the executors.

use crate::failure::{Failure, Result};
use crate::functions::{Form, rows};
use crate::history::{self, NOT_OBSERVED};
use datafusion::arrow::array::{
    ArrayRef, BinaryBuilder, Float64Builder, ListBuilder, StringBuilder, StructArray, UInt32Builder,
};
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use pleegprofiel::{
    Classifier, ErrorKind, Model, PersonRow,
    profile::classify::{ClassifyOptions, Refusal},
};
use std::sync::{Arc, Mutex, PoisonError};

/// The fields of an answer.
pub(crate) const PROFILE: usize = 0;
pub(crate) const REFUSED: usize = 1;
pub(crate) const GROUP: usize = 2;
pub(crate) const PROBABILITY: usize = 3;
pub(crate) const POSTERIOR: usize = 4;
pub(crate) const WRONG: usize = 5;

/// The type of an answer.
pub(crate) fn answer_type() -> DataType {
    DataType::Struct(fields())
}

fn fields() -> Fields {
    let item = Arc::new(Field::new("item", DataType::Float64, true));
    Fields::from(vec![
        Field::new("profile", DataType::Utf8, true),
        Field::new("refused", DataType::Utf8, true),
        Field::new("group", DataType::UInt32, true),
        Field::new("probability", DataType::Float64, true),
        Field::new("posterior", DataType::List(item), true),
        Field::new("wrong", DataType::Binary, true),
    ])
}

/// The classifier of a stored model.
///
/// # Errors
/// When the text is no model, or no group of it shows a profile.
pub(crate) fn classifier(model: &str) -> Result<Classifier> {
    Ok(Classifier::of_stored(Model::from_json(model)?, ClassifyOptions::default())?)
}

/// The classifier used last in this process, with its model: making one draws people, and every batch asks for it.
static LAST: Mutex<Option<(String, Arc<Classifier>)>> = Mutex::new(None);

fn kept(model: &str) -> Result<Arc<Classifier>> {
    // held while one is made, so that the tasks of an executor make it once
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((known, classifier)) = last.as_ref()
        && known == model
    {
        return Ok(Arc::clone(classifier));
    }
    let made = Arc::new(classifier(model)?);
    *last = Some((model.to_owned(), Arc::clone(&made)));
    Ok(made)
}

/// The answer about every row.
pub(crate) fn place(model: &str, form: &Form, columns: &[ArrayRef], number: usize) -> Result<ArrayRef> {
    let classifier = kept(model)?;
    let ages = classifier.model().grid().len();
    if ages != form.ages {
        return Err(Failure::Engine(format!("the model has {ages} ages, the call {}", form.ages)));
    }
    let mut profile = StringBuilder::with_capacity(number, 12 * number);
    let mut refused = StringBuilder::new();
    let mut group = UInt32Builder::with_capacity(number);
    let mut probability = Float64Builder::with_capacity(number);
    let mut posteriors = ListBuilder::new(Float64Builder::with_capacity(number * classifier.model().groups().len()));
    let mut wrong = BinaryBuilder::new();
    let mut posterior = vec![0.0; classifier.model().groups().len()];
    let (mut counts, mut key) = (vec![None; ages], Vec::new());
    rows(form, columns, number, |row| {
        let bad = !row.wrong.is_empty();
        if bad {
            key.clear();
            history::encode_wrong(row.wrong, &mut key);
        }
        wrong.append_option(bad.then_some(&key));
        counts.iter_mut().zip(row.counts).for_each(|(to, &from)| *to = (from != NOT_OBSERVED).then_some(from));
        let person = PersonRow { exposure: row.at_risk, ..PersonRow::new(&counts) };
        let answer = match bad {
            true => None,
            false => match classifier.place(person, &mut posterior) {
                Ok(placed) => Some(Ok(placed)),
                Err(error) if error.kind() == ErrorKind::Refused => Refusal::of(&error).map(Err),
                Err(error) => return Err(error.into()),
            },
        };
        let placed = answer.as_ref().and_then(|answer| answer.as_ref().ok());
        profile.append_option(placed.and_then(|placed| placed.profile).map(|profile| profile.key()));
        refused.append_option(answer.as_ref().and_then(|answer| answer.as_ref().err()).map(|refusal| refusal.key()));
        group.append_option(placed.map(|placed| placed.group as u32 + 1));
        probability.append_option(placed.map(|placed| placed.probability));
        if placed.is_some() {
            posteriors.values().append_slice(&posterior);
        }
        posteriors.append(placed.is_some());
        Ok(())
    })?;
    let arrays: Vec<ArrayRef> = vec![
        Arc::new(profile.finish()),
        Arc::new(refused.finish()),
        Arc::new(group.finish()),
        Arc::new(probability.finish()),
        Arc::new(posteriors.finish()),
        Arc::new(wrong.finish()),
    ];
    StructArray::try_new(fields(), arrays, None)
        .map(|answer| Arc::new(answer) as ArrayRef)
        .map_err(|error| Failure::Engine(format!("the answers cannot be put together: {error}")))
}
