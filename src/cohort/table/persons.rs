//! Tables of person covariates: `id`, then one column per covariate.

use super::covariate::Covariate;
use super::field::Reading;
use super::ids::Ids;
use super::options::TableOptions;
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use crate::cohort::data::Cohort;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, Issues, Result};

/// Covariates of persons, in the order of a cohort.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PersonTable {
    /// Names of the covariates, in the order they were asked for; one of categories has a name for each category but the
    /// first, such as `region=south`.
    pub names: Vec<String>,
    /// Values, covariate after covariate, person after person of the cohort: 1 for people of a category, 0 for others.
    pub values: Vec<Vec<f64>>,
    /// Which covariates are categories, and what they are compared with.
    pub warnings: Vec<CohortWarning>,
}

/// Reads the covariates `names` of the people of a cohort from a table with their identifiers, in any order.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_person_table, read_wide_with};
/// let options = TableOptions::new();
/// let counts = TableSource::new("counts.csv", "id,age_18,age_19\na,0,2\nb,1,0\n".as_bytes());
/// let cohort = read_wide_with(counts, None, &options)?;
/// let table = TableSource::new("persons.csv", "id,female,town\nb,1,x\na,0,y\n".as_bytes());
/// let covariates = read_person_table(table, &cohort, &["female".into()], &options)?;
/// assert_eq!(covariates.values, [[0.0, 1.0]]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// A covariate of categories ([`TableOptions::categorical`], or a column whose values have labels) becomes one of 0 and 1
/// for each of its categories but the first: that of the lowest value with a label, or else the first by the alphabet.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_person_table, read_wide_with};
/// let options = TableOptions::new().categorical(["town"]);
/// let counts = TableSource::new("counts.csv", "id,age_18,age_19\na,0,2\nb,1,0\nc,0,0\n".as_bytes());
/// let cohort = read_wide_with(counts, None, &options)?;
/// let table = TableSource::new("persons.csv", "id,town\na,y\nb,x\nc,z\n".as_bytes());
/// let covariates = read_person_table(table, &cohort, &["town".into()], &options)?;
/// assert_eq!(covariates.names, ["town=y", "town=z"]);
/// assert_eq!(covariates.values, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// When a name is not a column, some values of a column have labels and others none, a column of categories has fewer than
/// two or more than 50, a value is missing or not a finite number, a person stands twice, is not in the
/// cohort, or is in the cohort and not in the table; all problems at once, without identifiers. And when the
/// cohort was built without identifiers; when the column of identifiers is asked for as a covariate.
pub fn read_person_table(
    source: TableSource<'_>,
    cohort: &Cohort,
    names: &[String],
    options: &TableOptions,
) -> Result<PersonTable> {
    options.check()?;
    let mut table = Table::open(source, options)?;
    if table.stopped {
        return Err(unreadable(table.issues));
    }
    let row = table.header_row;
    let header = table.header.clone();
    let id_column = super::header::find(&header, &options.id_column);
    if id_column.is_none() {
        table.issues.add(row, None, || format!("no column `{}`", options.id_column));
    }
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        if *name == options.id_column {
            table.issues.add(row, Some(name), || "holds the identifiers: it is no covariate".into());
            continue;
        }
        let found: Vec<usize> = (0..header.len()).filter(|&at| header[at] == *name).collect();
        match found[..] {
            [at] => columns.push(at),
            [] => {
                let known: Vec<String> =
                    header.iter().filter(|n| **n != options.id_column).take(20).map(|n| format!("`{n}`")).collect();
                table.issues.add(row, None, || format!("no column `{name}`; there are {}", known.join(", ")));
            }
            _ => table.issues.add(row, Some(name), || "the column stands twice".into()),
        }
    }
    let Some(id_column) = id_column.filter(|_| table.issues.is_empty()) else {
        return Err(unreadable(table.issues));
    };
    table.needs(columns.iter().copied().chain([id_column]));
    let reading = Reading::new(options);
    let mut people = people_by_id(cohort)?;
    let mut ids = Ids::new();
    let mut covariates: Vec<Covariate> = columns
        .iter()
        .zip(names)
        .map(|(&at, name)| Covariate::new(&table, at, name, cohort.persons(), options))
        .collect();
    let mut seen = 0;
    while table.next()? {
        if !table.complete() {
            continue;
        }
        let Some(person) = ids.take_new(&mut table, id_column, options) else { continue };
        let Some(at) = people.remove(ids.get(person)) else {
            table.issues.add(Some(table.row), Some(&options.id_column), || "this person is not in the cohort".into());
            continue;
        };
        seen += 1;
        covariates.iter_mut().for_each(|covariate| covariate.take(&mut table, at, &reading));
    }
    if seen < cohort.persons() && !table.stopped {
        let missing = cohort.persons() - seen;
        table.issues.add(None, None, || {
            format!("{missing} person{} of the cohort not in this table", if missing == 1 { "" } else { "s" })
        });
    }
    reading.refuse_thousands(&mut table);
    let mut found = PersonTable { names: Vec::new(), values: Vec::new(), warnings: Vec::new() };
    for covariate in covariates {
        covariate.finish(&mut table, &mut found);
    }
    if !table.issues.is_empty() {
        return Err(unreadable(std::mem::replace(&mut table.issues, Issues::in_memory())));
    }
    Ok(found)
}

/// The person behind each identifier.
fn people_by_id(cohort: &Cohort) -> Result<std::collections::HashMap<&str, usize>> {
    let all = (0..cohort.persons()).map(|i| cohort.id(i).map(|id| (id, i)));
    all.collect::<Option<_>>().ok_or_else(|| Error::options("the cohort has no identifiers to find covariates by"))
}
