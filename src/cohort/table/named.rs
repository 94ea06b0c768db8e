//! Tables of named columns as other layers read them: the same files, rules and words as the cohort's own forms.
//!
//! Belongs here: the door. Does not belong here: what a form means; whoever reads it knows.

use super::articles::ArticleColumns;
use super::field::Reading;
use super::header::{self, Others};
use super::ids::{Ids, identifier};
use super::options::TableOptions;
use super::register::{self, Day, Tally};
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use super::words::{Cell, shown};
use crate::career::category::CategorySet;
use crate::career::date::CalendarDate;
use crate::cohort::warning::CohortWarning;
use crate::error::{Issues, Result};
use std::borrow::Cow;

/// What stands in a further column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Extra {
    Number(f64),
    /// What it is called, in a column of categories.
    Category(String),
}

/// Numbers of identifiers, by first appearance.
pub(crate) struct Numbers(Ids);

impl Numbers {
    pub(crate) fn new() -> Numbers {
        Numbers(Ids::new())
    }

    pub(crate) fn of(&mut self, id: &str) -> usize {
        self.0.number(id, 0).0
    }
}

/// A table of `N` named columns, row by row.
pub(crate) struct NamedTable<'a, const N: usize> {
    table: Table<'a>,
    columns: [Option<usize>; N],
    /// Further columns, of numbers or categories.
    extra: Vec<(String, usize)>,
    names: [&'a str; N],
    reading: Reading<'a>,
    options: &'a TableOptions,
    tally: Tally,
}

impl<'a, const N: usize> NamedTable<'a, N> {
    /// Opens a table; the first of the names is that of the identifiers, and the first `required` must be there.
    ///
    /// # Errors
    /// When it cannot be read, or its header does not serve.
    pub(crate) fn open(
        source: TableSource<'a>,
        options: &'a TableOptions,
        names: [&'a str; N],
        required: usize,
    ) -> Result<NamedTable<'a, N>> {
        options.check()?;
        let mut table = Table::open(source, options)?;
        let Some(columns) = header::named(&mut table, names, required, Others::Refused, options) else {
            return Err(unreadable(table.issues));
        };
        let (extra, reading, tally) = (Vec::new(), Reading::new(options), Tally::default());
        Ok(NamedTable { table, columns, extra, names, reading, options, tally })
    }

    /// As [`NamedTable::open`], with further columns of numbers by name; all others are ignored.
    ///
    /// # Errors
    /// As [`NamedTable::open`]; when one of the further columns is not there, stands twice, or is one of those names.
    pub(crate) fn open_with(
        source: TableSource<'a>,
        options: &'a TableOptions,
        names: [&'a str; N],
        required: usize,
        further: &[String],
    ) -> Result<NamedTable<'a, N>> {
        options.check()?;
        let mut table = Table::open(source, options)?;
        let found = header::named(&mut table, names, required, Others::IgnoredBut(&[]), options);
        let row = table.header_row;
        let mut extra = Vec::new();
        for (i, name) in further.iter().enumerate() {
            if names.contains(&name.as_str()) || further[..i].contains(name) {
                let told = shown(name.as_bytes());
                table.issues.add(None, None, || match names.iter().position(|own| own == name) {
                    Some(0) => format!("{told} holds the identifiers: it is no covariate"),
                    Some(_) => format!("{told} is a column of the form itself: it is no covariate"),
                    None => format!("{told} is asked for twice"),
                });
                continue;
            }
            match header::find(&table.header, name) {
                Some(at) => extra.push((name.clone(), at)),
                None => table.issues.add(row, None, || format!("no column {}", shown(name.as_bytes()))),
            }
        }
        let Some(columns) = found.filter(|_| table.issues.is_empty()) else {
            return Err(unreadable(table.issues));
        };
        table.needs(columns.iter().flatten().copied().chain(extra.iter().map(|(_, at)| *at)));
        let (reading, tally) = (Reading::new(options), Tally::default());
        Ok(NamedTable { table, columns, extra, names, reading, options, tally })
    }

