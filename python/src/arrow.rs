//! Frames by the Arrow C stream interface (`__arrow_c_stream__`): polars, pyarrow, DuckDB, Spark's batches and others.
//!
//! The columns are read where the producer holds them; nothing is copied, and a null is a missing value.

use crate::errors;
use crate::frame::{Column, Frame};
use crate::value::{Value, Values};
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, LargeStringArray, PrimitiveArray, RecordBatchReader, StringArray, StringViewArray,
};
use arrow_schema::DataType;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyCapsuleMethods};
use std::borrow::Cow;
use std::cell::Cell;
use std::ptr::NonNull;

/// The pieces of one column, in order, each with the rows before it.
pub(crate) struct Pieces {
    kind: DataType,
    pieces: Vec<(usize, ArrayRef)>,
    rows: usize,
}

/// A frame from an object that exports an Arrow stream; `what` it is, in words, for messages.
pub(crate) fn frame<'py>(data: &Bound<'py, PyAny>, what: &str) -> PyResult<Frame<'py>> {
    let py = data.py();
    let refuse = |why: String| errors::input(py, &format!("the {what} cannot be read"), || why);
    let capsule = data.call_method0("__arrow_c_stream__")?;
    let capsule = capsule.cast::<PyCapsule>()?;
    let reader = reader(capsule).map_err(|why| refuse(format!("not a table of columns: {why}")))?;
    let schema = reader.schema();
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut columns: Vec<Pieces> = schema
        .fields()
        .iter()
        .map(|field| Pieces { kind: field.data_type().clone(), pieces: Vec::new(), rows: 0 })
        .collect();
    let mut rows = 0;
    for batch in reader {
        let batch = batch.map_err(|why| refuse(why.to_string()))?;
        for (column, piece) in columns.iter_mut().zip(batch.columns()) {
            if batch.num_rows() > 0 {
                column.pieces.push((rows, piece.clone()));
            }
            column.rows += batch.num_rows();
        }
        rows += batch.num_rows();
    }
    Ok(Frame { names, columns: columns.into_iter().map(Column::Arrow).collect(), rows })
}

/// Takes over the stream that a capsule of the Arrow PyCapsule protocol holds.
#[allow(unsafe_code)] // the interface is a C structure
fn reader(capsule: &Bound<'_, PyCapsule>) -> Result<ArrowArrayStreamReader, String> {
    let stream: NonNull<FFI_ArrowArrayStream> = capsule
        .pointer_checked(Some(c"arrow_array_stream"))
        .map_err(|_| "the capsule is not an Arrow stream".to_owned())?
        .cast();
    // SAFETY: a capsule of this name holds an ArrowArrayStream (Arrow PyCapsule protocol); `from_raw` moves it out and
    // leaves a released one behind, which the capsule's destructor passes over.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    ArrowArrayStreamReader::try_new(stream).map_err(|why| why.to_string())
}

impl Pieces {
    /// The name of the type, when it is neither a number nor a text.
    pub(crate) fn refused(&self) -> Option<String> {
        use DataType::*;
        let name = match &self.kind {
            Null | Boolean | Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 | Float32 | Float64 => {
                None
            }
            Utf8 | LargeUtf8 | Utf8View | Decimal128(..) => None,
            Date32 | Date64 | Timestamp(..) => Some("date".into()),
            Dictionary(..) => Some("category".into()),
            other => Some(other.to_string()),
        };
        name.map(|name| name.chars().take(40).collect())
    }

    /// The column as it is read.
    pub(crate) fn open(&self) -> Reading<'_> {
        let pieces = self.pieces.iter().filter_map(|(from, piece)| Some((*from, typed(piece)?))).collect();
        Reading { pieces, rows: self.rows, current: Cell::new(0) }
    }
}

