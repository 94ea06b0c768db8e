//! One column of covariates: numbers, or categories, each of which but the first becomes a covariate of 0 and 1.

use super::field::Reading;
use super::options::TableOptions;
use super::persons::PersonTable;
use super::rows::Table;
use super::words::{Cell, shown};
use crate::cohort::warning::CohortWarning;
use std::collections::BTreeMap;

/// More categories than this are no covariate but identifiers, or free text.
const MAX_CATEGORIES: usize = 50;

/// What is said of a covariate without a value.
const NO_VALUE: &str = "no value: covariates of membership must be complete";

/// A column while its table is read.
pub(super) struct Covariate {
    name: String,
    at: usize,
    /// By person of the cohort; those not in the table yet are not a number.
    numbers: Vec<f64>,
    categories: Option<Categories>,
}

struct Categories {
    /// By person the place among those seen.
    of: Vec<Option<u16>>,
    /// Place of each category seen, by the number that its label stands for and its text.
    seen: BTreeMap<(i64, String), u16>,
    /// Whether the values have labels.
    labelled: bool,
    /// A value without a label and its row, and one with a label.
    bare: Option<(String, u64)>,
    called: Option<(String, String)>,
}

impl Covariate {
    pub(super) fn new(table: &Table<'_>, at: usize, name: &str, persons: usize, options: &TableOptions) -> Covariate {
        let labelled = table.is_labelled(at);
        let asked = options.categorical.iter().any(|column| column == name);
        let categories = (labelled || asked).then(|| Categories {
            of: vec![None; persons],
            seen: BTreeMap::new(),
            labelled,
            bare: None,
            called: None,
        });
        Covariate { name: name.to_owned(), at, numbers: vec![f64::NAN; persons], categories }
    }

    /// Takes the value of the current row for a person of the cohort.
    pub(super) fn take(&mut self, table: &mut Table<'_>, person: usize, reading: &Reading<'_>) {
        if self.categories.is_none() {
            reading.look(self.at, table);
        }
        let Table { rows, issues, row, .. } = table;
        let field = rows.field(self.at);
        let Some(categories) = &mut self.categories else {
            match reading.number(field) {
                Cell::Value(v) if v.is_finite() => self.numbers[person] = v,
                Cell::Empty => issues.add(Some(*row), Some(&self.name), || NO_VALUE.into()),
                _ => issues.add(Some(*row), Some(&self.name), || {
                    let problem =
                        reading.number_problem(field, "a finite number", "covariates of membership must be complete");
                    match std::str::from_utf8(&field.text()) {
                        Ok(text) if text.trim().starts_with(char::is_alphabetic) => {
                            format!("{problem}; --categorical {} makes categories of such values", self.name)
                        }
                        _ => problem,
                    }
                }),
            }
            return;
        };
        if field.is_empty() || reading.is_missing(field) {
            issues.add(Some(*row), Some(&self.name), || NO_VALUE.into());
            return;
        }
        let (text, label) = (field.text(), rows.label(self.at));
        let text = String::from_utf8_lossy(text.trim_ascii());
        match label {
            Some(label) => categories.called = categories.called.take().or(Some((text.to_string(), label.to_owned()))),
            None => categories.bare = categories.bare.take().or(Some((text.to_string(), *row))),
        }
        // labelled values are numbers, and stand in the order of these
        let number = if categories.labelled { text.parse().unwrap_or(i64::MAX) } else { 0 };
        let next = categories.seen.len() as u16;
        let key = (number, label.map_or_else(|| text.to_string(), str::to_owned));
        let place = *categories.seen.entry(key).or_insert(next);
        // the first too many is told of at the end
        if usize::from(next) > MAX_CATEGORIES {
            categories.seen.retain(|_, at| usize::from(*at) <= MAX_CATEGORIES);
        }
        categories.of[person] = Some(place);
    }

    /// Once all rows were read: the covariates of this column, or what is wrong with it.
    pub(super) fn finish(self, table: &mut Table<'_>, to: &mut PersonTable) {
        let Some(categories) = self.categories else {
            to.names.push(self.name);
            to.values.push(self.numbers);
            return;
        };
        let name = self.name;
        if let (true, Some((bare, row)), Some((value, label))) =
            (categories.labelled, &categories.bare, &categories.called)
        {
            table.issues.add(Some(*row), Some(&name), || {
                format!(
                    "{} has no label, but {value} has one, {}: if that is a code for a missing value, leave its people out \
                     or say --missing {value}; --ignore-labels takes all values as numbers",
                    shown(bare.as_bytes()),
                    shown(label.as_bytes())
                )
            });
            return;
        }
        let found = categories.seen.len();
        if !(2..=MAX_CATEGORIES).contains(&found) {
            let row = table.header_row;
            table.issues.add(row, Some(&name), || match found {
                0 | 1 => "everybody is of one category: it cannot tell people apart".to_owned(),
                _ => format!("more than {MAX_CATEGORIES} categories: too many to compare"),
            });
            return;
        }
        let mut ordered = categories.seen.into_iter().map(|((_, text), place)| (text, place));
        let reference = ordered.next().map(|(text, _)| text).unwrap_or_default();
        let mut others = Vec::with_capacity(found - 1);
        for (text, place) in ordered {
            to.names.push(format!("{name}={text}"));
            to.values.push(categories.of.iter().map(|&of| f64::from(u8::from(of == Some(place)))).collect());
            others.push(text);
        }
        to.warnings.push(CohortWarning::Categories { file: table.name.clone(), column: name, reference, others });
    }
}
