//! Counting units by year and category, with as much of the persons behind them as protection needs.
//!
//! Memory does not grow with the number of events: of each cell the first ten persons are kept, no more, since more of
//! them change nothing.

use std::collections::BTreeMap;

/// Cells of fewer persons are protected; see [`Recidivism`](crate::cohort::recidivism::Recidivism).
pub(crate) use crate::cohort::recidivism::small_cells::FEW;

/// Up to ten different persons.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Persons {
    known: [u64; FEW as usize],
    count: u8,
}

impl Persons {
    pub(crate) fn add(&mut self, person: u64) {
        let known = usize::from(self.count);
        if known < self.known.len() && !self.known[..known].contains(&person) {
            self.known[known] = person;
            self.count += 1;
        }
    }

    /// Ten or more.
    pub(crate) fn enough(&self) -> bool {
        u64::from(self.count) >= FEW
    }

    pub(crate) fn with(mut self, other: &Persons) -> Persons {
        other.known[..usize::from(other.count)].iter().for_each(|person| self.add(*person));
        self
    }
}

/// One cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Atom {
    pub(crate) units: u64,
    pub(crate) persons: Persons,
}

impl Atom {
    pub(crate) fn add(&mut self, units: u64, person: u64) {
        self.units += units;
        self.persons.add(person);
    }

    pub(crate) fn with(self, other: &Atom) -> Atom {
        Atom { units: self.units + other.units, persons: self.persons.with(&other.persons) }
    }
}

/// Cells of one table, by year and category.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) categories: usize,
    pub(crate) years: BTreeMap<i16, Vec<Atom>>,
}

impl Tally {
    pub(crate) fn new(categories: usize) -> Tally {
        Tally { categories, years: BTreeMap::new() }
    }

    pub(crate) fn at(&mut self, year: i16, category: usize) -> &mut Atom {
        self.categories = self.categories.max(category + 1);
        let cells = self.years.entry(year).or_default();
        if cells.len() < self.categories {
            cells.resize(self.categories, Atom::default());
        }
        &mut cells[category]
    }

    /// With categories in another order, given by their places; every year has all of them.
    pub(crate) fn ordered(&self, order: &[usize]) -> Tally {
        let of = |cells: &Vec<Atom>| order.iter().map(|c| cells.get(*c).copied().unwrap_or_default()).collect();
        let years = self.years.iter().map(|(year, cells)| (*year, of(cells))).collect();
        Tally { categories: order.len(), years }
    }

    /// Over all years, by category.
    pub(crate) fn by_category(&self) -> Vec<Atom> {
        let mut all = vec![Atom::default(); self.categories];
        for cells in self.years.values() {
            for (sum, cell) in all.iter_mut().zip(cells) {
                *sum = sum.with(cell);
            }
        }
        all
    }
}

/// Numbers of days by year, exactly: how often each occurs.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Days {
    pub(crate) years: BTreeMap<i16, BTreeMap<u32, u64>>,
}

impl Days {
    pub(crate) fn add(&mut self, year: i16, days: u32) {
        *self.years.entry(year).or_default().entry(days).or_default() += 1;
    }

    /// Number, mean and median of these years.
    pub(crate) fn of(&self, years: impl Iterator<Item = i16>) -> Option<(u64, f64, f64)> {
        let mut all: BTreeMap<u32, u64> = BTreeMap::new();
        for year in years {
            for (days, count) in self.years.get(&year).into_iter().flatten() {
                *all.entry(*days).or_default() += count;
            }
        }
        let count: u64 = all.values().sum();
        let total: u64 = all.iter().map(|(days, count)| u64::from(*days) * count).sum();
        let rank = |wanted: u64| {
            let mut passed = 0;
            let found = all.iter().find(|(_, count)| {
                passed += **count;
                passed >= wanted
            });
            found.map(|(days, _)| f64::from(*days))
        };
        let middle = rank(count.div_ceil(2)).zip(rank(count / 2 + 1));
        middle.map(|(low, high)| (count, total as f64 / count as f64, 0.5 * (low + high)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_knows_ten_persons_and_who_comes_twice_counts_once() {
        let mut atom = Atom::default();
        (0..9).chain(0..9).for_each(|person| atom.add(1, person));
        assert!(atom.units == 18 && !atom.persons.enough());
        let mut other = Atom::default();
        other.add(1, 3);
        assert!(!atom.with(&other).persons.enough());
        other.add(1, 77);
        assert!(atom.with(&other).persons.enough());
    }

    #[test]
    fn mean_and_median_of_days_are_exact() {
        let mut days = Days::default();
        [10, 20, 30, 100].into_iter().for_each(|d| days.add(2018, d));
        days.add(2019, 40);
        assert_eq!(days.of([2018].into_iter()), Some((4, 40.0, 25.0)));
        assert_eq!(days.of([2018, 2019].into_iter()), Some((5, 40.0, 30.0)));
        assert_eq!(days.of([2001].into_iter()), None);
    }
}
