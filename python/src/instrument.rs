//! Published risk instruments: loaded with their golden vectors, scored exactly as published.

use crate::convert;
use crate::errors::{self, OrRaise};
use crate::work;
use pleegprofiel::{ErrorKind, Issues, risk::instrument::{Assessment, Case, Instrument, Mode, Output, bundled_files}};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A published risk instrument, bundled by its short name; it exists only when its golden vectors come out.
///
/// An answer is given, or unknown (None, NaN, or left out): unknown answers give exact ranges, never "no".
///
/// >>> import pleegprofiel as pp
/// >>> psa = pp.Instrument("psa")
/// >>> answers = dict.fromkeys(psa.items, False) | {"age_at_current_arrest": 30, "prior_violent_convictions": 0,
/// ...                                              "prior_fta_past_2_years": None}
/// >>> suspect = {"jurisdiction": "united-states", "legal_status": "suspect", "age": 30}
/// >>> result = psa.score(answers, suspect)
/// >>> result["fta_scaled"], result.ranges["fta_scaled"]["low"], result.ranges["fta_scaled"]["high"]
/// (None, 1.0, 4.0)
/// >>> psa.score(answers)
/// Traceback (most recent call last):
///     ...
/// pleegprofiel.errors.Refused: ...
#[pyclass(frozen, name = "Instrument", module = "pleegprofiel")]
pub(crate) struct PyInstrument {
    instrument: Arc<Instrument>,
    /// Its file, where it is not bundled.
    text: Option<String>,
}

#[pymethods]
impl PyInstrument {
    /// A bundled instrument by its short name; `Instrument.names()` lists them.
    #[new]
    fn new(py: Python<'_>, name: &str) -> PyResult<PyInstrument> {
        Ok(PyInstrument { instrument: Instrument::bundled(name).or_raise(py)?, text: None })
    }

    /// Short names of the bundled instruments.
    #[staticmethod]
    fn names() -> Vec<&'static str> {
        bundled_files().map(|(name, _)| name).collect()
    }

    /// Loads an instrument from the JSON of its file, running its golden vectors.
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<PyInstrument> {
        let instrument = Arc::new(Instrument::from_json(text).or_raise(py)?);
        Ok(PyInstrument { instrument, text: Some(text.to_owned()) })
    }

    /// Loads an instrument from a file.
    #[staticmethod]
    fn load(py: Python<'_>, path: std::path::PathBuf) -> PyResult<PyInstrument> {
        PyInstrument::from_json(py, &convert::file_text(py, &path)?)
    }

    /// Short name.
    #[getter]
    fn id(&self) -> &str {
        self.instrument.id()
    }

    /// Version of the published instrument.
    #[getter]
    fn version(&self) -> &str {
        self.instrument.version()
    }

    /// What it says about itself: population, outcome, sources, licence, what it may not be used for.
    #[getter]
    fn card(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, self.instrument.card())
    }

    /// Names of its items, in order.
    #[getter]
    fn items(&self) -> Vec<String> {
        self.instrument.item_names().map(str::to_owned).collect()
    }

    /// Number of golden vectors that came out when it was loaded.
    #[getter]
    fn golden_vectors(&self) -> usize {
        self.instrument.golden_vectors()
    }

    /// SHA-256 of its file.
    #[getter]
    fn content_hash(&self) -> &str {
        self.instrument.content_hash()
    }

    /// Scores one case; raises Refused, with every reason among the issues, where there is no score. With unknown answers
    /// the result holds exact ranges.
    #[pyo3(signature = (answers, population=None, *, population_override=None, as_published=false))]
    fn score<'py>(
        &self,
        py: Python<'py>,
        answers: &Bound<'py, PyAny>,
        population: Option<&Bound<'py, PyAny>>,
        population_override: Option<&Bound<'py, PyAny>>,
        as_published: bool,
    ) -> PyResult<PyAssessment> {
        let result = self.assess(py, answers, population, population_override, as_published)?;
        match result.assessment.scored && (as_published || result.assessment.error.is_empty()) {
            true => Ok(result),
            false => Err(refused(py, result)?),
        }
    }

    /// As `score`, but a refusal is a result like any other: `scored` is False, `error` and `refusal` say why.
    #[pyo3(signature = (answers, population=None, *, population_override=None, as_published=false))]
    fn assess<'py>(
        &self,
        py: Python<'py>,
        answers: &Bound<'py, PyAny>,
        population: Option<&Bound<'py, PyAny>>,
        population_override: Option<&Bound<'py, PyAny>>,
        as_published: bool,
    ) -> PyResult<PyAssessment> {
        let case = self.cases(py, answers, population, population_override, false)?;
        let mode = mode(as_published);
        let mut all = assessed(py, &self.instrument, case, mode)?;
        match (all.pop(), all.is_empty()) {
            (Some(assessment), true) => Ok(PyAssessment { assessment }),
            _ => Err(errors::options(py, "not one case: assess_many takes a list of them")),
        }
    }

    /// The results of many cases, in their order; see `assess`. Answers that cannot be read are listed for all of them.
    #[pyo3(signature = (cases, population=None, *, population_override=None, as_published=false))]
    fn assess_many<'py>(
        &self,
        py: Python<'py>,
        cases: &Bound<'py, PyAny>,
        population: Option<&Bound<'py, PyAny>>,
        population_override: Option<&Bound<'py, PyAny>>,
        as_published: bool,
    ) -> PyResult<Vec<PyAssessment>> {
        let cases = self.cases(py, cases, population, population_override, true)?;
        let all = assessed(py, &self.instrument, cases, mode(as_published))?;
        Ok(all.into_iter().map(|assessment| PyAssessment { assessment }).collect())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyInstrument>().is_ok_and(|other| other.get().instrument == self.instrument)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let class = py.get_type::<PyInstrument>();
        match &self.text {
            Some(text) => Ok((class.getattr("from_json")?, (text.clone(),))),
            None => Ok((class.into_any(), (self.instrument.id().to_owned(),))),
        }
    }

    fn __repr__(&self) -> String {
        let i = &self.instrument;
        let (id, version, items, vectors) = (i.id(), i.version(), i.item_names().count(), i.golden_vectors());
        format!("Instrument {id} {version}: {items} items, {vectors} golden vectors came out; {}", i.card().outcome)
    }
}

