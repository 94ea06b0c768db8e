//! `choose`: form and number of groups chosen by how well they fit, as the command `profile` does it.

use crate::convert;
use crate::errors;
use crate::fitted::PyFit;
use crate::people::{Beside, people};
use crate::work;
use pleegprofiel::{Family, FormOptions, trajectory::forms::{Form, FormChoice}};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// The form and the number of groups that were chosen, with everything they were chosen from.
#[pyclass(frozen, name = "FormChoice", module = "pleegprofiel")]
pub(crate) struct PyChoice {
    fit: Py<PyFit>,
    form: String,
    candidates: serde_json::Value,
    sureness: serde_json::Value,
}

/// Numbers of groups: one, or (fewest, most), or a range.
pub(crate) fn numbers(
    given: Option<&Bound<'_, PyAny>>,
    otherwise: RangeInclusive<usize>,
) -> PyResult<RangeInclusive<usize>> {
    let Some(given) = given else { return Ok(otherwise) };
    let all = work::wholes(given, "groups", 1, 32)?;
    let is_pair = given.is_instance_of::<pyo3::types::PyTuple>() && all.len() == 2;
    match (all.first(), all.last()) {
        (Some(&low), Some(&high)) if low <= high && (is_pair || all.iter().copied().eq(low..=high)) => Ok(low..=high),
        _ => Err(errors::options(
            given.py(),
            "groups is neither a number, nor (fewest, most) with both included, nor a range without gaps",
        )),
    }
}

/// A form from its key, or from a dict of family, common_dispersion and zero_degree.
fn form(given: &Bound<'_, PyAny>) -> PyResult<Form> {
    let py = given.py();
    if let Ok(name) = given.extract::<String>() {
        let family = work::family(py, &name)?;
        return Ok(Form::of(family, false, family.has_zero_curve().then_some(0)));
    }
    let Ok(dict) = given.cast::<PyDict>() else {
        return Err(errors::options(
            py,
            "a form is the key of a family or a dict of family, common_dispersion, zero_degree",
        ));
    };
    let (mut family, mut common, mut zero) = (None, false, None);
    for (key, value) in dict {
        match key.extract::<String>()?.as_str() {
            "family" => family = Some(work::family(py, &value.extract::<String>()?)?),
            "common_dispersion" => common = value.extract()?,
            "zero_degree" if value.is_none() => zero = None,
            "zero_degree" => zero = Some(work::whole(&value, "zero_degree", 0, 5)? as usize),
            other => {
                let why = format!("a form has no {other:.40}: family, common_dispersion, zero_degree");
                return Err(errors::options(py, why));
            }
        }
    }
    let family: Family = family.ok_or_else(|| errors::options(py, "a form needs a family"))?;
    Ok(Form::of(family, common, zero))
}

