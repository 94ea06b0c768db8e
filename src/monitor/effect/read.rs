//! Who was treated, from when on, and what was known of them: a table beside the careers.

use super::study::Participant;
use crate::career::custody::Moment;
use crate::career::date::CalendarDate;
use crate::cohort::table::named::{Extra, NamedTable, id_column};
use crate::cohort::table::{NamedCareer, TableOptions, TableSource};
use crate::cohort::warning::CohortWarning;
use crate::error::{Issues, Result};
use std::collections::{BTreeSet, HashMap};

/// More categories than this are no covariate but identifiers, or free text.
const MAX_CATEGORIES: usize = 50;

/// A table of participants.
#[derive(Debug, Clone, PartialEq)]
pub struct ParticipantTable {
    file: String,
    names: Vec<String>,
    rows: Vec<Row>,
    warnings: Vec<CohortWarning>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: String,
    row: u64,
    treated: bool,
    start: CalendarDate,
    covariates: Vec<f64>,
}

/// Reads participants: columns `id`, `treated` (1 or 0), `start` (a day), and one of numbers for each covariate named;
/// further columns are ignored. A covariate of categories ([`TableOptions::categorical`], or values with labels) becomes one
/// of 0 and 1 for each category but the first by the alphabet, such as `region=south`.
///
/// # Errors
/// Lists every problem with its row and column: missing columns, values that are none, persons given twice.
pub fn read_participants(
    source: TableSource<'_>,
    covariates: &[String],
    options: &TableOptions,
) -> Result<ParticipantTable> {
    let names = [id_column(options), "treated", "start"];
    let mut table = NamedTable::open_with(source, options, names, 3, covariates)?;
    let file = table.name().to_owned();
    let mut rows: Vec<Row> = Vec::new();
    let mut values: Vec<Vec<Extra>> = Vec::new();
    let mut seen: HashMap<String, u64> = HashMap::new();
    while table.next()? {
        let id = table.id(0).map(std::borrow::Cow::into_owned);
        let row = table.row();
        if let Some(first) = id.as_ref().and_then(|id| seen.insert(id.clone(), row)) {
            table.issue(0, || format!("same id as row {first}"));
        }
        let treated = table.word(1, |text| ["0", "1"].iter().position(|known| *known == text), || "0, 1".into());
        let start = table.date(2);
        for (column, empty) in [(1, treated == Ok(None)), (2, start == Ok(None))] {
            if empty {
                table.issue(column, || "nothing stated".into());
            }
        }
        let covariates = table.extra_values();
        if let (Some(id), Ok(Some(treated)), Ok(Some(start)), Some(covariates)) = (id, treated, start, covariates) {
            rows.push(Row { id, row, treated: treated == 1, start, covariates: Vec::new() });
            values.push(covariates);
        }
    }
    let (mut issues, mut warnings) = table.finish();
    let mut names = Vec::new();
    for (j, name) in covariates.iter().enumerate() {
        let called = |extras: &Vec<Extra>| match &extras[j] {
            Extra::Category(text) => Some(text.clone()),
            Extra::Number(_) => None,
        };
        let found: BTreeSet<String> = values.iter().filter_map(called).collect();
        let of_categories = values.first().is_some_and(|extras| matches!(extras[j], Extra::Category(_)));
        if of_categories && !(2..=MAX_CATEGORIES).contains(&found.len()) {
            issues.add(None, Some(name), || match found.len() {
                0 | 1 => "everybody is of one category: it cannot tell people apart".to_owned(),
                _ => format!("more than {MAX_CATEGORIES} categories: too many to compare"),
            });
            continue;
        }
        if !of_categories {
            names.push(name.clone());
        }
        let mut all = found.into_iter();
        if let Some(reference) = all.next() {
            let others: Vec<String> = all.collect();
            names.extend(others.iter().map(|other| format!("{name}={other}")));
            let (file, column) = (file.clone(), name.clone());
            for (row, extras) in rows.iter_mut().zip(&values) {
                let own = called(extras);
                row.covariates.extend(others.iter().map(|other| f64::from(u8::from(own.as_ref() == Some(other)))));
            }
            warnings.push(CohortWarning::Categories { file, column, reference, others });
        } else {
            for (row, extras) in rows.iter_mut().zip(&values) {
                if let Extra::Number(value) = extras[j] {
                    row.covariates.push(value);
                }
            }
        }
    }
    issues.into_result("the participants cannot be read")?;
    Ok(ParticipantTable { file, names, rows, warnings })
}

impl ParticipantTable {
    /// Which covariates are categories and what they are compared with, and what was left out.
    pub fn warnings(&self) -> &[CohortWarning] {
        &self.warnings
    }

    /// Names of the covariates.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The participants with their careers. Careers of nobody in the table are left out.
    ///
    /// # Errors
    /// Lists, by row, who has no career.
    pub fn with_careers<'a>(&self, careers: &'a [NamedCareer]) -> Result<Vec<Participant<'a>>> {
        let by_id: HashMap<&str, &NamedCareer> = careers.iter().map(|named| (named.id.as_str(), named)).collect();
        let mut issues = Issues::of_file(self.file.clone());
        let mut all = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            match by_id.get(row.id.as_str()) {
                Some(named) => all.push(Participant {
                    treated: row.treated,
                    start: Moment::Date(row.start),
                    covariates: row.covariates.clone(),
                    career: &named.career,
                }),
                None => issues.add(Some(row.row), Some("id"), || "this person is not in the table of people".into()),
            }
        }
        issues.into_result("the participants cannot be followed")?;
        Ok(all)
    }
}
