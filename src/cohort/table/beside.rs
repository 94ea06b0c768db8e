//! Times at risk in a table of their own, wide or one row per person and age, found by identifier.

use super::field::Reading;
use super::header::{self, Others, WideColumns};
use super::ids::{Ids, identifier};
use super::options::TableOptions;
use super::person_ages::read_age;
use super::rows::Table;
use super::words::{Cell, NO_TIME, count_without_time};
use crate::cohort::warning::CohortWarning;
use crate::error::{Issues, Result};
use std::collections::HashMap;

/// The column of times at risk in the long form.
pub(super) const EXPOSURE: &str = "exposure";

/// What a table of times at risk has for columns.
pub(super) enum Exposure {
    Wide(WideColumns),
    /// Those of identifiers, ages and times at risk.
    Long([usize; 3]),
}

impl Exposure {
    /// Understands the header; `None` when it does not serve, which stands among the issues.
    pub(super) fn of(table: &mut Table<'_>, options: &TableOptions) -> Option<Exposure> {
        if Exposure::is_long(table, options) {
            return Exposure::long(table, options);
        }
        header::wide(table, options, false).map(Exposure::Wide)
    }

    /// Whether the table has one row per person and age.
    pub(super) fn is_long(table: &Table<'_>, options: &TableOptions) -> bool {
        let has = |name: &str| header::find(&table.header, name).is_some();
        has(EXPOSURE) && has(&options.age_column) && !header::has_ages(&table.header, options)
    }

    fn long(table: &mut Table<'_>, options: &TableOptions) -> Option<Exposure> {
        let names = [options.id_column.as_str(), options.age_column.as_str(), EXPOSURE];
        match header::named(table, names, 3, Others::Refused, options)? {
            [Some(id), Some(age), Some(exposure)] => Some(Exposure::Long([id, age, exposure])),
            _ => None,
        }
    }
}

/// Stands for a time at risk that is none, of which the reader was told.
const TOLD: f64 = f64::INFINITY;

/// The table of times at risk, read in step with the counts as far as both have the same order.
pub(super) struct Beside<'a, 'o> {
    table: Table<'a>,
    columns: WideColumns,
    options: &'o TableOptions,
    reading: Reading<'o>,
    /// Everyone in the table so far, and whether their counts have come.
    ids: Ids,
    used: Vec<bool>,
    /// Rows read before it was their turn: the row, and its times at risk, not a number where the cell is empty.
    waiting: HashMap<usize, (u64, Box<[f64]>)>,
    risk: Vec<f64>,
    /// Cells with a count of 0 and no time at risk.
    no_time: u64,
    /// Rows without a usable identifier were seen: then nobody can be said not to be here.
    lost: bool,
}

impl<'a, 'o> Beside<'a, 'o> {
    /// Opens a table of times at risk beside counts by these columns; without it, what is wrong with it.
    pub(super) fn open(
        table: Table<'a>,
        form: Option<Exposure>,
        (counts, name): (&WideColumns, &str),
        options: &'o TableOptions,
    ) -> Result<(Option<Self>, Issues)> {
        let mut beside = match form.filter(|_| table.issues.is_empty()) {
            None => return Ok((None, table.issues)),
            Some(Exposure::Wide(columns)) => Beside::new(table, columns, options),
            Some(Exposure::Long(columns)) => {
                let mut beside = Beside::new(table, counts.clone(), options);
                beside.read_long(columns)?;
                beside
            }
        };
        let ages = |c: &WideColumns| format!("ages {} to {}", c.grid.label(0), c.grid.label(c.grid.len() - 1));
        if beside.columns.grid != counts.grid {
            let row = beside.table.header_row;
            let (own, others) = (ages(&beside.columns), ages(counts));
            beside.table.issues.add(row, None, || format!("{own}, but {name} has {others}"));
            return Ok((None, beside.table.issues));
        }
        Ok((Some(beside), Issues::default()))
    }

