//! The rows of a run, read on an executor straight from the files, a chunk at a time.
//!
//! An engine's own scan gives rows in any order and cut anywhere. Sums that are to have the same bits need to know who
//! was added to whom, so rows are read here in the order in which they stand.

use crate::chunks::{Column, Run, Shape, Slice, Table};
use crate::failure::{Failure, Result};
use datafusion::arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use datafusion::arrow::compute::concat;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::sync::Arc;

/// A chunk as it was read.
pub(crate) struct Chunk {
    pub(crate) number: u64,
    /// Columns as [`rows`](crate::functions::rows) takes them.
    pub(crate) columns: Vec<ArrayRef>,
    pub(crate) rows: usize,
    /// Identifiers of the counts and of the times at risk, where they were asked for.
    pub(crate) ids: Option<ArrayRef>,
    pub(crate) ids_beside: Option<ArrayRef>,
}

/// Reads the chunks of a run one after the other.
///
/// # Errors
/// Kind [`Failure::Input`] when a file cannot be read, or is not the one that the client has seen; whatever `each`
/// returns.
pub(crate) fn each_chunk(
    shape: &Shape,
    run: &Run,
    with_ids: bool,
    each: &mut dyn FnMut(Chunk) -> Result<()>,
) -> Result<()> {
    let mut left: u64 = run.counts.iter().map(|slice| slice.rows).sum();
    let mut counts = Reader::new(&shape.counts, &run.counts, with_ids, shape.people_in_chunk);
    let mut times = shape.times.as_ref().map(|table| Reader::new(table, &run.times, with_ids, shape.people_in_chunk));
    let mut number = run.first;
    while left > 0 {
        let rows = left.min(shape.people_in_chunk) as usize;
        let mut columns = counts.take(rows)?;
        let ids = (columns.len() > shape.counts.ages.len()).then(|| columns.pop()).flatten();
        let mut ids_beside = None;
        if let (Some(times), Some(table)) = (&mut times, &shape.times) {
            let mut beside = times.take(rows)?;
            ids_beside = (beside.len() > table.ages.len()).then(|| beside.pop()).flatten();
            columns.extend(beside);
            // both rows are there: they stand side by side
            let there: ArrayRef = Arc::new(BooleanArray::from(vec![true; rows]));
            columns.extend([Arc::clone(&there), there]);
        }
        each(Chunk { number, columns, rows, ids, ids_beside })?;
        left -= rows as u64;
        number += 1;
    }
    Ok(())
}

/// The rows of some slices of a table, so many at a time.
struct Reader<'a> {
    columns: Vec<&'a Column>,
    slices: std::slice::Iter<'a, Slice>,
    open: Option<(&'a Slice, ParquetRecordBatchReader, Vec<usize>)>,
    /// What was read and not yet taken.
    rest: Option<Vec<ArrayRef>>,
    batch: usize,
}