/// A piece by its type.
enum Piece<'a> {
    Null,
    Bool(&'a BooleanArray),
    I8(&'a PrimitiveArray<Int8Type>),
    I16(&'a PrimitiveArray<Int16Type>),
    I32(&'a PrimitiveArray<Int32Type>),
    I64(&'a PrimitiveArray<Int64Type>),
    U8(&'a PrimitiveArray<UInt8Type>),
    U16(&'a PrimitiveArray<UInt16Type>),
    U32(&'a PrimitiveArray<UInt32Type>),
    U64(&'a PrimitiveArray<UInt64Type>),
    F32(&'a PrimitiveArray<Float32Type>),
    F64(&'a PrimitiveArray<Float64Type>),
    Decimal(&'a PrimitiveArray<Decimal128Type>, i8),
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    TextView(&'a StringViewArray),
}

fn typed(piece: &ArrayRef) -> Option<Piece<'_>> {
    Some(match piece.data_type() {
        DataType::Null => Piece::Null,
        DataType::Boolean => Piece::Bool(piece.as_boolean()),
        DataType::Int8 => Piece::I8(piece.as_primitive()),
        DataType::Int16 => Piece::I16(piece.as_primitive()),
        DataType::Int32 => Piece::I32(piece.as_primitive()),
        DataType::Int64 => Piece::I64(piece.as_primitive()),
        DataType::UInt8 => Piece::U8(piece.as_primitive()),
        DataType::UInt16 => Piece::U16(piece.as_primitive()),
        DataType::UInt32 => Piece::U32(piece.as_primitive()),
        DataType::UInt64 => Piece::U64(piece.as_primitive()),
        DataType::Float32 => Piece::F32(piece.as_primitive()),
        DataType::Float64 => Piece::F64(piece.as_primitive()),
        DataType::Decimal128(_, scale) => Piece::Decimal(piece.as_primitive(), *scale),
        DataType::Utf8 => Piece::Text(piece.as_string()),
        DataType::LargeUtf8 => Piece::LargeText(piece.as_string()),
        DataType::Utf8View => Piece::TextView(piece.as_string_view()),
        _ => return None,
    })
}

/// A column while it is read: rows are asked for in order, so the piece that held the last one nearly always holds the
/// next.
pub(crate) struct Reading<'a> {
    pieces: Vec<(usize, Piece<'a>)>,
    rows: usize,
    current: Cell<usize>,
}

impl Values for Reading<'_> {
    fn rows(&self) -> usize {
        self.rows
    }

    #[inline]
    fn value(&self, row: usize, _: usize) -> Value<'_> {
        let mut at = self.current.get();
        let holds = |at: usize| {
            self.pieces.get(at).is_some_and(|(from, _)| *from <= row)
                && self.pieces.get(at + 1).is_none_or(|(from, _)| row < *from)
        };
        if !holds(at) {
            at = self.pieces.partition_point(|(from, _)| *from <= row).saturating_sub(1);
            self.current.set(at);
        }
        match self.pieces.get(at) {
            Some((from, piece)) => piece.value(row - from),
            None => Value::Missing,
        }
    }
}

impl Piece<'_> {
    #[inline]
    fn value(&self, row: usize) -> Value<'_> {
        macro_rules! whole {
            ($array:expr) => {
                if $array.is_null(row) { Value::Missing } else { Value::Whole(i64::from($array.value(row))) }
            };
        }
        macro_rules! float {
            ($array:expr) => {
                if $array.is_null(row) { Value::Missing } else { Value::number(f64::from($array.value(row))) }
            };
        }
        macro_rules! text {
            ($array:expr) => {
                if $array.is_null(row) { Value::Missing } else { Value::Text(Cow::Borrowed($array.value(row))) }
            };
        }
        match self {
            Piece::Null => Value::Missing,
            Piece::Bool(array) => whole!(array),
            Piece::I8(array) => whole!(array),
            Piece::I16(array) => whole!(array),
            Piece::I32(array) => whole!(array),
            Piece::I64(array) => whole!(array),
            Piece::U8(array) => whole!(array),
            Piece::U16(array) => whole!(array),
            Piece::U32(array) => whole!(array),
            Piece::U64(array) => match array.is_null(row) {
                true => Value::Missing,
                false => {
                    let value = array.value(row);
                    i64::try_from(value).map_or(Value::Number(value as f64), Value::Whole)
                }
            },
            Piece::F32(array) => float!(array),
            Piece::F64(array) => float!(array),
            Piece::Decimal(array, scale) => match array.is_null(row) {
                true => Value::Missing,
                false => decimal(array.value(row), *scale),
            },
            Piece::Text(array) => text!(array),
            Piece::LargeText(array) => text!(array),
            Piece::TextView(array) => text!(array),
        }
    }
}

/// A decimal with so many digits behind the point; whole numbers stay whole.
fn decimal(value: i128, scale: i8) -> Value<'static> {
    let power = u32::from(scale.unsigned_abs());
    let whole = match (10_i128.checked_pow(power), scale < 0) {
        (Some(power), true) => value.checked_mul(power),
        (Some(power), false) if value % power == 0 => Some(value / power),
        _ => None,
    };
    match whole.and_then(|whole| i64::try_from(whole).ok()) {
        Some(whole) => Value::Whole(whole),
        None => Value::number(value as f64 / 10_f64.powi(i32::from(scale))),
    }
}
