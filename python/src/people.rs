//! People as Python has them, as a cohort: counts, time at risk, weights and identifiers, each checked with its place.

use crate::ages;
use crate::array::{Array, with_values};
use crate::cohort::PyCohort;
use crate::errors::{self, OrRaise};
use crate::frame::{self, Frame};
use crate::header::{self, Names};
use crate::value::{Count, Values};
use pleegprofiel::{AgeGrid, Cohort, Issues, PersonRow, cohort::CohortBuilder};
use pyo3::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// What every list of problems is headed by.
const CANNOT: &str = "the counts cannot be read";

/// The largest weight of one person, as in tables: a guard against sums that overflow.
const MAX_WEIGHT: f64 = 1e12;

/// Rows between two looks at whether the user wants to stop.
const ROWS_AT_ONCE: usize = 65_536;

/// What a caller says of people beside their counts.
#[derive(Default)]
pub(crate) struct Beside<'a, 'py> {
    pub(crate) ages: Option<&'a Bound<'py, PyAny>>,
    pub(crate) exposure: Option<&'a Bound<'py, PyAny>>,
    pub(crate) weights: Option<&'a Bound<'py, PyAny>>,
    pub(crate) ids: Option<&'a Bound<'py, PyAny>>,
    pub(crate) names: Option<Names>,
    /// The ages of an array when they were not given.
    pub(crate) otherwise: Option<AgeGrid>,
    /// Whether people of whom nothing was observed are let in.
    pub(crate) unobserved: bool,
}

impl Names {
    pub(crate) fn usual() -> Names {
        Names { id: "id".into(), weight: None, prefix: "age_".into(), step: 12, ignore: Vec::new() }
    }
}

/// The cohort of whatever a caller calls data: a cohort, a frame or an array.
pub(crate) fn people(data: &Bound<'_, PyAny>, beside: &Beside<'_, '_>) -> PyResult<Arc<Cohort>> {
    let py = data.py();
    if let Ok(cohort) = data.cast::<PyCohort>() {
        let more = [beside.ages, beside.exposure, beside.weights, beside.ids];
        if more.iter().any(Option::is_some) {
            return Err(errors::options(py, "a Cohort has its ages, time at risk, weights and identifiers already"));
        }
        return Ok(cohort.get().cohort.clone());
    }
    let called = beside.names.clone().unwrap_or_else(Names::usual);
    let cohort = match Frame::of(data, "counts")? {
        Some(frame) => of_frame(py, &frame, &called, beside)?,
        None => of_array(data, &called, beside)?,
    };
    warn(py, &cohort)?;
    Ok(Arc::new(cohort))
}

/// Says what looks as if it meant something else than counts.
fn warn(py: Python<'_>, cohort: &Cohort) -> PyResult<()> {
    let doubts: Vec<String> =
        cohort.warnings().iter().filter(|w| w.is_doubt()).map(|w| header::in_words(&w.to_string())).collect();
    if doubts.is_empty() {
        return Ok(());
    }
    let class = py.import("pleegprofiel.errors")?.getattr("DataWarning")?;
    py.import("warnings")?.call_method1("warn", (doubts.join("\n"), class, 2))?;
    Ok(())
}

fn of_array(data: &Bound<'_, PyAny>, called: &Names, beside: &Beside<'_, '_>) -> PyResult<Cohort> {
    let py = data.py();
    let array = Array::of(data, "counts", 2)?;
    let (rows, columns) = array.shape();
    let grid = match (beside.ages, beside.otherwise) {
        (Some(ages), _) => ages::grid(ages, called.step, columns)?,
        (None, Some(grid)) if grid.len() == columns => grid,
        (None, Some(grid)) => {
            return Err(errors::input(py, CANNOT, || {
                let (first, last) = (grid.label(0), grid.label(grid.len() - 1));
                format!("{columns} columns, but the model has {} ages, {first} to {last}", grid.len())
            }));
        }
        (None, None) => {
            return Err(errors::options(
                py,
                "an array does not say of which ages its columns are: give ages=(first, last), both included",
            ));
        }
    };
    let labels: Vec<String> = (0..grid.len()).map(|j| grid.label(j)).collect();
    let ids = beside.ids.map(|ids| identifiers(py, ids)).transpose()?;
    let risk = Risk::of(py, beside.exposure, called, grid, ids.as_deref())?;
    let extra = Extra { labels, risk, weights: weights(py, beside.weights)?, ids, unobserved: beside.unobserved };
    with_values!(array, values => read(py, grid, rows, values, &extra))
}

