//! The first look at everybody, before people are fitted pass by pass: whether rows are sound, and who makes the sample.

use crate::chunks::{Run, Shape};
use crate::draw::{Drawing, Drawn};
use crate::failure::{Failure, Result};
use crate::functions::{Form, rows};
use crate::history::{self, Fault, NOT_OBSERVED, Wrong};
use crate::kept;
use crate::side_by_side::{Chunk, each_chunk};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use pleegprofiel::{Cohort, PersonRow, cohort::CohortBuilder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is known of the people of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Looked {
    pub(crate) rows: u64,
    /// Whether anybody has time at risk of their own.
    pub(crate) at_risk: bool,
    /// Cells that were not observed, by age.
    pub(crate) unobserved: Vec<u64>,
    /// Rows not observed at any age.
    pub(crate) never_observed: u64,
    /// What is wrong, and with how many rows.
    pub(crate) wrong: Vec<Problem>,
    /// Problems of further kinds.
    pub(crate) beyond: u64,
    /// The first row whose identifier is not that of the row beside it, counted from the first of all.
    pub(crate) out_of_step: Option<u64>,
    /// Who was drawn, in the order of rows.
    pub(crate) drawn: Vec<Drawn>,
}

/// One kind of what is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Problem {
    fault: u8,
    age: u16,
    /// Its bits: what is no number has no place in JSON.
    value: u64,
    pub(crate) rows: u64,
}

impl Problem {
    pub(crate) fn wrong(&self) -> Option<Wrong> {
        Some(Wrong { fault: Fault::of(self.fault)?, age: self.age, value: f64::from_bits(self.value) })
    }
}

/// Kinds of problems that a run tells of.
const KEPT: usize = 1000;

/// Looks at the people of a run.
///
/// # Errors
/// As [`each_chunk`].
pub(crate) fn look(shape: &Shape, run: &Run, drawing: &Drawing) -> Result<Looked> {
    let form = Form { ages: shape.counts.ages.len(), at_risk: shape.times.is_some(), weight: false };
    let mut looked = Looked { unobserved: vec![0; form.ages], ..Looked::default() };
    let mut wrong: BTreeMap<(u8, u16, u64), u64> = BTreeMap::new();
    // whoever has been looked at is not read again for the first pass
    let mut keeping = kept::room(shape, run).then(Vec::new);
    each_chunk(shape, run, true, &mut |chunk| {
        let builder = keeping.is_some().then(|| CohortBuilder::new(shape.grid));
        let people = of_chunk((shape, &form), chunk, drawing, builder, &mut looked, &mut wrong)?;
        keeping = keeping.take().zip(people).map(|(mut all, people)| {
            all.push(people);
            all
        });
        Ok(())
    })?;
    if let (Some(all), None) = (keeping, looked.out_of_step) {
        kept::put(shape, run, Arc::new(all));
    }
    let problem = |((fault, age, value), rows)| Problem { fault, age, value, rows };
    looked.wrong = wrong.into_iter().map(problem).collect();
    Ok(looked)
}

/// The people of a chunk, when they are wanted and there is nothing wrong with them.
fn of_chunk(
    (shape, form): (&Shape, &Form),
    chunk: Chunk,
    drawing: &Drawing,
    mut people: Option<CohortBuilder>,
    looked: &mut Looked,
    wrong: &mut BTreeMap<(u8, u16, u64), u64>,
) -> Result<Option<Cohort>> {
    let first = chunk.number * shape.people_in_chunk;
    let ids = chunk.ids.as_ref().map(text).transpose()?;
    if let (Some(ids), Some(beside)) = (&ids, &chunk.ids_beside)
        && looked.out_of_step.is_none()
    {
        let beside = text(beside)?;
        let (ids, beside) = (ids.as_string::<i32>(), beside.as_string::<i32>());
        let differs = ids.iter().zip(beside).position(|(own, other)| own != other || own.is_none());
        looked.out_of_step = differs.map(|row| first + row as u64);
    }
    let mut place = first;
    let (mut key, mut counts) = (Vec::new(), vec![None; form.ages]);
    rows(form, &chunk.columns, chunk.rows, |row| {
        let at = (place - first) as usize;
        place += 1;
        looked.rows += 1;
        for w in row.wrong {
            let kind = (w.fault as u8, w.age, w.value.to_bits());
            if wrong.len() < KEPT || wrong.contains_key(&kind) {
                *wrong.entry(kind).or_default() += 1;
            } else {
                looked.beyond += 1;
            }
        }
        if !row.wrong.is_empty() {
            people = None;
            return Ok(());
        }
        let mut seen = 0;
        for (count, unobserved) in row.counts.iter().zip(&mut looked.unobserved) {
            let missing = *count == NOT_OBSERVED;
            *unobserved += u64::from(missing);
            seen += usize::from(!missing);
        }
        if seen == 0 {
            looked.never_observed += 1;
            people = None;
            return Ok(());
        }
        if let Some(people) = &mut people {
            counts.iter_mut().zip(row.counts).for_each(|(to, &from)| *to = (from != NOT_OBSERVED).then_some(from));
            people.push(PersonRow { exposure: row.at_risk, ..PersonRow::new(&counts) })?;
        }
        let own = |times: &[f64]| row.counts.iter().zip(times).any(|(&c, &e)| c != NOT_OBSERVED && e != 1.0);
        looked.at_risk |= row.at_risk.is_some_and(own);
        let id = ids.as_ref().map(|ids| ids.as_string::<i32>()).filter(|ids| ids.is_valid(at)).map(|ids| ids.value(at));
        if let Some(hash) = drawing.drawn(id, place - 1) {
            key.clear();
            history::encode(row.counts, row.at_risk, &mut key);
            looked.drawn.push(Drawn::new(hash, place - 1, &key));
        }
        Ok(())
    })?;
    Ok(people.map(CohortBuilder::finish))
}

/// Identifiers as the library reads them.
fn text(ids: &ArrayRef) -> Result<ArrayRef> {
    cast(ids, &DataType::Utf8).map_err(|cause| Failure::Engine(format!("identifiers cannot be read as text: {cause}")))
}
