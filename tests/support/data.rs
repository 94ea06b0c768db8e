//! Cohorts as plain tables, and a small reader of the CSV fixtures that shares no code with the crate.

use pleegprofiel::{AgeGrid, Cohort, PersonRow, cohort::CohortBuilder};
use std::path::{Path, PathBuf};

/// One person as the formulas see them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Person {
    pub(crate) counts: Vec<Option<u32>>,
    /// Time at risk by age; `None` means 1 throughout.
    pub(crate) exposure: Option<Vec<f64>>,
    pub(crate) weight: f64,
}

impl Person {
    pub(crate) fn new(counts: impl IntoIterator<Item = u32>) -> Person {
        Person::seen(counts.into_iter().map(Some).collect())
    }

    pub(crate) fn seen(counts: Vec<Option<u32>>) -> Person {
        Person { counts, exposure: None, weight: 1.0 }
    }
}

/// A cohort as a table of persons.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) grid: AgeGrid,
    pub(crate) people: Vec<Person>,
}

impl Table {
    pub(crate) fn new(first: u32, last: u32, people: Vec<Person>) -> Table {
        Table { grid: AgeGrid::years(first, last).expect("the tests use possible ages"), people }
    }

    pub(crate) fn cohort(&self) -> Cohort {
        let mut builder = CohortBuilder::new(self.grid);
        for person in &self.people {
            let row = PersonRow {
                id: None,
                counts: &person.counts,
                exposure: person.exposure.as_deref(),
                weight: person.weight,
            };
            builder.push(row).expect("the tests use possible persons");
        }
        builder.finish()
    }

    /// The same persons without their time at risk.
    pub(crate) fn without_exposure(&self) -> Table {
        let people = self.people.iter().map(|p| Person { exposure: None, ..p.clone() }).collect();
        Table { grid: self.grid, people }
    }

    pub(crate) fn events(&self) -> u64 {
        self.people.iter().flat_map(|p| &p.counts).flatten().map(|&y| u64::from(y)).sum()
    }
}

pub(crate) fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(path)
}

/// Header and rows of a CSV file of numbers: no quotes but around names, no empty cells.
pub(crate) fn csv(path: &str) -> (Vec<String>, Vec<Vec<f64>>) {
    let text = std::fs::read_to_string(fixture(path)).unwrap_or_else(|e| panic!("fixture {path}: {e}"));
    let mut lines = text.lines();
    let header: Vec<String> =
        lines.next().expect("a header").split(',').map(|name| name.trim_matches('"').to_owned()).collect();
    let rows: Vec<Vec<f64>> = lines
        .map(|line| line.split(',').map(|x| x.parse().unwrap_or_else(|_| panic!("fixture {path}: `{x}`"))).collect())
        .collect();
    assert!(rows.iter().all(|row| row.len() == header.len()), "fixture {path} is not rectangular");
    (header, rows)
}

/// Counts of a wide table with the columns `id, age_<first> .. age_<last>`.
pub(crate) fn wide(path: &str) -> Table {
    let (header, rows) = csv(path);
    let age = |name: &String| name.strip_prefix("age_").and_then(|a| a.parse::<u32>().ok()).expect("an age column");
    let people = rows.iter().map(|row| Person::new(row[1..].iter().map(|&y| y as u32))).collect();
    Table::new(age(&header[1]), age(&header[header.len() - 1]), people)
}

/// The Toronto data under the names of the reference fits: `TO1`, `TO1adj`, and `TO1risk` = `TO1` with its
/// time at risk.
pub(crate) fn toronto(name: &str) -> Table {
    if name != "TO1risk" {
        return wide(&format!("toronto/{name}.csv"));
    }
    let mut table = wide("toronto/TO1.csv");
    let (_, risk) = csv("toronto/TO1Risk.csv");
    assert_eq!(table.people.len(), risk.len());
    table.people.iter_mut().zip(risk).for_each(|(person, row)| person.exposure = Some(row[1..].to_vec()));
    table
}
