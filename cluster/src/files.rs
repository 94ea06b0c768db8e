//! The Parquet files of a table: which there are, that all are of one shape, and that they still are what they were.
//!
//! The engine reads a column that a file does not have as if nobody had been observed, and converts types without a word.
//! So every footer is read before the first job, and held against the first file's and afterwards against itself.

use crate::columns::{ColumnOptions, Columns};
use crate::failure::{Failure, Result};
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::parquet::arrow::parquet_to_arrow_schema;
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::parquet::file::reader::{FileReader, SerializedFileReader};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// One file, and what it was when it was looked at.
#[derive(Debug, Clone, PartialEq)]
struct File {
    path: PathBuf,
    rows: u64,
    bytes: u64,
    modified: Option<SystemTime>,
    schema: SchemaRef,
    /// Nulls of every column of counts, when the footer tells them.
    nulls: Option<Vec<u64>>,
}

/// The files of one table, all of one shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Files {
    files: Vec<File>,
    columns: Columns,
    options: ColumnOptions,
}

impl Files {
    /// Reads the footers of a file, or of the `.parquet` files of a folder in the order of their names.
    ///
    /// # Errors
    /// Kind [`Failure::Input`], with every problem by file and column, when there is no file, one is no Parquet file, the
    /// columns are not those of counts by age, or files are of different shape (both are named).
    pub fn open(path: &Path, options: &ColumnOptions) -> Result<Files> {
        let heading = || format!("{} cannot be read", path.display());
        let paths = listed(path).map_err(|problems| Failure::input(heading(), problems))?;
        let (mut files, mut problems): (Vec<File>, Vec<String>) = (Vec::new(), Vec::new());
        let mut columns: Option<Columns> = None;
        for path in paths {
            let (metadata, schema) = match footer(&path) {
                Ok(read) => read,
                Err(why) => {
                    problems.push(format!("{}: {why}", path.display()));
                    continue;
                }
            };
            match files.first() {
                Some(first) => differences(&path, &schema, &first.path, &first.schema, &mut problems),
                None => match Columns::of(&schema, options) {
                    Ok(found) => columns = Some(found),
                    Err(found) => problems.extend(found.iter().map(|text| format!("{}: {text}", path.display()))),
                },
            }
            let nulls = columns.as_ref().and_then(|columns| nulls(&metadata, &columns.ages));
            files.push(file(path, &metadata, schema, nulls));
        }
        if problems.is_empty() && files.iter().map(|file| file.rows).sum::<u64>() == 0 {
            problems.push("nobody is in it: it has no rows".into());
        }
        match columns {
            Some(columns) if problems.is_empty() => Ok(Files { files, columns, options: options.clone() }),
            _ => Err(Failure::input(heading(), problems)),
        }
    }

    /// What the columns hold.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Number of files.
    #[allow(clippy::len_without_is_empty)] // there is always one
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Path, rows and bytes of each, in their order.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&Path, u64, u64)> {
        self.files.iter().map(|file| (file.path.as_path(), file.rows, file.bytes))
    }

    /// Their places as the engine takes them: a path could hold what it reads as a pattern.
    pub(crate) fn urls(&self) -> Result<Vec<String>> {
        let url = |file: &File| {
            let absolute = std::path::absolute(&file.path).ok();
            let url = absolute.and_then(|path| url::Url::from_file_path(path).ok());
            url.map(String::from).ok_or_else(|| Failure::Usage(format!("{} is no path of a file", file.path.display())))
        };
        self.files.iter().map(url).collect()
    }

    /// The columns that are read, with their types.
    pub(crate) fn read_schema(&self) -> Schema {
        // there is always one file
        let schema = &self.files[0].schema;
        let wanted = self.columns.names().filter_map(|name| schema.field_with_name(name).ok().cloned());
        Schema::new(wanted.collect::<Vec<_>>())
    }

    /// Nulls of every column of counts in all files, when every footer tells them.
    pub(crate) fn nulls(&self) -> Option<Vec<u64>> {
        let mut sum = vec![0; self.columns.ages.len()];
        for file in &self.files {
            sum.iter_mut().zip(file.nulls.as_ref()?).for_each(|(sum, nulls)| *sum += nulls);
        }
        Some(sum)
    }

    /// Whether every file is still what it was when it was opened; asked when a job has ended, well or not.
    ///
    /// # Errors
    /// Kind [`Failure::Input`], with every file that has gone or changed.
    pub(crate) fn unchanged(&self) -> Result<()> {
        let mut problems = Vec::new();
        for before in &self.files {
            let path = &before.path;
            match footer(path) {
                Err(why) => problems.push(format!("{}: {why}", path.display())),
                Ok((metadata, schema)) => {
                    let now = file(path.clone(), &metadata, schema, before.nulls.clone());
                    if now.schema != before.schema {
                        let what = "has other columns or types than when it was opened";
                        problems.push(format!("{} {what}", path.display()));
                    } else if now != *before {
                        problems.push(format!("{} was written to after it was opened", path.display()));
                    }
                }
            }
        }
        match problems.is_empty() {
            true => Ok(()),
            false => Err(Failure::input("files went or changed while they were read", problems)),
        }
    }
}