fn mode(as_published: bool) -> Mode {
    if as_published { Mode::AsPublished } else { Mode::Strict }
}

/// The results of cases, worked out with the interpreter released.
fn assessed(py: Python<'_>, instrument: &Instrument, cases: Vec<Case>, mode: Mode) -> PyResult<Vec<Assessment>> {
    work::run(py, None, |tick| {
        let mut all = Vec::with_capacity(cases.len());
        for (i, case) in cases.iter().enumerate() {
            if !tick(i, cases.len()) {
                break;
            }
            all.push(instrument.assess(case, mode)?);
        }
        Ok(all)
    })
}

impl PyInstrument {
    fn cases(
        &self,
        py: Python<'_>,
        answers: &Bound<'_, PyAny>,
        population: Option<&Bound<'_, PyAny>>,
        permission: Option<&Bound<'_, PyAny>>,
        many: bool,
    ) -> PyResult<Vec<Case>> {
        let cannot = "the input cannot be scored";
        let json = match answers.hasattr("to_dict")? && !answers.is_instance_of::<PyDict>() {
            // a row or a frame of pandas
            true if many => convert::json(&answers.call_method1("to_dict", ("records",))?, cannot)?,
            true => convert::json(&answers.call_method0("to_dict")?, cannot)?,
            false => convert::json(answers, cannot)?,
        };
        let beside = [("population", population), ("population_override", permission)];
        let mut common = Map::new();
        for (name, given) in beside {
            if let Some(given) = given {
                common.insert(name.to_owned(), convert::json(given, cannot)?);
            }
        }
        let with = |case: Value| -> Value {
            match case {
                Value::Object(mut case) => {
                    for (name, value) in &common {
                        case.entry(name.clone()).or_insert_with(|| value.clone());
                    }
                    Value::Object(case)
                }
                other => other,
            }
        };
        let json = match (json, many) {
            (Value::Array(cases), true) => Value::Array(cases.into_iter().map(with).collect()),
            (case @ Value::Object(_), false) => with(case),
            (_, true) => return Err(errors::options(py, "assess_many takes a list of cases, each a dict of answers")),
            (_, false) => return Err(errors::options(py, "a case is a dict of answers by the name of the item")),
        };
        self.instrument.read_cases(&json.to_string()).or_raise(py)
    }
}

/// The exception for a case without a score, which carries the result.
fn refused(py: Python<'_>, result: PyAssessment) -> PyResult<PyErr> {
    let a = &result.assessment;
    let mut issues = Issues::in_memory();
    let reasons = if a.refusal.is_empty() { &a.error } else { &a.refusal };
    for reason in reasons.iter().chain(&a.population_differences) {
        issues.add(None, None, || reason.clone());
    }
    let what = format!("{} {} gives no score for this case ({})", a.instrument, a.version, a.error.join(", "));
    let error = issues.into_result(&what).err();
    let exception = match error {
        Some(error) => errors::exception_of(py, ErrorKind::Refused, &error),
        None => errors::refused(py, what),
    };
    exception.value(py).setattr("assessment", Py::new(py, result)?)?;
    Ok(exception)
}