fn of_frame(py: Python<'_>, frame: &Frame<'_>, called: &Names, beside: &Beside<'_, '_>) -> PyResult<Cohort> {
    let columns = match beside.ages {
        None => header::columns(py, &frame.names, |at| frame.columns[at].is_empty(), called, "counts")?,
        Some(ages) => by_place(py, frame, called, ages)?,
    };
    let mut issues = Issues::in_memory();
    let used = columns.ages.iter().copied().chain(columns.id).chain(columns.weight);
    for at in used {
        if let Some(kind) = frame.columns[at].refused() {
            issues.add(None, Some(&frame.names[at]), || format!("values of type {kind} cannot be read"));
        }
    }
    errors::found(py, issues, CANNOT)?;
    let labels: Vec<String> = columns.ages.iter().map(|&at| frame.names[at].clone()).collect();
    let ids = match (beside.ids, columns.id) {
        (Some(ids), _) => Some(identifiers(py, ids)?),
        (None, Some(at)) => Some(names_of(py, &*frame.columns[at].open(), &frame.names[at])?),
        (None, None) => None,
    };
    let given = match (beside.weights, columns.weight) {
        (Some(_), Some(_)) => {
            return Err(errors::options(py, "weights and a column of weights are given: one of them is needed"));
        }
        (Some(given), None) => weights(py, Some(given))?,
        (None, Some(at)) => Some(frame::numbers(py, &frame.columns[at], "weights")?),
        (None, None) => None,
    };
    let risk = Risk::of(py, beside.exposure, called, columns.grid, ids.as_deref())?;
    let extra = Extra { labels, risk, weights: given, ids, unobserved: beside.unobserved };
    read(py, columns.grid, frame.rows, &frame.chosen(&columns.ages), &extra)
}

/// Columns of a frame whose ages are given: in their order, none of which may say an age of its own.
fn by_place(py: Python<'_>, frame: &Frame<'_>, called: &Names, ages: &Bound<'_, PyAny>) -> PyResult<header::Columns> {
    let prefix = called.prefix.to_lowercase();
    let named = frame.names.iter().find(|name| !prefix.is_empty() && name.to_lowercase().starts_with(&prefix));
    if let Some(name) = named {
        return Err(errors::options(py, format!("ages are given, but the columns say them already, as {name:?} does")));
    }
    let place = |wanted: &str| frame.names.iter().position(|name| name == wanted);
    let (id, weight) = (place(&called.id), called.weight.as_deref().and_then(place));
    let counts: Vec<usize> = (0..frame.names.len())
        .filter(|at| Some(*at) != id && Some(*at) != weight && !called.ignore.contains(&frame.names[*at]))
        .collect();
    Ok(header::Columns { grid: ages::grid(ages, called.step, counts.len())?, ages: counts, id, weight })
}

/// What stands beside the counts.
struct Extra<'py> {
    labels: Vec<String>,
    risk: Option<Risk<'py>>,
    weights: Option<Vec<f64>>,
    ids: Option<Vec<String>>,
    unobserved: bool,
}

/// Time at risk, as an array or as columns of a frame by age.
enum Risk<'py> {
    Array(Array<'py>),
    Frame(Frame<'py>, Vec<usize>),
}

impl<'py> Risk<'py> {
    fn of(
        py: Python<'py>,
        given: Option<&Bound<'_, PyAny>>,
        called: &Names,
        grid: AgeGrid,
        ids: Option<&[String]>,
    ) -> PyResult<Option<Risk<'py>>> {
        let Some(given) = given else { return Ok(None) };
        let given = given.clone().unbind().into_bound(py);
        let what = "time at risk";
        let cannot = format!("the {what} cannot be read");
        let Some(frame) = Frame::of(&given, what)? else {
            let array = Array::of(&given, what, 2)?;
            return match array.shape().1 {
                columns if columns == grid.len() => Ok(Some(Risk::Array(array))),
                columns => Err(errors::input(py, &cannot, || format!("{columns} columns, but {} ages", grid.len()))),
            };
        };
        let called = Names { weight: None, ..called.clone() };
        let columns = header::columns(py, &frame.names, |at| frame.columns[at].is_empty(), &called, what)?;
        if columns.grid != grid {
            let ends = |grid: AgeGrid| format!("{} to {}", grid.label(0), grid.label(grid.len() - 1));
            return Err(errors::input(py, &cannot, || {
                format!("it is of the ages {}, the counts of {}", ends(columns.grid), ends(grid))
            }));
        }
        let mut issues = Issues::in_memory();
        if let (Some(at), Some(ids)) = (columns.id, ids) {
            let own = names_of(py, &*frame.columns[at].open(), &frame.names[at])?;
            for (row, (own, id)) in own.iter().zip(ids).enumerate() {
                if own != id {
                    issues.add(Some(row as u64 + 1), Some(&frame.names[at]), || {
                        "another identifier than in this row of the counts: put both in one order".into()
                    });
                }
            }
        }
        for &at in &columns.ages {
            if let Some(kind) = frame.columns[at].refused() {
                issues.add(None, Some(&frame.names[at]), || format!("values of type {kind} cannot be read"));
            }
        }
        errors::found(py, issues, &cannot)?;
        Ok(Some(Risk::Frame(frame, columns.ages)))
    }

    fn open(&self) -> Box<dyn Values + '_> {
        match self {
            Risk::Array(array) => frame::boxed(array),
            Risk::Frame(frame, columns) => Box::new(frame.chosen(columns)),
        }
    }
}

