//! One column of a Parquet table: what its stored type is to a table of people, and some thousands of its rows decoded.

use crate::cohort::builder::MAX_COUNT;
use crate::cohort::table::Field;
use crate::cohort::table::rows::{NO_COUNT, NOT_PLAIN};
use ::parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Stored};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use ::parquet::errors::{ParquetError, Result as Read};
use ::parquet::schema::types::ColumnDescriptor;
use std::ops::Range;

/// What a stored type is to a table of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Missing values only.
    Nothing,
    Whole {
        signed: bool,
    },
    Decimal,
    Flag,
    /// Whole numbers of `10^-scale`.
    Scaled {
        scale: u32,
    },
    Text,
    Day,
    /// This many of the unit in a microsecond, or microseconds in one.
    Instant {
        per_micro: i64,
        micros: i64,
        /// Moments on a clock in UTC, whatever the clock on the wall was.
        utc: bool,
    },
}

/// Why a column is nothing to a table of people.
const NOTHING: &str = "holds neither numbers nor text nor dates";
const NESTED: &str = "holds lists or groups, not one value a row";
const LONG_DECIMAL: &str = "holds decimals of more than 38 digits or 18 decimals (decimal256), which are not read: cast it to \
                            whole numbers, double or text where it is written";
const HALF: &str = "holds 16-bit floats, which are not read: cast it to float or double where it is written";
const UUID: &str = "holds UUIDs as 16 bytes, which are not read: cast it to text where it is written";
const BYTES: &str = "holds bytes of a fixed length (whole numbers of 128 bits are written so), which are not read: cast it to \
                     64-bit numbers or text where it is written";

impl Holds {
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Holds, &'static str> {
        if column.max_rep_level() != 0 || column.max_def_level() > 1 || column.path().parts().len() != 1 {
            return Err(NESTED);
        }
        let stored = column.physical_type();
        let whole = |signed| match stored {
            Stored::INT32 | Stored::INT64 => Ok(Holds::Whole { signed }),
            _ => Err(NOTHING),
        };
        let instant = |unit: &TimeUnit, utc| match unit {
            TimeUnit::MILLIS => Holds::Instant { per_micro: 1, micros: 1000, utc },
            TimeUnit::MICROS => Holds::Instant { per_micro: 1, micros: 1, utc },
            TimeUnit::NANOS => Holds::Instant { per_micro: 1000, micros: 1, utc },
        };
        let decimal = |scale: i32, precision: i32| {
            let scale = u32::try_from(scale).ok().filter(|&scale| scale <= 18 && precision <= 38);
            let fits = stored != Stored::FIXED_LEN_BYTE_ARRAY || column.type_length() <= 16;
            scale.filter(|_| fits).map(|scale| Holds::Scaled { scale }).ok_or(LONG_DECIMAL)
        };
        match (column.logical_type_ref(), column.converted_type()) {
            (Some(LogicalType::Integer(int)), _) => whole(int.is_signed),
            (Some(LogicalType::Decimal(own)), _) => decimal(own.scale, own.precision),
            (Some(LogicalType::Date), _) => Ok(Holds::Day),
            (Some(LogicalType::Timestamp(time)), _) => Ok(instant(&time.unit, time.is_adjusted_to_u_t_c)),
            // a column of nothing but missing values
            (Some(LogicalType::Unknown), _) => Ok(Holds::Nothing),
            (Some(LogicalType::String | LogicalType::Enum), _) | (None, ConvertedType::UTF8 | ConvertedType::ENUM) => {
                if stored == Stored::BYTE_ARRAY {
                    Ok(Holds::Text)
                } else {
                    Err(NOTHING)
                }
            }
            (Some(LogicalType::Float16), _) => Err(HALF),
            (Some(LogicalType::Uuid), _) => Err(UUID),
            (Some(_), _) => Err(NOTHING),
            (None, ConvertedType::DATE) => Ok(Holds::Day),
            (None, ConvertedType::DECIMAL) => decimal(column.type_scale(), column.type_precision()),
            (None, ConvertedType::TIMESTAMP_MILLIS) => Ok(instant(&TimeUnit::MILLIS, true)),
            (None, ConvertedType::TIMESTAMP_MICROS) => Ok(instant(&TimeUnit::MICROS, true)),
            (
                None,
                ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
            ) => whole(false),
            (None, ConvertedType::INT_8 | ConvertedType::INT_16 | ConvertedType::INT_32 | ConvertedType::INT_64) => {
                whole(true)
            }
            (None, ConvertedType::NONE) => match stored {
                Stored::INT32 | Stored::INT64 => Ok(Holds::Whole { signed: true }),
                Stored::FLOAT | Stored::DOUBLE => Ok(Holds::Decimal),
                Stored::BOOLEAN => Ok(Holds::Flag),
                // what writers that know no text leave
                Stored::BYTE_ARRAY => Ok(Holds::Text),
                // the date-times of older Spark and Impala
                Stored::INT96 => Ok(Holds::Instant { per_micro: 1, micros: 1, utc: false }),
                Stored::FIXED_LEN_BYTE_ARRAY => Err(BYTES),
            },
            _ => Err(NOTHING),
        }
    }
}

