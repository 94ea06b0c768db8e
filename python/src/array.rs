//! Arrays of numpy as tables of values: any integer type, floating-point numbers, objects, masks, any order in memory.
//!
//! Nothing is cast by numpy: a value is read as what it is and judged afterwards. Arrays of another byte order or
//! alignment, and floating-point types that Rust has not, are brought to a plain one by a copy.

use crate::errors;
use crate::value::{Value, Values};
use numpy::ndarray::{Array2, ArrayView2};
use numpy::{
    Element, PyArray2, PyArrayDescrMethods, PyArrayMethods, PyReadonlyArray2, PyUntypedArray, PyUntypedArrayMethods,
};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

/// A numeric type of an array, one value at a time.
pub(crate) trait Plain: Copy + Element {
    /// What it is.
    fn value(self) -> Value<'static>;
}

macro_rules! whole {
    ($($type:ty),*) => { $(impl Plain for $type {
        #[inline]
        fn value(self) -> Value<'static> {
            Value::Whole(i64::from(self))
        }
    })* };
}
whole!(i8, i16, i32, i64, u8, u16, u32);

impl Plain for u64 {
    #[inline]
    fn value(self) -> Value<'static> {
        i64::try_from(self).map_or(Value::Number(self as f64), Value::Whole)
    }
}

impl Plain for bool {
    #[inline]
    fn value(self) -> Value<'static> {
        Value::Whole(i64::from(self))
    }
}

impl Plain for f64 {
    #[inline]
    fn value(self) -> Value<'static> {
        Value::number(self)
    }
}

impl Plain for f32 {
    #[inline]
    fn value(self) -> Value<'static> {
        Value::number(f64::from(self))
    }
}

/// An array that is held against change while it is read.
pub(crate) struct Held<'py, T: Plain> {
    array: PyReadonlyArray2<'py, T>,
    mask: Option<PyReadonlyArray2<'py, bool>>,
}

/// The same as it is read, cell by cell.
pub(crate) struct Plainly<'a, T> {
    array: ArrayView2<'a, T>,
    mask: Option<ArrayView2<'a, bool>>,
}

impl<T: Plain> Held<'_, T> {
    pub(crate) fn view(&self) -> Plainly<'_, T> {
        Plainly { array: self.array.as_array(), mask: self.mask.as_ref().map(|mask| mask.as_array()) }
    }
}

impl<T: Plain> Values for Plainly<'_, T> {
    fn rows(&self) -> usize {
        self.array.nrows()
    }

    #[inline]
    fn value(&self, row: usize, column: usize) -> Value<'_> {
        match &self.mask {
            Some(mask) if mask[[row, column]] => Value::Missing,
            _ => self.array[[row, column]].value(),
        }
    }
}

impl Values for Array2<Value<'static>> {
    fn rows(&self) -> usize {
        self.nrows()
    }

    fn value(&self, row: usize, column: usize) -> Value<'_> {
        self[[row, column]].clone()
    }
}