/// The result of one instrument for one case, with everything it rests on.
#[pyclass(frozen, name = "Assessment", module = "pleegprofiel")]
#[derive(Clone)]
pub(crate) struct PyAssessment {
    assessment: Assessment,
}

fn output(py: Python<'_>, output: Option<&Output>) -> PyResult<Py<PyAny>> {
    match output {
        None => Ok(py.None()),
        Some(Output::Truth(b)) => b.into_py_any(py),
        Some(Output::Whole(n)) => n.into_py_any(py),
        Some(Output::Number(x)) => x.into_py_any(py),
        Some(Output::Band(name)) => name.into_py_any(py),
    }
}

#[pymethods]
impl PyAssessment {
    /// Whether there is a score.
    #[getter]
    fn scored(&self) -> bool {
        self.assessment.scored
    }

    /// Results by field, such as `percent_2y`; None where there is no value.
    #[getter]
    fn results<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (field, value) in &self.assessment.results {
            dict.set_item(field, output(py, value.as_ref())?)?;
        }
        Ok(dict)
    }

    /// Ranges by field, when answers are unknown: dicts of low, high, bands and may_be_absent.
    #[getter]
    fn ranges(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.assessment.ranges)
    }

    /// Items whose answer is unknown.
    #[getter]
    fn unknown(&self) -> Vec<String> {
        self.assessment.unknown.clone()
    }

    /// Codes of why there is no score.
    #[getter]
    fn error(&self) -> Vec<String> {
        self.assessment.error.clone()
    }

    /// The same in words.
    #[getter]
    fn refusal(&self) -> Vec<String> {
        self.assessment.refusal.clone()
    }

    /// What stands in the way of taking the result at its word.
    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.assessment.warnings.clone()
    }

    /// What each term added, with the coefficient as printed and its source.
    #[getter]
    fn contributions(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.assessment.contributions)
    }

    /// Protected or proxy characteristics that the published form uses.
    #[getter]
    fn uses(&self) -> Vec<String> {
        self.assessment.uses.clone()
    }

    /// The band, for an instrument that has bands.
    #[getter]
    fn band(&self) -> Option<&str> {
        self.assessment.band()
    }

    fn __getitem__(&self, py: Python<'_>, field: &str) -> PyResult<Py<PyAny>> {
        match self.assessment.results.get(field) {
            Some(value) => output(py, value.as_ref()),
            None => Err(pyo3::exceptions::PyKeyError::new_err(field.to_owned())),
        }
    }

    fn __contains__(&self, field: &str) -> bool {
        self.assessment.results.contains_key(field)
    }

    /// Names of the results.
    fn keys(&self) -> Vec<String> {
        self.assessment.results.keys().cloned().collect()
    }

    /// Everything, as dicts and lists.
    fn to_dict(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::of_json(py, &self.assessment.to_json())
    }

    /// One JSON object on one line, as the command line prints it.
    fn to_json(&self) -> String {
        self.assessment.to_json()
    }

    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<PyAssessment> {
        let assessment =
            serde_json::from_str(text).map_err(|why| errors::stored(py, format!("not an assessment: {why}")))?;
        Ok(PyAssessment { assessment })
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<PyAssessment>().is_ok_and(|other| other.get().assessment == self.assessment)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<PyAssessment>().getattr("from_json")?, (self.assessment.to_json(),)))
    }

    fn __repr__(&self) -> String {
        let a = &self.assessment;
        let mut lines = vec![format!("Assessment by {} {}: {}", a.instrument, a.version, a.outcome)];
        let words = |value: &Option<Output>| match value {
            None => "-".to_owned(),
            Some(Output::Truth(b)) => b.to_string(),
            Some(Output::Whole(n)) => n.to_string(),
            Some(Output::Number(x)) => format!("{x:.4}"),
            Some(Output::Band(name)) => name.clone(),
        };
        for (field, value) in &a.results {
            let range = a.ranges.get(field).map_or(String::new(), |range| match range.bands.is_empty() {
                true => format!("  ({} to {})", words(&range.low), words(&range.high)),
                false => format!("  ({})", range.bands.join(" or ")),
            });
            lines.push(format!("  {field}: {}{range}", words(value)));
        }
        if !a.scored {
            lines.push(format!("  no score: {}", a.error.join(", ")));
        }
        if !a.unknown.is_empty() {
            lines.push(format!("  unknown: {}", a.unknown.join(", ")));
        }
        lines.extend(a.warnings.iter().map(|warning| format!("  ! {warning}")));
        lines.join("\n")
    }
}
