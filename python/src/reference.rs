//! The reference model that is shipped with the library, with its card.

use crate::classifier::{self, PyClassifier};
use crate::convert;
use crate::errors::OrRaise;
use crate::model::PyModel;
use pleegprofiel::profile::{classify::CareerClassifier, reference::ReferenceModel};
use pyo3::prelude::*;

/// The model reconstructed from published margins: no coefficients of the report are public.
#[pyclass(frozen, name = "ReferenceModel", module = "pleegprofiel")]
pub(crate) struct PyReference {
    pub(crate) reference: ReferenceModel,
}

/// The reference model shipped with the library: reconstructed from published margins.
///
/// >>> import pleegprofiel as pp
/// >>> reference = pp.reference_model()
/// >>> reference.name, reference.model.shares.round(2).tolist()
/// ('brede-blik-2024-reconstruction', [0.36, 0.28, 0.21, 0.15])
#[pyfunction]
pub(crate) fn reference_model() -> PyReference {
    PyReference { reference: pleegprofiel::reference_model() }
}

#[pymethods]
impl PyReference {
    /// Its name, which every result made with it repeats.
    #[getter]
    fn name(&self) -> &str {
        &self.reference.card().name
    }

    /// Shares and curves of the four groups.
    #[getter]
    fn model(&self) -> PyModel {
        PyModel { model: self.reference.model().clone() }
    }

    /// What it is, what it reproduces, what it assumes.
    #[getter]
    fn card(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, self.reference.card())
    }

    /// Places people by whole careers, conditional on their index offence.
    #[pyo3(signature = (*, coverage=0.9, seed=1, people=4000, rescale=1.0))]
    fn classifier(
        &self,
        py: Python<'_>,
        coverage: f64,
        seed: u64,
        people: usize,
        rescale: f64,
    ) -> PyResult<PyClassifier> {
        let options = classifier::options(coverage, seed, people);
        let reference = &self.reference;
        let made = crate::work::run(py, None, |_| CareerClassifier::rescaled(reference, options, rescale))?;
        Ok(PyClassifier::of_careers(made, rescale))
    }

    /// The model in its stored form; reading it gives the same bits.
    fn to_json(&self) -> String {
        self.reference.to_json()
    }

    /// Reads a model from its stored form.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<PyReference> {
        Ok(PyReference { reference: ReferenceModel::from_json(text).or_raise(py)? })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<PyReference>().getattr("from_json")?, (self.reference.to_json(),)))
    }

    fn __repr__(&self) -> String {
        format!(
            "ReferenceModel {}: reconstructed from published margins, no coefficients of the report are public",
            self.reference.card().name
        )
    }
}