impl<'a> Reader<'a> {
    fn new(table: &'a Table, slices: &'a [Slice], with_ids: bool, batch: u64) -> Reader<'a> {
        let columns = table.columns(with_ids).collect();
        Reader { columns, slices: slices.iter(), open: None, rest: None, batch: batch as usize }
    }

    /// The next rows, column by column.
    fn take(&mut self, rows: usize) -> Result<Vec<ArrayRef>> {
        let mut parts: Vec<Vec<ArrayRef>> = Vec::new();
        let mut have = 0;
        while have < rows {
            let some = match self.rest.take() {
                Some(rest) => rest,
                None => self.more()?,
            };
            let (length, wanted) = (some[0].len(), rows - have);
            if length > wanted {
                self.rest = Some(some.iter().map(|column| column.slice(wanted, length - wanted)).collect());
                parts.push(some.iter().map(|column| column.slice(0, wanted)).collect());
                have = rows;
            } else {
                have += length;
                parts.push(some);
            }
        }
        if parts.len() == 1 {
            return Ok(parts.remove(0));
        }
        let whole = |column: usize| {
            let of: Vec<&dyn datafusion::arrow::array::Array> = parts.iter().map(|p| p[column].as_ref()).collect();
            concat(&of).map_err(|cause| Failure::Engine(format!("rows cannot be put together: {cause}")))
        };
        (0..self.columns.len()).map(whole).collect()
    }

    /// Rows of the file at hand, or of the next.
    fn more(&mut self) -> Result<Vec<ArrayRef>> {
        loop {
            if let Some((slice, reader, order)) = &mut self.open {
                match reader.next() {
                    Some(Ok(batch)) if batch.num_rows() == 0 => continue,
                    Some(Ok(batch)) => return Ok(in_order(&batch, order)),
                    Some(Err(cause)) => return Err(unreadable(slice, &cause)),
                    None => self.open = None,
                }
            }
            let Some(slice) = self.slices.next() else {
                return Err(Failure::Engine("the files hold fewer rows than were counted".into()));
            };
            let (reader, order) = open(slice, &self.columns, self.batch)?;
            self.open = Some((slice, reader, order));
        }
    }
}

fn in_order(batch: &RecordBatch, order: &[usize]) -> Vec<ArrayRef> {
    order.iter().map(|&at| Arc::clone(batch.column(at))).collect()
}

fn unreadable(slice: &Slice, cause: &dyn std::fmt::Display) -> Failure {
    Failure::input("people cannot be read", vec![format!("{}: {cause}", slice.file)])
}

/// A file at the first row of a slice, and where in a batch each column stands.
fn open(slice: &Slice, columns: &[&Column], batch: usize) -> Result<(ParquetRecordBatchReader, Vec<usize>)> {
    let file = File::open(&slice.file).map_err(|cause| unreadable(slice, &cause))?;
    let bytes = file.metadata().map_err(|cause| unreadable(slice, &cause))?.len();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|cause| unreadable(slice, &cause))?;
    for column in columns {
        match builder.schema().field_with_name(&column.name) {
            Ok(field) if field.data_type().to_string() == column.data_type => {}
            Ok(field) => {
                let (name, wanted, found) = (&column.name, &column.data_type, field.data_type());
                return Err(unreadable(slice, &format!("column {name} is {found}, and was {wanted}")));
            }
            Err(_) => return Err(unreadable(slice, &format!("it has no column {} any more", column.name))),
        }
    }
    let metadata = Arc::clone(builder.metadata());
    let rows: u64 = metadata.row_groups().iter().map(|group| group.num_rows().max(0) as u64).sum();
    if bytes != slice.bytes || rows != slice.of {
        let why = format!(
            "it has {rows} rows in {bytes} bytes, and had {} in {} when the client opened it",
            slice.of, slice.bytes
        );
        return Err(unreadable(slice, &why));
    }
    // groups before the first row are not looked at
    let (mut groups, mut before, mut skipped) = (Vec::new(), 0, 0);
    for (g, group) in metadata.row_groups().iter().enumerate() {
        let own = group.num_rows().max(0) as u64;
        if before + own <= slice.from {
            skipped = before + own;
        } else if before < slice.from + slice.rows {
            groups.push(g);
        }
        before += own;
    }
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(|column| column.name.as_str()));
    let reader = builder
        .with_projection(mask)
        .with_row_groups(groups)
        .with_offset((slice.from - skipped) as usize)
        .with_limit(slice.rows as usize)
        .with_batch_size(batch.min(slice.rows as usize).max(1))
        .build()
        .map_err(|cause| unreadable(slice, &cause))?;
    let schema = datafusion::arrow::array::RecordBatchReader::schema(&reader);
    let order = columns.iter().map(|column| schema.index_of(&column.name)).collect::<std::result::Result<_, _>>();
    Ok((reader, order.map_err(|cause| unreadable(slice, &cause))?))
}