    fn new(table: Table<'a>, columns: WideColumns, options: &'o TableOptions) -> Self {
        let risk = vec![0.0; columns.grid.len()];
        Beside {
            table,
            columns,
            options,
            reading: Reading::new(options),
            ids: Ids::new(),
            used: Vec::new(),
            waiting: HashMap::new(),
            risk,
            no_time: 0,
            lost: false,
        }
    }

    /// Reads a table of one row per person and age to its end: everyone waits for their turn then.
    fn read_long(&mut self, [id, age, exposure]: [usize; 3]) -> Result<()> {
        let grid = self.columns.grid;
        while self.table.next()? {
            if !self.table.complete() {
                self.lost = true;
                continue;
            }
            let person = self.ids.take(&mut self.table, id, self.options);
            let months = read_age(&mut self.table, age, &self.options.age_column, &self.reading, self.options);
            let Table { rows, issues, row, .. } = &mut self.table;
            let field = rows.field(exposure);
            let risk = match self.reading.time_at_risk(field) {
                Cell::Value(value) => value,
                Cell::Empty => f64::NAN,
                Cell::Bad => {
                    issues.add(Some(*row), Some(EXPOSURE), || self.reading.time_at_risk_problem(field));
                    TOLD
                }
            };
            let Some((person, new)) = person else {
                self.lost = true;
                continue;
            };
            if new {
                self.used.push(false);
                self.waiting.insert(person, (*row, vec![f64::NAN; grid.len()].into()));
            }
            // an age that the counts do not have says nothing of them
            let Some(j) = months.and_then(|months| grid.interval_of_months(months)) else { continue };
            if let Some((_, risks)) = self.waiting.get_mut(&person) {
                if !risks[j].is_nan() {
                    let age = grid.label(j);
                    issues.add(Some(*row), Some(&self.options.age_column), || {
                        format!("{age} stands here a second time for this person")
                    });
                }
                risks[j] = risk;
            }
        }
        Ok(())
    }

    pub(super) fn is_good(&self) -> bool {
        self.table.issues.is_empty()
    }

    /// The times at risk of the person joined last.
    pub(super) fn risk(&self) -> &[f64] {
        &self.risk
    }

    pub(super) fn into_issues(self) -> Issues {
        self.table.issues
    }

    /// Once all was read: what was left out, and cells without time at risk.
    pub(super) fn warnings(&mut self) -> Vec<CohortWarning> {
        let mut all = self.table.finish(&self.reading);
        if self.no_time > 0 {
            all.push(CohortWarning::NoTimeAtRisk { cells: self.no_time });
        }
        all
    }

    /// Finds the times at risk of a person, whose counts are in the current row of the other table, and holds them
    /// against these counts when they are good.
    pub(super) fn join(
        &mut self,
        (row, places): (u64, &Issues),
        id: &str,
        cells: Option<&mut [Option<u32>]>,
    ) -> Result<()> {
        if let Some(person) = self.ids.find(id) {
            self.used[person] = true;
            if let Some((row, risk)) = self.waiting.remove(&person) {
                self.risk.copy_from_slice(&risk);
                self.hold(row, cells);
            }
            return Ok(());
        }
        while let Some(person) = self.read_row()? {
            if self.ids.get(person) == id {
                self.used[person] = true;
                self.hold(self.table.row, cells);
                return Ok(());
            }
            self.waiting.insert(person, (self.table.row, self.risk.as_slice().into()));
        }
        if !self.lost && !self.table.stopped {
            let absent = self.ids.absent(id, "this table");
            let (row, file) = places.place_of(row);
            let problem = || format!("no time at risk for the person of row {row} of {file}: {absent}");
            self.table.issues.add(None, None, problem);
        }
        Ok(())
    }