/// Decoded rows of a column, one value a row; where there is none, a default that is not looked at.
#[derive(Debug)]
pub(super) struct Decoded {
    values: Values,
    /// By row 1 when there is a value, 0 when not; empty when there is one in every row.
    present: Vec<i16>,
}

#[derive(Debug)]
enum Values {
    None,
    Small(Vec<i32>),
    Whole(Vec<i64>),
    Unsigned(Vec<u64>),
    Decimal(Vec<f64>),
    Single(Vec<f32>),
    Flags(Vec<bool>),
    Scaled(Vec<i64>, u32),
    ScaledBytes(Vec<ByteArray>, u32),
    ScaledFixed(Vec<FixedLenByteArray>, u32),
    Text(Vec<ByteArray>),
    Days(Vec<i64>),
    /// Microseconds, and whether they are of a clock in UTC.
    Instants(Vec<i64>, bool),
    /// One text in every row; empty when there is none.
    Same(Vec<u8>),
}

impl Decoded {
    /// A column that is not read.
    pub(super) fn nothing() -> Decoded {
        Decoded { values: Values::None, present: Vec::new() }
    }

    /// A column that holds the same in every row.
    pub(super) fn same(text: &[u8]) -> Decoded {
        Decoded { values: Values::Same(text.to_vec()), present: Vec::new() }
    }

    /// Reads this many rows, or fails.
    pub(super) fn read(column: &mut ColumnReader, rows: usize, holds: Holds) -> Read<Decoded> {
        let mut present = Vec::new();
        let to = &mut present;
        let widened = |values: Vec<i32>| values.into_iter().map(i64::from).collect::<Vec<_>>();
        let values = match (column, holds) {
            (ColumnReader::Int32ColumnReader(column), Holds::Whole { signed: false }) => {
                Values::Whole(records(column, rows, to)?.into_iter().map(|v| i64::from(v.cast_unsigned())).collect())
            }
            (ColumnReader::Int64ColumnReader(column), Holds::Whole { signed: false }) => {
                Values::Unsigned(records(column, rows, to)?.into_iter().map(i64::cast_unsigned).collect())
            }
            (ColumnReader::Int32ColumnReader(column), Holds::Whole { .. } | Holds::Nothing) => {
                Values::Small(records(column, rows, to)?)
            }
            (ColumnReader::Int64ColumnReader(column), Holds::Whole { .. } | Holds::Nothing) => {
                Values::Whole(records(column, rows, to)?)
            }
            (ColumnReader::Int32ColumnReader(column), Holds::Day) => Values::Days(widened(records(column, rows, to)?)),
            (ColumnReader::Int32ColumnReader(column), Holds::Scaled { scale }) => {
                Values::Scaled(widened(records(column, rows, to)?), scale)
            }
            (ColumnReader::Int64ColumnReader(column), Holds::Scaled { scale }) => {
                Values::Scaled(records(column, rows, to)?, scale)
            }
            (ColumnReader::Int64ColumnReader(column), Holds::Instant { per_micro, micros, utc }) => {
                let values = records(column, rows, to)?;
                Values::Instants(values.into_iter().map(|v| instant(v, per_micro, micros)).collect(), utc)
            }
            (ColumnReader::Int96ColumnReader(column), Holds::Instant { .. }) => {
                Values::Instants(records(column, rows, to)?.iter().map(Int96::to_micros).collect(), false)
            }
            (ColumnReader::BoolColumnReader(column), Holds::Flag) => Values::Flags(records(column, rows, to)?),
            (ColumnReader::DoubleColumnReader(column), _) => Values::Decimal(records(column, rows, to)?),
            (ColumnReader::FloatColumnReader(column), _) => Values::Single(records(column, rows, to)?),
            (ColumnReader::ByteArrayColumnReader(column), Holds::Scaled { scale }) => {
                let values = records(column, rows, to)?;
                if values.iter().any(|value: &ByteArray| value.len() > 16) {
                    return Err(ParquetError::General("a decimal of more bytes than its digits need".into()));
                }
                Values::ScaledBytes(values, scale)
            }
            (ColumnReader::FixedLenByteArrayColumnReader(column), Holds::Scaled { scale }) => {
                Values::ScaledFixed(records(column, rows, to)?, scale)
            }
            (ColumnReader::ByteArrayColumnReader(column), _) => Values::Text(records(column, rows, to)?),
            _ => return Err(ParquetError::General("a column of another type than its schema says".into())),
        };
        Ok(Decoded { values, present })
    }

