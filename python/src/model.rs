//! A trajectory model by itself: shares and curves, fitted or given; it knows nobody.

use crate::cohort::ages_of;
use crate::convert;
use crate::errors::OrRaise;
use crate::people::{Beside, people};
use numpy::ndarray::Array2;
use numpy::{PyArray1, PyArray2};
use pleegprofiel::{Definitions, Model, Profile, name_model};
use pyo3::prelude::*;

/// A group-based trajectory model: shares and curves over age, without anybody in it.
///
/// >>> import pleegprofiel as pp
/// >>> model = pp.reference_model().model
/// >>> model
/// Model poisson, 4 groups (36.0 %, 28.0 %, 21.0 %, 15.0 %), ages 12 to 44
/// >>> pp.Model.from_json(model.to_json()) == model
/// True
#[pyclass(frozen, name = "Model", module = "pleegprofiel")]
#[derive(Clone)]
pub(crate) struct PyModel {
    pub(crate) model: Model,
}

#[pymethods]
impl PyModel {
    /// Reads a model from its JSON, as the command line writes it too.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<PyModel> {
        Ok(PyModel { model: Model::from_json(text).or_raise(py)? })
    }

    /// Reads a model from a file.
    #[staticmethod]
    fn load(py: Python<'_>, path: std::path::PathBuf) -> PyResult<PyModel> {
        Ok(PyModel { model: Model::load(path).or_raise(py)? })
    }

    /// The versioned JSON of the model; reading it gives the same bits.
    fn to_json(&self) -> String {
        self.model.to_json()
    }

    /// The family's key.
    #[getter]
    fn family(&self) -> &'static str {
        self.model.family().key()
    }

    /// Number of groups.
    #[getter]
    fn groups(&self) -> usize {
        self.model.groups().len()
    }

    /// Number of free parameters.
    #[getter]
    fn parameters(&self) -> usize {
        self.model.parameters().len()
    }

    /// Age at the start of each interval, in years.
    #[getter]
    fn ages<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        ages_of(py, self.model.grid())
    }

    /// Share of each group.
    #[getter]
    fn shares<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        shares(py, &self.model)
    }

    /// Groups x ages: expected events per year at liberty.
    #[getter]
    fn trajectories<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        trajectories(py, &self.model)
    }

    /// Groups x ages: probability of a structural zero.
    #[getter]
    fn zero_probabilities<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        by_age(py, &self.model, |k| self.model.zero_probabilities(k))
    }

    /// Coefficients of the log rate of each group, in powers of age scaled to -1 .. 1.
    #[getter]
    fn coefficients<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyArray1<f64>>> {
        self.model.groups().iter().map(|g| PyArray1::from_slice(py, &g.coefficients)).collect()
    }

    /// Coefficients of the logit of the structural zeros of each group; empty where the family has none.
    #[getter]
    fn zero_coefficients<'py>(&self, py: Python<'py>) -> Vec<Bound<'py, PyArray1<f64>>> {
        self.model.groups().iter().map(|g| PyArray1::from_slice(py, &g.zero_coefficients)).collect()
    }

    /// Dispersion of each group; NaN where the family has none.
    #[getter]
    fn dispersions<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.model.groups().iter().map(|g| g.dispersion.unwrap_or(f64::NAN)))
    }

    /// The profile that each group shows, None where it shows none: as decided when the model was chosen, otherwise by its
    /// curves.
    #[getter]
    fn profiles(&self, py: Python<'_>) -> PyResult<Vec<Option<&'static str>>> {
        let kept = pleegprofiel::profile::Decision::of(&self.model).or_raise(py)?;
        let naming = match kept {
            Some(decision) => decision.naming,
            None => name_model(&self.model, &Definitions::default()).or_raise(py)?,
        };
        Ok((0..self.model.groups().len()).map(|k| naming.profile_of(k).map(Profile::key)).collect())
    }

    /// What form and number of groups were chosen from; empty when they were given.
    #[getter]
    fn chosen_from(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.model.chosen_from())
    }

    /// Persons x groups: posterior probabilities of membership of these people.
    #[pyo3(signature = (data, *, exposure=None))]
    fn posteriors<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        exposure: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let beside = Beside { exposure, otherwise: Some(self.model.grid()), unobserved: true, ..Beside::default() };
        let cohort = people(data, &beside)?;
        let posteriors = crate::work::run(py, None, |_| self.model.posteriors(&cohort))?;
        Ok(PyArray2::from_owned_array(py, posteriors))
    }

    /// Log-likelihood of these people, with every constant.
    #[pyo3(signature = (data, *, exposure=None, weights=None))]
    fn log_likelihood<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        exposure: Option<&Bound<'py, PyAny>>,
        weights: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<f64> {
        let beside =
            Beside { exposure, weights, otherwise: Some(self.model.grid()), unobserved: true, ..Beside::default() };
        let cohort = people(data, &beside)?;
        crate::work::run(py, None, |_| self.model.log_likelihood(&cohort))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyModel>().is_ok_and(|other| other.get().model == self.model)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<PyModel>().getattr("from_json")?, (self.model.to_json(),)))
    }

    fn __repr__(&self) -> String {
        let (model, grid) = (&self.model, self.model.grid());
        let shares: Vec<String> = model.groups().iter().map(|g| format!("{:.1} %", 100.0 * g.share)).collect();
        format!(
            "Model {}, {} group{} ({}), ages {} to {}",
            model.family().key(),
            shares.len(),
            if shares.len() == 1 { "" } else { "s" },
            shares.join(", "),
            grid.label(0),
            grid.label(grid.len() - 1)
        )
    }
}

/// Share of each group.
pub(crate) fn shares<'py>(py: Python<'py>, model: &Model) -> Bound<'py, PyArray1<f64>> {
    PyArray1::from_iter(py, model.groups().iter().map(|group| group.share))
}

/// Groups x ages: expected events per year at liberty.
pub(crate) fn trajectories<'py>(py: Python<'py>, model: &Model) -> Bound<'py, PyArray2<f64>> {
    by_age(py, model, |k| model.rates(k))
}

fn by_age<'py>(py: Python<'py>, model: &Model, of: impl Fn(usize) -> Vec<f64>) -> Bound<'py, PyArray2<f64>> {
    let mut all = Array2::zeros((model.groups().len(), model.grid().len()));
    for (k, mut row) in all.rows_mut().into_iter().enumerate() {
        row.iter_mut().zip(of(k)).for_each(|(to, value)| *to = value);
    }
    PyArray2::from_owned_array(py, all)
}
