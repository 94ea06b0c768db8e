//! One pass over the people of a run, on an executor: histories from files or from memory, sums from histories.

use crate::chunks::{Run, Shape};
use crate::failure::{Failure, Result};
use crate::functions::{Form, rows};
use crate::history::NOT_OBSERVED;
use crate::kept;
use crate::side_by_side::{Chunk, each_chunk};
use pleegprofiel::{
    Cohort, PersonRow,
    cohort::CohortBuilder,
    trajectory::passes::{PassRequest, PassSums},
};
use std::sync::Arc;

/// The sums of the people of a run.
///
/// # Errors
/// As [`each_chunk`]; when the request cannot be answered for these people.
pub(crate) fn pass(shape: &Shape, run: &Run, request: &PassRequest) -> Result<PassSums> {
    let mut sums = PassSums::none(request.fingerprint());
    let mut add = |number: u64, people: &Cohort| -> Result<()> {
        let before = std::mem::replace(&mut sums, PassSums::none(request.fingerprint()));
        sums = before.merge(request.sums(number, people)?)?;
        Ok(())
    };
    if let Some(people) = kept::get(shape, run) {
        for (number, people) in (run.first..).zip(people.iter()) {
            add(number, people)?;
        }
        return Ok(sums);
    }
    let mut keeping = kept::room(shape, run).then(Vec::new);
    each_chunk(shape, run, false, &mut |chunk| {
        let number = chunk.number;
        let people = cohort(shape, chunk)?;
        add(number, &people)?;
        if let Some(all) = &mut keeping {
            all.push(people);
        }
        Ok(())
    })?;
    if let Some(all) = keeping {
        kept::put(shape, run, Arc::new(all));
    }
    Ok(sums)
}

/// The people of a chunk, in the order of their rows.
fn cohort(shape: &Shape, chunk: Chunk) -> Result<Cohort> {
    let grid = shape.grid;
    let form = Form { ages: grid.len(), at_risk: shape.times.is_some(), weight: false };
    let mut builder = CohortBuilder::new(grid);
    let mut counts = vec![None; grid.len()];
    let mut place = chunk.number * shape.people_in_chunk;
    rows(&form, &chunk.columns, chunk.rows, |row| {
        place += 1;
        if !row.wrong.is_empty() {
            return Err(Failure::Engine(format!(
                "row {place} of all is no history any more: a file changed while people were fitted"
            )));
        }
        counts.iter_mut().zip(row.counts).for_each(|(to, &from)| *to = (from != NOT_OBSERVED).then_some(from));
        builder.push(PersonRow { exposure: row.at_risk, ..PersonRow::new(&counts) })?;
        Ok(())
    })?;
    Ok(builder.finish())
}