    /// The cell of a row.
    #[inline]
    pub(super) fn field(&self, row: usize) -> Field<'_> {
        // a damaged page may have levels that are neither 0 nor 1
        if !self.present.is_empty() && self.present[row] != 1 {
            return Field::Empty;
        }
        match &self.values {
            Values::Small(values) => Field::Whole(i64::from(values[row])),
            Values::Whole(values) => Field::Whole(values[row]),
            Values::Decimal(values) => Field::Decimal(values[row]),
            Values::Single(values) => Field::Single(values[row]),
            Values::Text(values) => Field::Text(values[row].data()),
            Values::Flags(values) => Field::Flag(values[row]),
            Values::Unsigned(values) => whole(i128::from(values[row])),
            Values::Days(values) => Field::Day(values[row]),
            Values::Instants(values, false) => Field::Instant(values[row]),
            Values::Instants(values, true) => Field::Moment(values[row]),
            Values::Same(text) => Field::Text(text),
            Values::Scaled(values, scale) => scaled(i128::from(values[row]), *scale),
            Values::ScaledBytes(values, scale) => scaled_bytes(values[row].data(), *scale),
            Values::ScaledFixed(values, scale) => scaled_bytes(values[row].data(), *scale),
            Values::None => Field::Empty,
        }
    }

    /// The cells of some rows as counts, every `step` places from the first: [`NO_COUNT`] where there is none,
    /// [`NOT_PLAIN`] where the cell is for the rules of values to judge.
    pub(super) fn counts(&self, rows: Range<usize>, to: &mut [u32], step: usize) {
        let present = self.present.get(rows.clone());
        let places = to.iter_mut().step_by(step);
        match &self.values {
            Values::Small(values) => {
                fill(places, &values[rows], |&v| u32::try_from(v).ok().filter(|&v| v <= MAX_COUNT));
            }
            Values::Whole(values) => {
                fill(places, &values[rows], |&v| u32::try_from(v).ok().filter(|&v| v <= MAX_COUNT));
            }
            Values::Decimal(values) => fill(places, &values[rows], |&v| counted(v)),
            Values::Single(values) => fill(places, &values[rows], |&v| counted(f64::from(v))),
            Values::None => places.for_each(|to| *to = NO_COUNT),
            _ => places.for_each(|to| *to = NOT_PLAIN),
        }
        if let Some(present) = present {
            for (to, &level) in to.iter_mut().step_by(step).zip(present) {
                if level != 1 {
                    *to = NO_COUNT;
                }
            }
        }
    }
}

fn fill<'a, T>(places: impl Iterator<Item = &'a mut u32>, values: &[T], count: impl Fn(&T) -> Option<u32>) {
    places.zip(values).for_each(|(to, value)| *to = count(value).unwrap_or(NOT_PLAIN));
}

fn counted(number: f64) -> Option<u32> {
    // a number that is none, or lies outside, ends at a bound and is not equal to it
    let whole = number as u32;
    (f64::from(whole) == number && whole <= MAX_COUNT).then_some(whole)
}

