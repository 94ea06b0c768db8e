//! Parquet files to read: open files or bytes, several of them as one table.

use crate::error::{Error, Result};
use ::bytes::Bytes;
use ::parquet::column::page::PageReader;
use ::parquet::column::reader::{ColumnReader, get_column_reader};
use ::parquet::errors::{ParquetError, Result as Read};
use ::parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use ::parquet::file::reader::{ChunkReader, Length};
use ::parquet::file::serialized_reader::SerializedPageReader;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::zstd::{Unpacked, is_zstd, without_codec};
use super::{footer, pages};

/// A Parquet table to read, of one or several files, and the name that messages call it by.
pub struct ParquetSource {
    pub(in crate::cohort) name: String,
    pub(super) files: Vec<PathOrData>,
}

/// A file, and what it is called when it is one of several.
pub(super) struct PathOrData {
    pub(super) name: Option<String>,
    /// What the names of the folders it lies in say of its rows: `year=2020`.
    pub(super) keys: Vec<(String, String)>,
    pub(super) data: Data,
}

pub(super) enum Data {
    Open(File),
    Bytes(Bytes),
}

impl ParquetSource {
    /// A table from bytes in memory; `name` stands in every message about it.
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        let data = Data::Bytes(Bytes::from(bytes.into()));
        ParquetSource { name: name.into(), files: vec![PathOrData { name: None, keys: Vec::new(), data }] }
    }

    /// A table from a file, or from all files of a folder whose names end in `.parquet`, in the order of their names. What
    /// begins with a dot or a line (`_SUCCESS`) is passed over. Folders called `key=value`, as Spark and Hive write them, are
    /// parts of the table, of which `key` is a column.
    ///
    /// # Errors
    /// Of kind [`Io`](crate::ErrorKind::Io) when the file or a file of the folder cannot be opened, or the folder has
    /// none, or holds anything else.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let name = path.as_ref().display().to_string();
        let failed = |cause: io::Error| Error::io(&name, "read", cause);
        let file = File::open(&path).map_err(failed)?;
        if file.metadata().map_err(failed)?.is_dir() {
            return ParquetSource::open_folder(path);
        }
        Ok(ParquetSource::of_file(name, file))
    }

    pub(in crate::cohort) fn of_file(name: String, file: File) -> Self {
        ParquetSource { name, files: vec![PathOrData { name: None, keys: Vec::new(), data: Data::Open(file) }] }
    }

    pub(in crate::cohort) fn open_folder(path: impl AsRef<Path>) -> Result<Self> {
        let name = path.as_ref().display().to_string();
        let failed = |cause: io::Error| Error::io(&name, "read", cause);
        let mut files = Vec::new();
        parts_of(path.as_ref(), "", &[], &mut files).map_err(failed)?;
        if files.is_empty() {
            return Err(failed(io::Error::other("a folder without files whose names end in .parquet")));
        }
        Ok(ParquetSource { name, files })
    }
}

/// Folders within folders that are gone into.
const DEEPEST: usize = 8;

/// Adds the files of a folder and of those in it, which lies `within` the folder of the table and under these keys.
fn parts_of(folder: &Path, within: &str, keys: &[(String, String)], files: &mut Vec<PathOrData>) -> io::Result<()> {
    let entries = std::fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    let mut others = Vec::new();
    for path in paths {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        // what writers leave beside their files begins with a dot or a line; anything else may hold people
        if name.starts_with(['.', '_']) && !is_part(&path) {
            continue;
        }
        let inner = if within.is_empty() { name.clone() } else { format!("{within}/{name}") };
        if is_part(&path) {
            files.push(PathOrData { name: Some(inner), keys: keys.to_vec(), data: Data::Open(File::open(&path)?) });
            continue;
        }
        match key_of(&name).filter(|_| path.is_dir() && keys.len() < DEEPEST) {
            Some(key) => parts_of(&path, &inner, &[keys, &[key]].concat(), files)?,
            None => others.push(inner),
        }
    }
    let [first, more @ ..] = &others[..] else { return Ok(()) };
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    Err(io::Error::other(format!(
        "beside files whose names end in .parquet the folder holds {first:?}{more}: name a file so that it is a part of \
         the table, or move it elsewhere; of folders within it those called key=value are read"
    )))
}

/// Key and value of a folder called `key=value`, in which `%20` is a blank.
fn key_of(name: &str) -> Option<(String, String)> {
    let (key, value) = name.split_once('=').filter(|(key, _)| !key.is_empty())?;
    let value = if value == "__HIVE_DEFAULT_PARTITION__" { "" } else { value };
    Some((unescaped(key), unescaped(value)))
}

fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&byte, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| byte == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(code) => {
                bytes.push(code);
                rest = &behind[2..];
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a file of a folder is a part of the table.
fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) && path.is_file()
}

