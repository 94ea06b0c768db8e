//! Some thousands of rows at a time, whatever the size of row groups, their columns decoded beside each other.
//!
//! Belongs here: going through files and row groups. Does not belong here: the row at hand, and what columns mean.

use super::column::{Decoded, Holds};
use super::source::{Opened, guarded};
use crate::cohort::table::Field;
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
    /// By file the columns of the table that the names of its folders speak of as well, and what they say.
    keys: Vec<Vec<(usize, String)>>,
    names: Vec<String>,
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
    At(usize, Result<Holds, &'static str>),
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
    /// What makes these rows no rows of a table.
    pub(super) problem: Option<String>,
}

/// Why rows cannot be decoded: rows in files before theirs, the name of that file when it is one of several.
pub(super) struct Failed {
    pub(super) before: u64,
    pub(super) name: Option<String>,
    pub(super) cause: ParquetError,
}

impl Batches {
    pub(super) fn new(
        files: Vec<Opened>,
        names: Vec<String>,
        columns: Vec<Vec<Place>>,
        keys: Vec<Vec<(usize, String)>>,
    ) -> Batches {
        let width = names.len();
        let wanted = (0..width).collect();
        Batches {
            files,
            columns,
            keys,
            names,
            width,
            wanted,
            counts: Vec::new(),
            file: 0,
            groups: 0,
            open: Vec::new(),
            left: 0,
        }
    }

    /// Why a column holds nothing that a table of people can have, in the first file in which it does not.
    pub(super) fn problem_of(&self, column: usize) -> Option<&'static str> {
        self.columns.iter().find_map(|file| match file[column] {
            Place::At(_, Err(problem)) => Some(problem),
            _ => None,
        })
    }

    /// Reads these columns only.
    pub(super) fn needs(&mut self, columns: &[usize]) {
        // what folders say is held against what their files say, whoever asks for it
        self.wanted = columns.to_vec();
        self.wanted.extend(self.keys.iter().flatten().map(|(column, _)| *column));
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
        let file = &self.files[self.file];
        for (column, value) in &self.keys[self.file] {
            if !(0..rows).all(|row| is_value(batch.decoded[*column].field(row), value)) {
                let problem = || contradiction(file, value, *column, &self.names);
                batch.problem.get_or_insert_with(problem);
            }
        }
        self.left -= rows;
        batch.lay(&self.counts);
        Ok(Some(batch))
    }
}

/// Whether a cell holds the value that a folder is called by.
fn is_value(cell: Field<'_>, value: &str) -> bool {
    let number = value.trim().parse::<f64>().ok();
    match cell {
        Field::Empty => value.is_empty(),
        Field::Whole(own) => number == Some(own as f64),
        Field::Huge(own) => number == Some(own as f64),
        Field::Decimal(own) => number == Some(own),
        Field::Single(own) => number.is_some_and(|number| number as f32 == own),
        Field::Flag(own) => value.eq_ignore_ascii_case(if own { "true" } else { "false" }),
        Field::Text(own) => own.trim_ascii() == value.trim().as_bytes(),
        other => value.starts_with(&*String::from_utf8_lossy(&other.text())),
    }
}

/// What is said of a file whose folder says something else of a column than the file itself.
fn contradiction(file: &Opened, value: &str, column: usize, names: &[String]) -> String {
    let name = names.get(column).map_or("", String::as_str);
    let within = file.name.as_deref().map_or(String::new(), |name| format!("{name}: "));
    format!(
        "{within}the folder says {name}={value}, and the column {name:?} in the file says otherwise: take that column out of \
         the files, or give the folder another name"
    )
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
