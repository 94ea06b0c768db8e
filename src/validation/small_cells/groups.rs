//! What of tables by group is told.
//!
//! A group's four counts at the threshold (flagged or not, with the outcome or not) follow from the number of people, who
//! was selected, the base rate and any one of the other rates. So of each group there are told: its number, its base rate,
//! who was selected, and the rates that are left, each where every cell behind it is of enough people and so is what is
//! left of everybody; and where groups of one table lie within those of another, what is left of those.

use super::super::fairness::attribute::ProtectedAttribute;
use super::super::predictions::Predictions;
use super::{counted, enough};
use std::collections::BTreeMap;

/// People flagged with the outcome and without, not flagged with it and without.
type Cells = [u64; 4];

fn sum(a: Cells, b: Cells) -> Cells {
    [0, 1, 2, 3].map(|k| a[k] + b[k])
}

/// What may be told of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Told {
    /// How many people it has.
    pub(crate) people: bool,
    /// Who of them had the outcome.
    pub(crate) base: bool,
    /// Who of them is flagged.
    pub(crate) selection: bool,
    /// Who of those with and of those without the outcome is.
    pub(crate) rates: bool,
}

impl Told {
    /// Everything.
    pub(crate) const ALL: Told = Told { people: true, base: true, selection: true, rates: true };
    /// How many people it has alone.
    pub(crate) const PEOPLE: Told = Told { people: true, base: false, selection: false, rates: false };

    fn of(self, kind: Kind) -> bool {
        match kind {
            Kind::People => self.people,
            Kind::Base => self.base,
            Kind::Selection => self.selection,
            Kind::Rates => self.rates,
        }
    }

