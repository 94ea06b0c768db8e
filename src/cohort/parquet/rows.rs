//! A Parquet table as rows of cells: some thousands of rows at a time, the next of which are decoded while those at hand
//! are read.
//!
//! Belongs here: the current row, and what is said of a file that cannot be read. Does not belong here: how rows are
//! decoded, and what columns mean.

use super::batches::{Batch, Batches, Failed, Place};
use super::column::Holds;
use super::source::{Opened, ParquetSource};
use crate::cohort::table::Field;
use crate::cohort::table::rows::NOT_PLAIN;
use crate::error::Issues;
use ::parquet::errors::ParquetError;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Batches that may wait, decoded, for the one at hand to be read.
const AHEAD: usize = 1;

/// The rows of one or several files.
pub(in crate::cohort) struct ParquetRows {
    names: Vec<String>,
    /// The files of a folder, with the rows before each.
    parts: Vec<(u64, String)>,
    from: From,
    batch: Batch,
    at: usize,
}

/// Where batches come from.
enum From {
    /// Decoded when they are wanted.
    Here(Box<Batches>),
    /// Decoded by a thread of their own, which ends with the table, or when nobody takes them any more.
    Beside(Receiver<Result<Option<Batch>, Failed>>),
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
        let mut said_twice = Vec::with_capacity(files.len());
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
            let in_file = |(key, value): &(String, String)| {
                let at = names.iter().position(|name| name == key && !folders.contains(name))?;
                Some((at, value.clone()))
            };
            said_twice.push(file.keys.iter().filter_map(in_file).collect());
        }
        Ok(ParquetRows {
            parts: parts(&files),
            batch: Batch::default(),
            from: From::Here(Box::new(Batches::new(files, names.clone(), columns, said_twice))),
            names,
            at: 0,
        })
    }

    /// The files of a folder, with the rows before each; none when the table is one file.
    pub(in crate::cohort) fn parts(&self) -> Vec<(u64, String)> {
        self.parts.clone()
    }

    pub(in crate::cohort) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// Reads these columns only, as must be said before the first row; the problem of one that holds nothing a table of
    /// people can have.
    pub(in crate::cohort) fn needs(&mut self, columns: &[usize]) -> Result<(), (usize, String)> {
        let From::Here(batches) = &mut self.from else { return Ok(()) };
        let problem = columns.iter().find_map(|&column| batches.problem_of(column).map(|problem| (column, problem)));
        match problem {
            Some((column, problem)) => Err((column, problem.into())),
            None => {
                batches.needs(columns);
                Ok(())
            }
        }
    }

    /// Says that these columns hold counts, before the first row; [`ParquetRows::plain_counts`] hands them out by row from
    /// then on.
    pub(in crate::cohort) fn counts_in(&mut self, columns: &[usize]) {
        if let From::Here(batches) = &mut self.from {
            batches.counts_in(columns);
        }
    }

    /// Goes to the next row; `false` at the end, or when reading was stopped.
    pub(in crate::cohort) fn next(&mut self, issues: &mut Issues, row: &mut u64, stopped: &mut bool) -> bool {
        self.at += 1;
        if self.at >= self.batch.rows {
            match self.next_batch() {
                Ok(Some(Batch { problem: Some(problem), .. })) => {
                    *stopped = true;
                    issues.add(None, None, || problem);
                    return false;
                }
                Ok(Some(batch)) => (self.batch, self.at) = (batch, 0),
                Ok(None) => return false,
                Err(Failed { before, name, cause }) => {
                    *stopped = true;
                    let next = (*row + 1).saturating_sub(before);
                    let problem = in_file(name.as_deref(), format!("from row {next} on {}", unreadable(&cause)));
                    issues.add(None, None, || problem);
                    return false;
                }
            }
        }
        *row += 1;
        true
    }

    fn next_batch(&mut self) -> Result<Option<Batch>, Failed> {
        match &mut self.from {
            From::Beside(batches) => batches.recv().unwrap_or_else(|_| Err(ended())),
            From::Here(batches) => {
                let batch = batches.next()?;
                // on threads that somebody shares out, theirs are the only ones
                if batches.goes_on() && rayon::current_thread_index().is_none() {
                    self.decode_beside();
                }
                Ok(batch)
            }
        }
    }

    /// Has the batches to come decoded by a thread of their own, if there can be one.
    fn decode_beside(&mut self) {
        let (to, from) = sync_channel(AHEAD);
        let From::Here(batches) = std::mem::replace(&mut self.from, From::Beside(from)) else { return };
        let batches = Arc::new(Mutex::new(Some(batches)));
        let theirs = batches.clone();
        let decode = move || {
            let Some(mut batches) = taken(&theirs) else { return };
            loop {
                let batch = batches.next();
                let last = !matches!(batch, Ok(Some(_)));
                if to.send(batch).is_err() || last {
                    return;
                }
            }
        };
        if std::thread::Builder::new().spawn(decode).is_err()
            && let Some(batches) = taken(&batches)
        {
            self.from = From::Here(batches);
        }
    }

    /// A cell of the current row.
    #[inline]
    pub(in crate::cohort) fn field(&self, column: usize) -> Field<'_> {
        self.batch.decoded[column].field(self.at)
    }

    /// The counts of the current row, [`NO_COUNT`](crate::cohort::table::rows::NO_COUNT) where there is none, when all of
    /// them are plainly counts.
    #[inline]
    pub(in crate::cohort) fn plain_counts(&self) -> Option<&[u32]> {
        let Batch { counts: width, by_row, odd, .. } = &self.batch;
        let row = by_row.get(self.at * width..(self.at + 1) * width).filter(|row| !row.is_empty())?;
        (!odd || row.iter().all(|&count| count != NOT_PLAIN)).then_some(row)
    }
}

fn taken(batches: &Mutex<Option<Box<Batches>>>) -> Option<Box<Batches>> {
    batches.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Of a thread that did not come to the end of its rows.
fn ended() -> Failed {
    Failed { before: 0, name: None, cause: ParquetError::General("decoding ended before the rows did".into()) }
}

/// The files of a folder, with the rows before each; none when the table is one file.
fn parts(files: &[Opened]) -> Vec<(u64, String)> {
    let mut before = 0;
    let part = |file: &Opened| {
        let part = file.name.clone().map(|name| (before, name));
        before += file.rows();
        part
    };
    files.iter().filter_map(part).collect()
}

fn unreadable(cause: &ParquetError) -> String {
    format!("this cannot be read as Parquet: {cause}")
}

/// A problem with the name of the file, when it is one of several.
fn in_file(name: Option<&str>, problem: String) -> String {
    name.map_or(problem.clone(), |name| format!("{name}: {problem}"))
}
