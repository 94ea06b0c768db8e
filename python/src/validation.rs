//! `validate`: are predicted probabilities right for these people.

use crate::errors::{self, OrRaise};
use crate::frame;
use crate::picture::PyPicture;
use crate::work;
use pleegprofiel::{Issues, Language, report::ValidationReport, validation::{FlatValue, Predictions, ProtectedAttribute, flat_binary}};
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// What a validation found.
#[pyclass(frozen, name = "Validation", module = "pleegprofiel")]
pub(crate) struct PyValidation {
    figures: Vec<(String, FlatValue)>,
    report: ValidationReport,
}

/// A column of probabilities, or several by name.
fn scores(py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<Vec<(String, Vec<f64>)>> {
    let one = |name: String, values: &Bound<'_, PyAny>| -> PyResult<(String, Vec<f64>)> {
        let what = format!("probabilities {name}");
        let numbers = frame::numbers(py, &frame::single(values, &what)?, &what)?;
        Ok((name, numbers))
    };
    match given.cast::<PyDict>() {
        Ok(dict) => dict.iter().map(|(name, values)| one(name.extract()?, &values)).collect(),
        Err(_) => Ok(vec![one("probability".into(), given)?]),
    }
}

/// Outcomes as yes or no; a missing one is a problem of its own.
fn outcomes(py: Python<'_>, given: &Bound<'_, PyAny>) -> PyResult<Vec<bool>> {
    let numbers = frame::numbers(py, &frame::single(given, "outcomes")?, "outcomes")?;
    let mut issues = Issues::in_memory();
    let mut all = Vec::with_capacity(numbers.len());
    for (row, &y) in numbers.iter().enumerate() {
        if y != 0.0 && y != 1.0 {
            issues.add(Some(row as u64 + 1), Some("outcome"), || match y.is_nan() {
                true => "the outcome is missing: leave out people whose outcome is not known, and say how many".into(),
                false => format!("{y} is not an outcome: 1 (or True) where it happened, 0 where not"),
            });
        }
        all.push(y == 1.0);
    }
    errors::found(py, issues, "the outcomes cannot be read")?;
    Ok(all)
}

/// Values of an attribute; what is missing is a group of its own.
fn attribute(py: Python<'_>, name: &str, values: &Bound<'_, PyAny>) -> PyResult<ProtectedAttribute> {
    let what = format!("groups {name}");
    let column = frame::single(values, &what)?;
    let column = column.open();
    let texts: Vec<Option<String>> = (0..column.rows()).map(|row| column.value(row, 0).identifier()).collect();
    ProtectedAttribute::new(name, texts.iter().map(Option::as_deref)).or_raise(py)
}

/// Holds predicted probabilities against what came of them: discrimination, calibration, usefulness, and by group.
///
/// probabilities: a value a person, or a dict of several such columns, which are then compared. outcomes: 1 or True where
/// it happened. groups: a dict of values a person, by which figures are shown apart. threshold: of the decision.
///
/// >>> import pleegprofiel as pp
/// >>> p = [i / 200 for i in range(200)]
/// >>> validation = pp.validate(p, [(7 * i) % 200 < i for i in range(200)])
/// >>> round(validation["auc"], 3)
/// 0.842
#[pyfunction]
#[pyo3(signature = (probabilities, outcomes, *, weights=None, groups=None, threshold=0.5, show_small_cells=false))]
pub(crate) fn validate(
    probabilities: &Bound<'_, PyAny>,
    outcomes: &Bound<'_, PyAny>,
    weights: Option<&Bound<'_, PyAny>>,
    groups: Option<&Bound<'_, PyDict>>,
    threshold: f64,
    show_small_cells: bool,
) -> PyResult<PyValidation> {
    let py = probabilities.py();
    let columns = scores(py, probabilities)?;
    let y = self::outcomes(py, outcomes)?;
    let events = y.iter().filter(|y| **y).count();
    if !y.is_empty() && (events == 0 || events == y.len()) {
        let (all, people) = (u8::from(events > 0), y.len());
        return Err(errors::options(
            py,
            format!("the outcome is {all} for all {people} people: with one outcome nothing can be validated"),
        ));
    }
    let weights = weights.map(|w| frame::numbers(py, &frame::single(w, "weights")?, "weights")).transpose()?;
    let mut all = Vec::with_capacity(columns.len());
    for (name, column) in columns {
        let predictions = Predictions::new(column, y.clone()).or_raise(py)?;
        all.push((
            name,
            match &weights {
                Some(weights) => predictions.weighted(weights.clone()).or_raise(py)?,
                None => predictions,
            },
        ));
    }
    let mut attributes = Vec::new();
    for (name, values) in groups.into_iter().flatten() {
        attributes.push(attribute(py, &name.extract::<String>()?, &values)?);
    }
    let (flat, report) = work::run(py, None, |_| {
        let flat = flat_binary(&all, &attributes, threshold)?;
        let report = ValidationReport::binary(&all, &attributes, threshold, 0, Language::English, show_small_cells)?;
        Ok((flat, report))
    })?;
    Ok(PyValidation { figures: flat.entries().to_vec(), report })
}