fn whole(number: i128) -> Field<'static> {
    i64::try_from(number).map_or(Field::Huge(number), Field::Whole)
}

/// A moment in microseconds; one that is not in whole microseconds is no midnight, and stays none.
fn instant(value: i64, per_micro: i64, micros: i64) -> i64 {
    let whole = value.div_euclid(per_micro).saturating_mul(micros);
    if value.rem_euclid(per_micro) == 0 { whole } else { whole | 1 }
}

/// A number of `10^-scale`.
fn scaled(value: i128, scale: u32) -> Field<'static> {
    let unit = 10_i128.pow(scale);
    if value % unit == 0 { whole(value / unit) } else { Field::Decimal(value as f64 / unit as f64) }
}

/// The same from bytes, the highest first, in two's complement.
fn scaled_bytes(bytes: &[u8], scale: u32) -> Field<'static> {
    let Some(first) = bytes.first().filter(|_| bytes.len() <= 16) else { return Field::Decimal(f64::NAN) };
    let start = if *first >= 0x80 { -1_i128 } else { 0 };
    scaled(bytes.iter().fold(start, |value, &byte| value << 8 | i128::from(byte)), scale)
}

/// Reads this many rows of a column, or fails.
fn records<T: DataType>(column: &mut ColumnReaderImpl<T>, rows: usize, present: &mut Vec<i16>) -> Read<Vec<T::T>> {
    let mut values = Vec::with_capacity(rows);
    let (read, found, _) = column.read_records(rows, Some(present), None, &mut values)?;
    if read < rows {
        return Err(ParquetError::General(format!("a column ends {} rows before its row group", rows - read)));
    }
    if present.is_empty() || found == rows {
        present.clear();
    } else {
        let mut there = std::mem::take(&mut values).into_iter();
        // a level of 1 says that there is a value
        values =
            present.iter().map(|&level| if level == 1 { there.next() } else { None }.unwrap_or_default()).collect();
    }
    if values.len() != rows || found > rows {
        return Err(ParquetError::General("a column whose values do not fit its rows".into()));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_stored_as_whole_numbers_or_bytes_are_what_they_stand_for() {
        assert_eq!(scaled(300, 2), Field::Whole(3));
        assert_eq!(scaled(350, 2), Field::Decimal(3.5));
        assert_eq!(scaled_bytes(&[0xFF, 0x38], 2), Field::Whole(-2));
        assert_eq!(scaled_bytes(&[0x01, 0x2C], 2), Field::Whole(3));
    }

    #[test]
    fn counts_of_a_column_are_plain_empty_or_left_to_the_rules() {
        let column = |values, present: &[i16]| Decoded { values, present: present.to_vec() };
        let counts = |column: Decoded| {
            let mut to = [0; 6];
            column.counts(1..4, &mut to, 2);
            [to[0], to[2], to[4]]
        };
        assert_eq!(
            counts(column(Values::Small(vec![9, 1_000_000, 1_000_001, -1]), &[])),
            [1_000_000, NOT_PLAIN, NOT_PLAIN]
        );
        assert_eq!(counts(column(Values::Whole(vec![9, 4, 1 << 32, 7]), &[1, 1, 1, 0])), [4, NOT_PLAIN, NO_COUNT]);
        let decimals = vec![9.0, 2.0, 2.5, f64::NAN];
        assert_eq!(counts(column(Values::Decimal(decimals), &[])), [2, NOT_PLAIN, NOT_PLAIN]);
        assert_eq!(counts(column(Values::Decimal(vec![9.0, -0.0, -1.0, 1e300]), &[])), [0, NOT_PLAIN, NOT_PLAIN]);
        assert_eq!(counts(column(Values::Days(vec![1; 4]), &[])), [NOT_PLAIN; 3]);
    }

    #[test]
    fn a_moment_between_two_microseconds_is_no_midnight() {
        assert_eq!(instant(86_400_000_000_000, 1000, 1), 86_400_000_000);
        assert_eq!(instant(86_400_000_000_001, 1000, 1), 86_400_000_001);
        assert_eq!(instant(-1, 1, 1000), -1000);
    }
}
