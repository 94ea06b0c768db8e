//! The ages of an array, as a caller gives them: `(12, 39)` with both ends, a `range`, or a list without gaps.

use crate::errors::{self, OrRaise};
use pleegprofiel::AgeGrid;
use pyo3::prelude::*;

/// The age grid of `columns` columns.
pub(crate) fn grid(ages: &Bound<'_, PyAny>, step: u32, columns: usize) -> PyResult<AgeGrid> {
    let py = ages.py();
    let wrong = || {
        let shown = ages.repr().map(|repr| repr.to_string()).unwrap_or_default();
        errors::options(
            py,
            format!(
                "ages={shown:.60} is neither (first, last) with both included, nor a range, nor a list of ages without gaps"
            ),
        )
    };
    let is_pair = ages.is_instance_of::<pyo3::types::PyTuple>() && ages.len()? == 2;
    let list: Vec<f64> = ages.extract().map_err(|_| wrong())?;
    let (Some(&first), Some(&last)) = (list.first(), list.last()) else { return Err(wrong()) };
    let months = |age: f64| {
        let months = age * 12.0;
        ((0.0..1e4).contains(&age) && (months - months.round()).abs() < 1e-6).then(|| months.round() as u32)
    };
    let (Some(from), Some(to)) = (months(first), months(last)) else { return Err(wrong()) };
    let steps = to.checked_sub(from).filter(|apart| step > 0 && apart.is_multiple_of(step)).map(|apart| apart / step);
    let Some(steps) = steps else {
        return Err(errors::options(
            py,
            format!("ages {first} to {last} are no whole number of steps of {step} months"),
        ));
    };
    let by_step = |(j, age): (usize, &f64)| months(*age) == Some(from + j as u32 * step);
    if !is_pair && (list.len() != steps as usize + 1 || !list.iter().enumerate().all(by_step)) {
        return Err(wrong());
    }
    let grid = AgeGrid::months(from, step, steps as usize + 1).or_raise(py)?;
    if grid.len() != columns {
        return Err(errors::input(py, "the counts cannot be read", || {
            let (first, last) = (grid.label(0), grid.label(grid.len() - 1));
            format!("{columns} columns, but the ages {first} to {last} (both included) are {}", grid.len())
        }));
    }
    Ok(grid)
}
