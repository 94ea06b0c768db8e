//! A printed study held against itself: tables, their notes, and what the text says of them.
//!
//! A study in print cannot be asked again. What can be checked is whether its rows add up to its totals, its notes to the
//! rows that they explain, the same quantity to the same number in two tables, a share in the text to the unit it is said
//! to be of, and a word to one meaning. Each check tells where it fails and by how much; it does not say which of two
//! numbers is the right one.
//!
//! Does not belong here: figures from events (`indicators`, `combinations`).

use super::event::{Sanction, Sanctions};
use serde::Serialize;
use std::fmt;

/// What a row, or a part of one, is made up of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Holds {
    /// These kinds of sanction together, and no other.
    Sanctions(#[serde(serialize_with = "as_key")] Sanctions),
    /// Something that is no sanction, by its name: an acquittal, not known.
    Else(String),
    /// Whatever has no row of its own; see the note.
    Remainder,
}

fn as_key<S: serde::Serializer>(set: &Sanctions, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&set.key())
}

/// A row of a table, or a part that a note tells of one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedRow {
    /// As printed.
    pub label: String,
    /// What it counts.
    pub holds: Holds,
    /// The number printed.
    pub count: u64,
    /// What a note says it is made up of; empty without one.
    pub parts: Vec<PrintedRow>,
}

impl PrintedRow {
    /// A row without a note.
    pub fn new(label: &str, holds: Holds, count: u64) -> PrintedRow {
        PrintedRow { label: label.to_owned(), holds, count, parts: Vec::new() }
    }

    /// With the parts that a note gives.
    #[must_use]
    pub fn with_parts(mut self, parts: impl IntoIterator<Item = PrintedRow>) -> PrintedRow {
        self.parts = parts.into_iter().collect();
        self
    }
}

/// A table in print.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedTable {
    /// Its name.
    pub name: String,
    /// What its rows count: key of a [`Unit`](super::Unit).
    pub unit: String,
    /// What it is about, such as what was demanded or imposed; only tables about the same can be held to give one number.
    pub about: String,
    /// The rows; empty when they are not legible, as in a picture.
    pub rows: Vec<PrintedRow>,
    /// The total printed.
    pub total: u64,
    /// Words and what the table says they mean: (word, meaning).
    pub meanings: Vec<(String, String)>,
    /// Units that the table says are *not* in it with an unconditional part, where it tells only those.
    pub without_unconditional: Vec<PrintedRow>,
}

/// Something the text says of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedClaim {
    /// As printed.
    pub text: String,
    /// The table.
    pub table: String,
    /// Which of its rows are meant, by place from 0.
    pub rows: Vec<usize>,
    /// What is claimed.
    pub says: Says,
}

/// What a text claims.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// This share, rounded to a whole per cent, of this unit (key).
    PerCent(u32, String),
    /// More than half.
    Majority,
}

/// A study in print.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct PrintedStudy {
    /// Numbers of each unit: key and number.
    pub units: Vec<(String, u64)>,
    /// Its tables.
    pub tables: Vec<PrintedTable>,
    /// What the text says.
    pub claims: Vec<PrintedClaim>,
    /// Pairs of kinds of which the one includes the other.
    pub one_of_another: Vec<(Sanction, Sanction)>,
}