fn file(path: PathBuf, metadata: &ParquetMetaData, schema: SchemaRef, nulls: Option<Vec<u64>>) -> File {
    let about = fs::metadata(&path).ok();
    File {
        rows: u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0),
        bytes: about.as_ref().map_or(0, fs::Metadata::len),
        modified: about.and_then(|about| about.modified().ok()),
        path,
        schema,
        nulls,
    }
}

/// The files that a path means.
fn listed(path: &Path) -> std::result::Result<Vec<PathBuf>, Vec<String>> {
    let about = fs::metadata(path).map_err(|cause| vec![cause.to_string()])?;
    if about.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !about.is_dir() {
        return Err(vec!["it is neither a file nor a folder".into()]);
    }
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(path).map_err(|cause| vec![cause.to_string()])? {
        let found = entry.map_err(|cause| vec![cause.to_string()])?.path();
        let name = found.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(['.', '_']) {
            continue; // what writers leave beside their files
        }
        let parquet = found.extension().is_some_and(|extension| extension == "parquet");
        if found.is_file() && parquet {
            files.push(found);
        } else {
            let what = if found.is_dir() { "a folder in the folder" } else { "no .parquet file" };
            problems.push(format!("{}: {what}; a table is a file or a folder of .parquet files", found.display()));
        }
    }
    if files.is_empty() {
        problems.push("the folder holds no .parquet file".into());
    }
    files.sort();
    problems.sort();
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

fn footer(path: &Path) -> std::result::Result<(ParquetMetaData, SchemaRef), String> {
    let opened = fs::File::open(path).map_err(|cause| cause.to_string())?;
    let reader = SerializedFileReader::new(opened).map_err(|cause| format!("no Parquet file: {cause}"))?;
    let metadata = reader.metadata().clone();
    let described = metadata.file_metadata();
    let schema = parquet_to_arrow_schema(described.schema_descr(), described.key_value_metadata())
        .map_err(|cause| format!("its columns cannot be read: {cause}"))?;
    // what writers note beside the columns is no part of their shape
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_metadata(Default::default()));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    Ok((metadata, Arc::new(schema)))
}

/// Nulls by column, when every row group has counted them.
fn nulls(metadata: &ParquetMetaData, names: &[String]) -> Option<Vec<u64>> {
    let described = metadata.file_metadata().schema_descr();
    let at = |name: &String| described.columns().iter().position(|column| column.name() == name);
    let mut all = Vec::with_capacity(names.len());
    for name in names {
        let at = at(name)?;
        let mut sum = 0;
        for group in metadata.row_groups() {
            sum += group.column(at).statistics()?.null_count_opt()?;
        }
        all.push(sum);
    }
    Some(all)
}

/// In what a file is of another shape than the first.
fn differences(path: &Path, schema: &Schema, first: &Path, wanted: &Schema, problems: &mut Vec<String>) {
    let (path, first) = (path.display(), first.display());
    for field in wanted.fields() {
        match schema.field_with_name(field.name()) {
            Err(_) => problems.push(format!("{path} has no column {}, which {first} has", field.name())),
            Ok(own) if own.data_type() != field.data_type() => problems.push(format!(
                "column {} is {} in {path} and {} in {first}",
                field.name(),
                own.data_type(),
                field.data_type()
            )),
            Ok(_) => {}
        }
    }
    for field in schema.fields() {
        if wanted.field_with_name(field.name()).is_err() {
            problems.push(format!("{path} has a column {}, which {first} has not", field.name()));
        }
    }
    let doubled = |schema: &Schema| {
        let mut names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
        names.sort();
        names.windows(2).any(|pair| pair[0] == pair[1])
    };
    if doubled(schema) {
        problems.push(format!("{path} has two columns of one name"));
    }
}
