//! Some thousands of rows at a time, whatever the size of row groups, their columns decoded beside each other.
//!
//! Belongs here: going through files and row groups. Does not belong here: the row at hand, and what columns mean.

use super::column::{Decoded, Holds};
use super::source::{Opened, guarded};
use crate::cohort::table::rows::{NO_COUNT, NOT_PLAIN};
use crate::numeric::parallel::Parallel;
use ::parquet::column::reader::ColumnReader;
use ::parquet::errors::{ParquetError, Result as Read};

/// Rows decoded at a time: some megabytes of a wide table, whatever the size of its row groups, and enough for columns
/// to be worth a thread each.
const BATCH: usize = 16_384;

/// Rows whose counts are laid beside each other at a time: what a processor keeps close by.
const TILE: usize = 128;

/// The files of a table on their way from row group to row group.
pub(super) struct Batches {
    files: Vec<Opened>,
    /// By file and column of the table: where that column is in the file and what it holds, or what stands in every row.
    columns: Vec<Vec<Place>>,
    /// How many columns the table has, those that are read, and those that hold counts.
    width: usize,
    wanted: Vec<usize>,
    counts: Vec<usize>,
    /// The file and row group begun last (the next to begin is one further).
    file: usize,
    groups: usize,
    /// Wanted columns of the row group that is being read, and the rows it still has.
    open: Vec<ColumnReader>,
    left: usize,
}

/// Where a file has a column of the table.
pub(super) enum Place {
    At(usize, Option<Holds>),
    /// In the name of the folder that the file lies in.
    Folder(String),
}

/// Decoded rows.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) rows: usize,
    /// By column of the table.
    pub(super) decoded: Vec<Decoded>,
    /// How many columns hold counts, and these by row; see [`Decoded::counts`].
    pub(super) counts: usize,
    pub(super) by_row: Vec<u32>,
    /// Whether any of them is not plain.
    pub(super) odd: bool,
}

/// Why rows cannot be decoded: rows in files before theirs, the name of that file when it is one of several.
pub(super) struct Failed {
    pub(super) before: u64,
    pub(super) name: Option<String>,
    pub(super) cause: ParquetError,
}

impl Batches {
    pub(super) fn new(files: Vec<Opened>, width: usize, columns: Vec<Vec<Place>>) -> Batches {
        let wanted = (0..width).collect();
        Batches { files, columns, width, wanted, counts: Vec::new(), file: 0, groups: 0, open: Vec::new(), left: 0 }
    }

    /// Whether a column holds something that a table of people can have, in every file.
    pub(super) fn holds_something(&self, column: usize) -> bool {
        !self.columns.iter().any(|file| matches!(file[column], Place::At(_, None)))
    }

    /// Reads these columns only.
    pub(super) fn needs(&mut self, columns: &[usize]) {
        self.wanted = columns.to_vec();
        self.wanted.sort_unstable();
        self.wanted.dedup();
    }

    /// Lays the counts in these columns beside each other, row by row.
    pub(super) fn counts_in(&mut self, columns: &[usize]) {
        self.counts = columns.to_vec();
    }

    /// Whether there are rows behind those of the batch made last.
    pub(super) fn goes_on(&self) -> bool {
        let groups = self.files.get(self.file).map_or(0, |file| file.metadata.num_row_groups());
        self.left > 0 || self.groups < groups || self.file + 1 < self.files.len()
    }

    /// The next rows; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Batch>, Failed> {
        guarded(|| self.decode()).map_err(|cause| Failed {
            before: self.files[..self.file].iter().map(Opened::rows).sum(),
            name: self.files.get(self.file).and_then(|file| file.name.clone()),
            cause,
        })
    }

    fn decode(&mut self) -> Read<Option<Batch>> {
        while self.left == 0 {
            let Some(file) = self.files.get(self.file) else { return Ok(None) };
            if self.groups >= file.metadata.num_row_groups() {
                (self.file, self.groups) = (self.file + 1, 0);
                continue;
            }
            let group = self.groups;
            self.groups += 1;
            self.open.clear();
            for &column in &self.wanted {
                if let Place::At(at, _) = self.columns[self.file][column] {
                    self.open.push(file.column(group, at)?);
                }
            }
            self.left = usize::try_from(file.metadata.row_group(group).num_rows())
                .map_err(|_| ParquetError::General("a row group of a negative number of rows".into()))?;
        }
        let rows = self.left.min(BATCH);
        let mut batch = Batch { rows, counts: self.counts.len(), ..Batch::default() };
        batch.decoded.resize_with(self.width, Decoded::nothing);
        let mut places = Vec::with_capacity(self.wanted.len());
        for &column in &self.wanted {
            match &self.columns[self.file][column] {
                Place::At(_, holds) => places.push((column, holds.unwrap_or(Holds::Text))),
                Place::Folder(value) => batch.decoded[column] = Decoded::same(value.as_bytes()),
            }
        }
        let columns: Vec<(&mut ColumnReader, &(usize, Holds))> = self.open.iter_mut().zip(&places).collect();
        let read = columns.map_in_parallel(|(column, &(_, holds))| Decoded::read(column, rows, holds));
        for (&(column, _), decoded) in places.iter().zip(read) {
            batch.decoded[column] = decoded?;
        }
        self.left -= rows;
        batch.lay(&self.counts);
        Ok(Some(batch))
    }
}

impl Batch {
    /// Lays the counts in these columns beside each other, row by row.
    fn lay(&mut self, columns: &[usize]) {
        let Batch { rows, decoded, by_row, odd, .. } = self;
        let width = columns.len();
        if width == 0 {
            return;
        }
        by_row.resize(*rows * width, NO_COUNT);
        let tiles: Vec<(usize, &mut [u32])> = by_row.chunks_mut(TILE * width).enumerate().collect();
        let tiles = tiles.map_in_parallel(|(tile, to)| {
            let first = tile * TILE;
            let rows = first..first + to.len() / width;
            let columns = columns.iter().enumerate();
            columns.for_each(|(j, &column)| decoded[column].counts(rows.clone(), &mut to[j..], width));
            to.contains(&NOT_PLAIN)
        });
        *odd = tiles.contains(&true);
    }
}
