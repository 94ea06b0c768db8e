//! The class of people whose counts were read.

use crate::header::{self, Names};
use crate::people::{Beside, people};
use crate::work;
use numpy::ndarray::Array2;
use numpy::{PyArray1, PyArray2};
use pleegprofiel::{AgeGrid, Cohort};
use pyo3::prelude::*;
use std::sync::Arc;

/// Persons x age intervals: what was counted, what was not observed, time at risk and weights.
///
/// data: an array of persons x ages of any integer or floating-point type, a masked array, a list of lists, or a frame
/// (pandas, polars, anything with the Arrow C stream interface). NaN, None, pandas.NA, nulls and masked cells are not
/// observed. ages: of an array, (first, last) with both included, a range, or a list without gaps; of a frame the names
/// of its columns tell. exposure: time at risk of each cell, in (0, 1]. weights, ids: a value a person.
/// id, weight: names of columns of a frame. age_prefix: what stands before the age in names of columns.
/// age_step: months of an age interval, 12 by default. ignore: names of columns to leave out.
///
/// >>> import pandas as pd, pleegprofiel as pp
/// >>> frame = pd.DataFrame({"id": ["a", "b"], "age_12": [0, 2], "age_13": [1, None]})
/// >>> pp.Cohort(frame)
/// Cohort of 2 persons, ages 12 to 13: 3 events in 3 observed cells, 2 different histories
#[pyclass(frozen, name = "Cohort", module = "pleegprofiel")]
pub(crate) struct PyCohort {
    pub(crate) cohort: Arc<Cohort>,
}
#[pymethods]
impl PyCohort {
    #[new]
    #[pyo3(signature = (data, ages=None, *, exposure=None, weights=None, ids=None, id="id", weight=None, age_prefix="age_", age_step=None, ignore=Vec::new()))]
    #[allow(clippy::too_many_arguments)] // the caller names them
    fn new(
        data: &Bound<'_, PyAny>,
        ages: Option<&Bound<'_, PyAny>>,
        exposure: Option<&Bound<'_, PyAny>>,
        weights: Option<&Bound<'_, PyAny>>,
        ids: Option<&Bound<'_, PyAny>>,
        id: &str,
        weight: Option<String>,
        age_prefix: &str,
        age_step: Option<&Bound<'_, PyAny>>,
        ignore: Vec<String>,
    ) -> PyResult<PyCohort> {
        let step = age_step.map_or(Ok(12), |step| work::whole(step, "age_step", 1, 1800))? as u32;
        let names = Names { id: id.to_owned(), weight, prefix: age_prefix.to_owned(), step, ignore };
        let beside = Beside { ages, exposure, weights, ids, names: Some(names), ..Beside::default() };
        Ok(PyCohort { cohort: people(data, &beside)? })
    }

    /// Number of persons.
    #[getter]
    fn persons(&self) -> usize {
        self.cohort.persons()
    }

    /// Number of observed cells (person x age).
    #[getter]
    fn observations(&self) -> u64 {
        self.cohort.observations()
    }

    /// Number of events in all observed cells.
    #[getter]
    fn events(&self) -> u64 {
        self.cohort.events()
    }

    /// Number of different histories: persons with the same one are stored once.
    #[getter]
    fn distinct_histories(&self) -> usize {
        self.cohort.distinct_histories()
    }

    /// Age at the start of each interval, in years.
    #[getter]
    fn ages<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        ages_of(py, self.cohort.grid())
    }

    /// Persons x ages; NaN where not observed.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        let mut all = Array2::from_elem((self.cohort.persons(), self.cohort.grid().len()), f64::NAN);
        for (i, mut row) in all.rows_mut().into_iter().enumerate() {
            let counts = self.cohort.counts(i);
            row.iter_mut().zip(counts).for_each(|(to, count)| *to = count.map_or(f64::NAN, f64::from));
        }
        PyArray2::from_owned_array(py, all)
    }

    /// Persons x ages: fraction of the interval at liberty, 0 where not observed.
    #[getter]
    fn exposure<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        let mut all = Array2::zeros((self.cohort.persons(), self.cohort.grid().len()));
        for (i, mut row) in all.rows_mut().into_iter().enumerate() {
            row.iter_mut().zip(self.cohort.exposure(i)).for_each(|(to, time)| *to = time);
        }
        PyArray2::from_owned_array(py, all)
    }

    /// Weight of each person.
    #[getter]
    fn weights<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, (0..self.cohort.persons()).map(|i| self.cohort.weight(i)))
    }

    /// Identifiers in the order of the input; None when there are none.
    #[getter]
    fn ids(&self) -> Option<Vec<String>> {
        self.cohort.id(0)?;
        Some((0..self.cohort.persons()).map(|i| self.cohort.id(i).unwrap_or_default().to_owned()).collect())
    }

    /// What looks as if it meant something else than counts.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.cohort.warnings().iter().map(|warning| header::in_words(&warning.to_string())).collect()
    }

    fn __len__(&self) -> usize {
        self.cohort.persons()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyCohort>().is_ok_and(|other| other.get().cohort == self.cohort)
    }

    fn __repr__(&self) -> String {
        let (cohort, grid) = (&self.cohort, self.cohort.grid());
        format!(
            "Cohort of {} persons, ages {} to {}: {} events in {} observed cells, {} different histories",
            cohort.persons(),
            grid.label(0),
            grid.label(grid.len() - 1),
            cohort.events(),
            cohort.observations(),
            cohort.distinct_histories()
        )
    }
}

/// Age at the start of each interval.
pub(crate) fn ages_of(py: Python<'_>, grid: AgeGrid) -> Bound<'_, PyArray1<f64>> {
    PyArray1::from_iter(py, (0..grid.len()).map(|j| grid.start_age(j)))
}
