//! What is not shown of few people: the rule of recidivism figures, for tables of years and categories.
//!
//! Every figure of a table is a sum of *cells*: a year, or all years that are not shown taken together, by a category, or
//! all categories that are not shown taken together. Years and categories are shown such that every one of these cells
//! holds at least ten different persons; whatever is subtracted from whatever else is then a sum of such cells. Where the
//! years that are not shown would break it, there is no row for all years. A table splits a cell of another and shows
//! nothing of years of which that cell is not shown. Of all choices the one is taken that leaves most figures.
//!
//! Phases follow one another, so that the totals of two, subtracted, are those whom the later has not reached ([`Way`]): a
//! phase is shown only if no such number of fewer than ten follows from all that is. Of single years there is no such identity, as the phases of a
//! year are not of the same cases; that a number is at most some number of fewer than ten may be known there.

use super::event::{Disposal, Phase, VerdictOutcome};
use super::split::{Population, Split};
use super::tally::{Atom, Persons, Tally};
use std::collections::BTreeMap;

/// What of a table is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Choice {
    /// Categories, by place, in their own order.
    pub(crate) categories: Vec<usize>,
    /// Categories that there are, shown or not.
    pub(crate) existing: Vec<usize>,
    pub(crate) years: Vec<i16>,
    /// Whether there is a row for all years.
    pub(crate) all_years: bool,
}

impl Choice {
    fn figures(&self) -> usize {
        self.categories.len() * (self.years.len() + usize::from(self.all_years))
    }

    /// Whether a category is shown.
    pub(crate) fn shows(&self, category: usize) -> bool {
        self.categories.contains(&category)
    }
}

/// Categories that count: those that somebody is in, or that are not optional.
pub(crate) fn existing(tally: &Tally, optional: &[bool]) -> Vec<usize> {
    let all = tally.by_category();
    (0..tally.categories).filter(|&c| !optional[c] || all[c].units > 0).collect()
}

/// All there is.
pub(crate) fn everything(tally: &Tally, optional: &[bool]) -> Choice {
    let existing = existing(tally, optional);
    Choice { categories: existing.clone(), existing, years: tally.years.keys().copied().collect(), all_years: true }
}

/// What may be shown of a table, of the years that may be shown of the cell that it splits.
pub(crate) fn choose(tally: &Tally, optional: &[bool], may: &dyn Fn(i16) -> bool, all_years: bool) -> Choice {
    let existing = existing(tally, optional);
    let totals = tally.by_category();
    let mut order = existing.clone();
    order.sort_by_key(|&c| (std::cmp::Reverse(totals[c].units), c));
    let mut best = Choice { existing: existing.clone(), ..Choice::default() };
    for shown in 1..=order.len() {
        let mut categories = order[..shown].to_vec();
        categories.sort_unstable();
        let rest: Vec<usize> = existing.iter().copied().filter(|c| !categories.contains(c)).collect();
        let good = |cells: &[Atom]| {
            let rest_of = rest.iter().fold(Persons::default(), |sum, &c| sum.with(&cells[c].persons));
            categories.iter().all(|&c| cells[c].persons.enough()) && (rest.is_empty() || rest_of.enough())
        };
        let mut years: Vec<i16> =
            tally.years.iter().filter(|(year, cells)| may(**year) && good(cells)).map(|(year, _)| *year).collect();
        let mut consider = |years: &[i16], all: bool| {
            let choice = Choice {
                categories: categories.clone(),
                existing: existing.clone(),
                years: years.to_vec(),
                all_years: all,
            };
            if choice.figures() > best.figures() {
                best = choice;
            }
        };
        consider(&years, false);
        if !all_years {
            continue;
        }
        // years are given up, the smallest first, until those that are not shown are enough together
        loop {
            let hidden: Vec<&Vec<Atom>> =
                tally.years.iter().filter(|(year, _)| !years.contains(year)).map(|(_, cells)| cells).collect();
            let together = sum(&hidden, tally.categories);
            if hidden.is_empty() || good(&together) {
                consider(&years, true);
                break;
            }
            let units = |year: &i16| tally.years[year].iter().map(|cell| cell.units).sum::<u64>();
            let Some(smallest) = years.iter().copied().min_by_key(|year| (units(year), *year)) else { break };
            years.retain(|year| *year != smallest);
        }
    }
    best
}

