//! A Parquet table as rows of cells: some thousands of rows at a time, its columns decoded beside each other.
//!
//! Belongs here: going through files and row groups, and what is said of a file that cannot be read. Does not belong
//! here: what columns mean.

use super::column::{Decoded, Holds};
use super::source::{Opened, ParquetSource, guarded};
use crate::cohort::table::Field;
use crate::cohort::table::rows::{NO_COUNT, NOT_PLAIN};
use crate::error::Issues;
use crate::numeric::parallel::Parallel;
use ::parquet::column::reader::ColumnReader;
use ::parquet::errors::{ParquetError, Result as Read};

/// Rows decoded at a time: some megabytes of a wide table, whatever the size of its row groups, and enough for columns
/// to be worth a thread each.
const BATCH: usize = 16_384;

/// Rows whose counts are laid beside each other at a time: what a processor keeps close by.
const TILE: usize = 512;

/// The rows of one or several files.
pub(in crate::cohort) struct ParquetRows {
    files: Vec<Opened>,
    names: Vec<String>,
    /// By file and column of the table: where that column is in the file and what it holds, or what stands in every row.
    columns: Vec<Vec<Place>>,
    /// Columns of the table that are read.
    wanted: Vec<usize>,
    /// The file and row group begun last (the next to begin is one further).
    file: usize,
    groups: usize,
    /// Wanted columns of the row group that is being read, and the rows it still has.
    open: Vec<ColumnReader>,
    left: usize,
    /// Decoded rows of the batch, by column of the table.
    decoded: Vec<Decoded>,
    rows: usize,
    at: usize,
    /// Columns of counts, and the counts of the batch by row; see [`Decoded::counts`].
    counts: Vec<usize>,
    by_row: Vec<u32>,
    /// Whether any of them is not plain.
    odd: bool,
}

/// Where a file has a column of the table.
enum Place {
    At(usize, Option<Holds>),
    /// In the name of the folder that the file lies in.
    Folder(String),
}

impl ParquetRows {
    /// Opens all files; their columns must have the same names.
    pub(in crate::cohort) fn open(source: ParquetSource) -> Result<ParquetRows, String> {
        let mut files = Vec::with_capacity(source.files.len());
        for file in source.files {
            let name = file.name.clone();
            files.push(Opened::of(file).map_err(|cause| in_file(name.as_deref(), unreadable(&cause)))?);
        }
        let names_of = |file: &Opened| -> Vec<String> {
            let columns = file.metadata.file_metadata().schema_descr().columns();
            columns.iter().map(|column| column.path().string()).collect()
        };
        let mut names = files.first().map_or(Vec::new(), names_of);
        let first = files.first().and_then(|file| file.name.as_deref()).unwrap_or("the first file");
        // what the files have themselves is theirs
        let keys = files.first().map_or(&[][..], |file| &file.keys);
        let folders: Vec<String> = keys.iter().map(|(key, _)| key.clone()).filter(|key| !names.contains(key)).collect();
        names.extend(folders.iter().cloned());
        let mut columns = Vec::with_capacity(files.len());
        for file in &files {
            let own = names_of(file);
            if let Some(odd) = own.iter().find(|name| !names.contains(name)) {
                return Err(in_file(file.name.as_deref(), format!("a column {odd:?} that {first} does not have")));
            }
            let described = file.metadata.file_metadata().schema_descr().columns();
            let place = |name: &String| {
                if folders.contains(name) {
                    let key = file.keys.iter().find(|(key, _)| key == name);
                    return key.map(|(_, value)| Place::Folder(value.clone())).ok_or_else(|| {
                        in_file(file.name.as_deref(), format!("no folder {name}=.., which {first} lies in"))
                    });
                }
                let at = own.iter().position(|other| other == name);
                at.map(|at| Place::At(at, Holds::of(&described[at])))
                    .ok_or_else(|| in_file(file.name.as_deref(), format!("no column {name:?}, which {first} has")))
            };
            columns.push(names.iter().map(place).collect::<Result<Vec<_>, String>>()?);
        }
        let decoded = names.iter().map(|_| Decoded::nothing()).collect();
        Ok(ParquetRows {
            wanted: (0..names.len()).collect(),
            files,
            names,
            columns,
            file: 0,
            groups: 0,
            open: Vec::new(),
            left: 0,
            decoded,
            rows: 0,
            at: 0,
            counts: Vec::new(),
            by_row: Vec::new(),
            odd: false,
        })
    }

    /// The files of a folder, with the rows before each; none when the table is one file.
    pub(in crate::cohort) fn parts(&self) -> Vec<(u64, String)> {
        let mut before = 0;
        let parts = self.files.iter().filter_map(|file| {
            let part = file.name.clone().map(|name| (before, name));
            before += file.rows();
            part
        });
        parts.collect()
    }

