//! What a classifier answers: in full of one person, in short of many.

use crate::{convert, errors};
use numpy::ndarray::Array2;
use numpy::{PyArray1, PyArray2};
use pleegprofiel::{Language, Profile, profile::classify::Classification};
use pyo3::prelude::*;
use std::collections::BTreeMap;

/// Group, probability, profile and posteriors, or why there is none.
pub(crate) type Place = Result<(usize, f64, Option<Profile>, Vec<f64>), String>;

/// The short answers for many people.
#[pyclass(frozen, name = "Placed", module = "pleegprofiel")]
pub(crate) struct PyPlaced {
    pub(crate) found: Vec<Place>,
}

#[pymethods]
impl PyPlaced {
    /// The most likely group of each person, from 0; -1 of whoever is refused.
    #[getter]
    fn group<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        PyArray1::from_iter(py, self.found.iter().map(|found| found.as_ref().map_or(-1, |f| f.0 as i64)))
    }

    /// The posterior probability of that answer; NaN of whoever is refused.
    #[getter]
    fn probability<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.found.iter().map(|found| found.as_ref().map_or(f64::NAN, |f| f.1)))
    }

    /// The profile given; None when undecided or refused.
    #[getter]
    fn profile(&self) -> Vec<Option<&'static str>> {
        self.found.iter().map(|found| found.as_ref().ok().and_then(|f| f.2).map(Profile::key)).collect()
    }

    /// Why somebody is refused; None where not.
    #[getter]
    fn refusal(&self) -> Vec<Option<String>> {
        self.found.iter().map(|found| found.as_ref().err().cloned()).collect()
    }

    /// Persons x groups: posterior probabilities; NaN of whoever is refused.
    #[getter]
    fn posteriors<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        let width = self.found.iter().find_map(|found| found.as_ref().ok().map(|f| f.3.len())).unwrap_or(0);
        let mut all = Array2::from_elem((self.found.len(), width), f64::NAN);
        for (mut row, found) in all.rows_mut().into_iter().zip(&self.found) {
            if let Ok(found) = found {
                row.iter_mut().zip(&found.3).for_each(|(to, p)| *to = *p);
            }
        }
        PyArray2::from_owned_array(py, all)
    }

    fn __len__(&self) -> usize {
        self.found.len()
    }

    fn __repr__(&self) -> String {
        let named = self.found.iter().filter(|found| found.as_ref().is_ok_and(|f| f.2.is_some())).count();
        let refused = self.found.iter().filter(|found| found.is_err()).count();
        format!("Placed: {} persons, {named} with a profile, {refused} refused", self.found.len())
    }
}

/// What can be said of one person beside the profiles, how sure that is, and what it is based on.
#[pyclass(frozen, name = "Classification", module = "pleegprofiel")]
pub(crate) struct PyClassification {
    pub(crate) answer: Classification,
}

#[pymethods]
impl PyClassification {
    /// The profile given; None when undecided.
    #[getter]
    fn profile(&self) -> Option<&'static str> {
        self.answer.profile().map(Profile::key)
    }

    /// Why there is no profile, in words.
    #[getter]
    fn undecided(&self) -> Option<String> {
        self.answer.answer.undecided.as_ref().map(|why| why.text(Language::English))
    }

    /// Key of that reason, such as "too-young".
    #[getter]
    fn undecided_key(&self) -> Option<&'static str> {
        self.answer.answer.undecided.as_ref().map(|why| why.key())
    }

    /// Posterior probability of the likeliest answer.
    #[getter]
    fn probability(&self) -> f64 {
        self.answer.answer.probability.get()
    }

    /// Posterior probability of each profile of the model, by its key.
    #[getter]
    fn posterior(&self) -> BTreeMap<&'static str, f64> {
        self.answer.posterior.iter().map(|p| (p.profile.key(), p.probability)).collect()
    }

    /// Posterior probability of each group, in the model's order.
    #[getter]
    fn groups<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.answer.groups)
    }

    /// The profiles that cannot be ruled out.
    #[getter]
    fn prediction_set(&self) -> Vec<&'static str> {
        self.answer.prediction_set.profiles.iter().map(|p| p.key()).collect()
    }

    /// Everything, as dicts and lists.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.answer)
    }

    /// Everything, as JSON.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        serde_json::to_string(&self.answer).map_err(|why| errors::stored(py, why.to_string()))
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<PyClassification> {
        let answer =
            serde_json::from_str(text).map_err(|why| errors::stored(py, format!("not a classification: {why}")))?;
        Ok(PyClassification { answer })
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyClassification>().is_ok_and(|other| other.get().answer == self.answer)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<PyClassification>().getattr("from_json")?, (self.to_json(py)?,)))
    }

    fn __repr__(&self) -> String {
        let answer = match (self.profile(), self.undecided()) {
            (Some(profile), _) => profile.to_owned(),
            (None, Some(why)) => format!("undecided ({why})"),
            (None, None) => "undecided".to_owned(),
        };
        let p = self.probability();
        format!("Classification: {answer}, probability {p:.3}, not ruled out: {}", self.prediction_set().join(", "))
    }
}