fn sum(years: &[&Vec<Atom>], categories: usize) -> Vec<Atom> {
    let mut all = vec![Atom::default(); categories];
    for cells in years {
        for (sum, cell) in all.iter_mut().zip(cells.iter()) {
            *sum = sum.with(cell);
        }
    }
    all
}

/// How far a defendant has come through the chain, and with what outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way {
    reached: [bool; 4],
    disposal: Option<Disposal>,
    verdict: Option<VerdictOutcome>,
}

impl Way {
    pub(crate) fn new(
        reached: [bool; Phase::ALL.len()],
        disposal: Option<Disposal>,
        verdict: Option<VerdictOutcome>,
    ) -> Way {
        let phases = [Phase::Suspect, Phase::Intake, Phase::Disposal, Phase::Verdict];
        Way { reached: phases.map(|phase| reached[phase as usize]), disposal, verdict }
    }

    /// Whether it passes through a cell of one of the tables of phases and their outcomes.
    fn within(self, of: Population, by: Split, category: usize) -> bool {
        match (of, by) {
            (Population::Suspects, _) => self.reached[0],
            (Population::Intake, _) => self.reached[1],
            (Population::Disposed, Split::Disposal) => self.disposal.is_some_and(|d| d as usize == category),
            (Population::Disposed, _) => self.reached[2],
            (_, Split::Verdict) => self.verdict.is_some_and(|v| v as usize == category),
            _ => self.reached[3],
        }
    }
}

/// A published total: a cell of a table, over all years.
pub(crate) type Total = (Population, Split, usize);

/// Whether the totals of all years, added and subtracted, tell of fewer than ten persons who went one way, or one of two,
/// through the chain. That there are people of a way or not is taken to be known.
pub(crate) fn tells_of_few(ways: &BTreeMap<Way, Atom>, totals: &[Total]) -> bool {
    let all: Vec<(&Way, &Atom)> = ways.iter().collect();
    let rows: Vec<Vec<f64>> = totals
        .iter()
        .map(|&(of, by, category)| all.iter().map(|(way, _)| f64::from(way.within(of, by, category))).collect())
        .collect();
    let basis = reduced(rows);
    let few = |of: &[usize]| !of.iter().fold(Persons::default(), |sum, &i| sum.with(&all[i].1.persons)).enough();
    let told = |of: &[usize]| {
        let mut target = vec![0.0; all.len()];
        of.iter().for_each(|&i| target[i] = 1.0);
        few(of) && spanned(&basis, target)
    };
    (0..all.len()).any(|i| told(&[i]) || (0..i).any(|j| told(&[i, j])))
}

/// Entries are whole numbers of size 1 at first; below this they are 0 but for rounding.
const ZERO: f64 = 1e-9;

/// Rows in echelon form, each with the place of its leading 1.
fn reduced(rows: Vec<Vec<f64>>) -> Vec<(usize, Vec<f64>)> {
    let mut basis: Vec<(usize, Vec<f64>)> = Vec::new();
    for row in rows {
        let row = rest_of(&basis, row);
        if let Some(lead) = row.iter().position(|value| value.abs() > ZERO) {
            let scale = row[lead];
            basis.push((lead, row.into_iter().map(|value| value / scale).collect()));
        }
    }
    basis
}

fn rest_of(basis: &[(usize, Vec<f64>)], mut row: Vec<f64>) -> Vec<f64> {
    for (lead, known) in basis {
        let factor = row[*lead];
        if factor != 0.0 {
            row.iter_mut().zip(known).for_each(|(value, other)| *value -= factor * other);
        }
    }
    row
}

fn spanned(basis: &[(usize, Vec<f64>)], target: Vec<f64>) -> bool {
    rest_of(basis, target).iter().all(|value| value.abs() <= ZERO)
}