fn weights(py: Python<'_>, given: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Vec<f64>>> {
    given.map(|given| frame::numbers(py, &frame::single(given, "weights")?, "weights")).transpose()
}

fn identifiers(py: Python<'_>, ids: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    names_of(py, &*frame::single(ids, "identifiers")?.open(), "id")
}

/// Identifiers of a column: each once, none empty. No message holds one.
fn names_of(py: Python<'_>, values: &dyn Values, column: &str) -> PyResult<Vec<String>> {
    let mut issues = Issues::in_memory();
    let mut first: HashMap<String, usize> = HashMap::with_capacity(values.rows());
    let mut all = Vec::with_capacity(values.rows());
    for row in 0..values.rows() {
        let place = (Some(row as u64 + 1), Some(column));
        match values.value(row, 0).identifier() {
            None => issues.add(place.0, place.1, || {
                "no identifier: a whole number or a text of at most 256 bytes is needed".into()
            }),
            Some(id) => {
                match first.get(&id) {
                    Some(before) => {
                        let before = before + 1;
                        issues.add(place.0, place.1, || format!("same id as row {before}"));
                    }
                    None => drop(first.insert(id.clone(), row)),
                }
                all.push(id);
            }
        }
    }
    errors::found(py, issues, "the identifiers cannot be read")?;
    Ok(all)
}

fn read<V: Values>(py: Python<'_>, grid: AgeGrid, rows: usize, counts: &V, extra: &Extra<'_>) -> PyResult<Cohort> {
    let mut issues = Issues::in_memory();
    let ages = grid.len();
    let risk = extra.risk.as_ref().map(Risk::open);
    if rows == 0 {
        issues.add(None, None, || "no rows: at least one person is needed".into());
    }
    let others = [
        ("the time at risk", risk.as_ref().map(|risk| risk.rows())),
        ("the weights", extra.weights.as_ref().map(Vec::len)),
        ("the identifiers", extra.ids.as_ref().map(Vec::len)),
    ];
    for (what, length) in others {
        if let Some(length) = length.filter(|&length| length != rows) {
            issues.add(None, None, || format!("the counts are of {rows} persons, {what} of {length}"));
        }
    }
    errors::found(py, std::mem::take(&mut issues), CANNOT)?;

    let mut builder = CohortBuilder::new(grid);
    let (mut row_counts, mut row_risk) = (vec![None; ages], vec![0.0; ages]);
    for i in 0..rows {
        if i % ROWS_AT_ONCE == ROWS_AT_ONCE - 1 {
            py.check_signals()?;
        }
        let before = issues.count();
        let mut seen = false;
        for j in 0..ages {
            let value = counts.value(i, j);
            let mut count = match value.count() {
                Count::Missing => None,
                Count::Is(count) => Some(count),
                Count::Bad => {
                    issues.add(Some(i as u64 + 1), Some(&extra.labels[j]), || value.no_count());
                    continue;
                }
            };
            if let Some(risk) = &risk {
                let at_risk = risk.value(i, j);
                match (time_at_risk(at_risk.float(), count), at_risk) {
                    (Ok(None), _) => count = None,
                    (Ok(Some(time)), _) => row_risk[j] = time,
                    (Err(why), value) => {
                        issues.add(Some(i as u64 + 1), Some(&extra.labels[j]), || match value.float() {
                            Some(_) => why,
                            None => format!("the time at risk is {}, not a number", value.words()),
                        });
                        continue;
                    }
                }
            }
            seen |= count.is_some();
            row_counts[j] = count;
        }
        let weight = extra.weights.as_ref().map_or(1.0, |weights| weights[i]);
        if !(weight > 0.0 && weight <= MAX_WEIGHT) {
            issues.add(Some(i as u64 + 1), Some("weight"), || {
                format!("{weight} is not a weight: above 0 and at most {MAX_WEIGHT:.0e}")
            });
        }
        if !seen && !extra.unobserved && issues.count() == before {
            issues.add(Some(i as u64 + 1), None, || "no age is observed: leave this person out".into());
        }
        if issues.is_empty() {
            let id = extra.ids.as_ref().map(|ids| ids[i].as_str());
            let exposure = risk.is_some().then_some(&row_risk[..]);
            builder.push(PersonRow { id, counts: &row_counts, exposure, weight }).or_raise(py)?;
        }
    }
    errors::found(py, issues, CANNOT)?;
    Ok(builder.finish())
}

/// The time at risk that goes with a count; `None` where the interval was not observed.
fn time_at_risk(time: Option<f64>, count: Option<u32>) -> Result<Option<f64>, String> {
    let time = time.unwrap_or(-1.0);
    match count {
        None if time.is_nan() || (0.0..=1.0).contains(&time) => Ok(None),
        Some(_) if time.is_nan() => Err("no time at risk where a count is given".into()),
        _ if !(0.0..=1.0).contains(&time) => Err(format!("the time at risk {time} is not between 0 and 1")),
        Some(0) if time == 0.0 => Ok(None),
        Some(count) if time == 0.0 => Err(format!("a count of {count} without time at risk")),
        _ => Ok(Some(time)),
    }
}
