//! Frames as named columns of values: pandas by its own columns, everything else by the Arrow C stream interface.

use crate::array::Array;
use crate::arrow;
use crate::errors;
use crate::value::{Value, Values};
use pyo3::prelude::*;

/// A frame: columns of one length, each with a name.
pub(crate) struct Frame<'py> {
    pub(crate) names: Vec<String>,
    pub(crate) columns: Vec<Column<'py>>,
    pub(crate) rows: usize,
}

/// A column of a frame.
pub(crate) enum Column<'py> {
    /// An array with one column.
    Array(Array<'py>),
    /// Pieces of a stream.
    Arrow(arrow::Pieces),
    /// Of a type that is no number and no text, by its name.
    Other(String),
}

impl Column<'_> {
    /// The name of its type, when neither counts nor identifiers can be read from it.
    pub(crate) fn refused(&self) -> Option<String> {
        match self {
            Column::Other(name) => Some(name.clone()),
            Column::Arrow(pieces) => pieces.refused(),
            Column::Array(_) => None,
        }
    }

    /// The column as it is read, row by row.
    pub(crate) fn open(&self) -> Box<dyn Values + '_> {
        match self {
            Column::Array(array) => boxed(array),
            Column::Arrow(pieces) => Box::new(pieces.open()),
            Column::Other(_) => Box::new(Nothing),
        }
    }

    /// Whether it holds nothing but missing values.
    pub(crate) fn is_empty(&self) -> bool {
        let values = self.open();
        self.refused().is_none() && (0..values.rows()).all(|row| matches!(values.value(row, 0), Value::Missing))
    }
}

pub(crate) fn boxed<'a>(array: &'a Array<'_>) -> Box<dyn Values + 'a> {
    macro_rules! held {
        ($($variant:ident),*) => {
            match array {
                $(Array::$variant(held) => Box::new(held.view()),)*
                Array::Objects(values) => Box::new(ObjectColumn(values)),
            }
        };
    }
    held!(I8, I16, I32, I64, U8, U16, U32, U64, F32, F64, Bool)
}

struct ObjectColumn<'a>(&'a numpy::ndarray::Array2<Value<'static>>);

impl Values for ObjectColumn<'_> {
    fn rows(&self) -> usize {
        self.0.nrows()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        self.0.value(row, column)
    }
}

/// In place of a column that cannot be read.
struct Nothing;

impl Values for Nothing {
    fn rows(&self) -> usize {
        0
    }

    fn value(&self, _: usize, _: usize) -> Value<'_> {
        Value::Missing
    }
}

/// Some columns of a frame, side by side.
pub(crate) struct Chosen<'a> {
    rows: usize,
    columns: Vec<Box<dyn Values + 'a>>,
}

impl Values for Chosen<'_> {
    fn rows(&self) -> usize {
        self.rows
    }

    #[inline]
    fn value(&self, row: usize, column: usize) -> Value<'_> {
        self.columns[column].value(row, 0)
    }
}

impl<'py> Frame<'py> {
    /// The frame that an object is; `None` when it is none.
    pub(crate) fn of(data: &Bound<'py, PyAny>, what: &str) -> PyResult<Option<Frame<'py>>> {
        let module: String = data.get_type().getattr("__module__")?.extract().unwrap_or_default();
        if module.split('.').next() == Some("pandas") && data.hasattr("columns")? && data.hasattr("iloc")? {
            return of_pandas(data, what).map(Some);
        }
        if data.hasattr("__arrow_c_stream__")? {
            return arrow::frame(data, what).map(Some);
        }
        Ok(None)
    }

    /// These columns side by side.
    pub(crate) fn chosen(&self, columns: &[usize]) -> Chosen<'_> {
        Chosen { rows: self.rows, columns: columns.iter().map(|&at| self.columns[at].open()).collect() }
    }
}

fn of_pandas<'py>(data: &Bound<'py, PyAny>, what: &str) -> PyResult<Frame<'py>> {
    let mut names = Vec::new();
    for name in data.getattr("columns")?.try_iter()? {
        names.push(name?.str()?.to_string());
    }
    let rows = data.len()?;
    let iloc = data.getattr("iloc")?;
    let all = data.py().eval(c"slice(None)", None, None)?;
    let mut columns = Vec::with_capacity(names.len());
    for at in 0..names.len() {
        columns.push(pandas_column(&iloc.get_item((&all, at))?, what)?);
    }
    Ok(Frame { names, columns, rows })
}