/// A place at which a printed study disagrees with itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Inconsistency {
    /// Rows do not add up to the total.
    Total {
        /// The table.
        table: String,
        /// Sum of the rows.
        rows: u64,
        /// The total printed.
        total: u64,
    },
    /// Parts in a note do not add up to the row.
    Parts {
        /// The table.
        table: String,
        /// The row.
        row: String,
        /// Sum of the parts.
        parts: u64,
        /// The row's number.
        count: u64,
    },
    /// A note counts what has a row of its own.
    CountedTwice {
        /// The table.
        table: String,
        /// The row whose note it is.
        row: String,
        /// The row that it has of its own.
        own: String,
        /// How many the note counts.
        count: u64,
    },
    /// A share is of another unit than the text says.
    Unit {
        /// The claim.
        claim: String,
        /// The unit named, and the share it would be.
        said: (String, f64),
        /// The unit that the share fits.
        fits: (String, f64),
    },
    /// A share fits no unit, or is called more than half and is not.
    Share {
        /// The claim.
        claim: String,
        /// How many.
        count: u64,
        /// Of how many.
        of: u64,
        /// The share.
        share: f64,
    },
    /// Two tables give two numbers of the same.
    TwoNumbers {
        /// What.
        what: String,
        /// The one table and its number.
        first: (String, u64),
        /// The other.
        second: (String, u64),
    },
    /// A word means one thing in one table and another in the next: their numbers cannot be compared.
    TwoMeanings {
        /// The word.
        word: String,
        /// Table, meaning and number (of rows that hold it) in the one.
        first: (String, String, u64),
        /// And in the other.
        second: (String, String, u64),
    },
    /// Two rows stand apart without a rule, though one kind includes the other.
    NoRule {
        /// The table.
        table: String,
        /// The kinds.
        kinds: (Sanction, Sanction),
    },
}

impl PrintedStudy {
    /// Every place at which the study disagrees with itself, table by table, then between tables, then in the text.
    pub fn inconsistencies(&self) -> Vec<Inconsistency> {
        let mut found = Vec::new();
        for table in &self.tables {
            within(table, &self.one_of_another, &mut found);
        }
        for (i, first) in self.tables.iter().enumerate() {
            for second in &self.tables[i + 1..] {
                between(first, second, &mut found);
            }
        }
        for claim in &self.claims {
            found.extend(self.judge(claim));
        }
        found
    }

    fn judge(&self, claim: &PrintedClaim) -> Option<Inconsistency> {
        let table = self.tables.iter().find(|table| table.name == claim.table)?;
        let count: u64 = claim.rows.iter().filter_map(|row| Some(table.rows.get(*row)?.count)).sum();
        let share = |of: u64| count as f64 / of as f64;
        let bad = |of: u64| Inconsistency::Share { claim: claim.text.clone(), count, of, share: share(of) };
        match &claim.says {
            Says::Majority => (2 * count <= table.total).then(|| bad(table.total)),
            Says::PerCent(per_cent, unit) => {
                let fits = |of: u64| (100.0 * share(of)).round() == f64::from(*per_cent);
                let (_, of) = self.units.iter().find(|(key, _)| key == unit)?;
                if fits(*of) {
                    return None;
                }
                let other = self.units.iter().find(|(_, number)| fits(*number));
                Some(other.map_or_else(
                    || bad(*of),
                    |(key, number)| Inconsistency::Unit {
                        claim: claim.text.clone(),
                        said: (unit.clone(), share(*of)),
                        fits: (key.clone(), share(*number)),
                    },
                ))
            }
        }
    }
}

fn within(table: &PrintedTable, one_of_another: &[(Sanction, Sanction)], found: &mut Vec<Inconsistency>) {
    let name = || table.name.clone();
    let rows: u64 = table.rows.iter().map(|row| row.count).sum();
    if !table.rows.is_empty() && rows != table.total {
        found.push(Inconsistency::Total { table: name(), rows, total: table.total });
    }
    for row in table.rows.iter().filter(|row| !row.parts.is_empty()) {
        let parts: u64 = row.parts.iter().map(|part| part.count).sum();
        if parts != row.count {
            found.push(Inconsistency::Parts { table: name(), row: row.label.clone(), parts, count: row.count });
        }
        for part in &row.parts {
            let own = table.rows.iter().find(|other| other.holds == part.holds && other.holds != Holds::Remainder);
            if let Some(own) = own {
                found.push(Inconsistency::CountedTwice {
                    table: name(),
                    row: row.label.clone(),
                    own: own.label.clone(),
                    count: part.count,
                });
            }
        }
    }
    for (part, whole) in one_of_another {
        let word = |kind: Sanction| table.meanings.iter().any(|(word, _)| word == kind.key());
        if holds(table, *part) > 0 && holds(table, *whole) > 0 && !word(*part) && !word(*whole) {
            found.push(Inconsistency::NoRule { table: name(), kinds: (*part, *whole) });
        }
    }
}

