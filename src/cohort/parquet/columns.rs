//! Typed columns on their way into a Parquet file, a row group at a time.
//!
//! Belongs here: what a column holds and how it is stored. Does not belong here: which columns a table has.

use crate::error::{Error, ErrorKind, Result};
use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Stored};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};
use std::io::Write;
use std::sync::Arc;

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Whole numbers of 64 bits.
    Number,
    /// Whole numbers of 32 bits.
    Small,
    /// Days since 1 January 1970.
    Date,
    /// Decimal numbers.
    Decimal,
    /// Text.
    Text,
    /// Yes or no.
    Flag,
}

/// A column before it has values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    name: String,
    kind: Kind,
    optional: bool,
}

impl Field {
    /// A column with a value in every row.
    pub(crate) fn new(name: impl Into<String>, kind: Kind) -> Field {
        Field { name: name.into(), kind, optional: false }
    }

    /// A column that may lack values.
    pub(crate) fn optional(name: impl Into<String>, kind: Kind) -> Field {
        Field { optional: true, ..Field::new(name, kind) }
    }

    fn stored(&self) -> ::parquet::errors::Result<TypePtr> {
        let (stored, meaning) = match self.kind {
            Kind::Number => (Stored::INT64, None),
            Kind::Small => (Stored::INT32, None),
            Kind::Date => (Stored::INT32, Some(LogicalType::Date)),
            Kind::Decimal => (Stored::DOUBLE, None),
            Kind::Text => (Stored::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Flag => (Stored::BOOLEAN, None),
        };
        let repetition = if self.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let column = Type::primitive_type_builder(&self.name, stored).with_logical_type(meaning);
        Ok(Arc::new(column.with_repetition(repetition).build()?))
    }
}

/// Values of a column; of an optional one, those that are there.
#[derive(Debug)]
enum Values {
    Number(Vec<i64>),
    Small(Vec<i32>),
    Decimal(Vec<f64>),
    Text(Vec<ByteArray>),
    Flag(Vec<bool>),
}

/// A column that is being filled, row by row.
#[derive(Debug)]
pub(crate) struct Column {
    values: Values,
    /// For every row 1 when it has a value, 0 when not: Parquet's definition levels.
    present: Option<Vec<i16>>,
}

/// Why a value cannot go into a column of another kind: a broken promise of the caller, found in any test.
const KIND: &str = "each column gets values of its own kind";

impl Column {
    pub(crate) fn new(field: &Field) -> Column {
        let values = match field.kind {
            Kind::Number => Values::Number(Vec::new()),
            Kind::Small | Kind::Date => Values::Small(Vec::new()),
            Kind::Decimal => Values::Decimal(Vec::new()),
            Kind::Text => Values::Text(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
        };
        Column { values, present: field.optional.then(Vec::new) }
    }

    pub(crate) fn number(&mut self, value: i64) {
        let Values::Number(values) = &mut self.values else { unreachable!("{KIND}") };
        values.push(value);
        self.here();
    }

    pub(crate) fn small(&mut self, value: i32) {
        let Values::Small(values) = &mut self.values else { unreachable!("{KIND}") };
        values.push(value);
        self.here();
    }

    pub(crate) fn decimal(&mut self, value: f64) {
        let Values::Decimal(values) = &mut self.values else { unreachable!("{KIND}") };
        values.push(value);
        self.here();
    }

    pub(crate) fn text(&mut self, value: &str) {
        let Values::Text(values) = &mut self.values else { unreachable!("{KIND}") };
        values.push(ByteArray::from(value));
        self.here();
    }

    pub(crate) fn flag(&mut self, value: bool) {
        let Values::Flag(values) = &mut self.values else { unreachable!("{KIND}") };
        values.push(value);
        self.here();
    }

    /// A row without a value; only in an optional column.
    pub(crate) fn none(&mut self) {
        let Some(present) = &mut self.present else { unreachable!("only an optional column lacks values") };
        present.push(0);
    }

    fn here(&mut self) {
        if let Some(present) = &mut self.present {
            present.push(1);
        }
    }

    /// Adds the rows of another column of the same kind, leaving it empty.
    pub(crate) fn append(&mut self, other: &mut Column) {
        match (&mut self.values, &mut other.values) {
            (Values::Number(a), Values::Number(b)) => a.append(b),
            (Values::Small(a), Values::Small(b)) => a.append(b),
            (Values::Decimal(a), Values::Decimal(b)) => a.append(b),
            (Values::Text(a), Values::Text(b)) => a.append(b),
            (Values::Flag(a), Values::Flag(b)) => a.append(b),
            _ => unreachable!("{KIND}"),
        }
        if let (Some(a), Some(b)) = (&mut self.present, &mut other.present) {
            a.append(b);
        }
    }

    fn write(&self, mut to: SerializedColumnWriter<'_>) -> ::parquet::errors::Result<()> {
        let levels = self.present.as_deref();
        match &self.values {
            Values::Number(values) => to.typed::<Int64Type>().write_batch(values, levels, None),
            Values::Small(values) => to.typed::<Int32Type>().write_batch(values, levels, None),
            Values::Decimal(values) => to.typed::<DoubleType>().write_batch(values, levels, None),
            Values::Text(values) => to.typed::<ByteArrayType>().write_batch(values, levels, None),
            Values::Flag(values) => to.typed::<BoolType>().write_batch(values, levels, None),
        }?;
        to.close()
    }

    fn clear(&mut self) {
        match &mut self.values {
            Values::Number(values) => values.clear(),
            Values::Small(values) => values.clear(),
            Values::Decimal(values) => values.clear(),
            Values::Text(values) => values.clear(),
            Values::Flag(values) => values.clear(),
        }
        self.present.iter_mut().for_each(Vec::clear);
    }
}

/// A Parquet file that is being written.
pub(crate) struct TableWriter<W: Write + Send> {
    name: &'static str,
    writer: SerializedFileWriter<W>,
    /// The row group to come.
    waiting: Vec<Column>,
}

impl<W: Write + Send> TableWriter<W> {
    pub(crate) fn new(name: &'static str, fields: &[Field], to: W) -> Result<Self> {
        let failed = |cause: ParquetError| unwritable(name, &cause);
        let columns = fields.iter().map(Field::stored).collect::<::parquet::errors::Result<_>>().map_err(failed)?;
        let schema = Type::group_type_builder("schema").with_fields(columns).build().map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            // least and most of every column in a row group let a reader skip it; of every page they cost more than
            // a table that is read whole gives back
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .build();
        let writer = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        Ok(TableWriter { name, writer, waiting: fields.iter().map(Column::new).collect() })
    }

    /// Takes rows, leaving the columns empty.
    pub(crate) fn take(&mut self, rows: &mut [Column]) {
        self.waiting.iter_mut().zip(rows).for_each(|(column, more)| column.append(more));
    }

    /// Writes the rows taken since the last time as one row group.
    pub(crate) fn write_row_group(&mut self) -> Result<()> {
        let TableWriter { name, writer, waiting } = self;
        let mut write = || {
            let mut group = writer.next_row_group()?;
            for column in waiting.iter_mut() {
                let Some(to) = group.next_column()? else {
                    return Err(ParquetError::General("fewer columns than fields".into()));
                };
                column.write(to)?;
                column.clear();
            }
            group.close().map(|_| ())
        };
        write().map_err(|cause| unwritable(name, &cause))
    }

    /// Completes the file.
    pub(crate) fn finish(mut self) -> Result<()> {
        let failed = |cause: ParquetError| unwritable(self.name, &cause);
        self.writer.finish().map_err(failed)?;
        self.writer.inner_mut().flush().map_err(|cause| Error::io(self.name, "written", cause))
    }
}

fn unwritable(name: &str, cause: &ParquetError) -> Error {
    Error::new(ErrorKind::Io, format!("{name} cannot be written: {cause}"))
}
