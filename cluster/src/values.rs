//! Columns of the engine as counts and times at risk: what a number has to be, and what is said of one that is not.

use crate::failure::{Failure, Result};
use crate::history::{BAD, NOT_OBSERVED};
use datafusion::arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray};
use datafusion::arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use pleegprofiel::cohort::MAX_COUNT;
use std::ops::Range;

/// The largest number of persons that a row may stand for: sums of four thousand million of them do not overflow.
pub(crate) const MAX_WEIGHT: f64 = 1e9;

/// Types that may hold counts or weights.
pub(crate) const COUNT_TYPES: &str =
    "whole numbers (Int8 to Int64, UInt8 to UInt64), or Float32 or Float64 with whole values";
/// Types that may hold times at risk.
pub(crate) const TIME_TYPES: &str = "Float64, or whole numbers (0 and 1)";

/// Whether a column of a type can hold counts.
pub(crate) fn holds_counts(data_type: &DataType) -> bool {
    data_type.is_integer() || matches!(data_type, DataType::Float32 | DataType::Float64)
}

/// Whether a column of a type can hold times at risk. A fraction in single precision is not the one that was meant, and
/// would part people who belong together.
pub(crate) fn holds_times(data_type: &DataType) -> bool {
    data_type.is_integer() || *data_type == DataType::Float64
}

/// A number of a column.
trait Number: Copy {
    fn float(self) -> f64;
    /// The count, or [`BAD`].
    fn count(self) -> u32;
}

macro_rules! numbers {
    ($($whole:ty),*; $($broken:ty),*) => {
        $(impl Number for $whole {
            fn float(self) -> f64 {
                self as f64
            }
            fn count(self) -> u32 {
                u32::try_from(self).ok().filter(|&count| count <= MAX_COUNT).unwrap_or(BAD)
            }
        })*
        $(impl Number for $broken {
            fn float(self) -> f64 {
                f64::from(self)
            }
            fn count(self) -> u32 {
                let value = f64::from(self);
                // a comparison that NaN fails, and only then a conversion
                if value >= 0.0 && value <= f64::from(MAX_COUNT) && value.fract() == 0.0 { value as u32 } else { BAD }
            }
        })*
    };
}
numbers!(i8, i16, i32, i64, u8, u16, u32, u64; f32, f64);

/// Calls a macro with the primitive type of an array.
macro_rules! by_type {
    ($array:expr, $call:ident, $($argument:expr),*) => {
        match $array.data_type() {
            DataType::Int8 => $call::<Int8Type>($array.as_primitive(), $($argument),*),
            DataType::Int16 => $call::<Int16Type>($array.as_primitive(), $($argument),*),
            DataType::Int32 => $call::<Int32Type>($array.as_primitive(), $($argument),*),
            DataType::Int64 => $call::<Int64Type>($array.as_primitive(), $($argument),*),
            DataType::UInt8 => $call::<UInt8Type>($array.as_primitive(), $($argument),*),
            DataType::UInt16 => $call::<UInt16Type>($array.as_primitive(), $($argument),*),
            DataType::UInt32 => $call::<UInt32Type>($array.as_primitive(), $($argument),*),
            DataType::UInt64 => $call::<UInt64Type>($array.as_primitive(), $($argument),*),
            DataType::Float32 => $call::<Float32Type>($array.as_primitive(), $($argument),*),
            DataType::Float64 => $call::<Float64Type>($array.as_primitive(), $($argument),*),
            other => Err(Failure::Engine(format!("a column of {other} came where numbers were asked for"))),
        }
    };
}

/// Counts of some rows of a column, each `stride` entries after the one before.
pub(crate) fn counts(column: &ArrayRef, rows: Range<usize>, stride: usize, out: &mut [u32]) -> Result<()> {
    fn fill<T: ArrowPrimitiveType<Native: Number>>(
        array: &PrimitiveArray<T>,
        rows: Range<usize>,
        stride: usize,
        out: &mut [u32],
    ) -> Result<()> {
        let values = &array.values()[rows.clone()];
        for (cell, value) in out.iter_mut().step_by(stride).zip(values) {
            *cell = value.count();
        }
        if array.null_count() > 0 {
            for (cell, row) in out.iter_mut().step_by(stride).zip(rows) {
                if array.is_null(row) {
                    *cell = NOT_OBSERVED;
                }
            }
        }
        Ok(())
    }
    by_type!(column, fill, rows, stride, out)
}

/// Numbers of some rows of a column, NaN where there is none.
pub(crate) fn floats(column: &ArrayRef, rows: Range<usize>, stride: usize, out: &mut [f64]) -> Result<()> {
    fn fill<T: ArrowPrimitiveType<Native: Number>>(
        array: &PrimitiveArray<T>,
        rows: Range<usize>,
        stride: usize,
        out: &mut [f64],
    ) -> Result<()> {
        for (cell, row) in out.iter_mut().step_by(stride).zip(rows) {
            *cell = if array.is_null(row) { f64::NAN } else { array.value(row).float() };
        }
        Ok(())
    }
    by_type!(column, fill, rows, stride, out)
}

/// The number in a row of a column; NaN where there is none.
pub(crate) fn float_at(column: &ArrayRef, row: usize) -> Result<f64> {
    let mut value = [f64::NAN];
    floats(column, row..row + 1, 1, &mut value)?;
    Ok(value[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{Float64Array, Int64Array, UInt8Array};
    use std::sync::Arc;

    fn read(column: ArrayRef) -> Vec<u32> {
        let mut out = vec![7; column.len()];
        counts(&column, 0..column.len(), 1, &mut out).expect("numbers");
        out
    }

    #[test]
    fn what_is_no_count_is_never_cast_into_one() {
        let whole = Int64Array::from(vec![Some(0), Some(-1), None, Some(1_000_000), Some(1_000_001), Some(1 << 32)]);
        assert_eq!(read(Arc::new(whole)), [0, BAD, NOT_OBSERVED, 1_000_000, BAD, BAD]);
        let broken =
            Float64Array::from(vec![Some(f64::NAN), Some(2.0), Some(2.5), Some(-0.0), None, Some(f64::INFINITY)]);
        assert_eq!(read(Arc::new(broken)), [BAD, 2, BAD, 0, NOT_OBSERVED, BAD]);
        assert_eq!(read(Arc::new(UInt8Array::from(vec![255, 0]))), [255, 0]);
    }
}