    pub(in crate::cohort) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Reads these columns only; the problem of one that holds nothing a table of people can have.
    pub(in crate::cohort) fn needs(&mut self, columns: &[usize]) -> Result<(), (usize, String)> {
        for &column in columns {
            if self.columns.iter().any(|file| matches!(file[column], Place::At(_, None))) {
                return Err((column, "holds neither numbers nor text nor dates".into()));
            }
        }
        self.wanted = columns.to_vec();
        self.wanted.sort_unstable();
        self.wanted.dedup();
        Ok(())
    }

    /// Goes to the next row; `false` at the end, or when reading was stopped.
    pub(in crate::cohort) fn next(&mut self, issues: &mut Issues, row: &mut u64, stopped: &mut bool) -> bool {
        self.at += 1;
        if self.at >= self.rows {
            match guarded(|| self.decode()) {
                Ok(true) => {}
                Ok(false) => return false,
                Err(cause) => {
                    *stopped = true;
                    let before: u64 = self.files[..self.file].iter().map(Opened::rows).sum();
                    let next = (*row + 1).saturating_sub(before);
                    let name = self.files.get(self.file).and_then(|file| file.name.as_deref());
                    let problem = in_file(name, format!("from row {next} on {}", unreadable(&cause)));
                    issues.add(None, None, || problem);
                    return false;
                }
            }
        }
        *row += 1;
        true
    }

    /// A cell of the current row.
    #[inline]
    pub(in crate::cohort) fn field(&self, column: usize) -> Field<'_> {
        self.decoded[column].field(self.at)
    }

    /// Says that these columns hold counts, which [`ParquetRows::plain_counts`] hands out by row from then on.
    pub(in crate::cohort) fn counts_in(&mut self, columns: &[usize]) {
        self.counts = columns.to_vec();
    }

    /// The counts of the current row, [`NO_COUNT`] where there is none, when all of them are plainly counts.
    #[inline]
    pub(in crate::cohort) fn plain_counts(&self) -> Option<&[u32]> {
        let width = self.counts.len();
        let row = self.by_row.get(self.at * width..(self.at + 1) * width).filter(|row| !row.is_empty())?;
        (!self.odd || row.iter().all(|&count| count != NOT_PLAIN)).then_some(row)
    }

    fn lay_counts(&mut self) {
        let ParquetRows { counts, by_row, decoded, rows, odd, .. } = self;
        let width = counts.len();
        if width == 0 {
            return;
        }
        by_row.resize(*rows * width, NO_COUNT);
        let tiles: Vec<(usize, &mut [u32])> = by_row.chunks_mut(TILE * width).enumerate().collect();
        let tiles = tiles.map_in_parallel(|(tile, to)| {
            let first = tile * TILE;
            let rows = first..first + to.len() / width;
            counts
                .iter()
                .enumerate()
                .for_each(|(j, &column)| decoded[column].counts(rows.clone(), &mut to[j..], width));
            to.contains(&NOT_PLAIN)
        });
        *odd = tiles.contains(&true);
    }

    fn decode(&mut self) -> Read<bool> {
        while self.left == 0 {
            let Some(file) = self.files.get(self.file) else { return Ok(false) };
            if self.groups >= file.metadata.num_row_groups() {
                (self.file, self.groups) = (self.file + 1, 0);
                continue;
            }
            let group = self.groups;
            self.groups += 1;
            self.open.clear();
            for &column in &self.wanted {
                match &self.columns[self.file][column] {
                    Place::At(at, _) => self.open.push(file.column(group, *at)?),
                    Place::Folder(value) => self.decoded[column] = Decoded::same(value.as_bytes()),
                }
            }
            self.left = usize::try_from(file.metadata.row_group(group).num_rows())
                .map_err(|_| ParquetError::General("a row group of a negative number of rows".into()))?;
        }
        let rows = self.left.min(BATCH);
        let file = &self.columns[self.file];
        let of_file = |&&column: &&usize| match file[column] {
            Place::At(_, holds) => Some((column, holds.unwrap_or(Holds::Text))),
            Place::Folder(_) => None,
        };
        let places: Vec<(usize, Holds)> = self.wanted.iter().filter_map(|column| of_file(&column)).collect();
        let columns: Vec<(&mut ColumnReader, &(usize, Holds))> = self.open.iter_mut().zip(&places).collect();
        let read = columns.map_in_parallel(|(column, &(_, holds))| Decoded::read(column, rows, holds));
        let read: Vec<Decoded> = read.into_iter().collect::<Read<_>>()?;
        for (&(column, _), decoded) in places.iter().zip(read) {
            self.decoded[column] = decoded;
        }
        self.left -= rows;
        (self.at, self.rows) = (0, rows);
        self.lay_counts();
        Ok(true)
    }
}

fn unreadable(cause: &ParquetError) -> String {
    format!("this cannot be read as Parquet: {cause}")
}

/// A problem with the name of the file, when it is one of several.
fn in_file(name: Option<&str>, problem: String) -> String {
    name.map_or(problem.clone(), |name| format!("{name}: {problem}"))
}