    /// Reads the next row with a usable identifier into `risk`; its person.
    fn read_row(&mut self) -> Result<Option<usize>> {
        while self.table.next()? {
            if !self.table.complete() {
                self.lost = true;
                continue;
            }
            let person = self.ids.take_new(&mut self.table, self.columns.id, self.options);
            self.read_risk();
            match person {
                Some(person) => {
                    self.used.push(false);
                    return Ok(Some(person));
                }
                None => self.lost = true,
            }
        }
        Ok(None)
    }

    /// Reads the times at risk of the current row.
    fn read_risk(&mut self) {
        let Table { rows, issues, row, .. } = &mut self.table;
        for (j, (&at, risk)) in self.columns.ages.iter().zip(&mut self.risk).enumerate() {
            let field = rows.field(at);
            *risk = match self.reading.time_at_risk(field) {
                Cell::Value(value) => value,
                Cell::Empty => f64::NAN,
                Cell::Bad => {
                    issues.add(Some(*row), Some(&self.columns.names[j]), || self.reading.time_at_risk_problem(field));
                    TOLD
                }
            };
        }
    }

    /// As [`Beside::join`], where both tables must list people in the same order: then nobody has to be remembered. The
    /// first who stands elsewhere ends the reading of this table.
    pub(super) fn join_in_step(
        &mut self,
        (row, places): (u64, &Issues),
        id: &str,
        cells: Option<&mut [Option<u32>]>,
    ) -> Result<()> {
        if self.table.stopped {
            return Ok(());
        }
        let there = self.table.next()?;
        if there && !self.table.complete() {
            return Ok(());
        }
        if there && identifier(self.table.rows.named(self.columns.id), self.options).is_ok_and(|other| other == id) {
            self.read_risk();
            self.hold(self.table.row, cells);
            return Ok(());
        }
        if !self.table.stopped {
            let (place, file) = places.place_of(row);
            let own = there.then_some(self.table.row);
            self.table.stop(own, || {
                let what = if there { "another person" } else { "no row left for the person" };
                let than = if there { "than in" } else { "of" };
                format!("{what} {than} row {place} of {file}: to be read in chunks, both tables list people in the same order")
            });
        }
        Ok(())
    }

    /// Once the counts have ended in step, nobody may be left here.
    pub(super) fn ended_in_step(&mut self) -> Result<()> {
        if self.table.next()? {
            self.table.stop(Some(self.table.row), || {
                "a person who has no counts: to be read in chunks, both tables list people in the same order".into()
            });
        }
        Ok(())
    }

    /// Holds the times at risk against the counts; a count of 0 without any is not observed.
    fn hold(&mut self, row: u64, cells: Option<&mut [Option<u32>]>) {
        let Some(cells) = cells else { return };
        for (j, (cell, risk)) in cells.iter_mut().zip(&mut self.risk).enumerate() {
            let problem = match *cell {
                Some(0) if *risk == 0.0 => {
                    *cell = None;
                    self.no_time += 1;
                    None
                }
                Some(count) if *risk == 0.0 => Some(count_without_time(count)),
                Some(_) if risk.is_nan() => Some(NO_TIME.to_owned()),
                _ => None,
            };
            if !risk.is_finite() {
                *risk = 0.0;
            }
            if let Some(problem) = problem {
                self.table.issues.add(Some(row), Some(&self.columns.names[j]), || problem);
            }
        }
    }

    /// Once the counts have ended, everyone here must have had some; unless some counts could not be read.
    pub(super) fn finish(&mut self, counts_lost: bool, counts: &Ids, name: &str) -> Result<()> {
        if counts_lost {
            return Ok(());
        }
        while self.read_row()?.is_some() {}
        for (person, _) in self.used.iter().enumerate().filter(|(_, used)| !**used) {
            let (row, absent) = (self.ids.row(person), counts.absent(self.ids.get(person), name));
            self.table.issues.add(Some(row), Some(&self.options.id_column), || absent);
        }
        Ok(())
    }
}