/// A column of pandas: of numpy's types as it is, of its nullable ones with their mask.
fn pandas_column<'py>(series: &Bound<'py, PyAny>, what: &str) -> PyResult<Column<'py>> {
    let py = series.py();
    let numpy = py.import("numpy")?;
    let dtype = series.getattr("dtype")?;
    let name = || -> PyResult<String> { Ok(dtype.str()?.to_string()) };
    if dtype.is_instance(&numpy.getattr("dtype")?)? {
        let kind: String = dtype.getattr("kind")?.extract()?;
        if !"iufbO".contains(&kind) {
            return Ok(Column::Other(name()?));
        }
        return Array::of(&series.call_method0("to_numpy")?, what, 1).map(Column::Array);
    }
    let kind: String = dtype.getattr("kind").and_then(|kind| kind.extract()).unwrap_or_default();
    let class = dtype.get_type().qualname()?.to_string();
    if dtype.hasattr("numpy_dtype")? && ["i", "u", "f", "b"].contains(&kind.as_str()) {
        let mask = series.call_method0("isna")?.call_method0("to_numpy")?;
        let options = pyo3::types::PyDict::new(py);
        options.set_item("dtype", dtype.getattr("numpy_dtype")?)?;
        options.set_item("na_value", 0)?;
        let values = series.call_method("to_numpy", (), Some(&options))?;
        let options = pyo3::types::PyDict::new(py);
        options.set_item("mask", mask)?;
        let masked = numpy.getattr("ma")?.call_method("array", (values,), Some(&options))?;
        return Array::of(&masked, what, 1).map(Column::Array);
    }
    if class.contains("String") || kind == "O" && class != "CategoricalDtype" {
        let options = pyo3::types::PyDict::new(py);
        options.set_item("dtype", "object")?;
        return Array::of(&series.call_method("to_numpy", (), Some(&options))?, what, 1).map(Column::Array);
    }
    Ok(Column::Other(name()?))
}

/// An array of one dimension as a column, or a column of a frame: weights, identifiers, probabilities.
pub(crate) fn single<'py>(data: &Bound<'py, PyAny>, what: &str) -> PyResult<Column<'py>> {
    let module: String = data.get_type().getattr("__module__")?.extract().unwrap_or_default();
    if module.split('.').next() == Some("pandas") && data.hasattr("dtype")? && data.hasattr("to_numpy")? {
        return refuse(data.py(), pandas_column(data, what)?, what);
    }
    if module.split('.').next() == Some("polars") && data.hasattr("to_frame")? {
        let frame = arrow::frame(&data.call_method0("to_frame")?, what)?;
        if let Some(column) = frame.columns.into_iter().next() {
            return refuse(data.py(), column, what);
        }
    }
    let numpy = data.py().import("numpy")?;
    let array = numpy.call_method1("asanyarray", (data,))?;
    let kind: String = array.getattr("dtype")?.getattr("kind")?.extract()?;
    // texts of fixed width
    let array = if kind == "U" || kind == "S" { array.call_method1("astype", ("object",))? } else { array };
    Array::of(&array, what, 1).map(Column::Array)
}

fn refuse<'py>(py: Python<'py>, column: Column<'py>, what: &str) -> PyResult<Column<'py>> {
    match column.refused() {
        Some(name) => Err(errors::input(py, &format!("the {what} cannot be read"), || {
            format!("values of type {name} cannot be read")
        })),
        None => Ok(column),
    }
}

/// Numbers of a column, NaN where there is none, with the place of each that is no number.
pub(crate) fn numbers(py: Python<'_>, column: &Column<'_>, what: &str) -> PyResult<Vec<f64>> {
    let values = column.open();
    let mut issues = pleegprofiel::Issues::in_memory();
    let mut all = Vec::with_capacity(values.rows());
    for row in 0..values.rows() {
        let value = values.value(row, 0);
        all.push(value.float().unwrap_or_else(|| {
            issues.add(Some(row as u64 + 1), None, || format!("{} is not a number", value.words()));
            f64::NAN
        }));
    }
    errors::found(py, issues, &format!("the {what} cannot be read"))?;
    Ok(all)
}
