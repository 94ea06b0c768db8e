//! `classify`: every person beside the profiles of a model, as a Parquet file.
//!
//! Executors place people row by row, so the client holds one batch at a time; it alone writes, so there is one file, and
//! it is there whole or not at all. Rows come in any order: `id` says whose each is.

use crate::engine::{Address, Engine, JobOptions};
use crate::failure::{Failure, Result};
use crate::files::Files;
use crate::functions::{self, Kind};
use crate::group::{form, people};
use crate::history::{self, Decoded};
use crate::output::Whole;
use crate::place::{self, GROUP, POSTERIOR, PROBABILITY, PROFILE, REFUSED, WRONG};
use crate::problems::Problems;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float64Array, StructArray};
use datafusion::arrow::datatypes::{DataType, Field, Float64Type, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::logical_expr::{ident, lit};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;
use pleegprofiel::{Classifier, Profile};
use serde::Serialize;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// People in the file.
    pub persons: u64,
    /// Of them refused: without an offence nobody is placed.
    pub refused: u64,
}

/// Places everybody in the files, and writes them to a Parquet file with the columns `id`, `profile` (empty when
/// undecided), `refused` (why, in a word), `group` (from 1), `probability` (of the likeliest answer), `posterior_` and a
/// profile's key for each profile of the model, and `posterior_none` for groups without one.
///
/// # Errors
/// As [`Engine::connect`]; kind [`Failure::Engine`], [`Failure::Version`] or [`Failure::Stopped`] when the job ends so;
/// kind [`Failure::Input`], with every problem by column, when rows hold something else than counts or times at risk; kind
/// [`Failure::Output`] when the file cannot be written. There is no file then, or the one that was there before.
pub async fn classify(
    at: &Address,
    job: JobOptions,
    files: &Files,
    times: Option<&Files>,
    model: &str,
    out: &Path,
) -> Result<Written> {
    let classifier = tokio::task::block_in_place(|| place::classifier(model))?;
    if classifier.model().grid() != files.columns().grid {
        return Err(Failure::Usage(format!(
            "the files are on the ages {}, the model on {}",
            ages(files),
            ages_of(&classifier)
        )));
    }
    let Some(id) = &files.columns().id else {
        return Err(Failure::Usage("answers are told apart by a column of identifiers".into()));
    };
    let whole = Whole::create(out)?;
    let engine = Engine::connect(at, job).await?;
    let (rows, columns) = people(&engine, files, times).await?;
    let form = functions::Form { weight: false, ..form(files, times) };
    let weightless = columns.len() - usize::from(files.columns().weight.is_some());
    let mut arguments = vec![lit(crate::VERSION), lit(form.written()), lit(model)];
    arguments.extend(columns.into_iter().take(weightless));
    let answer = functions::function(Kind::Place, crate::VERSION).call(arguments).alias("answer");
    let question = rows
        .select(vec![ident(id).alias("id"), answer])
        .map_err(|cause| Failure::Engine(format!("the job cannot be planned: {cause}")))?;

    let mut writer: Option<Writer> = None;
    let mut problems = Problems::new(files, times);
    let mut written = Written { persons: 0, refused: 0 };
    let file = whole.file()?;
    let done = engine
        .run(question, &mut |batch| {
            let answer = batch.column_by_name("answer").and_then(|column| column.as_struct_opt());
            let answer = answer.ok_or_else(|| Failure::Engine("the engine returned other columns".into()))?;
            add_problems(&mut problems, answer, files.columns().ages.len())?;
            written.persons += batch.num_rows() as u64;
            written.refused += (answer.column(REFUSED).len() - answer.column(REFUSED).null_count()) as u64;
            if !problems.is_empty() {
                return Ok(()); // there will be no file; the rest is read for its problems
            }
            let writer = match &mut writer {
                Some(writer) => writer,
                None => writer.insert(Writer::new(&classifier, &batch, file.try_clone(), &whole)?),
            };
            writer.write(&batch, answer).map_err(|cause| whole.failed(&cause))
        })
        .await;
    files.unchanged()?;
    times.map_or(Ok(()), Files::unchanged)?;
    done?;
    problems.into_result()?;
    if written.persons != files.rows() || times.is_some_and(|times| times.rows() != written.persons) {
        return Err(Failure::Engine(format!(
            "{} people came back, the files have {} rows: identifiers stand once in each table, and every executor sees the \
             same files",
            written.persons,
            files.rows()
        )));
    }
    let writer = writer.ok_or_else(|| Failure::Engine("nobody came back".into()))?;
    writer.inner.close().map_err(|cause| whole.failed(&cause))?;
    whole.publish()?;
    Ok(written)
}