/// Every row, those with a note by its parts.
fn finest(table: &PrintedTable) -> impl Iterator<Item = &PrintedRow> {
    table.rows.iter().flat_map(|row| if row.parts.is_empty() { std::slice::from_ref(row) } else { &row.parts })
}

/// How many have this kind of sanction, by rows and notes.
fn holds(table: &PrintedTable, kind: Sanction) -> u64 {
    let own = |row: &&PrintedRow| matches!(row.holds, Holds::Sanctions(set) if set.has(kind));
    finest(table).filter(own).map(|row| row.count).sum()
}

/// How many have an unconditional part.
fn unconditional(table: &PrintedTable) -> Option<u64> {
    if !table.without_unconditional.is_empty() {
        let without: u64 = table.without_unconditional.iter().map(|row| row.count).sum();
        return Some(table.total.saturating_sub(without));
    }
    (!table.rows.is_empty()).then(|| holds(table, Sanction::Unconditional))
}

fn between(first: &PrintedTable, second: &PrintedTable, found: &mut Vec<Inconsistency>) {
    let names = (first.name.clone(), second.name.clone());
    if first.about == second.about
        && first.unit == second.unit
        && let (Some(a), Some(b)) = (unconditional(first), unconditional(second))
        && a != b
    {
        let what = Sanction::Unconditional.key().to_owned();
        found.push(Inconsistency::TwoNumbers { what, first: (names.0.clone(), a), second: (names.1.clone(), b) });
    }
    for (word, meaning) in &first.meanings {
        let Some((_, other)) = second.meanings.iter().find(|(own, other)| own == word && other != meaning) else {
            continue;
        };
        // rows named by the word, not what notes add to them
        let number = |table: &PrintedTable| {
            let with = |row: &&PrintedRow| match &row.holds {
                Holds::Sanctions(set) => Sanction::of(word).is_some_and(|kind| set.has(kind)),
                Holds::Else(name) => name == word,
                Holds::Remainder => false,
            };
            table.rows.iter().filter(with).map(|row| row.count).sum()
        };
        found.push(Inconsistency::TwoMeanings {
            word: word.clone(),
            first: (names.0.clone(), meaning.clone(), number(first)),
            second: (names.1.clone(), other.clone(), number(second)),
        });
    }
}

impl fmt::Display for Inconsistency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_cent = |share: &f64| format!("{:.1} %", 100.0 * share);
        match self {
            Inconsistency::Total { table, rows, total } => {
                write!(f, "{table}: the rows add up to {rows}, the total is {total}")
            }
            Inconsistency::Parts { table, row, parts, count } => {
                write!(f, "{table}: the note on {row:?} lists {parts}, the row has {count}")
            }
            Inconsistency::CountedTwice { table, row, own, count } => {
                write!(f, "{table}: the note on {row:?} counts {count} that the row {own:?} holds")
            }
            Inconsistency::Unit { claim, said, fits } => {
                let (said_share, fits_share) = (per_cent(&said.1), per_cent(&fits.1));
                write!(f, "{claim:?} is {fits_share} of the {}s; of the {}s it is {said_share}", fits.0, said.0)
            }
            Inconsistency::Share { claim, count, of, share } => {
                write!(f, "{claim:?} is {count} of {of}, {}", per_cent(share))
            }
            Inconsistency::TwoNumbers { what, first, second } => {
                write!(f, "{what}: {} gives {}, {} gives {}", first.0, first.1, second.0, second.1)
            }
            Inconsistency::TwoMeanings { word, first, second } => write!(
                f,
                "{word:?} is {} in {} ({}) and {} in {} ({}): not comparable",
                first.1, first.0, first.2, second.1, second.0, second.2
            ),
            Inconsistency::NoRule { table, kinds } => {
                write!(
                    f,
                    "{table}: {} and {} stand apart without a rule that tells them apart",
                    kinds.0.key(),
                    kinds.1.key()
                )
            }
        }
    }
}
