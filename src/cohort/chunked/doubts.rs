//! What looks odd about people who go by in chunks, as [`suspicion`](crate::cohort::suspicion) has it of a cohort.

use crate::cohort::data::Cohort;
use crate::cohort::suspicion::{self, Busiest, Looked};
use crate::cohort::warning::{CellPlace, CohortWarning};
use std::collections::{BTreeMap, BTreeSet};

/// What is gathered of everybody so far; places are among all, with their rows where they have any.
#[derive(Debug, Default)]
pub(in crate::cohort) struct Doubts {
    persons: usize,
    events: u64,
    cells: BTreeMap<u32, u64>,
    /// The first cell of each count.
    first: BTreeMap<u32, CellPlace>,
    /// How many are called as rows of totals are wherever they stand, and the first of them.
    called: u64,
    first_called: Option<CellPlace>,
    /// The first and the last person, when they are called so for standing there.
    called_first: Option<CellPlace>,
    called_last: Option<CellPlace>,
    /// Events by age.
    by_age: Vec<u64>,
    most: Option<Most>,
}

/// Who has most events so far.
#[derive(Debug)]
struct Most {
    events: u64,
    place: CellPlace,
    counts: Vec<Option<u32>>,
    /// Whether somebody else has the same counts.
    shared: bool,
}

impl Doubts {
    /// Looks at a chunk; `rows` are those that its people were read from.
    pub(in crate::cohort) fn look(&mut self, chunk: &Cohort, rows: Option<&[u64]>) {
        let before = self.persons;
        let among_all = |mut place: CellPlace| {
            place.row = rows.and_then(|rows| rows.get(place.person - 1).copied());
            place.person += before;
            place
        };
        let histories = &chunk.histories;
        self.by_age.resize(histories.intervals, 0);
        let mut fresh = BTreeSet::new();
        for h in 0..histories.len() {
            let persons = u64::from(histories.persons[h]);
            for &code in histories.cells_of(h) {
                let cell = histories.codes[code as usize];
                self.by_age[cell.interval as usize] += persons * u64::from(cell.count);
                let cells = self.cells.entry(cell.count).or_default();
                if *cells == 0 {
                    fresh.insert(cell.count);
                }
                *cells += persons;
            }
        }
        for count in fresh {
            if let Some(place) = suspicion::place(chunk, |c| c == count) {
                self.first.insert(count, among_all(place));
            }
        }
        self.names(chunk, &among_all);
        self.busiest(chunk, &among_all);
        self.persons += chunk.persons();
        self.events += chunk.events();
    }

    fn names(&mut self, chunk: &Cohort, among_all: &dyn Fn(CellPlace) -> CellPlace) {
        for person in 0..chunk.persons() {
            let Some(id) = chunk.id(person) else { return };
            if suspicion::is_total(id, false) {
                self.called += 1;
                self.first_called.get_or_insert_with(|| among_all(CellPlace::whole(person)));
            }
        }
        let at_an_end = |person: usize| {
            let called = |id: &str| suspicion::is_total(id, true) && !suspicion::is_total(id, false);
            chunk.id(person).is_some_and(called).then(|| among_all(CellPlace::whole(person)))
        };
        if self.persons == 0 {
            self.called_first = at_an_end(0);
        }
        self.called_last = chunk.persons().checked_sub(1).and_then(at_an_end);
    }

    fn busiest(&mut self, chunk: &Cohort, among_all: &dyn Fn(CellPlace) -> CellPlace) {
        let histories = &chunk.histories;
        let Some((own, h)) = (0..histories.len()).map(|h| (histories.events_of(h), h)).max() else { return };
        let least = self.most.as_ref().map_or(0, |most| most.events);
        if own < least || own == 0 {
            return;
        }
        let Some(person) = (0..chunk.persons()).find(|&i| chunk.history_of(i) == h) else { return };
        let counts = chunk.counts(person);
        let same = self.most.as_ref().is_some_and(|most| most.events == own && most.counts == counts);
        let shared = same || histories.persons[h] > 1;
        self.most = Some(Most { events: own, place: among_all(CellPlace::whole(person)), counts, shared });
    }

    /// Everything suspicious about everybody, with the file of a folder that a row stands in.
    #[cfg(feature = "csv")]
    pub(in crate::cohort) fn located(&self, located: impl Fn(u64) -> (Option<String>, u64)) -> Vec<CohortWarning> {
        let mut all = self.warnings();
        for place in all.iter_mut().filter_map(CohortWarning::place_mut) {
            if let Some((part, row)) = place.row.map(&located) {
                (place.part, place.row) = (part, Some(row));
            }
        }
        all
    }

    /// Everything suspicious about everybody.
    pub(super) fn warnings(&self) -> Vec<CohortWarning> {
        let ends = [&self.called_first, &self.called_last];
        // one person alone is first and last
        let ends: Vec<&CellPlace> = ends.into_iter().flatten().take(self.persons.min(2)).collect();
        let first = self.first_called.iter().chain(ends.iter().copied()).min_by_key(|place| place.person);
        let busiest = self.most.as_ref().filter(|most| !most.shared && 2 * most.events >= self.events);
        let busiest = busiest.map(|most| {
            let own = |j: usize| most.counts[j].map_or(0, u64::from);
            let sums = self.by_age.iter().enumerate().all(|(j, &sum)| sum == 2 * own(j));
            let several = (0..self.by_age.len()).filter(|&j| own(j) > 0).count() >= 3;
            Busiest { place: most.place.clone(), events: most.events, sums_of_others: sums && several }
        });
        suspicion::judged(Looked {
            persons: self.persons,
            cells: self.cells.clone(),
            place: &|is| {
                let places = self.first.iter().filter(|(count, _)| is(**count)).map(|(_, place)| place);
                places.min_by_key(|place| place.person).cloned()
            },
            called: first.map(|place| (self.called + ends.len() as u64, place.clone())),
            events: self.events,
            busiest,
        })
    }
}