fn ages(files: &Files) -> String {
    let grid = files.columns().grid;
    format!("{} to {} ({} intervals)", grid.label(0), grid.label(grid.len() - 1), grid.len())
}

fn ages_of(classifier: &Classifier) -> String {
    let grid = classifier.model().grid();
    format!("{} to {} ({} intervals)", grid.label(0), grid.label(grid.len() - 1), grid.len())
}

fn add_problems(problems: &mut Problems<'_>, answer: &StructArray, ages: usize) -> Result<()> {
    let Some(wrong) = answer.column(WRONG).as_binary_opt::<i32>() else {
        return Err(Failure::Engine("the engine returned other columns".into()));
    };
    if wrong.null_count() == wrong.len() {
        return Ok(());
    }
    let (mut counts, mut at_risk) = (vec![None; ages], vec![0.0; ages]);
    for key in wrong.iter().flatten() {
        if let Decoded::Wrong(wrong) = history::decode(key, &mut counts, &mut at_risk)? {
            problems.add(&wrong, 1);
        }
    }
    Ok(())
}

/// The file of answers.
struct Writer {
    inner: ArrowWriter<File>,
    schema: SchemaRef,
    /// For each profile of the model, and for none: its groups.
    groups_of: Vec<Vec<usize>>,
}

impl Writer {
    fn new(classifier: &Classifier, batch: &RecordBatch, file: std::io::Result<File>, whole: &Whole) -> Result<Writer> {
        let naming = classifier.naming();
        let of = |profile: Option<Profile>| -> Vec<usize> {
            (0..naming.groups.len()).filter(|&k| naming.profile_of(k) == profile).collect()
        };
        let (mut groups_of, mut names) = (Vec::new(), Vec::new());
        for profile in Profile::ALL.into_iter().filter(|p| !of(Some(*p)).is_empty()) {
            groups_of.push(of(Some(profile)));
            names.push(format!("posterior_{profile}"));
        }
        groups_of.push(of(None));
        names.push("posterior_none".into());
        let mut fields = vec![
            Field::new("id", batch.column(0).data_type().clone(), true),
            Field::new("profile", DataType::Utf8, true),
            Field::new("refused", DataType::Utf8, true),
            Field::new("group", DataType::UInt32, true),
            Field::new("probability", DataType::Float64, true),
        ];
        fields.extend(names.into_iter().map(|name| Field::new(name, DataType::Float64, true)));
        let schema = Arc::new(Schema::new(fields));
        let made_by = KeyValue::new("made_by".to_owned(), crate::VERSION.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(vec![made_by]))
            .build();
        let file = file.map_err(|cause| whole.failed(&cause))?;
        let inner = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        Ok(Writer { inner: inner.map_err(|cause| whole.failed(&cause))?, schema, groups_of })
    }

    fn write(&mut self, batch: &RecordBatch, answer: &StructArray) -> std::result::Result<(), String> {
        let mut columns: Vec<ArrayRef> = vec![Arc::clone(batch.column(0))];
        columns.extend([PROFILE, REFUSED, GROUP, PROBABILITY].map(|at| Arc::clone(answer.column(at))));
        let posteriors = answer.column(POSTERIOR).as_list_opt::<i32>().ok_or("the engine returned other columns")?;
        let values =
            posteriors.values().as_primitive_opt::<Float64Type>().ok_or("the engine returned other columns")?;
        for groups in &self.groups_of {
            let sums: Float64Array = (0..posteriors.len())
                .map(|row| {
                    let from = posteriors.value_offsets()[row] as usize;
                    posteriors.is_valid(row).then(|| groups.iter().map(|k| values.value(from + k)).sum::<f64>())
                })
                .collect();
            columns.push(Arc::new(sums));
        }
        let rows = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(|cause| cause.to_string())?;
        self.inner.write(&rows).map_err(|cause| cause.to_string())
    }
}
