//! What is wrong with rows, told by column: bad rows come back counted, whoever read them.

use crate::failure::{Failure, Result, SHOWN};
use crate::files::Files;
use crate::history::{Fault, Wrong};
use std::collections::BTreeMap;

/// Everything wrong that came back from the engine.
pub(crate) struct Problems<'a> {
    files: &'a Files,
    times: Option<&'a Files>,
    /// By what is wrong, column and value: rows.
    found: BTreeMap<(Fault, u16, u64), u64>,
    never_observed: u64,
    /// Cells whose kind was not kept: there were too many kinds.
    beyond: u64,
}

/// Different problems that are kept.
const KEPT: usize = 1000;

impl<'a> Problems<'a> {
    pub(crate) fn new(files: &'a Files, times: Option<&'a Files>) -> Self {
        Problems { files, times, found: BTreeMap::new(), never_observed: 0, beyond: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.never_observed == 0
    }

    /// Adds what is wrong with so many rows.
    pub(crate) fn add(&mut self, wrong: &[Wrong], rows: u64) {
        for w in wrong {
            let key = (w.fault, w.age, w.value.to_bits());
            if self.found.len() < KEPT || self.found.contains_key(&key) {
                *self.found.entry(key).or_default() += rows;
            } else {
                self.beyond += 1;
            }
        }
    }

    /// Adds problems whose kinds an executor did not keep.
    pub(crate) fn beyond(&mut self, cells: u64) {
        self.beyond += cells;
    }

    /// Adds rows that are not observed at any age.
    pub(crate) fn never_observed(&mut self, rows: u64) {
        self.never_observed += rows;
    }

    /// Nothing, when nothing is wrong.
    ///
    /// # Errors
    /// Kind [`Failure::Input`] with every problem.
    pub(crate) fn into_result(self) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let mut told: Vec<String> = self
            .found
            .iter()
            .map(|(&(fault, age, value), &rows)| self.line(fault, age, f64::from_bits(value), rows))
            .collect();
        if self.never_observed > 0 {
            let of = people(self.never_observed);
            told.push(format!(
                "{of} no observed age: every cell is empty; such rows say nothing, and have to be left out"
            ));
        }
        let count = told.len() as u64 + self.beyond;
        told.truncate(SHOWN);
        Err(Failure::Input { what: "the rows do not make a cohort".into(), problems: told, count })
    }

    fn line(&self, fault: Fault, age: u16, value: f64, rows: u64) -> String {
        let column = |files: &Files| files.columns().ages.get(usize::from(age)).cloned().unwrap_or_default();
        let (counts, times) = (column(self.files), self.times.map(column).unwrap_or_default());
        let shown = if value.is_nan() { "no number (NaN, or empty)".to_owned() } else { format!("{value}") };
        let of = people(rows);
        match fault {
            Fault::Count => format!(
                "column {counts}: {of} {shown}; a count is a whole number from 0 to {}, or empty where not observed",
                pleegprofiel::cohort::MAX_COUNT
            ),
            Fault::TimeAtRisk => format!(
                "column {times} of times at risk: {of} {shown}; a time at risk is above 0 and at most 1 where there is a count"
            ),
            Fault::NoTimeAtRisk => format!("column {counts}: {of} a count of {shown} and no time at risk there"),
            Fault::Weight => {
                let name = self.files.columns().weight.clone().unwrap_or_default();
                format!(
                    "column {name}: {of} {shown}; a weight is a whole number of persons from 1 to {}. Weights of a survey \
                     are fitted on one machine, by pleegprofiel fit",
                    crate::values::MAX_WEIGHT
                )
            }
            Fault::Unmatched if value == 0.0 => format!("{of} times at risk but no counts"),
            Fault::Unmatched => format!("{of} counts but no times at risk"),
        }
    }
}

fn people(rows: u64) -> String {
    if rows == 1 { "1 row has".to_owned() } else { format!("{rows} rows have") }
}