impl fmt::Debug for ParquetSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetSource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Reads, with an error where the parquet crate panics: its page decoders do so on some damaged pages (of 13,000 to
/// 24,000 single bytes changed in small files of three writers, on one in 500). What was read from is not used again.
pub(super) fn guarded<T>(read: impl FnOnce() -> Read<T>) -> Read<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(ParquetError::General("a page is damaged".into())))
}

/// A file with what stands at its end.
pub(super) struct Opened {
    pub(super) name: Option<String>,
    pub(super) keys: Vec<(String, String)>,
    pub(super) metadata: ParquetMetaData,
    chunks: Chunks,
}

enum Chunks {
    File(Arc<Shared>),
    Bytes(Arc<Bytes>),
}

/// A file that several columns are read from at the same time. The parquet crate reads a `File` by clones, which share
/// one place to read from: what one thread seeks, another reads.
struct Shared(Arc<Mutex<File>>);

/// Bytes of a shared file from a place on.
pub(super) struct FromPlace {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl io::Read for FromPlace {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        // a thread that panicked left no half-read state: every read seeks first
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(to)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Shared {
    fn len(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).metadata().map_or(0, |metadata| metadata.len())
    }
}

impl ChunkReader for Shared {
    type T = BufReader<FromPlace>;

    fn get_read(&self, start: u64) -> Read<Self::T> {
        Ok(BufReader::new(FromPlace { file: self.0.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Read<Bytes> {
        let mut bytes = Vec::with_capacity(length.min(MOST_AT_ONCE));
        let mut from = io::Read::take(FromPlace { file: self.0.clone(), at: start }, length as u64);
        if from.read_to_end(&mut bytes)? != length {
            return Err(ParquetError::EOF(format!("{length} bytes wanted, {} are there", bytes.len())));
        }
        Ok(Bytes::from(bytes))
    }
}

/// Looks at what stands at the end of a file; what is no Parquet file is for the crate to say.
fn check_footer(file: &mut (impl io::Read + Seek)) -> Read<()> {
    let length = file.seek(SeekFrom::End(0))?;
    if length < footer::TAIL {
        return Ok(());
    }
    let mut tail = [0; footer::TAIL as usize];
    file.seek(SeekFrom::Start(length - footer::TAIL))?;
    file.read_exact(&mut tail)?;
    let Some(stated) = footer::metadata_length(tail, length) else { return Ok(()) };
    let mut metadata = Vec::new();
    file.seek(SeekFrom::Start(length - footer::TAIL - stated))?;
    file.take(stated).read_to_end(&mut metadata)?;
    footer::check(&metadata)
}

/// Memory set aside before anything is read: a damaged file may ask for any amount.
const MOST_AT_ONCE: usize = 1 << 24;

impl Opened {
    pub(super) fn of(file: PathOrData) -> Read<Opened> {
        let metadata = |chunks: &dyn Fn() -> Read<ParquetMetaData>| guarded(chunks);
        let PathOrData { name, keys, data } = file;
        Ok(match data {
            Data::Open(mut file) => {
                check_footer(&mut file)?;
                let metadata = metadata(&|| ParquetMetaDataReader::new().parse_and_finish(&file))?;
                Opened { name, keys, metadata, chunks: Chunks::File(Arc::new(Shared(Arc::new(Mutex::new(file))))) }
            }
            Data::Bytes(bytes) => {
                check_footer(&mut io::Cursor::new(&bytes))?;
                let metadata = metadata(&|| ParquetMetaDataReader::new().parse_and_finish(&bytes))?;
                Opened { name, keys, metadata, chunks: Chunks::Bytes(Arc::new(bytes)) }
            }
        })
    }

    /// Rows that the file says it has.
    pub(super) fn rows(&self) -> u64 {
        u64::try_from(self.metadata.file_metadata().num_rows()).unwrap_or(0)
    }

    /// A column of a row group, to be read from its start.
    pub(super) fn column(&self, group: usize, column: usize) -> Read<ColumnReader> {
        match &self.chunks {
            Chunks::File(file) => self.column_of(file, group, column),
            Chunks::Bytes(bytes) => self.column_of(bytes, group, column),
        }
    }

    fn column_of<R: ChunkReader + 'static>(&self, chunks: &Arc<R>, group: usize, column: usize) -> Read<ColumnReader> {
        let metadata = self.metadata.row_group(group);
        let rows = usize::try_from(metadata.num_rows())
            .map_err(|_| ParquetError::General("a row group of a negative number of rows".into()))?;
        let chunk = metadata.column(column);
        pages::check(chunks.as_ref(), chunk)?;
        let pages: Box<dyn PageReader> = if is_zstd(chunk) {
            Box::new(Unpacked::new(SerializedPageReader::new(chunks.clone(), &without_codec(chunk)?, rows, None)?))
        } else {
            Box::new(SerializedPageReader::new(chunks.clone(), chunk, rows, None)?)
        };
        Ok(get_column_reader(chunk.column_descr_ptr(), pages))
    }
}