/// An array of two dimensions, by the type of what it holds.
pub(crate) enum Array<'py> {
    I8(Held<'py, i8>),
    I16(Held<'py, i16>),
    I32(Held<'py, i32>),
    I64(Held<'py, i64>),
    U8(Held<'py, u8>),
    U16(Held<'py, u16>),
    U32(Held<'py, u32>),
    U64(Held<'py, u64>),
    F32(Held<'py, f32>),
    F64(Held<'py, f64>),
    Bool(Held<'py, bool>),
    /// Of Python objects, each judged by itself.
    Objects(Array2<Value<'static>>),
}

/// Does the same with whatever an [`Array`] holds, as a table of values.
macro_rules! with_values {
    ($array:expr, $values:ident => $do:expr) => {{
        use $crate::array::Array::*;
        match &$array {
            I8(held) => {
                let $values = &held.view();
                $do
            }
            I16(held) => {
                let $values = &held.view();
                $do
            }
            I32(held) => {
                let $values = &held.view();
                $do
            }
            I64(held) => {
                let $values = &held.view();
                $do
            }
            U8(held) => {
                let $values = &held.view();
                $do
            }
            U16(held) => {
                let $values = &held.view();
                $do
            }
            U32(held) => {
                let $values = &held.view();
                $do
            }
            U64(held) => {
                let $values = &held.view();
                $do
            }
            F32(held) => {
                let $values = &held.view();
                $do
            }
            F64(held) => {
                let $values = &held.view();
                $do
            }
            Bool(held) => {
                let $values = &held.view();
                $do
            }
            Objects(held) => {
                let $values = held;
                $do
            }
        }
    }};
}
pub(crate) use with_values;

impl<'py> Array<'py> {
    /// Number of rows and columns.
    pub(crate) fn shape(&self) -> (usize, usize) {
        match self {
            Array::I8(a) => a.array.as_array().dim(),
            Array::I16(a) => a.array.as_array().dim(),
            Array::I32(a) => a.array.as_array().dim(),
            Array::I64(a) => a.array.as_array().dim(),
            Array::U8(a) => a.array.as_array().dim(),
            Array::U16(a) => a.array.as_array().dim(),
            Array::U32(a) => a.array.as_array().dim(),
            Array::U64(a) => a.array.as_array().dim(),
            Array::F32(a) => a.array.as_array().dim(),
            Array::F64(a) => a.array.as_array().dim(),
            Array::Bool(a) => a.array.as_array().dim(),
            Array::Objects(a) => a.dim(),
        }
    }

    /// An array of `dimensions` 1 or 2 (one of 1 becomes a column), or a list that numpy makes one of; `what` it is, in
    /// words, for messages.
    pub(crate) fn of(data: &Bound<'py, PyAny>, what: &str, dimensions: usize) -> PyResult<Array<'py>> {
        let py = data.py();
        let numpy = py.import("numpy")?;
        let cannot = format!("the {what} cannot be read");
        let (array, mask) = if data.is_instance(&numpy.getattr("ma")?.getattr("MaskedArray")?)? {
            let ma = numpy.getattr("ma")?;
            (ma.call_method1("getdata", (data,))?, Some(ma.call_method1("getmaskarray", (data,))?))
        } else {
            let array = numpy.call_method1("asarray", (data,)).map_err(|failed| {
                let ragged = failed.is_instance_of::<pyo3::exceptions::PyValueError>(py);
                if !ragged {
                    return failed;
                }
                errors::input(py, &cannot, || format!("no table with rows of one length: {}", failed.value(py)))
            })?;
            (array, None)
        };
        let ndim: usize = array.getattr("ndim")?.extract()?;
        if ndim != dimensions {
            let wanted = if dimensions == 2 { "2 (persons x ages)" } else { "1 (a value a person)" };
            return Err(errors::input(py, &cannot, || {
                format!("{ndim} dimension{}, not {wanted}", if ndim == 1 { "" } else { "s" })
            }));
        }
        let column = |array: Bound<'py, PyAny>| match dimensions {
            1 => array.call_method1("reshape", ((-1, 1),)),
            _ => Ok(array),
        };
        let mask = mask.map(column).transpose()?.map(|mask| mask.extract()).transpose()?;
        Array::typed(column(array)?, mask, &cannot)
    }

    fn typed(
        array: Bound<'py, PyAny>,
        mask: Option<PyReadonlyArray2<'py, bool>>,
        cannot: &str,
    ) -> PyResult<Array<'py>> {
        let py = array.py();
        let untyped = array.cast::<PyUntypedArray>()?;
        let dtype = untyped.dtype();
        let (kind, size) = (dtype.kind(), dtype.itemsize());
        if kind == b'O' {
            let objects: PyReadonlyArray2<'py, Py<PyAny>> = array.cast::<PyArray2<Py<PyAny>>>()?.readonly();
            let mut values = Array2::from_elem(objects.as_array().dim(), Value::Missing);
            for ((row, column), object) in objects.as_array().indexed_iter() {
                let masked = mask.as_ref().is_some_and(|mask| mask.as_array()[[row, column]]);
                if !masked {
                    values[[row, column]] = object_value(object.bind(py))?;
                }
            }
            return Ok(Array::Objects(values));
        }
        let name: String = dtype.getattr("name")?.extract()?;
        if !matches!(kind, b'i' | b'u' | b'f' | b'b') {
            return Err(errors::input(py, cannot, || {
                format!(
                    "values of type {name}: whole numbers are needed, or floating-point ones with NaN for what was not observed"
                )
            }));
        }
        // another byte order, no alignment, half and long floating-point numbers: by a copy in a type that Rust has
        let odd = kind == b'f' && size != 4 && size != 8;
        let aligned: bool = array.getattr("flags")?.getattr("aligned")?.extract()?;
        let native: bool = dtype.getattr("isnative")?.extract()?;
        let array = match (odd, aligned && native) {
            (true, _) => array.call_method1("astype", ("float64",))?,
            (false, false) => array.call_method1("astype", (dtype.call_method1("newbyteorder", ("=",))?,))?,
            (false, true) => array,
        };
        macro_rules! held {
            ($variant:ident, $type:ty) => {
                if let Ok(array) = array.cast::<PyArray2<$type>>() {
                    return Ok(Array::$variant(Held { array: array.try_readonly()?, mask }));
                }
            };
        }
        held!(I64, i64);
        held!(I32, i32);
        held!(U32, u32);
        held!(F64, f64);
        held!(I16, i16);
        held!(I8, i8);
        held!(U8, u8);
        held!(U16, u16);
        held!(U64, u64);
        held!(F32, f32);
        held!(Bool, bool);
        Err(errors::input(py, cannot, || format!("values of type {name} cannot be read")))
    }
}

/// A Python object as a value: numbers of Python, numpy and decimal, texts, and the many ways to say nothing.
pub(crate) fn object_value(object: &Bound<'_, PyAny>) -> PyResult<Value<'static>> {
    if object.is_none() {
        return Ok(Value::Missing);
    }
    if object.is_instance_of::<PyBool>() {
        return Ok(Value::Other("bool".into()));
    }
    if object.is_instance_of::<PyInt>() {
        // whatever does not fit 64 bits is beyond every limit as well
        return Ok(object
            .extract::<i64>()
            .map_or_else(|_| Value::Number(object.extract().unwrap_or(f64::INFINITY)), Value::Whole));
    }
    if object.is_instance_of::<PyFloat>() {
        return Ok(Value::number(object.extract()?));
    }
    if object.is_instance_of::<PyString>() {
        return Ok(Value::Text(object.extract::<String>()?.into()));
    }
    let name = object.get_type().qualname()?.to_string();
    if matches!(name.as_str(), "NAType" | "NaTType" | "MaskedConstant") {
        return Ok(Value::Missing);
    }
    if name == "bool" {
        return Ok(Value::Other(name));
    }
    // numpy's scalars, decimals, fractions
    if object.hasattr("__index__")?
        && let Ok(number) = object.call_method0("__index__")?.extract::<i64>()
    {
        return Ok(Value::Whole(number));
    }
    let number =
        object.hasattr("__float__")?.then(|| object.call_method0("__float__").and_then(|f| f.extract::<f64>()));
    Ok(match number {
        Some(Ok(number)) => Value::number(number),
        _ => Value::Other(name),
    })
}