    /// The next row that has as many fields as the header; the others are told.
    pub(crate) fn next(&mut self) -> Result<bool> {
        while self.table.next()? {
            if self.table.complete() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(crate) fn row(&self) -> u64 {
        self.table.row
    }

    pub(crate) fn name(&self) -> &str {
        &self.table.name
    }

    /// The categories that the caller's offences may have.
    pub(crate) fn categories(&self) -> &CategorySet {
        &self.options.categories
    }

    pub(crate) fn issue(&mut self, column: usize, message: impl FnOnce() -> String) {
        self.table.issues.add(Some(self.table.row), Some(self.names[column]), message);
    }

    /// What is wrong with a row read before.
    pub(crate) fn issue_at(&mut self, row: u64, column: usize, message: impl FnOnce() -> String) {
        self.table.issues.add(Some(row), Some(self.names[column]), message);
    }

    /// An identifier, or `None` with what is wrong with it told.
    pub(crate) fn id(&mut self, column: usize) -> Option<Cow<'_, str>> {
        let at = self.columns[column]?;
        let Table { rows, issues, row, .. } = &mut self.table;
        match identifier(rows.named(at), self.options) {
            Ok(id) => Some(id),
            Err(problem) => {
                issues.add(Some(*row), Some(self.names[column]), || problem.to_owned());
                None
            }
        }
    }

    /// What a cell holds as one of a list of words; an empty cell is `Ok(None)`, anything else `Err(())` and told.
    pub(crate) fn word<T>(
        &mut self,
        column: usize,
        of: impl Fn(&str) -> Option<T>,
        known: impl FnOnce() -> String,
    ) -> std::result::Result<Option<T>, ()> {
        let Some(at) = self.columns[column] else { return Ok(None) };
        let Table { rows, issues, row, .. } = &mut self.table;
        // a value with a label is what it is called: 1, called "no", is no yes
        let field = rows.called(at, &self.reading);
        if field.is_empty() {
            return Ok(None);
        }
        let word = |text: &[u8]| std::str::from_utf8(text.trim_ascii()).ok().and_then(&of);
        let text = field.text();
        let text = text.trim_ascii();
        let found = word(text);
        if found.is_none() {
            issues.add(Some(*row), Some(self.names[column]), || format!("{} is none of {}", shown(text), known()));
            return Err(());
        }
        Ok(found)
    }

    pub(crate) fn is_empty(&self, column: usize) -> bool {
        self.columns[column].is_none_or(|at| self.is_empty_at(at))
    }

    /// Whether nothing stands in a cell, or a code for a missing value.
    fn is_empty_at(&self, at: usize) -> bool {
        let field = self.table.field(at);
        field.is_empty() || self.reading.is_code(field)
    }

    /// A whole number of 0 or more, if there is one.
    pub(crate) fn count(&mut self, column: usize) -> std::result::Result<Option<u32>, ()> {
        let Some(at) = self.columns[column] else { return Ok(None) };
        let Table { rows, issues, row, .. } = &mut self.table;
        let field = rows.field(at);
        match self.reading.count(field) {
            Cell::Value(count) => Ok(Some(count)),
            Cell::Empty => Ok(None),
            Cell::Bad => {
                issues.add(Some(*row), Some(self.names[column]), || self.reading.count_problem(field));
                Err(())
            }
        }
    }

    /// The values of the further columns; `None` when one of them is none, which is told.
    pub(crate) fn extra_values(&mut self) -> Option<Vec<Extra>> {
        for (_, at) in &self.extra {
            self.reading.look(*at, &self.table);
        }
        let labelled: Vec<bool> = self.extra.iter().map(|(_, at)| self.table.is_labelled(*at)).collect();
        let Table { rows, issues, row, .. } = &mut self.table;
        let mut all = Vec::with_capacity(self.extra.len());
        for ((name, at), labelled) in self.extra.iter().zip(labelled) {
            let field = rows.called(*at, &self.reading);
            if field.is_empty() {
                issues.add(Some(*row), Some(name), || "no value: leave out people of whom it is not known".into());
                continue;
            }
            if labelled || self.options.categorical.contains(name) {
                all.push(Extra::Category(String::from_utf8_lossy(field.text().trim_ascii()).into_owned()));
                continue;
            }
            match self.reading.number(field) {
                Cell::Value(value) if value.is_finite() => all.push(Extra::Number(value)),
                _ => issues.add(Some(*row), Some(name), || {
                    let problem = self.reading.number_problem(field, "a finite number", "leave the person out");
                    match std::str::from_utf8(&field.text()) {
                        Ok(text) if text.trim().starts_with(char::is_alphabetic) => {
                            format!("{problem}; --categorical {name} makes categories of such values")
                        }
                        _ => problem,
                    }
                }),
            }
        }
        (all.len() == self.extra.len()).then_some(all)
    }

    /// A day, if the cell is not empty.
    pub(crate) fn date(&mut self, column: usize) -> std::result::Result<Option<CalendarDate>, ()> {
        let Some(at) = self.columns[column] else { return Ok(None) };
        if self.reading.there(self.table.field(at)).is_empty() {
            return Ok(None);
        }
        let found = register::day(
            &mut self.table,
            (at, self.names[column]),
            false,
            &self.reading,
            self.options,
            &mut self.tally,
        );
        match found {
            Day::Is(date) | Day::RegisterEnd(date) => Ok(Some(date)),
            Day::LeftOut => {
                self.tally.left_out += 1;
                Ok(None)
            }
            Day::Bad => Err(()),
        }
    }

    /// A category, by its place in a set.
    pub(crate) fn category(&mut self, column: usize, set: &CategorySet) -> std::result::Result<Option<u16>, ()> {
        let at = |text: &str| set.place_of(text).map(|at| at as u16);
        self.word(column, at, || {
            let keys: Vec<&str> = set.labels().iter().take(20).map(|label| label.category.key()).collect();
            format!("{}; others come from a file (--categories)", keys.join(", "))
        })
    }

    /// The category of the article of law in columns of article, paragraph and law, on the day in another column, by its
    /// place in a set; `None` when there is none, or the caller has no table of articles.
    pub(crate) fn article(
        &mut self,
        columns: [usize; 3],
        (committed, day): (usize, std::result::Result<Option<CalendarDate>, ()>),
        set: &CategorySet,
    ) -> std::result::Result<Option<u16>, ()> {
        let [article, paragraph, law] = columns.map(|column| self.columns[column]);
        let (Some(articles), Some(article)) = (&self.options.articles, article) else { return Ok(None) };
        if self.is_empty_at(article) {
            return Ok(None);
        }
        let Some(day) = day? else {
            let (row, name) = (self.table.row, self.names[committed]);
            self.table
                .issues
                .add(Some(row), Some(name), || "no day: an article means an offence on its day only".into());
            return Err(());
        };
        let stated = self.columns[committed].and_then(|at| self.reading.date(self.table.field(at)).ok());
        let columns = ArticleColumns { article, paragraph, law };
        let found = columns.category(&mut self.table, articles, Some(day), stated, &self.reading, self.options);
        let (category, _) = found.ok_or(())?;
        Ok(set.place_of(category.key()).map(|at| at as u16))
    }

    /// Once all rows were read: the problems, and what to know.
    pub(crate) fn finish(mut self) -> (Issues, Vec<CohortWarning>) {
        let mut warnings = self.table.finish(&self.reading);
        warnings.extend(self.tally.warnings(&self.table.name, self.options.incomplete));
        (self.table.issues, warnings)
    }
}

/// Where the dates of a table end, by the caller's word.
pub(crate) fn register_end(options: &TableOptions) -> Option<CalendarDate> {
    options.register_end
}

/// Whether the caller has a table of articles of law.
pub(crate) fn by_article(options: &TableOptions) -> bool {
    options.articles.is_some()
}

/// The categories that the caller's offences may have.
pub(crate) fn categories(options: &TableOptions) -> &CategorySet {
    &options.categories
}

/// The name of the column of identifiers.
pub(crate) fn id_column(options: &TableOptions) -> &str {
    &options.id_column
}