/// A number, a list of them, or None for a figure that does not exist.
fn figure(py: Python<'_>, value: &FlatValue) -> PyResult<Py<PyAny>> {
    match value {
        FlatValue::Number(number) => number.into_py_any(py),
        FlatValue::List(list) => list.clone().into_py_any(py),
        _ => Ok(py.None()),
    }
}

#[pymethods]
impl PyValidation {
    /// Every figure by its key, such as `probability.auc`: a number, an interval as a list, or None where the figure does not exist.
    #[getter]
    fn figures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for (key, value) in &self.figures {
            dict.set_item(key, figure(py, value)?)?;
        }
        Ok(dict)
    }

    /// A figure by its key; `auc` is that of the first score.
    fn __getitem__(&self, py: Python<'_>, key: &str) -> PyResult<Py<PyAny>> {
        let first = self.figures.first().and_then(|(key, _)| key.strip_suffix(".people")).unwrap_or_default();
        let of_first = format!("{first}.{key}");
        let find = |wanted: &str| self.figures.iter().find(|(known, _)| known == wanted);
        match find(key).or_else(|| find(&of_first)) {
            Some((_, value)) => figure(py, value),
            None => Err(pyo3::exceptions::PyKeyError::new_err(key.to_owned())),
        }
    }

    /// What a reader has to know before reading any figure.
    #[getter]
    fn findings(&self) -> Vec<String> {
        self.report.findings().to_vec()
    }

    /// The parts of the report: (heading, header, rows).
    #[getter]
    fn tables(&self) -> Vec<(String, Vec<String>, Vec<Vec<String>>)> {
        let sections = self.report.sections().iter();
        sections.map(|s| (s.heading.clone(), s.table.header.clone(), s.table.rows.clone())).collect()
    }

    /// The first picture of the report: calibration.
    fn plot(&self, py: Python<'_>) -> PyResult<PyPicture> {
        let picture = self.report.sections().iter().find_map(|s| s.picture.clone());
        picture.map(|svg| PyPicture { svg }).ok_or_else(|| errors::options(py, "this validation has no picture"))
    }

    /// The report as one page of HTML.
    fn report(&self, py: Python<'_>) -> PyResult<String> {
        self.report.html().or_raise(py)
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        let escape = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;");
        // a page has styles of its own, which are no concern of the notebook
        let page = escape(&self.report(py)?);
        Ok(format!("<iframe srcdoc=\"{page}\" style=\"width:100%;height:40em;border:0\"></iframe>"))
    }

    fn __repr__(&self) -> String {
        let mut lines = vec![format!("Validation: {}", self.report.subtitle())];
        for section in self.report.sections() {
            lines.push(section.heading.clone());
            lines.extend(section.table.rows.iter().map(|row| format!("  {}", row.join("  "))));
        }
        lines.extend(self.report.findings().iter().map(|finding| format!("- {finding}")));
        lines.join("\n")
    }
}