/// Chooses form and number of groups by how well they fit, as the command `profile` does.
///
/// groups: a number, (fewest, most) with both included, or a range; 1 to 8 by default. degree: of the curves, 3 by
/// default. forms: keys of families or dicts of family, common_dispersion and zero_degree; by default the short list of
/// Poisson, negative binomial and zero-inflated forms. The rest is as in `fit`.
///
/// >>> import numpy as np, pleegprofiel as pp
/// >>> counts = np.random.default_rng(1).poisson(np.repeat([0.1, 2.0], [60, 40])[:, None], (100, 8))
/// >>> choice = pp.choose(counts, (1, 3), degree=0, ages=(15, 22))
/// >>> choice.form, choice.fit.groups
/// ('poisson', 2)
#[pyfunction]
#[pyo3(signature = (data, groups=None, *, degree=None, forms=None, ages=None, exposure=None, weights=None, ids=None, starts=None, neighbours=true, seed=None, threads=None, progress=None), text_signature = "(data, groups=(1, 8), *, degree=3, forms=None, ages=None, exposure=None, weights=None, ids=None, starts=16, neighbours=True, seed=1, threads=None, progress=None)")]
#[allow(clippy::too_many_arguments)] // the caller names them
pub(crate) fn choose(
    data: &Bound<'_, PyAny>,
    groups: Option<&Bound<'_, PyAny>>,
    degree: Option<&Bound<'_, PyAny>>,
    forms: Option<&Bound<'_, PyAny>>,
    ages: Option<&Bound<'_, PyAny>>,
    exposure: Option<&Bound<'_, PyAny>>,
    weights: Option<&Bound<'_, PyAny>>,
    ids: Option<&Bound<'_, PyAny>>,
    starts: Option<&Bound<'_, PyAny>>,
    neighbours: bool,
    seed: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyChoice> {
    let py = data.py();
    let mut options = FormOptions::new().groups(numbers(groups, 1..=8)?).neighbours(neighbours);
    if let Some(degree) = degree {
        options = options.degree(work::whole(degree, "degree", 0, 5)? as usize);
    }
    if let Some(starts) = starts {
        options = options.starts(work::whole(starts, "starts", 1, 100_000)? as usize);
    }
    if let Some(seed) = seed {
        options = options.seed(work::whole(seed, "seed", 0, u64::MAX)?);
    }
    if let Some(threads) = work::threads(threads)? {
        options = options.threads(threads);
    }
    if let Some(forms) = forms {
        options = options.forms(forms.try_iter()?.map(|one| form(&one?)).collect::<PyResult<_>>()?);
    }
    let cohort = people(data, &Beside { ages, exposure, weights, ids, ..Beside::default() })?;
    let choice = work::run(py, progress, |tick| {
        let mut choice = options.choose_with_progress(&cohort, &|p| tick(p.done, p.total))?;
        choice.fit = choice.fit.checked(&cohort)?;
        Ok(choice)
    })?;
    PyChoice::new(py, choice, cohort)
}

impl PyChoice {
    fn new(py: Python<'_>, choice: FormChoice, cohort: Arc<pleegprofiel::Cohort>) -> PyResult<PyChoice> {
        let json =
            |value: serde_json::Result<serde_json::Value>| value.map_err(|why| errors::stored(py, why.to_string()));
        let candidates = json(serde_json::to_value(&choice.candidates))?;
        let sureness = json(serde_json::to_value(choice.sureness))?;
        let choice = Arc::new(choice);
        let fit = Py::new(py, PyFit::new(choice.fit.clone(), cohort, Some(choice.clone())))?;
        Ok(PyChoice { fit, form: choice.form.to_string(), candidates, sureness })
    }
}

#[pymethods]
impl PyChoice {
    #[staticmethod]
    fn _from_state(py: Python<'_>, fit: Py<PyFit>, text: &str) -> PyResult<PyChoice> {
        let kept: (String, serde_json::Value, serde_json::Value) =
            serde_json::from_str(text).map_err(|why| errors::stored(py, format!("not a usable choice: {why}")))?;
        Ok(PyChoice { fit, form: kept.0, candidates: kept.1, sureness: kept.2 })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> convert::Remade<'py, (Py<PyFit>, String)> {
        let kept = serde_json::to_string(&(&self.form, &self.candidates, &self.sureness))
            .map_err(|why| errors::stored(py, why.to_string()))?;
        Ok((py.get_type::<PyChoice>().getattr("_from_state")?, (self.fit.clone_ref(py), kept)))
    }

    /// The fit of the form chosen.
    #[getter]
    fn fit(&self, py: Python<'_>) -> Py<PyFit> {
        self.fit.clone_ref(py)
    }

    /// The form chosen, in words.
    #[getter]
    fn form(&self) -> &str {
        &self.form
    }

    /// Everything that was looked at, as a list of dicts: trusted first, then lowest BIC first.
    #[getter]
    fn candidates(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::object(py, &self.candidates)
    }

    /// How sure people's groups are under this form and under Poisson; None when the form is Poisson.
    #[getter]
    fn sureness(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::object(py, &self.sureness)
    }

    /// The profile of each person, None where that cannot be said or hangs on the model.
    #[getter]
    fn profiles(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.fit.bind(py).getattr("profiles")?.unbind())
    }

    /// The model with the names of its groups, as the command `profile` stores it.
    #[getter]
    fn model(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.fit.bind(py).call_method0("decided_model")?.unbind())
    }

    /// The groups over what was observed of them, as a picture.
    fn plot(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.fit.bind(py).call_method0("plot")?.unbind())
    }

    /// The report of the command `profile`: one page of HTML.
    fn report(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.fit.bind(py).call_method0("report")?.unbind())
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(self.fit.bind(py).call_method0("_repr_html_")?.unbind())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let looked = self.candidates.as_array().map_or(0, Vec::len);
        let fit = self.fit.bind(py).repr()?;
        Ok(format!("Chosen from {looked} models: {}\n{fit}", self.form))
    }
}