    fn without(&mut self, kind: Kind) {
        match kind {
            Kind::People => *self = Told::default(),
            Kind::Base => (self.base, self.rates) = (false, false),
            Kind::Selection => (self.selection, self.rates) = (false, false),
            Kind::Rates => self.rates = false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    People,
    Base,
    Selection,
    Rates,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::People, Kind::Base, Kind::Selection, Kind::Rates];

    /// The least of the cells that it tells of.
    fn least(self, [tp, fp, fn_, tn]: Cells) -> u64 {
        match self {
            Kind::People => tp + fp + fn_ + tn,
            Kind::Base => (tp + fn_).min(fp + tn),
            Kind::Selection => (tp + fp).min(fn_ + tn),
            Kind::Rates => tp.min(fp).min(fn_).min(tn),
        }
    }

    fn enough(self, cells: Cells) -> bool {
        enough(self.least(cells))
    }
}

/// A table of which sets of people are told: to which of them each kind of person belongs. Those that are not told are one
/// set, which is everybody without the others.
struct Sets(Vec<usize>);

/// Everybody, by kinds of people whom no table tells apart.
struct Everybody {
    kinds: Vec<Cells>,
    /// Of each table, the group of each kind.
    groups: Vec<Vec<usize>>,
}

impl Everybody {
    /// Of people, each with the cell that they are in.
    fn new(people: impl Iterator<Item = (usize, usize)>, tables: &[Table<'_>]) -> Everybody {
        let mut kinds: BTreeMap<Vec<usize>, Cells> = BTreeMap::new();
        let mut key = Vec::new();
        for (i, cell) in people {
            key.clear();
            key.extend(tables.iter().map(|table| (table.group)(i)));
            match kinds.get_mut(key.as_slice()) {
                Some(cells) => cells[cell] += 1,
                None => kinds.entry(key.clone()).or_default()[cell] += 1,
            }
        }
        let groups = (0..tables.len()).map(|table| kinds.keys().map(|key| key[table]).collect()).collect();
        Everybody { kinds: kinds.into_values().collect(), groups }
    }

    /// Cells of sets that kinds of people belong to.
    fn cells(&self, sets: &[usize], number: usize) -> Vec<Cells> {
        let mut cells = vec![Cells::default(); number];
        sets.iter().zip(&self.kinds).for_each(|(&set, kind)| cells[set] = sum(cells[set], *kind));
        cells
    }

    /// The sets of a table of so many groups; the last is of those not told.
    fn sets(&self, table: usize, told: &[Told], kind: Kind) -> Sets {
        Sets(self.groups[table].iter().map(|&g| if told[g].of(kind) { g } else { told.len() }).collect())
    }

    /// Sets of `coarse` of which those of `fine` that lie within them leave too few, with these.
    fn leave_few(
        &self,
        kind: Kind,
        (coarse, m): (&Sets, usize),
        (fine, n): (&Sets, usize),
    ) -> Vec<(usize, Vec<usize>)> {
        let mut within: Vec<Option<Option<usize>>> = vec![None; n];
        for (&set, &of) in fine.0.iter().zip(&coarse.0) {
            within[set] = match within[set] {
                None => Some(Some(of)),
                Some(Some(known)) if known == of => Some(Some(of)),
                _ => Some(None),
            };
        }
        let (all, parts) = (self.cells(&coarse.0, m), self.cells(&fine.0, n));
        let mut inside: Vec<(Cells, Vec<usize>)> = vec![(Cells::default(), Vec::new()); m];
        for (set, of) in within.into_iter().enumerate() {
            if let Some(Some(of)) = of {
                inside[of].0 = sum(inside[of].0, parts[set]);
                inside[of].1.push(set);
            }
        }
        let few = |of: usize, known: Cells| {
            let rest = [0, 1, 2, 3].map(|k| all[of][k] - known[k]);
            rest != Cells::default() && !kind.enough(rest)
        };
        let found = inside.into_iter().enumerate().filter(|(of, (known, sets))| !sets.is_empty() && few(*of, *known));
        found.map(|(of, (_, sets))| (of, sets)).collect()
    }

    /// Groups of a table of which less must be told, and of those not told whether they are too few: `None` when all is
    /// well.
    fn too_much(&self, kind: Kind, table: usize, told: &[Told], before: &[Vec<Told>]) -> Option<Vec<usize>> {
        let n = told.len();
        let all: Vec<usize> = (0..n).filter(|&g| told[g].of(kind)).collect();
        if all.is_empty() {
            return None;
        }
        let mine = self.sets(table, told, kind);
        let cells = self.cells(&mine.0, n + 1);
        if cells[n] != Cells::default() && !kind.enough(cells[n]) {
            return Some(all);
        }
        let groups = |sets: Vec<usize>| if sets.contains(&n) { all.clone() } else { sets };
        for (other, known) in before.iter().enumerate().filter(|(_, known)| known.iter().any(|t| t.of(kind))) {
            let theirs = self.sets(other, known, kind);
            let pair = ((&theirs, known.len() + 1), (&mine, n + 1));
            if let Some((_, sets)) = self.leave_few(kind, pair.0, pair.1).into_iter().next() {
                return Some(groups(sets));
            }
            if let Some((set, _)) = self.leave_few(kind, pair.1, pair.0).into_iter().next() {
                return Some(groups(vec![set]));
            }
        }
        None
    }

    /// Groups whose base rate and selection are told, but no other rate, and of which the four counts follow all the same
    /// from those of everybody.
    fn follow(&self, table: usize, told: &[Told]) -> Vec<usize> {
        let cells = self.cells(&self.groups[table], told.len());
        // flagged with the outcome: the fewest and the most there may be, and how many there are
        let range = |g: usize| {
            let [tp, fp, fn_, tn] = cells[g];
            let (flagged, with, people) = (tp + fp, tp + fn_, tp + fp + fn_ + tn);
            match told[g] {
                Told { base: true, selection: true, .. } => {
                    [(flagged + with).saturating_sub(people), flagged.min(with)]
                }
                Told { base: true, .. } => [0, with],
                Told { selection: true, .. } => [0, flagged],
                _ => [0, people],
            }
        };
        let hidden: Vec<usize> = (0..told.len()).filter(|&g| !told[g].rates).collect();
        let total = |of: &dyn Fn(usize) -> u64| hidden.iter().map(|&g| of(g)).sum::<u64>();
        let [all, least, most] = [total(&|g| cells[g][0]), total(&|g| range(g)[0]), total(&|g| range(g)[1])];
        let pinned = |g: &usize| {
            let [low, high] = range(*g);
            let low = low.max(all.saturating_sub(most - high));
            told[*g].base && told[*g].selection && high.min(all - (least - range(*g)[0])) <= low
        };
        hidden.iter().copied().filter(pinned).collect()
    }
}

/// What may be told of each group of each attribute, in their order; with `at_threshold`, everybody's counts at the
/// threshold are told, and those of groups may be.
pub(crate) fn told(
    of: &Predictions,
    attributes: &[ProtectedAttribute],
    threshold: f64,
    at_threshold: bool,
) -> Vec<Vec<Told>> {
    let mut most = Told::ALL;
    if !at_threshold {
        most.without(Kind::Selection);
    }
    let mut tables = Vec::with_capacity(attributes.len());
    for attribute in attributes {
        let group = Box::new(|i| attribute.level(i));
        tables.push(Table { group, groups: attribute.levels().count(), most });
    }
    let counts = counted(of);
    let people = (0..of.len()).filter(|&i| counts(i));
    told_by(people.map(|i| (i, cell(of.probabilities()[i] >= threshold, of.outcomes()[i]))), &tables)
}

/// Where somebody counts.
pub(crate) fn cell(flagged: bool, case: bool) -> usize {
    2 * usize::from(!flagged) + usize::from(!case)
}

/// A table of people by group.
pub(crate) struct Table<'a> {
    /// The group of each person.
    pub(crate) group: Box<dyn Fn(usize) -> usize + 'a>,
    /// How many groups there are.
    pub(crate) groups: usize,
    /// What is to be told of each of them.
    pub(crate) most: Told,
}

/// What may be told of each group of each table, in their order, of people with the cell that each is in.
pub(crate) fn told_by(people: impl Iterator<Item = (usize, usize)>, tables: &[Table<'_>]) -> Vec<Vec<Told>> {
    let everybody = Everybody::new(people, tables);
    let mut before: Vec<Vec<Told>> = Vec::new();
    for (table, Table { groups, most, .. }) in tables.iter().enumerate() {
        let cells = everybody.cells(&everybody.groups[table], *groups);
        let mut told = vec![*most; cells.len()];
        for (told, cells) in told.iter_mut().zip(&cells) {
            Kind::ALL.into_iter().filter(|kind| !kind.enough(*cells)).for_each(|kind| told.without(kind));
        }
        // less is told until nothing follows
        loop {
            let mut found =
                Kind::ALL.into_iter().find_map(|kind| Some((kind, everybody.too_much(kind, table, &told, &before)?)));
            if found.is_none() {
                let follow = everybody.follow(table, &told);
                found = (!follow.is_empty()).then_some((Kind::Selection, follow));
            }
            let Some((kind, groups)) = found else { break };
            let least =
                groups.into_iter().min_by_key(|&g| (told[g].rates && kind != Kind::Rates, kind.least(cells[g]), g));
            let Some(least) = least else { break };
            told[least].without(kind);
        }
        before.push(told);
    }
    before
}
