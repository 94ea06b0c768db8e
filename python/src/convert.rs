//! Between JSON and objects of Python: results as dicts and lists, answers as JSON.

use crate::array::object_value;
use crate::errors;
use crate::value::Value as Cell;
use pleegprofiel::Issues;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyString};
use serde_json::{Map, Value};

/// A JSON value as dicts, lists, texts and numbers.
pub(crate) fn object(py: Python<'_>, value: &Value) -> PyResult<Py<PyAny>> {
    match value {
        Value::Null => Ok(py.None()),
        Value::Bool(b) => b.into_py_any(py),
        Value::Number(n) => match (n.as_i64(), n.as_u64()) {
            (Some(n), _) => n.into_py_any(py),
            (None, Some(n)) => n.into_py_any(py),
            (None, None) => n.as_f64().into_py_any(py),
        },
        Value::String(s) => s.into_py_any(py),
        Value::Array(list) => {
            let all = list.iter().map(|one| object(py, one)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, all)?.into_py_any(py)
        }
        Value::Object(map) => {
            let dict = PyDict::new(py);
            for (key, one) in map {
                dict.set_item(key, object(py, one)?)?;
            }
            dict.into_py_any(py)
        }
    }
}

/// What pickling calls to make something again, and with what.
pub(crate) type Remade<'py, T> = PyResult<(Bound<'py, PyAny>, T)>;

/// Anything that serialises, as objects of Python.
pub(crate) fn serialised(py: Python<'_>, value: &impl serde::Serialize) -> PyResult<Py<PyAny>> {
    let value = serde_json::to_value(value).map_err(|why| errors::stored(py, why.to_string()))?;
    object(py, &value)
}

/// Deepest nesting of what is given as answers.
const DEEPEST: usize = 16;

/// Answers as JSON: `None`, NaN and `pandas.NA` are unknown, dates are days, numpy's numbers are numbers. Everything that
/// cannot be an answer is listed by its path.
pub(crate) fn json(data: &Bound<'_, PyAny>, what: &str) -> PyResult<Value> {
    let mut issues = Issues::in_memory();
    let value = value(data, "$", 0, &mut issues)?;
    errors::found(data.py(), issues, what)?;
    Ok(value)
}

fn value(data: &Bound<'_, PyAny>, path: &str, depth: usize, issues: &mut Issues) -> PyResult<Value> {
    let mut refuse = |why: String| {
        issues.add(None, None, || format!("{path}: {why}"));
        Ok(Value::Null)
    };
    if depth > DEEPEST {
        return refuse(format!("nested more than {DEEPEST} deep"));
    }
    if let Ok(truth) = data.cast::<PyBool>() {
        return Ok(Value::from(truth.is_true()));
    }
    if let Ok(dict) = data.cast::<PyDict>() {
        let mut map = Map::new();
        for (key, one) in dict {
            let Ok(key) = key.extract::<String>() else {
                let shown = key.repr()?.to_string();
                issues.add(None, None, || format!("{path}: the name {shown:.40} is not a text"));
                continue;
            };
            let path = format!("{path}.{key:.60}");
            map.insert(key, value(&one, &path, depth + 1, issues)?);
        }
        return Ok(Value::Object(map));
    }
    if data.hasattr("isoformat")? && !data.is_instance_of::<PyString>() {
        // a day, or a moment whose day it is; NaT is nothing
        let text = data.call_method0("isoformat")?.extract::<String>()?;
        if text == "NaT" {
            return Ok(Value::Null);
        }
        return match text.strip_suffix("T00:00:00") {
            Some(day) => Ok(Value::from(day)),
            None if text.contains('T') => refuse(format!("{text:.40} has a time of day: a day is needed")),
            None => Ok(Value::from(text)),
        };
    }
    if data.get_type().qualname()? == "bool" {
        // numpy's
        return Ok(Value::from(data.is_truthy()?));
    }
    if !data.is_instance_of::<PyString>() && data.hasattr("__iter__")? {
        let mut list = Vec::new();
        for (at, one) in data.try_iter()?.enumerate() {
            list.push(value(&one?, &format!("{path}[{at}]"), depth + 1, issues)?);
        }
        return Ok(Value::Array(list));
    }
    match object_value(data)? {
        Cell::Missing => Ok(Value::Null),
        Cell::Whole(n) => Ok(Value::from(n)),
        // whole floating-point numbers are what a column with gaps makes of whole ones
        Cell::Number(x) if x.is_finite() && x.fract() == 0.0 && x.abs() < 9.0e15 => Ok(Value::from(x as i64)),
        Cell::Number(x) if x.is_finite() => Ok(Value::from(x)),
        Cell::Number(x) => refuse(format!("{x} is not a finite number")),
        Cell::Text(text) => Ok(Value::from(text.into_owned())),
        Cell::Other(name) => refuse(format!("a value of type {name} is no answer")),
    }
}

/// The text of a file.
pub(crate) fn file_text(py: Python<'_>, path: &std::path::Path) -> PyResult<String> {
    let cannot = |cause| errors::file(py, format!("{} cannot be read: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(cannot)?;
    Ok(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}

/// A result of the library as JSON, read back as objects.
pub(crate) fn of_json(py: Python<'_>, text: &str) -> PyResult<Py<PyAny>> {
    let value: Value = serde_json::from_str(text).map_err(|why| errors::stored(py, why.to_string()))?;
    object(py, &value)
}
