//! Classifications as a Parquet table, chunk after chunk.
//!
//! Columns are those of the CSV table of the command line: text, but for probabilities, p-values, age and years, which
//! are decimals, and offences, whole numbers. What is empty there is null here.

use super::classification::Classification;
use super::file_fit::FileFit;
use super::record::Refusal;
use crate::cohort::parquet::columns::{Column, Field, Kind, TableWriter};
use crate::error::Result;
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use std::io::Write;

/// A Parquet table of classifications that is being written.
pub struct ClassificationWriter<W: Write + Send> {
    writer: TableWriter<W>,
    fields: Vec<Field>,
    profiles: Vec<Profile>,
    file_fit: &'static str,
    language: Language,
}

impl<W: Write + Send> std::fmt::Debug for ClassificationWriter<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClassificationWriter").field("profiles", &self.profiles).finish_non_exhaustive()
    }
}

const NAME: &str = "the table of classifications";

impl<W: Write + Send> ClassificationWriter<W> {
    /// A table with a column of posterior probabilities for each of these profiles; `fit` is what the file as a whole says
    /// of the model, reasons are in this language.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Io`](crate::ErrorKind::Io) when it cannot be written.
    pub fn new(profiles: &[Profile], fit: Option<&FileFit>, language: Language, to: W) -> Result<Self> {
        let text = |name: &str| Field::optional(name, Kind::Text);
        let decimal = |name: String| Field::optional(name, Kind::Decimal);
        let mut fields = vec![Field::new("id", Kind::Text)];
        fields.extend(["profile", "undecided", "refused", "reason"].map(text));
        fields.extend(profiles.iter().map(|p| decimal(format!("posterior_{p}"))));
        fields.push(decimal("posterior_none".into()));
        fields.push(text("prediction_set"));
        fields.extend(["typicality", "typicality_low", "typicality_high", "age", "years"].map(|n| decimal(n.into())));
        fields.push(Field::optional("offences", Kind::Number));
        fields.push(Field::new("file_fit", Kind::Text));
        let writer = TableWriter::new(NAME, &fields, to)?;
        let file_fit = FileFit::key_of(fit);
        Ok(ClassificationWriter { writer, fields, profiles: profiles.to_vec(), file_fit, language })
    }

    /// Writes people and what was answered of each as one row group. Who was refused stands in it with the reason.
    ///
    /// # Errors
    /// Whatever is wrong with an answer that is no refusal; when the table cannot be written.
    pub fn write<'a>(&mut self, people: impl IntoIterator<Item = (&'a str, Result<Classification>)>) -> Result<()> {
        let mut columns: Vec<Column> = self.fields.iter().map(Column::new).collect();
        for (id, answer) in people {
            let mut to = columns.iter_mut();
            let mut next = || to.next().unwrap_or_else(|| unreachable!("a column for every field"));
            next().text(id);
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    let refusal = Refusal::of(&error).ok_or(error.clone())?;
                    next().none();
                    next().none();
                    next().text(refusal.key());
                    next().text(&error.to_string());
                    (0..self.profiles.len() + 8).for_each(|_| next().none());
                    next().text(self.file_fit);
                    continue;
                }
            };
            let mut text = |value: Option<String>| match value {
                Some(value) => next().text(&value),
                None => next().none(),
            };
            let undecided = answer.answer.undecided.as_ref();
            text(answer.profile().map(|p| p.key().to_owned()));
            text(undecided.map(|why| why.key().to_owned()));
            text(None);
            text(undecided.map(|why| why.text(self.language)));
            for &profile in &self.profiles {
                match answer.probability(profile) {
                    Some(p) => next().decimal(p),
                    None => next().none(),
                }
            }
            next().decimal(answer.without_profile.iter().fold(0.0, |sum, c| sum + c.probability.get()));
            next().text(&answer.prediction_set.keys().join("|"));
            let p = &answer.typicality.nearest;
            [p.p, p.low, p.high, answer.age, answer.years].into_iter().for_each(|value| next().decimal(value));
            next().number(i64::try_from(answer.offences).unwrap_or(i64::MAX));
            next().text(self.file_fit);
        }
        self.writer.take(&mut columns);
        self.writer.write_row_group()
    }

    /// Completes the table.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<()> {
        self.writer.finish()
    }
}
